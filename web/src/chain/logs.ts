//! Events of a contract since the deployment.
//!
//! Takes: a filter. Gives: all its logs, ascending. A provider that limits the range is asked in pieces,
//! within a bound of requests. Never: a part of the logs as if it were all.

import type { AbiEvent, Address, GetLogsReturnType } from "viem";
import { getBlockNumber, getLogs } from "viem/actions";
import type { Reader } from "./client";

/** Most requests for one question; beyond it the answer is not worth what it asks of a public server. */
const MOST = 120;
const ATONCE = 4;

/** The provider lets too few blocks be asked for at once. */
export class TooManyBlocks extends Error {}

export interface LogFilter<E extends AbiEvent> {
  address: Address;
  events: readonly E[];
  /** Indexed arguments, for a single event only. */
  args?: Record<string, unknown>;
  from: bigint;
}

export async function logsOf<const E extends AbiEvent>(chain: Reader, filter: LogFilter<E>): Promise<GetLogsReturnType<E, E[], true>> {
  const head = await getBlockNumber(chain);
  const ask = (fromBlock: bigint, toBlock: bigint) => {
    const range = { address: filter.address, fromBlock, toBlock, strict: true as const };
    const [only] = filter.events;
    const asked = filter.args ? getLogs(chain, { ...range, event: only as AbiEvent, args: filter.args }) : getLogs(chain, { ...range, events: filter.events as readonly AbiEvent[] });
    return asked as unknown as Promise<GetLogsReturnType<E, E[], true>>;
  };
  try {
    return await ask(filter.from, head);
  } catch (error) {
    return pieces(ask, filter.from, head, error);
  }
}

/** Halves the range until the provider answers, then goes on in steps of that size. */
async function pieces<T>(ask: (from: bigint, to: bigint) => Promise<T[]>, from: bigint, head: bigint, why: unknown): Promise<T[]> {
  const out: T[] = [];
  let size = (head - from) / 2n + 1n;
  let asked = 0;
  let at = from;
  while (at <= head) {
    const ranges: [bigint, bigint][] = [];
    for (let start = at; start <= head && ranges.length < (out.length || at > from ? ATONCE : 1); start += size) ranges.push([start, start + size - 1n < head ? start + size - 1n : head]);
    asked += ranges.length;
    if (asked > MOST || (head - at) / size > BigInt(MOST)) throw new TooManyBlocks("the chain's provider does not give this many blocks of events", { cause: why });
    try {
      for (const part of await Promise.all(ranges.map(([start, end]) => ask(start, end)))) out.push(...part);
      at = ranges.at(-1)![1] + 1n;
    } catch (error) {
      if (size === 1n) throw error;
      size = size / 2n + 1n > size - 1n ? size - 1n : size / 2n + 1n;
    }
  }
  return out;
}
