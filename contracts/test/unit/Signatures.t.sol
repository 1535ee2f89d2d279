// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IOracleSet} from "../../src/interfaces/IOracleSet.sol";
import {Fixture} from "../support/Fixture.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @notice Of the two s of a signature only the low one counts, also where both fit into a compact signature.
contract SignaturesTest is Fixture {
    uint256 private constant ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141;
    uint256 private constant HALF_ORDER = ORDER / 2;
    bytes32 private constant DIGEST = keccak256("digest");
    /// @dev The x coordinate of the curve's generator: the r of a signature with the nonce one.
    bytes32 private constant R = 0x79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798;

    /// @dev With the nonce one, s = digest + r * key; so there is a key for any s.
    function test_RevertWhen_SIsJustAboveHalfTheOrder() public {
        address member = _signerOf(HALF_ORDER + 1);
        bytes memory signatures = abi.encodePacked(uint256(1), R, HALF_ORDER + 1);
        vm.expectRevert(abi.encodeWithSelector(IOracleSet.OracleSet_InvalidSignature.selector, 0, member));
        distributor.requireQuorum(DIGEST, signatures);

        // The same signature with its low s: one parity up, the order less s.
        uint256 low = ORDER - (HALF_ORDER + 1);
        distributor.requireQuorum(DIGEST, abi.encodePacked(uint256(1), R, (uint256(1) << 255) | low));
    }

    function test_SMayBeHalfTheOrder() public {
        _signerOf(HALF_ORDER);
        distributor.requireQuorum(DIGEST, abi.encodePacked(uint256(1), R, HALF_ORDER));
    }

    /// @dev Makes the one who signed the digest with this s the only oracle.
    function _signerOf(uint256 s) private returns (address member) {
        uint256 z = uint256(DIGEST) % ORDER;
        uint256 key = mulmod(addmod(s, ORDER - z, ORDER), Math.invModPrime(uint256(R), ORDER), ORDER);
        member = vm.addr(key);
        assertEq(ecrecover(DIGEST, 27, R, bytes32(s)), member);
        address[] memory members = new address[](1);
        members[0] = member;
        vm.prank(address(timelock));
        distributor.rotate(members, 1, "https://evidence.example/", false);
    }
}
