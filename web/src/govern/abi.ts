//! What governance calls and reads. A test holds each line against the compiled contracts.
//!
//! `callsOf` has every function that a proposal can make one of our contracts do; what is not in it is shown raw.

import { parseAbi, type Abi } from "viem";
import type { Contract } from "../config";

export const governorAbi = parseAbi([
  "function state(uint256 proposalId) view returns (uint8)",
  "function proposalVotes(uint256 proposalId) view returns (uint256 againstVotes, uint256 forVotes, uint256 abstainVotes)",
  "function proposalSnapshot(uint256 proposalId) view returns (uint256)",
  "function proposalDeadline(uint256 proposalId) view returns (uint256)",
  "function proposalEta(uint256 proposalId) view returns (uint256)",
  "function proposalQueuedAt(uint256 proposalId) view returns (uint256)",
  "function quorum(uint256 timepoint) view returns (uint256)",
  "function quorumNumerator() view returns (uint256)",
  "function getVotes(address account, uint256 timepoint) view returns (uint256)",
  "function token() view returns (address)",
  "function hasVoted(uint256 proposalId, address account) view returns (bool)",
  "function votingDelay() view returns (uint256)",
  "function votingPeriod() view returns (uint256)",
  "function proposalThreshold() view returns (uint256)",
  "function lateQuorumVoteExtension() view returns (uint48)",
  "function castVote(uint256 proposalId, uint8 support) returns (uint256)",
  "function castVoteWithReason(uint256 proposalId, uint8 support, string reason) returns (uint256)",
  "function queue(address[] targets, uint256[] values, bytes[] calldatas, bytes32 descriptionHash) returns (uint256)",
  "function execute(address[] targets, uint256[] values, bytes[] calldatas, bytes32 descriptionHash) payable returns (uint256)",
  "function cancel(address[] targets, uint256[] values, bytes[] calldatas, bytes32 descriptionHash) returns (uint256)",
  "event ProposalCreated(uint256 proposalId, address proposer, address[] targets, uint256[] values, string[] signatures, bytes[] calldatas, uint256 voteStart, uint256 voteEnd, string description)",
  "event ProposalExecuted(uint256 proposalId)",
  "event VoteCast(address indexed voter, uint256 proposalId, uint8 support, uint256 weight, string reason)",
  "error GovernorAlreadyCastVote(address voter)",
  "error GovernorUnexpectedProposalState(uint256 proposalId, uint8 current, bytes32 expectedStates)",
  "error GovernorUnableToCancel(uint256 proposalId, address account)",
  "error GovernorNonexistentProposal(uint256 proposalId)",
]);

export const timelockAbi = parseAbi([
  "function getMinDelay() view returns (uint256)",
  "error TimelockUnexpectedOperationState(bytes32 operationId, bytes32 expectedStates)",
]);

export const vetoAbi = parseAbi([
  "struct VetoState { uint256 votes; uint256 needed; uint256 ids; uint256 queuedAt; }",
  "function vetoState(uint256 proposalId) view returns (VetoState)",
  "function isExempt(address[] targets, bytes[] calldatas) view returns (bool)",
  "function isPassedAgain(uint256 proposalId, bytes32 actionsHash) view returns (bool)",
  "function hashActions(address[] targets, uint256[] values, bytes[] calldatas) pure returns (bytes32)",
  "function MIN_IDS() view returns (uint256)",
  "function support(uint256 proposalId, uint64[] ids)",
  "function veto(address[] targets, uint256[] values, bytes[] calldatas, bytes32 descriptionHash)",
  "event Supported(uint256 indexed proposalId, address indexed holder, uint64[] ids, uint256 votes)",
  "event Vetoed(uint256 indexed proposalId, bytes32 indexed actionsHash, bytes32 indexed operation, uint256 votes, uint256 needed, uint256 ids)",
  "error ContributorVeto_NotQueued(uint256 proposalId)",
  "error ContributorVeto_NoVotes(uint256 proposalId, uint64 id, address holder)",
  "error ContributorVeto_Counted(uint256 proposalId, uint64 id, address holder)",
  "error ContributorVeto_NotEnough(uint256 proposalId, uint256 votes, uint256 needed, uint256 ids)",
  "error ContributorVeto_Exempt(uint256 proposalId)",
  "error ContributorVeto_PassedAgain(uint256 proposalId)",
  "error ERC5805FutureLookup(uint256 timepoint, uint48 clock)",
]);

