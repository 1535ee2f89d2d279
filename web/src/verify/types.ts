//! What the verifier is asked and what it says. Amounts are units, times UTC seconds.

import type { Address, Hex } from "viem";

export interface Progress {
  stage: "module" | "fetch" | "read" | "score" | "attack";
  /** Bytes of a file that are fetched or read, epochs that are replayed, attacks that are tried. */
  done: number;
  of: number | null;
}

/** The WebAssembly module that computes. */
export interface ModuleInfo {
  /** Of the bytes that run here. */
  sha256: Hex;
  bytes: number;
  /** What it was built with, as its builder says. */
  rustc: string;
}

/** Where a file may be had. */
export interface Place {
  name: string;
  url: string;
}

/** A place that does not have what it should. */
export interface Miss {
  place: Place;
  said: string;
}

export interface Entry {
  id: bigint;
  units: bigint;
}

export interface Chunk {
  first: number;
  /** 14 bytes each, as they are published. */
  entries: Hex;
  rest: Hex;
}

export interface Verified {
  /** What the evidence says of itself. */
  epoch: bigint;
  round: number;
  chain: bigint;
  distributor: Address;
  unit: bigint;
  block: bigint;
  starts: bigint;
  ends: bigint;
  cutoff: bigint;
  previous: Hex;
  budget: bigint;
  cap: bigint;
  bytes: number;
  facts: number;
  people: number;
  /** Ascending. */
  linked: bigint[];
  /** What was computed from it. */
  evidenceHash: Hex;
  policyHash: Hex;
  /** Zero without entries. */
  entriesHash: Hex;
  total: bigint;
  entries: Entry[];
  chunks: Chunk[];
  slices: { slice: string; budget: bigint; pool: bigint; units: bigint }[];
  /** Milliseconds. */
  timings: { fetch: number; read: number; score: number; total: number };
  /** Where the file came from, and who did not have it or had another. */
  place: Place;
  misses: Miss[];
}

/** The evidence before the one that was verified last. */
export interface Preceding extends Verified {
  /** Whether that one goes on where this one ends. */
  follows: boolean;
}

export interface Change<T> {
  before: T;
  after: T;
}

/** Shares in thousandths. */
export interface Concentration {
  people: number;
  units: bigint;
  gini: number;
  topTen: number;
  nakamoto: number;
  hhi: number;
}

export interface Attack {
  name: string;
  about: string;
  /** Thousandths of what honest work earns; null when the figure is only shown. */
  limit: { atMost: bigint } | { atLeast: bigint } | null;
  ratio: Change<bigint | null>;
  holds: Change<boolean>;
}

/** What another policy would have paid. */
export interface Simulation {
  policy: Hex;
  insteadOf: Hex[];
  from: bigint;
  to: bigint;
  earned: Change<bigint>;
  concentration: Change<Concentration>;
  people: { gain: number; lose: number; same: number; appear: number; disappear: number };
  /** The largest difference first. */
  changes: { id: bigint; earned: Change<bigint>; difference: bigint; differenceMilli: bigint | null }[];
  slices: { slice: string; budget: Change<bigint>; earned: Change<bigint>; points: Change<bigint> }[];
  epochs: { epoch: bigint; entries: Change<bigint> }[];
  /** Empty unless they were asked for. */
  attacks: Attack[];
}

export interface VerifyInput {
  evidence: Place[];
  /** As the chain has it; null when there is no batch, then the first file is taken as it is. */
  evidenceHash: Hex | null;
  /** Texts of policies; the evidence names which one it is. */
  policies: string[];
}

export interface SimulateInput {
  policy: string;
  /** Those in force in these epochs. */
  policies: string[];
  /** Ascending, without a gap. */
  epochs: { epoch: bigint; evidenceHash: Hex; evidence: Place[] }[];
  /** Try every known attack as well: several seconds. */
  attacks?: boolean;
}

export type Trouble = "module" | "missing" | "evidence" | "policy" | "memory" | "aborted";

/** Why there is no answer. */
export class VerifierError extends Error {
  constructor(
    readonly kind: Trouble,
    message: string,
    readonly misses: Miss[] = [],
    /** Of the file that could not be read or scored. */
    readonly evidenceHash: Hex | null = null,
    /** The policy that the evidence names, when it is not at hand. */
    readonly policyHash: Hex | null = null,
  ) {
    super(message);
    this.name = "VerifierError";
  }
}

/** Between the page and the worker. */
export type Question =
  | { ask: "module" }
  | { ask: "policyHash"; text: string }
  | { ask: "findPolicy"; hash: Hex; places: Place[] }
  | ({ ask: "verify" | "precede" } & VerifyInput)
  | ({ ask: "simulate" } & SimulateInput);

export type Reply =
  | { id: number; progress: Progress }
  | { id: number; value: unknown }
  | { id: number; error: { kind: Trouble; message: string; misses: Miss[]; evidenceHash: Hex | null; policyHash: Hex | null } };
