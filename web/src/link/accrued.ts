//! What somebody without a wallet has earned so far, and until when it waits.
//!
//! Takes: an oracle's API. Gives: the amount and the oldest epoch it is from. Never: the last word; the evidence has that.

import type { Api } from "../api/client";
import type { Config } from "../config";
import { waiting } from "../views/claim/accrued";

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