export const earnedVotesAbi = parseAbi([
  "function syncMany(uint64[] ids)",
  "function getVotes(address account) view returns (uint256)",
  "function getTotalSupply() view returns (uint256)",
  "function getVotesOf(uint64 id, address holder) view returns (uint256)",
  "function getStandingVotesOf(uint64 id, address holder, uint256 timepoint) view returns (uint256)",
]);

export const disputesAbi = parseAbi([
  "struct Challenge { address challenger; uint96 bond; uint8 subject; uint32 round; uint32 position; uint16 oracleSet; uint48 deadline; uint64 about; bytes32 digest; }",
  "function challenge(uint64 epoch, uint32 position) payable returns (uint256 id)",
  "function challengeBatch(uint64 epoch, string reason) payable returns (uint256 id)",
  "function challengeLink(uint64 contributor) payable returns (uint256 id)",
  "function resolveExpired(uint256[] ids)",
  "function refund(uint256[] ids)",
  "function withdraw(address account) returns (uint256 amount)",
  "function withdrawReward(address finder) returns (uint256 amount)",
  "function challengeOf(uint256 id) view returns (Challenge)",
  "function challengeCount() view returns (uint256)",
  "function isMoot(uint256 id) view returns (bool)",
  "function owed(address account) view returns (uint256)",
  "function rewardOf(address finder) view returns (uint256)",
  "function arbiter() view returns (address)",
  "function bond() view returns (uint96)",
  "function batchBondFactor() view returns (uint96)",
  "function resolveDeadline() view returns (uint48)",
  "event BatchChallenged(uint256 indexed challenge, uint64 indexed epoch, address indexed challenger, uint32 round, uint96 bond, uint48 deadline, string reason)",
  "error Disputes_WrongBond(uint256 given, uint256 bond)",
  "error Disputes_ReasonTooLong(uint256 length)",
  "error Disputes_NothingOwed(address account)",
  "error Disputes_NotOpen(uint256 challenge)",
  "error Disputes_NotOverdue(uint256 challenge, uint48 deadline)",
  "error Freezes_NotChallengeable(uint64 epoch)",
  "error Freezes_NotPublished(uint64 epoch, uint32 position)",
  "error Freezes_EntryTaken(uint64 epoch, uint32 position)",
]);

export const treasuryAbi = parseAbi([
  "struct Budget { uint208 capacity; uint48 period; uint256 available; uint256 reserved; }",
  "function budget(address spender, address token) view returns (Budget)",
  "function outflowCap(address token) view returns (Budget)",
]);

export const presentAbi = parseAbi([
  "struct Terms { bytes32 policyHash; uint64 epochBudget; uint48 capPerPerson; uint64 fromEpoch; }",
  "function token() view returns (address)",
  "function termsOf(uint64 epoch) view returns (Terms)",
  "function epochAt(uint256 timestamp) view returns (uint256)",
  "function guardian() view returns (address guardian, uint48 until)",
]);

