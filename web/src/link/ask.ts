//! Asks one oracle what it attests of a contributor's gist.
//!
//! Takes: an oracle's address, a login, a gist. Gives: an attestation in the shape that was promised, or the reason why there
//! is none. Never: believes it; whoever uses it checks signatures against the chain.

import { getAddress, isAddress, isHex, size, type Hex } from "viem";
import type { Link } from "./message";
import type { OracleSignature } from "./quorum";

/** What one oracle says of a link. Nothing in it is checked but its shape. */
export interface Attestation {
  readonly link: Link;
  readonly walletProof: Hex;
  readonly oldWalletProof: Hex | null;
  readonly oracleSet: bigint;
  readonly signatures: readonly OracleSignature[];
}

/** Why an oracle did not attest: a word that this page has a text for, or the oracle's own sentence. */
export interface Refusal {
  readonly code: string;
  readonly said: string | null;
}

export type Answer = { readonly attests: Attestation } | { readonly refuses: Refusal };

/** The longest answer that is read, in bytes. */
const LONGEST = 65_536;
const TIMEOUT = 30_000;
/** The longest signature that oracles take, in bytes. */
const LONGEST_PROOF = 4_096;
/** The largest oracle set that contracts take. */
const MOST_SIGNATURES = 256;

const refuses = (code: string, said: string | null = null): Answer => ({ refuses: { code, said } });

/** `api` ends where `v1/...` begins. */
export function attestationUrl(api: string, login: string, gist: string): string {
  const base = api.endsWith("/") ? api : `${api}/`;
  return `${base}v1/links/${encodeURIComponent(login)}/attestation?gist=${encodeURIComponent(gist)}`;
}

export async function ask(
  api: string,
  login: string,
  gist: string,
  { signal, fetch: get = fetch }: { signal?: AbortSignal; fetch?: typeof fetch } = {},
): Promise<Answer> {
  const late = AbortSignal.timeout(TIMEOUT);
  try {
    const response = await get(attestationUrl(api, login, gist), {
      redirect: "error",
      credentials: "omit",
      referrerPolicy: "no-referrer",
      cache: "no-store",
      signal: signal ? AbortSignal.any([signal, late]) : late,
    });
    const text = await bounded(response);
    if (text === null) return refuses("unreadable");
    const answer = parse(text);
    if (response.status !== 200) return readRefusal(answer) ?? refuses("unreadable");
    const attests = readAttestation(answer);
    return attests === null ? refuses("unreadable") : { attests };
  } catch {
    return refuses(late.aborted ? "timeout" : "unreachable");
  }
}

async function bounded(response: Response): Promise<string | null> {
  const reader = response.body?.getReader();
  if (!reader) return "";
  const decoder = new TextDecoder();
  let text = "";
  let read = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    read += value.byteLength;
    if (read > LONGEST) {
      await reader.cancel();
      return null;
    }
    text += decoder.decode(value, { stream: true });
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

type Fields = Record<string, unknown>;
const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const whole = (value: unknown): bigint | null =>
  typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? BigInt(value) : null;
const proof = (value: unknown): Hex | null =>
  isHex(value) && value.length % 2 === 0 && size(value) > 0 && size(value) <= LONGEST_PROOF ? value : null;
const address = (value: unknown) =>
  typeof value === "string" && isAddress(value, { strict: false }) ? getAddress(value) : null;

function readRefusal(answer: unknown): Answer | null {
  if (!isFields(answer) || typeof answer.error !== "string") return null;
  // What a stranger says: no line ends, nothing that moves the text around, and not for ever.
  const said = [...answer.error].filter((letter) => !/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(letter));
  const code = typeof answer.code === "string" && /^[a-z_]{1,40}$/.test(answer.code) ? answer.code : "unreadable";
  return refuses(code, said.slice(0, 300).join(""));
}

export function readAttestation(answer: unknown): Attestation | null {
  if (!isFields(answer) || !isFields(answer.link) || !Array.isArray(answer.signatures)) return null;
  const { link } = answer;
  const [id, nonce, validUntil] = [whole(link.contributor_id), whole(link.nonce), whole(link.valid_until)];
  const wallet = address(link.wallet);
  const oracleSet = whole(answer.oracle_set);
  const walletProof = proof(answer.wallet_proof);
  const old = answer.old_wallet_proof === undefined ? null : proof(answer.old_wallet_proof);
  if (id === null || nonce === null || validUntil === null || wallet === null) return null;
  if (oracleSet === null || walletProof === null) return null;
  if (answer.old_wallet_proof !== undefined && old === null) return null;
  if (answer.signatures.length === 0 || answer.signatures.length > MOST_SIGNATURES) return null;
  const signatures: OracleSignature[] = [];
  for (const one of answer.signatures as unknown[]) {
    const signer = isFields(one) ? address(one.signer) : null;
    const signature = isFields(one) ? proof(one.signature) : null;
    if (signer === null || signature === null) return null;
    signatures.push({ signer, signature });
  }
  return { link: { id, wallet, nonce, validUntil }, walletProof, oldWalletProof: old, oracleSet, signatures };
}
