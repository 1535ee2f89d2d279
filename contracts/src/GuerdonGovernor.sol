// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Governor} from "@openzeppelin/contracts/governance/Governor.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {GovernorCountingSimple} from "@openzeppelin/contracts/governance/extensions/GovernorCountingSimple.sol";
import {GovernorPreventLateQuorum} from "@openzeppelin/contracts/governance/extensions/GovernorPreventLateQuorum.sol";
import {GovernorSettings} from "@openzeppelin/contracts/governance/extensions/GovernorSettings.sol";
import {GovernorTimelockControl} from "@openzeppelin/contracts/governance/extensions/GovernorTimelockControl.sol";
import {GovernorVotes} from "@openzeppelin/contracts/governance/extensions/GovernorVotes.sol";
import {
    GovernorVotesQuorumFraction
} from "@openzeppelin/contracts/governance/extensions/GovernorVotesQuorumFraction.sol";
import {IVotes} from "@openzeppelin/contracts/governance/utils/IVotes.sol";
import {Bytes} from "@openzeppelin/contracts/utils/Bytes.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @notice What a governor starts with; all times in seconds.
/// @param votingDelay From the proposal to the snapshot of votes; at least one hour.
/// @param votingPeriod How long votes are taken; at least one day.
/// @param proposalThreshold Votes needed to propose.
/// @param quorumPercent Share of the votes outside of the Treasury that must be cast for or abstain.
/// @param lateQuorumExtension How long votes are taken at least after the quorum is reached.
struct GovernorConfig {
    uint48 votingDelay;
    uint32 votingPeriod;
    uint256 proposalThreshold;
    uint256 quorumPercent;
    uint48 lateQuorumExtension;
}

