// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IBatches} from "../../src/interfaces/IBatches.sol";
import {IOracleSet} from "../../src/interfaces/IOracleSet.sol";
import {ITerms} from "../../src/interfaces/ITerms.sol";
import {BatchStatus, RewardBatch, VoidReason} from "../../src/interfaces/Types.sol";
import {Fixture} from "../support/Fixture.sol";
import {Entry, Packing} from "../support/Packing.sol";
import {Oracle} from "../support/Signing.sol";

contract RotateTest is Fixture {
    using Packing for Entry[];

    bytes32 private constant HEAD = keccak256("head");

    // ----------------------------------------------------------------------------------------------- good

    function test_GovernanceReplacesTheOracles() public {
        address[] memory members = _membersOf(_makeOracles("other", 5));
        vm.expectEmit(address(distributor));
        emit IOracleSet.OracleSetRotated(2, members, 2, "https://new.example/");
        vm.prank(address(timelock));
        distributor.rotate(members, 2, "https://new.example/", false);

        (address[] memory stored, uint256 threshold, string memory baseUrl) = distributor.oracleSet(2);
        assertEq(stored, members);
        assertEq(threshold, 2);
        assertEq(baseUrl, "https://new.example/");
        assertEq(distributor.oracleSetId(), 2);
        assertEq(distributor.oldestLiveSet(), 1);
        (stored,,) = distributor.oracleSet(1);
        assertEq(stored, _membersOf(oracles));
    }

    function test_OnlyTheNewOraclesSign() public {
        vm.warp(distributor.epochEnd(1));
        Oracle[] memory others = _rotate(false);
        RewardBatch memory header = _header(1, 1, HEAD, 1);
        bytes memory signatures = _quorumOf(header);
        vm.expectRevert(abi.encodeWithSelector(IOracleSet.OracleSet_NotCurrent.selector, 1, 2));
        distributor.postBatch(header, signatures);

        header.oracleSet = 2;
        signatures = _quorumOf(header);
        vm.expectRevert(abi.encodeWithSelector(IOracleSet.OracleSet_InvalidSignature.selector, 0, others[0].member));
        distributor.postBatch(header, signatures);
        distributor.postBatch(header, _signQuorum(others, QUORUM, distributor.hashBatch(header)));
        assertEq(_state(1).oracleSet, 2);
    }

    function test_PendingBatchesLiveOn() public {
        _link(10);
        (bytes[] memory chunks, bytes32[] memory rests) = _open(1, 1, _one(10, 100), 500);
        _rotate(false);
        assertTrue(_state(1).live);
        vm.warp(block.timestamp + WINDOW);
        _credit(1, chunks, rests);
        assertEq(distributor.account(10).earned, 100);
    }

    function test_OrDieAllAtOnce() public {
        _link(10);
        (bytes[] memory chunks, bytes32[] memory rests) = _open(1, 1, _one(10, 100), 500);
        bytes[] memory posted = _one(11, 50).split(500);
        bytes32[] memory postedRests = _post(2, 1, posted, 50);
        vm.expectEmit(address(distributor));
        emit IOracleSet.PendingVoided(2);
        _rotate(true);

        assertFalse(_state(1).live);
        vm.expectRevert(abi.encodeWithSelector(IBatches.Batches_Dead.selector, 2, 1));
        distributor.publish(2, posted[0], postedRests[0]);
        vm.warp(block.timestamp + WINDOW);
        vm.expectRevert(abi.encodeWithSelector(IBatches.Batches_Dead.selector, 1, 1));
        distributor.credit(1, chunks[0], rests[0]);

        vm.expectEmit(address(distributor));
        emit IBatches.BatchVoided(1, 1, VoidReason.Rotated);
        distributor.voidRotated(1);
        distributor.voidRotated(2);
        assertEq(treasury.reservedOf(address(token)), 0);
        _notDead(1);
    }

    /// @dev What was credited stays; the rest goes back once.
    function test_ABatchDiesHalfCredited() public {
        _linkMany(10, 3);
        (bytes[] memory chunks, bytes32[] memory rests) = _open(1, 1, Packing.many(10, 4, 100), 2);
        vm.warp(block.timestamp + WINDOW);
        distributor.credit(1, chunks[0], rests[0]);
        _rotate(true);
        vm.expectRevert(abi.encodeWithSelector(IBatches.Batches_Dead.selector, 1, 1));
        distributor.credit(1, chunks[1], rests[1]);
        distributor.voidRotated(1);
        assertEq(treasury.reservedOf(address(token)), 0);
        assertEq(_balance(address(distributor)), 200 * UNIT);
        assertEq(distributor.claim(10), 100 * UNIT);
        assertEq(_state(1).epochCredited, 200);
        assertTrue(_state(1).status == BatchStatus.Void);
    }

    function test_TheNextRoundIsOfTheNewOracles() public {
        _open(1, 1, _one(10, 100), 500);
        Oracle[] memory others = _rotate(true);
        distributor.voidRotated(1);
        RewardBatch memory header = _header(1, 2, HEAD, 1);
        header.oracleSet = 2;
        distributor.postBatch(header, _signQuorum(others, QUORUM, distributor.hashBatch(header)));
        assertTrue(_state(1).live);
    }

    // ------------------------------------------------------------------------------------------------ bad

    function test_RevertWhen_AnyoneElseRotates() public {
        address[] memory members = _membersOf(oracles);
        vm.expectRevert(abi.encodeWithSelector(ITerms.Terms_NotGovernance.selector, address(this)));
        distributor.rotate(members, 3, "", false);
    }

    function test_RevertWhen_TheSetIsNone() public {
        address[] memory members = _membersOf(oracles);
        vm.startPrank(address(timelock));
        vm.expectRevert(abi.encodeWithSelector(IOracleSet.OracleSet_InvalidThreshold.selector, 6, 5));
        distributor.rotate(members, 6, "", false);
        members[1] = members[0];
        vm.expectRevert(abi.encodeWithSelector(IOracleSet.OracleSet_InvalidMember.selector, 1, members[0]));
        distributor.rotate(members, 3, "", false);
        vm.expectRevert(abi.encodeWithSelector(IOracleSet.OracleSet_InvalidSize.selector, 0));
        distributor.rotate(new address[](0), 3, "", false);
    }

    function test_RevertWhen_TheBatchIsAlive() public {
        _notDead(1);
        _open(1, 1, _one(10, 100), 500);
        _notDead(1);
        _rotate(false);
        _notDead(1);
    }

    function test_RevertWhen_AnyoneButTheDisputesSwitchesOff() public {
        vm.expectRevert(abi.encodeWithSelector(IOracleSet.OracleSet_NotDisputes.selector, address(this)));
        distributor.switchOff(oracles[0].member);
    }

    function _notDead(uint64 epoch) private {
        vm.expectRevert(abi.encodeWithSelector(IBatches.Batches_NotDead.selector, epoch));
        distributor.voidRotated(epoch);
    }
}
