// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IBatches} from "../../src/interfaces/IBatches.sol";
import {BatchState, BatchStatus, VoidReason} from "../../src/interfaces/Types.sol";
import {Fixture} from "../support/Fixture.sol";
import {Entry, Packing} from "../support/Packing.sol";

contract PublishTest is Fixture {
    using Packing for Entry[];

    // ----------------------------------------------------------------------------------------------- good

    function test_OneChunkOpensTheWindow() public {
        Entry[] memory entries = Packing.many(10, 3, 100);
        bytes[] memory chunks = entries.split(500);
        _post(1, 1, chunks, 300);

        vm.expectEmit(address(distributor));
        emit IBatches.EntriesPublished(1, 1, 0, chunks[0], bytes32(0));
        vm.expectEmit(address(distributor));
        emit IBatches.BatchPublished(1, 1, uint64(block.timestamp) + WINDOW);
        vm.prank(alice);
        distributor.publish(1, chunks[0], bytes32(0));

        BatchState memory state = _state(1);
        assertTrue(state.status == BatchStatus.Window);
        assertEq(state.windowEnd, block.timestamp + WINDOW);
        assertEq(state.publishDeadline, 0);
        assertEq(state.entryCount, 3);
        assertEq(state.publishedUnits, 300);
        assertEq(state.nextHash, state.entriesHash);
        assertEq(state.nextPosition, 0);
        assertEq(treasury.reservedOf(address(token)), 300 * UNIT);
    }

    function test_SeveralChunksMoveTheCursor() public {
        Entry[] memory entries = Packing.many(10, 7, 100);
        bytes[] memory chunks = entries.split(3);
        bytes32[] memory rests = _post(1, 1, chunks, 700);

        distributor.publish(1, chunks[0], rests[0]);
        BatchState memory state = _state(1);
        assertTrue(state.status == BatchStatus.Posted);
        assertEq(state.nextHash, rests[0]);
        assertEq(state.nextPosition, 3);
        assertEq(state.entryCount, 3);
        assertEq(state.publishedUnits, 300);

        vm.expectEmit(address(distributor));
        emit IBatches.EntriesPublished(1, 1, 3, chunks[1], rests[1]);
        distributor.publish(1, chunks[1], rests[1]);
        distributor.publish(1, chunks[2], rests[2]);
        state = _state(1);
        assertTrue(state.status == BatchStatus.Window);
        assertEq(state.nextHash, state.entriesHash);
        assertEq(state.nextPosition, 0);
        assertEq(state.entryCount, 7);
        assertEq(state.publishedUnits, 700);
    }

    function test_TheLargestChunkAndTheEdgesOfAnEntry() public {
        Entry[] memory entries = Packing.many(type(uint64).max - 499, 500, 1);
        entries[499].units = CAP;
        assertEq(entries[499].id, type(uint64).max);
        bytes[] memory chunks = entries.split(500);
        bytes32[] memory rests = _post(1, 1, chunks, entries.sum());
        _publish(1, chunks, rests);
        assertEq(_state(1).entryCount, 500);
    }

    function test_PublishesInTheLastSecond() public {
        bytes[] memory chunks = _one(1, 1).split(1);
        bytes32[] memory rests = _post(1, 1, chunks, 1);
        vm.warp(block.timestamp + PUBLISH_PERIOD);
        _publish(1, chunks, rests);
        assertTrue(_state(1).status == BatchStatus.Window);
    }

    function testFuzz_AnySplitPublishesTheSame(uint256 count, uint256 size, uint48 units) public {
        count = bound(count, 1, 40);
        size = bound(size, 1, 40);
        units = uint48(bound(units, 1, BUDGET / 40));
        Entry[] memory entries = Packing.many(1, count, units);
        bytes[] memory chunks = entries.split(size);
        bytes32[] memory rests = _post(1, 1, chunks, entries.sum());
        _publish(1, chunks, rests);
        assertTrue(_state(1).status == BatchStatus.Window);
        assertEq(_state(1).entryCount, count);
    }

    function test_SecondRoundStartsFromItsOwnFirstChunk() public {
        Entry[] memory entries = Packing.many(10, 6, 100);
        bytes[] memory chunks = entries.split(3);
        bytes32[] memory rests = _post(1, 1, chunks, 600);
        distributor.publish(1, chunks[0], rests[0]);
        vm.warp(block.timestamp + PUBLISH_PERIOD + 1);
        distributor.voidUnpublished(1);
        assertEq(_state(1).publishedUnits, 300);

        rests = _post(1, 2, chunks, 600);
        assertEq(_state(1).publishedUnits, 0);
        _publish(1, chunks, rests);
        assertTrue(_state(1).status == BatchStatus.Window);
    }

    // ----------------------------------------------------------------------------------------------- void

    function test_SumBelowTheTotalVoids() public {
        _voidsAtOnce(_one(1, 100), 101);
    }

    function test_SumAboveTheTotalVoids() public {
        _voidsAtOnce(_one(1, 100), 99);
    }

    function test_SumAboveTheTotalVoidsBeforeTheLastChunk() public {
        bytes[] memory chunks = Packing.many(1, 3, 100).split(1);
        bytes32[] memory rests = _post(1, 1, chunks, 150);
        distributor.publish(1, chunks[0], rests[0]);
        vm.expectEmit(address(distributor));
        emit IBatches.BatchVoided(1, 1, VoidReason.TotalMismatch);
        distributor.publish(1, chunks[1], rests[1]);
        assertTrue(_state(1).status == BatchStatus.Void);
    }

    function test_UnpublishedIsVoidedByAnyone() public {
        _post(1, 1, _one(1, 100).split(1), 100);
        vm.warp(block.timestamp + PUBLISH_PERIOD + 1);
        vm.expectEmit(address(distributor));
        emit IBatches.BatchVoided(1, 1, VoidReason.Unpublished);
        vm.prank(alice);
        distributor.voidUnpublished(1);
        assertTrue(_state(1).status == BatchStatus.Void);
        assertEq(treasury.reservedOf(address(token)), 0);
        assertEq(treasury.budget(address(distributor), address(token)).available, 4 * BUDGET * UNIT);
    }

    function test_RevertWhen_VoidedTooEarlyOrTwice() public {
        vm.expectRevert(abi.encodeWithSelector(IBatches.Batches_NotPublishing.selector, 1));
        distributor.voidUnpublished(1);

        _post(1, 1, _one(1, 100).split(1), 100);
        vm.warp(block.timestamp + PUBLISH_PERIOD);
        vm.expectRevert(abi.encodeWithSelector(IBatches.Batches_PublishOpen.selector, 1, block.timestamp));
        distributor.voidUnpublished(1);

        vm.warp(block.timestamp + 1);
        distributor.voidUnpublished(1);
        vm.expectRevert(abi.encodeWithSelector(IBatches.Batches_NotPublishing.selector, 1));
        distributor.voidUnpublished(1);
    }

    function test_RevertWhen_VoidedAfterPublication() public {
        bytes[] memory chunks = _one(1, 100).split(1);
        _publish(1, chunks, _post(1, 1, chunks, 100));
        vm.warp(block.timestamp + WINDOW + PUBLISH_PERIOD + 1);
        vm.expectRevert(abi.encodeWithSelector(IBatches.Batches_NotPublishing.selector, 1));
        distributor.voidUnpublished(1);
    }

    // ------------------------------------------------------------------------------------- bad: the chunk

    function test_RevertWhen_NothingIsPosted() public {
        vm.expectRevert(abi.encodeWithSelector(IBatches.Batches_NotPublishing.selector, 1));
        distributor.publish(1, new bytes(14), bytes32(0));
    }

    function test_RevertWhen_TheDeadlineIsOver() public {
        bytes[] memory chunks = _one(1, 1).split(1);
        _post(1, 1, chunks, 1);
        uint256 deadline = block.timestamp + PUBLISH_PERIOD;
        vm.warp(deadline + 1);
        vm.expectRevert(abi.encodeWithSelector(IBatches.Batches_PublishOver.selector, 1, deadline));
        distributor.publish(1, chunks[0], bytes32(0));
    }

    function test_RevertWhen_NotWholeEntries() public {
        bytes[] memory chunks = Packing.many(1, 2, 1).split(2);
        _post(1, 1, chunks, 2);
        uint256[5] memory lengths = [uint256(0), 13, 15, 27, 14 * 501];
        for (uint256 i = 0; i < lengths.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IBatches.Batches_InvalidChunk.selector, lengths[i]));
            distributor.publish(1, new bytes(lengths[i]), bytes32(0));
        }
    }

    function test_RevertWhen_ChunksAreOutOfTurn() public {
        bytes[] memory chunks = Packing.many(1, 6, 1).split(2);
        bytes32[] memory rests = _post(1, 1, chunks, 6);
        _wrongChunk(chunks[1], rests[1]);
        _wrongChunk(chunks[2], rests[2]);
        distributor.publish(1, chunks[0], rests[0]);
        _wrongChunk(chunks[0], rests[0]);
        _wrongChunk(chunks[2], rests[2]);
        // Ending the chain early does not work either.
        _wrongChunk(chunks[1], bytes32(0));
        distributor.publish(1, chunks[1], rests[1]);
        distributor.publish(1, chunks[2], rests[2]);
        vm.expectRevert(abi.encodeWithSelector(IBatches.Batches_NotPublishing.selector, 1));
        distributor.publish(1, chunks[2], rests[2]);
    }

    function testFuzz_RevertWhen_AnyBitIsFlipped(uint256 bit) public {
        bytes[] memory chunks = Packing.many(1, 5, 7).split(5);
        _post(1, 1, chunks, 35);
        bit = bound(bit, 0, chunks[0].length * 8 - 1);
        chunks[0][bit / 8] ^= bytes1(uint8(1 << (bit % 8)));
        _wrongChunk(chunks[0], bytes32(0));
    }

    function test_RevertWhen_IdsDoNotAscend() public {
        Entry[] memory entries = Packing.many(5, 2, 1);
        entries[1].id = 5;
        _signedButInvalid(entries.split(2), 2, abi.encodeWithSelector(IBatches.Batches_NotAscending.selector, 1, 5, 5));
    }

    function test_RevertWhen_IdsDescend() public {
        Entry[] memory entries = Packing.many(5, 2, 1);
        entries[1].id = 4;
        _signedButInvalid(entries.split(2), 2, abi.encodeWithSelector(IBatches.Batches_NotAscending.selector, 1, 4, 5));
    }

    function test_RevertWhen_IdIsZero() public {
        _signedButInvalid(
            _one(0, 1).split(1), 1, abi.encodeWithSelector(IBatches.Batches_NotAscending.selector, 1, 0, 0)
        );
    }

    function test_RevertWhen_IdsRepeatAcrossChunks() public {
        Entry[] memory entries = Packing.many(5, 2, 1);
        entries[1].id = 5;
        bytes[] memory chunks = entries.split(1);
        bytes32[] memory rests = _post(1, 1, chunks, 2);
        distributor.publish(1, chunks[0], rests[0]);
        vm.expectRevert(abi.encodeWithSelector(IBatches.Batches_NotAscending.selector, 1, 5, 5));
        distributor.publish(1, chunks[1], rests[1]);
    }

    function test_RevertWhen_UnitsAreZero() public {
        _signedButInvalid(
            _one(5, 0).split(1), 1, abi.encodeWithSelector(IBatches.Batches_InvalidUnits.selector, 1, 5, 0, CAP)
        );
    }

    function test_RevertWhen_UnitsExceedTheCap() public {
        _signedButInvalid(
            _one(5, CAP + 1).split(1),
            CAP + 1,
            abi.encodeWithSelector(IBatches.Batches_InvalidUnits.selector, 1, 5, CAP + 1, CAP)
        );
    }

    // -------------------------------------------------------------------------------------------- helpers

    function _voidsAtOnce(Entry[] memory entries, uint64 total) private {
        bytes[] memory chunks = entries.split(500);
        _post(1, 1, chunks, total);
        vm.expectEmit(address(distributor));
        emit IBatches.EntriesPublished(1, 1, 0, chunks[0], bytes32(0));
        vm.expectEmit(address(distributor));
        emit IBatches.BatchVoided(1, 1, VoidReason.TotalMismatch);
        distributor.publish(1, chunks[0], bytes32(0));
        assertTrue(_state(1).status == BatchStatus.Void);
        assertEq(treasury.reservedOf(address(token)), 0);
    }

    function _wrongChunk(bytes memory chunk, bytes32 rest) private {
        vm.expectRevert(
            abi.encodeWithSelector(
                IBatches.Batches_WrongChunk.selector,
                1,
                keccak256(bytes.concat(keccak256(chunk), rest)),
                _state(1).nextHash
            )
        );
        distributor.publish(1, chunk, rest);
    }

    function _signedButInvalid(bytes[] memory chunks, uint64 total, bytes memory reason) private {
        bytes32[] memory rests = _post(1, 1, chunks, total);
        vm.expectRevert(reason);
        distributor.publish(1, chunks[0], rests[0]);
    }
}
