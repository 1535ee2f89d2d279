// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";

/// @title Guerdon timelock
/// @notice The timelock of OpenZeppelin with every role in its final hands from the first block: the governor proposes, the governor
/// and the contributors' veto cancel, anyone executes, and nobody but the timelock itself is its admin.
/// It takes no delay below its bound from anybody: what the governor would refuse to propose can reach it by other ways, relayed by
/// the governor or scheduled by whoever was made a proposer.
/// @dev The plain one makes each canceller a proposer too, or needs an admin that makes the difference afterwards.
contract GuerdonTimelock is TimelockController {
    /// @notice The shortest delay that can be set later.
    uint256 public constant MIN_DELAY = 1 days;

    /// @notice The delay is below the shortest one.
    error GuerdonTimelock_DelayTooShort(uint256 delay, uint256 minimum);

    /// @param governor May be deployed later, as may the veto.
    constructor(uint256 minDelay, address governor, address veto)
        TimelockController(minDelay, _only(governor), _only(address(0)), address(0))
    {
        _grantRole(CANCELLER_ROLE, veto);
    }

    /// @notice Sets the delay of later operations. Only the timelock itself.
    function updateDelay(uint256 newDelay) public override {
        super.updateDelay(newDelay);
        if (newDelay < MIN_DELAY) revert GuerdonTimelock_DelayTooShort(newDelay, MIN_DELAY);
    }

    function _only(address account) private pure returns (address[] memory accounts) {
        accounts = new address[](1);
        accounts[0] = account;
    }
}
