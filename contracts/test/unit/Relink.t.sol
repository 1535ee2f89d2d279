// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Links} from "../../src/Links.sol";
import {IAccounts} from "../../src/interfaces/IAccounts.sol";
import {IDisputes} from "../../src/interfaces/IDisputes.sol";
import {ILinks, LinkStatus, LinksConfig} from "../../src/interfaces/ILinks.sol";
import {Answer, Link, LinkAttestation} from "../../src/interfaces/Types.sol";
import {Fixture} from "../support/Fixture.sol";

contract RelinkTest is Fixture {
    uint64 private constant ID = 7;
    uint256 private constant NEW_KEY = 0xbeef;

    address private old;
    address private fresh = vm.addr(NEW_KEY);

    /// @dev Contributor 7 is linked and has 1000 units to claim.
    function setUp() public override {
        super.setUp();
        old = _link(ID);
        _pay(1, 1, _one(ID, 1000));
    }

    // ----------------------------------------------------------------------------------------------- good

    function test_ARelinkWaits() public {
        uint48 readyAt = uint48(block.timestamp) + LINK_DELAY;
        vm.expectEmit(address(links));
        emit ILinks.LinkProposed(ID, fresh, old, 1, readyAt);
        _propose();
        assertEq(distributor.account(ID).wallet, old);
        assertEq(distributor.linkNonce(ID), 2);
        assertTrue(distributor.isRelinking(ID));
        assertTrue(links.pending(ID).status == LinkStatus.Pending);
        vm.warp(readyAt - 1);
        vm.expectRevert(abi.encodeWithSelector(ILinks.Links_TooEarly.selector, ID, readyAt));
        links.activate(ID);

        vm.warp(readyAt);
        vm.expectEmit(address(links));
        emit ILinks.LinkActivated(ID, fresh, 1000);
        vm.expectEmit(address(distributor));
        emit IAccounts.Linked(ID, fresh, 1);
        vm.prank(alice);
        links.activate(ID);
        assertEq(distributor.account(ID).wallet, fresh);
        assertFalse(distributor.isRelinking(ID));
        distributor.claim(ID);
        assertEq(_balance(fresh), 1000 * UNIT);
        _none();
    }

    function test_MeanwhileOnlyTheOldWalletClaims() public {
        _propose();
        vm.expectRevert(abi.encodeWithSelector(IAccounts.Accounts_LinkPending.selector, ID));
        distributor.claim(ID);
        uint64[] memory ids = new uint64[](1);
        ids[0] = ID;
        assertEq(distributor.claimMany(ids), 0);
        vm.prank(fresh);
        assertEq(distributor.claimMany(ids), 0);
        assertEq(distributor.claimable(ID), 1000 * UNIT);

        vm.prank(old);
        assertEq(distributor.claimMany(ids), 1000 * UNIT);
        _pay(2, 1, _one(ID, 5));
        assertEq(distributor.account(ID).earned, 1005);
        assertEq(distributor.account(ID).wallet, old);
        vm.prank(old);
        distributor.claim(ID);
        assertEq(_balance(old), 1005 * UNIT);
    }

    function test_NotWhenTheOldWalletSignsIt() public {
        vm.expectEmit(address(distributor));
        emit IAccounts.Linked(ID, fresh, 1);
        _relinkSigned(1);
        assertEq(distributor.account(ID).wallet, fresh);
        assertEq(distributor.linkNonce(ID), 2);
        (,, uint256 available) = links.linkBudget();
        assertEq(available, LINK_BUDGET);
    }

    function test_TheOldWalletsSignatureOvertakesAPendingRelink() public {
        _propose();
        vm.expectEmit(address(links));
        emit ILinks.LinkSuperseded(ID, fresh);
        _relinkSigned(2);
        assertEq(distributor.account(ID).wallet, fresh);
        _none();
        distributor.claim(ID);
        assertEq(_balance(fresh), 1000 * UNIT);
    }

    function test_TheOldWalletCancels() public {
        _propose();
        vm.expectEmit(address(links));
        emit ILinks.LinkCancelled(ID, fresh, old);
        vm.prank(old);
        links.cancel(ID);
        _restored();
        assertTrue(links.isContested(ID));
    }

    function test_AfterOneCancelOnlyTheArbiterDecides() public {
        _cancelOnce();
        _propose(2);
        assertTrue(links.pending(ID).status == LinkStatus.Contested);
        vm.expectRevert(_wrong(LinkStatus.Contested));
        vm.prank(old);
        links.cancel(ID);
        vm.warp(block.timestamp + LINK_DELAY);
        vm.expectRevert(_wrong(LinkStatus.Contested));
        links.activate(ID);
        vm.expectEmit(address(disputes));
        emit IDisputes.LinkDecided(ID, true, arbiter);
        vm.prank(arbiter);
        disputes.decideLink(ID, true);
        vm.expectRevert(_wrong(LinkStatus.Approved));
        vm.prank(old);
        links.cancel(ID);
        links.activate(ID);
        assertEq(distributor.account(ID).wallet, fresh);
        assertFalse(links.isContested(ID));
    }

    function test_TheArbiterMayRefuseAContestedOne() public {
        _cancelOnce();
        _propose(2);
        vm.prank(arbiter);
        disputes.decideLink(ID, false);
        _restored();
        assertTrue(links.isContested(ID));
    }

    function test_AContestedOneThatNobodyDecidesIsDropped() public {
        _cancelOnce();
        _propose(2);
        uint256 end = block.timestamp + LINK_DELAY + RESOLVE_DEADLINE;
        vm.warp(end);
        vm.expectRevert(abi.encodeWithSelector(ILinks.Links_Live.selector, ID));
        links.drop(ID);
        vm.warp(end + 1);
        links.drop(ID);
        _restored();
    }

    function test_ItDiesWithItsOracleSet() public {
        _propose();
        _rotate(true);
        vm.warp(block.timestamp + LINK_DELAY);
        vm.expectRevert(abi.encodeWithSelector(ILinks.Links_Dead.selector, ID, 1));
        links.activate(ID);
        vm.expectEmit(address(links));
        emit ILinks.LinkDropped(ID, fresh);
        links.drop(ID);
        _restored();
        distributor.claim(ID);
        assertEq(_balance(old), 1000 * UNIT);
    }

    function test_ItLivesOnThroughAnotherRotation() public {
        _propose();
        _rotate(false);
        vm.warp(block.timestamp + LINK_DELAY);
        links.activate(ID);
        assertEq(distributor.account(ID).wallet, fresh);
    }

    function test_APauseHoldsIt() public {
        _propose();
        uint256 ready = block.timestamp + LINK_DELAY;
        vm.warp(ready - 1);
        vm.prank(guardian);
        distributor.pause();
        vm.warp(ready + 1);
        vm.expectRevert(ILinks.Links_Paused.selector);
        links.activate(ID);
        vm.warp(ready + 7 days - 1);
        vm.expectRevert(abi.encodeWithSelector(ILinks.Links_TooEarly.selector, ID, ready));
        links.activate(ID);
        vm.warp(ready + 7 days);
        links.activate(ID);
    }

    // ------------------------------------------------------------------------------------------ challenges

    function test_AChallengeFreezesIt() public {
        _propose();
        uint256 challenge = _challengeLink();
        vm.warp(block.timestamp + LINK_DELAY);
        vm.expectRevert(_wrong(LinkStatus.Frozen));
        links.activate(ID);
        _answer(challenge, Answer.Stands);
        assertEq(disputes.owed(address(treasury)), BOND);
        links.activate(ID);
        assertEq(distributor.account(ID).wallet, fresh);
    }

    function test_AChallengeThatIsRightEndsIt() public {
        _propose();
        _answer(_challengeLink(), Answer.Dropped);
        assertEq(disputes.owed(alice), BOND);
        _restored();
    }

    function test_AFaultSwitchesTheSignersOff() public {
        bytes memory attestation = _propose();
        _answer(_challengeLink(), Answer.Fault, attestation);
        assertTrue(distributor.isSwitchedOff(oracles[0].member));
        assertFalse(distributor.isSwitchedOff(oracles[2].member));
        assertEq(disputes.rewardOf(alice), 0);
        _restored();
    }

    function test_AChallengeThatNobodyAnswersEndsIt() public {
        _propose();
        uint256 challenge = _challengeLink();
        vm.warp(block.timestamp + RESOLVE_DEADLINE + 1);
        disputes.resolveExpired(_list(challenge));
        assertEq(disputes.owed(alice), BOND / 2);
        _restored();
    }

    /// @dev The answer to one challenge decides nothing about the next re-link.
    function test_AChallengeEndsWithItsRelink() public {
        _propose();
        uint256 challenge = _challengeLink();
        vm.prank(old);
        links.cancel(ID);
        _propose(2);
        vm.prank(arbiter);
        disputes.decideLink(ID, true);
        vm.expectRevert(abi.encodeWithSelector(IDisputes.Disputes_Moot.selector, challenge));
        _answer(challenge, Answer.Dropped);
        disputes.refund(_list(challenge));
        assertEq(disputes.owed(alice), BOND);
        assertTrue(links.pending(ID).status == LinkStatus.Approved);
    }

    // ---------------------------------------------------------------------------------------------- budget

    function test_TheLinkBudgetBoundsWhatIsExposed() public {
        vm.prank(address(timelock));
        links.setLinkBudget(999, 28 days);
        _propose();
        vm.warp(block.timestamp + LINK_DELAY);
        vm.expectRevert(abi.encodeWithSelector(ILinks.Links_OverBudget.selector, ID, 1000, 999));
        links.activate(ID);
        vm.expectEmit(address(links));
        emit ILinks.LinkBudgetSet(1500, 28 days);
        vm.prank(address(timelock));
        links.setLinkBudget(1500, 28 days);
        links.activate(ID);
        (uint208 units, uint48 period, uint256 available) = links.linkBudget();
        assertEq(units, 1500);
        assertEq(period, 28 days);
        assertEq(available, 500);
        vm.warp(block.timestamp + 14 days);
        (,, available) = links.linkBudget();
        assertEq(available, 1250);
    }

    // ------------------------------------------------------------------------------------------------ bad

    function test_RevertWhen_ARelinkIsPending() public {
        _propose();
        bytes memory pending = abi.encodeWithSelector(IAccounts.Accounts_LinkPending.selector, ID);
        (bytes memory proof, bytes memory attestation) = _proofs(2);
        vm.expectRevert(pending);
        distributor.link(ID, fresh, 2, _validUntil(), proof, attestation);
    }

    function test_RevertWhen_NothingIsPending() public {
        bytes memory none = _wrong(LinkStatus.None);
        vm.expectRevert(none);
        links.activate(ID);
        vm.expectRevert(none);
        links.drop(ID);
        vm.expectRevert(none);
        vm.prank(old);
        links.cancel(ID);
        hoax(alice, BOND);
        vm.expectRevert(none);
        disputes.challengeLink{value: BOND}(ID);
        vm.expectRevert(none);
        vm.prank(arbiter);
        disputes.decideLink(ID, true);
    }

    function test_RevertWhen_AnyoneElseCancels() public {
        _propose();
        vm.expectRevert(abi.encodeWithSelector(ILinks.Links_NotOldWallet.selector, ID, fresh));
        vm.prank(fresh);
        links.cancel(ID);
        vm.expectRevert(abi.encodeWithSelector(ILinks.Links_Live.selector, ID));
        links.drop(ID);
        vm.expectRevert(_wrong(LinkStatus.Pending));
        vm.prank(arbiter);
        disputes.decideLink(ID, false);
    }

    function test_RevertWhen_TheOldWalletDidNotSign() public {
        (bytes memory proof, bytes memory attestation) = _proofs(1);
        Link memory message = Link(ID, fresh, 1, _validUntil());
        vm.expectRevert(abi.encodeWithSelector(IAccounts.Accounts_InvalidWalletProof.selector, ID, old));
        links.relinkSigned(message, proof, proof, attestation);
        message.id = 8;
        vm.expectRevert(abi.encodeWithSelector(IAccounts.Accounts_NotLinked.selector, 8));
        links.relinkSigned(message, proof, proof, attestation);
    }

    function test_RevertWhen_AnyoneElseSettles() public {
        bytes memory refused = abi.encodeWithSelector(IAccounts.Accounts_NotLinks.selector, address(this));
        vm.expectRevert(refused);
        distributor.settleLink(ID, alice, 1);
        vm.expectRevert(refused);
        distributor.holdLink(ID);
        refused = abi.encodeWithSelector(ILinks.Links_NotDisputes.selector, address(this));
        vm.expectRevert(refused);
        links.freeze(ID, 1);
        vm.expectRevert(refused);
        links.decide(ID, true);
        vm.expectRevert(refused);
        links.decideContested(ID, true);
        refused = abi.encodeWithSelector(ILinks.Links_NotGovernance.selector, address(this));
        vm.expectRevert(refused);
        links.setLinkBudget(1, 1);
        vm.expectRevert(refused);
        links.setLinkVerifier(alice);
    }

    function test_RevertWhen_TheConfigMakesNoSense() public {
        LinksConfig memory config = _linksConfig(address(0));
        vm.expectRevert(ILinks.Links_ZeroAddress.selector);
        new Links(config);
        config = _linksConfig(address(distributor));
        config.delay = uint48(GOVERNANCE_CYCLE - 7 days - 1);
        vm.expectRevert(abi.encodeWithSelector(ILinks.Links_DelayTooShort.selector, config.delay, GOVERNANCE_CYCLE));
        new Links(config);
        config = _linksConfig(address(distributor));
        config.budgetPeriod = 0;
        vm.expectRevert(ILinks.Links_NoPeriod.selector);
        new Links(config);
    }

    // ---------------------------------------------------------------------------------------------- helpers

    function _validUntil() private view returns (uint64) {
        return uint64(block.timestamp) + 1 days;
    }

    function _proofs(uint64 nonce) private view returns (bytes memory proof, bytes memory attestation) {
        proof = _sign(NEW_KEY, links.hashLink(Link(ID, fresh, nonce, _validUntil())));
        attestation = _attestation(ID, fresh, nonce, _validUntil());
    }

    function _propose() private returns (bytes memory) {
        return _propose(1);
    }

    function _propose(uint64 nonce) private returns (bytes memory attestation) {
        bytes memory proof;
        (proof, attestation) = _proofs(nonce);
        distributor.link(ID, fresh, nonce, _validUntil(), proof, attestation);
    }

    function _relinkSigned(uint64 nonce) private {
        (bytes memory proof, bytes memory attestation) = _proofs(nonce);
        Link memory message = Link(ID, fresh, nonce, _validUntil());
        links.relinkSigned(message, proof, _sign(_walletKey(ID), links.hashLink(message)), attestation);
    }

    function _cancelOnce() private {
        _propose();
        vm.prank(old);
        links.cancel(ID);
    }

    function _challengeLink() private returns (uint256) {
        hoax(alice, BOND);
        return disputes.challengeLink{value: BOND}(ID);
    }

    function _wrong(LinkStatus status) private pure returns (bytes memory) {
        return abi.encodeWithSelector(ILinks.Links_WrongStatus.selector, ID, status);
    }

    function _none() private view {
        assertTrue(links.pending(ID).status == LinkStatus.None);
    }

    function _restored() private view {
        _none();
        assertEq(distributor.account(ID).wallet, old);
        assertEq(distributor.account(ID).earned, 1000);
        assertFalse(distributor.isRelinking(ID));
    }
}
