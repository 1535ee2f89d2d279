// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Genesis} from "../../src/Genesis.sol";
import {Errors} from "@openzeppelin/contracts/utils/Errors.sol";
import {Test} from "forge-std/Test.sol";

/// @dev Two of these can name each other.
contract Half {
    address public immutable other;
    address public immutable creator = msg.sender;

    error Half_Alone();

    constructor(address other_) {
        if (other_ == address(0)) revert Half_Alone();
        other = other_;
    }
}

contract GenesisTest is Test {
    address private immutable deployer = makeAddr("deployer");
    Genesis private genesis;

    function setUp() public {
        vm.warp(1_699_833_600);
        genesis = new Genesis(deployer);
    }

    function test_ContractsNameEachOtherInACircle() public {
        (address left, address right) = (genesis.addressOf("left"), genesis.addressOf("right"));
        vm.startPrank(deployer);
        assertEq(genesis.create("left", _half(right)), left);
        assertEq(genesis.create("right", _half(left)), right);
        vm.stopPrank();
        assertEq(Half(left).other(), right);
        assertEq(Half(right).other(), left);
        assertNotEq(Half(left).creator(), address(genesis));
        assertNotEq(Half(left).creator(), deployer);
    }

    function test_CreationIsRecorded() public {
        vm.expectEmit();
        emit Genesis.Begun(deployer);
        genesis = new Genesis(deployer);
        bytes memory code = _half(address(1));
        vm.expectEmit(address(genesis));
        emit Genesis.Created("left", genesis.addressOf("left"), keccak256(code));
        vm.prank(deployer);
        genesis.create("left", code);
        assertEq(genesis.deployer(), deployer);
        assertEq(genesis.since(), 1_699_833_600);
    }

    function testFuzz_AddressFollowsFromTheNameAlone(bytes32 name, address other) public {
        vm.assume(other != address(0));
        address expected = genesis.addressOf(name);
        vm.prank(deployer);
        assertEq(genesis.create(name, _half(other)), expected);
    }

    function testFuzz_RevertWhen_SomeoneElseCreates(address caller) public {
        vm.assume(caller != deployer);
        vm.expectRevert(abi.encodeWithSelector(Genesis.Genesis_NotDeployer.selector, caller));
        vm.prank(caller);
        genesis.create("left", _half(address(1)));
    }

    function test_RevertWhen_NameIsUsedTwice() public {
        vm.startPrank(deployer);
        genesis.create("left", _half(address(1)));
        vm.expectRevert(Errors.FailedDeployment.selector);
        genesis.create("left", _half(address(2)));
    }

    function test_ConstructorsReasonReachesTheCallerAndTheNameStaysFree() public {
        vm.startPrank(deployer);
        vm.expectRevert(Half.Half_Alone.selector);
        genesis.create("left", _half(address(0)));
        genesis.create("left", _half(address(1)));
    }

    function _half(address other) private pure returns (bytes memory) {
        return abi.encodePacked(type(Half).creationCode, abi.encode(other));
    }
}
