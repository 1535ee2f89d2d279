//! Gathers what oracles attest of one link until enough of them do.
//!
//! Takes: oracles' answers as they come, and the chain's view of their set and of the account. Gives: who attests, who does
//! not and why, and the arguments of the link transaction once there is a quorum. Never: trusts an oracle; each signature
//! must be that of a member of the current set, of exactly this link, and the wallets' signatures are checked again.

import { isAddressEqual, type Address, type Hex } from "viem";
import type { OracleSet } from "../chain/oracles";
import type { Answer, Attestation } from "./ask";
import type { LinkProof } from "./gist";
import { attestationDigest, linkDigest, type Link, type Place } from "./message";
import { Quorum } from "./quorum";

/** What the chain says, read before anybody is asked. */
export interface Seen {
  readonly place: Place;
  readonly set: OracleSet;
  /** The one that the account's next link must carry. */
  readonly nonce: bigint;
  /** The chain's time. */
  readonly now: bigint;
  /** The wallet that is linked now. */
  readonly oldWallet: Address | null;
}

/** What the link must be; a contributor who comes back with a gist may not have its wallet at hand. */
export interface Expected {
  readonly id: bigint;
  readonly wallet: Address | null;
}

/** A wallet's signature as the contract takes it, if it is that wallet's. */
export type SignedBy = (wallet: Address, digest: Hex, signature: Hex) => Promise<Hex | null>;

export interface Voice {
  readonly oracle: string;
  readonly state: "asking" | "attests" | "refuses";
  readonly signers: readonly Address[];
  /** The wallet that it attests. */
  readonly wallet: Address | null;
  /** Why not: a word of docs/link.md, or one of this page's. */
  readonly code: string | null;
  /** In the oracle's own words. */
  readonly said: string | null;
}

export type Outcome =
  | { readonly kind: "too_few" }
  | { readonly kind: "ambiguous"; readonly wallets: readonly Address[] }
  | { readonly kind: "unproved" }
  | { readonly kind: "quorum"; readonly proof: LinkProof; readonly attestation: Hex };

/** The longest that a link may be made in, from now on. */
export const LONGEST = 365n * 86_400n;

/** The attestations of one and the same link. */
interface Group {
  readonly link: Link;
  /** As different oracles gave them: one of them may be a lie. */
  readonly proofs: LinkProof[];
  readonly quorum: Quorum;
}

const same = (a: Link, b: Link) =>
  a.id === b.id && a.nonce === b.nonce && a.validUntil === b.validUntil && isAddressEqual(a.wallet, b.wallet);

/** Why a link cannot be made now, in the words of docs/link.md. */
export function linkFault(link: Link, nonce: bigint, now: bigint): string | null {
  if (link.nonce !== nonce) return "stale_nonce";
  if (link.validUntil < now) return "expired";
  if (link.validUntil > now + LONGEST) return "too_far_ahead";
  return BigInt(link.wallet) === 0n ? "zero_wallet" : null;
}

export class Gathering {
  private readonly said = new Map<string, Voice>();
  private readonly groups: Group[] = [];

  constructor(
    private readonly seen: Seen,
    private readonly expected: Expected,
    oracles: readonly string[],
    private readonly signedBy: SignedBy,
  ) {
    for (const oracle of oracles) this.said.set(oracle, blank(oracle, "asking"));
  }

  /** In the order of the oracles. */
  get voices(): Voice[] {
    return [...this.said.values()];
  }

  get need(): number {
    return this.seen.set.threshold;
  }

  /** How many members attest the link that most of them attest. */
  get have(): number {
    return Math.max(0, ...this.groups.map(({ quorum }) => this.need - quorum.missing));
  }

  /** Members of the set that attest any link. */
  get signers(): Address[] {
    return this.groups.flatMap(({ quorum }) => quorum.signers);
  }

