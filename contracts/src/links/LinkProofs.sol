// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IAccounts} from "../interfaces/IAccounts.sol";
import {ILinkVerifier} from "../interfaces/ILinkVerifier.sol";
import {ILinks} from "../interfaces/ILinks.sol";
import {IRewardDistributor} from "../interfaces/IRewardDistributor.sol";
import {Link, LinkAttestation} from "../interfaces/Types.sol";
import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @title What proves a link
/// @dev What is signed, by whom, and in which turn. Links are first verified by this contract itself: it asks for the quorum of the
/// oracles.
abstract contract LinkProofs is ILinks, ILinkVerifier {
    bytes32 private constant LINK_TYPEHASH = keccak256("Link(uint64 id,address wallet,uint64 nonce,uint64 validUntil)");
    bytes32 private constant LINK_ATTESTATION_TYPEHASH =
        keccak256("LinkAttestation(uint64 oracleSet,uint64 id,address wallet,uint64 nonce,uint64 validUntil)");
    /// @inheritdoc ILinks
    uint48 public constant verifierDelay = 30 days;

    IRewardDistributor internal immutable DISTRIBUTOR;

    mapping(uint64 id => uint64) internal _nonces;
    address private _verifier;
    address private _nextVerifier;
    uint48 private _nextVerifierFrom;

    modifier onlyGovernance() {
        if (msg.sender != DISTRIBUTOR.governance()) revert Links_NotGovernance(msg.sender);
        _;
    }

    constructor(address distributor_) {
        if (distributor_ == address(0)) revert Links_ZeroAddress();
        DISTRIBUTOR = IRewardDistributor(distributor_);
        _nextVerifier = address(this);
        emit LinkVerifierSet(address(this), 0);
    }

    /// @inheritdoc ILinks
    function setLinkVerifier(address verifier) external onlyGovernance {
        // Check
        if (verifier == address(0)) revert Links_ZeroAddress();

        // Effect
        uint48 from = SafeCast.toUint48(block.timestamp) + verifierDelay;
        _verifier = linkVerifier();
        _nextVerifier = verifier;
        _nextVerifierFrom = from;
        emit LinkVerifierSet(verifier, from);
    }

    /// @inheritdoc ILinkVerifier
    function verifyLink(Link calldata message, bytes calldata attestation) external view returns (bytes4) {
        DISTRIBUTOR.requireQuorum(_attestationOf(message), attestation);
        return ILinkVerifier.verifyLink.selector;
    }

    /// @inheritdoc ILinks
    function hashLink(Link memory message) public view returns (bytes32) {
        return _hash(keccak256(abi.encode(LINK_TYPEHASH, message)));
    }

    /// @inheritdoc ILinks
    function hashLinkAttestation(LinkAttestation memory message) public view returns (bytes32) {
        return _hash(keccak256(abi.encode(LINK_ATTESTATION_TYPEHASH, message)));
    }

    /// @inheritdoc ILinks
    function linkVerifier() public view returns (address) {
        return block.timestamp < _nextVerifierFrom ? _verifier : _nextVerifier;
    }

    /// @inheritdoc ILinks
    function nextLinkVerifier() external view returns (address verifier, uint48 from) {
        return (_nextVerifier, _nextVerifierFrom);
    }

    /// @inheritdoc ILinks
    function linkNonce(uint64 id) external view returns (uint64) {
        return _nonces[id];
    }

    /// @inheritdoc ILinks
    function distributor() external view returns (address) {
        return address(DISTRIBUTOR);
    }

    // -------------------------------------------------------------------------------------------- internal

    function _hash(bytes32 structHash) private view returns (bytes32) {
        return MessageHashUtils.toTypedDataHash(DISTRIBUTOR.domainSeparator(), structHash);
    }

    /// @dev What the current oracle set signs for a link.
    function _attestationOf(Link memory message) internal view returns (bytes32) {
        return hashLinkAttestation(
            LinkAttestation({
                oracleSet: DISTRIBUTOR.oracleSetId(),
                id: message.id,
                wallet: message.wallet,
                nonce: message.nonce,
                validUntil: message.validUntil
            })
        );
    }

    /// @dev Gives the wallet that is linked now, pending or not.
    function _requireLinkable(Link memory message) internal view returns (address linked) {
        if (message.id == 0) revert IAccounts.Accounts_InvalidId();
        if (message.wallet == address(0)) revert IAccounts.Accounts_InvalidWallet(message.id);
        linked = DISTRIBUTOR.account(message.id).wallet;
        if (linked == message.wallet) revert IAccounts.Accounts_LinkExists(message.id, linked);
    }

    /// @dev In time, in turn, and proved by the new wallet and by the contributor id's side.
    function _requireProofs(Link memory message, bytes calldata walletProof, bytes calldata attestation) internal view {
        uint64 id = message.id;
        uint64 expected = _nonces[id];
        if (message.nonce != expected) revert IAccounts.Accounts_InvalidNonce(id, message.nonce, expected);
        if (block.timestamp > message.validUntil) revert IAccounts.Accounts_LinkExpired(id, message.validUntil);
        _requireSigned(message, message.wallet, walletProof);
        address verifier = linkVerifier();
        if (ILinkVerifier(verifier).verifyLink(message, attestation) != ILinkVerifier.verifyLink.selector) {
            revert IAccounts.Accounts_NotAttested(id, verifier);
        }
    }

    function _requireSigned(Link memory message, address wallet, bytes calldata proof) internal view {
        if (!SignatureChecker.isValidSignatureNowCalldata(wallet, hashLink(message), proof)) {
            revert IAccounts.Accounts_InvalidWalletProof(message.id, wallet);
        }
    }
}
