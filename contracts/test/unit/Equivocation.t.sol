// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IDisputes} from "../../src/interfaces/IDisputes.sol";
import {IOracleSet} from "../../src/interfaces/IOracleSet.sol";
import {RewardBatch} from "../../src/interfaces/Types.sol";
import {Fixture} from "../support/Fixture.sol";
import {Oracle} from "../support/Signing.sol";

contract EquivocationTest is Fixture {
    RewardBatch private a;
    RewardBatch private b;

    function setUp() public override {
        super.setUp();
        vm.warp(distributor.epochEnd(2));
        a = _header(1, 1, keccak256("a"), 100);
        b = _header(1, 1, keccak256("b"), 100);
    }

    // ----------------------------------------------------------------------------------------------- good

    function test_SwitchesOffTheKeyThatSignedBoth() public {
        vm.expectEmit(address(disputes));
        emit IDisputes.EquivocationProved(
            oracles[1].member, 1, 1, 1, distributor.hashBatch(a), distributor.hashBatch(b)
        );
        vm.expectEmit(address(distributor));
        emit IOracleSet.OracleSwitchedOff(oracles[1].member);
        vm.prank(alice);
        _report(1);
        for (uint256 i = 0; i < 5; ++i) {
            assertEq(distributor.isSwitchedOff(oracles[i].member), i == 1);
        }
    }

    function test_ItSignsForNoQuorumAnyMore() public {
        _report(1);
        bytes memory signatures = _quorumOf(a);
        vm.expectRevert(abi.encodeWithSelector(IOracleSet.OracleSet_SwitchedOff.selector, oracles[1].member));
        distributor.postBatch(a, signatures);
        uint64 validUntil = uint64(block.timestamp);
        bytes memory proof = _walletProof(10, validUntil);
        bytes memory attestation = _attestation(10, _wallet(10), 0, validUntil);
        vm.expectRevert(abi.encodeWithSelector(IOracleSet.OracleSet_SwitchedOff.selector, oracles[1].member));
        distributor.link(10, _wallet(10), 0, validUntil, proof, attestation);
        // The others still do.
        distributor.postBatch(a, _signQuorum(oracles, 0x19, distributor.hashBatch(a)));
    }

    function test_BelowTheThresholdNothingIsPostedUntilARotation() public {
        for (uint256 i = 0; i < 3; ++i) {
            _report(i);
        }
        for (uint256 bitmap = 0; bitmap < 32; ++bitmap) {
            bytes memory signatures = _signQuorum(oracles, bitmap, distributor.hashBatch(a));
            vm.expectRevert();
            distributor.postBatch(a, signatures);
        }
        Oracle[] memory others = _rotate(false);
        a.oracleSet = 2;
        distributor.postBatch(a, _signQuorum(others, QUORUM, distributor.hashBatch(a)));
    }

    function test_AlsoWhenItHasLeftTheSet() public {
        _rotate(false);
        _report(4);
        assertTrue(distributor.isSwitchedOff(oracles[4].member));
        // And it comes into no other set.
        address[] memory members = _membersOf(oracles);
        vm.expectRevert(abi.encodeWithSelector(IOracleSet.OracleSet_SwitchedOff.selector, oracles[4].member));
        vm.prank(address(timelock));
        distributor.rotate(members, 3, "", false);
    }

    function test_AlsoWhenItIsInALaterSet() public {
        address[] memory members = _membersOf(oracles);
        vm.prank(address(timelock));
        distributor.rotate(members, 3, "", false);
        _report(0);
        a.oracleSet = 2;
        bytes memory signatures = _quorumOf(a);
        vm.expectRevert(abi.encodeWithSelector(IOracleSet.OracleSet_SwitchedOff.selector, oracles[0].member));
        distributor.postBatch(a, signatures);
    }

    // ------------------------------------------------------------------------------------------------ bad

    function test_RevertWhen_ReportedTwice() public {
        _report(1);
        vm.expectRevert(abi.encodeWithSelector(IDisputes.Disputes_AlreadyOff.selector, oracles[1].member));
        this.report(1);
    }

    function test_RevertWhen_TheHeadersAreOne() public {
        b = a;
        _noEquivocation();
    }

    function test_RevertWhen_TheHeadersAreOfTwoTurns() public {
        b.round = 2;
        _noEquivocation();
        b.round = 1;
        b.epoch = 2;
        _noEquivocation();
        b.epoch = 1;
        b.oracleSet = 2;
        _noEquivocation();
    }

    function test_RevertWhen_TheSetIsUnknown() public {
        a.oracleSet = 2;
        b.oracleSet = 2;
        vm.expectRevert(abi.encodeWithSelector(IOracleSet.OracleSet_Unknown.selector, 2));
        this.report(0);
    }

    function test_RevertWhen_NoMemberIsThere() public {
        bytes memory signature = new bytes(64);
        vm.expectRevert(abi.encodeWithSelector(IDisputes.Disputes_NoSuchMember.selector, 5, 5));
        disputes.reportEquivocation(a, b, 5, signature, signature);
    }

    function test_RevertWhen_AnotherSigned() public {
        bytes memory mine = _signCompact(oracles[0].key, distributor.hashBatch(a));
        bytes memory others = _signCompact(oracles[1].key, distributor.hashBatch(b));
        vm.expectRevert(
            abi.encodeWithSelector(
                IDisputes.Disputes_InvalidSignature.selector, oracles[0].member, distributor.hashBatch(b)
            )
        );
        disputes.reportEquivocation(a, b, 0, mine, others);
        vm.expectRevert(
            abi.encodeWithSelector(
                IDisputes.Disputes_InvalidSignature.selector, oracles[1].member, distributor.hashBatch(a)
            )
        );
        disputes.reportEquivocation(a, b, 1, mine, others);
    }

    function test_RevertWhen_ItWasSignedForAnotherChain() public {
        vm.chainId(999);
        bytes memory elsewhere = _signCompact(oracles[0].key, distributor.hashBatch(b));
        vm.chainId(31_337);
        bytes memory here = _signCompact(oracles[0].key, distributor.hashBatch(a));
        vm.expectRevert(
            abi.encodeWithSelector(
                IDisputes.Disputes_InvalidSignature.selector, oracles[0].member, distributor.hashBatch(b)
            )
        );
        disputes.reportEquivocation(a, b, 0, here, elsewhere);
    }

    function testFuzz_RevertWhen_TheSignatureHasAnotherLength(uint256 length) public {
        length = bound(length, 0, 130);
        bytes memory right = _signCompact(oracles[0].key, distributor.hashBatch(a));
        bytes memory wrong = new bytes(length == 64 ? 65 : length);
        for (uint256 i = 0; i < wrong.length && i < 64; ++i) {
            wrong[i] = right[i];
        }
        bytes memory other = _signCompact(oracles[0].key, distributor.hashBatch(b));
        vm.expectRevert(
            abi.encodeWithSelector(
                IDisputes.Disputes_InvalidSignature.selector, oracles[0].member, distributor.hashBatch(a)
            )
        );
        disputes.reportEquivocation(a, b, 0, wrong, other);
    }

    // -------------------------------------------------------------------------------------------- helpers

    function report(uint256 index) external {
        _report(index);
    }

    function _report(uint256 index) private {
        disputes.reportEquivocation(
            a,
            b,
            index,
            _signCompact(oracles[index].key, distributor.hashBatch(a)),
            _signCompact(oracles[index].key, distributor.hashBatch(b))
        );
    }

    function _noEquivocation() private {
        bytes memory refused = abi.encodeWithSelector(
            IDisputes.Disputes_NoEquivocation.selector, distributor.hashBatch(a), distributor.hashBatch(b)
        );
        vm.expectRevert(refused);
        this.report(0);
    }
}
