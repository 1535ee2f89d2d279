//! Linking on the page: the guided way with three oracles of which two must agree, each thing that can go wrong on it,
//! re-links and who may cancel them.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { stage, until } from "./harness/world.mjs";

let world;
before(async () => (world = await stage({ oracles: 3, epochs: 1, linked: ["wren-okafor", "tobias-lindqvist", "marisol-vega", "jun-parkway", "priya-ramanan", "elias-brandtner"] })));
after(() => world?.close());

const connect = async (page) => {
  await page.getByRole("banner").getByRole("button", { name: "Connect a wallet" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "MetaMask" }).click();
  await page.getByRole("banner").getByRole("button", { name: /0x/ }).waitFor();
};
const account = (login) => world.read("RewardDistributor", "account", BigInt(world.person(login).id));
const pendingOf = (login) => world.read("Links", "pending", BigInt(world.person(login).id));
const same = (a, b) => a.toLowerCase() === b.toLowerCase();

/** Opens somebody's page with a wallet and signs with it; gives the page and the text. */
async function signed(login, key) {
  const page = await world.open(`#/link/${login}`, { wallet: world.wallet(key) });
  await connect(page);
  return { page, text: await sign(page) };
}

async function sign(page) {
  await page.getByRole("button", { name: /^Sign with 0x/ }).click();
  return page.getByLabel("Text of the gist").inputValue();
}

async function paste(page, url) {
  await page.getByLabel("Address of the gist").fill(url);
  await page.getByRole("button", { name: "Ask the oracles" }).click();
}

/** Publishes and pastes, up to the quorum. */
async function attested(page, login, text) {
  // Oracles take no gist that is as old as the last link.
  await world.warp(60);
  const { url } = await world.gist(login, text);
  await paste(page, url);
  await page.getByText("That is enough.").waitFor();
}

test("somebody without a wallet is told what accrued, signs, publishes, is attested and linked", async () => {
  const login = "greta-holmgard";
  const page = await world.open("#/link", { wallet: world.wallet(login) });
  await page.getByLabel("GitHub login").fill(`@${login}`);
  await world.look(page, "link-who");
  await page.getByRole("button", { name: "Continue" }).click();
  await page.getByText("No wallet yet. The first link holds at once.").waitFor();
  await page.getByText(/lapses on Jul 7, 2025 unless/).waitFor();
  await world.look(page, "link-start");
  await connect(page);
  const text = await sign(page);
  assert.ok(text.includes(world.person(login).wallet.address.toLowerCase()));
  const form = page.getByRole("link", { name: /Copy the text and open GitHub/ });
  assert.equal(new URL(await form.getAttribute("href")).searchParams.get("value"), text);
  await page.getByRole("button", { name: "Copy the text", exact: true }).click();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), text);
  await world.look(page, "link-publish");
  // What was signed outlives a reload.
  await page.reload();
  await page.getByLabel("Text of the gist").waitFor();
  assert.equal(await page.getByLabel("Text of the gist").inputValue(), text);
  await attested(page, login, text);
  await page.getByText(/^[23] of 2 needed oracles attest/).waitFor();
  await world.look(page, "link-attested");
  await page.getByRole("button", { name: "Link the wallet" }).click();
  await page.getByRole("heading", { name: "Linked", exact: true }).waitFor();
  assert.ok(same((await account(login)).wallet, world.person(login).wallet.address));
  assert.equal(await page.evaluate(() => document.activeElement.textContent), "Linked");
  await world.look(page, "link-done");
});

test("the gist's text is what the command line prints of the same signature", async () => {
  const login = "sam-oseibonsu";
  const { page, text } = await signed(login, login);
  const { signature } = JSON.parse(text.split("```json")[1].split("```")[0]);
  const [, message] = page.wallet.log.find(({ method }) => method === "eth_signTypedData_v4").params;
  const file = `${world.folder}/message.json`;
  writeFileSync(file, message);
  assert.equal(await world.guerdon(["link", "gist", login, "--message", file, "--signature", signature]), text);
});

