// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IBatches} from "../../src/interfaces/IBatches.sol";
import {BatchStatus, RewardBatch} from "../../src/interfaces/Types.sol";
import {Entry, Packing} from "../support/Packing.sol";
import {AttackFixture} from "./support/AttackFixture.sol";
import {StoredPublisher} from "./support/Attackers.sol";

/// @notice Case 15: publication withheld, hidden, front-run or voided.
contract PublishingAttack is AttackFixture {
    using Packing for Entry[];

    bytes private chunk;
    bytes32 private constant LAST = bytes32(0);

    function setUp() public override {
        super.setUp();
        _linkMany(1, 2);
        chunk = _pair(1, 2, 100).pack();
        vm.warp(distributor.epochEnd(1));
    }

    /// @dev The poster publishes nothing; anyone else can up to the last second, and another epoch does not wait for it.
    function test_Case15_WithheldToTheDeadlineWhileAnotherBatchWaits() public {
        _postEpoch(1);
        vm.warp(distributor.epochEnd(2) - PUBLISH_PERIOD);
        // A second batch, before the first is over.
        uint64 deadline = _state(1).publishDeadline;
        vm.warp(distributor.epochEnd(2));
        _postEpoch(2);
        distributor.publish(2, chunk, LAST);
        vm.warp(_state(2).windowEnd);
        distributor.credit(2, chunk, LAST);
        assertEq(distributor.account(1).earned, 100);
        assertEq(_state(1).publishDeadline, deadline);

        vm.expectRevert(abi.encodeWithSelector(IBatches.Batches_PublishOver.selector, 1, deadline));
        distributor.publish(1, chunk, LAST);
        distributor.voidUnpublished(1);
        assertEq(treasury.reservedOf(address(token)), 0);
        // What the poster withheld is paid in the next round.
        _pay(1, 2, _pair(1, 2, 100));
        assertEq(distributor.account(1).earned, 200);
    }

    function test_Case15_AnyonePublishesInTheLastSecond() public {
        _postEpoch(1);
        vm.warp(_state(1).publishDeadline);
        vm.expectRevert(abi.encodeWithSelector(IBatches.Batches_PublishOpen.selector, 1, block.timestamp));
        distributor.voidUnpublished(1);
        vm.prank(alice);
        distributor.publish(1, chunk, LAST);
        assertTrue(_state(1).status == BatchStatus.Window);
        assertEq(_state(1).windowEnd, block.timestamp + WINDOW);
    }

    function test_Case15_VoidedASecondAfterTheDeadlineOnce() public {
        _postEpoch(1);
        vm.warp(_state(1).publishDeadline + 1);
        vm.expectRevert(abi.encodeWithSelector(IBatches.Batches_PublishOver.selector, 1, block.timestamp - 1));
        distributor.publish(1, chunk, LAST);
        distributor.voidUnpublished(1);
        vm.expectRevert(abi.encodeWithSelector(IBatches.Batches_NotPublishing.selector, 1));
        distributor.voidUnpublished(1);
    }

    /// @dev Half of the chunks published, half withheld: nothing is paid of either.
    function test_Case15_HalfPublished() public {
        bytes[] memory chunks = _pair(1, 2, 100).split(1);
        bytes32[] memory rests = _post(1, 1, chunks, 200);
        distributor.publish(1, chunks[0], rests[0]);
        vm.warp(_state(1).publishDeadline + 1);
        vm.expectRevert(abi.encodeWithSelector(IBatches.Batches_NotCreditable.selector, 1));
        distributor.credit(1, chunks[0], rests[0]);
        distributor.voidUnpublished(1);
        assertEq(treasury.reservedOf(address(token)), 0);
        // The next round starts from its own first chunk.
        _pay(1, 2, _pair(1, 2, 100));
        assertEq(distributor.account(1).earned, 100);
    }

    /// @dev A contract builds the entries in storage, so that no calldata of the transaction has them. The event does.
    function test_Case15_AHiddenPublicationShowsInTheEvent() public {
        StoredPublisher publisher = new StoredPublisher();
        for (uint256 i = 0; i < chunk.length; ++i) {
            publisher.append(abi.encodePacked(chunk[i]));
        }
        _postEpoch(1);
        vm.expectEmit(address(distributor));
        emit IBatches.EntriesPublished(1, 1, 0, chunk, LAST);
        publisher.publish(distributor, 1, LAST);
        assertTrue(_state(1).status == BatchStatus.Window);
    }

    /// @dev The poster's own transaction is overtaken by somebody who does its first step, or both, with the same bytes.
    function test_Case15_PostAndPublishFrontRun() public {
        RewardBatch memory header = _headerOf(1, 1, _pair(1, 2, 100), 2);
        bytes memory signatures = _quorumOf(header);
        uint256 snapshot = vm.snapshotState();

        vm.prank(alice);
        distributor.postBatch(header, signatures);
        distributor.postAndPublish(header, signatures, chunk);
        assertTrue(_state(1).status == BatchStatus.Window);
        assertTrue(vm.revertToState(snapshot));

        vm.startPrank(alice);
        distributor.postBatch(header, signatures);
        distributor.publish(1, chunk, LAST);
        vm.stopPrank();
        bytes32 trace = _trace(1);
        distributor.postAndPublish(header, signatures, chunk);
        assertEq(_trace(1), trace);
        assertTrue(vm.revertToState(snapshot));

        vm.prank(alice);
        distributor.postAndPublish(header, signatures, chunk);
        distributor.postAndPublish(header, signatures, chunk);
        assertEq(treasury.reservedOf(address(token)), 200 * UNIT);
        assertEq(_trace(1), trace);
    }

    /// @dev Late, with wrong entries, of a void round, or of another header: it never starts anything twice.
    function test_Case15_PostAndPublishOfSomethingElse() public {
        RewardBatch memory header = _headerOf(1, 1, _pair(1, 2, 100), 2);
        bytes memory signatures = _quorumOf(header);
        distributor.postBatch(header, signatures);
        bytes32 trace = _trace(1);
        bytes memory wrong = _pair(1, 3, 100).pack();
        vm.expectRevert(_wrongChunk(1, wrong, LAST));
        distributor.postAndPublish(header, signatures, wrong);

        RewardBatch memory other = _headerOf(1, 1, _pair(1, 3, 100), 2);
        bytes memory otherSignatures = _quorumOf(other);
        vm.expectRevert(abi.encodeWithSelector(IBatches.Batches_Live.selector, 1, 1));
        distributor.postAndPublish(other, otherSignatures, wrong);
        assertEq(_trace(1), trace);

        vm.warp(_state(1).publishDeadline + 1);
        distributor.voidUnpublished(1);
        vm.expectRevert(abi.encodeWithSelector(IBatches.Batches_WrongRound.selector, 1, 1, 2));
        distributor.postAndPublish(header, signatures, chunk);
        assertEq(treasury.reservedOf(address(token)), 0);
    }

    function _postEpoch(uint64 epoch) private {
        _post(_headerOf(epoch, 1, _pair(1, 2, 100), 2));
    }
}
