//! Computes batches again, beside the page, so that it stays awake.
//!
//! Takes: questions. Gives: answers and progress. Never: reads the chain or believes a place; a file counts by its hash.

import { open, type Call, type Module } from "../../../oracle/wasm/module.mjs";
import buildUrl from "../../wasm/build.json?url";
import moduleUrl from "../../wasm/guerdon.wasm?url";
import { record, text as textual, type Parse } from "../api/json";
import * as answers from "./answers";
import { miss, Missed, stream, whole } from "./fetch";
import { VerifierError, type Miss, type ModuleInfo, type Place, type Progress, type Question, type Reply, type Simulation, type SimulateInput, type Verified, type VerifyInput } from "./types";
import type { Hex } from "viem";

const LARGEST_POLICY = 1 << 20;
const EVIDENCE = 0;
const POLICY = 1;

interface Loaded {
  module: Module;
  info: ModuleInfo;
}

/** Whoever asked last hears of progress. */
let tell: (progress: Progress) => void = () => {};
let loaded: Promise<Loaded> | null = null;

async function load(): Promise<Loaded> {
  tell({ stage: "module", done: 0, of: null });
  const [file, build] = await Promise.all([fetch(moduleUrl), fetch(buildUrl)]);
  if (!file.ok) throw new VerifierError("module", `the WebAssembly module cannot be loaded: HTTP ${file.status}`);
  const bytes = new Uint8Array(await file.arrayBuffer());
  const { rustc } = record({ rustc: textual })(await build.json(), "build.json");
  let module: Module;
  try {
    module = await open(bytes, (done, of) => tell({ stage: "read", done, of }));
  } catch (error) {
    throw new VerifierError("module", `this browser cannot run the WebAssembly module: ${String(error)}`);
  }
  return { module, info: { sha256: await hashOf(bytes, module), bytes: bytes.length, rustc } };
}

/** By the browser; on a page without TLS, where it does not hash, by the module itself. */
async function hashOf(bytes: Uint8Array<ArrayBuffer>, module: Module): Promise<Hex> {
  if (globalThis.crypto?.subtle) {
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
    return `0x${Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
  }
  module.put(EVIDENCE, bytes);
  return ask(module, "sha256", answers.learned).hash;
}

function ready(): Promise<Loaded> {
  loaded ??= load().catch((error: unknown) => {
    loaded = null; // another try may reach it
    throw error;
  });
  return loaded;
}

function ask<T>(module: Module, call: Call, shape: Parse<T>, misses: Miss[] = []): T {
  let said: string;
  try {
    said = module.call(call);
  } catch (error) {
    // What is left of the module's memory is not to be trusted.
    loaded = null;
    throw new VerifierError("memory", `the file is too large for this browser's memory: ${String(error)}`, misses);
  }
  const value: unknown = JSON.parse(said);
  if (typeof value === "object" && value !== null && "error" in value) {
    const { error, kind, evidence_hash, policy_hash } = answers.refused(value, "the module's answer");
    const about = kind === "policy" ? "policy" : kind === "evidence" || kind === "score" ? "evidence" : "module";
    throw new VerifierError(about, error, misses, evidence_hash, policy_hash);
  }
  return shape(value, "the module's answer");
}

const encoder = new TextEncoder();

function learn(module: Module, text: string, call: "learn" | "propose" = "learn"): Hex {
  module.put(POLICY, encoder.encode(text));
  return ask(module, call, answers.learned).hash;
}

async function findPolicy(hash: Hex, places: Place[]): Promise<{ text: string; place: Place; misses: Miss[] }> {
  const { module } = await ready();
  const misses: Miss[] = [];
  for (const place of places) {
    try {
      const text = new TextDecoder("utf-8", { fatal: true }).decode(await whole(place, LARGEST_POLICY));
      const found = learn(module, text);
      if (found === hash) return { text, place, misses };
      misses.push({ place, said: `another policy, ${found}` });
    } catch (error) {
      if (error instanceof VerifierError || error instanceof TypeError) misses.push({ place, said: "not a policy" });
      else misses.push(miss(place, error));
    }
  }
  throw new VerifierError("missing", `no place has the policy ${hash}`, misses, null, hash);
}

