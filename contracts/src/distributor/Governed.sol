// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {ITerms} from "../interfaces/ITerms.sol";

/// @title Who governs
/// @dev Fixed for good: another governance means another distributor.
abstract contract Governed is ITerms {
    /// @inheritdoc ITerms
    address public immutable governance;

    modifier onlyGovernance() {
        _requireGovernance();
        _;
    }

    constructor(address governance_) {
        if (governance_ == address(0)) revert Terms_NoGovernance();
        governance = governance_;
    }

    function _requireGovernance() private view {
        if (msg.sender != governance) revert Terms_NotGovernance(msg.sender);
    }
}
