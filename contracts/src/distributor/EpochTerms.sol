// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {ITerms} from "../interfaces/ITerms.sol";
import {Terms} from "../interfaces/Types.sol";

/// @title Epochs and the terms that hold in them
/// @dev Terms never change for an epoch that has begun, so a batch means the same whenever it is checked.
abstract contract EpochTerms is ITerms {
    /// @inheritdoc ITerms
    address public immutable governance;
    /// @inheritdoc ITerms
    uint64 public immutable epochStart;
    /// @inheritdoc ITerms
    uint64 public immutable epochLength;

    /// @dev In strictly ascending order of `fromEpoch`.
    Terms[] private _terms;

    constructor(address governance_, uint64 epochStart_, uint64 epochLength_, Terms[] memory terms) {
        if (governance_ == address(0)) revert Terms_NoGovernance();
        if (epochLength_ == 0) revert Terms_NoEpochLength();
        governance = governance_;
        epochStart = epochStart_;
        epochLength = epochLength_;
        for (uint256 i = 0; i < terms.length; ++i) {
            _pushTerms(terms[i]);
        }
    }

    /// @inheritdoc ITerms
    function setTerms(Terms calldata terms) external {
        // Check: governance speaks, and about the future only.
        if (msg.sender != governance) revert Terms_NotGovernance(msg.sender);
        uint256 next = epochAt(block.timestamp) + 1;
        if (terms.fromEpoch < next) revert Terms_TooEarly(terms.fromEpoch, next);

        // Effect
        _pushTerms(terms);
    }

    /// @inheritdoc ITerms
    function termsOf(uint64 epoch) external view returns (Terms memory) {
        return _termsOf(epoch);
    }

    /// @inheritdoc ITerms
    function epochAt(uint256 timestamp) public view returns (uint256) {
        return timestamp < epochStart ? 0 : (timestamp - epochStart) / epochLength + 1;
    }

    /// @inheritdoc ITerms
    function epochEnd(uint64 epoch) public view returns (uint256) {
        return uint256(epochStart) + uint256(epoch) * epochLength;
    }

    /// @dev The newest terms are looked at first: batches follow their epochs closely.
    function _termsOf(uint64 epoch) internal view returns (Terms storage) {
        for (uint256 i = _terms.length; i != 0; --i) {
            Terms storage terms = _terms[i - 1];
            if (terms.fromEpoch <= epoch) return terms;
        }
        revert Terms_None(epoch);
    }

    function _pushTerms(Terms memory terms) private {
        uint256 count = _terms.length;
        uint256 earliest = count == 0 ? 1 : uint256(_terms[count - 1].fromEpoch) + 1;
        if (terms.fromEpoch < earliest) revert Terms_TooEarly(terms.fromEpoch, earliest);
        if (terms.policyHash == bytes32(0) || terms.capPerPerson == 0) revert Terms_Incomplete(terms.fromEpoch);

        _terms.push(terms);
        emit TermsSet(terms.fromEpoch, terms.policyHash, terms.epochBudget, terms.capPerPerson);
    }
}
