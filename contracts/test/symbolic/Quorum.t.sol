// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Quorum} from "../../src/libraries/Quorum.sol";
import {StoredSet} from "../../src/libraries/StoredSet.sol";

/// @title Proofs about counting signatures
/// @notice For a set of four with any threshold, any bitmap and any bytes as signatures. `ecrecover` may answer anything.
contract QuorumProofs {
    address private immutable STORED;
    uint256 private constant SIZE = 4;
    uint256 private constant THRESHOLD = 2;

    constructor() {
        address[] memory members = new address[](SIZE);
        for (uint256 i = 0; i < SIZE; ++i) {
            members[i] = address(uint160(0x1000 + i));
        }
        STORED = StoredSet.write(members, THRESHOLD, "https://evidence.example/");
    }

    /// @notice What is accepted is the bitmap that was given, with exactly the threshold of bits, all of members: a bit names each
    /// signer once.
    function check_quorumIsDistinctMembers(
        bytes32 digest,
        uint256 bitmap,
        bytes32 r1,
        bytes32 s1,
        bytes32 r2,
        bytes32 s2
    ) external view {
        try this.check(digest, abi.encodePacked(bitmap, r1, s1, r2, s2)) returns (
            uint256 accepted, address[] memory members
        ) {
            assert(accepted == bitmap);
            assert(bitmap < 1 << SIZE);
            assert(members.length == SIZE);
            for (uint256 i = 0; i < SIZE; ++i) {
                assert(members[i] == address(uint160(0x1000 + i)));
            }
            uint256 bits = (bitmap & 1) + ((bitmap >> 1) & 1) + ((bitmap >> 2) & 1) + ((bitmap >> 3) & 1);
            assert(bits == THRESHOLD);
        } catch {}
    }

    /// @notice One signature less, or one more, is never enough.
    function check_wrongNumberOfSignatures(bytes32 digest, uint256 bitmap, bytes32 r, bytes32 s) external view {
        try this.check(digest, abi.encodePacked(bitmap, r, s)) {
            assert(false);
        } catch {}
        try this.check(digest, abi.encodePacked(bitmap, r, s, r, s, r, s)) {
            assert(false);
        } catch {}
    }

    /// @notice The same signature twice is no quorum: two members never answer to one.
    function check_repeatedSignature(bytes32 digest, uint256 bitmap, bytes32 r, bytes32 s) external view {
        try this.check(digest, abi.encodePacked(bitmap, r, s, r, s)) {
            assert(false);
        } catch {}
    }

    /// @notice A signature with the high s recovers nobody.
    function check_highSRecoversNobody(bytes32 digest, bytes32 r, uint256 s, bool parity) external view {
        s &= type(uint256).max >> 1;
        if (s <= 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0) return;
        bytes32 word = bytes32(parity ? s | (1 << 255) : s);
        assert(this.recover(digest, abi.encodePacked(r, word)) == address(0));
    }

    /// @notice Must fail: some signatures are a quorum.
    function fails_nothingIsAQuorum(bytes32 digest, uint256 bitmap, bytes32 r1, bytes32 s1, bytes32 r2, bytes32 s2)
        external
        view
    {
        try this.check(digest, abi.encodePacked(bitmap, r1, s1, r2, s2)) {
            assert(false);
        } catch {}
    }

    /// @notice Must fail: some signatures recover somebody.
    function fails_nobodyIsRecovered(bytes32 digest, bytes32 r, bytes32 s) external view {
        assert(this.recover(digest, abi.encodePacked(r, s)) == address(0));
    }

    function check(bytes32 digest, bytes calldata signatures)
        external
        view
        returns (uint256 accepted, address[] memory members)
    {
        return Quorum.check(STORED, digest, signatures);
    }

    function recover(bytes32 digest, bytes calldata signature) external pure returns (address) {
        return Quorum.recover(digest, signature);
    }
}
