// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IBatches} from "../interfaces/IBatches.sol";
import {ITreasury} from "../interfaces/ITreasury.sol";
import {BatchState, BatchStatus, Freeze, RewardBatch, VoidReason} from "../interfaces/Types.sol";
import {Entries} from "../libraries/Entries.sol";
import {Accounts} from "./Accounts.sol";
import {EpochTerms} from "./EpochTerms.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @title Batches: post and publish
/// @dev An epoch has one batch at a time; the slots of a void or settled one are used again by the next round.
abstract contract Batches is Accounts, EpochTerms, IBatches {
    /// @dev What is written at posting fills the first three slots.
    /// @param deadline Last second to publish while Posted, active time from which to credit afterwards.
    /// @param nextHash Chain hash of the next chunk; zero stands for `entriesHash`, the first chunk.
    struct Batch {
        BatchStatus status;
        Freeze freeze;
        uint32 round;
        uint16 oracleSet;
        uint64 total;
        uint64 epochCredited;
        uint48 deadline;
        bytes32 digest;
        bytes32 entriesHash;
        bytes32 nextHash;
        Cursor cursor;
    }

    /// @dev How far publishing or crediting has come; one slot.
    /// @param previousId Last contributor id published.
    /// @param units Units published, then units credited.
    /// @param skipped Units that crediting passed without crediting them.
    /// @param position Position of the next entry.
    /// @param entryCount Entries of the batch, known once all are published.
    struct Cursor {
        uint64 previousId;
        uint64 units;
        uint64 skipped;
        uint32 position;
        uint32 entryCount;
    }

    bytes32 private constant BATCH_TYPEHASH = keccak256(
        "RewardBatch(uint64 epoch,uint32 round,uint64 oracleSet,uint64 postBefore,uint64 total,bytes32 entriesHash,bytes32 policyHash,bytes32 evidenceHash)"
    );
    uint64 private constant MAX_PERIOD = 365 days;
    /// @dev How far a round may leap. Without a bound one bad header would use up an epoch's rounds.
    uint32 private constant MAX_LEAP = 256;

    /// @inheritdoc IBatches
    uint64 public constant correctionEpochs = 8;
    /// @inheritdoc IBatches
    uint256 public constant maxChunk = Entries.MAX_CHUNK;
    /// @inheritdoc IBatches
    address public immutable treasury;
    /// @inheritdoc IBatches
    uint64 public immutable window;
    /// @inheritdoc IBatches
    uint64 public immutable publishPeriod;

    mapping(uint64 epoch => Batch) internal _batches;

    constructor(address treasury_, uint64 window_, uint64 publishPeriod_) {
        if (treasury_ == address(0)) revert Batches_NoTreasury();
        if (window_ == 0 || window_ > MAX_PERIOD) revert Batches_InvalidPeriod(window_);
        if (publishPeriod_ == 0 || publishPeriod_ > MAX_PERIOD) revert Batches_InvalidPeriod(publishPeriod_);
        treasury = treasury_;
        window = window_;
        publishPeriod = publishPeriod_;
    }

    // ------------------------------------------------------------------------------------------------ post

    /// @inheritdoc IBatches
    function postBatch(RewardBatch calldata header, bytes calldata signatures) external {
        _post(header, _hashBatch(header), signatures);
    }

    /// @inheritdoc IBatches
    function postAndPublish(RewardBatch calldata header, bytes calldata signatures, bytes calldata entries) external {
        // Check: somebody else may have been first with one step or both.
        Batch storage posted = _batches[header.epoch];
        bytes32 digest = _hashBatch(header);
        bool same = posted.round == header.round && posted.digest == digest && posted.status != BatchStatus.Void;
        if (same && posted.status != BatchStatus.Posted) return;

        // Effect and interaction
        // The Treasury reserves and calls nobody.
        // slither-disable-next-line reentrancy-no-eth
        if (!same) _post(header, digest, signatures);
        _publish(header.epoch, entries, bytes32(0));
    }

    // --------------------------------------------------------------------------------------------- publish

    /// @inheritdoc IBatches
    function publish(uint64 epoch, bytes calldata entries, bytes32 rest) external {
        _publish(epoch, entries, rest);
    }

    /// @inheritdoc IBatches
    function voidUnpublished(uint64 epoch) external {
        Batch storage posted = _batches[epoch];
        if (posted.status != BatchStatus.Posted) revert Batches_NotPublishing(epoch);
        if (block.timestamp <= posted.deadline) revert Batches_PublishOpen(epoch, posted.deadline);
        _void(posted, epoch, VoidReason.Unpublished, 0);
    }

    /// @inheritdoc IBatches
    function voidRotated(uint64 epoch) external {
        Batch storage posted = _batches[epoch];
        if (!_isPending(posted.status) || _isLive(posted.oracleSet)) revert Batches_NotDead(epoch);
        _void(posted, epoch, VoidReason.Rotated, 0);
    }

    // ----------------------------------------------------------------------------------------------- views

    /// @inheritdoc IBatches
    function batch(uint64 epoch) external view returns (BatchState memory state) {
        Batch storage posted = _batches[epoch];
        Cursor memory cursor = posted.cursor;
        state.status = posted.status;
        state.round = posted.round;
        state.digest = posted.digest;
        state.entriesHash = posted.entriesHash;
        state.total = posted.total;
        state.epochCredited = posted.epochCredited;

        bool published =
            state.status != BatchStatus.None && state.status != BatchStatus.Posted && state.status != BatchStatus.Void;
        state.entryCount = published ? cursor.entryCount : cursor.position;
        state.publishedUnits = published ? state.total : cursor.units;
        if (published) {
            state.credited = cursor.units;
            state.skipped = cursor.skipped;
            state.windowEnd = _blockTime(posted.deadline);
        } else if (state.status != BatchStatus.Void) {
            state.publishDeadline = posted.deadline;
        }
        if (_isPending(state.status)) {
            state.nextHash = _nextHash(posted);
            state.nextPosition = cursor.position;
        }
        state.oracleSet = posted.oracleSet;
        state.freeze = posted.freeze;
        state.live = _isLive(state.oracleSet);
    }

    /// @inheritdoc IBatches
    function hashBatch(RewardBatch calldata header) external view returns (bytes32) {
        return _hashBatch(header);
    }

    // ---------------------------------------------------------------------------------------------- checks

    /// @dev The header's eight words are hashed as they came. A word with bits above its field is refused where the field is
    /// read, and posting reads and emits them all.
    function _hashBatch(RewardBatch calldata header) private view returns (bytes32) {
        bytes32 typeHash = BATCH_TYPEHASH;
        bytes32 structHash;
        assembly ("memory-safe") {
            let start := mload(0x40)
            mstore(start, typeHash)
            calldatacopy(add(start, 0x20), header, 0x100)
            structHash := keccak256(start, 0x120)
        }
        return _hashTypedData(structHash);
    }

    /// @dev The epoch has ended, and not too long ago.
    function _requireEpoch(uint64 epoch) private view {
        uint256 end = epochEnd(epoch);
        if (block.timestamp < end) revert Batches_EpochNotOver(epoch, end);
        uint256 current = epochAt(block.timestamp);
        if (current > uint256(epoch) + correctionEpochs) {
            revert Batches_EpochTooOld(epoch, current - correctionEpochs);
        }
    }

    /// @dev The batch is complete, in time, and the next one of its epoch. Gives what the epoch was credited before.
    function _requireTurn(Batch storage posted, RewardBatch calldata header) private view returns (uint64 credited) {
        BatchStatus status = posted.status;
        uint32 round = posted.round;
        if (_isPending(status)) revert Batches_Live(header.epoch, round);
        if (header.round <= round || header.round - round > MAX_LEAP) {
            revert Batches_WrongRound(header.epoch, header.round, round + 1);
        }
        if (block.timestamp > header.postBefore) revert Batches_Expired(header.epoch, header.postBefore);
        uint64 current = oracleSetId();
        if (header.oracleSet != current) revert OracleSet_NotCurrent(header.oracleSet, current);
        if (header.total == 0 || header.entriesHash == bytes32(0) || header.evidenceHash == bytes32(0)) {
            revert Batches_Incomplete(header.epoch);
        }
        return posted.epochCredited;
    }

    /// @dev The batch follows the terms of its epoch: the policy and, with what was credited before, the budget.
    function _requireTerms(RewardBatch calldata header, uint64 credited) private view {
        Version storage terms = _termsOf(header.epoch);
        bytes32 policyHash = terms.policyHash;
        if (header.policyHash != policyHash) revert Batches_WrongPolicy(header.policyHash, policyHash);
        uint256 units = uint256(credited) + header.total;
        if (units > terms.epochBudget) revert Batches_OverBudget(header.epoch, units, terms.epochBudget);
    }

    /// @dev The bytes are a chunk, and the one whose turn it is.
    function _requireNextChunk(Batch storage posted, uint64 epoch, bytes calldata entries, bytes32 rest) internal view {
        if (!_isLive(posted.oracleSet)) revert Batches_Dead(epoch, posted.oracleSet);
        if (!Entries.isChunk(entries)) revert Batches_InvalidChunk(entries.length);
        bytes32 expected = _nextHash(posted);
        bytes32 given = Entries.chain(entries, rest);
        if (given != expected) revert Batches_WrongChunk(epoch, given, expected);
    }

    /// @dev Ids ascend from the previous one and units are within the cap. Gives the last id and the sum.
    function _readChunk(uint64 epoch, bytes calldata entries, uint64 previous)
        private
        view
        returns (uint64 lastId, uint256 sum)
    {
        uint48 cap = _termsOf(epoch).capPerPerson;
        lastId = previous;
        uint256 length = entries.length;
        unchecked {
            // A chunk is at most 500 entries of 48 bits: nothing here can wrap.
            for (uint256 offset = 0; offset < length; offset += Entries.SIZE) {
                (uint64 id, uint48 units) = Entries.read(entries, offset);
                if (id <= lastId) revert Batches_NotAscending(epoch, id, lastId);
                if (units == 0 || units > cap) revert Batches_InvalidUnits(epoch, id, units, cap);
                sum += units;
                lastId = id;
            }
        }
    }

    /// @dev Whether something of the batch is still to come.
    function _isPending(BatchStatus status) internal pure returns (bool) {
        return status == BatchStatus.Posted || status == BatchStatus.Window || status == BatchStatus.Crediting;
    }

    function _nextHash(Batch storage posted) private view returns (bytes32) {
        bytes32 next = posted.nextHash;
        return next == bytes32(0) ? posted.entriesHash : next;
    }

    // --------------------------------------------------------------------------------------------- effects

    function _post(RewardBatch calldata header, bytes32 digest, bytes calldata signatures) private {
        Batch storage posted = _batches[header.epoch];

        // Check: its epoch, its turn, its terms, its signers.
        _requireNotPaused();
        _requireEpoch(header.epoch);
        uint64 credited = _requireTurn(posted, header);
        _requireTerms(header, credited);
        _requireQuorum(digest, signatures);

        // Effect
        if (posted.round != 0) {
            delete posted.nextHash;
            delete posted.cursor;
        }
        posted.status = BatchStatus.Posted;
        posted.freeze = Freeze.None;
        posted.round = header.round;
        // The current set's id, which is a uint16.
        // forge-lint: disable-next-line(unsafe-typecast)
        posted.oracleSet = uint16(header.oracleSet);
        posted.total = header.total;
        posted.deadline = SafeCast.toUint48(block.timestamp + publishPeriod);
        posted.digest = digest;
        posted.entriesHash = header.entriesHash;
        emit BatchPosted(header.epoch, header.round, header.evidenceHash, header, msg.sender);

        // Interaction
        ITreasury(treasury).reserve(token, header.total * unit);
    }

    function _publish(uint64 epoch, bytes calldata entries, bytes32 rest) private {
        Batch storage posted = _batches[epoch];

        // Check: time, turn and content of the chunk.
        if (posted.status != BatchStatus.Posted) revert Batches_NotPublishing(epoch);
        if (block.timestamp > posted.deadline) revert Batches_PublishOver(epoch, posted.deadline);
        _requireNextChunk(posted, epoch, entries, rest);
        Cursor memory cursor = posted.cursor;
        (uint64 lastId, uint256 units) = _readChunk(epoch, entries, cursor.previousId);
        units += cursor.units;

        // Effect
        emit EntriesPublished(epoch, posted.round, cursor.position, entries, rest);
        cursor.position += uint32(entries.length / Entries.SIZE);
        uint256 total = posted.total;
        if (units > total || (rest == bytes32(0) && units != total)) {
            _void(posted, epoch, VoidReason.TotalMismatch, 0);
        } else if (rest == bytes32(0)) {
            _openWindow(posted, epoch, cursor.position);
        } else {
            posted.nextHash = rest;
            cursor.previousId = lastId;
            // At most the total, which is a uint64.
            // forge-lint: disable-next-line(unsafe-typecast)
            cursor.units = uint64(units);
            posted.cursor = cursor;
        }
    }

    function _openWindow(Batch storage posted, uint64 epoch, uint32 entryCount) private {
        // A batch of several chunks has moved it; crediting begins with the first chunk again.
        if (posted.nextHash != bytes32(0)) delete posted.nextHash;
        posted.cursor = Cursor({previousId: 0, units: 0, skipped: 0, position: 0, entryCount: entryCount});
        posted.status = BatchStatus.Window;
        posted.deadline = SafeCast.toUint48(activeTime() + window);
        emit BatchPublished(epoch, posted.round, _blockTime(posted.deadline));
    }

    /// @dev Ends a batch, and gives back what of its reservation was neither drawn, given back nor is held.
    /// @param reward Base units of that which go to who found a fault.
    function _void(Batch storage posted, uint64 epoch, VoidReason reason, uint256 reward) internal {
        uint256 units = posted.total;
        if (posted.status == BatchStatus.Crediting) units -= posted.cursor.units + posted.cursor.skipped;

        // Effect
        posted.status = BatchStatus.Void;
        emit BatchVoided(epoch, posted.round, reason);

        // Interaction
        _settle(0, units * unit, reward);
    }

    /// @dev Draws and gives back reserved money.
    function _settle(uint256 granted, uint256 freed, uint256 reward) internal virtual;
}
