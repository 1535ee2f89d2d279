//! What oracles' servers say, as the page uses it. Amounts are base units. See docs/openapi.json.

import type { Address, Hex } from "viem";

export type Kind = "feature" | "fix" | "docs" | "test" | "refactor" | "perf" | "security" | "build" | "chore" | "review" | "issue" | "answer" | "kudos";
export type Slice = "code" | "fixes" | "tests" | "docs" | "review" | "feedback" | "mentoring" | "recognition";
export type Stage = "scored" | "empty" | "batched" | "posted" | "window" | "frozen" | "crediting" | "settled" | "void";

export interface Concentration {
  people: number;
  units: bigint;
  gini: number;
  top_ten: number;
  nakamoto: number;
  hhi: number;
}

export interface Fairness {
  concentration: Concentration;
  newcomers: number;
  newcomer_share: number;
  first_entries: number;
  first_payment: number | null;
  review_share: number;
  slices: { slice: string; units: bigint; share: number }[];
}

export interface EpochStatus {
  epoch: number;
  round: number;
  status: Stage;
  evidence_hash: Hex;
  entries_hash: Hex | null;
  policy_hash: Hex | null;
  entries: number;
  total: bigint;
  credited: bigint;
  skipped: bigint;
  held: bigint;
  dropped: bigint;
  window_end: number | null;
  post_tx: Hex | null;
  credit_tx: Hex | null;
  copies: Record<string, string>;
  fairness: Fairness | null;
}

export interface EpochEntry {
  id: bigint;
  login: string | null;
  units: bigint;
  amount: bigint;
}

export interface WaitingLink {
  id: bigint;
  login: string | null;
  wallet: Address;
  old_wallet: Address | null;
  status: "pending" | "contested" | "frozen" | "approved";
  dead: boolean;
  proposed: number;
  ready: number;
  unclaimed: bigint;
}

export interface Contributor {
  id: bigint;
  login: string | null;
  wallet: Address | null;
  earned: bigint;
  claimed: bigint;
  claimable: bigint;
  accrued: bigint;
  pending_link: WaitingLink | null;
}

export interface Factor {
  name: string;
  milli: number;
}

/** What the rules saw; the fields depend on `of`. */
export type Inputs =
  | { of: "pull"; title: string; files: number; additions: number; deletions: number; generated: number; labels: string[]; open: number }
  | { of: "review"; title: string | null; verdict: string; hunks: number }
  | { of: "issue"; labels: string[] }
  | { of: "answer" }
  | { of: "kudos" };

export interface LineItem {
  at: number;
  base: number;
  fact: string;
  kind: string;
  slice: string;
  factors: Factor[];
  notes: string[];
  lines: number;
  size: number;
  points: number;
  units: bigint;
  priced: bigint;
  amount: bigint;
  rule: string;
  /** Base units for one point, and what it was made of. */
  price: { pool: bigint; points: bigint; per_point: bigint };
  inputs: Inputs | null;
}

export interface Refusal {
  fact: string;
  rule: string;
  reason: string;
}

/** In units. */
export interface PersonResult {
  linked: boolean;
  priced: bigint;
  earned: bigint;
  repaid: bigint;
  debt: bigint;
  returned: bigint;
  granted_accruals: [number, bigint][];
  lapsed: bigint;
  accrued: bigint;
  entry: bigint;
}

export interface Explanation {
  epoch: number;
  round: number;
  login: string | null;
  contributor: bigint;
  items: LineItem[];
  refusals: Refusal[];
  not_merged: Refusal[];
  result: PersonResult | null;
}
