// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {GuerdonTimelock} from "../../src/GuerdonTimelock.sol";
import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";
import {Test} from "forge-std/Test.sol";

contract TimelockTest is Test {
    address private immutable governor = makeAddr("governor");
    address private immutable veto = makeAddr("veto");
    GuerdonTimelock private timelock;

    function setUp() public {
        timelock = new GuerdonTimelock(2 days, governor, veto);
    }

    function test_EveryRoleIsInItsFinalHands() public view {
        assertEq(timelock.getMinDelay(), 2 days);
        assertTrue(timelock.hasRole(timelock.DEFAULT_ADMIN_ROLE(), address(timelock)));
        assertTrue(timelock.hasRole(timelock.PROPOSER_ROLE(), governor));
        assertTrue(timelock.hasRole(timelock.CANCELLER_ROLE(), governor));
        assertTrue(timelock.hasRole(timelock.CANCELLER_ROLE(), veto));
        assertTrue(timelock.hasRole(timelock.EXECUTOR_ROLE(), address(0)));
        assertFalse(timelock.hasRole(timelock.PROPOSER_ROLE(), veto));
        assertFalse(timelock.hasRole(timelock.DEFAULT_ADMIN_ROLE(), address(this)));
    }

    function test_VetoCancelsAndCannotPropose() public {
        vm.prank(governor);
        timelock.schedule(address(1), 0, "", 0, 0, 2 days);
        bytes32 operation = timelock.hashOperation(address(1), 0, "", 0, 0);
        vm.prank(veto);
        timelock.cancel(operation);
        assertFalse(timelock.isOperation(operation));

        bytes32 role = timelock.PROPOSER_ROLE();
        vm.expectRevert(abi.encodeWithSelector(IAccessControl.AccessControlUnauthorizedAccount.selector, veto, role));
        vm.prank(veto);
        timelock.schedule(address(1), 0, "", 0, 0, 2 days);
    }
}
