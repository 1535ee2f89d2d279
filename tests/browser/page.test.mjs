//! The page as it is served: from the daemon, from any static host, and what it may load.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { stage } from "./harness/world.mjs";

let world;
before(async () => (world = await stage({ epochs: 1 })));
after(() => world?.close());

test("the daemon serves the page, which meets its own content policy", async () => {
  const page = await world.open("");
  await page.getByRole("heading", { level: 1 }).waitFor();
  assert.match(await page.title(), /Guerdon/);
  await world.look(page, "shell");
});

test("a wallet is found and connected", async () => {
  const page = await world.open("", { wallet: world.wallet("jun-parkway") });
  await page.getByRole("button", { name: "Connect a wallet" }).first().click();
  await page.getByRole("button", { name: "MetaMask" }).click();
  await page.getByRole("button", { name: /^Your wallet/ }).waitFor();
  assert.equal(page.wallet.count("eth_requestAccounts"), 1);
});
