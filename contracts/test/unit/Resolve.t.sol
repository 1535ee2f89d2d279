// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IBatches} from "../../src/interfaces/IBatches.sol";
import {IDisputes} from "../../src/interfaces/IDisputes.sol";
import {IFreezes} from "../../src/interfaces/IFreezes.sol";
import {IOracleSet} from "../../src/interfaces/IOracleSet.sol";
import {Answer, BatchStatus, EntryStatus, RewardBatch, SkipReason, VoidReason} from "../../src/interfaces/Types.sol";
import {Fixture} from "../support/Fixture.sol";
import {Entry, Packing} from "../support/Packing.sol";

/// @notice A challenger that takes no ETH.
contract Refuser {
    function challenge(IDisputes disputes, uint64 epoch, uint32 position) external returns (uint256) {
        return disputes.challenge{value: address(this).balance}(epoch, position);
    }
}

contract ResolveTest is Fixture {
    using Packing for Entry[];

    bytes[] private chunks;
    bytes32[] private rests;
    bytes private signatures;

    /// @dev Epoch 1: contributors 10, 11 and 12, all linked, 1000 units each, in the window.
    function setUp() public override {
        super.setUp();
        _linkMany(10, 3);
        Entry[] memory entries = Packing.many(10, 3, 1000);
        chunks = entries.split(2);
        vm.warp(distributor.epochEnd(1));
        bytes32 head;
        (head, rests) = Packing.chain(chunks);
        RewardBatch memory header = _header(1, 1, head, entries.sum());
        signatures = _quorumOf(header);
        distributor.postBatch(header, signatures);
        _publish(1, chunks, rests);
    }

    // ---------------------------------------------------------------------------------------- before credit

    function test_Stands() public {
        uint256 challenge = _challenge(1, 1);
        vm.expectEmit(address(disputes));
        emit IDisputes.ChallengeResolved(challenge, Answer.Stands, arbiter);
        vm.expectEmit(address(distributor));
        emit IFreezes.EntryUnfrozen(1, 1, 1);
        _answer(challenge, Answer.Stands);
        _creditAll();
        _earned(1000, 1000, 1000);
        assertEq(disputes.owed(address(treasury)), BOND);
        disputes.withdraw(payable(address(treasury)));
        assertEq(address(treasury).balance, BOND);
        _allMoneyIsSettled(3000);
    }

    function test_Dropped() public {
        _answer(_challenge(1, 1), Answer.Dropped);
        assertTrue(disputes.challengedEntry(1, 1, 1).status == EntryStatus.Dropped);
        vm.warp(block.timestamp + WINDOW);
        vm.expectEmit(address(distributor));
        emit IBatches.EntrySkipped(1, 11, 1000, SkipReason.Dropped);
        _credit(1, chunks, rests);
        _earned(1000, 0, 1000);
        _bondIsBack(BOND);
        assertEq(_state(1).epochCredited, 2000);
        _allMoneyIsSettled(2000);
        assertFalse(distributor.isSwitchedOff(oracles[0].member));
    }

    function test_Fault() public {
        uint256 challenge = _challenge(1, 1);
        vm.expectEmit(address(distributor));
        emit IOracleSet.OracleSwitchedOff(oracles[0].member);
        _answer(challenge, Answer.Fault, signatures);
        _signersAreOff();
        _creditAll();
        _earned(1000, 0, 1000);
        _bondIsBack(BOND);
        _rewardIs(100 * UNIT);
        _allMoneyIsSettled(2000);
    }

    function test_OnlyAFaultIsRewarded() public {
        uint256 held = _challenge(1, 0);
        _answer(_challenge(1, 1), Answer.Dropped);
        _creditAll();
        _answer(held, Answer.Dropped);
        assertEq(disputes.rewardOf(address(0)), 0);
        assertEq(_balance(address(disputes)), 0);
    }

    function test_NothingIsPaidTwice() public {
        _answer(_challenge(1, 1), Answer.Fault, signatures);
        _challenge(1, 0);
        _creditAll();
        disputes.withdraw(payable(alice));
        disputes.withdrawReward(alice);
        assertEq(disputes.owed(alice), 0);
        assertEq(disputes.rewardOf(alice), 0);
        vm.expectRevert(abi.encodeWithSelector(IDisputes.Disputes_NothingOwed.selector, alice));
        disputes.withdraw(payable(alice));
        vm.expectRevert(abi.encodeWithSelector(IDisputes.Disputes_NothingOwed.selector, alice));
        disputes.withdrawReward(alice);
    }

    // ----------------------------------------------------------------------------------------- after credit

    function test_StandsAfterTheOthersWereCredited() public {
        uint256 challenge = _challenge(1, 1);
        _creditAll();
        _earned(1000, 0, 1000);
        vm.expectEmit(address(distributor));
        emit IFreezes.HeldEntryCredited(1, 1, 1, 11, 1000);
        _answer(challenge, Answer.Stands);
        _earned(1000, 1000, 1000);
        assertEq(distributor.claim(11), 1000 * UNIT);
        assertEq(_state(1).epochCredited, 3000);
        assertEq(treasury.reservedOf(address(token)), 0);
    }

    /// @dev Before crediting and after it; only what crediting has yet to drop keeps its mark.
    function test_AnAnsweredEntryLeavesNoMark() public {
        _answer(_challenge(1, 0), Answer.Stands);
        assertTrue(disputes.challengedEntry(1, 1, 0).status == EntryStatus.None);
        uint256 stands = _challenge(1, 1);
        uint256 dropped = _challenge(1, 2);
        _creditAll();
        _answer(stands, Answer.Stands);
        _answer(dropped, Answer.Dropped);
        assertTrue(disputes.challengedEntry(1, 1, 1).status == EntryStatus.None);
        assertTrue(disputes.challengedEntry(1, 1, 2).status == EntryStatus.None);
    }

    function test_DroppedAfterTheOthersWereCredited() public {
        uint256 challenge = _challenge(1, 1);
        _creditAll();
        _answer(challenge, Answer.Dropped);
        _earned(1000, 0, 1000);
        _bondIsBack(BOND);
        assertEq(_state(1).epochCredited, 2000);
        _allMoneyIsSettled(2000);
    }

    function test_FaultAfterTheOthersWereCredited() public {
        uint256 challenge = _challenge(1, 1);
        _creditAll();
        _answer(challenge, Answer.Fault, signatures);
        _signersAreOff();
        _rewardIs(100 * UNIT);
        _allMoneyIsSettled(2000);
    }

    function test_AHeldEntryCountsAgainstTheBudgetUntilItIsDropped() public {
        uint256 challenge = _challenge(1, 1);
        _creditAll();
        RewardBatch memory header = _header(1, 2, keccak256("head"), BUDGET - 2000);
        bytes memory others = _quorumOf(header);
        vm.expectRevert(abi.encodeWithSelector(IBatches.Batches_OverBudget.selector, 1, BUDGET + 1000, BUDGET));
        distributor.postBatch(header, others);
        _answer(challenge, Answer.Dropped);
        distributor.postBatch(header, others);
    }

    function test_AnAnswerAfterTheNextRound() public {
        uint256 challenge = _challenge(1, 1);
        _creditAll();
        _pay(1, 2, _one(10, 5));
        _answer(challenge, Answer.Stands);
        assertEq(distributor.account(11).earned, 1000);
        assertEq(_state(1).epochCredited, 3005);
        assertEq(treasury.reservedOf(address(token)), 0);
    }

    // --------------------------------------------------------------------------------------- whole batches

    function test_ABatchStands() public {
        _answer(_challengeBatch(1), Answer.Stands);
        _creditAll();
        _earned(1000, 1000, 1000);
        assertEq(disputes.owed(address(treasury)), 20 * BOND);
    }

    function test_ABatchIsDropped() public {
        uint256 challenge = _challengeBatch(1);
        vm.expectEmit(address(distributor));
        emit IBatches.BatchVoided(1, 1, VoidReason.Challenged);
        _answer(challenge, Answer.Dropped);
        assertTrue(_state(1).status == BatchStatus.Void);
        _bondIsBack(20 * BOND);
        _allMoneyIsSettled(0);
        _pay(1, 2, _one(10, 5));
    }

    function test_ABatchIsAFault() public {
        _answer(_challengeBatch(1), Answer.Fault, signatures);
        _signersAreOff();
        _rewardIs(300 * UNIT);
        _allMoneyIsSettled(0);
    }

    function test_ChallengesOfAVoidBatchAreRefunded() public {
        uint256 entry = _challenge(1, 1);
        uint256 whole = _challengeBatch(1);
        uint256[] memory list = _list(entry);
        vm.expectRevert(abi.encodeWithSelector(IDisputes.Disputes_NotMoot.selector, entry));
        disputes.refund(list);
        _answer(whole, Answer.Dropped);
        assertTrue(disputes.isMoot(entry));
        vm.expectRevert(abi.encodeWithSelector(IDisputes.Disputes_Moot.selector, entry));
        _answer(entry, Answer.Dropped);
        vm.expectEmit(address(disputes));
        emit IDisputes.ChallengeMoot(entry);
        disputes.refund(list);
        _bondIsBack(21 * BOND);
        vm.expectRevert(abi.encodeWithSelector(IDisputes.Disputes_NotOpen.selector, entry));
        disputes.refund(list);
    }

    function test_HeldEntriesDieWithTheirOracleSet() public {
        uint256 challenge = _challenge(1, 1);
        _creditAll();
        _rotate(true);
        vm.expectRevert(abi.encodeWithSelector(IDisputes.Disputes_Moot.selector, challenge));
        _answer(challenge, Answer.Stands);
        disputes.refund(_list(challenge));
        _bondIsBack(BOND);
        _earned(1000, 0, 1000);
        _allMoneyIsSettled(2000);
        assertEq(_state(1).epochCredited, 2000);
    }

    // ----------------------------------------------------------------------------------------------- expiry

    function test_WhatNobodyAnswersIsDropped() public {
        uint256 held = _challenge(1, 0);
        uint256 deadline = block.timestamp + RESOLVE_DEADLINE;
        _creditAll();
        uint256[] memory list = _list(held);
        vm.warp(deadline);
        vm.expectRevert(abi.encodeWithSelector(IDisputes.Disputes_NotOverdue.selector, held, deadline));
        disputes.resolveExpired(list);
        vm.warp(deadline + 1);
        vm.expectRevert(abi.encodeWithSelector(IDisputes.Disputes_Overdue.selector, held, deadline));
        _answer(held, Answer.Stands);
        vm.expectEmit(address(disputes));
        emit IDisputes.ChallengeExpired(held);
        disputes.resolveExpired(list);
        assertEq(disputes.owed(alice), BOND / 2);
        assertEq(disputes.owed(address(treasury)), BOND / 2);
        _earned(0, 1000, 1000);
        _allMoneyIsSettled(2000);
    }

    function test_ABatchThatNobodyAnswersForIsVoid() public {
        uint256 challenge = _challengeBatch(1);
        vm.warp(block.timestamp + RESOLVE_DEADLINE + 1);
        disputes.resolveExpired(_list(challenge));
        assertTrue(_state(1).status == BatchStatus.Void);
        _allMoneyIsSettled(0);
    }

    function test_RevertWhen_ExpiredButMoot() public {
        uint256 entry = _challenge(1, 0);
        _answer(_challengeBatch(1), Answer.Dropped);
        vm.warp(block.timestamp + RESOLVE_DEADLINE + 1);
        uint256[] memory list = _list(entry);
        vm.expectRevert(abi.encodeWithSelector(IDisputes.Disputes_Moot.selector, entry));
        disputes.resolveExpired(list);
        disputes.refund(list);
    }

    // ------------------------------------------------------------------------------------------------- many

    function test_ManyAreAnsweredAlike() public {
        uint256[] memory list = new uint256[](3);
        for (uint32 i = 0; i < 3; ++i) {
            list[i] = _challenge(1, i);
        }
        _creditAll();
        vm.prank(arbiter);
        disputes.resolveMany(list, Answer.Fault, signatures);
        _signersAreOff();
        _bondIsBack(3 * BOND);
        _rewardIs(300 * UNIT);
        _allMoneyIsSettled(0);
    }

    function test_GovernanceAnswersToo() public {
        uint256[] memory list = _list(_challenge(1, 0));
        vm.prank(address(timelock));
        disputes.resolveMany(list, Answer.Dropped, "");
        vm.prank(address(timelock));
        disputes.setArbiter(address(0));
        assertEq(disputes.arbiter(), address(0));
        uint256 challenge = _challenge(1, 1);
        vm.expectRevert(abi.encodeWithSelector(IDisputes.Disputes_NotArbiter.selector, arbiter));
        _answer(challenge, Answer.Dropped);
        vm.prank(address(timelock));
        disputes.resolve(challenge, Answer.Dropped, "");
    }

    // -------------------------------------------------------------------------------------------------- bad

    function test_RevertWhen_AnyoneElseAnswers() public {
        uint256 challenge = _challenge(1, 0);
        bytes memory refused = abi.encodeWithSelector(IDisputes.Disputes_NotArbiter.selector, address(this));
        vm.expectRevert(refused);
        disputes.resolve(challenge, Answer.Stands, "");
        vm.expectRevert(refused);
        disputes.resolveMany(_list(challenge), Answer.Stands, "");
        vm.expectRevert(refused);
        disputes.decideLink(10, true);
        bytes memory notGovernance = abi.encodeWithSelector(IDisputes.Disputes_NotGovernance.selector, arbiter);
        vm.startPrank(arbiter);
        vm.expectRevert(notGovernance);
        disputes.setArbiter(arbiter);
        vm.expectRevert(notGovernance);
        disputes.setBond(1);
    }

    function test_RevertWhen_AnsweredTwice() public {
        uint256 challenge = _challenge(1, 0);
        _answer(challenge, Answer.Dropped);
        vm.expectRevert(abi.encodeWithSelector(IDisputes.Disputes_NotOpen.selector, challenge));
        _answer(challenge, Answer.Dropped);
        challenge = _challenge(1, 1);
        _creditAll();
        _answer(challenge, Answer.Dropped);
        vm.expectRevert(abi.encodeWithSelector(IDisputes.Disputes_NotOpen.selector, challenge));
        _answer(challenge, Answer.Stands);
        _allMoneyIsSettled(1000);
    }

    function test_RevertWhen_AFaultIsNotShownToBeSigned() public {
        uint256 challenge = _challenge(1, 0);
        vm.expectRevert(abi.encodeWithSelector(IOracleSet.OracleSet_WrongLength.selector, 0, 224));
        _answer(challenge, Answer.Fault, "");
        bytes memory others = _quorumOf(_header(1, 1, keccak256("other"), 3000));
        vm.expectRevert(abi.encodeWithSelector(IOracleSet.OracleSet_InvalidSignature.selector, 0, oracles[0].member));
        _answer(challenge, Answer.Fault, others);
    }

    function test_ARefusedBondStopsNobody() public {
        Refuser refuser = new Refuser();
        vm.deal(address(refuser), BOND);
        uint256 challenge = refuser.challenge(disputes, 1, 0);
        _answer(challenge, Answer.Dropped);
        vm.expectRevert();
        disputes.withdraw(payable(address(refuser)));
        assertEq(disputes.owed(address(refuser)), BOND);
    }

    function test_RevertWhen_NothingIsOwed() public {
        bytes memory nothing = abi.encodeWithSelector(IDisputes.Disputes_NothingOwed.selector, alice);
        vm.expectRevert(nothing);
        disputes.withdraw(payable(alice));
        vm.expectRevert(nothing);
        disputes.withdrawReward(alice);
    }

    function test_TheBondOfLaterChallengesChanges() public {
        uint256 challenge = _challenge(1, 0);
        vm.prank(address(timelock));
        disputes.setBond(2 * BOND);
        _answer(challenge, Answer.Dropped);
        assertEq(disputes.owed(alice), BOND);
        vm.expectRevert(IDisputes.Disputes_NoBond.selector);
        vm.prank(address(timelock));
        disputes.setBond(0);
    }

    // ---------------------------------------------------------------------------------------------- helpers

    function _creditAll() private {
        vm.warp(block.timestamp + WINDOW);
        _credit(1, chunks, rests);
    }

    function _earned(uint48 first, uint48 second, uint48 third) private view {
        assertEq(distributor.account(10).earned, first);
        assertEq(distributor.account(11).earned, second);
        assertEq(distributor.account(12).earned, third);
    }

    function _bondIsBack(uint256 bond) private {
        assertEq(disputes.owed(alice), bond);
        uint256 before = alice.balance;
        assertEq(disputes.withdraw(payable(alice)), bond);
        assertEq(alice.balance - before, bond);
        assertEq(address(disputes).balance, 0);
    }

    function _rewardIs(uint256 amount) private {
        assertEq(disputes.rewardOf(alice), amount);
        assertEq(disputes.withdrawReward(alice), amount);
        assertEq(_balance(alice), amount);
        assertEq(_balance(address(disputes)), 0);
    }

    function _signersAreOff() private view {
        for (uint256 i = 0; i < 5; ++i) {
            assertEq(distributor.isSwitchedOff(oracles[i].member), (QUORUM >> i) & 1 == 1);
        }
    }

    /// @dev Nothing is reserved, the distributor holds exactly what accounts may claim, and nothing got lost.
    function _allMoneyIsSettled(uint256 units) private view {
        assertEq(treasury.reservedOf(address(token)), 0);
        assertEq(_balance(address(distributor)), units * UNIT);
        uint256 outside = _balance(alice) + _balance(address(disputes));
        assertEq(_balance(address(treasury)), TREASURY_FUNDS - units * UNIT - outside);
    }
}
