//! Amounts are exact and never more than they are; times and runs read well.

import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./load.mjs";

const format = await load("format.ts");
const router = await load("router.ts");
const { parse, ConfigError } = await load("config.ts");

const in_ = (languages, act) => {
  Object.defineProperty(globalThis, "navigator", { value: { languages }, configurable: true });
  return act();
};

test("an amount is exact beyond what a float holds", () => {
  in_(["en-US"], () => {
    assert.equal(format.decimal(123_456_789_012_345_678_901_234_567n, 18), "123456789.012345678901234567");
    assert.equal(format.amount(9_007_199_254_740_993_000_000_000_000_000_000n, 18), "9,007,199,254,740,993.00");
    assert.equal(format.decimal(1n, 18), "0.000000000000000001");
    assert.equal(format.decimal(0n, 18), "0");
    assert.equal(format.decimal(5n, 0), "5");
    assert.equal(format.decimal(-1_500_000n, 6), "-1.5");
  });
});

test("what is cut off is never rounded up, and little is not nothing", () => {
  in_(["en-US"], () => {
    assert.equal(format.amount(1_999_999n, 6), "1.99");
    assert.equal(format.amount(9_999n, 6), "<0.01");
    assert.equal(format.amount(10_000n, 6), "0.01");
    assert.equal(format.amount(0n, 6), "0.00");
    assert.equal(format.amount(7n, 0), "7.00");
  });
});

test("the reader's locale decides how it is written", () => {
  assert.equal(in_(["de-DE"], () => format.amount(1_234_567_890_000n, 6)), "1.234.567,89");
  assert.equal(in_(["fr-FR"], () => format.percent(437)).replace(/\s/g, " "), "43,7 %");
  assert.equal(in_(["en-US"], () => format.thousandths(1_062)), "1.062");
});

test("durations use the largest unit that fits twice", () => {
  in_(["en-US"], () => {
    assert.equal(format.duration(259_200), "3 days");
    assert.equal(format.duration(86_400), "24 hours");
    assert.equal(format.duration(60), "60 seconds");
    assert.equal(format.relative(1_000, 8_200), "2 hours ago");
    assert.equal(format.relative(1_000 + 3 * 86_400, 1_000), "in 3 days");
  });
});

test("three neighbours are a run, two are not", () => {
  assert.deepEqual(format.runs([9, 4, 5, 6, 7, 8]), [[4, 9]]);
  assert.deepEqual(format.runs([2, 1]), [[1, 1], [2, 2]]);
  assert.deepEqual(format.runs([1, 3, 4, 5, 5, 7]), [[1, 1], [3, 5], [7, 7]]);
});

test("fragments lead to views, and views to fragments", () => {
  const routes = [
    { view: "claim" },
    { view: "contributor", who: "jun-parkway" },
    { view: "contributor", who: "90100004" },
    { view: "link" },
    { view: "link", login: "octocat" },
    { view: "epochs" },
    { view: "epoch", epoch: 7 },
    { view: "verify", epoch: 7 },
    { view: "govern" },
    { view: "proposal", id: "1".repeat(77) },
  ];
  for (const route of routes) assert.deepEqual(router.parse(router.href(route)), route);
});

test("a fragment that is none leads nowhere", () => {
  for (const hash of ["#/c/", "#/c/-x", "#/c/a/b", "#/epoch/0", "#/epoch/1e3", "#/proposal/x", "#/%E0%A4", "#/nothing", "#/c/%3Cscript%3E"]) {
    assert.deepEqual(router.parse(hash), { view: "missing" }, hash);
  }
});

const address = `0x${"11".repeat(20)}`;
const config = () => ({
  organization: "org",
  apis: ["./", "https://b.example"],
  chain: { id: 1, name: "Chain", rpcs: ["https://rpc.example"], explorer: "https://scan.example", currency: { name: "Ether", symbol: "ETH", decimals: 18 } },
  block: 1,
  contracts: Object.fromEntries(["distributor", "links", "disputes", "token", "treasury", "governor", "timelock", "earnedVotes", "veto"].map((name) => [name, address])),
  epochStart: 1,
  epochLength: 604_800,
  window: 86_400,
  unit: "1000000000000",
  repositories: [{ id: 1, name: "org/one" }],
  ranking: false,
  policies: [],
});
const BASE = "https://page.example/folder/";

test("a configuration is read, with addresses relative to the page", () => {
  const read = parse(config(), BASE);
  assert.deepEqual(read.apis, [BASE, "https://b.example/"]);
  assert.equal(read.chain.explorer, "https://scan.example/");
  assert.equal(read.unit, 10n ** 12n);
  assert.equal(read.accrueEpochs, null);
});

test("a wrong configuration names the key", () => {
  const wrong = [
    ["chain.id", (one) => (one.chain.id = "1")],
    ["chain.rpcs", (one) => (one.chain.rpcs = ["http://rpc.example"])],
    ["chain.rpcs", (one) => (one.chain.rpcs = ["javascript:alert(1)"])],
    ["chain.explorer", (one) => (one.chain.explorer = "javascript:alert(1)")],
    ["contracts.veto", (one) => (one.contracts.veto = "0x12")],
    ["unit", (one) => (one.unit = "0")],
    ["unit", (one) => (one.unit = 1)],
    ["repositories", (one) => (one.repositories = [1])],
  ];
  for (const [key, change] of wrong) {
    const changed = config();
    change(changed);
    assert.throws(() => parse(changed, BASE), (error) => error instanceof ConfigError && error.key === key, key);
  }
});
