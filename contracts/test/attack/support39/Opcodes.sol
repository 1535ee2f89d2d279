// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @title Opcodes
/// @notice Which instructions a contract's code has, as far as they can be reached.
library Opcodes {
    uint8 internal constant ORIGIN = 0x32;
    uint8 internal constant BLOCKHASH = 0x40;
    uint8 internal constant COINBASE = 0x41;
    uint8 internal constant NUMBER = 0x43;
    uint8 internal constant PREVRANDAO = 0x44;
    uint8 internal constant GASPRICE = 0x3a;
    uint8 internal constant EXTCODEHASH = 0x3f;
    uint8 internal constant CALLCODE = 0xf2;
    uint8 internal constant DELEGATECALL = 0xf4;
    uint8 internal constant SELFDESTRUCT = 0xff;

    uint8 private constant JUMPDEST = 0x5b;
    uint8 private constant PUSH1 = 0x60;
    uint8 private constant PUSH32 = 0x7f;

    /// @notice How often each instruction occurs. What follows the end of a block is skipped until a jump can land there.
    function count(bytes memory code) internal pure returns (uint256[256] memory counts) {
        bool live = true;
        for (uint256 i = 0; i < code.length; ++i) {
            uint8 op = uint8(code[i]);
            if (op == JUMPDEST) live = true;
            if (live) ++counts[op];
            if (op >= PUSH1 && op <= PUSH32) i += op - PUSH1 + 1;
            // STOP, JUMP, RETURN, REVERT, INVALID, SELFDESTRUCT
            if (op == 0x00 || op == 0x56 || op == 0xf3 || op == 0xfd || op == 0xfe || op == 0xff) live = false;
        }
    }
}
