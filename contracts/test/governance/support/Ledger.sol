// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Account} from "../../../src/interfaces/Types.sol";

/// @notice The part of a distributor that earned votes and vetoes look at, with accounts that a test sets. What the real one does
/// with them is in EarnedByWork.t.sol.
contract Ledger {
    address public immutable disputes;
    uint256 public rotations;
    mapping(uint64 id => Account) private _accounts;

    constructor(address disputes_) {
        disputes = disputes_;
    }

    function set(uint64 id, address wallet, uint48 earned) external {
        _accounts[id] = Account({wallet: wallet, earned: earned, claimed: earned / 2});
    }

    function account(uint64 id) external view returns (Account memory) {
        return _accounts[id];
    }

    function rotate(address[] calldata, uint256, string calldata, bool) external {
        ++rotations;
    }
}

/// @notice Takes the answers that only governance and the arbiter give.
contract Court {
    uint256 public answers;

    function resolve(uint256, uint8, bytes calldata) external {
        ++answers;
    }

    function resolveMany(uint256[] calldata, uint8, bytes calldata) external {
        ++answers;
    }

    function decideLink(uint64, bool) external {
        ++answers;
    }

    function setBond(uint96) external {
        ++answers;
    }
}
