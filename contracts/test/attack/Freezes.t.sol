// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IBatches} from "../../src/interfaces/IBatches.sol";
import {IDisputes} from "../../src/interfaces/IDisputes.sol";
import {IFreezes} from "../../src/interfaces/IFreezes.sol";
import {IOracleSet} from "../../src/interfaces/IOracleSet.sol";
import {Answer, BatchStatus, EntryStatus} from "../../src/interfaces/Types.sol";
import {Packing} from "../support/Packing.sol";
import {AttackFixture} from "./support/AttackFixture.sol";

/// @notice Case 12: frozen entries are credited or given back exactly once, and nobody else waits for them.
contract FreezesAttack is AttackFixture {
    uint48 private constant UNITS = 1000;
    bytes[] private chunks;
    bytes32[] private rests;

    function setUp() public override {
        super.setUp();
        _linkMany(1, 3);
        _linkMany(1000, 40);
        (chunks, rests) = _open(1, 1, Packing.many(1, 3, UNITS), 1);
    }

    function test_Case12_OneEntryFrozenTheOthersPaid() public {
        _challenge(1);
        _creditAll();
        assertTrue(_state(1).status == BatchStatus.Settled);
        assertEq(distributor.claimMany(_ids(1, 3)), 2 * UNITS * UNIT);
        assertEq(distributor.account(2).earned, 0);
        assertEq(treasury.reservedOf(address(token)), UNITS * UNIT);
        assertEq(_state(1).epochCredited, 3 * UNITS);
    }

    function test_Case12_FrozenTwice() public {
        _challenge(1);
        vm.expectRevert(abi.encodeWithSelector(IFreezes.Freezes_EntryTaken.selector, 1, 1));
        disputes.challenge{value: BOND}(1, 1);
    }

    function test_Case12_FrozenAgainAfterItWasDropped() public {
        _resolve(_challenge(1), Answer.Dropped);
        vm.expectRevert(abi.encodeWithSelector(IFreezes.Freezes_EntryTaken.selector, 1, 1));
        disputes.challenge{value: BOND}(1, 1);
    }

    function test_Case12_FrozenInTheLastSecondOfTheWindow() public {
        vm.warp(_state(1).windowEnd - 1);
        _challenge(2);
        vm.warp(block.timestamp + 1);
        vm.expectRevert(abi.encodeWithSelector(IFreezes.Freezes_NotChallengeable.selector, 1));
        disputes.challenge{value: BOND}(1, 1);
        _creditAll();
        assertTrue(_status(2) == EntryStatus.Held);
        assertEq(distributor.account(3).earned, 0);
    }

    function test_Case12_FrozenAfterCredit() public {
        _creditAll();
        vm.expectRevert(abi.encodeWithSelector(IFreezes.Freezes_NotChallengeable.selector, 1));
        disputes.challenge{value: BOND}(1, 1);
        vm.expectRevert(abi.encodeWithSelector(IFreezes.Freezes_NotChallengeable.selector, 1));
        disputes.challengeBatch{value: 20 * BOND}(1, "too late");
    }

    function test_Case12_PositionsThatAreNotThere() public {
        uint32[3] memory positions = [uint32(3), 256, type(uint32).max];
        for (uint256 i = 0; i < positions.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IFreezes.Freezes_NotPublished.selector, 1, positions[i]));
            disputes.challenge{value: BOND}(1, positions[i]);
        }
        vm.expectRevert(abi.encodeWithSelector(IFreezes.Freezes_NotChallengeable.selector, 2));
        disputes.challenge{value: BOND}(2, 0);
    }

    function test_Case12_ResolvedTwice() public {
        uint256 challenge = _challenge(1);
        _resolve(challenge, Answer.Dropped);
        Answer[3] memory answers = [Answer.Stands, Answer.Dropped, Answer.Fault];
        for (uint256 i = 0; i < answers.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IDisputes.Disputes_NotOpen.selector, challenge));
            vm.prank(arbiter);
            disputes.resolve(challenge, answers[i], "");
        }
        uint256[] memory ids = new uint256[](1);
        ids[0] = challenge;
        vm.warp(block.timestamp + 2 * RESOLVE_DEADLINE);
        vm.expectRevert(abi.encodeWithSelector(IDisputes.Disputes_NotOpen.selector, challenge));
        disputes.resolveExpired(ids);
        vm.expectRevert(abi.encodeWithSelector(IDisputes.Disputes_NotOpen.selector, challenge));
        disputes.refund(ids);
        assertEq(disputes.owed(address(this)), BOND);
    }

    function test_Case12_OnlyTheDisputesDecide() public {
        _challenge(1);
        address[4] memory callers = [alice, arbiter, address(timelock), guardian];
        for (uint256 i = 0; i < callers.length; ++i) {
            bytes memory refusal = abi.encodeWithSelector(IOracleSet.OracleSet_NotDisputes.selector, callers[i]);
            vm.startPrank(callers[i]);
            vm.expectRevert(refusal);
            distributor.freeze(1, 0, true);
            vm.expectRevert(refusal);
            distributor.unfreezeEntry(1, 1, 1);
            vm.expectRevert(refusal);
            distributor.settleHeld(1, 1, 1, 2, UNITS, true, 0);
            vm.expectRevert(refusal);
            distributor.decideBatch(1, 1, false, 0);
            vm.expectRevert(abi.encodeWithSelector(IDisputes.Disputes_NotDistributor.selector, callers[i]));
            disputes.passEntry(1, 1, 1, 2, UNITS);
            vm.stopPrank();
        }
    }

    /// @dev The disputes contract itself cannot decide about another epoch or round than the one that is frozen.
    function test_Case12_AWrongEpochOrRound() public {
        _challenge(1);
        vm.startPrank(address(disputes));
        vm.expectRevert(abi.encodeWithSelector(IFreezes.Freezes_NotFrozen.selector, 2, 1));
        distributor.unfreezeEntry(2, 1, 1);
        vm.expectRevert(abi.encodeWithSelector(IFreezes.Freezes_NotFrozen.selector, 1, 2));
        distributor.unfreezeEntry(1, 2, 1);
        vm.expectRevert(abi.encodeWithSelector(IFreezes.Freezes_NotFrozen.selector, 1, 1));
        distributor.unfreezeEntry(1, 1, 0);
        vm.expectRevert(abi.encodeWithSelector(IFreezes.Freezes_NotFrozen.selector, 1, 1));
        distributor.decideBatch(1, 1, false, 0);
        vm.stopPrank();
    }

    // ------------------------------------------------------------------- the money of an entry goes one way, once

    /// @dev All ways: answered before or after crediting came to it, each answer, or never.
    function testFuzz_Case12_TheMoneyGoesOneWayOnce(uint8 way, uint8 position, bool held) public {
        position %= 3;
        way %= 4;
        uint256 before = _balance(address(treasury));
        uint256 challenge = _challenge(position);
        if (held) _creditAll();
        if (way < 3) {
            _resolve(challenge, Answer(way));
        } else {
            vm.warp(block.timestamp + RESOLVE_DEADLINE + 1);
            uint256[] memory ids = new uint256[](1);
            ids[0] = challenge;
            disputes.resolveExpired(ids);
        }
        if (!held) _creditAll();

        bool paid = Answer(way % 3) == Answer.Stands && way < 3;
        bool fault = way == uint8(Answer.Fault);
        uint256 reward = fault ? UNITS * UNIT / 10 : 0;
        assertEq(distributor.account(position + 1).earned, paid ? UNITS : 0);
        assertEq(_state(1).epochCredited, paid ? 3 * UNITS : 2 * UNITS);
        assertEq(treasury.reservedOf(address(token)), 0);
        assertEq(before - _balance(address(treasury)), (paid ? 3 : 2) * UNITS * UNIT + reward);
        assertEq(_balance(address(disputes)), reward);
        assertEq(distributor.claimMany(_ids(1, 3)), (paid ? 3 : 2) * UNITS * UNIT);
        assertEq(_balance(address(distributor)), 0);

        // The dropped units are free for the next round, and no more than those.
        uint64 room = BUDGET - (paid ? 3 : 2) * UNITS;
        if (fault) return; // a switched-off key signs no more
        bytes memory tooMuch = _quorumOf(_header(1, 2, keccak256("next"), room + 1));
        vm.expectRevert(abi.encodeWithSelector(IBatches.Batches_OverBudget.selector, 1, BUDGET + 1, BUDGET));
        distributor.postBatch(_header(1, 2, keccak256("next"), room + 1), tooMuch);
        _post(_header(1, 2, keccak256("next"), room));
    }

    /// @dev While an entry is held its units count: the next round cannot grant them a second time.
    function test_Case12_AHeldEntryCannotBeGrantedTwice() public {
        uint256 challenge = _challenge(0);
        _creditAll();
        uint64 room = BUDGET - 3 * UNITS;
        bytes memory signatures = _quorumOf(_header(1, 2, keccak256("next"), room + 1));
        vm.expectRevert(abi.encodeWithSelector(IBatches.Batches_OverBudget.selector, 1, BUDGET + 1, BUDGET));
        distributor.postBatch(_header(1, 2, keccak256("next"), room + 1), signatures);
        // Nor does a new round lose the answer that is still due.
        _pay(1, 2, _one(2, 5));
        _resolve(challenge, Answer.Stands);
        assertEq(distributor.account(1).earned, UNITS);
        assertEq(_state(1).epochCredited, 3 * UNITS + 5);
        assertEq(treasury.reservedOf(address(token)), 0);
    }

    /// @dev The same position of the next round is another entry.
    function test_Case12_AFreezeDoesNotReachTheNextRound() public {
        uint256 challenge = _challenge(0);
        vm.deal(address(this), 100 ether);
        uint256 whole = disputes.challengeBatch{value: 20 * BOND}(1, "all of it");
        _resolve(whole, Answer.Dropped);
        assertTrue(_state(1).status == BatchStatus.Void);
        _pay(1, 2, Packing.many(1, 3, UNITS));
        assertEq(distributor.account(1).earned, UNITS);
        uint256[] memory ids = new uint256[](1);
        ids[0] = challenge;
        disputes.refund(ids);
        assertEq(disputes.owed(address(this)), 21 * BOND);
        assertEq(treasury.reservedOf(address(token)), 0);
    }

    /// @dev Of many entries in chunks of any size any may be frozen, at the borders of chunks and of words: those are held, and no other.
    /// forge-config: default.fuzz.runs = 24
    function testFuzz_Case12_ExactlyTheFrozenEntriesAreHeld(uint256 seed, uint256 size, uint256 count) public {
        size = bound(size, 60, 300);
        count = bound(count, 0, 12);
        (bytes[] memory many, bytes32[] memory manyRests) = _open(2, 1, Packing.many(1000, 300, 10), size);
        bool[] memory frozen = new bool[](300);
        uint16[6] memory borders = [uint16(0), 255, 256, 257, 299, uint16(size) - 1];
        for (uint256 i = 0; i < count; ++i) {
            uint256 dice = uint256(keccak256(abi.encode(seed, i)));
            uint256 position = dice & 1 == 0 ? borders[(dice >> 8) % 6] : (dice >> 8) % 300;
            if (frozen[position]) continue;
            frozen[position] = true;
            disputes.challenge{value: BOND}(2, uint32(position));
        }
        vm.warp(_state(2).windowEnd);
        _credit(2, many, manyRests);
        uint256 held = 0;
        for (uint32 i = 0; i < 300; ++i) {
            EntryStatus status = disputes.challengedEntry(2, 1, i).status;
            assertTrue(status == (frozen[i] ? EntryStatus.Held : EntryStatus.None));
            if (frozen[i]) {
                assertEq(disputes.challengedEntry(2, 1, i).id, 1000 + i);
                ++held;
            }
            assertEq(distributor.account(1000 + i).earned, i < 40 && !frozen[i] ? 10 : 0);
        }
        assertEq(treasury.reservedOf(address(token)), (held * 10 + 3 * UNITS) * UNIT);
    }

    /// @dev The answer is in its favour, but nobody is linked: skipped, and given back once.
    function test_Case12_AHeldEntryOfAnUnlinkedId() public {
        _resolve(_challenge(0), Answer.Stands);
        _creditAll();
        (bytes[] memory unlinked, bytes32[] memory none) = _open(2, 1, _one(50, UNITS), 1);
        uint256 challenge = disputes.challenge{value: BOND}(2, 0);
        vm.warp(_state(2).windowEnd);
        distributor.credit(2, unlinked[0], none[0]);
        assertEq(treasury.reservedOf(address(token)), UNITS * UNIT);
        _resolve(challenge, Answer.Stands);
        assertEq(treasury.reservedOf(address(token)), 0);
        assertEq(_state(2).epochCredited, 0);
        _link(50);
        assertEq(distributor.claimable(50), 0);
    }

    /// @dev The oracle set dies with an entry held, one frozen before its turn and one not yet credited. Each unit is given back once,
    /// in whichever order anyone asks for it.
    function testFuzz_Case12_TheMoneyOfADeadSetGoesBackOnce(bool refundFirst) public {
        uint256[] memory held = new uint256[](1);
        uint256[] memory frozen = new uint256[](1);
        held[0] = _challenge(0);
        frozen[0] = _challenge(1);
        vm.warp(_state(1).windowEnd);
        distributor.credit(1, chunks[0], rests[0]);
        assertTrue(_status(0) == EntryStatus.Held);
        vm.prank(address(timelock));
        distributor.rotate(_membersOf(oracles), 3, "", true);
        vm.expectRevert(abi.encodeWithSelector(IBatches.Batches_Dead.selector, 1, 1));
        distributor.credit(1, chunks[1], rests[1]);
        vm.expectRevert(abi.encodeWithSelector(IDisputes.Disputes_Moot.selector, held[0]));
        vm.prank(arbiter);
        disputes.resolve(held[0], Answer.Stands, "");

        if (refundFirst) disputes.refund(held);
        distributor.voidRotated(1);
        if (!refundFirst) disputes.refund(held);
        disputes.refund(frozen);
        assertEq(treasury.reservedOf(address(token)), 0);
        assertEq(treasury.budget(address(distributor), address(token)).available, 4 * BUDGET * UNIT);
        assertEq(_state(1).epochCredited, 0);
        assertEq(disputes.owed(address(this)), 2 * BOND);
        vm.expectRevert(abi.encodeWithSelector(IDisputes.Disputes_NotOpen.selector, held[0]));
        disputes.refund(held);
        vm.expectRevert(abi.encodeWithSelector(IBatches.Batches_NotDead.selector, 1));
        distributor.voidRotated(1);
    }

    function _challenge(uint32 position) private returns (uint256) {
        return disputes.challenge{value: BOND}(1, position);
    }

    function _resolve(uint256 challenge, Answer answer) private {
        bytes memory signatures =
            answer == Answer.Fault ? _signQuorum(oracles, QUORUM, disputes.challengeOf(challenge).digest) : bytes("");
        vm.prank(arbiter);
        disputes.resolve(challenge, answer, signatures);
    }

    function _creditAll() private {
        if (block.timestamp < _state(1).windowEnd) vm.warp(_state(1).windowEnd);
        _credit(1, chunks, rests);
    }

    function _status(uint32 position) private view returns (EntryStatus) {
        return disputes.challengedEntry(1, 1, position).status;
    }
}
