// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IAccounts} from "./interfaces/IAccounts.sol";
import {MAX_PAUSE} from "./interfaces/IGuardian.sol";
import {ILinks, LinkStatus, LinksConfig, PendingLink} from "./interfaces/ILinks.sol";
import {Account, Link} from "./interfaces/Types.sol";
import {LinkProofs} from "./links/LinkProofs.sol";
import {RateLimiter} from "@openzeppelin/contracts/utils/RateLimiter.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @title Links
/// @notice See {ILinks}. It checks the proofs, see `links/`, and keeps what waits; the distributor keeps the wallets, and what is
/// signed names the distributor.
contract Links is LinkProofs {
    using RateLimiter for RateLimiter.RefillingBucket;

    /// @dev All re-links draw on one bucket.
    bytes32 private constant ALL = bytes32(0);

    /// @inheritdoc ILinks
    address public immutable previous;
    /// @inheritdoc ILinks
    uint48 public immutable linkDelay;
    /// @inheritdoc ILinks
    uint48 public immutable resolveDeadline;

    RateLimiter.RefillingBucket private _budget;
    mapping(uint64 id => PendingLink) private _pending;
    mapping(uint64 id => bool) private _contested;

    modifier onlyDisputes() {
        if (msg.sender != DISTRIBUTOR.disputes()) revert Links_NotDisputes(msg.sender);
        _;
    }

    constructor(LinksConfig memory config) LinkProofs(config.distributor) {
        if (config.delay == 0 || config.delay + MAX_PAUSE < config.governanceCycle) {
            revert Links_DelayTooShort(config.delay, config.governanceCycle);
        }
        previous = config.previous;
        linkDelay = config.delay;
        resolveDeadline = config.resolveDeadline;
        _setLinkBudget(config.budget, config.budgetPeriod);
    }

    // ------------------------------------------------------------------------------------------------ link

    /// @inheritdoc ILinks
    function link(
        uint64 id,
        address wallet,
        uint64 nonce,
        uint64 validUntil,
        bytes calldata walletProof,
        bytes calldata attestation
    ) external {
        // Check: a wallet that is new to this contributor id, and that both sides proved.
        Link memory message = Link({id: id, wallet: wallet, nonce: nonce, validUntil: validUntil});
        address old = _requireLinkable(message);
        if (DISTRIBUTOR.isRelinking(id)) revert IAccounts.Accounts_LinkPending(id);
        if (old == address(0) && DISTRIBUTOR.paused()) revert Links_Paused();
        _requireProofs(message, walletProof, attestation);

        // Effect: a first link holds at once, a re-link waits. Either overtakes an adopted link that waits.
        _nonces[id] = nonce + 1;
        delete _pending[id];
        if (old == address(0)) {
            // Interaction
            DISTRIBUTOR.settleLink(id, wallet, nonce);
        } else {
            _propose(message, old);
            // Interaction
            DISTRIBUTOR.holdLink(id);
        }
    }

    /// @inheritdoc ILinks
    function relinkSigned(
        Link calldata message,
        bytes calldata walletProof,
        bytes calldata oldWalletProof,
        bytes calldata attestation
    ) external {
        // Check: three proofs leave no doubt.
        address old = _requireLinkable(message);
        if (DISTRIBUTOR.paused()) revert Links_Paused();
        if (old == address(0)) revert IAccounts.Accounts_NotLinked(message.id);
        _requireSigned(message, old, oldWalletProof);
        _requireProofs(message, walletProof, attestation);

        // Effect
        _nonces[message.id] = message.nonce + 1;
        if (_pending[message.id].status != LinkStatus.None) {
            emit LinkSuperseded(message.id, _pending[message.id].wallet);
            delete _pending[message.id];
        }
        delete _contested[message.id];

        // Interaction
        DISTRIBUTOR.settleLink(message.id, message.wallet, message.nonce);
    }

    /// @inheritdoc ILinks
    function adopt(uint64 id) external {
        // Check: free here, linked there.
        PendingLink storage waiting = _pending[id];
        if (waiting.status != LinkStatus.None) revert Links_WrongStatus(id, waiting.status);
        address linked = DISTRIBUTOR.account(id).wallet;
        if (linked != address(0)) revert Links_Linked(id, linked);
        address wallet = _walletThere(id);
        if (wallet == address(0)) revert Links_NothingToAdopt(id);

        // Effect
        _wait(waiting, wallet, LinkStatus.Pending);
        waiting.adopted = true;
        emit LinkAdopted(id, wallet, waiting.oracleSet, waiting.readyAt);
    }

    // ---------------------------------------------------------------------------------------------- settle

    /// @inheritdoc ILinks
    function activate(uint64 id) external {
        // Check: allowed, in time, alive, within the budget.
        PendingLink memory waiting = _pending[id];
        if (waiting.status != LinkStatus.Pending && waiting.status != LinkStatus.Approved) {
            revert Links_WrongStatus(id, waiting.status);
        }
        if (DISTRIBUTOR.paused()) revert Links_Paused();
        if (DISTRIBUTOR.activeTime() < waiting.readyAt) revert Links_TooEarly(id, waiting.readyAt);
        if (_isDead(id, waiting)) revert Links_Dead(id, waiting.oracleSet);
        Account memory held = DISTRIBUTOR.account(id);
        uint256 exposed = held.earned - held.claimed;
        if (!_budget.tryConsume(ALL, exposed)) revert Links_OverBudget(id, exposed, _budget.available(ALL));

        // Effect
        delete _pending[id];
        delete _contested[id];
        emit LinkActivated(id, waiting.wallet, exposed);

        // An adopted link is nobody's signature, but uses up a nonce like one.
        uint64 nonce = waiting.adopted ? _nonces[id]++ : waiting.nonce;

        // Interaction
        DISTRIBUTOR.settleLink(id, waiting.wallet, nonce);
    }

    /// @inheritdoc ILinks
    function cancel(uint64 id) external {
        // Check: the old wallet, and what nobody has judged. An adopted link has no old wallet.
        PendingLink memory waiting = _pending[id];
        if (waiting.status != LinkStatus.Pending && waiting.status != LinkStatus.Frozen) {
            revert Links_WrongStatus(id, waiting.status);
        }
        if (waiting.adopted || msg.sender != DISTRIBUTOR.account(id).wallet) revert Links_NotOldWallet(id, msg.sender);

        // Effect
        _contested[id] = true;
        emit LinkCancelled(id, waiting.wallet, msg.sender);
        _end(id, waiting);
    }

    /// @inheritdoc ILinks
    function drop(uint64 id) external {
        // Check
        PendingLink memory waiting = _pending[id];
        if (waiting.status == LinkStatus.None) revert Links_WrongStatus(id, waiting.status);
        bool undecided = waiting.status == LinkStatus.Contested
            && DISTRIBUTOR.activeTime() > uint256(waiting.readyAt) + resolveDeadline;
        if (!undecided && !_isDead(id, waiting)) revert Links_Live(id);

        // Effect and interaction
        emit LinkDropped(id, waiting.wallet);
        _end(id, waiting);
    }

    // --------------------------------------------------------------------------------------------- dispute

    /// @inheritdoc ILinks
    function freeze(uint64 id, uint192 challenge) external onlyDisputes returns (uint64 oracleSet, bytes32 digest) {
        // Check: alive and not judged yet.
        PendingLink storage waiting = _pending[id];
        if (waiting.status != LinkStatus.Pending) revert Links_WrongStatus(id, waiting.status);
        if (_isDead(id, waiting)) revert Links_Dead(id, waiting.oracleSet);

        // Effect
        waiting.status = LinkStatus.Frozen;
        waiting.challenge = challenge;
        emit LinkFrozen(id, waiting.wallet, challenge);
        return (waiting.oracleSet, waiting.digest);
    }

    /// @inheritdoc ILinks
    function decide(uint64 id, bool stands) external onlyDisputes {
        _decide(id, LinkStatus.Frozen, stands);
    }

    /// @inheritdoc ILinks
    function decideContested(uint64 id, bool stands) external onlyDisputes {
        _decide(id, LinkStatus.Contested, stands);
    }

    // ------------------------------------------------------------------------------------------ governance

    /// @inheritdoc ILinks
    function setLinkBudget(uint208 units, uint48 period) external onlyGovernance {
        // Effect: what refilled until now did so under the old settings.
        _budget.sync(ALL);
        _setLinkBudget(units, period);
    }

    // ----------------------------------------------------------------------------------------------- views

    /// @inheritdoc ILinks
    function pending(uint64 id) external view returns (PendingLink memory) {
        return _pending[id];
    }

    /// @inheritdoc ILinks
    function isFrozen(uint64 id, uint192 challenge) external view returns (bool) {
        PendingLink storage waiting = _pending[id];
        return waiting.status == LinkStatus.Frozen && waiting.challenge == challenge;
    }

    /// @inheritdoc ILinks
    function isContested(uint64 id) external view returns (bool) {
        return _contested[id];
    }

    /// @inheritdoc ILinks
    function linkBudget() external view returns (uint208 units, uint48 period, uint256 available) {
        return (_budget._capacity, _budget._window, _budget.available(ALL));
    }

    // -------------------------------------------------------------------------------------------- internal

    function _propose(Link memory message, address old) private {
        uint64 id = message.id;
        PendingLink storage waiting = _pending[id];
        bool contested = _contested[id];
        _wait(waiting, message.wallet, contested ? LinkStatus.Contested : LinkStatus.Pending);
        waiting.nonce = message.nonce;
        waiting.digest = _attestationOf(message);
        emit LinkProposed(id, message.wallet, old, waiting.oracleSet, waiting.readyAt);
        if (contested) emit LinkContested(id, message.wallet);
    }

    function _wait(PendingLink storage waiting, address wallet, LinkStatus status) private {
        waiting.wallet = wallet;
        waiting.readyAt = SafeCast.toUint48(DISTRIBUTOR.activeTime() + linkDelay);
        waiting.oracleSet = SafeCast.toUint16(DISTRIBUTOR.oracleSetId());
        waiting.status = status;
    }

    function _decide(uint64 id, LinkStatus from, bool stands) private {
        // Check
        PendingLink memory waiting = _pending[id];
        if (waiting.status != from) revert Links_WrongStatus(id, waiting.status);

        // Effect
        if (stands) {
            _pending[id].status = LinkStatus.Approved;
            emit LinkApproved(id, waiting.wallet);
        } else {
            emit LinkDropped(id, waiting.wallet);
            _end(id, waiting);
        }
    }

    /// @dev Ends a pending link and leaves the contributor id as it was.
    function _end(uint64 id, PendingLink memory waiting) private {
        delete _pending[id];

        // Interaction: an adopted link had touched nothing in the distributor.
        if (!waiting.adopted) DISTRIBUTOR.settleLink(id, address(0), 0);
    }

    /// @dev Whether a pending link can never be activated: it died with its oracle set, or what was to be adopted has changed.
    function _isDead(uint64 id, PendingLink memory waiting) private view returns (bool) {
        if (waiting.oracleSet < DISTRIBUTOR.oldestLiveSet()) return true;
        return waiting.adopted && (DISTRIBUTOR.account(id).wallet != address(0) || _walletThere(id) != waiting.wallet);
    }

    /// @dev The wallet that the predecessor pays without dispute; zero if there is none.
    function _walletThere(uint64 id) private view returns (address) {
        if (previous == address(0) || IAccounts(previous).isRelinking(id)) return address(0);
        return IAccounts(previous).account(id).wallet;
    }

    function _setLinkBudget(uint208 units, uint48 period) private {
        if (period == 0) revert Links_NoPeriod();
        _budget.updateSettings(period, units);
        emit LinkBudgetSet(units, period);
    }
}
