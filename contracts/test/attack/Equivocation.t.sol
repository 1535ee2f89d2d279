// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IDisputes} from "../../src/interfaces/IDisputes.sol";
import {IOracleSet} from "../../src/interfaces/IOracleSet.sol";
import {RewardBatch} from "../../src/interfaces/Types.sol";
import {Oracle} from "../support/Signing.sol";
import {Stage} from "./support39/Stage.sol";

/// @notice Cases 40 and 41: reports of equivocation that are none, and the one that is.
contract EquivocationAttackTest is Stage {
    RewardBatch private a;
    RewardBatch private b;

    function setUp() public override {
        super.setUp();
        a = _header(1, 1, keccak256("a"), 100);
        b = _header(1, 1, keccak256("b"), 100);
    }

    /// @dev Reports what member `index` signed, with the key of that member in set 1.
    function _report(uint256 index) private {
        _report(index, oracles[index].key);
    }

    function _report(uint256 index, uint256 key) private {
        disputes.reportEquivocation(a, b, index, _signed(key, a), _signed(key, b));
    }

    function _signed(uint256 key, RewardBatch memory header) private view returns (bytes memory) {
        return _signCompact(key, distributor.hashBatch(header));
    }

    function _expectNone() private {
        vm.expectRevert(
            abi.encodeWithSelector(
                IDisputes.Disputes_NoEquivocation.selector, distributor.hashBatch(a), distributor.hashBatch(b)
            )
        );
    }

    function _expectInvalid(uint256 index, RewardBatch memory header) private {
        vm.expectRevert(
            abi.encodeWithSelector(
                IDisputes.Disputes_InvalidSignature.selector, oracles[index].member, distributor.hashBatch(header)
            )
        );
    }

    function _rotate(string memory seed) private returns (Oracle[] memory next) {
        next = _makeOracles(seed, 5);
        vm.prank(address(timelock));
        distributor.rotate(_membersOf(next), 3, "", false);
    }

    // ------------------------------------------------------------------------------------------- 40: false

    function test_Case40_TheSameHeaderTwice() public {
        b = a;
        bytes memory signatureA = _signed(oracles[0].key, a);
        _expectNone();
        disputes.reportEquivocation(a, b, 0, signatureA, signatureA);
        assertFalse(distributor.isSwitchedOff(oracles[0].member));
    }

    function test_Case40_HeadersOfTwoEpochs() public {
        b.epoch = 2;
        (bytes memory signatureA, bytes memory signatureB) = (_signed(oracles[0].key, a), _signed(oracles[0].key, b));
        _expectNone();
        disputes.reportEquivocation(a, b, 0, signatureA, signatureB);
    }

    function test_Case40_HeadersOfTwoSets() public {
        b.oracleSet = 2;
        (bytes memory signatureA, bytes memory signatureB) = (_signed(oracles[0].key, a), _signed(oracles[0].key, b));
        _expectNone();
        disputes.reportEquivocation(a, b, 0, signatureA, signatureB);
    }

    function test_Case40_HeadersOfTwoChains() public {
        bytes memory signatureA = _signed(oracles[0].key, a);
        uint256 here = block.chainid;
        vm.chainId(here + 1);
        bytes memory signatureB = _signed(oracles[0].key, b);
        vm.chainId(here);
        _expectInvalid(0, b);
        disputes.reportEquivocation(a, b, 0, signatureA, signatureB);
    }

    function test_Case40_HeadersOfTwoDistributors() public {
        bytes memory signatureA = _signed(oracles[0].key, a);
        (address there, address judge) = (address(distributor), address(disputes));
        _deployDistributor(address(token));
        assertNotEq(address(distributor), there);
        bytes memory signatureB = _signed(oracles[0].key, b);
        vm.expectPartialRevert(IDisputes.Disputes_InvalidSignature.selector);
        IDisputes(judge).reportEquivocation(a, b, 0, signatureA, signatureB);
    }

    function test_Case40_TwoKeysSignedOneEach() public {
        bytes memory signatureA = _signed(oracles[0].key, a);
        bytes memory signatureB = _signed(oracles[1].key, b);
        _expectInvalid(0, b);
        disputes.reportEquivocation(a, b, 0, signatureA, signatureB);
        _expectInvalid(1, a);
        disputes.reportEquivocation(a, b, 1, signatureA, signatureB);
    }

    function test_Case40_AStrangersKeyOrAnIndexThatIsNobodys() public {
        (bytes memory signatureA, bytes memory signatureB) = (_signed(7, a), _signed(7, b));
        _expectInvalid(0, a);
        disputes.reportEquivocation(a, b, 0, signatureA, signatureB);
        vm.expectRevert(abi.encodeWithSelector(IDisputes.Disputes_NoSuchMember.selector, 5, 5));
        disputes.reportEquivocation(a, b, 5, signatureA, signatureB);
        vm.expectRevert(abi.encodeWithSelector(IDisputes.Disputes_NoSuchMember.selector, type(uint256).max, 5));
        disputes.reportEquivocation(a, b, type(uint256).max, signatureA, signatureB);
        (a.oracleSet, b.oracleSet) = (9, 9);
        vm.expectRevert(abi.encodeWithSelector(IOracleSet.OracleSet_Unknown.selector, 9));
        disputes.reportEquivocation(a, b, 0, signatureA, signatureB);
    }

    function test_Case40_SignaturesThatAreShortLongOrMalleated() public {
        bytes memory signatureA = _signed(oracles[0].key, a);
        bytes memory signatureB = _signed(oracles[0].key, b);
        _expectInvalid(0, b);
        disputes.reportEquivocation(a, b, 0, signatureA, "");
        _expectInvalid(0, b);
        disputes.reportEquivocation(a, b, 0, signatureA, bytes.concat(signatureB, hex"00"));
        _expectInvalid(0, b);
        disputes.reportEquivocation(a, b, 0, signatureA, new bytes(64));

        // The other s of the same signature, which says the same of the same key.
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(oracles[0].key, distributor.hashBatch(b));
        uint256 order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141;
        uint256 high = order - uint256(s);
        bytes memory malleated = bytes.concat(r, bytes32(v == 27 ? high | (1 << 255) : high));
        _expectInvalid(0, b);
        disputes.reportEquivocation(a, b, 0, signatureA, malleated);
    }

    /// @dev A header's word with a bit above its field would be another digest of the same header.
    function test_Case40_ADirtyHeaderIsNotAnotherHeader() public {
        b = a;
        bytes memory call = abi.encodeCall(
            disputes.reportEquivocation, (a, b, 0, _signed(oracles[0].key, a), _signed(oracles[0].key, a))
        );
        // The epoch of b: after the selector and the eight words of a.
        call[4 + 8 * 32] = 0x01;
        (bool done,) = address(disputes).call(call);
        assertFalse(done);
    }

    function testFuzz_Case40_WhatAKeyDidNotSignConvictsNobody(uint8 index, bytes32 r, bytes32 vs, bytes32 entriesHash)
        public
    {
        index = index % 5;
        b.entriesHash = entriesHash;
        vm.assume(entriesHash != a.entriesHash);
        bytes memory signatureA = _signed(oracles[index].key, a);
        vm.expectPartialRevert(IDisputes.Disputes_InvalidSignature.selector);
        disputes.reportEquivocation(a, b, index, signatureA, bytes.concat(r, vs));
    }

    // -------------------------------------------------------------------------------------------- 41: true

    function test_Case41_ExactlyTheKeyThatSignedBothIsSwitchedOff() public {
        vm.expectEmit(address(disputes));
        emit IDisputes.EquivocationProved(
            oracles[0].member, 1, 1, 1, distributor.hashBatch(a), distributor.hashBatch(b)
        );
        vm.expectEmit(address(distributor));
        emit IOracleSet.OracleSwitchedOff(oracles[0].member);
        vm.prank(mallory);
        _report(0);
        for (uint256 i = 0; i < 5; ++i) {
            assertEq(distributor.isSwitchedOff(oracles[i].member), i == 0);
        }

        // It signs no quorum any more; a quorum without it is one.
        vm.warp(distributor.epochEnd(1));
        RewardBatch memory next = _header(1, 1, keccak256("c"), 100);
        bytes32 digest = distributor.hashBatch(next);
        bytes memory signatures = _signQuorum(oracles, 0x0b, digest);
        vm.expectRevert(abi.encodeWithSelector(IOracleSet.OracleSet_SwitchedOff.selector, oracles[0].member));
        distributor.postBatch(next, signatures);
        distributor.postBatch(next, _signQuorum(oracles, 0x0e, digest));
    }

    function test_Case41_OnlyOnce() public {
        _report(2);
        (bytes memory signatureA, bytes memory signatureB) = (_signed(oracles[2].key, a), _signed(oracles[2].key, b));
        bytes memory off = abi.encodeWithSelector(IDisputes.Disputes_AlreadyOff.selector, oracles[2].member);
        vm.expectRevert(off);
        disputes.reportEquivocation(a, b, 2, signatureA, signatureB);
        vm.expectRevert(off);
        disputes.reportEquivocation(b, a, 2, signatureB, signatureA);
    }

    function test_Case41_AlsoWhenItHasLeftTheSet() public {
        _rotate("next");
        _report(0);
        assertTrue(distributor.isSwitchedOff(oracles[0].member));
        // And no later set takes it.
        address[] memory again = _membersOf(oracles);
        vm.expectRevert(abi.encodeWithSelector(IOracleSet.OracleSet_SwitchedOff.selector, oracles[0].member));
        vm.prank(address(timelock));
        distributor.rotate(again, 3, "", false);
    }

    function test_Case41_AnIndexMeansTheMemberOfTheSetThatSigned() public {
        Oracle[] memory next = _rotate("next");
        // The new member 0 did not sign what the old member 0 signed.
        (a.oracleSet, b.oracleSet) = (2, 2);
        bytes memory signatureA = _signed(oracles[0].key, a);
        bytes memory signatureB = _signed(oracles[0].key, b);
        vm.expectRevert(
            abi.encodeWithSelector(
                IDisputes.Disputes_InvalidSignature.selector, next[0].member, distributor.hashBatch(a)
            )
        );
        disputes.reportEquivocation(a, b, 0, signatureA, signatureB);
        _report(0, next[0].key);
        assertTrue(distributor.isSwitchedOff(next[0].member));
        assertFalse(distributor.isSwitchedOff(oracles[0].member));
    }

    /// @dev The proposer was silent until the first header expired: its witnesses sign a second one, of the next round.
    function test_Case41_TwoRoundsAfterAFallbackAreNone() public {
        b.round = 2;
        (bytes memory signatureA, bytes memory signatureB) = (_signed(oracles[0].key, a), _signed(oracles[0].key, b));
        _expectNone();
        disputes.reportEquivocation(a, b, 0, signatureA, signatureB);
    }

    function test_Case41_AnyFieldMakesAnotherHeader() public {
        b = a;
        b.postBefore += 1;
        _report(0);
        b = a;
        b.evidenceHash = keccak256("other evidence");
        _report(1);
        b = a;
        b.total += 1;
        _report(2);
    }

    /// @dev What was posted before lives on: it may be challenged, not undone by a report.
    function test_Case41_AReportChangesNothingThatIsPending() public {
        _publishThree(1, 1);
        _report(0);
        _report(1);
        _report(3);
        _toWindowEnd(1);
        _creditThree(1);
        assertEq(_earned(1), 1000);
    }

    function test_Case41_NobodySwitchesAKeyOffOtherwise() public {
        vm.expectRevert(abi.encodeWithSelector(IOracleSet.OracleSet_NotDisputes.selector, mallory));
        vm.prank(mallory);
        distributor.switchOff(oracles[0].member);
        vm.expectRevert(abi.encodeWithSelector(IOracleSet.OracleSet_NotDisputes.selector, guardian));
        vm.prank(guardian);
        distributor.switchOff(oracles[0].member);
    }
}
