//! The text that a contributor publishes, and the name of the gist that it is in.
//!
//! Takes: a link with its signatures, and what somebody pasted. Gives: the text that every oracle reads, character for
//! character what `guerdon link gist` prints; where to publish it; the id of a gist. Never: publishes anything.

import { getAddress, type Hex } from "viem";
import type { Link, Place } from "./message";

/** A link with the wallets' words on it. */
export interface LinkProof {
  readonly link: Link;
  readonly walletProof: Hex;
  /** The same link signed by the wallet that is linked now: a re-link then holds at once. */
  readonly oldWalletProof: Hex | null;
}

export const GIST_FILE = "guerdon-link.md";

export function gistText(proof: LinkProof, place: Place): string {
  const { id, wallet, nonce, validUntil } = proof.link;
  // Written out by hand: an id is a whole number of up to 64 bits, which JSON.stringify cannot write.
  const fields: [string, string][] = [
    ["chainId", String(place.chainId)],
    ["distributor", quoted(place.distributor)],
    ["contributorId", String(id)],
    ["wallet", quoted(wallet)],
    ["nonce", String(nonce)],
    ["validUntil", String(validUntil)],
    ["signature", quoted(proof.walletProof)],
  ];
  if (proof.oldWalletProof !== null) fields.push(["oldWalletSignature", quoted(proof.oldWalletProof)]);
  const json = `{\n${fields.map(([name, value]) => `  "${name}": ${value}`).join(",\n")}\n}`;
  return (
    `I am the GitHub account with the id ${id} and ask Guerdon to pay my rewards on chain ${place.chainId} to the wallet ` +
    `${getAddress(wallet)}.\n\n\`\`\`json\n${json}\n\`\`\`\n`
  );
}

const quoted = (hex: string) => `"${hex.toLowerCase()}"`;

/** GitHub's form for a new gist, filled in as far as GitHub lets an address do it. */
export const newGistUrl = (text: string): string =>
  `https://gist.github.com/?filename=${encodeURIComponent(GIST_FILE)}&value=${encodeURIComponent(text)}`;

/** The id of a gist from its address, from the address of its raw text, or as it is. */
export function gistId(pasted: string): string | null {
  const text = pasted.trim();
  if (isId(text)) return text.toLowerCase();
  let url: URL;
  try {
    url = new URL(/^https?:\/\//i.test(text) ? text : `https://${text}`);
  } catch {
    return null;
  }
  if (url.hostname !== "gist.github.com" && url.hostname !== "gist.githubusercontent.com") return null;
  const [first, second] = url.pathname.split("/").filter(Boolean);
  // LOGIN/ID, and what may follow; or ID alone.
  const id = second ?? first;
  return id !== undefined && isId(id) ? id.toLowerCase() : null;
}

const isId = (text: string) => /^[0-9a-f]{5,64}$/i.test(text);

/** The login in a gist's address, where there is one: gist.github.com/LOGIN/ID. */
export function gistOwner(pasted: string): string | null {
  return /gist\.github(?:usercontent)?\.com\/([A-Za-z0-9-]{1,39})\/[0-9a-f]{5,64}(?:[/#?]|$)/i.exec(pasted.trim())?.[1] ?? null;
}
