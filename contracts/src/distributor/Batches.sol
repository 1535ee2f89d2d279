// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IBatches} from "../interfaces/IBatches.sol";
import {ITreasury} from "../interfaces/ITreasury.sol";
import {BatchState, BatchStatus, RewardBatch, SkipReason, Terms, VoidReason} from "../interfaces/Types.sol";
import {Entries} from "../libraries/Entries.sol";
import {Accounts} from "./Accounts.sol";
import {EpochTerms} from "./EpochTerms.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @title Batches: post, publish, credit
/// @dev An epoch has one batch at a time; the slots of a void or settled one are used again by the next round.
abstract contract Batches is Accounts, EpochTerms, IBatches {
    /// @dev What is written at posting fills the first three slots.
    /// @param deadline Last second to publish while Posted, first second to credit afterwards.
    /// @param entryCount Entries of the batch, known once all are published.
    /// @param nextHash Chain hash of the next chunk; zero stands for `entriesHash`, the first chunk.
    struct Batch {
        BatchStatus status;
        uint32 round;
        uint64 total;
        uint64 epochCredited;
        uint48 deadline;
        uint32 entryCount;
        bytes32 digest;
        bytes32 entriesHash;
        bytes32 nextHash;
        Cursor cursor;
    }

    /// @dev How far publishing or crediting has come; one slot.
    /// @param previousId Last contributor id published.
    /// @param units Units published, then units credited.
    /// @param skipped Units of entries that crediting skipped.
    /// @param position Position of the next entry.
    struct Cursor {
        uint64 previousId;
        uint64 units;
        uint64 skipped;
        uint32 position;
    }

    bytes32 private constant BATCH_TYPEHASH = keccak256(
        "RewardBatch(uint64 epoch,uint32 round,uint64 oracleSet,uint64 postBefore,uint64 total,bytes32 entriesHash,bytes32 policyHash,bytes32 evidenceHash)"
    );
    uint64 private constant MAX_PERIOD = 365 days;

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

    mapping(uint64 epoch => Batch) private _batches;

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
        Batch storage posted = _batches[header.epoch];

        // Check: its epoch, its turn, its terms, its signers.
        _requireEpoch(header.epoch);
        uint64 credited = _requireTurn(posted, header);
        _requireTerms(header, credited);
        bytes32 digest = _hashBatch(header);
        _requireQuorum(digest, signatures);

        // Effect
        if (header.round > 1) {
            delete posted.nextHash;
            delete posted.cursor;
            delete posted.entryCount;
        }
        posted.status = BatchStatus.Posted;
        posted.round = header.round;
        posted.total = header.total;
        posted.deadline = SafeCast.toUint48(block.timestamp + publishPeriod);
        posted.digest = digest;
        posted.entriesHash = header.entriesHash;
        emit BatchPosted(header.epoch, header.round, header.evidenceHash, header, msg.sender);

        // Interaction
        ITreasury(treasury).reserve(token, header.total * unit);
    }

    // --------------------------------------------------------------------------------------------- publish

    /// @inheritdoc IBatches
    function publish(uint64 epoch, bytes calldata entries, bytes32 rest) external {
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
        uint32 position = cursor.position + uint32(entries.length / Entries.SIZE);
        uint256 total = posted.total;
        if (units > total || (rest == bytes32(0) && units != total)) {
            _void(posted, epoch, VoidReason.TotalMismatch);
        } else if (rest == bytes32(0)) {
            _openWindow(posted, epoch, position);
        } else {
            posted.nextHash = rest;
            // At most the total, which is a uint64.
            // forge-lint: disable-next-line(unsafe-typecast)
            posted.cursor = Cursor({previousId: lastId, units: uint64(units), skipped: 0, position: position});
        }
    }

    /// @inheritdoc IBatches
    function voidUnpublished(uint64 epoch) external {
        Batch storage posted = _batches[epoch];
        if (posted.status != BatchStatus.Posted) revert Batches_NotPublishing(epoch);
        if (block.timestamp <= posted.deadline) revert Batches_PublishOpen(epoch, posted.deadline);
        _void(posted, epoch, VoidReason.Unpublished);
    }

    // ---------------------------------------------------------------------------------------------- credit

    /// @inheritdoc IBatches
    function credit(uint64 epoch, bytes calldata entries, bytes32 rest) external {
        Batch storage posted = _batches[epoch];

        // Check: the window is over and the chunk is the next one.
        if (posted.status != BatchStatus.Window && posted.status != BatchStatus.Crediting) {
            revert Batches_NotCreditable(epoch);
        }
        if (block.timestamp < posted.deadline) revert Batches_WindowOpen(epoch, posted.deadline);
        _requireNextChunk(posted, epoch, entries, rest);

        // Effect
        (uint64 units, uint64 skipped) = _creditChunk(epoch, entries);
        uint32 count = uint32(entries.length / Entries.SIZE);
        Cursor memory cursor = posted.cursor;
        cursor.units += units;
        cursor.skipped += skipped;
        cursor.position += count;
        posted.cursor = cursor;
        posted.epochCredited += units;
        emit EntriesCredited(epoch, posted.round, count, units);
        if (rest == bytes32(0)) {
            posted.status = BatchStatus.Settled;
            emit BatchSettled(epoch, posted.round, cursor.units, cursor.skipped);
        } else {
            posted.status = BatchStatus.Crediting;
            posted.nextHash = rest;
        }

        // Interaction
        if (units != 0) _pull(units * unit);
        if (skipped != 0) ITreasury(treasury).release(token, skipped * unit);
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
        state.entryCount = published ? posted.entryCount : cursor.position;
        state.publishedUnits = published ? state.total : cursor.units;
        if (published) {
            state.credited = cursor.units;
            state.skipped = cursor.skipped;
            state.windowEnd = posted.deadline;
        } else {
            state.publishDeadline = posted.deadline;
        }
        if (state.status != BatchStatus.Settled && state.status != BatchStatus.Void) {
            state.nextHash = _nextHash(posted);
            state.nextPosition = cursor.position;
        }
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
        return _hashTypedDataV4(structHash);
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

    /// @dev The batch is complete, in time, and a later round than the last one of its epoch: a round that was signed but not
    /// posted before its `postBefore` is passed over. Gives what the epoch was credited before.
    function _requireTurn(Batch storage posted, RewardBatch calldata header) private view returns (uint64 credited) {
        BatchStatus status = posted.status;
        uint32 round = posted.round;
        if (status != BatchStatus.None && status != BatchStatus.Void && status != BatchStatus.Settled) {
            revert Batches_Live(header.epoch, round);
        }
        if (header.round <= round) revert Batches_WrongRound(header.epoch, header.round, round);
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
        Terms storage terms = _termsOf(header.epoch);
        bytes32 policyHash = terms.policyHash;
        if (header.policyHash != policyHash) revert Batches_WrongPolicy(header.policyHash, policyHash);
        uint256 units = uint256(credited) + header.total;
        if (units > terms.epochBudget) revert Batches_OverBudget(header.epoch, units, terms.epochBudget);
    }

    /// @dev The bytes are a chunk, and the one whose turn it is.
    function _requireNextChunk(Batch storage posted, uint64 epoch, bytes calldata entries, bytes32 rest) private view {
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

    function _nextHash(Batch storage posted) private view returns (bytes32) {
        bytes32 next = posted.nextHash;
        return next == bytes32(0) ? posted.entriesHash : next;
    }

    // --------------------------------------------------------------------------------------------- effects

    function _openWindow(Batch storage posted, uint64 epoch, uint32 entryCount) private {
        uint48 windowEnd = SafeCast.toUint48(block.timestamp + window);
        // A batch of several chunks has moved these; crediting begins with the first chunk again.
        if (posted.nextHash != bytes32(0)) {
            delete posted.nextHash;
            delete posted.cursor;
        }
        posted.status = BatchStatus.Window;
        posted.deadline = windowEnd;
        posted.entryCount = entryCount;
        emit BatchPublished(epoch, posted.round, windowEnd);
    }

    /// @dev Ends a batch of which nothing was credited yet.
    function _void(Batch storage posted, uint64 epoch, VoidReason reason) private {
        posted.status = BatchStatus.Void;
        emit BatchVoided(epoch, posted.round, reason);

        // Interaction
        ITreasury(treasury).release(token, posted.total * unit);
    }

    function _creditChunk(uint64 epoch, bytes calldata entries) private returns (uint64 credited, uint64 skipped) {
        uint256 length = entries.length;
        unchecked {
            // The entries were summed at publication, to the uint64 total.
            for (uint256 offset = 0; offset < length; offset += Entries.SIZE) {
                (uint64 id, uint48 units) = Entries.read(entries, offset);
                (bool done, SkipReason reason) = _creditAccount(id, units);
                if (done) {
                    credited += units;
                } else {
                    skipped += units;
                    emit EntrySkipped(epoch, id, units, reason);
                }
            }
        }
    }

    /// @dev Draws reserved tokens and insists on every one of them: no fee may be taken on the way.
    function _pull(uint256 amount) private {
        uint256 before = IERC20(token).balanceOf(address(this));
        ITreasury(treasury).pay(token, amount);
        uint256 received = IERC20(token).balanceOf(address(this)) - before;
        if (received != amount) revert Batches_WrongAmountReceived(received, amount);
    }
}
