// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IAccounts} from "../../src/interfaces/IAccounts.sol";
import {ILinks, LinkStatus} from "../../src/interfaces/ILinks.sol";
import {Answer, BatchState, BatchStatus, Link, RewardBatch} from "../../src/interfaces/Types.sol";
import {Entry, Packing} from "../support/Packing.sol";
import {AttackFixture} from "./support/AttackFixture.sol";

/// @notice Case 35: all oracle keys are one thief's. He takes what he can, as early as he can, until governance answers; the tests
/// measure what he has then.
/// @dev Before the attack epoch 1 gave the honest contributors 1 to 4 what they have not claimed, and an honest batch of epoch 8, which
/// nobody has credited, grants 1 to 3 a million units each. Epochs 2 to 7 have their whole budgets left.
contract MaliciousQuorumAttack is AttackFixture {
    using Packing for Entry[];

    uint64 private constant SYBIL = 1000;
    uint64 private constant LAST_EPOCH = 9;
    uint48 private constant PENDING = 1_000_000;
    uint256 private constant THIEF = uint256(keccak256("thief"));
    address private thief = vm.addr(THIEF);
    address private watcher = makeAddr("watcher");
    uint48[4] private unclaimed = [uint48(500_000), 450_000, 300_000, 2_400_000];
    uint256 private attackedAt;
    bytes private honestChunk;
    uint256 private movedByLinks;

    function setUp() public override {
        super.setUp();
        _linkMany(1, 4);
        Entry[] memory entries = Packing.many(1, 4, 1);
        for (uint256 i = 0; i < 4; ++i) {
            entries[i].units = unclaimed[i];
        }
        _pay(1, 1, entries);
        entries = Packing.many(1, 3, PENDING);
        honestChunk = entries.pack();
        _open(8, 1, entries, 500);
        attackedAt = block.timestamp;
        vm.deal(watcher, 1000 ether);
    }

    /// @dev Nobody watches, nobody pauses. Governance needs its whole cycle, and then ends all of it.
    function test_Case35_NobodyAwake() public {
        _linkSybils();
        _proposeLinks();
        for (uint256 day = 0; day < GOVERNANCE_CYCLE / 1 days; ++day) {
            vm.warp(attackedAt + day * 1 days);
            _grabAll();
            _activateLinks();
        }
        vm.warp(attackedAt + GOVERNANCE_CYCLE);
        _answer();
        uint256 loss = _cashIn();
        emit log_named_decimal_uint("lost, in epoch budgets", loss / UNIT * 1000 / BUDGET, 3);
        assertGt(loss, BUDGET * UNIT, "the thief did try");
        assertGt(movedByLinks, 0, "the thief tried the links");

        _assertBounded(loss, GOVERNANCE_CYCLE);
        _assertOver(loss);
        _assertHonestOnesKeepTheRest();
    }

    /// @dev The guardian pauses at once and governance needs its whole cycle: window and pause outlast it, and so do the delay of
    /// re-links and the pause. Nothing is lost.
    function test_Case35_TheGuardianAwake() public {
        _linkSybils();
        _proposeLinks();
        _grabAll();
        vm.prank(guardian);
        distributor.pause();
        for (uint256 day = 0; day < GOVERNANCE_CYCLE / 1 days; ++day) {
            vm.warp(attackedAt + day * 1 days);
            _grabAll();
            _activateLinks();
        }
        vm.warp(attackedAt + GOVERNANCE_CYCLE - 1);
        _grabAll();
        _activateLinks();
        vm.warp(attackedAt + GOVERNANCE_CYCLE);
        _answer();
        assertEq(_cashIn(), 0);
        _assertOver(0);
        _assertHonestOnesKeepTheRest();
    }

    /// @dev The guardian pauses at once, but the rotation is proposed a day after the publication. Here window and pause are exactly one
    /// governance cycle, so that he has this day: what he gets then is bounded as if nobody had been awake.
    function test_Case35_TheGuardianAwakeAndGovernanceADayLate() public {
        _linkSybils();
        _proposeLinks();
        _grabAll();
        vm.prank(guardian);
        distributor.pause();
        for (uint256 day = 0; day <= GOVERNANCE_CYCLE / 1 days; ++day) {
            vm.warp(attackedAt + day * 1 days);
            _grabAll();
            _activateLinks();
        }
        vm.warp(attackedAt + GOVERNANCE_CYCLE + 1 days);
        _answer();
        uint256 loss = _cashIn();
        assertEq(movedByLinks, 0, "the delay of re-links is longer");
        _assertBounded(loss, GOVERNANCE_CYCLE + 1 days);
        _assertOver(loss);
        _assertHonestOnesKeepTheRest();
    }

    /// @dev Only somebody with bonds watches: what is challenged in time and not answered pays nothing, even if governance and the
    /// arbiter sleep for ever.
    function test_Case35_OneChallengerAwake() public {
        _linkSybils();
        _proposeLinks();
        for (uint256 day = 0; day < 30; ++day) {
            vm.warp(attackedAt + day * 1 days);
            // The honest batch ends untouched.
            if (day == 3) distributor.credit(8, honestChunk, bytes32(0));
            _grabAll();
            _challengeAll();
            _activateLinks();
            _expireAll();
        }
        assertEq(_cashIn(), 0);
        for (uint64 id = 1; id <= 4; ++id) {
            assertEq(distributor.account(id).wallet, _wallet(id));
        }
    }

    /// @dev The arbiter finds the fault: the batch is void, the finder has a tenth, and the quorum is none any more.
    function test_Case35_OneFaultEndsTheQuorum() public {
        _linkSybils();
        _grab(2);
        vm.prank(watcher);
        uint256 challenge = disputes.challengeBatch{value: 20 * BOND}(2, "nobody did this");
        bytes memory signatures = _signQuorum(oracles, QUORUM, _state(2).digest);
        vm.prank(arbiter);
        disputes.resolve(challenge, Answer.Fault, signatures);
        assertTrue(_state(2).status == BatchStatus.Void);
        RewardBatch memory header = _header(3, 1, keccak256("head"), 10);
        for (uint256 bitmap = 0; bitmap < 32; ++bitmap) {
            bytes memory quorum = _signQuorum(oracles, bitmap, distributor.hashBatch(header));
            vm.expectRevert();
            distributor.postBatch(header, quorum);
        }
        disputes.withdrawReward(watcher);
        assertEq(_balance(watcher), uint256(BUDGET) * UNIT / 10);
        assertEq(_balance(thief), 0);
    }

    /// @dev The thief challenges his own batches before anybody else and is found to be at fault: a finder's tenth of what he posted is
    /// all that he gets, once, because his keys are off then. It leaves the Treasury within the distributor's budget.
    function test_Case35_TheThiefReportsHimself() public {
        _grabAll();
        vm.deal(thief, 100 ether);
        uint256 posted = 0;
        for (uint64 epoch = 1; epoch <= LAST_EPOCH; ++epoch) {
            BatchState memory state = _state(epoch);
            if (state.status != BatchStatus.Window || (epoch == 8 && state.round == 1)) continue;
            vm.prank(thief);
            uint256 challenge = disputes.challengeBatch{value: 20 * BOND}(epoch, "it was me");
            bytes memory signatures = _signQuorum(oracles, QUORUM, state.digest);
            vm.prank(arbiter);
            disputes.resolve(challenge, Answer.Fault, signatures);
            posted += state.total;
        }
        disputes.withdrawReward(thief);
        assertEq(_balance(thief), posted * UNIT / 10);
        assertLe(posted, 4 * BUDGET);
        _grabAll();
        for (uint64 epoch = 1; epoch < 8; ++epoch) {
            assertTrue(_state(epoch).status != BatchStatus.Window);
        }
        // The honest batch is as it was.
        vm.warp(_state(8).windowEnd);
        distributor.credit(8, honestChunk, bytes32(0));
        assertEq(treasury.reservedOf(address(token)), 0);
    }

    // ---------------------------------------------------------------------------------------------- links

    /// @dev The sweep: every id that has no link is linked to the thief. There is nothing behind them; what he grants them comes out of
    /// the budgets, and their owners get them back.
    function test_Case35_TheSweepOfUnlinkedIds() public {
        for (uint64 id = 20; id < 40; ++id) {
            _linkTo(id, THIEF);
            assertEq(distributor.claimable(id), 0);
        }
        assertEq(distributor.claimMany(_ids(20, 20)), 0);
        assertEq(_balance(thief), 0);

        // Governance replaces the oracles. The owner of 20 asks for a re-link; the thief, who is the old wallet, cancels once.
        _answer();
        _linkTo(20, _walletKey(20));
        vm.prank(thief);
        links.cancel(20);
        // The second time he cannot; the arbiter decides, and the delay passes.
        _linkTo(20, _walletKey(20));
        assertTrue(links.pending(20).status == LinkStatus.Contested);
        vm.startPrank(thief);
        vm.expectRevert(abi.encodeWithSelector(ILinks.Links_WrongStatus.selector, uint64(20), LinkStatus.Contested));
        links.cancel(20);
        vm.stopPrank();
        vm.prank(arbiter);
        disputes.decideLink(20, true);
        vm.startPrank(thief);
        vm.expectRevert(abi.encodeWithSelector(ILinks.Links_WrongStatus.selector, uint64(20), LinkStatus.Approved));
        links.cancel(20);
        vm.stopPrank();
        vm.warp(block.timestamp + LINK_DELAY);
        links.activate(20);
        assertEq(distributor.account(20).wallet, _wallet(20));
    }

    /// @dev A stolen wallet that cancels, and cancels again, keeps an id only as long as the arbiter lets it; what is credited meanwhile
    /// is the old wallet's to claim, as always.
    function test_Case35_TheStolenOldWalletCancelsForEver() public {
        uint256 newKey = uint256(keccak256("the owner's new wallet"));
        _linkTo(1, newKey);
        vm.prank(_wallet(1));
        links.cancel(1);
        for (uint256 i = 0; i < 3; ++i) {
            _linkTo(1, newKey);
            vm.startPrank(_wallet(1));
            vm.expectRevert(abi.encodeWithSelector(ILinks.Links_WrongStatus.selector, uint64(1), LinkStatus.Contested));
            links.cancel(1);
            vm.stopPrank();
            // Undecided it ends after the deadline, and can be asked for again.
            vm.warp(block.timestamp + LINK_DELAY + RESOLVE_DEADLINE + 1);
            links.drop(1);
        }
        _linkTo(1, newKey);
        vm.prank(arbiter);
        disputes.decideLink(1, true);
        vm.warp(block.timestamp + LINK_DELAY);
        links.activate(1);
        distributor.claim(1);
        assertEq(_balance(vm.addr(newKey)), unclaimed[0] * UNIT);
        assertEq(_balance(_wallet(1)), 0);
    }

    /// @dev Without the old wallet's key no re-link is immediate, whoever attests it, and none moves more than the link budget.
    function test_Case35_RelinksAreSlowAndBounded() public {
        Link memory message = _linkOf(1, thief);
        bytes memory proof = _sign(THIEF, links.hashLink(message));
        bytes memory attestation = _attest(message);
        vm.expectRevert(abi.encodeWithSelector(IAccounts.Accounts_InvalidWalletProof.selector, uint64(1), _wallet(1)));
        links.relinkSigned(message, proof, proof, attestation);

        _proposeLinks();
        vm.warp(attackedAt + LINK_DELAY - 1);
        for (uint64 id = 1; id <= 4; ++id) {
            vm.expectRevert(abi.encodeWithSelector(ILinks.Links_TooEarly.selector, id, attackedAt + LINK_DELAY));
            links.activate(id);
        }
        vm.warp(attackedAt + LINK_DELAY);
        links.activate(1);
        links.activate(2);
        vm.expectRevert(abi.encodeWithSelector(ILinks.Links_OverBudget.selector, uint64(3), unclaimed[2], 50_000));
        links.activate(3);
        vm.expectRevert(abi.encodeWithSelector(ILinks.Links_OverBudget.selector, uint64(4), unclaimed[3], 50_000));
        links.activate(4);
        // The rest is their owners' to claim at any time.
        vm.prank(_wallet(4));
        assertEq(distributor.claim(4), unclaimed[3] * UNIT);
    }

    // ----------------------------------------------------------------------------------------- the thief's part

    function _linkSybils() private {
        for (uint64 i = 0; i < 4; ++i) {
            _linkTo(SYBIL + i, THIEF);
        }
    }

    function _proposeLinks() private {
        for (uint64 id = 1; id <= 4; ++id) {
            _linkTo(id, THIEF);
        }
    }

    /// @dev Activates what the link budget allows. Only then the honest batch is credited, so that it goes to the thief too.
    function _activateLinks() private {
        for (uint64 id = 1; id <= 4; ++id) {
            uint256 exposed = distributor.claimable(id) / UNIT;
            try links.activate(id) {
                movedByLinks += exposed;
            } catch {}
        }
        if (distributor.account(1).wallet == thief && _state(8).status == BatchStatus.Window) {
            try distributor.credit(8, honestChunk, bytes32(0)) {} catch {}
        }
    }

    /// @dev The next step of every epoch that can be reached.
    function _grabAll() private {
        for (uint64 epoch = 1; epoch <= LAST_EPOCH; ++epoch) {
            _grab(epoch);
        }
    }

    function _grab(uint64 epoch) private {
        BatchState memory state = _state(epoch);
        if (block.timestamp < distributor.epochEnd(epoch)) return;
        if (epoch == 8 && state.status == BatchStatus.Window && state.round == 1) return;
        if (state.status == BatchStatus.Window) {
            try distributor.credit(epoch, _loot(state.total).pack(), bytes32(0)) {} catch {}
            state = _state(epoch);
        }
        if (state.status == BatchStatus.Window) return;
        uint256 room = BUDGET - state.epochCredited;
        uint256 available = treasury.budget(address(distributor), address(token)).available / UNIT;
        uint64 total = uint64(room < available ? room : available);
        if (total == 0) return;
        RewardBatch memory header = _headerOf(epoch, state.round + 1, _loot(total), 500);
        bytes memory signatures = _quorumOf(header);
        try distributor.postAndPublish(header, signatures, _loot(total).pack()) {} catch {}
    }

    /// @dev The total, spread over as many sybils as the cap asks for.
    function _loot(uint64 total) private pure returns (Entry[] memory entries) {
        entries = Packing.many(SYBIL, (total + CAP - 1) / CAP, CAP);
        if (total % CAP != 0) entries[entries.length - 1].units = uint48(total % CAP);
    }

    function _cashIn() private returns (uint256) {
        distributor.claimMany(_ids(SYBIL, 4));
        for (uint64 id = 1; id <= 4; ++id) {
            if (distributor.account(id).wallet == thief) distributor.claimMany(_ids(id, 1));
        }
        return _balance(thief);
    }

    // --------------------------------------------------------------------------------------- the others' part

    /// @dev Governance takes all keys away, with all that is pending.
    function _answer() private {
        while (oracles.length != 0) {
            oracles.pop();
        }
        for (uint256 i = 0; i < 5; ++i) {
            oracles.push(_makeOracles("honest", 5)[i]);
        }
        vm.prank(address(timelock));
        distributor.rotate(_membersOf(oracles), 3, "", true);
    }

    function _challengeAll() private {
        for (uint64 epoch = 1; epoch <= LAST_EPOCH; ++epoch) {
            BatchState memory state = _state(epoch);
            if (epoch == 8 && state.round == 1) continue;
            if (state.status != BatchStatus.Window || block.timestamp >= state.windowEnd) continue;
            vm.prank(watcher);
            try disputes.challengeBatch{value: 20 * BOND}(epoch, "nobody did this") {} catch {}
        }
        for (uint64 id = 1; id <= 4; ++id) {
            if (links.pending(id).status != LinkStatus.Pending) continue;
            vm.prank(watcher);
            try disputes.challengeLink{value: BOND}(id) {} catch {}
        }
    }

    function _expireAll() private {
        uint256[] memory one = new uint256[](1);
        for (one[0] = 1; one[0] <= disputes.challengeCount(); ++one[0]) {
            try disputes.resolveExpired(one) {} catch {}
        }
    }

    /// @dev What he has at most after so many seconds.
    function _assertBounded(uint256 loss, uint256 time) private view {
        // The link budget, with what it refilled meanwhile.
        uint256 linkBound = LINK_BUDGET + LINK_BUDGET * time / (4 * EPOCH);
        assertLe(movedByLinks, linkBound);
        // The budgets of the epochs that were not used up, and no more than the Treasury lets through in that time.
        uint256 honest = uint256(unclaimed[0]) + unclaimed[1] + unclaimed[2] + unclaimed[3];
        assertLe(loss, (LAST_EPOCH * BUDGET - honest + linkBound) * UNIT, "above the epochs' budgets");
        uint256 flow = 4 * BUDGET + 4 * BUDGET * time / (2 * EPOCH);
        assertLe(loss, (flow + linkBound) * UNIT, "above the Treasury's budget");
    }

    /// @dev After the answer nothing that the thief signed is worth anything, for a month of trying.
    function _assertOver(uint256 loss) private {
        for (uint256 day = 0; day < 30; day += 3) {
            vm.warp(block.timestamp + 3 days);
            for (uint64 epoch = 1; epoch <= LAST_EPOCH; ++epoch) {
                BatchState memory state = _state(epoch);
                if (state.status != BatchStatus.Window) continue;
                (bool done,) = address(distributor)
                    .call(abi.encodeCall(distributor.credit, (epoch, _loot(state.total).pack(), bytes32(0))));
                assertFalse(done);
            }
            _activateLinks();
        }
        assertEq(_cashIn(), loss);
        for (uint64 epoch = 1; epoch <= LAST_EPOCH; ++epoch) {
            if (_state(epoch).status == BatchStatus.Window) distributor.voidRotated(epoch);
        }
        assertEq(treasury.reservedOf(address(token)), 0);
    }

    function _assertHonestOnesKeepTheRest() private {
        for (uint64 id = 1; id <= 4; ++id) {
            if (links.pending(id).status != LinkStatus.None) links.drop(id);
            if (distributor.account(id).wallet == thief) continue;
            assertEq(distributor.account(id).wallet, _wallet(id));
            distributor.claim(id);
            assertGe(_balance(_wallet(id)), unclaimed[id - 1] * UNIT);
        }
    }
}
