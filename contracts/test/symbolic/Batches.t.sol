// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {RewardDistributor} from "../../src/RewardDistributor.sol";
import {BatchState, BatchStatus, Config, Freeze, Terms} from "../../src/interfaces/Types.sol";
import {PlainToken} from "../support/Tokens.sol";
import {Test} from "forge-std/Test.sol";

/// @notice The distributor, with batches that were posted by nobody.
contract SeededDistributor is RewardDistributor {
    constructor(Config memory config) RewardDistributor(config) {}

    function seedPosted(uint64 epoch, bytes32 head, uint64 total) external {
        Batch storage posted = _batches[epoch];
        posted.status = BatchStatus.Posted;
        posted.round = 1;
        posted.oracleSet = 1;
        posted.total = total;
        posted.deadline = type(uint48).max;
        posted.entriesHash = head;
    }

    function seedWindow(uint64 epoch, bytes32 head, uint64 total, uint48 deadline, Freeze freeze) external {
        Batch storage posted = _batches[epoch];
        posted.status = BatchStatus.Window;
        posted.freeze = freeze;
        posted.round = 1;
        posted.oracleSet = 1;
        posted.total = total;
        posted.deadline = deadline;
        posted.entriesHash = head;
    }
}

/// @title Proofs about publishing and crediting
/// @notice The distributor itself, for any header and any two entries. This contract stands for the links, the disputes, the
/// governance and the Treasury, and counts what the Treasury is asked for.
contract BatchesProofs is Test {
    uint48 private constant CAP = 1000;
    uint256 private constant UNIT = 16;

    PlainToken private token;
    SeededDistributor private distributor;
    uint256 private released;
    uint256 private paid;

    function setUp() public {
        token = new PlainToken(1e12);
        address[] memory oracles = new address[](1);
        oracles[0] = address(0x1001);
        Config memory config;
        config.token = address(token);
        config.treasury = address(this);
        config.governance = address(this);
        config.links = address(this);
        config.disputes = address(this);
        config.unit = UNIT;
        config.epochStart = 1;
        config.epochLength = 7 days;
        config.window = 3 days;
        config.publishPeriod = 1 days;
        config.oracles = oracles;
        config.threshold = 1;
        config.terms = new Terms[](1);
        config.terms[0] = Terms({policyHash: "policy", epochBudget: 1e6, capPerPerson: CAP, fromEpoch: 1});
        config.governanceCycle = 10 days;
        distributor = new SeededDistributor(config);
        vm.warp(100 days);
    }

    /// @notice What is published is the chunk that the head names, its ids ascend, its units are within the cap, and it opens the
    /// window exactly if nothing is left and the sum is the total; a wrong sum voids the batch and gives the whole total back.
    function check_publish(
        bytes32 head,
        uint64 total,
        uint64 id1,
        uint48 units1,
        uint64 id2,
        uint48 units2,
        bytes32 rest
    ) external {
        distributor.seedPosted(1, head, total);
        bytes memory entries = abi.encodePacked(id1, units1, id2, units2);
        try distributor.publish(1, entries, rest) {
            assert(keccak256(bytes.concat(keccak256(entries), rest)) == head);
            assert(0 < id1 && id1 < id2);
            assert(0 < units1 && units1 <= CAP && 0 < units2 && units2 <= CAP);
            BatchStatus status = distributor.batch(1).status;
            uint256 sum = uint256(units1) + units2;
            if (sum > total || (rest == 0 && sum != total)) {
                assert(status == BatchStatus.Void && released == total * UNIT);
            } else {
                assert(status == (rest == 0 ? BatchStatus.Window : BatchStatus.Posted) && released == 0);
            }
        } catch {}
    }

    /// @notice Nothing else than the named chunk can be published, in particular not one that differs in a single bit.
    function check_otherChunkIsRefused(bytes28 named, bytes32 rest, bytes28 given, bytes32 givenRest) external {
        bytes32 head = keccak256(bytes.concat(keccak256(abi.encodePacked(named)), rest));
        if (named == given && rest == givenRest) return;
        distributor.seedPosted(1, head, 100);
        try distributor.publish(1, abi.encodePacked(given), givenRest) {
            assert(false);
        } catch {}
    }

    /// @notice Crediting draws what it adds to accounts, gives back the rest, and both are the total; who is not linked is
    /// skipped. One of the two ids is linked.
    function check_creditConservesUnits(uint64 linked, uint64 id1, uint48 units1, uint64 id2, uint48 units2) external {
        if (id1 >= id2 || units1 > CAP || units2 > CAP) return;
        distributor.settleLink(linked, address(0xa11ce), 0);
        bytes memory entries = abi.encodePacked(id1, units1, id2, units2);
        uint64 total = uint64(units1) + units2;
        distributor.seedWindow(1, keccak256(bytes.concat(keccak256(entries), bytes32(0))), total, 0, Freeze.None);
        distributor.credit(1, entries, 0);

        uint256 expected = linked == id1 ? units1 : linked == id2 ? units2 : 0;
        BatchState memory state = distributor.batch(1);
        assert(state.status == BatchStatus.Settled);
        assert(state.credited == expected && uint256(state.credited) + state.skipped == total);
        assert(state.epochCredited == expected);
        assert(distributor.account(linked).earned == expected);
        assert(paid == expected * UNIT && paid + released == total * UNIT);
    }

    /// @notice Nothing is credited before the window's end or of a frozen batch, and nothing twice.
    function check_creditWaits(uint48 deadline, uint8 freeze, uint64 id) external {
        if (freeze > 2) return;
        bytes memory entries = abi.encodePacked(id, CAP);
        bytes32 head = keccak256(bytes.concat(keccak256(entries), bytes32(0)));
        // Entries were challenged, but not this one.
        distributor.seedWindow(1, head, CAP, deadline, Freeze(freeze));
        try distributor.credit(1, entries, 0) {
            assert(deadline <= block.timestamp && Freeze(freeze) != Freeze.Batch);
            try distributor.credit(1, entries, 0) {
                assert(false);
            } catch {}
        } catch {
            assert(deadline > block.timestamp || Freeze(freeze) == Freeze.Batch);
        }
    }

    /// @notice Must fail: some chunks are published, and open the window.
    function fails_nothingIsPublished(uint64 total, uint64 id1, uint48 units1, uint64 id2, uint48 units2) external {
        bytes memory entries = abi.encodePacked(id1, units1, id2, units2);
        distributor.seedPosted(1, keccak256(bytes.concat(keccak256(entries), bytes32(0))), total);
        try distributor.publish(1, entries, 0) {
            assert(distributor.batch(1).status != BatchStatus.Window);
        } catch {}
    }

    /// @notice Must fail: some entries are credited.
    function fails_nothingIsCredited(uint48 deadline, uint64 id) external {
        bytes memory entries = abi.encodePacked(id, CAP);
        distributor.settleLink(id, address(0xa11ce), 0);
        distributor.seedWindow(
            1, keccak256(bytes.concat(keccak256(entries), bytes32(0))), CAP, deadline, Freeze.Entries
        );
        try distributor.credit(1, entries, 0) {
            assert(distributor.batch(1).credited == 0);
        } catch {}
    }

    // --------------------------------------------------------------------------------- as the Treasury

    function release(address, uint256 amount) external {
        released += amount;
    }

    function pay(address, uint256 amount) external {
        paid += amount;
        token.transfer(msg.sender, amount);
    }
}
