// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";
import {ERC20Votes} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Votes.sol";
import {ERC6372Utils} from "@openzeppelin/contracts/utils/ERC6372Utils.sol";
import {Nonces} from "@openzeppelin/contracts/utils/Nonces.sol";
import {Time} from "@openzeppelin/contracts/utils/types/Time.sol";

/// @notice A holder at genesis.
/// @param to Who gets the tokens; an address may be listed once.
/// @param amount How many base units.
struct Allocation {
    address to;
    uint256 amount;
}

/// @title Guerdon token
/// @notice ERC-20 with permits (ERC-2612) and votes (ERC-5805) on a timestamp clock (ERC-6372). The whole supply is minted at
/// genesis; nothing can mint more. Holders at genesis begin with their votes delegated to themselves, so that votes exist from the
/// first second and what a holder without a voice (the Treasury) has is known at every time.
contract GuerdonToken is ERC20, ERC20Permit, ERC20Votes {
    /// @notice An address is listed twice at genesis, or gets nothing.
    error GuerdonToken_InvalidAllocation(uint256 index, address to);

    constructor(string memory name_, string memory symbol_, Allocation[] memory allocations)
        ERC20(name_, symbol_)
        ERC20Permit(name_)
    {
        for (uint256 i = 0; i < allocations.length; ++i) {
            address to = allocations[i].to;
            if (allocations[i].amount == 0 || delegates(to) != address(0)) {
                revert GuerdonToken_InvalidAllocation(i, to);
            }
            _mint(to, allocations[i].amount);
            _delegate(to, to);
        }
    }

    /// @notice Votes are counted by block timestamp.
    function clock() public view override returns (uint48) {
        return Time.timestamp();
    }

    /// @notice The clock in the words of ERC-6372.
    // forge-lint: disable-next-line(mixed-case-function)
    function CLOCK_MODE() public view override returns (string memory) {
        return ERC6372Utils.timestampClockMode(clock);
    }

    /// @notice Next nonce of an owner, shared by permits and delegations.
    function nonces(address owner) public view override(ERC20Permit, Nonces) returns (uint256) {
        return super.nonces(owner);
    }

    function _update(address from, address to, uint256 value) internal override(ERC20, ERC20Votes) {
        super._update(from, to, value);
    }
}
