// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Bucket, Buckets} from "../../src/libraries/Bucket.sol";

/// @title Proofs about buckets
/// @notice For any bucket whose grain is one base unit. Refills and draws divide by symbolic numbers, which no solver at hand finishes:
/// the unit tests with exact numbers and the campaign's second account of every limit check those.
contract BucketProofs {
    using Buckets for Bucket;

    uint256 private constant CAPACITY = 104;
    uint256 private constant USED = 144;
    uint256 private constant EXPONENT = 184;
    uint256 private constant UPDATED = 192;
    uint256 private constant PERIOD = 232;

    struct Fields {
        uint104 reserved;
        uint40 capacity;
        uint40 used;
        uint40 updated;
        uint24 period;
    }

    /// @notice Settling touches what is held back alone.
    function check_settle(Fields memory fields, uint104 amount) external view {
        if (amount > fields.reserved) return;
        Bucket self = _now(fields, 0);
        Bucket after_ = self.settle(amount);
        assert(after_.reservedOf() == fields.reserved - amount);
        assert(Bucket.unwrap(after_) >> CAPACITY == Bucket.unwrap(self) >> CAPACITY);
    }

    /// @dev A bucket that was written in this second.
    function _now(Fields memory fields, uint256 exponent) private view returns (Bucket) {
        fields.updated = uint40(block.timestamp);
        return _bucket(fields, exponent);
    }

    /// @dev Any bucket that can be: what is used is within the capacity, and a capacity has a period.
    function _bucket(Fields memory fields, uint256 exponent) private pure returns (Bucket) {
        if (fields.used > fields.capacity) fields.used = fields.capacity;
        if (fields.period == 0) fields.period = 1;
        return Bucket.wrap(
            uint256(fields.reserved) | (uint256(fields.capacity) << CAPACITY) | (uint256(fields.used) << USED)
                | (exponent << EXPONENT) | (uint256(fields.updated) << UPDATED) | (uint256(fields.period) << PERIOD)
        );
    }
}
