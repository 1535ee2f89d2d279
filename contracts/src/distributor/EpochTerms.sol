// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {ITerms} from "../interfaces/ITerms.sol";
import {Terms} from "../interfaces/Types.sol";
import {Governed} from "./Governed.sol";

/// @title Epochs and the terms that hold in them
/// @dev Terms never change for an epoch that has begun, so a batch means the same whenever it is checked.
abstract contract EpochTerms is Governed {
    /// @inheritdoc ITerms
    uint64 public immutable epochStart;
    /// @inheritdoc ITerms
    uint64 public immutable epochLength;

    /// @dev Terms, and how many are older.
    struct Version {
        bytes32 policyHash;
        uint64 epochBudget;
        uint48 capPerPerson;
        uint64 fromEpoch;
        uint32 older;
    }

    /// @dev The newest terms have a place of their own: batches follow their epochs closely, and posting then reads no length first.
    Version private _newest;
    mapping(uint256 index => Version) private _older;

    constructor(uint64 epochStart_, uint64 epochLength_, Terms[] memory terms) {
        if (epochLength_ == 0) revert Terms_NoEpochLength();
        epochStart = epochStart_;
        epochLength = epochLength_;
        for (uint256 i = 0; i < terms.length; ++i) {
            _pushTerms(terms[i]);
        }
    }

    /// @inheritdoc ITerms
    function setTerms(Terms calldata terms) external onlyGovernance {
        // Check: about the future only.
        uint256 next = epochAt(block.timestamp) + 1;
        if (terms.fromEpoch < next) revert Terms_TooEarly(terms.fromEpoch, next);

        // Effect
        _pushTerms(terms);
    }

    /// @inheritdoc ITerms
    function termsOf(uint64 epoch) external view returns (Terms memory) {
        Version storage terms = _termsOf(epoch);
        return Terms(terms.policyHash, terms.epochBudget, terms.capPerPerson, terms.fromEpoch);
    }

    /// @inheritdoc ITerms
    function epochAt(uint256 timestamp) public view returns (uint256) {
        return timestamp < epochStart ? 0 : (timestamp - epochStart) / epochLength + 1;
    }

    /// @inheritdoc ITerms
    function epochEnd(uint64 epoch) public view returns (uint256) {
        return uint256(epochStart) + uint256(epoch) * epochLength;
    }

    function _termsOf(uint64 epoch) internal view returns (Version storage terms) {
        terms = _newest;
        while (terms.fromEpoch > epoch) {
            if (terms.older == 0) revert Terms_None(epoch);
            terms = _older[terms.older - 1];
        }
        if (terms.fromEpoch == 0) revert Terms_None(epoch);
    }

    function _pushTerms(Terms memory terms) private {
        uint64 last = _newest.fromEpoch;
        if (terms.fromEpoch <= last) revert Terms_TooEarly(terms.fromEpoch, uint256(last) + 1);
        if (terms.policyHash == bytes32(0) || terms.capPerPerson == 0) revert Terms_Incomplete(terms.fromEpoch);

        if (last != 0) {
            _older[_newest.older] = _newest;
            ++_newest.older;
        }
        _newest.policyHash = terms.policyHash;
        _newest.epochBudget = terms.epochBudget;
        _newest.capPerPerson = terms.capPerPerson;
        _newest.fromEpoch = terms.fromEpoch;
        emit TermsSet(terms.fromEpoch, terms.policyHash, terms.epochBudget, terms.capPerPerson);
    }
}
