//! What the chain says of one epoch.
//!
//! Takes: a reader of the chain. Gives: the posted header, every published entry and where it stands, terms and signers.
//! Never: a server's word.

import { decodeFunctionData, getAbiItem, hexToBigInt, recoverAddress, size, slice, type Address, type Hex } from "viem";
import { compactSignatureToSignature, parseCompactSignature, serializeSignature } from "viem";
import { getBlock, getChainId, getTransaction, readContract } from "viem/actions";
import { BATCH_STATUS, distributorAbi, type BatchStatus } from "../chain/abi";
import { readBatches, type BatchEntry } from "../chain/batches";
import type { Reader } from "../chain/client";
import { fault } from "../chain/errors";
import { logsOf } from "../chain/logs";
import { readOracleSet } from "../chain/oracles";
import type { Config } from "../config";
import { verifyAbi } from "./abi";

export interface Header {
  epoch: bigint;
  round: number;
  oracleSet: bigint;
  total: bigint;
  entriesHash: Hex;
  policyHash: Hex;
  evidenceHash: Hex;
}

export interface Batch {
  header: Header;
  status: BatchStatus;
  /** Whether all of it waits for an answer. */
  frozen: boolean;
  /** First second at which it is credited; null before everything is published. */
  windowEnd: number | null;
  publishDeadline: number | null;
  credited: bigint;
  live: boolean;
  digest: Hex;
  /** The transaction that posted it, and its block. */
  tx: Hex;
  block: bigint;
  entries: BatchEntry[];
}

export interface OnChain {
  epoch: bigint;
  chainId: bigint;
  distributor: Address;
  unit: bigint;
  starts: bigint;
  ends: bigint;
  terms: { policyHash: Hex; budget: bigint; cap: bigint } | null;
  /** The latest round; null when nothing was posted. */
  batch: Batch | null;
  /** UTC seconds, of the latest block. */
  now: number;
}

/** By which policy and with which budget governance lets an epoch be scored; null before it has decided. */
export function termsOf(chain: Reader, config: Config, epoch: bigint) {
  const contract = { address: config.contracts.distributor, abi: verifyAbi } as const;
  return readContract(chain, { ...contract, functionName: "termsOf", args: [epoch] }).catch((error: unknown) => {
    if (fault(error, verifyAbi).revert?.name === "Terms_None") return null;
    throw error;
  });
}

export async function onChain(chain: Reader, config: Config, epoch: bigint): Promise<OnChain> {
  const address = config.contracts.distributor;
  const contract = { address, abi: verifyAbi } as const;
  const [chainId, unit, start, length, agreed, state, block] = await Promise.all([
    getChainId(chain),
    readContract(chain, { address, abi: distributorAbi, functionName: "unit" }),
    readContract(chain, { ...contract, functionName: "epochStart" }),
    readContract(chain, { ...contract, functionName: "epochLength" }),
    termsOf(chain, config, epoch),
    readContract(chain, { address, abi: distributorAbi, functionName: "batch", args: [epoch] }),
    getBlock(chain, { blockTag: "latest" }),
  ]);
  const posted = state.round > 0 ? await postedAs(chain, config, epoch, state.round) : null;
  const status = BATCH_STATUS[state.status] ?? "none";
  return {
    epoch,
    chainId: BigInt(chainId),
    distributor: address,
    unit,
    starts: start + (epoch - 1n) * length,
    ends: start + epoch * length,
    terms: agreed && { policyHash: agreed.policyHash, budget: agreed.epochBudget, cap: BigInt(agreed.capPerPerson) },
    batch: posted && {
      ...posted,
      status,
      frozen: state.freeze === 2,
      windowEnd: Number(state.windowEnd) || null,
      publishDeadline: Number(state.publishDeadline) || null,
      credited: state.credited,
      live: state.live,
      digest: state.digest,
    },
    now: Number(block.timestamp),
  };
}

