//! Challenges: those that are open, and what can be challenged.
//!
//! Takes: a reader and the configuration. Gives: open challenges, batches in their window with their entries, links that
//! wait. Times are the chain's. Never: writes.

import { getAbiItem, zeroAddress, type Address } from "viem";
import { getBlock, readContract } from "viem/actions";
import { BATCH_STATUS, distributorAbi, type BatchStatus } from "../chain/abi";
import { unpack } from "../chain/packed";
import { logsOf } from "../chain/logs";
import type { Reader } from "../chain/client";
import type { Config } from "../config";
import { linksAbi } from "../link/abi";
import { readClock, readPending, type PendingLink } from "../link/standing";
import { disputesAbi, presentAbi } from "./abi";
import { SUBJECTS, type Subject } from "./present";

export interface Bonds {
  /** Wei for an entry or a link. */
  readonly entry: bigint;
  readonly batch: bigint;
  /** Seconds for an answer. */
  readonly answer: bigint;
  readonly arbiter: Address | null;
}

export interface OpenChallenge {
  readonly number: bigint;
  readonly subject: Exclude<Subject, "none">;
  /** The epoch, or the contributor id of a link. */
  readonly about: bigint;
  readonly position: number;
  readonly challenger: Address;
  readonly bond: bigint;
  readonly deadline: number;
  /** Of a batch. */
  readonly reason: string | null;
  /** No answer changes anything any more: the bond can be taken back. */
  readonly isMoot: boolean;
}

export interface OpenBatch {
  readonly epoch: bigint;
  readonly round: number;
  readonly status: BatchStatus;
  /** Zero while it is still being published. */
  readonly windowEnd: number;
  readonly total: bigint;
  readonly entryCount: number;
  readonly isFrozen: boolean;
}

export interface Entry {
  readonly position: number;
  readonly id: bigint;
  readonly units: bigint;
}

/** So many challenges are looked at, newest first. */
const MOST = 200n;
/** `Freeze.Batch` of the contract. */
const WHOLE = 2;

export async function readBonds(reader: Reader, config: Config): Promise<Bonds> {
  const on = { address: config.contracts.disputes, abi: disputesAbi } as const;
  const [entry, factor, answer, arbiter] = await Promise.all([
    readContract(reader, { ...on, functionName: "bond" }),
    readContract(reader, { ...on, functionName: "batchBondFactor" }),
    readContract(reader, { ...on, functionName: "resolveDeadline" }),
    readContract(reader, { ...on, functionName: "arbiter" }),
  ]);
  return { entry, batch: entry * factor, answer: BigInt(answer), arbiter: arbiter === zeroAddress ? null : arbiter };
}

const batchChallenged = getAbiItem({ abi: disputesAbi, name: "BatchChallenged" });

export async function readChallenges(reader: Reader, config: Config): Promise<OpenChallenge[]> {
  const on = { address: config.contracts.disputes, abi: disputesAbi } as const;
  const count = await readContract(reader, { ...on, functionName: "challengeCount" });
  const first = count > MOST ? count - MOST + 1n : 1n;
  const numbers = Array.from({ length: Number(count - first + 1n) }, (_, index) => count - BigInt(index));
  const read = await Promise.all(
    numbers.map(async (number) => ({ number, ...(await readContract(reader, { ...on, functionName: "challengeOf", args: [number] })) })),
  );
  const open = read.filter(({ subject }) => subject !== 0);
  const reasons = new Map<bigint, string>();
  if (open.some(({ subject }) => SUBJECTS[subject] === "batch")) {
    const logs = await logsOf(reader, { address: on.address, events: [batchChallenged], from: config.block });
    for (const { args } of logs) reasons.set(args.challenge, args.reason.replace(/\p{C}/gu, " ").slice(0, 1_024));
  }
  return Promise.all(
    open.map(async ({ number, subject, about, position, challenger, bond, deadline }) => ({
      number,
      subject: SUBJECTS[subject] as OpenChallenge["subject"],
      about,
      position,
      challenger,
      bond,
      deadline,
      reason: reasons.get(number) || null,
      isMoot: await readContract(reader, { ...on, functionName: "isMoot", args: [number] }),
    })),
  );
}

/** Batches that can be challenged now, newest first. */
export async function readOpenBatches(reader: Reader, config: Config, back = 12n): Promise<{ batches: OpenBatch[]; now: number }> {
  const { timestamp } = await getBlock(reader);
  const on = { address: config.contracts.distributor } as const;
  const current = await readContract(reader, { ...on, abi: presentAbi, functionName: "epochAt", args: [timestamp] });
  const oldest = current > back ? current - back : 1n;
  const epochs = Array.from({ length: Number(current - oldest) }, (_, index) => current - 1n - BigInt(index));
  const batches = await Promise.all(
    epochs.map(async (epoch) => {
      const read = await readContract(reader, { ...on, abi: distributorAbi, functionName: "batch", args: [epoch] });
      return {
        epoch,
        round: read.round,
        status: BATCH_STATUS[read.status] ?? "none",
        windowEnd: Number(read.windowEnd),
        total: read.total,
        entryCount: read.entryCount,
        isFrozen: read.freeze === WHOLE,
        live: read.live,
      };
    }),
  );
  const now = Number(timestamp);
  const open = ({ status, windowEnd, live }: (typeof batches)[number]) =>
    live && (status === "posted" || (status === "window" && windowEnd > now));
  return { batches: batches.filter(open), now };
}

const published = getAbiItem({ abi: distributorAbi, name: "EntriesPublished" });

/** The entries of a batch, in their order, as they were published. */
export async function readEntries(reader: Reader, config: Config, { epoch, round }: Pick<OpenBatch, "epoch" | "round">): Promise<Entry[]> {
  const logs = await logsOf(reader, {
    address: config.contracts.distributor,
    events: [published],
    args: { epoch, round },
    from: config.block,
  });
  return logs.flatMap(({ args }) => unpack(args.entries).map((entry, index) => ({ position: args.firstPosition + index, ...entry })));
}

const proposed = getAbiItem({ abi: linksAbi, name: "LinkProposed" });
const adopted = getAbiItem({ abi: linksAbi, name: "LinkAdopted" });

/** Links that wait, of everybody. */
export async function readWaitingLinks(reader: Reader, config: Config): Promise<PendingLink[]> {
  const { contracts, block: from } = config;
  const [a, b] = await Promise.all([
    logsOf(reader, { address: contracts.links, events: [proposed], from }),
    logsOf(reader, { address: contracts.links, events: [adopted], from }),
  ]);
  const ids = [...new Set([...a, ...b].map(({ args }) => args.id))].sort((one, other) => (one < other ? -1 : 1));
  const clock = await readClock(reader, contracts);
  const links = await Promise.all(ids.map((id) => readPending(reader, contracts, id, clock)));
  return links.filter((link) => link !== null);
}
