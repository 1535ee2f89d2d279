// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IBatches} from "../../src/interfaces/IBatches.sol";
import {Answer, BatchStatus} from "../../src/interfaces/Types.sol";
import {Entry, Packing} from "../support/Packing.sol";
import {AttackFixture} from "./support/AttackFixture.sol";

/// @notice Case 14: chunks that are too large, and what the largest ones cost others when an attacker makes them as dear as can be.
/// Whole transactions are measured.
/// forge-config: default.isolate = true
contract BoundedCostAttack is AttackFixture {
    using Packing for Entry[];

    /// @dev EIP-7825: no transaction may use more.
    uint256 private constant TRANSACTION_CAP = 16_777_216;
    uint256 private constant MOST = 500;
    uint64 private constant FIRST = 100_000_001;

    function test_Case14_AChunkAboveTheMaximum() public {
        bytes[] memory chunks = Packing.many(FIRST, MOST + 1, 1).split(MOST + 1);
        bytes32[] memory rests = _post(1, 1, chunks, uint64(MOST + 1));
        vm.expectRevert(abi.encodeWithSelector(IBatches.Batches_InvalidChunk.selector, 14 * (MOST + 1)));
        distributor.publish(1, chunks[0], rests[0]);
    }

    /// @dev Who sends a megabyte pays for it and is refused before anything is read.
    function test_Case14_AMegabyteOfEntries() public {
        bytes[] memory chunks = new bytes[](1);
        chunks[0] = new bytes(14 * 75_000);
        bytes32[] memory rests = _post(1, 1, chunks, 1);
        vm.expectRevert(abi.encodeWithSelector(IBatches.Batches_InvalidChunk.selector, chunks[0].length));
        distributor.publish(1, chunks[0], rests[0]);
    }

    function test_Case14_TheLargestChunkOfUnlinkedIds() public {
        Entry[] memory entries = Packing.many(FIRST, MOST, 1);
        bytes[] memory chunks = entries.split(MOST);
        bytes32[] memory rests = _post(1, 1, chunks, entries.sum());
        distributor.publish(1, chunks[0], rests[0]);
        _withinTheCap("publish 500");
        vm.warp(_state(1).windowEnd);
        distributor.credit(1, chunks[0], rests[0]);
        _withinTheCap("credit 500 that are skipped");
        assertEq(treasury.reservedOf(address(token)), 0);
        assertEq(treasury.budget(address(distributor), address(token)).available, 4 * BUDGET * UNIT);
        assertEq(_state(1).epochCredited, 0);
    }

    /// @dev Somebody rich challenges every entry of the largest chunk: it can still be credited in one transaction, while they wait
    /// for their answers and after all of them were dropped for a fault.
    function test_Case14_TheLargestChunkWithEveryEntryChallenged() public {
        _linkMany(FIRST, MOST);
        Entry[] memory entries = Packing.many(FIRST, MOST, 1000);
        (bytes[] memory chunks, bytes32[] memory rests) = _open(1, 1, entries, MOST);
        vm.deal(address(this), MOST * BOND);
        uint256[] memory challenges = new uint256[](MOST);
        for (uint32 i = 0; i < MOST; ++i) {
            challenges[i] = disputes.challenge{value: BOND}(1, i);
        }
        vm.warp(_state(1).windowEnd);
        bytes memory fault = _signQuorum(oracles, QUORUM, _state(1).digest);
        uint256 snapshot = vm.snapshotState();

        distributor.credit(1, chunks[0], rests[0]);
        _withinTheCap("credit 500 that are held");
        assertEq(treasury.reservedOf(address(token)), MOST * 1000 * UNIT);
        assertTrue(vm.revertToState(snapshot));

        for (uint256 from = 0; from < MOST; from += 100) {
            uint256[] memory some = new uint256[](100);
            for (uint256 i = 0; i < 100; ++i) {
                some[i] = challenges[from + i];
            }
            vm.prank(arbiter);
            disputes.resolveMany(some, Answer.Fault, fault);
            _withinTheCap("resolve 100");
        }
        distributor.credit(1, chunks[0], rests[0]);
        _withinTheCap("credit 500 that were dropped");
        assertTrue(_state(1).status == BatchStatus.Settled);
        assertEq(treasury.reservedOf(address(token)), 0);
        assertEq(_balance(address(disputes)), MOST * 100 * UNIT);
    }

    /// @dev Claims of 256 first-time recipients fit too; what does not fit is split by the caller.
    function test_Case14_TheLargestListOfFirstClaims() public {
        _linkMany(FIRST, 256);
        _pay(1, 1, Packing.many(FIRST, 256, 1000));
        distributor.claimMany(_ids(FIRST, 256));
        _withinTheCap("claim 256 for the first time");
    }

    function _withinTheCap(string memory what) private {
        uint256 gas = vm.lastCallGas().gasTotalUsed;
        assertGt(gas, 21_000, "not a whole transaction");
        emit log_named_uint(what, gas);
        assertLt(gas, TRANSACTION_CAP, what);
    }
}
