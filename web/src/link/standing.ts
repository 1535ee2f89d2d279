//! How a contributor's link stands on the chain, and by which rules another one is made.
//!
//! Takes: a reader and the contracts' addresses. Gives: what the contracts say, as of the latest block. Never: writes.

import { zeroAddress, type Address, type Hex } from "viem";
import { getBlock, getCode, readContract } from "viem/actions";
import { distributorAbi } from "../chain/abi";
import type { Reader } from "../chain/client";
import { clockAbi, erc1271Abi, linksAbi } from "./abi";
import type { SignedBy } from "./gather";
import { signedByKey } from "./quorum";

export interface Contracts {
  readonly distributor: Address;
  readonly links: Address;
}

/** In the order of the contract. */
export const STATUSES = ["none", "pending", "contested", "frozen", "approved"] as const;
export type LinkStatus = (typeof STATUSES)[number];

/** A link that waits. */
export interface PendingLink {
  readonly id: bigint;
  readonly wallet: Address;
  readonly status: LinkStatus;
  readonly adopted: boolean;
  readonly challenge: bigint;
  /** The chain's time from which it can be made to hold, if no further pause comes. */
  readonly readyTime: bigint;
  readonly isReady: boolean;
  /** It can never hold: its oracle set was voted out, or the arbiter left it undecided for too long. */
  readonly isOver: boolean;
}

export interface Standing {
  readonly id: bigint;
  readonly wallet: Address | null;
  readonly earned: bigint;
  readonly claimed: bigint;
  readonly nonce: bigint;
  readonly pending: PendingLink | null;
  /** The old wallet cancelled one before: only the arbiter decides about the next. */
  readonly isContested: boolean;
}

export interface LinkRules {
  /** Seconds that a re-link waits. */
  readonly delay: bigint;
  /** Units that re-links may expose now, and at most. */
  readonly available: bigint;
  readonly budget: bigint;
  /** Whether the oracles' quorum is what verifies links. */
  readonly byQuorum: boolean;
  /** End of a pause that lasts now. */
  readonly pausedUntil: bigint | null;
  /** The chain's time. */
  readonly now: bigint;
}

interface Clock {
  readonly now: bigint;
  /** The time that delays are counted in: it stands still in a pause. */
  readonly active: bigint;
  readonly pausedUntil: bigint | null;
  readonly oldestLiveSet: bigint;
  readonly resolveDeadline: bigint;
}

export async function readClock(reader: Reader, { distributor, links }: Contracts): Promise<Clock> {
  const on = { address: distributor, abi: distributorAbi } as const;
  const clock = { address: distributor, abi: clockAbi } as const;
  const [block, active, paused, until, oldestLiveSet, resolveDeadline] = await Promise.all([
    getBlock(reader),
    readContract(reader, { ...clock, functionName: "activeTime" }),
    readContract(reader, { ...on, functionName: "paused" }),
    readContract(reader, { ...on, functionName: "pausedUntil" }),
    readContract(reader, { ...clock, functionName: "oldestLiveSet" }),
    readContract(reader, { address: links, abi: linksAbi, functionName: "resolveDeadline" }),
  ]);
  return {
    now: block.timestamp,
    active,
    pausedUntil: paused ? BigInt(until) : null,
    oldestLiveSet,
    resolveDeadline: BigInt(resolveDeadline),
  };
}

/** The chain's time at which the active time comes to `readyAt`, if no further pause comes. */
export function readyTime(readyAt: bigint, { now, active, pausedUntil }: Pick<Clock, "now" | "active" | "pausedUntil">): bigint {
  if (readyAt <= active) return now < readyAt ? now : readyAt;
  return (pausedUntil ?? now) + readyAt - active;
}

export async function readPending(
  reader: Reader,
  contracts: Contracts,
  id: bigint,
  clock: Clock,
): Promise<PendingLink | null> {
  const read = await readContract(reader, { address: contracts.links, abi: linksAbi, functionName: "pending", args: [id] });
  const status = STATUSES[read.status] ?? "none";
  if (status === "none") return null;
  const readyAt = BigInt(read.readyAt);
  const isReady = readyAt <= clock.active && clock.pausedUntil === null;
  const undecided = status === "contested" && clock.active > readyAt + clock.resolveDeadline;
  return {
    id,
    wallet: read.wallet,
    status,
    adopted: read.adopted,
    challenge: read.challenge,
    readyTime: readyTime(readyAt, clock),
    isReady,
    isOver: undecided || BigInt(read.oracleSet) < clock.oldestLiveSet,
  };
}

export async function readStanding(reader: Reader, contracts: Contracts, id: bigint): Promise<Standing> {
  const links = { address: contracts.links, abi: linksAbi } as const;
  const clock = await readClock(reader, contracts);
  const [account, nonce, pending, isContested] = await Promise.all([
    readContract(reader, { address: contracts.distributor, abi: distributorAbi, functionName: "account", args: [id] }),
    readContract(reader, { ...links, functionName: "linkNonce", args: [id] }),
    readPending(reader, contracts, id, clock),
    readContract(reader, { ...links, functionName: "isContested", args: [id] }),
  ]);
  return {
    id,
    wallet: account.wallet === zeroAddress ? null : account.wallet,
    earned: BigInt(account.earned),
    claimed: BigInt(account.claimed),
    nonce,
    pending,
    isContested,
  };
}

export async function readRules(reader: Reader, contracts: Contracts): Promise<LinkRules> {
  const links = { address: contracts.links, abi: linksAbi } as const;
  const [delay, [budget, , available], verifier, { now, pausedUntil }] = await Promise.all([
    readContract(reader, { ...links, functionName: "linkDelay" }),
    readContract(reader, { ...links, functionName: "linkBudget" }),
    readContract(reader, { ...links, functionName: "linkVerifier" }),
    readClock(reader, contracts),
  ]);
  const byQuorum = verifier.toLowerCase() === contracts.links.toLowerCase();
  return { delay: BigInt(delay), available, budget, byQuorum, pausedUntil, now };
}

const MAGIC: Hex = "0x1626ba7e";

/** Checks a wallet's signature as the contract of links will: by its code where it has some, by its key otherwise. */
export function walletCheck(reader: Reader): SignedBy {
  return async (wallet, digest, signature) => {
    const code = await getCode(reader, { address: wallet });
    if (code === undefined || code === "0x") return signedByKey(wallet, digest, signature);
    try {
      const call = { address: wallet, abi: erc1271Abi, functionName: "isValidSignature", args: [digest, signature] } as const;
      return (await readContract(reader, call)) === MAGIC ? signature : null;
    } catch {
      return null;
    }
  };
}
