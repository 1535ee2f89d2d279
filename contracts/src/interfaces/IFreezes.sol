// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @title What challenges do to batches
/// @notice A frozen entry is held while the others are credited. The contract that judges disputes is the only one to freeze and to
/// decide; the rules of challenges, answers and bonds are there.
interface IFreezes {
    /// @notice An entry waits for the answer to its challenge.
    event EntryFrozen(uint64 indexed epoch, uint32 indexed round, uint32 indexed position);

    /// @notice An entry that was frozen is credited like any other.
    event EntryUnfrozen(uint64 indexed epoch, uint32 indexed round, uint32 indexed position);

    /// @notice Crediting passed a frozen entry; its money stays reserved until the answer.
    event EntryHeld(uint64 indexed epoch, uint32 indexed round, uint32 indexed position, uint64 id, uint48 units);

    /// @notice An entry that was held is credited.
    event HeldEntryCredited(
        uint64 indexed epoch, uint32 indexed round, uint32 indexed position, uint64 id, uint48 units
    );

    /// @notice A whole batch waits for the answer to its challenge.
    event BatchFrozen(uint64 indexed epoch, uint32 indexed round);

    /// @notice A challenge of a batch was answered in its favour.
    event BatchUnfrozen(uint64 indexed epoch, uint32 indexed round);

    /// @notice The latest batch of this epoch is not open to challenges, or not any more.
    error Freezes_NotChallengeable(uint64 epoch);

    /// @notice The entry at this position is not published.
    error Freezes_NotPublished(uint64 epoch, uint32 position);

    /// @notice The entry was challenged before: it waits for its answer, or was dropped.
    error Freezes_EntryTaken(uint64 epoch, uint32 position);

    /// @notice Nothing waits for an answer there.
    error Freezes_NotFrozen(uint64 epoch, uint32 round);

    /// @notice Freezes a published entry, or the whole batch. Only the contract that judges disputes.
    /// @param position Of the entry.
    /// @param whole Whether to freeze the whole batch instead.
    /// @return round The batch's round.
    /// @return set The oracle set that signed it.
    /// @return digest What it signed.
    function freeze(uint64 epoch, uint32 position, bool whole)
        external
        returns (uint32 round, uint64 set, bytes32 digest);

    /// @notice Lets an entry be credited when its turn comes. Only the contract that judges disputes.
    function unfreezeEntry(uint64 epoch, uint32 round, uint32 position) external;

    /// @notice Credits an entry that was held, or gives its money back. Only the contract that judges disputes, once.
    /// @param stands Whether to credit it; an id without a link is skipped even so.
    /// @param reward Base units of what is given back that go to that contract, for who found a fault.
    function settleHeld(
        uint64 epoch,
        uint32 round,
        uint32 position,
        uint64 id,
        uint48 units,
        bool stands,
        uint256 reward
    ) external;

    /// @notice Lets a batch go on or voids it. Only the contract that judges disputes.
    /// @param reward Base units of a voided batch that go to that contract, for who found a fault.
    function decideBatch(uint64 epoch, uint32 round, bool stands, uint256 reward) external;
}
