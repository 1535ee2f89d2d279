//! Verification without a browser: the module's answers, what is compared, where files are looked for; and that no bytes
//! whatever make the module trap.

import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";
import { open } from "../../oracle/wasm/module.mjs";
import { load } from "./load.mjs";

const { compare } = await load("verify/compare.ts");
const { follow } = await load("chain/batches.ts");
const { preceding, rebuilt, simulation, attacked } = await load("verify/answers.ts");
const { evidencePlaces, policyPlaces } = await load("verify/places.ts");

const file = (path) => readFileSync(new URL(`../../${path}`, import.meta.url));
const golden = "oracle/core/tests/golden";
const policy = file(`${golden}/policy.toml`);
const epochs = readdirSync(new URL(`../../${golden}`, import.meta.url)).filter((name) => /^epoch-\d+\.evidence\.jsonl$/.test(name)).sort();
const evidence = epochs.map((name) => file(`${golden}/${name}`));

async function module(progress) {
  assert.ok(existsSync(new URL("../wasm/guerdon.wasm", import.meta.url)), "there is no web/wasm: run `make web`");
  return open(file("web/wasm/guerdon.wasm"), progress);
}

const say = (module, call) => JSON.parse(module.call(call));

/** A batch as computed here, and the same on the chain. */
async function both() {
  const one = await module();
  one.put(1, policy);
  one.call("learn");
  one.put(0, evidence[0]);
  const here = rebuilt(say(one, "rebuild"), "answer");
  const header = { epoch: here.epoch, round: here.round, oracleSet: 1n, total: here.total, entriesHash: here.entriesHash, policyHash: here.policyHash, evidenceHash: here.evidenceHash };
  const batch = { header, status: "settled", entries: here.entries.map((entry, position) => ({ ...entry, position, state: "credited" })) };
  const chain = { epoch: here.epoch, chainId: here.chain, distributor: here.distributor, unit: here.unit, starts: here.starts, ends: here.ends, terms: { policyHash: here.policyHash, budget: here.budget, cap: here.cap }, batch, now: 0 };
  return { here, chain };
}

test("a batch is rebuilt with its entries, which add up", async () => {
  const { here } = await both();
  assert.ok(here.entries.length > 3 && here.facts > 10);
  assert.equal(here.entries.reduce((sum, { units }) => sum + units, 0n), here.total);
  assert.equal(here.bytes, evidence[0].length);
  assert.ok(here.entries.every(({ id }, index) => index === 0 || here.entries[index - 1].id < id));
});

test("a file that comes in pieces is the same file", async () => {
  const one = await module();
  one.put(0, new Uint8Array());
  for (let at = 0; at < evidence[0].length; at += 777) one.add(0, evidence[0].subarray(at, at + 777));
  const inPieces = one.call("sha256");
  one.put(0, evidence[0]);
  assert.equal(one.call("sha256"), inPieces);
});

test("progress ends at the file's last byte", async () => {
  const told = [];
  const one = await module((done, of) => told.push([done, of]));
  one.put(1, policy);
  one.call("learn");
  one.put(0, evidence[0]);
  one.call("rebuild");
  assert.deepEqual(told.at(-1), [evidence[0].length, evidence[0].length]);
});

test("what is equal passes, and each thing that is not is named", async () => {
  const { here, chain } = await both();
  const made = { before: here.cutoff - 1n, at: here.cutoff };
  const linked = { ids: here.linked, made };
  const { passed, equal, differences } = compare(here, chain, linked);
  assert.deepEqual([passed, equal, differences], [true, here.entries.length, []]);
  const failing = (changed, ids = linked) => compare(here, changed, ids).checks.filter((check) => !check.passed).map(({ name }) => name);
  const header = (change) => ({ ...chain, batch: { ...chain.batch, header: { ...chain.batch.header, ...change } } });
  const other = `0x${"ee".repeat(32)}`;
  assert.deepEqual(failing(header({ evidenceHash: other })), ["evidence"]);
  assert.deepEqual(failing(header({ policyHash: other })), ["policy"]);
  assert.deepEqual(failing(header({ entriesHash: other })), ["entriesHash"]);
  assert.deepEqual(failing(header({ total: here.total + 1n })), ["total"]);
  assert.deepEqual(failing(header({ round: 9 })), ["epoch"]);
  assert.deepEqual(failing({ ...chain, chainId: 1n }), ["chain"]);
  assert.deepEqual(failing({ ...chain, distributor: `0x${"11".repeat(20)}` }), ["distributor"]);
  assert.deepEqual(failing({ ...chain, unit: 1n }), ["unit"]);
  assert.deepEqual(failing({ ...chain, ends: 1n }), ["period"]);
  assert.deepEqual(failing({ ...chain, terms: { ...chain.terms, budget: 1n, cap: 1n } }), ["budget", "cap"]);
  assert.deepEqual(failing(chain, { ids: here.linked.slice(1), made }), ["links"]);
  for (const wrong of [null, { before: made.before - 1n, at: made.before }, { before: made.at, at: made.at + 12n }]) assert.deepEqual(failing(chain, { ids: here.linked, made: wrong }), ["block"]);
});

