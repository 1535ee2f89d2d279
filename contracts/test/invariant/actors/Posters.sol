// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {BatchStatus, EntryStatus, RewardBatch, Terms} from "../../../src/interfaces/Types.sol";
import {Entry, Packing} from "../../support/Packing.sol";
import {ShadowBatch, ShadowEntry, Store} from "../Store.sol";

/// @title Oracles, posters and publishers
/// @notice They post, publish and credit, in turn and out of turn, with all the signatures or too few, whole or tampered with, or not
/// at all until the deadline has passed.
abstract contract Posters is Store {
    uint64 private constant CORRECTION_EPOCHS = 8;

    /// @dev What is wrong with a header.
    enum Flaw {
        None,
        Policy,
        Set,
        Late,
        OneSignatureLess,
        OneSignatureMore,
        Round,
        Leap,
        EvidenceMissing,
        TotalHigh,
        TotalLow,
        BudgetExceeded,
        StolenKey
    }

    // ------------------------------------------------------------------------------------------------ post

    /// @dev Whatever others do, the honest carry on.
    modifier meanwhile(uint256 seed) {
        _;
        _carryOn(_drawFrom(seed, "meanwhile"));
    }

    /// @notice Posts a batch of one of the last epochs; about half of the headers have a flaw.
    function post(uint256 seed) external {
        uint256 choice = _drawFrom(seed, "flaw") % 26;
        _postWith(seed, choice < 13 ? Flaw(choice) : Flaw.None);
    }

    /// @notice Does what is next for some epoch, waiting for it if need be: this is how most runs get far.
    function carryOn(uint256 seed) external {
        _carryOn(seed);
    }

    /// @notice The same, two steps.
    function carryOnTwice(uint256 seed) external {
        _carryOn(seed);
        _carryOn(_drawFrom(seed, "second"));
    }

    function _carryOn(uint256 seed) internal {
        if (live.length == 0 || _drawFrom(seed, "new") % 4 == 0) {
            if (block.timestamp < START + EPOCH) vm.warp(START + EPOCH);
            return _postWith(seed, Flaw.None);
        }
        uint64 epoch = live[seed % live.length];
        ShadowBatch storage posted = _latest(epoch);
        if (posted.status == BatchStatus.Posted) {
            if (block.timestamp > posted.postedAt + PUBLISH_PERIOD) return _voidUnpublished(epoch, seed);
            return _publish(epoch, seed, 0);
        }
        uint256 active = _activeSince(posted.publishedAt);
        if (active < WINDOW && !_isPaused()) vm.warp(block.timestamp + WINDOW - active);
        _credit(epoch, seed, 0);
    }

    /// @notice Fewer keys than it takes, and all of somebody's cunning: never enough.
    function postStolen(uint256 seed) external meanwhile(seed) {
        _postWith(seed, Flaw.StolenKey);
    }

    function _postWith(uint256 seed, Flaw flaw) private {
        uint64 current = uint64(distributor.epochAt(block.timestamp));
        uint64 back = uint64(_drawFrom(seed, "epoch") % 11);
        uint64 epoch = back + 1 > current ? current : current - back;
        if (flaw == Flaw.None && epoch == current && current > 1) --epoch;
        Entry[] memory entries = _someEntries(seed, _termsAt(epoch).capPerPerson);
        uint256 chunkSize = 1 + _drawFrom(seed, "chunk") % 6;
        (bytes32 head,) = Packing.chain(Packing.split(entries, chunkSize));

        RewardBatch memory header = _header(epoch, lastRound[epoch] + 1, head, Packing.sum(entries));
        header.oracleSet = currentSet;
        header.policyHash = _termsAt(epoch).policyHash;
        uint256 bitmap = _someQuorum(seed);
        bitmap = _spoil(header, bitmap, flaw, seed);
        _send(header, bitmap, entries, chunkSize, _anybody(seed));
    }

    function _spoil(RewardBatch memory header, uint256 bitmap, Flaw flaw, uint256 seed)
        private
        view
        returns (uint256 signers)
    {
        signers = bitmap;
        if (flaw == Flaw.Policy) header.policyHash = keccak256("another policy");
        if (flaw == Flaw.Set) header.oracleSet = seed % 2 == 0 ? currentSet + 1 : currentSet - 1;
        if (flaw == Flaw.Late) header.postBefore = uint64(block.timestamp) - 1;
        if (flaw == Flaw.OneSignatureLess) signers = bitmap & (bitmap - 1);
        if (flaw == Flaw.OneSignatureMore) signers = bitmap | (1 << (seed % SET_SIZE));
        if (flaw == Flaw.Round) header.round = lastRound[header.epoch];
        if (flaw == Flaw.Leap) header.round += uint32(seed % 300);
        if (flaw == Flaw.EvidenceMissing) header.evidenceHash = bytes32(0);
        if (flaw == Flaw.TotalHigh) ++header.total;
        if (flaw == Flaw.TotalLow) --header.total;
        if (flaw == Flaw.BudgetExceeded) header.total = _termsAt(header.epoch).epochBudget + 1;
        if (flaw == Flaw.StolenKey) signers = 1 << (seed % SET_SIZE);
    }

    function _send(RewardBatch memory header, uint256 bitmap, Entry[] memory entries, uint256 chunkSize, address poster)
        private
    {
        bytes32 digest = _digestOf(header);
        bool should = _mayPost(header) && _isQuorum(bitmap);
        bytes memory signatures = _signQuorum(sets[currentSet], bitmap, digest);
        bytes32 before = _deadlines(header.epoch);
        _act(
            "postBatch",
            should,
            poster,
            address(distributor),
            abi.encodeCall(distributor.postBatch, (header, signatures))
        );
        if (_deadlines(header.epoch) != before) revert Unexpected("posting moved a deadline", true, "");
        if (!should) return;

        _reserveUnits(header.total);
        lastRound[header.epoch] = header.round;
        live.push(header.epoch);
        ShadowBatch storage posted = _latest(header.epoch);
        posted.status = BatchStatus.Posted;
        posted.set = currentSet;
        posted.total = header.total;
        posted.cap = _termsAt(header.epoch).capPerPerson;
        posted.signers = bitmap;
        posted.digest = digest;
        posted.postedAt = block.timestamp;
        posted.chunkSize = chunkSize;
        for (uint256 i = 0; i < entries.length; ++i) {
            posted.entries.push(entries[i]);
        }
    }

    function _mayPost(RewardBatch memory header) private view returns (bool) {
        uint64 epoch = header.epoch;
        uint256 ended = START + uint256(epoch) * EPOCH;
        if (_isPaused() || block.timestamp < ended) return false;
        if (block.timestamp >= ended + (CORRECTION_EPOCHS) * EPOCH) return false;
        if (_isPendingStatus(_latest(epoch).status)) return false;
        if (header.round <= lastRound[epoch] || header.round > lastRound[epoch] + 256) return false;
        if (block.timestamp > header.postBefore || header.oracleSet != currentSet) return false;
        if (header.total == 0 || header.evidenceHash == bytes32(0)) return false;
        Terms memory terms = _termsAt(epoch);
        if (header.policyHash != terms.policyHash) return false;
        if (usedOfEpoch[epoch] + header.total > terms.epochBudget) return false;

        // The Treasury has its own opinion, which its own checks bound.
        uint256 amount = header.total * UNIT;
        return amount <= treasury.budget(address(distributor), address(token)).available
            && amount <= treasury.outflowCap(address(token)).available
            && amount + reserved <= token.balanceOf(address(treasury));
    }

    /// @dev Some of all ids, in ascending order, linked or not.
    function _someEntries(uint256 seed, uint48 cap) private pure returns (Entry[] memory entries) {
        uint256 members = _drawFrom(seed, "members") % (1 << (IDS + UNLINKED));
        if (members == 0) members = 1;
        entries = new Entry[](_count(members));
        uint256 next = 0;
        for (uint64 id = 1; id <= IDS + UNLINKED; ++id) {
            if ((members >> (id - 1)) & 1 == 0) continue;
            uint256 draw = uint256(keccak256(abi.encode(seed, id)));
            uint48 units = draw % 8 == 0 ? cap : draw % 8 == 1 ? 1 : uint48(1 + (draw >> 8) % (cap / 3));
            entries[next++] = Entry({id: id, units: units});
        }
    }

    function _count(uint256 bitmap) private pure returns (uint256 bits) {
        for (; bitmap != 0; bitmap >>= 1) {
            bits += bitmap & 1;
        }
    }

    // --------------------------------------------------------------------------------------------- publish

    /// @notice Publishes the next chunk of some batch, or another one, or one that was tampered with.
    function publish(uint256 seed) external {
        if (live.length == 0) return;
        _publish(live[seed % live.length], seed, _drawFrom(seed, "flaw") % 8);
    }

    /// @notice Ends a batch that was withheld, if it was for long enough.
    function voidUnpublished(uint256 seed) external {
        if (live.length == 0) return;
        _voidUnpublished(live[seed % live.length], seed);
    }

    /// @notice Ends a batch whose oracle set was rotated out with it.
    function voidRotated(uint256 seed) external meanwhile(seed) {
        if (live.length == 0) return;
        _voidRotated(live[seed % live.length], seed);
    }

    function _voidRotated(uint64 epoch, uint256 seed) internal {
        bool should = _latest(epoch).set < oldestLive;
        _act(
            "voidRotated",
            should,
            _anybody(seed),
            address(distributor),
            abi.encodeCall(distributor.voidRotated, (epoch))
        );
        if (should) _voidBatch(epoch, address(0));
    }

    function _voidUnpublished(uint64 epoch, uint256 seed) internal {
        ShadowBatch storage posted = _latest(epoch);
        bool should = posted.status == BatchStatus.Posted && block.timestamp > posted.postedAt + PUBLISH_PERIOD;
        _act(
            "voidUnpublished",
            should,
            _anybody(seed),
            address(distributor),
            abi.encodeCall(distributor.voidUnpublished, (epoch))
        );
        if (should) _voidBatch(epoch, address(0));
    }

    function _publish(uint64 epoch, uint256 seed, uint256 flaw) private {
        ShadowBatch storage posted = _latest(epoch);
        (bytes memory chunk, bytes32 rest, bool whole) = _chunkOf(posted, posted.published, flaw, seed);
        bool should = whole && posted.status == BatchStatus.Posted
            && block.timestamp <= posted.postedAt + PUBLISH_PERIOD && posted.set >= oldestLive;
        _act(
            "publish",
            should,
            _anybody(seed),
            address(distributor),
            abi.encodeCall(distributor.publish, (epoch, chunk, rest))
        );
        if (!should) return;

        uint256 units = 0;
        posted.published += chunk.length / 14;
        for (uint256 i = 0; i < posted.published; ++i) {
            units += posted.entries[i].units;
        }
        bool last = posted.published == posted.entries.length;
        if (units > posted.total || (last && units != posted.total)) {
            ++counts["mismatch"];
            _voidBatch(epoch, address(0));
        } else if (last) {
            posted.status = BatchStatus.Window;
            // While a pause runs, the window begins when it ends; no second of a pause counts in any case.
            posted.publishedAt = block.timestamp;
        }
    }

    /// @dev The chunk that begins at an entry and what is left after it; what a flaw makes of it is not whole.
    function _chunkOf(ShadowBatch storage posted, uint256 from, uint256 flaw, uint256 seed)
        private
        view
        returns (bytes memory chunk, bytes32 rest, bool whole)
    {
        bytes[] memory chunks = Packing.split(posted.entries, posted.chunkSize);
        (, bytes32[] memory rests) = Packing.chain(chunks);
        uint256 index = from / posted.chunkSize;
        whole = index < chunks.length;
        if (!whole) index = chunks.length - 1;
        if (flaw == 1 && chunks.length > 1) {
            index = (index + 1 + seed % (chunks.length - 1)) % chunks.length;
            whole = false;
        }
        (chunk, rest) = (chunks[index], rests[index]);
        if (flaw == 2) {
            chunk[seed % chunk.length] ^= bytes1(uint8(1 << (seed % 8)));
            whole = false;
        }
        if (flaw == 3) {
            rest = keccak256(abi.encode(rest));
            whole = false;
        }
    }

    function _voidBatch(uint64 epoch, address finder) internal {
        ShadowBatch storage posted = _latest(epoch);
        posted.status = BatchStatus.Void;
        uint64 rest = posted.total - posted.credited - posted.dropped - posted.held;
        posted.dropped += rest;
        _dropFor(finder, rest);
        _notLive(epoch);
    }

    // ---------------------------------------------------------------------------------------------- credit

    /// @notice Credits the next chunk of some batch, or tries to.
    function credit(uint256 seed) external {
        if (live.length == 0) return;
        _credit(live[seed % live.length], seed, _drawFrom(seed, "flaw") % 8);
    }

    function _credit(uint64 epoch, uint256 seed, uint256 flaw) internal {
        ShadowBatch storage posted = _latest(epoch);
        (bytes memory chunk, bytes32 rest, bool whole) = _chunkOf(posted, posted.passed, flaw, seed);
        bool published = posted.status == BatchStatus.Window || posted.status == BatchStatus.Crediting;
        bool should = whole && published && !posted.frozen && !_isPaused() && _activeSince(posted.publishedAt) >= WINDOW
            && posted.set >= oldestLive;
        _act(
            "credit",
            should,
            _anybody(seed),
            address(distributor),
            abi.encodeCall(distributor.credit, (epoch, chunk, rest))
        );
        if (!should) return;

        uint256 end = posted.passed + chunk.length / 14;
        for (; posted.passed < end; ++posted.passed) {
            _creditEntry(epoch, posted.passed);
        }
        posted.status = BatchStatus.Crediting;
        if (posted.passed == posted.entries.length) {
            posted.status = BatchStatus.Settled;
            ++counts["settled"];
            _notLive(epoch);
        }
    }

    function _creditEntry(uint64 epoch, uint256 position) private {
        uint32 round = lastRound[epoch];
        ShadowBatch storage posted = _latest(epoch);
        Entry memory entry = posted.entries[position];
        ShadowEntry storage challenged = entriesOf[_entryKey(epoch, round, position)];
        if (challenged.status == EntryStatus.Frozen) {
            challenged.status = EntryStatus.Held;
            posted.held += entry.units;
            usedOfEpoch[epoch] += entry.units;
        } else if (challenged.status == EntryStatus.Dropped) {
            posted.dropped += entry.units;
            _dropFor(challenged.finder, entry.units);
        } else if (_grant(epoch, round, entry.id, entry.units)) {
            posted.credited += entry.units;
            usedOfEpoch[epoch] += entry.units;
        } else {
            posted.dropped += entry.units;
        }
    }
}
