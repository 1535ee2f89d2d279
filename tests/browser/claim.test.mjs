//! Claiming: every way it goes well, and every way it does not, each with a way on.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { parseEther } from "viem";
import { stage, until } from "./harness/world.mjs";

const connect = async (page, name = "MetaMask") => {
  await page.getByRole("button", { name: "Connect a wallet" }).first().click();
  await page.getByRole("dialog").getByRole("button", { name }).click();
};
const claim = (page) => page.getByRole("button", { name: "Claim", exact: true });
const big = (page) => page.locator(".figure-large");
/** "1,315.75" of 1315752127000000000000, cut off and not rounded. */
const shown = (amount) => {
  const whole = (amount / 10n ** 18n).toString().replace(/\B(?=(\d{3})+$)/g, ",");
  return `${whole}.${((amount / 10n ** 16n) % 100n).toString().padStart(2, "0")}`;
};

describe("claiming", () => {
  let world;
  before(async () => (world = await stage({ epochs: 2 })));
  after(() => world?.close());

  const open = async (login, path = "", options = {}) => {
    const page = await world.open(path, { wallet: world.wallet(login, options) });
    await connect(page);
    return page;
  };

  test("without a wallet there is a way to look, and to get one", async () => {
    const page = await world.open("");
    await page.getByRole("heading", { name: "Claim" }).waitFor();
    await world.look(page, "claim-start");
    await page.getByRole("button", { name: "Connect a wallet" }).first().click();
    await page.getByRole("dialog").getByText("No wallet found in this browser").waitFor();
    await world.look(page, "claim-no-wallet");
    await page.keyboard.press("Escape");
    await page.getByLabel("GitHub login").fill("not a login");
    await page.getByRole("button", { name: "Show" }).click();
    await page.getByText("A login has letters").waitFor();
    await page.getByLabel("GitHub login").fill("jun-parkway");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { level: 1, name: "jun-parkway" }).waitFor();
    assert.match(await page.title(), /^jun-parkway · /);
    assert.equal(await page.evaluate(() => document.activeElement.tagName), "H1");
  });

  test("of several wallets MetaMask comes first, whoever announced itself first", async () => {
    const others = ["Rabby", "Frame"].map((name) => world.wallet("jun-parkway", { name, rdns: `test.${name.toLowerCase()}` }));
    const page = await world.open("", { wallets: [...others, world.wallet("jun-parkway")] });
    await page.getByRole("button", { name: "Connect a wallet" }).first().click();
    const names = page.getByRole("dialog").locator(".wallets button span");
    await names.nth(2).waitFor();
    assert.deepEqual(await names.allTextContents(), ["MetaMask", "Rabby", "Frame"]);
    await world.look(page, "claim-wallets");
  });

  test("a wallet that only injects itself is found", async () => {
    const page = await world.open("", { wallet: world.wallet("jun-parkway", { inject: true, rdns: "" }) });
    await connect(page, "Browser wallet");
    await big(page).waitFor();
  });

  test("declining to connect is said, and can be tried again", async () => {
    const page = await world.open("", { wallet: world.wallet("jun-parkway") });
    page.wallet.reject.add("eth_requestAccounts");
    await connect(page);
    await page.getByText("You declined in the wallet. Nothing was sent.").waitFor();
    page.wallet.reject.clear();
    await page.getByRole("dialog").getByRole("button", { name: "MetaMask" }).click();
    await big(page).waitFor();
  });

  test("an amount with its epochs is claimed: confirm, pending, mined, done; then votes are delegated", async () => {
    const amount = await world.claimable("jun-parkway");
    const { address } = world.person("jun-parkway").wallet;
    const page = await open("jun-parkway");
    await page.getByText("can be claimed now, from epochs 1 and 2").waitFor();
    assert.equal(await big(page).innerText(), `${shown(amount)} GDN`);
    await page.getByRole("link", { name: "jun-parkway" }).waitFor();
    await world.look(page, "claim");
    const confirm = page.wallet.hold("eth_sendTransaction");
    await claim(page).click();
    await page.getByText("Confirm in MetaMask").waitFor();
    await world.look(page, "claim-confirm");
    await world.chain.setAutomine(false);
    confirm();
    await page.getByText("Sent. Waiting for a block…").waitFor();
    await world.look(page, "claim-pending");
    const before = await world.balance(address);
    await world.chain.setAutomine(true);
    await world.chain.mine({ blocks: 1 });
    await page.getByText("was paid to the wallet").waitFor();
    assert.equal(await big(page).innerText(), `${shown(amount)} GDN`);
    assert.equal((await world.balance(address)) - before, amount);
    await page.getByText(/^Transaction/).waitFor();
    await page.getByRole("heading", { name: "Your tokens can vote" }).waitFor();
    await world.look(page, "claim-done");
    await page.getByRole("button", { name: "Delegate to myself" }).click();
    await page.getByText("Your votes count now.").waitFor();
    assert.equal((await world.read("GuerdonToken", "delegates", address)).toLowerCase(), address);
  });

  test("whoever comes back is connected without being asked, and has nothing left to claim", async () => {
    const page = await open("jun-parkway");
    await page.getByText("Nothing to claim right now").waitFor();
    await world.look(page, "claim-nothing");
    page.wallet.log.length = 0;
    await page.reload();
    await page.getByText("Everything that was credited has been claimed.").waitFor();
    assert.equal(page.wallet.count("eth_requestAccounts"), 0);
    assert.equal(await page.getByRole("heading", { name: "Your tokens can vote" }).count(), 0);
    await page.getByRole("button", { name: /^Your wallet/ }).click();
    await page.getByRole("button", { name: "Disconnect" }).click();
    await page.getByRole("button", { name: "Connect a wallet" }).first().waitFor();
  });

  test("on another network one button switches", async () => {
    const page = await open("wren-okafor", "", { chain: 1 });
    await page.getByText("Your wallet is on another network.").first().waitFor();
    assert.equal(await claim(page).count(), 0);
    // What can be claimed is shown all the same, through the page's own RPC.
    assert.equal(await big(page).innerText(), `${shown(await world.claimable("wren-okafor"))} GDN`);
    await world.look(page, "claim-network");
    page.wallet.reject.add("wallet_switchEthereumChain");
    await page.getByRole("button", { name: "Switch to Local chain" }).click();
    await page.getByText("You declined in the wallet").waitFor();
    page.wallet.reject.clear();
    await page.getByRole("button", { name: "Switch to Local chain" }).click();
    await claim(page).waitFor();
    assert.equal(page.wallet.count("wallet_addEthereumChain"), 0);
  });

  test("a network that the wallet does not know is added, with an explorer", async () => {
    const page = await open("wren-okafor", "", { chain: 1, chains: [1] });
    await page.getByRole("button", { name: "Switch to Local chain" }).click();
    await claim(page).waitFor();
    const { params } = page.wallet.log.find(({ method }) => method === "wallet_addEthereumChain");
    assert.equal(params[0].chainId, "0x7a69");
    assert.equal(params[0].chainName, "Local chain");
    assert.equal(params[0].blockExplorerUrls.length, 1);
    assert.match(params[0].blockExplorerUrls[0], /^https?:\/\//);
  });

  test("the network and the account can change in the wallet itself", async () => {
    const page = await open("wren-okafor");
    await page.getByRole("link", { name: "wren-okafor" }).waitFor();
    await page.wallet.switchTo(1);
    await page.getByText("Your wallet is on another network.").first().waitFor();
    await page.wallet.switchTo(31_337);
    await claim(page).waitFor();
    await page.wallet.become(world.person("elias-brandtner").wallet.key);
    await page.getByRole("link", { name: "elias-brandtner" }).waitFor();
    await page.wallet.leave();
    await page.getByRole("button", { name: "Connect a wallet" }).first().waitFor();
  });

  test("declining the transaction changes nothing", async () => {
    const page = await open("wren-okafor");
    page.wallet.reject.add("eth_sendTransaction");
    await claim(page).click();
    await page.getByText("You declined in the wallet. Nothing was sent.").waitFor();
    await world.look(page, "claim-rejected");
    assert.ok((await world.claimable("wren-okafor")) > 0n);
    assert.equal(await claim(page).getAttribute("aria-disabled"), null);
  });

  test("a wallet without coin for the fee is told before and after", async () => {
    const { address } = world.person("wren-okafor").wallet;
    const before = await world.chain.getBalance({ address });
    await world.chain.setBalance({ address, value: 0n });
    const page = await open("wren-okafor");
    await page.getByText("Your wallet has no ETH for the transaction's fee.").waitFor();
    await claim(page).click();
    await page.getByText("The wallet has not enough of the chain's coin to pay the fee.").waitFor();
    await world.look(page, "claim-no-fee");
    await world.chain.setBalance({ address, value: before });
    await claim(page).click();
    await page.getByText("was paid to the wallet").waitFor();
    assert.equal(await world.claimable("wren-okafor"), 0n);
  });

  test("what somebody else claimed meanwhile is explained", async () => {
    const page = await open("elias-brandtner");
    await claim(page).waitFor();
    await world.send(world.stranger, "RewardDistributor", "claim", [BigInt(world.person("elias-brandtner").id)]);
    await claim(page).click();
    await page.getByText("Everything was claimed already.").waitFor();
    await page.getByText("Nothing to claim right now").waitFor();
    assert.equal(page.wallet.count("eth_sendTransaction"), 0);
    await world.look(page, "claim-meanwhile");
  });

  test("anybody claims for anybody, and the money goes to the linked wallet", async () => {
    const { wallet } = world.person("greta-holmgard");
    const [amount, before] = [await world.claimable("greta-holmgard"), await world.balance(wallet.address)];
    const page = await open("wren-okafor", "#/c/greta-holmgard");
    await page.getByText("not your connected wallet").waitFor();
    await page.getByRole("button", { name: "Claim for greta-holmgard" }).click();
    await page.getByText("was paid to the wallet").waitFor();
    await world.look(page, "claim-for-another");
    assert.equal((await world.balance(wallet.address)) - before, amount);
    assert.equal(await page.getByRole("heading", { name: "Your tokens can vote" }).count(), 0);
  });

  test("without a wallet an account can be looked at by login and by number", async () => {
    const { id } = world.person("priya-ramanan");
    for (const who of ["priya-ramanan", id]) {
      const page = await world.open(`#/c/${who}`);
      await page.getByText("can be claimed now, from epochs 1 and 2").waitFor();
      assert.equal(await big(page).innerText(), `${shown(await world.claimable("priya-ramanan"))} GDN`);
      await page.getByText("You look on.").waitFor();
    }
  });

  test("a wallet without an account is shown the way", async () => {
    const page = await world.open("", { wallet: world.wallet(world.stranger) });
    await connect(page);
    await page.getByText("No GitHub account is linked to this wallet").waitFor();
    await world.look(page, "claim-not-linked");
    await page.getByRole("link", { name: "Link a wallet" }).click();
    await page.getByRole("heading", { level: 1, name: "Link a wallet" }).waitFor();
  });

  test("who has no wallet yet sees what has accrued and until when it lapses", async () => {
    const at = await world.host(await world.config({ accrueEpochs: 26 }));
    const page = await world.open("#/c/pat-typofix", { at });
    const { accrued } = await world.api("v1/contributors/pat-typofix");
    await page.getByText("was earned, and is granted with the next batches after you link a wallet.").waitFor();
    assert.equal(await big(page).innerText(), `${shown(BigInt(accrued))} GDN`);
    // The end of epoch 27, the last that can grant what epoch 1 left.
    await page.getByText("Without a wallet by Jul 7, 2025").waitFor();
    await world.look(page, "claim-accrued");
    assert.equal(await page.getByRole("link", { name: "Link a wallet" }).getAttribute("href"), "#/link/pat-typofix");
  });

  test("when the page's RPC is down it says so, and goes on when it is back", async () => {
    await world.pageRpc("down");
    const page = await world.open(`#/c/${world.person("dana-echo").id}`);
    await page.getByText("The chain does not answer.").waitFor();
    await world.look(page, "claim-no-chain");
    await world.pageRpc("heal");
    await page.getByRole("button", { name: "Try again" }).first().click();
    await page.getByText("can be claimed now").waitFor();
  });

  test("with the page's RPC down the wallet's own connection does", async () => {
    await world.pageRpc("down");
    const amount = await world.claimable("sasha-splits");
    const page = await open("sasha-splits");
    await claim(page).waitFor();
    assert.equal(await big(page).innerText(), `${shown(amount)} GDN`);
    await claim(page).click();
    await page.getByText("was paid to the wallet").waitFor();
    await world.pageRpc("heal");
  });

  test("a wallet whose connection is down cannot send, and says so", async () => {
    const page = await open("tobias-lindqvist");
    await claim(page).waitFor();
    await world.walletRpc("down");
    await claim(page).click();
    await page.getByRole("alert").waitFor();
    assert.ok((await world.claimable("tobias-lindqvist")) > 0n);
    await world.walletRpc("heal");
  });

  test("with every oracle's server down claiming works, from any host", async () => {
    const at = await world.host();
    await world.stop(0);
    try {
      const amount = await world.claimable("marisol-vega");
      const page = await world.open("", { at, wallet: world.wallet("marisol-vega") });
      await connect(page);
      await page.getByText("can be claimed now, from epochs 1 and 2").waitFor();
      await claim(page).click();
      await page.getByText("was paid to the wallet").waitFor();
      assert.equal(await big(page).innerText(), `${shown(amount)} GDN`);
      await world.look(page, "claim-no-server");
      // The number behind a login is then GitHub's to say.
      const other = await world.open("#/c/rick-fastbuck", { at });
      await other.getByText("can be claimed now").waitFor();
      await other.getByText("Reasons cannot be shown now").waitFor();
      await world.look(other, "contributor-no-server");
    } finally {
      await world.start(0);
    }
  });

  test("several accounts of one wallet are claimed at once", async () => {
    // Two people share a wallet: the contract of links settles it so.
    const links = world.address("Links");
    const { wallet } = world.person("dana-echo");
    await world.chain.impersonateAccount({ address: links });
    await world.chain.setBalance({ address: links, value: parseEther("1") });
    const [dana, rick] = [BigInt(world.person("dana-echo").id), BigInt(world.person("rick-fastbuck").id)];
    const settle = { account: links, chain: null, address: world.address("RewardDistributor"), abi: world.abi("RewardDistributor"), functionName: "settleLink", args: [rick, wallet.address, 1n] };
    await world.chain.waitForTransactionReceipt({ hash: await world.chain.writeContract(settle) });
    const [sum, before] = [(await world.claimable("dana-echo")) + (await world.claimable("rick-fastbuck")), await world.balance(wallet.address)];
    const page = await open("dana-echo");
    await page.getByRole("button", { name: "Claim all" }).waitFor();
    await page.getByRole("link", { name: "rick-fastbuck" }).waitFor();
    await world.look(page, "claim-several");
    await page.getByRole("button", { name: "Claim all" }).click();
    await until("both are paid", async () => (await world.balance(wallet.address)) - before === sum);
    assert.equal((await world.read("RewardDistributor", "account", dana)).claimed, (await world.read("RewardDistributor", "account", dana)).earned);
    await page.getByText("Nothing to claim right now").nth(1).waitFor();
    await page.getByText("Paid", { exact: true }).waitFor();
  });

  test("a claim needs no mouse", async () => {
    const page = await world.open("", { wallet: world.wallet("priya-ramanan") });
    await page.getByRole("heading", { name: "Claim" }).waitFor();
    const reach = async (text) => {
      for (let step = 0; step < 40; step++) {
        await page.keyboard.press("Tab");
        if (new RegExp(text).test(await page.evaluate(() => (document.activeElement.localName === "button" ? document.activeElement.innerText : "")))) return;
      }
      assert.fail(`the keyboard does not reach ${text}`);
    };
    await reach("^Connect a wallet$");
    await page.keyboard.press("Enter");
    await page.getByRole("dialog").getByRole("button", { name: "MetaMask" }).waitFor();
    await reach("^MetaMask$");
    await page.keyboard.press("Enter");
    await claim(page).waitFor();
    await reach("^Claim$");
    await page.keyboard.press("Enter");
    await page.getByText("was paid to the wallet").waitFor();
    assert.equal(await world.claimable("priya-ramanan"), 0n);
  });

  test("numbers and dates are the reader's", async () => {
    const page = await world.open("#/c/tobias-lindqvist", { locale: "de-DE" });
    const [whole, fraction] = shown(await world.claimable("tobias-lindqvist")).split(".");
    await big(page).waitFor();
    assert.equal(await big(page).innerText(), `${whole.replace(",", ".")},${fraction} GDN`);
  });
});

