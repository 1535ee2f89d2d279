// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {RewardBatch} from "../../src/interfaces/Types.sol";
import {Entry, Packing} from "./Packing.sol";
import {CommonBase} from "forge-std/Base.sol";

/// @notice One case of the shared vectors.
struct VectorCase {
    string name;
    uint256 chainId;
    address distributor;
    RewardBatch header;
    Entry[] entries;
    uint256 chunkSize;
}

/// @title Vector writer
/// @notice The cases that Solidity writes for Rust, and their JSON; numbers are decimal strings.
abstract contract VectorWriter is CommonBase {
    function _cases() internal pure returns (VectorCase[] memory cases) {
        cases = new VectorCase[](8);
        cases[0] = _case("one entry", 31_337, Packing.many(583_231, 1, 1), 500);
        cases[1] = _case("the largest id and amount", 1, Packing.many(type(uint64).max, 1, type(uint48).max), 500);
        cases[2] = _case("small chunks, the last one short", 31_337, _spread(8, 1), 3);
        cases[3] = _case("small chunks, the last one full", 10, _spread(9, 2), 3);
        cases[4] = _case("one entry a chunk", 8453, _spread(4, 3), 1);
        cases[5] = _case("exactly one full chunk", 42_161, _spread(500, 4), 500);
        cases[6] = _case("one entry more than a full chunk", 11_155_111, _spread(501, 5), 500);
        cases[7] = _case("the smallest to the largest id", type(uint64).max, _edges(), 2);
        cases[7].header.round = type(uint32).max;
        cases[7].header.epoch = type(uint64).max;
        cases[7].header.oracleSet = type(uint64).max;
        cases[7].header.postBefore = type(uint64).max;
    }

    function _vectorsJson() internal pure returns (string memory json) {
        VectorCase[] memory cases = _cases();
        json = "{\"cases\":[";
        for (uint256 i = 0; i < cases.length; ++i) {
            json = string.concat(json, i == 0 ? "\n" : ",\n", _caseJson(cases[i]));
        }
        json = string.concat(json, "\n]}\n");
    }

    /// @dev The EIP-712 digest from the definition, for any chain and distributor.
    function _digest(uint256 chainId, address distributor, RewardBatch memory header) internal pure returns (bytes32) {
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("Guerdon"),
                keccak256("1"),
                chainId,
                distributor
            )
        );
        bytes32 message = keccak256(
            abi.encode(
                keccak256(
                    "RewardBatch(uint64 epoch,uint32 round,uint64 oracleSet,uint64 postBefore,uint64 total,bytes32 entriesHash,bytes32 policyHash,bytes32 evidenceHash)"
                ),
                header
            )
        );
        return keccak256(abi.encodePacked(hex"1901", domain, message));
    }

    function _case(string memory name, uint256 chainId, Entry[] memory entries, uint256 chunkSize)
        private
        pure
        returns (VectorCase memory)
    {
        (bytes32 head,) = Packing.chain(Packing.split(entries, chunkSize));
        return VectorCase({
            name: name,
            chainId: chainId,
            distributor: address(uint160(uint256(keccak256(bytes(name))))),
            header: RewardBatch({
                epoch: uint64(entries.length),
                round: 1,
                oracleSet: 1,
                postBefore: 1_800_000_000,
                total: Packing.sum(entries),
                entriesHash: head,
                policyHash: keccak256("policy"),
                evidenceHash: sha256(bytes(name))
            }),
            entries: entries,
            chunkSize: chunkSize
        });
    }

    /// @dev Ids and units that differ in every byte they can.
    function _spread(uint256 count, uint256 seed) private pure returns (Entry[] memory entries) {
        entries = new Entry[](count);
        uint64 id = 0;
        for (uint256 i = 0; i < count; ++i) {
            uint256 draw = uint256(keccak256(abi.encode(seed, i)));
            id += 1 + uint64(draw % (i % 2 == 0 ? 1000 : 2 ** 40));
            entries[i] = Entry({id: id, units: uint48(1 + (draw >> 128) % 1_000_000)});
        }
    }

    function _edges() private pure returns (Entry[] memory entries) {
        entries = new Entry[](5);
        entries[0] = Entry({id: 1, units: type(uint48).max});
        entries[1] = Entry({id: 255, units: 1});
        entries[2] = Entry({id: 256, units: 256});
        entries[3] = Entry({id: 2 ** 63, units: 2 ** 40});
        entries[4] = Entry({id: type(uint64).max, units: type(uint48).max});
    }

    function _caseJson(VectorCase memory entry) private pure returns (string memory json) {
        bytes[] memory chunks = Packing.split(entry.entries, entry.chunkSize);
        json = _field("{", "", "name", entry.name);
        json = _field(json, ",", "chain_id", entry.chainId);
        json = _field(json, ",", "distributor", vm.toLowercase(vm.toString(entry.distributor)));
        json = string.concat(json, ",\"batch\":", _headerJson(entry.header));
        json = string.concat(json, ",\"entries\":", _entriesJson(entry.entries));
        json = _field(json, ",", "chunk_size", entry.chunkSize);
        json = string.concat(json, _chunksJson(chunks));
        bytes32 digest = _digest(entry.chainId, entry.distributor, entry.header);
        json = string.concat(_field(json, ",", "digest", vm.toString(digest)), "}");
    }

    function _headerJson(RewardBatch memory header) private pure returns (string memory json) {
        json = _field("{", "", "epoch", header.epoch);
        json = _field(json, ",", "round", header.round);
        json = _field(json, ",", "oracle_set", header.oracleSet);
        json = _field(json, ",", "post_before", header.postBefore);
        json = _field(json, ",", "total", header.total);
        json = _field(json, ",", "entries_hash", vm.toString(header.entriesHash));
        json = _field(json, ",", "policy_hash", vm.toString(header.policyHash));
        json = string.concat(_field(json, ",", "evidence_hash", vm.toString(header.evidenceHash)), "}");
    }

    function _entriesJson(Entry[] memory entries) private pure returns (string memory) {
        string[] memory items = new string[](entries.length);
        for (uint256 i = 0; i < items.length; ++i) {
            string memory item = _field("{", "", "id", entries[i].id);
            items[i] = string.concat(_field(item, ",", "units", entries[i].units), "}");
        }
        return string.concat("[", _join(items), "]");
    }

    function _chunksJson(bytes[] memory chunks) private pure returns (string memory) {
        (, bytes32[] memory rests) = Packing.chain(chunks);
        string[] memory first = new string[](chunks.length);
        string[] memory second = new string[](chunks.length);
        for (uint256 i = 0; i < chunks.length; ++i) {
            first[i] = string.concat("\"", vm.toString(chunks[i]), "\"");
            second[i] = string.concat("\"", vm.toString(rests[i]), "\"");
        }
        return string.concat(",\"chunks\":[", _join(first), "],\"rests\":[", _join(second), "]");
    }

    /// @dev All items with commas between, in one allocation: concatenating one by one takes memory squared.
    function _join(string[] memory items) private pure returns (string memory) {
        uint256 length = items.length - 1;
        for (uint256 i = 0; i < items.length; ++i) {
            length += bytes(items[i]).length;
        }
        bytes memory joined = new bytes(length);
        uint256 next = 0;
        for (uint256 i = 0; i < items.length; ++i) {
            if (i != 0) joined[next++] = ",";
            bytes memory item = bytes(items[i]);
            assembly ("memory-safe") {
                mcopy(add(add(joined, 32), next), add(item, 32), mload(item))
            }
            next += item.length;
        }
        return string(joined);
    }

    function _field(string memory json, string memory separator, string memory key, uint256 value)
        private
        pure
        returns (string memory)
    {
        return _field(json, separator, key, vm.toString(value));
    }

    function _field(string memory json, string memory separator, string memory key, string memory value)
        private
        pure
        returns (string memory)
    {
        return string.concat(json, separator, "\"", key, "\":\"", value, "\"");
    }
}
