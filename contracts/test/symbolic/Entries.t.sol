// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Entries} from "../../src/libraries/Entries.sol";

/// @title Proofs about entries and their hash chain
contract EntriesProofs {
    // ------------------------------------------------------------------------------------------- decoding

    /// @notice Any two entries are read as they were packed, whatever stands before and after.
    function check_readsWhatWasPacked(uint64 id, uint48 units, uint64 nextId, uint48 nextUnits) external view {
        bytes memory packed = abi.encodePacked(id, units, nextId, nextUnits);
        (uint64 firstId, uint48 firstUnits) = this.read(packed, 0);
        (uint64 secondId, uint48 secondUnits) = this.read(packed, Entries.SIZE);
        assert(firstId == id && firstUnits == units);
        assert(secondId == nextId && secondUnits == nextUnits);
    }

    /// @notice Two different encodings are two different entries.
    function check_readsEveryBit(bytes14 one, bytes14 other) external view {
        (uint64 idOne, uint48 unitsOne) = this.read(abi.encodePacked(one), 0);
        (uint64 idOther, uint48 unitsOther) = this.read(abi.encodePacked(other), 0);
        assert((one == other) == (idOne == idOther && unitsOne == unitsOther));
    }

    /// @notice A chunk is one to five hundred whole entries, for any length that bytes can claim to have.
    function check_isChunk(uint256 length) external pure {
        bytes calldata entries;
        assembly {
            entries.offset := 0
            entries.length := length
        }
        bool whole = length == 14 * (length / 14);
        assert(Entries.isChunk(entries) == (whole && length >= 14 && length <= 7000));
    }

    // ---------------------------------------------------------------------------------------------- chain

    /// @notice The chain hash is what the definition says.
    function check_chainIsTheDefinition(bytes14 first, bytes14 second, bytes32 rest) external view {
        bytes memory entries = abi.encodePacked(first, second);
        assert(this.chain(entries, rest) == keccak256(bytes.concat(keccak256(entries), rest)));
    }

    /// @notice A head names one chunk and one rest.
    function check_headNamesOneChunk(bytes28 one, bytes32 restOne, bytes28 other, bytes32 restOther) external view {
        bytes32 headOne = this.chain(abi.encodePacked(one), restOne);
        bytes32 headOther = this.chain(abi.encodePacked(other), restOther);
        assert((headOne == headOther) == (one == other && restOne == restOther));
    }

    /// @notice A head names the number of entries in its first chunk, too.
    function check_headNamesTheLength(bytes14 one, bytes32 restOne, bytes28 other, bytes32 restOther) external view {
        assert(this.chain(abi.encodePacked(one), restOne) != this.chain(abi.encodePacked(other), restOther));
    }

    /// @notice A head names both of two chunks: who publishes cannot choose either.
    function check_headNamesEveryChunk(bytes14 first, bytes14 second, bytes14 otherFirst, bytes14 otherSecond)
        external
        view
    {
        bytes32 head = this.chain(abi.encodePacked(first), this.chain(abi.encodePacked(second), 0));
        bytes32 otherHead = this.chain(abi.encodePacked(otherFirst), this.chain(abi.encodePacked(otherSecond), 0));
        assert((head == otherHead) == (first == otherFirst && second == otherSecond));
    }

    /// @notice Must fail: there are chunks.
    function fails_nothingIsAChunk(uint256 length) external pure {
        bytes calldata entries;
        assembly {
            entries.offset := 0
            entries.length := length
        }
        assert(!Entries.isChunk(entries));
    }

    /// @notice Must fail: there are two heads.
    function fails_allHeadsAreOne(bytes28 one, bytes32 restOne, bytes28 other, bytes32 restOther) external view {
        assert(this.chain(abi.encodePacked(one), restOne) == this.chain(abi.encodePacked(other), restOther));
    }

    function read(bytes calldata entries, uint256 offset) external pure returns (uint64, uint48) {
        return Entries.read(entries, offset);
    }

    function chain(bytes calldata entries, bytes32 rest) external pure returns (bytes32) {
        return Entries.chain(entries, rest);
    }
}
