// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IBatches} from "../../src/interfaces/IBatches.sol";
import {Answer, BatchStatus, RewardBatch} from "../../src/interfaces/Types.sol";
import {Entry, Packing} from "../support/Packing.sol";
import {FeeToken, SilentToken} from "../support/Tokens.sol";
import {AttackFixture} from "./support/AttackFixture.sol";
import {ReentrantSpy} from "./support/Attackers.sol";
import {Mood, MoodyToken, ShrinkingToken, SpiedToken} from "./support/OddTokens.sol";
import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

/// @notice Cases 16 and 17: payout tokens that call back, take, shrink, lie, refuse or burn.
contract TokensAttack is AttackFixture {
    using Packing for Entry[];

    uint256 private constant SUPPLY = 1e26;
    ReentrantSpy private spy;
    MoodyToken private moody;

    // ------------------------------------------------------------------------------------- 16: reentrancy

    /// @dev Epoch 1 is credited, 2 is ready, 3 is posted, 4 is signed. Whatever is called while the token moves to a claimer, before
    /// and after it moves, everybody ends with what is theirs.
    function test_Case16_ReentryDuringClaims() public {
        _spied();
        spy.watch(address(distributor));
        distributor.claim(1);
        distributor.claimMany(_ids(1, 3));
        assertGt(spy.attempts(), 0);
        // What was called did work, and only what anyone may do: crediting, publishing, posting, claiming for others.
        assertGt(spy.succeeded(), 0);
        _finish();
    }

    /// @dev The same while the Treasury pays the distributor.
    function test_Case16_ReentryDuringCredit() public {
        _spied();
        spy.watch(address(treasury));
        bytes memory chunk = Packing.many(1, 3, 20).pack();
        (bool done,) = address(distributor).call(abi.encodeCall(distributor.credit, (2, chunk, bytes32(0))));
        // A claim in the middle of the payment makes it look short: refused whole, to be tried again.
        assertFalse(done);
        assertTrue(_state(2).status == BatchStatus.Window);
        _finish();
    }

    /// @dev Each single call during the payment of a credit, so that one refusal does not hide another.
    function test_Case16_EachSingleReentryDuringCredit() public {
        bytes[] memory calls = _calls();
        for (uint256 i = 0; i < calls.length; ++i) {
            uint256 snapshot = vm.snapshotState();
            _spied(i);
            spy.watch(address(treasury));
            bytes memory chunk = Packing.many(1, 3, 20).pack();
            (bool done,) = address(distributor).call(abi.encodeCall(distributor.credit, (2, chunk, bytes32(0))));
            bool claims = i < 3 || i == 8;
            assertEq(done, !claims);
            assertEq(spy.attempts(), claims ? 0 : 2);
            _finish();
            vm.revertToState(snapshot);
        }
    }

    /// @dev While the finder of a fault is paid, and while what is held is settled.
    function test_Case16_ReentryDuringTheFindersReward() public {
        _spied();
        distributor.credit(2, Packing.many(1, 3, 20).pack(), bytes32(0));
        vm.warp(distributor.epochEnd(5));
        (bytes[] memory chunks, bytes32[] memory rests) = _open(5, 1, _one(1, 100), 1);
        uint256 challenge = disputes.challenge{value: BOND}(5, 0);
        vm.warp(_state(5).windowEnd);
        distributor.credit(5, chunks[0], rests[0]);
        spy.add(address(disputes), abi.encodeCall(disputes.withdrawReward, (address(this))));
        spy.add(address(disputes), abi.encodeCall(disputes.withdraw, (payable(address(spy)))));
        spy.watch(address(distributor));
        bytes memory signatures = _signQuorum(oracles, QUORUM, disputes.challengeOf(challenge).digest);
        vm.prank(arbiter);
        disputes.resolve(challenge, Answer.Fault, signatures);
        spy.watch(address(disputes));
        uint256 left = disputes.rewardOf(address(this));
        if (left != 0) disputes.withdrawReward(address(this));
        assertEq(_balance(address(this)), SUPPLY - TREASURY_FUNDS + 10 * UNIT);
        assertEq(_balance(address(disputes)), 0);
        _finish();
    }

    // ------------------------------------------------------------------------------------------ 17: odd tokens

    function test_Case17_FeeOnTransferIsNeverCredited() public {
        FeeToken fee = new FeeToken(SUPPLY);
        (bytes[] memory chunks, bytes32[] memory rests) = _readyIn(fee);
        vm.expectRevert(abi.encodeWithSelector(IBatches.Batches_WrongAmountReceived.selector, 297 * UNIT, 300 * UNIT));
        distributor.credit(1, chunks[0], rests[0]);
        assertEq(distributor.account(1).earned, 0);
        assertTrue(_state(1).status == BatchStatus.Window);
    }

    function test_Case17_ShrinkingBalancesArePaidWhileTheyLast() public {
        ShrinkingToken shrinking = new ShrinkingToken(SUPPLY);
        (bytes[] memory chunks, bytes32[] memory rests) = _readyIn(shrinking);
        distributor.credit(1, chunks[0], rests[0]);
        shrinking.shrink(2);
        assertEq(_balance(address(distributor)), 150 * UNIT);
        distributor.claim(1);
        vm.expectRevert(
            abi.encodeWithSelector(
                IERC20Errors.ERC20InsufficientBalance.selector, address(distributor), 100 * UNIT, 200 * UNIT
            )
        );
        distributor.claim(2);
        assertEq(distributor.claimMany(_ids(1, 3)), 0);
        assertEq(distributor.claimable(2) + distributor.claimable(3), 200 * UNIT);
        // Who makes up the difference makes everybody whole.
        assertTrue(shrinking.transfer(address(distributor), 150 * UNIT));
        assertEq(distributor.claimMany(_ids(1, 3)), 200 * UNIT);
    }

    function test_Case17_FalseRevertGarbageAndBurntGasKeepTheClaim() public {
        _moodyPaid(18);
        Mood[5] memory moods =
            [Mood.ReturnsFalse, Mood.Reverts, Mood.RevertsWithMegabytes, Mood.BurnsAllGas, Mood.ReturnsGarbage];
        for (uint256 i = 0; i < moods.length; ++i) {
            moody.setForAll(moods[i]);
            (bool done,) = address(distributor).call{gas: 3_000_000}(abi.encodeCall(distributor.claim, (1)));
            assertFalse(done);
            (done,) = address(distributor).call{gas: 3_000_000}(abi.encodeCall(distributor.claim, (2)));
            assertFalse(done);
            assertEq(distributor.claimable(1), 100 * UNIT);
        }
        moody.setForAll(Mood.ReturnsFalse);
        vm.expectRevert(abi.encodeWithSelector(SafeERC20.SafeERC20FailedOperation.selector, address(moody)));
        distributor.claim(1);
        moody.setForAll(Mood.Pays);
        assertEq(distributor.claimMany(_ids(1, 3)), 300 * UNIT);
    }

    /// @dev One recipient in a list for whom the token returns false, reverts, returns a megabyte or garbage.
    function test_Case17_OneRefusalInAListStopsOnlyItself() public {
        _moodyPaid(18);
        Mood[4] memory moods = [Mood.ReturnsFalse, Mood.Reverts, Mood.RevertsWithMegabytes, Mood.ReturnsGarbage];
        for (uint256 i = 0; i < moods.length; ++i) {
            uint256 snapshot = vm.snapshotState();
            moody.set(_wallet(2), moods[i]);
            assertEq(distributor.claimMany(_ids(1, 3)), 200 * UNIT);
            assertEq(distributor.claimable(2), 100 * UNIT);
            assertEq(_balance(_wallet(1)), 100 * UNIT);
            assertEq(_balance(_wallet(3)), 100 * UNIT);
            assertTrue(vm.revertToStateAndDelete(snapshot));
        }
    }

    /// @dev A recipient who burns all the gas that the call leaves it spoils a list, but costs nobody their claim.
    function test_Case17_BurntGasInAListCostsNobodyTheirClaim() public {
        _moodyPaid(18);
        moody.set(_wallet(1), Mood.BurnsAllGas);
        (bool done,) = address(distributor).call{gas: 3_000_000}(abi.encodeCall(distributor.claimMany, (_ids(1, 3))));
        if (done) assertEq(_balance(_wallet(2)) + distributor.claimable(2), 100 * UNIT);
        if (distributor.claimable(2) != 0) distributor.claim(2);
        if (distributor.claimable(3) != 0) distributor.claim(3);
        assertEq(_balance(_wallet(2)), 100 * UNIT);
        assertEq(_balance(_wallet(3)), 100 * UNIT);
        assertEq(distributor.claimable(1), 100 * UNIT);
    }

    /// @dev While the Treasury's payment fails the batch waits, and can be credited later.
    function test_Case17_ARefusedPaymentFromTheTreasuryWaits() public {
        moody = new MoodyToken(SUPPLY, 18);
        (bytes[] memory chunks, bytes32[] memory rests) = _readyIn(moody);
        Mood[4] memory moods = [Mood.ReturnsFalse, Mood.Reverts, Mood.PaysNothingAndSaysTrue, Mood.ReturnsGarbage];
        for (uint256 i = 0; i < moods.length; ++i) {
            moody.setForAll(moods[i]);
            vm.expectRevert();
            distributor.credit(1, chunks[0], rests[0]);
            assertTrue(_state(1).status == BatchStatus.Window);
            assertEq(treasury.reservedOf(address(moody)), 300 * UNIT);
            assertEq(distributor.account(1).earned, 0);
        }
        moody.setForAll(Mood.Pays);
        distributor.credit(1, chunks[0], rests[0]);
        assertEq(distributor.claimMany(_ids(1, 3)), 300 * UNIT);
    }

    function test_Case17_NoReturnValueAndSixDecimals() public {
        SilentToken silent = new SilentToken(281_474_976 * 1e6);
        _deployFor(address(silent), 1);
        silent.transfer(address(treasury), 1_000_000e6);
        _linkMany(1, 3);
        _pay(1, 1, Packing.many(1, 3, 2_500_000));
        // A unit is the smallest amount there is: 2.5 whole tokens each.
        assertEq(distributor.claim(1), 2_500_000);
        assertEq(distributor.claimMany(_ids(1, 3)), 5_000_000);
        assertEq(silent.balanceOf(_wallet(2)), 2.5e6);
        assertEq(silent.balanceOf(address(distributor)), 0);
    }

    function test_Case17_ATokenWithoutDecimals() public {
        moody = new MoodyToken(1e12, 0);
        _deployFor(address(moody), 1);
        assertTrue(moody.transfer(address(treasury), 1e9));
        _linkMany(1, 3);
        _pay(1, 1, Packing.many(1, 3, 7));
        assertEq(distributor.claimMany(_ids(1, 3)), 21);
    }

    // -------------------------------------------------------------------------------------------- helpers

    function _readyIn(IERC20 payout) private returns (bytes[] memory chunks, bytes32[] memory rests) {
        _deployFor(address(payout), UNIT);
        assertTrue(payout.transfer(address(treasury), TREASURY_FUNDS));
        _linkMany(1, 3);
        return _ready(1, 1, Packing.many(1, 3, 100), 500);
    }

    function _moodyPaid(uint8 decimals) private {
        moody = new MoodyToken(SUPPLY, decimals);
        (bytes[] memory chunks, bytes32[] memory rests) = _readyIn(moody);
        distributor.credit(1, chunks[0], rests[0]);
    }

    function _spied() private {
        _spied(type(uint256).max);
    }

    /// @dev The spy makes one of the calls, or all of them.
    function _spied(uint256 only) private {
        SpiedToken spied = new SpiedToken(SUPPLY);
        (bytes[] memory chunks, bytes32[] memory rests) = _readyIn(spied);
        distributor.credit(1, chunks[0], rests[0]);
        vm.warp(distributor.epochEnd(4));
        _open(2, 1, Packing.many(1, 3, 20), 500);
        vm.warp(_state(2).windowEnd);
        _post(3, 1, Packing.many(1, 3, 30).split(500), 90);

        spy = new ReentrantSpy();
        bytes[] memory calls = _calls();
        for (uint256 i = 0; i < calls.length; ++i) {
            if (only == type(uint256).max || only == i) spy.add(address(distributor), calls[i]);
        }
        spied.setSpy(spy);
    }

    function _calls() private view returns (bytes[] memory calls) {
        bytes memory second = Packing.many(1, 3, 20).pack();
        RewardBatch memory fourth = _headerOf(4, 1, Packing.many(1, 3, 40), 500);
        fourth.postBefore = type(uint64).max;
        calls = new bytes[](9);
        calls[0] = abi.encodeCall(distributor.claim, (1));
        calls[1] = abi.encodeCall(distributor.claim, (2));
        calls[2] = abi.encodeCall(distributor.claimMany, (_ids(1, 3)));
        calls[3] = abi.encodeCall(distributor.credit, (2, second, bytes32(0)));
        calls[4] = abi.encodeCall(distributor.publish, (3, Packing.many(1, 3, 30).pack(), bytes32(0)));
        calls[5] = abi.encodeCall(distributor.postBatch, (fourth, _quorumOf(fourth)));
        calls[6] = abi.encodeCall(distributor.voidUnpublished, (3));
        calls[7] = abi.encodeCall(distributor.voidRotated, (2));
        calls[8] = abi.encodeCall(distributor.claimMany, (_ids(3, 1)));
    }

    /// @dev Credits and claims what is left; then everybody has what the batches gave, and nothing is left anywhere.
    function _finish() private {
        SpiedToken(distributor.token()).setSpy(ReentrantSpy(address(0)));
        if (_state(2).status == BatchStatus.Window) {
            distributor.credit(2, Packing.many(1, 3, 20).pack(), bytes32(0));
        }
        for (uint64 id = 1; id <= 3; ++id) {
            assertEq(_balance(_wallet(id)) + distributor.claimable(id), 120 * UNIT);
        }
        distributor.claimMany(_ids(1, 3));
        assertEq(_balance(address(distributor)), 0);
    }
}
