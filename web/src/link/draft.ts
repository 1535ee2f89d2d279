//! A link that was signed and not made yet, kept in this browser so that a reload loses nothing.
//!
//! Takes: the signed link. Gives: it back, until it is made or too old. Never: a secret; all of it is to be published.

import { isAddress, isHex } from "viem";
import type { LinkProof } from "./gist";
import type { Place } from "./message";

export interface Draft extends LinkProof {
  /** The gist that it is in, as it was pasted. */
  readonly gist: string;
}

const name = ({ chainId, distributor }: Place, id: bigint) => `guerdon.link.${chainId}.${distributor.toLowerCase()}.${id}`;

export function keep(place: Place, draft: Draft): void {
  const { link, walletProof, oldWalletProof, gist } = draft;
  const fields = { wallet: link.wallet, nonce: String(link.nonce), validUntil: String(link.validUntil), walletProof, oldWalletProof, gist };
  try {
    localStorage.setItem(name(place, link.id), JSON.stringify(fields));
  } catch {
    // Storage may be closed to this page; then a reload begins anew.
  }
}

export function forget(place: Place, id: bigint): void {
  try {
    localStorage.removeItem(name(place, id));
  } catch {
    // as above
  }
}

export function recall(place: Place, id: bigint): Draft | null {
  try {
    return read(JSON.parse(localStorage.getItem(name(place, id)) ?? "null"), id);
  } catch {
    return null;
  }
}

function read(value: unknown, id: bigint): Draft | null {
  if (typeof value !== "object" || value === null) return null;
  const { wallet, nonce, validUntil, walletProof, oldWalletProof, gist } = value as Record<string, unknown>;
  const digits = (text: unknown): text is string => typeof text === "string" && /^[0-9]{1,20}$/.test(text);
  if (typeof wallet !== "string" || !isAddress(wallet) || !digits(nonce) || !digits(validUntil)) return null;
  if (!isHex(walletProof) || (oldWalletProof !== null && !isHex(oldWalletProof)) || typeof gist !== "string") return null;
  return { link: { id, wallet, nonce: BigInt(nonce), validUntil: BigInt(validUntil) }, walletProof, oldWalletProof, gist };
}
