// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {BatchState, BatchStatus, RewardBatch} from "../../src/interfaces/Types.sol";
import {Entries} from "../../src/libraries/Entries.sol";
import {Fixture} from "../support/Fixture.sol";
import {Entry, Packing} from "../support/Packing.sol";
import {VectorCase, VectorWriter} from "../support/VectorWriter.sol";
import {stdJson} from "forge-std/StdJson.sol";

/// @notice What `Entries` reads, callable with calldata.
contract EntriesReader {
    function chain(bytes calldata entries, bytes32 rest) external pure returns (bytes32) {
        return Entries.chain(entries, rest);
    }

    function all(bytes calldata entries) external pure returns (Entry[] memory read) {
        read = new Entry[](entries.length / Entries.SIZE);
        for (uint256 i = 0; i < read.length; ++i) {
            (read[i].id, read[i].units) = Entries.read(entries, i * Entries.SIZE);
        }
    }
}

/// @notice Rust and Solidity pack entries, chain chunks and hash headers alike: each side writes a file of cases, both sides
/// recompute both files. `make vectors` writes both.
contract VectorsTest is Fixture, VectorWriter {
    using stdJson for string;

    string private constant RUST = "contracts/vectors/rust.json";
    string private constant TYPESCRIPT = "contracts/vectors/typescript.json";
    string private constant SOLIDITY = "contracts/vectors/solidity.json";
    string private constant ADVICE = " is missing: run `make vectors`";

    EntriesReader private reader;

    function setUp() public override {
        super.setUp();
        reader = new EntriesReader();
    }

    function test_RustVectorsHold() public {
        vm.skip(_writing(), "the other side writes its file next");
        assertTrue(vm.isFile(RUST), string.concat(RUST, ADVICE));
        _checkFile(vm.readFile(RUST));
    }

    function test_TypeScriptVectorsHold() public {
        vm.skip(_writing(), "the other side writes its file next");
        assertTrue(vm.isFile(TYPESCRIPT), string.concat(TYPESCRIPT, ADVICE));
        _checkFile(vm.readFile(TYPESCRIPT));
    }

    function test_SolidityVectorsAreFreshAndHold() public {
        string memory fresh = _vectorsJson();
        if (_writing()) vm.writeFile(SOLIDITY, fresh);
        string memory committed = vm.readFile(SOLIDITY);
        assertEq(keccak256(bytes(committed)), keccak256(bytes(fresh)), "stale: run `make vectors`");
        _checkFile(committed);
    }

    /// @dev The contract itself, deployed at the address and on the chain of a case, gives the same digest.
    function test_ADistributorGivesTheSameDigest() public {
        RewardBatch memory header = _header(1, 1, keccak256("entries"), 5);
        assertEq(distributor.hashBatch(header), _digest(block.chainid, address(distributor), header));
        vm.chainId(10);
        assertEq(distributor.hashBatch(header), _digest(10, address(distributor), header));
    }

    /// @dev A case that fits the fixture's terms goes through publish and credit as it is.
    function test_VectorsArePaid() public {
        VectorCase memory entry = _cases()[2];
        bytes[] memory chunks = Packing.split(entry.entries, entry.chunkSize);
        (bytes32 head, bytes32[] memory rests) = Packing.chain(chunks);
        assertEq(head, entry.header.entriesHash);
        for (uint256 i = 0; i < entry.entries.length; ++i) {
            _link(entry.entries[i].id);
        }
        assertEq(_post(1, 1, chunks, entry.header.total), rests);
        _publish(1, chunks, rests);
        vm.warp(block.timestamp + WINDOW);
        _credit(1, chunks, rests);
        BatchState memory state = _state(1);
        assertTrue(state.status == BatchStatus.Settled);
        assertEq(state.credited, entry.header.total);
    }

    // -------------------------------------------------------------------------------------------- helpers

    function _writing() private view returns (bool) {
        return vm.envOr("GUERDON_WRITE_VECTORS", false);
    }

    function _checkFile(string memory json) private {
        uint256 count = 0;
        for (string memory at_ = ".cases[0]"; vm.keyExistsJson(json, at_); ++count) {
            _checkCase(json, at_, json.readString(string.concat(at_, ".name")));
            at_ = string.concat(".cases[", vm.toString(count + 1), "]");
        }
        assertGt(count, 0, "no cases");
    }

    function _checkCase(string memory json, string memory at_, string memory name) private view {
        Entry[] memory entries = _readEntries(json, at_);
        RewardBatch memory header = _readHeader(json, string.concat(at_, ".batch"));
        bytes[] memory chunks = Packing.split(entries, _uint(json, at_, ".chunk_size"));
        (bytes32 head, bytes32[] memory rests) = Packing.chain(chunks);

        assertEq(json.readBytesArray(string.concat(at_, ".chunks")), chunks, name);
        assertEq(json.readBytes32Array(string.concat(at_, ".rests")), rests, name);
        assertEq(header.entriesHash, head, name);
        assertEq(header.total, Packing.sum(entries), name);
        assertEq(
            json.readBytes32(string.concat(at_, ".digest")),
            _digest(_uint(json, at_, ".chain_id"), json.readAddress(string.concat(at_, ".distributor")), header),
            name
        );
        _checkReader(chunks, rests, head, entries, name);
    }

    /// @dev The contracts' own reader sees the same chain and the same entries.
    function _checkReader(
        bytes[] memory chunks,
        bytes32[] memory rests,
        bytes32 head,
        Entry[] memory entries,
        string memory name
    ) private view {
        uint256 next = 0;
        for (uint256 i = 0; i < chunks.length; ++i) {
            assertEq(reader.chain(chunks[i], rests[i]), i == 0 ? head : rests[i - 1], name);
            Entry[] memory read = reader.all(chunks[i]);
            for (uint256 j = 0; j < read.length; ++j) {
                assertEq(read[j].id, entries[next].id, name);
                assertEq(read[j].units, entries[next].units, name);
                ++next;
            }
        }
        assertEq(next, entries.length, name);
    }

    function _readEntries(string memory json, string memory at_) private pure returns (Entry[] memory) {
        string memory path = string.concat(at_, ".entries");
        return abi.decode(vm.parseJsonTypeArray(json, path, "Entry(uint64 id,uint48 units)"), (Entry[]));
    }

    function _readHeader(string memory json, string memory at_) private pure returns (RewardBatch memory) {
        return RewardBatch({
            epoch: uint64(_uint(json, at_, ".epoch")),
            round: uint32(_uint(json, at_, ".round")),
            oracleSet: uint64(_uint(json, at_, ".oracle_set")),
            postBefore: uint64(_uint(json, at_, ".post_before")),
            total: uint64(_uint(json, at_, ".total")),
            entriesHash: json.readBytes32(string.concat(at_, ".entries_hash")),
            policyHash: json.readBytes32(string.concat(at_, ".policy_hash")),
            evidenceHash: json.readBytes32(string.concat(at_, ".evidence_hash"))
        });
    }

    function _uint(string memory json, string memory at_, string memory key) private pure returns (uint256) {
        return vm.parseUint(json.readString(string.concat(at_, key)));
    }
}
