// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Subject} from "../../../src/interfaces/IDisputes.sol";
import {LinkStatus} from "../../../src/interfaces/ILinks.sol";
import {Answer, BatchStatus, EntryStatus, RewardBatch} from "../../../src/interfaces/Types.sol";
import {Entry} from "../../support/Packing.sol";
import {Oracle} from "../../support/Signing.sol";
import {ShadowBatch, ShadowChallenge, ShadowEntry, ShadowLink} from "../Store.sol";
import {Posters} from "./Posters.sol";

/// @title Challengers, the arbiter, and who reports oracles
/// @notice They challenge what may be challenged and what may not, answer in time, too late or never, and report keys that signed
/// twice and keys that did not.
abstract contract Challengers is Posters {
    // ------------------------------------------------------------------------------------------- challenge

    /// @notice Challenges an entry; one in eight with the wrong bond.
    function challengeEntry(uint256 seed) external {
        if (live.length == 0) return;
        uint64 epoch = live[seed % live.length];
        uint32 round = lastRound[epoch];
        ShadowBatch storage posted = _latest(epoch);
        uint32 position = uint32(_drawFrom(seed, "position") % (posted.entries.length + 1));
        uint256 bond = _bond(1, seed);
        ShadowEntry storage entry = entriesOf[_entryKey(epoch, round, position)];
        bool should = bond == disputes.bond() && _isChallengeable(posted) && position < posted.published
            && entry.status == EntryStatus.None;
        address challenger = _anybody(seed);
        _act(
            "challenge",
            should,
            challenger,
            address(disputes),
            abi.encodeCall(disputes.challenge, (epoch, position)),
            bond
        );
        if (!should) return;
        entry.status = EntryStatus.Frozen;
        _opened(_about(Subject.Entry, epoch, position), challenger, bond);
    }

    /// @notice Challenges a whole batch.
    function challengeBatch(uint256 seed) external {
        if (live.length == 0) return;
        uint64 epoch = live[seed % live.length];
        ShadowBatch storage posted = _latest(epoch);
        uint256 bond = _bond(disputes.batchBondFactor(), seed);
        bool should = bond == disputes.bond() * disputes.batchBondFactor() && _isChallengeable(posted) && !posted.frozen;
        address challenger = _anybody(seed);
        bytes memory data = abi.encodeCall(disputes.challengeBatch, (epoch, "evidence not available"));
        _act("challengeBatch", should, challenger, address(disputes), data, bond);
        if (!should) return;
        posted.frozen = true;
        _opened(_about(Subject.Batch, epoch, 0), challenger, bond);
    }

    /// @notice Challenges a link that waits.
    function challengeLink(uint256 seed) external {
        uint64 id = uint64(1 + seed % IDS);
        uint256 bond = _bond(1, seed);
        bool should = bond == disputes.bond() && accounts[id].waiting.status == LinkStatus.Pending && !_isDeadLink(id);
        address challenger = _anybody(seed);
        bytes memory data = abi.encodeCall(disputes.challengeLink, (id));
        _act("challengeLink", should, challenger, address(disputes), data, bond);
        if (!should) return;
        accounts[id].waiting.status = LinkStatus.Frozen;
        accounts[id].waiting.challenge = challengeCount + 1;
        ShadowLink storage waiting = accounts[id].waiting;
        ShadowChallenge memory challenge;
        challenge.subject = Subject.Link;
        challenge.about = id;
        (challenge.set, challenge.digest, challenge.signers) = (waiting.set, waiting.digest, waiting.signers);
        _opened(challenge, challenger, bond);
    }

    function _isDeadLink(uint64 id) internal view virtual returns (bool);

    function _endLink(uint64 id) internal virtual;

    function _bond(uint256 factor, uint256 seed) private view returns (uint256) {
        uint256 bond = disputes.bond() * factor;
        return _drawFrom(seed, "bond") % 8 == 0 ? bond - 1 : bond;
    }

    function _isChallengeable(ShadowBatch storage posted) private view returns (bool) {
        if (posted.set < oldestLive) return false;
        if (posted.status == BatchStatus.Posted) return true;
        return posted.status == BatchStatus.Window && _activeSince(posted.publishedAt) < WINDOW;
    }

    function _opened(ShadowChallenge memory challenge, address challenger, uint256 bond) private {
        challenge.challenger = challenger;
        challenge.bond = bond;
        challenge.deadline = block.timestamp + RESOLVE_DEADLINE;
        open.push(++challengeCount);
        challenges[challengeCount] = challenge;
        bondsHeld += bond;
    }

    function _about(Subject subject, uint64 epoch, uint32 position)
        private
        view
        returns (ShadowChallenge memory challenge)
    {
        challenge.subject = subject;
        challenge.about = epoch;
        challenge.round = lastRound[epoch];
        challenge.position = position;
        ShadowBatch storage posted = _latest(epoch);
        (challenge.set, challenge.digest, challenge.signers) = (posted.set, posted.digest, posted.signers);
    }

    // ---------------------------------------------------------------------------------------------- answer

    /// @notice The arbiter, or governance, answers a challenge.
    function answer(uint256 seed) external {
        if (open.length == 0) return;
        _answer(seed, seed % 2 == 0 ? arbiter : address(timelock), true);
    }

    /// @notice Somebody else answers: never.
    function answerUninvited(uint256 seed) external meanwhile(seed) {
        if (open.length == 0) return;
        _answer(seed, _anybody(seed), false);
    }

    /// @notice Nobody answered in time.
    function expire(uint256 seed) external {
        if (open.length == 0) return;
        uint256 id = open[seed % open.length];
        if (seed % 4 == 0 && block.timestamp <= challenges[id].deadline) vm.warp(challenges[id].deadline + 1);
        _expire(id, seed);
    }

    function _expire(uint256 id, uint256 seed) private {
        ShadowChallenge memory challenge = challenges[id];
        bool should = block.timestamp > challenge.deadline && !_isMoot(id, challenge);
        bytes memory data = abi.encodeCall(disputes.resolveExpired, (_only(id)));
        _act("resolveExpired", should, _anybody(seed), address(disputes), data);
        if (!should) return;
        _close(id);
        _owe(address(treasury), challenge.bond / 2);
        _owe(challenge.challenger, challenge.bond - challenge.bond / 2);
        _decide(challenge, false, address(0));
    }

    /// @notice What a challenge was about has ended otherwise.
    function refund(uint256 seed) external {
        if (open.length == 0) return;
        _refund(open[seed % open.length], seed);
    }

    function _expireOrRefund(uint256 id) internal {
        if (_isMoot(id, challenges[id])) _refund(id, 0);
        else _expire(id, 0);
    }

    function _refund(uint256 id, uint256 seed) private {
        ShadowChallenge memory challenge = challenges[id];
        bool should = _isMoot(id, challenge);
        bytes memory data = abi.encodeCall(disputes.refund, (_only(id)));
        _act("refund", should, _anybody(seed), address(disputes), data);
        if (!should) return;
        _close(id);
        _owe(challenge.challenger, challenge.bond);
        if (_isHeld(challenge)) _decide(challenge, false, address(0));
    }

    /// @notice Pays out what challenges gave back.
    function withdraw(uint256 seed) external meanwhile(seed) {
        address holder = seed % 4 == 0 ? address(treasury) : _anybody(seed);
        uint256 owed = ethOwed[holder];
        uint256 before = holder.balance;
        bytes memory data = abi.encodeCall(disputes.withdraw, (payable(holder)));
        _act("withdraw", owed != 0, _anybody(seed >> 8), address(disputes), data);
        ethOwedInAll -= owed;
        delete ethOwed[holder];
        if (holder.balance != before + owed) revert Unexpected("withdrawn", true, abi.encode(holder, owed));
    }

    /// @notice Pays out what finders of faults were given.
    function withdrawReward(uint256 seed) external meanwhile(seed) {
        address holder = _anybody(seed);
        uint256 owed = tokensOwed[holder];
        bytes memory data = abi.encodeCall(disputes.withdrawReward, (holder));
        _act("withdrawReward", owed != 0, _anybody(seed >> 8), address(disputes), data);
        rewardsGranted -= owed;
        paidTo[holder] += owed;
        delete tokensOwed[holder];
    }

    function _answer(uint256 seed, address judge, bool invited) private {
        uint256 id = open[_drawFrom(seed, "challenge") % open.length];
        ShadowChallenge memory challenge = challenges[id];
        uint256 choice = _drawFrom(seed, "answer") % 8;
        Answer given = choice == 0 ? Answer.Fault : choice % 2 == 0 ? Answer.Stands : Answer.Dropped;
        bytes memory signatures = given != Answer.Fault || challenge.digest == bytes32(0)
            ? bytes("")
            : _signQuorum(sets[challenge.set], challenge.signers, challenge.digest);
        bool should = invited && block.timestamp <= challenge.deadline && !_isMoot(id, challenge);
        bytes memory data = seed % 3 == 0
            ? abi.encodeCall(disputes.resolveMany, (_only(id), given, signatures))
            : abi.encodeCall(disputes.resolve, (id, given, signatures));
        _act("resolve", should, judge, address(disputes), data);
        if (!should) return;

        _close(id);
        _owe(given == Answer.Stands ? address(treasury) : challenge.challenger, challenge.bond);
        if (given == Answer.Fault) {
            ++counts["fault"];
            for (uint256 i = 0; signatures.length != 0 && i < SET_SIZE; ++i) {
                if ((challenge.signers >> i) & 1 == 1) off[sets[challenge.set][i].member] = true;
            }
        }
        _decide(challenge, given == Answer.Stands, given == Answer.Fault ? challenge.challenger : address(0));
    }

    function _decide(ShadowChallenge memory challenge, bool stands, address finder) private {
        uint64 about = challenge.about;
        if (challenge.subject == Subject.Link) {
            if (stands) accounts[about].waiting.status = LinkStatus.Approved;
            else _endLink(about);
        } else if (challenge.subject == Subject.Batch) {
            if (stands) _latest(about).frozen = false;
            else _voidBatch(about, finder);
        } else {
            _decideEntry(challenge, stands, finder);
        }
    }

    function _decideEntry(ShadowChallenge memory challenge, bool stands, address finder) private {
        uint64 epoch = challenge.about;
        ShadowEntry storage entry = entriesOf[_entryKey(epoch, challenge.round, challenge.position)];
        if (entry.status != EntryStatus.Held) {
            entry.status = stands ? EntryStatus.None : EntryStatus.Dropped;
            entry.finder = finder;
            return;
        }
        // Crediting has passed it; whatever round the epoch is in now, this is about the money of that one.
        ++counts["heldDecided"];
        entry.status = EntryStatus.Dropped;
        ShadowBatch storage posted = batches[epoch][challenge.round];
        Entry memory held = posted.entries[challenge.position];
        posted.held -= held.units;
        if (!stands) {
            _dropFor(finder, held.units);
        } else if (_grant(epoch, challenge.round, held.id, held.units)) {
            posted.credited += held.units;
            return;
        }
        posted.dropped += held.units;
        usedOfEpoch[epoch] -= held.units;
    }

    function _isMoot(uint256 id, ShadowChallenge memory challenge) private view returns (bool) {
        if (challenge.set < oldestLive) return true;
        if (challenge.subject == Subject.Link) return accounts[challenge.about].waiting.challenge != id;
        if (_isHeld(challenge)) return false;
        return batches[challenge.about][challenge.round].status == BatchStatus.Void;
    }

    function _isHeld(ShadowChallenge memory challenge) private view returns (bool) {
        if (challenge.subject != Subject.Entry) return false;
        return entriesOf[_entryKey(challenge.about, challenge.round, challenge.position)].status == EntryStatus.Held;
    }

    function _close(uint256 id) private {
        bondsHeld -= challenges[id].bond;
        _notOpen(id);
    }

    function _owe(address holder, uint256 amount) private {
        ethOwed[holder] += amount;
        ethOwedInAll += amount;
    }

    function _only(uint256 id) private pure returns (uint256[] memory ids) {
        ids = new uint256[](1);
        ids[0] = id;
    }

    // ---------------------------------------------------------------------------------------- equivocation

    /// @notice Reports a key that signed two headers of one turn; three in four reports are false.
    function reportEquivocation(uint256 seed) external {
        uint256 kind = _drawFrom(seed, "kind") % 8;
        uint64 set = kind % 2 == 0 ? currentSet : uint64(1 + seed % currentSet);
        uint256 index = seed % SET_SIZE;
        Oracle memory oracle = sets[set][index];
        RewardBatch memory a = _header(uint64(1 + seed % 20), 1, keccak256("a"), 1);
        a.oracleSet = set;
        RewardBatch memory b = abi.decode(abi.encode(a), (RewardBatch));
        if (kind == 2) ++b.round;
        if (kind == 3) ++b.epoch;
        if (kind == 4) b.oracleSet = set == 1 && currentSet > 1 ? 2 : 1;
        if (kind != 5) ++b.total;
        uint256 other = kind == 6 ? sets[set][(index + 1) % SET_SIZE].key : oracle.key;
        bool same = kind == 4 && b.oracleSet == set;
        bool should = (kind < 2 || kind == 7 || same) && !off[oracle.member];
        bytes memory data = abi.encodeCall(
            disputes.reportEquivocation,
            (a, b, index, _signCompact(oracle.key, _digestOf(a)), _signCompact(other, _digestOf(b)))
        );
        _act("reportEquivocation", should, _anybody(seed), address(disputes), data);
        if (should) off[oracle.member] = true;
    }
}
