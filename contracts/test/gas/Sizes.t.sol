// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Fixture} from "../support/Fixture.sol";

/// @notice Runtime sizes, kept in `contracts/snapshots`; no contract may come near the limit.
contract SizesTest is Fixture {
    function test_Sizes() public {
        _keep("RewardDistributor", address(distributor));
        _keep("Links", address(links));
        _keep("Disputes", address(disputes));
        _keep("Treasury", address(treasury));
        _keep("GuerdonGovernor", address(governor));
        _keep("GuerdonToken", address(votes));
    }

    function _keep(string memory name, address deployed) private {
        uint256 size = deployed.code.length;
        vm.snapshotValue("sizes", name, size);
        assertLe(size, 24_576 - 256, name);
    }
}
