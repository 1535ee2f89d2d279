// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @notice How far the veto of a proposal has come.
/// @param votes Earned votes for it so far.
/// @param needed Votes that it takes.
/// @param ids Contributor ids for it so far.
/// @param queuedAt When the proposal was queued; the votes of this time count.
struct VetoState {
    uint256 votes;
    uint256 needed;
    uint256 ids;
    uint256 queuedAt;
}

/// @title Contributor veto
/// @notice Those who earned their votes can stop what bought votes have passed, while it waits in the timelock. A quarter of all
/// earned votes, of at least seven contributor ids, cancel a queued proposal. Two kinds of proposals they cannot cancel:
/// - one that does nothing but rotate oracles or resolve disputes of listed distributors, for earned votes come from the oracles;
/// - one whose actions were vetoed before, and that passed again, by votes taken after that, with two thirds of those for or against it.
/// A proposal that rotates oracles and does something else as well can be cancelled; a rotation would shield anything otherwise.
/// @dev Needs the canceller role of the timelock and has no other power. The votes are those copied into {IEarnedVotes} until the
/// second the proposal was queued: whoever may want to veto, or fears a veto by few, calls `sync` before.
interface IContributorVeto {
    /// @notice Contributor ids stood up against a queued proposal.
    /// @param ids Those that had not before, and had votes.
    /// @param votes Earned votes that were added.
    event Supported(uint256 indexed proposalId, address indexed holder, uint64[] ids, uint256 votes);

    /// @notice A queued proposal was cancelled.
    /// @param actionsHash Hash of its targets, values and calldatas; see {actionsHash}.
    event Vetoed(
        uint256 indexed proposalId,
        bytes32 indexed actionsHash,
        bytes32 indexed operation,
        uint256 votes,
        uint256 needed,
        uint256 ids
    );

    /// @notice The zero address cannot be this.
    error ContributorVeto_ZeroAddress();

    /// @notice The proposal is not queued.
    error ContributorVeto_NotQueued(uint256 proposalId);

    /// @notice At the time the proposal was queued the caller held no votes of this id, or it holds the id no more.
    error ContributorVeto_NoVotes(uint256 proposalId, uint64 id, address holder);

    /// @notice This id's votes from this holder count already.
    error ContributorVeto_Counted(uint256 proposalId, uint64 id, address holder);

    /// @notice Too few votes, or of too few contributor ids.
    error ContributorVeto_NotEnough(uint256 proposalId, uint256 votes, uint256 needed, uint256 ids);

    /// @notice All that the proposal does is rotate oracles or resolve disputes.
    error ContributorVeto_Exempt(uint256 proposalId);

    /// @notice The proposal's actions were vetoed before and passed again with two thirds.
    error ContributorVeto_PassedAgain(uint256 proposalId);

    /// @notice Adds the votes of the caller's contributor ids against a queued proposal.
    /// @param ids Each must have had votes that the caller held when the proposal was queued and whose id is still linked to it.
    function support(uint256 proposalId, uint64[] calldata ids) external;

    /// @notice Cancels a queued proposal that enough stood up against. By anyone.
    function veto(
        address[] calldata targets,
        uint256[] calldata values,
        bytes[] calldata calldatas,
        bytes32 descriptionHash
    ) external;

    /// @notice How far the veto of a queued proposal has come.
    function vetoState(uint256 proposalId) external view returns (VetoState memory);

    /// @notice Whether a proposal with these actions is one that cannot be vetoed because of what it does.
    function isExempt(address[] calldata targets, bytes[] calldata calldatas) external view returns (bool);

    /// @notice Whether a proposal's actions were vetoed before and passed again with two thirds.
    function isPassedAgain(uint256 proposalId, bytes32 actionsHash) external view returns (bool);

    /// @notice When actions were vetoed last; zero if never.
    function vetoedAt(bytes32 actionsHash) external view returns (uint48);

    /// @notice What identifies a proposal's actions, whatever its description.
    function hashActions(address[] calldata targets, uint256[] calldata values, bytes[] calldata calldatas)
        external
        pure
        returns (bytes32);
}