test("entries that are more, less, missing or made up are told one by one", async () => {
  const { here, chain } = await both();
  const [first, second, third, ...rest] = chain.batch.entries;
  const published = [{ ...first, units: first.units + 5n }, third, ...rest, { id: 2n ** 63n, units: 1n, position: 99, state: "credited" }];
  const { differences, equal, passed } = compare(here, { ...chain, batch: { ...chain.batch, entries: published } }, null);
  assert.deepEqual(differences, [
    { id: first.id, here: first.units, chain: first.units + 5n },
    { id: second.id, here: second.units, chain: null },
    { id: 2n ** 63n, here: null, chain: 1n },
  ]);
  assert.deepEqual([equal, passed], [here.entries.length - 2, false]);
});

test("an epoch goes on where the one before it ended, or it does not", async () => {
  const one = await module();
  one.put(1, policy);
  one.call("learn");
  const last = evidence.length - 1;
  const take = (bytes, call = "rebuild") => (one.put(0, bytes), say(one, call));
  assert.equal(preceding({ ...take(evidence[0]), followed: [] }, "answer").follows, false, "nothing that was looked at leads to nothing");
  take(evidence[last]);
  for (let at = last - 1; at >= 0; at--) assert.equal(preceding(take(evidence[at], "precede"), "answer").follows, true);
  take(evidence[last]);
  assert.equal(preceding(take(evidence[last - 2], "precede"), "answer").follows, false, "an epoch is left out");
  const text = evidence[last].toString();
  const richer = text.replace(/"accruals":\[\[(\d+),(\d+)\]/, '"accruals":[[$1,$21]');
  assert.notEqual(richer, text);
  take(Buffer.from(richer));
  assert.equal(preceding(take(evidence[last - 1], "precede"), "answer").follows, false, "an accrual is made up");
  one.put(0, Buffer.from("nonsense"));
  assert.equal(say(one, "precede").kind, "evidence");
  assert.equal(take(evidence[0], "precede").kind, "call", "after an error there is nothing to go back from");
});

test("what is not published yet is no difference", async () => {
  const { here, chain } = await both();
  const { differences, unpublished, passed } = compare(here, { ...chain, batch: { ...chain.batch, status: "posted", entries: chain.batch.entries.slice(0, 2) } }, null);
  assert.deepEqual([differences, unpublished, passed], [[], here.entries.length - 2, true]);
});

test("entries stand where the events left them", () => {
  const pack = (...entries) => `0x${entries.map(([id, units]) => id.toString(16).padStart(16, "0") + units.toString(16).padStart(12, "0")).join("")}`;
  const log = (eventName, args) => ({ eventName, args: { epoch: 1n, round: 1, ...args } });
  const logs = [
    log("EntriesPublished", { firstPosition: 0, entries: pack([3, 10], [4, 20]) }),
    log("EntriesPublished", { firstPosition: 2, entries: pack([5, 30], [6, 40], [7, 50], [8, 60]) }),
    log("EntryFrozen", { position: 1 }),
    log("EntryFrozen", { position: 2 }),
    log("EntryFrozen", { position: 3 }),
    log("EntryUnfrozen", { position: 3 }),
    log("EntriesCredited", { count: 5 }),
    log("EntrySkipped", { id: 7n, reason: 0 }),
    log("HeldEntryCredited", { position: 1, id: 4n }),
  ];
  // The contract tells of a skipped entry before the chunk that it is in.
  [logs[6], logs[7]] = [logs[7], logs[6]];
  const [batch, ...others] = follow(logs);
  assert.deepEqual([batch.epoch, batch.round, others], [1n, 1, []]);
  assert.deepEqual(batch.entries.map(({ state }) => state), ["credited", "credited", "challenged", "credited", "skipped", "waiting"]);
});

test("the same policy in its own place changes nothing", async () => {
  const one = await module();
  one.put(1, policy);
  one.call("learn");
  one.call("propose");
  for (const file of evidence) {
    one.put(0, file);
    assert.ok(say(one, "replay").evidence_hash);
  }
  const { people, changes, earned, epochs } = simulation(say(one, "conclude"), "answer");
  assert.deepEqual([people.gain, people.lose, changes, epochs.length], [0, 0, [], evidence.length]);
  assert.equal(earned.before, earned.after);
  const { attack, of } = attacked(say(one, "attack"), "answer");
  assert.ok(of > 20 && attack.holds.before === attack.holds.after);
});

test("places are asked in order, each once, and none that is neither by TLS nor of this machine", () => {
  const hash = `0x${"ab".repeat(32)}`;
  const config = { apis: ["https://a.example/", "http://localhost:5/"], policies: [{ hash, uri: "policies/p.toml" }] };
  const base = "https://page.example/ipfs/x/";
  const urls = (places) => places.map(({ url }) => url);
  const bases = ["https://b.example", "https://c.example/e/{hash}.zst", "https://d.example/e/", "http://plain.example/", "ipfs://bafy", "https://user:secret@e.example/"];
  assert.deepEqual(urls(evidencePlaces(config, hash, bases, [`https://a.example/v1/evidence/${hash}`], base)), [
    `https://a.example/v1/evidence/${hash}`,
    `http://localhost:5/v1/evidence/${hash}`,
    `https://b.example/v1/evidence/${hash}`,
    `https://c.example/e/${hash}.zst`,
    `https://d.example/e/${hash}`,
  ]);
  assert.deepEqual(urls(policyPlaces(config, hash, "javascript:alert(1)", base)), [`https://a.example/v1/policies/${hash}`, `http://localhost:5/v1/policies/${hash}`, `${base}policies/p.toml`]);
});

/** The same numbers in every run. */
function* numbers(seed) {
  for (let state = seed; ; ) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    yield state;
  }
}

