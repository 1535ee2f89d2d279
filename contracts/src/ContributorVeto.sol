// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {GuerdonGovernor} from "./GuerdonGovernor.sol";
import {IContributorVeto, VetoState} from "./interfaces/IContributorVeto.sol";
import {IDisputes} from "./interfaces/IDisputes.sol";
import {IEarnedVotes, Source} from "./interfaces/IEarnedVotes.sol";
import {IOracleSet} from "./interfaces/IOracleSet.sol";
import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @title Contributor veto
/// @notice See {IContributorVeto}.
contract ContributorVeto is IContributorVeto {
    /// @dev What stands against a proposal.
    struct Tally {
        uint208 votes;
        uint48 ids;
        mapping(uint64 id => bool) seen;
        mapping(uint64 id => mapping(address holder => bool)) counted;
    }

    /// @notice A veto takes one part in so many of the earned votes.
    uint256 public constant PARTS = 4;

    /// @notice Contributor ids that a veto takes.
    uint256 public constant MIN_IDS = 7;

    /// @notice Whose proposals can be vetoed.
    GuerdonGovernor public immutable governor;

    /// @notice Whose votes count, and whose list says what a distributor is.
    IEarnedVotes public immutable earnedVotes;

    /// @inheritdoc IContributorVeto
    mapping(bytes32 actionsHash => uint48) public vetoedAt;

    mapping(uint256 proposalId => Tally) private _tallies;

    constructor(GuerdonGovernor governor_, IEarnedVotes earnedVotes_) {
        if (address(governor_) == address(0) || address(earnedVotes_) == address(0)) {
            revert ContributorVeto_ZeroAddress();
        }
        governor = governor_;
        earnedVotes = earnedVotes_;
    }

    /// @inheritdoc IContributorVeto
    function support(uint256 proposalId, uint64[] calldata ids) external {
        // Check
        _requireQueued(proposalId);
        uint256 queuedAt = governor.proposalQueuedAt(proposalId);

        // Check and effect, id by id; what is asked on the way answers without calling back.
        Tally storage tally = _tallies[proposalId];
        uint256 votes = 0;
        uint48 newIds = 0;
        for (uint256 i = 0; i < ids.length; ++i) {
            uint64 id = ids[i];
            if (tally.counted[id][msg.sender]) revert ContributorVeto_Counted(proposalId, id, msg.sender);
            uint256 held = earnedVotes.getStandingVotesOf(id, msg.sender, queuedAt);
            if (held == 0) revert ContributorVeto_NoVotes(proposalId, id, msg.sender);
            tally.counted[id][msg.sender] = true;
            if (!tally.seen[id]) {
                tally.seen[id] = true;
                ++newIds;
            }
            votes += held;
        }
        tally.votes += SafeCast.toUint208(votes);
        tally.ids += newIds;
        emit Supported(proposalId, msg.sender, ids, votes);
    }

    /// @inheritdoc IContributorVeto
    function veto(
        address[] calldata targets,
        uint256[] calldata values,
        bytes[] calldata calldatas,
        bytes32 descriptionHash
    ) external {
        // Check: it is queued, enough stood up, and it is of neither kind that is safe from this.
        uint256 proposalId = governor.getProposalId(targets, values, calldatas, descriptionHash);
        _requireQueued(proposalId);
        VetoState memory state = vetoState(proposalId);
        if (state.votes < state.needed || state.ids < MIN_IDS) {
            revert ContributorVeto_NotEnough(proposalId, state.votes, state.needed, state.ids);
        }
        if (isExempt(targets, calldatas)) revert ContributorVeto_Exempt(proposalId);
        bytes32 actions = hashActions(targets, values, calldatas);
        if (isPassedAgain(proposalId, actions)) revert ContributorVeto_PassedAgain(proposalId);
        bytes32 operation = governor.operationOf(targets, values, calldatas, descriptionHash);

        // Effect
        vetoedAt[actions] = governor.clock();
        emit Vetoed(proposalId, actions, operation, state.votes, state.needed, state.ids);

        // Interaction
        TimelockController(payable(governor.timelock())).cancel(operation);
    }

    /// @inheritdoc IContributorVeto
    function vetoState(uint256 proposalId) public view returns (VetoState memory state) {
        state.queuedAt = governor.proposalQueuedAt(proposalId);
        if (state.queuedAt == 0) revert ContributorVeto_NotQueued(proposalId);
        state.votes = _tallies[proposalId].votes;
        state.ids = _tallies[proposalId].ids;
        state.needed = Math.ceilDiv(earnedVotes.getPastTotalSupply(state.queuedAt), PARTS);
    }

    /// @inheritdoc IContributorVeto
    function isExempt(address[] calldata targets, bytes[] calldata calldatas) public view returns (bool) {
        // Asked for once and not for every call: to veto a proposal must not be more work than to execute it, however long it is.
        Source[] memory sources = earnedVotes.sources();
        address[] memory judges = new address[](0);
        for (uint256 i = 0; i < targets.length; ++i) {
            bytes4 selector = _selectorOf(calldatas[i]);
            if (selector == IOracleSet.rotate.selector) {
                if (!_isDistributor(targets[i], sources)) return false;
            } else if (_isAnswer(selector)) {
                if (judges.length == 0) judges = _judgesOf(sources);
                if (!_isJudge(targets[i], judges)) return false;
            } else {
                return false;
            }
        }
        return true;
    }

    /// @inheritdoc IContributorVeto
    function isPassedAgain(uint256 proposalId, bytes32 actionsHash) public view returns (bool) {
        uint256 before = vetoedAt[actionsHash];
        // Votes taken after the veto, knowing of it.
        if (before == 0 || governor.proposalSnapshot(proposalId) <= before) return false;
        // Who abstains is in neither part.
        // slither-disable-next-line unused-return
        (uint256 against, uint256 inFavour,) = governor.proposalVotes(proposalId);
        return inFavour >= 2 * against;
    }

    /// @inheritdoc IContributorVeto
    function hashActions(address[] calldata targets, uint256[] calldata values, bytes[] calldata calldatas)
        public
        pure
        returns (bytes32)
    {
        return keccak256(abi.encode(targets, values, calldatas));
    }

    function _isDistributor(address target, Source[] memory sources) private pure returns (bool) {
        for (uint256 i = 0; i < sources.length; ++i) {
            if (sources[i].distributor == target) return true;
        }
        return false;
    }

    function _isJudge(address target, address[] memory judges) private pure returns (bool) {
        for (uint256 i = 0; i < judges.length; ++i) {
            if (judges[i] == target) return true;
        }
        return false;
    }

    /// @dev The contracts that judge the disputes of the listed distributors.
    function _judgesOf(Source[] memory sources) private view returns (address[] memory judges) {
        judges = new address[](sources.length);
        for (uint256 i = 0; i < judges.length; ++i) {
            judges[i] = IOracleSet(sources[i].distributor).disputes();
        }
    }

    /// @dev Whether a call with this selector resolves a dispute.
    function _isAnswer(bytes4 selector) private pure returns (bool) {
        return selector == IDisputes.resolve.selector || selector == IDisputes.resolveMany.selector
            || selector == IDisputes.decideLink.selector;
    }

    function _selectorOf(bytes calldata data) private pure returns (bytes4) {
        // The first four bytes, filled up with zeros.
        // forge-lint: disable-next-line(unsafe-typecast)
        return bytes4(data);
    }

    function _requireQueued(uint256 proposalId) private view {
        if (governor.proposalQueuedAt(proposalId) == 0 || governor.state(proposalId) != IGovernor.ProposalState.Queued)
        {
            revert ContributorVeto_NotQueued(proposalId);
        }
    }
}
