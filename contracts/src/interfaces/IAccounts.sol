// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Account, Link, LinkAttestation} from "./Types.sol";

/// @title Accounts, links and claims
/// @notice A contributor id is the numeric id of a GitHub account; here it is opaque.
interface IAccounts {
    /// @notice A contributor id was linked to a wallet.
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

    /// @notice The contributor id is linked to a wallet already.
    error Accounts_LinkExists(uint64 id, address wallet);

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

    /// @notice Links a contributor id to a wallet. By anyone who holds both proofs.
    /// @param walletProof The wallet's signature of the `Link` (65 bytes, or whatever its ERC-1271 contract accepts).
    /// @param attestation A quorum of the current oracle set over the `LinkAttestation`.
    function link(
        uint64 id,
        address wallet,
        uint64 nonce,
        uint64 validUntil,
        bytes calldata walletProof,
        bytes calldata attestation
    ) external;

    /// @notice Pays what a contributor has earned to the linked wallet. By anyone, for anyone.
    /// @return amount Base units paid.
    function claim(uint64 id) external returns (uint256 amount);

    /// @notice Pays several contributors; one that has nothing or that the token refuses does not stop the others.
    /// @return amount Base units paid to all together.
    function claimMany(uint64[] calldata ids) external returns (uint256 amount);

    /// @notice A contributor's account.
    function account(uint64 id) external view returns (Account memory);

    /// @notice The nonce that the next link of this contributor id must carry.
    function linkNonce(uint64 id) external view returns (uint64);

    /// @notice Base units that a claim would pay now, if the contributor id has a wallet.
    function claimable(uint64 id) external view returns (uint256);

    /// @notice The EIP-712 digest that a wallet signs to be linked.
    function hashLink(Link calldata message) external view returns (bytes32);

    /// @notice The EIP-712 digest that oracles sign to attest a link.
    function hashLinkAttestation(LinkAttestation calldata message) external view returns (bytes32);

    /// @notice The token that is paid out.
    function token() external view returns (address);

    /// @notice Base units of the token in one unit.
    function unit() external view returns (uint256);
}
