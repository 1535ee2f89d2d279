//! All epochs: what the chain has of them, and what a server knows beside it.
//!
//! Takes: the chain and the servers, whichever answer. Gives: rows, the newest first. Never: a server's total where the
//! chain has one.

import { getAbiItem } from "viem";
import type { EpochStatus, Fairness } from "../../api/types";
import type { App } from "../../app";
import { chainTime } from "../../chain/reads";
import { distributorAbi } from "../../chain/abi";
import { logsOf } from "../../chain/logs";
import { verifyAbi } from "../../verify/abi";
import type { EpochPeriod } from "../epoch/period";
import { periodOf } from "../epoch/period";

export interface Row extends EpochPeriod {
  epoch: number;
  /** Null when no server tells. */
  stage: EpochStatus["status"] | null;
  /** Base units; null when nothing was posted. */
  total: bigint | null;
  /** Null when no server tells. */
  entries: number | null;
  fairness: Fairness | null;
}

export interface Epochs {
  rows: Row[];
  /** UTC seconds; null when the chain does not answer. */
  now: number | null;
  noServer: boolean;
  noChain: boolean;
}

interface Posted {
  round: number;
  /** Units. */
  total: bigint;
  stage: EpochStatus["status"];
}

type Log = { eventName: string; args: { epoch: bigint; round: number; batch?: { total: bigint } } };

/** How far a batch has come, by the last of its events. */
const STAGES: Record<string, EpochStatus["status"]> = { BatchPublished: "window", EntriesCredited: "crediting", BatchSettled: "settled", BatchVoided: "void" };

/** The latest batch of every epoch. */
async function posted({ chain, config }: App): Promise<Map<number, Posted>> {
  const shared = (["BatchPosted", "EntriesCredited", "BatchVoided"] as const).map((name) => getAbiItem({ abi: distributorAbi, name }));
  const own = (["BatchPublished", "BatchSettled"] as const).map((name) => getAbiItem({ abi: verifyAbi, name }));
  const logs = (await logsOf(chain, { address: config.contracts.distributor, events: [...shared, ...own], from: config.block })) as unknown as Log[];
  const out = new Map<number, Posted>();
  for (const { eventName, args } of logs) {
    const epoch = Number(args.epoch);
    if (args.batch) out.set(epoch, { round: args.round, total: args.batch.total, stage: "posted" });
    const batch = out.get(epoch);
    if (batch && batch.round === args.round) batch.stage = STAGES[eventName] ?? batch.stage;
  }
  return out;
}

/** The chain's word; a server adds what no event of a batch tells: that all of it is frozen, or that there is none. */
function stageOf(batch: Posted | undefined, status: EpochStatus | undefined): EpochStatus["status"] | null {
  if (!batch) return status?.status ?? null;
  return status?.status === "frozen" && status.round === batch.round && batch.stage === "window" ? "frozen" : batch.stage;
}

export async function loadEpochs(app: App): Promise<Epochs> {
  const [served, onChain, now] = await Promise.allSettled([app.api.epochs(), posted(app), chainTime(app.chain)]);
  if (served.status === "rejected" && onChain.status === "rejected") throw onChain.reason;
  const batches = onChain.status === "fulfilled" ? onChain.value : null;
  const known = new Map(served.status === "fulfilled" ? served.value.map((one) => [one.epoch, one]) : []);
  const epochs = [...new Set([...known.keys(), ...(batches?.keys() ?? [])])].sort((a, b) => b - a);
  const rows = epochs.map((epoch): Row => {
    const [status, batch] = [known.get(epoch), batches?.get(epoch)];
    const posted = batches ? (batch ? batch.total * app.config.unit : null) : status && status.status !== "empty" && status.status !== "scored" && status.status !== "batched" ? status.total : null;
    return {
      epoch,
      ...periodOf(app.config, epoch),
      stage: stageOf(batch, status),
      total: posted,
      entries: status?.entries ?? null,
      fairness: status?.fairness ?? null,
    };
  });
  return { rows, now: now.status === "fulfilled" ? now.value : null, noServer: served.status === "rejected", noChain: onChain.status === "rejected" };
}

