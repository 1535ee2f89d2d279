//! Proposals in words: what an action calls, what it would change, and what is not told but shown raw.

import assert from "node:assert/strict";
import { test } from "node:test";
import { encodeFunctionData, getAddress, keccak256, toHex, zeroAddress, zeroHash } from "viem";
import { load } from "./load.mjs";

const { callsOf } = await load("govern/abi.ts");
const { decode } = await load("govern/decode.ts");
const { wordsOf } = await load("govern/words.ts");
const figures = await load("govern/figures.ts");
const { split, passing } = await load("govern/proposals.ts");

const at = (byte) => getAddress(`0x${byte.repeat(20)}`);
const contracts = {
  distributor: at("d1"), links: at("11"), disputes: at("d2"), token: at("70"), treasury: at("73"),
  governor: at("90"), timelock: at("71"), earnedVotes: at("e0"), veto: at("7e"),
};
const POLICY = `0x${"aa".repeat(32)}`;
const OTHER = `0x${"bb".repeat(32)}`;
const GDN = { symbol: "GDN", decimals: 18 };

/** How a DAO stands. */
const now = {
  coin: { symbol: "ETH", decimals: 18 },
  unit: 10n ** 12n,
  payout: async () => GDN,
  votes: async () => GDN,
  money: async (token) => ({ [zeroAddress]: now.coin, [contracts.token]: GDN })[token] ?? null,
  termsOf: async () => ({ policyHash: POLICY, epochBudget: 10_000_000_000n, capPerPerson: 2_500_000_000, fromEpoch: 1n }),
  budget: async () => ({ capacity: 10n * 10n ** 18n, period: 604_800n }),
  outflowCap: async () => ({ capacity: 0n, period: 0n }),
  linkBudget: async () => ({ capacity: 500_000_000n, period: 604_800n }),
  oracles: async () => ({ members: [at("01"), at("02"), at("03")], threshold: 2n, baseUrl: "https://a.example/" }),
  guardian: async () => zeroAddress,
  arbiter: async () => at("ab"),
  bond: async () => 5n * 10n ** 16n,
  challenge: async (id) => (id === 7n ? { subject: "entry", about: 5n, position: 3, bond: 5n * 10n ** 16n } : null),
  setting: async (name) => ({ votingDelay: 3_600n, votingPeriod: 86_400n, proposalThreshold: 1_000n * 10n ** 18n, lateQuorumVoteExtension: 3_600n, quorumNumerator: 20n })[name],
  timelockDelay: async () => 86_400n,
};

const action = (contract, functionName, args, value = 0n) => ({
  target: contracts[contract],
  value,
  data: encodeFunctionData({ abi: callsOf[contract], functionName, args }),
});
const say = async (one, present = now) => wordsOf(one, decode(one, contracts), present, contracts);
const clauses = async (...call) => (await say(action(...call))).clauses;

test("terms say what they raise, what they keep and from when", async () => {
  const terms = { policyHash: POLICY, epochBudget: 12_000_000_000n, capPerPerson: 2_500_000_000, fromEpoch: 9n };
  const { clauses, policy } = await say(action("distributor", "setTerms", [terms]));
  assert.deepEqual(clauses, ["raise the epoch budget from 10,000 to 12,000 GDN", "keep the cap per person at 2,500 GDN", "keep the scoring policy", "from epoch 9 on"]);
  assert.equal(policy, null);
});

test("another policy is named, and so is where it begins", async () => {
  const terms = { policyHash: OTHER, epochBudget: 10_000_000_000n, capPerPerson: 2_500_000_001, fromEpoch: 9n };
  const words = await say(action("distributor", "setTerms", [terms]));
  assert.deepEqual(words.policy, { hash: OTHER, fromEpoch: 9n });
  assert.ok(words.clauses.includes(`score by the policy ${OTHER} instead of ${POLICY}`));
  assert.ok(words.clauses.includes("raise the cap per person from 2,500 to 2,500.000001 GDN"));
});

test("a rotation says who comes, who goes and how many must sign", async () => {
  const words = await say(action("distributor", "rotate", [[at("01"), at("02"), at("04"), at("05")], 3n, "https://b.example/", true]));
  assert.deepEqual(words.clauses, [
    `add the oracles ${at("04")} and ${at("05")}`,
    `remove the oracles ${at("03")}`,
    "let 3 of 4 oracles sign (until now 2)",
    "name https://b.example/ as the place of the evidence",
  ]);
  assert.equal(words.warnings.length, 1);
});

