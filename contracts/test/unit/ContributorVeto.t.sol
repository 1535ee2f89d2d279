// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {ContributorVeto} from "../../src/ContributorVeto.sol";
import {EarnedVotes} from "../../src/EarnedVotes.sol";
import {GuerdonGovernor} from "../../src/GuerdonGovernor.sol";
import {IContributorVeto, VetoState} from "../../src/interfaces/IContributorVeto.sol";
import {IEarnedVotes} from "../../src/interfaces/IEarnedVotes.sol";
import {Assembly, Proposal} from "../governance/support/Assembly.sol";
import {Court, Ledger} from "../governance/support/Ledger.sol";
import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";
import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";

contract ContributorVetoTest is Assembly {
    // ----------------------------------------------------------------------------------------------- good

    function test_SevenOfTenCancelAQueuedProposal() public {
        Proposal memory raid = _raid("Raid");
        uint256 id = _queue(raid, AGAINST);
        _supportAll(id, 7);
        VetoState memory state = veto.vetoState(id);
        // 10 ids of a tenth each: a twentieth of 10,000 counts of each.
        assertEq(state.votes, 7 * 500);
        assertEq(state.needed, 2500);
        assertEq(state.ids, 7);
        assertEq(state.queuedAt, block.timestamp - 1);

        bytes32 operation = governor.operationOf(raid.targets, raid.values, raid.calls, _hash(raid));
        assertTrue(timelock.isOperationPending(operation));
        vm.expectEmit(address(veto));
        emit IContributorVeto.Vetoed(id, _actions(raid), operation, 3500, 2500, 7);
        _veto(raid);
        assertTrue(governor.state(id) == IGovernor.ProposalState.Canceled);
        assertFalse(timelock.isOperation(operation));
        assertEq(veto.vetoedAt(_actions(raid)), block.timestamp);
        skip(30 days);
        vm.expectRevert();
        _execute(raid);
        vm.expectPartialRevert(IGovernor.GovernorUnexpectedProposalState.selector);
        governor.queue(raid.targets, raid.values, raid.calls, _hash(raid));
    }

    function test_AVetoWorksUntilTheExecution() public {
        Proposal memory raid = _raid("Raid");
        uint256 id = _queue(raid, AGAINST);
        skip(TIMELOCK_DELAY + 3 days);
        _supportAll(id, 7);
        _veto(raid);
        assertTrue(governor.state(id) == IGovernor.ProposalState.Canceled);
    }

    function test_OneWalletStandsUpWithAllItsIds() public {
        for (uint64 id = 1; id <= 3; ++id) {
            ledger.set(id, grantee, EARNED);
        }
        _syncAll();
        uint256 proposal = _queue(_raid("Raid"), AGAINST);
        skip(1);
        uint64[] memory ids = new uint64[](3);
        (ids[0], ids[1], ids[2]) = (1, 2, 3);
        vm.expectEmit(address(veto));
        emit IContributorVeto.Supported(proposal, grantee, ids, 1500);
        vm.prank(grantee);
        veto.support(proposal, ids);
        assertEq(veto.vetoState(proposal).ids, 3);
        assertEq(veto.vetoState(proposal).votes, 1500);
    }

    function test_AnIdWithTwoWalletsCountsOnceAndGivesAllItsVotes() public {
        Ledger second = new Ledger(address(court));
        vm.prank(address(timelock));
        earned.addSource(address(second), 1);
        second.set(1, grantee, EARNED);
        _syncAll();
        uint256 proposal = _queue(_raid("Raid"), AGAINST);
        skip(1);
        _support(proposal, 1);
        vm.prank(grantee);
        veto.support(proposal, _ids(1));
        assertEq(veto.vetoState(proposal).ids, 1);
        assertEq(veto.vetoState(proposal).votes, 275 * 2);
    }

    function test_OnlyPureOracleMattersAreExempt() public view {
        bytes memory rotate = abi.encodeCall(ledger.rotate, (new address[](1), 1, "", true));
        bytes memory resolve = abi.encodeCall(court.resolve, (1, 2, ""));
        bytes memory many = abi.encodeCall(court.resolveMany, (new uint256[](1), 1, ""));
        bytes memory decide = abi.encodeCall(court.decideLink, (1, false));
        assertTrue(_exempt(_one(address(ledger), rotate, "")));
        assertTrue(_exempt(_one(address(court), resolve, "")));
        assertTrue(_exempt(_one(address(court), many, "")));
        assertTrue(_exempt(_one(address(court), decide, "")));
        assertTrue(_exempt(_two(address(ledger), rotate, address(court), resolve)));
        // Anything beside it, before it or after it.
        bytes memory bond = abi.encodeCall(court.setBond, (1));
        assertFalse(_exempt(_one(address(court), bond, "")));
        assertFalse(_exempt(_two(address(ledger), rotate, address(court), bond)));
        assertFalse(_exempt(_two(address(court), bond, address(ledger), rotate)));
        // The right words to the wrong contract.
        assertFalse(_exempt(_one(address(court), rotate, "")));
        assertFalse(_exempt(_one(address(ledger), resolve, "")));
        assertFalse(_exempt(_one(address(treasury), rotate, "")));
        assertFalse(_exempt(_one(address(treasury), resolve, "")));
        assertFalse(_exempt(_one(address(ledger), "", "")));
        assertFalse(_exempt(_one(address(ledger), hex"123456", "")));
    }

    // ------------------------------------------------------------------------------------------------ bad

    function test_RevertWhen_TooFewStandUp() public {
        Proposal memory raid = _raid("Raid");
        uint256 id = _queue(raid, AGAINST);
        _supportAll(id, 6);
        bytes memory tooFew = abi.encodeWithSelector(
            IContributorVeto.ContributorVeto_NotEnough.selector, id, uint256(3000), uint256(2500), uint256(6)
        );
        vm.expectRevert(tooFew);
        _veto(raid);
        _support(id, 7);
        _veto(raid);
    }

    function test_RevertWhen_SevenHaveTooFewVotes() public {
        // Twenty others earned 150,000 of 160,000 units.
        for (uint64 id = 100; id < 120; ++id) {
            ledger.set(id, grantee, 15 * EARNED / 2);
            earned.sync(id);
        }
        _syncAll();
        Proposal memory raid = _raid("Raid");
        uint256 id_ = _queue(raid, AGAINST);
        _supportAll(id_, 7);
        vm.expectRevert(
            abi.encodeWithSelector(
                IContributorVeto.ContributorVeto_NotEnough.selector, id_, uint256(7000), uint256(40_000), uint256(7)
            )
        );
        _veto(raid);
    }

    function test_RevertWhen_AQuarterIsMissedByOneVote() public {
        // 7,000 of 28,001 is just below, of 28,000 exactly a quarter.
        for (uint64 id = 100; id < 120; ++id) {
            ledger.set(id, grantee, id == 100 ? 901 : 900);
            earned.sync(id);
        }
        _syncAll();
        assertEq(earned.getTotalSupply(), 28_001);
        Proposal memory raid = _raid("Raid");
        uint256 id_ = _queue(raid, AGAINST);
        _supportAll(id_, 7);
        assertEq(veto.vetoState(id_).votes, 7000);
        assertEq(veto.vetoState(id_).needed, 7001);
        vm.expectPartialRevert(IContributorVeto.ContributorVeto_NotEnough.selector);
        _veto(raid);
    }

    function test_RevertWhen_AnIdStandsUpTwice() public {
        uint256 id = _queue(_raid("Raid"), AGAINST);
        skip(1);
        _support(id, 1);
        bytes memory counted =
            abi.encodeWithSelector(IContributorVeto.ContributorVeto_Counted.selector, id, uint64(1), _contributor(1));
        vm.startPrank(_contributor(1));
        vm.expectRevert(counted);
        veto.support(id, _ids(1));
        vm.stopPrank();
        uint64[] memory twice = new uint64[](2);
        (twice[0], twice[1]) = (2, 2);
        address two = _contributor(2);
        vm.expectPartialRevert(IContributorVeto.ContributorVeto_Counted.selector);
        vm.prank(two);
        veto.support(id, twice);
    }

    function test_RevertWhen_TheIdIsSomebodyElses() public {
        uint256 id = _queue(_raid("Raid"), AGAINST);
        skip(1);
        _noVotes(id, 2, _contributor(1));
        _noVotes(id, 1, whale);
        _noVotes(id, 999, _contributor(1));
    }

    function test_RevertWhen_VotesCameAfterTheQueueing() public {
        uint256 id = _queue(_raid("Raid"), AGAINST);
        skip(1);
        ledger.set(11, grantee, EARNED);
        earned.sync(11);
        skip(1);
        _noVotes(id, 11, grantee);
        assertEq(veto.vetoState(id).needed, 2500);
    }

    function test_RevertWhen_TheIdWasLinkedToAnotherWalletSince() public {
        uint256 id = _queue(_raid("Raid"), AGAINST);
        skip(1);
        ledger.set(1, grantee, EARNED);
        _noVotes(id, 1, _contributor(1));
        _noVotes(id, 1, grantee);
        earned.sync(1);
        skip(1);
        _noVotes(id, 1, _contributor(1));
        _noVotes(id, 1, grantee);
    }

    function test_RevertWhen_TheSecondOfTheQueueingIsNotOver() public {
        uint256 id = _queue(_raid("Raid"), AGAINST);
        address one = _contributor(1);
        vm.expectPartialRevert(IEarnedVotes.ERC5805FutureLookup.selector);
        vm.prank(one);
        veto.support(id, _ids(1));
    }

    function test_RevertWhen_NothingIsQueued() public {
        Proposal memory raid = _raid("Raid");
        bytes4 notQueued = IContributorVeto.ContributorVeto_NotQueued.selector;
        vm.expectPartialRevert(notQueued);
        _veto(raid);
        vm.expectPartialRevert(notQueued);
        veto.support(123, _ids(1));
        vm.expectPartialRevert(notQueued);
        veto.vetoState(123);
        uint256 id = _propose(raid);
        vm.expectPartialRevert(notQueued);
        _support(id, 1);
        vm.expectPartialRevert(notQueued);
        _veto(raid);
    }

    function test_RevertWhen_ItIsExecutedOrVetoedAlready() public {
        Proposal memory done = _raid("Done");
        uint256 id = _queue(done, AGAINST);
        skip(TIMELOCK_DELAY);
        _execute(done);
        bytes4 notQueued = IContributorVeto.ContributorVeto_NotQueued.selector;
        vm.expectPartialRevert(notQueued);
        _support(id, 1);
        vm.expectPartialRevert(notQueued);
        _veto(done);

        Proposal memory raid = _raid("Raid");
        id = _queue(raid, AGAINST);
        _supportAll(id, 7);
        _veto(raid);
        vm.expectPartialRevert(notQueued);
        _veto(raid);
        vm.expectPartialRevert(notQueued);
        _support(id, 8);
    }

    function test_RevertWhen_NobodyHasEarnedAnything() public {
        EarnedVotes none = new EarnedVotes(address(timelock), earned.sources());
        ContributorVeto idle = new ContributorVeto(governor, none);
        Proposal memory raid = _raid("Raid");
        uint256 id = _queue(raid, AGAINST);
        skip(1);
        vm.expectRevert(
            abi.encodeWithSelector(
                IContributorVeto.ContributorVeto_NotEnough.selector, id, uint256(0), uint256(0), uint256(0)
            )
        );
        idle.veto(raid.targets, raid.values, raid.calls, _hash(raid));
    }

    function test_RevertWhen_TheVetoLacksItsRole() public {
        ContributorVeto powerless = new ContributorVeto(governor, earned);
        Proposal memory raid = _raid("Raid");
        uint256 id = _queue(raid, AGAINST);
        skip(1);
        for (uint64 i = 1; i <= 7; ++i) {
            vm.prank(_contributor(i));
            powerless.support(id, _ids(i));
        }
        vm.expectPartialRevert(IAccessControl.AccessControlUnauthorizedAccount.selector);
        powerless.veto(raid.targets, raid.values, raid.calls, _hash(raid));
        assertEq(powerless.vetoedAt(_actions(raid)), 0);
    }

    function test_RevertWhen_ConstructedFromNothing() public {
        vm.expectRevert(IContributorVeto.ContributorVeto_ZeroAddress.selector);
        new ContributorVeto(GuerdonGovernor(payable(address(0))), earned);
        vm.expectRevert(IContributorVeto.ContributorVeto_ZeroAddress.selector);
        new ContributorVeto(governor, IEarnedVotes(address(0)));
    }

    // -------------------------------------------------------------------------------------------- helpers

    function _exempt(Proposal memory proposal) private view returns (bool) {
        return veto.isExempt(proposal.targets, proposal.calls);
    }

    function _noVotes(uint256 proposalId, uint64 id, address holder) private {
        vm.expectRevert(
            abi.encodeWithSelector(IContributorVeto.ContributorVeto_NoVotes.selector, proposalId, id, holder)
        );
        vm.prank(holder);
        veto.support(proposalId, _ids(id));
    }
}
