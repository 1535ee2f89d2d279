// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {ITerms} from "../../src/interfaces/ITerms.sol";
import {Terms} from "../../src/interfaces/Types.sol";
import {Fixture} from "../support/Fixture.sol";

contract TermsTest is Fixture {
    function test_GovernanceSetsFutureTerms() public {
        Terms memory terms = _terms(2);
        vm.expectEmit(address(distributor));
        emit ITerms.TermsSet(2, terms.policyHash, terms.epochBudget, terms.capPerPerson);
        _set(terms);
        _holds(1, POLICY, 1);
        _holds(2, terms.policyHash, 2);
        _holds(type(uint64).max, terms.policyHash, 2);
    }

    function test_EachEpochKeepsItsOwnTerms() public {
        _set(_terms(3));
        _set(_terms(5));
        _set(_terms(6));
        uint64[6] memory from = [uint64(1), 1, 3, 3, 5, 6];
        for (uint64 epoch = 1; epoch <= 6; ++epoch) {
            assertEq(distributor.termsOf(epoch).fromEpoch, from[epoch - 1]);
        }
    }

    function test_ABudgetOfZeroPausesPayment() public {
        Terms memory terms = _terms(2);
        terms.epochBudget = 0;
        _set(terms);
        assertEq(distributor.termsOf(2).epochBudget, 0);
    }

    function test_RevertWhen_NotGovernance() public {
        vm.expectRevert(abi.encodeWithSelector(ITerms.Terms_NotGovernance.selector, alice));
        vm.prank(alice);
        distributor.setTerms(_terms(2));
    }

    function test_RevertWhen_TheEpochHasBegun() public {
        vm.warp(START + 2 * EPOCH); // the first second of epoch 3
        _refused(_terms(3), abi.encodeWithSelector(ITerms.Terms_TooEarly.selector, 3, 4));
        _refused(_terms(1), abi.encodeWithSelector(ITerms.Terms_TooEarly.selector, 1, 4));
        _set(_terms(4));
    }

    function test_RevertWhen_NotAfterTheLast() public {
        _set(_terms(5));
        _refused(_terms(5), abi.encodeWithSelector(ITerms.Terms_TooEarly.selector, 5, 6));
        _refused(_terms(4), abi.encodeWithSelector(ITerms.Terms_TooEarly.selector, 4, 6));
    }

    function test_RevertWhen_Incomplete() public {
        Terms memory terms = _terms(2);
        terms.policyHash = bytes32(0);
        _refused(terms, abi.encodeWithSelector(ITerms.Terms_Incomplete.selector, 2));
        terms = _terms(2);
        terms.capPerPerson = 0;
        _refused(terms, abi.encodeWithSelector(ITerms.Terms_Incomplete.selector, 2));
    }

    function test_RevertWhen_NoTermsHold() public {
        vm.expectRevert(abi.encodeWithSelector(ITerms.Terms_None.selector, 0));
        distributor.termsOf(0);
    }

    function test_EpochsCountFromOne() public view {
        assertEq(distributor.epochAt(START - 1), 0);
        assertEq(distributor.epochAt(START), 1);
        assertEq(distributor.epochAt(START + EPOCH - 1), 1);
        assertEq(distributor.epochAt(START + EPOCH), 2);
        assertEq(distributor.epochEnd(1), START + EPOCH);
    }

    function testFuzz_AnEpochEndsWhereTheNextBegins(uint64 epoch) public view {
        epoch = uint64(bound(epoch, 1, type(uint64).max - 1));
        assertEq(distributor.epochAt(distributor.epochEnd(epoch)), uint256(epoch) + 1);
        assertEq(distributor.epochAt(distributor.epochEnd(epoch) - 1), epoch);
    }

    function _terms(uint64 fromEpoch) private pure returns (Terms memory) {
        return Terms({
            policyHash: keccak256(abi.encode("policy", fromEpoch)),
            epochBudget: BUDGET + fromEpoch,
            capPerPerson: CAP + uint48(fromEpoch),
            fromEpoch: fromEpoch
        });
    }

    function _set(Terms memory terms) private {
        vm.prank(address(timelock));
        distributor.setTerms(terms);
    }

    function _refused(Terms memory terms, bytes memory reason) private {
        vm.expectRevert(reason);
        vm.prank(address(timelock));
        distributor.setTerms(terms);
    }

    function _holds(uint64 epoch, bytes32 policyHash, uint64 fromEpoch) private view {
        Terms memory terms = distributor.termsOf(epoch);
        assertEq(terms.policyHash, policyHash);
        assertEq(terms.fromEpoch, fromEpoch);
    }
}
