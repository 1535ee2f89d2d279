//! From events to what one contributor has: credited, waiting, challenged, skipped, dropped.

import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./load.mjs";

const { follow } = await load("chain/batches.ts");
const { entriesIn, unclaimedEpochs } = await load("chain/entries.ts");
const { unpack } = await load("chain/packed.ts");
const { waiting } = await load("link/accrued.ts");

const pack = (...entries) => `0x${entries.map(([id, units]) => id.toString(16).padStart(16, "0") + units.toString(16).padStart(12, "0")).join("")}`;
const log = (eventName, args) => ({ eventName, args: { epoch: 1n, round: 1, ...args } });
const published = log("EntriesPublished", { firstPosition: 0, entries: pack([7, 10], [8, 20], [9, 30]) });
const credited = (count) => log("EntriesCredited", { count });
const entriesOf = (...logs) => entriesIn(follow(logs, 8n));
const states = (...logs) => entriesOf(...logs).map(({ state }) => state);

test("entries are the id in eight bytes and the units in six", () => {
  assert.deepEqual(unpack(pack([2n ** 64n - 1n, 2n ** 48n - 1n])), [{ id: 2n ** 64n - 1n, units: 2n ** 48n - 1n }]);
  assert.deepEqual(unpack("0x"), []);
});

test("an entry waits until crediting has passed it", () => {
  assert.deepEqual(states(published), ["waiting"]);
  assert.deepEqual(states(published, credited(1)), ["waiting"]);
  assert.deepEqual(states(published, credited(1), credited(2)), ["credited"]);
});

test("a frozen entry is challenged, whether crediting has passed it or not", () => {
  const frozen = log("EntryFrozen", { position: 1 });
  assert.deepEqual(states(published, frozen), ["challenged"]);
  assert.deepEqual(states(published, frozen, log("EntryHeld", { position: 1, id: 8n, units: 20n }), credited(3)), ["challenged"]);
  assert.deepEqual(states(published, log("EntryFrozen", { position: 0 })), ["waiting"]);
});

test("the answer to a challenge credits or drops what was held", () => {
  const held = [published, log("EntryFrozen", { position: 1 }), log("EntryHeld", { position: 1, id: 8n }), credited(3)];
  assert.deepEqual(states(...held, log("HeldEntryCredited", { position: 1, id: 8n })), ["credited"]);
  assert.deepEqual(states(...held, log("EntrySkipped", { id: 8n, reason: 2 })), ["dropped"]);
  assert.deepEqual(states(published, log("EntryFrozen", { position: 1 }), log("EntryUnfrozen", { position: 1 }), credited(3)), ["credited"]);
});

test("a skipped entry is not credited", () => {
  assert.deepEqual(states(published, log("EntrySkipped", { id: 8n, reason: 0 }), credited(3)), ["skipped"]);
  assert.deepEqual(states(published, log("EntrySkipped", { id: 9n, reason: 0 }), credited(3)), ["credited"]);
});

test("a frozen batch holds all of it, a void one leaves nothing", () => {
  assert.deepEqual(states(published, log("BatchFrozen", {})), ["challenged"]);
  assert.deepEqual(states(published, log("BatchFrozen", {}), log("BatchUnfrozen", {})), ["waiting"]);
  assert.deepEqual(states(published, log("BatchVoided", { reason: 2 })), []);
  const next = { ...log("EntriesPublished", { firstPosition: 0, entries: pack([8, 21]) }) };
  next.args.round = 2;
  assert.deepEqual(entriesOf(published, log("BatchVoided", { reason: 2 }), next).map(({ round, units }) => [round, units]), [[2, 21n]]);
});

test("a claim pays the oldest entries; what is left comes from the newest", () => {
  const entries = [4, 5, 6].map((epoch) => ({ epoch, units: 10n, state: "credited" }));
  assert.deepEqual(unclaimedEpochs(entries, 0n, 30n), [4, 5, 6]);
  assert.deepEqual(unclaimedEpochs(entries, 10n, 30n), [5, 6]);
  assert.deepEqual(unclaimedEpochs(entries, 30n, 30n), []);
  // Events that do not come to what the account holds say nothing.
  assert.equal(unclaimedEpochs(entries, 0n, 31n), null);
});

test("accruals wait, are granted, and lapse", () => {
  const result = { linked: false, earned: 0n, repaid: 0n, returned: 0n, granted_accruals: [] };
  const config = { accrueEpochs: 3, epochStart: 1_000, epochLength: 100 };
  const of = (epoch, more) => ({ epoch, result: { ...result, ...more } });
  assert.deepEqual(waiting([of(1, { earned: 5n }), of(2, { earned: 7n, repaid: 2n })], config), [
    { epoch: 1, units: 5n, until: 1_300 },
    { epoch: 2, units: 5n, until: 1_400 },
  ]);
  assert.deepEqual(waiting([of(1, { earned: 5n }), of(2, { linked: true, earned: 9n, granted_accruals: [[1, 3n]] })], config), [{ epoch: 1, units: 2n, until: 1_300 }]);
  assert.deepEqual(waiting([of(1, { earned: 5n }), of(4, { earned: 1n })], config).map(({ epoch }) => epoch), [4]);
  assert.equal(waiting([of(1, { earned: 5n })], { ...config, accrueEpochs: null })[0].until, null);
});
