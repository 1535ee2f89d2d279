//! A proposal's action in words.
//!
//! Takes: a decoded action and how things stand now. Gives: clauses that say what it would do, and what a voter should
//! beware of. Never: rounds; every amount, time and address is whole.

import { getAddress, isAddressEqual, keccak256, toHex, zeroAddress, zeroHash, type Address, type Hex } from "viem";
import type { Contract } from "../config";
import { en } from "../text/en";
import { decode, type Action, type Addresses, type Argument, type Decoded } from "./decode";
import type { Limit, Money, Present, Terms } from "./present";
import { exact, percentage, span, whole } from "./figures";

export interface Words {
  /** Each without a subject: "raise the epoch budget from 10,000 to 12,000 GDN". */
  readonly clauses: readonly string[];
  readonly warnings: readonly string[];
  /** The policy that would hold, if it is another one than before. */
  readonly policy: { readonly hash: Hex; readonly fromEpoch: bigint } | null;
}

type Values = Record<string, unknown>;
type Sayer = (args: Values, now: Present, contracts: Addresses) => Promise<Partial<Words>>;

const text = en.govern.words;
const { say, beware } = text;
const ANSWERS = ["stands", "dropped", "fault"] as const;
const ROLES: Record<Hex, string> = Object.fromEntries([
  [zeroHash, "DEFAULT_ADMIN_ROLE"],
  ...["PROPOSER_ROLE", "EXECUTOR_ROLE", "CANCELLER_ROLE"].map((name) => [keccak256(toHex(name)), name]),
]);

/** An address, by its name where it is one of ours. */
function named(value: unknown, contracts: Addresses): string {
  const address = getAddress(value as Address);
  if (address === zeroAddress) return text.nobody;
  const ours = Object.entries(contracts).find(([, one]) => isAddressEqual(one, address));
  return ours ? text.contracts[ours[0] as Contract] : address;
}

const amount = (value: unknown, money: Money | null): string =>
  money === null ? text.baseUnits(whole(value as bigint)) : `${exact(value as bigint, money.decimals)} ${money.symbol}`;

/** "raise X from A to B", "keep X at B", "set X to B". */
function change(what: string, before: bigint | null, after: bigint, { shown, bare = shown }: Scale): string {
  if (before === null) return say.set(what, shown(after));
  if (before === after) return say.keep(what, shown(after));
  return (after > before ? say.raise : say.lower)(what, bare(before), shown(after));
}

/** How a figure is written, and how where the same unit follows. */
interface Scale {
  readonly shown: (value: bigint) => string;
  readonly bare?: (value: bigint) => string;
}

const inMoney = (money: Money | null, unit = 1n): Scale =>
  money === null
    ? { shown: (value) => text.baseUnits(whole(value * unit)) }
    : {
        shown: (value) => amount(value * unit, money),
        bare: (value) => exact(value * unit, money.decimals),
      };
const inTime: Scale = { shown: span };

function replaced(what: string, before: string | null, after: string): string {
  if (before === null) return say.set(what, after);
  return before === after ? say.keep(what, after) : say.replace(what, before, after);
}

const setTerms: Sayer = async ({ terms }, now) => {
  const { policyHash, epochBudget, capPerPerson, fromEpoch } = terms as Terms;
  const [before, money] = await Promise.all([fromEpoch > 0n ? now.termsOf(fromEpoch - 1n) : null, now.payout()]);
  const units = inMoney(money, now.unit);
  const same = before?.policyHash === policyHash;
  const policy = before === null ? say.policy(policyHash) : same ? say.samePolicy : say.otherPolicy(policyHash, before.policyHash);
  return {
    clauses: [
      change(text.epochBudget, before?.epochBudget ?? null, epochBudget, units),
      change(text.capPerPerson, before && BigInt(before.capPerPerson), BigInt(capPerPerson), units),
      policy,
      say.fromEpoch(whole(fromEpoch)),
    ],
    policy: same ? null : { hash: policyHash, fromEpoch },
  };
};

const rotate: Sayer = async ({ members, threshold, baseUrl, voidPending }, now) => {
  const after = members as readonly Address[];
  const before = await now.oracles();
  const has = (list: readonly Address[], one: Address) => list.some((other) => isAddressEqual(one, other));
  const added = before ? after.filter((one) => !has(before.members, one)) : after;
  const removed = before ? before.members.filter((one) => !has(after, one)) : [];
  const clauses: string[] = [];
  if (added.length > 0) clauses.push(before ? say.addOracles(added.map(getAddress)) : say.setOracles(added.map(getAddress)));
  if (removed.length > 0) clauses.push(say.removeOracles(removed.map(getAddress)));
  if (before && added.length + removed.length === 0) clauses.push(say.sameOracles);
  clauses.push(say.threshold(whole(threshold as bigint), whole(after.length), before && whole(before.threshold)));
  if (before?.baseUrl !== baseUrl) clauses.push(say.evidenceAt(baseUrl as string));
  return { clauses, warnings: voidPending === true ? [beware.voidPending] : [] };
};

