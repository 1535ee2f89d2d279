// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {CommonBase} from "forge-std/Base.sol";

/// @notice An oracle's key and the address it signs for.
struct Oracle {
    uint256 key;
    address member;
}

/// @title Signing
/// @notice Makes oracle keys and quorum signatures the way the daemon does.
abstract contract Signing is CommonBase {
    /// @notice `size` oracles in ascending order of address.
    function _makeOracles(string memory seed, uint256 size) internal pure returns (Oracle[] memory oracles) {
        oracles = new Oracle[](size);
        for (uint256 i = 0; i < size; ++i) {
            uint256 key = uint256(keccak256(abi.encode(seed, i))) >> 1;
            Oracle memory oracle = Oracle({key: key, member: vm.addr(key)});
            uint256 at_ = i;
            for (; at_ > 0 && oracles[at_ - 1].member > oracle.member; --at_) {
                oracles[at_] = oracles[at_ - 1];
            }
            oracles[at_] = oracle;
        }
    }

    function _membersOf(Oracle[] memory oracles) internal pure returns (address[] memory members) {
        members = new address[](oracles.length);
        for (uint256 i = 0; i < oracles.length; ++i) {
            members[i] = oracles[i].member;
        }
    }

    /// @notice Quorum signatures of the members that `bitmap` names.
    function _signQuorum(Oracle[] memory oracles, uint256 bitmap, bytes32 digest)
        internal
        pure
        returns (bytes memory signatures)
    {
        signatures = abi.encode(bitmap);
        for (uint256 i = 0; i < oracles.length; ++i) {
            if ((bitmap >> i) & 1 == 1) signatures = bytes.concat(signatures, _signCompact(oracles[i].key, digest));
        }
    }

    function _signCompact(uint256 key, bytes32 digest) internal pure returns (bytes memory) {
        (bytes32 r, bytes32 vs) = vm.signCompact(key, digest);
        return bytes.concat(r, vs);
    }

    function _sign(uint256 key, bytes32 digest) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        return bytes.concat(r, s, bytes1(v));
    }
}
