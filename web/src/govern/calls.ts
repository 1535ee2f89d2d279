//! What governance sends, as calls for the wallet.
//!
//! Takes: what somebody chose. Gives: the call. Never: sends it.

import type { Abi, Address } from "viem";
import { tokenAbi } from "../chain/abi";
import type { Call } from "../app";
import type { Config } from "../config";
import { linksAbi } from "../link/abi";
import { disputesAbi, earnedVotesAbi, governorAbi, vetoAbi } from "./abi";
import { targetsOf, type Proposal } from "./proposals";
import { CHOICES, type Choice } from "./voter";

const call = (to: Address, abi: Abi, functionName: string, args: readonly unknown[], value = 0n): Call => ({
  to,
  abi,
  functionName,
  args,
  ...(value > 0n ? { value } : {}),
});

export const delegate = (token: Address, whom: Address): Call => call(token, tokenAbi, "delegate", [whom]);

export function vote({ contracts }: Config, id: bigint, choice: Choice, reason: string): Call {
  const support = CHOICES.indexOf(choice);
  return reason.trim() === ""
    ? call(contracts.governor, governorAbi, "castVote", [id, support])
    : call(contracts.governor, governorAbi, "castVoteWithReason", [id, support, reason.trim()]);
}

export const queue = ({ contracts }: Config, proposal: Proposal): Call =>
  call(contracts.governor, governorAbi, "queue", [...targetsOf(proposal), proposal.descriptionHash]);

/** The timelock pays what actions send along, from what it holds. */
export const execute = ({ contracts }: Config, proposal: Proposal): Call =>
  call(contracts.governor, governorAbi, "execute", [...targetsOf(proposal), proposal.descriptionHash]);

export const withdrawProposal = ({ contracts }: Config, proposal: Proposal): Call =>
  call(contracts.governor, governorAbi, "cancel", [...targetsOf(proposal), proposal.descriptionHash]);

export const standUp = ({ contracts }: Config, id: bigint, ids: readonly bigint[]): Call =>
  call(contracts.veto, vetoAbi, "support", [id, ids]);

export const veto = ({ contracts }: Config, proposal: Proposal): Call =>
  call(contracts.veto, vetoAbi, "veto", [...targetsOf(proposal), proposal.descriptionHash]);

export const sync = ({ contracts }: Config, ids: readonly bigint[]): Call =>
  call(contracts.earnedVotes, earnedVotesAbi, "syncMany", [ids]);

export const challengeEntry = ({ contracts }: Config, epoch: bigint, position: number, bond: bigint): Call =>
  call(contracts.disputes, disputesAbi, "challenge", [epoch, position], bond);

export const challengeBatch = ({ contracts }: Config, epoch: bigint, reason: string, bond: bigint): Call =>
  call(contracts.disputes, disputesAbi, "challengeBatch", [epoch, reason], bond);

export const challengeLink = ({ contracts }: Config, id: bigint, bond: bigint): Call =>
  call(contracts.disputes, disputesAbi, "challengeLink", [id], bond);

export const closeOverdue = ({ contracts }: Config, numbers: readonly bigint[]): Call =>
  call(contracts.disputes, disputesAbi, "resolveExpired", [numbers]);

export const refund = ({ contracts }: Config, numbers: readonly bigint[]): Call =>
  call(contracts.disputes, disputesAbi, "refund", [numbers]);

export const withdraw = ({ contracts }: Config, account: Address): Call =>
  call(contracts.disputes, disputesAbi, "withdraw", [account]);

export const withdrawReward = ({ contracts }: Config, account: Address): Call =>
  call(contracts.disputes, disputesAbi, "withdrawReward", [account]);

export const activateLink = ({ contracts }: Config, id: bigint): Call => call(contracts.links, linksAbi, "activate", [id]);
export const cancelLink = ({ contracts }: Config, id: bigint): Call => call(contracts.links, linksAbi, "cancel", [id]);
export const dropLink = ({ contracts }: Config, id: bigint): Call => call(contracts.links, linksAbi, "drop", [id]);
