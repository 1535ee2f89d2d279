//! What somebody without a wallet has earned so far, and until when it waits.
//!
//! Takes: an oracle's API. Gives: the amount and the oldest epoch it is from. Never: the last word; the evidence has that.

import type { Api } from "../api/client";
import type { Explanation } from "../api/types";
import type { Config } from "../config";

export interface Waiting {
  epoch: number;
  units: bigint;
  /** A wallet linked before this second is in time; null when the policy's number is not known. */
  until: number | null;
}

/** The accruals that are left after all scored epochs, oldest first, as the score carries them on. */
export function waiting(explanations: readonly Explanation[], config: Pick<Config, "accrueEpochs" | "epochStart" | "epochLength">): Waiting[] {
  const left = new Map<number, bigint>();
  let newest = 0;
  for (const { epoch, result } of [...explanations].sort((a, b) => a.epoch - b.epoch)) {
    newest = epoch;
    if (!result) continue;
    for (const [of, units] of result.granted_accruals) left.set(of, (left.get(of) ?? 0n) - units);
    const earned = result.linked ? 0n : result.earned - result.repaid;
    left.set(epoch, (left.get(epoch) ?? 0n) + earned + result.returned);
  }
  const { accrueEpochs, epochStart, epochLength } = config;
  // What is of epoch n is granted with the batch of epoch n + accrueEpochs - 1 for the last time, to whom is linked when that ends.
  return [...left]
    .filter(([epoch, units]) => units > 0n && (accrueEpochs === null || newest - epoch < accrueEpochs))
    .map(([epoch, units]) => ({ epoch, units, until: accrueEpochs === null ? null : epochStart + (epoch + accrueEpochs - 1) * epochLength }));
}

export interface Accrued {
  /** Base units. */
  readonly amount: bigint;
  /** The oldest epoch that some of it is from, and the second at which that lapses. */
  readonly oldest: { readonly epoch: number; readonly lapses: number } | null;
}

/** Null while nobody can tell. */
export async function readAccrued(api: Api, config: Config, id: bigint): Promise<Accrued | null> {
  try {
    const { accrued: amount } = await api.contributor(String(id));
    if (amount === 0n) return { amount, oldest: null };
    const [first] = waiting(await api.explain(String(id)), config).sort((a, b) => a.epoch - b.epoch);
    return { amount, oldest: first && first.until !== null ? { epoch: first.epoch, lapses: first.until } : null };
  } catch {
    return null;
  }
}
