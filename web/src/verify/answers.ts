//! Reads what the WebAssembly module says.
//!
//! Takes: its JSON, in which every number is a text of digits. Gives: typed answers. Never: an amount as a float.

import type { Address, Hex } from "viem";
import { flag, hex, list, maybe, MalformedAnswer, record, text, whole, type Parse } from "../api/json";
import { unpack } from "../chain/packed";
import type { Attack, Change, Chunk, Concentration, Simulation, Verified } from "./types";

export const hash = hex<Hex>(32);

const count: Parse<number> = (value, field) => {
  const number = Number(whole(value, field));
  if (!Number.isSafeInteger(number)) throw new MalformedAnswer(field, "a count");
  return number;
};

const integer: Parse<bigint> = (value, field) => {
  if (typeof value !== "string" || !/^-?[0-9]{1,40}$/.test(value)) throw new MalformedAnswer(field, "a whole number");
  return BigInt(value);
};

const bytes: Parse<Hex> = (value, field) => {
  if (typeof value !== "string" || !/^0x([0-9a-f]{2})*$/.test(value)) throw new MalformedAnswer(field, "bytes in hexadecimal");
  return value as Hex;
};

const change = <T>(parse: Parse<T>): Parse<Change<T>> => record<Change<T>>({ before: parse, after: parse });

const chunks = list(record<Chunk>({ first: count, entries: bytes, rest: hash }));
const slices = list(record({ slice: text, budget: whole, pool: whole, units: whole }));
const terms = record({ budget: whole, cap: whole });

export type Rebuilt = Omit<Verified, "timings" | "place" | "misses">;

const followed = list(record({ name: text, passed: flag }));

export const rebuilt: Parse<Rebuilt> = (value, field) => {
  const all = record({
    epoch: whole,
    round: count,
    chain: whole,
    distributor: hex<Address>(20),
    unit: whole,
    block: whole,
    starts: whole,
    ends: whole,
    cutoff: whole,
    previous: hash,
    terms,
    bytes: count,
    facts: count,
    people: count,
    linked: list(whole),
    evidence_hash: hash,
    policy_hash: hash,
    entries_hash: hash,
    total: whole,
    chunks,
    slices,
  })(value, field);
  const { terms: agreed, evidence_hash: evidenceHash, policy_hash: policyHash, entries_hash: entriesHash, ...rest } = all;
  return { ...rest, ...agreed, evidenceHash, policyHash, entriesHash, entries: all.chunks.flatMap((chunk) => unpack(chunk.entries)) };
};

export const preceding: Parse<Rebuilt & { follows: boolean }> = (value, field) => {
  const { followed: checks } = record({ followed })(value, field);
  return { ...rebuilt(value, field), follows: checks.length > 0 && checks.every(({ passed }) => passed) };
};

const concentration: Parse<Concentration> = (value, field) => {
  const { top_ten, ...rest } = record({ people: count, units: whole, gini: count, top_ten: count, nakamoto: count, hhi: count })(value, field);
  return { ...rest, topTen: top_ten };
};

const limit: Parse<Attack["limit"]> = (value, field) => {
  if (value === "printed") return null;
  const { atmost, atleast } = record({ atmost: maybe(whole), atleast: maybe(whole) })(value, field);
  if (atmost !== null) return { atMost: atmost };
  if (atleast !== null) return { atLeast: atleast };
  throw new MalformedAnswer(field, "a limit");
};

const attack: Parse<Attack> = record<Attack>({ name: text, about: text, limit, ratio: change(maybe(whole)), holds: change(flag) });

export const attacked: Parse<{ attack: Attack | null; of: number }> = record({ attack: maybe(attack), of: count });

const person: Parse<Simulation["changes"][number]> = (value, field) => {
  const { difference_milli, ...rest } = record({ id: whole, earned: change(whole), difference: integer, difference_milli: maybe(integer) })(value, field);
  return { ...rest, differenceMilli: difference_milli };
};

export const simulation: Parse<Simulation> = (value, field) => {
  const { instead_of, ...rest } = record({
    policy: hash,
    instead_of: list(hash),
    from: whole,
    to: whole,
    earned: change(whole),
    concentration: change(concentration),
    people: record({ gain: count, lose: count, same: count, appear: count, disappear: count }),
    changes: list(person),
    slices: list(record({ slice: text, budget: change(whole), earned: change(whole), points: change(whole) })),
    epochs: list(record({ epoch: whole, entries: change(whole) })),
  })(value, field);
  return { ...rest, insteadOf: instead_of, attacks: [] };
};

export const learned = record({ hash });

/** An answer that says why there is none. */
export const refused = record({ error: text, kind: text, evidence_hash: maybe(hash), policy_hash: maybe(hash) });
