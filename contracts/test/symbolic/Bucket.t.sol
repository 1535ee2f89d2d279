// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Bucket, Buckets} from "../../src/libraries/Bucket.sol";
import {Vm} from "forge-std/Vm.sol";

/// @title Proofs about buckets
/// @notice For any bucket whose grain is one base unit, at any time since it was written. What is proved of one step holds of all of
/// them: every step writes the time, and a bucket that was written now is one of those that the other proofs begin with.
contract BucketProofs {
    using Buckets for Bucket;

    uint256 private constant CAPACITY = 104;
    uint256 private constant USED = 144;
    uint256 private constant EXPONENT = 184;
    uint256 private constant UPDATED = 192;
    uint256 private constant PERIOD = 232;
    Vm private constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

    struct Fields {
        uint104 reserved;
        uint40 capacity;
        uint40 used;
        uint40 updated;
        uint24 period;
    }

    /// @notice Never more is available than the capacity, nor less than when it was written.
    function check_availableIsWithinCapacity(Fields memory fields, uint40 time) external {
        Bucket self = _bucket(fields, time);
        assert(self.availableOf() <= fields.capacity);
        assert(self.availableOf() >= fields.capacity - fields.used);
    }

    /// @notice What was written now has what was not used.
    function check_availableWhenWritten(Fields memory fields) external {
        Bucket self = _bucket(fields, fields.updated);
        assert(self.availableOf() == fields.capacity - fields.used);
    }

    /// @notice In the time since a draw, that draw and the next one take at most the capacity and what refilled meanwhile.
    function check_rate(Fields memory fields, uint40 time, uint40 first, uint40 second) external {
        vm.assume(first <= fields.used);
        Bucket self = _bucket(fields, time);
        vm.assume(second <= self.availableOf());
        unchecked {
            uint256 refilled = (block.timestamp - uint256(fields.updated)) * fields.capacity / fields.period;
            uint256 both = uint256(first) + second;
            assert(both <= fields.capacity || both - fields.capacity <= refilled);
        }
    }

    /// @notice Draws what is available and no more, and nothing is no draw; writes the time and leaves the limit.
    function check_draw(Fields memory fields, uint40 time, uint104 amount, bool holds) external {
        Bucket self = _bucket(fields, time);
        uint256 held = holds ? amount : 0;
        vm.assume(held + fields.reserved <= type(uint104).max);
        uint256 available = self.availableOf();
        (Bucket drawn, uint256 most) = self.draw(amount, held);
        assert(most == available);
        if (amount > available || amount == 0) {
            assert(Bucket.unwrap(drawn) == Bucket.unwrap(self));
        } else {
            assert(drawn.reservedOf() == fields.reserved + held);
            assert(_used(drawn) == fields.capacity - available + amount);
            _assertLimit(drawn, fields, time);
        }
    }

    /// @notice Gives back at most what is given, and never beyond the capacity; of a bucket that refills in 28 days.
    function check_giveBack(Fields memory fields, uint40 time, uint104 amount) external {
        vm.assume(amount > 0);
        vm.assume(amount <= fields.reserved);
        fields.period = 28 days;
        Bucket self = _bucket(fields, time);
        uint256 available = self.availableOf();
        Bucket back = self.giveBack(amount);
        uint256 after_ = fields.capacity - _used(back);
        assert(after_ >= available && after_ - available <= amount);
        assert(back.reservedOf() == fields.reserved - amount);
        _assertLimit(back, fields, time);
    }

    /// @notice What is not held back cannot be given back: nothing is given back twice.
    function check_giveBackOnce(Fields memory fields, uint40 time, uint104 amount) external {
        vm.assume(amount > fields.reserved);
        Bucket self = _bucket(fields, time);
        try this.giveBack(self, amount) {
            assert(false);
        } catch {}
    }

    /// @notice What was drawn and is given back in the same second leaves the bucket as it was.
    function check_giveBackUndoesADraw(Fields memory fields, uint40 amount) external {
        vm.assume(amount > 0 && amount <= fields.used && amount <= fields.reserved);
        Bucket back = _bucket(fields, fields.updated).giveBack(amount);
        assert(_used(back) == fields.used - amount && back.reservedOf() == fields.reserved - amount);
    }

    /// @notice Settling touches what is held back alone.
    function check_settle(Fields memory fields, uint104 amount) external {
        vm.assume(amount <= fields.reserved);
        Bucket self = _bucket(fields, fields.updated);
        Bucket after_ = self.settle(amount);
        assert(after_.reservedOf() == fields.reserved - amount);
        assert(Bucket.unwrap(after_) >> CAPACITY == Bucket.unwrap(self) >> CAPACITY);
    }

    /// @notice More time, no less available: any bucket that refills in 28 days, after a quarter of an hour and after fourteen hours.
    function check_refillGrows(Fields memory fields) external {
        fields.period = 28 days;
        _assertGrows(fields, 1000, 50_000);
    }

    /// @notice The same of a bucket that refills in a week, after a day and after three.
    function check_refillGrowsInAWeek(Fields memory fields) external {
        fields.period = 7 days;
        _assertGrows(fields, 1 days, 3 days);
    }

    /// @notice Whatever was used, it is full after its period, and stays full.
    function check_fullAfterItsPeriod(Fields memory fields, uint40 elapsed) external {
        _assertFull(fields, 1_000_000, 28 days, elapsed);
    }

    /// @notice The same of the largest one.
    function check_fullAfterTheLongestPeriod(Fields memory fields, uint40 elapsed) external {
        _assertFull(fields, type(uint40).max, type(uint24).max, elapsed);
    }

    /// @notice Must fail: there are draws.
    function fails_nobodyDraws(Fields memory fields, uint40 time, uint104 amount) external {
        Bucket self = _bucket(fields, time);
        (Bucket drawn,) = self.draw(amount, 0);
        assert(Bucket.unwrap(drawn) == Bucket.unwrap(self));
    }

    /// @notice Must fail: what was used refills.
    function fails_nothingRefills(Fields memory fields, uint40 time) external {
        assert(_bucket(fields, time).availableOf() == fields.capacity - fields.used);
    }

    function giveBack(Bucket self, uint256 amount) external view returns (Bucket) {
        return self.giveBack(amount);
    }

    function _assertGrows(Fields memory fields, uint40 elapsed, uint40 later) private {
        fields.updated = 1000;
        Bucket self = _bucket(fields, 1000 + elapsed);
        uint256 before = self.availableOf();
        vm.warp(1000 + uint256(later));
        assert(self.availableOf() >= before);
    }

    function _assertFull(Fields memory fields, uint40 capacity, uint24 period, uint40 elapsed) private {
        vm.assume(elapsed >= period && elapsed < type(uint40).max - 1000);
        (fields.capacity, fields.period, fields.updated) = (capacity, period, 1000);
        assert(_bucket(fields, 1000 + elapsed).availableOf() == capacity);
    }

    function _assertLimit(Bucket self, Fields memory fields, uint40 time) private pure {
        assert(self.capacityOf() == fields.capacity && self.periodOf() == fields.period);
        assert((Bucket.unwrap(self) >> UPDATED) & type(uint40).max == time);
        assert((Bucket.unwrap(self) >> EXPONENT) & type(uint8).max == 0);
    }

    function _used(Bucket self) private pure returns (uint256) {
        return (Bucket.unwrap(self) >> USED) & type(uint40).max;
    }

    /// @dev Any bucket that can be, at any time since: what is used is within the capacity, and a limit has a period.
    function _bucket(Fields memory fields, uint40 time) private returns (Bucket) {
        vm.assume(fields.used <= fields.capacity && fields.period != 0 && fields.updated <= time);
        vm.warp(time);
        // Packed, for the solver to find each field again.
        bytes memory word =
            abi.encodePacked(fields.period, fields.updated, uint8(0), fields.used, fields.capacity, fields.reserved);
        return Bucket.wrap(uint256(bytes32(word)));
    }
}
