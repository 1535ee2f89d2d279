//! What somebody without a wallet has earned so far, and until when it waits.
//!
//! Takes: an oracle's API. Gives: the amount and the oldest epoch it is from. Never: the last word; the evidence has that.

import type { Api } from "../api/client";
import type { Config } from "../config";

export interface Accrued {
  /** Base units. */
  readonly amount: bigint;
  /** The oldest epoch that some of it is from, and the second at which that lapses. */
  readonly oldest: { readonly epoch: number; readonly lapses: number } | null;
}

/** Null while nobody can tell. */
export async function readAccrued(api: Api, config: Config, id: bigint, now: number): Promise<Accrued | null> {
  try {
    const { accrued: amount } = await api.contributor(String(id));
    const { accrueEpochs, epochStart, epochLength } = config;
    if (amount === 0n || accrueEpochs === null) return { amount, oldest: null };
    // An amount of epoch n is still granted with the batch of epoch n + accrueEpochs - 1, to whom is linked by then.
    const lapsesAt = (epoch: number) => epochStart + (epoch + accrueEpochs - 1) * epochLength;
    const waiting = (await api.explain(String(id))).filter(({ epoch, result }) => (result?.accrued ?? 0n) > 0n && lapsesAt(epoch) > now);
    const epoch = waiting.length > 0 ? Math.min(...waiting.map((one) => one.epoch)) : null;
    return { amount, oldest: epoch === null ? null : { epoch, lapses: lapsesAt(epoch) } };
  } catch {
    return null;
  }
}
