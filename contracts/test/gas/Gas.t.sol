// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {RewardBatch} from "../../src/interfaces/Types.sol";
import {Fixture} from "../support/Fixture.sol";
import {Entry, Packing} from "../support/Packing.sol";
import {Measure} from "./Measure.sol";

/// @notice What each step costs, against what the design promises. The payout is a plain ERC-20.
/// forge-config: default.isolate = true
contract GasTest is Fixture, Measure {
    using Packing for Entry[];

    /// @dev Ids as GitHub gives them today: 4 significant bytes.
    uint64 private constant FIRST_ID = 100_000_001;

    function test_Claim() public {
        _link(FIRST_ID);
        _link(FIRST_ID + 1);
        Entry[] memory entries = Packing.many(FIRST_ID, 2, 1_234_567);
        _pay(1, 1, entries);
        distributor.claim(FIRST_ID);
        _within("claim, the first", 1, 62_000);
        _pay(2, 1, entries);
        distributor.claim(FIRST_ID);
        _within("claim, a repeated one", 1, 45_000);
    }

    function test_ClaimMany() public {
        _linkMany(FIRST_ID, 256);
        Entry[] memory entries = Packing.many(FIRST_ID, 256, 12_345);
        uint64[] memory ids = new uint64[](256);
        for (uint256 i = 0; i < ids.length; ++i) {
            ids[i] = entries[i].id;
        }
        _pay(1, 1, entries);
        distributor.claimMany(ids);
        assertLe(_measure("claimMany of 256, all first ones", 1), 16_777_216, "more than a transaction may use");
        _pay(2, 1, entries);
        assembly {
            mstore(ids, 128)
        }
        distributor.claimMany(ids);
        _within("claimMany of 128, each, repeated", 128, 16_800);
    }

    function test_Post() public {
        vm.warp(distributor.epochEnd(2));
        RewardBatch memory header = _header(1, 1, keccak256("head"), 1_234_567);
        bytes memory signatures = _quorumOf(header);
        distributor.postBatch(header, signatures);
        _within("post, 3 of 5, the first", 1, 155_000);
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
        assertLe(vm.lastCallGas().gasTotalUsed, 16_777_216 / 2, "the largest chunk has no room");
        distributor.credit(1, chunks[1], rests[1]);
        _within("credit, an entry of the last 500", 500, 6100);
    }

    /// @dev A challenge costs the other entries of its batch next to nothing.
    function test_CreditOfAChallengedBatch() public {
        _linkMany(FIRST_ID, 500);
        Entry[] memory entries = Packing.many(FIRST_ID, 500, 9999);
        (bytes[] memory chunks, bytes32[] memory rests) = _open(1, 1, entries, 500);
        _challenge(1, 100);
        _challenge(1, 400);
        vm.warp(block.timestamp + WINDOW);
        distributor.credit(1, chunks[0], rests[0]);
        _within("credit, an entry of a batch with two challenges", 500, 6100);
    }

    function test_EachFurtherSignature() public {
        vm.warp(distributor.epochEnd(1));
        uint256 four = _postWithFirst(4);
        uint256 five = _postWithFirst(5);
        emit log_named_uint("post, each further signature", five - four);
        assertLe(five - four, 4800);
    }

    /// @dev Gas of a post that the first `count` of the five oracles sign; leaves no trace.
    function _postWithFirst(uint256 count) private returns (uint256 gas) {
        address[] memory members = _membersOf(oracles);
        uint256 state = vm.snapshotState();
        vm.prank(address(timelock));
        distributor.rotate(members, count, "", false);
        RewardBatch memory header = _header(1, 1, keccak256("head"), 1_234_567);
        header.oracleSet = 2;
        bytes memory signatures = _signQuorum(oracles, (1 << count) - 1, distributor.hashBatch(header));
        distributor.postBatch(header, signatures);
        gas = vm.lastCallGas().gasTotalUsed;
        vm.revertToState(state);
    }
}
