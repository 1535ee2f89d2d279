//! Claiming and linking through the real MetaMask, when METAMASK_DIR names the folder of an unpacked one.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { MetaMask } from "./harness/metamask.mjs";
import { CHROMIUM, stage, until } from "./harness/world.mjs";

const folder = process.env.METAMASK_DIR;
/** The first account of anvil's phrase, which MetaMask is set up with. */
const ACCOUNT = "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266";
const LOGIN = "nadia-haddadi";

if (!folder) {
  console.error("\n  SKIPPED: claiming and linking through the real MetaMask, because METAMASK_DIR names no unpacked MetaMask.\n");
}

describe("the real MetaMask", { skip: folder ? false : "METAMASK_DIR names no folder" }, () => {
  let world, mask;
  before(async () => {
    world = await stage({ epochs: 1 });
    mask = await MetaMask.start(folder, CHROMIUM);
  });
  after(async () => {
    await mask?.close();
    await world?.close();
  });

  test("it connects, learns the chain by one button, and claims for somebody", async () => {
    const page = await mask.context.newPage();
    await page.goto(`${world.url}#/c/jun-parkway`);
    await page.getByRole("banner").getByRole("button", { name: "Connect a wallet" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "MetaMask" }).click();
    await mask.approve();
    await page.getByRole("banner").getByRole("button", { name: /0x/ }).waitFor();
    await page.getByRole("button", { name: /^Switch to/ }).first().click();
    await mask.approve();
    const amount = await world.claimable("jun-parkway");
    const { address } = world.person("jun-parkway").wallet;
    const before = await world.balance(address);
    await page.getByRole("button", { name: /^Claim/ }).click();
    await mask.approve();
    await page.getByText("was paid to the wallet").waitFor();
    assert.equal((await world.balance(address)) - before, amount);
    await page.close();
  });

  test("it signs a link, which the oracles attest", async () => {
    const page = await mask.context.newPage();
    await page.goto(`${world.url}#/link/${LOGIN}`);
    await page.getByRole("button", { name: /^Sign with 0x/ }).click();
    await mask.approve();
    const text = await page.getByLabel("Text of the gist").inputValue();
    await world.warp(60);
    const { url } = await world.gist(LOGIN, text);
    await page.getByLabel("Address of the gist").fill(url);
    await page.getByRole("button", { name: "Ask the oracles" }).click();
    await page.getByText("That is enough.").waitFor();
    await page.getByRole("button", { name: "Link the wallet" }).click();
    await mask.approve();
    const wallet = async () => (await world.read("RewardDistributor", "account", BigInt(world.person(LOGIN).id))).wallet.toLowerCase();
    await until("the link", async () => (await wallet()) === ACCOUNT);
    await page.close();
  });
});