const budget: Sayer = async ({ spender, token, capacity, period }, now, contracts) => {
  const [before, money] = await Promise.all([now.budget(spender as Address, token as Address), now.money(token as Address)]);
  const what = text.budgetOf(named(spender, contracts));
  return limited(what, before, { capacity: capacity as bigint, period: BigInt(period as number) }, inMoney(money));
};

const outflowCap: Sayer = async ({ token, capacity, period }, now) => {
  const [before, money] = await Promise.all([now.outflowCap(token as Address), now.money(token as Address)]);
  const what = text.outflowCapOf(money?.symbol ?? getAddress(token as Address));
  return limited(what, before, { capacity: capacity as bigint, period: BigInt(period as number) }, inMoney(money));
};

/** A raise waits after the proposal's execution; a lower limit holds at once. */
function limited(what: string, before: Limit | null, after: Limit, scale: Scale): Partial<Words> {
  const clauses = [change(what, before?.capacity ?? null, after.capacity, scale)];
  if (before?.period !== after.period) clauses.push(say.refilledIn(span(after.period), before && before.period > 0n ? span(before.period) : null));
  const faster = before !== null && (after.capacity > before.capacity || after.capacity * before.period > before.capacity * after.period);
  return { clauses, warnings: faster ? [beware.raiseWaits] : [] };
}

const answer: Sayer = async ({ id, ids, answer }, now) => {
  const numbers = (ids ?? [id]) as readonly bigint[];
  const word = ANSWERS[answer as number];
  const challenges = await Promise.all(
    numbers.map(async (number) => {
      const found = await now.challenge(number);
      if (found === null || found.subject === "none") return text.challengeNumber(whole(number));
      const { subject, about, position } = found;
      return text.challengeAbout(whole(number), text.subjects[subject](String(about), whole(position)));
    }),
  );
  return { clauses: [word === undefined ? say.answerUnknown(challenges) : say.answers[word](challenges)] };
};

const setting =
  (name: Parameters<Present["setting"]>[0], argument: string, what: string, scale: Scale): Sayer =>
  async (args, now) => ({ clauses: [change(what, await now.setting(name), BigInt(args[argument] as bigint), scale)] });

const role =
  (said: (role: string, whom: string) => string, granting: boolean): Sayer =>
  async ({ role: hash, account }, _, contracts) => {
    const name = ROLES[hash as Hex] ?? (hash as Hex);
    const risky = granting && name !== "EXECUTOR_ROLE" && name !== "CANCELLER_ROLE";
    const losesVeto = !granting && name === "CANCELLER_ROLE" && isAddressEqual(account as Address, contracts.veto);
    return { clauses: [said(name, named(account, contracts))], warnings: risky ? [beware.role] : losesVeto ? [beware.veto] : [] };
  };

const pays =
  (token: string | null, to: string, value: string): Sayer =>
  async (args, now, contracts) => {
    const from = token === null ? zeroAddress : (args[token] as Address);
    return { clauses: [say.pay(amount(args[value], await now.money(from)), named(args[to], contracts))] };
  };