test("whoever declines, is on another network or pastes something else is told what to do", async () => {
  const login = "nadia-haddadi";
  const page = await world.open(`#/link/${login}`, { wallet: world.wallet(login, { chain: 1 }) });
  await connect(page);
  await page.getByText(/Your wallet is on another network/).waitFor();
  assert.equal(await page.getByRole("button", { name: /^Sign with/ }).count(), 0);
  await page.getByRole("button", { name: /^Switch to/ }).click();
  page.wallet.reject.add("eth_signTypedData_v4");
  await page.getByRole("button", { name: /^Sign with/ }).click();
  await page.getByText("You declined in the wallet. Nothing was sent.").waitFor();
  await world.look(page, "link-declined");
  page.wallet.reject.clear();
  const text = await sign(page);

  await paste(page, "https://example.org/gist");
  await page.getByText(/That is not the address of a gist/).waitFor();
  await paste(page, "https://gist.github.com/somebody-else/0123456789abcdef0123");
  await page.getByText("This gist is of somebody-else, not of nadia-haddadi.").waitFor();
  const secret = await world.gist(login, text, { secret: true });
  await paste(page, secret.url);
  await page.getByText("0 of 2 needed oracles attest").waitFor();
  await page.getByText("The gist is secret. Make a public one.").first().waitFor();
  await world.look(page, "link-refused");
  const other = await world.gist("jun-parkway", text);
  await paste(page, other.id);
  await page.getByText("The gist belongs to another account.").first().waitFor();
  const wrong = await world.gist(login, text.replace(/"nonce": 0/, '"nonce": 1'));
  await paste(page, wrong.url);
  await page.getByText(/The text was used already/).first().waitFor();

  // The right one, and a transaction that is declined first.
  await attested(page, login, text);
  page.wallet.reject.add("eth_sendTransaction");
  await page.getByRole("button", { name: "Link the wallet" }).click();
  await page.getByText("You declined in the wallet. Nothing was sent.").waitFor();
  page.wallet.reject.clear();
  await page.getByRole("button", { name: "Link the wallet" }).click();
  await page.getByRole("heading", { name: "Linked", exact: true }).waitFor();
});

test("two oracles of three are enough; with one the page waits and asks again", async () => {
  const login = "sam-oseibonsu";
  const { page, text } = await signed(login, login);
  await world.stop(1);
  await world.stop(2);
  try {
    await world.warp(60);
    const { url } = await world.gist(login, text);
    await paste(page, url);
    await page.getByText("1 of 2 needed oracles attest").waitFor();
    await page.getByText("It cannot be reached.").first().waitFor();
    await page.getByRole("button", { name: "Ask again" }).waitFor();
    await world.look(page, "link-too-few");
  } finally {
    await world.start(1);
  }
  await page.getByRole("button", { name: "Ask again" }).click();
  await page.getByText("2 of 2 needed oracles attest").waitFor();
  await world.start(2);
  await page.getByRole("button", { name: "Link the wallet" }).click();
  await page.getByRole("heading", { name: "Linked", exact: true }).waitFor();
});

