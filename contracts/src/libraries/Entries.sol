// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Hashes} from "@openzeppelin/contracts/utils/cryptography/Hashes.sol";

/// @title Entries
/// @notice Reads packed entries from calldata: 8 bytes of contributor id, 6 bytes of units, both big-endian, nothing between.
library Entries {
    /// @notice Bytes of one entry.
    uint256 internal constant SIZE = 14;

    /// @notice Most entries of one chunk.
    uint256 internal constant MAX_CHUNK = 500;

    /// @notice Whether the bytes are a chunk: whole entries, at least one, at most the limit.
    function isChunk(bytes calldata entries) internal pure returns (bool) {
        return entries.length != 0 && entries.length <= SIZE * MAX_CHUNK && entries.length % SIZE == 0;
    }

    /// @notice The entry that begins at `offset`, which the caller keeps inside of the chunk.
    function read(bytes calldata entries, uint256 offset) internal pure returns (uint64 id, uint48 units) {
        assembly ("memory-safe") {
            let word := calldataload(add(entries.offset, offset))
            id := shr(192, word)
            units := and(shr(144, word), 0xffffffffffff)
        }
    }

    /// @notice The hash that names this chunk and all that follow it.
    function chain(bytes calldata entries, bytes32 rest) internal pure returns (bytes32) {
        return Hashes.efficientKeccak256(keccak256(entries), rest);
    }
}
