// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IBatches} from "../../src/interfaces/IBatches.sol";
import {BatchStatus, RewardBatch} from "../../src/interfaces/Types.sol";
import {Fixture} from "../support/Fixture.sol";
import {Entry, Packing} from "../support/Packing.sol";

contract PostAndPublishTest is Fixture {
    using Packing for Entry[];

    RewardBatch private header;
    bytes private signatures;
    bytes private entries;

    function setUp() public override {
        super.setUp();
        vm.warp(distributor.epochEnd(1));
        entries = _one(10, 100).pack();
        header = _header(1, 1, keccak256(bytes.concat(keccak256(entries), bytes32(0))), 100);
        signatures = _quorumOf(header);
    }

    function test_OneTransactionOpensTheWindow() public {
        distributor.postAndPublish(header, signatures, entries);
        _opened();
    }

    function test_SucceedsWhenSomebodyWasFirst() public {
        distributor.postBatch(header, signatures);
        distributor.postAndPublish(header, signatures, entries);
        _opened();
        // Again, and with signatures that nobody looks at.
        distributor.postAndPublish(header, signatures, entries);
        distributor.postAndPublish(header, "", entries);
        _opened();
    }

    function test_RevertWhen_AnotherHeaderWasFirst() public {
        RewardBatch memory other = header;
        other.evidenceHash = keccak256("other");
        _post(other);
        vm.expectRevert(abi.encodeWithSelector(IBatches.Batches_Live.selector, 1, 1));
        distributor.postAndPublish(header, signatures, entries);
    }

    function test_RevertWhen_TheSameHeaderIsVoid() public {
        distributor.postBatch(header, signatures);
        vm.warp(block.timestamp + PUBLISH_PERIOD + 1);
        distributor.voidUnpublished(1);
        vm.expectRevert(abi.encodeWithSelector(IBatches.Batches_WrongRound.selector, 1, 1, 2));
        distributor.postAndPublish(header, signatures, entries);
    }

    function test_RevertWhen_TheEntriesAreOthers() public {
        bytes memory others = _one(10, 99).pack();
        vm.expectRevert(
            abi.encodeWithSelector(
                IBatches.Batches_WrongChunk.selector,
                1,
                keccak256(bytes.concat(keccak256(others), bytes32(0))),
                header.entriesHash
            )
        );
        distributor.postAndPublish(header, signatures, others);
        assertTrue(_state(1).status == BatchStatus.None);
    }

    function _opened() private view {
        assertTrue(_state(1).status == BatchStatus.Window);
        assertEq(treasury.reservedOf(address(token)), 100 * UNIT);
    }
}
