// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {ContributorVeto} from "../../src/ContributorVeto.sol";
import {EarnedVotes} from "../../src/EarnedVotes.sol";
import {IDisputes} from "../../src/interfaces/IDisputes.sol";
import {Source} from "../../src/interfaces/IEarnedVotes.sol";
import {IOracleSet} from "../../src/interfaces/IOracleSet.sol";
import {Answer} from "../../src/interfaces/Types.sol";
import {Fixture} from "../support/Fixture.sol";
import {Packing} from "../support/Packing.sol";

/// @notice Earned votes on the real distributor: from a posted batch to votes; and what a veto may not touch.
contract EarnedByWorkTest is Fixture {
    EarnedVotes private earned;

    function setUp() public override {
        super.setUp();
        Source[] memory sources = new Source[](1);
        sources[0] = Source({distributor: address(distributor), votesPerUnit: 2});
        earned = new EarnedVotes(address(timelock), sources);
    }

    function test_CreditedUnitsAreVotesClaimedOrNot() public {
        _linkMany(1, 20);
        _pay(1, 1, Packing.many(1, 20, 1000));
        for (uint64 id = 1; id <= 20; ++id) {
            earned.sync(id);
        }
        assertEq(earned.getTotalSupply(), 40_000);
        // The last one was synced when all were in: a twentieth of all is what it has.
        assertEq(earned.getVotes(_wallet(20)), 2000);
        distributor.claim(20);
        earned.sync(20);
        assertEq(earned.getVotes(_wallet(20)), 2000);
        earned.sync(1);
        assertEq(earned.getVotes(_wallet(1)), 2000);
    }

    function test_TheRealRotationAndTheRealAnswersAreExempt() public {
        ContributorVeto veto = new ContributorVeto(governor, earned);
        address[] memory targets = new address[](4);
        bytes[] memory calls = new bytes[](4);
        for (uint256 i = 0; i < 4; ++i) {
            targets[i] = address(disputes);
        }
        targets[0] = address(distributor);
        calls[0] = abi.encodeCall(IOracleSet.rotate, (_membersOf(oracles), 3, "", true));
        calls[1] = abi.encodeCall(IDisputes.resolve, (1, Answer.Fault, ""));
        calls[2] = abi.encodeCall(IDisputes.resolveMany, (new uint256[](1), Answer.Dropped, ""));
        calls[3] = abi.encodeCall(IDisputes.decideLink, (1, false));
        assertTrue(veto.isExempt(targets, calls));
        calls[3] = abi.encodeCall(IDisputes.setArbiter, (alice));
        assertFalse(veto.isExempt(targets, calls));
    }

    function test_WhatIsNotYetCreditedGivesNoVotes() public {
        _linkMany(1, 2);
        bytes[] memory chunks = Packing.split(Packing.many(1, 2, 1000), 500);
        bytes32[] memory rests = _post(1, 1, chunks, 2000);
        _publish(1, chunks, rests);
        earned.sync(1);
        assertEq(earned.getTotalSupply(), 0);
        vm.warp(block.timestamp + WINDOW);
        _credit(1, chunks, rests);
        earned.sync(1);
        assertEq(earned.getTotalSupply(), 2000);
        assertEq(earned.getVotes(_wallet(1)), 100);
    }
}