test("money that leaves says how much, of what and to whom", async () => {
  assert.deepEqual(await clauses("treasury", "transferERC20", [contracts.token, at("99"), 1_500_000_000_000_000_001n]), [`pay 1.500000000000000001 GDN to ${at("99")}`]);
  assert.deepEqual(await clauses("treasury", "transferETH", [contracts.distributor, 10n ** 18n]), ["pay 1 ETH to the distributor"]);
  assert.deepEqual(await clauses("treasury", "transferERC20", [at("55"), at("99"), 7n]), [`pay 7 base units of an unknown token to ${at("99")}`]);
  assert.deepEqual((await say({ target: at("99"), value: 10n ** 17n, data: "0x" })).clauses, [`pay 0.1 ETH to ${at("99")}`]);
});

test("budgets and caps say what they were, and that a raise waits", async () => {
  const raise = await say(action("treasury", "setBudget", [contracts.distributor, contracts.token, 20n * 10n ** 18n, 604_800]));
  assert.deepEqual(raise.clauses, ["raise the budget of the distributor from 10 to 20 GDN"]);
  assert.equal(raise.warnings.length, 1);
  const lower = await say(action("treasury", "setBudget", [contracts.distributor, contracts.token, 5n * 10n ** 18n, 1_209_600]));
  assert.deepEqual(lower.clauses, ["lower the budget of the distributor from 10 to 5 GDN", "let it refill in 2 weeks (until now 7 days)"]);
  assert.equal(lower.warnings.length, 0);
  const faster = await say(action("treasury", "setBudget", [contracts.distributor, contracts.token, 5n * 10n ** 18n, 3_600]));
  assert.equal(faster.warnings.length, 1);
  assert.deepEqual((await say(action("treasury", "setOutflowCap", [zeroAddress, 10n ** 18n, 86_400]))).clauses, ["raise the cap on what leaves the Treasury in ETH from 0 to 1 ETH", "let it refill in 1 day"]);
});

test("answers to challenges say what about, and what becomes of it", async () => {
  assert.deepEqual(await clauses("disputes", "resolve", [7n, 0, "0x"]), ["reject challenge 7 about entry 3 of epoch 5: what was challenged stands, and the bond goes to the Treasury"]);
  assert.match((await clauses("disputes", "resolveMany", [[7n, 8n], 2, "0x12"]))[0], /^uphold challenge 7 about entry 3 of epoch 5 and challenge 8 as a fault/);
  assert.match((await clauses("disputes", "resolve", [7n, 9, "0x"]))[0], /does not exist/);
});

test("settings of governance compare exactly", async () => {
  assert.deepEqual(await clauses("governor", "setVotingPeriod", [100_000]), ["raise the time for voting from 1 day to 1 day, 3 hours, 46 minutes, 40 seconds"]);
  assert.deepEqual(await clauses("governor", "updateQuorumNumerator", [15n]), ["lower the quorum from 20% to 15%"]);
  assert.deepEqual(await clauses("governor", "setProposalThreshold", [2_000n * 10n ** 18n]), ["raise the votes that a proposal needs to be made from 1,000 to 2,000"]);
  assert.deepEqual(await clauses("timelock", "updateDelay", [86_400n]), ["keep the time between queueing and execution at 1 day"]);
  assert.deepEqual(await clauses("disputes", "setBond", [10n ** 17n]), ["raise the bond of a challenge from 0.05 to 0.1 ETH"]);
});

test("what gives power away says so", async () => {
  const proposer = keccak256(toHex("PROPOSER_ROLE"));
  const canceller = keccak256(toHex("CANCELLER_ROLE"));
  const warned = async (...call) => (await say(action(...call))).warnings.length;
  assert.equal(await warned("timelock", "grantRole", [proposer, at("99")]), 1);
  assert.equal(await warned("timelock", "grantRole", [zeroHash, at("99")]), 1);
  assert.equal(await warned("timelock", "grantRole", [canceller, at("99")]), 0);
  assert.equal(await warned("timelock", "revokeRole", [canceller, contracts.veto]), 1);
  assert.equal(await warned("links", "setLinkVerifier", [at("99")]), 1);
  assert.equal(await warned("governor", "updateTimelock", [at("99")]), 1);
  assert.match((await clauses("timelock", "grantRole", [proposer, at("99")]))[0], /PROPOSER_ROLE/);
});

