// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";

/// @notice Measures whole transactions, calldata and the fixed 21,000 included, refunds not deducted, and keeps the figures in
/// `contracts/snapshots`. The tests that use it run isolated: every call of a test is a transaction with cold storage.
abstract contract Measure is Test {
    /// @dev Gas of the last call, divided among the shares it served.
    function _measure(string memory what, uint256 shares) internal returns (uint256 gas) {
        gas = vm.lastCallGas().gasTotalUsed;
        assertGt(gas, 21_000, "not a whole transaction");
        gas /= shares;
        vm.snapshotValue("gas", what, gas);
        emit log_named_uint(what, gas);
    }

    function _within(string memory what, uint256 shares, uint256 limit) internal returns (uint256 gas) {
        gas = _measure(what, shares);
        assertLe(gas, limit, what);
    }
}
