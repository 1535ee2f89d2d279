//! The parts of the distributor that verification reads, beside those in `chain/abi`. A test holds them to `bindings/abi`.

import { parseAbi } from "viem";

const structs = [
  "struct Terms { bytes32 policyHash; uint64 epochBudget; uint48 capPerPerson; uint64 fromEpoch; }",
  "struct RewardBatch { uint64 epoch; uint32 round; uint64 oracleSet; uint64 postBefore; uint64 total; bytes32 entriesHash; bytes32 policyHash; bytes32 evidenceHash; }",
] as const;

export const verifyAbi = parseAbi([
  ...structs,
  "function termsOf(uint64 epoch) view returns (Terms)",
  "function epochStart() view returns (uint64)",
  "function epochLength() view returns (uint64)",
  "function hashBatch(RewardBatch header) view returns (bytes32)",
  "function postBatch(RewardBatch batch, bytes signatures)",
  "function postAndPublish(RewardBatch header, bytes signatures, bytes entries)",
  "event BatchPublished(uint64 indexed epoch, uint32 indexed round, uint64 windowEnd)",
  "event BatchSettled(uint64 indexed epoch, uint32 indexed round, uint64 credited, uint64 released)",
  "event BatchVoided(uint64 indexed epoch, uint32 indexed round, uint8 reason)",
  "error Terms_None(uint64 epoch)",
]);
