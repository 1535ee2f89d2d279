// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";

/// @title The EIP-712 domain
/// @dev What OpenZeppelin's `EIP712` does, without keeping the name and the version as strings in the code that pays.
abstract contract Domain {
    // It reads the chain's id and this address, which are known by then.
    // slither-disable-next-line function-init-state
    bytes32 private immutable SEPARATOR = _separator();
    uint256 private immutable CHAIN_ID = block.chainid;

    /// @dev Made anew when the chain has split.
    function _domainSeparator() internal view returns (bytes32) {
        return block.chainid == CHAIN_ID ? SEPARATOR : _separator();
    }

    function _hashTypedData(bytes32 structHash) internal view returns (bytes32) {
        return MessageHashUtils.toTypedDataHash(_domainSeparator(), structHash);
    }

    function _separator() private view returns (bytes32) {
        return keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("Guerdon"),
                keccak256("1"),
                block.chainid,
                address(this)
            )
        );
    }
}
