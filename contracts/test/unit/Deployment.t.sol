// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {RewardDistributor} from "../../src/RewardDistributor.sol";
import {IAccounts} from "../../src/interfaces/IAccounts.sol";
import {IBatches} from "../../src/interfaces/IBatches.sol";
import {IOracleSet} from "../../src/interfaces/IOracleSet.sol";
import {ITerms} from "../../src/interfaces/ITerms.sol";
import {Config, Terms} from "../../src/interfaces/Types.sol";
import {Fixture} from "../support/Fixture.sol";
import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";

contract DeploymentTest is Fixture {
    function test_EveryContractNamesTheOthers() public view {
        assertEq(treasury.owner(), address(timelock));
        assertEq(governor.timelock(), address(timelock));
        assertEq(address(governor.token()), address(votes));
        assertEq(governor.treasury(), address(treasury));
        assertEq(distributor.governance(), address(timelock));
        assertEq(distributor.treasury(), address(treasury));
        assertEq(distributor.token(), address(token));
        assertEq(distributor.unit(), UNIT);
        assertEq(distributor.window(), WINDOW);
        assertEq(distributor.publishPeriod(), PUBLISH_PERIOD);
        assertEq(distributor.correctionEpochs(), 8);
        assertEq(distributor.maxChunk(), 500);
    }

    function test_DeployerHoldsNoRole() public view {
        IAccessControl roles = IAccessControl(address(timelock));
        assertFalse(roles.hasRole(timelock.DEFAULT_ADMIN_ROLE(), address(this)));
        assertFalse(roles.hasRole(timelock.PROPOSER_ROLE(), address(this)));
        assertTrue(roles.hasRole(timelock.PROPOSER_ROLE(), address(governor)));
        assertTrue(roles.hasRole(timelock.CANCELLER_ROLE(), address(governor)));
    }

    function test_OracleSetReadsBack() public view {
        (address[] memory members, uint256 threshold, string memory baseUrl) = distributor.oracleSet(1);
        assertEq(members, _membersOf(oracles));
        assertEq(threshold, 3);
        assertEq(baseUrl, "https://evidence.example/");
        assertEq(distributor.oracleSetId(), 1);
    }

    function test_LargestOracleSetReadsBack() public {
        Config memory config = _config(address(token));
        config.oracles = new address[](256);
        for (uint256 i = 0; i < 256; ++i) {
            config.oracles[i] = address(uint160(type(uint160).max - 255 + i));
        }
        config.threshold = 256;
        config.baseUrl = "";
        RewardDistributor large = new RewardDistributor(config);
        (address[] memory members, uint256 threshold, string memory baseUrl) = large.oracleSet(1);
        assertEq(members, config.oracles);
        assertEq(threshold, 256);
        assertEq(baseUrl, "");
    }

    function test_RevertWhen_OracleSetUnknown() public {
        vm.expectRevert(abi.encodeWithSelector(IOracleSet.OracleSet_Unknown.selector, 2));
        distributor.oracleSet(2);
        vm.expectRevert(abi.encodeWithSelector(IOracleSet.OracleSet_Unknown.selector, 0));
        distributor.oracleSet(0);
    }

    function test_RevertWhen_OraclesAreNoSet() public {
        Config memory config = _config(address(token));
        config.oracles = new address[](0);
        _refused(config, abi.encodeWithSelector(IOracleSet.OracleSet_InvalidSize.selector, 0));
        config.oracles = new address[](257);
        _refused(config, abi.encodeWithSelector(IOracleSet.OracleSet_InvalidSize.selector, 257));

        config = _config(address(token));
        config.threshold = 0;
        _refused(config, abi.encodeWithSelector(IOracleSet.OracleSet_InvalidThreshold.selector, 0, 5));
        config.threshold = 6;
        _refused(config, abi.encodeWithSelector(IOracleSet.OracleSet_InvalidThreshold.selector, 6, 5));

        config.threshold = 3;
        config.oracles[0] = address(0);
        _refused(config, abi.encodeWithSelector(IOracleSet.OracleSet_InvalidMember.selector, 0, address(0)));
        config = _config(address(token));
        config.oracles[2] = config.oracles[1];
        _refused(config, abi.encodeWithSelector(IOracleSet.OracleSet_InvalidMember.selector, 2, config.oracles[1]));
        config.baseUrl = string(new bytes(1025));
        _refused(config, abi.encodeWithSelector(IOracleSet.OracleSet_BaseUrlTooLong.selector, 1025));
    }

    function test_RevertWhen_UnitDoesNotFit() public {
        Config memory config = _config(address(token));
        config.unit = 0;
        _refused(config, abi.encodeWithSelector(IAccounts.Accounts_NoUnit.selector));

        // A supply of exactly 2^48 units is one too many.
        uint256 supply = token.totalSupply();
        config.unit = supply / 2 ** 48;
        assertEq(supply / config.unit >= 2 ** 48, true);
        _refused(config, abi.encodeWithSelector(IAccounts.Accounts_UnitTooSmall.selector, config.unit, supply));
        config.unit = supply / 2 ** 48 + 1;
        new RewardDistributor(config);
    }

    function test_RevertWhen_TimesMakeNoSense() public {
        Config memory config = _config(address(token));
        config.epochLength = 0;
        _refused(config, abi.encodeWithSelector(ITerms.Terms_NoEpochLength.selector));
        config = _config(address(token));
        config.window = 0;
        _refused(config, abi.encodeWithSelector(IBatches.Batches_InvalidPeriod.selector, 0));
        config.window = 365 days + 1;
        _refused(config, abi.encodeWithSelector(IBatches.Batches_InvalidPeriod.selector, 365 days + 1));
        config = _config(address(token));
        config.publishPeriod = 0;
        _refused(config, abi.encodeWithSelector(IBatches.Batches_InvalidPeriod.selector, 0));
    }

    function test_RevertWhen_NobodyGovernsOrPays() public {
        Config memory config = _config(address(token));
        config.governance = address(0);
        _refused(config, abi.encodeWithSelector(ITerms.Terms_NoGovernance.selector));
        config = _config(address(token));
        config.treasury = address(0);
        _refused(config, abi.encodeWithSelector(IBatches.Batches_NoTreasury.selector));
    }

    function test_RevertWhen_FirstTermsAreInvalid() public {
        Config memory config = _config(address(token));
        config.terms[0].fromEpoch = 0;
        _refused(config, abi.encodeWithSelector(ITerms.Terms_TooEarly.selector, 0, 1));
        config.terms[0].fromEpoch = 1;
        config.terms[0].policyHash = bytes32(0);
        _refused(config, abi.encodeWithSelector(ITerms.Terms_Incomplete.selector, 1));
        config.terms[0].policyHash = POLICY;
        config.terms[0].capPerPerson = 0;
        _refused(config, abi.encodeWithSelector(ITerms.Terms_Incomplete.selector, 1));

        Terms memory first = _config(address(token)).terms[0];
        config.terms = new Terms[](2);
        (config.terms[0], config.terms[1]) = (first, first);
        _refused(config, abi.encodeWithSelector(ITerms.Terms_TooEarly.selector, 1, 2));
    }

    function test_DigestsFollowEip712() public view {
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("Guerdon"),
                keccak256("1"),
                block.chainid,
                address(distributor)
            )
        );
        bytes32 message = keccak256(
            abi.encode(
                keccak256(
                    "RewardBatch(uint64 epoch,uint32 round,uint64 oracleSet,uint64 postBefore,uint64 total,"
                    "bytes32 entriesHash,bytes32 policyHash,bytes32 evidenceHash)"
                ),
                _header(3, 1, keccak256("entries"), 42)
            )
        );
        assertEq(
            distributor.hashBatch(_header(3, 1, keccak256("entries"), 42)),
            keccak256(abi.encodePacked(hex"1901", domain, message))
        );
    }

    function _refused(Config memory config, bytes memory reason) private {
        vm.expectRevert(reason);
        new RewardDistributor(config);
    }
}
