//! Challenges on the page: an entry and a whole batch with the bond in plain sight, their answers, and the bond's return.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { stage, until } from "./harness/world.mjs";

let world;
before(async () => (world = await stage({ epochs: 1, posted: true })));
after(() => world?.close());

const connect = async (page) => {
  await page.getByRole("banner").getByRole("button", { name: "Connect a wallet" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "MetaMask" }).click();
  await page.getByRole("banner").getByRole("button", { name: /0x/ }).waitFor();
};
const eth = (wei) => `${Number(wei / 10n ** 14n) / 10_000} ETH`;

test("an entry is found by its contributor and challenged; nobody else waits", async () => {
  const page = await world.open("#/challenge/2", { wallet: world.wallet(world.stranger) });
  await connect(page);
  const bond = await world.read("Disputes", "bond");
  await page.getByLabel("Account of the entry").fill("pat-typofix");
  await page.getByText("This batch has no entry for that account.").waitFor();
  await page.getByLabel("Account of the entry").fill("jun-parkway");
  await page.getByText(/^Entry [0-9]+:/).waitFor();
  await world.look(page, "challenge-entry");
  const button = page.getByRole("button", { name: `Challenge and put up ${eth(bond)}` });
  page.wallet.reject.add("eth_sendTransaction");
  await button.click();
  await page.getByText("You declined in the wallet. Nothing was sent.").waitFor();
  page.wallet.reject.clear();
  await button.click();
  await page.getByText("Challenged. It is frozen until it is answered.").waitFor();
  const challenge = await world.read("Disputes", "challengeOf", 1n);
  assert.deepEqual([challenge.subject, challenge.about, challenge.bond], [1, 2n, bond]);
  assert.equal((await world.read("RewardDistributor", "batch", 2n)).freeze, 1);

  // The same again: it is taken.
  await button.click();
  await page.getByText("This entry is challenged already.").waitFor();
});

test("a whole batch costs twenty bonds and takes a reason; an answer gives the bond back", async () => {
  const page = await world.open("#/challenge/2", { wallet: world.wallet(world.guardian) });
  await connect(page);
  const bond = 20n * (await world.read("Disputes", "bond"));
  await page.getByLabel(/The whole batch/).check();
  await page.getByRole("textbox", { name: "Reason" }).fill("x".repeat(1_025));
  await page.getByText("The reason is too long.").waitFor();
  await page.getByRole("textbox", { name: "Reason" }).fill("The evidence is not available.");
  await world.look(page, "challenge-batch");
  await page.getByRole("button", { name: `Challenge and put up ${eth(bond)}` }).click();
  await page.getByText("Challenged. It is frozen until it is answered.").waitFor();
  assert.equal((await world.read("RewardDistributor", "batch", 2n)).freeze, 2);

  const govern = await world.open("#/govern", { wallet: world.wallet(world.guardian) });
  await connect(govern);
  await govern.getByRole("tab", { name: "Challenges" }).click();
  await govern.getByRole("heading", { name: "Challenge 2: the batch of epoch 2" }).waitFor();
  await govern.getByText("The evidence is not available.").waitFor();
  await govern.getByText("Frozen by a challenge").waitFor();
  await world.look(govern, "govern-challenged");
  await world.resolve(2n, "dropped");
  await govern.reload();
  await govern.getByRole("heading", { name: "Owed to you from challenges" }).waitFor();
  await govern.getByText(eth(bond), { exact: true }).waitFor();
  await govern.getByRole("button", { name: "Withdraw" }).click();
  await until("the bond is paid back", async () => (await world.read("Disputes", "owed", world.guardian.address)) === 0n);
  // The first challenge's entry died with its batch: its bond can be given back by anybody.
  await govern.getByRole("tab", { name: "Challenges" }).click();
  await govern.getByText("What it is about has ended: the bond can be taken back.").waitFor();
  await govern.getByRole("button", { name: "Give the bond back" }).click();
  await govern.getByText("Nothing is challenged").waitFor();
  assert.ok((await world.read("Disputes", "owed", world.stranger.address)) > 0n);
});

test("an epoch whose window is over cannot be challenged, and the page says when it could be", async () => {
  const page = await world.open("#/challenge/1");
  await page.getByText("This epoch's batch cannot be challenged now.").waitFor();
  await world.look(page, "challenge-closed");
});