  async take(oracle: string, answer: Answer): Promise<void> {
    if ("refuses" in answer) {
      this.said.set(oracle, { ...blank(oracle, "refuses"), ...answer.refuses });
      return;
    }
    const { wallet } = answer.attests.link;
    const taken = await this.count(answer.attests);
    const voice = { ...blank(oracle, typeof taken === "string" ? "refuses" : "attests"), wallet };
    this.said.set(oracle, typeof taken === "string" ? { ...voice, code: taken } : { ...voice, signers: taken });
  }

  /** Gives the members that signed, or why the attestation counts nothing. */
  private async count(attestation: Attestation): Promise<string | Address[]> {
    const { link, walletProof, oldWalletProof, oracleSet, signatures } = attestation;
    const { seen, expected } = this;
    if (oracleSet !== seen.set.id) return "other_set";
    if (link.id !== expected.id) return "other_account";
    if (expected.wallet !== null && !isAddressEqual(link.wallet, expected.wallet)) return "other_wallet";
    const fault = linkFault(link, seen.nonce, seen.now);
    if (fault !== null) return fault;
    const digest = attestationDigest(link, oracleSet, seen.place);
    // Checked apart first: one false signature in an answer, and none of it is counted.
    const trial = new Quorum(digest, seen.set);
    for (const signature of signatures) {
      const added = await trial.add(signature);
      if (added === "not_a_member" || added === "wrong_signature") return added === "not_a_member" ? added : "false_attestation";
    }
    if (trial.signers.length === 0) return "switched_off";
    let group = this.groups.find((one) => same(one.link, link));
    if (group === undefined) {
      group = { link, proofs: [], quorum: new Quorum(digest, seen.set) };
      this.groups.push(group);
    }
    for (const signature of signatures) await group.quorum.add(signature);
    if (!group.proofs.some((one) => one.walletProof === walletProof && one.oldWalletProof === oldWalletProof)) {
      group.proofs.push({ link, walletProof, oldWalletProof });
    }
    return trial.signers;
  }

  /** What there is until now. */
  async outcome(): Promise<Outcome> {
    const full = this.groups.filter(({ quorum }) => quorum.missing === 0);
    const [group, other] = full;
    if (group === undefined) return { kind: "too_few" };
    if (other !== undefined) return { kind: "ambiguous", wallets: full.map(({ link }) => link.wallet) };
    const attestation = group.quorum.pack();
    const proof = await this.proven(group);
    return attestation === null || proof === null ? { kind: "unproved" } : { kind: "quorum", proof, attestation };
  }

  /** The first of the given proofs that holds; one that the old wallet signed comes before the others. */
  private async proven({ link, proofs }: Group): Promise<LinkProof | null> {
    const { place, oldWallet } = this.seen;
    const digest = linkDigest(link, place);
    const signed = proofs.filter((proof) => proof.oldWalletProof !== null && oldWallet !== null);
    for (const proof of signed) {
      const walletProof = await this.signedBy(link.wallet, digest, proof.walletProof);
      const old = oldWallet && proof.oldWalletProof && (await this.signedBy(oldWallet, digest, proof.oldWalletProof));
      if (walletProof && old) return { link, walletProof, oldWalletProof: old };
    }
    for (const proof of proofs) {
      const walletProof = await this.signedBy(link.wallet, digest, proof.walletProof);
      if (walletProof) return { link, walletProof, oldWalletProof: null };
    }
    return null;
  }
}

const blank = (oracle: string, state: Voice["state"]): Voice => ({
  oracle,
  state,
  signers: [],
  wallet: null,
  code: null,
  said: null,
});

/** The oracles to ask: those of the configuration, or else the host that the set names for its evidence. */
export function oraclesToAsk(apis: readonly string[], baseUrl: string): string[] {
  if (apis.length > 0) return [...new Set(apis)];
  try {
    // The base URL may be anything that governance wrote.
    const { protocol, origin } = new URL(baseUrl);
    return protocol === "https:" || protocol === "http:" ? [`${origin}/`] : [];
  } catch {
    return [];
  }
}