describe("what is on its way", () => {
  let world;
  before(async () => (world = await stage({ epochs: 1, posted: true })));
  after(() => world?.close());

  const entriesOf = async (epoch) => (await world.api(`v1/epochs/${epoch}/entries`)).map(({ login }) => login);

  test("an entry in its window says from when it can be credited; a challenged one that it waits for an answer", async () => {
    const login = "jun-parkway";
    const page = await world.open(`#/c/${login}`);
    await page.getByRole("heading", { name: "On its way" }).waitFor();
    await page.getByText(/Can be credited from .*, unless somebody challenges it\./).waitFor();
    await world.look(page, "claim-window");
    const position = (await entriesOf(2)).indexOf(login);
    const bond = await world.read("Disputes", "bond");
    await world.send(world.stranger, "Disputes", "challenge", [2n, position], bond);
    await page.reload();
    await page.getByText(/^Under challenge\. An answer must come by /).waitFor();
    await page.getByText("can be claimed now, from epoch 1").waitFor();
    await world.look(page, "claim-challenged");
    // The others go on as before.
    const other = await world.open("#/c/tobias-lindqvist");
    await other.getByText(/Can be credited from/).waitFor();
  });

  test("the answer decides: what stands is credited, what is dropped is shown as such", async () => {
    const position = (await entriesOf(2)).indexOf("tobias-lindqvist");
    const bond = await world.read("Disputes", "bond");
    await world.send(world.stranger, "Disputes", "challenge", [2n, position], bond);
    const challenge = await world.read("Disputes", "challengeCount");
    await world.resolve(challenge - 1n, "stands");
    await world.resolve(challenge, "dropped");
    const dropped = await world.open("#/c/tobias-lindqvist");
    await dropped.getByText("Dropped after a challenge.").waitFor();
    await world.settle(2);
    const page = await world.open("#/c/jun-parkway");
    await page.getByText("can be claimed now, from epochs 1 and 2").waitFor();
    assert.equal(await page.getByRole("heading", { name: "On its way" }).count(), 0);
    await dropped.reload();
    await dropped.getByText("can be claimed now, from epoch 1").waitFor();
    await dropped.getByText("Dropped after a challenge.").waitFor();
    await world.look(dropped, "claim-dropped");
  });
});
