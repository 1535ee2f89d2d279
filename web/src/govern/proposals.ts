//! Proposals, as the governor knows them.
//!
//! Takes: a reader and the configuration. Gives: every proposal that was ever made, how its votes stand, and what a veto of
//! it has come to. Times are the chain's. Never: writes.

import { BaseError, ContractFunctionRevertedError, getAbiItem, keccak256, toHex, type Address, type Hex } from "viem";
import { getBlock, readContract } from "viem/actions";
import { logsOf } from "../chain/logs";
import type { Reader } from "../chain/client";
import type { Config } from "../config";
import { governorAbi, timelockAbi, vetoAbi } from "./abi";
import type { Action } from "./decode";

/** In the order of the governor. */
export const STATES = ["pending", "active", "canceled", "defeated", "succeeded", "queued", "expired", "executed"] as const;
export type State = (typeof STATES)[number];

export interface Proposal {
  readonly id: bigint;
  readonly proposer: Address;
  readonly actions: readonly Action[];
  /** The first line of the description. */
  readonly title: string;
  /** What follows it. */
  readonly body: string;
  readonly descriptionHash: Hex;
  readonly block: bigint;
}

export interface Tally {
  readonly state: State;
  readonly inFavour: bigint;
  readonly against: bigint;
  readonly abstain: bigint;
  /** Votes in favour and abstaining that it takes; before the snapshot, as if it were now. */
  readonly quorum: bigint;
  readonly snapshot: number;
  readonly deadline: number;
  /** From when it can be executed; zero while it is not queued. */
  readonly eta: number;
  readonly queuedAt: number;
  /** The chain's time of all this. */
  readonly now: number;
}

export interface Veto {
  readonly votes: bigint;
  readonly needed: bigint;
  readonly ids: number;
  readonly neededIds: number;
  /** Why it cannot be vetoed, if so. */
  readonly immune: "exempt" | "passed_again" | null;
}

const created = getAbiItem({ abi: governorAbi, name: "ProposalCreated" });
const vetoed = getAbiItem({ abi: vetoAbi, name: "Vetoed" });

/** Control characters and such have no place in what strangers write. */
const clean = (text: string) => text.replace(/[^\P{C}\n\t]/gu, "");

export function split(description: string): { title: string; body: string } {
  // A description may end in `#proposer=0x...`, which is for the governor.
  const text = clean(description).replace(/#proposer=0x[0-9a-fA-F]{40}$/, "").trim();
  const [first = "", ...rest] = text.split("\n");
  return { title: first.replace(/^#+\s*/, "").trim().slice(0, 200), body: rest.join("\n").trim() };
}

/** All proposals, newest first. */
export async function readProposals(reader: Reader, config: Config): Promise<Proposal[]> {
  const logs = await logsOf(reader, { address: config.contracts.governor, events: [created], from: config.block });
  const proposals = logs.map(({ args, blockNumber }) => ({
    id: args.proposalId,
    proposer: args.proposer,
    actions: args.targets.map((target, index) => ({
      target,
      value: args.values[index] ?? 0n,
      data: args.calldatas[index] ?? ("0x" as const),
    })),
    ...split(args.description),
    descriptionHash: keccak256(toHex(args.description)),
    block: blockNumber,
  }));
  return proposals.reverse();
}

export async function readTally(reader: Reader, config: Config, id: bigint): Promise<Tally> {
  const governor = { address: config.contracts.governor, abi: governorAbi } as const;
  const read = (functionName: "proposalSnapshot" | "proposalDeadline" | "proposalEta" | "proposalQueuedAt") =>
    readContract(reader, { ...governor, functionName, args: [id] as const });
  const [block, state, [against, inFavour, abstain], snapshot, deadline, eta, queuedAt] = await Promise.all([
    getBlock(reader),
    readContract(reader, { ...governor, functionName: "state", args: [id] }),
    readContract(reader, { ...governor, functionName: "proposalVotes", args: [id] }),
    read("proposalSnapshot"),
    read("proposalDeadline"),
    read("proposalEta"),
    read("proposalQueuedAt"),
  ]);
  const seen = snapshot < block.timestamp ? snapshot : block.timestamp - 1n;
  const quorum = await readContract(reader, { ...governor, functionName: "quorum", args: [seen] });
  return {
    state: STATES[state] ?? "pending",
    inFavour,
    against,
    abstain,
    quorum,
    snapshot: Number(snapshot),
    deadline: Number(deadline),
    eta: Number(eta),
    queuedAt: Number(queuedAt),
    now: Number(block.timestamp),
  };
}

/** The arguments that name a proposal's actions. */
export const targetsOf = ({ actions }: Pick<Proposal, "actions">) =>
  [actions.map(({ target }) => target), actions.map(({ value }) => value), actions.map(({ data }) => data)] as const;

function tooSoon(error: unknown): null {
  const revert = error instanceof BaseError ? error.walk((one) => one instanceof ContractFunctionRevertedError) : null;
  if (revert instanceof ContractFunctionRevertedError && revert.data?.errorName === "ERC5805FutureLookup") return null;
  throw error;
}

/** How far the veto of a queued proposal has come; null in the second of the queueing, whose votes are not settled yet. */
export async function readVeto(reader: Reader, config: Config, proposal: Proposal): Promise<Veto | null> {
  const veto = { address: config.contracts.veto, abi: vetoAbi } as const;
  const [targets, values, calldatas] = targetsOf(proposal);
  const hash = await readContract(reader, { ...veto, functionName: "hashActions", args: [targets, values, calldatas] });
  const [state, neededIds, exempt, passedAgain] = await Promise.all([
    readContract(reader, { ...veto, functionName: "vetoState", args: [proposal.id] }).catch(tooSoon),
    readContract(reader, { ...veto, functionName: "MIN_IDS" }),
    readContract(reader, { ...veto, functionName: "isExempt", args: [targets, calldatas] }),
    readContract(reader, { ...veto, functionName: "isPassedAgain", args: [proposal.id, hash] }),
  ]);
  if (state === null) return null;
  return {
    votes: state.votes,
    needed: state.needed,
    ids: Number(state.ids),
    neededIds: Number(neededIds),
    immune: exempt ? "exempt" : passedAgain ? "passed_again" : null,
  };
}

/** Whether a canceled proposal was vetoed by contributors. */
export async function wasVetoed(reader: Reader, config: Config, id: bigint): Promise<boolean> {
  const logs = await logsOf(reader, { address: config.contracts.veto, events: [vetoed], args: { proposalId: id }, from: config.block });
  return logs.length > 0;
}

/** Seconds that a queued proposal waits. */
export const timelockDelay = (reader: Reader, config: Config): Promise<bigint> =>
  readContract(reader, { address: config.contracts.timelock, abi: timelockAbi, functionName: "getMinDelay" });

export interface Passing {
  /** Votes in favour and abstaining, which count for the quorum. */
  readonly cast: bigint;
  readonly hasQuorum: boolean;
  readonly hasMajority: boolean;
}

export const passing = ({ inFavour, against, abstain, quorum }: Pick<Tally, "inFavour" | "against" | "abstain" | "quorum">): Passing => ({
  cast: inFavour + abstain,
  hasQuorum: inFavour + abstain >= quorum,
  hasMajority: inFavour > against,
});
