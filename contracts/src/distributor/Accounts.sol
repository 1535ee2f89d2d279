// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IAccounts} from "../interfaces/IAccounts.sol";
import {ILinks} from "../interfaces/ILinks.sol";
import {Account, SkipReason} from "../interfaces/Types.sol";
import {Guardian} from "./Guardian.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

/// @title Accounts, links and claims
/// @dev Nothing here ever lowers what an account has earned.
abstract contract Accounts is Guardian, IAccounts {
    using SafeERC20 for IERC20;

    uint256 private constant EARNED = 160;
    uint256 private constant CLAIMED = 208;
    uint256 private constant UINT48 = type(uint48).max;
    /// @dev Stands in an account's slot while its re-link is pending; the old wallet is in `_oldWallets` then. A claim thus learns
    /// of it without reading another slot. No wallet has this address: it is a precompile, which signs nothing.
    address private constant RELINKING = address(1);

    /// @inheritdoc IAccounts
    address public immutable token;
    /// @inheritdoc IAccounts
    uint256 public immutable unit;
    /// @inheritdoc IAccounts
    address public immutable links;

    mapping(uint64 id => Account) private _accounts;
    mapping(uint64 id => address) private _oldWallets;

    modifier onlyLinks() {
        if (msg.sender != links) revert Accounts_NotLinks(msg.sender);
        _;
    }

    constructor(address token_, uint256 unit_, address links_) {
        if (unit_ == 0) revert Accounts_NoUnit();
        if (links_ == address(0)) revert Accounts_NoLinks();
        uint256 supply = IERC20(token_).totalSupply();
        if (supply / unit_ > type(uint48).max) revert Accounts_UnitTooSmall(unit_, supply);
        token = token_;
        unit = unit_;
        links = links_;
    }

    // ----------------------------------------------------------------------------------------------- links

    /// @inheritdoc IAccounts
    function link(
        uint64 id,
        address wallet,
        uint64 nonce,
        uint64 validUntil,
        bytes calldata walletProof,
        bytes calldata attestation
    ) external {
        // Interaction: it checks the proofs and calls back.
        ILinks(links).link(id, wallet, nonce, validUntil, walletProof, attestation);
    }

    /// @inheritdoc IAccounts
    function holdLink(uint64 id) external onlyLinks {
        // Effect
        _oldWallets[id] = _accounts[id].wallet;
        _accounts[id].wallet = RELINKING;
    }

    /// @inheritdoc IAccounts
    function settleLink(uint64 id, address wallet, uint64 nonce) external onlyLinks {
        // Effect
        _accounts[id].wallet = wallet == address(0) ? _oldWallets[id] : wallet;
        delete _oldWallets[id];
        if (wallet != address(0)) emit Linked(id, wallet, nonce);
    }

    // ---------------------------------------------------------------------------------------------- claims

    /// @inheritdoc IAccounts
    function claim(uint64 id) external returns (uint256 amount) {
        // Check
        uint256 word = _read(id);
        address wallet = _payee(id, word);
        uint256 units = _unclaimedIn(word);
        if (wallet == address(0)) {
            if (_walletIn(word) == RELINKING) revert Accounts_LinkPending(id);
            revert Accounts_NotLinked(id);
        }
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

    // ----------------------------------------------------------------------------------------------- views

    /// @inheritdoc IAccounts
    function account(uint64 id) external view returns (Account memory held) {
        held = _accounts[id];
        if (held.wallet == RELINKING) held.wallet = _oldWallets[id];
    }

    /// @inheritdoc IAccounts
    function isRelinking(uint64 id) external view returns (bool) {
        return _walletIn(_read(id)) == RELINKING;
    }

    /// @inheritdoc IAccounts
    function linkNonce(uint64 id) external view returns (uint64) {
        return ILinks(links).linkNonce(id);
    }

    /// @inheritdoc IAccounts
    function claimable(uint64 id) external view returns (uint256) {
        return _unclaimedIn(_read(id)) * unit;
    }

    // -------------------------------------------------------------------------------------------- internal

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

    /// @dev Like `claim`, but gives zero instead of reverting.
    function _tryClaim(uint64 id) private returns (uint256 amount) {
        // Check
        uint256 word = _read(id);
        address wallet = _payee(id, word);
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

    /// @dev Who is paid if this caller claims: the wallet, or nobody. While a re-link is pending only the old wallet claims.
    function _payee(uint64 id, uint256 word) private view returns (address wallet) {
        wallet = _walletIn(word);
        if (wallet == RELINKING) {
            address old = _oldWallets[id];
            wallet = msg.sender == old ? old : address(0);
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
}
