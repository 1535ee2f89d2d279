// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @notice One entry of a batch.
struct Entry {
    uint64 id;
    uint48 units;
}

/// @title Packing
/// @notice Packs entries and chains chunks from the definition, independently of the contracts' own library.
library Packing {
    /// @notice Entries `from` up to, not including, `to` as bytes.
    function pack(Entry[] memory entries, uint256 from, uint256 to) internal pure returns (bytes memory packed) {
        packed = new bytes((to - from) * 14);
        uint256 next = 0;
        for (uint256 i = from; i < to; ++i) {
            bytes14 entry = bytes14((uint112(entries[i].id) << 48) | entries[i].units);
            for (uint256 j = 0; j < 14; ++j) {
                packed[next++] = entry[j];
            }
        }
    }

    /// @notice All entries in one chunk.
    function pack(Entry[] memory entries) internal pure returns (bytes memory) {
        return pack(entries, 0, entries.length);
    }

    /// @notice All entries in chunks of `size`.
    function split(Entry[] memory entries, uint256 size) internal pure returns (bytes[] memory chunks) {
        chunks = new bytes[]((entries.length + size - 1) / size);
        for (uint256 i = 0; i < chunks.length; ++i) {
            uint256 end = (i + 1) * size;
            chunks[i] = pack(entries, i * size, end < entries.length ? end : entries.length);
        }
    }

    /// @notice The head of the hash chain, and what each chunk leaves.
    function chain(bytes[] memory chunks) internal pure returns (bytes32 head, bytes32[] memory rests) {
        rests = new bytes32[](chunks.length);
        for (uint256 i = chunks.length; i != 0; --i) {
            rests[i - 1] = head;
            head = keccak256(bytes.concat(keccak256(chunks[i - 1]), head));
        }
    }

    /// @notice The sum of all units.
    function sum(Entry[] memory entries) internal pure returns (uint64 total) {
        for (uint256 i = 0; i < entries.length; ++i) {
            total += entries[i].units;
        }
    }

    /// @notice `count` entries with ids `firstId`, `firstId + 1`, ... of the same units.
    function many(uint64 firstId, uint256 count, uint48 units) internal pure returns (Entry[] memory entries) {
        entries = new Entry[](count);
        for (uint256 i = 0; i < count; ++i) {
            entries[i] = Entry({id: firstId + uint64(i), units: units});
        }
    }
}