/** Puts an evidence file where the module reads it. The first with the right hash is taken; without one, a wrong one. */
async function bring(module: Module, places: Place[], hash: Hex | null): Promise<{ place: Place; misses: Miss[] }> {
  const misses: Miss[] = [];
  /** Whose file the module has, whole. */
  let held: Place | null = null;
  const load = async (place: Place): Promise<Hex | null> => {
    let began = false;
    const take = (piece: Uint8Array) => {
      if (!began) module.put(EVIDENCE, new Uint8Array());
      [began, held] = [true, null];
      module.add(EVIDENCE, piece);
    };
    tell({ stage: "fetch", done: 0, of: null });
    try {
      await stream(place, take, (done, of) => tell({ stage: "fetch", done, of }));
      if (!began) throw new Missed("an empty file");
    } catch (error) {
      if (error instanceof RangeError) throw new VerifierError("memory", error.message, misses);
      misses.push(miss(place, error));
      return null;
    }
    held = place;
    return ask(module, "sha256", answers.learned).hash;
  };
  let wrong: Place | null = null;
  for (const place of places) {
    const found = await load(place);
    if (found === null) continue;
    if (hash === null || found === hash) return { place, misses };
    misses.push({ place, said: `another file, ${found}` });
    wrong ??= place;
  }
  const other = held ?? wrong;
  if (other && (held || (await load(other)) !== null)) return { place: other, misses };
  throw new VerifierError("missing", "nobody has the evidence", misses, hash);
}

async function verify<T>({ evidence, evidenceHash, policies }: VerifyInput, call: Call, shape: Parse<T>): Promise<T & Pick<Verified, "timings" | "place" | "misses">> {
  const { module } = await ready();
  const began = performance.now();
  for (const text of policies) learn(module, text);
  const { place, misses } = await bring(module, evidence, evidenceHash);
  const fetched = performance.now();
  let read = fetched;
  const outer = tell;
  tell = (progress) => {
    if (progress.stage === "read") {
      read = performance.now();
      if (progress.done === progress.of) outer({ stage: "score", done: 0, of: 1 });
    }
    outer(progress);
  };
  const rebuilt = ask(module, call, shape, misses);
  const ended = performance.now();
  const timings = { fetch: fetched - began, read: read - fetched, score: ended - read, total: ended - began };
  return { ...rebuilt, place, misses, timings };
}

async function simulate({ policy, policies, epochs, attacks }: SimulateInput): Promise<Simulation> {
  const { module } = await ready();
  for (const text of policies) learn(module, text);
  learn(module, policy, "propose");
  for (const [index, { evidence, evidenceHash }] of epochs.entries()) {
    tell({ stage: "score", done: index, of: epochs.length });
    const { misses } = await bring(module, evidence, evidenceHash);
    const { evidence_hash } = ask(module, "replay", record({ evidence_hash: answers.hash }), misses);
    if (evidence_hash !== evidenceHash) throw new VerifierError("evidence", "nobody has the evidence of every epoch", misses, evidence_hash);
  }
  const simulated = ask(module, "conclude", answers.simulation);
  while (attacks) {
    const { attack, of } = ask(module, "attack", answers.attacked);
    if (!attack) break;
    simulated.attacks.push(attack);
    tell({ stage: "attack", done: simulated.attacks.length, of });
  }
  return simulated;
}

function answer(question: Question): Promise<unknown> {
  switch (question.ask) {
    case "module":
      return ready().then(({ info }) => info);
    case "policyHash":
      return ready().then(({ module }) => learn(module, question.text));
    case "findPolicy":
      return findPolicy(question.hash, question.places);
    case "verify":
      return verify(question, "rebuild", answers.rebuilt);
    case "precede":
      return verify(question, "precede", answers.preceding);
    case "simulate":
      return simulate(question);
  }
}

const say = (reply: Reply) => postMessage(reply);

/** One after the other: there is one memory. */
let turn: Promise<unknown> = Promise.resolve();

addEventListener("message", ({ data }: MessageEvent<{ id: number; question: Question }>) => {
  const { id, question } = data;
  turn = turn.then(async () => {
    tell = (progress) => say({ id, progress });
    try {
      say({ id, value: await answer(question) });
    } catch (error) {
      const known = error instanceof VerifierError ? error : new VerifierError("module", error instanceof Error ? error.message : String(error));
      const { kind, message, misses, evidenceHash, policyHash } = known;
      say({ id, error: { kind, message, misses, evidenceHash, policyHash } });
    }
  });
});
