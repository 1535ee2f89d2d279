// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IAccounts} from "../interfaces/IAccounts.sol";
import {Account, Link, LinkAttestation, SkipReason} from "../interfaces/Types.sol";
import {OracleSet} from "./OracleSet.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";

/// @title Accounts, links and claims
/// @dev Nothing here ever lowers what an account has earned.
abstract contract Accounts is OracleSet, IAccounts {
    using SafeERC20 for IERC20;

    bytes32 private constant LINK_TYPEHASH = keccak256("Link(uint64 id,address wallet,uint64 nonce,uint64 validUntil)");
    bytes32 private constant LINK_ATTESTATION_TYPEHASH =
        keccak256("LinkAttestation(uint64 oracleSet,uint64 id,address wallet,uint64 nonce,uint64 validUntil)");

    uint256 private constant EARNED = 160;
    uint256 private constant CLAIMED = 208;
    uint256 private constant UINT48 = type(uint48).max;

    /// @inheritdoc IAccounts
    address public immutable token;
    /// @inheritdoc IAccounts
    uint256 public immutable unit;

    mapping(uint64 id => Account) private _accounts;
    mapping(uint64 id => uint64) private _linkNonces;

    constructor(address token_, uint256 unit_) {
        if (unit_ == 0) revert Accounts_NoUnit();
        uint256 supply = IERC20(token_).totalSupply();
        if (supply / unit_ > type(uint48).max) revert Accounts_UnitTooSmall(unit_, supply);
        token = token_;
        unit = unit_;
    }

    /// @inheritdoc IAccounts
    function link(
        uint64 id,
        address wallet,
        uint64 nonce,
        uint64 validUntil,
        bytes calldata walletProof,
        bytes calldata attestation
    ) external {
        // Check: a first link, in time and in turn, that both sides proved.
        _requireLinkable(id, wallet, nonce, validUntil);
        bytes32 digest = _hashLink(Link({id: id, wallet: wallet, nonce: nonce, validUntil: validUntil}));
        if (!SignatureChecker.isValidSignatureNowCalldata(wallet, digest, walletProof)) {
            revert Accounts_InvalidWalletProof(id, wallet);
        }
        _requireQuorum(
            _hashLinkAttestation(
                LinkAttestation({
                    oracleSet: oracleSetId(), id: id, wallet: wallet, nonce: nonce, validUntil: validUntil
                })
            ),
            attestation
        );

        // Effect
        _linkNonces[id] = nonce + 1;
        _accounts[id].wallet = wallet;
        emit Linked(id, wallet, nonce);
    }

    /// @inheritdoc IAccounts
    function claim(uint64 id) external returns (uint256 amount) {
        // Check
        uint256 word = _read(id);
        address wallet = _walletIn(word);
        uint256 units = _unclaimedIn(word);
        if (wallet == address(0)) revert Accounts_NotLinked(id);
        if (units == 0) revert Accounts_NothingToClaim(id);

        // Effect
        _write(id, word + (units << CLAIMED));
        amount = units * unit;
        emit Claimed(id, wallet, amount);

        // Interaction
        IERC20(token).safeTransfer(wallet, amount);
    }

    /// @inheritdoc IAccounts
    function claimMany(uint64[] calldata ids) external returns (uint256 amount) {
        for (uint256 i = 0; i < ids.length; ++i) {
            amount += _tryClaim(ids[i]);
        }
    }

    /// @inheritdoc IAccounts
    function account(uint64 id) external view returns (Account memory) {
        return _accounts[id];
    }

    /// @inheritdoc IAccounts
    function linkNonce(uint64 id) external view returns (uint64) {
        return _linkNonces[id];
    }

    /// @inheritdoc IAccounts
    function claimable(uint64 id) external view returns (uint256) {
        Account memory held = _accounts[id];
        return uint256(held.earned - held.claimed) * unit;
    }

    /// @inheritdoc IAccounts
    function hashLink(Link calldata message) external view returns (bytes32) {
        return _hashLink(message);
    }

    /// @inheritdoc IAccounts
    function hashLinkAttestation(LinkAttestation calldata message) external view returns (bytes32) {
        return _hashLinkAttestation(message);
    }

    /// @dev Adds units to an account, or says why it cannot.
    function _creditAccount(uint64 id, uint48 units) internal returns (bool credited, SkipReason reason) {
        uint256 word = _read(id);
        if (_walletIn(word) == address(0)) return (false, SkipReason.NotLinked);
        unchecked {
            if (((word >> EARNED) & UINT48) + units > UINT48) return (false, SkipReason.Overflow);
            // No carry into `claimed`: the sum was just seen to fit.
            _write(id, word + (uint256(units) << EARNED));
        }
        return (true, reason);
    }

    function _requireLinkable(uint64 id, address wallet, uint64 nonce, uint64 validUntil) private view {
        if (id == 0) revert Accounts_InvalidId();
        if (wallet == address(0)) revert Accounts_InvalidWallet(id);
        address linked = _accounts[id].wallet;
        if (linked != address(0)) revert Accounts_LinkExists(id, linked);
        uint64 expected = _linkNonces[id];
        if (nonce != expected) revert Accounts_InvalidNonce(id, nonce, expected);
        if (block.timestamp > validUntil) revert Accounts_LinkExpired(id, validUntil);
    }

    /// @dev Like `claim`, but gives zero instead of reverting.
    function _tryClaim(uint64 id) private returns (uint256 amount) {
        // Check
        uint256 word = _read(id);
        address wallet = _walletIn(word);
        uint256 units = _unclaimedIn(word);
        if (wallet == address(0) || units == 0) return 0;

        // Effect
        _write(id, word + (units << CLAIMED));
        amount = units * unit;

        // Interaction: a refusal undoes the effect of this claim alone, whatever the token did in between.
        if (IERC20(token).trySafeTransfer(wallet, amount)) {
            emit Claimed(id, wallet, amount);
        } else {
            _write(id, _read(id) - (units << CLAIMED));
            emit ClaimRefused(id, wallet, amount);
            amount = 0;
        }
    }

    // An account is one slot, and claims and credits are the hottest reads and writes there are: they take the slot as one word.
    // From the lowest bit on it is the wallet (160 bits), `earned` (48) and `claimed` (48), as Solidity lays out `Account`.

    function _read(uint64 id) private view returns (uint256 word) {
        Account storage slot = _accounts[id];
        assembly ("memory-safe") {
            word := sload(slot.slot)
        }
    }

    function _write(uint64 id, uint256 word) private {
        Account storage slot = _accounts[id];
        assembly ("memory-safe") {
            sstore(slot.slot, word)
        }
    }

    function _walletIn(uint256 word) private pure returns (address) {
        // The lower 160 bits are the wallet.
        // forge-lint: disable-next-line(unsafe-typecast)
        return address(uint160(word));
    }

    /// @dev `claimed` never exceeds `earned`.
    function _unclaimedIn(uint256 word) private pure returns (uint256) {
        unchecked {
            return ((word >> EARNED) & UINT48) - (word >> CLAIMED);
        }
    }

    function _hashLink(Link memory message) private view returns (bytes32) {
        return _hashTypedDataV4(keccak256(abi.encode(LINK_TYPEHASH, message)));
    }

    function _hashLinkAttestation(LinkAttestation memory message) private view returns (bytes32) {
        return _hashTypedDataV4(keccak256(abi.encode(LINK_ATTESTATION_TYPEHASH, message)));
    }
}
