// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {RewardDistributor} from "../../src/RewardDistributor.sol";
import {IBatches} from "../../src/interfaces/IBatches.sol";
import {BatchState, BatchStatus, SkipReason} from "../../src/interfaces/Types.sol";
import {Fixture} from "../support/Fixture.sol";
import {Entry, Packing} from "../support/Packing.sol";
import {FeeToken} from "../support/Tokens.sol";

contract CreditTest is Fixture {
    using Packing for Entry[];

    // ----------------------------------------------------------------------------------------------- good

    function test_CreditsTheAccountsAndDrawsTheEscrow() public {
        _linkMany(10, 3);
        Entry[] memory entries = Packing.many(10, 3, 100);
        entries[2].units = 50;
        (bytes[] memory chunks, bytes32[] memory rests) = _ready(1, entries, 500);

        vm.expectEmit(address(distributor));
        emit IBatches.EntriesCredited(1, 1, 3, 250);
        vm.expectEmit(address(distributor));
        emit IBatches.BatchSettled(1, 1, 250, 0);
        vm.prank(alice);
        distributor.credit(1, chunks[0], rests[0]);

        assertEq(distributor.account(10).earned, 100);
        assertEq(distributor.account(11).earned, 100);
        assertEq(distributor.account(12).earned, 50);
        assertEq(distributor.claimable(12), 50 * UNIT);
        assertEq(_balance(address(distributor)), 250 * UNIT);
        assertEq(_balance(address(treasury)), TREASURY_FUNDS - 250 * UNIT);
        assertEq(treasury.reservedOf(address(token)), 0);
        BatchState memory state = _state(1);
        assertTrue(state.status == BatchStatus.Settled);
        assertEq(state.credited, 250);
        assertEq(state.skipped, 0);
        assertEq(state.epochCredited, 250);
        assertEq(state.nextHash, bytes32(0));
    }

    function test_SeveralChunksMoveTheCursor() public {
        _linkMany(10, 5);
        (bytes[] memory chunks, bytes32[] memory rests) = _ready(1, Packing.many(10, 5, 100), 2);
        distributor.credit(1, chunks[0], rests[0]);
        BatchState memory state = _state(1);
        assertTrue(state.status == BatchStatus.Crediting);
        assertEq(state.nextHash, rests[0]);
        assertEq(state.nextPosition, 2);
        assertEq(state.credited, 200);
        assertEq(treasury.reservedOf(address(token)), 300 * UNIT);
        assertEq(_balance(address(distributor)), 200 * UNIT);

        distributor.credit(1, chunks[1], rests[1]);
        distributor.credit(1, chunks[2], rests[2]);
        state = _state(1);
        assertTrue(state.status == BatchStatus.Settled);
        assertEq(state.credited, 500);
        assertEq(state.entryCount, 5);
        assertEq(treasury.reservedOf(address(token)), 0);
    }

    function test_EpochsAddUp() public {
        _link(7);
        _pay(1, 1, _one(7, 100));
        _pay(2, 1, _one(7, 30));
        _pay(2, 2, _one(7, 5));
        assertEq(distributor.account(7).earned, 135);
        assertEq(_state(2).epochCredited, 35);
        assertEq(_state(2).credited, 5);
    }

    function test_AnEntryWithoutALinkIsSkippedAndReleased() public {
        _link(11);
        (bytes[] memory chunks, bytes32[] memory rests) = _ready(1, Packing.many(10, 3, 100), 500);
        vm.expectEmit(address(distributor));
        emit IBatches.EntrySkipped(1, 10, 100, SkipReason.NotLinked);
        vm.expectEmit(address(distributor));
        emit IBatches.EntrySkipped(1, 12, 100, SkipReason.NotLinked);
        vm.expectEmit(address(distributor));
        emit IBatches.BatchSettled(1, 1, 100, 200);
        distributor.credit(1, chunks[0], rests[0]);

        assertEq(distributor.account(10).earned, 0);
        assertEq(distributor.account(11).earned, 100);
        assertEq(_state(1).skipped, 200);
        assertEq(treasury.reservedOf(address(token)), 0);
        assertEq(treasury.unreservedOf(address(token)), TREASURY_FUNDS - 100 * UNIT);
        // Nothing is owed to whoever links later.
        _link(10);
        assertEq(distributor.claimable(10), 0);
    }

    function test_ABatchOfSkippedEntriesAloneSettles() public {
        _pay(1, 1, Packing.many(10, 3, 100));
        assertTrue(_state(1).status == BatchStatus.Settled);
        assertEq(_balance(address(distributor)), 0);
        assertEq(treasury.reservedOf(address(token)), 0);
    }

    function test_AFullAccountIsSkippedAndStopsNobody() public {
        _linkMany(10, 2);
        _setEarned(10, type(uint48).max - 99);
        (bytes[] memory chunks, bytes32[] memory rests) = _ready(1, Packing.many(10, 2, 100), 500);
        vm.expectEmit(address(distributor));
        emit IBatches.EntrySkipped(1, 10, 100, SkipReason.Overflow);
        distributor.credit(1, chunks[0], rests[0]);
        assertEq(distributor.account(10).earned, type(uint48).max - 99);
        assertEq(distributor.account(11).earned, 100);
        assertEq(treasury.reservedOf(address(token)), 0);
    }

    function test_AnAccountCanBeFilledExactly() public {
        _link(10);
        _setEarned(10, type(uint48).max - 100);
        _pay(1, 1, _one(10, 100));
        assertEq(distributor.account(10).earned, type(uint48).max);
        assertEq(distributor.account(10).wallet, _wallet(10));
    }

    function test_CreditsAtTheWindowsEnd() public {
        (bytes[] memory chunks, bytes32[] memory rests) = _ready(1, _one(10, 100), 500);
        assertEq(block.timestamp, _state(1).windowEnd);
        distributor.credit(1, chunks[0], rests[0]);
    }

    function test_ReservedMoneyOutlivesTheOwnersTransfers() public {
        _link(10);
        (bytes[] memory chunks, bytes32[] memory rests) = _ready(1, _one(10, 100), 500);
        // Little enough for the outflow cap.
        deal(address(token), address(treasury), 110 * UNIT);
        uint256 unreserved = treasury.unreservedOf(address(token));
        assertEq(unreserved, 10 * UNIT);
        vm.startPrank(address(timelock));
        treasury.transferERC20(address(token), alice, unreserved);
        treasury.setBudget(address(distributor), address(token), 0, 0);
        vm.stopPrank();
        distributor.credit(1, chunks[0], rests[0]);
        assertEq(_balance(address(distributor)), 100 * UNIT);
        assertEq(_balance(address(treasury)), 0);
    }

    function testFuzz_CreditedAndSkippedAddUpToTheTotal(uint256 seed, uint256 count, uint256 size) public {
        count = bound(count, 1, 30);
        size = bound(size, 1, 30);
        Entry[] memory entries = new Entry[](count);
        uint64 id = 0;
        uint256 credited = 0;
        for (uint256 i = 0; i < count; ++i) {
            uint256 draw = uint256(keccak256(abi.encode(seed, i)));
            id += 1 + uint64(draw % 1000);
            entries[i] = Entry({id: id, units: uint48(1 + (draw >> 64) % 100_000)});
            if ((draw >> 128) % 3 != 0) {
                _link(id);
                credited += entries[i].units;
            }
        }
        bytes[] memory chunks = entries.split(size);
        bytes32[] memory rests = _post(1, 1, chunks, entries.sum());
        _publish(1, chunks, rests);
        vm.warp(block.timestamp + WINDOW);
        _credit(1, chunks, rests);
        BatchState memory state = _state(1);
        assertEq(state.credited, credited);
        assertEq(state.credited + state.skipped, state.total);
        assertEq(_balance(address(distributor)), credited * UNIT);
        assertEq(_balance(address(distributor)) + _balance(address(treasury)), TREASURY_FUNDS);
        assertEq(treasury.reservedOf(address(token)), 0);
    }

    // ------------------------------------------------------------------------------------------------ bad

    function test_RevertWhen_TheWindowIsOpen() public {
        (bytes[] memory chunks, bytes32[] memory rests) = _ready(1, _one(10, 100), 500);
        uint256 windowEnd = block.timestamp;
        vm.warp(windowEnd - 1);
        vm.expectRevert(abi.encodeWithSelector(IBatches.Batches_WindowOpen.selector, 1, windowEnd));
        distributor.credit(1, chunks[0], rests[0]);
    }

    function test_RevertWhen_NothingIsPublished() public {
        bytes[] memory chunks = _one(10, 100).split(500);
        _notCreditable(chunks[0]);
        _post(1, 1, chunks, 100);
        _notCreditable(chunks[0]);
        vm.warp(block.timestamp + PUBLISH_PERIOD + 1);
        distributor.voidUnpublished(1);
        _notCreditable(chunks[0]);
    }

    function test_RevertWhen_CreditedTwice() public {
        _link(10);
        _pay(1, 1, _one(10, 100));
        _notCreditable(_one(10, 100).pack());
        assertEq(distributor.account(10).earned, 100);
    }

    function test_RevertWhen_ChunksAreOutOfTurn() public {
        (bytes[] memory chunks, bytes32[] memory rests) = _ready(1, Packing.many(10, 3, 100), 1);
        _wrongChunk(chunks[1], rests[1]);
        distributor.credit(1, chunks[0], rests[0]);
        _wrongChunk(chunks[0], rests[0]);
        _wrongChunk(chunks[2], rests[2]);
        _wrongChunk(chunks[1], bytes32(0));
    }

    function test_RevertWhen_TheChunkIsOfAnotherEpoch() public {
        (bytes[] memory chunks,) = _ready(1, _one(10, 100), 500);
        _notCreditableIn(2, chunks[0]);
    }

    function testFuzz_RevertWhen_AnyBitIsFlipped(uint256 bit) public {
        (bytes[] memory chunks,) = _ready(1, Packing.many(10, 4, 100), 500);
        bit = bound(bit, 0, chunks[0].length * 8 - 1);
        chunks[0][bit / 8] ^= bytes1(uint8(1 << (bit % 8)));
        _wrongChunk(chunks[0], bytes32(0));
    }

    function test_RevertWhen_TheTokenTakesAFee() public {
        FeeToken fee = new FeeToken(100_000_000e18);
        _deploy(address(fee));
        assertTrue(fee.transfer(address(treasury), TREASURY_FUNDS));
        _link(10);
        (bytes[] memory chunks, bytes32[] memory rests) = _ready(1, _one(10, 100), 500);
        vm.expectRevert(abi.encodeWithSelector(IBatches.Batches_WrongAmountReceived.selector, 99 * UNIT, 100 * UNIT));
        distributor.credit(1, chunks[0], rests[0]);
    }

    // -------------------------------------------------------------------------------------------- helpers

    /// @dev Posted and published, at the first second of crediting.
    function _ready(uint64 epoch, Entry[] memory entries, uint256 size)
        private
        returns (bytes[] memory chunks, bytes32[] memory rests)
    {
        chunks = entries.split(size);
        rests = _post(epoch, 1, chunks, entries.sum());
        _publish(epoch, chunks, rests);
        vm.warp(block.timestamp + WINDOW);
    }

    /// @dev Writes what years of credits would: the account slot is wallet, earned, claimed from the lowest bit on.
    function _setEarned(uint64 id, uint48 earned) private {
        vm.record();
        distributor.account(id);
        (bytes32[] memory reads,) = vm.accesses(address(distributor));
        bytes32 slot = reads[reads.length - 1];
        vm.store(address(distributor), slot, bytes32((uint256(earned) << 160) | uint160(_wallet(id))));
        assertEq(distributor.account(id).earned, earned);
    }

    function _notCreditable(bytes memory chunk) private {
        _notCreditableIn(1, chunk);
    }

    function _notCreditableIn(uint64 epoch, bytes memory chunk) private {
        vm.expectRevert(abi.encodeWithSelector(IBatches.Batches_NotCreditable.selector, epoch));
        distributor.credit(epoch, chunk, bytes32(0));
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
        distributor.credit(1, chunk, rest);
    }
}
