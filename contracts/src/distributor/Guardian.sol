// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IGuardian, MAX_PAUSE} from "../interfaces/IGuardian.sol";
import {OracleSet} from "./OracleSet.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @title The guardian and the pause
/// @dev The end of the pause lies in the slot of the current oracle set, which posting reads anyway. Deadlines that a pause
/// shifts are kept in active time, so that no pause has to touch them.
abstract contract Guardian is OracleSet, IGuardian {
    /// @param before Seconds of all pauses before the last one.
    /// @param since Beginning of the last pause; zero if there was none.
    struct Pauses {
        address guardian;
        uint48 before;
        uint48 since;
    }

    /// @inheritdoc IGuardian
    uint48 public constant maxPause = MAX_PAUSE;
    /// @inheritdoc IGuardian
    uint48 public constant pauseInterval = 30 days;

    Pauses private _pauses;
    uint48 private _guardianUntil;

    constructor(address guardian_, uint48 until) {
        _setGuardian(guardian_, until);
    }

    /// @inheritdoc IGuardian
    function pause() external {
        // Check
        _requireGuardian();
        uint256 last = _pauses.since;
        if (last != 0 && block.timestamp < last + pauseInterval) revert Guardian_TooSoon(last + pauseInterval);

        // Effect
        uint48 since = SafeCast.toUint48(block.timestamp);
        _pauses.before += _lastPause();
        _pauses.since = since;
        _current.pausedUntil = since + MAX_PAUSE;
        emit Paused(msg.sender, since + MAX_PAUSE);
    }

    /// @inheritdoc IGuardian
    function unpause() external {
        // Check
        if (msg.sender != governance) _requireGuardian();
        if (!paused()) revert Guardian_NotPaused();

        // Effect
        _current.pausedUntil = SafeCast.toUint48(block.timestamp);
        emit Unpaused(msg.sender);
    }

    /// @inheritdoc IGuardian
    function setGuardian(address guardian_, uint48 until) external onlyGovernance {
        _setGuardian(guardian_, until);
    }

    /// @inheritdoc IGuardian
    function guardian() external view returns (address, uint48) {
        return (_pauses.guardian, _guardianUntil);
    }

    /// @inheritdoc IGuardian
    function pausedUntil() external view returns (uint48) {
        return _current.pausedUntil;
    }

    /// @inheritdoc IGuardian
    function paused() public view returns (bool) {
        return block.timestamp < _current.pausedUntil;
    }

    /// @inheritdoc IGuardian
    function activeTime() public view returns (uint256) {
        uint256 running = Math.saturatingSub(_current.pausedUntil, block.timestamp);
        return block.timestamp + running - _pauses.before - _lastPause();
    }

    /// @dev The block time at which active time reaches this. For times before the last pause but one it is too late by the pauses
    /// since: no clock is kept of those.
    function _blockTime(uint256 active) internal view returns (uint64) {
        uint256 time = active + _pauses.before;
        // Sums of block times and periods of a year at most.
        // forge-lint: disable-next-line(unsafe-typecast)
        return uint64(time <= _pauses.since ? time : time + _lastPause());
    }

    /// @dev How long the last pause lasted, or will last.
    function _lastPause() private view returns (uint48) {
        return _current.pausedUntil - _pauses.since;
    }

    function _requireGuardian() private view {
        if (msg.sender != _pauses.guardian || block.timestamp >= _guardianUntil) {
            revert Guardian_NotGuardian(msg.sender);
        }
    }

    function _requireNotPaused() internal view {
        if (paused()) revert Guardian_Paused(_current.pausedUntil);
    }

    /// @dev Whoever sees something wrong, pauses and proposes must be faster than the delay.
    function _requireAnswerable(uint256 delay, uint256 governanceCycle) internal pure {
        if (delay + MAX_PAUSE < governanceCycle) revert Guardian_DelayTooShort(delay, governanceCycle);
    }

    function _setGuardian(address guardian_, uint48 until) private {
        _pauses.guardian = guardian_;
        _guardianUntil = until;
        emit GuardianSet(guardian_, until);
    }
}
