//! Holds what was computed here to what the chain has.
//!
//! Takes: a rebuilt batch and the chain's epoch. Gives: each thing that was compared, and every entry that differs.
//! Never: a verdict on what was not compared.

import type { Links, OnChain } from "./onchain";
import type { Verified } from "./types";

export type CheckName =
  | "evidence"
  | "policy"
  | "entriesHash"
  | "total"
  | "entries"
  | "epoch"
  | "chain"
  | "distributor"
  | "unit"
  | "period"
  | "budget"
  | "cap"
  | "block"
  | "links";

export interface Check {
  name: CheckName;
  passed: boolean;
  here: string;
  chain: string;
}

export interface Difference {
  id: bigint;
  /** Units; null where there is no entry. */
  here: bigint | null;
  chain: bigint | null;
}

export interface Comparison {
  checks: Check[];
  differences: Difference[];
  /** How many entries are the same here and there. */
  equal: number;
  /** How many are not published yet, or never were because the batch is void. */
  unpublished: number;
  passed: boolean;
}

/** @param links As of the evidence's block, as the chain says; null when they could not be read. */
export function compare(here: Verified, chain: OnChain, links: Links | null): Comparison {
  const batch = chain.batch;
  const checks: Check[] = [];
  const check = (name: CheckName, ours: bigint | string | number, theirs: bigint | string | number) => {
    const [a, b] = [String(ours), String(theirs)];
    checks.push({ name, passed: a.toLowerCase() === b.toLowerCase(), here: a, chain: b });
  };
  const differences: Difference[] = [];
  let equal = 0;
  let unpublished = 0;
  const incomplete = batch?.status === "posted" || batch?.status === "void";
  if (batch) {
    check("evidence", here.evidenceHash, batch.header.evidenceHash);
    check("policy", here.policyHash, batch.header.policyHash);
    check("entriesHash", here.entriesHash, batch.header.entriesHash);
    check("total", here.total, batch.header.total);
  } else if (chain.terms) check("policy", here.policyHash, chain.terms.policyHash);
  const published = new Map(batch?.entries.map((entry) => [entry.id, entry.units]));
  for (const { id, units } of here.entries) {
    const theirs = published.get(id) ?? null;
    published.delete(id);
    if (theirs === units) equal++;
    else if (theirs === null && incomplete) unpublished++;
    else differences.push({ id, here: units, chain: theirs });
  }
  for (const [id, units] of published) differences.push({ id, here: null, chain: units });
  differences.sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
  checks.push({ name: "entries", passed: differences.length === 0, here: String(here.entries.length), chain: String(batch?.entries.length ?? 0) });
  check("epoch", batch ? `${here.epoch}, ${here.round}` : here.epoch, batch ? `${chain.epoch}, ${batch.header.round}` : chain.epoch);
  check("chain", here.chain, chain.chainId);
  check("distributor", here.distributor, chain.distributor);
  check("unit", here.unit, chain.unit);
  check("period", `${here.starts}, ${here.ends}`, `${chain.starts}, ${chain.ends}`);
  if (chain.terms) {
    check("budget", here.budget, chain.terms.budget);
    check("cap", here.cap, chain.terms.cap);
  }
  if (links) {
    const { ids, made } = links;
    // Nobody may choose as of which block links count: it is the first at or after the cutoff.
    const first = made !== null && made.before < here.cutoff && made.at >= here.cutoff;
    checks.push({ name: "block", passed: first, here: String(here.block), chain: first ? String(here.block) : "?" });
    const same = ids.length === here.linked.length && ids.every((id, index) => id === here.linked[index]);
    checks.push({ name: "links", passed: same, here: String(here.linked.length), chain: String(ids.length) });
  }
  return { checks, differences, equal, unpublished, passed: checks.every((one) => one.passed) };
}
