// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @notice A limit that refills over time, and what is held back under it, in one storage slot. From the lowest bit on:
/// reserved  104 bits  base units held back; they have left the bucket and not yet the Treasury
/// capacity   40 bits  most grains that can be drawn at once
/// used       40 bits  grains drawn and not yet refilled at `updated`; at most the capacity
/// exponent    8 bits  a grain is 10^exponent base units
/// updated    40 bits  when `used` was written
/// period     24 bits  seconds in which a used-up bucket refills; zero only without a capacity
/// @dev OpenZeppelin's `RateLimiter` is the same bucket in two slots, without what is held back. Here the exponent is the smallest
/// with which the capacity fits, so that a capacity keeps twelve digits; what does not fit is rounded against the one who draws.
type Bucket is uint256;

/// @title Buckets
/// @notice Arithmetic of {Bucket}; every function gives the new bucket and leaves storing it to the caller. In any t seconds at most
/// capacity + t * capacity / period is drawn and not given back. Amounts of zero change nothing: every change rounds the refill down
/// by a part of a grain, and everybody can draw nothing.
library Buckets {
    uint256 private constant CAPACITY = 104;
    uint256 private constant USED = 144;
    uint256 private constant EXPONENT = 184;
    uint256 private constant UPDATED = 192;
    uint256 private constant PERIOD = 232;

    uint256 private constant UINT104 = type(uint104).max;
    uint256 private constant UINT40 = type(uint40).max;
    uint256 private constant UINT8 = type(uint8).max;
    /// @dev What a draw leaves as it is: capacity, exponent and period.
    uint256 private constant LIMIT = (UINT40 << CAPACITY) | (UINT8 << EXPONENT) | (~uint256(0) << PERIOD);

    /// @notice The longest time to refill, about 194 days.
    uint48 internal constant MAX_PERIOD = type(uint24).max;

    /// @notice So much cannot be held back.
    error Bucket_TooMuchReserved(uint256 amount, uint256 most);

    /// @notice Draws an amount if it is available.
    /// @param held What of the amount is held back: all of it or nothing.
    /// @return drawn The bucket after the draw; as it was if too little is available, or nothing is drawn.
    /// @return most Base units that could be drawn.
    function draw(Bucket self, uint256 amount, uint256 held) internal view returns (Bucket drawn, uint256 most) {
        uint256 used = _usedNow(self);
        uint256 grain = grainOf(self);
        unchecked {
            // `used` is at most the capacity; an amount that is available is at most 2^40 grains.
            most = (_capacity(self) - used) * grain;
            if (amount > most || amount == 0) return (self, most);
            drawn = _after(self, used + (amount + grain - 1) / grain, reservedOf(self) + held);
        }
    }

    /// @notice Gives back an amount that was drawn and held back until now.
    function giveBack(Bucket self, uint256 amount) internal view returns (Bucket) {
        if (amount == 0) return self;
        return _after(self, Math.saturatingSub(_usedNow(self), amount / grainOf(self)), reservedOf(self) - amount);
    }

    /// @notice No longer holds back an amount, which must be held back until now: it leaves.
    function settle(Bucket self, uint256 amount) internal pure returns (Bucket) {
        // The lowest field cannot borrow from the next one.
        return Bucket.wrap(Bucket.unwrap(self) - amount);
    }

    /// @notice Sets the limit from now on. What refilled until now did so under the old one; what was used stays used, up to the
    /// new capacity.
    /// @param newCapacity In base units; of more than twelve digits only those may be other than zero, see {fit}.
    /// @param newPeriod At most MAX_PERIOD.
    function configure(Bucket self, uint256 newCapacity, uint256 newPeriod) internal view returns (Bucket) {
        (uint256 capacity, uint256 exponent) = _grains(newCapacity);
        uint256 used = Math.min(Math.ceilDiv(_usedNow(self) * grainOf(self), 10 ** exponent), capacity);
        uint256 limit = (capacity << CAPACITY) | (exponent << EXPONENT) | (newPeriod << PERIOD);
        return _after(Bucket.wrap(limit), used, reservedOf(self));
    }

    /// @notice Base units that can be drawn now.
    function availableOf(Bucket self) internal view returns (uint256) {
        return (_capacity(self) - _usedNow(self)) * grainOf(self);
    }

    /// @notice Base units held back.
    function reservedOf(Bucket self) internal pure returns (uint256) {
        return Bucket.unwrap(self) & UINT104;
    }

    /// @notice Most base units that can be drawn at once.
    function capacityOf(Bucket self) internal pure returns (uint256) {
        return _capacity(self) * grainOf(self);
    }

    /// @notice Seconds in which a used-up bucket refills.
    function periodOf(Bucket self) internal pure returns (uint48) {
        // The uppermost 24 bits.
        // forge-lint: disable-next-line(unsafe-typecast)
        return uint48(Bucket.unwrap(self) >> PERIOD);
    }

    /// @notice Base units in a grain.
    function grainOf(Bucket self) internal pure returns (uint256) {
        return 10 ** ((Bucket.unwrap(self) >> EXPONENT) & UINT8);
    }

    /// @notice The largest capacity up to this one that a bucket can have, in base units.
    function fit(uint256 capacity) internal pure returns (uint256) {
        (uint256 grains, uint256 exponent) = _grains(capacity);
        return grains * 10 ** exponent;
    }

    function _capacity(Bucket self) private pure returns (uint256) {
        return (Bucket.unwrap(self) >> CAPACITY) & UINT40;
    }

    /// @dev Grains used now: what was, less what has refilled since.
    function _usedNow(Bucket self) private view returns (uint256) {
        uint256 used = (Bucket.unwrap(self) >> USED) & UINT40;
        if (used == 0) return 0;
        unchecked {
            // Whatever is used has a capacity, and that has a period. Time and capacity are 40 bits: their product cannot wrap.
            uint256 elapsed = block.timestamp - ((Bucket.unwrap(self) >> UPDATED) & UINT40);
            uint256 refilled = elapsed * _capacity(self) / (Bucket.unwrap(self) >> PERIOD);
            return used > refilled ? used - refilled : 0;
        }
    }

    function _after(Bucket self, uint256 used, uint256 reserved) private view returns (Bucket) {
        if (reserved > UINT104) revert Bucket_TooMuchReserved(reserved, UINT104);
        return Bucket.wrap(
            (Bucket.unwrap(self) & LIMIT) | reserved | (used << USED) | ((block.timestamp & UINT40) << UPDATED)
        );
    }

    function _grains(uint256 capacity) private pure returns (uint256 grains, uint256 exponent) {
        grains = capacity;
        for (; grains > UINT40; ++exponent) {
            grains /= 10;
        }
    }
}
