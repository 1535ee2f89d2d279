//! What the connected wallet can say in governance.
//!
//! Takes: a reader, the configuration, a wallet. Gives: its votes, whom it delegates to, its earned votes, what it has said
//! on a proposal, and what it is owed. Never: writes.

import { getAbiItem, zeroAddress, type Address } from "viem";
import { readContract } from "viem/actions";
import { tokenAbi } from "../chain/abi";
import { logsOf } from "../chain/logs";
import type { Reader } from "../chain/client";
import type { Config } from "../config";
import { disputesAbi, earnedVotesAbi, governorAbi, vetoAbi } from "./abi";
import type { Money } from "./present";

export interface Voter {
  /** The token that votes. */
  readonly token: Address;
  readonly money: Money;
  readonly balance: bigint;
  /** Votes that it casts now, its own and others'. */
  readonly votes: bigint;
  readonly delegate: Address | null;
  readonly earned: bigint;
  readonly earnedSupply: bigint;
  /** Wei, and base units of the payout token, that it may withdraw. */
  readonly owed: bigint;
  readonly reward: bigint;
}

export async function votingToken(reader: Reader, config: Config): Promise<{ token: Address; money: Money }> {
  const token = await readContract(reader, { address: config.contracts.governor, abi: governorAbi, functionName: "token" });
  const on = { address: token, abi: tokenAbi } as const;
  const [symbol, decimals] = await Promise.all([
    readContract(reader, { ...on, functionName: "symbol" }),
    readContract(reader, { ...on, functionName: "decimals" }),
  ]);
  return { token, money: { symbol, decimals } };
}

export async function readVoter(reader: Reader, config: Config, account: Address): Promise<Voter> {
  const { token, money } = await votingToken(reader, config);
  const on = { address: token, abi: tokenAbi } as const;
  const earned = { address: config.contracts.earnedVotes, abi: earnedVotesAbi } as const;
  const disputes = { address: config.contracts.disputes, abi: disputesAbi } as const;
  const [balance, votes, delegate, mine, earnedSupply, owed, reward] = await Promise.all([
    readContract(reader, { ...on, functionName: "balanceOf", args: [account] }),
    readContract(reader, { ...on, functionName: "getVotes", args: [account] }),
    readContract(reader, { ...on, functionName: "delegates", args: [account] }),
    readContract(reader, { ...earned, functionName: "getVotes", args: [account] }),
    readContract(reader, { ...earned, functionName: "getTotalSupply" }),
    readContract(reader, { ...disputes, functionName: "owed", args: [account] }),
    readContract(reader, { ...disputes, functionName: "rewardOf", args: [account] }),
  ]);
  return { token, money, balance, votes, delegate: delegate === zeroAddress ? null : delegate, earned: mine, earnedSupply, owed, reward };
}

/** In the order of the governor's `support`. */
export const CHOICES = ["against", "for", "abstain"] as const;
export type Choice = (typeof CHOICES)[number];

export interface Ballot {
  /** Votes that count on this proposal; null before its snapshot. */
  readonly weight: bigint | null;
  readonly cast: Choice | "voted" | null;
}

const voteCast = getAbiItem({ abi: governorAbi, name: "VoteCast" });

/** What a wallet can vote on a proposal, and what it has. */
export async function readBallot(reader: Reader, config: Config, id: bigint, account: Address, snapshot: number, now: number): Promise<Ballot> {
  const governor = { address: config.contracts.governor, abi: governorAbi } as const;
  const [weight, hasVoted] = await Promise.all([
    snapshot < now ? readContract(reader, { ...governor, functionName: "getVotes", args: [account, BigInt(snapshot)] }) : null,
    readContract(reader, { ...governor, functionName: "hasVoted", args: [id, account] }),
  ]);
  if (!hasVoted) return { weight, cast: null };
  const logs = await logsOf(reader, { address: config.contracts.governor, events: [voteCast], args: { voter: account }, from: config.block });
  const said = logs.find(({ args }) => args.proposalId === id);
  return { weight, cast: (said && CHOICES[said.args.support]) ?? "voted" };
}

export interface VetoVoice {
  /** Ids whose votes can still be added, and those votes. */
  readonly ids: readonly bigint[];
  readonly votes: bigint;
  /** Ids that stood up already. */
  readonly counted: readonly bigint[];
}

const supported = getAbiItem({ abi: vetoAbi, name: "Supported" });

/** Which of a wallet's contributor ids can stand up against a queued proposal. */
export async function readVetoVoice(
  reader: Reader,
  config: Config,
  id: bigint,
  account: Address,
  ids: readonly bigint[],
  queuedAt: number,
): Promise<VetoVoice> {
  const logs = await logsOf(reader, {
    address: config.contracts.veto,
    events: [supported],
    args: { proposalId: id, holder: account },
    from: config.block,
  });
  const counted = new Set(logs.flatMap(({ args }) => args.ids));
  const earned = { address: config.contracts.earnedVotes, abi: earnedVotesAbi, functionName: "getStandingVotesOf" } as const;
  const held = await Promise.all(
    ids.map(async (one) => ({ one, votes: await readContract(reader, { ...earned, args: [one, account, BigInt(queuedAt)] }) })),
  );
  const able = held.filter(({ one, votes }) => votes > 0n && !counted.has(one));
  return { ids: able.map(({ one }) => one), votes: able.reduce((sum, { votes }) => sum + votes, 0n), counted: [...counted] };
}
