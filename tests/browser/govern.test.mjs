//! Governance on the page: delegation, a proposal from its making to its execution, a veto, challenges with their bonds.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { encodeFunctionData, zeroAddress } from "viem";
import { stage, until } from "./harness/world.mjs";

let world;
before(async () => (world = await stage({ epochs: 2, posted: true })));
after(() => world?.close());

const GDN = 10n ** 18n;
const connect = async (page) => {
  await page.getByRole("banner").getByRole("button", { name: "Connect a wallet" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "MetaMask" }).click();
  await page.getByRole("banner").getByRole("button", { name: /0x/ }).waitFor();
};
const call = (contract, functionName, args) => encodeFunctionData({ abi: world.abi(contract), functionName, args });

/** Proposes, as a holder with enough votes; gives the proposal's number. */
async function propose(actions, description) {
  const args = [actions.map(([contract]) => (contract.startsWith("0x") ? contract : world.address(contract))), actions.map(([, , value = 0n]) => value), actions.map(([, data]) => data), description];
  const { hashMessage, keccak256, toHex } = await import("viem");
  void hashMessage;
  await world.send(world.holders[0], "GuerdonGovernor", "propose", args);
  const id = await world.read("GuerdonGovernor", "getProposalId", args[0], args[1], args[2], keccak256(toHex(description)));
  return { id, args };
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
  await page.keyboard.press("ArrowRight");
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
