//! Whether an epoch goes on where the one before it ended: who accrued what, and owes what, stands in no batch, and could
//! be made up otherwise.
//!
//! Takes: what was verified, and whatever reads the chain. Gives: how far back it leads. Never: goes further back than to
//! an epoch that was posted; that one had its own window.

import { getAbiItem, zeroHash, type Hex } from "viem";
import type { App } from "../app";
import { distributorAbi } from "../chain/abi";
import { fault, type Fault } from "../chain/errors";
import { logsOf } from "../chain/logs";
import { verifyAbi } from "./abi";
import { compare } from "./compare";
import { linksAt, onChain, termsOf } from "./onchain";
import { evidencePlaces, policyPlaces } from "./places";
import { VerifierError, type Miss, type Progress, type Verified } from "./types";
import type { Verifier } from "./verifier";

export type Before =
  /** It is the first epoch, and begins with nothing. */
  | { kind: "first" }
  /** To an epoch that was posted, or the first. */
  | { kind: "follows"; from: bigint }
  | { kind: "false"; why: "first" | "nothing" | "another" | "state" | "unposted"; epoch: bigint }
  | { kind: "withheld"; epoch: bigint; hash: Hex; misses: Miss[] }
  /** The policy of an epoch is not to be had, or something here failed. */
  | { kind: "noPolicy"; epoch: bigint; hash: Hex; misses: Miss[] }
  | { kind: "unreadable"; epoch: bigint; said: string }
  | { kind: "broken"; said: string }
  | { kind: "fault"; fault: Fault };

/** Whether there is evidence of the epoch before that contradicts. */
export const isFalse = (before: Before): boolean => before.kind === "false" || before.kind === "unreadable";

/** A challenge of the whole batch succeeded. */
const CHALLENGED = 2;

/** The evidence of an epoch's batches, but for those that a challenge brought down. */
async function postedFor({ chain, config }: App, epoch: bigint): Promise<Hex[]> {
  const of = { address: config.contracts.distributor, args: { epoch }, from: config.block };
  const [posts, voids] = await Promise.all([
    logsOf(chain, { ...of, events: [getAbiItem({ abi: distributorAbi, name: "BatchPosted" })] }),
    logsOf(chain, { ...of, events: [getAbiItem({ abi: distributorAbi, name: "BatchVoided" })] }),
  ]);
  const overturned = new Set(voids.filter(({ args }) => args.reason === CHALLENGED).map(({ args }) => args.round));
  return posts.filter(({ args }) => !overturned.has(args.round)).map(({ args }) => args.batch.evidenceHash);
}

/** Of what the verifier has verified last; its evidence lies where the other's was looked for. */
export async function before(app: App, { here: verified, baseUrls }: { here: Verified; baseUrls: string[] }, verifier: Verifier, told: (progress: Progress) => void, signal: AbortSignal): Promise<Before> {
  const { config } = app;
  let now: Verified = verified;
  try {
    for (;;) {
      const { epoch: after, previous: hash } = now;
      if (after <= 1n) return hash !== zeroHash ? { kind: "false", why: "first", epoch: after } : now === verified ? { kind: "first" } : { kind: "follows", from: after };
      const epoch = after - 1n;
      const posted = await postedFor(app, epoch);
      if (posted.length > 0 && !posted.includes(hash)) return { kind: "false", why: "another", epoch };
      if (hash === zeroHash) return { kind: "false", why: "nothing", epoch };
      const terms = await termsOf(app.chain, config, epoch);
      const policies = terms ? [(await verifier.findPolicy(terms.policyHash, policyPlaces(config, terms.policyHash), signal)).text] : [];
      const earlier = await verifier.precede({ evidence: evidencePlaces(config, hash, baseUrls), evidenceHash: hash, policies }, told, signal);
      if (earlier.evidenceHash !== hash) return { kind: "withheld", epoch, hash, misses: earlier.misses };
      if (!earlier.follows) return { kind: "false", why: "state", epoch };
      if (posted.length > 0) return { kind: "follows", from: epoch };
      // It was never posted, so no one ever had a window to look at it: it is looked at now.
      const [chain, links] = await Promise.all([onChain(app.chain, config, epoch), linksAt(app.chain, config, earlier.block)]);
      const { checks } = compare(earlier, { ...chain, batch: null }, links);
      // One that came too late to be posted has entries, and the chain has none.
      if (!checks.every(({ name, passed }) => passed || name === "entries")) return { kind: "false", why: "unposted", epoch };
      now = earlier;
    }
  } catch (error) {
    if (!(error instanceof VerifierError)) return { kind: "fault", fault: fault(error, verifyAbi) };
    const epoch = now.epoch - 1n;
    const { kind, message, misses, evidenceHash, policyHash } = error;
    if (kind === "aborted") throw error;
    if (kind === "missing" && policyHash) return { kind: "noPolicy", epoch, hash: policyHash, misses };
    if (kind === "missing") return { kind: "withheld", epoch, hash: now.previous, misses };
    // A file that is not the one that was signed says nothing of the batch.
    if (evidenceHash !== null && evidenceHash !== now.previous) return { kind: "withheld", epoch, hash: now.previous, misses };
    return kind === "evidence" || kind === "policy" ? { kind: "unreadable", epoch, said: message } : { kind: "broken", said: message };
  }
}
