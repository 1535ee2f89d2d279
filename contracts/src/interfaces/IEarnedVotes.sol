// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC6372} from "@openzeppelin/contracts/interfaces/IERC6372.sol";

/// @notice A distributor whose payments are votes.
/// @param distributor A RewardDistributor.
/// @param votesPerUnit Votes for every unit that a contributor earned there.
struct Source {
    address distributor;
    uint64 votesPerUnit;
}

/// @title Earned votes
/// @notice Votes that are earned by work and by nothing else. Every unit that a listed distributor has credited to a contributor id
/// gives votes to the wallet that the id is linked to there. They cannot be transferred, delegated, bought or minted, and claiming or
/// selling the payout does not touch them. Reads like ERC-5805 on a timestamp clock (ERC-6372), without delegation.
/// @dev The distributors are not asked when votes are counted: `sync` copies what they say into a history, by anyone, for any id. The
/// supply is everything copied so far, whole; of one id at most a twentieth of it counts. The supply only grows, so what counted
/// once never exceeds a twentieth of a later supply; another `sync` counts more of an id when the supply has grown.
interface IEarnedVotes is IERC6372 {
    /// @notice A distributor was added to the list, for good.
    event SourceAdded(uint256 indexed index, address indexed distributor, uint64 votesPerUnit);

    /// @notice What an id holds from one source changed.
    /// @param earned Units earned there.
    /// @param votes Votes that count, for the holder.
    event Synced(uint64 indexed id, uint256 indexed source, address indexed holder, uint48 earned, uint256 votes);

    /// @notice As in ERC-5805; everybody is their own delegate.
    event DelegateVotesChanged(address indexed delegate, uint256 previousVotes, uint256 newVotes);

    /// @notice Only governance may do this.
    error EarnedVotes_NotGovernance(address caller);

    /// @notice Somebody must be able to add sources.
    error EarnedVotes_NoGovernance();

    /// @notice This distributor is in the list already.
    error EarnedVotes_SourceListed(address distributor);

    /// @notice A source must be a distributor that answers, and give votes.
    error EarnedVotes_InvalidSource(address distributor, uint64 votesPerUnit);

    /// @notice The list is full.
    error EarnedVotes_TooManySources(uint256 most);

    /// @notice As in OpenZeppelin's Votes: only the past can be looked up.
    error ERC5805FutureLookup(uint256 timepoint, uint48 clock);

    /// @notice Adds a distributor to the list. Only governance; nothing removes one.
    function addSource(address distributor, uint64 votesPerUnit) external;

    /// @notice Copies what an id has earned, and to which wallets it is linked now. By anyone.
    function sync(uint64 id) external;

    /// @notice Copies several ids.
    function syncMany(uint64[] calldata ids) external;

    /// @notice Votes of a wallet now.
    function getVotes(address account) external view returns (uint256);

    /// @notice Votes of a wallet at a time in the past.
    function getPastVotes(address account, uint256 timepoint) external view returns (uint256);

    /// @notice All votes earned, whether they count or not, that were copied until now.
    function getTotalSupply() external view returns (uint256);

    /// @notice All votes earned that were copied until a time in the past.
    function getPastTotalSupply(uint256 timepoint) external view returns (uint256);

    /// @notice Votes of an id that a wallet holds now.
    function getVotesOf(uint64 id, address holder) external view returns (uint256);

    /// @notice Votes of an id that a wallet held at a time in the past.
    function getPastVotesOf(uint64 id, address holder, uint256 timepoint) external view returns (uint256);

    /// @notice Like {getPastVotesOf}, without the votes from distributors that link the id to another wallet by now.
    function getStandingVotesOf(uint64 id, address holder, uint256 timepoint) external view returns (uint256);

    /// @notice The list.
    function sources() external view returns (Source[] memory);

    /// @notice Whether a distributor is in the list.
    function isSource(address distributor) external view returns (bool);

    /// @notice Who adds sources (the timelock).
    function governance() external view returns (address);
}
