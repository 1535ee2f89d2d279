// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IFreezes} from "../interfaces/IFreezes.sol";
import {ITreasury} from "../interfaces/ITreasury.sol";
import {BatchStatus, Freeze, SkipReason, VoidReason} from "../interfaces/Types.sol";
import {Batches} from "./Batches.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

/// @title What challenges do to batches
/// @dev A bitmap says by position which entries crediting must look up; entries that nobody challenged cost nothing more.
abstract contract Freezes is Batches, IFreezes {
    using SafeERC20 for IERC20;

    mapping(uint256 place => uint256 word) private _frozenWords;

    // --------------------------------------------------------------------------------------------- freeze

    /// @inheritdoc IFreezes
    function freeze(uint64 epoch, uint32 position, bool whole)
        external
        onlyDisputes
        returns (uint32 round, uint64 set, bytes32 digest)
    {
        // Check: the latest batch of the epoch, from its posting to the end of its window.
        Batch storage posted = _batches[epoch];
        (round, set, digest) = (posted.round, posted.oracleSet, posted.digest);
        BatchStatus status = posted.status;
        bool open = status == BatchStatus.Posted || (status == BatchStatus.Window && activeTime() < posted.deadline);
        if (!open || !_isLive(set)) revert Freezes_NotChallengeable(epoch);

        if (whole) {
            // Check
            if (posted.freeze == Freeze.Batch) revert Batches_Frozen(epoch, round);

            // Effect
            posted.freeze = Freeze.Batch;
            emit BatchFrozen(epoch, round);
        } else {
            // Check: published, and not taken.
            uint32 published = status == BatchStatus.Posted ? posted.cursor.position : posted.cursor.entryCount;
            if (position >= published) revert Freezes_NotPublished(epoch, position);
            if (_isFrozen(epoch, round, position)) revert Freezes_EntryTaken(epoch, position);

            // Effect
            _flip(epoch, round, position);
            if (posted.freeze == Freeze.None) posted.freeze = Freeze.Entries;
            emit EntryFrozen(epoch, round, position);
        }
    }

    // --------------------------------------------------------------------------------------------- decide

    /// @inheritdoc IFreezes
    function unfreezeEntry(uint64 epoch, uint32 round, uint32 position) external onlyDisputes {
        // Check
        if (!_isFrozen(epoch, round, position)) revert Freezes_NotFrozen(epoch, round);

        // Effect
        _flip(epoch, round, position);
        emit EntryUnfrozen(epoch, round, position);
    }

    /// @inheritdoc IFreezes
    function settleHeld(
        uint64 epoch,
        uint32 round,
        uint32 position,
        uint64 id,
        uint48 units,
        bool stands,
        uint256 reward
    ) external onlyDisputes {
        // Effect
        SkipReason reason = SkipReason.Dropped;
        if (stands) (stands, reason) = _creditAccount(id, units);
        if (stands) {
            emit HeldEntryCredited(epoch, round, position, id, units);
            // Interaction
            _settle(units * unit, 0, 0);
        } else {
            _batches[epoch].epochCredited -= units;
            emit EntrySkipped(epoch, id, units, reason);
            // Interaction
            _settle(0, units * unit, reward);
        }
    }

    /// @inheritdoc IFreezes
    function decideBatch(uint64 epoch, uint32 round, bool stands, uint256 reward) external onlyDisputes {
        // Check
        Batch storage posted = _batches[epoch];
        if (posted.freeze != Freeze.Batch || posted.round != round || posted.status == BatchStatus.Void) {
            revert Freezes_NotFrozen(epoch, round);
        }

        // Effect
        if (stands) {
            posted.freeze = Freeze.Entries;
            emit BatchUnfrozen(epoch, round);
        } else {
            _void(posted, epoch, VoidReason.Challenged, reward);
        }
    }

    // ------------------------------------------------------------------------------------------- internal

    /// @dev Draws and gives back reserved money: all calls to the Treasury and the token that a change of batches needs.
    /// @param granted Base units that accounts were given.
    /// @param freed Base units that nobody will be given.
    /// @param reward Base units of the freed that go to who found a fault.
    function _settle(uint256 granted, uint256 freed, uint256 reward) internal override {
        if (granted + reward != 0) _pull(granted + reward);
        if (freed != reward) ITreasury(treasury).release(token, freed - reward);
        if (reward != 0) IERC20(token).safeTransfer(disputes, reward);
    }

    /// @dev Draws reserved tokens and insists on every one of them: no fee may be taken on the way.
    function _pull(uint256 amount) private {
        uint256 before = _balance();
        // What arrives in between, from whomever, makes the sum another one and this call fail.
        // slither-disable-next-line reentrancy-balance
        ITreasury(treasury).pay(token, amount);
        uint256 received = _balance() - before;
        if (received != amount) revert Batches_WrongAmountReceived(received, amount);
    }

    function _balance() private view returns (uint256) {
        return IERC20(token).balanceOf(address(this));
    }

    /// @dev Which of the 256 entries around a position are frozen or dropped: crediting must ask about them.
    function _frozenWord(uint64 epoch, uint32 round, uint32 position) internal view returns (uint256) {
        return _frozenWords[_placeOf(epoch, round, position)];
    }

    function _isFrozen(uint64 epoch, uint32 round, uint32 position) private view returns (bool) {
        return _frozenWord(epoch, round, position) & _bitOf(position) != 0;
    }

    function _flip(uint64 epoch, uint32 round, uint32 position) private {
        _frozenWords[_placeOf(epoch, round, position)] ^= _bitOf(position);
    }

    function _bitOf(uint32 position) private pure returns (uint256 bit) {
        bit = 1;
        bit <<= position & 0xff;
    }

    function _placeOf(uint64 epoch, uint32 round, uint32 position) private pure returns (uint256) {
        return (uint256(epoch) << 64) | (uint256(round) << 32) | (position >> 8);
    }
}
