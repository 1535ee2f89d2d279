// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IOracleSet} from "../interfaces/IOracleSet.sol";
import {StoredSet} from "./StoredSet.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @title Quorum
/// @notice Reads quorum signatures as {IOracleSet} describes them. Plain `ecrecover`, never ERC-1271: what a key signed keeps its
/// meaning when its account delegates.
library Quorum {
    using StoredSet for address;

    uint256 private constant BITMAP_SIZE = 32;
    uint256 private constant SIGNATURE_SIZE = 64;
    /// @dev Half of the order of secp256k1: of the two s of a signature only the low one counts (EIP-2).
    uint256 private constant HALF_ORDER = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0;

    /// @notice Checks that a quorum of a stored set signed the digest; reverts unless it did.
    /// @return bitmap Which members it is.
    /// @return members All members of the set.
    function check(address stored, bytes32 digest, bytes calldata signatures)
        internal
        view
        returns (uint256 bitmap, address[] memory members)
    {
        uint256 threshold;
        (threshold, members) = stored.read();
        bitmap = _bitmapOf(signatures, threshold, members.length);
        uint256 place = _start(signatures) + BITMAP_SIZE;
        uint256 index = 0;
        unchecked {
            // At most 256 members and as many signatures.
            for (uint256 left = bitmap; left != 0; left >>= 1) {
                if (left & 1 != 0) {
                    if (_recover(digest, place) != members[index]) {
                        revert IOracleSet.OracleSet_InvalidSignature(index, members[index]);
                    }
                    place += SIGNATURE_SIZE;
                }
                ++index;
            }
        }
    }

    /// @notice The signer of one compact signature; zero, which no member is, if it is malformed or malleable.
    function recover(bytes32 digest, bytes calldata signature) internal pure returns (address) {
        return signature.length == SIGNATURE_SIZE ? _recover(digest, _start(signature)) : address(0);
    }

    /// @dev The signer of the compact signature at this place of the calldata.
    function _recover(bytes32 digest, uint256 place) private pure returns (address) {
        bytes32 r;
        uint256 yParityAndS;
        assembly ("memory-safe") {
            r := calldataload(place)
            yParityAndS := calldataload(add(place, 32))
        }
        uint256 s = yParityAndS & (type(uint256).max >> 1);
        if (s > HALF_ORDER) return address(0);
        return ecrecover(digest, uint8(27 + (yParityAndS >> 255)), r, bytes32(s));
    }

    function _start(bytes calldata signatures) private pure returns (uint256 place) {
        assembly ("memory-safe") {
            place := signatures.offset
        }
    }

    /// @dev The signatures' bitmap, which has one bit for each of as many signatures as there must be.
    function _bitmapOf(bytes calldata signatures, uint256 threshold, uint256 size)
        private
        pure
        returns (uint256 bitmap)
    {
        uint256 expected = BITMAP_SIZE + SIGNATURE_SIZE * threshold;
        if (signatures.length != expected) revert IOracleSet.OracleSet_WrongLength(signatures.length, expected);
        bitmap = uint256(bytes32(signatures[:BITMAP_SIZE]));
        if (bitmap >> size != 0) revert IOracleSet.OracleSet_NoSuchMember(Math.log2(bitmap), size);
        uint256 bits = 0;
        unchecked {
            for (uint256 left = bitmap; left != 0; ++bits) {
                left &= left - 1;
            }
        }
        if (bits != threshold) revert IOracleSet.OracleSet_WrongQuorum(bits, threshold);
    }
}
