//! How things stand now, as far as a proposal would change them.
//!
//! Takes: a reader. Gives: the values that a sentence compares with, each read when it is asked for. Never: guesses; what
//! cannot be read is null, and the sentence then says only what will be.

import { zeroAddress, type Address, type Hex } from "viem";
import { readContract } from "viem/actions";
import { tokenAbi } from "../chain/abi";
import type { Reader } from "../chain/client";
import { readOracleSet } from "../chain/oracles";
import type { Config } from "../config";
import { linksAbi } from "../link/abi";
import { disputesAbi, governorAbi, presentAbi, timelockAbi, treasuryAbi } from "./abi";

export interface Money {
  readonly symbol: string;
  readonly decimals: number;
}

export interface Terms {
  readonly policyHash: Hex;
  readonly epochBudget: bigint;
  readonly capPerPerson: number;
  readonly fromEpoch: bigint;
}

export interface Limit {
  readonly capacity: bigint;
  readonly period: bigint;
}

export interface Oracles {
  readonly members: readonly Address[];
  readonly threshold: bigint;
  readonly baseUrl: string;
}

export const SUBJECTS = ["none", "entry", "batch", "link"] as const;
export type Subject = (typeof SUBJECTS)[number];

export interface Challenged {
  readonly subject: Subject;
  /** The epoch, or the contributor id of a link. */
  readonly about: bigint;
  readonly position: number;
  readonly bond: bigint;
}

/** What sentences ask for. */
export interface Present {
  readonly coin: Money;
  /** Base units in a unit of the distributor. */
  readonly unit: bigint;
  /** Of the token that the distributor pays. */
  payout(): Promise<Money>;
  /** Of the token that votes. */
  votes(): Promise<Money>;
  /** Of any token; the zero address is the coin. Null where there is none. */
  money(token: Address): Promise<Money | null>;
  termsOf(epoch: bigint): Promise<Terms | null>;
  budget(spender: Address, token: Address): Promise<Limit | null>;
  outflowCap(token: Address): Promise<Limit | null>;
  linkBudget(): Promise<Limit | null>;
  oracles(): Promise<Oracles | null>;
  guardian(): Promise<Address | null>;
  arbiter(): Promise<Address | null>;
  bond(): Promise<bigint | null>;
  challenge(id: bigint): Promise<Challenged | null>;
  setting(name: "votingDelay" | "votingPeriod" | "proposalThreshold" | "lateQuorumVoteExtension" | "quorumNumerator"): Promise<bigint | null>;
  timelockDelay(): Promise<bigint | null>;
}

async function tried<T>(read: Promise<T>): Promise<T | null> {
  try {
    return await read;
  } catch {
    return null;
  }
}

function certain(money: Money | null): Money {
  if (money === null) throw new Error("the token says neither its symbol nor its decimals");
  return money;
}

/** @param past The proposal was carried out: what is read now is no longer what it changed. */
export function present(reader: Reader, config: Config, past: boolean): Present {
  const { contracts } = config;
  const coin = { symbol: config.chain.currency.symbol, decimals: config.chain.currency.decimals };
  const governor = { address: contracts.governor, abi: governorAbi } as const;
  const disputes = { address: contracts.disputes, abi: disputesAbi } as const;
  const treasury = { address: contracts.treasury, abi: treasuryAbi } as const;
  const distributor = { address: contracts.distributor, abi: presentAbi } as const;
  const known = new Map<Address, Promise<Money | null>>();
  const now = <T>(read: () => Promise<T>): Promise<T | null> => (past ? Promise.resolve(null) : tried(read()));

  const money = (token: Address): Promise<Money | null> => {
    if (token === zeroAddress) return Promise.resolve(coin);
    const seen = known.get(token);
    if (seen) return seen;
    const on = { address: token, abi: tokenAbi } as const;
    const read = tried(
      Promise.all([
        readContract(reader, { ...on, functionName: "symbol" }),
        readContract(reader, { ...on, functionName: "decimals" }),
      ]).then(([symbol, decimals]) => ({ symbol, decimals })),
    );
    known.set(token, read);
    return read;
  };
  const limit = ({ capacity, period }: { capacity: bigint; period: number }) => ({ capacity, period: BigInt(period) });

  return {
    coin,
    unit: config.unit,
    payout: async () => certain(await money(await readContract(reader, { ...distributor, functionName: "token" }))),
    votes: async () => certain(await money(await readContract(reader, { ...governor, functionName: "token" }))),
    money,
    // Terms keep their history: this is right for what was carried out too.
    termsOf: (epoch) => tried(readContract(reader, { ...distributor, functionName: "termsOf", args: [epoch] })),
    budget: (spender, token) =>
      now(async () => limit(await readContract(reader, { ...treasury, functionName: "budget", args: [spender, token] }))),
    outflowCap: (token) =>
      now(async () => limit(await readContract(reader, { ...treasury, functionName: "outflowCap", args: [token] }))),
    linkBudget: () =>
      now(async () => {
        const [units, period] = await readContract(reader, { address: contracts.links, abi: linksAbi, functionName: "linkBudget" });
        return { capacity: units, period: BigInt(period) };
      }),
    oracles: () =>
      now(async () => {
        const { members, threshold, baseUrl } = await readOracleSet(reader, contracts.distributor);
        return { members, threshold: BigInt(threshold), baseUrl };
      }),
    guardian: () => now(async () => (await readContract(reader, { ...distributor, functionName: "guardian" }))[0]),
    arbiter: () => now(() => readContract(reader, { ...disputes, functionName: "arbiter" })),
    bond: () => now(() => readContract(reader, { ...disputes, functionName: "bond" })),
    challenge: (id) =>
      now(async () => {
        const read = await readContract(reader, { ...disputes, functionName: "challengeOf", args: [id] });
        const subject = SUBJECTS[read.subject] ?? "none";
        return { subject, about: read.about, position: read.position, bond: read.bond };
      }),
    setting: (name) => now(async () => BigInt(await readContract(reader, { ...governor, functionName: name }))),
    timelockDelay: () =>
      now(() => readContract(reader, { address: contracts.timelock, abi: timelockAbi, functionName: "getMinDelay" })),
  };
}
