//! Events from a provider that gives few blocks, or few events, at once: all of them, each once, or none.

import assert from "node:assert/strict";
import { test } from "node:test";
import { createClient, custom, encodeAbiParameters, encodeEventTopics, parseAbiItem, toHex } from "viem";
import { load } from "./load.mjs";

const { logsOf, TooManyBlocks } = await load("chain/logs.ts");

const event = parseAbiItem("event Linked(uint64 indexed id, address indexed wallet, uint64 nonce)");
const address = "0x1474f139b3b2dc4f30b70ba0128d3c121800043f";
const wallet = "0x00000000000000000000000000000000000000ff";

/** A provider with one event in each of these blocks; `refuses(blocks, events)` says which ranges it does not give. */
function provider(head, blocks, refuses) {
  const asked = [];
  const log = (block) => ({
    address,
    topics: encodeEventTopics({ abi: [event], eventName: "Linked", args: { id: BigInt(block), wallet } }),
    data: encodeAbiParameters([{ type: "uint64" }], [0n]),
    blockNumber: toHex(block),
    blockHash: toHex(block, { size: 32 }),
    transactionHash: toHex(block, { size: 32 }),
    transactionIndex: "0x0",
    logIndex: "0x0",
    removed: false,
  });
  const request = async ({ method, params }) => {
    if (method === "eth_blockNumber") return toHex(head);
    assert.equal(method, "eth_getLogs");
    const [from, to] = [Number(params[0].fromBlock), Number(params[0].toBlock)];
    asked.push([from, to]);
    const found = blocks.filter((block) => block >= from && block <= to);
    if (refuses(to - from + 1, found.length)) throw Object.assign(new Error("query exceeds the limit of this provider"), { code: -32005 });
    return found.map(log);
  };
  const reader = createClient({ transport: custom({ request }, { retryCount: 0 }) });
  return { asked, all: () => logsOf(reader, { address, events: [event], from: 100n }) };
}

const ids = (logs) => logs.map(({ args }) => Number(args.id));

test("a provider without limits is asked once", async () => {
  const { asked, all } = provider(1_000_000, [100, 5_000, 1_000_000], () => false);
  assert.deepEqual(ids(await all()), [100, 5_000, 1_000_000]);
  assert.deepEqual(asked, [[100, 1_000_000]]);
});

test("where few blocks are given at once all events are found, each once and in their order", async () => {
  const blocks = [100, 101, 7_000, 7_001, 31_337, 49_999, 50_000];
  for (const limit of [1_000, 4_096, 49_900]) {
    const { asked, all } = provider(50_000, blocks, (count) => count > limit);
    assert.deepEqual(ids(await all()), blocks, `${limit} blocks at once`);
    assert.ok(asked.length <= 140, `${asked.length} requests for ${limit} blocks at once`);
  }
});

test("where few events are given at once the range shrinks until they fit", async () => {
  const blocks = Array.from({ length: 300 }, (_, index) => 100 + index * 3);
  const { all } = provider(2_000, blocks, (_, events) => events > 25);
  assert.deepEqual(ids(await all()), blocks);
});

test("a provider that gives too little is not asked for ever, and nothing is told as if it were all", async () => {
  const { asked, all } = provider(10_000_000, [100], (count) => count > 500);
  await assert.rejects(all(), (error) => error.constructor.name === TooManyBlocks.name);
  assert.ok(asked.length < 140, `${asked.length} requests`);
});

test("a provider that fails whatever is asked is told as what it is", async () => {
  const { asked, all } = provider(200, [150], () => true);
  await assert.rejects(all(), /exceeds the limit of this provider/);
  assert.ok(asked.length < 40, `${asked.length} requests`);
});
