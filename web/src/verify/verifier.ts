//! The way to the worker that computes batches again.
//!
//! Takes: where evidence and policies may lie. Gives: what follows from them. Never: computes on the page's own thread.

import type { Hex } from "viem";
import { VerifierError, type ModuleInfo, type Place, type Miss, type Preceding, type Progress, type Question, type Reply, type SimulateInput, type Simulation, type Verified, type VerifyInput } from "./types";

export * from "./types";

type Waiting = { resolve: (value: unknown) => void; reject: (error: Error) => void; progress: ((progress: Progress) => void) | undefined };

export class Verifier {
  #worker: Worker | null = null;
  #waiting = new Map<number, Waiting>();
  #last = 0;

  module(): Promise<ModuleInfo> {
    return this.#ask({ ask: "module" }) as Promise<ModuleInfo>;
  }

  /** The hash that governance votes for. */
  policyHash(text: string): Promise<Hex> {
    return this.#ask({ ask: "policyHash", text }) as Promise<Hex>;
  }

  /** The first text with that hash. */
  findPolicy(hash: Hex, places: Place[], signal?: AbortSignal): Promise<{ text: string; place: Place; misses: Miss[] }> {
    return this.#ask({ ask: "findPolicy", hash, places }, undefined, signal) as Promise<{ text: string; place: Place; misses: Miss[] }>;
  }

  verify(input: VerifyInput, progress?: (progress: Progress) => void, signal?: AbortSignal): Promise<Verified> {
    return this.#ask({ ask: "verify", ...input }, progress, signal) as Promise<Verified>;
  }

  /** The epoch before the one that was verified last, or that preceded it. */
  precede(input: VerifyInput, progress?: (progress: Progress) => void, signal?: AbortSignal): Promise<Preceding> {
    return this.#ask({ ask: "precede", ...input }, progress, signal) as Promise<Preceding>;
  }

  simulate(input: SimulateInput, progress?: (progress: Progress) => void, signal?: AbortSignal): Promise<Simulation> {
    return this.#ask({ ask: "simulate", ...input }, progress, signal) as Promise<Simulation>;
  }

  /** Gives the memory back; what is under way ends. */
  close(): void {
    this.#worker?.terminate();
    this.#worker = null;
    for (const { reject } of this.#waiting.values()) reject(new VerifierError("aborted", "it was stopped"));
    this.#waiting.clear();
  }

  #ask(question: Question, progress?: (progress: Progress) => void, signal?: AbortSignal): Promise<unknown> {
    if (signal?.aborted) return Promise.reject(new VerifierError("aborted", "it was stopped"));
    const id = ++this.#last;
    const asked = new Promise<unknown>((resolve, reject) => this.#waiting.set(id, { resolve, reject, progress }));
    this.#start().postMessage({ id, question });
    // A computation cannot be interrupted, only its worker ended.
    const stop = () => this.close();
    signal?.addEventListener("abort", stop);
    return asked.finally(() => signal?.removeEventListener("abort", stop));
  }

  #start(): Worker {
    if (this.#worker) return this.#worker;
    const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module", name: "verify" });
    worker.addEventListener("message", ({ data }: MessageEvent<Reply>) => this.#hear(data));
    worker.addEventListener("error", (event) => {
      event.preventDefault();
      const waiting = [...this.#waiting.values()];
      this.#waiting.clear();
      worker.terminate();
      if (this.#worker === worker) this.#worker = null;
      for (const { reject } of waiting) reject(new VerifierError("module", event.message || "the worker cannot be started"));
    });
    return (this.#worker = worker);
  }

  #hear(reply: Reply): void {
    const waiting = this.#waiting.get(reply.id);
    if (!waiting) return;
    if ("progress" in reply) return waiting.progress?.(reply.progress);
    this.#waiting.delete(reply.id);
    if ("value" in reply) return waiting.resolve(reply.value);
    const { kind, message, misses, evidenceHash, policyHash } = reply.error;
    waiting.reject(new VerifierError(kind, message, misses, evidenceHash, policyHash));
  }
}

export function openVerifier(): Verifier {
  return new Verifier();
}
