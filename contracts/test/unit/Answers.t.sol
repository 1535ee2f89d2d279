// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IFreezes} from "../../src/interfaces/IFreezes.sol";
import {BatchStatus, Freeze} from "../../src/interfaces/Types.sol";
import {Fixture} from "../support/Fixture.sol";

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
