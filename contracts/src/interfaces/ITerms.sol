// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Terms} from "./Types.sol";

/// @title Epochs and the terms that hold in them
/// @notice Epoch n, counted from 1, covers the seconds from epochStart + (n - 1) * epochLength up to, not including,
/// epochStart + n * epochLength.
interface ITerms {
    /// @notice Terms were set.
    event TermsSet(uint64 indexed fromEpoch, bytes32 indexed policyHash, uint64 epochBudget, uint48 capPerPerson);

    /// @notice Only governance may do this.
    error Terms_NotGovernance(address caller);

    /// @notice Somebody must be able to set terms.
    error Terms_NoGovernance();

    /// @notice An epoch must last at least one second.
    error Terms_NoEpochLength();

    /// @notice Terms need a policy hash and a cap per person above zero.
    error Terms_Incomplete(uint64 fromEpoch);

    /// @notice Terms must begin at this epoch or later.
    error Terms_TooEarly(uint64 fromEpoch, uint256 earliest);

    /// @notice No terms hold in this epoch.
    error Terms_None(uint64 epoch);

    /// @notice Sets the terms from a future epoch on. Only governance.
    /// @param terms Must begin after the current epoch and after all terms set before.
    function setTerms(Terms calldata terms) external;

    /// @notice The terms that hold in an epoch.
    function termsOf(uint64 epoch) external view returns (Terms memory);

    /// @notice The epoch at a time; zero before the first.
    function epochAt(uint256 timestamp) external view returns (uint256);

    /// @notice The first second after an epoch.
    function epochEnd(uint64 epoch) external view returns (uint256);

    /// @notice First second of epoch 1.
    function epochStart() external view returns (uint64);

    /// @notice Seconds in an epoch.
    function epochLength() external view returns (uint64);

    /// @notice Who sets the terms.
    function governance() external view returns (address);
}
