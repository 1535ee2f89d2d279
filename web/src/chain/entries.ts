//! From which epochs an account's money comes, and what is on its way.
//!
//! Takes: the distributor's events. Gives: each entry of one contributor and where it stands. Never: an
//! amount that can be claimed; that is the account's own (see `reads`).

import { readContract } from "viem/actions";
import type { Api } from "../api/client";
import type { Stage } from "../api/types";
import type { Config } from "../config";
import { challengesAbi, distributorAbi } from "./abi";
import { readBatches, type EntryState as Followed, type FollowedBatch } from "./batches";
import type { Reader } from "./client";
import { logsOf } from "./logs";

export type EntryState =
  | "publishing" // the batch is not complete yet
  | Followed;

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

const CHALLENGE_LOST = 3;

type Log = { eventName: string; args: Record<string, unknown> };

/** The entries that came or can come to something: those that waited in a batch that is void are of no more use. */
export function entriesIn(batches: readonly FollowedBatch[]): Entry[] {
  return batches.flatMap(({ epoch, round, isVoid, entries }) =>
    entries
      .filter(({ state }) => !isVoid || (state !== "waiting" && state !== "challenged"))
      .map(({ position, units, state }) => ({ epoch: Number(epoch), round, position, units, state, windowEnd: null, deadline: null })),
  );
}

/** Every entry of a contributor, ascending by epoch and round. */
export async function entriesOf(chain: Reader, config: Config, id: bigint): Promise<Entry[]> {
  const { distributor, disputes } = config.contracts;
  const entries = entriesIn(await readBatches(chain, config, { only: id }));
  const isOpen = ({ state }: Entry) => state === "waiting" || state === "challenged";
  await Promise.all(
    [...new Set(entries.filter(isOpen).map(({ epoch }) => epoch))].map(async (epoch) => {
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
