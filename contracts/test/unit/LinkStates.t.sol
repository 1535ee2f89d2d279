// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IAccounts} from "../../src/interfaces/IAccounts.sol";
import {ILinks, LinkStatus} from "../../src/interfaces/ILinks.sol";
import {Link} from "../../src/interfaces/Types.sol";
import {Fixture} from "../support/Fixture.sol";
import {Vm} from "forge-std/Vm.sol";

/// @notice What a contributor id without a link, or without one that waits, does not have.
contract LinkStatesTest is Fixture {
    uint64 private constant ID = 7;

    function test_RevertWhen_NothingWaits() public {
        bytes memory nothing = abi.encodeWithSelector(ILinks.Links_WrongStatus.selector, ID, LinkStatus.None);
        vm.expectRevert(nothing);
        links.drop(ID);
        vm.expectRevert(nothing);
        links.cancel(ID);
        vm.expectRevert(nothing);
        links.activate(ID);
        hoax(alice, BOND);
        vm.expectRevert(nothing);
        disputes.challengeLink{value: BOND}(ID);
    }

    function test_RevertWhen_ThereIsNoOldWalletToSign() public {
        uint64 validUntil = uint64(block.timestamp) + 1 days;
        Link memory message = Link({id: ID, wallet: _wallet(ID), nonce: 0, validUntil: validUntil});
        bytes memory proof = _walletProof(ID, validUntil);
        bytes memory attestation = _attestation(ID, message.wallet, 0, validUntil);
        vm.expectRevert(abi.encodeWithSelector(IAccounts.Accounts_NotLinked.selector, ID));
        links.relinkSigned(message, proof, proof, attestation);
    }

    function test_RevertWhen_PausedThoughTheOldWalletSigned() public {
        address old = _link(ID);
        (Link memory message, bytes memory proof, bytes memory attestation) = _relink();
        bytes memory oldProof = _sign(_walletKey(ID), links.hashLink(message));
        vm.prank(guardian);
        distributor.pause();
        vm.expectRevert(ILinks.Links_Paused.selector);
        links.relinkSigned(message, proof, oldProof, attestation);
        assertEq(distributor.account(ID).wallet, old);

        vm.prank(guardian);
        distributor.unpause();
        links.relinkSigned(message, proof, oldProof, attestation);
        assertEq(distributor.account(ID).wallet, message.wallet);
    }

    function test_RevertWhen_WhatIsChallengedDiedWithItsOracles() public {
        _link(ID);
        (Link memory message, bytes memory proof, bytes memory attestation) = _relink();
        distributor.link(ID, message.wallet, message.nonce, message.validUntil, proof, attestation);
        _rotate(true);
        hoax(alice, BOND);
        vm.expectRevert(abi.encodeWithSelector(ILinks.Links_Dead.selector, ID, 1));
        disputes.challengeLink{value: BOND}(ID);
        assertTrue(links.pending(ID).status == LinkStatus.Pending);
    }

    function test_TheOldWalletsSignatureEndsTheContest() public {
        address old = _link(ID);
        _propose(1);
        vm.prank(old);
        links.cancel(ID);
        assertTrue(links.isContested(ID));
        (Link memory message, bytes memory proof, bytes memory attestation) = _relink(2);
        links.relinkSigned(message, proof, _sign(_walletKey(ID), links.hashLink(message)), attestation);
        assertFalse(links.isContested(ID));
    }

    function test_NothingIsSupersededWhenNothingWaits() public {
        _link(ID);
        (Link memory message, bytes memory proof, bytes memory attestation) = _relink();
        bytes memory oldProof = _sign(_walletKey(ID), links.hashLink(message));
        vm.recordLogs();
        links.relinkSigned(message, proof, oldProof, attestation);
        assertEq(_countOf(ILinks.LinkSuperseded.selector), 0);
    }

    function test_OnlyAContestedProposalSaysSo() public {
        address old = _link(ID);
        vm.recordLogs();
        _propose(1);
        assertEq(_countOf(ILinks.LinkContested.selector), 0);
        vm.prank(old);
        links.cancel(ID);
        assertEq(_countOf(IAccounts.Linked.selector), 0);
        _propose(2);
        assertEq(_countOf(ILinks.LinkContested.selector), 1);
    }

    function test_WhatRefilledDidSoUnderTheOldBudget() public {
        _link(ID);
        _pay(1, 1, _one(ID, 1000));
        vm.prank(address(timelock));
        links.setLinkBudget(2000, 28 days);
        _propose(1);
        skip(LINK_DELAY);
        links.activate(ID);
        skip(7 days);
        vm.prank(address(timelock));
        links.setLinkBudget(2000, 280 days);
        (,, uint256 available) = links.linkBudget();
        assertEq(available, 1500);
    }

    function _countOf(bytes32 topic) private returns (uint256 count) {
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].topics[0] == topic) ++count;
        }
    }

    function _propose(uint64 nonce) private {
        (Link memory message, bytes memory proof, bytes memory attestation) = _relink(nonce);
        distributor.link(ID, message.wallet, message.nonce, message.validUntil, proof, attestation);
    }

    function _relink() private view returns (Link memory, bytes memory, bytes memory) {
        return _relink(1);
    }

    /// @dev From the wallet that is linked to another one, with its proofs.
    function _relink(uint64 nonce)
        private
        view
        returns (Link memory message, bytes memory proof, bytes memory attestation)
    {
        uint64 validUntil = uint64(block.timestamp) + 1 days;
        message = Link({id: ID, wallet: vm.addr(0xbeef), nonce: nonce, validUntil: validUntil});
        proof = _sign(0xbeef, links.hashLink(message));
        attestation = _attestation(ID, message.wallet, nonce, validUntil);
    }
}
