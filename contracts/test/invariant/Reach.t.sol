// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Checks} from "./Checks.sol";
import {Test} from "forge-std/Test.sol";

/// @title Reach
/// @notice A campaign proves nothing about what it never does: the actors, called at random, must get everywhere.
contract Reach is Test {
    uint256 private constant CALLS = 3000;

    function test_theActorsGetEverywhere() public {
        string[34] memory places = [
            "postBatch",
            "publish",
            "credit",
            "voidUnpublished",
            "voidRotated",
            "mismatch",
            "settled",
            "challenge",
            "challengeBatch",
            "challengeLink",
            "resolve",
            "fault",
            "heldDecided",
            "resolveExpired",
            "refund",
            "withdraw",
            "withdrawReward",
            "reportEquivocation",
            "firstLink",
            "relink",
            "relinkSigned",
            "adopt",
            "activate",
            "activateAdopted",
            "cancel",
            "drop",
            "decideLink",
            "claim",
            "claimMany",
            "rotate",
            "rotateVoiding",
            "setTerms",
            "pause",
            "unpause"
        ];
        Checks actors = new Checks();
        bytes4[] memory calls = actors.calls();
        for (uint256 i = 0; i < CALLS; ++i) {
            uint256 draw = uint256(keccak256(abi.encode("reach", i)));
            (bool done, bytes memory answer) =
                address(actors).call(abi.encodeWithSelector(calls[draw % calls.length], draw >> 16));
            assertTrue(done, string(answer));
        }
        for (uint256 i = 0; i < places.length; ++i) {
            emit log_named_uint(places[i], actors.counts(places[i]));
            assertGt(actors.counts(places[i]), 0, places[i]);
        }
        actors.checkEnd();
    }
}
