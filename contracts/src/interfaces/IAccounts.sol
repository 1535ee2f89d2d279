// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Account} from "./Types.sol";

/// @title Accounts, links and claims
/// @notice A contributor id is the numeric id of a GitHub account; here it is opaque.
interface IAccounts {
    /// @notice A contributor id is linked to a wallet from now on; what it has not claimed yet goes there.
    event Linked(uint64 indexed id, address indexed wallet, uint64 nonce);

    /// @notice What an account had earned was paid.
    /// @param amount In base units of the token.
    event Claimed(uint64 indexed id, address indexed wallet, uint256 amount);

    /// @notice The token refused to pay this wallet; the account keeps its claim.
    /// @param amount In base units of the token.
    event ClaimRefused(uint64 indexed id, address indexed wallet, uint256 amount);

    /// @notice Zero is not a contributor id.
    error Accounts_InvalidId();

    /// @notice The zero address cannot be linked.
    error Accounts_InvalidWallet(uint64 id);

    /// @notice The contributor id has no wallet yet; link one first.
    error Accounts_NotLinked(uint64 id);

    /// @notice The contributor id is linked to this wallet already.
    error Accounts_LinkExists(uint64 id, address wallet);

    /// @notice A re-link of this contributor id is pending: until it is settled only the old wallet claims, and no other begins.
    error Accounts_LinkPending(uint64 id);

    /// @notice The verifier did not confirm the attestation.
    error Accounts_NotAttested(uint64 id, address verifier);

    /// @notice Some contract must make links.
    error Accounts_NoLinks();

    /// @notice Only the contract that makes links may do this.
    error Accounts_NotLinks(address caller);

    /// @notice The nonce is not the one that the next link must carry.
    error Accounts_InvalidNonce(uint64 id, uint64 nonce, uint64 expected);

    /// @notice The link could be made until `validUntil` only.
    error Accounts_LinkExpired(uint64 id, uint64 validUntil);

    /// @notice The proof is not the wallet's signature of this link.
    error Accounts_InvalidWalletProof(uint64 id, address wallet);

    /// @notice Everything earned was claimed already.
    error Accounts_NothingToClaim(uint64 id);

    /// @notice A unit must be at least one base unit.
    error Accounts_NoUnit();

    /// @notice The token's supply does not fit an account in these units.
    error Accounts_UnitTooSmall(uint256 unit, uint256 totalSupply);

    /// @notice Links a contributor id to a wallet, or proposes to link it to another one. By anyone who holds both proofs. A first
    /// link holds at once, but is not made while paused; a re-link waits, see {ILinks}.
    /// @param walletProof The wallet's signature of the `Link` (65 bytes, or whatever its ERC-1271 contract accepts).
    /// @param attestation What the link verifier asks for; at first a quorum of the current oracle set over the `LinkAttestation`.
    function link(
        uint64 id,
        address wallet,
        uint64 nonce,
        uint64 validUntil,
        bytes calldata walletProof,
        bytes calldata attestation
    ) external;

    /// @notice Marks a contributor id while a re-link is pending: only the old wallet claims. Only the contract that makes links.
    function holdLink(uint64 id) external;

    /// @notice Sets the wallet that a contributor id is paid to. Only the contract that makes links.
    /// @param wallet Zero to end a pending re-link and leave the old wallet.
    /// @param nonce Of the link.
    function settleLink(uint64 id, address wallet, uint64 nonce) external;

    /// @notice Pays what a contributor has earned to the linked wallet. By anyone, for anyone.
    /// @return amount Base units paid.
    function claim(uint64 id) external returns (uint256 amount);

    /// @notice Pays several contributors; one that has nothing or that the token refuses does not stop the others.
    /// @return amount Base units paid to all together.
    function claimMany(uint64[] calldata ids) external returns (uint256 amount);

    /// @notice A contributor's account. While a re-link is pending the wallet is still the old one.
    function account(uint64 id) external view returns (Account memory);

    /// @notice Whether a re-link of this contributor id is pending.
    function isRelinking(uint64 id) external view returns (bool);

    /// @notice The nonce that the next link of this contributor id must carry.
    function linkNonce(uint64 id) external view returns (uint64);

    /// @notice Base units that a claim would pay now, if the contributor id has a wallet.
    function claimable(uint64 id) external view returns (uint256);

    /// @notice The contract that makes links.
    function links() external view returns (address);

    /// @notice The token that is paid out.
    function token() external view returns (address);

    /// @notice Base units of the token in one unit.
    function unit() external view returns (uint256);
}
