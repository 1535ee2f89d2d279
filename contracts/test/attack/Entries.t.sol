// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IBatches} from "../../src/interfaces/IBatches.sol";
import {BatchStatus, RewardBatch} from "../../src/interfaces/Types.sol";
import {Entry, Packing} from "../support/Packing.sol";
import {AttackFixture} from "./support/AttackFixture.sol";

/// @notice Cases 2 to 7: entries and chunks that are not what was signed, not in their turn, or not of this batch.
contract EntriesAttack is AttackFixture {
    using Packing for Entry[];

    // --------------------------------------------------------------------------- 2: one id twice in a batch

    function test_Case02_OneIdTwiceInOneChunk() public {
        _link(7);
        _refusedFor(_pair(7, 7, 100), 2, abi.encodeWithSelector(IBatches.Batches_NotAscending.selector, 1, 7, 7));
    }

    function test_Case02_OneIdInTwoChunks() public {
        _link(7);
        (bytes[] memory chunks, bytes32[] memory rests) = _posted(_pair(7, 7, 100), 1);
        distributor.publish(1, chunks[0], rests[0]);
        vm.expectRevert(abi.encodeWithSelector(IBatches.Batches_NotAscending.selector, 1, 7, 7));
        distributor.publish(1, chunks[1], rests[1]);
        _endsUnpaid();
    }

    // ------------------------------------------------------------------- 3: chunks out of their turn or batch

    function test_Case03_ChunksTwiceOutOfOrderLeftOutAndOneTooMany() public {
        _linkMany(1, 6);
        (bytes[] memory chunks, bytes32[] memory rests) = _posted(Packing.many(1, 6, 10), 2);
        _refusedChunk(chunks[1], rests[1]);
        _refusedChunk(chunks[2], rests[2]);
        distributor.publish(1, chunks[0], rests[0]);
        _refusedChunk(chunks[0], rests[0]);
        _refusedChunk(chunks[2], rests[2]);
        // The right chunk as if it were the last.
        _refusedChunk(chunks[1], bytes32(0));
        distributor.publish(1, chunks[1], rests[1]);
        distributor.publish(1, chunks[2], rests[2]);
        for (uint256 i = 0; i < 3; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IBatches.Batches_NotPublishing.selector, 1));
            distributor.publish(1, chunks[i], rests[i]);
        }
        assertEq(_state(1).entryCount, 6);
    }

    function test_Case03_ChunksCreditedTwiceOutOfOrderOrTooMany() public {
        _linkMany(1, 6);
        (bytes[] memory chunks, bytes32[] memory rests) = _ready(1, 1, Packing.many(1, 6, 10), 2);
        _uncreditable(chunks[2], rests[2]);
        distributor.credit(1, chunks[0], rests[0]);
        _uncreditable(chunks[0], rests[0]);
        _uncreditable(chunks[2], rests[2]);
        _uncreditable(chunks[1], bytes32(0));
        distributor.credit(1, chunks[1], rests[1]);
        distributor.credit(1, chunks[2], rests[2]);
        for (uint256 i = 0; i < 3; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IBatches.Batches_NotCreditable.selector, 1));
            distributor.credit(1, chunks[i], rests[i]);
        }
        assertEq(distributor.claimMany(_ids(1, 6)), 60 * UNIT);
        assertEq(_balance(address(distributor)), 0);
    }

    function test_Case03_AnEmptyChunk() public {
        (bytes[] memory chunks, bytes32[] memory rests) = _posted(_one(7, 10), 1);
        vm.expectRevert(abi.encodeWithSelector(IBatches.Batches_InvalidChunk.selector, 0));
        distributor.publish(1, "", rests[0]);
        bytes32 head = _state(1).entriesHash;
        vm.expectRevert(abi.encodeWithSelector(IBatches.Batches_InvalidChunk.selector, 0));
        distributor.publish(1, "", head);
        distributor.publish(1, chunks[0], rests[0]);
    }

    /// @dev A signed chain that ends in an empty chunk can never be published, and so never be paid.
    function test_Case03_ASignedEmptyChunkEndsVoid() public {
        _link(7);
        bytes[] memory chunks = new bytes[](2);
        chunks[0] = _one(7, 10).pack();
        bytes32[] memory rests = _post(1, 1, chunks, 10);
        distributor.publish(1, chunks[0], rests[0]);
        vm.expectRevert(abi.encodeWithSelector(IBatches.Batches_InvalidChunk.selector, 0));
        distributor.publish(1, chunks[1], rests[1]);
        _endsUnpaid();
    }

    function test_Case03_CreditBeforePublicationAndFromAVoidBatch() public {
        _link(7);
        (bytes[] memory chunks, bytes32[] memory rests) = _posted(_one(7, 10), 1);
        _uncreditableStatus(chunks[0], rests[0]);
        vm.warp(block.timestamp + PUBLISH_PERIOD + WINDOW);
        _uncreditableStatus(chunks[0], rests[0]);
        distributor.voidUnpublished(1);
        _uncreditableStatus(chunks[0], rests[0]);
        vm.expectRevert(abi.encodeWithSelector(IBatches.Batches_NotPublishing.selector, 1));
        distributor.publish(1, chunks[0], rests[0]);
        assertEq(distributor.account(7).earned, 0);
    }

    /// @dev Two epochs with the same bytes and thus the same hash: each has its own cursor and its own money.
    function test_Case03_TheSameBytesInTwoEpochs() public {
        _link(7);
        (bytes[] memory chunks, bytes32[] memory rests) = _posted(_one(7, 10), 1);
        vm.warp(distributor.epochEnd(2));
        _post(_header(2, 1, _state(1).entriesHash, 10));
        distributor.publish(2, chunks[0], rests[0]);
        assertEq(_state(1).entryCount, 0);
        vm.warp(_state(2).windowEnd);
        _uncreditableStatus(chunks[0], rests[0]);
        distributor.credit(2, chunks[0], rests[0]);
        vm.expectRevert(abi.encodeWithSelector(IBatches.Batches_NotCreditable.selector, 2));
        distributor.credit(2, chunks[0], rests[0]);
        assertEq(distributor.account(7).earned, 10);
        _endsUnpaid();
        assertEq(distributor.account(7).earned, 10);
    }

    // ----------------------------------------------------------------------------------- 4: bytes that differ

    function testFuzz_Case04_CutOrLongerByAnyBytes(uint256 length) public {
        bytes memory chunk = Packing.many(1, 3, 10).pack();
        (, bytes32[] memory rests) = _posted(Packing.many(1, 3, 10), 3);
        length = bound(length, 0, 100);
        vm.assume(length != chunk.length);
        bytes memory wrong = new bytes(length);
        for (uint256 i = 0; i < length; ++i) {
            wrong[i] = chunk[i % chunk.length];
        }
        bytes32 before = _trace(1);
        vm.expectRevert();
        distributor.publish(1, wrong, rests[0]);
        assertEq(_trace(1), before);
        distributor.publish(1, chunk, rests[0]);
        vm.warp(_state(1).windowEnd);
        vm.expectRevert();
        distributor.credit(1, wrong, rests[0]);
    }

    /// @dev Every bit of two entries and of the rest, when publishing and when crediting.
    function test_Case04_AnyBitFlipped() public {
        _linkMany(1, 2);
        bytes memory chunk = _pair(1, 2, 10).pack();
        _posted(_pair(1, 2, 10), 2);
        _flipAll(chunk, IBatches.publish.selector);
        distributor.publish(1, chunk, bytes32(0));
        vm.warp(_state(1).windowEnd);
        _flipAll(chunk, IBatches.credit.selector);
        distributor.credit(1, chunk, bytes32(0));
        assertEq(_state(1).credited, 20);
    }

    function test_Case04_EntriesOfThirteenAndFifteenBytes() public {
        uint256[6] memory sizes = [uint256(13), 15, 26, 27, 29, 30];
        (, bytes32[] memory rests) = _posted(_pair(1, 2, 10), 2);
        for (uint256 i = 0; i < sizes.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IBatches.Batches_InvalidChunk.selector, sizes[i]));
            distributor.publish(1, new bytes(sizes[i]), rests[0]);
        }
    }

    /// @dev A signed chain over bytes that are no whole entries can be posted, but not published.
    function test_Case04_SignedBytesThatAreNoEntries() public {
        bytes[] memory chunks = new bytes[](1);
        chunks[0] = new bytes(15);
        bytes32[] memory rests = _post(1, 1, chunks, 10);
        vm.expectRevert(abi.encodeWithSelector(IBatches.Batches_InvalidChunk.selector, 15));
        distributor.publish(1, chunks[0], rests[0]);
        _endsUnpaid();
    }

    /// @dev Offsets and lengths that wrap, point outside, or claim more than there is.
    function test_Case04_LengthsThatWrap() public {
        bytes memory chunk = _one(7, 10).pack();
        _posted(_one(7, 10), 1);
        uint256[6] memory lengths =
            [type(uint256).max, type(uint256).max - 13, uint256(1) << 255, uint256(1) << 64, 28, 14 * 500];
        bytes32 before = _trace(1);
        for (uint256 i = 0; i < lengths.length; ++i) {
            _refusedRaw(abi.encodePacked(uint256(1), uint256(0x60), uint256(0), lengths[i], chunk, bytes18(0)));
            _refusedRaw(abi.encodePacked(uint256(1), lengths[i], uint256(0), uint256(14), chunk, bytes18(0)));
        }
        assertEq(_trace(1), before);
        // The same call with the right length passes: nothing else was wrong with it.
        (bool done,) = address(distributor)
            .call(
                abi.encodePacked(
                    IBatches.publish.selector, uint256(1), uint256(0x60), uint256(0), uint256(14), chunk, bytes18(0)
                )
            );
        assertTrue(done);
    }

    // -------------------------------------------------------------------- 5: of another epoch, place or chain

    function test_Case05_CreditedUnderAnotherEpoch() public {
        _linkMany(1, 2);
        (bytes[] memory first, bytes32[] memory firstRests) = _ready(1, 1, _one(1, 10), 1);
        (bytes[] memory second, bytes32[] memory secondRests) = _ready(2, 1, _one(2, 10), 1);
        vm.expectRevert(_wrongChunk(2, first[0], firstRests[0]));
        distributor.credit(2, first[0], firstRests[0]);
        vm.expectRevert(_wrongChunk(1, second[0], secondRests[0]));
        distributor.credit(1, second[0], secondRests[0]);
        vm.expectRevert(abi.encodeWithSelector(IBatches.Batches_NotCreditable.selector, 3));
        distributor.credit(3, first[0], firstRests[0]);
    }

    function test_Case05_OfAnotherDistributorOrChain() public {
        vm.warp(distributor.epochEnd(1));
        RewardBatch memory header = _headerOf(1, 1, _one(7, 10), 1);
        bytes memory signatures = _quorumOf(header);
        bytes memory chunk = _one(7, 10).pack();

        uint256 here = block.chainid;
        vm.chainId(here + 1);
        vm.expectRevert();
        distributor.postAndPublish(header, signatures, chunk);
        vm.chainId(here);

        address first = address(distributor);
        _deployFor(address(token), UNIT);
        assertTrue(token.transfer(address(treasury), TREASURY_FUNDS));
        assertTrue(address(distributor) != first);
        vm.expectRevert();
        distributor.postAndPublish(header, signatures, chunk);
        // Each takes what was signed for it.
        distributor.postAndPublish(header, _quorumOf(header), chunk);
        IBatches(first).postAndPublish(header, signatures, chunk);
    }

    // ------------------------------------------------------------------------------------------------ 6: ids

    function test_Case06_IdZero() public {
        _refusedFor(_one(0, 1), 1, abi.encodeWithSelector(IBatches.Batches_NotAscending.selector, 1, 0, 0));
    }

    function test_Case06_TheGreatestIdIsLikeAnyOther() public {
        uint64 id = type(uint64).max;
        _link(id);
        _pay(1, 1, _pair(1, id, 10));
        assertEq(distributor.claim(id), 10 * UNIT);
        assertEq(_balance(_wallet(id)), 10 * UNIT);
    }

    function test_Case06_NothingFollowsTheGreatestId() public {
        (bytes[] memory chunks, bytes32[] memory rests) = _posted(_pair(type(uint64).max, 1, 1), 1);
        distributor.publish(1, chunks[0], rests[0]);
        vm.expectRevert(abi.encodeWithSelector(IBatches.Batches_NotAscending.selector, 1, 1, type(uint64).max));
        distributor.publish(1, chunks[1], rests[1]);
        _endsUnpaid();
    }

    function testFuzz_Case06_DescendingOrEqualInOrAcrossChunks(uint64 first, uint64 second, bool split) public {
        first = uint64(bound(first, 1, type(uint64).max));
        second = uint64(bound(second, 0, first));
        (bytes[] memory chunks, bytes32[] memory rests) = _posted(_pair(first, second, 1), split ? 1 : 2);
        if (split) distributor.publish(1, chunks[0], rests[0]);
        uint256 last = chunks.length - 1;
        vm.expectRevert(abi.encodeWithSelector(IBatches.Batches_NotAscending.selector, 1, second, first));
        distributor.publish(1, chunks[last], rests[last]);
    }

    /// @dev Linked before, linked during the window, re-linked during it, mid re-link: each is credited once, to its id.
    function test_Case06_IdsThatAreLinkedAndRelinkedMeanwhile() public {
        _linkMany(1, 3);
        (bytes[] memory chunks, bytes32[] memory rests) = _open(1, 1, Packing.many(1, 4, 10), 4);
        _link(4);
        uint256 newKey = uint256(keccak256("new"));
        address newWallet = _linkTo(2, newKey);
        vm.warp(block.timestamp + LINK_DELAY);
        links.activate(2);
        _linkTo(3, newKey);
        distributor.credit(1, chunks[0], rests[0]);
        for (uint64 id = 1; id <= 4; ++id) {
            assertEq(distributor.account(id).earned, 10);
        }
        distributor.claimMany(_ids(1, 4));
        assertEq(_balance(_wallet(1)), 10 * UNIT);
        assertEq(_balance(newWallet), 10 * UNIT);
        assertEq(_balance(_wallet(4)), 10 * UNIT);
        assertEq(distributor.claimable(3), 10 * UNIT);
        // The re-link is dropped by its old wallet: the money was nobody else's.
        vm.prank(_wallet(3));
        links.cancel(3);
        distributor.claim(3);
        assertEq(_balance(_wallet(3)), 10 * UNIT);
    }

    // -------------------------------------------------------------------------------------- 7: nothing, or early

    function test_Case07_ZeroHashZeroTotalZeroEvidence() public {
        vm.warp(distributor.epochEnd(1));
        RewardBatch memory header = _header(1, 1, bytes32(0), 10);
        _refusedHeader(header, abi.encodeWithSelector(IBatches.Batches_Incomplete.selector, 1));
        header = _header(1, 1, keccak256("head"), 0);
        _refusedHeader(header, abi.encodeWithSelector(IBatches.Batches_Incomplete.selector, 1));
    }

    /// @dev Signed for no entries at all: the hash of an empty chunk is as good as a hash that nobody knows the bytes of.
    function test_Case07_NoEntries() public {
        bytes[] memory chunks = new bytes[](1);
        bytes32[] memory rests = _post(1, 1, chunks, 10);
        vm.expectRevert(abi.encodeWithSelector(IBatches.Batches_InvalidChunk.selector, 0));
        distributor.publish(1, chunks[0], rests[0]);
        _endsUnpaid();
    }

    function test_Case07_UnsetAndFutureEpochs() public {
        bytes memory chunk = _one(7, 10).pack();
        uint64[4] memory epochs = [uint64(0), 1, 2, type(uint64).max];
        for (uint256 i = 0; i < epochs.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IBatches.Batches_NotPublishing.selector, epochs[i]));
            distributor.publish(epochs[i], chunk, bytes32(0));
            vm.expectRevert(abi.encodeWithSelector(IBatches.Batches_NotCreditable.selector, epochs[i]));
            distributor.credit(epochs[i], chunk, bytes32(0));
            vm.expectRevert(abi.encodeWithSelector(IBatches.Batches_NotPublishing.selector, epochs[i]));
            distributor.voidUnpublished(epochs[i]);
            vm.expectRevert(abi.encodeWithSelector(IBatches.Batches_NotDead.selector, epochs[i]));
            distributor.voidRotated(epochs[i]);
        }
        vm.warp(distributor.epochEnd(1) - 1);
        _refusedHeader(
            _header(1, 1, keccak256("head"), 10),
            abi.encodeWithSelector(IBatches.Batches_EpochNotOver.selector, 1, block.timestamp + 1)
        );
    }

    function test_Case07_CreditAtTheWindowsEdge() public {
        _link(7);
        (bytes[] memory chunks, bytes32[] memory rests) = _open(1, 1, _one(7, 10), 1);
        uint64 end = _state(1).windowEnd;
        vm.warp(end - 1);
        vm.expectRevert(abi.encodeWithSelector(IBatches.Batches_WindowOpen.selector, 1, end));
        distributor.credit(1, chunks[0], rests[0]);
        vm.warp(end);
        distributor.credit(1, chunks[0], rests[0]);
    }

    function test_Case07_CreditOfAFrozenThenOfAVoidBatch() public {
        _link(7);
        (bytes[] memory chunks, bytes32[] memory rests) = _open(1, 1, _one(7, 10), 1);
        uint256 challenge = disputes.challengeBatch{value: 20 * BOND}(1, "evidence not available");
        vm.warp(_state(1).windowEnd + 1 days);
        vm.expectRevert(abi.encodeWithSelector(IBatches.Batches_Frozen.selector, 1, 1));
        distributor.credit(1, chunks[0], rests[0]);
        vm.warp(block.timestamp + RESOLVE_DEADLINE);
        uint256[] memory ids = new uint256[](1);
        ids[0] = challenge;
        disputes.resolveExpired(ids);
        assertTrue(_state(1).status == BatchStatus.Void);
        _uncreditableStatus(chunks[0], rests[0]);
        assertEq(distributor.account(7).earned, 0);
        assertEq(treasury.reservedOf(address(token)), 0);
    }

    // -------------------------------------------------------------------------------------------- helpers

    function _posted(Entry[] memory entries, uint256 size)
        private
        returns (bytes[] memory chunks, bytes32[] memory rests)
    {
        chunks = entries.split(size);
        rests = _post(1, 1, chunks, entries.sum());
    }

    function _refusedFor(Entry[] memory entries, uint256 size, bytes memory reason) private {
        (bytes[] memory chunks, bytes32[] memory rests) = _posted(entries, size);
        vm.expectRevert(reason);
        distributor.publish(1, chunks[0], rests[0]);
        _endsUnpaid();
    }

    /// @dev Whatever cannot be published is voided, its money is free again, and the next round can be posted.
    function _endsUnpaid() private {
        if (block.timestamp <= _state(1).publishDeadline) vm.warp(_state(1).publishDeadline + 1);
        distributor.voidUnpublished(1);
        assertTrue(_state(1).status == BatchStatus.Void);
        assertEq(treasury.reservedOf(address(token)), 0);
        _post(_header(1, 2, keccak256("next"), 1));
    }

    function _refusedHeader(RewardBatch memory header, bytes memory reason) private {
        bytes memory signatures = _quorumOf(header);
        vm.expectRevert(reason);
        distributor.postBatch(header, signatures);
    }

    function _refusedChunk(bytes memory chunk, bytes32 rest) private {
        vm.expectRevert(_wrongChunk(1, chunk, rest));
        distributor.publish(1, chunk, rest);
    }

    function _uncreditable(bytes memory chunk, bytes32 rest) private {
        vm.expectRevert(_wrongChunk(1, chunk, rest));
        distributor.credit(1, chunk, rest);
    }

    function _uncreditableStatus(bytes memory chunk, bytes32 rest) private {
        vm.expectRevert(abi.encodeWithSelector(IBatches.Batches_NotCreditable.selector, 1));
        distributor.credit(1, chunk, rest);
    }

    function _refusedRaw(bytes memory arguments) private {
        (bool done,) = address(distributor).call(bytes.concat(IBatches.publish.selector, arguments));
        assertFalse(done);
    }

    function _flipAll(bytes memory chunk, bytes4 selector) private {
        for (uint256 bit = 0; bit < 8 * (chunk.length + 32); ++bit) {
            bytes memory all = bytes.concat(chunk, bytes32(0));
            all[bit / 8] ^= bytes1(uint8(1 << (bit % 8)));
            bytes32 rest;
            uint256 length = chunk.length;
            assembly ("memory-safe") {
                rest := mload(add(add(all, 32), length))
                mstore(all, length)
            }
            (bool done,) = address(distributor).call(abi.encodeWithSelector(selector, 1, all, rest));
            assertFalse(done);
        }
    }
}
