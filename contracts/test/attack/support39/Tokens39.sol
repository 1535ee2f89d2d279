// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";

/// @notice An ERC-20 with everything that somebody may hope to use against its holders: permits, operators, and calls to them.
contract TemptingToken is ERC20, ERC20Permit {
    mapping(address holder => mapping(address operator => bool)) public isOperatorFor;

    constructor(uint256 supply) ERC20("Tempting", "TMPT") ERC20Permit("Tempting") {
        _mint(msg.sender, supply);
    }

    function authorizeOperator(address operator) external {
        isOperatorFor[msg.sender][operator] = true;
    }

    function operatorSend(address from, address to, uint256 value) external {
        require(isOperatorFor[from][msg.sender]);
        _transfer(from, to, value);
    }

    function increaseAllowance(address operator, uint256 value) external {
        _approve(msg.sender, operator, allowance(msg.sender, operator) + value);
    }
}
