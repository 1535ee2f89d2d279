// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Bytes} from "@openzeppelin/contracts/utils/Bytes.sol";

/// @title Stored bytes
/// @notice A contract whose code is the bytes it was built from, behind one STOP byte.
contract StoredBytes {
    constructor(bytes memory data) {
        bytes memory code = bytes.concat(hex"00", data);
        assembly ("memory-safe") {
            return(add(code, 32), mload(code))
        }
    }
}

/// @title Stored oracle set
/// @notice An oracle set written once as contract code, which costs a tenth of storage to read. After the STOP byte: threshold and
/// size as uint16, the members as 32 bytes each, the base URL to the end.
library StoredSet {
    uint256 private constant MEMBERS = 5;
    uint256 private constant MEMBER_SIZE = 32;

    /// @notice Writes a set, which the caller has checked.
    function write(address[] memory members, uint256 threshold, string memory baseUrl)
        internal
        returns (address stored)
    {
        // The caller keeps both numbers at 256 or below.
        // forge-lint: disable-next-line(unsafe-typecast)
        bytes4 numbers = bytes4(uint32((threshold << 16) | members.length));
        return address(new StoredBytes(bytes.concat(numbers, abi.encodePacked(members), bytes(baseUrl))));
    }

    /// @notice Threshold and members of a set, read at once.
    function read(address stored) internal view returns (uint256 threshold, address[] memory members) {
        assembly ("memory-safe") {
            extcodecopy(stored, 0, 1, 32)
            let word := mload(0)
            threshold := shr(240, word)
            let size := and(shr(224, word), 0xffff)
            members := mload(0x40)
            mstore(members, size)
            extcodecopy(stored, add(members, 32), MEMBERS, mul(MEMBER_SIZE, size))
            mstore(0x40, add(members, mul(32, add(size, 1))))
        }
    }

    /// @notice Where the evidence files of a set of this size are.
    function readBaseUrl(address stored, uint256 size) internal view returns (string memory) {
        return string(Bytes.slice(stored.code, MEMBERS + MEMBER_SIZE * size));
    }
}
