//! The API's answers, checked field by field: hostile until then.

import type { Address, Hex } from "viem";
import { count, flag, hex, list, maybe, MalformedAnswer, oneOf, pairs, record, text, whole, type Parse } from "./json";
import type { Contributor, EpochEntry, EpochStatus, Explanation, Fairness, Inputs, LineItem, PersonResult, Refusal, WaitingLink } from "./types";

const hash = hex<Hex>(32);
const address = hex<Address>(20);

const fairness: Parse<Fairness> = record<Fairness>({
  concentration: record({ people: count, units: whole, gini: count, top_ten: count, nakamoto: count, hhi: count }),
  newcomers: count,
  newcomer_share: count,
  first_entries: count,
  first_payment: maybe(count),
  review_share: count,
  slices: list(record({ slice: text, units: whole, share: count })),
});

export const epoch: Parse<EpochStatus> = record<EpochStatus>({
  epoch: count,
  round: count,
  status: oneOf("scored", "empty", "batched", "posted", "window", "frozen", "crediting", "settled", "void"),
  evidence_hash: hash,
  entries_hash: maybe(hash),
  policy_hash: maybe(hash),
  entries: count,
  total: whole,
  credited: whole,
  skipped: whole,
  held: whole,
  dropped: whole,
  window_end: maybe(count),
  post_tx: maybe(hash),
  credit_tx: maybe(hash),
  copies: pairs,
  fairness: maybe(fairness),
});

export const epochs = list(epoch);

export const entries: Parse<EpochEntry[]> = list(record<EpochEntry>({ id: whole, login: maybe(text), units: whole, amount: whole }));

export const waitingLink: Parse<WaitingLink> = (value, field) => {
  const { contributor_id, ...rest } = record({
    contributor_id: whole,
    login: maybe(text),
    wallet: address,
    old_wallet: maybe(address),
    status: oneOf("pending", "contested", "frozen", "approved"),
    dead: flag,
    proposed: count,
    ready: count,
    unclaimed: whole,
  })(value, field);
  return { id: contributor_id, ...rest };
};

export const contributor: Parse<Contributor> = record<Contributor>({
  id: whole,
  login: maybe(text),
  wallet: maybe(address),
  earned: whole,
  claimed: whole,
  claimable: whole,
  accrued: whole,
  pending_link: maybe(waitingLink),
});

const inputs: Parse<Inputs> = (value, field) => {
  const { of } = record({ of: oneOf("pull", "review", "issue", "answer", "kudos") })(value, field);
  switch (of) {
    case "pull":
      return { of, ...record({ title: text, files: count, additions: count, deletions: count, generated: count, labels: list(text), open: count })(value, field) };
    case "review":
      return { of, ...record({ title: maybe(text), verdict: text, hunks: count })(value, field) };
    case "issue":
      return { of, ...record({ labels: list(text) })(value, field) };
    default:
      return { of };
  }
};

const item: Parse<LineItem> = record<LineItem>({
  at: count,
  base: count,
  fact: text,
  kind: text,
  slice: text,
  factors: list(record({ name: text, milli: count })),
  notes: list(text),
  lines: count,
  size: count,
  points: count,
  units: whole,
  priced: whole,
  amount: whole,
  rule: text,
  price: record({ pool: whole, points: whole, per_point: whole }),
  inputs: maybe(inputs),
});

const refusal: Parse<Refusal> = record<Refusal>({ fact: text, rule: text, reason: text });

const grant: Parse<[number, bigint]> = (value, field) => {
  if (!Array.isArray(value) || value.length !== 2) throw new MalformedAnswer(field, "an epoch and its units");
  return [count(value[0], field), whole(value[1], field)];
};

const result: Parse<PersonResult> = record<PersonResult>({
  linked: flag,
  priced: whole,
  earned: whole,
  repaid: whole,
  debt: whole,
  returned: whole,
  granted_accruals: list(grant),
  lapsed: whole,
  accrued: whole,
  entry: whole,
});

export const explanation: Parse<Explanation> = record<Explanation>({
  epoch: count,
  round: count,
  login: maybe(text),
  contributor: whole,
  items: list(item),
  refusals: list(refusal),
  not_merged: list(refusal),
  result: maybe(result),
});
