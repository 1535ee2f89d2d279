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

    /// @notice Threshold and size of a set.
    function readNumbers(address stored) internal view returns (uint256 threshold, uint256 size) {
        assembly ("memory-safe") {
            extcodecopy(stored, 0, 1, 32)
            let word := mload(0)
            threshold := shr(240, word)
            size := and(shr(224, word), 0xffff)
        }
    }

    /// @notice One member of a set; `index` is below its size.
    function readMember(address stored, uint256 index) internal view returns (address member) {
        assembly ("memory-safe") {
            extcodecopy(stored, 0, add(MEMBERS, mul(MEMBER_SIZE, index)), 32)
            member := mload(0)
        }
    }

    /// @notice Where the evidence files of a set of this size are.
    function readBaseUrl(address stored, uint256 size) internal view returns (string memory) {
        return string(Bytes.slice(stored.code, MEMBERS + MEMBER_SIZE * size));
    }
}
