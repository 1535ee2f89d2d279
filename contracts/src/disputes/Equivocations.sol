// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Challenge, IDisputes} from "../interfaces/IDisputes.sol";
import {RewardBatch} from "../interfaces/Types.sol";
import {Quorum} from "../libraries/Quorum.sol";
import {StoredSet} from "../libraries/StoredSet.sol";
import {Bonds} from "./Bonds.sol";

/// @title What switches off keys
/// @dev Two headers for one turn, or a signature under what the arbiter calls a fault.
abstract contract Equivocations is Bonds {
    using StoredSet for address;

    /// @inheritdoc IDisputes
    function reportEquivocation(
        RewardBatch calldata a,
        RewardBatch calldata b,
        uint256 index,
        bytes calldata signatureA,
        bytes calldata signatureB
    ) external {
        // Check: one turn, two headers, one signer.
        bytes32 digestA = DISTRIBUTOR.hashBatch(a);
        bytes32 digestB = DISTRIBUTOR.hashBatch(b);
        bool oneTurn = a.oracleSet == b.oracleSet && a.epoch == b.epoch && a.round == b.round;
        if (!oneTurn || digestA == digestB) revert Disputes_NoEquivocation(digestA, digestB);
        address member = _memberAt(a.oracleSet, index);
        _requireSignature(member, digestA, signatureA);
        _requireSignature(member, digestB, signatureB);

        // Effect
        emit EquivocationProved(member, a.epoch, a.oracleSet, a.round, digestA, digestB);

        // Interaction
        if (!DISTRIBUTOR.switchOff(member)) revert Disputes_AlreadyOff(member);
    }

    // -------------------------------------------------------------------------------------------- internal

    function _switchOffSigners(Challenge memory open, bytes calldata signatures) internal {
        (uint256 bitmap, address[] memory members) =
            Quorum.check(DISTRIBUTOR.oracleSetCode(open.oracleSet), open.digest, signatures);
        for (uint256 i = 0; i < members.length; ++i) {
            // A key may be off already.
            // slither-disable-next-line unused-return
            if ((bitmap >> i) & 1 == 1) DISTRIBUTOR.switchOff(members[i]);
        }
    }

    function _memberAt(uint64 set, uint256 index) private view returns (address) {
        // One signature needs no threshold.
        // slither-disable-next-line unused-return
        (, address[] memory members) = DISTRIBUTOR.oracleSetCode(set).read();
        if (index >= members.length) revert Disputes_NoSuchMember(index, members.length);
        return members[index];
    }

    function _requireSignature(address member, bytes32 digest, bytes calldata signature) private pure {
        if (Quorum.recover(digest, signature) != member) revert Disputes_InvalidSignature(member, digest);
    }
}
