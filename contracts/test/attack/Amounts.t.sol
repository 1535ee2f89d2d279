// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {RewardDistributor} from "../../src/RewardDistributor.sol";
import {IAccounts} from "../../src/interfaces/IAccounts.sol";
import {IBatches} from "../../src/interfaces/IBatches.sol";
import {ITerms} from "../../src/interfaces/ITerms.sol";
import {ITreasury} from "../../src/interfaces/ITreasury.sol";
import {BatchStatus, Config, RewardBatch, SkipReason, Terms} from "../../src/interfaces/Types.sol";
import {Entry, Packing} from "../support/Packing.sol";
import {PlainToken} from "../support/Tokens.sol";
import {AttackFixture} from "./support/AttackFixture.sol";

/// @notice Cases 8 and 9: sums, totals, units and accounts at their edges.
contract AmountsAttack is AttackFixture {
    using Packing for Entry[];

    // ------------------------------------------------------------------------------------------- 8: the sum

    function testFuzz_Case08_AnyOtherSumThanTheTotalVoids(uint64 total, uint8 count, uint8 size) public {
        Entry[] memory entries = Packing.many(1, bound(count, 1, 12), 1000);
        uint64 sum = entries.sum();
        // Mostly by one.
        total = total % 4 == 0 ? sum - 1 : total % 4 == 1 ? sum + 1 : uint64(bound(total, 1, BUDGET));
        vm.assume(total != sum);
        bytes[] memory chunks = entries.split(bound(size, 1, 12));
        bytes32[] memory rests = _post(1, 1, chunks, total);
        for (uint256 i = 0; i < chunks.length && _state(1).status == BatchStatus.Posted; ++i) {
            distributor.publish(1, chunks[i], rests[i]);
        }
        assertTrue(_state(1).status == BatchStatus.Void);
        assertEq(treasury.reservedOf(address(token)), 0);

        // Released once: nothing that is left to call releases again.
        vm.warp(block.timestamp + PUBLISH_PERIOD + WINDOW);
        uint256 available = treasury.budget(address(distributor), address(token)).available;
        _fails(abi.encodeCall(distributor.voidUnpublished, 1));
        _fails(abi.encodeCall(distributor.voidRotated, 1));
        _fails(abi.encodeCall(distributor.publish, (1, chunks[0], rests[0])));
        _fails(abi.encodeCall(distributor.credit, (1, chunks[0], rests[0])));
        assertEq(treasury.budget(address(distributor), address(token)).available, available);
        assertEq(available, 4 * BUDGET * UNIT);
    }

    function test_Case08_TotalsNearTwoToTheSixtyFour() public {
        // Even if governance allowed it, the money is not there, and no product wraps to a small one.
        _setTerms(2, type(uint64).max, type(uint48).max);
        vm.warp(distributor.epochEnd(2));
        uint64[4] memory totals = [type(uint64).max, type(uint64).max - 1, uint64(1) << 63, uint64(type(uint48).max)];
        for (uint256 i = 0; i < totals.length; ++i) {
            RewardBatch memory header = _header(2, 1, keccak256("head"), totals[i]);
            bytes memory signatures = _quorumOf(header);
            vm.expectRevert(
                abi.encodeWithSelector(
                    ITreasury.Treasury_OverBudget.selector,
                    address(distributor),
                    address(token),
                    totals[i] * UNIT,
                    4 * BUDGET * UNIT
                )
            );
            distributor.postBatch(header, signatures);
        }
    }

    /// @dev Entries at 2^48-1 that would wrap a 64-bit sum only after 65,536 of them are stopped at the total.
    function test_Case08_EntriesAtTheirGreatest() public {
        _setTerms(2, BUDGET, type(uint48).max);
        vm.warp(distributor.epochEnd(2));
        bytes[] memory chunks = Packing.many(1, 500, type(uint48).max).split(250);
        bytes32[] memory rests = _post(2, 1, chunks, BUDGET);
        distributor.publish(2, chunks[0], rests[0]);
        assertTrue(_state(2).status == BatchStatus.Void);
        assertEq(treasury.reservedOf(address(token)), 0);
    }

    /// @dev What was credited before counts: the sum with a total near 2^64 does not wrap below the budget.
    function test_Case08_TheEpochsSumDoesNotWrap() public {
        _link(7);
        _setTerms(2, type(uint64).max, CAP);
        _pay(2, 1, _one(7, 1000));
        RewardBatch memory header = _header(2, 2, keccak256("head"), type(uint64).max);
        bytes memory signatures = _quorumOf(header);
        vm.expectRevert(
            abi.encodeWithSelector(
                IBatches.Batches_OverBudget.selector, 2, uint256(type(uint64).max) + 1000, type(uint64).max
            )
        );
        distributor.postBatch(header, signatures);
    }

    function test_Case08_AFullAccountDoesNotBlockTheOthers() public {
        _linkMany(1, 3);
        _setEarned(2, type(uint48).max);
        (bytes[] memory chunks, bytes32[] memory rests) = _ready(1, 1, Packing.many(1, 3, 10), 3);
        vm.expectEmit(address(distributor));
        emit IBatches.EntrySkipped(1, 2, 10, SkipReason.Overflow);
        distributor.credit(1, chunks[0], rests[0]);
        assertEq(distributor.account(1).earned, 10);
        assertEq(distributor.account(2).earned, type(uint48).max);
        assertEq(distributor.account(2).claimed, 0);
        assertEq(distributor.account(2).wallet, _wallet(2));
        assertEq(distributor.account(3).earned, 10);
        assertEq(treasury.reservedOf(address(token)), 0);
    }

    function testFuzz_Case08_AnAccountNeverWraps(uint48 earned, uint48 units) public {
        units = uint48(bound(units, 1, CAP));
        earned = units % 2 == 0 ? earned : type(uint48).max - earned % (2 * CAP);
        _link(7);
        _setEarned(7, earned);
        _pay(1, 1, _one(7, units));
        bool fits = uint256(earned) + units <= type(uint48).max;
        assertEq(distributor.account(7).earned, fits ? earned + units : earned);
        assertEq(distributor.account(7).claimed, 0);
        assertEq(distributor.account(7).wallet, _wallet(7));
    }

    // ------------------------------------------------------------------------------------- 9: cap and unit

    function test_Case09_AmountsAroundTheCap() public {
        _link(7);
        uint48[3] memory wrong = [uint48(0), CAP + 1, type(uint48).max];
        uint32 round = 1;
        for (; round <= wrong.length; ++round) {
            uint48 units = wrong[round - 1];
            bytes[] memory chunks = _one(7, units).split(1);
            bytes32[] memory rests = _post(1, round, chunks, CAP);
            vm.expectRevert(abi.encodeWithSelector(IBatches.Batches_InvalidUnits.selector, 1, uint64(7), units, CAP));
            distributor.publish(1, chunks[0], rests[0]);
            vm.warp(block.timestamp + PUBLISH_PERIOD + 1);
            distributor.voidUnpublished(1);
        }
        _pay(1, round, _one(7, CAP));
        assertEq(distributor.claim(7), CAP * UNIT);
    }

    /// @dev Terms of an epoch that has begun are beyond anybody's reach, so a cap cannot fall between posting and publishing.
    function test_Case09_ACapLoweredMeanwhileIsForLaterEpochs() public {
        _linkMany(7, 2);
        bytes[] memory chunks = _one(7, CAP).split(1);
        bytes32[] memory rests = _post(1, 1, chunks, CAP);
        for (uint64 epoch = 0; epoch <= 2; ++epoch) {
            vm.expectRevert(abi.encodeWithSelector(ITerms.Terms_TooEarly.selector, epoch, 3));
            vm.prank(address(timelock));
            distributor.setTerms(Terms({policyHash: POLICY, epochBudget: 1, capPerPerson: 1, fromEpoch: epoch}));
        }
        _setTerms(3, BUDGET, 1);
        distributor.publish(1, chunks[0], rests[0]);
        vm.warp(_state(1).windowEnd);
        distributor.credit(1, chunks[0], rests[0]);
        assertEq(distributor.account(7).earned, CAP);

        chunks = _one(8, 2).split(1);
        rests = _post(3, 1, chunks, 2);
        vm.expectRevert(abi.encodeWithSelector(IBatches.Batches_InvalidUnits.selector, 3, uint64(8), 2, 1));
        distributor.publish(3, chunks[0], rests[0]);
    }

    function testFuzz_Case09_UnitAndSupplyMustFitAnAccount(uint256 supply, uint256 unit) public {
        supply = bound(supply, 1, type(uint256).max);
        unit = bound(unit, 1, type(uint256).max);
        PlainToken odd = new PlainToken(supply);
        Config memory config = _config(address(odd));
        config.unit = unit;
        if (supply / unit > type(uint48).max) {
            vm.expectRevert(abi.encodeWithSelector(IAccounts.Accounts_UnitTooSmall.selector, unit, supply));
        }
        new RewardDistributor(config);
    }

    function test_Case09_UnitAtTheEdge() public {
        PlainToken odd = new PlainToken((uint256(1) << 48) * UNIT - 1);
        Config memory config = _config(address(odd));
        new RewardDistributor(config);
        odd = new PlainToken((uint256(1) << 48) * UNIT);
        config.token = address(odd);
        vm.expectRevert(abi.encodeWithSelector(IAccounts.Accounts_UnitTooSmall.selector, UNIT, odd.totalSupply()));
        new RewardDistributor(config);
        config.unit = 0;
        vm.expectRevert(IAccounts.Accounts_NoUnit.selector);
        new RewardDistributor(config);
    }

    /// @dev A unit of a whole token's supply: the greatest product that can be owed is the supply itself.
    function test_Case09_UnitTimesAmountDoesNotWrap() public {
        PlainToken odd = new PlainToken(type(uint256).max);
        Config memory config = _config(address(odd));
        config.unit = type(uint256).max;
        RewardDistributor huge = new RewardDistributor(config);
        vm.warp(huge.epochEnd(1));
        RewardBatch memory header = _header(1, 1, keccak256("head"), 2);
        bytes memory signatures = _signQuorum(oracles, QUORUM, huge.hashBatch(header));
        vm.expectRevert();
        huge.postBatch(header, signatures);
    }

    // -------------------------------------------------------------------------------------------- helpers

    function _setTerms(uint64 from, uint64 budget, uint48 cap) private {
        vm.prank(address(timelock));
        distributor.setTerms(Terms({policyHash: POLICY, epochBudget: budget, capPerPerson: cap, fromEpoch: from}));
    }

    /// @dev Writes `earned` where the account of the fixture's distributor has it.
    function _setEarned(uint64 id, uint48 earned) private {
        address wallet = distributor.account(id).wallet;
        for (uint256 slot = 0; slot < 32; ++slot) {
            bytes32 place = keccak256(abi.encode(id, slot));
            if (vm.load(address(distributor), place) != bytes32(uint256(uint160(wallet)))) continue;
            vm.store(address(distributor), place, bytes32(uint256(uint160(wallet)) | (uint256(earned) << 160)));
            assertEq(distributor.account(id).earned, earned);
            return;
        }
        assertTrue(false, "no such slot");
    }

    function _fails(bytes memory call_) private {
        (bool done,) = address(distributor).call(call_);
        assertFalse(done);
    }
}
