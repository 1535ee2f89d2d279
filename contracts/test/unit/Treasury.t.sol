// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Treasury} from "../../src/Treasury.sol";
import {Budget, ITreasury, InitialBudget} from "../../src/interfaces/ITreasury.sol";
import {PlainToken} from "../support/Tokens.sol";
import {Errors} from "@openzeppelin/contracts/utils/Errors.sol";
import {Test} from "forge-std/Test.sol";

/// @notice A contract that takes no ETH.
contract Closed {}

/// @notice Budgets, reservations, and what the owner moves. Raises are in TreasuryRaises.t.sol, unusual tokens in TreasuryTokens.t.sol.
contract TreasuryTest is Test {
    uint208 private constant CAPACITY = 1000e18;
    uint208 private constant OWN = 3000e18;
    uint48 private constant PERIOD = 10 days;
    uint256 private constant FUNDS = 5000e18;

    address private owner = makeAddr("owner");
    address private spender = makeAddr("spender");
    address private second = makeAddr("second");
    address private other = makeAddr("other");
    PlainToken private token;
    Treasury private treasury;

    function setUp() public {
        vm.warp(1_700_000_000);
        token = new PlainToken(1_000_000e18);
        InitialBudget[] memory budgets = new InitialBudget[](4);
        budgets[0] = InitialBudget({spender: spender, token: address(token), capacity: CAPACITY, period: PERIOD});
        budgets[1] = InitialBudget({spender: second, token: address(token), capacity: CAPACITY, period: 2 * PERIOD});
        budgets[2] = InitialBudget({spender: owner, token: address(token), capacity: OWN, period: 3 * PERIOD});
        budgets[3] = InitialBudget({spender: owner, token: address(0), capacity: 2 ether, period: PERIOD});
        treasury = new Treasury(owner, budgets);
        assertTrue(token.transfer(address(treasury), FUNDS));
        vm.deal(address(treasury), 3 ether);
    }

    // --------------------------------------------------------------------------------------------- budgets

    function test_ABudgetStartsFull() public view {
        _budget(CAPACITY, 0);
        assertEq(treasury.budget(spender, address(token)).period, PERIOD);
        assertEq(treasury.budget(spender, address(token)).capacity, CAPACITY);
        assertEq(treasury.owner(), owner);
        assertEq(treasury.raiseDelay(), 7 days);
    }

    function test_TheCapStartsAsTheSumOfWhatIsListed() public view {
        _cap(2 * CAPACITY + OWN, 0);
        assertEq(treasury.outflowCap(address(token)).period, PERIOD);
        assertEq(treasury.outflowCap(address(0)).capacity, 2 ether);
        // The owner's entries are room for its transfers and no budget.
        assertEq(treasury.budget(owner, address(token)).capacity, 0);
        // The zero address is no spender, though the caps lie under it.
        assertEq(treasury.budget(address(0), address(token)).capacity, 0);
        assertEq(treasury.budgetRaise(address(0), address(token)).activeFrom, 0);
    }

    function test_ReservingUsesTheBudgetAndTimeRefillsIt() public {
        _reserve(CAPACITY);
        _budget(0, CAPACITY);
        _cap(CAPACITY + OWN, CAPACITY);
        skip(PERIOD / 2);
        _budget(CAPACITY / 2, CAPACITY);
        skip(PERIOD);
        _budget(CAPACITY, CAPACITY);
        _cap(2 * CAPACITY + OWN, CAPACITY);
    }

    function test_ReleasingGivesMoneyBudgetAndCapBack() public {
        _reserve(600e18);
        vm.expectEmit(address(treasury));
        emit ITreasury.Released(spender, address(token), 200e18);
        vm.prank(spender);
        treasury.release(address(token), 200e18);
        _budget(CAPACITY - 400e18, 400e18);
        _cap(2 * CAPACITY + OWN - 400e18, 400e18);
        assertEq(treasury.unreservedOf(address(token)), FUNDS - 400e18);
    }

    function test_ReleasingNeverLiftsTheBudgetAboveItsCapacity() public {
        _reserve(600e18);
        skip(PERIOD);
        vm.prank(spender);
        treasury.release(address(token), 600e18);
        _budget(CAPACITY, 0);
        _cap(2 * CAPACITY + OWN, 0);
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
        _cap(2 * CAPACITY + OWN - 600e18, 350e18);
    }

    function test_SpendersDoNotShareReservations() public {
        _reserve(600e18);
        vm.prank(second);
        treasury.reserve(address(token), 100e18);
        assertEq(treasury.reservedOf(address(token)), 700e18);
        _notReserved(second, 101e18, 100e18);
        _notReserved(spender, 601e18, 600e18);
        vm.prank(second);
        treasury.release(address(token), 100e18);
        _notReserved(second, 1, 0);
    }

    function test_AmountsOfZeroChangeNothing() public {
        _reserve(CAPACITY);
        skip(1 hours);
        vm.startPrank(other);
        treasury.reserve(address(token), 0);
        treasury.release(address(token), 0);
        treasury.pay(address(token), 0);
        vm.stopPrank();
        _budget(uint256(CAPACITY) * 1 hours / PERIOD / 1e9 * 1e9, CAPACITY);
    }

    function test_ABudgetRoundsAgainstWhoDraws() public {
        // 1000e18 is kept in grains of 10^9: 10^12 of them fit 40 bits.
        _reserve(1);
        _budget(CAPACITY - 1e9, 1);
        vm.prank(spender);
        treasury.release(address(token), 1);
        _budget(CAPACITY - 1e9, 0);
    }

    function testFuzz_NoMoreThanCapacityAndRefillLeaves(uint256 seed, uint256 steps) public {
        steps = bound(steps, 1, 60);
        uint256 begin = block.timestamp;
        uint256[3] memory out;
        for (uint256 i = 0; i < steps; ++i) {
            uint256 draw = uint256(keccak256(abi.encode(seed, i)));
            uint256 who = (draw >> 64) % 3;
            out[who] += _step(who, draw);
            skip((draw >> 128) % 1 days);
        }
        uint256 elapsed = block.timestamp - begin;
        assertLe(out[0], CAPACITY + CAPACITY * elapsed / PERIOD);
        assertLe(out[1], CAPACITY + CAPACITY * elapsed / (2 * PERIOD));
        uint256 sum = 2 * CAPACITY + OWN;
        assertLe(out[0] + out[1] + out[2], sum + sum * elapsed / PERIOD);
        assertEq(token.balanceOf(address(treasury)) + out[0] + out[1] + out[2], FUNDS);
        assertEq(
            treasury.budget(spender, address(token)).reserved + treasury.budget(second, address(token)).reserved,
            treasury.reservedOf(address(token))
        );
        assertLe(treasury.reservedOf(address(token)), token.balanceOf(address(treasury)));
    }

    function test_RevertWhen_OverBudget() public {
        _overBudget(spender, uint256(CAPACITY) + 1, CAPACITY);
        _reserve(CAPACITY);
        _overBudget(spender, 1, 0);
        _overBudget(other, 1, 0);
        _overBudget(owner, 1, 0);
        _overBudget(spender, type(uint256).max, 0);
    }

    function test_RevertWhen_OverTheCapThoughWithinTheBudget() public {
        vm.startPrank(owner);
        treasury.setOutflowCap(address(token), 500e18, PERIOD);
        treasury.transferERC20(address(token), other, 200e18);
        vm.stopPrank();
        bytes memory over =
            abi.encodeWithSelector(ITreasury.Treasury_OverOutflowCap.selector, address(token), 301e18, uint256(300e18));
        vm.expectRevert(over);
        vm.prank(spender);
        treasury.reserve(address(token), 301e18);
        _reserve(100e18);
        over =
            abi.encodeWithSelector(ITreasury.Treasury_OverOutflowCap.selector, address(token), 201e18, uint256(200e18));
        vm.expectRevert(over);
        vm.prank(second);
        treasury.reserve(address(token), 201e18);
        vm.expectRevert(over);
        vm.prank(owner);
        treasury.transferERC20(address(token), other, 201e18);
    }

    function test_RevertWhen_TheMoneyIsNotThere() public {
        _reserve(CAPACITY);
        deal(address(token), address(treasury), CAPACITY + 5);
        bytes memory insufficient =
            abi.encodeWithSelector(ITreasury.Treasury_Insufficient.selector, address(token), 6, 5);
        vm.expectRevert(insufficient);
        vm.prank(second);
        treasury.reserve(address(token), 6);
        vm.expectRevert(insufficient);
        vm.prank(owner);
        treasury.transferERC20(address(token), other, 6);
        // A balance that shrank below the reservations counts as nothing.
        deal(address(token), address(treasury), CAPACITY - 1);
        assertEq(treasury.unreservedOf(address(token)), 0);
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
        emit ITreasury.Transferred(address(token), other, OWN);
        vm.prank(owner);
        treasury.transferERC20(address(token), other, OWN);
        assertEq(token.balanceOf(other), OWN);
        assertEq(treasury.unreservedOf(address(token)), FUNDS - CAPACITY - OWN);
        _cap(CAPACITY, CAPACITY);
    }

    function test_AroundTheEndOfAPeriodOnlyTheRefillIsGiven() public {
        vm.startPrank(owner);
        skip(PERIOD - 1);
        treasury.transferETH(payable(other), 2 ether);
        skip(2);
        uint256 refilled = treasury.outflowCap(address(0)).available;
        assertLe(refilled, 2 ether * uint256(2) / PERIOD);
        vm.expectRevert(
            abi.encodeWithSelector(ITreasury.Treasury_OverOutflowCap.selector, address(0), 1 ether, refilled)
        );
        treasury.transferETH(payable(other), 1 ether);
        vm.stopPrank();
    }

    function test_TheOwnerMovesEth() public {
        (bool received,) = address(treasury).call{value: 1 ether}("");
        assertTrue(received);
        assertEq(treasury.unreservedOf(address(0)), 4 ether);
        vm.prank(owner);
        treasury.transferETH(payable(other), 2 ether);
        assertEq(other.balance, 2 ether);
        assertEq(treasury.outflowCap(address(0)).available, 0);
    }

    function test_RevertWhen_ATokenHasNoCap() public {
        PlainToken uncapped = new PlainToken(10);
        assertTrue(uncapped.transfer(address(treasury), 10));
        vm.expectRevert(
            abi.encodeWithSelector(ITreasury.Treasury_OverOutflowCap.selector, address(uncapped), 1, uint256(0))
        );
        vm.prank(owner);
        treasury.transferERC20(address(uncapped), other, 1);
    }

    function test_RevertWhen_NotOwner() public {
        bytes memory notOwner = abi.encodeWithSelector(ITreasury.Treasury_NotOwner.selector, spender);
        vm.startPrank(spender);
        vm.expectRevert(notOwner);
        treasury.setBudget(spender, address(token), CAPACITY, PERIOD);
        vm.expectRevert(notOwner);
        treasury.cancelBudget(spender, address(token));
        vm.expectRevert(notOwner);
        treasury.setOutflowCap(address(token), CAPACITY, PERIOD);
        vm.expectRevert(notOwner);
        treasury.cancelOutflowCap(address(token));
        vm.expectRevert(notOwner);
        treasury.transferERC20(address(token), spender, 1);
        vm.expectRevert(notOwner);
        treasury.transferETH(payable(spender), 1);
        vm.stopPrank();
    }

    function test_RevertWhen_EthIsShortOrRefused() public {
        vm.deal(address(treasury), 1 ether);
        vm.startPrank(owner);
        vm.expectRevert(abi.encodeWithSelector(ITreasury.Treasury_Insufficient.selector, address(0), 2 ether, 1 ether));
        treasury.transferETH(payable(other), 2 ether);
        vm.expectRevert(ITreasury.Treasury_ZeroAddress.selector);
        treasury.transferETH(payable(address(0)), 1 ether);
        address payable closed = payable(address(new Closed()));
        vm.expectRevert(Errors.FailedCall.selector);
        treasury.transferETH(closed, 1 ether);
        vm.stopPrank();
    }

    function test_RevertWhen_AZeroAddressIsGiven() public {
        vm.startPrank(owner);
        vm.expectRevert(ITreasury.Treasury_ZeroAddress.selector);
        treasury.setBudget(address(0), address(token), 1, 1);
        vm.expectRevert(ITreasury.Treasury_ZeroAddress.selector);
        treasury.setBudget(spender, address(0), 1, 1);
        vm.expectRevert(ITreasury.Treasury_ZeroAddress.selector);
        treasury.cancelBudget(address(0), address(token));
        vm.expectRevert(ITreasury.Treasury_ZeroAddress.selector);
        treasury.activateBudget(address(0), address(token));
        vm.expectRevert(ITreasury.Treasury_ZeroAddress.selector);
        treasury.transferERC20(address(token), address(0), 1);
        vm.expectRevert(ITreasury.Treasury_ZeroAddress.selector);
        treasury.transferERC20(address(0), other, 1);
        vm.stopPrank();
    }

    function test_RevertWhen_ConstructionMakesNoSense() public {
        vm.expectRevert(ITreasury.Treasury_ZeroAddress.selector);
        new Treasury(address(0), new InitialBudget[](0));
        InitialBudget[] memory budgets = new InitialBudget[](1);
        budgets[0] = InitialBudget({spender: address(0), token: address(token), capacity: 1, period: 1});
        vm.expectRevert(ITreasury.Treasury_ZeroAddress.selector);
        new Treasury(owner, budgets);
        budgets[0] = InitialBudget({spender: spender, token: address(0), capacity: 1, period: 1});
        vm.expectRevert(ITreasury.Treasury_ZeroAddress.selector);
        new Treasury(owner, budgets);
        budgets[0] = InitialBudget({spender: spender, token: address(token), capacity: 1, period: 0});
        vm.expectRevert(abi.encodeWithSelector(ITreasury.Treasury_NoPeriod.selector, spender, address(token)));
        new Treasury(owner, budgets);
    }

    // ---------------------------------------------------------------------------------------------- steps

    function _step(uint256 who, uint256 draw) private returns (uint256 left) {
        uint256 amount = draw % (CAPACITY / 3);
        if (who == 2) {
            Budget memory cap = treasury.outflowCap(address(token));
            if (amount > cap.available || amount > treasury.unreservedOf(address(token))) return 0;
            vm.prank(owner);
            treasury.transferERC20(address(token), other, amount);
            return amount;
        }
        address by = who == 0 ? spender : second;
        Budget memory budget = treasury.budget(by, address(token));
        vm.startPrank(by);
        if (draw >> 254 == 0 && amount <= budget.reserved) {
            treasury.release(address(token), amount);
        } else if (draw >> 254 == 1 && amount <= budget.reserved) {
            treasury.pay(address(token), amount);
            left = amount;
        } else if (
            amount <= budget.available && amount <= treasury.outflowCap(address(token)).available
                && amount <= treasury.unreservedOf(address(token))
        ) {
            treasury.reserve(address(token), amount);
        }
        vm.stopPrank();
    }

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

    function _cap(uint256 available, uint256 reserved) private view {
        Budget memory cap = treasury.outflowCap(address(token));
        assertEq(cap.available, available);
        assertEq(cap.reserved, reserved);
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
