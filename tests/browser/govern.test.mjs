//! Governance on the page: delegation, a proposal from its making to its execution, a veto, challenges with their bonds.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { encodeFunctionData, keccak256, toHex } from "viem";
import { stage, until } from "./harness/world.mjs";

let world;
before(async () => (world = await stage({ epochs: 2, posted: true })));
after(() => world?.close());

const connect = async (page) => {
  await page.getByRole("banner").getByRole("button", { name: "Connect a wallet" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "MetaMask" }).click();
  await page.getByRole("banner").getByRole("button", { name: /0x/ }).waitFor();
};
const call = (contract, functionName, args) => encodeFunctionData({ abi: world.abi(contract), functionName, args });

/** Votes for a proposal until it has passed, and queues it. */
async function pass({ id, args, description }) {
  await world.warpTo((await past(id, "proposalSnapshot")) + 1n);
  for (const holder of world.holders) await world.send(holder, "GuerdonGovernor", "castVote", [id, 1]);
  await world.warpTo((await past(id, "proposalDeadline")) + 1n);
  await world.send(world.stranger, "GuerdonGovernor", "queue", [...args.slice(0, 3), keccak256(toHex(description))]);
  await world.warp(12);
}

/** Proposes, as a holder with enough votes; gives the proposal's number. */
async function propose(actions, description) {
  const args = [actions.map(([contract]) => (contract.startsWith("0x") ? contract : world.address(contract))), actions.map(([, , value = 0n]) => value), actions.map(([, data]) => data), description];
  await world.send(world.holders[0], "GuerdonGovernor", "propose", args);
  const id = await world.read("GuerdonGovernor", "getProposalId", args[0], args[1], args[2], keccak256(toHex(description)));
  return { id, args, description };
}
const terms = async (change) => {
  const now = BigInt((await world.chain.getBlock()).timestamp);
  const epoch = await world.read("RewardDistributor", "epochAt", now);
  const before = await world.read("RewardDistributor", "termsOf", epoch);
  return { ...before, fromEpoch: epoch + 8n, ...change(before) };
};
const past = (id, what) => world.read("GuerdonGovernor", what, id);

test("nothing was proposed, nothing is challenged: each list says so", async () => {
  const page = await world.open("#/govern");
  await page.getByText("Nothing was proposed yet").waitFor();
  await world.look(page, "govern-empty");
  await page.getByRole("tab", { name: "Challenges" }).click();
  await page.getByText("Nothing is challenged").waitFor();
  await page.getByRole("link", { name: "Challenge epoch 3" }).waitFor();
  await world.look(page, "govern-challenges");
  await page.getByRole("tab", { name: "Challenges" }).focus();
  await page.keyboard.press("ArrowRight");
  await page.getByText("No re-link is waiting").waitFor();
});

test("a proposal is told in words, voted on, queued and executed", async () => {
  const raised = await terms((before) => ({ epochBudget: (before.epochBudget * 12n) / 10n }));
  const { id } = await propose([["RewardDistributor", call("RewardDistributor", "setTerms", [raised])]], "# Raise the epoch budget\n\nMore work came in than a budget could pay.");
  const page = await world.open("#/govern", { wallet: world.wallet(world.holders[1]) });
  await connect(page);
  await page.getByText("Votes begin soon").waitFor();
  await page.getByText(/^Raise the epoch budget from [0-9,]+ to [0-9,]+ GDN; keep the cap per person at/).waitFor();
  await world.look(page, "govern-list");
  await world.warpTo((await past(id, "proposalSnapshot")) + 1n);
  await page.getByRole("link", { name: "Raise the epoch budget" }).click();
  await page.getByRole("heading", { level: 1, name: "Raise the epoch budget" }).waitFor();
  await page.getByText(/^Raise the epoch budget from/).waitFor();
  await world.look(page, "proposal-active");

  // A vote without a choice, a declined one, and a real one.
  const vote = page.getByRole("button", { name: "Vote", exact: true });
  await vote.click();
  await page.getByText("Choose one first.").waitFor();
  await page.getByLabel("For", { exact: true }).check();
  page.wallet.reject.add("eth_sendTransaction");
  await vote.click();
  await page.getByText("You declined in the wallet. Nothing was sent.").waitFor();
  page.wallet.reject.clear();
  await page.getByLabel("Reason (optional)").fill("It pays for what was done.");
  await vote.click();
  await page.getByText(/^You voted for it\./).waitFor();
  assert.equal((await world.read("GuerdonGovernor", "proposalVotes", id))[1], await world.read("GuerdonToken", "getVotes", world.holders[1].address));
  for (const holder of world.holders.slice(2)) await world.send(holder, "GuerdonGovernor", "castVote", [id, 1]);
  await world.warpTo((await past(id, "proposalDeadline")) + 1n);
  await page.reload();
  await page.getByRole("button", { name: "Queue it" }).click();
  await page.getByText(/^It can be executed from/).waitFor();
  await page.getByRole("heading", { name: "Contributors' veto" }).waitFor();
  await world.look(page, "proposal-queued");
  await world.warpTo((await past(id, "proposalEta")) + 1n);
  await page.reload();
  await page.getByRole("button", { name: "Execute it" }).click();
  await page.getByText("Executed", { exact: true }).waitFor();
  assert.deepEqual(await world.read("RewardDistributor", "termsOf", raised.fromEpoch), raised);
  await world.look(page, "proposal-executed");
});

