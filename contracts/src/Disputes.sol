// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Bonds} from "./disputes/Bonds.sol";
import {Equivocations} from "./disputes/Equivocations.sol";
import {Challenge, ChallengedEntry, DisputesConfig, IDisputes, Subject} from "./interfaces/IDisputes.sol";
import {ILinks} from "./interfaces/ILinks.sol";
import {Answer, BatchState, BatchStatus, EntryStatus} from "./interfaces/Types.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @title Disputes
/// @notice See {IDisputes}. Challenges and their answers; what it holds and how keys are switched off is in `disputes/`. The distributor
/// does what it decides.
/// @dev The distributor and its contract of links are trusted and call nobody before they return from a freeze.
contract Disputes is Equivocations {
    uint256 private constant MAX_REASON = 1024;
    uint256 private constant MARGIN = 3 days;

    /// @inheritdoc IDisputes
    uint48 public immutable resolveDeadline;

    /// @inheritdoc IDisputes
    address public arbiter;
    /// @inheritdoc IDisputes
    uint256 public challengeCount;

    mapping(uint256 challenge => Challenge) private _challenges;
    mapping(uint256 place => ChallengedEntry) private _entries;

    modifier onlyArbiter() {
        if (msg.sender != arbiter && msg.sender != DISTRIBUTOR.governance()) revert Disputes_NotArbiter(msg.sender);
        _;
    }

    constructor(DisputesConfig memory config) Bonds(config.distributor) {
        uint256 least = config.governanceCycle + MARGIN;
        if (config.resolveDeadline < least) revert Disputes_DeadlineTooShort(config.resolveDeadline, least);
        resolveDeadline = config.resolveDeadline;
        arbiter = config.arbiter;
        emit ArbiterSet(config.arbiter);
        _setBond(config.bond);
    }

    // ------------------------------------------------------------------------------------------- challenge

    /// @inheritdoc IDisputes
    function challenge(uint64 epoch, uint32 position) external payable returns (uint256 id) {
        // Check: the bond here, the entry in the distributor.
        uint96 value = _requireBond(1);
        Challenge memory opened = _challengeBy(msg.sender, value, Subject.Entry, epoch);
        opened.position = position;
        uint64 set;
        (opened.round, set, opened.digest) = DISTRIBUTOR.freeze(epoch, position, false);

        // Effect
        id = _open(opened, set);
        _entries[_placeOf(opened)].status = EntryStatus.Frozen;
        emit EntryChallenged(id, epoch, msg.sender, opened.round, position, value, opened.deadline);
    }

    /// @inheritdoc IDisputes
    function challengeBatch(uint64 epoch, string calldata reason) external payable returns (uint256 id) {
        // Check: the bond here, the batch in the distributor.
        uint96 value = _requireBond(batchBondFactor);
        if (bytes(reason).length > MAX_REASON) revert Disputes_ReasonTooLong(bytes(reason).length);
        Challenge memory opened = _challengeBy(msg.sender, value, Subject.Batch, epoch);
        uint64 set;
        (opened.round, set, opened.digest) = DISTRIBUTOR.freeze(epoch, 0, true);

        // Effect
        id = _open(opened, set);
        emit BatchChallenged(id, epoch, msg.sender, opened.round, value, opened.deadline, reason);
    }

    /// @inheritdoc IDisputes
    function challengeLink(uint64 contributor) external payable returns (uint256 id) {
        // Check: the bond here, the link where it waits.
        uint96 value = _requireBond(1);
        Challenge memory opened = _challengeBy(msg.sender, value, Subject.Link, contributor);
        uint64 set;
        // The links are trusted and call nobody from a freeze but the distributor, for its views.
        // slither-disable-next-line reentrancy-no-eth
        (set, opened.digest) = _links().freeze(contributor, SafeCast.toUint192(challengeCount + 1));

        // Effect
        id = _open(opened, set);
        emit LinkChallenged(id, contributor, msg.sender, value, opened.deadline);
    }

    // --------------------------------------------------------------------------------------------- resolve

    /// @inheritdoc IDisputes
    function resolve(uint256 id, Answer answer, bytes calldata signatures) external onlyArbiter {
        _resolve(id, answer, signatures, bytes32(0));
    }

    /// @inheritdoc IDisputes
    function resolveMany(uint256[] calldata ids, Answer answer, bytes calldata signatures) external onlyArbiter {
        bytes32 judged = bytes32(0);
        for (uint256 i = 0; i < ids.length; ++i) {
            judged = _resolve(ids[i], answer, signatures, judged);
        }
    }

    /// @inheritdoc IDisputes
    function resolveExpired(uint256[] calldata ids) external {
        for (uint256 i = 0; i < ids.length; ++i) {
            // Check
            Challenge memory open = _requireOpen(ids[i]);
            if (block.timestamp <= open.deadline) revert Disputes_NotOverdue(ids[i], open.deadline);
            if (_isMoot(ids[i], open)) revert Disputes_Moot(ids[i]);

            // Effect: the odd wei goes back.
            _close(ids[i]);
            _owe(DISTRIBUTOR.treasury(), ids[i], open.bond / 2);
            _owe(open.challenger, ids[i], open.bond - open.bond / 2);
            emit ChallengeExpired(ids[i]);

            // Interaction
            // It is closed, and each is read anew.
            // slither-disable-next-line reentrancy-no-eth
            _decide(open, false, address(0));
        }
    }

    /// @inheritdoc IDisputes
    function refund(uint256[] calldata ids) external {
        for (uint256 i = 0; i < ids.length; ++i) {
            // Check
            Challenge memory open = _requireOpen(ids[i]);
            if (!_isMoot(ids[i], open)) revert Disputes_NotMoot(ids[i]);

            // Effect
            _close(ids[i]);
            _owe(open.challenger, ids[i], open.bond);
            emit ChallengeMoot(ids[i]);

            // Interaction: what is held of a dead set gives its money back.
            // It is closed, and each is read anew.
            // slither-disable-next-line reentrancy-no-eth
            if (_isHeld(open)) _decide(open, false, address(0));
        }
    }

    /// @inheritdoc IDisputes
    function decideLink(uint64 contributor, bool stands) external onlyArbiter {
        emit LinkDecided(contributor, stands, msg.sender);
        _links().decideContested(contributor, stands);
    }

    // ------------------------------------------------------------------------------------------------ rest

    /// @inheritdoc IDisputes
    function passEntry(uint64 epoch, uint32 round, uint32 position, uint64 id, uint48 units)
        external
        returns (bool held, uint256 reward)
    {
        // Check
        if (msg.sender != address(DISTRIBUTOR)) revert Disputes_NotDistributor(msg.sender);
        ChallengedEntry storage entry = _entries[_place(epoch, round, position)];
        if (entry.status != EntryStatus.Frozen) return (false, _grantReward(entry.finder, epoch, round, units));

        // Effect
        entry.status = EntryStatus.Held;
        entry.id = id;
        entry.units = units;
        return (true, 0);
    }

    /// @inheritdoc IDisputes
    function setArbiter(address arbiter_) external onlyGovernance {
        // Without an arbiter the governance judges alone.
        // slither-disable-next-line missing-zero-check
        arbiter = arbiter_;
        emit ArbiterSet(arbiter_);
    }

    /// @inheritdoc IDisputes
    function challengeOf(uint256 id) external view returns (Challenge memory) {
        return _challenges[id];
    }

    /// @inheritdoc IDisputes
    function challengedEntry(uint64 epoch, uint32 round, uint32 position)
        external
        view
        returns (ChallengedEntry memory)
    {
        return _entries[_place(epoch, round, position)];
    }

    /// @inheritdoc IDisputes
    function isMoot(uint256 id) external view returns (bool) {
        return _isMoot(id, _requireOpen(id));
    }

    // -------------------------------------------------------------------------------------------- internal

    function _challengeBy(address challenger, uint96 value, Subject subject, uint64 about)
        private
        view
        returns (Challenge memory opened)
    {
        opened.challenger = challenger;
        opened.bond = value;
        opened.subject = subject;
        opened.about = about;
        opened.deadline = SafeCast.toUint48(block.timestamp + resolveDeadline);
    }

    function _open(Challenge memory opened, uint64 set) private returns (uint256 id) {
        id = ++challengeCount;
        opened.oracleSet = SafeCast.toUint16(set);
        _challenges[id] = opened;
    }

    function _close(uint256 id) private {
        delete _challenges[id];
    }

    /// @param judged What the signatures were checked for already.
    /// @return digest What they are checked for now.
    function _resolve(uint256 id, Answer answer, bytes calldata signatures, bytes32 judged)
        private
        returns (bytes32 digest)
    {
        // Check
        Challenge memory open = _requireOpen(id);
        if (block.timestamp > open.deadline) revert Disputes_Overdue(id, open.deadline);
        if (_isMoot(id, open)) revert Disputes_Moot(id);

        // Effect
        _close(id);
        _owe(answer == Answer.Stands ? DISTRIBUTOR.treasury() : open.challenger, id, open.bond);
        emit ChallengeResolved(id, answer, msg.sender);

        // Interaction
        digest = open.digest;
        // It is closed; the distributor calls nobody when it switches off a key.
        // slither-disable-next-line reentrancy-no-eth
        if (answer == Answer.Fault && digest != judged) _switchOffSigners(open, signatures);
        _decide(open, answer == Answer.Stands, answer == Answer.Fault ? open.challenger : address(0));
    }

    function _decide(Challenge memory open, bool stands, address finder) private {
        if (open.subject == Subject.Entry) {
            _decideEntry(open, stands, finder);
        } else if (open.subject == Subject.Batch) {
            uint256 reward = _grantReward(finder, open.about, open.round, DISTRIBUTOR.batch(open.about).total);
            DISTRIBUTOR.decideBatch(open.about, open.round, stands, reward);
        } else {
            _links().decide(open.about, stands);
        }
    }

    function _decideEntry(Challenge memory open, bool stands, address finder) private {
        uint256 place = _placeOf(open);
        ChallengedEntry memory entry = _entries[place];

        // Effect: what crediting has not come to keeps its mark, unless it stands.
        bool held = entry.status == EntryStatus.Held;
        if (held || stands) {
            delete _entries[place];
        } else {
            _entries[place].status = EntryStatus.Dropped;
            _entries[place].finder = finder;
            _countFault(finder);
        }

        // Interaction
        if (held) {
            uint256 reward = _grantReward(finder, open.about, open.round, entry.units);
            DISTRIBUTOR.settleHeld(open.about, open.round, open.position, entry.id, entry.units, stands, reward);
        } else if (stands) {
            DISTRIBUTOR.unfreezeEntry(open.about, open.round, open.position);
        }
    }

    function _requireOpen(uint256 id) private view returns (Challenge memory open) {
        open = _challenges[id];
        if (open.subject == Subject.None) revert Disputes_NotOpen(id);
    }

    /// @dev What it is about is over, or died with its oracle set: no answer changes anything.
    function _isMoot(uint256 id, Challenge memory open) private view returns (bool) {
        if (open.oracleSet < DISTRIBUTOR.oldestLiveSet()) return true;
        if (open.subject == Subject.Link) return !_links().isFrozen(open.about, SafeCast.toUint192(id));
        if (_isHeld(open)) return false;
        // A batch that ended before crediting came to its challenged entry, or before its own challenge was answered, is void.
        BatchState memory state = DISTRIBUTOR.batch(open.about);
        return state.round != open.round || state.status == BatchStatus.Void;
    }

    function _isHeld(Challenge memory open) private view returns (bool) {
        return open.subject == Subject.Entry && _entries[_placeOf(open)].status == EntryStatus.Held;
    }

    function _placeOf(Challenge memory open) private pure returns (uint256) {
        return _place(open.about, open.round, open.position);
    }

    function _place(uint64 epoch, uint32 round, uint32 position) private pure returns (uint256) {
        return (uint256(epoch) << 64) | (uint256(round) << 32) | position;
    }

    function _links() private view returns (ILinks) {
        return ILinks(DISTRIBUTOR.links());
    }
}
