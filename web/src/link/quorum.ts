//! Signatures of oracles on their way to the threshold.
//!
//! Takes: an oracle set as the chain has it, a digest, signatures from anybody. Gives: which members signed, and the bytes
//! that the contract asks for. Never: counts a signature that it has not checked, or a key that was switched off.

import { concatHex, isHex, numberToHex, recoverAddress, size, slice, type Address, type Hex } from "viem";
import type { OracleSet } from "../chain/oracles";

export interface OracleSignature {
  readonly signer: Address;
  /** 65 bytes: r, s, v. */
  readonly signature: Hex;
}

/** What came of one signature. */
export type Added = "counted" | "switched_off" | "not_a_member" | "wrong_signature";

interface Parts {
  readonly r: Hex;
  readonly s: bigint;
  readonly yParity: 0 | 1;
}

/** Half of the order of secp256k1: a signature with a larger s has a twin with a smaller one. */
const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

/** Reads 65 bytes and turns them into the one form that contracts take, with the smaller s. */
function parts(signature: Hex): Parts | null {
  if (!isHex(signature) || size(signature) !== 65) return null;
  const v = Number.parseInt(signature.slice(-2), 16);
  const parity = v >= 27 ? v - 27 : v;
  const s = BigInt(slice(signature, 32, 64));
  if ((parity !== 0 && parity !== 1) || s === 0n || s >= ORDER) return null;
  const r = slice(signature, 0, 32);
  return s > ORDER / 2n
    ? { r, s: ORDER - s, yParity: parity === 0 ? 1 : 0 }
    : { r, s, yParity: parity };
}

const full = ({ r, s, yParity }: Parts): Hex =>
  concatHex([r, numberToHex(s, { size: 32 }), yParity === 0 ? "0x1b" : "0x1c"]);

/** The signature of a wallet with a key as contracts take it, if it is that wallet's. */
export async function signedByKey(wallet: Address, digest: Hex, signature: Hex): Promise<Hex | null> {
  const read = parts(signature);
  if (read === null) return null;
  const normal = full(read);
  try {
    const signer = await recoverAddress({ hash: digest, signature: normal });
    return signer.toLowerCase() === wallet.toLowerCase() ? normal : null;
  } catch {
    return null;
  }
}

export class Quorum {
  /** By position in the set. */
  private readonly taken = new Map<number, Parts>();

  constructor(
    private readonly digest: Hex,
    private readonly set: OracleSet,
  ) {}

  /** Takes one signature after checking it; a second one of the same member changes nothing. */
  async add({ signer, signature }: OracleSignature): Promise<Added> {
    const wanted = signer.toLowerCase();
    const position = this.set.members.findIndex((member) => member.toLowerCase() === wanted);
    if (position < 0) return "not_a_member";
    const normal = await signedByKey(signer, this.digest, signature);
    const read = normal && parts(normal);
    if (!read) return "wrong_signature";
    if (this.set.switchedOff.has(wanted)) return "switched_off";
    if (!this.taken.has(position)) this.taken.set(position, read);
    return "counted";
  }

  /** The members that signed, in the order of the set. */
  get signers(): Address[] {
    return this.set.members.filter((_, position) => this.taken.has(position));
  }

  get missing(): number {
    return Math.max(0, this.set.threshold - this.taken.size);
  }

  /** A 32-byte bitmap, then exactly as many compact signatures as must sign, in ascending order of member. */
  pack(): Hex | null {
    if (this.missing > 0) return null;
    const used = [...this.taken].sort(([a], [b]) => a - b).slice(0, this.set.threshold);
    const bitmap = used.reduce((bits, [position]) => bits | (1n << BigInt(position)), 0n);
    const compact = used.map(([, { r, s, yParity }]) =>
      concatHex([r, numberToHex(s | (BigInt(yParity) << 255n), { size: 32 })]),
    );
    return concatHex([numberToHex(bitmap, { size: 32 }), ...compact]);
  }
}
