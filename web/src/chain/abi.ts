//! The parts of the contracts that every visitor needs: accounts, batches, links, the token's name and votes.
//!
//! Each line must be in `bindings/abi`, which a test checks. What only one view uses stands with that view.

import { parseAbi } from "viem";

export const REWARD_BATCH =
  "struct RewardBatch { uint64 epoch; uint32 round; uint64 oracleSet; uint64 postBefore; uint64 total; bytes32 entriesHash; bytes32 policyHash; bytes32 evidenceHash; }";

const structs = [
  "struct Account { address wallet; uint48 earned; uint48 claimed; }",
  REWARD_BATCH,
  "struct BatchState { uint8 status; uint32 round; bytes32 digest; bytes32 entriesHash; bytes32 nextHash; uint64 total; uint64 publishedUnits; uint64 credited; uint64 skipped; uint64 epochCredited; uint32 entryCount; uint32 nextPosition; uint64 publishDeadline; uint64 windowEnd; uint64 oracleSet; uint8 freeze; bool live; }",
] as const;

export const distributorAbi = parseAbi([
  ...structs,
  "function account(uint64 id) view returns (Account)",
  "function claimable(uint64 id) view returns (uint256)",
  "function claim(uint64 id) returns (uint256 amount)",
  "function claimMany(uint64[] ids) returns (uint256 amount)",
  "function unit() view returns (uint256)",
  "function isRelinking(uint64 id) view returns (bool)",
  "function linkNonce(uint64 id) view returns (uint64)",
  "function batch(uint64 epoch) view returns (BatchState)",
  "function paused() view returns (bool)",
  "function pausedUntil() view returns (uint48)",
  "event Linked(uint64 indexed id, address indexed wallet, uint64 nonce)",
  "event Claimed(uint64 indexed id, address indexed wallet, uint256 amount)",
  "event ClaimRefused(uint64 indexed id, address indexed wallet, uint256 amount)",
  "event BatchPosted(uint64 indexed epoch, uint32 indexed round, bytes32 indexed evidenceHash, RewardBatch batch, address poster)",
  "event EntriesPublished(uint64 indexed epoch, uint32 indexed round, uint32 firstPosition, bytes entries, bytes32 rest)",
  "event EntriesCredited(uint64 indexed epoch, uint32 indexed round, uint32 count, uint64 units)",
  "event EntryFrozen(uint64 indexed epoch, uint32 indexed round, uint32 indexed position)",
  "event EntryUnfrozen(uint64 indexed epoch, uint32 indexed round, uint32 indexed position)",
  "event EntryHeld(uint64 indexed epoch, uint32 indexed round, uint32 indexed position, uint64 id, uint48 units)",
  "event EntrySkipped(uint64 indexed epoch, uint64 indexed id, uint48 units, uint8 reason)",
  "event HeldEntryCredited(uint64 indexed epoch, uint32 indexed round, uint32 indexed position, uint64 id, uint48 units)",
  "event BatchVoided(uint64 indexed epoch, uint32 indexed round, uint8 reason)",
  "event BatchFrozen(uint64 indexed epoch, uint32 indexed round)",
  "event BatchUnfrozen(uint64 indexed epoch, uint32 indexed round)",
  "error Accounts_NotLinked(uint64 id)",
  "error Accounts_NothingToClaim(uint64 id)",
  "error Accounts_InvalidId()",
]);

/** What waits for an answer. */
export const challengesAbi = parseAbi([
  "struct ChallengedEntry { uint8 status; uint64 id; uint48 units; address finder; }",
  "function challengedEntry(uint64 epoch, uint32 round, uint32 position) view returns (ChallengedEntry)",
  "event EntryChallenged(uint256 indexed challenge, uint64 indexed epoch, address indexed challenger, uint32 round, uint32 position, uint96 bond, uint48 deadline)",
  "event BatchChallenged(uint256 indexed challenge, uint64 indexed epoch, address indexed challenger, uint32 round, uint96 bond, uint48 deadline, string reason)",
]);

export const tokenAbi = parseAbi([
  "function name() view returns (string)",
  "function symbol() view returns (string)",
  "function decimals() view returns (uint8)",
  "function balanceOf(address account) view returns (uint256)",
  "function delegates(address account) view returns (address)",
  "function getVotes(address account) view returns (uint256)",
  "function delegate(address delegatee)",
]);

/** Errors of the token, the Treasury and OpenZeppelin that a claim can end in. */
export const errorsAbi = parseAbi([
  "error ERC20InsufficientBalance(address sender, uint256 balance, uint256 needed)",
  "error ERC20InvalidReceiver(address receiver)",
  "error SafeERC20FailedOperation(address token)",
]);

export const BATCH_STATUS = ["none", "posted", "window", "crediting", "settled", "void"] as const;
export type BatchStatus = (typeof BATCH_STATUS)[number];