const SPLICES = ["", "\n", "{", "\u0000", "18446744073709551615", "-1", "1e999", '"', "ÿ", "[[[[[[[[", "999999999999999999999999"];

function battered(bytes, next) {
  const out = Buffer.from(bytes);
  const at = next() % out.length;
  const length = next() % 40;
  return Buffer.concat([out.subarray(0, at), Buffer.from(SPLICES[next() % SPLICES.length]), out.subarray(at + length)]);
}

test("no bytes make the module trap, and it works after all of them", async () => {
  const one = await module();
  const source = numbers(7);
  const next = () => source.next().value;
  const calls = ["rebuild", "learn", "propose", "replay", "conclude", "attack", "sha256"];
  for (const name of calls) assert.ok(say(one, name), `${name} of nothing`);
  for (let round = 0; round < 150; round++) {
    one.put(0, battered(evidence[round % evidence.length], next));
    one.put(1, round % 3 ? policy : battered(policy, next));
    for (const name of ["learn", "rebuild", ...(round % 10 ? [] : ["propose", "replay", "conclude"])]) say(one, name);
  }
  for (const nested of ["[".repeat(1e6), `{"header":${"[".repeat(1e5)}`, `a = ${"[".repeat(1e5)}`, `[${"a.".repeat(1e5)}a]`, `${"a.".repeat(1e5)}a = 1`, `a = ${"{a=".repeat(1e5)}`]) {
    const bytes = Buffer.from(nested);
    one.put(0, bytes);
    one.put(1, bytes);
    for (const name of ["rebuild", "learn", "propose"]) assert.ok("error" in say(one, name), nested.slice(0, 12));
  }
  assert.throws(() => one.put(0, { length: 2 ** 31 + 5 }), /too large/);
  one.put(1, policy);
  one.put(0, evidence[0]);
  one.call("learn");
  assert.ok(rebuilt(say(one, "rebuild"), "answer").entries.length > 0);
});
