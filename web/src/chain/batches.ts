//! What became of batches and of each of their entries.
//!
//! Takes: the distributor's events, in their order. Gives: batches with their entries and where these stand. Never:
//! what no event tells: the window's end, or how a challenge stands.

import { getAbiItem, type Hex } from "viem";
import type { Config } from "../config";
import { distributorAbi } from "./abi";
import type { Reader } from "./client";
import { logsOf } from "./logs";
import { unpack } from "./packed";

export type EntryState =
  | "waiting" // for the window's end, or for somebody to credit it
  | "challenged"
  | "credited"
  | "skipped" // no wallet when its turn came, or the account is full
  | "dropped";

export interface BatchEntry {
  position: number;
  id: bigint;
  units: bigint;
  state: EntryState;
}

export interface FollowedBatch {
  epoch: bigint;
  round: number;
  /** All of it waits for an answer. */
  isFrozen: boolean;
  isVoid: boolean;
  /** Ascending by position. */
  entries: BatchEntry[];
}

const NAMES = ["EntriesPublished", "EntriesCredited", "EntrySkipped", "EntryHeld", "HeldEntryCredited", "EntryFrozen", "EntryUnfrozen", "BatchFrozen", "BatchUnfrozen", "BatchVoided"] as const;
const EVENTS = NAMES.map((name) => getAbiItem({ abi: distributorAbi, name }));
const DROPPED = 2;

type Log = { eventName: string; args: Record<string, unknown> };

interface Following extends FollowedBatch {
  /** How many entries crediting has passed. */
  passed: number;
  /** Positions that wait for an answer. */
  held: Set<number>;
  byId: Map<bigint, BatchEntry>;
}

/** Batches in the order of their events; `only` the entries of one contributor, or all of them. */
export function follow(logs: readonly Log[], only?: bigint): FollowedBatch[] {
  const batches = new Map<string, Following>();
  /** A skipped entry names no round: it is of the one that was published last. */
  const latest = new Map<unknown, Following>();
  const batchOf = (args: Record<string, unknown>): Following => {
    const key = `${args.epoch}/${args.round}`;
    let batch = batches.get(key);
    if (!batch) {
      batch = { epoch: args.epoch as bigint, round: Number(args.round), isFrozen: false, isVoid: false, entries: [], passed: 0, held: new Set(), byId: new Map() };
      batches.set(key, batch);
    }
    return batch;
  };
  for (const { eventName, args } of logs) {
    if (eventName === "EntrySkipped") {
      const entry = latest.get(args.epoch)?.byId.get(args.id as bigint);
      if (entry) entry.state = args.reason === DROPPED ? "dropped" : "skipped";
      continue;
    }
    const batch = batchOf(args);
    const position = Number(args.position);
    switch (eventName) {
      case "EntriesPublished": {
        latest.set(args.epoch, batch);
        const first = Number(args.firstPosition);
        for (const [index, { id, units }] of unpack(args.entries as Hex).entries()) {
          if (only !== undefined && id !== only) continue;
          const entry: BatchEntry = { position: first + index, id, units, state: "waiting" };
          batch.entries.push(entry);
          batch.byId.set(id, entry);
        }
        break;
      }
      case "EntriesCredited": {
        const until = batch.passed + Number(args.count);
        for (const entry of batch.entries) {
          const isPassed = entry.position >= batch.passed && entry.position < until;
          if (isPassed && entry.state === "waiting" && !batch.held.has(entry.position)) entry.state = "credited";
        }
        batch.passed = until;
        break;
      }
      case "HeldEntryCredited": {
        const entry = batch.byId.get(args.id as bigint);
        if (entry) entry.state = "credited";
        break;
      }
      case "EntryFrozen":
      case "EntryHeld":
        batch.held.add(position);
        break;
      case "EntryUnfrozen":
        batch.held.delete(position);
        break;
      case "BatchFrozen":
      case "BatchUnfrozen":
        batch.isFrozen = eventName === "BatchFrozen";
        break;
      case "BatchVoided":
        batch.isVoid = true;
    }
  }
  return [...batches.values()].map(({ epoch, round, isFrozen, isVoid, entries, held }) => {
    for (const entry of entries) if (entry.state === "waiting" && (isFrozen || held.has(entry.position))) entry.state = "challenged";
    return { epoch, round, isFrozen, isVoid, entries };
  });
}

/** All batches from a block on; `only` the entries of one contributor, or all of them. */
export async function readBatches(chain: Reader, config: Config, { from = config.block, only }: { from?: bigint; only?: bigint }): Promise<FollowedBatch[]> {
  const logs = await logsOf(chain, { address: config.contracts.distributor, events: EVENTS, from });
  return follow(logs as unknown as Log[], only);
}
