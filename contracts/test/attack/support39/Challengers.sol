// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IDisputes} from "../../../src/interfaces/IDisputes.sol";

/// @notice Challenges and takes no ETH back until it is told to.
contract RefusingChallenger {
    error Refused();

    bool public willing;

    constructor() payable {}

    function challenge(IDisputes disputes, uint64 epoch, uint32 position) external returns (uint256) {
        return disputes.challenge{value: disputes.bond()}(epoch, position);
    }

    function relent() external {
        willing = true;
    }

    receive() external payable {
        if (!willing) revert Refused();
    }
}

/// @notice Calls back for more when its ETH comes.
contract GreedyChallenger {
    IDisputes private immutable DISPUTES;
    uint256 public calls;

    constructor(IDisputes disputes) payable {
        DISPUTES = disputes;
    }

    function challenge(uint64 epoch, uint32 position) external returns (uint256) {
        return DISPUTES.challenge{value: DISPUTES.bond()}(epoch, position);
    }

    receive() external payable {
        ++calls;
        try DISPUTES.withdraw(payable(address(this))) {} catch {}
    }
}

/// @title Forcing
/// @notice Sends ETH to an account that did not ask for it, and may have no way to take it.
library Forcing {
    /// @dev The new contract's init code is PUSH20 victim SELFDESTRUCT.
    function force(address victim, uint256 value) internal {
        bytes memory code = abi.encodePacked(hex"73", victim, hex"ff");
        assembly ("memory-safe") {
            pop(create(value, add(code, 32), mload(code)))
        }
    }
}
