//! Where evidence and policies may lie.
//!
//! Takes: the configuration and what the chain and servers say. Gives: places in the order of asking. Never: trusts
//! one; what has another hash is not taken.

import type { Hex } from "viem";
import type { Config } from "../config";
import type { Place } from "./types";

const HASH = "{hash}";

/** Only addresses that the page may reach: TLS, or this machine, or where the page itself is. */
function place(address: string, base: string): Place | null {
  let url: URL;
  try {
    url = new URL(address, base);
  } catch {
    return null;
  }
  const local = url.hostname === "127.0.0.1" || url.hostname === "localhost";
  if (url.protocol !== "https:" && !(url.protocol === "http:" && (local || url.origin === new URL(base).origin))) return null;
  if (url.username || url.password) return null;
  return { name: url.host, url: url.href };
}

function all(addresses: (string | null | undefined)[], base: string): Place[] {
  const out: Place[] = [];
  for (const address of addresses) {
    const one = address ? place(address, base) : null;
    if (one && !out.some((other) => other.url === one.url)) out.push(one);
  }
  return out;
}

/** As the daemon reads it: the hash stands behind an address, or in the place of `{hash}`; one without a path is an oracle's. */
function mirrored(address: string, hash: Hex): string {
  const rest = address.replace(/^[a-z]+:\/\//, "");
  const at = rest.includes("/") || rest.includes("?") || rest.includes("{") ? address : `${address}/v1/evidence/`;
  return at.includes(HASH) ? at.replaceAll(HASH, hash) : `${at}${hash}`;
}

/** @param baseUrls Where the oracle sets say that their evidence is. @param copies Addresses of this very file. */
export function evidencePlaces(config: Config, hash: Hex, baseUrls: string[] = [], copies: string[] = [], base = document.baseURI): Place[] {
  const apis = config.apis.map((api) => `${api}v1/evidence/${hash}`);
  return all([...apis, ...baseUrls.filter(Boolean).map((url) => mirrored(url, hash)), ...copies], base);
}

export function policyPlaces(config: Config, hash: Hex, uri?: string | null, base = document.baseURI): Place[] {
  const known = config.policies.filter((policy) => policy.hash.toLowerCase() === hash.toLowerCase()).map((policy) => policy.uri);
  return all([...config.apis.map((api) => `${api}v1/policies/${hash}`), ...known, uri], base);
}
