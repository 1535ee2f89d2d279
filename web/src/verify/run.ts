//! Verifies one epoch, step by step.
//!
//! Takes: its number, and whatever reads the chain. Gives: a verdict with all that it rests on, or why there is none.
//! Never: a verdict without the evidence that the chain names, unless it says so.

import type { Hex } from "viem";
import type { App } from "../app";
import { fault, type Fault } from "../chain/errors";
import { compare, type Comparison } from "./compare";
import { verifyAbi } from "./abi";
import { currentBaseUrl, linksAt, onChain, signersOf, type OnChain } from "./onchain";
import { evidencePlaces, policyPlaces } from "./places";
import { VerifierError, type Miss, type ModuleInfo, type Progress, type Verified } from "./types";
import type { Verifier } from "./verifier";

export type Stage = Progress["stage"] | "chain" | "policy" | "compare";
export interface Step {
  stage: Stage;
  done: number;
  of: number | null;
}

export type Verdict =
  | { kind: "compared"; here: Verified; chain: OnChain; comparison: Comparison; linksRead: boolean; module: ModuleInfo; baseUrls: string[] }
  /** Nothing was posted, and no server has evidence. */
  | { kind: "nothing" }
  | { kind: "withheld"; hash: Hex; misses: Miss[] }
  | { kind: "noPolicy"; hash: Hex; misses: Miss[] }
  /** The file cannot be read or scored; `hash` is its own. */
  | { kind: "unreadable"; said: string; hash: Hex | null; chainHash: Hex | null; misses: Miss[] }
  | { kind: "broken"; said: string; memory: boolean }
  | { kind: "fault"; fault: Fault };

export async function run(app: App, epoch: number, verifier: Verifier, told: (step: Step) => void, signal: AbortSignal): Promise<Verdict> {
  const { config } = app;
  try {
    told({ stage: "chain", done: 0, of: null });
    const chain = await onChain(app.chain, config, BigInt(epoch));
    const served = chain.batch ? null : await app.api.epoch(epoch).catch(() => null);
    const named = chain.batch?.header.evidenceHash ?? null;
    const wanted = named ?? served?.evidence_hash ?? null;
    if (wanted === null) return { kind: "nothing" };
    const policyHash = chain.batch?.header.policyHash ?? chain.terms?.policyHash ?? served?.policy_hash ?? null;
    const baseUrls = await bases(app, chain);
    if (signal.aborted) throw new VerifierError("aborted", "");
    told({ stage: "module", done: 0, of: null });
    const module = await verifier.module();
    let policies: string[] = [];
    if (policyHash) {
      told({ stage: "policy", done: 0, of: null });
      policies = [(await verifier.findPolicy(policyHash, policyPlaces(config, policyHash), signal)).text];
    }
    const copies = served?.evidence_hash === wanted ? Object.values(served.copies) : [];
    const here = await verifier.verify({ evidence: evidencePlaces(config, wanted, baseUrls, copies), evidenceHash: wanted, policies }, told, signal);
    told({ stage: "compare", done: 0, of: null });
    const links = await linksAt(app.chain, config, here.block).catch(() => null);
    return { kind: "compared", here, chain, comparison: compare(here, chain, links), linksRead: links !== null, module, baseUrls };
  } catch (error) {
    if (!(error instanceof VerifierError)) return { kind: "fault", fault: fault(error, verifyAbi) };
    return explained(error, await chainHash(app, epoch));
  }
}

/** Where the set that signed, and the one that signs now, say that evidence is. Without an answer there are other places. */
async function bases(app: App, chain: OnChain): Promise<string[]> {
  const signing = chain.batch ? signersOf(app.chain, app.config, chain.batch).then(({ baseUrl }) => baseUrl) : Promise.resolve("");
  const all = await Promise.all([signing.catch(() => ""), currentBaseUrl(app.chain, app.config).catch(() => "")]);
  return [...new Set(all)].filter(Boolean);
}

async function chainHash(app: App, epoch: number): Promise<Hex | null> {
  const chain = await onChain(app.chain, app.config, BigInt(epoch)).catch(() => null);
  return chain?.batch?.header.evidenceHash ?? null;
}

function explained(error: VerifierError, named: Hex | null): Verdict {
  const { kind, message, misses, evidenceHash, policyHash } = error;
  if (kind === "aborted") throw error;
  if (kind === "missing" && policyHash) return { kind: "noPolicy", hash: policyHash, misses };
  if (kind === "missing") return { kind: "withheld", hash: evidenceHash ?? named ?? "0x", misses };
  // The evidence names another policy than the batch: that is the file's fault, whoever gave it.
  if (kind === "policy" || kind === "evidence") return { kind: "unreadable", said: message, hash: evidenceHash, chainHash: named, misses };
  return { kind: "broken", said: message, memory: kind === "memory" };
}
