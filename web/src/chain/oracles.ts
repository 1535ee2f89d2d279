//! Who signs.
//!
//! Takes: a reader of the chain. Gives: an oracle set as the distributor has it. Never: a server's word.

import { parseAbi, type Address } from "viem";
import { readContract } from "viem/actions";
import type { Reader } from "./client";

export const oraclesAbi = parseAbi([
  "function oracleSetId() view returns (uint64)",
  "function oracleSet(uint64 id) view returns (address[] members, uint256 threshold, string baseUrl)",
  "function isSwitchedOff(address member) view returns (bool)",
]);

/** An oracle set as it stands on the chain. */
export interface OracleSet {
  readonly id: bigint;
  /** In ascending order; the position is the bit in the quorum's bitmap. */
  readonly members: readonly Address[];
  readonly threshold: number;
  /** Where the evidence files are. */
  readonly baseUrl: string;
  /** Members whose keys count no more, in lower case. */
  readonly switchedOff: ReadonlySet<string>;
}

/** An oracle set, the current one unless told, and which of its keys count no more. */
export async function readOracleSet(reader: Reader, distributor: Address, which?: bigint): Promise<OracleSet> {
  const on = { address: distributor, abi: oraclesAbi } as const;
  const id = which ?? (await readContract(reader, { ...on, functionName: "oracleSetId" }));
  const [members, threshold, baseUrl] = await readContract(reader, { ...on, functionName: "oracleSet", args: [id] });
  const off = await Promise.all(
    members.map((member) => readContract(reader, { ...on, functionName: "isSwitchedOff", args: [member] })),
  );
  const switchedOff = new Set(members.filter((_, index) => off[index]).map((member) => member.toLowerCase()));
  return { id, members, threshold: Number(threshold), baseUrl, switchedOff };
}