const calls = {
  distributor: parseAbi([
    "struct Terms { bytes32 policyHash; uint64 epochBudget; uint48 capPerPerson; uint64 fromEpoch; }",
    "function setTerms(Terms terms)",
    "function rotate(address[] members, uint256 threshold, string baseUrl, bool voidPending)",
    "function setGuardian(address guardian_, uint48 until)",
    "function unpause()",
  ]),
  links: parseAbi([
    "function setLinkBudget(uint208 units, uint48 period)",
    "function setLinkVerifier(address verifier)",
  ]),
  disputes: parseAbi([
    "function resolve(uint256 id, uint8 answer, bytes signatures)",
    "function resolveMany(uint256[] ids, uint8 answer, bytes signatures)",
    "function decideLink(uint64 contributor, bool stands)",
    "function setArbiter(address arbiter_)",
    "function setBond(uint96 bond_)",
  ]),
  treasury: parseAbi([
    "function setBudget(address spender, address token, uint208 capacity, uint48 period)",
    "function activateBudget(address spender, address token)",
    "function cancelBudget(address spender, address token)",
    "function setOutflowCap(address token, uint208 capacity, uint48 period)",
    "function activateOutflowCap(address token)",
    "function cancelOutflowCap(address token)",
    "function transferERC20(address token, address to, uint256 amount)",
    "function transferETH(address to, uint256 amount)",
  ]),
  earnedVotes: parseAbi([
    "function addSource(address distributor, uint64 votesPerUnit)",
    "function sync(uint64 id)",
    "function syncMany(uint64[] ids)",
  ]),
  governor: parseAbi([
    "function setVotingDelay(uint48 newVotingDelay)",
    "function setVotingPeriod(uint32 newVotingPeriod)",
    "function setProposalThreshold(uint256 newProposalThreshold)",
    "function setLateQuorumVoteExtension(uint48 newVoteExtension)",
    "function updateQuorumNumerator(uint256 newQuorumNumerator)",
    "function updateTimelock(address newTimelock)",
    "function relay(address target, uint256 value, bytes data) payable",
  ]),
  timelock: parseAbi([
    "function updateDelay(uint256 newDelay)",
    "function grantRole(bytes32 role, address account)",
    "function revokeRole(bytes32 role, address account)",
    "function cancel(bytes32 id)",
  ]),
  token: parseAbi([
    "function transfer(address to, uint256 value) returns (bool)",
    "function approve(address spender, uint256 value) returns (bool)",
    "function delegate(address delegatee)",
  ]),
  veto: parseAbi(["function veto(address[] targets, uint256[] values, bytes[] calldatas, bytes32 descriptionHash)"]),
} as const satisfies Record<Contract, Abi>;

export const callsOf: Record<Contract, Abi> = calls;

/** Why one of our contracts would refuse a proposal's action. */
export const refusalsAbi = parseAbi([
  "error Terms_TooEarly(uint64 fromEpoch, uint256 earliest)",
  "error Terms_Incomplete(uint64 fromEpoch)",
  "error OracleSet_InvalidSize(uint256 size)",
  "error OracleSet_InvalidThreshold(uint256 threshold, uint256 size)",
  "error OracleSet_InvalidMember(uint256 index, address member)",
  "error OracleSet_BaseUrlTooLong(uint256 length)",
  "error OracleSet_SwitchedOff(address member)",
  "error Guardian_NotPaused()",
  "error Links_NoPeriod()",
  "error Links_ZeroAddress()",
  "error Links_WrongStatus(uint64 id, uint8 status)",
  "error Disputes_NotOpen(uint256 challenge)",
  "error Disputes_Overdue(uint256 challenge, uint48 deadline)",
  "error Disputes_Moot(uint256 challenge)",
  "error Disputes_NoBond()",
  "error Treasury_ZeroAddress()",
  "error Treasury_OverOutflowCap(address token, uint256 amount, uint256 available)",
  "error Treasury_Insufficient(address token, uint256 amount, uint256 unreserved)",
  "error Treasury_NoPeriod(address spender, address token)",
  "error Treasury_PeriodTooLong(uint48 period, uint48 longest)",
  "error Treasury_OwnerHasNoBudget(address token)",
  "error Treasury_NothingScheduled(address spender, address token)",
  "error Treasury_RaiseWaits(address spender, address token, uint48 activeFrom)",
  "error EarnedVotes_SourceListed(address distributor)",
  "error EarnedVotes_InvalidSource(address distributor, uint64 votesPerUnit)",
  "error EarnedVotes_TooManySources(uint256 most)",
  "error GuerdonGovernor_VotingDelayTooShort(uint48 votingDelay, uint48 minimum)",
  "error GuerdonGovernor_VotingPeriodTooShort(uint32 votingPeriod, uint32 minimum)",
  "error GuerdonGovernor_TimelockDelayTooShort(uint256 delay, uint256 minimum)",
  "error GuerdonTimelock_DelayTooShort(uint256 delay, uint256 minimum)",
]);
