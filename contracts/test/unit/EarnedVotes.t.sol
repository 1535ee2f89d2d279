// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {EarnedVotes} from "../../src/EarnedVotes.sol";
import {IEarnedVotes, Source} from "../../src/interfaces/IEarnedVotes.sol";
import {Ledger} from "../governance/support/Ledger.sol";
import {Test} from "forge-std/Test.sol";
import {Vm} from "forge-std/Vm.sol";

contract EarnedVotesTest is Test {
    uint64 private constant RATE = 10;
    uint64 private constant SECOND_RATE = 3;

    address private governance = makeAddr("governance");
    address private alice = makeAddr("alice");
    address private bob = makeAddr("bob");
    Ledger private first;
    Ledger private second;
    EarnedVotes private earned;

    function setUp() public {
        vm.warp(1_700_000_000);
        first = new Ledger(address(0));
        second = new Ledger(address(0));
        Source[] memory list = new Source[](1);
        list[0] = Source({distributor: address(first), votesPerUnit: RATE});
        earned = new EarnedVotes(governance, list);
    }

    // ----------------------------------------------------------------------------------------------- good

    function test_TheListReadsBack() public view {
        Source[] memory list = earned.sources();
        assertEq(list.length, 1);
        assertEq(list[0].distributor, address(first));
        assertEq(list[0].votesPerUnit, RATE);
        assertTrue(earned.isSource(address(first)));
        assertFalse(earned.isSource(address(second)));
        assertEq(earned.governance(), governance);
        assertEq(earned.clock(), block.timestamp);
        assertEq(earned.CLOCK_MODE(), "mode=timestamp");
    }

    function test_WhatWasEarnedGivesVotesToTheLinkedWallet() public {
        _crowd(100, 20, 500);
        first.set(1, alice, 400);
        vm.expectEmit(address(earned));
        emit IEarnedVotes.DelegateVotesChanged(alice, 0, 4000);
        vm.expectEmit(address(earned));
        emit IEarnedVotes.Synced(1, 0, alice, 400, 4000);
        earned.sync(1);
        assertEq(earned.getVotes(alice), 4000);
        assertEq(earned.getVotesOf(1, alice), 4000);
        assertEq(earned.getVotesOf(1, bob), 0);
        assertEq(earned.getTotalSupply(), 20 * 5000 + 4000);
    }

    function test_EachChangeOfVotesIsToldOnce() public {
        _crowd(100, 20, 500);
        first.set(1, alice, 400);
        vm.recordLogs();
        earned.sync(1);
        assertEq(_changes(), 1);
        first.set(1, alice, 450);
        earned.sync(1);
        assertEq(_changes(), 1);
    }

    function test_OneIdCountsATwentiethAtMost() public {
        first.set(1, alice, 1000);
        earned.sync(1);
        assertEq(earned.getTotalSupply(), 10_000);
        assertEq(earned.getVotes(alice), 500);
        // Others earn: more of it counts after another sync.
        _crowd(100, 9, 1000);
        assertEq(earned.getVotes(alice), 500);
        earned.sync(1);
        assertEq(earned.getTotalSupply(), 100_000);
        assertEq(earned.getVotes(alice), 5000);
        _crowd(200, 30, 1000);
        earned.sync(1);
        assertEq(earned.getVotes(alice), 10_000);
    }

    function test_ARelinkMovesTheVotes() public {
        _crowd(100, 20, 500);
        first.set(1, alice, 400);
        earned.sync(1);
        skip(10);
        first.set(1, bob, 450);
        earned.sync(1);
        skip(10);
        assertEq(earned.getVotes(alice), 0);
        assertEq(earned.getVotes(bob), 4500);
        assertEq(earned.getPastVotes(alice, block.timestamp - 11), 4000);
        assertEq(earned.getPastVotes(alice, block.timestamp - 10), 0);
        assertEq(earned.getPastVotesOf(1, alice, block.timestamp - 11), 4000);
        assertEq(earned.getPastVotesOf(1, bob, block.timestamp - 11), 0);
        assertEq(earned.getPastVotesOf(1, bob, block.timestamp - 10), 4500);
        // What alice held then is hers to use no more.
        assertEq(earned.getStandingVotesOf(1, alice, block.timestamp - 11), 0);
        assertEq(earned.getStandingVotesOf(1, bob, block.timestamp - 10), 4500);
    }

    function test_AnUnsyncedRelinkTakesTheStandingToo() public {
        _crowd(100, 20, 500);
        first.set(1, alice, 400);
        earned.sync(1);
        skip(10);
        assertEq(earned.getStandingVotesOf(1, alice, block.timestamp - 1), 4000);
        first.set(1, bob, 400);
        assertEq(earned.getPastVotesOf(1, alice, block.timestamp - 1), 4000);
        assertEq(earned.getStandingVotesOf(1, alice, block.timestamp - 1), 0);
    }

    function test_ThePastDoesNotChange() public {
        _crowd(100, 20, 500);
        uint256 supply = earned.getTotalSupply();
        skip(10);
        first.set(1, alice, 400);
        earned.sync(1);
        skip(10);
        assertEq(earned.getPastTotalSupply(block.timestamp - 11), supply);
        assertEq(earned.getPastTotalSupply(block.timestamp - 10), supply + 4000);
        assertEq(earned.getPastVotes(alice, block.timestamp - 11), 0);
        assertEq(earned.getPastVotes(alice, block.timestamp - 10), 4000);
        assertEq(earned.getPastTotalSupply(0), 0);
    }

    function test_OneWalletMayHoldSeveralIds() public {
        _crowd(100, 20, 500);
        first.set(1, alice, 40);
        first.set(2, alice, 60);
        uint64[] memory ids = new uint64[](2);
        (ids[0], ids[1]) = (1, 2);
        earned.syncMany(ids);
        assertEq(earned.getVotes(alice), 1000);
        first.set(2, bob, 60);
        earned.sync(2);
        assertEq(earned.getVotes(alice), 400);
        assertEq(earned.getVotes(bob), 600);
    }

    function test_VotesOfEachSourceBelongToTheWalletItLinks() public {
        _addSecond();
        _crowd(100, 40, 500);
        first.set(1, alice, 100);
        second.set(1, bob, 100);
        earned.sync(1);
        assertEq(earned.getVotes(alice), 1000);
        assertEq(earned.getVotes(bob), 300);
        assertEq(earned.getVotesOf(1, alice), 1000);
        assertEq(earned.getVotesOf(1, bob), 300);
    }

    function test_TheTwentiethIsOfAllSourcesTogether() public {
        _addSecond();
        first.set(1, alice, 300);
        second.set(1, bob, 1000);
        earned.sync(1);
        // 3,000 and 3,000 of 6,000: 300 count, half of them each.
        assertEq(earned.getTotalSupply(), 6000);
        assertEq(earned.getVotes(alice), 150);
        assertEq(earned.getVotes(bob), 150);
    }

    function test_SyncingAgainChangesNothing() public {
        _crowd(100, 20, 500);
        first.set(1, alice, 400);
        earned.sync(1);
        vm.recordLogs();
        earned.sync(1);
        earned.sync(77);
        assertEq(vm.getRecordedLogs().length, 0);
    }

    function test_AnIdWithoutALinkHasNothing() public {
        earned.sync(5);
        assertEq(earned.getTotalSupply(), 0);
        assertEq(earned.getVotes(address(0)), 0);
    }

    function test_WhatWasCountedStaysCounted() public {
        _crowd(100, 20, 500);
        first.set(1, alice, 400);
        earned.sync(1);
        first.set(1, alice, 1);
        earned.sync(1);
        assertEq(earned.getVotes(alice), 4000);
        assertEq(earned.getTotalSupply(), 104_000);
    }

    function test_TheLargestAccountsFit() public {
        Source[] memory list = new Source[](1);
        list[0] = Source({distributor: address(first), votesPerUnit: type(uint64).max});
        EarnedVotes large = new EarnedVotes(governance, list);
        for (uint64 id = 1; id <= 50; ++id) {
            first.set(id, alice, type(uint48).max);
            large.sync(id);
        }
        assertEq(large.getTotalSupply(), 50 * uint256(type(uint48).max) * type(uint64).max);
        assertEq(large.getVotesOf(50, alice), uint256(type(uint48).max) * type(uint64).max);
    }

    /// @dev Whatever is earned, linked and synced in whatever order: the wallets' votes add up to those of the ids, none of
    /// which has more than a twentieth, and the supply to what was earned.
    function testFuzz_VotesAddUp(uint256 seed) public {
        _addSecond();
        uint256[8] memory known;
        uint256[8] memory other;
        for (uint256 i = 0; i < 40; ++i) {
            uint256 draw = uint256(keccak256(abi.encode(seed, i)));
            uint64 id = uint64(draw % 8);
            address wallet = _person((draw >> 8) % 4);
            if ((draw >> 16) % 2 == 0) {
                known[id] += (draw >> 32) % 1000;
                first.set(id, wallet, uint48(known[id]));
            } else {
                other[id] += (draw >> 32) % 1000;
                second.set(id, wallet, uint48(other[id]));
            }
            skip((draw >> 64) % 3);
            if ((draw >> 72) % 2 == 0) earned.sync(id);
        }
        uint256 supply = 0;
        for (uint64 id = 0; id < 8; ++id) {
            earned.sync(id);
            supply += known[id] * RATE + other[id] * SECOND_RATE;
        }
        assertEq(earned.getTotalSupply(), supply);
        uint256 ofWallets = 0;
        uint256 ofIds = 0;
        for (uint64 id = 0; id < 8; ++id) {
            uint256 ofId = 0;
            for (uint256 i = 0; i < 4; ++i) {
                ofId += earned.getVotesOf(id, _person(i));
            }
            assertLe(ofId, supply / 20);
            ofIds += ofId;
        }
        for (uint256 i = 0; i < 4; ++i) {
            ofWallets += earned.getVotes(_person(i));
        }
        assertEq(ofWallets, ofIds);
    }

    // ------------------------------------------------------------------------------------------------ bad

    function test_RevertWhen_TheFutureIsAsked() public {
        bytes memory future =
            abi.encodeWithSelector(IEarnedVotes.ERC5805FutureLookup.selector, block.timestamp, uint48(block.timestamp));
        vm.expectRevert(future);
        earned.getPastVotes(alice, block.timestamp);
        vm.expectRevert(future);
        earned.getPastTotalSupply(block.timestamp);
        vm.expectRevert(future);
        earned.getPastVotesOf(1, alice, block.timestamp);
        vm.expectRevert(future);
        earned.getStandingVotesOf(1, alice, block.timestamp);
    }

    function test_RevertWhen_SomebodyElseAddsASource() public {
        vm.expectRevert(abi.encodeWithSelector(IEarnedVotes.EarnedVotes_NotGovernance.selector, alice));
        vm.prank(alice);
        earned.addSource(address(second), 1);
    }

    function test_RevertWhen_ASourceIsNoGood() public {
        vm.startPrank(governance);
        vm.expectRevert(abi.encodeWithSelector(IEarnedVotes.EarnedVotes_SourceListed.selector, address(first)));
        earned.addSource(address(first), 1);
        vm.expectRevert(abi.encodeWithSelector(IEarnedVotes.EarnedVotes_InvalidSource.selector, address(second), 0));
        earned.addSource(address(second), 0);
        vm.expectRevert(abi.encodeWithSelector(IEarnedVotes.EarnedVotes_InvalidSource.selector, alice, 1));
        earned.addSource(alice, 1);
        vm.expectRevert();
        earned.addSource(address(this), 1);
        for (uint256 i = 1; i < 16; ++i) {
            earned.addSource(address(new Ledger(address(0))), 1);
        }
        vm.expectRevert(abi.encodeWithSelector(IEarnedVotes.EarnedVotes_TooManySources.selector, 16));
        earned.addSource(address(second), 1);
        vm.stopPrank();
        vm.expectRevert(IEarnedVotes.EarnedVotes_NoGovernance.selector);
        new EarnedVotes(address(0), new Source[](0));
    }

    // -------------------------------------------------------------------------------------------- helpers

    function _addSecond() private {
        vm.expectEmit(address(earned));
        emit IEarnedVotes.SourceAdded(1, address(second), SECOND_RATE);
        vm.prank(governance);
        earned.addSource(address(second), SECOND_RATE);
    }

    function _person(uint256 index) private returns (address) {
        return makeAddr(string.concat("person", vm.toString(index)));
    }

    /// @dev Ids from `from` on with units each, all synced.
    function _crowd(uint64 from, uint64 count, uint48 units) private {
        for (uint64 id = from; id < from + count; ++id) {
            first.set(id, address(uint160(0xc0de + id)), units);
            earned.sync(id);
        }
    }

    function _changes() private returns (uint256 count) {
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].topics[0] == IEarnedVotes.DelegateVotesChanged.selector) ++count;
        }
    }
}