const SAYERS: Partial<Record<Contract, Record<string, Sayer>>> = {
  distributor: {
    setTerms,
    rotate,
    setGuardian: async ({ guardian, until }, now, contracts) => {
      const before = await now.guardian();
      return {
        clauses: [
          replaced(text.guardian, before && named(before, contracts), named(guardian, contracts)),
          say.until(text.at(Number(until))),
        ],
      };
    },
    unpause: async () => ({ clauses: [say.unpause] }),
  },
  links: {
    setLinkBudget: async ({ units, period }, now) => {
      const [before, money] = await Promise.all([now.linkBudget(), now.payout()]);
      const after = { capacity: units as bigint, period: BigInt(period as number) };
      return { ...limited(text.linkBudget, before, after, inMoney(money, now.unit)), warnings: [] };
    },
    setLinkVerifier: async ({ verifier }, _, contracts) => ({
      clauses: [say.set(text.linkVerifier, named(verifier, contracts))],
      warnings: [beware.linkVerifier],
    }),
  },
  disputes: {
    resolve: answer,
    resolveMany: answer,
    decideLink: async ({ contributor, stands }) => ({
      clauses: [(stands === true ? say.linkStands : say.linkFalls)(String(contributor))],
    }),
    setArbiter: async ({ arbiter }, now, contracts) => {
      const before = await now.arbiter();
      return { clauses: [replaced(text.arbiter, before && named(before, contracts), named(arbiter, contracts))] };
    },
    setBond: async ({ bond }, now) => ({
      clauses: [change(text.bond, await now.bond(), bond as bigint, inMoney(now.coin))],
    }),
  },
  treasury: {
    setBudget: budget,
    setOutflowCap: outflowCap,
    activateBudget: async ({ spender }, _, contracts) => ({ clauses: [say.activate(text.budgetOf(named(spender, contracts)))] }),
    cancelBudget: async ({ spender }, _, contracts) => ({ clauses: [say.cancelRaise(text.budgetOf(named(spender, contracts)))] }),
    activateOutflowCap: async ({ token }, now) => ({ clauses: [say.activate(await capOf(token, now))] }),
    cancelOutflowCap: async ({ token }, now) => ({ clauses: [say.cancelRaise(await capOf(token, now))] }),
    transferERC20: pays("token", "to", "amount"),
    transferETH: pays(null, "to", "amount"),
  },
  earnedVotes: {
    addSource: async ({ distributor, votesPerUnit }, _, contracts) => ({
      clauses: [say.addSource(named(distributor, contracts), whole(votesPerUnit as bigint))],
      warnings: [beware.source],
    }),
    sync: async ({ id }) => ({ clauses: [say.sync([String(id)])] }),
    syncMany: async ({ ids }) => ({ clauses: [say.sync((ids as readonly bigint[]).map(String))] }),
  },
  governor: {
    setVotingDelay: setting("votingDelay", "newVotingDelay", text.settings.votingDelay, inTime),
    setVotingPeriod: setting("votingPeriod", "newVotingPeriod", text.settings.votingPeriod, inTime),
    setLateQuorumVoteExtension: setting("lateQuorumVoteExtension", "newVoteExtension", text.settings.lateQuorum, inTime),
    updateQuorumNumerator: setting("quorumNumerator", "newQuorumNumerator", text.settings.quorum, { shown: percentage }),
    setProposalThreshold: async ({ newProposalThreshold }, now) => {
      const [before, money] = await Promise.all([now.setting("proposalThreshold"), now.votes()]);
      return { clauses: [change(text.settings.threshold, before, newProposalThreshold as bigint, { shown: (value) => exact(value, money.decimals) })] };
    },
    updateTimelock: async ({ newTimelock }, _, contracts) => ({
      clauses: [say.set(text.settings.timelock, named(newTimelock, contracts))],
      warnings: [beware.timelock],
    }),
  },
  timelock: {
    updateDelay: async ({ newDelay }, now) => ({
      clauses: [change(text.settings.delay, await now.timelockDelay(), newDelay as bigint, inTime)],
    }),
    grantRole: role(say.grantRole, true),
    revokeRole: role(say.revokeRole, false),
    cancel: async ({ id }) => ({ clauses: [say.cancelOperation(id as Hex)] }),
  },
  token: {
    transfer: async ({ to, value }, now, contracts) => ({
      clauses: [say.payFrom(text.contracts.timelock, amount(value, await now.money(contracts.token)), named(to, contracts))],
    }),
    approve: async ({ spender, value }, now, contracts) => ({
      clauses: [say.approve(named(spender, contracts), amount(value, await now.money(contracts.token)))],
      warnings: [beware.approve],
    }),
    delegate: async ({ delegatee }, _, contracts) => ({ clauses: [say.delegate(named(delegatee, contracts))] }),
  },
};

const capOf = async (token: unknown, now: Present) =>
  text.outflowCapOf((await now.money(token as Address))?.symbol ?? getAddress(token as Address));

const valuesOf = (args: readonly Argument[]): Values => Object.fromEntries(args.map(({ name, value }) => [name, value]));

/** What an action does, in words. A `relay` is what the relayed call does, in the governor's name. */
export async function wordsOf(action: Action, decoded: Decoded, now: Present, contracts: Addresses): Promise<Words> {
  const none = { clauses: [], warnings: [], policy: null };
  const value = amount(action.value, now.coin);
  if (decoded.kind === "payment") return { ...none, clauses: [say.pay(value, named(action.target, contracts))] };
  if (decoded.kind === "raw") return { ...none, warnings: [decoded.contract === null ? beware.stranger : beware.unknownCall] };
  const values = valuesOf(decoded.args);
  if (decoded.contract === "governor" && decoded.name === "relay") {
    const inner = { target: values.target as Address, value: values.value as bigint, data: values.data as Hex };
    const words = await wordsOf(inner, decode(inner, contracts), now, contracts);
    return { ...words, warnings: [...words.warnings, beware.relay] };
  }
  const sayer = SAYERS[decoded.contract]?.[decoded.name];
  if (sayer === undefined) return { ...none, warnings: [beware.unknownCall] };
  const said = { ...none, ...(await sayer(values, now, contracts)) };
  return action.value === 0n ? said : { ...said, warnings: [...said.warnings, beware.value(value)] };
}

export const isAnswer = (decoded: Decoded): boolean => decoded.kind === "call" && decoded.contract === "disputes";
