// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Allocation, GuerdonToken} from "../../src/GuerdonToken.sol";
import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";
import {Test} from "forge-std/Test.sol";

contract TokenTest is Test {
    uint256 private constant KEY = 0xa11ce;
    address private holder = vm.addr(KEY);
    address private other = makeAddr("other");
    GuerdonToken private token;

    function setUp() public {
        vm.warp(1_700_000_000);
        Allocation[] memory allocations = new Allocation[](2);
        allocations[0] = Allocation({to: holder, amount: 60e18});
        allocations[1] = Allocation({to: other, amount: 40e18});
        token = new GuerdonToken("Guerdon", "GRDN", allocations);
    }

    function test_EverythingIsMintedAtGenesis() public view {
        assertEq(token.name(), "Guerdon");
        assertEq(token.symbol(), "GRDN");
        assertEq(token.decimals(), 18);
        assertEq(token.totalSupply(), 100e18);
        assertEq(token.balanceOf(holder), 60e18);
        assertEq(token.balanceOf(other), 40e18);
    }

    function test_GenesisHoldersVoteFromTheFirstSecond() public {
        assertEq(token.delegates(holder), holder);
        assertEq(token.getVotes(holder), 60e18);
        skip(1);
        assertEq(token.getPastVotes(holder, block.timestamp - 1), 60e18);
        assertEq(token.getPastTotalSupply(block.timestamp - 1), 100e18);
    }

    function test_VotesFollowTransfersAndDelegation() public {
        address late = makeAddr("late");
        vm.prank(holder);
        assertTrue(token.transfer(late, 10e18));
        assertEq(token.getVotes(holder), 50e18);
        assertEq(token.getVotes(late), 0);
        vm.prank(late);
        token.delegate(late);
        assertEq(token.getVotes(late), 10e18);
    }

    function test_ClockIsTheBlockTimestamp() public view {
        assertEq(token.clock(), block.timestamp);
        assertEq(token.CLOCK_MODE(), "mode=timestamp");
    }

    function test_PermitsBySignature() public {
        uint256 deadline = block.timestamp + 1 hours;
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(KEY, _permitDigest(5e18, 0, deadline));
        token.permit(holder, other, 5e18, deadline, v, r, s);
        assertEq(token.allowance(holder, other), 5e18);
        assertEq(token.nonces(holder), 1);
        vm.expectPartialRevert(ERC20Permit.ERC2612InvalidSigner.selector);
        token.permit(holder, other, 5e18, deadline, v, r, s);
    }

    function test_RevertWhen_PermitIsLate() public {
        uint256 deadline = block.timestamp - 1;
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(KEY, _permitDigest(5e18, 0, deadline));
        vm.expectRevert(abi.encodeWithSelector(ERC20Permit.ERC2612ExpiredSignature.selector, deadline));
        token.permit(holder, other, 5e18, deadline, v, r, s);
    }

    function test_RevertWhen_AllocationsAreInvalid() public {
        Allocation[] memory allocations = new Allocation[](2);
        allocations[0] = Allocation({to: holder, amount: 1});
        allocations[1] = Allocation({to: holder, amount: 1});
        vm.expectRevert(abi.encodeWithSelector(GuerdonToken.GuerdonToken_InvalidAllocation.selector, 1, holder));
        new GuerdonToken("Guerdon", "GRDN", allocations);
        allocations[1] = Allocation({to: other, amount: 0});
        vm.expectRevert(abi.encodeWithSelector(GuerdonToken.GuerdonToken_InvalidAllocation.selector, 1, other));
        new GuerdonToken("Guerdon", "GRDN", allocations);
        allocations[1] = Allocation({to: address(0), amount: 1});
        vm.expectRevert(abi.encodeWithSelector(IERC20Errors.ERC20InvalidReceiver.selector, address(0)));
        new GuerdonToken("Guerdon", "GRDN", allocations);
    }

    function _permitDigest(uint256 value, uint256 nonce, uint256 deadline) private view returns (bytes32) {
        bytes32 message = keccak256(
            abi.encode(
                keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)"),
                holder,
                other,
                value,
                nonce,
                deadline
            )
        );
        return keccak256(abi.encodePacked(hex"1901", token.DOMAIN_SEPARATOR(), message));
    }
}
