// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Checks} from "./Checks.sol";
import {Test} from "forge-std/Test.sol";

/// @title Invariants
/// @notice One campaign for the whole system. Every call of an actor is predicted from the definition, and must succeed or fail as
/// predicted; after every call the contracts must hold what the store says. A run is deterministic under the committed seed.
contract Invariants is Test {
    Checks private actors;

    function setUp() public {
        actors = new Checks();
        targetContract(address(actors));
        targetSelector(FuzzSelector({addr: address(actors), selectors: actors.calls()}));
        targetSender(address(this));
    }

    function invariant_all() public {
        actors.checkBatches();
        actors.checkAccounts();
        actors.checkMoney();
        actors.checkLinks();
        actors.checkDisputes();
    }

    function afterInvariant() public {
        actors.checkEnd();
    }
}