test("a relayed call is told too, with a warning", async () => {
  const inner = action("governor", "setVotingDelay", [7_200]);
  const words = await say(action("governor", "relay", [inner.target, 0n, inner.data]));
  assert.deepEqual(words.clauses, ["raise the time before votes are taken from 1 hour to 2 hours"]);
  assert.equal(words.warnings.length, 1);
});

test("what cannot be told is raw: strangers, unknown calls, data with something behind it", async () => {
  const known = action("treasury", "transferETH", [at("99"), 1n]);
  for (const one of [
    { ...known, target: at("42") },
    { ...known, data: "0x12345678" },
    { ...known, data: `${known.data}00` },
    { ...known, data: known.data.slice(0, -2) },
    { ...known, data: "0x12" },
    // An address with something in its upper bytes.
    { ...known, data: known.data.replace("0x", "0x").slice(0, 10) + "01" + known.data.slice(12) },
  ]) {
    assert.equal(decode(one, contracts).kind, "raw", one.data);
    const { clauses, warnings } = await say(one);
    assert.deepEqual([clauses.length, warnings.length], [0, 1]);
  }
});

test("coin that goes along with a call is not passed over", async () => {
  const { warnings } = await say(action("disputes", "setArbiter", [at("99")], 3n * 10n ** 18n));
  assert.deepEqual(warnings, ["It sends 3 ETH along."]);
});

test("every call that can be decoded has words", async () => {
  const sample = ({ type, components }) => {
    if (type.endsWith("[]")) return [sample({ type: type.slice(0, -2), components })];
    if (type === "tuple") return Object.fromEntries(components.map((one) => [one.name, sample(one)]));
    if (type === "address") return at("99");
    if (type === "bool") return true;
    if (type === "string") return "x";
    if (type === "bytes32") return zeroHash;
    if (type === "bytes") return "0x";
    return Number(type.replace("uint", "")) <= 48 ? 2 : 2n;
  };
  for (const [contract, abi] of Object.entries(callsOf)) {
    if (contract === "veto") continue;
    for (const item of abi) {
      if (item.name === "relay") continue;
      const words = await say(action(contract, item.name, item.inputs.map(sample)));
      assert.ok(words.clauses.length > 0, `${contract}.${item.name}`);
      assert.ok(!words.clauses.join(" ").includes("undefined"), `${contract}.${item.name}: ${words.clauses}`);
    }
  }
});

test("figures are whole", () => {
  assert.equal(figures.exact(123_456_789_000_000_000_000_000_000_000n, 18), "123,456,789,000");
  assert.equal(figures.exact(1n, 18), "0.000000000000000001");
  assert.equal(figures.exact(1n, 24), "0.000000000000000000000001");
  assert.equal(figures.span(0n), "0 seconds");
  assert.equal(figures.share(1n, 3n), "33.3%");
  assert.equal(figures.share(1n, 0n), "0%");
});

test("a description has a title and a body, and nothing that hides", () => {
  assert.deepEqual(split("# Raise the budget\n\nBecause.\u202E#proposer=0x1111111111111111111111111111111111111111"), { title: "Raise the budget", body: "Because." });
  assert.deepEqual(split(""), { title: "", body: "" });
});

test("a quorum counts abstentions, a majority does not", () => {
  const votes = { inFavour: 10n, against: 10n, abstain: 5n, quorum: 15n };
  assert.deepEqual(passing(votes), { cast: 15n, hasQuorum: true, hasMajority: false });
  assert.deepEqual(passing({ ...votes, inFavour: 11n, quorum: 17n }), { cast: 16n, hasQuorum: false, hasMajority: true });
});

test("a proposal's own words may name where the policy's text is, by https alone", async () => {
  const { addressesIn } = await load("govern/rehearsal.ts");
  assert.deepEqual(addressesIn("See https://a.example/p.toml (or <https://b.example/x>), http://c.example/ and javascript:alert(1). https://a.example/p.toml"), ["https://a.example/p.toml", "https://b.example/x"]);
  assert.equal(addressesIn(Array.from({ length: 50 }, (_, at) => `https://${at}.example/`).join(" ")).length, 5);
});
