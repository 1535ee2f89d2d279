// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {GuerdonTimelock} from "../../src/GuerdonTimelock.sol";
import {IContributorVeto} from "../../src/interfaces/IContributorVeto.sol";
import {IOracleSet} from "../../src/interfaces/IOracleSet.sol";
import {ITerms} from "../../src/interfaces/ITerms.sol";
import {ITreasury} from "../../src/interfaces/ITreasury.sol";
import {BatchStatus, Terms} from "../../src/interfaces/Types.sol";
import {Proposal} from "../governance/support/Assembly.sol";
import {Court, Ledger} from "../governance/support/Ledger.sol";
import {Packing} from "../support/Packing.sol";
import {Republic} from "./support39/Republic.sol";
import {SelfScheduler} from "./support39/Targets.sol";
import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @notice Cases 64 and 65: the timelock's delay and roles, earned votes, and governance against itself.
contract TimelockAttacksTest is Republic {
    // ----------------------------------------------------------------------------------------- 64: the delay

    function _noDelay() private view returns (bytes memory) {
        return abi.encodeCall(timelock.updateDelay, (0));
    }

    function _expectTooShort() private {
        vm.expectRevert(abi.encodeWithSelector(GuerdonTimelock.GuerdonTimelock_DelayTooShort.selector, 0, 1 days));
    }

    function test_Case64_ADelayOfZeroByAProposal() public {
        vm.expectPartialRevert(bytes4(keccak256("GuerdonGovernor_TimelockDelayTooShort(uint256,uint256)")));
        _propose(whale, _one(address(timelock), _noDelay(), "No delay"));
        vm.expectRevert(abi.encodeWithSelector(TimelockController.TimelockUnauthorizedCaller.selector, mallory));
        vm.prank(mallory);
        timelock.updateDelay(0);
    }

    /// @dev The governor may schedule, and does what a passed proposal relays through it: a call that it would refuse to propose.
    function test_Case64_ADelayOfZeroRelayedByTheGovernor() public {
        bytes memory schedule =
            abi.encodeCall(timelock.schedule, (address(timelock), 0, _noDelay(), 0, 0, TIMELOCK_DELAY));
        _enact(_one(address(governor), abi.encodeCall(governor.relay, (address(timelock), 0, schedule)), "Relay"));
        skip(TIMELOCK_DELAY);
        bytes memory call = _noDelay();
        _expectTooShort();
        timelock.execute(address(timelock), 0, call, 0, 0);
        assertEq(timelock.getMinDelay(), TIMELOCK_DELAY);
    }

    function test_Case64_ADelayOfZeroByTheTimelockItself() public {
        Proposal memory twice = _empty(2, "A proposer of its own");
        bytes32 role = timelock.PROPOSER_ROLE();
        twice.targets[0] = address(timelock);
        twice.calls[0] = abi.encodeCall(timelock.grantRole, (role, address(timelock)));
        twice.targets[1] = address(timelock);
        twice.calls[1] = abi.encodeCall(timelock.schedule, (address(timelock), 0, _noDelay(), 0, 0, TIMELOCK_DELAY));
        _enact(twice);
        skip(TIMELOCK_DELAY);
        bytes memory call = _noDelay();
        _expectTooShort();
        timelock.execute(address(timelock), 0, call, 0, 0);
    }

    /// @dev Whoever is made a proposer passes no vote any more, and waits for the delay and keeps to the caps all the same.
    function test_Case64_AProposerWithoutVotesWaitsAndKeepsToTheCaps() public {
        bytes32 role = timelock.PROPOSER_ROLE();
        _enact(_one(address(timelock), abi.encodeCall(timelock.grantRole, (role, mallory)), "A new proposer"));
        bytes memory take = abi.encodeCall(treasury.transferERC20, (address(votes), mallory, OUTFLOW + 1));
        bytes memory call = _noDelay();
        vm.startPrank(mallory);
        vm.expectPartialRevert(TimelockController.TimelockInsufficientDelay.selector);
        timelock.schedule(address(treasury), 0, take, 0, 0, TIMELOCK_DELAY - 1);
        timelock.schedule(address(treasury), 0, take, 0, 0, TIMELOCK_DELAY);
        timelock.schedule(address(timelock), 0, call, 0, 0, TIMELOCK_DELAY);
        skip(TIMELOCK_DELAY);
        vm.expectPartialRevert(ITreasury.Treasury_OverOutflowCap.selector);
        timelock.execute(address(treasury), 0, take, 0, 0);
        _expectTooShort();
        timelock.execute(address(timelock), 0, call, 0, 0);
        vm.stopPrank();
    }

    function test_Case64_ADelayWithinItsBoundIsGovernancesToChoose() public {
        _enact(_one(address(timelock), abi.encodeCall(timelock.updateDelay, (1 days)), "The shortest"));
        assertEq(timelock.getMinDelay(), 1 days);
    }

    // ------------------------------------------------------------------------------------------- 64: roles

    /// @dev CVE-2021-39167: anyone executes, so a batch that schedules itself must not run before it is scheduled.
    function test_Case64_ABatchThatSchedulesItselfFromWithin() public {
        SelfScheduler attacker = new SelfScheduler(timelock);
        vm.expectPartialRevert(TimelockController.TimelockUnexpectedOperationState.selector);
        attacker.attack();
        assertFalse(timelock.hasRole(timelock.PROPOSER_ROLE(), address(attacker)));
    }

    function test_Case64_APredecessorThatIsNotDone() public {
        bytes memory call = abi.encodeCall(treasury.transferERC20, (address(votes), whale, 1));
        bytes32 before = timelock.hashOperation(address(treasury), 0, call, 0, "first");
        vm.startPrank(address(governor));
        timelock.schedule(address(treasury), 0, call, 0, "first", TIMELOCK_DELAY);
        timelock.schedule(address(treasury), 0, call, before, "second", TIMELOCK_DELAY);
        vm.stopPrank();
        skip(TIMELOCK_DELAY);
        vm.expectRevert(abi.encodeWithSelector(TimelockController.TimelockUnexecutedPredecessor.selector, before));
        timelock.execute(address(treasury), 0, call, before, "second");
        // Left out or swapped it is another operation, which nobody scheduled.
        vm.expectPartialRevert(TimelockController.TimelockUnexpectedOperationState.selector);
        timelock.execute(address(treasury), 0, call, 0, "second");
        timelock.execute(address(treasury), 0, call, 0, "first");
        timelock.execute(address(treasury), 0, call, before, "second");
    }

    function test_Case64_CancelledByWhoeverMayNot() public {
        Proposal memory raid = _raid(1);
        _pass(raid);
        _queue(raid);
        bytes32 operation = governor.operationOf(raid.targets, raid.values, raid.calls, _hash(raid));
        address[5] memory callers = [mallory, whale, guardian, arbiter, address(this)];
        bytes32 role = timelock.CANCELLER_ROLE();
        for (uint256 i = 0; i < callers.length; ++i) {
            vm.expectRevert(
                abi.encodeWithSelector(IAccessControl.AccessControlUnauthorizedAccount.selector, callers[i], role)
            );
            vm.prank(callers[i]);
            timelock.cancel(operation);
        }
        skip(TIMELOCK_DELAY);
        _execute(raid);
    }

    function test_Case64_NobodyIsLeftAsAnAdmin() public {
        bytes32[4] memory roles = [
            timelock.DEFAULT_ADMIN_ROLE(), timelock.PROPOSER_ROLE(), timelock.CANCELLER_ROLE(), timelock.EXECUTOR_ROLE()
        ];
        address[6] memory accounts = [address(this), whale, guardian, arbiter, address(treasury), address(distributor)];
        for (uint256 i = 0; i < roles.length; ++i) {
            assertEq(timelock.getRoleAdmin(roles[i]), timelock.DEFAULT_ADMIN_ROLE());
            for (uint256 j = 0; j < accounts.length; ++j) {
                assertFalse(timelock.hasRole(roles[i], accounts[j]));
                vm.prank(accounts[j]);
                vm.expectPartialRevert(IAccessControl.AccessControlUnauthorizedAccount.selector);
                timelock.grantRole(roles[i], mallory);
            }
        }
        assertTrue(timelock.hasRole(roles[0], address(timelock)));
        assertFalse(timelock.hasRole(roles[0], address(governor)));
        assertFalse(timelock.hasRole(roles[1], address(veto)));
    }

    // ------------------------------------------------------------------------- 65: earned votes and oracles

    function _rotation() private view returns (bytes memory) {
        return abi.encodeCall(distributor.rotate, (_membersOf(_makeOracles("honest", 5)), 3, "", true));
    }

    /// @dev The oracles give themselves nearly all earned votes, and cannot veto their successors with them.
    function test_Case65_VotesThatTheOraclesMintedDoNotKeepTheOracles() public {
        for (uint64 epoch = 2; epoch <= 3; ++epoch) {
            _pay(epoch, 1, Packing.many(1, CONTRIBUTORS, uint48(BUDGET / CONTRIBUTORS)));
        }
        _syncAll(CONTRIBUTORS);
        // And more of it is on its way.
        _publishThree(4, 1);
        Proposal memory rotation = _one(address(distributor), _rotation(), "New oracles");
        uint256 id = _pass(rotation);
        _queue(rotation);
        _standUp(id, CONTRIBUTORS);
        vm.expectRevert(abi.encodeWithSelector(IContributorVeto.ContributorVeto_Exempt.selector, id));
        _veto(rotation);
        skip(TIMELOCK_DELAY);
        _execute(rotation);
        assertEq(distributor.oracleSetId(), 2);
        distributor.voidRotated(4);
        assertTrue(_state(4).status == BatchStatus.Void);
    }

    function test_Case65_ARotationShieldsNothingThatComesWithIt() public {
        Proposal memory both = _empty(2, "New oracles, and a gift");
        (both.targets[0], both.calls[0]) = (address(distributor), _rotation());
        (both.targets[1], both.calls[1]) = (address(treasury), _raid(ROOM).calls[0]);
        uint256 id = _pass(both);
        _queue(both);
        _standUp(id, 7);
        _veto(both);
    }

    /// @dev A proposal so long that looking through it might cost more than a transaction can: whatever can be queued and executed
    /// can be vetoed.
    function test_Case65_ALongProposalIsNoMoreWorkToVetoThanToExecute() public {
        _requireVetoable(address(disputes));
    }

    /// @dev The judge of the last of as many sources as there can be.
    function test_Case65_NorWithAsManySourcesAsThereCanBe() public {
        Court last = new Court();
        vm.startPrank(address(timelock));
        for (uint256 i = 1; i < earned.MAX_SOURCES(); ++i) {
            earned.addSource(address(new Ledger(i == 15 ? address(last) : address(disputes))), 1);
        }
        vm.stopPrank();
        _requireVetoable(address(last));
    }

    /// @dev One call with as many zeros as possible, the cheapest bytes there are: looking at it may copy it no more often than
    /// proposing it does.
    function test_Case65_NorWithACallOfManyBytes() public {
        Proposal memory wide = _one(address(0xdead), new bytes(300_000), "Wide");
        uint256 gas = gasleft();
        uint256 id = _propose(whale, wide);
        uint256 proposed = gas - gasleft();
        vm.warp(governor.proposalSnapshot(id) + 1);
        _vote(whale, id, FOR);
        vm.warp(governor.proposalDeadline(id) + 1);
        _queue(wide);
        _standUp(id, 7);
        gas = gasleft();
        _veto(wide);
        assertLe(gas - gasleft(), proposed);
    }

    /// @dev Resolutions of nothing, which are exempt from the veto, and at the end something that is not.
    function _requireVetoable(address judge) private {
        uint256 size = 200;
        Proposal memory long = _empty(size, "Much ado");
        for (uint256 i = 0; i < size; ++i) {
            long.targets[i] = judge;
            long.calls[i] = abi.encodeWithSelector(disputes.resolveMany.selector, new uint256[](0), 0, "");
        }
        long.targets[size - 1] = address(treasury);
        long.calls[size - 1] = _raid(ROOM).calls[0];
        uint256 gas = gasleft();
        uint256 id = _pass(long);
        uint256 most = gas - gasleft();
        gas = gasleft();
        _queue(long);
        most = Math.max(most, gas - gasleft());
        _standUp(id, 7);
        uint256 snapshot = vm.snapshotState();
        gas = gasleft();
        _veto(long);
        uint256 vetoed = gas - gasleft();
        vm.revertToState(snapshot);
        skip(TIMELOCK_DELAY);
        gas = gasleft();
        _execute(long);
        most = Math.max(most, gas - gasleft());
        // What is deployed takes less; an unoptimised build, as coverage measures it, may take a tenth more.
        assertLe(vetoed, most + most / 10);
    }

    function test_Case65_AfterARelinkTheVotesAreTheNewWalletsAlone() public {
        (address old, address next) = (_wallet(1), vm.addr(77));
        uint256 had = earned.getVotes(old);
        _relink(1, 77);
        // While it is pending nothing has changed hands.
        earned.sync(1);
        assertEq(earned.getVotes(old), had);
        skip(LINK_DELAY);
        Proposal memory before = _raid(1);
        uint256 id = _pass(before);
        _queue(before);
        skip(1);
        links.activate(1);

        // Nobody has synced yet: the old wallet has no standing, the new one had nothing at the time of queueing.
        uint64[] memory ids = new uint64[](1);
        ids[0] = 1;
        vm.expectRevert(abi.encodeWithSelector(IContributorVeto.ContributorVeto_NoVotes.selector, id, 1, old));
        vm.prank(old);
        veto.support(id, ids);
        vm.expectRevert(abi.encodeWithSelector(IContributorVeto.ContributorVeto_NoVotes.selector, id, 1, next));
        vm.prank(next);
        veto.support(id, ids);

        earned.sync(1);
        assertEq(earned.getVotes(old), 0);
        assertEq(earned.getVotes(next), had);
        assertEq(earned.getTotalSupply(), CONTRIBUTORS * 1000);
    }

    /// @dev Those who stood up with a wallet that was replaced afterwards do not stand up again with the new one.
    function test_Case65_ARelinkAfterStandingUpCountsOnce() public {
        _relink(1, 77);
        skip(LINK_DELAY);
        Proposal memory raid = _raid(1);
        uint256 id = _pass(raid);
        _queue(raid);
        _standUp(id, 1);
        uint256 counted = veto.vetoState(id).votes;
        links.activate(1);
        earned.sync(1);
        skip(1);
        uint64[] memory ids = new uint64[](1);
        ids[0] = 1;
        vm.expectRevert(abi.encodeWithSelector(IContributorVeto.ContributorVeto_NoVotes.selector, id, 1, vm.addr(77)));
        vm.prank(vm.addr(77));
        veto.support(id, ids);
        assertEq(veto.vetoState(id).votes, counted);
    }

    // --------------------------------------------------------------------------- 65: governance as its target

    /// @dev Everything that a hostile majority may wish for in one proposal, and all of it passes. It changes what comes later; what
    /// leaves within the exit window is the cap and its refill.
    function test_Case65_EverythingInOneProposalStillMeetsDelayAndCap() public {
        Proposal memory coup = _empty(9, "All power");
        address g = address(governor);
        (coup.targets[0], coup.calls[0]) = (g, abi.encodeCall(governor.setVotingDelay, (1 hours)));
        (coup.targets[1], coup.calls[1]) = (g, abi.encodeCall(governor.setVotingPeriod, (1 days)));
        (coup.targets[2], coup.calls[2]) = (g, abi.encodeCall(governor.setProposalThreshold, (0)));
        (coup.targets[3], coup.calls[3]) = (g, abi.encodeCall(governor.updateQuorumNumerator, (0)));
        (coup.targets[4], coup.calls[4]) = (g, abi.encodeCall(governor.setLateQuorumVoteExtension, (0)));
        coup.targets[5] = address(distributor);
        coup.calls[5] = abi.encodeCall(distributor.rotate, (_membersOf(oracles), 1, "", false));
        coup.targets[6] = address(treasury);
        coup.calls[6] = abi.encodeCall(treasury.setBudget, (whale, address(votes), type(uint96).max, 1));
        coup.targets[7] = address(treasury);
        coup.calls[7] = abi.encodeCall(treasury.setOutflowCap, (address(votes), type(uint96).max, 1));
        coup.targets[8] = address(treasury);
        coup.calls[8] = abi.encodeCall(treasury.transferERC20, (address(votes), whale, OUTFLOW));
        _enact(coup);
        uint256 executed = block.timestamp;
        assertEq(votes.balanceOf(whale), WHALE + OUTFLOW);

        // The next proposal is as fast as one may ever be, and finds what has refilled.
        Proposal memory next = _raid(1);
        uint256 id = _pass(next);
        _queue(next);
        skip(TIMELOCK_DELAY);
        _execute(next);
        assertGe(block.timestamp - executed, 1 hours + 1 days + 1 days);
        assertLt(block.timestamp, executed + treasury.raiseDelay());
        uint256 available = treasury.outflowCap(address(votes)).available;
        assertLe(available, OUTFLOW * (block.timestamp - executed) / REFILL);
        vm.expectPartialRevert(ITreasury.Treasury_RaiseWaits.selector);
        treasury.activateOutflowCap(address(votes));
        vm.expectPartialRevert(ITreasury.Treasury_RaiseWaits.selector);
        treasury.activateBudget(whale, address(votes));
        // What was credited stays claimable.
        distributor.claim(1);
        assertTrue(id != 0);
    }

    function test_Case65_TermsAreSetForEpochsThatHaveNotBegun() public {
        uint64 current = uint64(distributor.epochAt(block.timestamp));
        Proposal memory plan = _one(
            address(distributor),
            abi.encodeCall(
                distributor.setTerms,
                (Terms({policyHash: POLICY, epochBudget: type(uint64).max, capPerPerson: CAP, fromEpoch: current}))
            ),
            "A budget for the past"
        );
        _pass(plan);
        _queue(plan);
        skip(TIMELOCK_DELAY);
        vm.expectPartialRevert(ITerms.Terms_TooEarly.selector);
        _execute(plan);
    }

    function test_Case65_OraclesThatWereSwitchedOffDoNotComeBackByVote() public {
        vm.prank(address(disputes));
        distributor.switchOff(oracles[0].member);
        Proposal memory plan = _one(
            address(distributor), abi.encodeCall(distributor.rotate, (_membersOf(oracles), 3, "", false)), "Old friends"
        );
        _pass(plan);
        _queue(plan);
        skip(TIMELOCK_DELAY);
        vm.expectRevert(abi.encodeWithSelector(IOracleSet.OracleSet_SwitchedOff.selector, oracles[0].member));
        _execute(plan);
    }
}
