// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {RewardDistributor} from "../../src/RewardDistributor.sol";
import {IAccounts} from "../../src/interfaces/IAccounts.sol";
import {IOracleSet} from "../../src/interfaces/IOracleSet.sol";
import {ITerms} from "../../src/interfaces/ITerms.sol";
import {Config, Terms} from "../../src/interfaces/Types.sol";
import {Fixture} from "../support/Fixture.sol";

/// @notice Deployments that something is left out of.
contract IncompleteTest is Fixture {
    function test_EachContractNamesItsDistributor() public view {
        assertEq(links.distributor(), address(distributor));
        assertEq(disputes.distributor(), address(distributor));
    }

    function test_RevertWhen_NobodyLinksOrJudges() public {
        vm.expectRevert(IAccounts.Accounts_NoLinks.selector);
        new RewardDistributor(_config(address(token), address(0), address(disputes)));
        vm.expectRevert(IOracleSet.OracleSet_NoDisputes.selector);
        new RewardDistributor(_config(address(token), address(links), address(0)));
    }

    function test_WithoutTermsNoEpochPays() public {
        Config memory config = _config(address(token));
        config.terms = new Terms[](0);
        RewardDistributor bare = new RewardDistributor(config);
        vm.expectRevert(abi.encodeWithSelector(ITerms.Terms_None.selector, 1));
        bare.termsOf(1);

        Terms memory first = Terms({policyHash: POLICY, epochBudget: BUDGET, capPerPerson: CAP, fromEpoch: 2});
        vm.prank(address(timelock));
        bare.setTerms(first);
        assertEq(bare.termsOf(2).epochBudget, BUDGET);
        vm.expectRevert(abi.encodeWithSelector(ITerms.Terms_None.selector, 1));
        bare.termsOf(1);
    }
}
