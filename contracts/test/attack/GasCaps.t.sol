// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Answer} from "../../src/interfaces/Types.sol";
import {Entry, Packing} from "../support/Packing.sol";
import {Stage} from "./support39/Stage.sol";

/// @notice Cases 71 and 72: the largest transactions against the most gas that one may use (EIP-7825), and against the floor that
/// calldata alone costs (EIP-7623). Whole transactions, calldata included.
/// forge-config: default.isolate = true
contract GasCapsTest is Stage {
    using Packing for Entry[];

    uint256 private constant TX_CAP = 16_777_216;
    uint64 private constant FIRST_ID = 100_000_001;

    function _gas() private view returns (uint256) {
        return vm.lastCallGas().gasTotalUsed;
    }

    /// @dev What EIP-7623 asks for at least: ten gas for each token of calldata, of which a byte other than zero is four.
    function _floor(bytes memory call) private pure returns (uint256 gas) {
        gas = 21_000;
        for (uint256 i = 0; i < call.length; ++i) {
            gas += call[i] == 0 ? 10 : 40;
        }
    }

    function test_Case71_TheLargestChunkIsPublishedAndCredited() public {
        _linkMany(FIRST_ID, 500);
        Entry[] memory entries = Packing.many(FIRST_ID, 500, 9999);
        chunks = entries.split(500);
        rests = _post(1, 1, chunks, entries.sum());
        distributor.publish(1, chunks[0], 0);
        assertLt(_gas(), TX_CAP / 16);
        _toWindowEnd(1);
        distributor.credit(1, chunks[0], 0);
        assertLt(_gas(), TX_CAP / 4);
    }

    function test_Case71_ClaimsOf256FirstTimeRecipientsFit() public {
        _linkMany(FIRST_ID, 256);
        _pay(1, 1, Packing.many(FIRST_ID, 256, 9999));
        uint64[] memory ids = new uint64[](256);
        for (uint64 i = 0; i < 256; ++i) {
            ids[i] = FIRST_ID + i;
        }
        distributor.claimMany(ids);
        assertLt(_gas(), TX_CAP);
        emit log_named_uint("claimMany of 256 first-time recipients", _gas());
    }

    /// @dev Somebody challenges every entry of the largest chunk, for one bond each: crediting it still fits, and holds them all.
    function test_Case71_AChunkWithEveryEntryFrozenIsCredited() public {
        Entry[] memory entries = Packing.many(FIRST_ID, 500, 9999);
        chunks = entries.split(500);
        rests = _post(1, 1, chunks, entries.sum());
        _publish(1, chunks, rests);
        for (uint32 i = 0; i < 500; ++i) {
            _challenge(challenger, 1, i);
        }
        _toWindowEnd(1);
        distributor.credit(1, chunks[0], 0);
        emit log_named_uint("credit of 500 frozen entries", _gas());
        assertLt(_gas(), TX_CAP);
    }

    /// @dev The dearest chunk there can be: each entry found faulty by somebody else, who is noted a reward at crediting.
    function test_Case71_AChunkWithEveryEntryAFaultFoundBySomebodyElseIsCredited() public {
        Entry[] memory entries = Packing.many(FIRST_ID, 500, 9999);
        chunks = entries.split(500);
        rests = _post(1, 1, chunks, entries.sum());
        _publish(1, chunks, rests);
        uint256[] memory ids = new uint256[](500);
        for (uint32 i = 0; i < 500; ++i) {
            address finder = vm.addr(uint256(keccak256(abi.encode("finder", i))));
            vm.deal(finder, BOND);
            ids[i] = _challenge(finder, 1, i);
        }
        bytes memory signatures = _signQuorum(oracles, QUORUM, _state(1).digest);
        uint256[] memory part = new uint256[](100);
        for (uint256 i = 0; i < 500; i += 100) {
            for (uint256 j = 0; j < 100; ++j) {
                part[j] = ids[i + j];
            }
            vm.prank(arbiter);
            disputes.resolveMany(part, Answer.Fault, signatures);
        }
        emit log_named_uint("resolveMany of the last 100 faults", _gas());
        _toWindowEnd(1);
        distributor.credit(1, chunks[0], 0);
        emit log_named_uint("credit of 500 faults of as many finders", _gas());
        assertLt(_gas(), TX_CAP);
    }

    function test_Case72_NoStepIsCheaperThanItsCalldatasFloor() public {
        _linkMany(FIRST_ID, 500);
        Entry[] memory entries = Packing.many(FIRST_ID, 500, 9999);
        chunks = entries.split(500);
        rests = _post(2, 1, chunks, entries.sum());
        bytes memory call = abi.encodeCall(distributor.publish, (2, chunks[0], 0));
        distributor.publish(2, chunks[0], 0);
        assertGt(_gas(), _floor(call));
        _toWindowEnd(2);
        distributor.credit(2, chunks[0], 0);
        assertGt(_gas(), _floor(call));
        distributor.claim(FIRST_ID);
        assertGt(_gas(), _floor(abi.encodeCall(distributor.claim, (FIRST_ID))));
    }
}