/// @title Guerdon governor
/// @notice The governor of OpenZeppelin with nothing added that a governance front end would have to know. It refuses a voting delay,
/// a voting period or a timelock delay below its bounds, whoever asks and however: at construction, in its settings, for a new
/// timelock, and in a proposal that would shorten the timelock's delay. It remembers when a proposal was queued, so that a veto can
/// count the votes of that time.
/// @dev The quorum is a share of the supply without the Treasury's own votes. The token delegates every genesis holder's votes to
/// the holder, so `getPastVotes(treasury, t)` is what lay in the Treasury at t; the Treasury has no function that votes or
/// delegates. Whoever delegates to the Treasury gives those votes up, and the quorum does not count them either.
contract GuerdonGovernor is
    Governor,
    GovernorSettings,
    GovernorCountingSimple,
    GovernorVotes,
    GovernorVotesQuorumFraction,
    GovernorTimelockControl,
    GovernorPreventLateQuorum
{
    /// @notice The shortest voting delay that may be set.
    uint48 public constant MIN_VOTING_DELAY = 1 hours;

    /// @notice The shortest voting period that may be set.
    uint32 public constant MIN_VOTING_PERIOD = 1 days;

    /// @notice The shortest delay that the timelock may have: what contributors have to veto, and anyone to leave.
    uint256 public constant MIN_TIMELOCK_DELAY = 1 days;

    /// @notice Whose votes the quorum leaves out.
    address public immutable treasury;

    /// @notice The voting delay is below the shortest one.
    error GuerdonGovernor_VotingDelayTooShort(uint48 votingDelay, uint48 minimum);

    /// @notice The voting period is below the shortest one.
    error GuerdonGovernor_VotingPeriodTooShort(uint32 votingPeriod, uint32 minimum);

    /// @notice The timelock's delay is below the shortest one.
    error GuerdonGovernor_TimelockDelayTooShort(uint256 delay, uint256 minimum);

    mapping(uint256 proposalId => uint48) private _queuedAt;

    constructor(IVotes token_, TimelockController timelock_, address treasury_, GovernorConfig memory config)
        Governor("GuerdonGovernor")
        GovernorSettings(config.votingDelay, config.votingPeriod, config.proposalThreshold)
        GovernorVotes(token_)
        GovernorVotesQuorumFraction(config.quorumPercent)
        GovernorTimelockControl(timelock_)
        GovernorPreventLateQuorum(config.lateQuorumExtension)
    {
        _requireTimelockDelay(timelock_.getMinDelay());
        // Without a treasury no votes are left out of the quorum.
        // slither-disable-next-line missing-zero-check
        treasury = treasury_;
    }

    /// @notice Votes that must be cast for or abstain on a proposal whose snapshot is at `timepoint`.
    function quorum(uint256 timepoint) public view override(Governor, GovernorVotesQuorumFraction) returns (uint256) {
        uint256 votes = token().getPastTotalSupply(timepoint) - token().getPastVotes(treasury, timepoint);
        return Math.mulDiv(votes, quorumNumerator(timepoint), quorumDenominator());
    }

    /// @notice When a proposal was queued, by the governor's clock; zero if it never was.
    function proposalQueuedAt(uint256 proposalId) external view returns (uint256) {
        return _queuedAt[proposalId];
    }

    /// @notice The operation under which the timelock keeps a proposal once it is queued.
    function operationOf(
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        bytes32 descriptionHash
    ) external view returns (bytes32) {
        bytes32 salt = bytes20(address(this)) ^ descriptionHash;
        return TimelockController(payable(timelock())).hashOperationBatch(targets, values, calldatas, 0, salt);
    }

    /// @notice Moves governance to another timelock, whose delay must not be too short either. Only governance.
    function updateTimelock(TimelockController newTimelock) public override {
        _requireTimelockDelay(newTimelock.getMinDelay());
        super.updateTimelock(newTimelock);
    }

    /// @dev The timelock takes a new delay from nobody but itself, which does what proposals say: this is the place to stop one.
    function _propose(
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        string memory description,
        address proposer
    ) internal override returns (uint256) {
        for (uint256 i = 0; i < targets.length && i < calldatas.length; ++i) {
            if (targets[i] == timelock() && bytes4(calldatas[i]) == TimelockController.updateDelay.selector) {
                _requireTimelockDelay(abi.decode(Bytes.slice(calldatas[i], 4), (uint256)));
            }
        }
        return super._propose(targets, values, calldatas, description, proposer);
    }

    function _requireTimelockDelay(uint256 delay) private pure {
        if (delay < MIN_TIMELOCK_DELAY) revert GuerdonGovernor_TimelockDelayTooShort(delay, MIN_TIMELOCK_DELAY);
    }

    // The rest is what Solidity asks for where modules meet.

    function state(uint256 proposalId) public view override(Governor, GovernorTimelockControl) returns (ProposalState) {
        return super.state(proposalId);
    }

    function proposalNeedsQueuing(uint256 proposalId)
        public
        view
        override(Governor, GovernorTimelockControl)
        returns (bool)
    {
        return super.proposalNeedsQueuing(proposalId);
    }

    function proposalThreshold() public view override(Governor, GovernorSettings) returns (uint256) {
        return super.proposalThreshold();
    }

    function proposalDeadline(uint256 proposalId)
        public
        view
        override(Governor, GovernorPreventLateQuorum)
        returns (uint256)
    {
        return super.proposalDeadline(proposalId);
    }

    function _setVotingDelay(uint48 newVotingDelay) internal override {
        if (newVotingDelay < MIN_VOTING_DELAY) {
            revert GuerdonGovernor_VotingDelayTooShort(newVotingDelay, MIN_VOTING_DELAY);
        }
        super._setVotingDelay(newVotingDelay);
    }

    function _setVotingPeriod(uint32 newVotingPeriod) internal override {
        if (newVotingPeriod < MIN_VOTING_PERIOD) {
            revert GuerdonGovernor_VotingPeriodTooShort(newVotingPeriod, MIN_VOTING_PERIOD);
        }
        super._setVotingPeriod(newVotingPeriod);
    }

    function _tallyUpdated(uint256 proposalId) internal override(Governor, GovernorPreventLateQuorum) {
        super._tallyUpdated(proposalId);
    }

    function _queueOperations(
        uint256 proposalId,
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        bytes32 descriptionHash
    ) internal override(Governor, GovernorTimelockControl) returns (uint48) {
        _queuedAt[proposalId] = clock();
        return super._queueOperations(proposalId, targets, values, calldatas, descriptionHash);
    }

    function _executeOperations(
        uint256 proposalId,
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        bytes32 descriptionHash
    ) internal override(Governor, GovernorTimelockControl) {
        super._executeOperations(proposalId, targets, values, calldatas, descriptionHash);
    }

    function _cancel(
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        bytes32 descriptionHash
    ) internal override(Governor, GovernorTimelockControl) returns (uint256) {
        return super._cancel(targets, values, calldatas, descriptionHash);
    }

    function _executor() internal view override(Governor, GovernorTimelockControl) returns (address) {
        return super._executor();
    }
}
