// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Treasury} from "../../src/Treasury.sol";
import {ITreasury, InitialBudget} from "../../src/interfaces/ITreasury.sol";
import {CallingToken, ICalled, RefusingToken, StoppableToken} from "../governance/support/OddTokens.sol";
import {FeeToken, SilentToken} from "../support/Tokens.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {Test} from "forge-std/Test.sol";

/// @notice A spender, and an owner, that does something when money comes.
contract Caller is ICalled {
    Treasury public treasury;
    bytes public then;
    bytes public answer;

    function init(Treasury treasury_, bytes calldata then_) external {
        (treasury, then) = (treasury_, then_);
    }

    function act(bytes calldata data) external {
        (bool done, bytes memory result) = address(treasury).call(data);
        require(done, string(result));
    }

    function called() external {
        (, answer) = address(treasury).call(then);
    }

    receive() external payable {
        (, answer) = address(treasury).call(then);
    }
}

/// @notice Tokens that are not like others, and recipients that call back.
contract TreasuryTokensTest is Test {
    uint208 private constant CAPACITY = 1000;
    uint48 private constant PERIOD = 10 days;

    address private owner = makeAddr("owner");
    address private spender = makeAddr("spender");
    address private other = makeAddr("other");

    function setUp() public {
        vm.warp(1_700_000_000);
    }

    function test_ATokenThatReturnsNothing() public {
        SilentToken token = new SilentToken(5000e6);
        Treasury treasury = _treasury(address(token), spender, owner);
        token.transfer(address(treasury), 5000e6);
        vm.startPrank(spender);
        treasury.reserve(address(token), 700);
        treasury.pay(address(token), 700);
        vm.stopPrank();
        assertEq(token.balanceOf(spender), 700);
        vm.prank(owner);
        treasury.transferERC20(address(token), other, 300);
        assertEq(token.balanceOf(other), 300);
    }

    function test_ATokenThatSaysFalseMovesNothingAndStaysReserved() public {
        RefusingToken token = new RefusingToken(5000);
        Treasury treasury = _treasury(address(token), spender, owner);
        assertTrue(token.transfer(address(treasury), 5000));
        vm.prank(spender);
        treasury.reserve(address(token), 700);
        token.stop(true);
        bytes memory failed = abi.encodeWithSelector(SafeERC20.SafeERC20FailedOperation.selector, address(token));
        vm.expectRevert(failed);
        vm.prank(spender);
        treasury.pay(address(token), 700);
        vm.expectRevert(failed);
        vm.prank(owner);
        treasury.transferERC20(address(token), other, 300);
        assertEq(treasury.budget(spender, address(token)).reserved, 700);
        assertEq(treasury.outflowCap(address(token)).available, 2 * CAPACITY - 700);
        token.stop(false);
        vm.prank(spender);
        treasury.pay(address(token), 700);
        assertEq(token.balanceOf(spender), 700);
    }

    function test_APausedTokenAndABlockedRecipientMoveNothing() public {
        StoppableToken token = new StoppableToken(5000);
        Treasury treasury = _treasury(address(token), spender, owner);
        assertTrue(token.transfer(address(treasury), 5000));
        // Reserving and releasing need no transfer.
        token.pause(true);
        vm.startPrank(spender);
        treasury.reserve(address(token), 700);
        vm.expectPartialRevert(StoppableToken.Stopped.selector);
        treasury.pay(address(token), 700);
        treasury.release(address(token), 200);
        token.pause(false);
        token.setBlocked(spender, true);
        vm.expectPartialRevert(StoppableToken.Stopped.selector);
        treasury.pay(address(token), 500);
        token.setBlocked(spender, false);
        treasury.pay(address(token), 500);
        vm.stopPrank();
        assertEq(token.balanceOf(spender), 500);
    }

    function test_AFeeIsTheRecipientsLossAlone() public {
        FeeToken token = new FeeToken(5000);
        Treasury treasury = _treasury(address(token), spender, owner);
        deal(address(token), address(treasury), 5000);
        vm.startPrank(spender);
        treasury.reserve(address(token), 700);
        treasury.pay(address(token), 700);
        vm.stopPrank();
        assertEq(token.balanceOf(spender), 693);
        assertEq(token.balanceOf(address(treasury)), 4300);
        assertEq(treasury.reservedOf(address(token)), 0);
    }

    function test_NothingIsReservedOrMovedWhileMoneyMoves() public {
        CallingToken token = new CallingToken(5000);
        Caller thief = new Caller();
        Treasury treasury = _treasury(address(token), address(thief), owner);
        deal(address(token), address(treasury), 700);
        thief.init(treasury, abi.encodeCall(ITreasury.reserve, (address(token), 300)));
        thief.act(abi.encodeCall(ITreasury.reserve, (address(token), 500)));
        thief.act(abi.encodeCall(ITreasury.pay, (address(token), 400)));
        assertEq(bytes4(thief.answer()), ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector);
        assertEq(treasury.reservedOf(address(token)), 100);

        thief.init(treasury, abi.encodeCall(ITreasury.pay, (address(token), 50)));
        thief.act(abi.encodeCall(ITreasury.pay, (address(token), 50)));
        assertEq(bytes4(thief.answer()), ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector);
        assertEq(treasury.reservedOf(address(token)), 50);
        assertEq(token.balanceOf(address(thief)), 450);
    }

    function test_AnOwnerThatCallsBackGetsNoSecondTransfer() public {
        Caller caller = new Caller();
        Treasury treasury = _treasury(address(0), address(0), address(caller));
        vm.deal(address(treasury), 5000);
        bytes memory take = abi.encodeCall(ITreasury.transferETH, (payable(address(caller)), 100));
        caller.init(treasury, take);
        caller.act(take);
        assertEq(address(caller).balance, 100);
        assertEq(bytes4(caller.answer()), ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector);
    }

    function test_ForcedEthAndDonationsGiveNobodyAnything() public {
        StoppableToken token = new StoppableToken(1_000_000);
        Treasury treasury = _treasury(address(token), spender, owner);
        assertTrue(token.transfer(address(treasury), 500));
        vm.prank(spender);
        treasury.reserve(address(token), 400);
        assertTrue(token.transfer(address(treasury), 900_000));
        vm.deal(address(treasury), 100 ether);
        assertEq(treasury.budget(spender, address(token)).available, CAPACITY - 400);
        assertEq(treasury.outflowCap(address(token)).available, 2 * CAPACITY - 400);
        assertEq(treasury.outflowCap(address(0)).available, 0);
    }

    function test_TheLargestBudgetIsBoundByWhatCanBeReserved() public {
        StoppableToken token = new StoppableToken(type(uint208).max);
        InitialBudget[] memory budgets = new InitialBudget[](1);
        budgets[0] =
            InitialBudget({spender: spender, token: address(token), capacity: type(uint208).max, period: PERIOD});
        Treasury treasury = new Treasury(owner, budgets);
        assertTrue(token.transfer(address(treasury), type(uint208).max));
        vm.startPrank(spender);
        vm.expectPartialRevert(bytes4(keccak256("Bucket_TooMuchReserved(uint256,uint256)")));
        treasury.reserve(address(token), 2 ** 104);
        treasury.reserve(address(token), 2 ** 104 - 1);
        assertEq(treasury.reservedOf(address(token)), 2 ** 104 - 1);
        vm.stopPrank();
    }

    /// @dev A Treasury with a budget for a spender and as much room for its owner.
    function _treasury(address token, address who, address owner_) private returns (Treasury) {
        InitialBudget[] memory budgets = new InitialBudget[](who == address(0) ? 1 : 2);
        budgets[0] = InitialBudget({spender: owner_, token: token, capacity: CAPACITY, period: PERIOD});
        if (who != address(0)) {
            budgets[1] = InitialBudget({spender: who, token: token, capacity: CAPACITY, period: PERIOD});
        }
        return new Treasury(owner_, budgets);
    }
}
