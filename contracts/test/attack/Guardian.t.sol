// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IBatches} from "../../src/interfaces/IBatches.sol";
import {IFreezes} from "../../src/interfaces/IFreezes.sol";
import {IGuardian} from "../../src/interfaces/IGuardian.sol";
import {ILinks} from "../../src/interfaces/ILinks.sol";
import {ITerms} from "../../src/interfaces/ITerms.sol";
import {ITreasury} from "../../src/interfaces/ITreasury.sol";
import {Answer, BatchStatus, RewardBatch, Terms} from "../../src/interfaces/Types.sol";
import {Entry, Packing} from "../support/Packing.sol";
import {Stage} from "./support39/Stage.sol";

/// @notice Cases 43 (the guardian's part), 44, 45, 47 and 48: pauses and windows.
contract GuardianAttackTest is Stage {
    function _pause() private {
        vm.prank(guardian);
        distributor.pause();
    }

    // ------------------------------------------------------------------------------- 43: pauses for ever

    function test_Case43_AGuardianThatPausesWheneverItCanStopsSevenDaysInThirty() public {
        uint256 begin = block.timestamp;
        uint256 paused = 0;
        for (uint256 hour = 0; hour < 90 * 24; ++hour) {
            vm.warp(begin + hour * 1 hours);
            vm.prank(guardian);
            (bool done,) = address(distributor).call(abi.encodeCall(distributor.pause, ()));
            assertEq(done, hour % (30 * 24) == 0);
            if (distributor.paused()) ++paused;
        }
        assertEq(paused, 3 * 7 * 24);
    }

    function test_Case43_BatchesArePaidBetweenThePausesOfSuchAGuardian() public {
        vm.warp(distributor.epochEnd(1) - 1 days);
        for (uint64 epoch = 1; epoch <= 12; ++epoch) {
            uint48 end = distributor.pausedUntil();
            if (block.timestamp < end) vm.warp(end);
            if (end == 0 || block.timestamp + 7 days >= end + 30 days) {
                vm.prank(guardian);
                (bool done,) = address(distributor).call(abi.encodeCall(distributor.pause, ()));
                if (done) vm.warp(distributor.pausedUntil());
            }
            _publishThree(epoch, 1);
            _toWindowEnd(epoch);
            _creditThree(epoch);
        }
        assertEq(_earned(1), 12_000);
    }

    // ------------------------------------------------------------------------------------- 44: stolen key

    function test_Case44_APauseStopsPostingCreditingAndLinksAndNothingElse() public {
        _pay(1, 1, _three());
        _publishThree(2, 1);
        uint256 id = _challenge(challenger, 2, 0);
        _relink(3, 77);
        vm.warp(distributor.epochEnd(3));
        _postThree(3, 1, 500);
        _pause();
        bytes memory stopped = abi.encodeWithSelector(IGuardian.Guardian_Paused.selector, distributor.pausedUntil());

        // Stopped.
        vm.expectRevert(stopped);
        distributor.credit(2, chunks[0], rests[0]);
        RewardBatch memory next = _header(3, 2, keccak256("x"), 1);
        bytes memory signatures = _quorumOf(next);
        vm.expectRevert(stopped);
        distributor.postBatch(next, signatures);
        vm.expectRevert(ILinks.Links_Paused.selector);
        links.activate(3);
        uint64 until = uint64(block.timestamp) + 1 days;
        bytes memory proof = _walletProof(4, until);
        bytes memory attested = _attestation(4, _wallet(4), 0, until);
        vm.expectRevert(ILinks.Links_Paused.selector);
        distributor.link(4, _wallet(4), 0, until, proof, attested);

        // Not stopped.
        distributor.publish(3, chunks[0], rests[0]);
        _challenge(challenger, 3, 0);
        vm.prank(arbiter);
        disputes.resolve(id, Answer.Stands, "");
        distributor.claim(1);
        vm.prank(_wallet(3));
        links.cancel(3);
    }

    function test_Case44_APauseRunsOutNobodysWindow() public {
        _publishThree(1, 1);
        _relink(1, 77);
        uint48 readyAt = links.pending(1).readyAt;
        uint64 end = _state(1).windowEnd;
        vm.warp(end - 1 hours);
        _pause();
        assertEq(_state(1).windowEnd, end + 7 days);
        // All the pause through, and for the hour after it.
        vm.warp(end + 7 days - 1);
        assertFalse(distributor.paused());
        vm.expectRevert(abi.encodeWithSelector(IBatches.Batches_WindowOpen.selector, 1, end + 7 days));
        distributor.credit(1, chunks[0], rests[0]);
        _challenge(challenger, 1, 0);
        skip(1);
        _creditThree(1);
        assertEq(_earned(1), 0);
        assertEq(_earned(2), 1001);

        vm.warp(uint256(readyAt) + 7 days - 1);
        vm.expectRevert(abi.encodeWithSelector(ILinks.Links_TooEarly.selector, 1, readyAt));
        links.activate(1);
        skip(1);
        links.activate(1);
        assertEq(distributor.account(1).wallet, vm.addr(77));
    }

    function test_Case44_AnEarlyEndGivesBackWhatIsLeft() public {
        _publishThree(1, 1);
        uint64 end = _state(1).windowEnd;
        skip(1 days);
        _pause();
        skip(1 days);
        vm.prank(guardian);
        distributor.unpause();
        assertEq(_state(1).windowEnd, end + 1 days);
        vm.expectRevert(
            abi.encodeWithSelector(IGuardian.Guardian_TooSoon.selector, uint256(block.timestamp) - 1 days + 30 days)
        );
        _pause();
    }

    function testFuzz_Case44_AWindowIsOpenForItsWholeLengthOutsideOfThePause(uint256 pauseAt, uint256 length) public {
        _publishThree(1, 1);
        pauseAt = bound(pauseAt, 0, WINDOW - 1);
        length = bound(length, 1, 7 days);
        uint64 end = _state(1).windowEnd;
        skip(pauseAt);
        _pause();
        skip(length);
        if (distributor.paused()) {
            vm.prank(guardian);
            distributor.unpause();
        }
        assertEq(_state(1).windowEnd, end + length);
        vm.warp(end + length - 1);
        vm.expectPartialRevert(IBatches.Batches_WindowOpen.selector);
        distributor.credit(1, chunks[0], rests[0]);
        _challenge(challenger, 1, 1);
        skip(1);
        _creditThree(1);
        assertEq(_earned(1), 1000);
    }

    function test_Case44_TheKeyMovesNoMoneyAndGivesItselfNothing() public {
        _pay(1, 1, _three());
        _publishThree(2, 1);
        vm.startPrank(guardian);
        vm.expectRevert(abi.encodeWithSelector(ITreasury.Treasury_NotOwner.selector, guardian));
        treasury.transferERC20(address(token), guardian, 1);
        vm.expectRevert(abi.encodeWithSelector(ITreasury.Treasury_NotOwner.selector, guardian));
        treasury.setBudget(guardian, address(token), 1, 1);
        vm.expectPartialRevert(ITreasury.Treasury_OverBudget.selector);
        treasury.reserve(address(token), 1);
        vm.expectPartialRevert(ITreasury.Treasury_NotReserved.selector);
        treasury.pay(address(token), 1);
        vm.expectRevert(abi.encodeWithSelector(ITerms.Terms_NotGovernance.selector, guardian));
        distributor.setGuardian(guardian, type(uint48).max);
        vm.expectRevert(abi.encodeWithSelector(ITerms.Terms_NotGovernance.selector, guardian));
        distributor.setTerms(Terms({policyHash: POLICY, epochBudget: BUDGET, capPerPerson: CAP, fromEpoch: 99}));
        vm.expectRevert(abi.encodeWithSelector(ITerms.Terms_NotGovernance.selector, guardian));
        distributor.rotate(new address[](1), 1, "", true);
        vm.expectRevert(abi.encodeWithSelector(bytes4(keccak256("OracleSet_NotDisputes(address)")), guardian));
        distributor.decideBatch(2, 1, false, 0);
        vm.expectRevert(abi.encodeWithSelector(bytes4(keccak256("OracleSet_NotDisputes(address)")), guardian));
        distributor.freeze(2, 0, true);
        vm.expectRevert(abi.encodeWithSelector(bytes4(keccak256("OracleSet_NotDisputes(address)")), guardian));
        distributor.settleHeld(2, 1, 0, 1, 1000, true, 0);
        vm.expectRevert(abi.encodeWithSelector(bytes4(keccak256("Accounts_NotLinks(address)")), guardian));
        distributor.settleLink(1, guardian, 0);
        vm.stopPrank();
        assertEq(_balance(guardian), 0);
    }

    function test_Case44_ThePowerExpires() public {
        uint256 until = START + 365 days;
        vm.warp(until - 1);
        _pause();
        // The last pause ends as any other does.
        vm.warp(until);
        vm.expectRevert(abi.encodeWithSelector(IGuardian.Guardian_NotGuardian.selector, guardian));
        vm.prank(guardian);
        distributor.unpause();
        vm.warp(until + 7 days - 1);
        assertFalse(distributor.paused());
        vm.warp(until + 60 days);
        vm.expectRevert(abi.encodeWithSelector(IGuardian.Guardian_NotGuardian.selector, guardian));
        _pause();
    }

    function test_Case44_GovernanceTakesTheRoleAndEndsThePause() public {
        _pause();
        vm.startPrank(address(timelock));
        distributor.setGuardian(address(0), 0);
        distributor.unpause();
        vm.stopPrank();
        skip(40 days);
        vm.expectRevert(abi.encodeWithSelector(IGuardian.Guardian_NotGuardian.selector, guardian));
        _pause();
        // A new guardian does not start a new month early.
        vm.prank(address(timelock));
        distributor.setGuardian(mallory, type(uint48).max);
        vm.prank(mallory);
        distributor.pause();
        vm.prank(address(timelock));
        distributor.setGuardian(alice, type(uint48).max);
        vm.expectPartialRevert(IGuardian.Guardian_TooSoon.selector);
        vm.prank(alice);
        distributor.pause();
    }

    // ----------------------------------------------------------------------------------- 45: window length

    /// @dev No function changes the length: another window is another distributor, and this batch keeps its own end.
    function test_Case45_NothingChangesTheWindowOfAPendingBatch() public {
        _publishThree(1, 1);
        uint64 end = _state(1).windowEnd;
        string[4] memory names =
            ["setWindow(uint64)", "setWindow(uint256)", "setPublishPeriod(uint64)", "window(uint64)"];
        for (uint256 i = 0; i < names.length; ++i) {
            vm.prank(address(timelock));
            (bool done,) = address(distributor).call(abi.encodeWithSignature(names[i], 1));
            assertFalse(done, names[i]);
        }
        vm.startPrank(address(timelock));
        distributor.setTerms(Terms({policyHash: "other", epochBudget: 1, capPerPerson: 1, fromEpoch: 3}));
        distributor.rotate(_membersOf(_makeOracles("next", 5)), 5, "", false);
        disputes.setBond(1);
        vm.stopPrank();
        assertEq(_state(1).windowEnd, end);
        vm.warp(end);
        _creditThree(1);
        assertEq(_earned(1), 1000);
    }

    /// @dev The terms that were set in between hold for later epochs alone.
    function test_Case45_ABatchKeepsItsEpochsTermsToo() public {
        _postThree(1, 1, 500);
        vm.prank(address(timelock));
        distributor.setTerms(Terms({policyHash: "other", epochBudget: 1, capPerPerson: 1, fromEpoch: 3}));
        vm.warp(distributor.epochEnd(1) + 1 hours);
        distributor.publish(1, chunks[0], rests[0]);
        _toWindowEnd(1);
        _creditThree(1);
        assertEq(_earned(3), 1002);
    }

    function test_Case45_OtherBatchesDoNotMoveADeadline() public {
        _publishThree(1, 1);
        (bytes[] memory first, bytes32[] memory leaves) = (chunks, rests);
        uint64 end = _state(1).windowEnd;
        vm.warp(distributor.epochEnd(2));
        _publishThree(2, 1);
        _challengeBatch(mallory, 2);
        assertEq(_state(1).windowEnd, end);
        _credit(1, first, leaves);
    }

    // ---------------------------------------------------------------------------------------- 47: nobody looks

    /// @dev All oracles are thieves, eight epochs lie open, and nobody does anything. What leaves is the Treasury's budget: its
    /// capacity of four epoch budgets and what refills, two epoch budgets an epoch.
    function test_Case47_ThievesThatNobodyWatchesTakeTheBudgetAndNoMore() public {
        _linkMany(4, 1);
        Entry[] memory loot = Packing.many(1, 4, CAP);
        vm.warp(distributor.epochEnd(9));
        uint256 begin = block.timestamp;
        uint256 before = _balance(address(treasury));
        uint64 epoch = 2;
        chunks = Packing.split(loot, 500);
        for (; epoch <= 5; ++epoch) {
            rests = _post(epoch, 1, chunks, BUDGET);
            _publish(epoch, chunks, rests);
        }
        (bytes32 head,) = Packing.chain(chunks);
        RewardBatch memory next = _header(epoch, 1, head, BUDGET);
        bytes memory signatures = _quorumOf(next);
        vm.expectPartialRevert(ITreasury.Treasury_OverBudget.selector);
        distributor.postBatch(next, signatures);

        // In the same epoch again: its own budget is used up.
        next = _header(5, 2, head, 1);
        signatures = _quorumOf(next);
        vm.expectPartialRevert(IBatches.Batches_Live.selector);
        distributor.postBatch(next, signatures);

        // They wait and go on as long as they can.
        while (block.timestamp < begin + 4 weeks) {
            skip(1 days);
            if (treasury.budget(address(distributor), address(token)).available < BUDGET * UNIT) continue;
            rests = _post(epoch, 1, chunks, BUDGET);
            _publish(epoch++, chunks, rests);
        }
        skip(WINDOW);
        for (uint64 e = 2; e < epoch; ++e) {
            _credit(e, chunks, rests);
        }
        uint256 lost = before - _balance(address(treasury));
        assertEq(lost, uint256(epoch - 2) * BUDGET * UNIT);
        assertLe(lost, (4 + 2 * 4) * BUDGET * UNIT);
    }

    /// @dev What a watcher hears of each theft, and how long before any money moves.
    function test_Case47_EveryStepOfATheftIsAnEventAWindowBeforeTheMoneyMoves() public {
        vm.warp(distributor.epochEnd(1));
        chunks = Packing.split(_one(1, CAP), 500);
        (bytes32 head,) = Packing.chain(chunks);
        RewardBatch memory theft = _header(1, 1, head, CAP);
        bytes memory signatures = _quorumOf(theft);
        vm.expectEmit(address(distributor));
        emit IBatches.BatchPosted(1, 1, theft.evidenceHash, theft, address(this));
        vm.expectEmit(address(treasury));
        emit ITreasury.Reserved(address(distributor), address(token), CAP * UNIT);
        vm.expectEmit(address(distributor));
        emit IBatches.EntriesPublished(1, 1, 0, chunks[0], 0);
        vm.expectEmit(address(distributor));
        emit IBatches.BatchPublished(1, 1, uint64(block.timestamp) + WINDOW);
        distributor.postAndPublish(theft, signatures, chunks[0]);
        assertEq(_balance(address(distributor)), 0);
        skip(WINDOW - 1);
        vm.expectPartialRevert(IBatches.Batches_WindowOpen.selector);
        distributor.credit(1, chunks[0], 0);
    }

    // -------------------------------------------------------------------------------------- 48: pause abuse

    function test_Case48_ClaimsOfFinalBatchesWorkInAPause() public {
        _pay(1, 1, _three());
        _pause();
        distributor.claim(1);
        uint64[] memory ids = new uint64[](3);
        (ids[0], ids[1], ids[2]) = (1, 2, 3);
        assertEq(distributor.claimMany(ids), 2003 * UNIT);
        assertEq(_balance(_wallet(1)), 1000 * UNIT);
    }

    function test_Case48_AnEntryThatIsHeldIsAnsweredAndClaimedInAPause() public {
        _publishThree(1, 1);
        uint256 id = _challenge(mallory, 1, 0);
        _toWindowEnd(1);
        _creditThree(1);
        _pause();
        vm.prank(arbiter);
        disputes.resolve(id, Answer.Stands, "");
        distributor.claim(1);
        assertEq(_balance(_wallet(1)), 1000 * UNIT);
    }

    function test_Case48_ThePauseEndsByItself() public {
        _publishThree(1, 1);
        _pause();
        vm.warp(distributor.pausedUntil() - 1);
        assertTrue(distributor.paused());
        skip(1);
        assertFalse(distributor.paused());
        vm.expectRevert(IGuardian.Guardian_NotPaused.selector);
        vm.prank(guardian);
        distributor.unpause();
        _toWindowEnd(1);
        _creditThree(1);
        assertTrue(_state(1).status == BatchStatus.Settled);
        vm.expectRevert(abi.encodeWithSelector(IFreezes.Freezes_NotChallengeable.selector, 1));
        _challenge(mallory, 1, 0);
    }

    function test_Case48_ABatchPublishedInAPauseHasItsWholeWindowAfterIt() public {
        _postThree(1, 1, 500);
        _pause();
        skip(1 hours);
        distributor.publish(1, chunks[0], rests[0]);
        assertEq(_state(1).windowEnd, uint256(distributor.pausedUntil()) + WINDOW);
        _challenge(challenger, 1, 0);
        _toWindowEnd(1);
        _creditThree(1);
        assertEq(_earned(2), 1001);
    }
}
