//! Every line of the page's ABIs is in the compiled contracts.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { toEventSelector, toFunctionSelector, toFunctionSignature } from "viem";
import { load } from "./load.mjs";

const compiled = (name) => JSON.parse(readFileSync(new URL(`../../bindings/abi/${name}.json`, import.meta.url), "utf8")).abi;
const outputs = (item) => JSON.stringify((item.outputs ?? []).map(typed));
const typed = ({ type, components }) => [type, (components ?? []).map((one) => [one.name, ...typed(one)])];
const inputs = (item) => JSON.stringify(item.inputs.map((one) => [one.indexed ?? false, ...typed(one)]));
const names = (item) => item.inputs.map(({ name }) => name).join(", ");

function holds(abi, contracts, what) {
  const real = contracts.flatMap(compiled);
  for (const item of abi) {
    const same = real.find((one) => {
      if (one.type !== item.type || one.name !== item.name || inputs(one) !== inputs(item)) return false;
      if (item.type === "event") return toEventSelector(one) === toEventSelector(item);
      return item.type === "error" || (toFunctionSelector(one) === toFunctionSelector(item) && outputs(one) === outputs(item) && one.stateMutability === item.stateMutability);
    });
    assert.ok(same, `${what}: ${item.type} ${item.name} is not in ${contracts.join(", ")}`);
  }
}

const NAMES = {
  distributor: "RewardDistributor",
  links: "Links",
  disputes: "Disputes",
  token: "GuerdonToken",
  treasury: "Treasury",
  governor: "GuerdonGovernor",
  timelock: "GuerdonTimelock",
  earnedVotes: "EarnedVotes",
  veto: "ContributorVeto",
};

test("what every view calls is compiled", async () => {
  const { distributorAbi, challengesAbi, tokenAbi, errorsAbi } = await load("chain/abi.ts");
  const { oraclesAbi } = await load("chain/oracles.ts");
  holds(oraclesAbi, ["RewardDistributor"], "oraclesAbi");
  holds(distributorAbi, ["RewardDistributor"], "distributorAbi");
  holds(challengesAbi, ["Disputes"], "challengesAbi");
  holds(tokenAbi, ["GuerdonToken"], "tokenAbi");
  holds(errorsAbi, ["GuerdonToken", "RewardDistributor"], "errorsAbi");
});

test("what verification reads is compiled", async () => {
  const { verifyAbi } = await load("verify/abi.ts");
  holds(verifyAbi, ["RewardDistributor"], "verifyAbi");
});

test("what the page calls about links is compiled", async () => {
  const { clockAbi, linksAbi } = await load("link/abi.ts");
  holds(linksAbi, ["Links", "RewardDistributor"], "linksAbi");
  holds(clockAbi, ["RewardDistributor"], "clockAbi");
});

test("what the page calls in governance is compiled", async () => {
  const abi = await load("govern/abi.ts");
  holds(abi.governorAbi, ["GuerdonGovernor"], "governorAbi");
  holds(abi.timelockAbi, ["GuerdonTimelock"], "timelockAbi");
  holds(abi.vetoAbi, ["ContributorVeto", "EarnedVotes"], "vetoAbi");
  holds(abi.earnedVotesAbi, ["EarnedVotes"], "earnedVotesAbi");
  holds(abi.disputesAbi, ["Disputes", "RewardDistributor"], "disputesAbi");
  holds(abi.treasuryAbi, ["Treasury"], "treasuryAbi");
  holds(abi.presentAbi, ["RewardDistributor"], "presentAbi");
  holds(abi.refusalsAbi, Object.values(NAMES), "refusalsAbi");
});

test("what proposals can call is compiled, argument by argument", async () => {
  const { callsOf } = await load("govern/abi.ts");
  for (const [contract, abi] of Object.entries(callsOf)) {
    holds(abi, [NAMES[contract]], contract);
    const real = compiled(NAMES[contract]).filter(({ type }) => type === "function");
    for (const item of abi) {
      const same = real.find((one) => toFunctionSignature(one) === toFunctionSignature(item));
      assert.equal(names(item), names(same), `${contract}.${item.name}`);
    }
  }
});

/** Whatever only governance may call; in each contract the list of those must be whole. */
const GOVERNED = {
  distributor: ["setTerms", "rotate", "setGuardian", "unpause"],
  links: ["setLinkBudget", "setLinkVerifier"],
  disputes: ["resolve", "resolveMany", "decideLink", "setArbiter", "setBond"],
  treasury: ["setBudget", "cancelBudget", "setOutflowCap", "cancelOutflowCap", "transferERC20", "transferETH"],
  earnedVotes: ["addSource"],
  governor: ["setVotingDelay", "setVotingPeriod", "setProposalThreshold", "updateQuorumNumerator", "setLateQuorumVoteExtension", "updateTimelock", "relay"],
  timelock: ["updateDelay", "grantRole", "revokeRole"],
};

test("every function that only governance may call can be told in words", async () => {
  const { callsOf } = await load("govern/abi.ts");
  for (const [contract, functions] of Object.entries(GOVERNED)) {
    const known = callsOf[contract].map(({ name }) => name);
    for (const name of functions) assert.ok(known.includes(name), `${contract}.${name}`);
  }
});
