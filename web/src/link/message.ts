//! What is signed for a link: by the wallet, and by the oracles that found the wallet's word in a gist.
//!
//! Takes: the fields of a link and the distributor that it is for. Gives: typed data and digests, equal to what the contract
//! of links computes. Never: asks a wallet, the chain or an oracle.

import { hashTypedData, type Address, type Hex } from "viem";

/** The distributor that a link is for. */
export interface Place {
  readonly chainId: number;
  readonly distributor: Address;
}

export interface Link {
  /** GitHub's number of the account. */
  readonly id: bigint;
  readonly wallet: Address;
  readonly nonce: bigint;
  /** Last second, UTC, at which the link may be made. */
  readonly validUntil: bigint;
}

const FIELDS = [
  { name: "id", type: "uint64" },
  { name: "wallet", type: "address" },
  { name: "nonce", type: "uint64" },
  { name: "validUntil", type: "uint64" },
] as const;

const DOMAIN = [
  { name: "name", type: "string" },
  { name: "version", type: "string" },
  { name: "chainId", type: "uint256" },
  { name: "verifyingContract", type: "address" },
] as const;

const LINK = { Link: FIELDS } as const;
const ATTESTATION = { LinkAttestation: [{ name: "oracleSet", type: "uint64" }, ...FIELDS] } as const;

const domain = (place: Place) =>
  ({
    name: "Guerdon",
    version: "1",
    chainId: place.chainId,
    verifyingContract: place.distributor,
  }) as const;

/** What a wallet's `eth_signTypedData_v4` takes, with numbers as they are. */
export const linkTypedData = (link: Link, place: Place) =>
  ({ domain: domain(place), types: { EIP712Domain: DOMAIN, ...LINK }, primaryType: "Link", message: { ...link } }) as const;

export const linkDigest = (link: Link, place: Place): Hex =>
  hashTypedData({ domain: domain(place), types: LINK, primaryType: "Link", message: { ...link } });

/** What the oracles of a set sign once they found this link in a gist of the account. */
export const attestationDigest = (link: Link, oracleSet: bigint, place: Place): Hex =>
  hashTypedData({
    domain: domain(place),
    types: ATTESTATION,
    primaryType: "LinkAttestation",
    message: { oracleSet, ...link },
  });
