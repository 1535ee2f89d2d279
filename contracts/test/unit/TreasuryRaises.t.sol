// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Treasury} from "../../src/Treasury.sol";
import {Budget, ITreasury, InitialBudget, Raise} from "../../src/interfaces/ITreasury.sol";
import {PlainToken} from "../support/Tokens.sol";
import {Test} from "forge-std/Test.sol";

/// @notice New spenders, raised budgets and raised caps wait; everything lower holds at once.
contract TreasuryRaisesTest is Test {
    uint208 private constant CAPACITY = 1000e18;
    uint48 private constant PERIOD = 10 days;
    uint48 private constant DELAY = 7 days;

    address private owner = makeAddr("owner");
    address private spender = makeAddr("spender");
    address private fresh = makeAddr("fresh");
    address private token;
    Treasury private treasury;

    function setUp() public {
        vm.warp(1_700_000_000);
        PlainToken plain = new PlainToken(1_000_000e18);
        token = address(plain);
        InitialBudget[] memory budgets = new InitialBudget[](1);
        budgets[0] = InitialBudget({spender: spender, token: token, capacity: CAPACITY, period: PERIOD});
        treasury = new Treasury(owner, budgets);
        assertTrue(plain.transfer(address(treasury), 100_000e18));
    }

    // --------------------------------------------------------------------------------------------- budgets

    function test_ANewSpenderWaits() public {
        uint48 from = uint48(block.timestamp) + DELAY;
        vm.expectEmit(address(treasury));
        emit ITreasury.BudgetRaiseScheduled(fresh, token, 5e18, 1 days, from);
        _setBudget(fresh, 5e18, 1 days);
        assertEq(treasury.budget(fresh, token).capacity, 0);
        Raise memory waiting = treasury.budgetRaise(fresh, token);
        assertEq(waiting.capacity, 5e18);
        assertEq(waiting.period, 1 days);
        assertEq(waiting.activeFrom, from);

        skip(DELAY - 1);
        vm.expectRevert(abi.encodeWithSelector(ITreasury.Treasury_RaiseWaits.selector, fresh, token, from));
        treasury.activateBudget(fresh, token);
        skip(1);
        vm.expectEmit(address(treasury));
        emit ITreasury.BudgetSet(fresh, token, 5e18, 1 days);
        treasury.activateBudget(fresh, token);
        assertEq(treasury.budget(fresh, token).available, 5e18);
        assertEq(treasury.budgetRaise(fresh, token).activeFrom, 0);
        _nothingScheduled(fresh);
    }

    function test_ARaisedBudgetWaitsAndWhatWasUsedStaysUsed() public {
        _setBudget(spender, 2 * CAPACITY, 2 * PERIOD);
        assertEq(treasury.budget(spender, token).capacity, CAPACITY);
        skip(DELAY);
        vm.prank(spender);
        treasury.reserve(token, 400e18);
        treasury.activateBudget(spender, token);
        Budget memory budget = treasury.budget(spender, token);
        assertEq(budget.capacity, 2 * CAPACITY);
        assertEq(budget.period, 2 * PERIOD);
        assertEq(budget.available, 2 * CAPACITY - 400e18);
        assertEq(budget.reserved, 400e18);
    }

    function test_ALowerBudgetHoldsAtOnceAndWhatWasUsedStaysUsed() public {
        vm.prank(spender);
        treasury.reserve(token, 400e18);
        vm.expectEmit(address(treasury));
        emit ITreasury.BudgetSet(spender, token, 500e18, PERIOD);
        _setBudget(spender, 500e18, PERIOD);
        Budget memory budget = treasury.budget(spender, token);
        assertEq(budget.available, 100e18);
        assertEq(budget.reserved, 400e18);
        // Below what was used: used up.
        _setBudget(spender, 300e18, PERIOD);
        assertEq(treasury.budget(spender, token).available, 0);
        skip(PERIOD / 2);
        assertEq(treasury.budget(spender, token).available, 150e18);
        // And nothing at all: what was reserved can still be paid.
        _setBudget(spender, 0, 0);
        assertEq(treasury.budget(spender, token).capacity, 0);
        vm.prank(spender);
        treasury.pay(token, 400e18);
    }

    function test_ALongerPeriodIsLowerAndAShorterOneIsARaise() public {
        _setBudget(spender, CAPACITY, 2 * PERIOD);
        assertEq(treasury.budget(spender, token).period, 2 * PERIOD);
        _setBudget(spender, CAPACITY, 2 * PERIOD - 1);
        assertEq(treasury.budget(spender, token).period, 2 * PERIOD);
        assertGt(treasury.budgetRaise(spender, token).activeFrom, 0);
        // Half of it twice as often is as much over time, and no more at once.
        _setBudget(spender, CAPACITY / 2, PERIOD);
        assertEq(treasury.budget(spender, token).period, PERIOD);
        assertEq(treasury.budget(spender, token).capacity, CAPACITY / 2);
        // Less at once but more over time is a raise.
        _setBudget(spender, CAPACITY / 4, PERIOD / 2 - 1);
        assertEq(treasury.budget(spender, token).capacity, CAPACITY / 2);
    }

    function test_TheSameBudgetAgainHoldsAtOnce() public {
        _setBudget(spender, CAPACITY, PERIOD);
        assertEq(treasury.budgetRaise(spender, token).activeFrom, 0);
    }

    function test_TheLatestRaiseIsTheOneThatWaits() public {
        _setBudget(spender, 3 * CAPACITY, PERIOD);
        skip(DELAY - 1);
        _setBudget(spender, 2 * CAPACITY, PERIOD);
        skip(1);
        vm.expectPartialRevert(ITreasury.Treasury_RaiseWaits.selector);
        treasury.activateBudget(spender, token);
        skip(DELAY);
        treasury.activateBudget(spender, token);
        assertEq(treasury.budget(spender, token).capacity, 2 * CAPACITY);
    }

    function test_LoweringEndsARaiseThatWaits() public {
        _setBudget(spender, 3 * CAPACITY, PERIOD);
        vm.expectEmit(address(treasury));
        emit ITreasury.BudgetRaiseCancelled(spender, token);
        _setBudget(spender, CAPACITY / 2, PERIOD);
        skip(DELAY);
        _nothingScheduled(spender);
    }

    function test_TheOwnerCancelsARaise() public {
        _setBudget(fresh, CAPACITY, PERIOD);
        vm.expectEmit(address(treasury));
        emit ITreasury.BudgetRaiseCancelled(fresh, token);
        vm.prank(owner);
        treasury.cancelBudget(fresh, token);
        skip(DELAY);
        _nothingScheduled(fresh);
        vm.expectRevert(abi.encodeWithSelector(ITreasury.Treasury_NothingScheduled.selector, fresh, token));
        vm.prank(owner);
        treasury.cancelBudget(fresh, token);
    }

    function test_ARaisedBudgetStaysWithinTheCap() public {
        _setBudget(spender, 50 * CAPACITY, PERIOD);
        skip(DELAY);
        treasury.activateBudget(spender, token);
        vm.expectRevert(
            abi.encodeWithSelector(ITreasury.Treasury_OverOutflowCap.selector, token, CAPACITY + 1, CAPACITY)
        );
        vm.prank(spender);
        treasury.reserve(token, CAPACITY + 1);
    }

    function test_CapacitiesKeepTwelveDigits() public {
        vm.expectEmit(address(treasury));
        emit ITreasury.BudgetSet(spender, token, 123_456_789_012e9, PERIOD);
        _setBudget(spender, 123_456_789_012_345_678_901, PERIOD);
        assertEq(treasury.budget(spender, token).capacity, 123_456_789_012e9);
    }

    function testFuzz_KeptCapacitiesAreCloseAndNeverAbove(uint208 capacity) public {
        vm.assume(capacity != 0);
        _setBudget(fresh, capacity, PERIOD);
        uint256 kept = treasury.budgetRaise(fresh, token).capacity;
        assertLe(kept, capacity);
        assertGe(kept, capacity - capacity / 1e11);
        skip(DELAY);
        treasury.activateBudget(fresh, token);
        assertEq(treasury.budget(fresh, token).capacity, kept);
        assertEq(treasury.budget(fresh, token).available, kept);
    }

    function testFuzz_AnythingThatLetsMoreThroughWaits(uint96 capacity, uint24 period) public {
        vm.assume(capacity != 0 && period != 0);
        _setBudget(spender, capacity, period);
        Budget memory budget = treasury.budget(spender, token);
        // Whatever holds now lets no more through at once, nor over time.
        assertLe(budget.capacity, CAPACITY);
        assertLe(uint256(budget.capacity) * PERIOD, uint256(CAPACITY) * budget.period);
        assertTrue(treasury.budgetRaise(spender, token).activeFrom != 0 || budget.period == period);
    }

    function test_RevertWhen_ABudgetMakesNoSense() public {
        vm.startPrank(owner);
        vm.expectRevert(abi.encodeWithSelector(ITreasury.Treasury_NoPeriod.selector, spender, token));
        treasury.setBudget(spender, token, 1, 0);
        uint48 longest = type(uint24).max;
        vm.expectRevert(abi.encodeWithSelector(ITreasury.Treasury_PeriodTooLong.selector, longest + 1, longest));
        treasury.setBudget(spender, token, 1, longest + 1);
        vm.expectRevert(abi.encodeWithSelector(ITreasury.Treasury_OwnerHasNoBudget.selector, token));
        treasury.setBudget(owner, token, 1, 1);
        vm.stopPrank();
        _nothingScheduled(spender);
    }

    // ------------------------------------------------------------------------------------------------ caps

    function test_ARaisedCapWaits() public {
        uint48 from = uint48(block.timestamp) + DELAY;
        vm.expectEmit(address(treasury));
        emit ITreasury.OutflowCapRaiseScheduled(token, 2 * CAPACITY, PERIOD, from);
        _setCap(token, 2 * CAPACITY, PERIOD);
        assertEq(treasury.outflowCap(token).capacity, CAPACITY);
        assertEq(treasury.outflowCapRaise(token).activeFrom, from);
        vm.expectRevert(abi.encodeWithSelector(ITreasury.Treasury_RaiseWaits.selector, address(0), token, from));
        treasury.activateOutflowCap(token);
        skip(DELAY);
        vm.expectEmit(address(treasury));
        emit ITreasury.OutflowCapSet(token, 2 * CAPACITY, PERIOD);
        treasury.activateOutflowCap(token);
        vm.prank(owner);
        treasury.transferERC20(token, fresh, 2 * CAPACITY);
    }

    function test_AFirstCapForEthWaits() public {
        vm.deal(address(treasury), 1 ether);
        _setCap(address(0), 1 ether, 1 days);
        vm.expectPartialRevert(ITreasury.Treasury_OverOutflowCap.selector);
        vm.prank(owner);
        treasury.transferETH(payable(fresh), 1 ether);
        skip(DELAY);
        treasury.activateOutflowCap(address(0));
        vm.prank(owner);
        treasury.transferETH(payable(fresh), 1 ether);
        assertEq(fresh.balance, 1 ether);
    }

    function test_ALowerCapHoldsAtOnceForReservationsToCome() public {
        vm.prank(spender);
        treasury.reserve(token, 600e18);
        _setCap(token, 0, 0);
        // What was promised is paid; nothing new is promised.
        vm.prank(spender);
        treasury.pay(token, 600e18);
        vm.expectRevert(abi.encodeWithSelector(ITreasury.Treasury_OverOutflowCap.selector, token, 1, uint256(0)));
        vm.prank(spender);
        treasury.reserve(token, 1);
    }

    function test_TheOwnerCancelsARaisedCap() public {
        _setCap(token, 2 * CAPACITY, PERIOD);
        vm.expectEmit(address(treasury));
        emit ITreasury.OutflowCapRaiseCancelled(token);
        vm.prank(owner);
        treasury.cancelOutflowCap(token);
        skip(DELAY);
        vm.expectRevert(abi.encodeWithSelector(ITreasury.Treasury_NothingScheduled.selector, address(0), token));
        treasury.activateOutflowCap(token);
        _setCap(token, 2 * CAPACITY, PERIOD);
        vm.expectEmit(address(treasury));
        emit ITreasury.OutflowCapRaiseCancelled(token);
        _setCap(token, CAPACITY / 2, PERIOD);
    }

    function _setBudget(address who, uint208 capacity, uint48 period) private {
        vm.prank(owner);
        treasury.setBudget(who, token, capacity, period);
    }

    function _setCap(address what, uint208 capacity, uint48 period) private {
        vm.prank(owner);
        treasury.setOutflowCap(what, capacity, period);
    }

    function _nothingScheduled(address who) private {
        vm.expectRevert(abi.encodeWithSelector(ITreasury.Treasury_NothingScheduled.selector, who, token));
        treasury.activateBudget(who, token);
    }
}
