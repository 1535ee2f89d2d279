// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IOracleSet} from "./interfaces/IOracleSet.sol";
import {StoredSet} from "./libraries/StoredSet.sol";

/// @title Oracle set writer
/// @notice Checks an oracle set and writes it as contract code. It has no state, and anyone may use it; a distributor deploys one
/// for itself, because a set is written so seldom that the code for it need not lie beside the code that pays.
contract OracleSetWriter {
    uint256 private constant MAX_MEMBERS = 256;
    uint256 private constant MAX_BASE_URL = 1024;

    /// @notice Writes a set that a quorum can be found in, each member once.
    /// @return stored The address whose code holds the set.
    function write(address[] calldata members, uint256 threshold, string calldata baseUrl)
        external
        returns (address stored)
    {
        // Check
        uint256 size = members.length;
        if (size == 0 || size > MAX_MEMBERS) revert IOracleSet.OracleSet_InvalidSize(size);
        if (threshold == 0 || threshold > size) revert IOracleSet.OracleSet_InvalidThreshold(threshold, size);
        if (bytes(baseUrl).length > MAX_BASE_URL) revert IOracleSet.OracleSet_BaseUrlTooLong(bytes(baseUrl).length);
        address previous = address(0);
        for (uint256 i = 0; i < size; ++i) {
            if (members[i] <= previous) revert IOracleSet.OracleSet_InvalidMember(i, members[i]);
            previous = members[i];
        }

        // Effect
        return StoredSet.write(members, threshold, baseUrl);
    }
}
