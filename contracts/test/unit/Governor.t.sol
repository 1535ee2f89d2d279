// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {GovernorConfig, GuerdonGovernor} from "../../src/GuerdonGovernor.sol";
import {ITerms} from "../../src/interfaces/ITerms.sol";
import {Terms} from "../../src/interfaces/Types.sol";
import {Fixture} from "../support/Fixture.sol";
import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";

contract GovernorTest is Fixture {
    uint8 private constant AGAINST = 0;
    uint8 private constant FOR = 1;
    string private constant WHY = "Terms from epoch 9 on";

    function setUp() public override {
        super.setUp();
        skip(1);
    }

    // ----------------------------------------------------------------------------------------------- good

    function test_AProposalSetsTerms() public {
        Terms memory terms = _terms();
        uint256 proposal = _propose(terms);
        assertTrue(governor.state(proposal) == IGovernor.ProposalState.Pending);
        skip(1 days + 1);
        vm.prank(alice);
        governor.castVote(proposal, FOR);
        skip(7 days);
        assertTrue(governor.state(proposal) == IGovernor.ProposalState.Succeeded);

        (address[] memory targets, uint256[] memory values, bytes[] memory calls) = _actions(terms);
        governor.queue(targets, values, calls, keccak256(bytes(WHY)));
        assertTrue(governor.state(proposal) == IGovernor.ProposalState.Queued);
        vm.expectRevert();
        governor.execute(targets, values, calls, keccak256(bytes(WHY)));

        skip(2 days);
        vm.expectEmit(address(distributor));
        emit ITerms.TermsSet(9, terms.policyHash, terms.epochBudget, terms.capPerPerson);
        governor.execute(targets, values, calls, keccak256(bytes(WHY)));
        assertTrue(governor.state(proposal) == IGovernor.ProposalState.Executed);
        assertEq(distributor.termsOf(9).policyHash, terms.policyHash);
        assertEq(distributor.termsOf(8).policyHash, POLICY);
    }

    function test_TheQuorumLeavesTheTreasuryOut() public {
        // 1,000 votes, 800 of them in the Treasury; the quorum is 10 percent of the other 200.
        assertEq(governor.quorum(block.timestamp - 1), 20e18);
        vm.prank(address(treasury));
        assertTrue(votes.transfer(makeAddr("grantee"), 100e18));
        skip(1);
        assertEq(governor.quorum(block.timestamp - 1), 30e18);
        // The past does not change.
        assertEq(governor.quorum(START), 20e18);
    }

    function test_VotesGivenToTheTreasuryAreGone() public {
        vm.prank(alice);
        votes.delegate(address(treasury));
        skip(1);
        assertEq(governor.quorum(block.timestamp - 1), 0);
        assertEq(governor.getVotes(alice, block.timestamp - 1), 0);
    }

    function test_ALateQuorumExtendsTheVote() public {
        uint256 proposal = _propose(_terms());
        uint256 deadline = governor.proposalDeadline(proposal);
        vm.warp(deadline - 1);
        vm.prank(alice);
        governor.castVote(proposal, FOR);
        assertEq(governor.proposalDeadline(proposal), block.timestamp + 2 days);
    }

    function test_TheProposerCancelsWhileItIsPending() public {
        uint256 proposal = _propose(_terms());
        (address[] memory targets, uint256[] memory values, bytes[] memory calls) = _actions(_terms());
        assertTrue(governor.proposalNeedsQueuing(proposal));
        vm.expectPartialRevert(IGovernor.GovernorUnableToCancel.selector);
        governor.cancel(targets, values, calls, keccak256(bytes(WHY)));
        vm.prank(alice);
        governor.cancel(targets, values, calls, keccak256(bytes(WHY)));
        assertTrue(governor.state(proposal) == IGovernor.ProposalState.Canceled);
    }

    function test_SettingsReadBack() public view {
        assertEq(governor.votingDelay(), 1 days);
        assertEq(governor.votingPeriod(), 7 days);
        assertEq(governor.proposalThreshold(), 1e18);
        assertEq(governor.quorumNumerator(), 10);
        assertEq(governor.lateQuorumVoteExtension(), 2 days);
        assertEq(governor.CLOCK_MODE(), "mode=timestamp");
        assertEq(governor.name(), "GuerdonGovernor");
    }

    // ------------------------------------------------------------------------------------------------ bad

    function test_RevertWhen_TheQuorumIsMissed() public {
        address small = makeAddr("small");
        vm.prank(alice);
        assertTrue(votes.transfer(small, 20e18 - 1));
        vm.prank(small);
        votes.delegate(small);
        uint256 proposal = _propose(_terms());
        skip(1 days + 1);
        vm.prank(small);
        governor.castVote(proposal, FOR);
        skip(7 days);
        assertTrue(governor.state(proposal) == IGovernor.ProposalState.Defeated);
        (address[] memory targets, uint256[] memory values, bytes[] memory calls) = _actions(_terms());
        vm.expectPartialRevert(IGovernor.GovernorUnexpectedProposalState.selector);
        governor.queue(targets, values, calls, keccak256(bytes(WHY)));
    }

    function test_RevertWhen_VotedDown() public {
        uint256 proposal = _propose(_terms());
        skip(1 days + 1);
        vm.prank(alice);
        governor.castVote(proposal, AGAINST);
        skip(7 days);
        assertTrue(governor.state(proposal) == IGovernor.ProposalState.Defeated);
    }

    function test_VotesBoughtAfterTheSnapshotDoNotCount() public {
        uint256 proposal = _propose(_terms());
        skip(1 days + 1);
        address buyer = makeAddr("buyer");
        vm.prank(alice);
        assertTrue(votes.transfer(buyer, 200e18));
        vm.startPrank(buyer);
        votes.delegate(buyer);
        assertEq(governor.castVote(proposal, FOR), 0);
        vm.stopPrank();
    }

    function test_RevertWhen_TheProposerHasTooFewVotes() public {
        (address[] memory targets, uint256[] memory values, bytes[] memory calls) = _actions(_terms());
        address poor = makeAddr("poor");
        vm.expectRevert(abi.encodeWithSelector(IGovernor.GovernorInsufficientProposerVotes.selector, poor, 0, 1e18));
        vm.prank(poor);
        governor.propose(targets, values, calls, WHY);
    }

    function test_RevertWhen_TheTimelockIsPassedBy() public {
        vm.expectRevert();
        vm.prank(alice);
        timelock.schedule(address(distributor), 0, "", bytes32(0), bytes32(0), 2 days);
    }

    function test_RevertWhen_SettingsAreTooShort() public {
        GovernorConfig memory config = _governorConfig();
        config.votingDelay = 1 hours - 1;
        vm.expectRevert(
            abi.encodeWithSelector(GuerdonGovernor.GuerdonGovernor_VotingDelayTooShort.selector, 1 hours - 1, 1 hours)
        );
        new GuerdonGovernor(votes, timelock, address(treasury), config);
        config = _governorConfig();
        config.votingPeriod = 1 days - 1;
        vm.expectRevert(
            abi.encodeWithSelector(GuerdonGovernor.GuerdonGovernor_VotingPeriodTooShort.selector, 1 days - 1, 1 days)
        );
        new GuerdonGovernor(votes, timelock, address(treasury), config);
    }

    function test_RevertWhen_TheTimelockIsTooFast() public {
        TimelockController fast = new TimelockController(1 days - 1, new address[](0), new address[](0), address(this));
        bytes memory tooShort =
            abi.encodeWithSelector(GuerdonGovernor.GuerdonGovernor_TimelockDelayTooShort.selector, 1 days - 1, 1 days);
        vm.expectRevert(tooShort);
        new GuerdonGovernor(votes, fast, address(treasury), _governorConfig());
        vm.expectRevert(tooShort);
        governor.updateTimelock(fast);
    }

    function test_RevertWhen_AProposalWouldMakeTheTimelockTooFast() public {
        (address[] memory targets, uint256[] memory values, bytes[] memory calls) = _actions(_terms());
        targets[0] = address(timelock);
        calls[0] = abi.encodeCall(TimelockController.updateDelay, (1 days - 1));
        bytes memory tooShort =
            abi.encodeWithSelector(GuerdonGovernor.GuerdonGovernor_TimelockDelayTooShort.selector, 1 days - 1, 1 days);
        vm.startPrank(alice);
        vm.expectRevert(tooShort);
        governor.propose(targets, values, calls, WHY);
        // Hidden behind something harmless.
        address[] memory two = new address[](2);
        bytes[] memory twoCalls = new bytes[](2);
        (two[0], two[1]) = (address(distributor), address(timelock));
        (twoCalls[0], twoCalls[1]) = (abi.encodeCall(ITerms.setTerms, (_terms())), calls[0]);
        vm.expectRevert(tooShort);
        governor.propose(two, new uint256[](2), twoCalls, WHY);
        // Cut short: the timelock would not take it either.
        calls[0] = abi.encodePacked(TimelockController.updateDelay.selector);
        vm.expectRevert();
        governor.propose(targets, values, calls, WHY);
        // Lists of different length are the governor's own matter.
        vm.expectPartialRevert(IGovernor.GovernorInvalidProposalLength.selector);
        governor.propose(two, new uint256[](2), calls, WHY);
        // A delay that is long enough is fine, and so is the same selector elsewhere.
        calls[0] = abi.encodeCall(TimelockController.updateDelay, (1 days));
        governor.propose(targets, values, calls, WHY);
        targets[0] = address(distributor);
        calls[0] = abi.encodeCall(TimelockController.updateDelay, (0));
        governor.propose(targets, values, calls, WHY);
        vm.stopPrank();
    }

    function test_RevertWhen_GovernanceIsNotAsked() public {
        TimelockController slow = new TimelockController(2 days, new address[](0), new address[](0), address(this));
        bytes memory only = abi.encodeWithSelector(IGovernor.GovernorOnlyExecutor.selector, alice);
        vm.startPrank(alice);
        vm.expectRevert(only);
        governor.updateTimelock(slow);
        vm.expectRevert(only);
        governor.setVotingDelay(2 days);
        vm.expectRevert(only);
        governor.relay(address(treasury), 0, "");
        vm.stopPrank();
    }

    function test_TheQueueTimeIsKept() public {
        uint256 proposal = _propose(_terms());
        assertEq(governor.proposalQueuedAt(proposal), 0);
        skip(1 days + 1);
        vm.prank(alice);
        governor.castVote(proposal, FOR);
        skip(7 days);
        (address[] memory targets, uint256[] memory values, bytes[] memory calls) = _actions(_terms());
        governor.queue(targets, values, calls, keccak256(bytes(WHY)));
        assertEq(governor.proposalQueuedAt(proposal), block.timestamp);
        bytes32 operation = governor.operationOf(targets, values, calls, keccak256(bytes(WHY)));
        assertTrue(timelock.isOperationPending(operation));
        skip(2 days);
        governor.execute(targets, values, calls, keccak256(bytes(WHY)));
        assertTrue(timelock.isOperationDone(operation));
        assertEq(governor.proposalQueuedAt(proposal), block.timestamp - 2 days);
    }

    // -------------------------------------------------------------------------------------------- helpers

    function _terms() private pure returns (Terms memory) {
        return Terms({policyHash: keccak256("next"), epochBudget: 5, capPerPerson: 1, fromEpoch: 9});
    }

    function _actions(Terms memory terms)
        private
        view
        returns (address[] memory targets, uint256[] memory values, bytes[] memory calls)
    {
        targets = new address[](1);
        values = new uint256[](1);
        calls = new bytes[](1);
        targets[0] = address(distributor);
        calls[0] = abi.encodeCall(ITerms.setTerms, (terms));
    }

    function _propose(Terms memory terms) private returns (uint256) {
        (address[] memory targets, uint256[] memory values, bytes[] memory calls) = _actions(terms);
        vm.prank(alice);
        return governor.propose(targets, values, calls, WHY);
    }
}
