// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {RewardBatch} from "../../src/interfaces/Types.sol";
import {Fixture} from "../support/Fixture.sol";
import {Entry, Packing} from "../support/Packing.sol";

/// @notice Gas of whole transactions, calldata and the fixed 21,000 included, against what the design promises. The payout is a
/// plain ERC-20; refunds are not deducted.
/// forge-config: default.isolate = true
contract GasTest is Fixture {
    using Packing for Entry[];

    /// @dev Ids as GitHub gives them today: 4 significant bytes.
    uint64 private constant FIRST_ID = 100_000_001;

    function test_Claim() public {
        _link(FIRST_ID);
        _link(FIRST_ID + 1);
        Entry[] memory entries = Packing.many(FIRST_ID, 2, 1_234_567);
        _pay(1, 1, entries);
        distributor.claim(FIRST_ID);
        _within("first claim", 1, 62_000);
        _pay(2, 1, entries);
        distributor.claim(FIRST_ID);
        _within("repeated claim", 1, 45_000);
    }

    function test_ClaimMany() public {
        _linkMany(FIRST_ID, 128);
        Entry[] memory entries = Packing.many(FIRST_ID, 128, 12_345);
        uint64[] memory ids = new uint64[](128);
        for (uint256 i = 0; i < 128; ++i) {
            ids[i] = entries[i].id;
        }
        _pay(1, 1, entries);
        distributor.claimMany(ids);
        _pay(2, 1, entries);
        distributor.claimMany(ids);
        _within("repeated claim, each of 128 in a list", 128, 17_000);
    }

    function test_Post() public {
        vm.warp(distributor.epochEnd(2));
        RewardBatch memory header = _header(1, 1, keccak256("head"), 1_234_567);
        bytes memory signatures = _quorumOf(header);
        distributor.postBatch(header, signatures);
        _within("post, 3 of 5", 1, 155_000);
        header = _header(2, 1, keccak256("head"), 1_234_567);
        signatures = _quorumOf(header);
        distributor.postBatch(header, signatures);
        _within("post, 3 of 5", 1, 155_000);
    }

    function test_PublishAndCredit() public {
        _linkMany(FIRST_ID, 1000);
        Entry[] memory entries = Packing.many(FIRST_ID, 1000, 9999);
        bytes[] memory chunks = entries.split(500);
        bytes32[] memory rests = _post(1, 1, chunks, entries.sum());
        distributor.publish(1, chunks[0], rests[0]);
        _within("publish, an entry of the first 500", 500, 700);
        distributor.publish(1, chunks[1], rests[1]);
        _within("publish, an entry of the last 500", 500, 700);
        vm.warp(block.timestamp + WINDOW);
        // The first credit of an account is its first `earned`; the slot holds the wallet already.
        distributor.credit(1, chunks[0], rests[0]);
        _within("credit, an entry of the first 500", 500, 6100);
        distributor.credit(1, chunks[1], rests[1]);
        _within("credit, an entry of the last 500", 500, 6100);
    }

    function _within(string memory what, uint256 shares, uint256 limit) private {
        uint256 gas = vm.lastCallGas().gasTotalUsed;
        assertGt(gas, 21_000, "not a whole transaction");
        emit log_named_uint(what, gas / shares);
        assertLe(gas / shares, limit, what);
    }
}
