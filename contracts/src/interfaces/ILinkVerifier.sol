// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Link} from "./Types.sol";

/// @title What proves that a contributor id belongs to who links it
interface ILinkVerifier {
    /// @notice Checks the attestation of a link.
    /// @return The selector of this function if it proves the link; anything else, or a revert, refuses it.
    function verifyLink(Link calldata message, bytes calldata attestation) external view returns (bytes4);
}
