//! A proposed policy, tried on past epochs.
//!
//! Takes: the policy's hash or text, oracles' servers, the chain's word on which policy held when. Gives: what
//! the verifier says of it. Never: computes itself; a text with another hash is not the proposed policy.

import type { Hex } from "viem";
import { readContract } from "viem/actions";
import type { Api } from "../api/client";
import type { Reader } from "../chain/client";
import { readOracleSet } from "../chain/oracles";
import type { Config } from "../config";
import { evidencePlaces, policyPlaces } from "../verify/places";
import { VerifierError, type Place, type Progress, type Simulation, type SimulateInput } from "../verify/types";
import type { Verifier } from "../verify/verifier";
import { presentAbi } from "./abi";

/** There is no epoch that could be scored again. */
export class NothingToTry extends Error {}

/** The policy's text was not found anywhere. */
export class NoPolicy extends Error {}

export interface Trial {
  /** What it would have been; by hash, or as a file that somebody opened. */
  readonly hash: Hex;
  readonly text: string | null;
  /** Addresses in the proposal's own words. */
  readonly named: readonly string[];
  /** How many epochs, counted from the newest. */
  readonly epochs: number;
  /** Try every known attack as well, which takes longer than all the rest. */
  readonly attacks: boolean;
}

/** Web addresses in a text. */
export const addressesIn = (text: string): string[] => [...new Set(text.match(/https:\/\/[^\s<>"')\]]+/g) ?? [])].slice(0, 5);

async function policyOf(verifier: Verifier, config: Config, { hash, text, named }: Trial, signal: AbortSignal): Promise<string> {
  if (text !== null) return text;
  const places: Place[] = [null, ...named].flatMap((uri) => policyPlaces(config, hash, uri));
  const once = places.filter((place, index) => places.findIndex(({ url }) => url === place.url) === index);
  try {
    return (await verifier.findPolicy(hash, once, signal)).text;
  } catch (error) {
    if (error instanceof VerifierError && error.kind === "missing") throw new NoPolicy();
    throw error;
  }
}

/** The newest epochs in a row that have evidence, ascending. */
async function newest(api: Api, most: number) {
  const all = (await api.epochs()).sort((a, b) => a.epoch - b.epoch);
  let first = all.length - 1;
  while (first > 0 && all.length - first < most && all[first - 1]?.epoch === (all[first]?.epoch ?? 0) - 1) first--;
  return all.slice(Math.max(0, first));
}

export async function rehearse(
  { verifier, api, reader, config }: { verifier: Verifier; api: Api; reader: Reader; config: Config },
  trial: Trial,
  told: (progress: Progress) => void,
  signal: AbortSignal,
): Promise<Simulation> {
  const policy = await policyOf(verifier, config, trial, signal);
  const epochs = await newest(api, trial.epochs);
  if (epochs.length === 0) throw new NothingToTry();
  const on = { address: config.contracts.distributor } as const;
  const { baseUrl } = await readOracleSet(reader, config.contracts.distributor);
  const held = await Promise.all(
    epochs.map(({ epoch }) => readContract(reader, { ...on, abi: presentAbi, functionName: "termsOf", args: [BigInt(epoch)] })),
  );
  const hashes = [...new Set(held.map(({ policyHash }) => policyHash))];
  const found = await Promise.all(hashes.map((hash) => verifier.findPolicy(hash, policyPlaces(config, hash), signal)));
  const input: SimulateInput = {
    policy,
    policies: found.map(({ text }) => text),
    epochs: epochs.map(({ epoch, evidence_hash, copies }) => ({
      epoch: BigInt(epoch),
      evidenceHash: evidence_hash,
      evidence: evidencePlaces(config, evidence_hash, [baseUrl], Object.values(copies)),
    })),
    attacks: trial.attacks,
  };
  return verifier.simulate(input, told, signal);
}
