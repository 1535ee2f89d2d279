// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {BatchState, RewardBatch, SkipReason, VoidReason} from "./Types.sol";

/// @title Batches: post, publish, credit
/// @notice Entries are packed in 14 bytes each: the contributor id as uint64, then the units as uint48, both big-endian, ids
/// strictly ascending across all chunks of a batch. A chunk has 1 to 500 entries. With h of the chunk after the last being
/// zero, h_i = keccak256(keccak256(entries_i) ++ h_{i+1}); the header's entriesHash is h_1, and `rest` is h_{i+1}.
interface IBatches {
    /// @notice A batch was accepted and its total reserved in the Treasury.
    event BatchPosted(
        uint64 indexed epoch, uint32 indexed round, bytes32 indexed evidenceHash, RewardBatch batch, address poster
    );

    /// @notice A chunk of entries was published.
    /// @param firstPosition Position of its first entry, counted from zero over the batch.
    event EntriesPublished(
        uint64 indexed epoch, uint32 indexed round, uint32 firstPosition, bytes entries, bytes32 rest
    );

    /// @notice All entries are published.
    /// @param windowEnd First second at which they can be credited.
    event BatchPublished(uint64 indexed epoch, uint32 indexed round, uint64 windowEnd);

    /// @notice A batch became void and what was reserved for it and not credited was given back.
    event BatchVoided(uint64 indexed epoch, uint32 indexed round, VoidReason reason);

    /// @notice A chunk was credited.
    /// @param count Entries in it, skipped ones included.
    /// @param units Units credited; skipped, dropped and held ones not included.
    event EntriesCredited(uint64 indexed epoch, uint32 indexed round, uint32 count, uint64 units);

    /// @notice An entry was not credited; its money stays in the Treasury.
    event EntrySkipped(uint64 indexed epoch, uint64 indexed id, uint48 units, SkipReason reason);

    /// @notice Every chunk was credited.
    /// @param credited Units credited.
    /// @param released Units that were not: of skipped and dropped entries, and of those still held.
    event BatchSettled(uint64 indexed epoch, uint32 indexed round, uint64 credited, uint64 released);

    /// @notice The epoch has not ended yet.
    error Batches_EpochNotOver(uint64 epoch, uint256 end);

    /// @notice The epoch is older than corrections may reach.
    error Batches_EpochTooOld(uint64 epoch, uint256 oldest);

    /// @notice The round must be at least `expected`, and at most 255 above it: an oracle that gave up on a header it had signed signs a
    /// higher round.
    error Batches_WrongRound(uint64 epoch, uint32 round, uint32 expected);

    /// @notice The last batch of this epoch is neither void nor settled.
    error Batches_Live(uint64 epoch, uint32 round);

    /// @notice The batch could be posted until `postBefore` only.
    error Batches_Expired(uint64 epoch, uint64 postBefore);

    /// @notice The batch follows another policy than the terms of its epoch.
    error Batches_WrongPolicy(bytes32 policyHash, bytes32 expected);

    /// @notice A batch needs a total, an entries hash and an evidence hash.
    error Batches_Incomplete(uint64 epoch);

    /// @notice The batch and what was credited before exceed the budget of the epoch.
    error Batches_OverBudget(uint64 epoch, uint256 units, uint256 budget);

    /// @notice The latest batch of this epoch is not at a step that allows this.
    error Batches_NotPublishing(uint64 epoch);

    /// @notice The latest batch of this epoch is not at a step that allows this.
    error Batches_NotCreditable(uint64 epoch);

    /// @notice The oracle set that signed the batch was rotated out with all that was pending.
    error Batches_Dead(uint64 epoch, uint64 oracleSet);

    /// @notice The batch is not at such a step, or its oracle set still counts.
    error Batches_NotDead(uint64 epoch);

    /// @notice The whole batch waits for the answer to a challenge.
    error Batches_Frozen(uint64 epoch, uint32 round);

    /// @notice Entries could be published until `deadline` only.
    error Batches_PublishOver(uint64 epoch, uint64 deadline);

    /// @notice Entries can still be published until `deadline`.
    error Batches_PublishOpen(uint64 epoch, uint64 deadline);

    /// @notice Entries can be credited from `windowEnd` on.
    error Batches_WindowOpen(uint64 epoch, uint64 windowEnd);

    /// @notice A chunk must be 1 to 500 entries of 14 bytes.
    error Batches_InvalidChunk(uint256 length);

    /// @notice The chunk is not the next one of the batch.
    error Batches_WrongChunk(uint64 epoch, bytes32 given, bytes32 expected);

    /// @notice Contributor ids must be strictly ascending and above zero; this one is not.
    error Batches_NotAscending(uint64 epoch, uint64 id, uint64 previous);

    /// @notice The units of an entry must be between 1 and the cap per person.
    error Batches_InvalidUnits(uint64 epoch, uint64 id, uint48 units, uint48 cap);

    /// @notice The token moved another amount than it was asked to.
    error Batches_WrongAmountReceived(uint256 received, uint256 asked);

    /// @notice There must be a Treasury to pay from.
    error Batches_NoTreasury();

    /// @notice The window and the publication period must be above zero and at most 365 days.
    error Batches_InvalidPeriod(uint64 period);

    /// @notice Posts a batch that a quorum of the current oracle set signed. By anyone.
    function postBatch(RewardBatch calldata batch, bytes calldata signatures) external;

    /// @notice Posts and publishes a batch of one chunk in one go. Succeeds too if the same header was posted already, or posted
    /// and published: whoever was first, it is there.
    function postAndPublish(RewardBatch calldata header, bytes calldata signatures, bytes calldata entries) external;

    /// @notice Publishes the next chunk of entries. By anyone; the last chunk opens the window.
    /// @param rest Hash of the chunks after this one, zero for the last.
    function publish(uint64 epoch, bytes calldata entries, bytes32 rest) external;

    /// @notice Adds the next chunk of entries to the accounts, after the window. By anyone.
    /// @param rest Hash of the chunks after this one, zero for the last.
    function credit(uint64 epoch, bytes calldata entries, bytes32 rest) external;

    /// @notice Voids a batch whose entries were not all published by the deadline. By anyone.
    function voidUnpublished(uint64 epoch) external;

    /// @notice Ends a batch whose oracle set was rotated out with all that was pending, and gives back what is not credited. By
    /// anyone.
    function voidRotated(uint64 epoch) external;

    /// @notice The latest batch of an epoch.
    function batch(uint64 epoch) external view returns (BatchState memory);

    /// @notice The EIP-712 digest that oracles sign.
    function hashBatch(RewardBatch calldata header) external view returns (bytes32);

    /// @notice Where batches are paid from.
    function treasury() external view returns (address);

    /// @notice Seconds between the publication of all entries and the first credit.
    function window() external view returns (uint64);

    /// @notice Seconds to publish all entries after posting.
    function publishPeriod() external view returns (uint64);

    /// @notice How many epochs back a batch may be posted.
    function correctionEpochs() external view returns (uint64);

    /// @notice Most entries in a chunk.
    function maxChunk() external view returns (uint256);
}
