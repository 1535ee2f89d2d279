// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {RewardDistributor} from "../../src/RewardDistributor.sol";
import {IBatches} from "../../src/interfaces/IBatches.sol";
import {IOracleSet} from "../../src/interfaces/IOracleSet.sol";
import {BatchStatus, Config, Link, RewardBatch} from "../../src/interfaces/Types.sol";
import {Quorum} from "../../src/libraries/Quorum.sol";
import {Oracle} from "../support/Signing.sol";
import {AttackFixture} from "./support/AttackFixture.sol";
import {FickleWallet} from "./support/Attackers.sol";

/// @notice What `Quorum` recovers, callable with as little gas as one likes.
contract Recovery {
    function recover(bytes32 digest, bytes calldata signatures) external pure returns (address) {
        return Quorum.recover(digest, signatures);
    }
}

/// @notice Cases 23 to 26 and 38: fewer than k signers, other signers, other encodings, too little gas.
contract QuorumAttack is AttackFixture {
    uint256 private constant ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141;
    uint256 private constant TOP = 1 << 255;
    RewardBatch private header;
    bytes32 private digest;
    /// @dev Of members 0, 1 and 3, each 64 bytes.
    bytes[3] private single;

    function setUp() public override {
        super.setUp();
        vm.warp(distributor.epochEnd(1));
        header = _header(1, 1, keccak256("head"), 1000);
        digest = distributor.hashBatch(header);
        single[0] = _signCompact(oracles[0].key, digest);
        single[1] = _signCompact(oracles[1].key, digest);
        single[2] = _signCompact(oracles[3].key, digest);
    }

    // -------------------------------------------------------------------------------- 23: fewer than k signers

    function test_Case23_OneSignatureTooFew() public {
        _refused(
            bytes.concat(bytes32(uint256(0x03)), single[0], single[1]),
            abi.encodeWithSelector(IOracleSet.OracleSet_WrongLength.selector, 160, 224)
        );
        // Filled up to the length: with nothing, with the same again, with the next bit.
        _refused(bytes.concat(bytes32(uint256(0x03)), single[0], single[1], new bytes(64)), _wrongQuorum(2));
        _refused(bytes.concat(bytes32(uint256(0x03)), single[0], single[1], single[1]), _wrongQuorum(2));
        for (uint256 index = 2; index < 5; ++index) {
            bytes32 bitmap = bytes32(uint256(0x03) | (1 << index));
            _refused(bytes.concat(bitmap, single[0], single[1], single[1]), _invalid(index));
            _refused(bytes.concat(bitmap, single[0], single[1], new bytes(64)), _invalid(index));
        }
    }

    function test_Case23_OneMemberAloneInEveryPlace() public {
        for (uint256 bitmap = 0; bitmap < 32; ++bitmap) {
            bytes memory signatures = bytes.concat(bytes32(bitmap), single[0], single[0], single[0]);
            vm.expectRevert();
            distributor.postBatch(header, signatures);
        }
    }

    /// @dev The same signature as (r, s) and as (r, n - s): the second is no second signer, nor a signer at all.
    function test_Case23_TheSameSignerInTwoEncodings() public {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(oracles[0].key, digest);
        uint256 high = ORDER - uint256(s);
        uint256 flipped = v == 27 ? TOP : 0;
        bytes memory other = abi.encode(r, high | flipped);
        _refused(bytes.concat(bytes32(uint256(0x0b)), single[0], other, single[2]), _invalid(1));
        _refused(bytes.concat(bytes32(uint256(0x0b)), other, single[1], single[2]), _invalid(0));
        // And in 65 bytes: a different length, or a shifted signature.
        bytes memory long = abi.encodePacked(r, s, v);
        _refused(
            bytes.concat(bytes32(uint256(0x0b)), long, single[1], single[2]),
            abi.encodeWithSelector(IOracleSet.OracleSet_WrongLength.selector, 225, 224)
        );
    }

    function test_Case23_MoreThanKIsRefusedToo() public {
        _refused(
            _signQuorum(oracles, 0x0f, digest),
            abi.encodeWithSelector(IOracleSet.OracleSet_WrongLength.selector, 288, 224)
        );
    }

    /// @dev Whatever is thrown at it: what passes is three distinct members' signatures and nothing else.
    function testFuzz_Case23_AnyArrangementOfRealSignatures(uint256 bitmap, uint8[3] memory order) public {
        bitmap &= 0x1f;
        bytes memory signatures = abi.encode(bitmap);
        for (uint256 i = 0; i < 3; ++i) {
            signatures = bytes.concat(signatures, single[order[i] % 3]);
        }
        bool right = bitmap == 0x0b && order[0] % 3 == 0 && order[1] % 3 == 1 && order[2] % 3 == 2;
        if (!right) vm.expectRevert();
        distributor.postBatch(header, signatures);
    }

    // ----------------------------------------------------------------------------------- 24: other signers

    function test_Case24_AStrangerInTheMiddle() public {
        Oracle[] memory strangers = _makeOracles("stranger", 1);
        _refused(
            bytes.concat(bytes32(uint256(0x0b)), single[0], _signCompact(strangers[0].key, digest), single[2]),
            _invalid(1)
        );
    }

    function test_Case24_ARemovedMember() public {
        // Member 1 leaves; what it signed before and what it signs now is worth nothing.
        _rotateTo(_without(1), 3);
        _refused(_quorumOf(header), _notCurrent(1, 2));
        header.oracleSet = 2;
        digest = distributor.hashBatch(header);
        bytes memory signatures = bytes.concat(
            bytes32(uint256(0x07)),
            _signCompact(oracles[0].key, digest),
            _signCompact(oracles[1].key, digest),
            _signCompact(oracles[2].key, digest)
        );
        vm.expectRevert(abi.encodeWithSelector(IOracleSet.OracleSet_InvalidSignature.selector, 1, oracles[2].member));
        distributor.postBatch(header, signatures);
    }

    /// @dev Rotated between signing and posting, to the same members and threshold even: what names the old set is refused.
    function test_Case24_RotatedBetweenSigningAndPosting() public {
        bytes memory signatures = _quorumOf(header);
        _rotateTo(_membersOf(oracles), 3);
        _refused(signatures, _notCurrent(1, 2));
        // With the new id in it the digest is another one.
        header.oracleSet = 2;
        _refused(signatures, _invalid(0));
        // Nor does going back revive the old id.
        _rotateTo(_membersOf(oracles), 3);
        header.oracleSet = 1;
        _refused(signatures, _notCurrent(1, 3));
        // Only signatures of the current id count.
        header.oracleSet = 3;
        _post(header);
    }

    /// @dev An attestation of a link names its set like a batch does.
    function test_Case24_AnAttestationOfARotatedSet() public {
        Link memory message = _linkOf(7, _wallet(7));
        bytes memory proof = _sign(_walletKey(7), links.hashLink(message));
        bytes memory attestation = _attest(message);
        _rotateTo(_membersOf(oracles), 3);
        vm.expectRevert(_invalid(0));
        distributor.link(7, message.wallet, 0, message.validUntil, proof, attestation);
        attestation = _attest(message);
        distributor.link(7, message.wallet, 0, message.validUntil, proof, attestation);
    }

    /// @dev The id is stored in 16 bits and compared in 64: 65,537 is not 1.
    function test_Case24_IdsThatDifferAboveSixteenBits() public {
        uint64[5] memory ids = [uint64(0), 2, 65_537, (uint64(1) << 32) + 1, type(uint64).max];
        for (uint256 i = 0; i < ids.length; ++i) {
            header.oracleSet = ids[i];
            _refused(_quorumOf(header), _notCurrent(ids[i], 1));
        }
    }

    function test_Case24_ASwitchedOffMember() public {
        vm.prank(address(disputes));
        distributor.switchOff(oracles[1].member);
        _refused(
            _quorumOf(header), abi.encodeWithSelector(IOracleSet.OracleSet_SwitchedOff.selector, oracles[1].member)
        );
        // It joins no later set either.
        vm.expectRevert(abi.encodeWithSelector(IOracleSet.OracleSet_SwitchedOff.selector, oracles[1].member));
        _rotateTo(_membersOf(oracles), 3);
        distributor.postBatch(header, _signQuorum(oracles, 0x0d, digest));
    }

    // -------------------------------------------------------------------------------- 25: zeros and impossible sets

    function test_Case25_NobodysSignature() public {
        bytes[3] memory nobodies = [new bytes(64), bytes.concat(bytes32(0), bytes32(TOP)), abi.encode(ORDER, 1)];
        for (uint256 i = 0; i < nobodies.length; ++i) {
            for (uint256 index = 5; index < 256; index += 50) {
                bytes32 bitmap = bytes32(uint256(0x03) | (1 << index));
                _refused(
                    bytes.concat(bitmap, single[0], single[1], nobodies[i]),
                    abi.encodeWithSelector(IOracleSet.OracleSet_NoSuchMember.selector, index, 5)
                );
            }
            _refused(bytes.concat(bytes32(uint256(0x0b)), single[0], nobodies[i], single[2]), _invalid(1));
        }
        _refused(new bytes(224), _wrongQuorum(0));
        _refused(
            bytes.concat(bytes32(type(uint256).max), new bytes(192)),
            abi.encodeWithSelector(IOracleSet.OracleSet_NoSuchMember.selector, 255, 5)
        );
    }

    function test_Case25_SetsThatAreNone() public {
        address[] memory members = new address[](0);
        _noSet(members, 0, abi.encodeWithSelector(IOracleSet.OracleSet_InvalidSize.selector, 0));
        _noSet(new address[](257), 1, abi.encodeWithSelector(IOracleSet.OracleSet_InvalidSize.selector, 257));
        members = _membersOf(oracles);
        _noSet(members, 0, abi.encodeWithSelector(IOracleSet.OracleSet_InvalidThreshold.selector, 0, 5));
        _noSet(members, 6, abi.encodeWithSelector(IOracleSet.OracleSet_InvalidThreshold.selector, 6, 5));
        // 65,539 is 3 in sixteen bits.
        _noSet(members, 65_539, abi.encodeWithSelector(IOracleSet.OracleSet_InvalidThreshold.selector, 65_539, 5));
        _noSet(
            members,
            type(uint256).max,
            abi.encodeWithSelector(IOracleSet.OracleSet_InvalidThreshold.selector, type(uint256).max, 5)
        );
        members[0] = address(0);
        _noSet(members, 3, abi.encodeWithSelector(IOracleSet.OracleSet_InvalidMember.selector, 0, address(0)));
        members[0] = members[1];
        _noSet(members, 3, abi.encodeWithSelector(IOracleSet.OracleSet_InvalidMember.selector, 1, members[1]));
        members = _membersOf(oracles);
        (members[3], members[4]) = (members[4], members[3]);
        _noSet(members, 3, abi.encodeWithSelector(IOracleSet.OracleSet_InvalidMember.selector, 4, members[4]));
    }

    /// @dev A set of 256 whose quorum is all of them: the last bit counts like the first.
    function test_Case25_TheLargestSet() public {
        Oracle[] memory many = _makeOracles("many", 256);
        _rotateTo(_membersOf(many), 256);
        header.oracleSet = 2;
        digest = distributor.hashBatch(header);
        bytes memory signatures = _signQuorum(many, type(uint256).max, digest);
        signatures[signatures.length - 1] ^= 0x01;
        vm.expectRevert(abi.encodeWithSelector(IOracleSet.OracleSet_InvalidSignature.selector, 255, many[255].member));
        distributor.postBatch(header, signatures);
        signatures[signatures.length - 1] ^= 0x01;
        distributor.postBatch(header, signatures);
    }

    // --------------------------------------------------------------------------------------- 26: encodings

    function test_Case26_LengthsAroundTheRightOne() public {
        bytes memory good = _quorumOf(header);
        uint256[10] memory lengths = [
            uint256(0), 31, 32, 32 + 63, 32 + 64, 32 + 65, 32 + 66, good.length - 1, good.length + 1, good.length + 64
        ];
        for (uint256 i = 0; i < lengths.length; ++i) {
            bytes memory wrong = new bytes(lengths[i]);
            for (uint256 j = 0; j < wrong.length && j < good.length; ++j) {
                wrong[j] = good[j];
            }
            _refused(wrong, abi.encodeWithSelector(IOracleSet.OracleSet_WrongLength.selector, lengths[i], good.length));
        }
    }

    /// @dev s may be at most half the order. Between that and 2^255, the range that a compact signature can express.
    function test_Case26_HighS() public {
        uint256 half = ORDER / 2;
        uint256[4] memory high = [half + 1, half + 2, TOP - 1, TOP - 2];
        for (uint256 i = 0; i < high.length; ++i) {
            for (uint256 parity = 0; parity < 2; ++parity) {
                bytes memory wrong = abi.encode(uint256(1), high[i] | (parity << 255));
                assertEq(new Recovery().recover(digest, wrong), address(0));
                _refused(bytes.concat(bytes32(uint256(0x0b)), wrong, single[1], single[2]), _invalid(0));
            }
        }
    }

    /// @dev There is no v: the parity is a bit. Its flip is another signer.
    function test_Case26_TheOtherParity() public {
        for (uint256 i = 0; i < 3; ++i) {
            bytes memory signatures = _quorumOf(header);
            signatures[32 + 64 * i + 32] ^= 0x80;
            _refused(signatures, _invalid(i == 2 ? 3 : i));
        }
    }

    function testFuzz_Case26_AnyByteOfTheSignaturesChanged(uint256 at_, uint8 by) public {
        bytes memory signatures = _quorumOf(header);
        at_ = bound(at_, 0, signatures.length - 1);
        vm.assume(by != 0);
        signatures[at_] ^= bytes1(by);
        vm.expectRevert();
        distributor.postBatch(header, signatures);
    }

    /// @dev An unusual ABI encoding of the right values is the same call, and as little to be repeated.
    function test_Case26_UnusualAbiOffsets() public {
        bytes memory good = _quorumOf(header);
        bytes memory message = abi.encode(header);
        bytes memory far = abi.encodePacked(
            IBatches.postBatch.selector,
            message,
            uint256(0x120 + 96),
            new bytes(96),
            good.length,
            good,
            "trailing bytes that nobody reads"
        );
        uint256[5] memory offsets = [uint256(0), 0x100, type(uint256).max, type(uint256).max - 0x11f, uint256(1) << 64];
        for (uint256 i = 0; i < offsets.length; ++i) {
            _refusedRaw(abi.encodePacked(IBatches.postBatch.selector, message, offsets[i], good.length, good));
        }
        // A length that reaches behind the calldata, and one that wraps.
        _refusedRaw(abi.encodePacked(IBatches.postBatch.selector, message, uint256(0x120), uint256(225), good));
        _refusedRaw(abi.encodePacked(IBatches.postBatch.selector, message, uint256(0x120), type(uint256).max, good));
        _refusedRaw(abi.encodePacked(IBatches.postBatch.selector, message));
        (bool done,) = address(distributor).call(far);
        assertTrue(done);
        _refusedRaw(far);
        assertEq(treasury.reservedOf(address(token)), 1000 * UNIT);
    }

    /// @dev An oracle's account that delegates (EIP-7702) signs no more and no less than before.
    function test_Case26_AnOracleThatDelegates() public {
        FickleWallet accepting = new FickleWallet();
        vm.etch(oracles[1].member, abi.encodePacked(bytes3(0xef0100), address(accepting)));
        _refused(bytes.concat(bytes32(uint256(0x0b)), single[0], new bytes(64), single[2]), _invalid(1));
        _refused(bytes.concat(bytes32(uint256(0x0b)), single[0], single[0], single[2]), _invalid(1));
        distributor.postBatch(header, _quorumOf(header));
    }

    // ------------------------------------------------------------------------------------ 38: too little gas

    /// @dev With any gas the signer is recovered or the call fails: a precompile that ran out is never an answer.
    function test_Case38_StarvedRecovery() public {
        Recovery recovery = new Recovery();
        bytes memory wrong = _signCompact(oracles[1].key, digest);
        bool failed = false;
        bool succeeded = false;
        for (uint256 gas = 500; gas < 8000; gas += 25) {
            try recovery.recover{gas: gas}(digest, single[0]) returns (address signer) {
                assertEq(signer, oracles[0].member);
                succeeded = true;
            } catch {
                failed = true;
            }
            try recovery.recover{gas: gas}(digest, wrong) returns (address signer) {
                assertEq(signer, oracles[1].member);
            } catch {}
        }
        assertTrue(failed && succeeded, "the sweep saw both sides");
    }

    /// @dev No gas limit makes two signatures a quorum.
    function test_Case38_NoGasMakesAQuorumOfTwo() public {
        bytes[3] memory wrong = [
            bytes.concat(bytes32(uint256(0x0b)), single[0], single[1], new bytes(64)),
            bytes.concat(bytes32(uint256(0x0b)), single[0], single[1], single[1]),
            bytes.concat(bytes32(uint256(0x0b)), new bytes(64), single[1], single[2])
        ];
        for (uint256 gas = 5000; gas < 200_000; gas += 1500) {
            for (uint256 i = 0; i < wrong.length; ++i) {
                (bool done,) =
                    address(distributor).call{gas: gas}(abi.encodeCall(distributor.postBatch, (header, wrong[i])));
                assertFalse(done);
            }
        }
        assertTrue(_state(1).status == BatchStatus.None);
    }

    /// @dev A starved post is posted whole or not at all.
    function testFuzz_Case38_AStarvedPostIsWholeOrNothing(uint256 gas) public {
        gas = bound(gas, 20_000, 300_000);
        bytes memory signatures = _quorumOf(header);
        (bool done,) = address(distributor).call{gas: gas}(abi.encodeCall(distributor.postBatch, (header, signatures)));
        assertEq(_state(1).status == BatchStatus.Posted, done);
        assertEq(_state(1).digest, done ? digest : bytes32(0));
        assertEq(treasury.reservedOf(address(token)), done ? 1000 * UNIT : 0);
    }

    // -------------------------------------------------------------------------------------------- helpers

    function _refused(bytes memory signatures, bytes memory reason) private {
        vm.expectRevert(reason);
        distributor.postBatch(header, signatures);
    }

    function _refusedRaw(bytes memory call_) private {
        (bool done,) = address(distributor).call(call_);
        assertFalse(done);
    }

    function _rotateTo(address[] memory members, uint256 threshold) private {
        vm.prank(address(timelock));
        distributor.rotate(members, threshold, "", false);
    }

    function _noSet(address[] memory members, uint256 threshold, bytes memory reason) private {
        vm.expectRevert(reason);
        _rotateTo(members, threshold);
        Config memory config = _config(address(token));
        config.oracles = members;
        config.threshold = threshold;
        vm.expectRevert(reason);
        new RewardDistributor(config);
    }

    function _without(uint256 index) private view returns (address[] memory members) {
        members = new address[](oracles.length - 1);
        for (uint256 i = 0; i < members.length; ++i) {
            members[i] = oracles[i < index ? i : i + 1].member;
        }
    }

    function _wrongQuorum(uint256 signers) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IOracleSet.OracleSet_WrongQuorum.selector, signers, 3);
    }

    function _invalid(uint256 index) private view returns (bytes memory) {
        return abi.encodeWithSelector(IOracleSet.OracleSet_InvalidSignature.selector, index, oracles[index].member);
    }

    function _notCurrent(uint64 id, uint64 current) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IOracleSet.OracleSet_NotCurrent.selector, id, current);
    }
}
