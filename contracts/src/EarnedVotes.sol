// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IAccounts} from "./interfaces/IAccounts.sol";
import {IEarnedVotes, Source} from "./interfaces/IEarnedVotes.sol";
import {Account} from "./interfaces/Types.sol";
import {ERC6372Utils} from "@openzeppelin/contracts/utils/ERC6372Utils.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Checkpoints} from "@openzeppelin/contracts/utils/structs/Checkpoints.sol";
import {Time} from "@openzeppelin/contracts/utils/types/Time.sol";

/// @title Earned votes
/// @notice See {IEarnedVotes}.
contract EarnedVotes is IEarnedVotes {
    using Checkpoints for Checkpoints.Trace208;

    /// @dev What an id has from one source.
    /// @param earned Units earned, as last copied.
    /// @param history The holder (160 bits) and how many of the units count (48 bits), over time.
    struct Holding {
        uint48 earned;
        Checkpoints.Trace208 history;
    }

    /// @notice Most distributors that can be listed; `sync` asks each of them.
    uint256 public constant MAX_SOURCES = 16;

    /// @notice At most one part in so many of the supply counts for one id.
    uint256 public constant SHARE_OF_ONE = 20;

    /// @inheritdoc IEarnedVotes
    address public immutable governance;
    /// @inheritdoc IEarnedVotes
    mapping(address distributor => bool) public isSource;

    Source[] private _sources;
    mapping(uint64 id => mapping(uint256 source => Holding)) private _holdings;
    mapping(address account => Checkpoints.Trace208) private _votes;
    Checkpoints.Trace208 private _supply;

    /// @param governance_ Who adds more sources later: the timelock.
    /// @param initial The first sources; they must be deployed.
    constructor(address governance_, Source[] memory initial) {
        if (governance_ == address(0)) revert EarnedVotes_NoGovernance();
        governance = governance_;
        for (uint256 i = 0; i < initial.length; ++i) {
            _addSource(initial[i].distributor, initial[i].votesPerUnit);
        }
    }

    /// @inheritdoc IEarnedVotes
    function addSource(address distributor, uint64 votesPerUnit) external {
        if (msg.sender != governance) revert EarnedVotes_NotGovernance(msg.sender);
        _addSource(distributor, votesPerUnit);
    }

    // ------------------------------------------------------------------------------------------------ sync

    /// @inheritdoc IEarnedVotes
    function sync(uint64 id) external {
        _sync(id);
    }

    /// @inheritdoc IEarnedVotes
    function syncMany(uint64[] calldata ids) external {
        for (uint256 i = 0; i < ids.length; ++i) {
            _sync(ids[i]);
        }
    }

    // ----------------------------------------------------------------------------------------------- views

    /// @inheritdoc IEarnedVotes
    function getVotes(address account) external view returns (uint256) {
        return _votes[account].latest();
    }

    /// @inheritdoc IEarnedVotes
    function getPastVotes(address account, uint256 timepoint) external view returns (uint256) {
        return _votes[account].upperLookupRecent(_past(timepoint));
    }

    /// @inheritdoc IEarnedVotes
    function getTotalSupply() external view returns (uint256) {
        return _supply.latest();
    }

    /// @inheritdoc IEarnedVotes
    function getPastTotalSupply(uint256 timepoint) external view returns (uint256) {
        return _supply.upperLookupRecent(_past(timepoint));
    }

    /// @inheritdoc IEarnedVotes
    function getVotesOf(uint64 id, address holder) external view returns (uint256) {
        return _votesOf(id, holder, clock(), false);
    }

    /// @inheritdoc IEarnedVotes
    function getPastVotesOf(uint64 id, address holder, uint256 timepoint) external view returns (uint256) {
        return _votesOf(id, holder, _past(timepoint), false);
    }

    /// @inheritdoc IEarnedVotes
    function getStandingVotesOf(uint64 id, address holder, uint256 timepoint) external view returns (uint256) {
        return _votesOf(id, holder, _past(timepoint), true);
    }

    /// @inheritdoc IEarnedVotes
    function sources() external view returns (Source[] memory) {
        return _sources;
    }

    /// @notice Votes are counted by block timestamp.
    function clock() public view returns (uint48) {
        return Time.timestamp();
    }

    /// @notice The clock in the words of ERC-6372.
    // forge-lint: disable-next-line(mixed-case-function)
    function CLOCK_MODE() external view returns (string memory) {
        return ERC6372Utils.timestampClockMode(clock);
    }

    // -------------------------------------------------------------------------------------------- internal

    function _addSource(address distributor, uint64 votesPerUnit) private {
        if (isSource[distributor]) revert EarnedVotes_SourceListed(distributor);
        if (_sources.length == MAX_SOURCES) revert EarnedVotes_TooManySources(MAX_SOURCES);
        if (votesPerUnit == 0 || distributor.code.length == 0) {
            revert EarnedVotes_InvalidSource(distributor, votesPerUnit);
        }
        // Nothing removes a source, and one that does not answer would stop every later `sync`.
        // slither-disable-next-line unused-return
        IAccounts(distributor).account(0);
        isSource[distributor] = true;
        _sources.push(Source({distributor: distributor, votesPerUnit: votesPerUnit}));
        emit SourceAdded(_sources.length - 1, distributor, votesPerUnit);
    }

    /// @dev First what was earned, for the supply; then who holds how much of it, which the supply bounds.
    function _sync(uint64 id) private {
        Source[] memory list = _sources;
        Account[] memory accounts = new Account[](list.length);
        uint256 earned = 0;
        uint256 before = 0;
        for (uint256 i = 0; i < list.length; ++i) {
            accounts[i] = IAccounts(list[i].distributor).account(id);
            uint48 known = _holdings[id][i].earned;
            // A distributor never takes anything back; should one do, it keeps counting here, for the supply must not fall.
            if (accounts[i].earned < known) accounts[i].earned = known;
            before += uint256(known) * list[i].votesPerUnit;
            earned += uint256(accounts[i].earned) * list[i].votesPerUnit;
        }
        uint256 supply = _supply.latest() - before + earned;
        // What a push answers is known before it.
        // slither-disable-next-line unused-return
        if (earned != before) _supply.push(clock(), SafeCast.toUint208(supply));

        uint256 most = supply / SHARE_OF_ONE;
        for (uint256 i = 0; i < list.length; ++i) {
            uint256 counted = accounts[i].earned;
            if (earned > most) counted = Math.mulDiv(counted, most, earned);
            // At most `earned`.
            // forge-lint: disable-next-line(unsafe-typecast)
            _hold(id, i, list[i].votesPerUnit, accounts[i], uint48(counted));
        }
    }

    function _hold(uint64 id, uint256 source, uint256 votesPerUnit, Account memory account, uint48 counted) private {
        Holding storage holding = _holdings[id][source];
        if (holding.earned != account.earned) holding.earned = account.earned;
        (address holder, uint48 held) = _unpack(holding.history.latest());
        if (holder == account.wallet && held == counted) return;

        // What a push answers is known before it.
        // slither-disable-next-line unused-return
        holding.history.push(clock(), _pack(account.wallet, counted));
        uint256 before = held * votesPerUnit;
        uint256 votes = counted * votesPerUnit;
        if (holder == account.wallet) {
            _changeVotes(holder, before, votes);
        } else {
            _changeVotes(holder, before, 0);
            _changeVotes(account.wallet, 0, votes);
        }
        emit Synced(id, source, account.wallet, account.earned, votes);
    }

    function _changeVotes(address account, uint256 less, uint256 more) private {
        if (less == more) return;
        uint256 previous = _votes[account].latest();
        uint256 next = previous - less + more;
        // What a push answers is known before it.
        // slither-disable-next-line unused-return
        _votes[account].push(clock(), SafeCast.toUint208(next));
        emit DelegateVotesChanged(account, previous, next);
    }

    function _votesOf(uint64 id, address holder, uint48 timepoint, bool standing) private view returns (uint256 votes) {
        uint256 length = _sources.length;
        for (uint256 i = 0; i < length; ++i) {
            (address holderThen, uint48 counted) = _unpack(_holdings[id][i].history.upperLookupRecent(timepoint));
            if (counted == 0 || holderThen != holder) continue;
            Source memory source = _sources[i];
            if (standing && IAccounts(source.distributor).account(id).wallet != holder) continue;
            votes += uint256(counted) * source.votesPerUnit;
        }
    }

    function _past(uint256 timepoint) private view returns (uint48) {
        uint48 current = clock();
        if (timepoint >= current) revert ERC5805FutureLookup(timepoint, current);
        return SafeCast.toUint48(timepoint);
    }

    function _pack(address holder, uint48 counted) private pure returns (uint208) {
        return (uint208(uint160(holder)) << 48) | counted;
    }

    function _unpack(uint208 packed) private pure returns (address holder, uint48 counted) {
        // The upper 160 bits are the holder, the lower 48 the units.
        // forge-lint: disable-next-line(unsafe-typecast)
        return (address(uint160(packed >> 48)), uint48(packed));
    }
}
