// The third side of the shared vectors: packs entries, chains chunks and hashes headers with viem, as a page in a browser would,
// and agrees with what Rust and Solidity wrote. `GUERDON_WRITE_VECTORS=1` writes a file of its own for them to recompute.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { concat, encodePacked, hashTypedData, keccak256, sha256, toBytes, zeroHash } from "viem";

const file = (name) => new URL(`../../vectors/${name}`, import.meta.url);
const read = (name) => JSON.parse(readFileSync(file(name), "utf8"));

const TYPES = {
  RewardBatch: [
    { name: "epoch", type: "uint64" },
    { name: "round", type: "uint32" },
    { name: "oracleSet", type: "uint64" },
    { name: "postBefore", type: "uint64" },
    { name: "total", type: "uint64" },
    { name: "entriesHash", type: "bytes32" },
    { name: "policyHash", type: "bytes32" },
    { name: "evidenceHash", type: "bytes32" },
  ],
};

/** Packs, chains and hashes everything that follows from the inputs of a case. */
function compute({ name, chain_id, distributor, batch, entries, chunk_size }) {
  const size = Number(chunk_size);
  const chunks = [];
  for (let first = 0; first < entries.length; first += size) {
    const part = entries.slice(first, first + size);
    chunks.push(concat(part.map(({ id, units }) => encodePacked(["uint64", "uint48"], [BigInt(id), BigInt(units)]))));
  }
  const rests = [];
  let rest = zeroHash;
  for (const chunk of [...chunks].reverse()) {
    rests.unshift(rest);
    rest = keccak256(concat([keccak256(chunk), rest]));
  }
  const total = entries.reduce((sum, { units }) => sum + BigInt(units), 0n);
  const header = { ...batch, total: String(total), entries_hash: rest };
  const digest = hashTypedData({
    domain: { name: "Guerdon", version: "1", chainId: BigInt(chain_id), verifyingContract: distributor },
    types: TYPES,
    primaryType: "RewardBatch",
    message: {
      epoch: BigInt(header.epoch),
      round: Number(header.round),
      oracleSet: BigInt(header.oracle_set),
      postBefore: BigInt(header.post_before),
      total,
      entriesHash: header.entries_hash,
      policyHash: header.policy_hash,
      evidenceHash: header.evidence_hash,
    },
  });
  return { name, chain_id, distributor, batch: header, entries, chunk_size, chunks, rests, digest };
}

for (const name of ["rust.json", "solidity.json"]) {
  test(`viem computes what ${name} says`, () => {
    const { cases } = read(name);
    assert.ok(cases.length > 0);
    for (const one of cases) assert.deepEqual(compute(one), one, one.name);
  });
}

/** Ids and amounts spread over their whole range by a hash. */
function spread(seed, count) {
  const entries = Array.from({ length: count }, (_, at) => {
    const hash = BigInt(sha256(toBytes(`${seed}/${at}`)));
    return { id: hash >> 192n, units: ((hash >> 144n) & (2n ** 48n - 1n)) || 1n };
  });
  entries.sort((a, b) => (a.id < b.id ? -1 : 1));
  return entries.map(({ id, units }) => ({ id: String(id), units: String(units) }));
}

function ours() {
  const one = (name, chain_id, distributor, epoch, entries, chunk_size) =>
    compute({
      name,
      chain_id,
      distributor,
      batch: {
        epoch,
        round: "1",
        oracle_set: "1",
        post_before: "1900000000",
        total: "0",
        entries_hash: zeroHash,
        policy_hash: sha256(toBytes(`policy ${name}`)),
        evidence_hash: sha256(toBytes(`evidence ${name}`)),
      },
      entries,
      chunk_size,
    });
  const place = (byte) => `0x${byte.repeat(20)}`;
  return {
    cases: [
      one("a browser's single entry", "31337", place("d1"), "1", spread("single", 1), "500"),
      one("a browser's seven in threes", "1", place("5e"), "18446744073709551615", spread("seven", 7), "3"),
      one("a browser's hundred", "11155111", place("ab"), "9", spread("hundred", 100), "500"),
    ],
  };
}

test("Rust and Solidity read what viem wrote", () => {
  const text = `${JSON.stringify(ours(), null, 2)}\n`;
  if (process.env.GUERDON_WRITE_VECTORS) writeFileSync(file("typescript.json"), text);
  assert.equal(readFileSync(file("typescript.json"), "utf8"), text, "run `make vectors`");
});
