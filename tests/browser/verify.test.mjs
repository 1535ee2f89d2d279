//! Verification in the visitor's own browser: right, tampered with, withheld, and batches that are wrong themselves.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { concatHex, keccak256, pad, parseSignature, serializeCompactSignature, signatureToCompactSignature, toHex } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { open } from "../../oracle/wasm/module.mjs";
import { stage, until } from "./harness/world.mjs";

const heading = (page, name) => page.getByRole("heading", { name });
const title = (page) => page.locator(".notice-title");

describe("verifying", () => {
  let world;
  let evidence;
  let hash;
  let facts;
  before(async () => {
    world = await stage({ epochs: 2 });
    // The server's view is some seconds behind.
    ({ evidence_hash: hash } = await until("epoch 2", async () => (await world.api("v1/epochs")).find(({ epoch }) => epoch === 2)));
    evidence = await (await fetch(new URL(`v1/evidence/${hash}`, world.url))).text();
    facts = evidence.split("\n").filter((line) => /^\{"(pull|review|issue|answer|kudos|witness)"/.test(line)).length;
  });
  after(() => world?.close());

  /** Opens the page with another file in the place of the evidence; null is none at all. */
  const openWith = (file, path = "#/verify/2", options = {}) =>
    world.open(path, {
      ...options,
      before: (page) =>
        page.context().route(/\/v1\/evidence\//, (route) =>
          file === null ? route.fulfill({ status: 404, body: "{}" }) : route.fulfill({ status: 200, contentType: "application/jsonl", headers: { "access-control-allow-origin": "*" }, body: file }),
        ),
    });

  test("a batch that is right equals the chain, fact for fact and entry for entry", async () => {
    const page = await world.open("#/epoch/2");
    await page.getByRole("link", { name: "Verify in this browser" }).click();
    const { entryCount } = await world.read("RewardDistributor", "batch", 2n);
    await page.getByText(`Verified here: ${facts} facts and ${entryCount} entries equal the chain.`).waitFor();
    await page.getByText("It goes on where epoch 1 ended").waitFor();
    const rows = page.getByRole("table", { name: "What was computed here" }).locator("tbody tr");
    assert.ok((await rows.count()) >= 13);
    for (const row of await rows.all()) assert.match(await row.innerText(), /equal/);
    assert.equal(await page.getByRole("table", { name: "Entries that differ" }).count(), 0);
    await world.look(page, "verify-right");
  });

  test("the module's hash is that of the file that is served", async () => {
    const page = await world.open("#/verify/1");
    const asked = page.waitForResponse(/\.wasm$/);
    const served = createHash("sha256").update(await (await asked).body()).digest("hex");
    await page.getByText(/^Verified here/).waitFor();
    await page.getByText("It is the first epoch").waitFor();
    await page.getByText(`0x${served}`).waitFor();
    await page.getByText(/^rustc \d/).waitFor();
  });

  test("it works from any host, with the chain through the wallet alone", async () => {
    const config = await world.config();
    const at = await world.host({ ...config, chain: { ...config.chain, rpcs: [] } });
    const page = await world.open("#/verify/2", { at, wallet: world.wallet("jun-parkway", { connected: true }) });
    await page.getByRole("button", { name: "Connect a wallet" }).first().click();
    await page.getByRole("dialog").getByRole("button", { name: "MetaMask" }).click();
    await page.getByText(/^Verified here/).waitFor();
    assert.ok(page.wallet.count("eth_getLogs") > 0, "the chain was read through the wallet");
  });

  test("tampered evidence is shown as such, with every entry that differs and whose it is", async () => {
    const more = evidence.replace(/"hunks":\d+/, '"hunks":5').replace(/\["[^"]+",\d+,\d+,"M"\]/, (file) => file.replace(/,\d+,/, ",9000,"));
    assert.notEqual(more, evidence);
    const page = await openWith(more);
    await title(page).getByText("This is not the evidence that the oracles signed").waitFor();
    const row = page.getByRole("row", { name: /^Evidence, SHA-256 differs/ });
    assert.match(await row.innerText(), new RegExp(hash.slice(2, 8)));
    const differing = page.getByRole("table", { name: "Entries that differ" }).locator("tbody tr");
    assert.ok((await differing.count()) > 0);
    const logins = world.people.map((person) => person.login);
    await until("names", async () => logins.includes(await differing.first().getByRole("link").innerText()));
    assert.match(await page.locator("main").innerText(), /Places that did not have it[^]*another file, 0x/);
    await world.look(page, "verify-tampered");
  });

  test("a fact that is taken away is seen, though all that is left is as it was", async () => {
    const lines = evidence.split("\n");
    const at = lines.findIndex((line) => line.startsWith('{"review"'));
    const page = await openWith(lines.toSpliced(at, 1).join("\n"));
    await title(page).getByText("This is not the evidence that the oracles signed").waitFor();
  });

  test("a file that is no evidence is refused with the line that is wrong", async () => {
    const page = await openWith(evidence.slice(0, evidence.length / 2));
    await title(page).getByText("This file is not evidence").waitFor();
    await page.getByText(/is about who gave the file, not about the batch/).waitFor();
    await page.getByText(/the evidence is cut off, its last line does not end/).waitFor();
    await world.look(page, "verify-unreadable");
  });

  test("evidence that nobody gives is said to be a reason to challenge, and can be asked for again", async () => {
    const page = await openWith(null);
    await title(page).getByText("Nobody gives the evidence").waitFor();
    await page.getByText(/valid reason to challenge the whole batch/).waitFor();
    await page.getByText("HTTP 404").first().waitFor();
    await world.look(page, "verify-withheld");
    await page.context().unroute(/\/v1\/evidence\//);
    await page.getByRole("button", { name: "Verify again" }).click();
    await page.getByText(/^Verified here/).waitFor();
  });

  test("of several places the first that has the right file is taken, and the others are named", async () => {
    const config = await world.config();
    const at = await world.host({ ...config, apis: ["https://liar.example/", ...config.apis] });
    const page = await world.open("#/verify/2", {
      at,
      before: (page) => page.context().route(/^https:\/\/liar\.example\//, (route) => route.fulfill({ status: 200, headers: { "access-control-allow-origin": "*" }, body: evidence.replace(/"number":(\d+)/, '"number":$10') })),
    });
    await page.getByText(/^Verified here/).waitFor();
    await heading(page, "Places that did not have it").waitFor();
    await page.getByText(/liar\.example\/v1\/evidence\/0x[0-9a-f]+…[0-9a-f]+: another file/).waitFor();
  });

  test("without the policy's text nothing is said about the batch", async () => {
    const page = await world.open("#/verify/2", { before: (page) => page.context().route(/\/policies\//, (route) => route.fulfill({ status: 404, body: "{}" })) });
    await title(page).getByText("The policy's text is not to be had").waitFor();
    await page.getByText(/Nothing is said about the batch/).waitFor();
    await world.look(page, "verify-no-policy");
  });

  test("another policy in its place is not taken", async () => {
    const page = await world.open("#/verify/2", {
      before: (page) =>
        page.context().route(/\/policies\//, async (route) => {
          const answer = await route.fetch();
          await route.fulfill({ response: answer, body: (await answer.text()).replace("accrue_epochs = 26", "accrue_epochs = 25") });
        }),
    });
    await title(page).getByText("The policy's text is not to be had").waitFor();
    await page.getByText(/another policy, 0x/).first().waitFor();
  });

  test("progress is shown, and it can be stopped and begun again", async () => {
    let release;
    const held = new Promise((done) => (release = done));
    const page = await world.open("#/verify/2", { before: (page) => page.context().route(/\/v1\/evidence\//, async (route) => (await held, route.continue())) });
    await page.getByText("Getting the evidence…").waitFor();
    assert.equal(await page.getByRole("progressbar", { name: "Getting the evidence…" }).count(), 1);
    await world.look(page, "verify-progress");
    await page.getByRole("button", { name: "Stop" }).click();
    await page.getByText("Stopped").waitFor();
    release();
    await page.getByRole("button", { name: "Verify again" }).click();
    await page.getByText(/^Verified here/).waitFor();
  });

  test("without the chain there is no verdict, and a way to try again", async () => {
    await world.pageRpc("down");
    const page = await world.open("#/verify/2");
    await title(page).getByText("The chain does not answer.").waitFor();
    await world.pageRpc("heal");
    await page.getByRole("button", { name: "Try again" }).click();
    await page.getByText(/^Verified here/).waitFor();
  });

  test("an epoch without anything to verify says so", async () => {
    const page = await world.open("#/verify/9");
    await page.getByText("There is nothing to verify yet").waitFor();
    await world.look(page, "verify-nothing");
  });

  test("when nobody gives the evidence of the epoch before, that is said, and by whom it was not given", async () => {
    const { evidence_hash: first } = (await world.api("v1/epochs")).find(({ epoch }) => epoch === 1);
    const page = await world.open("#/verify/2", { before: (page) => page.context().route(new RegExp(`/v1/evidence/${first}`), (route) => route.fulfill({ status: 404, body: "{}" })) });
    await title(page).getByText("Verified here").waitFor();
    await page.getByText("Nobody gives the evidence of epoch 1, which this one goes on from").waitFor();
    await page.getByText(new RegExp(`/v1/evidence/${first.slice(0, 6)}.*: HTTP 404`)).first().waitFor();
    await world.look(page, "verify-before-withheld");
  });

  // These come last, because they change the chain.
  test("a batch that the oracles signed and that does not follow from its evidence is found", async () => {
    const [wrong, right] = [world.person("rick-fastbuck"), world.person("jun-parkway")].map(({ id }) => BigInt(id));
    const entries = [[wrong, 1_000_000n], [right, 1n]].sort(([a], [b]) => (a < b ? -1 : 1));
    const packed = concatHex(entries.flatMap(([id, units]) => [toHex(id, { size: 8 }), toHex(units, { size: 6 })]));
    const { evidence_hash: evidenceHash } = (await world.api("v1/epochs")).find(({ epoch }) => epoch === 1);
    await postForged(world, { epoch: 1n, entries: packed, total: 1_000_001n, evidenceHash });
    const page = await world.open("#/verify/1");
    await title(page).getByText("This does not equal the chain").waitFor();
    await page.getByText("The evidence is the one that was signed, and the batch does not follow from it.").waitFor();
    const row = page.getByRole("table", { name: "Entries that differ" }).getByRole("row", { name: /rick-fastbuck|[0-9]+ / }).filter({ hasText: "1.00" });
    await row.first().waitFor();
    assert.match(await page.getByRole("row", { name: /^Entries, hash chain differs/ }).innerText(), /differs/);
    await page.getByRole("link", { name: "How to challenge" }).waitFor();
    await world.look(page, "verify-forged");
  });

  test("evidence that begins with an accrual that nobody had is found, though all that follows from it is right", async () => {
    const rick = world.person("rick-fastbuck").id;
    const { round } = await world.read("RewardDistributor", "batch", 2n);
    // Without its facts: the epoch's budget is spent.
    const state = evidence.split("\n").filter((line) => !/^\{"(pull|review|issue|answer|kudos|witness)"/.test(line));
    const forged = state.join("\n")
      .replace(/"round":\d+/, `"round":${round + 1}`)
      .replace(new RegExp(`(\\{"accepted":\\d+,)([^}]*"id":${rick},)`), '$1"accruals":[[1,900000000]],$2');
    const module = await open(readFileSync(new URL("../../web/wasm/guerdon.wasm", import.meta.url)));
    const { policyHash } = await world.read("RewardDistributor", "termsOf", 2n);
    module.put(1, Buffer.from(await (await fetch(new URL(`v1/policies/${policyHash}`, world.url))).arrayBuffer()));
    module.call("learn");
    module.put(0, Buffer.from(forged));
    const { chunks, total, evidence_hash: evidenceHash } = JSON.parse(module.call("rebuild"));
    assert.ok(BigInt(total) > 0n && evidenceHash !== hash);
    await postForged(world, { epoch: 2n, entries: chunks[0].entries, total: BigInt(total), evidenceHash });
    const page = await world.open("#/verify/2", {
      before: (page) => page.context().route(new RegExp(`/v1/evidence/${evidenceHash}`), (route) => route.fulfill({ status: 200, headers: { "access-control-allow-origin": "*" }, body: forged })),
    });
    await title(page).getByText("This does not go on from the epoch before").waitFor();
    await page.getByText("is not what they had at the end of epoch 1").waitFor();
    for (const row of await page.getByRole("table", { name: "What was computed here" }).locator("tbody tr").all()) assert.match(await row.innerText(), /equal/);
    await page.getByRole("link", { name: "How to challenge" }).waitFor();
    await world.look(page, "verify-made-up");
  });
});

/** Two of the three oracles sign whatever is asked, as a stolen quorum would: the next round of an epoch. */
async function postForged(world, { epoch, entries, total, evidenceHash }) {
  const { round } = await world.read("RewardDistributor", "batch", epoch);
  const { policyHash } = await world.read("RewardDistributor", "termsOf", epoch);
  const oracleSet = await world.read("RewardDistributor", "oracleSetId");
  const { timestamp } = await world.chain.getBlock();
  const entriesHash = keccak256(concatHex([keccak256(entries), pad("0x", { size: 32 })]));
  const header = { epoch, round: round + 1, oracleSet, postBefore: timestamp + 86_400n, total, entriesHash, policyHash, evidenceHash };
  const digest = await world.read("RewardDistributor", "hashBatch", header);
  const [members] = await world.read("RewardDistributor", "oracleSet", oracleSet);
  const keys = world.oracles.slice(0, 2).map(({ key }) => privateKeyToAccount(key));
  const signed = keys.map((account) => ({ account, bit: members.findIndex((member) => member.toLowerCase() === account.address.toLowerCase()) })).sort((a, b) => a.bit - b.bit);
  const bitmap = signed.reduce((bits, { bit }) => bits | (1n << BigInt(bit)), 0n);
  const compact = await Promise.all(signed.map(async ({ account }) => serializeCompactSignature(signatureToCompactSignature(parseSignature(await account.sign({ hash: digest }))))));
  const signatures = concatHex([toHex(bitmap, { size: 32 }), ...compact]);
  await world.send(world.stranger, "RewardDistributor", "postAndPublish", [header, signatures, entries]);
}
