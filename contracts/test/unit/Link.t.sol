// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IAccounts} from "../../src/interfaces/IAccounts.sol";
import {IOracleSet} from "../../src/interfaces/IOracleSet.sol";
import {Link, LinkAttestation} from "../../src/interfaces/Types.sol";
import {Fixture} from "../support/Fixture.sol";
import {Oracle} from "../support/Signing.sol";
import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";

/// @notice A contract wallet that accepts one digest.
contract ContractWallet is IERC1271 {
    bytes32 public accepted;

    function accept(bytes32 digest) external {
        accepted = digest;
    }

    function isValidSignature(bytes32 digest, bytes calldata) external view returns (bytes4) {
        return digest == accepted ? IERC1271.isValidSignature.selector : bytes4(0xffffffff);
    }
}

contract LinkTest is Fixture {
    uint64 private constant ID = 583_231;
    uint64 private validUntil;
    address private wallet;
    bytes private walletProof;
    bytes private attestation;

    function setUp() public override {
        super.setUp();
        validUntil = uint64(block.timestamp) + 1 days;
        wallet = _wallet(ID);
        walletProof = _walletProof(ID, validUntil);
        attestation = _attestation(ID, wallet, 0, validUntil);
    }

    // ----------------------------------------------------------------------------------------------- good

    function test_LinksByAnyone() public {
        vm.expectEmit(address(distributor));
        emit IAccounts.Linked(ID, wallet, 0);
        vm.prank(alice);
        distributor.link(ID, wallet, 0, validUntil, walletProof, attestation);
        assertEq(distributor.account(ID).wallet, wallet);
        assertEq(distributor.account(ID).earned, 0);
        assertEq(distributor.linkNonce(ID), 1);
    }

    function test_LinksInTheLastSecond() public {
        vm.warp(validUntil);
        distributor.link(ID, wallet, 0, validUntil, walletProof, attestation);
    }

    function test_OneWalletMayHoldSeveralIds() public {
        distributor.link(ID, wallet, 0, validUntil, walletProof, attestation);
        Link memory message = Link({id: 2, wallet: wallet, nonce: 0, validUntil: validUntil});
        bytes memory proof = _sign(_walletKey(ID), links.hashLink(message));
        distributor.link(2, wallet, 0, validUntil, proof, _attestation(2, wallet, 0, validUntil));
        assertEq(distributor.account(2).wallet, wallet);
    }

    function test_LinksAContractWallet() public {
        ContractWallet contractWallet = new ContractWallet();
        Link memory message = Link({id: ID, wallet: address(contractWallet), nonce: 0, validUntil: validUntil});
        attestation = _attestation(ID, address(contractWallet), 0, validUntil);
        _refused(
            ID,
            address(contractWallet),
            0,
            abi.encodeWithSelector(IAccounts.Accounts_InvalidWalletProof.selector, ID, address(contractWallet))
        );
        contractWallet.accept(links.hashLink(message));
        distributor.link(ID, address(contractWallet), 0, validUntil, "", attestation);
        assertEq(distributor.account(ID).wallet, address(contractWallet));
    }

    // ------------------------------------------------------------------------------------------------ bad

    function test_RevertWhen_LinkExists() public {
        distributor.link(ID, wallet, 0, validUntil, walletProof, attestation);
        bytes memory exists = abi.encodeWithSelector(IAccounts.Accounts_LinkExists.selector, ID, wallet);
        _refused(ID, wallet, 0, exists);
        _refused(ID, wallet, 1, exists);
    }

    function test_RevertWhen_IdOrWalletIsZero() public {
        _refused(0, wallet, 0, abi.encodeWithSelector(IAccounts.Accounts_InvalidId.selector));
        _refused(ID, address(0), 0, abi.encodeWithSelector(IAccounts.Accounts_InvalidWallet.selector, ID));
    }

    function test_RevertWhen_NonceIsAnother() public {
        _refused(ID, wallet, 1, abi.encodeWithSelector(IAccounts.Accounts_InvalidNonce.selector, ID, 1, 0));
    }

    function test_RevertWhen_Expired() public {
        vm.warp(validUntil + 1);
        _refused(ID, wallet, 0, abi.encodeWithSelector(IAccounts.Accounts_LinkExpired.selector, ID, validUntil));
    }

    function test_RevertWhen_TheWalletDidNotSign() public {
        bytes memory invalid = abi.encodeWithSelector(IAccounts.Accounts_InvalidWalletProof.selector, ID, wallet);
        bytes memory genuine = walletProof;
        walletProof = "";
        _refused(ID, wallet, 0, invalid);
        walletProof = _sign(_walletKey(ID + 1), links.hashLink(Link(ID, wallet, 0, validUntil)));
        _refused(ID, wallet, 0, invalid);
        walletProof = bytes.concat(genuine, hex"00");
        _refused(ID, wallet, 0, invalid);
        // Signed for another contributor.
        walletProof = _sign(_walletKey(ID), links.hashLink(Link(ID + 1, wallet, 0, validUntil)));
        _refused(ID, wallet, 0, invalid);
        // Signed as an attestation.
        walletProof = _sign(_walletKey(ID), links.hashLinkAttestation(LinkAttestation(1, ID, wallet, 0, validUntil)));
        _refused(ID, wallet, 0, invalid);
    }

    function test_RevertWhen_TheOraclesDidNotAttest() public {
        attestation = "";
        _refused(ID, wallet, 0, abi.encodeWithSelector(IOracleSet.OracleSet_WrongLength.selector, 0, 224));
        // For another wallet, contributor, nonce, time.
        bytes memory invalid =
            abi.encodeWithSelector(IOracleSet.OracleSet_InvalidSignature.selector, 0, oracles[0].member);
        attestation = _attestation(ID, alice, 0, validUntil);
        _refused(ID, wallet, 0, invalid);
        attestation = _attestation(ID + 1, wallet, 0, validUntil);
        _refused(ID, wallet, 0, invalid);
        attestation = _attestation(ID, wallet, 1, validUntil);
        _refused(ID, wallet, 0, invalid);
        attestation = _attestation(ID, wallet, 0, validUntil + 1);
        _refused(ID, wallet, 0, invalid);
    }

    function test_RevertWhen_TheAttestationNamesAnotherSet() public {
        LinkAttestation memory message = LinkAttestation(2, ID, wallet, 0, validUntil);
        attestation = _signQuorum(oracles, QUORUM, links.hashLinkAttestation(message));
        _refused(
            ID, wallet, 0, abi.encodeWithSelector(IOracleSet.OracleSet_InvalidSignature.selector, 0, oracles[0].member)
        );
    }

    function test_RevertWhen_StrangersAttest() public {
        Oracle[] memory strangers = _makeOracles("stranger", 5);
        LinkAttestation memory message = LinkAttestation(1, ID, wallet, 0, validUntil);
        attestation = _signQuorum(strangers, QUORUM, links.hashLinkAttestation(message));
        _refused(
            ID, wallet, 0, abi.encodeWithSelector(IOracleSet.OracleSet_InvalidSignature.selector, 0, oracles[0].member)
        );
    }

    function test_DigestsFollowEip712() public view {
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("Guerdon"),
                keccak256("1"),
                block.chainid,
                address(distributor)
            )
        );
        bytes32 message = keccak256(
            abi.encode(
                keccak256("Link(uint64 id,address wallet,uint64 nonce,uint64 validUntil)"), ID, wallet, 3, validUntil
            )
        );
        assertEq(
            links.hashLink(Link(ID, wallet, 3, validUntil)), keccak256(abi.encodePacked(hex"1901", domain, message))
        );
        message = keccak256(
            abi.encode(
                keccak256("LinkAttestation(uint64 oracleSet,uint64 id,address wallet,uint64 nonce,uint64 validUntil)"),
                9,
                ID,
                wallet,
                3,
                validUntil
            )
        );
        assertEq(
            links.hashLinkAttestation(LinkAttestation(9, ID, wallet, 3, validUntil)),
            keccak256(abi.encodePacked(hex"1901", domain, message))
        );
    }

    function _refused(uint64 id, address to, uint64 nonce, bytes memory reason) private {
        vm.expectRevert(reason);
        distributor.link(id, to, nonce, validUntil, walletProof, attestation);
    }
}
