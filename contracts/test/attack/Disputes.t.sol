// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IBatches} from "../../src/interfaces/IBatches.sol";
import {IDisputes} from "../../src/interfaces/IDisputes.sol";
import {IFreezes} from "../../src/interfaces/IFreezes.sol";
import {IGuardian} from "../../src/interfaces/IGuardian.sol";
import {Answer, BatchStatus, EntryStatus, RewardBatch} from "../../src/interfaces/Types.sol";
import {Packing} from "../support/Packing.sol";
import {Oracle} from "../support/Signing.sol";
import {BlockingToken} from "../support/Tokens.sol";
import {GreedyChallenger, RefusingChallenger} from "./support39/Challengers.sol";
import {Stage} from "./support39/Stage.sol";

/// @notice Cases 39, 42, 43 and 46: challenges at the edges of their time, bonds that are stuck, spam, and crediting.
contract DisputesAttackTest is Stage {
    // ------------------------------------------------------------------------------------------ 39: edges

    function test_Case39_AnEntryIsChallengedFromTheSecondOfItsPublication() public {
        _postThree(1, 1, 1);
        vm.expectRevert(abi.encodeWithSelector(IFreezes.Freezes_NotPublished.selector, 1, 0));
        _challenge(challenger, 1, 0);
        distributor.publish(1, chunks[0], rests[0]);
        _challenge(challenger, 1, 0);
        // The next one's turn comes with its own publication, though the batch is on its way.
        vm.expectRevert(abi.encodeWithSelector(IFreezes.Freezes_NotPublished.selector, 1, 1));
        _challenge(challenger, 1, 1);
        vm.expectRevert(abi.encodeWithSelector(IFreezes.Freezes_NotPublished.selector, 1, type(uint32).max));
        _challenge(challenger, 1, type(uint32).max);
    }

    function test_Case39_ABatchIsChallengedFromTheSecondOfItsPosting() public {
        vm.expectRevert(abi.encodeWithSelector(IFreezes.Freezes_NotChallengeable.selector, 1));
        _challengeBatch(challenger, 1);
        _postThree(1, 1, 500);
        _challengeBatch(challenger, 1);
    }

    function test_Case39_InTheLastSecondOfTheWindowStill() public {
        _publishThree(1, 1);
        vm.warp(_state(1).windowEnd - 1);
        _challenge(challenger, 1, 0);
        vm.expectRevert(abi.encodeWithSelector(IBatches.Batches_WindowOpen.selector, 1, block.timestamp + 1));
        distributor.credit(1, chunks[0], rests[0]);
        skip(1);
        _creditThree(1);
        assertEq(_earned(1), 0);
        assertEq(_earned(2), 1001);
    }

    function test_Case39_OneSecondLateIsTooLate() public {
        _publishThree(1, 1);
        _toWindowEnd(1);
        vm.expectRevert(abi.encodeWithSelector(IFreezes.Freezes_NotChallengeable.selector, 1));
        _challenge(challenger, 1, 0);
        vm.expectRevert(abi.encodeWithSelector(IFreezes.Freezes_NotChallengeable.selector, 1));
        _challengeBatch(challenger, 1);
        _creditThree(1);
        assertEq(_earned(1), 1000);
    }

    function test_Case39_TheSameTwice() public {
        _publishThree(1, 1);
        _challenge(challenger, 1, 0);
        vm.expectRevert(abi.encodeWithSelector(IFreezes.Freezes_EntryTaken.selector, 1, 0));
        _challenge(mallory, 1, 0);
        _challengeBatch(challenger, 1);
        vm.expectRevert(abi.encodeWithSelector(IBatches.Batches_Frozen.selector, 1, 1));
        _challengeBatch(mallory, 1);
        assertEq(address(disputes).balance, BOND + BATCH_BOND);
    }

    function test_Case39_WhatIsFinalStaysFinal() public {
        _publishThree(1, 1, 1);
        _toWindowEnd(1);
        distributor.credit(1, chunks[0], rests[0]);
        // Half credited.
        vm.expectRevert(abi.encodeWithSelector(IFreezes.Freezes_NotChallengeable.selector, 1));
        _challenge(challenger, 1, 2);
        distributor.credit(1, chunks[1], rests[1]);
        distributor.credit(1, chunks[2], rests[2]);
        vm.expectRevert(abi.encodeWithSelector(IFreezes.Freezes_NotChallengeable.selector, 1));
        _challenge(challenger, 1, 0);
        vm.expectRevert(abi.encodeWithSelector(IFreezes.Freezes_NotChallengeable.selector, 1));
        _challengeBatch(challenger, 1);
    }

    function test_Case39_TheAnswerInTheLastSecondAndOneLate() public {
        _publishThree(1, 1);
        uint256 first = _challenge(challenger, 1, 0);
        uint256 second = _challenge(challenger, 1, 1);
        uint48 deadline = disputes.challengeOf(first).deadline;
        vm.warp(deadline);
        vm.expectRevert(abi.encodeWithSelector(IDisputes.Disputes_NotOverdue.selector, first, deadline));
        disputes.resolveExpired(_idList(first));
        vm.prank(arbiter);
        disputes.resolve(first, Answer.Stands, "");
        skip(1);
        vm.expectRevert(abi.encodeWithSelector(IDisputes.Disputes_Overdue.selector, second, deadline));
        vm.prank(arbiter);
        disputes.resolve(second, Answer.Stands, "");
        disputes.resolveExpired(_idList(second));
        vm.expectRevert(abi.encodeWithSelector(IDisputes.Disputes_NotOpen.selector, second));
        disputes.resolveExpired(_idList(second));
    }

    function test_Case39_AnsweredTwiceInOneList() public {
        _publishThree(1, 1);
        uint256[] memory ids = new uint256[](2);
        (ids[0], ids[1]) = (_challenge(challenger, 1, 0), 1);
        vm.expectRevert(abi.encodeWithSelector(IDisputes.Disputes_NotOpen.selector, 1));
        vm.prank(arbiter);
        disputes.resolveMany(ids, Answer.Dropped, "");
    }

    // ------------------------------------------------------------------------------------------ 42: bonds

    function test_Case42_AChallengerThatRefusesEthStopsNothing() public {
        RefusingChallenger refusing = new RefusingChallenger{value: BOND}();
        _publishThree(1, 1);
        uint256 id = refusing.challenge(disputes, 1, 0);
        uint256 other = _challenge(challenger, 1, 1);
        vm.startPrank(arbiter);
        disputes.resolve(id, Answer.Dropped, "");
        disputes.resolve(other, Answer.Dropped, "");
        vm.stopPrank();

        vm.expectRevert(RefusingChallenger.Refused.selector);
        disputes.withdraw(payable(address(refusing)));
        disputes.withdraw(payable(challenger));
        assertEq(challenger.balance, 1000 ether);
        _toWindowEnd(1);
        _creditThree(1);
        assertEq(_earned(3), 1002);

        // It is owed until it is taken.
        refusing.relent();
        disputes.withdraw(payable(address(refusing)));
        assertEq(address(refusing).balance, BOND);
    }

    function test_Case42_AChallengerThatIsGoneStopsNothing() public {
        RefusingChallenger gone = new RefusingChallenger{value: BOND}();
        _publishThree(1, 1);
        uint256 id = gone.challenge(disputes, 1, 0);
        vm.etch(address(gone), "");
        vm.prank(arbiter);
        disputes.resolve(id, Answer.Dropped, "");
        disputes.withdraw(payable(address(gone)));
        assertEq(address(disputes).balance, 0);
    }

    function test_Case42_AChallengerThatCallsBackGetsItsBondOnce() public {
        GreedyChallenger greedy = new GreedyChallenger{value: BOND}(disputes);
        _publishThree(1, 1);
        uint256 id = greedy.challenge(1, 0);
        _challenge(challenger, 1, 1);
        vm.prank(arbiter);
        disputes.resolve(id, Answer.Dropped, "");
        disputes.withdraw(payable(address(greedy)));
        assertEq(greedy.calls(), 1);
        assertEq(address(greedy).balance, BOND);
        assertEq(address(disputes).balance, BOND);
        vm.expectRevert(abi.encodeWithSelector(IDisputes.Disputes_NothingOwed.selector, address(greedy)));
        disputes.withdraw(payable(address(greedy)));
    }

    function test_Case42_AFinderWhomTheTokenBlocksStopsNeitherTheAnswerNorTheOthers() public {
        BlockingToken blocking = new BlockingToken(100_000_000e18);
        _deploy(address(blocking));
        assertTrue(blocking.transfer(address(treasury), TREASURY_FUNDS));
        _linkMany(1, 3);
        _publishThree(1, 1);
        bytes32 digest = _state(1).digest;
        uint256 id = _challenge(challenger, 1, 0);
        blocking.setBlocked(challenger, true);
        vm.prank(arbiter);
        disputes.resolve(id, Answer.Fault, _signQuorum(oracles, QUORUM, digest));
        _toWindowEnd(1);
        _creditThree(1);
        assertEq(_earned(2), 1001);
        assertEq(disputes.rewardOf(challenger), 100 * UNIT);
        assertEq(_balance(address(disputes)), 100 * UNIT);
        vm.expectRevert(abi.encodeWithSelector(BlockingToken.Blocked.selector, challenger));
        disputes.withdrawReward(challenger);
        blocking.setBlocked(challenger, false);
        assertEq(disputes.withdrawReward(challenger), 100 * UNIT);
    }

    /// @dev The issuer of the token blocks the judge itself, so that the reward of a fault cannot be sent and the chunk not be credited.
    /// Governance voids the batch with its oracle set, and the others are paid by the next round.
    function test_Case42_AJudgeWhomTheTokenBlocksIsMendedByARotation() public {
        BlockingToken blocking = new BlockingToken(100_000_000e18);
        _deploy(address(blocking));
        assertTrue(blocking.transfer(address(treasury), TREASURY_FUNDS));
        _linkMany(1, 3);
        _publishThree(1, 1);
        bytes memory signatures = _signQuorum(oracles, QUORUM, _state(1).digest);
        uint256 id = _challenge(challenger, 1, 0);
        vm.prank(arbiter);
        disputes.resolve(id, Answer.Fault, signatures);
        blocking.setBlocked(address(disputes), true);
        _toWindowEnd(1);
        vm.expectRevert(abi.encodeWithSelector(BlockingToken.Blocked.selector, address(disputes)));
        distributor.credit(1, chunks[0], 0);

        Oracle[] memory next = _makeOracles("next", 5);
        vm.prank(address(timelock));
        distributor.rotate(_membersOf(next), 3, "", true);
        distributor.voidRotated(1);
        assertEq(treasury.reservedOf(address(blocking)), 0);
        chunks = Packing.split(_one(2, 1001), 500);
        (bytes32 head,) = Packing.chain(chunks);
        RewardBatch memory header = _header(1, 2, head, 1001);
        header.oracleSet = 2;
        distributor.postAndPublish(header, _signQuorum(next, QUORUM, distributor.hashBatch(header)), chunks[0]);
        _toWindowEnd(1);
        distributor.credit(1, chunks[0], 0);
        assertEq(_earned(2), 1001);
    }

    function test_Case42_NoAnswerAtAllEndsByItself() public {
        _publishThree(1, 1);
        uint256 id = _challenge(challenger, 1, 0);
        _toWindowEnd(1);
        _creditThree(1);
        assertEq(treasury.reservedOf(address(token)), 1000 * UNIT);
        vm.warp(uint256(disputes.challengeOf(id).deadline) + 1);
        vm.prank(mallory);
        disputes.resolveExpired(_idList(id));
        // Nobody's entry is paid by silence; the money is free again; half of the bond is back.
        assertEq(_earned(1), 0);
        assertEq(treasury.reservedOf(address(token)), 0);
        assertEq(disputes.owed(challenger), BOND / 2);
        assertEq(disputes.owed(address(treasury)), BOND / 2);
        disputes.withdraw(payable(address(treasury)));
        assertEq(address(treasury).balance, BOND / 2);
        assertEq(_state(1).epochCredited, 2003);
    }

    function test_Case42_ABondWhoseSubjectEndedOtherwiseComesBackWhole() public {
        _postThree(1, 1, 1);
        distributor.publish(1, chunks[0], rests[0]);
        uint256 entry = _challenge(challenger, 1, 0);
        uint256 whole = _challengeBatch(challenger, 1);
        vm.expectRevert(abi.encodeWithSelector(IDisputes.Disputes_NotMoot.selector, entry));
        disputes.refund(_idList(entry));
        skip(PUBLISH_PERIOD + 1);
        distributor.voidUnpublished(1);

        vm.expectRevert(abi.encodeWithSelector(IDisputes.Disputes_Moot.selector, whole));
        vm.prank(arbiter);
        disputes.resolve(whole, Answer.Stands, "");
        disputes.refund(_idList(entry));
        disputes.refund(_idList(whole));
        disputes.withdraw(payable(challenger));
        assertEq(challenger.balance, 1000 ether);
    }

    function test_Case42_TheBondMustBeExact() public {
        _publishThree(1, 1);
        vm.startPrank(mallory);
        vm.expectRevert(abi.encodeWithSelector(IDisputes.Disputes_WrongBond.selector, BOND - 1, BOND));
        disputes.challenge{value: BOND - 1}(1, 0);
        vm.expectRevert(abi.encodeWithSelector(IDisputes.Disputes_WrongBond.selector, BOND + 1, BOND));
        disputes.challenge{value: BOND + 1}(1, 0);
        vm.expectRevert(abi.encodeWithSelector(IDisputes.Disputes_WrongBond.selector, BOND, BATCH_BOND));
        disputes.challengeBatch{value: BOND}(1, "cheap");
        vm.stopPrank();
        // A bond that governance changes later is not what an open challenge is owed.
        uint256 id = _challenge(challenger, 1, 0);
        vm.prank(address(timelock));
        disputes.setBond(10 * BOND);
        vm.prank(arbiter);
        disputes.resolve(id, Answer.Dropped, "");
        assertEq(disputes.owed(challenger), BOND);
    }

    function test_Case42_NobodyButTheArbiterAndGovernanceAnswers() public {
        _publishThree(1, 1);
        uint256 id = _challenge(challenger, 1, 0);
        vm.expectRevert(abi.encodeWithSelector(IDisputes.Disputes_NotArbiter.selector, challenger));
        vm.prank(challenger);
        disputes.resolve(id, Answer.Fault, "");
        vm.expectRevert(abi.encodeWithSelector(IDisputes.Disputes_NotDistributor.selector, challenger));
        vm.prank(challenger);
        disputes.passEntry(1, 1, 0, 1, 1);
        // An arbiter that is gone is replaced by the timelock itself.
        vm.prank(address(timelock));
        disputes.resolve(id, Answer.Stands, "");
        assertEq(disputes.owed(address(treasury)), BOND);
    }

    // ------------------------------------------------------------------------------------------- 43: spam

    /// @dev Nobody ever answers: each challenge of a whole batch blocks its epoch for one deadline and costs half of twenty bonds.
    /// The next round follows in the second in which the last one falls; other epochs are paid meanwhile.
    function test_Case43_EveryBlockedDayCostsAndOtherEpochsArePaid() public {
        vm.warp(distributor.epochEnd(1));
        uint256 begin = block.timestamp;
        uint32 round = 1;
        for (; round <= 3; ++round) {
            _publishThree(1, round);
            uint256 id = _challengeBatch(mallory, 1);
            vm.warp(uint256(disputes.challengeOf(id).deadline) + 1);
            disputes.resolveExpired(_idList(id));
            assertTrue(_state(1).status == BatchStatus.Void);
            disputes.withdraw(payable(mallory));
        }
        uint256 blockedDays = (block.timestamp - begin) / 1 days;
        uint256 paid = 1000 ether - mallory.balance;
        assertEq(paid, 3 * uint256(BATCH_BOND) / 2);
        assertGe(paid / blockedDays, uint256(BATCH_BOND) / 2 * 1 days / (RESOLVE_DEADLINE + 1 days));
        assertEq(treasury.reservedOf(address(token)), 0);

        // One round of the epoch that nobody blocks, and one of another epoch while that waits.
        _publishThree(1, round);
        _challengeBatch(mallory, 1);
        _pay(2, 1, _one(2, 70));
        assertEq(_earned(2), 70);
    }

    function test_Case43_AnAnsweredSpammerLosesAllAndNoTime() public {
        _publishThree(1, 1);
        uint64 end = _state(1).windowEnd;
        uint256 id = _challengeBatch(mallory, 1);
        skip(1 days);
        vm.prank(arbiter);
        disputes.resolve(id, Answer.Stands, "");
        assertEq(disputes.owed(mallory), 0);
        assertEq(disputes.owed(address(treasury)), BATCH_BOND);
        assertEq(_state(1).windowEnd, end);
        vm.warp(end);
        _creditThree(1);
        assertEq(_earned(1), 1000);
    }

    function test_Case43_FrozenEntriesCostTheOthersNoTime() public {
        _publishThree(1, 1);
        _challenge(mallory, 1, 0);
        _challenge(mallory, 1, 2);
        _toWindowEnd(1);
        _creditThree(1);
        assertEq(_earned(2), 1001);
        assertTrue(_state(1).status == BatchStatus.Settled);
        assertTrue(disputes.challengedEntry(1, 1, 0).status == EntryStatus.Held);
        // The epoch's next round does not wait for the answers; what is held counts against the budget.
        assertEq(_state(1).epochCredited, 3003);
        bytes[] memory more = Packing.split(_one(1, 5), 500);
        (bytes32 head,) = Packing.chain(more);
        RewardBatch memory greedy = _header(1, 2, head, BUDGET - 3003 + 1);
        bytes memory signatures = _quorumOf(greedy);
        vm.expectRevert(abi.encodeWithSelector(IBatches.Batches_OverBudget.selector, 1, BUDGET + 1, BUDGET));
        distributor.postBatch(greedy, signatures);
        _pay(1, 2, _one(1, 5));
        assertEq(_earned(1), 5);
    }

    /// @dev A thief freezes its own entry so that nobody else can, with a challenge that it means to lose.
    function test_Case43_AThiefsOwnChallengeDoesNotShieldItsEntry() public {
        _publishThree(1, 1);
        // Unanswered it drops the entry.
        uint256 shield = _challenge(mallory, 1, 0);
        // The whole batch can be challenged beside it.
        uint256 whole = _challengeBatch(challenger, 1);
        vm.startPrank(arbiter);
        disputes.resolve(whole, Answer.Stands, "");
        // Answered in the window, the entry is open again: to others, at once.
        disputes.resolve(shield, Answer.Stands, "");
        vm.stopPrank();
        uint256 id = _challenge(challenger, 1, 0);
        vm.prank(arbiter);
        disputes.resolve(id, Answer.Dropped, "");
        vm.expectRevert(abi.encodeWithSelector(IFreezes.Freezes_EntryTaken.selector, 1, 0));
        _challenge(mallory, 1, 0);
        _toWindowEnd(1);
        _creditThree(1);
        assertEq(_earned(1), 0);
    }

    function test_Case43_AThiefsOwnChallengeThatNobodyAnswersDropsItsEntry() public {
        _publishThree(1, 1);
        uint256 shield = _challenge(mallory, 1, 0);
        _toWindowEnd(1);
        _creditThree(1);
        vm.warp(uint256(disputes.challengeOf(shield).deadline) + 1);
        disputes.resolveExpired(_idList(shield));
        assertEq(_earned(1), 0);
    }

    /// @dev The most that a quorum can make of its own fault: a tenth, once, and its keys are gone.
    function test_Case43_AQuorumThatReportsItselfKeepsATenthAndNoKey() public {
        _publishThree(1, 1);
        bytes32 digest = _state(1).digest;
        uint256 id = _challengeBatch(mallory, 1);
        vm.prank(arbiter);
        disputes.resolve(id, Answer.Fault, _signQuorum(oracles, QUORUM, digest));
        assertEq(disputes.rewardOf(mallory), 3003 * UNIT / 10);
        assertEq(_balance(address(disputes)), 3003 * UNIT / 10);
        (bytes32 head,) = Packing.chain(chunks);
        RewardBatch memory next = _header(1, 2, head, 3003);
        bytes memory signatures = _quorumOf(next);
        vm.expectPartialRevert(bytes4(keccak256("OracleSet_SwitchedOff(address)")));
        distributor.postBatch(next, signatures);
    }

    function test_Case43_AVoidBatchIsPostedAgainInTheSameSecond() public {
        _publishThree(1, 1);
        uint256 id = _challengeBatch(challenger, 1);
        vm.prank(arbiter);
        disputes.resolve(id, Answer.Dropped, "");
        (bytes32 head,) = Packing.chain(chunks);
        RewardBatch memory next = _header(1, 2, head, 3003);
        distributor.postAndPublish(next, _quorumOf(next), chunks[0]);
        _toWindowEnd(1);
        _creditThree(1);
        assertEq(_earned(1), 1000);
    }

    // --------------------------------------------------------------------------------------- 46: crediting

    function test_Case46_CreditedTwice() public {
        _publishThree(1, 1, 1);
        _toWindowEnd(1);
        vm.prank(mallory);
        distributor.credit(1, chunks[0], rests[0]);
        vm.expectPartialRevert(IBatches.Batches_WrongChunk.selector);
        distributor.credit(1, chunks[0], rests[0]);
        distributor.credit(1, chunks[1], rests[1]);
        distributor.credit(1, chunks[2], rests[2]);
        vm.expectRevert(abi.encodeWithSelector(IBatches.Batches_NotCreditable.selector, 1));
        distributor.credit(1, chunks[2], rests[2]);
        assertEq(_earned(1), 1000);
        assertEq(_earned(3), 1002);
    }

    function test_Case46_CreditedOutOfOrder() public {
        _publishThree(1, 1, 1);
        _toWindowEnd(1);
        vm.expectPartialRevert(IBatches.Batches_WrongChunk.selector);
        distributor.credit(1, chunks[2], rests[2]);
        vm.expectPartialRevert(IBatches.Batches_WrongChunk.selector);
        distributor.credit(1, chunks[1], rests[1]);
        // The first chunk as if it were the last one.
        vm.expectPartialRevert(IBatches.Batches_WrongChunk.selector);
        distributor.credit(1, chunks[0], 0);
        _creditThree(1);
    }

    function test_Case46_CreditedWhilePausedAndAfterVoid() public {
        _publishThree(1, 1);
        _toWindowEnd(1);
        vm.prank(guardian);
        distributor.pause();
        vm.expectRevert(abi.encodeWithSelector(IGuardian.Guardian_Paused.selector, distributor.pausedUntil()));
        distributor.credit(1, chunks[0], rests[0]);

        vm.warp(distributor.epochEnd(2) + 7 days);
        _publishThree(2, 1);
        uint256 id = _challengeBatch(challenger, 2);
        vm.prank(arbiter);
        disputes.resolve(id, Answer.Dropped, "");
        skip(WINDOW);
        vm.expectRevert(abi.encodeWithSelector(IBatches.Batches_NotCreditable.selector, 2));
        distributor.credit(2, chunks[0], rests[0]);
        assertEq(_earned(1), 0);
    }

    function test_Case46_TheNextEpochIsPostedWhileThisOneIsBeingCredited() public {
        _publishThree(1, 1, 1);
        vm.warp(distributor.epochEnd(2));
        distributor.credit(1, chunks[0], rests[0]);
        (bytes[] memory earlier, bytes32[] memory leaves) = (chunks, rests);
        _publishThree(2, 1, 1);
        // Chunks of the one are none of the other, though their bytes are equal and their hashes too: each epoch has its own cursor.
        distributor.credit(1, earlier[1], leaves[1]);
        _toWindowEnd(2);
        vm.expectPartialRevert(IBatches.Batches_WrongChunk.selector);
        distributor.credit(2, earlier[2], leaves[2]);
        _creditThree(2);
        distributor.credit(1, earlier[2], leaves[2]);
        assertEq(_earned(1), 2000);
        assertEq(_earned(3), 2004);
        assertEq(treasury.reservedOf(address(token)), 0);
    }
}
