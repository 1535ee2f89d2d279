// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IFreezes} from "../../src/interfaces/IFreezes.sol";
import {BatchStatus, Freeze, RewardBatch} from "../../src/interfaces/Types.sol";
import {Fixture} from "../support/Fixture.sol";
import {Packing} from "../support/Packing.sol";

/// @notice The distributor does not follow its judge to what nobody challenged.
contract AnswersTest is Fixture {
    /// @dev Epoch 1 in the window, epoch 2 never posted.
    function setUp() public override {
        super.setUp();
        _open(1, 1, _one(7, 1000), 500);
    }

    function test_TheStateTellsWhatIsFrozen() public {
        assertTrue(_state(1).freeze == Freeze.None);
        vm.startPrank(address(disputes));
        distributor.freeze(1, 0, false);
        assertTrue(_state(1).freeze == Freeze.Entries);
        distributor.freeze(1, 0, true);
        assertTrue(_state(1).freeze == Freeze.Batch);
        distributor.decideBatch(1, 1, true, 0);
        assertTrue(_state(1).freeze == Freeze.Entries);
    }

    /// @dev Also what was published already.
    function test_ABatchThatIsNotPublishedGivesEverythingBack() public {
        bytes[] memory chunks = Packing.split(Packing.many(10, 2, 500), 1);
        (bytes32 head, bytes32[] memory rests) = Packing.chain(chunks);
        vm.warp(distributor.epochEnd(2));
        uint256 before = treasury.reservedOf(address(token));
        RewardBatch memory header = _header(2, 1, head, 1000);
        distributor.postBatch(header, _quorumOf(header));
        distributor.publish(2, chunks[0], rests[0]);
        uint64 deadline = _state(2).publishDeadline;
        assertEq(deadline, block.timestamp + PUBLISH_PERIOD);
        vm.warp(deadline + 1);
        distributor.voidUnpublished(2);
        assertEq(treasury.reservedOf(address(token)), before);
        assertEq(_state(2).publishDeadline, 0);
    }

    function test_TheNextRoundIsNotFrozen() public {
        vm.startPrank(address(disputes));
        distributor.freeze(1, 0, true);
        distributor.decideBatch(1, 1, false, 0);
        vm.stopPrank();
        RewardBatch memory header = _header(1, 2, keccak256("head"), 1000);
        distributor.postBatch(header, _quorumOf(header));
        assertTrue(_state(1).freeze == Freeze.None);
    }

    function test_AFrozenEntryUnfreezesNoBatch() public {
        vm.startPrank(address(disputes));
        distributor.freeze(1, 0, true);
        distributor.freeze(1, 0, false);
        assertTrue(_state(1).freeze == Freeze.Batch);
    }

    function test_RevertWhen_AnEntryIsNotFrozen() public {
        bytes memory refused = abi.encodeWithSelector(IFreezes.Freezes_NotFrozen.selector, 1, 1);
        vm.startPrank(address(disputes));
        vm.expectRevert(refused);
        distributor.unfreezeEntry(1, 1, 0);
        distributor.freeze(1, 0, false);
        distributor.unfreezeEntry(1, 1, 0);
        vm.expectRevert(refused);
        distributor.unfreezeEntry(1, 1, 0);
    }

    function test_RevertWhen_ABatchIsNotFrozen() public {
        vm.startPrank(address(disputes));
        vm.expectRevert(abi.encodeWithSelector(IFreezes.Freezes_NotFrozen.selector, 1, 1));
        distributor.decideBatch(1, 1, true, 0);
        distributor.freeze(1, 0, false);
        vm.expectRevert(abi.encodeWithSelector(IFreezes.Freezes_NotFrozen.selector, 1, 1));
        distributor.decideBatch(1, 1, false, 0);
        vm.expectRevert(abi.encodeWithSelector(IFreezes.Freezes_NotFrozen.selector, 2, 0));
        distributor.decideBatch(2, 0, false, 0);
    }

    function test_RevertWhen_AnotherRoundIsFrozen() public {
        vm.startPrank(address(disputes));
        distributor.freeze(1, 0, true);
        vm.expectRevert(abi.encodeWithSelector(IFreezes.Freezes_NotFrozen.selector, 1, 2));
        distributor.decideBatch(1, 2, false, 0);
        distributor.decideBatch(1, 1, false, 0);
        assertTrue(_state(1).status == BatchStatus.Void);
        vm.expectRevert(abi.encodeWithSelector(IFreezes.Freezes_NotFrozen.selector, 1, 1));
        distributor.decideBatch(1, 1, false, 0);
    }
}
