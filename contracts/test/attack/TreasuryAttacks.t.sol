// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Allocation, GuerdonToken} from "../../src/GuerdonToken.sol";
import {IAccounts} from "../../src/interfaces/IAccounts.sol";
import {Budget, ITreasury} from "../../src/interfaces/ITreasury.sol";
import {Answer} from "../../src/interfaces/Types.sol";
import {Forcing} from "./support39/Challengers.sol";
import {Stage} from "./support39/Stage.sol";
import {TemptingToken} from "./support39/Tokens39.sol";
import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {ERC20Votes} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Votes.sol";

/// @notice Cases 49 to 55: around the Treasury's caps, and around what it and the distributor hold.
contract TreasuryAttacksTest is Stage {
    using Forcing for address;

    uint48 private constant PERIOD = uint48(2 * EPOCH);
    uint256 private constant CAPACITY = 4 * uint256(BUDGET) * UNIT;

    TemptingToken private tempting;

    function setUp() public override {
        super.setUp();
        tempting = new TemptingToken(1_000_000e18);
        assertTrue(tempting.transfer(address(treasury), 500_000e18));
    }

    function _cap() private view returns (Budget memory) {
        return treasury.outflowCap(address(token));
    }

    function _take(uint256 amount) private {
        vm.prank(address(timelock));
        treasury.transferERC20(address(token), mallory, amount);
    }

    function _expectOverCap(uint256 amount, uint256 available) private {
        vm.expectRevert(
            abi.encodeWithSelector(ITreasury.Treasury_OverOutflowCap.selector, address(token), amount, available)
        );
    }

    /// @dev Calls that a victim's contract may have, by whom it trusts most; none may do anything.
    function _expectNoFunction(address by, address target, bytes memory call) private {
        vm.prank(by);
        (bool done,) = target.call(call);
        assertFalse(done, string(call));
    }

    // ------------------------------------------------------------------------------------------- 49: caps

    function test_Case49_TwoSpendsAroundTheEndOfAPeriodShareOneCap() public {
        skip(PERIOD - 1);
        _take(CAPACITY);
        skip(2);
        uint256 refilled = CAPACITY * 2 / PERIOD;
        uint256 available = _cap().available;
        assertLe(available, refilled);
        _expectOverCap(CAPACITY, available);
        _take(CAPACITY);
        _expectOverCap(refilled + 1, available);
        _take(refilled + 1);
    }

    function testFuzz_Case49_NoTimingTakesMoreThanTheCapAndItsRefill(uint256 seed) public {
        uint256 begin = block.timestamp;
        uint256 before = token.balanceOf(address(treasury));
        for (uint256 i = 0; i < 24; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            skip(seed % PERIOD);
            uint256 available = _cap().available;
            uint256 amount = (seed >> 64) % 3 == 0 ? available : (seed >> 128) % (available + 1);
            _take(amount);
        }
        uint256 taken = before - token.balanceOf(address(treasury));
        assertLe(taken, CAPACITY + CAPACITY * (block.timestamp - begin) / PERIOD);
    }

    function test_Case49_ACapLoweredBelowWhatIsUsed() public {
        _take(CAPACITY * 3 / 4);
        vm.startPrank(address(timelock));
        treasury.setOutflowCap(address(token), uint208(CAPACITY / 2), PERIOD);
        assertEq(_cap().available, 0);
        _expectOverCap(1, 0);
        treasury.transferERC20(address(token), mallory, 1);
        // And raised again it does not come back full: it waits, and what was used stays used.
        treasury.setOutflowCap(address(token), uint208(CAPACITY), PERIOD);
        assertEq(_cap().available, 0);
        vm.stopPrank();
        vm.expectPartialRevert(ITreasury.Treasury_RaiseWaits.selector);
        treasury.activateOutflowCap(address(token));
        assertEq(_cap().capacity, CAPACITY / 2);
    }

    function test_Case49_PeriodsOfZeroAndWithoutEnd() public {
        vm.startPrank(address(timelock));
        vm.expectRevert(abi.encodeWithSelector(ITreasury.Treasury_NoPeriod.selector, address(0), address(token)));
        treasury.setOutflowCap(address(token), 1, 0);
        vm.expectRevert(abi.encodeWithSelector(ITreasury.Treasury_NoPeriod.selector, mallory, address(token)));
        treasury.setBudget(mallory, address(token), 1, 0);
        vm.expectPartialRevert(ITreasury.Treasury_PeriodTooLong.selector);
        treasury.setOutflowCap(address(token), 1, type(uint48).max);
        // A shorter period is a raise, however small the capacity stays.
        treasury.setOutflowCap(address(token), uint208(CAPACITY), 1);
        assertEq(_cap().period, PERIOD);
        vm.stopPrank();
    }

    function test_Case49_AmountsThatWouldOverflow() public {
        _expectOverCap(type(uint256).max, CAPACITY);
        _take(type(uint256).max);
        _expectOverCap(2 ** 208, CAPACITY);
        _take(2 ** 208);
        vm.startPrank(address(timelock));
        treasury.setOutflowCap(address(token), type(uint208).max, 1);
        skip(treasury.raiseDelay());
        treasury.activateOutflowCap(address(token));
        vm.expectPartialRevert(ITreasury.Treasury_Insufficient.selector);
        treasury.transferERC20(address(token), mallory, TREASURY_FUNDS + 1);
        vm.stopPrank();
    }

    function test_Case49_ManySmallSpendsRoundAgainstTheSpender() public {
        uint256 before = _cap().available;
        for (uint256 i = 0; i < 50; ++i) {
            _take(1);
        }
        assertLe(_cap().available, before - 50);
        // A call for nothing leaves no mark, not even a time.
        uint256 left = _cap().available;
        _take(0);
        assertEq(_cap().available, left);
    }

    function test_Case49_TokensAndEthHaveCapsOfTheirOwn() public {
        vm.deal(address(treasury), 10 ether);
        vm.startPrank(address(timelock));
        vm.expectRevert(abi.encodeWithSelector(ITreasury.Treasury_OverOutflowCap.selector, address(tempting), 1, 0));
        treasury.transferERC20(address(tempting), mallory, 1);
        vm.expectRevert(abi.encodeWithSelector(ITreasury.Treasury_OverOutflowCap.selector, address(0), 1, 0));
        treasury.transferETH(payable(mallory), 1);
        // ETH is no token, nor a token ETH.
        vm.expectRevert(ITreasury.Treasury_ZeroAddress.selector);
        treasury.transferERC20(address(0), mallory, 1);
        vm.stopPrank();
        _take(CAPACITY);
        assertEq(_cap().available, 0);
    }

    function test_Case49_ReservingAndReleasingDoesNotFillABucket() public {
        vm.startPrank(address(distributor));
        treasury.reserve(address(token), CAPACITY);
        skip(PERIOD / 2);
        treasury.reserve(address(token), CAPACITY / 4);
        treasury.release(address(token), CAPACITY);
        vm.stopPrank();
        assertLe(_cap().available, CAPACITY);
        assertEq(treasury.reservedOf(address(token)), CAPACITY / 4);
        _take(CAPACITY);
        _expectOverCap(1, 0);
        _take(1);
    }

    // ----------------------------------------------------------------------------------------- 50: bypasses

    function test_Case50_AHugeBudgetForItsAuthorWaitsAndStaysWithinTheCap() public {
        vm.startPrank(address(timelock));
        treasury.setBudget(mallory, address(token), type(uint96).max, 1);
        // The distributor's budget set again does not start anew either.
        treasury.setBudget(address(distributor), address(token), type(uint96).max, 1);
        vm.stopPrank();
        vm.prank(mallory);
        vm.expectRevert(abi.encodeWithSelector(ITreasury.Treasury_OverBudget.selector, mallory, address(token), 1, 0));
        treasury.reserve(address(token), 1);
        skip(treasury.raiseDelay() - 1);
        vm.expectPartialRevert(ITreasury.Treasury_RaiseWaits.selector);
        treasury.activateBudget(mallory, address(token));
        skip(1);
        treasury.activateBudget(mallory, address(token));

        vm.startPrank(mallory);
        _expectOverCap(CAPACITY + 1, CAPACITY);
        treasury.reserve(address(token), CAPACITY + 1);
        treasury.reserve(address(token), CAPACITY);
        treasury.pay(address(token), CAPACITY);
        _expectOverCap(1, 0);
        treasury.reserve(address(token), 1);
        vm.stopPrank();
        // And the timelock beside it gets nothing more.
        _expectOverCap(1, 0);
        _take(1);
    }

    function test_Case50_TheTreasuryApprovesDelegatesAndCallsNothing() public {
        bytes[18] memory calls = [
            abi.encodeWithSignature("approve(address,uint256)", mallory, 1),
            abi.encodeWithSignature("approve(address,address,uint256)", address(token), mallory, 1),
            abi.encodeWithSignature("increaseAllowance(address,uint256)", mallory, 1),
            abi.encodeWithSignature("increaseAllowance(address,address,uint256)", address(token), mallory, 1),
            abi.encodeWithSignature("permit(address,address,uint256)", address(token), mallory, 1),
            abi.encodeWithSignature("authorizeOperator(address)", mallory),
            abi.encodeWithSignature("isValidSignature(bytes32,bytes)", bytes32(0), ""),
            abi.encodeWithSignature("tokensToSend(address,address,address,uint256,bytes,bytes)", 0, 0, 0, 0, "", ""),
            abi.encodeWithSignature("delegate(address)", mallory),
            abi.encodeWithSignature("execute(address,uint256,bytes)", address(token), 0, ""),
            abi.encodeWithSignature("call(address,bytes)", address(token), ""),
            abi.encodeWithSignature("delegatecall(address,bytes)", address(token), ""),
            abi.encodeWithSignature("multicall(bytes[])", new bytes[](1)),
            abi.encodeWithSignature("aggregate((address,bytes)[])", new bytes[](0)),
            abi.encodeWithSignature("transferOwnership(address)", mallory),
            abi.encodeWithSignature("setOwner(address)", mallory),
            abi.encodeWithSignature("upgradeTo(address)", mallory),
            abi.encodeWithSignature("initialize(address)", mallory)
        ];
        for (uint256 i = 0; i < calls.length; ++i) {
            _expectNoFunction(address(timelock), address(treasury), calls[i]);
            _expectNoFunction(address(treasury), address(treasury), calls[i]);
        }
        assertEq(tempting.allowance(address(treasury), mallory), 0);
    }

    function test_Case50_NobodySpendsForTheTreasuryAtTheToken() public {
        vm.startPrank(mallory);
        vm.expectPartialRevert(IERC20Errors.ERC20InsufficientAllowance.selector);
        tempting.transferFrom(address(treasury), mallory, 1);
        vm.expectRevert();
        tempting.operatorSend(address(treasury), mallory, 1);
        // A permit in the Treasury's name: no key signs for it, and it answers for no signature.
        vm.expectRevert();
        tempting.permit(address(treasury), mallory, 1, type(uint256).max, 27, bytes32(uint256(1)), bytes32(uint256(1)));
        vm.expectRevert();
        tempting.permit(address(treasury), mallory, 1, type(uint256).max, 0, 0, 0);
        vm.stopPrank();
    }

    /// @dev To itself, or to a contract that would send it back: it counts as leaving.
    function test_Case50_ATransferToItselfUsesTheCapToo() public {
        vm.startPrank(address(timelock));
        treasury.transferERC20(address(token), address(treasury), CAPACITY);
        _expectOverCap(1, 0);
        treasury.transferERC20(address(token), mallory, 1);
        vm.stopPrank();
        assertEq(token.balanceOf(address(treasury)), TREASURY_FUNDS);
    }

    function test_Case50_TheDistributorsBudgetCannotBeDrawnThroughTheDistributor() public {
        bytes[4] memory calls = [
            abi.encodeCall(ITreasury.reserve, (address(token), 1)),
            abi.encodeCall(ITreasury.pay, (address(token), 1)),
            abi.encodeCall(ITreasury.release, (address(token), 1)),
            abi.encodeWithSignature("relay(address,uint256,bytes)", address(treasury), 0, "")
        ];
        for (uint256 i = 0; i < calls.length; ++i) {
            _expectNoFunction(address(timelock), address(distributor), calls[i]);
            _expectNoFunction(address(timelock), address(disputes), calls[i]);
            _expectNoFunction(address(timelock), address(links), calls[i]);
        }
    }

    // ------------------------------------------------------------------------------- 51: somebody's allowance

    function test_Case51_AnAllowanceForTheTreasuryIsWorthNothingToAnyone() public {
        assertTrue(tempting.transfer(alice, 100));
        vm.prank(alice);
        tempting.approve(address(treasury), type(uint256).max);
        vm.prank(alice);
        tempting.approve(address(distributor), type(uint256).max);
        bytes memory steal = abi.encodeCall(tempting.transferFrom, (alice, mallory, 100));
        _expectNoFunction(address(timelock), address(treasury), steal);
        _expectNoFunction(address(timelock), address(distributor), steal);
        _expectNoFunction(
            address(timelock),
            address(treasury),
            abi.encodeWithSignature("transferFrom(address,address,address,uint256)", tempting, alice, mallory, 100)
        );
        assertEq(tempting.balanceOf(alice), 100);
    }

    /// @dev A "token" that is some other contract: the Treasury says `balanceOf`, `transfer` to it, and no words of the proposal's.
    function test_Case51_AContractThatIsNoTokenHearsATransferAndNothingElse() public {
        vm.startPrank(address(timelock));
        treasury.setOutflowCap(address(governor), 100, 1 days);
        skip(treasury.raiseDelay());
        treasury.activateOutflowCap(address(governor));
        vm.expectRevert();
        treasury.transferERC20(address(governor), mallory, 1);
        vm.expectRevert();
        treasury.transferERC20(mallory, mallory, 0);
        vm.stopPrank();
    }

    // -------------------------------------------------------------------------------------------- 52: sweeps

    function test_Case52_NothingSweepsTheDistributorNorWhatDisputesOwe() public {
        _pay(1, 1, _three());
        uint256 held = token.balanceOf(address(distributor));
        bytes[10] memory calls = [
            abi.encodeWithSignature("sweepUnclaimed()"),
            abi.encodeWithSignature("sweep(address)", address(token)),
            abi.encodeWithSignature("sweep(address,address)", address(token), mallory),
            abi.encodeWithSignature("recoverERC20(address,address,uint256)", address(token), mallory, 1),
            abi.encodeWithSignature("rescue(address,uint256)", address(token), 1),
            abi.encodeWithSignature("rescueTokens(address,address,uint256)", address(token), mallory, 1),
            abi.encodeWithSignature("withdraw(uint256)", 1),
            abi.encodeWithSignature("withdrawAll()"),
            abi.encodeWithSignature("clawback(uint64)", 1),
            abi.encodeWithSignature("emergencyWithdraw(address)", address(token))
        ];
        address[5] memory callers = [address(timelock), guardian, arbiter, address(treasury), address(this)];
        for (uint256 i = 0; i < calls.length; ++i) {
            for (uint256 j = 0; j < callers.length; ++j) {
                _expectNoFunction(callers[j], address(distributor), calls[i]);
                _expectNoFunction(callers[j], address(links), calls[i]);
                _expectNoFunction(callers[j], address(disputes), calls[i]);
            }
        }
        assertEq(token.balanceOf(address(distributor)), held);
        assertEq(distributor.claimable(3), 1002 * UNIT);
    }

    function test_Case52_TheOwnerSweepsNothingThatIsReserved() public {
        _publishThree(1, 1);
        vm.startPrank(address(timelock));
        treasury.setOutflowCap(address(token), type(uint208).max, 1);
        skip(treasury.raiseDelay());
        treasury.activateOutflowCap(address(token));
        vm.expectRevert(
            abi.encodeWithSelector(
                ITreasury.Treasury_Insufficient.selector,
                address(token),
                TREASURY_FUNDS - 3003 * UNIT + 1,
                TREASURY_FUNDS - 3003 * UNIT
            )
        );
        treasury.transferERC20(address(token), mallory, TREASURY_FUNDS - 3003 * UNIT + 1);
        treasury.transferERC20(address(token), mallory, TREASURY_FUNDS - 3003 * UNIT);
        vm.stopPrank();
        _creditThree(1);
        distributor.claim(1);
    }

    // ----------------------------------------------------------------------------------------- 53: donations

    function test_Case53_TokensThatNobodyAskedForGiveNobodyMore() public {
        assertTrue(token.transfer(address(distributor), 777e18));
        assertTrue(token.transfer(address(disputes), 777e18));
        _pay(1, 1, _three());
        assertEq(distributor.claimable(1), 1000 * UNIT);
        distributor.claim(1);
        assertEq(_balance(_wallet(1)), 1000 * UNIT);
        vm.expectRevert(abi.encodeWithSelector(IAccounts.Accounts_NothingToClaim.selector, 1));
        distributor.claim(1);
        assertEq(disputes.rewardOf(mallory), 0);
        assertEq(token.balanceOf(address(distributor)), 777e18 + 2003 * UNIT);
        // To the Treasury it is money like any other, within the same cap.
        assertTrue(token.transfer(address(treasury), 1e18));
        assertEq(_cap().capacity, CAPACITY);
    }

    function test_Case53_EthThatIsForcedOnThemBreaksNothing() public {
        vm.deal(address(this), 30 ether);
        address(distributor).force(10 ether);
        address(disputes).force(10 ether);
        address(treasury).force(10 ether);
        assertEq(address(disputes).balance, 10 ether);
        _publishThree(1, 1);
        uint256 id = _challenge(challenger, 1, 0);
        vm.prank(arbiter);
        disputes.resolve(id, Answer.Dropped, "");
        assertEq(disputes.withdraw(payable(challenger)), BOND);
        assertEq(challenger.balance, 1000 ether);
        vm.expectRevert();
        disputes.withdraw(payable(challenger));
        assertEq(treasury.unreservedOf(address(0)), 10 ether);
    }

    /// @dev Money that came while it is being drawn is not taken for what was drawn: a token that gives more than asked is refused.
    function test_Case53_ADonationBeforeThePullIsNotCountedAsThePull() public {
        _publishThree(1, 1);
        assertTrue(token.transfer(address(distributor), 3003 * UNIT));
        _toWindowEnd(1);
        _creditThree(1);
        assertEq(token.balanceOf(address(distributor)), 2 * 3003 * UNIT);
        assertEq(token.balanceOf(address(treasury)), TREASURY_FUNDS - 3003 * UNIT);
    }

    // ------------------------------------------------------------------------------------------- 54: expiry

    function test_Case54_WhatWasCreditedIsClaimedAHundredYearsLater() public {
        _pay(1, 1, _three());
        vm.startPrank(address(timelock));
        treasury.setBudget(address(distributor), address(token), 0, 0);
        distributor.rotate(_membersOf(oracles), 1, "", true);
        vm.stopPrank();
        skip(36_500 days);
        distributor.claim(1);
        assertEq(_balance(_wallet(1)), 1000 * UNIT);
    }

    // ------------------------------------------------------------------------------------- 55: mint and burn

    function test_Case55_NobodyMintsOrBurns() public {
        uint256 supply = votes.totalSupply();
        bytes[6] memory calls = [
            abi.encodeWithSignature("mint(address,uint256)", mallory, 1),
            abi.encodeWithSignature("mint(uint256)", 1),
            abi.encodeWithSignature("burn(uint256)", 1),
            abi.encodeWithSignature("burnFrom(address,uint256)", alice, 1),
            abi.encodeWithSignature("grantRole(bytes32,address)", bytes32(0), mallory),
            abi.encodeWithSignature("transferOwnership(address)", mallory)
        ];
        address[4] memory callers = [address(timelock), address(governor), alice, address(this)];
        for (uint256 i = 0; i < calls.length; ++i) {
            for (uint256 j = 0; j < callers.length; ++j) {
                _expectNoFunction(callers[j], address(votes), calls[i]);
            }
        }
        vm.expectPartialRevert(IERC20Errors.ERC20InvalidReceiver.selector);
        vm.prank(alice);
        votes.transfer(address(0), 1);
        assertEq(votes.totalSupply(), supply);
    }

    function test_Case55_ASupplyBeyondWhatVotesCanCountIsRefused() public {
        Allocation[] memory two = new Allocation[](2);
        two[0] = Allocation({to: alice, amount: type(uint208).max});
        two[1] = Allocation({to: mallory, amount: 1});
        vm.expectRevert(
            abi.encodeWithSelector(
                ERC20Votes.ERC20ExceededSafeSupply.selector, uint256(type(uint208).max) + 1, type(uint208).max
            )
        );
        new GuerdonToken("Too much", "MUCH", two);
        Allocation[] memory one = new Allocation[](1);
        one[0] = two[0];
        assertEq(new GuerdonToken("Just so", "SO", one).getVotes(alice), type(uint208).max);
    }
}
