// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IBatches} from "../interfaces/IBatches.sol";
import {IDisputes} from "../interfaces/IDisputes.sol";
import {BatchStatus, Freeze, SkipReason} from "../interfaces/Types.sol";
import {Entries} from "../libraries/Entries.sol";
import {Freezes} from "./Freezes.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @title Crediting
/// @dev Goes through the chunks as publishing did, and leaves out what is frozen or dropped.
abstract contract Credits is Freezes {
    /// @dev The way through a chunk, and what becomes of its units.
    /// @param position Of the chunk's first entry.
    /// @param word Which entries are frozen, of the 256 around the last stop.
    /// @param reward Base units of the released that go to who found a fault.
    struct Walk {
        uint32 round;
        uint32 position;
        uint256 word;
        uint64 credited;
        uint64 released;
        uint64 held;
        uint256 reward;
    }

    /// @inheritdoc IBatches
    function credit(uint64 epoch, bytes calldata entries, bytes32 rest) external {
        Batch storage posted = _batches[epoch];

        // Check: the window is over, nothing stops the batch, and the chunk is the next one.
        _requireCreditable(posted, epoch);
        _requireNextChunk(posted, epoch, entries, rest);

        // Effect
        // The disputes are trusted and call nobody when asked about an entry.
        // slither-disable-next-line reentrancy-no-eth
        Walk memory walk = _creditChunk(posted, epoch, entries);
        _advance(posted, epoch, uint32(entries.length / Entries.SIZE), walk, rest);

        // Interaction
        _settle(walk.credited * unit, walk.released * unit, walk.reward);
    }

    function _requireCreditable(Batch storage posted, uint64 epoch) private view {
        _requireNotPaused();
        if (posted.status != BatchStatus.Window && posted.status != BatchStatus.Crediting) {
            revert Batches_NotCreditable(epoch);
        }
        if (posted.freeze == Freeze.Batch) revert Batches_Frozen(epoch, posted.round);
        if (activeTime() < posted.deadline) {
            revert Batches_WindowOpen(epoch, _blockTime(posted.deadline));
        }
    }

    function _creditChunk(Batch storage posted, uint64 epoch, bytes calldata entries)
        private
        returns (Walk memory walk)
    {
        walk.round = posted.round;
        walk.position = posted.cursor.position;
        // Where to look up what is frozen: never, as long as nobody challenged an entry.
        uint256 stop = posted.freeze == Freeze.None ? type(uint256).max : 0;
        unchecked {
            // The entries were summed at publication, to the uint64 total.
            for (uint256 offset = 0; offset < entries.length; offset += Entries.SIZE) {
                (uint64 id, uint48 units) = Entries.read(entries, offset);
                if (offset == stop) {
                    bool passed;
                    (passed, stop) = _stop(walk, epoch, offset, id, units);
                    if (passed) continue;
                }
                (bool done, SkipReason reason) = _creditAccount(id, units);
                if (done) {
                    walk.credited += units;
                } else {
                    walk.released += units;
                    emit EntrySkipped(epoch, id, units, reason);
                }
            }
        }
    }

    /// @dev Stops at the first entry, at every entry that is frozen, and where the next 256 begin.
    /// @return passed Whether the entry was held or dropped; otherwise it is to be credited.
    /// @return next Offset of the next stop.
    function _stop(Walk memory walk, uint64 epoch, uint256 offset, uint64 id, uint48 units)
        private
        returns (bool passed, uint256 next)
    {
        // A chunk has at most 500 entries.
        // forge-lint: disable-next-line(unsafe-typecast)
        uint32 position = walk.position + uint32(offset / Entries.SIZE);
        if (offset == 0 || position & 0xff == 0) walk.word = _frozenWord(epoch, walk.round, position);
        uint256 rest = walk.word >> (position & 0xff);
        uint256 ahead = rest >> 1;
        uint256 step = ahead == 0 ? 256 - (position & 0xff) : 1 + Math.log2(ahead & (~ahead + 1));
        next = offset + step * Entries.SIZE;
        if (rest & 1 == 1) {
            _pass(walk, epoch, position, id, units);
            passed = true;
        }
    }

    /// @dev Holds an entry that waits for its answer, and skips one that was dropped.
    function _pass(Walk memory walk, uint64 epoch, uint32 position, uint64 id, uint48 units) private {
        // Interaction: with a contract that calls nobody.
        (bool held, uint256 reward) = IDisputes(disputes).passEntry(epoch, walk.round, position, id, units);
        if (held) {
            walk.held += units;
            emit EntryHeld(epoch, walk.round, position, id, units);
        } else {
            walk.released += units;
            walk.reward += reward;
            emit EntrySkipped(epoch, id, units, SkipReason.Dropped);
        }
    }

    /// @dev What is held counts against the epoch's budget until it is answered.
    function _advance(Batch storage posted, uint64 epoch, uint32 count, Walk memory walk, bytes32 rest) private {
        Cursor memory cursor = posted.cursor;
        cursor.units += walk.credited;
        cursor.skipped += walk.released + walk.held;
        cursor.position += count;
        posted.cursor = cursor;
        posted.epochCredited += walk.credited + walk.held;
        emit EntriesCredited(epoch, posted.round, count, walk.credited);
        if (rest == bytes32(0)) {
            posted.status = BatchStatus.Settled;
            emit BatchSettled(epoch, posted.round, cursor.units, cursor.skipped);
        } else {
            posted.status = BatchStatus.Crediting;
            posted.nextHash = rest;
        }
    }
}
