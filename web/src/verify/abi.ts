//! The parts of the distributor that verification reads, beside those in `chain/abi`. A test holds them to `bindings/abi`.

import { parseAbi } from "viem";
import { REWARD_BATCH } from "../chain/abi";

const structs = [
  "struct Terms { bytes32 policyHash; uint64 epochBudget; uint48 capPerPerson; uint64 fromEpoch; }",
  REWARD_BATCH,
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
  "error Terms_None(uint64 epoch)",
]);
