//! One epoch: the chain's word, and beside it what a server adds.
//!
//! Takes: the epoch's number. Gives: both apart, and where they contradict each other. Never: a server's figure in the
//! place of the chain's.

import type { EpochEntry, EpochStatus } from "../../api/types";
import { NoServer, Refused } from "../../api/client";
import type { App } from "../../app";
import { chainTime } from "../../chain/reads";
import { onChain, type OnChain } from "../../verify/onchain";
import type { en } from "../../text/en";

export interface Contradiction {
  about: keyof typeof en.epoch.differences;
  /** Base units for totals. */
  server: string | bigint | number;
  chain: string | bigint | number;
}

export interface EpochData {
  /** Null when it does not answer; then all is a server's word. */
  chain: OnChain | null;
  server: EpochStatus | null;
  /** No server answers; one that answers may not know the epoch. */
  noServer: boolean;
  now: number | null;
}

export async function loadEpoch(app: App, epoch: number): Promise<EpochData> {
  const server = app.api.epoch(epoch).then(
    (status) => ({ status, none: false }),
    (error: unknown) => ({ status: null, none: error instanceof NoServer || !(error instanceof Refused) }),
  );
  const chain = onChain(app.chain, app.config, BigInt(epoch));
  const [told, read] = await Promise.all([server, chain.then((value) => ({ value, error: null }), (error: unknown) => ({ value: null, error }))]);
  if (!read.value && !told.status) throw read.error;
  const now = read.value?.now ?? (await chainTime(app.chain).catch(() => null));
  return { chain: read.value, server: told.status, noServer: told.none, now };
}

/** What a server says of a batch otherwise than the chain. A server that has not seen the batch yet is only behind. */
export function contradictions({ chain, server }: EpochData, unit: bigint): Contradiction[] {
  const batch = chain?.batch;
  if (!batch || !server || server.round !== batch.header.round) return [];
  if (server.status === "scored" || server.status === "batched") return [];
  const out: Contradiction[] = [];
  const hold = (about: Contradiction["about"], theirs: string | bigint | number, ours: string | bigint | number) => {
    if (String(theirs).toLowerCase() !== String(ours).toLowerCase()) out.push({ about, server: theirs, chain: ours });
  };
  hold("total", server.total, batch.header.total * unit);
  if (batch.status !== "posted") hold("entries", server.entries, batch.entries.length);
  hold("evidence", server.evidence_hash, batch.header.evidenceHash);
  if (server.entries_hash) hold("entriesHash", server.entries_hash, batch.header.entriesHash);
  return out;
}

/** What accounts are called, as far as a server tells. */
export async function loadLogins(app: App, epoch: number): Promise<Map<bigint, string>> {
  const entries: EpochEntry[] = await app.api.entries(epoch).catch(() => []);
  return new Map(entries.flatMap(({ id, login }) => (login ? [[id, login] as const] : [])));
}
