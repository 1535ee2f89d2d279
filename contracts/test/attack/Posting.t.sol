// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IBatches} from "../../src/interfaces/IBatches.sol";
import {IOracleSet} from "../../src/interfaces/IOracleSet.sol";
import {ITerms} from "../../src/interfaces/ITerms.sol";
import {ITreasury} from "../../src/interfaces/ITreasury.sol";
import {BatchState, BatchStatus, RewardBatch} from "../../src/interfaces/Types.sol";
import {Entry, Packing} from "../support/Packing.sol";
import {AttackFixture} from "./support/AttackFixture.sol";
import {Impostor} from "./support/Attackers.sol";

/// @notice Cases 27, 28, 30 to 34, 36 and 37: batches again, elsewhere, early, late, too many, too large, or mere garbage.
contract PostingAttack is AttackFixture {
    using Packing for Entry[];

    bytes32 private constant HEAD = keccak256("head");

    function setUp() public override {
        super.setUp();
        vm.warp(distributor.epochEnd(1));
    }

    // ------------------------------------------------------------------------------------------ 27: replay

    function test_Case27_APostedPublishedSettledOrVoidBatchAgain() public {
        _linkMany(1, 2);
        RewardBatch memory header = _headerOf(1, 1, _pair(1, 2, 100), 2);
        bytes memory signatures = _quorumOf(header);
        bytes memory chunk = _pair(1, 2, 100).pack();
        bytes memory live = abi.encodeWithSelector(IBatches.Batches_Live.selector, 1, 1);
        distributor.postBatch(header, signatures);
        _refused(header, signatures, live);
        distributor.publish(1, chunk, bytes32(0));
        _refused(header, signatures, live);
        vm.warp(_state(1).windowEnd);
        distributor.credit(1, chunk, bytes32(0));
        bytes memory stale = abi.encodeWithSelector(IBatches.Batches_WrongRound.selector, 1, 1, 2);
        _refused(header, signatures, stale);

        // A cancelled one neither.
        header = _headerOf(1, 2, _pair(1, 2, 100), 2);
        signatures = _quorumOf(header);
        distributor.postBatch(header, signatures);
        vm.warp(block.timestamp + PUBLISH_PERIOD + 1);
        distributor.voidUnpublished(1);
        _refused(header, signatures, abi.encodeWithSelector(IBatches.Batches_WrongRound.selector, 1, 2, 3));
        assertEq(distributor.account(1).earned, 100);
        assertEq(treasury.reservedOf(address(token)), 0);
    }

    /// @dev A round that was leapt over can never be posted afterwards.
    function test_Case27_ARoundThatWasLeaptOver() public {
        RewardBatch memory header = _header(1, 1, HEAD, 10);
        bytes memory signatures = _quorumOf(header);
        _post(_header(1, 3, HEAD, 10));
        vm.warp(block.timestamp + PUBLISH_PERIOD + 1);
        distributor.voidUnpublished(1);
        _refused(header, signatures, abi.encodeWithSelector(IBatches.Batches_WrongRound.selector, 1, 1, 4));
    }

    /// @dev Epoch N after N+1 is nobody's replay: each is posted once, at most eight epochs late.
    function test_Case27_AnOlderEpochAfterANewerOne() public {
        vm.warp(distributor.epochEnd(2));
        _post(_header(2, 1, HEAD, 10));
        _post(_header(1, 1, HEAD, 10));
        bytes memory signatures = _quorumOf(_header(1, 1, HEAD, 10));
        _refused(_header(1, 1, HEAD, 10), signatures, abi.encodeWithSelector(IBatches.Batches_Live.selector, 1, 1));
        vm.warp(distributor.epochEnd(11) - 1);
        RewardBatch memory late = _header(2, 2, HEAD, 10);
        _refused(late, _quorumOf(late), abi.encodeWithSelector(IBatches.Batches_EpochTooOld.selector, 2, 3));
    }

    /// @dev Two headers of one epoch and round: the second is refused, and both together switch the key off.
    function test_Case27_Equivocation() public {
        RewardBatch memory first = _header(1, 1, HEAD, 10);
        RewardBatch memory second = _header(1, 1, keccak256("other"), 10);
        _post(first);
        _refused(second, _quorumOf(second), abi.encodeWithSelector(IBatches.Batches_Live.selector, 1, 1));
        bytes memory a = _signCompact(oracles[1].key, distributor.hashBatch(first));
        bytes memory b = _signCompact(oracles[1].key, distributor.hashBatch(second));
        vm.prank(alice);
        disputes.reportEquivocation(first, second, 1, a, b);
        assertTrue(distributor.isSwitchedOff(oracles[1].member));
        assertFalse(distributor.isSwitchedOff(oracles[0].member));
        vm.warp(block.timestamp + PUBLISH_PERIOD + 1);
        distributor.voidUnpublished(1);
        RewardBatch memory next = _header(1, 2, HEAD, 10);
        _refused(
            next, _quorumOf(next), abi.encodeWithSelector(IOracleSet.OracleSet_SwitchedOff.selector, oracles[1].member)
        );
    }

    // --------------------------------------------------------------------------------- 28: another place

    function testFuzz_Case28_AnotherChain(uint64 chain) public {
        vm.assume(chain != 0 && chain != block.chainid);
        RewardBatch memory header = _header(1, 1, HEAD, 10);
        bytes memory signatures = _quorumOf(header);
        uint256 here = block.chainid;
        vm.chainId(chain);
        vm.expectRevert();
        distributor.postBatch(header, signatures);
        vm.chainId(here);
        distributor.postBatch(header, signatures);
    }

    /// @dev The chain splits and this branch takes a new id: the domain follows at once, and so do links and disputes.
    function test_Case28_TheDomainFollowsAHardFork() public {
        RewardBatch memory header = _header(1, 1, HEAD, 10);
        bytes memory before = _quorumOf(header);
        bytes32 domain = distributor.domainSeparator();
        vm.chainId(block.chainid + 1);
        assertTrue(distributor.domainSeparator() != domain);
        vm.expectRevert();
        distributor.postBatch(header, before);
        _post(header);
        _link(7);
        assertEq(distributor.account(7).wallet, _wallet(7));
    }

    /// @dev A proxy runs the distributor's code on an empty storage, in which a quorum of nobody would do: no terms hold there, and it
    /// leaves no trace here.
    function test_Case28_BehindAProxy() public {
        IBatches proxy = IBatches(address(new Impostor(address(distributor))));
        RewardBatch memory header = _header(1, 1, HEAD, 10);
        bytes memory signatures = _quorumOf(header);
        vm.expectRevert(abi.encodeWithSelector(IOracleSet.OracleSet_NotCurrent.selector, 1, 0));
        proxy.postBatch(header, signatures);
        // Set zero of no members, whose quorum is nobody.
        header.oracleSet = 0;
        signatures = abi.encode(uint256(0));
        vm.expectRevert(abi.encodeWithSelector(ITerms.Terms_None.selector, 1));
        proxy.postBatch(header, signatures);
        _refused(header, signatures, abi.encodeWithSelector(IOracleSet.OracleSet_NotCurrent.selector, 0, 1));
    }

    /// @dev An impostor with the distributor's code and whatever storage it likes believes what was signed for the distributor, as it
    /// could without any signature. The Treasury owes it nothing, and the distributor still takes its batch.
    function test_Case28_AnImpostorWithTheSameStorage() public {
        address impostor = address(new Impostor(address(distributor)));
        RewardBatch memory header = _header(1, 1, HEAD, 10);
        bytes memory signatures = _quorumOf(header);
        // Every slot that posting reads.
        uint256 snapshot = vm.snapshotState();
        vm.record();
        distributor.postBatch(header, signatures);
        (bytes32[] memory slots,) = vm.accesses(address(distributor));
        assertTrue(vm.revertToState(snapshot));
        for (uint256 i = 0; i < slots.length; ++i) {
            vm.store(impostor, slots[i], vm.load(address(distributor), slots[i]));
        }
        vm.expectRevert(
            abi.encodeWithSelector(ITreasury.Treasury_OverBudget.selector, impostor, address(token), 10 * UNIT, 0)
        );
        IBatches(impostor).postBatch(header, signatures);
        distributor.postBatch(header, signatures);
    }

    // --------------------------------------------------------------------------------------------- 30: time

    function test_Case30_ASecondTooLateOrTooEarly() public {
        RewardBatch memory header = _header(1, 1, HEAD, 10);
        bytes memory signatures = _quorumOf(header);
        vm.warp(header.postBefore + 1);
        _refused(header, signatures, abi.encodeWithSelector(IBatches.Batches_Expired.selector, 1, header.postBefore));
        vm.warp(distributor.epochEnd(1) - 1);
        _refused(
            header, signatures, abi.encodeWithSelector(IBatches.Batches_EpochNotOver.selector, 1, block.timestamp + 1)
        );
        // A block whose time a validator moved over the edge by a second.
        vm.warp(distributor.epochEnd(1));
        distributor.postBatch(header, signatures);
    }

    /// @dev A deadline that never comes gives a batch no time that its epoch does not give it.
    function test_Case30_APostBeforeInTheFarFuture() public {
        RewardBatch memory header = _header(1, 1, HEAD, 10);
        header.postBefore = type(uint64).max;
        bytes memory signatures = _quorumOf(header);
        vm.warp(distributor.epochEnd(9));
        _refused(header, signatures, abi.encodeWithSelector(IBatches.Batches_EpochTooOld.selector, 1, 2));
        vm.warp(distributor.epochEnd(9) - 1);
        distributor.postBatch(header, signatures);
        assertEq(_state(1).publishDeadline, block.timestamp + PUBLISH_PERIOD);
    }

    /// @dev Moving a block's time by some seconds moves the window's end with it, and never shortens it.
    function testFuzz_Case30_TheWindowIsWholeWheneverItBegins(uint16 drift) public {
        _link(7);
        bytes[] memory chunks = _one(7, 10).split(1);
        bytes32[] memory rests = _post(1, 1, chunks, 10);
        vm.warp(block.timestamp + bound(drift, 0, PUBLISH_PERIOD));
        distributor.publish(1, chunks[0], rests[0]);
        uint64 end = _state(1).windowEnd;
        assertEq(end, block.timestamp + WINDOW);
        vm.warp(end - 1);
        vm.expectRevert(abi.encodeWithSelector(IBatches.Batches_WindowOpen.selector, 1, end));
        distributor.credit(1, chunks[0], rests[0]);
    }

    // ------------------------------------------------------------------------------------------ 31: epochs

    function test_Case31_ASkippedEpochStopsNobody() public {
        _linkMany(1, 2);
        vm.warp(distributor.epochEnd(3));
        _pay(3, 1, _pair(1, 2, 10));
        // The skipped ones are still open, in any order.
        _pay(1, 1, _pair(1, 2, 20));
        _pay(2, 1, _pair(1, 2, 30));
        assertEq(distributor.account(1).earned, 60);
    }

    function test_Case31_EpochsZeroAndGreatest() public {
        RewardBatch memory header = _header(0, 1, HEAD, 10);
        _refused(header, _quorumOf(header), abi.encodeWithSelector(ITerms.Terms_None.selector, 0));
        header = _header(type(uint64).max, 1, HEAD, 10);
        uint256 end = uint256(START) + uint256(type(uint64).max) * EPOCH;
        _refused(
            header,
            _quorumOf(header),
            abi.encodeWithSelector(IBatches.Batches_EpochNotOver.selector, type(uint64).max, end)
        );
    }

    function test_Case31_RoundsAtTheEdge() public {
        uint32[4] memory rounds = [uint32(0), 257, 258, type(uint32).max];
        for (uint256 i = 0; i < rounds.length; ++i) {
            RewardBatch memory header = _header(1, rounds[i], HEAD, 10);
            _refused(
                header, _quorumOf(header), abi.encodeWithSelector(IBatches.Batches_WrongRound.selector, 1, rounds[i], 1)
            );
        }
        _post(_header(1, 256, HEAD, 10));
    }

    // ------------------------------------------------------------------------------------------- 32: budgets

    function test_Case32_AboveTheEpochsBudgetAloneAndTogether() public {
        RewardBatch memory header = _header(1, 1, HEAD, BUDGET + 1);
        _refused(header, _quorumOf(header), _overBudget(BUDGET + 1));
        _linkMany(1, 4);
        _pay(1, 1, Packing.many(1, 4, CAP));
        header = _header(1, 2, HEAD, 1);
        _refused(header, _quorumOf(header), _overBudget(BUDGET + 1));
    }

    /// @dev Four whole epochs fit the Treasury's bucket; the fifth does not, until the bucket has refilled.
    function test_Case32_SeveralEpochsTogetherAboveTheTreasurysBudget() public {
        vm.warp(distributor.epochEnd(8));
        for (uint64 epoch = 1; epoch <= 4; ++epoch) {
            _post(_header(epoch, 1, HEAD, BUDGET));
        }
        RewardBatch memory header = _header(5, 1, HEAD, 1);
        bytes memory signatures = _quorumOf(header);
        _refused(
            header,
            signatures,
            abi.encodeWithSelector(
                ITreasury.Treasury_OverBudget.selector, address(distributor), address(token), UNIT, 0
            )
        );
        // A void batch makes room exactly once.
        vm.warp(block.timestamp + PUBLISH_PERIOD + 1);
        uint256 refilled = treasury.budget(address(distributor), address(token)).available;
        distributor.voidUnpublished(1);
        vm.expectRevert(abi.encodeWithSelector(IBatches.Batches_NotPublishing.selector, 1));
        distributor.voidUnpublished(1);
        assertEq(treasury.budget(address(distributor), address(token)).available, refilled + BUDGET * UNIT);
        assertEq(treasury.reservedOf(address(token)), 3 * BUDGET * UNIT);
    }

    function test_Case32_AboveTheTreasurysBalance() public {
        uint256 balance = _balance(address(treasury));
        vm.prank(address(treasury));
        assertTrue(token.transfer(alice, balance - 100 * UNIT));
        RewardBatch memory header = _header(1, 1, HEAD, 101);
        _refused(
            header,
            _quorumOf(header),
            abi.encodeWithSelector(ITreasury.Treasury_Insufficient.selector, address(token), 101 * UNIT, 100 * UNIT)
        );
        _post(_header(1, 1, HEAD, 100));
    }

    /// @dev Only who reserved can release or draw, and not more than that.
    function test_Case32_NobodyElseTouchesTheReservation() public {
        _post(_header(1, 1, HEAD, 100));
        address[3] memory callers = [alice, address(disputes), address(timelock)];
        for (uint256 i = 0; i < callers.length; ++i) {
            vm.startPrank(callers[i]);
            bytes memory refusal =
                abi.encodeWithSelector(ITreasury.Treasury_NotReserved.selector, callers[i], address(token), 1, 0);
            vm.expectRevert(refusal);
            treasury.release(address(token), 1);
            vm.expectRevert(refusal);
            treasury.pay(address(token), 1);
            vm.stopPrank();
        }
        assertEq(treasury.reservedOf(address(token)), 100 * UNIT);
    }

    // ---------------------------------------------------------------------------- 33: money gone in between

    function test_Case33_BudgetLoweredCapLoweredAndTreasuryEmptied() public {
        _linkMany(1, 2);
        (bytes[] memory chunks, bytes32[] memory rests) = _open(1, 1, _pair(1, 2, 100), 2);
        vm.startPrank(address(timelock));
        uint256 free = treasury.unreservedOf(address(token));
        uint256 room = treasury.outflowCap(address(token)).available;
        uint256 most = free < room ? free : room;
        treasury.transferERC20(address(token), alice, most);
        treasury.setBudget(address(distributor), address(token), 0, 0);
        treasury.setOutflowCap(address(token), 0, 0);
        vm.expectRevert();
        treasury.transferERC20(address(token), alice, 1);
        vm.stopPrank();
        vm.warp(_state(1).windowEnd);
        distributor.credit(1, chunks[0], rests[0]);
        assertEq(distributor.claimMany(_ids(1, 2)), 200 * UNIT);
        assertEq(treasury.reservedOf(address(token)), 0);
        // The next batch is what feels it.
        vm.warp(distributor.epochEnd(2));
        RewardBatch memory header = _header(2, 1, HEAD, 1);
        bytes memory signatures = _quorumOf(header);
        vm.expectRevert();
        distributor.postBatch(header, signatures);
    }

    /// @dev The last unreserved token leaves; the reserved ones are still there for the credit.
    function test_Case33_TheOwnerTakesAllThatIsNotReserved() public {
        _linkMany(1, 2);
        uint256 balance = _balance(address(treasury));
        vm.prank(address(treasury));
        assertTrue(token.transfer(alice, balance - 300 * UNIT));
        (bytes[] memory chunks, bytes32[] memory rests) = _open(1, 1, _pair(1, 2, 100), 2);
        vm.startPrank(address(timelock));
        vm.expectRevert(
            abi.encodeWithSelector(ITreasury.Treasury_Insufficient.selector, address(token), 100 * UNIT + 1, 100 * UNIT)
        );
        treasury.transferERC20(address(token), alice, 100 * UNIT + 1);
        treasury.transferERC20(address(token), alice, 100 * UNIT);
        vm.stopPrank();
        assertEq(_balance(address(treasury)), 200 * UNIT);
        vm.warp(_state(1).windowEnd);
        distributor.credit(1, chunks[0], rests[0]);
        assertEq(_balance(address(treasury)), 0);
    }

    // ------------------------------------------------------------------------------------------ 34: evidence

    function test_Case34_NoEvidence() public {
        RewardBatch memory header = _header(1, 1, HEAD, 10);
        header.evidenceHash = bytes32(0);
        _refused(header, _quorumOf(header), abi.encodeWithSelector(IBatches.Batches_Incomplete.selector, 1));
    }

    /// @dev The chain cannot know what a hash stands for. It shows each hash with its epoch and round, so that a watcher sees one that
    /// comes again or whose file says another epoch; anyone can then have the whole batch judged.
    function test_Case34_EvidenceOfAnEarlierEpochShowsAndCanBeChallenged() public {
        vm.warp(distributor.epochEnd(2));
        RewardBatch memory header = _header(1, 1, HEAD, 10);
        _post(header);
        header = _header(2, 1, HEAD, 10);
        vm.expectEmit(address(distributor));
        emit IBatches.BatchPosted(2, 1, _header(1, 1, HEAD, 10).evidenceHash, header, address(this));
        _post(header);
        uint256 challenge = disputes.challengeBatch{value: 20 * BOND}(2, "evidence is of epoch 1");
        vm.warp(block.timestamp + RESOLVE_DEADLINE + 1);
        assertFalse(disputes.isMoot(challenge));
        uint256[] memory ids = new uint256[](1);
        ids[0] = challenge;
        disputes.resolveExpired(ids);
        assertTrue(_state(2).status == BatchStatus.Void);
    }

    // ------------------------------------------------------------------------------------- 36: held back

    /// @dev A fully signed batch is held back until its last second, and posted with the next one. Both get their whole window, none
    /// changes the other, and each pays its own entries once.
    function test_Case36_HeldBackAndPostedWithTheNext() public {
        _linkMany(1, 2);
        RewardBatch memory late = _headerOf(1, 1, _pair(1, 2, 100), 2);
        late.postBefore = uint64(distributor.epochEnd(2)) + 1 hours;
        bytes memory lateSignatures = _quorumOf(late);
        vm.warp(late.postBefore);
        RewardBatch memory next = _headerOf(2, 1, _pair(1, 2, 30), 2);
        bytes memory nextSignatures = _quorumOf(next);
        distributor.postAndPublish(next, nextSignatures, _pair(1, 2, 30).pack());
        bytes32 trace = _trace(2);
        distributor.postAndPublish(late, lateSignatures, _pair(1, 2, 100).pack());
        assertEq(_trace(2), trace);
        assertEq(_state(1).windowEnd, block.timestamp + WINDOW);
        vm.warp(_state(1).windowEnd);
        distributor.credit(1, _pair(1, 2, 100).pack(), bytes32(0));
        distributor.credit(2, _pair(1, 2, 30).pack(), bytes32(0));
        assertEq(distributor.account(1).earned, 130);
    }

    /// @dev Held back beyond its time it is waste paper: the oracles sign the next round instead, and only that one can be posted.
    function test_Case36_HeldBackTooLong() public {
        RewardBatch memory late = _header(1, 1, HEAD, 10);
        late.postBefore = uint64(block.timestamp) + 1 hours;
        bytes memory signatures = _quorumOf(late);
        vm.warp(late.postBefore + 1);
        _post(_header(1, 2, HEAD, 10));
        _refused(late, signatures, abi.encodeWithSelector(IBatches.Batches_Live.selector, 1, 1 + 1));
        vm.warp(block.timestamp + PUBLISH_PERIOD + 1);
        distributor.voidUnpublished(1);
        _refused(late, signatures, abi.encodeWithSelector(IBatches.Batches_WrongRound.selector, 1, 1, 3));
    }

    // ------------------------------------------------------------------------------------------ 37: garbage

    /// @dev Whatever anyone sends without a quorum: not one field of a waiting batch changes.
    /// forge-config: default.fuzz.runs = 32
    function testFuzz_Case37_GarbageChangesNothing(uint256 seed) public {
        _linkMany(1, 4);
        bytes[] memory chunks = Packing.many(1, 4, 10).split(2);
        bytes32[] memory rests = _post(1, 1, chunks, 40);
        distributor.publish(1, chunks[0], rests[0]);
        vm.warp(distributor.epochEnd(2));
        vm.warp(block.timestamp - EPOCH + PUBLISH_PERIOD - 1);
        bytes32 trace = _trace(1);
        uint256 reserved = treasury.reservedOf(address(token));
        vm.startPrank(alice);
        for (uint256 i = 0; i < 12; ++i) {
            _garbage(uint256(keccak256(abi.encode(seed, i))), chunks[i % 2]);
        }
        vm.stopPrank();
        assertEq(_trace(1), trace);
        assertEq(_trace(2), keccak256(abi.encode(_none())));
        assertEq(treasury.reservedOf(address(token)), reserved);

        // I11: the batch goes on as if nothing had been.
        distributor.publish(1, chunks[1], rests[1]);
        uint64 end = _state(1).windowEnd;
        vm.startPrank(alice);
        for (uint256 i = 0; i < 8; ++i) {
            vm.warp(block.timestamp + 1 hours);
            _garbage(uint256(keccak256(abi.encode(seed, i, "window"))), chunks[i % 2]);
        }
        vm.stopPrank();
        assertEq(_state(1).windowEnd, end);
        vm.warp(end);
        _credit(1, chunks, rests);
        assertEq(distributor.claimMany(_ids(1, 4)), 40 * UNIT);
    }

    /// @dev A hundred refused posts later the honest one is posted at the price of the first.
    function test_Case37_RefusedPostsLeaveNoTrace() public {
        RewardBatch memory header = _header(1, 1, HEAD, 10);
        bytes memory signatures = _quorumOf(header);
        bytes memory wrong = bytes.concat(signatures);
        wrong[100] ^= 0x01;
        for (uint256 i = 0; i < 100; ++i) {
            vm.expectRevert();
            distributor.postBatch(header, wrong);
        }
        distributor.postBatch(header, signatures);
        assertEq(_state(1).publishDeadline, block.timestamp + PUBLISH_PERIOD);
    }

    // -------------------------------------------------------------------------------------------- helpers

    function _garbage(uint256 dice, bytes memory chunk) private {
        RewardBatch memory header = _header(uint64(dice % 4), uint32(dice >> 8) % 4, bytes32(dice), uint64(dice >> 64));
        if (dice & 0x100 == 0) header.total = uint64(1 + (dice >> 64) % BUDGET);
        bytes memory signatures = new bytes(32 + 64 * (dice >> 16) % 5);
        for (uint256 i = 0; i < signatures.length; ++i) {
            signatures[i] = bytes1(uint8(uint256(keccak256(abi.encode(dice, i)))));
        }
        if (dice & 0x200 == 0 && signatures.length > 31) {
            assembly ("memory-safe") {
                mstore(add(signatures, 32), 0x0b)
            }
        }
        bytes memory bytes_ = dice & 0x400 == 0 ? chunk : abi.encode(dice);
        uint64 epoch = uint64((dice >> 32) % 3);
        bytes[6] memory calls = [
            abi.encodeCall(distributor.postBatch, (header, signatures)),
            abi.encodeCall(distributor.postAndPublish, (header, signatures, bytes_)),
            abi.encodeCall(distributor.publish, (epoch, bytes_, bytes32(dice))),
            abi.encodeCall(distributor.credit, (epoch, bytes_, dice & 0x800 == 0 ? bytes32(0) : bytes32(dice))),
            abi.encodeCall(distributor.voidUnpublished, (epoch)),
            abi.encodeCall(distributor.voidRotated, (epoch))
        ];
        (bool done,) = address(distributor).call(calls[(dice >> 128) % 6]);
        assertFalse(done);
    }

    /// @dev An epoch that nobody posted for; it says that its set, which is none, is dead.
    function _none() private pure returns (BatchState memory none) {}

    function _refused(RewardBatch memory header, bytes memory signatures, bytes memory reason) private {
        vm.expectRevert(reason);
        distributor.postBatch(header, signatures);
    }

    function _overBudget(uint64 units) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IBatches.Batches_OverBudget.selector, 1, units, BUDGET);
    }
}
