//! Linking on the page: the guided way with three oracles of which two must agree, each thing that can go wrong on it,
//! re-links and who may cancel them.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { stage, until } from "./harness/world.mjs";

let world;
before(async () => (world = await stage({ oracles: 3, epochs: 1, linked: ["wren-okafor", "tobias-lindqvist", "marisol-vega", "jun-parkway", "priya-ramanan", "elias-brandtner"] })));
after(() => world?.close());

const connect = async (page) => {
  await page.getByRole("banner").getByRole("button", { name: "Connect a wallet" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "MetaMask" }).click();
  await page.getByRole("button", { name: /^Your wallet/ }).waitFor();
};
const account = (login) => world.read("RewardDistributor", "account", BigInt(world.person(login).id));
const same = (a, b) => a.toLowerCase() === b.toLowerCase();

/** From the login to the signed text. */
async function sign(page) {
  await page.getByRole("button", { name: /^Sign with 0x/ }).click();
  return page.getByLabel("Text of the gist").inputValue();
}

async function paste(page, url) {
  await page.getByLabel("Address of the gist").fill(url);
  await page.getByRole("button", { name: "Ask the oracles" }).click();
}

test("somebody without a wallet is told what accrued, signs, publishes, is attested and linked", async () => {
  const login = "greta-holmgard";
  const page = await world.open("#/link", { wallet: world.wallet(login), at: await world.host(await world.config({ accrueEpochs: 26 })) });
  await page.getByLabel("GitHub login").fill(`@${login}`);
  await world.look(page, "link-who");
  await page.getByRole("button", { name: "Continue" }).click();
  await page.getByText(/lapses on/).waitFor();
  await page.getByText(/^Accrued for you/).waitFor();
  await world.look(page, "link-start");
  await connect(page);
  const text = await sign(page);
  // It is what the command line makes of the same signature, character for character.
  const { wallet, validUntil, signature } = JSON.parse(text.split("```json")[1].split("```")[0]);
  assert.ok(same(wallet, world.person(login).wallet.address));
  assert.ok(BigInt(validUntil) > BigInt(world.now));
  assert.match(signature, /^0x[0-9a-f]{130}$/);
  const form = page.getByRole("link", { name: /Copy the text and open GitHub/ });
  assert.equal(new URL(await form.getAttribute("href")).searchParams.get("value"), text);
  await world.look(page, "link-publish");
  const { url } = await world.gist(login, text);
  await paste(page, url);
  await page.getByText(/^[23] of 2 needed oracles attest/).waitFor();
  await page.getByText("That is enough.").waitFor();
  await world.look(page, "link-attested");
  await page.getByRole("button", { name: "Link the wallet" }).click();
  await page.getByRole("heading", { name: "Linked" }).waitFor();
  assert.ok(same((await account(login)).wallet, world.person(login).wallet.address));
  await world.look(page, "link-done");
  assert.equal(await page.evaluate(() => document.activeElement.textContent), "Linked");
});
