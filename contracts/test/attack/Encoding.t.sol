// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Link, LinkAttestation, RewardBatch} from "../../src/interfaces/Types.sol";
import {Entry, Packing} from "../support/Packing.sol";
import {AttackFixture} from "./support/AttackFixture.sol";

/// @notice Cases 13 and 29: two sides that read the same bytes differently. The other implementation here is Foundry's own of
/// `eth_signTypedData_v4`, which takes the JSON that a wallet takes; Rust's is compared in `contracts/vectors`.
contract EncodingAttack is AttackFixture {
    using Packing for Entry[];

    string private constant DOMAIN_TYPE =
        '"EIP712Domain":[{"name":"name","type":"string"},{"name":"version","type":"string"},{"name":"chainId","type":"uint256"},{"name":"verifyingContract","type":"address"}]';
    string private constant BATCH_TYPE =
        '"RewardBatch":[{"name":"epoch","type":"uint64"},{"name":"round","type":"uint32"},{"name":"oracleSet","type":"uint64"},{"name":"postBefore","type":"uint64"},{"name":"total","type":"uint64"},{"name":"entriesHash","type":"bytes32"},{"name":"policyHash","type":"bytes32"},{"name":"evidenceHash","type":"bytes32"}]';
    string private constant LINK_TYPE =
        '"Link":[{"name":"id","type":"uint64"},{"name":"wallet","type":"address"},{"name":"nonce","type":"uint64"},{"name":"validUntil","type":"uint64"}]';
    string private constant ATTESTATION_TYPE =
        '"LinkAttestation":[{"name":"oracleSet","type":"uint64"},{"name":"id","type":"uint64"},{"name":"wallet","type":"address"},{"name":"nonce","type":"uint64"},{"name":"validUntil","type":"uint64"}]';

    // ------------------------------------------------------------------------------------------ 13: entries

    /// @dev Written by hand, byte by byte.
    function test_Case13_GoldenBytes() public pure {
        Entry[] memory entries = new Entry[](3);
        entries[0] = Entry({id: 1, units: 2});
        entries[1] = Entry({id: 583_231, units: 1_000_000});
        entries[2] = Entry({id: type(uint64).max, units: type(uint48).max});
        assertEq(
            entries.pack(),
            hex"0000000000000001000000000002" hex"000000000008e63f0000000f4240" hex"ffffffffffffffffffffffffffff"
        );
        (bytes32 head, bytes32[] memory rests) = Packing.chain(entries.split(2));
        bytes32 last = keccak256(abi.encode(keccak256(hex"ffffffffffffffffffffffffffff"), bytes32(0)));
        assertEq(rests[0], last);
        assertEq(rests[1], bytes32(0));
        assertEq(
            head,
            keccak256(abi.encode(keccak256(hex"0000000000000001000000000002" hex"000000000008e63f0000000f4240"), last))
        );
    }

    /// @dev Little-endian, padded to words, id and units swapped: none of them is taken for what was signed.
    function test_Case13_OtherOrdersAndPadding() public {
        _link(1);
        bytes[] memory chunks = _one(1, 2).split(1);
        bytes32[] memory rests = _post(1, 1, chunks, 2);
        bytes[4] memory wrong = [
            bytes(hex"0100000000000000020000000000"),
            hex"0000000000020000000000000001",
            abi.encode(uint64(1), uint48(2)),
            abi.encodePacked(uint64(1), uint64(2))
        ];
        for (uint256 i = 0; i < wrong.length; ++i) {
            vm.expectRevert();
            distributor.publish(1, wrong[i], rests[0]);
        }
        distributor.publish(1, chunks[0], rests[0]);
    }

    /// @dev What the contract reads from the bytes is what was packed, whatever the values.
    /// forge-config: default.fuzz.runs = 48
    function testFuzz_Case13_EveryEntryIsReadAsItWasPacked(uint256 seed, uint256 count, uint256 size) public {
        count = bound(count, 1, 6);
        Entry[] memory entries = new Entry[](count);
        uint64 id = 0;
        for (uint256 i = 0; i < count; ++i) {
            uint256 dice = uint256(keccak256(abi.encode(seed, i)));
            id += uint64(bound(dice, 1, type(uint64).max / 8));
            entries[i] = Entry({id: id, units: uint48(bound(dice >> 64, 1, BUDGET / 6))});
            _link(id);
        }
        bytes[] memory chunks = entries.split(bound(size, 1, 6));
        bytes32[] memory rests = _post(1, 1, chunks, entries.sum());
        _publish(1, chunks, rests);
        vm.warp(_state(1).windowEnd);
        _credit(1, chunks, rests);
        for (uint256 i = 0; i < count; ++i) {
            assertEq(distributor.account(entries[i].id).earned, entries[i].units);
        }
    }

    // ------------------------------------------------------------------------------------------ 29: digests

    /// forge-config: default.fuzz.runs = 48
    function testFuzz_Case29_ABatchHasTheWalletsDigest(RewardBatch memory header, uint64 chain) public {
        vm.chainId(bound(chain, 1, type(uint64).max));
        string memory numbers = string.concat(
            '"epoch":"',
            vm.toString(header.epoch),
            '","round":"',
            vm.toString(header.round),
            '","oracleSet":"',
            vm.toString(header.oracleSet),
            '","postBefore":"',
            vm.toString(header.postBefore),
            '","total":"',
            vm.toString(header.total)
        );
        string memory hashes = string.concat(
            '","entriesHash":"',
            vm.toString(header.entriesHash),
            '","policyHash":"',
            vm.toString(header.policyHash),
            '","evidenceHash":"',
            vm.toString(header.evidenceHash),
            '"'
        );
        assertEq(distributor.hashBatch(header), _typed(BATCH_TYPE, "RewardBatch", string.concat(numbers, hashes)));
    }

    /// forge-config: default.fuzz.runs = 48
    function testFuzz_Case29_ALinkHasTheWalletsDigest(Link memory message, uint64 oracleSet, uint64 chain) public {
        vm.chainId(bound(chain, 1, type(uint64).max));
        string memory fields = string.concat(
            '"id":"',
            vm.toString(message.id),
            '","wallet":"',
            vm.toString(message.wallet),
            '","nonce":"',
            vm.toString(message.nonce),
            '","validUntil":"',
            vm.toString(message.validUntil),
            '"'
        );
        assertEq(links.hashLink(message), _typed(LINK_TYPE, "Link", fields));
        LinkAttestation memory attested = LinkAttestation({
            oracleSet: oracleSet,
            id: message.id,
            wallet: message.wallet,
            nonce: message.nonce,
            validUntil: message.validUntil
        });
        assertEq(
            links.hashLinkAttestation(attested),
            _typed(
                ATTESTATION_TYPE,
                "LinkAttestation",
                string.concat('"oracleSet":"', vm.toString(oracleSet), '",', fields)
            )
        );
    }

    /// @dev I9: any two headers that differ have different digests; so have two chains and two distributors.
    function testFuzz_Case29_DigestsDiffer(RewardBatch memory a, RewardBatch memory b, uint64 chain) public {
        bool same = keccak256(abi.encode(a)) == keccak256(abi.encode(b));
        bytes32 here = distributor.hashBatch(a);
        assertEq(here == distributor.hashBatch(b), same);
        vm.assume(chain != block.chainid && chain != 0);
        vm.chainId(chain);
        assertTrue(distributor.hashBatch(a) != here);
    }

    function _typed(string memory type_, string memory primary, string memory message) private view returns (bytes32) {
        return vm.eip712HashTypedData(
            string.concat(
                '{"types":{',
                DOMAIN_TYPE,
                ",",
                type_,
                '},"primaryType":"',
                primary,
                '","domain":{"name":"Guerdon","version":"1","chainId":"',
                vm.toString(block.chainid),
                '","verifyingContract":"',
                vm.toString(address(distributor)),
                '"},"message":{',
                message,
                "}}"
            )
        );
    }
}