test("an action that cannot be told is shown raw, with a warning, and one that would fail says why", async () => {
  const { id } = await propose(
    [
      [world.stranger.address, "0xdeadbeef"],
      ["Treasury", call("Treasury", "transferERC20", [world.address("GuerdonToken"), world.stranger.address, 10n ** 30n])],
      [world.stranger.address, "0x", 10n ** 17n],
    ],
    "Pay somebody",
  );
  const page = await world.open(`#/proposal/${id}`);
  await page.getByText("This calls a contract that is not part of Guerdon. What it does cannot be told here.").waitFor();
  await page.getByText("0xdeadbeef").waitFor();
  await page.getByText(`Pay 1,000,000,000,000 GDN to ${world.stranger.address}`).waitFor();
  await page.getByText(/^This would fail if it were carried out now: The cap on what leaves the Treasury/).waitFor();
  await page.getByText("This would fail if it were carried out now: the timelock does not hold that much").waitFor();
  await page.getByText(`Pay 0.1 ETH to ${world.stranger.address}`).waitFor();
  await world.look(page, "proposal-raw");
});

test("a number that no proposal has says so", async () => {
  const page = await world.open("#/proposal/7");
  await page.getByText("There is no such proposal").waitFor();
  await world.look(page, "proposal-missing");
});

test("a new holder is asked to delegate, to itself or to somebody", async () => {
  const login = "tobias-lindqvist";
  const { id, wallet } = world.person(login);
  await world.send(world.stranger, "RewardDistributor", "claim", [BigInt(id)]);
  const page = await world.open("#/govern", { wallet: world.wallet(login) });
  await connect(page);
  await page.getByRole("heading", { name: "Your tokens do not vote yet" }).waitFor();
  await world.look(page, "govern-silent");
  await page.getByRole("button", { name: "Delegate to somebody" }).click();
  await page.getByLabel("Address that votes with your tokens").fill("0x70997970C51812dc3A010C7d01b50e0d17dc79c8");
  await page.getByRole("button", { name: "Delegate", exact: true }).click();
  await page.getByText("That is not an address, or a letter of it is wrong.").waitFor();
  assert.equal(page.wallet.count("eth_sendTransaction"), 0);
  await page.getByLabel("Address that votes with your tokens").fill(world.holders[2].address);
  await page.getByRole("button", { name: "Delegate", exact: true }).click();
  await until("it is delegated", async () => (await world.read("GuerdonToken", "delegates", wallet.address)).toLowerCase() === world.holders[2].address.toLowerCase());
  await page.getByRole("button", { name: "Delegate to yourself" }).click();
  await page.getByText("yourself", { exact: true }).waitFor();
  assert.equal(await world.read("GuerdonToken", "getVotes", wallet.address), await world.read("GuerdonToken", "balanceOf", wallet.address));
});

test("contributors stand against a queued proposal, and enough of them veto it", async () => {
  const ids = world.people.map(({ id }) => BigInt(id));
  for (let turn = 0; turn < 2; turn++) await world.send(world.stranger, "EarnedVotes", "syncMany", [ids]);
  const made = await propose([["Treasury", call("Treasury", "transferERC20", [world.address("GuerdonToken"), world.holders[0].address, 10n ** 18n])]], "Pay the proposer");
  await pass(made);
  const page = await world.open(`#/proposal/${made.id}`, { wallet: world.wallet("jun-parkway") });
  await connect(page);
  await page.getByText("0 of 7 needed people stand against it").waitFor();
  await page.getByRole("button", { name: "Stand against it" }).click();
  await page.getByText("1 of 7 needed people stand against it").waitFor();
  await page.getByText("You stand against it already.").waitFor();
  await world.look(page, "proposal-veto");
  for (const { login, id, wallet } of world.people) {
    const enough = (await world.read("ContributorVeto", "vetoState", made.id)).ids >= 7n;
    const votes = await world.read("EarnedVotes", "getVotesOf", BigInt(id), wallet.address);
    if (login !== "jun-parkway" && !enough && votes > 0n) await world.send(wallet, "ContributorVeto", "support", [made.id, [BigInt(id)]]);
  }
  await page.reload();
  await page.getByText("Enough stand against it: anybody can veto it now.").waitFor();
  await page.getByRole("button", { name: "Veto it" }).click();
  await page.getByText("Vetoed. It will not be executed.").first().waitFor();
  await page.reload();
  await page.getByText("Contributors vetoed this proposal.").waitFor();
  await page.getByText("Vetoed", { exact: true }).waitFor();
  assert.equal(await past(made.id, "state"), 2);
  await world.look(page, "proposal-vetoed");
});

