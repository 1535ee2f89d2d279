// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Bucket, Buckets} from "../../src/libraries/Bucket.sol";
import {Test} from "forge-std/Test.sol";

/// @notice Buckets against the same limit in exact numbers.
contract TreasuryBucketTest is Test {
    using Buckets for Bucket;

    /// @dev Base units and fractions of them: everything is kept times the period.
    struct Exact {
        uint256 used;
        uint256 reserved;
        uint256 updated;
    }

    function setUp() public {
        vm.warp(1_700_000_000);
    }

    function test_AnEmptyBucketGivesNothing() public view {
        Bucket empty;
        assertEq(empty.availableOf(), 0);
        (Bucket drawn, uint256 most) = empty.draw(1, 1);
        assertEq(most, 0);
        assertEq(Bucket.unwrap(drawn), 0);
    }

    function test_FieldsDoNotTouchEachOther() public {
        Bucket bucket = Bucket.wrap(0).configure(type(uint40).max, type(uint24).max);
        (bucket,) = bucket.draw(type(uint40).max, type(uint40).max);
        assertEq(bucket.reservedOf(), type(uint40).max);
        assertEq(bucket.capacityOf(), type(uint40).max);
        assertEq(bucket.periodOf(), type(uint24).max);
        assertEq(bucket.grainOf(), 1);
        assertEq(bucket.availableOf(), 0);
        skip(type(uint24).max);
        assertEq(bucket.availableOf(), type(uint40).max);
        bucket = bucket.settle(type(uint40).max);
        assertEq(bucket.reservedOf(), 0);
        assertEq(bucket.capacityOf(), type(uint40).max);
    }

    /// @dev Everybody can give back nothing; it would round the refill down each time.
    function test_GivingBackNothingChangesNothing() public {
        Bucket bucket = Bucket.wrap(0).configure(1000, 28 days);
        (bucket,) = bucket.draw(600, 600);
        skip(100);
        assertEq(Bucket.unwrap(bucket.giveBack(0)), Bucket.unwrap(bucket));
    }

    function testFuzz_FitIsTheLargestThatFits(uint256 capacity) public pure {
        uint256 kept = Buckets.fit(capacity);
        assertLe(kept, capacity);
        assertEq(Buckets.fit(kept), kept);
        if (capacity <= type(uint40).max) assertEq(kept, capacity);
        else assertLt(capacity - kept, capacity / 1e11);
    }

    /// @dev Never more than exactly allowed; less by two grains at most for each change.
    function testFuzz_AvailableIsNeverAboveTheExactLimit(uint96 capacity, uint24 period, uint256 seed) public {
        vm.assume(capacity != 0 && period != 0);
        uint256 kept = Buckets.fit(capacity);
        Bucket bucket = Bucket.wrap(0).configure(kept, period);
        Exact memory exact = Exact({used: 0, reserved: 0, updated: block.timestamp});
        for (uint256 i = 1; i <= 30; ++i) {
            uint256 draw = uint256(keccak256(abi.encode(seed, i)));
            skip((draw >> 128) % (uint256(period) / 8 + 1));
            uint256 refilled = (block.timestamp - exact.updated) * kept;
            exact.used = exact.used > refilled ? exact.used - refilled : 0;
            exact.updated = block.timestamp;

            if (draw >> 255 == 0 && exact.reserved != 0) {
                uint256 amount = draw % exact.reserved + 1;
                bucket = bucket.giveBack(amount);
                uint256 back = amount * period;
                exact.used = exact.used > back ? exact.used - back : 0;
                exact.reserved -= amount;
            } else {
                uint256 amount = draw % (kept / 4 + 1);
                uint256 most;
                Bucket drawn;
                (drawn, most) = bucket.draw(amount, amount);
                if (amount > most) continue;
                bucket = drawn;
                exact.used += amount * period;
                exact.reserved += amount;
            }
            uint256 exactly = (kept * period - exact.used) / period;
            assertLe(bucket.availableOf(), exactly);
            assertLe(exactly - bucket.availableOf(), 2 * (i + 1) * bucket.grainOf());
            assertEq(bucket.reservedOf(), exact.reserved);
        }
    }

    function testFuzz_ConfiguringKeepsWhatWasUsed(uint96 first, uint96 next, uint256 used) public {
        vm.assume(first != 0 && next != 0);
        uint256 before = Buckets.fit(first);
        uint256 afterwards = Buckets.fit(next);
        Bucket bucket = Bucket.wrap(0).configure(before, 1 days);
        used = bound(used, 0, before);
        (bucket,) = bucket.draw(used, used);
        bucket = bucket.configure(afterwards, 2 days);
        assertEq(bucket.capacityOf(), afterwards);
        assertEq(bucket.periodOf(), 2 days);
        assertEq(bucket.reservedOf(), used);
        assertLe(bucket.availableOf(), afterwards > used ? afterwards - used : 0);
    }
}