async function postedAs(chain: Reader, config: Config, epoch: bigint, round: number): Promise<Pick<Batch, "header" | "tx" | "block" | "entries">> {
  const address = config.contracts.distributor;
  const posts = await logsOf(chain, { address, events: [getAbiItem({ abi: distributorAbi, name: "BatchPosted" })], args: { epoch, round }, from: config.block });
  const post = posts.at(-1);
  if (!post) throw new Error(`the chain has a batch of epoch ${epoch} and shows no event of it`);
  const { postBefore: _, ...header } = post.args.batch;
  const batches = await readBatches(chain, config, { from: post.blockNumber });
  const entries = batches.find((batch) => batch.epoch === epoch && batch.round === round)?.entries ?? [];
  return { header, tx: post.transactionHash, block: post.blockNumber, entries };
}

export interface Signer {
  member: Address;
  /** Whether this key signed this batch, recovered from the signature here. */
  signed: boolean;
  switchedOff: boolean;
}

export interface Signers {
  set: bigint;
  threshold: number;
  baseUrl: string;
  members: Signer[];
  /** Whether the signatures could be read: the posting transaction may have gone through another contract. */
  known: boolean;
}

const BITMAP = 32;
const SIGNATURE = 64;

/** Who signed a batch, from the transaction that posted it. */
export async function signersOf(chain: Reader, config: Config, batch: Batch): Promise<Signers> {
  const { distributor } = config.contracts;
  const [{ id: set, members, threshold, baseUrl, switchedOff }, transaction] = await Promise.all([
    readOracleSet(chain, distributor, batch.header.oracleSet),
    getTransaction(chain, { hash: batch.tx }),
  ]);
  const signed = transaction.to?.toLowerCase() === distributor.toLowerCase() ? await recovered(transaction.input, batch.digest, members) : null;
  return {
    set,
    threshold,
    baseUrl,
    known: signed !== null,
    members: members.map((member, index) => ({ member, signed: signed?.has(index) ?? false, switchedOff: switchedOff.has(member.toLowerCase()) })),
  };
}

async function recovered(input: Hex, digest: Hex, members: readonly Address[]): Promise<Set<number> | null> {
  let signatures: Hex;
  try {
    const { functionName, args } = decodeFunctionData({ abi: verifyAbi, data: input });
    if (functionName !== "postBatch" && functionName !== "postAndPublish") return null;
    signatures = args[1];
  } catch {
    return null;
  }
  const out = new Set<number>();
  const bitmap = hexToBigInt(slice(signatures, 0, BITMAP));
  let at = BITMAP;
  for (const [index, member] of members.entries()) {
    if (((bitmap >> BigInt(index)) & 1n) === 0n || at + SIGNATURE > size(signatures)) continue;
    const compact = parseCompactSignature(slice(signatures, at, at + SIGNATURE));
    at += SIGNATURE;
    const signer = await recoverAddress({ hash: digest, signature: serializeSignature(compactSignatureToSignature(compact)) });
    if (signer.toLowerCase() === member.toLowerCase()) out.add(index);
  }
  return out;
}

/** What the chain says of the block as of which links count. */
export interface Links {
  /** Who had a wallet linked at its end, ascending. */
  ids: bigint[];
  /** When the block before it and it were made, UTC seconds; null when it was not made yet. */
  made: { before: bigint; at: bigint } | null;
}

export async function linksAt(chain: Reader, config: Config, block: bigint): Promise<Links> {
  if (block > (await getBlock(chain, { blockTag: "latest" })).number) return { ids: [], made: null };
  const time = async (blockNumber: bigint) => (await getBlock(chain, { blockNumber })).timestamp;
  // Before its first block nothing can have happened, however old the chain is.
  const before = block <= config.block ? 0n : await time(block - 1n);
  return { ids: await linkedAt(chain, config, block), made: { before, at: await time(block) } };
}

async function linkedAt(chain: Reader, config: Config, block: bigint): Promise<bigint[]> {
  const event = getAbiItem({ abi: distributorAbi, name: "Linked" });
  const logs = await logsOf(chain, { address: config.contracts.distributor, events: [event], from: config.block });
  const ids = new Set(logs.filter((log) => log.blockNumber <= block).map((log) => log.args.id));
  return [...ids].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}

/** Where the oracle set that signs now says that evidence is. */
export async function currentBaseUrl(chain: Reader, config: Config): Promise<string> {
  return (await readOracleSet(chain, config.contracts.distributor)).baseUrl;
}
