// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IOracleSet} from "../interfaces/IOracleSet.sol";
import {StoredSet} from "../libraries/StoredSet.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @title The oracles and their quorum
/// @dev Signatures are plain `ecrecover`, never ERC-1271: what a key signed keeps its meaning when its account delegates.
abstract contract OracleSet is EIP712, IOracleSet {
    using StoredSet for address;

    /// @dev One slot, so that posting reads the id and the code's address at once.
    struct Current {
        uint64 id;
        address stored;
    }

    uint256 private constant MAX_MEMBERS = 256;
    uint256 private constant MAX_BASE_URL = 1024;
    uint256 private constant BITMAP_SIZE = 32;
    uint256 private constant SIGNATURE_SIZE = 64;
    /// @dev Half of the order of secp256k1: of the two s of a signature only the low one counts (EIP-2).
    uint256 private constant HALF_ORDER = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0;

    Current private _current;
    mapping(uint64 id => address stored) private _sets;

    constructor(address[] memory members, uint256 threshold, string memory baseUrl) EIP712("Guerdon", "1") {
        _setOracles(members, threshold, baseUrl);
    }

    /// @inheritdoc IOracleSet
    function oracleSetId() public view returns (uint64) {
        return _current.id;
    }

    /// @inheritdoc IOracleSet
    function oracleSet(uint64 id)
        external
        view
        returns (address[] memory members, uint256 threshold, string memory baseUrl)
    {
        address stored = _sets[id];
        if (stored == address(0)) revert OracleSet_Unknown(id);
        uint256 size;
        (threshold, size) = stored.readNumbers();
        members = new address[](size);
        for (uint256 i = 0; i < size; ++i) {
            members[i] = stored.readMember(i);
        }
        baseUrl = stored.readBaseUrl(size);
    }

    /// @dev Stores a new set and makes it the current one.
    function _setOracles(address[] memory members, uint256 threshold, string memory baseUrl) internal {
        // Check: a set that a quorum can be found in, each member once.
        uint256 size = members.length;
        if (size == 0 || size > MAX_MEMBERS) revert OracleSet_InvalidSize(size);
        if (threshold == 0 || threshold > size) revert OracleSet_InvalidThreshold(threshold, size);
        if (bytes(baseUrl).length > MAX_BASE_URL) revert OracleSet_BaseUrlTooLong(bytes(baseUrl).length);
        address previous = address(0);
        for (uint256 i = 0; i < size; ++i) {
            if (members[i] <= previous) revert OracleSet_InvalidMember(i, members[i]);
            previous = members[i];
        }

        // Effect
        uint64 id = _current.id + 1;
        address stored = StoredSet.write(members, threshold, baseUrl);
        _sets[id] = stored;
        _current = Current({id: id, stored: stored});
        emit OracleSetRotated(id, members, threshold, baseUrl);
    }

    /// @dev Reverts unless a quorum of the current set signed the digest.
    function _requireQuorum(bytes32 digest, bytes calldata signatures) internal view {
        address stored = _current.stored;
        (uint256 threshold, uint256 size) = stored.readNumbers();

        uint256 expected = BITMAP_SIZE + SIGNATURE_SIZE * threshold;
        if (signatures.length != expected) revert OracleSet_WrongLength(signatures.length, expected);
        uint256 bitmap = uint256(bytes32(signatures[:BITMAP_SIZE]));
        if (bitmap >> size != 0) revert OracleSet_NoSuchMember(Math.log2(bitmap), size);
        uint256 signers = _countBits(bitmap);
        if (signers != threshold) revert OracleSet_WrongQuorum(signers, threshold);

        uint256 offset = BITMAP_SIZE;
        unchecked {
            // At most 256 members and as many signatures.
            for (uint256 index = 0; bitmap != 0; bitmap >>= 1) {
                if (bitmap & 1 == 1) {
                    address member = stored.readMember(index);
                    if (_recover(digest, signatures, offset) != member) {
                        revert OracleSet_InvalidSignature(index, member);
                    }
                    offset += SIGNATURE_SIZE;
                }
                ++index;
            }
        }
    }

    /// @dev The signer of the compact signature at `offset`, which the caller keeps inside; zero, which no member is, if the
    /// signature is malformed or malleable.
    function _recover(bytes32 digest, bytes calldata signatures, uint256 offset) private pure returns (address) {
        bytes32 r;
        uint256 yParityAndS;
        assembly ("memory-safe") {
            r := calldataload(add(signatures.offset, offset))
            yParityAndS := calldataload(add(add(signatures.offset, offset), 32))
        }
        uint256 s = yParityAndS & (type(uint256).max >> 1);
        if (s > HALF_ORDER) return address(0);
        return ecrecover(digest, uint8(27 + (yParityAndS >> 255)), r, bytes32(s));
    }

    function _countBits(uint256 bitmap) private pure returns (uint256 count) {
        unchecked {
            for (; bitmap != 0; bitmap &= bitmap - 1) {
                ++count;
            }
        }
    }
}