test("a rotation of oracles cannot be vetoed, and the page says so", async () => {
  const set = await world.read("RewardDistributor", "oracleSet", 1n);
  const made = await propose([["RewardDistributor", call("RewardDistributor", "rotate", [set[0], set[1], "https://elsewhere.example/", false])]], "Move the evidence");
  await pass(made);
  const page = await world.open(`#/proposal/${made.id}`);
  await page.getByText("Keep the same oracles").waitFor();
  await page.getByText("Name https://elsewhere.example/ as the place of the evidence").waitFor();
  await page.getByText("It only rotates oracles or answers challenges: contributors cannot veto that.").waitFor();
});

test("who proposed it can withdraw it while votes are not taken", async () => {
  const { id } = await propose([["Disputes", call("Disputes", "setBond", [10n ** 17n])]], "Double the bond");
  const page = await world.open(`#/proposal/${id}`, { wallet: world.wallet(world.holders[0]) });
  await connect(page);
  await page.getByText("Raise the bond of a challenge from 0.05 to 0.1 ETH").waitFor();
  await page.getByRole("button", { name: "Withdraw the proposal" }).click();
  await page.getByText("Cancelled", { exact: true }).waitFor();
});

test("a proposed policy is tried on past epochs, and comes to what the command line says", async () => {
  const { policies } = await world.config();
  const inForce = await (await fetch(policies[0].uri)).text();
  const share = (slice, change) => (text) => text.replace(new RegExp(`^(${slice} = \\{ percent = )([0-9]+)`, "m"), (_, head, percent) => head + (Number(percent) + change));
  const text = share("review", 5)(share("code", -5)(inForce));
  const file = `${world.folder}/proposed.toml`;
  writeFileSync(file, text);
  const told = JSON.parse(await world.guerdon(["simulate", "--policy", file, "--json"]));
  const proposed = await terms(() => ({ policyHash: told.policy }));
  const { id } = await propose([["RewardDistributor", call("RewardDistributor", "setTerms", [proposed])]], "Weigh reviews more");

  const page = await world.open(`#/proposal/${id}`);
  await page.getByText(`Score by the policy ${told.policy} instead of ${policies[0].hash}`).waitFor();
  await page.getByRole("button", { name: "Simulate on past epochs" }).click();
  await page.getByText("The text of the proposed policy was not found. It has this hash:").waitFor();
  await world.look(page, "simulation-missing");
  await page.getByLabel("Policy file").setInputFiles({ name: "other.toml", mimeType: "text/plain", buffer: Buffer.from(inForce) });
  await page.getByText(`This file is another policy: its hash is ${policies[0].hash}`).waitFor();
  await page.getByLabel("Policy file").setInputFiles({ name: "proposed.toml", mimeType: "text/plain", buffer: Buffer.from(text) });
  await page.getByRole("heading", { name: `Epochs ${told.from} to ${told.to}` }).waitFor();
  const shown = page.locator(".simulation");
  const figures = (units) => new Intl.NumberFormat("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2, roundingMode: "trunc" }).format(Number(BigInt(units) / 10_000n) / 100);
  await shown.getByText(figures(told.earned.after)).first().waitFor();
  for (const { login, earned } of told.changes.filter(({ difference }) => difference !== 0).slice(0, 3)) {
    const row = shown.getByRole("row", { name: new RegExp(login) });
    assert.ok((await row.textContent()).includes(figures(earned.after)), `${login}: ${await row.textContent()}`);
  }
  await world.look(page, "simulation");
  await page.getByRole("button", { name: "Try known attacks" }).click();
  await page.getByText("Trying known attacks…").waitFor();
  await page.getByText(/^(All attack limits hold under the proposed policy|Attacks whose limit is exceeded)/).first().waitFor({ timeout: 240_000 });
});

test("when the chain does not answer, governance says so and tries again when asked", async () => {
  const page = await world.open("#/govern");
  await page.getByRole("link", { name: "Raise the epoch budget" }).waitFor();
  await world.pageRpc("down");
  try {
    await page.reload();
    await page.getByText("The chain does not answer.").first().waitFor();
    await world.look(page, "govern-unreachable");
  } finally {
    await world.pageRpc("heal");
  }
  await page.getByRole("button", { name: "Try again" }).first().click();
  await page.getByRole("link", { name: "Raise the epoch budget" }).waitFor();
});

test("a wallet on another network is asked to switch before it may vote", async () => {
  const { id } = await propose([["Disputes", call("Disputes", "setBond", [3n * 10n ** 17n])]], "A larger bond");
  await world.warpTo((await past(id, "proposalSnapshot")) + 1n);
  const page = await world.open(`#/proposal/${id}`, { wallet: world.wallet(world.holders[3], { chain: 1 }) });
  await connect(page);
  await page.getByText(/Your wallet is on another network/).waitFor();
  assert.equal(await page.getByRole("button", { name: "Vote", exact: true }).count(), 0);
  await page.getByRole("button", { name: /^Switch to/ }).click();
  // By the keyboard alone.
  await page.getByLabel("For", { exact: true }).focus();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.getByText(/^You voted against it\./).waitFor();
  await page.getByText("Your vote counts.").first().waitFor();
});
