//! Reads from the chain, through whatever answers.
//!
//! Takes: the wallet's provider when it is on the right chain, and the addresses of the configuration.
//! Gives: one viem client; a request that one source does not answer goes to the next. Never: a
//! transaction or a signature; those go to the wallet alone.

import { createClient, custom, defineChain, type Chain, type Client, type Transport } from "viem";
import type { ChainConfig } from "../config";
import type { Provider } from "../wallet/provider";

export type Reader = Client<Transport, Chain>;

/** Nobody answered. */
export class Unreachable extends Error {
  constructor(readonly causes: unknown[]) {
    super("no source of chain data answers");
  }
}

type Request = { method: string; params?: unknown };
type Source = (request: Request) => Promise<unknown>;

const PATIENCE = 10_000;

function withPatience<T>(work: Promise<T>, what: string): Promise<T> {
  let timer: ReturnType<typeof setTimeout>;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} did not answer in ${PATIENCE / 1000} seconds`)), PATIENCE);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

let counter = 0;

function http(url: string): Source {
  return async ({ method, params }) => {
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ jsonrpc: "2.0", id: ++counter, method, params: params ?? [] }),
      signal: AbortSignal.timeout(PATIENCE),
      referrerPolicy: "no-referrer",
      credentials: "omit",
    });
    const answer = (await response.json()) as { result?: unknown; error?: { code?: number; message?: string; data?: unknown } };
    if (answer.error) throw Object.assign(new Error(answer.error.message ?? "RPC error"), { code: answer.error.code, data: answer.error.data });
    if (!response.ok || !("result" in answer)) throw new Error(`${new URL(url).host} answered HTTP ${response.status}`);
    return answer.result;
  };
}

/** A contract's answer, not a fault of who carried it: another source would say the same. */
function reverted(error: unknown): boolean {
  const { code, data, message } = error as { code?: unknown; data?: unknown; message?: unknown };
  const inner = (typeof data === "object" && data !== null ? data : {}) as { code?: unknown; data?: unknown; message?: unknown };
  const bytes = inner.data ?? data;
  return code === 3 || inner.code === 3 || (typeof bytes === "string" && /^0x[0-9a-f]{8}/i.test(bytes)) || /execution reverted|VM Exception/i.test(`${message} ${inner.message}`);
}

export function chainOf(config: ChainConfig): Chain {
  return defineChain({
    id: config.id,
    name: config.name,
    nativeCurrency: config.currency,
    rpcUrls: { default: { http: config.rpcs } },
    ...(config.explorer ? { blockExplorers: { default: { name: "Explorer", url: config.explorer } } } : {}),
  });
}

/** @param wallet The connected wallet, only when it is on this chain. */
export function reader(config: ChainConfig, wallet: Provider | null): Reader {
  const sources: Source[] = config.rpcs.map(http);
  if (wallet) sources.unshift((request) => withPatience(wallet.request(request), "the wallet"));
  // The source that answered last is asked first, so that a dead one costs its patience once.
  let first = 0;
  const request: Source = async (asked) => {
    const causes: unknown[] = [];
    for (let step = 0; step < sources.length; step++) {
      const index = (first + step) % sources.length;
      try {
        const answer = await sources[index]!(asked);
        first = index;
        return answer;
      } catch (error) {
        if (reverted(error)) throw error;
        causes.push(error);
      }
    }
    throw new Unreachable(causes);
  };
  return createClient({
    chain: chainOf(config),
    transport: custom({ request: ({ method, params }: Request) => request({ method, params }) }, { retryCount: 0 }),
    // A contract may not send this page's requests to addresses of its own choice.
    ccipRead: false,
    pollingInterval: 1_000,
    cacheTime: 0,
  });
}
