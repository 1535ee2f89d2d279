//! What this page calls and reads about links. A test holds each line against the compiled contracts.

import { parseAbi } from "viem";

export const linksAbi = parseAbi([
  "struct Link { uint64 id; address wallet; uint64 nonce; uint64 validUntil; }",
  "struct PendingLink { address wallet; uint48 readyAt; uint16 oracleSet; uint8 status; bool adopted; uint64 nonce; bytes32 digest; uint192 challenge; }",
  "function link(uint64 id, address wallet, uint64 nonce, uint64 validUntil, bytes walletProof, bytes attestation)",
  "function relinkSigned(Link message, bytes walletProof, bytes oldWalletProof, bytes attestation)",
  "function activate(uint64 id)",
  "function cancel(uint64 id)",
  "function drop(uint64 id)",
  "function linkNonce(uint64 id) view returns (uint64)",
  "function pending(uint64 id) view returns (PendingLink)",
  "function isContested(uint64 id) view returns (bool)",
  "function linkBudget() view returns (uint208 units, uint48 period, uint256 available)",
  "function linkDelay() view returns (uint48)",
  "function resolveDeadline() view returns (uint48)",
  "function linkVerifier() view returns (address)",
  "event LinkProposed(uint64 indexed id, address indexed wallet, address indexed oldWallet, uint64 oracleSet, uint48 readyAt)",
  "event LinkAdopted(uint64 indexed id, address indexed wallet, uint64 oracleSet, uint48 readyAt)",
  "error Accounts_LinkExists(uint64 id, address wallet)",
  "error Accounts_LinkPending(uint64 id)",
  "error Accounts_NotAttested(uint64 id, address verifier)",
  "error Accounts_NotLinked(uint64 id)",
  "error Accounts_InvalidNonce(uint64 id, uint64 nonce, uint64 expected)",
  "error Accounts_LinkExpired(uint64 id, uint64 validUntil)",
  "error Accounts_InvalidWalletProof(uint64 id, address wallet)",
  "error Links_NotOldWallet(uint64 id, address caller)",
  "error Links_WrongStatus(uint64 id, uint8 status)",
  "error Links_TooEarly(uint64 id, uint48 readyAt)",
  "error Links_Dead(uint64 id, uint64 oracleSet)",
  "error Links_Live(uint64 id)",
  "error Links_Paused()",
  "error Links_OverBudget(uint64 id, uint256 units, uint256 available)",
  // Of the distributor, which checks the quorum.
  "error OracleSet_NotCurrent(uint64 id, uint64 current)",
  "error OracleSet_WrongQuorum(uint256 signers, uint256 threshold)",
  "error OracleSet_WrongLength(uint256 length, uint256 expected)",
  "error OracleSet_InvalidSignature(uint256 index, address member)",
  "error OracleSet_SwitchedOff(address member)",
]);

/** Of the distributor, by whose time links wait. */
export const clockAbi = parseAbi(["function activeTime() view returns (uint256)", "function oldestLiveSet() view returns (uint64)"]);

export const erc1271Abi = parseAbi(["function isValidSignature(bytes32 hash, bytes signature) view returns (bytes4)"]);
