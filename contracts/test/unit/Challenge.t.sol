// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Disputes} from "../../src/Disputes.sol";
import {IBatches} from "../../src/interfaces/IBatches.sol";
import {Challenge, DisputesConfig, IDisputes, Subject} from "../../src/interfaces/IDisputes.sol";
import {IFreezes} from "../../src/interfaces/IFreezes.sol";
import {IOracleSet} from "../../src/interfaces/IOracleSet.sol";
import {Answer, EntryStatus, Freeze} from "../../src/interfaces/Types.sol";
import {Fixture} from "../support/Fixture.sol";
import {Entry, Packing} from "../support/Packing.sol";

contract ChallengeTest is Fixture {
    using Packing for Entry[];

    // ----------------------------------------------------------------------------------------------- good

    function test_FreezesOneEntry() public {
        _open(1, 1, Packing.many(10, 3, 100), 500);
        vm.expectEmit(address(distributor));
        emit IFreezes.EntryFrozen(1, 1, 2);
        vm.expectEmit(address(disputes));
        emit IDisputes.EntryChallenged(1, 1, alice, 1, 2, BOND, uint48(block.timestamp) + RESOLVE_DEADLINE);
        assertEq(_challenge(1, 2), 1);

        Challenge memory open = disputes.challengeOf(1);
        assertEq(open.challenger, alice);
        assertEq(open.bond, BOND);
        assertTrue(open.subject == Subject.Entry);
        assertEq(open.about, 1);
        assertEq(open.digest, _state(1).digest);
        assertEq(open.oracleSet, 1);
        assertTrue(_state(1).freeze == Freeze.Entries);
        assertTrue(disputes.challengedEntry(1, 1, 2).status == EntryStatus.Frozen);
        assertEq(address(disputes).balance, BOND);
        assertEq(disputes.challengeCount(), 1);
    }

    /// @dev The others are paid; the frozen one is held, and its money stays reserved.
    function test_TheOthersAreCredited() public {
        _linkMany(10, 3);
        (bytes[] memory chunks, bytes32[] memory rests) = _open(1, 1, Packing.many(10, 3, 100), 500);
        _challenge(1, 1);
        vm.warp(block.timestamp + WINDOW);
        vm.expectEmit(address(distributor));
        emit IFreezes.EntryHeld(1, 1, 1, 11, 100);
        vm.expectEmit(address(distributor));
        emit IBatches.BatchSettled(1, 1, 200, 100);
        _credit(1, chunks, rests);
        assertEq(distributor.account(10).earned, 100);
        assertEq(distributor.account(11).earned, 0);
        assertEq(distributor.account(12).earned, 100);
        assertEq(treasury.reservedOf(address(token)), 100 * UNIT);
        assertEq(_state(1).epochCredited, 300);
        assertEq(disputes.challengedEntry(1, 1, 1).id, 11);
        assertEq(disputes.challengedEntry(1, 1, 1).units, 100);
    }

    function test_AnEntryOfAnUnfinishedBatch() public {
        bytes[] memory chunks = Packing.many(10, 4, 100).split(2);
        bytes32[] memory rests = _post(1, 1, chunks, 400);
        _notPublished(0);
        distributor.publish(1, chunks[0], rests[0]);
        _challenge(1, 1);
        _notPublished(2);
        distributor.publish(1, chunks[1], rests[1]);
        _challenge(1, 3);
        _notPublished(4);
    }

    function test_InTheLastSecondOfTheWindow() public {
        _open(1, 1, _one(10, 100), 500);
        vm.warp(block.timestamp + WINDOW - 1);
        _challenge(1, 0);
    }

    function test_AWholeBatchStopsFromItsPosting() public {
        bytes[] memory chunks = _one(10, 100).split(500);
        bytes32[] memory rests = _post(1, 1, chunks, 100);
        vm.expectEmit(address(disputes));
        emit IDisputes.BatchChallenged(
            1, 1, alice, 1, 20 * BOND, uint48(block.timestamp) + RESOLVE_DEADLINE, "evidence not available"
        );
        _challengeBatch(1);
        assertTrue(_state(1).freeze == Freeze.Batch);
        distributor.publish(1, chunks[0], rests[0]);
        vm.warp(block.timestamp + WINDOW);
        vm.expectRevert(abi.encodeWithSelector(IBatches.Batches_Frozen.selector, 1, 1));
        distributor.credit(1, chunks[0], rests[0]);
    }

    function test_AfterAVainChallengeAnotherMayFollow() public {
        _open(1, 1, _one(10, 100), 500);
        _answer(_challenge(1, 0), Answer.Stands);
        _challenge(1, 0);
        _answer(_challengeBatch(1), Answer.Stands);
        _challengeBatch(1);
    }

    function testFuzz_OnlyTheChallengedAreHeld(uint256 seed, uint256 size) public {
        uint256 count = 600;
        _linkMany(10, 8);
        Entry[] memory entries = Packing.many(10, count, 1);
        (bytes[] memory chunks, bytes32[] memory rests) = _open(1, 1, entries, bound(size, 250, 500));
        uint32[5] memory positions;
        for (uint256 i = 0; i < 5; ++i) {
            positions[i] = uint32(uint256(keccak256(abi.encode(seed, i))) % count);
            if (disputes.challengedEntry(1, 1, positions[i]).status == EntryStatus.None) _challenge(1, positions[i]);
        }
        vm.warp(block.timestamp + WINDOW);
        _credit(1, chunks, rests);
        uint256 held = 0;
        for (uint32 i = 0; i < count; ++i) {
            if (disputes.challengedEntry(1, 1, i).status == EntryStatus.Held) {
                ++held;
                assertEq(disputes.challengedEntry(1, 1, i).id, 10 + i);
                assertEq(distributor.account(10 + i).earned, 0);
            } else if (i < 8) {
                assertEq(distributor.account(10 + i).earned, 1);
            }
        }
        assertEq(held, disputes.challengeCount());
        assertEq(treasury.reservedOf(address(token)), held * UNIT);
    }

    // ------------------------------------------------------------------------------------------------ bad

    function test_RevertWhen_TheBondIsAnother() public {
        _open(1, 1, _one(10, 100), 500);
        vm.deal(address(this), 10 ether);
        vm.expectRevert(abi.encodeWithSelector(IDisputes.Disputes_WrongBond.selector, BOND - 1, BOND));
        disputes.challenge{value: BOND - 1}(1, 0);
        vm.expectRevert(abi.encodeWithSelector(IDisputes.Disputes_WrongBond.selector, BOND + 1, BOND));
        disputes.challenge{value: BOND + 1}(1, 0);
        vm.expectRevert(abi.encodeWithSelector(IDisputes.Disputes_WrongBond.selector, BOND, 20 * BOND));
        disputes.challengeBatch{value: BOND}(1, "");
        vm.expectRevert(abi.encodeWithSelector(IDisputes.Disputes_ReasonTooLong.selector, 1025));
        disputes.challengeBatch{value: 20 * BOND}(1, string(new bytes(1025)));
    }

    function test_RevertWhen_TheWindowIsOver() public {
        (bytes[] memory chunks, bytes32[] memory rests) = _open(1, 1, _one(10, 100), 500);
        vm.warp(block.timestamp + WINDOW);
        _notChallengeable(1);
        _credit(1, chunks, rests);
        _notChallengeable(1);
    }

    function test_RevertWhen_NothingIsThere() public {
        _notChallengeable(1);
        bytes[] memory chunks = _one(10, 100).split(500);
        _post(1, 1, chunks, 100);
        vm.warp(block.timestamp + PUBLISH_PERIOD + 1);
        distributor.voidUnpublished(1);
        _notChallengeable(1);
    }

    function test_RevertWhen_TheSetIsDead() public {
        _open(1, 1, _one(10, 100), 500);
        _rotate(true);
        _notChallengeable(1);
    }

    function test_RevertWhen_ChallengedTwice() public {
        _open(1, 1, _one(10, 100), 500);
        uint256 first = _challenge(1, 0);
        bytes memory taken = abi.encodeWithSelector(IFreezes.Freezes_EntryTaken.selector, 1, 0);
        hoax(alice, BOND);
        vm.expectRevert(taken);
        disputes.challenge{value: BOND}(1, 0);
        _answer(first, Answer.Dropped);
        hoax(alice, BOND);
        vm.expectRevert(taken);
        disputes.challenge{value: BOND}(1, 0);

        _challengeBatch(1);
        hoax(alice, 20 * BOND);
        vm.expectRevert(abi.encodeWithSelector(IBatches.Batches_Frozen.selector, 1, 1));
        disputes.challengeBatch{value: 20 * BOND}(1, "");
    }

    function test_RevertWhen_AnyoneButTheDisputesFreezes() public {
        bytes memory refused = abi.encodeWithSelector(IOracleSet.OracleSet_NotDisputes.selector, address(this));
        vm.expectRevert(refused);
        distributor.freeze(1, 0, false);
        vm.expectRevert(refused);
        distributor.unfreezeEntry(1, 1, 0);
        vm.expectRevert(refused);
        distributor.settleHeld(1, 1, 0, 10, 100, true, 0);
        vm.expectRevert(refused);
        distributor.decideBatch(1, 1, true, 0);
        vm.expectRevert(abi.encodeWithSelector(IDisputes.Disputes_NotDistributor.selector, address(this)));
        disputes.passEntry(1, 1, 0, 10, 100);
    }

    function test_RevertWhen_TheConfigMakesNoSense() public {
        DisputesConfig memory config = _disputesConfig(address(0));
        vm.expectRevert(IDisputes.Disputes_NoDistributor.selector);
        new Disputes(config);
        config = _disputesConfig(address(distributor));
        config.bond = 0;
        vm.expectRevert(IDisputes.Disputes_NoBond.selector);
        new Disputes(config);
        config = _disputesConfig(address(distributor));
        config.resolveDeadline = uint48(GOVERNANCE_CYCLE + 3 days - 1);
        vm.expectRevert(
            abi.encodeWithSelector(
                IDisputes.Disputes_DeadlineTooShort.selector, config.resolveDeadline, GOVERNANCE_CYCLE + 3 days
            )
        );
        new Disputes(config);
    }

    function _notPublished(uint32 position) private {
        hoax(alice, BOND);
        vm.expectRevert(abi.encodeWithSelector(IFreezes.Freezes_NotPublished.selector, 1, position));
        disputes.challenge{value: BOND}(1, position);
    }

    function _notChallengeable(uint64 epoch) private {
        bytes memory refused = abi.encodeWithSelector(IFreezes.Freezes_NotChallengeable.selector, epoch);
        hoax(alice, BOND);
        vm.expectRevert(refused);
        disputes.challenge{value: BOND}(epoch, 0);
        hoax(alice, 20 * BOND);
        vm.expectRevert(refused);
        disputes.challengeBatch{value: 20 * BOND}(epoch, "");
    }
}
