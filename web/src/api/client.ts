//! Asks the oracles' servers, and GitHub for a login's number when none of them answers.
//!
//! Takes: the addresses of the configuration. Gives: parsed answers of the first that answers. Never:
//! believes one about money; what can be claimed is read from the chain.

import type { Parse } from "./json";
import { list, record, text, whole } from "./json";
import * as parse from "./parse";
import type { Contributor, EpochEntry, EpochStatus, Explanation } from "./types";

/** As long as a daemon takes for an answer at most (`api.request_seconds`). */
const PATIENCE = 15_000;
const PAGE = 500;

/** A server's own words, with its status code: it is there and says no. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    message: string,
    /** The machine-readable word, where the route has one. */
    readonly code: string | null = null,
  ) {
    super(message);
  }
}

/** No server answers. */
export class NoServer extends Error {
  constructor(readonly causes: unknown[]) {
    super("no oracle's server answers");
  }
}

export interface Account {
  id: bigint;
  login: string | null;
}

async function read(url: URL): Promise<{ body: unknown; next: boolean }> {
  const response = await fetch(url, { signal: AbortSignal.timeout(PATIENCE), referrerPolicy: "no-referrer", credentials: "omit" });
  const body: unknown = await response.json().catch(() => null);
  if (!response.ok) {
    const { error, code } = (body ?? {}) as { error?: unknown; code?: unknown };
    throw new Refused(response.status, typeof error === "string" ? error.slice(0, 500) : `HTTP ${response.status}`, typeof code === "string" ? code : null);
  }
  return { body, next: /rel="next"/.test(response.headers.get("link") ?? "") };
}

/** Whether another server could know better: it is broken or busy, rather than of another opinion. */
const passing = (error: unknown): boolean => !(error instanceof Refused) || error.status === 429 || error.status >= 500;

export class Api {
  #first = 0;

  constructor(readonly bases: string[]) {}

  /** One answer, of the first server that gives one. */
  async get<T>(path: string, shape: Parse<T>): Promise<T> {
    return this.#ask(async (base) => shape((await read(new URL(path, base))).body, path));
  }

  /** All pages of a list, from one server. `key` gives what `after` is to name. */
  async all<T>(path: string, shape: Parse<T>, key: (one: T) => number | bigint): Promise<T[]> {
    return this.#ask(async (base) => {
      const out: T[] = [];
      for (;;) {
        const url = new URL(path, base);
        url.searchParams.set("limit", String(PAGE));
        const last = out.at(-1);
        if (last !== undefined) url.searchParams.set("after", String(key(last)));
        const { body, next } = await read(url);
        const page = list(shape)(body, path);
        out.push(...page);
        if (!next || page.length === 0) return out;
      }
    });
  }

  async #ask<T>(work: (base: string) => Promise<T>): Promise<T> {
    const causes: unknown[] = [];
    for (let step = 0; step < this.bases.length; step++) {
      const index = (this.#first + step) % this.bases.length;
      try {
        const answer = await work(this.bases[index]!);
        this.#first = index;
        return answer;
      } catch (error) {
        if (!passing(error)) throw error;
        causes.push(error);
      }
    }
    throw new NoServer(causes);
  }

  epochs(): Promise<EpochStatus[]> {
    return this.all("v1/epochs", parse.epoch, (one) => one.epoch);
  }

  epoch(epoch: number): Promise<EpochStatus> {
    return this.get(`v1/epochs/${epoch}`, parse.epoch);
  }

  entries(epoch: number): Promise<EpochEntry[]> {
    return this.all(`v1/epochs/${epoch}/entries`, (value, field) => parse.entries([value], field)[0]!, (one) => one.id);
  }

  contributor(who: string): Promise<Contributor> {
    return this.get(`v1/contributors/${encodeURIComponent(who)}`, parse.contributor);
  }

  explain(who: string): Promise<Explanation[]> {
    return this.all(`v1/contributors/${encodeURIComponent(who)}/explain`, parse.explanation, (one) => one.epoch);
  }

  /** Who a login or number is: by a server, or else by GitHub; a number stands for itself. */
  async account(who: string): Promise<Account> {
    const typed = /^[0-9]+$/.test(who) ? { id: BigInt(who), login: null } : null;
    try {
      const { id, login } = await this.contributor(who);
      return { id, login };
    } catch (error) {
      if (typed) return typed;
      if (error instanceof Refused && error.status === 404) return github(who);
      if (error instanceof Refused) throw error;
      return github(who);
    }
  }
}

/** GitHub itself: the number behind a login. */
async function github(login: string): Promise<Account> {
  const { body } = await read(new URL(`https://api.github.com/users/${encodeURIComponent(login)}`));
  return record({ id: whole, login: text })(body, "account");
}
