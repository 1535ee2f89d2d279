// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {GuerdonGovernor} from "../../src/GuerdonGovernor.sol";
import {IContributorVeto} from "../../src/interfaces/IContributorVeto.sol";
import {ITreasury} from "../../src/interfaces/ITreasury.sol";
import {Assembly, Proposal} from "./support/Assembly.sol";
import {Ledger} from "./support/Ledger.sol";
import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";
import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";

/// @notice Whole ways through governance: propose, vote, queue, veto, pass again, execute, and the Treasury's own delay after it.
contract FlowsTest is Assembly {
    // ------------------------------------------------------------------------------------------------ veto

    function test_ProposeVoteQueueExecute() public {
        Proposal memory gift = _raid("Gift");
        uint256 id = _queue(gift, AGAINST);
        vm.expectRevert();
        _execute(gift);
        skip(TIMELOCK_DELAY);
        _execute(gift);
        assertTrue(governor.state(id) == IGovernor.ProposalState.Executed);
        assertEq(token.balanceOf(whale), 5e18);
    }

    function test_VetoedThenPassedAgainWithTwoThirds() public {
        Proposal memory raid = _raid("Raid");
        uint256 id = _queue(raid, AGAINST);
        _supportAll(id, 7);
        _veto(raid);

        raid.description = "Raid, because we insist";
        id = _queue(raid, AGAINST);
        _supportAll(id, 10);
        assertTrue(veto.isPassedAgain(id, _actions(raid)));
        vm.expectRevert(abi.encodeWithSelector(IContributorVeto.ContributorVeto_PassedAgain.selector, id));
        _veto(raid);
        skip(TIMELOCK_DELAY);
        _execute(raid);
        assertEq(token.balanceOf(whale), 5e18);
    }

    function test_VetoedThenPassedAgainWithLess() public {
        Proposal memory raid = _raid("Raid");
        uint256 id = _queue(raid, AGAINST);
        _supportAll(id, 7);
        _veto(raid);

        // One base unit less than two thirds.
        vm.prank(whale);
        assertTrue(votes.transfer(grantee, 1));
        raid.description = "Raid, because we insist";
        id = _queue(raid, AGAINST);
        assertFalse(veto.isPassedAgain(id, _actions(raid)));
        _supportAll(id, 7);
        _veto(raid);
        assertTrue(governor.state(id) == IGovernor.ProposalState.Canceled);
    }

    function test_AbstainingDoesNotCountAmongTheThirds() public {
        Proposal memory raid = _raid("Raid");
        uint256 id = _queue(raid, ABSTAIN);
        _supportAll(id, 7);
        _veto(raid);
        raid.description = "Again";
        id = _queue(raid, ABSTAIN);
        assertTrue(veto.isPassedAgain(id, _actions(raid)));
    }

    function test_TwoThirdsTheFirstTimeDoNotShield() public {
        Proposal memory raid = _raid("Raid");
        uint256 id = _queue(raid, FOR);
        assertFalse(veto.isPassedAgain(id, _actions(raid)));
        _supportAll(id, 7);
        _veto(raid);
    }

    function test_OtherActionsAreNotTheSameAgain() public {
        Proposal memory raid = _raid("Raid");
        uint256 id = _queue(raid, FOR);
        _supportAll(id, 7);
        _veto(raid);
        Proposal memory other =
            _one(address(treasury), abi.encodeCall(treasury.transferERC20, (address(token), whale, 6e18)), "More");
        id = _queue(other, FOR);
        assertFalse(veto.isPassedAgain(id, _actions(other)));
        _supportAll(id, 7);
        _veto(other);
    }

    function test_ATwinThatWasVotedOnBeforeTheVetoIsNotPassedAgain() public {
        Proposal memory raid = _raid("Raid");
        Proposal memory twin = _raid("Twin");
        uint256 first = _propose(raid);
        uint256 second = _propose(twin);
        skip(VOTING_DELAY + 1);
        vm.startPrank(whale);
        governor.castVote(first, FOR);
        governor.castVote(second, FOR);
        vm.stopPrank();
        skip(VOTING_PERIOD);
        governor.queue(raid.targets, raid.values, raid.calls, _hash(raid));
        governor.queue(twin.targets, twin.values, twin.calls, _hash(twin));
        _supportAll(first, 7);
        _veto(raid);
        assertFalse(veto.isPassedAgain(second, _actions(twin)));
        _supportAll(second, 7);
        _veto(twin);
    }

    function test_TheRotationOfOraclesCannotBeVetoed() public {
        Proposal memory rotation =
            _one(address(ledger), abi.encodeCall(ledger.rotate, (new address[](1), 1, "", true)), "New oracles");
        uint256 id = _queue(rotation, AGAINST);
        _supportAll(id, 10);
        vm.expectRevert(abi.encodeWithSelector(IContributorVeto.ContributorVeto_Exempt.selector, id));
        _veto(rotation);
        skip(TIMELOCK_DELAY);
        _execute(rotation);
        assertEq(ledger.rotations(), 1);
    }

    function test_TheResolutionOfADisputeCannotBeVetoed() public {
        Proposal memory answer = _one(address(court), abi.encodeCall(court.resolve, (1, 1, "")), "Dropped");
        uint256 id = _queue(answer, AGAINST);
        _supportAll(id, 10);
        vm.expectRevert(abi.encodeWithSelector(IContributorVeto.ContributorVeto_Exempt.selector, id));
        _veto(answer);
        skip(TIMELOCK_DELAY);
        _execute(answer);
        assertEq(court.answers(), 1);
    }

    function test_ARotationDoesNotShieldWhatComesWithIt() public {
        Proposal memory raid = _raid("Raid");
        Proposal memory both = _two(
            address(ledger),
            abi.encodeCall(ledger.rotate, (new address[](1), 1, "", true)),
            raid.targets[0],
            raid.calls[0]
        );
        uint256 id = _queue(both, AGAINST);
        _supportAll(id, 7);
        _veto(both);
        assertTrue(governor.state(id) == IGovernor.ProposalState.Canceled);
    }

    function test_TakingTheVetosRoleCanBeVetoed() public {
        Proposal memory coup = _one(
            address(timelock),
            abi.encodeCall(IAccessControl.revokeRole, (timelock.CANCELLER_ROLE(), address(veto))),
            "No more vetoes"
        );
        uint256 id = _queue(coup, AGAINST);
        _supportAll(id, 7);
        _veto(coup);
        assertTrue(timelock.hasRole(timelock.CANCELLER_ROLE(), address(veto)));
        coup.description = "No more vetoes, by two thirds";
        id = _queue(coup, AGAINST);
        skip(TIMELOCK_DELAY);
        vm.expectEmit(address(timelock));
        emit IAccessControl.RoleRevoked(timelock.CANCELLER_ROLE(), address(veto), address(timelock));
        _execute(coup);
    }

    // -------------------------------------------------------------------------------------------- treasury

    function test_ARaisedBudgetWaitsForBothDelays() public {
        // More than the cap lets through as well: two raises in one proposal.
        uint208 raised = 4 * BUDGET;
        Proposal memory raise = _two(
            address(treasury),
            abi.encodeCall(treasury.setBudget, (spender, address(token), raised, PERIOD)),
            address(treasury),
            abi.encodeCall(treasury.setOutflowCap, (address(token), raised, PERIOD))
        );
        uint256 begin = block.timestamp;
        _queue(raise, AGAINST);
        skip(TIMELOCK_DELAY);
        uint48 from = uint48(block.timestamp) + 7 days;
        vm.expectEmit(address(treasury));
        emit ITreasury.BudgetRaiseScheduled(spender, address(token), raised, PERIOD, from);
        vm.expectEmit(address(treasury));
        emit ITreasury.OutflowCapRaiseScheduled(address(token), raised, PERIOD, from);
        _execute(raise);

        skip(7 days - 1);
        vm.expectPartialRevert(ITreasury.Treasury_RaiseWaits.selector);
        treasury.activateBudget(spender, address(token));
        vm.expectPartialRevert(ITreasury.Treasury_OverBudget.selector);
        vm.prank(spender);
        treasury.reserve(address(token), raised);
        skip(1);
        vm.startPrank(grantee);
        treasury.activateBudget(spender, address(token));
        treasury.activateOutflowCap(address(token));
        vm.stopPrank();
        vm.prank(spender);
        treasury.reserve(address(token), raised);
        assertGe(block.timestamp - begin, VOTING_DELAY + VOTING_PERIOD + TIMELOCK_DELAY + 7 days);
    }

    /// @dev A budget for itself, a cap without end and all that can be transferred, in one proposal: until the raises may be
    /// activated it is the cap and its refill.
    function test_AHostileMajorityTakesNoMoreThanTheCapWhileOthersCanLeave() public {
        Proposal memory coup;
        coup.targets = new address[](3);
        coup.values = new uint256[](3);
        coup.calls = new bytes[](3);
        coup.description = "All of it";
        for (uint256 i = 0; i < 3; ++i) {
            coup.targets[i] = address(treasury);
        }
        coup.calls[0] = abi.encodeCall(treasury.setBudget, (whale, address(token), type(uint96).max, 1));
        coup.calls[1] = abi.encodeCall(treasury.setOutflowCap, (address(token), type(uint96).max, 1));
        coup.calls[2] = abi.encodeCall(treasury.transferERC20, (address(token), whale, BUDGET + ROOM));
        _queue(coup, FOR);
        skip(TIMELOCK_DELAY);
        _execute(coup);

        skip(7 days - 1);
        vm.expectPartialRevert(ITreasury.Treasury_RaiseWaits.selector);
        treasury.activateBudget(whale, address(token));
        vm.expectPartialRevert(ITreasury.Treasury_RaiseWaits.selector);
        treasury.activateOutflowCap(address(token));
        uint256 refilled = treasury.outflowCap(address(token)).available;
        assertLe(refilled, BUDGET + ROOM);
        vm.expectRevert(
            abi.encodeWithSelector(ITreasury.Treasury_OverOutflowCap.selector, address(token), refilled + 1, refilled)
        );
        vm.prank(address(timelock));
        treasury.transferERC20(address(token), whale, refilled + 1);
        assertEq(token.balanceOf(whale), BUDGET + ROOM);
    }

    function test_LoweringNeedsTheTimelocksDelayAlone() public {
        Proposal memory lower =
            _one(address(treasury), abi.encodeCall(treasury.setBudget, (spender, address(token), 0, 0)), "Stop");
        _queue(lower, AGAINST);
        skip(TIMELOCK_DELAY);
        vm.expectEmit(address(treasury));
        emit ITreasury.BudgetSet(spender, address(token), 0, 0);
        _execute(lower);
    }

    // ------------------------------------------------------------------------------------------- settings

    function test_TheGovernorsSettingsStayWithinTheirBounds() public {
        Proposal memory delay =
            _one(address(governor), abi.encodeCall(governor.setVotingDelay, (1 hours - 1)), "Faster delay");
        _queue(delay, AGAINST);
        skip(TIMELOCK_DELAY);
        vm.expectPartialRevert(GuerdonGovernor.GuerdonGovernor_VotingDelayTooShort.selector);
        _execute(delay);

        Proposal memory period =
            _one(address(governor), abi.encodeCall(governor.setVotingPeriod, (1 days - 1)), "Faster vote");
        _queue(period, AGAINST);
        skip(TIMELOCK_DELAY);
        vm.expectPartialRevert(GuerdonGovernor.GuerdonGovernor_VotingPeriodTooShort.selector);
        _execute(period);

        period = _one(address(governor), abi.encodeCall(governor.setVotingPeriod, (3 days)), "Fast, but not too fast");
        _queue(period, AGAINST);
        skip(TIMELOCK_DELAY);
        _execute(period);
        assertEq(governor.votingPeriod(), 3 days);
    }

    function test_GovernanceMovesToAnotherTimelockThatIsSlowEnough() public {
        TimelockController fast = new TimelockController(1 hours, new address[](0), new address[](0), address(this));
        Proposal memory move = _one(address(governor), abi.encodeCall(governor.updateTimelock, (fast)), "Move");
        _queue(move, AGAINST);
        skip(TIMELOCK_DELAY);
        vm.expectPartialRevert(GuerdonGovernor.GuerdonGovernor_TimelockDelayTooShort.selector);
        _execute(move);

        TimelockController slow = new TimelockController(3 days, new address[](0), new address[](0), address(this));
        move = _one(address(governor), abi.encodeCall(governor.updateTimelock, (slow)), "Move");
        _queue(move, AGAINST);
        skip(TIMELOCK_DELAY);
        _execute(move);
        assertEq(governor.timelock(), address(slow));
    }

    function test_GovernanceAddsASourceOfVotes() public {
        Proposal memory add = _one(
            address(earned),
            abi.encodeCall(earned.addSource, (address(new Ledger(address(court))), 7)),
            "Another distributor"
        );
        _queue(add, AGAINST);
        skip(TIMELOCK_DELAY);
        _execute(add);
        assertEq(earned.sources().length, 2);
    }
}
