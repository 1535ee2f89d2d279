//! From which epochs an account's money comes, and what is on its way.
//!
//! Takes: the distributor's events. Gives: each entry of one contributor and where it stands. Never: an
//! amount that can be claimed; that is the account's own (see `reads`).

import { getAbiItem, type Hex } from "viem";
import { readContract } from "viem/actions";
import type { Api } from "../api/client";
import type { Stage } from "../api/types";
import type { Config } from "../config";
import { challengesAbi, distributorAbi } from "./abi";
import type { Reader } from "./client";
import { logsOf } from "./logs";
import { unpack } from "./packed";

export type EntryState =
  | "publishing" // the batch is not complete yet
  | "waiting" // for the window's end, or for somebody to credit it
  | "challenged"
  | "credited"
  | "skipped" // no wallet when its turn came, or the account is full
  | "dropped";

export interface Entry {
  epoch: number;
  round: number;
  position: number;
  units: bigint;
  state: EntryState;
  /** While it waits: the first second at which it can be credited. */
  windowEnd: number | null;
  /** While it is challenged: the last second for an answer. */
  deadline: number | null;
}

const NAMES = ["EntriesPublished", "EntriesCredited", "EntrySkipped", "EntryHeld", "HeldEntryCredited", "EntryFrozen", "EntryUnfrozen", "BatchFrozen", "BatchUnfrozen", "BatchVoided"] as const;
const EVENTS = NAMES.map((name) => getAbiItem({ abi: distributorAbi, name }));
const DROPPED = 2;
const CHALLENGE_LOST = 3;

interface Batch {
  passed: number;
  frozen: boolean;
  void: boolean;
  /** Positions that wait for an answer. */
  held: Set<number>;
}

type Log = { eventName: string; args: Record<string, unknown> };

/** The events in their order, as one contributor sees them. */
export function follow(logs: readonly Log[], id: bigint): { entries: Entry[]; live: Set<number> } {
  const batches = new Map<string, Batch>();
  const entries: Entry[] = [];
  const batchOf = (args: Record<string, unknown>): Batch => {
    const key = `${args.epoch}/${args.round}`;
    let batch = batches.get(key);
    if (!batch) batches.set(key, (batch = { passed: 0, frozen: false, void: false, held: new Set() }));
    return batch;
  };
  const latest = (epoch: unknown): Entry | undefined => entries.findLast((one) => BigInt(one.epoch) === epoch);
  for (const { eventName, args } of logs) {
    const batch = batchOf(args);
    const position = Number(args.position);
    if (eventName === "EntriesPublished") {
      const chunk = unpack(args.entries as Hex);
      const index = chunk.findIndex((one) => one.id === id);
      const one = chunk[index];
      if (one) entries.push({ epoch: Number(args.epoch), round: Number(args.round), position: Number(args.firstPosition) + index, units: one.units, state: "waiting", windowEnd: null, deadline: null });
    } else if (eventName === "EntriesCredited") {
      const before = batch.passed;
      batch.passed += Number(args.count);
      const mine = entries.find((one) => BigInt(one.epoch) === args.epoch && one.round === args.round);
      if (mine && mine.state === "waiting" && mine.position >= before && mine.position < batch.passed && !batch.held.has(mine.position)) mine.state = "credited";
    } else if (eventName === "EntrySkipped") {
      const mine = args.id === id ? latest(args.epoch) : undefined;
      if (mine) mine.state = args.reason === DROPPED ? "dropped" : "skipped";
    } else if (eventName === "HeldEntryCredited") {
      const mine = args.id === id ? entries.find((one) => BigInt(one.epoch) === args.epoch && one.round === args.round) : undefined;
      if (mine) mine.state = "credited";
    } else if (eventName === "EntryFrozen" || eventName === "EntryHeld") batch.held.add(position);
    else if (eventName === "EntryUnfrozen") batch.held.delete(position);
    else if (eventName === "BatchFrozen") batch.frozen = true;
    else if (eventName === "BatchUnfrozen") batch.frozen = false;
    else if (eventName === "BatchVoided") batch.void = true;
  }
  const live = new Set<number>();
  const shown = entries.filter((one) => {
    const batch = batches.get(`${one.epoch}/${one.round}`)!;
    if (one.state !== "waiting") return true;
    if (batch.void) return false;
    if (batch.frozen || batch.held.has(one.position)) one.state = "challenged";
    live.add(one.epoch);
    return true;
  });
  return { entries: shown, live };
}

/** Every entry of a contributor, ascending by epoch and round. */
export async function entriesOf(chain: Reader, config: Config, id: bigint): Promise<Entry[]> {
  const { distributor, disputes } = config.contracts;
  const logs = await logsOf(chain, { address: distributor, events: EVENTS, from: config.block });
  const { entries, live } = follow(logs as unknown as Log[], id);
  await Promise.all(
    [...live].map(async (epoch) => {
      const batch = await readContract(chain, { address: distributor, abi: distributorAbi, functionName: "batch", args: [BigInt(epoch)] });
      for (const one of entries) {
        if (one.epoch !== epoch || one.round !== batch.round) continue;
        one.windowEnd = Number(batch.windowEnd) || null;
        if (one.state === "waiting" && batch.status === 1) one.state = "publishing";
      }
    }),
  );
  if (entries.some((one) => one.state === "challenged")) {
    const events = challengesAbi.filter((one) => one.type === "event");
    const challenges = (await logsOf(chain, { address: disputes, events, from: config.block })) as unknown as Log[];
    for (const one of entries.filter((one) => one.state === "challenged")) {
      // Answered already, but crediting has not come to it yet.
      const { status } = await readContract(chain, { address: disputes, abi: challengesAbi, functionName: "challengedEntry", args: [BigInt(one.epoch), one.round, one.position] });
      if (status === CHALLENGE_LOST) one.state = "dropped";
      const about = challenges.findLast(({ eventName, args }) => args.epoch === BigInt(one.epoch) && args.round === one.round && (eventName === "BatchChallenged" || args.position === one.position));
      one.deadline = about ? Number(about.args.deadline) : null;
    }
  }
  return entries;
}

/** The same by a server's word, for a chain whose provider does not give that many events. */
export async function entriesByServer(api: Api, id: bigint): Promise<Entry[]> {
  const [explanations, epochs] = await Promise.all([api.explain(String(id)), api.epochs()]);
  const states: Partial<Record<Stage, EntryState>> = { posted: "publishing", window: "waiting", crediting: "waiting", frozen: "challenged", settled: "credited" };
  const of = new Map(epochs.map((one) => [one.epoch, one]));
  return explanations.flatMap(({ epoch, round, result }) => {
    const status = of.get(epoch);
    const state = status && states[status.status];
    if (!result || result.entry === 0n || !state) return [];
    return [{ epoch, round, position: -1, units: result.entry, state, windowEnd: status.window_end, deadline: null }];
  });
}

/** The epochs whose entries are not claimed yet. A claim pays all that is credited, so the oldest were paid first. */
export function unclaimedEpochs(entries: readonly Entry[], claimedUnits: bigint, earnedUnits: bigint): number[] | null {
  const credited = entries.filter((one) => one.state === "credited");
  // Held entries are credited late, but a claim in between would only move the border within one account's epochs.
  if (credited.reduce((sum, one) => sum + one.units, 0n) !== earnedUnits) return null;
  let before = 0n;
  return credited
    .filter((one) => {
      before += one.units;
      return before > claimedUnits;
    })
    .map((one) => one.epoch);
}
