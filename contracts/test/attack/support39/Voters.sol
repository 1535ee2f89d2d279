// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {GuerdonGovernor} from "../../../src/GuerdonGovernor.sol";
import {GuerdonToken} from "../../../src/GuerdonToken.sol";
import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";

/// @notice Lends all its votes for the length of one call.
contract FlashLender {
    GuerdonToken private immutable VOTES;

    constructor(GuerdonToken votes) {
        VOTES = votes;
    }

    function lend(FlashBorrower borrower) external {
        uint256 amount = VOTES.balanceOf(address(this));
        require(VOTES.transfer(address(borrower), amount));
        borrower.use(amount);
        require(VOTES.balanceOf(address(this)) == amount);
    }
}

/// @notice Does everything that a vote can do while it has the loan, and notes what worked.
contract FlashBorrower {
    GuerdonToken private immutable VOTES;
    GuerdonGovernor private immutable GOVERNOR;
    uint256 private immutable ACTIVE;
    address[] private _targets = new address[](1);
    uint256[] private _values = new uint256[](1);
    bytes[] private _calls = new bytes[](1);

    uint256 public had;
    bool public proposed;
    bool public queued;
    bool public executed;
    uint256 public weight;

    constructor(GuerdonToken votes, GuerdonGovernor governor, uint256 active, address target, bytes memory call) {
        VOTES = votes;
        GOVERNOR = governor;
        ACTIVE = active;
        _targets[0] = target;
        _calls[0] = call;
        votes.delegate(address(this));
    }

    function use(uint256 amount) external {
        had = VOTES.getVotes(address(this));
        try GOVERNOR.propose(_targets, _values, _calls, "flash") {
            proposed = true;
        } catch {}
        try GOVERNOR.queue(_targets, _values, _calls, keccak256("flash")) {
            queued = true;
        } catch {}
        try GOVERNOR.execute(_targets, _values, _calls, keccak256("flash")) {
            executed = true;
        } catch {}
        if (ACTIVE != 0) {
            try GOVERNOR.castVote(ACTIVE, 1) returns (uint256 counted) {
                weight = counted;
            } catch {}
        }
        require(VOTES.transfer(msg.sender, amount));
    }
}

/// @notice A wallet that is a contract: it approves one hash, until its owner approves another.
contract ApprovingWallet is IERC1271 {
    bytes32 public approved;

    function approve(bytes32 hash) external {
        approved = hash;
    }

    function delegateTo(GuerdonToken votes, address account) external {
        votes.delegate(account);
    }

    function isValidSignature(bytes32 hash, bytes calldata) external view returns (bytes4) {
        return hash == approved ? IERC1271.isValidSignature.selector : bytes4(0);
    }
}