test("a re-link says what it means and waits; the old wallet cancels it", async () => {
  const login = "jun-parkway";
  const old = world.person(login).wallet.address;
  const { page, text } = await signed(login, world.stranger);
  await page.getByText(/Another wallet takes over after 1 day/).waitFor();
  await attested(page, login, text);
  await page.getByRole("button", { name: "Begin the re-link" }).click();
  await page.getByRole("heading", { name: "The re-link has begun" }).waitFor();
  await page.getByText(/It can be made to hold from/).waitFor();
  await world.look(page, "link-begun");
  assert.ok(same((await account(login)).wallet, old));
  assert.ok(same((await pendingOf(login)).wallet, world.stranger.address));

  // Whoever looks at the account sees it too.
  const reasons = await world.open(`#/c/${login}`);
  await reasons.getByText("A link to another wallet is pending").waitFor();
  await reasons.getByText(/can hold from .* \(in/).waitFor();
  await world.look(reasons, "contributor-relinking");

  const theirs = await world.open(`#/link/${login}`, { wallet: world.wallet(login) });
  await theirs.getByRole("heading", { name: "A re-link is waiting" }).waitFor();
  await theirs.getByText(/Only the old wallet, 0x.*, can cancel it/).waitFor();
  await connect(theirs);
  await theirs.getByText("If you did not ask for this, cancel it").waitFor();
  await world.look(theirs, "link-pending");
  await theirs.getByRole("button", { name: "Cancel the re-link" }).click();
  await theirs.getByRole("heading", { name: "A re-link is waiting" }).waitFor({ state: "detached" });
  await theirs.getByText("The arbiter decides about the next one").waitFor();
  assert.equal((await pendingOf(login)).status, 0);
});

test("a re-link that the old wallet signs too holds at once, whatever was cancelled before", async () => {
  const login = "jun-parkway";
  const { page } = await signed(login, world.stranger);
  await page.getByText(/To do so, choose 0x/).waitFor();
  await page.wallet.become(world.person(login).wallet.key);
  await page.getByRole("button", { name: "Sign with the old wallet too" }).click();
  await page.getByText("The old wallet has signed too. This link holds at once.").waitFor();
  await world.look(page, "link-both");
  const text = await page.getByLabel("Text of the gist").inputValue();
  assert.match(text, /"oldWalletSignature": "0x/);
  await attested(page, login, text);
  await page.getByRole("button", { name: "Link the wallet" }).click();
  await page.getByRole("heading", { name: "Linked", exact: true }).waitFor();
  assert.ok(same((await account(login)).wallet, world.stranger.address));
});

test("a re-link holds after its delay, when anybody says so", async () => {
  const login = "priya-ramanan";
  const { page, text } = await signed(login, world.guardian);
  await attested(page, login, text);
  await page.getByRole("button", { name: "Begin the re-link" }).click();
  await page.getByRole("heading", { name: "The re-link has begun" }).waitFor();
  await world.warp(86_401);
  const anybody = await world.open(`#/link/${login}`, { wallet: world.wallet(world.stranger) });
  await connect(anybody);
  await anybody.getByText("It can be made to hold now, by anybody.").waitFor();
  await anybody.getByRole("button", { name: "Make it hold" }).click();
  await until("the new wallet is linked", async () => same((await account(login)).wallet, world.guardian.address));
});

test("a re-link is seen by everybody, and challenged with the bond", async () => {
  const login = "elias-brandtner";
  const { page, text } = await signed(login, world.guardian);
  await attested(page, login, text);
  await page.getByRole("button", { name: "Begin the re-link" }).click();
  await page.getByRole("heading", { name: "The re-link has begun" }).waitFor();
  const anybody = await world.open("#/govern", { wallet: world.wallet(world.stranger) });
  await connect(anybody);
  await anybody.getByRole("tab", { name: "Re-links" }).click();
  const { id } = world.person(login);
  const bond = await world.read("Disputes", "bond");
  await world.look(anybody, "govern-relinks");
  await anybody.getByRole("button", { name: `Challenge the re-link of account ${id}` }).click();
  await anybody.getByText("Challenged: waits for the answer").waitFor();
  assert.equal((await pendingOf(login)).status, 3);
  assert.equal((await world.read("Disputes", "challengeOf", 1n)).bond, bond);
  await anybody.getByRole("tab", { name: "Challenges" }).click();
  await anybody.getByRole("heading", { name: `Challenge 1: the re-link of account ${id}` }).waitFor();
});

test("a login that nobody has, and one that is none, are told apart", async () => {
  const page = await world.open("#/link");
  await page.getByLabel("GitHub login").fill("not a login");
  await page.getByRole("button", { name: "Continue" }).click();
  await page.getByText("A login has letters, digits and hyphens.").waitFor();
  await page.getByLabel("GitHub login").fill("nobody-of-that-name");
  await page.getByRole("button", { name: "Continue" }).click();
  await page.getByText("GitHub does not know nobody-of-that-name. Check the spelling.").waitFor();
  await world.look(page, "link-unknown");
});

test("without any oracle's server the page still says how the link stands, and what is missing", async () => {
  const at = await world.host();
  for (const nth of [0, 1, 2]) await world.stop(nth);
  try {
    const page = await world.open("#/link/marisol-vega", { at });
    await page.getByRole("heading", { name: "Current link" }).waitFor();
    await page.getByText(/Another wallet takes over after/).waitFor();
    await page.getByRole("button", { name: "I have published a signed text already" }).click();
    await paste(page, "0123456789abcdef0123");
    await page.getByText("0 of 2 needed oracles attest").waitFor();
    await page.getByText("It cannot be reached.").first().waitFor();
    await world.look(page, "link-no-server");
  } finally {
    for (const nth of [0, 1, 2]) await world.start(nth);
  }
});
