// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @dev Seconds that a pause lasts at most. Delays are checked against it, so it is the same everywhere.
uint48 constant MAX_PAUSE = 7 days;

/// @title The guardian and the pause
/// @notice A pause stops posting, crediting and the activation of links, for at most 7 days and at most once per 30. Publishing,
/// challenging, answering and claiming go on. Windows and link delays stand still while it lasts. The guardian's role expires.
interface IGuardian {
    /// @notice Governance chose a guardian.
    /// @param until The role's first second without effect.
    event GuardianSet(address indexed guardian, uint48 until);

    /// @notice The distributor is paused.
    /// @param until First second in which it is not, unless it is resumed earlier.
    event Paused(address indexed guardian, uint48 until);

    /// @notice The pause was ended early.
    event Unpaused(address indexed caller);

    /// @notice The caller is not the guardian, or its role has expired.
    error Guardian_NotGuardian(address caller);

    /// @notice The next pause may begin at `earliest`.
    error Guardian_TooSoon(uint256 earliest);

    /// @notice This does not happen while the distributor is paused.
    error Guardian_Paused(uint48 until);

    /// @notice There is no pause to end.
    error Guardian_NotPaused();

    /// @notice A delay and the longest pause together must be at least one cycle of governance.
    error Guardian_DelayTooShort(uint256 delay, uint256 governanceCycle);

    /// @notice Pauses for 7 days. Only the guardian, once per 30 days, until its role expires.
    function pause() external;

    /// @notice Ends a pause early. Only the guardian and governance.
    function unpause() external;

    /// @notice Chooses the guardian and when its role expires; the zero address for none. Only governance.
    function setGuardian(address guardian, uint48 until) external;

    /// @notice Who may pause, and until when.
    function guardian() external view returns (address guardian, uint48 until);

    /// @notice Whether the distributor is paused now.
    function paused() external view returns (bool);

    /// @notice End of the last pause; zero if there was none.
    function pausedUntil() external view returns (uint48);

    /// @notice The clock of windows and delays: block time less all time paused. It stands still during a pause.
    function activeTime() external view returns (uint256);

    /// @notice Seconds that a pause lasts at most.
    function maxPause() external view returns (uint48);

    /// @notice Seconds from the beginning of a pause to the next.
    function pauseInterval() external view returns (uint48);
}
