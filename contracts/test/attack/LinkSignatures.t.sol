// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IAccounts} from "../../src/interfaces/IAccounts.sol";
import {Link, LinkAttestation, RewardBatch} from "../../src/interfaces/Types.sol";
import {AttackFixture} from "./support/AttackFixture.sol";
import {FickleWallet} from "./support/Attackers.sol";

/// @notice Cases 10 and 21: several ids and wallets of one person, and signatures of links used again, elsewhere or changed.
contract LinkSignaturesAttack is AttackFixture {
    uint256 private constant ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141;
    uint64 private constant ID = 7;
    uint256 private constant KEY = uint256(keccak256("wallet of 7"));
    address private wallet = vm.addr(KEY);

    // ------------------------------------------------------------------------------- 10: two ids, one wallet

    function test_Case10_TwoIdsOfOneWalletArePaidEach() public {
        _linkTo(7, KEY);
        _linkTo(8, KEY);
        _pay(1, 1, _pair(7, 8, 100));
        assertEq(distributor.claim(7), 100 * UNIT);
        assertEq(distributor.claimable(8), 100 * UNIT);
        assertEq(distributor.claimMany(_ids(7, 2)), 100 * UNIT);
        assertEq(_balance(wallet), 200 * UNIT);
    }

    function test_Case10_AWalletThatIsLinkedAgainAfterBeingReplaced() public {
        uint256 other = uint256(keccak256("another wallet of 7"));
        Link memory first = _linkOf(ID, wallet);
        bytes memory firstProof = _sign(KEY, links.hashLink(first));
        bytes memory firstAttestation = _attest(first);
        _linkTo(ID, KEY);
        _pay(1, 1, _one(ID, 100));
        distributor.claim(ID);
        _linkTo(ID, other);
        vm.warp(block.timestamp + LINK_DELAY);
        links.activate(ID);
        // What made the first link does not make it again.
        _refused(first, firstProof, firstAttestation, _invalidNonce(0, 2));

        _pay(2, 1, _one(ID, 30));
        _linkTo(ID, KEY);
        vm.warp(block.timestamp + LINK_DELAY);
        links.activate(ID);
        _pay(3, 1, _one(ID, 1));
        distributor.claim(ID);
        assertEq(_balance(wallet), 131 * UNIT);
        assertEq(_balance(vm.addr(other)), 0);
        assertEq(distributor.linkNonce(ID), 3);
    }

    // --------------------------------------------------------------------------------------- 21: signatures

    function test_Case21_ReplayedLink() public {
        Link memory message = _linkOf(ID, wallet);
        bytes memory proof = _sign(KEY, links.hashLink(message));
        bytes memory attestation = _attest(message);
        _link(message, proof, attestation);
        _refused(
            message, proof, attestation, abi.encodeWithSelector(IAccounts.Accounts_LinkExists.selector, ID, wallet)
        );
        // Nor as the re-link that both sides and the old wallet signed.
        vm.expectRevert(abi.encodeWithSelector(IAccounts.Accounts_LinkExists.selector, ID, wallet));
        links.relinkSigned(message, proof, proof, attestation);
    }

    /// @dev An old wallet's consent to one re-link is none to the next.
    function test_Case21_ReplayedConsentOfTheOldWallet() public {
        _linkTo(ID, KEY);
        uint256 second = uint256(keccak256("second"));
        Link memory message = _linkOf(ID, vm.addr(second));
        bytes memory proof = _sign(second, links.hashLink(message));
        bytes memory consent = _sign(KEY, links.hashLink(message));
        bytes memory attestation = _attest(message);
        // Not by anybody else's signature in its place.
        vm.expectRevert(abi.encodeWithSelector(IAccounts.Accounts_InvalidWalletProof.selector, ID, wallet));
        links.relinkSigned(message, proof, proof, attestation);
        vm.expectRevert(abi.encodeWithSelector(IAccounts.Accounts_InvalidWalletProof.selector, ID, vm.addr(second)));
        links.relinkSigned(message, consent, consent, attestation);
        links.relinkSigned(message, proof, consent, attestation);
        assertEq(distributor.account(ID).wallet, vm.addr(second));

        // Back to the first wallet, again with everybody's consent.
        Link memory back = _linkOf(ID, wallet);
        bytes32 digest = links.hashLink(back);
        links.relinkSigned(back, _sign(KEY, digest), _sign(second, digest), _attest(back));
        vm.expectRevert(_invalidNonce(1, 3));
        links.relinkSigned(message, proof, consent, attestation);
    }

    function test_Case21_OnAnotherChainOrDistributor() public {
        Link memory message = _linkOf(ID, wallet);
        bytes memory proof = _sign(KEY, links.hashLink(message));
        bytes memory attestation = _attest(message);
        uint256 here = block.chainid;
        vm.chainId(here + 1);
        bytes memory invalid = abi.encodeWithSelector(IAccounts.Accounts_InvalidWalletProof.selector, ID, wallet);
        _refused(message, proof, attestation, invalid);
        vm.chainId(here);
        _deployFor(address(token), UNIT);
        _refused(message, proof, attestation, invalid);
    }

    function test_Case21_ASecondTooLate() public {
        Link memory message = _linkOf(ID, wallet);
        bytes memory proof = _sign(KEY, links.hashLink(message));
        bytes memory attestation = _attest(message);
        vm.warp(message.validUntil + 1);
        _refused(
            message,
            proof,
            attestation,
            abi.encodeWithSelector(IAccounts.Accounts_LinkExpired.selector, ID, message.validUntil)
        );
        vm.warp(message.validUntil);
        _link(message, proof, attestation);
    }

    function test_Case21_MalleatedCompactCutOrLonger() public {
        Link memory message = _linkOf(ID, wallet);
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(KEY, links.hashLink(message));
        bytes memory good = abi.encodePacked(r, s, v);
        bytes memory attestation = _attest(message);
        bytes[] memory wrong = new bytes[](9);
        wrong[0] = abi.encodePacked(r, bytes32(ORDER - uint256(s)), v == 27 ? uint8(28) : uint8(27));
        wrong[1] = abi.encodePacked(r, s, v - 27);
        wrong[2] = abi.encodePacked(r, s, v == 27 ? uint8(28) : uint8(27));
        wrong[3] = abi.encodePacked(r, s, v, uint8(0));
        wrong[4] = abi.encodePacked(r, s);
        wrong[5] = _signCompact(KEY, links.hashLink(message));
        wrong[6] = "";
        wrong[7] = new bytes(65);
        wrong[8] = abi.encodePacked(bytes32(0), bytes32(0), uint8(27));
        bytes memory invalid = abi.encodeWithSelector(IAccounts.Accounts_InvalidWalletProof.selector, ID, wallet);
        for (uint256 i = 0; i < wrong.length; ++i) {
            _refused(message, wrong[i], attestation, invalid);
        }
        _link(message, good, attestation);
    }

    /// @dev A contract wallet that accepts when it is linked and refuses afterwards, or accepts for everybody: links are judged once,
    /// and each proof is good for its own wallet only.
    function test_Case21_AContractWalletThatChangesItsMind() public {
        FickleWallet fickle = new FickleWallet();
        _linkToContract(ID, address(fickle));
        fickle.refuse(true);
        _pay(1, 1, _one(ID, 100));
        distributor.claim(ID);
        assertEq(_balance(address(fickle)), 100 * UNIT);

        // It cannot consent in the name of another wallet.
        fickle.refuse(false);
        _linkTo(8, KEY);
        Link memory message = _linkOf(8, address(fickle));
        bytes memory attestation = _attest(message);
        vm.expectRevert(abi.encodeWithSelector(IAccounts.Accounts_InvalidWalletProof.selector, uint64(8), wallet));
        links.relinkSigned(message, "", "", attestation);
        // And without an attestation its consent is worth nothing.
        attestation = _attest(_linkOf(9, address(fickle)));
        vm.expectRevert();
        distributor.link(8, address(fickle), message.nonce, message.validUntil, "", attestation);
    }

    /// @dev A wallet whose account delegates (EIP-7702) is judged by what it delegates to; no wallet but its own is affected.
    function test_Case21_AWalletThatDelegates() public {
        FickleWallet fickle = new FickleWallet();
        Link memory message = _linkOf(ID, wallet);
        bytes memory attestation = _attest(message);
        bytes memory proof = _sign(KEY, links.hashLink(message));
        vm.etch(wallet, abi.encodePacked(bytes3(0xef0100), address(fickle)));
        FickleWallet(wallet).refuse(true);
        _refused(
            message,
            proof,
            attestation,
            abi.encodeWithSelector(IAccounts.Accounts_InvalidWalletProof.selector, ID, wallet)
        );
        FickleWallet(wallet).refuse(false);
        _link(message, "", attestation);
        _pay(1, 1, _one(ID, 100));
        distributor.claim(ID);
        assertEq(_balance(wallet), 100 * UNIT);
    }

    /// @dev What is signed for one purpose is good for no other.
    function test_Case21_SignaturesOfOtherKinds() public {
        vm.warp(distributor.epochEnd(1));
        Link memory message = _linkOf(ID, wallet);
        bytes memory proof = _sign(KEY, links.hashLink(message));
        bytes32 attested = links.hashLinkAttestation(
            LinkAttestation({
                oracleSet: 1, id: ID, wallet: wallet, nonce: message.nonce, validUntil: message.validUntil
            })
        );
        // The wallet's signature of the attestation, the oracles' of the link, and theirs of a batch.
        _refused(
            message,
            _sign(KEY, attested),
            _attest(message),
            abi.encodeWithSelector(IAccounts.Accounts_InvalidWalletProof.selector, ID, wallet)
        );
        _refusedAtAll(message, proof, _signQuorum(oracles, QUORUM, links.hashLink(message)));
        RewardBatch memory header = _header(1, 1, keccak256("head"), 10);
        _refusedAtAll(message, proof, _quorumOf(header));
        bytes memory attestation = _attest(message);
        vm.expectRevert();
        distributor.postBatch(header, attestation);
        // Of another id, wallet, nonce or time.
        Link memory other = _linkOf(ID + 1, wallet);
        _refusedAtAll(message, proof, _attest(other));
        other = _linkOf(ID, alice);
        _refusedAtAll(message, proof, _attest(other));
        other = _linkOf(ID, wallet);
        other.nonce = 1;
        _refusedAtAll(message, proof, _attest(other));
        other.nonce = 0;
        ++other.validUntil;
        _refusedAtAll(message, proof, _attest(other));
        _link(message, proof, attestation);
    }

    function test_Case21_NoFunctionPaysToAnotherAddress() public {
        // There is no signed claim: a claim names an id and nothing else, and pays the linked wallet.
        _linkTo(ID, KEY);
        _pay(1, 1, _one(ID, 100));
        bytes4[4] memory selectors = [
            bytes4(keccak256("claim(uint64,address)")),
            bytes4(keccak256("claimTo(uint64,address)")),
            bytes4(keccak256("claimFor(uint64,address,bytes)")),
            bytes4(keccak256("sweep(address)"))
        ];
        for (uint256 i = 0; i < selectors.length; ++i) {
            vm.prank(wallet);
            (bool done,) = address(distributor).call(abi.encodeWithSelector(selectors[i], ID, alice, ""));
            assertFalse(done);
        }
        // Words behind the id are ignored, as everywhere on the chain.
        (bool claimed,) = address(distributor).call(abi.encodeWithSelector(IAccounts.claim.selector, ID, alice));
        assertTrue(claimed);
        assertEq(_balance(wallet), 100 * UNIT);
    }

    // -------------------------------------------------------------------------------------------- helpers

    function _link(Link memory message, bytes memory proof, bytes memory attestation) private {
        distributor.link(message.id, message.wallet, message.nonce, message.validUntil, proof, attestation);
    }

    function _refused(Link memory message, bytes memory proof, bytes memory attestation, bytes memory reason) private {
        vm.expectRevert(reason);
        _link(message, proof, attestation);
    }

    function _refusedAtAll(Link memory message, bytes memory proof, bytes memory attestation) private {
        vm.expectRevert();
        _link(message, proof, attestation);
    }

    function _invalidNonce(uint64 nonce, uint64 expected) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IAccounts.Accounts_InvalidNonce.selector, ID, nonce, expected);
    }
}
