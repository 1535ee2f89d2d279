// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Treasury} from "../../src/Treasury.sol";
import {Budget, ITreasury, InitialBudget} from "../../src/interfaces/ITreasury.sol";
import {PlainToken} from "../support/Tokens.sol";
import {Errors} from "@openzeppelin/contracts/utils/Errors.sol";
import {Test} from "forge-std/Test.sol";

/// @notice A contract that takes no ETH.
contract Closed {}

contract TreasuryTest is Test {
    uint208 private constant CAPACITY = 1000e18;
    uint48 private constant PERIOD = 10 days;
    uint256 private constant FUNDS = 5000e18;

    address private owner = makeAddr("owner");
    address private spender = makeAddr("spender");
    address private other = makeAddr("other");
    PlainToken private token;
    Treasury private treasury;

    function setUp() public {
        vm.warp(1_700_000_000);
        token = new PlainToken(1_000_000e18);
        InitialBudget[] memory budgets = new InitialBudget[](1);
        budgets[0] = InitialBudget({spender: spender, token: address(token), capacity: CAPACITY, period: PERIOD});
        treasury = new Treasury(owner, budgets);
        assertTrue(token.transfer(address(treasury), FUNDS));
        vm.deal(address(treasury), 3 ether);
    }

    // --------------------------------------------------------------------------------------------- budgets

    function test_ABudgetStartsFull() public view {
        _budget(CAPACITY, 0);
        assertEq(treasury.budget(spender, address(token)).period, PERIOD);
        assertEq(treasury.owner(), owner);
    }

    function test_ReservingUsesTheBudgetAndTimeRefillsIt() public {
        _reserve(CAPACITY);
        _budget(0, CAPACITY);
        skip(PERIOD / 2);
        _budget(CAPACITY / 2, CAPACITY);
        skip(PERIOD);
        _budget(CAPACITY, CAPACITY);
    }

    function test_ReleasingGivesMoneyAndBudgetBack() public {
        _reserve(600e18);
        vm.expectEmit(address(treasury));
        emit ITreasury.Released(spender, address(token), 200e18);
        vm.prank(spender);
        treasury.release(address(token), 200e18);
        _budget(CAPACITY - 400e18, 400e18);
        assertEq(treasury.unreservedOf(address(token)), FUNDS - 400e18);
    }

    function test_ReleasingNeverLiftsTheBudgetAboveItsCapacity() public {
        _reserve(600e18);
        skip(PERIOD);
        vm.prank(spender);
        treasury.release(address(token), 600e18);
        _budget(CAPACITY, 0);
    }

    function test_PayingMovesReservedTokens() public {
        _reserve(600e18);
        vm.expectEmit(address(treasury));
        emit ITreasury.Paid(spender, address(token), 250e18);
        vm.prank(spender);
        treasury.pay(address(token), 250e18);
        assertEq(token.balanceOf(spender), 250e18);
        assertEq(treasury.reservedOf(address(token)), 350e18);
        _budget(CAPACITY - 600e18, 350e18);
    }

    function test_SpendersDoNotShareReservations() public {
        vm.prank(owner);
        treasury.setBudget(other, address(token), CAPACITY, PERIOD);
        _reserve(600e18);
        vm.prank(other);
        treasury.reserve(address(token), 100e18);
        assertEq(treasury.reservedOf(address(token)), 700e18);
        _notReserved(other, 101e18, 100e18);
        _notReserved(spender, 601e18, 600e18);
    }

    function test_TheOwnerSetsBudgets() public {
        _reserve(400e18);
        vm.expectEmit(address(treasury));
        emit ITreasury.BudgetSet(spender, address(token), 500e18, 5 days);
        vm.prank(owner);
        treasury.setBudget(spender, address(token), 500e18, 5 days);
        // What was used stays used; what is reserved stays reserved.
        _budget(100e18, 400e18);
        vm.prank(owner);
        treasury.setBudget(spender, address(token), 0, 0);
        _budget(0, 400e18);
        vm.prank(spender);
        treasury.pay(address(token), 400e18);
    }

    function testFuzz_NoMoreThanCapacityAndRefillLeaves(uint256 seed, uint256 steps) public {
        steps = bound(steps, 1, 40);
        uint256 begin = block.timestamp;
        uint256 paid = 0;
        for (uint256 i = 0; i < steps; ++i) {
            uint256 draw = uint256(keccak256(abi.encode(seed, i)));
            uint256 amount = draw % (CAPACITY / 4);
            Budget memory budget = treasury.budget(spender, address(token));
            vm.startPrank(spender);
            if (draw >> 254 == 0) {
                skip((draw >> 128) % 1 days);
            } else if (draw >> 254 == 1 && amount <= budget.reserved) {
                treasury.release(address(token), amount);
            } else if (draw >> 254 == 2 && amount <= budget.reserved) {
                treasury.pay(address(token), amount);
                paid += amount;
            } else if (amount <= budget.available && amount <= treasury.unreservedOf(address(token))) {
                treasury.reserve(address(token), amount);
            }
            vm.stopPrank();
        }
        assertLe(paid, CAPACITY + (uint256(CAPACITY) * (block.timestamp - begin)) / PERIOD + steps);
        assertEq(token.balanceOf(address(treasury)) + paid, FUNDS);
        assertEq(treasury.budget(spender, address(token)).reserved, treasury.reservedOf(address(token)));
        assertLe(treasury.reservedOf(address(token)), token.balanceOf(address(treasury)));
    }

    function test_RevertWhen_OverBudget() public {
        _overBudget(spender, uint256(CAPACITY) + 1, CAPACITY);
        _reserve(CAPACITY);
        _overBudget(spender, 1, 0);
        _overBudget(other, 1, 0);
        _overBudget(spender, type(uint256).max, 0);
    }

    function test_RevertWhen_TheMoneyIsNotThere() public {
        vm.prank(owner);
        treasury.setBudget(other, address(token), type(uint208).max, PERIOD);
        _reserve(CAPACITY);
        bytes memory insufficient = abi.encodeWithSelector(
            ITreasury.Treasury_Insufficient.selector, address(token), FUNDS - CAPACITY + 1, FUNDS - CAPACITY
        );
        vm.expectRevert(insufficient);
        vm.prank(other);
        treasury.reserve(address(token), FUNDS - CAPACITY + 1);
        vm.expectRevert(insufficient);
        vm.prank(owner);
        treasury.transferERC20(address(token), other, FUNDS - CAPACITY + 1);
    }

    function test_RevertWhen_NothingIsReserved() public {
        _notReserved(spender, 1, 0);
        _notReserved(other, 1, 0);
        _reserve(5);
        vm.prank(spender);
        treasury.pay(address(token), 5);
        _notReserved(spender, 5, 0);
    }

    // ----------------------------------------------------------------------------------------------- owner

    function test_TheOwnerMovesWhatNobodyReserved() public {
        _reserve(CAPACITY);
        vm.expectEmit(address(treasury));
        emit ITreasury.Transferred(address(token), other, FUNDS - CAPACITY);
        vm.prank(owner);
        treasury.transferERC20(address(token), other, FUNDS - CAPACITY);
        assertEq(token.balanceOf(other), FUNDS - CAPACITY);
        assertEq(treasury.unreservedOf(address(token)), 0);
    }

    function test_TheOwnerMovesEth() public {
        (bool received,) = address(treasury).call{value: 1 ether}("");
        assertTrue(received);
        vm.prank(owner);
        treasury.transferETH(payable(other), 4 ether);
        assertEq(other.balance, 4 ether);
    }

    function test_RevertWhen_NotOwner() public {
        bytes memory notOwner = abi.encodeWithSelector(ITreasury.Treasury_NotOwner.selector, spender);
        vm.startPrank(spender);
        vm.expectRevert(notOwner);
        treasury.setBudget(spender, address(token), CAPACITY, PERIOD);
        vm.expectRevert(notOwner);
        treasury.transferERC20(address(token), spender, 1);
        vm.expectRevert(notOwner);
        treasury.transferETH(payable(spender), 1);
        vm.stopPrank();
    }

    function test_RevertWhen_EthIsShortOrRefused() public {
        vm.startPrank(owner);
        vm.expectRevert(abi.encodeWithSelector(ITreasury.Treasury_Insufficient.selector, address(0), 4 ether, 3 ether));
        treasury.transferETH(payable(other), 4 ether);
        vm.expectRevert(ITreasury.Treasury_ZeroAddress.selector);
        treasury.transferETH(payable(address(0)), 1 ether);
        address payable closed = payable(address(new Closed()));
        vm.expectRevert(Errors.FailedCall.selector);
        treasury.transferETH(closed, 1 ether);
        vm.stopPrank();
    }

    function test_RevertWhen_ABudgetMakesNoSense() public {
        vm.startPrank(owner);
        vm.expectRevert(ITreasury.Treasury_ZeroAddress.selector);
        treasury.setBudget(address(0), address(token), 1, 1);
        vm.expectRevert(ITreasury.Treasury_ZeroAddress.selector);
        treasury.setBudget(spender, address(0), 1, 1);
        vm.expectRevert(abi.encodeWithSelector(ITreasury.Treasury_NoPeriod.selector, spender, address(token)));
        treasury.setBudget(spender, address(token), 1, 0);
        vm.stopPrank();
        vm.expectRevert(ITreasury.Treasury_ZeroAddress.selector);
        new Treasury(address(0), new InitialBudget[](0));
    }

    // -------------------------------------------------------------------------------------------- helpers

    function _reserve(uint256 amount) private {
        vm.expectEmit(address(treasury));
        emit ITreasury.Reserved(spender, address(token), amount);
        vm.prank(spender);
        treasury.reserve(address(token), amount);
    }

    function _budget(uint256 available, uint256 reserved) private view {
        Budget memory budget = treasury.budget(spender, address(token));
        assertEq(budget.available, available);
        assertEq(budget.reserved, reserved);
    }

    function _overBudget(address who, uint256 amount, uint256 available) private {
        vm.expectRevert(
            abi.encodeWithSelector(ITreasury.Treasury_OverBudget.selector, who, address(token), amount, available)
        );
        vm.prank(who);
        treasury.reserve(address(token), amount);
    }

    function _notReserved(address who, uint256 amount, uint256 reserved) private {
        bytes memory reason =
            abi.encodeWithSelector(ITreasury.Treasury_NotReserved.selector, who, address(token), amount, reserved);
        vm.startPrank(who);
        vm.expectRevert(reason);
        treasury.pay(address(token), amount);
        vm.expectRevert(reason);
        treasury.release(address(token), amount);
        vm.stopPrank();
    }
}
