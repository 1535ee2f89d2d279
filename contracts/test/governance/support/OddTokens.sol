// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @notice Says false instead of reverting, and moves nothing, while it is stopped; two decimals.
contract RefusingToken is ERC20 {
    bool public stopped;

    constructor(uint256 supply) ERC20("Refusing", "NO") {
        _mint(msg.sender, supply);
    }

    function decimals() public pure override returns (uint8) {
        return 2;
    }

    function stop(bool value) external {
        stopped = value;
    }

    function transfer(address to, uint256 value) public override returns (bool) {
        return !stopped && super.transfer(to, value);
    }
}

/// @notice Reverts on every transfer while it is paused, and for recipients that its issuer blocked.
contract StoppableToken is ERC20 {
    error Stopped(address to);

    bool public paused;
    mapping(address account => bool) public blocked;

    constructor(uint256 supply) ERC20("Stoppable", "STP") {
        _mint(msg.sender, supply);
    }

    function pause(bool value) external {
        paused = value;
    }

    function setBlocked(address account, bool value) external {
        blocked[account] = value;
    }

    function _update(address from, address to, uint256 value) internal override {
        if (paused || blocked[to]) revert Stopped(to);
        super._update(from, to, value);
    }
}

/// @notice What a {CallingToken} tells its recipients.
interface ICalled {
    function called() external;
}

/// @notice Calls its recipient before it moves anything.
contract CallingToken is ERC20 {
    constructor(uint256 supply) ERC20("Calling", "HEY") {
        _mint(msg.sender, supply);
    }

    function transfer(address to, uint256 value) public override returns (bool) {
        if (to.code.length != 0) ICalled(to).called();
        return super.transfer(to, value);
    }
}
