// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IBatches} from "../../src/interfaces/IBatches.sol";
import {IOracleSet} from "../../src/interfaces/IOracleSet.sol";
import {ITerms} from "../../src/interfaces/ITerms.sol";
import {ITreasury} from "../../src/interfaces/ITreasury.sol";
import {BatchState, BatchStatus, RewardBatch} from "../../src/interfaces/Types.sol";
import {Fixture} from "../support/Fixture.sol";
import {Packing} from "../support/Packing.sol";
import {Oracle} from "../support/Signing.sol";

contract PostBatchTest is Fixture {
    uint256 private constant HALF_ORDER = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0;
    bytes32 private constant HEAD = keccak256("head");

    function setUp() public override {
        super.setUp();
        vm.warp(distributor.epochEnd(1));
    }

    // ----------------------------------------------------------------------------------------------- good

    function test_PostsAndReserves() public {
        RewardBatch memory header = _header(1, 1, HEAD, 1000);
        bytes memory signatures = _quorumOf(header);
        vm.expectEmit(address(distributor));
        emit IBatches.BatchPosted(1, 1, header.evidenceHash, header, alice);
        vm.expectEmit(address(treasury));
        emit ITreasury.Reserved(address(distributor), address(token), 1000 * UNIT);
        vm.prank(alice);
        distributor.postBatch(header, signatures);

        BatchState memory state = _state(1);
        assertTrue(state.status == BatchStatus.Posted);
        assertEq(state.round, 1);
        assertEq(state.digest, distributor.hashBatch(header));
        assertEq(state.entriesHash, HEAD);
        assertEq(state.nextHash, HEAD);
        assertEq(state.total, 1000);
        assertEq(state.publishDeadline, block.timestamp + PUBLISH_PERIOD);
        assertEq(state.windowEnd, 0);
        assertEq(treasury.reservedOf(address(token)), 1000 * UNIT);
    }

    function test_PostsInTheLastSecond() public {
        RewardBatch memory header = _header(1, 1, HEAD, 1);
        header.postBefore = uint64(block.timestamp);
        _post(header);
    }

    function test_PostsTheWholeBudget() public {
        _post(_header(1, 1, HEAD, BUDGET));
    }

    function test_PostsUpToEightEpochsLater() public {
        vm.warp(distributor.epochEnd(9) - 1);
        _post(_header(1, 1, HEAD, 1));
    }

    function testFuzz_AnyQuorumOfMembersWillDo(uint8 bitmap) public {
        bitmap = uint8(bound(bitmap, 0, 31));
        RewardBatch memory header = _header(1, 1, HEAD, 1);
        bytes memory signatures = _signQuorum(oracles, bitmap, distributor.hashBatch(header));
        uint256 signers = signatures.length / 64;
        if (signers != 3) {
            vm.expectRevert(
                abi.encodeWithSelector(IOracleSet.OracleSet_WrongLength.selector, signatures.length, 32 + 3 * 64)
            );
        }
        distributor.postBatch(header, signatures);
    }

    function test_NextRoundFollowsAVoidOne() public {
        _post(_header(1, 1, HEAD, BUDGET));
        vm.warp(block.timestamp + PUBLISH_PERIOD + 1);
        distributor.voidUnpublished(1);
        _post(_header(1, 2, HEAD, BUDGET));
        assertEq(_state(1).round, 2);
        assertEq(treasury.reservedOf(address(token)), BUDGET * UNIT);
    }

    function test_NextRoundFollowsASettledOneWithinTheBudget() public {
        _link(7);
        _pay(1, 1, _one(7, CAP));
        RewardBatch memory header = _header(1, 2, HEAD, BUDGET - CAP + 1);
        bytes memory signatures = _quorumOf(header);
        vm.expectRevert(abi.encodeWithSelector(IBatches.Batches_OverBudget.selector, 1, BUDGET + 1, BUDGET));
        distributor.postBatch(header, signatures);
        _post(_header(1, 2, HEAD, BUDGET - CAP));

        // What the first round moved does not show in the second.
        BatchState memory state = _state(1);
        assertEq(state.credited, 0);
        assertEq(state.nextPosition, 0);
        assertEq(state.entryCount, 0);
        assertEq(state.epochCredited, CAP);
    }

    function test_EpochsDoNotWaitForEachOther() public {
        vm.warp(distributor.epochEnd(3));
        _post(_header(3, 1, HEAD, 5));
        _post(_header(1, 1, HEAD, 6));
        assertEq(_state(3).total, 5);
        assertEq(_state(1).total, 6);
        assertTrue(_state(2).status == BatchStatus.None);
    }

    // ------------------------------------------------------------------------------------ bad: the header

    function test_RevertWhen_EpochNotOver() public {
        vm.warp(distributor.epochEnd(1) - 1);
        _refused(
            _header(1, 1, HEAD, 1),
            abi.encodeWithSelector(IBatches.Batches_EpochNotOver.selector, 1, distributor.epochEnd(1))
        );
        _refused(
            _header(type(uint64).max, 1, HEAD, 1),
            abi.encodeWithSelector(
                IBatches.Batches_EpochNotOver.selector, type(uint64).max, distributor.epochEnd(type(uint64).max)
            )
        );
    }

    function test_RevertWhen_EpochTooOld() public {
        vm.warp(distributor.epochEnd(9));
        _refused(_header(1, 1, HEAD, 1), abi.encodeWithSelector(IBatches.Batches_EpochTooOld.selector, 1, 2));
    }

    function test_RevertWhen_EpochIsZero() public {
        _refused(_header(0, 1, HEAD, 1), abi.encodeWithSelector(ITerms.Terms_None.selector, 0));
    }

    function test_RevertWhen_RoundIsNotTheNext() public {
        _refused(_header(1, 0, HEAD, 1), abi.encodeWithSelector(IBatches.Batches_WrongRound.selector, 1, 0, 1));
        _refused(_header(1, 257, HEAD, 1), abi.encodeWithSelector(IBatches.Batches_WrongRound.selector, 1, 257, 1));
        _refused(
            _header(1, type(uint32).max, HEAD, 1),
            abi.encodeWithSelector(IBatches.Batches_WrongRound.selector, 1, type(uint32).max, 1)
        );
    }

    /// @dev Oracles that signed a header which nobody posted in time sign a higher round, and never two of one.
    function test_ARoundThatWasNeverPostedMayBeLeapt() public {
        _post(_header(1, 3, HEAD, 1));
        assertEq(_state(1).round, 3);
        vm.warp(block.timestamp + PUBLISH_PERIOD + 1);
        distributor.voidUnpublished(1);
        _refused(_header(1, 3, HEAD, 1), abi.encodeWithSelector(IBatches.Batches_WrongRound.selector, 1, 3, 4));
        _post(_header(1, 259, HEAD, 1));
        assertEq(_state(1).round, 259);
    }

    function test_RevertWhen_AnotherBatchIsLive() public {
        bytes memory live = abi.encodeWithSelector(IBatches.Batches_Live.selector, 1, 1);
        bytes[] memory chunks = Packing.split(_one(7, 5), 500);
        bytes32[] memory rests = _post(1, 1, chunks, 5);
        _refused(_header(1, 1, HEAD, 1), live);
        _refused(_header(1, 2, HEAD, 1), live);
        _publish(1, chunks, rests);
        _refused(_header(1, 2, HEAD, 1), live);
    }

    function test_RevertWhen_PostedTwice() public {
        RewardBatch memory header = _header(1, 1, HEAD, 1);
        _post(header);
        _refused(header, abi.encodeWithSelector(IBatches.Batches_Live.selector, 1, 1));
        vm.warp(block.timestamp + PUBLISH_PERIOD + 1);
        distributor.voidUnpublished(1);
        _refused(header, abi.encodeWithSelector(IBatches.Batches_WrongRound.selector, 1, 1, 2));
    }

    function test_RevertWhen_Expired() public {
        RewardBatch memory header = _header(1, 1, HEAD, 1);
        header.postBefore = uint64(block.timestamp) - 1;
        _refused(header, abi.encodeWithSelector(IBatches.Batches_Expired.selector, 1, header.postBefore));
    }

    function test_RevertWhen_OracleSetIsNotTheCurrent() public {
        RewardBatch memory header = _header(1, 1, HEAD, 1);
        header.oracleSet = 2;
        _refused(header, abi.encodeWithSelector(IOracleSet.OracleSet_NotCurrent.selector, 2, 1));
        header.oracleSet = 0;
        _refused(header, abi.encodeWithSelector(IOracleSet.OracleSet_NotCurrent.selector, 0, 1));
    }

    function test_RevertWhen_Incomplete() public {
        bytes memory incomplete = abi.encodeWithSelector(IBatches.Batches_Incomplete.selector, 1);
        _refused(_header(1, 1, HEAD, 0), incomplete);
        _refused(_header(1, 1, bytes32(0), 1), incomplete);
        RewardBatch memory header = _header(1, 1, HEAD, 1);
        header.evidenceHash = bytes32(0);
        _refused(header, incomplete);
    }

    function test_RevertWhen_PolicyIsAnother() public {
        RewardBatch memory header = _header(1, 1, HEAD, 1);
        header.policyHash = keccak256("another");
        _refused(header, abi.encodeWithSelector(IBatches.Batches_WrongPolicy.selector, header.policyHash, POLICY));
    }

    function test_RevertWhen_OverBudget() public {
        _refused(
            _header(1, 1, HEAD, BUDGET + 1),
            abi.encodeWithSelector(IBatches.Batches_OverBudget.selector, 1, BUDGET + 1, BUDGET)
        );
        _refused(
            _header(1, 1, HEAD, type(uint64).max),
            abi.encodeWithSelector(IBatches.Batches_OverBudget.selector, 1, type(uint64).max, BUDGET)
        );
    }

    function test_RevertWhen_TreasuryBudgetIsUsedUp() public {
        vm.warp(distributor.epochEnd(5));
        for (uint64 epoch = 1; epoch <= 4; ++epoch) {
            _post(_header(epoch, 1, HEAD, BUDGET));
        }
        _refused(
            _header(5, 1, HEAD, 1),
            abi.encodeWithSelector(
                ITreasury.Treasury_OverBudget.selector, address(distributor), address(token), UNIT, 0
            )
        );
    }

    function test_RevertWhen_TreasuryIsEmpty() public {
        deal(address(token), address(treasury), 10 * UNIT);
        _refused(
            _header(1, 1, HEAD, 11),
            abi.encodeWithSelector(ITreasury.Treasury_Insufficient.selector, address(token), 11 * UNIT, 10 * UNIT)
        );
    }

    // -------------------------------------------------------------------------------- bad: the signatures

    function test_RevertWhen_TooFewOrTooManySign() public {
        RewardBatch memory header = _header(1, 1, HEAD, 1);
        bytes32 digest = distributor.hashBatch(header);
        for (uint256 bitmap = 0; bitmap < 32; ++bitmap) {
            bytes memory signatures = _signQuorum(oracles, bitmap, digest);
            if (signatures.length == 32 + 3 * 64) continue;
            vm.expectRevert(abi.encodeWithSelector(IOracleSet.OracleSet_WrongLength.selector, signatures.length, 224));
            distributor.postBatch(header, signatures);
        }
        vm.expectRevert(abi.encodeWithSelector(IOracleSet.OracleSet_WrongLength.selector, 0, 224));
        distributor.postBatch(header, "");
    }

    function test_RevertWhen_BitmapAndSignaturesDiffer() public {
        RewardBatch memory header = _header(1, 1, HEAD, 1);
        bytes memory signatures = _quorumOf(header);
        _refused(header, _withBitmap(signatures, 0x03), _wrongQuorum(2));
        _refused(header, _withBitmap(signatures, 0x0f), _wrongQuorum(4));
        _refused(header, _withBitmap(signatures, 0), _wrongQuorum(0));
        // The right number of members, but another one than signed.
        _refused(header, _withBitmap(signatures, 0x07), _invalidSignature(2));
    }

    function test_RevertWhen_BitmapNamesNobody() public {
        RewardBatch memory header = _header(1, 1, HEAD, 1);
        bytes memory signatures = _quorumOf(header);
        _refused(
            header,
            _withBitmap(signatures, 0x23),
            abi.encodeWithSelector(IOracleSet.OracleSet_NoSuchMember.selector, 5, 5)
        );
        _refused(
            header,
            _withBitmap(signatures, (1 << 255) | 3),
            abi.encodeWithSelector(IOracleSet.OracleSet_NoSuchMember.selector, 255, 5)
        );
    }

    function test_RevertWhen_OneMemberSignsTwice() public {
        RewardBatch memory header = _header(1, 1, HEAD, 1);
        bytes memory one = _signCompact(oracles[0].key, distributor.hashBatch(header));
        _refused(header, bytes.concat(bytes32(uint256(0x07)), one, one, one), _invalidSignature(1));
    }

    function test_RevertWhen_SignaturesAreOutOfOrder() public {
        RewardBatch memory header = _header(1, 1, HEAD, 1);
        bytes32 digest = distributor.hashBatch(header);
        bytes memory swapped = bytes.concat(
            bytes32(QUORUM),
            _signCompact(oracles[1].key, digest),
            _signCompact(oracles[0].key, digest),
            _signCompact(oracles[3].key, digest)
        );
        _refused(header, swapped, _invalidSignature(0));
    }

    function test_RevertWhen_StrangersSign() public {
        RewardBatch memory header = _header(1, 1, HEAD, 1);
        Oracle[] memory strangers = _makeOracles("stranger", 5);
        _refused(header, _signQuorum(strangers, QUORUM, distributor.hashBatch(header)), _invalidSignature(0));
    }

    function test_RevertWhen_SIsHigh() public {
        RewardBatch memory header = _header(1, 1, HEAD, 1);
        bytes32 digest = distributor.hashBatch(header);
        (bytes32 r, bytes32 vs) = vm.signCompact(oracles[0].key, digest);
        // The other s of the same signature: in the compact form it has no room, since bit 255 is the parity.
        uint256 s = 2 * HALF_ORDER + 1 - (uint256(vs) & (type(uint256).max >> 1));
        assertGt(s, HALF_ORDER);
        bytes memory malleated = bytes.concat(
            bytes32(QUORUM),
            r,
            bytes32(s | (~uint256(vs) & (1 << 255))),
            _signCompact(oracles[1].key, digest),
            _signCompact(oracles[3].key, digest)
        );
        _refused(header, malleated, _invalidSignature(0));
    }

    function test_RevertWhen_SignaturesAreZero() public {
        RewardBatch memory header = _header(1, 1, HEAD, 1);
        _refused(header, bytes.concat(bytes32(QUORUM), new bytes(192)), _invalidSignature(0));
    }

    function testFuzz_RevertWhen_AnyBitOfTheSignaturesIsFlipped(uint256 bit) public {
        RewardBatch memory header = _header(1, 1, HEAD, 1);
        bytes memory signatures = _quorumOf(header);
        bit = bound(bit, 0, signatures.length * 8 - 1);
        signatures[bit / 8] ^= bytes1(uint8(1 << (bit % 8)));
        vm.expectRevert();
        distributor.postBatch(header, signatures);
    }

    function testFuzz_RevertWhen_AnyFieldIsChanged(uint256 field, uint64 value) public {
        RewardBatch memory signed = _header(1, 1, HEAD, 1);
        bytes memory signatures = _quorumOf(signed);
        RewardBatch memory header = _header(1, 1, HEAD, 1);
        field = bound(field, 0, 7);
        if (field == 0) header.epoch = value;
        if (field == 1) header.round = uint32(value);
        if (field == 2) header.oracleSet = value;
        if (field == 3) header.postBefore = value;
        if (field == 4) header.total = value;
        if (field == 5) header.entriesHash = keccak256(abi.encode(value));
        if (field == 6) header.policyHash = keccak256(abi.encode(value));
        if (field == 7) header.evidenceHash = keccak256(abi.encode(value));
        vm.assume(distributor.hashBatch(header) != distributor.hashBatch(signed));
        vm.expectRevert();
        distributor.postBatch(header, signatures);
    }

    function testFuzz_RevertWhen_AWordExceedsItsField(uint256 field, uint256 bit) public {
        field = bound(field, 0, 4);
        bit = bound(bit, field == 1 ? 32 : 64, 255);
        RewardBatch memory header = _header(1, 1, HEAD, 1);
        bytes memory message = abi.encode(header);
        uint256 at_ = 32 + 32 * field;
        assembly ("memory-safe") {
            let word := add(message, at_)
            mstore(word, or(mload(word), shl(bit, 1)))
        }
        // Signed as it is, so that nothing but the word itself can be wrong.
        (bool hashed, bytes memory digest) =
            address(distributor).call(bytes.concat(IBatches.hashBatch.selector, message));
        assertTrue(hashed);
        bytes memory signatures = _signQuorum(oracles, QUORUM, abi.decode(digest, (bytes32)));
        (bool posted,) = address(distributor)
            .call(
                bytes.concat(
                    IBatches.postBatch.selector,
                    message,
                    bytes32(uint256(0x120)),
                    bytes32(signatures.length),
                    signatures
                )
            );
        assertFalse(posted);
    }

    function test_TheRawCallOfThatTestPostsACleanHeader() public {
        bytes memory message = abi.encode(_header(1, 1, HEAD, 1));
        bytes memory signatures = _quorumOf(_header(1, 1, HEAD, 1));
        (bool posted,) = address(distributor)
            .call(
                bytes.concat(
                    IBatches.postBatch.selector,
                    message,
                    bytes32(uint256(0x120)),
                    bytes32(signatures.length),
                    signatures
                )
            );
        assertTrue(posted);
    }

    function test_RevertWhen_SignedForAnotherChain() public {
        RewardBatch memory header = _header(1, 1, HEAD, 1);
        bytes memory signatures = _quorumOf(header);
        vm.chainId(block.chainid + 1);
        vm.expectRevert();
        distributor.postBatch(header, signatures);
    }

    function test_RevertWhen_SignedForAnotherDistributor() public {
        RewardBatch memory header = _header(1, 1, HEAD, 1);
        bytes memory signatures = _quorumOf(header);
        _deploy(address(token));
        vm.expectRevert();
        distributor.postBatch(header, signatures);
    }

    // -------------------------------------------------------------------------------------------- helpers

    function _refused(RewardBatch memory header, bytes memory reason) private {
        _refused(header, _quorumOf(header), reason);
    }

    function _refused(RewardBatch memory header, bytes memory signatures, bytes memory reason) private {
        vm.expectRevert(reason);
        distributor.postBatch(header, signatures);
    }

    function _withBitmap(bytes memory signatures, uint256 bitmap) private pure returns (bytes memory changed) {
        changed = bytes.concat(signatures);
        assembly ("memory-safe") {
            mstore(add(changed, 32), bitmap)
        }
    }

    function _wrongQuorum(uint256 signers) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IOracleSet.OracleSet_WrongQuorum.selector, signers, 3);
    }

    function _invalidSignature(uint256 index) private view returns (bytes memory) {
        return abi.encodeWithSelector(IOracleSet.OracleSet_InvalidSignature.selector, index, oracles[index].member);
    }
}
