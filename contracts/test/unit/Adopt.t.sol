// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Links} from "../../src/Links.sol";
import {RewardDistributor} from "../../src/RewardDistributor.sol";
import {IAccounts} from "../../src/interfaces/IAccounts.sol";
import {ILinkVerifier} from "../../src/interfaces/ILinkVerifier.sol";
import {ILinks, LinkStatus} from "../../src/interfaces/ILinks.sol";
import {Answer, Link} from "../../src/interfaces/Types.sol";
import {Fixture} from "../support/Fixture.sol";

/// @notice Proves whatever it is told to.
contract OtherVerifier is ILinkVerifier {
    bytes4 public answer;

    function set(bytes4 answer_) external {
        answer = answer_;
    }

    function verifyLink(Link calldata, bytes calldata) external view returns (bytes4) {
        return answer;
    }
}

contract AdoptTest is Fixture {
    uint64 private constant ID = 7;

    RewardDistributor private predecessor;
    address private wallet;

    /// @dev Contributor 7 is linked in the predecessor, and in nothing else.
    function setUp() public override {
        super.setUp();
        wallet = _link(ID);
        predecessor = distributor;
        previous = address(predecessor);
        _deployDistributor(address(token));
    }

    // ----------------------------------------------------------------------------------------------- adopt

    function test_ALinkOfThePredecessorIsAdoptedAfterTheDelay() public {
        uint48 readyAt = uint48(block.timestamp) + LINK_DELAY;
        vm.expectEmit(address(links));
        emit ILinks.LinkAdopted(ID, wallet, 1, readyAt);
        vm.prank(alice);
        links.adopt(ID);
        assertEq(distributor.account(ID).wallet, address(0));
        vm.expectRevert(abi.encodeWithSelector(ILinks.Links_TooEarly.selector, ID, readyAt));
        links.activate(ID);
        vm.warp(readyAt);
        vm.expectEmit(address(distributor));
        emit IAccounts.Linked(ID, wallet, 0);
        links.activate(ID);
        assertEq(distributor.account(ID).wallet, wallet);
        assertEq(distributor.linkNonce(ID), 1);
    }

    function test_AFirstLinkIsFaster() public {
        links.adopt(ID);
        _link(ID);
        vm.warp(block.timestamp + LINK_DELAY);
        vm.expectRevert(abi.encodeWithSelector(ILinks.Links_WrongStatus.selector, ID, LinkStatus.None));
        links.activate(ID);
        assertEq(distributor.account(ID).wallet, wallet);
    }

    function test_WhatMovesThereIsNotAdopted() public {
        links.adopt(ID);
        Links there = Links(predecessor.links());
        uint256 key = 0xbeef;
        uint64 validUntil = uint64(block.timestamp) + 1 days;
        Link memory message = Link(ID, vm.addr(key), 1, validUntil);
        (RewardDistributor here, Links linksHere) = (distributor, links);
        (distributor, links) = (predecessor, there);
        bytes memory attestation = _attestation(ID, vm.addr(key), 1, validUntil);
        (distributor, links) = (here, linksHere);
        there.link(ID, message.wallet, 1, validUntil, _sign(key, there.hashLink(message)), attestation);

        vm.warp(block.timestamp + LINK_DELAY);
        bytes memory dead = abi.encodeWithSelector(ILinks.Links_Dead.selector, ID, 1);
        vm.expectRevert(dead);
        links.activate(ID);
        links.drop(ID);
        vm.expectRevert(abi.encodeWithSelector(ILinks.Links_NothingToAdopt.selector, ID));
        links.adopt(ID);
        there.activate(ID);
        links.adopt(ID);
        assertEq(links.pending(ID).wallet, vm.addr(key));
    }

    function test_AnyoneChallengesIt() public {
        links.adopt(ID);
        hoax(alice, BOND);
        uint256 challenge = disputes.challengeLink{value: BOND}(ID);
        _answer(challenge, Answer.Dropped);
        assertTrue(links.pending(ID).status == LinkStatus.None);
        assertEq(distributor.account(ID).wallet, address(0));
        _link(ID);
    }

    function test_RevertWhen_ItCannotBeAdopted() public {
        vm.expectRevert(abi.encodeWithSelector(ILinks.Links_NothingToAdopt.selector, 8));
        links.adopt(8);
        links.adopt(ID);
        vm.expectRevert(abi.encodeWithSelector(ILinks.Links_WrongStatus.selector, ID, LinkStatus.Pending));
        links.adopt(ID);
        vm.expectRevert(abi.encodeWithSelector(ILinks.Links_NotOldWallet.selector, ID, wallet));
        vm.prank(wallet);
        links.cancel(ID);
        _link(ID);
        vm.expectRevert(abi.encodeWithSelector(ILinks.Links_Linked.selector, ID, wallet));
        links.adopt(ID);
    }

    function test_RevertWhen_ThereIsNoPredecessor() public {
        Links first = Links(predecessor.links());
        assertEq(first.previous(), address(0));
        vm.expectRevert(abi.encodeWithSelector(ILinks.Links_NothingToAdopt.selector, 8));
        first.adopt(8);
    }

    // -------------------------------------------------------------------------------------------- verifier

    function test_AnotherVerifierTakesEffectAfterThirtyDays() public {
        OtherVerifier other = new OtherVerifier();
        uint48 from = uint48(block.timestamp) + 30 days;
        assertEq(links.linkVerifier(), address(links));
        vm.expectEmit(address(links));
        emit ILinks.LinkVerifierSet(address(other), from);
        vm.prank(address(timelock));
        links.setLinkVerifier(address(other));
        (address next, uint48 since) = links.nextLinkVerifier();
        assertEq(next, address(other));
        assertEq(since, from);

        vm.warp(from - 1);
        assertEq(links.linkVerifier(), address(links));
        _link(ID);
        vm.warp(from);
        assertEq(links.linkVerifier(), address(other));
        uint64 validUntil = uint64(block.timestamp);
        bytes memory proof = _walletProof(9, validUntil);
        vm.expectRevert(abi.encodeWithSelector(IAccounts.Accounts_NotAttested.selector, 9, address(other)));
        distributor.link(9, _wallet(9), 0, validUntil, proof, "");
        other.set(ILinkVerifier.verifyLink.selector);
        distributor.link(9, _wallet(9), 0, validUntil, proof, "");
        assertEq(distributor.account(9).wallet, _wallet(9));
    }

    function test_ADecisionIsReplacedBeforeItTakesEffect() public {
        OtherVerifier other = new OtherVerifier();
        vm.startPrank(address(timelock));
        links.setLinkVerifier(address(other));
        vm.warp(block.timestamp + 29 days);
        links.setLinkVerifier(address(links));
        vm.warp(block.timestamp + 1 days);
        assertEq(links.linkVerifier(), address(links));
        vm.expectRevert(ILinks.Links_ZeroAddress.selector);
        links.setLinkVerifier(address(0));
    }
}
