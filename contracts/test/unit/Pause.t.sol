// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {RewardDistributor} from "../../src/RewardDistributor.sol";
import {IBatches} from "../../src/interfaces/IBatches.sol";
import {IGuardian} from "../../src/interfaces/IGuardian.sol";
import {ILinks} from "../../src/interfaces/ILinks.sol";
import {ITerms} from "../../src/interfaces/ITerms.sol";
import {Answer, Config, RewardBatch} from "../../src/interfaces/Types.sol";
import {Fixture} from "../support/Fixture.sol";
import {Packing} from "../support/Packing.sol";

contract PauseTest is Fixture {
    uint64 private constant PAUSE = 7 days;

    // ----------------------------------------------------------------------------------------------- good

    function test_StopsPostingCreditingAndLinks() public {
        (bytes[] memory chunks, bytes32[] memory rests) = _open(1, 1, _one(10, 100), 500);
        vm.warp(block.timestamp + WINDOW);
        uint48 until = uint48(block.timestamp) + uint48(PAUSE);
        vm.expectEmit(address(distributor));
        emit IGuardian.Paused(guardian, until);
        _pause();
        assertTrue(distributor.paused());
        assertEq(distributor.pausedUntil(), until);

        bytes memory paused = abi.encodeWithSelector(IGuardian.Guardian_Paused.selector, until);
        vm.expectRevert(paused);
        distributor.credit(1, chunks[0], rests[0]);
        RewardBatch memory header = _header(2, 1, keccak256("head"), 1);
        bytes memory signatures = _quorumOf(header);
        vm.expectRevert(paused);
        distributor.postBatch(header, signatures);
        uint64 validUntil = uint64(block.timestamp) + 1 days;
        bytes memory proof = _walletProof(10, validUntil);
        bytes memory attestation = _attestation(10, _wallet(10), 0, validUntil);
        vm.expectRevert(ILinks.Links_Paused.selector);
        distributor.link(10, _wallet(10), 0, validUntil, proof, attestation);

        vm.warp(until);
        assertFalse(distributor.paused());
        distributor.credit(1, chunks[0], rests[0]);
    }

    function test_PublishingChallengingAnsweringAndClaimingGoOn() public {
        _link(10);
        _pay(1, 1, _one(10, 100));
        bytes[] memory chunks = Packing.split(_one(10, 50), 500);
        bytes32[] memory rests = _post(2, 1, chunks, 50);
        _pause();
        distributor.publish(2, chunks[0], rests[0]);
        uint256 challenge = _challenge(2, 0);
        _answer(challenge, Answer.Stands);
        assertEq(distributor.claim(10), 100 * UNIT);
    }

    function test_TheWindowStandsStill() public {
        _link(10);
        (bytes[] memory chunks, bytes32[] memory rests) = _open(1, 1, _one(10, 100), 500);
        uint256 end = block.timestamp + WINDOW;
        assertEq(_state(1).windowEnd, end);
        vm.warp(end - 10);
        _pause();
        assertEq(_state(1).windowEnd, end + PAUSE);
        vm.warp(end + PAUSE - 1);
        _challenge(1, 0);
        vm.expectRevert(abi.encodeWithSelector(IBatches.Batches_WindowOpen.selector, 1, end + PAUSE));
        distributor.credit(1, chunks[0], rests[0]);
        vm.warp(end + PAUSE);
        distributor.credit(1, chunks[0], rests[0]);
        assertEq(_state(1).windowEnd, end + PAUSE);
    }

    function test_AWindowThatOpensInAPauseBeginsAfterIt() public {
        bytes[] memory chunks = Packing.split(_one(10, 100), 500);
        bytes32[] memory rests = _post(1, 1, chunks, 100);
        _pause();
        uint256 end = block.timestamp + PAUSE + WINDOW;
        vm.warp(block.timestamp + 1 hours);
        vm.expectEmit(address(distributor));
        emit IBatches.BatchPublished(1, 1, uint64(end));
        _publish(1, chunks, rests);
        vm.warp(end - 1);
        vm.expectRevert(abi.encodeWithSelector(IBatches.Batches_WindowOpen.selector, 1, end));
        distributor.credit(1, chunks[0], rests[0]);
        vm.warp(end);
        distributor.credit(1, chunks[0], rests[0]);
    }

    function test_AnEarlyEndShiftsByThePausedTimeAlone() public {
        (bytes[] memory chunks, bytes32[] memory rests) = _open(1, 1, _one(10, 100), 500);
        uint256 end = block.timestamp + WINDOW;
        _pause();
        vm.warp(block.timestamp + 1 days);
        vm.expectEmit(address(distributor));
        emit IGuardian.Unpaused(address(timelock));
        vm.prank(address(timelock));
        distributor.unpause();
        assertEq(_state(1).windowEnd, end + 1 days);
        vm.warp(end + 1 days);
        distributor.credit(1, chunks[0], rests[0]);
    }

    function testFuzz_ActiveTimeIsBlockTimeLessThePauses(uint256 first, uint256 second, uint256 later) public {
        first = bound(first, 1, PAUSE);
        second = bound(second, 0, PAUSE);
        later = bound(later, 30 days, 90 days);
        _pause();
        vm.warp(block.timestamp + first);
        if (first < PAUSE) {
            vm.prank(guardian);
            distributor.unpause();
        }
        assertEq(distributor.activeTime(), block.timestamp - first);
        vm.warp(block.timestamp + later);
        _pause();
        vm.warp(block.timestamp + second);
        assertEq(distributor.activeTime(), block.timestamp - first - second);
    }

    function test_GovernanceChoosesTheGuardian() public {
        vm.expectEmit(address(distributor));
        emit IGuardian.GuardianSet(alice, 2_000_000_000);
        vm.prank(address(timelock));
        distributor.setGuardian(alice, 2_000_000_000);
        (address chosen, uint48 until) = distributor.guardian();
        assertEq(chosen, alice);
        assertEq(until, 2_000_000_000);
        vm.prank(alice);
        distributor.pause();
    }

    // ------------------------------------------------------------------------------------------------ bad

    function test_RevertWhen_NotTheGuardian() public {
        vm.expectRevert(abi.encodeWithSelector(IGuardian.Guardian_NotGuardian.selector, address(this)));
        distributor.pause();
        _pause();
        vm.expectRevert(abi.encodeWithSelector(IGuardian.Guardian_NotGuardian.selector, address(this)));
        distributor.unpause();
        vm.expectRevert(abi.encodeWithSelector(ITerms.Terms_NotGovernance.selector, address(this)));
        distributor.setGuardian(alice, 2_000_000_000);
    }

    function test_RevertWhen_TheRoleExpired() public {
        vm.warp(START + 365 days);
        bytes memory expired = abi.encodeWithSelector(IGuardian.Guardian_NotGuardian.selector, guardian);
        vm.expectRevert(expired);
        _pause();
        vm.expectRevert(expired);
        vm.prank(guardian);
        distributor.unpause();
    }

    function test_RevertWhen_PausedTwiceInThirtyDays() public {
        uint256 since = block.timestamp;
        _pause();
        bytes memory soon = abi.encodeWithSelector(IGuardian.Guardian_TooSoon.selector, since + 30 days);
        vm.expectRevert(soon);
        _pause();
        vm.warp(since + 30 days - 1);
        vm.expectRevert(soon);
        _pause();
        vm.warp(since + 30 days);
        _pause();
    }

    function test_RevertWhen_NothingIsPaused() public {
        vm.expectRevert(IGuardian.Guardian_NotPaused.selector);
        vm.prank(guardian);
        distributor.unpause();
        _pause();
        vm.warp(block.timestamp + PAUSE);
        vm.expectRevert(IGuardian.Guardian_NotPaused.selector);
        vm.prank(guardian);
        distributor.unpause();
    }

    function test_RevertWhen_TheWindowIsTooShortForGovernance() public {
        Config memory config = _config(address(token));
        config.window = GOVERNANCE_CYCLE - PAUSE - 1;
        vm.expectRevert(
            abi.encodeWithSelector(IGuardian.Guardian_DelayTooShort.selector, config.window, GOVERNANCE_CYCLE)
        );
        new RewardDistributor(config);
    }

    function _pause() private {
        vm.prank(guardian);
        distributor.pause();
    }
}
