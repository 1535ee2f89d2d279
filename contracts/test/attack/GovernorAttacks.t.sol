// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {GuerdonGovernor} from "../../src/GuerdonGovernor.sol";
import {Allocation, GuerdonToken} from "../../src/GuerdonToken.sol";
import {IContributorVeto} from "../../src/interfaces/IContributorVeto.sol";
import {ITreasury} from "../../src/interfaces/ITreasury.sol";
import {Proposal} from "../governance/support/Assembly.sol";
import {Republic} from "./support39/Republic.sol";
import {HarmlessTarget, HostileTarget, Reentrant} from "./support39/Targets.sol";
import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {Strings} from "@openzeppelin/contracts/utils/Strings.sol";

/// @notice Cases 58, 59, 61, 62, 63 and 67: proposals that are copied, revived, changed, broken, or not what they are called.
contract GovernorAttacksTest is Republic {
    function _fund(address to, uint256 amount) private {
        vm.prank(minnow);
        votes.transfer(to, amount);
        vm.prank(to);
        votes.delegate(to);
        skip(1);
    }

    // --------------------------------------------------------------------------------- 58: copied proposals

    function test_Case58_ACopierThatCancelsBlocksOnlyAnUnsignedDescription() public {
        Proposal memory plan = _raid(1);
        _propose(minnow, plan);
        vm.expectPartialRevert(IGovernor.GovernorUnexpectedProposalState.selector);
        _propose(whale, plan);
        _cancel(minnow, plan);
        vm.expectPartialRevert(IGovernor.GovernorUnexpectedProposalState.selector);
        _propose(whale, plan);

        // With its author's mark nobody else can be first.
        plan.description = string.concat("A raid #proposer=", Strings.toHexString(whale));
        vm.expectRevert(abi.encodeWithSelector(IGovernor.GovernorRestrictedProposer.selector, minnow));
        _propose(minnow, plan);
        assertEq(governor.proposalProposer(_propose(whale, plan)), whale);
    }

    function test_Case58_OnlyTheProposerCancelsAndOnlyBeforeTheVote() public {
        Proposal memory plan = _raid(1);
        uint256 id = _propose(whale, plan);
        vm.expectRevert(abi.encodeWithSelector(IGovernor.GovernorUnableToCancel.selector, id, minnow));
        _cancel(minnow, plan);
        vm.warp(governor.proposalSnapshot(id) + 1);
        vm.expectRevert(abi.encodeWithSelector(IGovernor.GovernorUnableToCancel.selector, id, whale));
        _cancel(whale, plan);
    }

    // ------------------------------------------------------------------------------------------ 59: quorum

    function test_Case59_ALowerQuorumRevivesNothing() public {
        _fund(mallory, 20e18);
        Proposal memory raid = _raid(1);
        uint256 id = _propose(mallory, raid);
        vm.warp(governor.proposalSnapshot(id) + 1);
        _vote(mallory, id, FOR);
        vm.warp(governor.proposalDeadline(id) + 1);
        assertTrue(_is(id, IGovernor.ProposalState.Defeated));

        _enact(_one(address(governor), abi.encodeCall(governor.updateQuorumNumerator, (5)), "Lower"));
        skip(1);
        assertLt(governor.quorum(block.timestamp - 1), 20e18);
        assertTrue(_is(id, IGovernor.ProposalState.Defeated));
        vm.expectPartialRevert(IGovernor.GovernorUnexpectedProposalState.selector);
        _queue(raid);
    }

    /// @dev The quorum of votes that are taken now is not touched either.
    function test_Case59_AQuorumHoldsAsItWasAtTheSnapshot() public {
        _fund(mallory, 20e18);
        Proposal memory lower = _one(address(governor), abi.encodeCall(governor.updateQuorumNumerator, (5)), "Lower");
        _pass(lower);
        _queue(lower);
        skip(TIMELOCK_DELAY - 2 days + 12 hours);
        Proposal memory raid = _raid(1);
        uint256 id = _propose(mallory, raid);
        vm.warp(governor.proposalSnapshot(id) + 1);
        _vote(mallory, id, FOR);
        skip(12 hours);
        _execute(lower);
        vm.warp(governor.proposalDeadline(id) + 1);
        assertTrue(_is(id, IGovernor.ProposalState.Defeated));
    }

    function test_Case59_WithoutAnyVotesNothingIsProposedAndNothingPasses() public {
        Allocation[] memory one = new Allocation[](1);
        one[0] = Allocation({to: address(treasury), amount: 1e24});
        GuerdonToken silent = new GuerdonToken("Silent", "HUSH", one);
        GuerdonGovernor empty = new GuerdonGovernor(silent, timelock, address(treasury), _governorConfig());
        skip(1);
        assertEq(empty.quorum(block.timestamp - 1), 0);
        Proposal memory raid = _raid(1);
        vm.expectPartialRevert(IGovernor.GovernorInsufficientProposerVotes.selector);
        empty.propose(raid.targets, raid.values, raid.calls, raid.description);

        // Were there no threshold: a quorum of nothing is reached, and no vote is no majority.
        vm.prank(address(empty.timelock()));
        vm.expectRevert();
        empty.setProposalThreshold(0);
        vm.store(address(empty), bytes32(_thresholdSlot(empty)), 0);
        assertEq(empty.proposalThreshold(), 0);
        uint256 id = empty.propose(raid.targets, raid.values, raid.calls, raid.description);
        vm.warp(empty.proposalDeadline(id) + 1);
        assertTrue(empty.state(id) == IGovernor.ProposalState.Defeated);
    }

    function _thresholdSlot(GuerdonGovernor where) private returns (uint256 slot) {
        vm.record();
        where.proposalThreshold();
        (bytes32[] memory reads,) = vm.accesses(address(where));
        return uint256(reads[0]);
    }

    function test_Case59_AbstainingReachesTheQuorumAndPassesNothing() public {
        uint256 id = _propose(whale, _raid(1));
        vm.warp(governor.proposalSnapshot(id) + 1);
        _vote(whale, id, ABSTAIN);
        vm.warp(governor.proposalDeadline(id) + 1);
        assertTrue(_is(id, IGovernor.ProposalState.Defeated));
    }

    // --------------------------------------------------------------------------------------- 61: low turnout

    /// @dev A tenth of the votes is bought, and proposes when everybody sleeps. Those who earned their votes have the timelock's
    /// delay to stop it.
    function test_Case61_AQuorumThatIsBoughtOverAHolidayIsVetoed() public {
        _fund(mallory, 31e18);
        Proposal memory raid = _raid(ROOM);
        uint256 id = _propose(mallory, raid);
        vm.warp(governor.proposalSnapshot(id) + 1);
        _vote(mallory, id, FOR);
        vm.warp(governor.proposalDeadline(id) + 1);
        assertTrue(_is(id, IGovernor.ProposalState.Succeeded));
        _queue(raid);
        _standUp(id, 7);
        _veto(raid);
        assertTrue(_is(id, IGovernor.ProposalState.Canceled));
        skip(30 days);
        vm.expectRevert();
        _execute(raid);
    }

    function test_Case61_SevenMustStandUpWhateverTheyHave() public {
        Proposal memory raid = _raid(1);
        uint256 id = _pass(raid);
        _queue(raid);
        _standUp(id, 6);
        assertGe(veto.vetoState(id).votes, veto.vetoState(id).needed);
        vm.expectPartialRevert(IContributorVeto.ContributorVeto_NotEnough.selector);
        _veto(raid);
    }

    /// @dev Nobody wakes up: proposal after proposal takes what the cap has, and that is the cap and its refill.
    function test_Case61_ATakeoverThatNobodyStopsTakesTheCap() public {
        uint256 begin = block.timestamp;
        uint256 before = votes.balanceOf(whale);
        for (uint256 i = 0; i < 4; ++i) {
            Proposal memory raid = _raid(OUTFLOW);
            raid.description = string.concat("Raid ", Strings.toString(i));
            raid.calls[0] = abi.encodeCall(treasury.transferERC20, (address(votes), whale, OUTFLOW / 2));
            _enact(raid);
        }
        uint256 taken = votes.balanceOf(whale) - before;
        assertEq(taken, 2 * OUTFLOW);
        assertLe(taken, OUTFLOW + OUTFLOW * (block.timestamp - begin) / REFILL);
        // What was credited before is still there for whom it was credited to.
        distributor.claim(1);
    }

    // ------------------------------------------------------------------------------- 62: code that changes

    /// @dev The timelock calls and never delegates: what stands at an address later is called by the timelock, and is not it.
    function test_Case62_ATargetWhoseCodeChangesHasNoPowerOfTheTimelocks() public {
        address target = address(new HarmlessTarget());
        Proposal memory visit = _one(target, abi.encodeCall(HarmlessTarget.visit, ()), "A visit");
        _pass(visit);
        _queue(visit);
        skip(TIMELOCK_DELAY);
        vm.etch(target, address(new HostileTarget(treasury, timelock, address(votes))).code);
        _execute(visit);
        assertEq(HostileTarget(target).visits(), 1);
        assertEq(HostileTarget(target).done(), 0);
        assertEq(timelock.getMinDelay(), TIMELOCK_DELAY);
        assertFalse(timelock.hasRole(timelock.PROPOSER_ROLE(), target));
    }

    /// @dev A new spender whose code changes after the vote spends its budget and no more; nothing else was given to it.
    function test_Case62_ASpenderWhoseCodeChangesHasItsBudgetAlone() public {
        address target = address(new HarmlessTarget());
        _enact(
            _one(
                address(treasury),
                abi.encodeCall(treasury.setBudget, (target, address(votes), 1e18, 1 days)),
                "A small budget"
            )
        );
        skip(treasury.raiseDelay());
        treasury.activateBudget(target, address(votes));
        vm.startPrank(target);
        vm.expectPartialRevert(ITreasury.Treasury_OverBudget.selector);
        treasury.reserve(address(votes), 1e18 + 1);
        treasury.reserve(address(votes), 1e18);
        treasury.pay(address(votes), 1e18);
        vm.stopPrank();
        assertEq(votes.balanceOf(target), 1e18);
    }

    // --------------------------------------------------------------------------------------- 63: execution

    function test_Case63_OneFailingCallUndoesAll() public {
        Proposal memory both = _empty(2, "One of them fails");
        both.targets[0] = address(treasury);
        both.calls[0] = abi.encodeCall(treasury.transferERC20, (address(votes), whale, 1e18));
        both.targets[1] = address(treasury);
        both.calls[1] = abi.encodeCall(treasury.transferERC20, (address(votes), whale, OUTFLOW));
        uint256 id = _pass(both);
        _queue(both);
        skip(TIMELOCK_DELAY);
        vm.expectPartialRevert(ITreasury.Treasury_OverOutflowCap.selector);
        _execute(both);
        assertEq(votes.balanceOf(whale), WHALE);
        assertTrue(_is(id, IGovernor.ProposalState.Queued));
    }

    function test_Case63_AValueThatTheTimelockDoesNotHave() public {
        address target = address(new HarmlessTarget());
        Proposal memory rich = _one(target, abi.encodeCall(HarmlessTarget.visit, ()), "With a value");
        rich.values[0] = 1 ether;
        _pass(rich);
        _queue(rich);
        skip(TIMELOCK_DELAY);
        vm.deal(address(treasury), 10 ether);
        vm.expectRevert();
        _execute(rich);
        // Whoever executes brings it; what the Treasury has is not touched.
        vm.deal(mallory, 1 ether);
        vm.prank(mallory);
        governor.execute{value: 1 ether}(rich.targets, rich.values, rich.calls, _hash(rich));
        assertEq(target.balance, 1 ether);
        assertEq(address(treasury).balance, 10 ether);
    }

    function test_Case63_ExecutedTwice() public {
        Proposal memory raid = _raid(1);
        uint256 id = _enact(raid);
        vm.expectPartialRevert(IGovernor.GovernorUnexpectedProposalState.selector);
        _execute(raid);
        bytes32 salt = bytes20(address(governor)) ^ _hash(raid);
        vm.expectPartialRevert(TimelockController.TimelockUnexpectedOperationState.selector);
        timelock.executeBatch(raid.targets, raid.values, raid.calls, 0, salt);
        vm.expectPartialRevert(IGovernor.GovernorUnexpectedProposalState.selector);
        _queue(raid);
        assertTrue(_is(id, IGovernor.ProposalState.Executed));
        assertEq(votes.balanceOf(whale), WHALE + 1);
    }

    function _reentering() private returns (Proposal memory both, Reentrant target) {
        target = new Reentrant();
        both = _empty(2, "A callback");
        both.targets[0] = address(target);
        both.calls[0] = abi.encodeCall(Reentrant.poke, ());
        both.targets[1] = address(treasury);
        both.calls[1] = abi.encodeCall(treasury.transferERC20, (address(votes), whale, 1));
        _pass(both);
        _queue(both);
        skip(TIMELOCK_DELAY);
    }

    function test_Case63_ExecutedFromWithinThroughTheGovernor() public {
        (Proposal memory both, Reentrant target) = _reentering();
        target.prepare(
            address(governor), abi.encodeCall(governor.execute, (both.targets, both.values, both.calls, _hash(both)))
        );
        _execute(both);
        assertFalse(target.again());
        assertEq(votes.balanceOf(whale), WHALE + 1);
    }

    /// @dev The timelock lets it begin, and undoes everything at the end: it is done twice or not at all, and so not at all.
    function test_Case63_ExecutedFromWithinThroughTheTimelock() public {
        (Proposal memory both, Reentrant target) = _reentering();
        bytes32 salt = bytes20(address(governor)) ^ _hash(both);
        target.prepare(
            address(timelock),
            abi.encodeCall(timelock.executeBatch, (both.targets, both.values, both.calls, bytes32(0), salt))
        );
        vm.expectPartialRevert(TimelockController.TimelockUnexpectedOperationState.selector);
        _execute(both);
        assertEq(votes.balanceOf(whale), WHALE);
    }

    /// @dev Inside a proposal the order is part of what was voted on; between proposals it is whoever executes that chooses, which
    /// is why what belongs together is one proposal.
    function test_Case63_CallsOfAProposalInAnotherOrder() public {
        Proposal memory both = _empty(2, "In this order");
        both.targets[0] = address(treasury);
        both.calls[0] = abi.encodeCall(treasury.transferERC20, (address(votes), whale, 1));
        both.targets[1] = address(treasury);
        both.calls[1] = abi.encodeCall(treasury.setOutflowCap, (address(votes), 0, 0));
        _pass(both);
        _queue(both);
        skip(TIMELOCK_DELAY);
        (both.calls[0], both.calls[1]) = (both.calls[1], both.calls[0]);
        vm.expectPartialRevert(IGovernor.GovernorNonexistentProposal.selector);
        _execute(both);
    }

    /// @dev No proposal expires in the timelock; until it is executed a veto stops it, with the votes of the time of its queueing.
    function test_Case63_AProposalThatWaitedAYearCanStillBeVetoed() public {
        Proposal memory raid = _raid(1);
        uint256 id = _pass(raid);
        _queue(raid);
        skip(365 days);
        assertTrue(_is(id, IGovernor.ProposalState.Queued));
        _standUp(id, 7);
        _veto(raid);
        vm.expectRevert();
        _execute(raid);
    }

    // ------------------------------------------------------------------------------------ 67: what it is called

    /// @dev A proposal is its calls: another call under the same words is another proposal, that nobody voted on.
    function test_Case67_CallsThatDifferFromWhatWasVotedOnAreNoProposal() public {
        Proposal memory raid = _raid(1);
        uint256 id = _pass(raid);
        Proposal memory other = _raid(2);
        assertNotEq(governor.getProposalId(other.targets, other.values, other.calls, _hash(other)), id);
        vm.expectPartialRevert(IGovernor.GovernorNonexistentProposal.selector);
        _queue(other);
        _queue(raid);
        skip(TIMELOCK_DELAY);
        vm.expectPartialRevert(IGovernor.GovernorNonexistentProposal.selector);
        _execute(other);
        raid.description = "A gift";
        vm.expectPartialRevert(IGovernor.GovernorNonexistentProposal.selector);
        _execute(raid);
    }

    /// @dev What a front end has to decode is in the event, whole.
    function test_Case67_TheEventOfAProposalHasEveryByteOfItsCalls() public {
        Proposal memory raid = _raid(1);
        uint256 id = governor.getProposalId(raid.targets, raid.values, raid.calls, _hash(raid));
        vm.expectEmit(address(governor));
        emit IGovernor.ProposalCreated(
            id,
            whale,
            raid.targets,
            raid.values,
            new string[](1),
            raid.calls,
            block.timestamp + 1 days,
            block.timestamp + 8 days,
            raid.description
        );
        _propose(whale, raid);
    }
}
