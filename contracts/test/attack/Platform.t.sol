// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Disputes} from "../../src/Disputes.sol";
import {Genesis} from "../../src/Genesis.sol";
import {Links} from "../../src/Links.sol";
import {OracleSetWriter} from "../../src/OracleSetWriter.sol";
import {RewardDistributor} from "../../src/RewardDistributor.sol";
import {IAccounts} from "../../src/interfaces/IAccounts.sol";
import {DisputesConfig, IDisputes} from "../../src/interfaces/IDisputes.sol";
import {IGuardian} from "../../src/interfaces/IGuardian.sol";
import {ILinks, LinksConfig} from "../../src/interfaces/ILinks.sol";
import {IOracleSet} from "../../src/interfaces/IOracleSet.sol";
import {Config, RewardBatch} from "../../src/interfaces/Types.sol";
import {Packing} from "../support/Packing.sol";
import {Opcodes} from "./support39/Opcodes.sol";
import {Republic} from "./support39/Republic.sol";
import {ApprovingWallet} from "./support39/Voters.sol";

/// @notice Cases 69, 70 and 73 to 76: how the contracts come to be, and what they take for granted of the chain below them.
contract PlatformTest is Republic {
    /// @dev All contracts of a deployment.
    function _all() private returns (address[] memory all) {
        all = new address[](11);
        all[0] = address(distributor);
        all[1] = address(links);
        all[2] = address(disputes);
        all[3] = address(treasury);
        all[4] = address(votes);
        all[5] = address(timelock);
        all[6] = address(earned);
        all[7] = address(veto);
        all[8] = address(new Genesis(address(this)));
        all[9] = address(new OracleSetWriter());
        all[10] = address(governor);
    }

    // ---------------------------------------------------------------------------------- 69: initialisation

    function test_Case69_NothingIsLeftToInitialise() public {
        address[] memory all = _all();
        bytes[5] memory calls = [
            abi.encodeWithSignature("initialize()"),
            abi.encodeWithSignature("initialize(address)", mallory),
            abi.encodeWithSignature("init(address)", mallory),
            abi.encodeWithSignature("transferOwnership(address)", mallory),
            abi.encodeWithSignature("setOwner(address)", mallory)
        ];
        for (uint256 i = 0; i < all.length; ++i) {
            for (uint256 j = 0; j < calls.length; ++j) {
                (bool done,) = all[i].call(calls[j]);
                assertFalse(done);
                vm.prank(mallory);
                (done,) = all[i].call(calls[j]);
                assertFalse(done);
            }
        }
    }

    /// @dev Whoever creates a birthplace first at the address that was announced creates the same one, with the same deployer.
    function test_Case69_ACopiedDeploymentIsTheVictimsOrElsewhere() public {
        bytes memory init = abi.encodePacked(type(Genesis).creationCode, abi.encode(alice));
        bytes memory hostile = abi.encodePacked(type(Genesis).creationCode, abi.encode(mallory));
        address announced = vm.computeCreate2Address("salt", keccak256(init), address(this));
        assertNotEq(vm.computeCreate2Address("salt", keccak256(hostile), address(this)), announced);
        Genesis made = new Genesis{salt: "salt"}(alice);
        assertEq(address(made), announced);
        vm.expectRevert(abi.encodeWithSelector(Genesis.Genesis_NotDeployer.selector, mallory));
        vm.prank(mallory);
        made.create("treasury", type(ApprovingWallet).creationCode);
        assertEq(made.addressOf("treasury").code.length, 0);
    }

    function test_Case69_ArgumentsThatMakeNoSenseTogetherAreRefused() public {
        Config memory config = _config(address(votes));
        (config.window, config.publishPeriod) = (config.publishPeriod, config.window);
        vm.expectPartialRevert(IGuardian.Guardian_DelayTooShort.selector);
        new RewardDistributor(config);
        config = _config(address(votes));
        (config.unit, config.token) = (1, address(votes));
        vm.expectPartialRevert(IAccounts.Accounts_UnitTooSmall.selector);
        new RewardDistributor(config);
        config = _config(address(votes));
        (config.oracles[0], config.oracles[1]) = (config.oracles[1], config.oracles[0]);
        vm.expectPartialRevert(IOracleSet.OracleSet_InvalidMember.selector);
        new RewardDistributor(config);
        config = _config(mallory);
        vm.expectRevert();
        new RewardDistributor(config);

        LinksConfig memory waits = _linksConfig(address(distributor));
        waits.delay = 1 days;
        vm.expectPartialRevert(ILinks.Links_DelayTooShort.selector);
        new Links(waits);
        DisputesConfig memory judge = _disputesConfig(address(distributor));
        judge.resolveDeadline = uint48(GOVERNANCE_CYCLE);
        vm.expectPartialRevert(IDisputes.Disputes_DeadlineTooShort.selector);
        new Disputes(judge);
    }

    function test_Case69_TheDeployerCanDoNothing() public {
        bytes[9] memory calls = [
            abi.encodeCall(distributor.rotate, (_membersOf(oracles), 1, "", true)),
            abi.encodeCall(distributor.setGuardian, (address(this), type(uint48).max)),
            abi.encodeCall(distributor.pause, ()),
            abi.encodeCall(distributor.settleLink, (1, address(this), 0)),
            abi.encodeCall(distributor.switchOff, (oracles[0].member)),
            abi.encodeCall(distributor.decideBatch, (1, 1, false, 0)),
            abi.encodeCall(distributor.holdLink, (1)),
            abi.encodeCall(distributor.freeze, (1, 0, true)),
            abi.encodeCall(distributor.unpause, ())
        ];
        for (uint256 i = 0; i < calls.length; ++i) {
            (bool done,) = address(distributor).call(calls[i]);
            assertFalse(done);
        }
        bytes[6] memory others = [
            abi.encodeCall(disputes.setArbiter, (address(this))),
            abi.encodeCall(disputes.setBond, (1)),
            abi.encodeCall(disputes.decideLink, (1, true)),
            abi.encodeCall(links.setLinkVerifier, (address(this))),
            abi.encodeCall(links.setLinkBudget, (1, 1)),
            abi.encodeCall(earned.addSource, (address(distributor), 1))
        ];
        address[3] memory where = [address(disputes), address(links), address(earned)];
        for (uint256 i = 0; i < others.length; ++i) {
            for (uint256 j = 0; j < where.length; ++j) {
                (bool done,) = where[j].call(others[i]);
                assertFalse(done);
            }
        }
    }

    // ------------------------------------------------------------------------------------------ 70: proxies

    function test_Case70_NothingIsAProxy() public {
        address[] memory all = _all();
        bytes32 implementation = bytes32(uint256(keccak256("eip1967.proxy.implementation")) - 1);
        bytes32 admin = bytes32(uint256(keccak256("eip1967.proxy.admin")) - 1);
        for (uint256 i = 0; i < all.length; ++i) {
            uint256[256] memory counts = Opcodes.count(all[i].code);
            assertEq(counts[Opcodes.DELEGATECALL], 0, vm.toString(i));
            assertEq(counts[Opcodes.CALLCODE], 0, vm.toString(i));
            assertEq(vm.load(all[i], implementation), 0);
            assertEq(vm.load(all[i], admin), 0);
        }
    }

    // ------------------------------------------------------------------------------------------------ 73: L2

    /// @dev Block numbers that jump, stand still or fall change nothing: all clocks are block time.
    function test_Case73_BlockNumbersMeanNothing() public {
        vm.roll(1);
        _postThree(2, 1, 500);
        vm.roll(1_000_000_000);
        _publish(2, chunks, rests);
        vm.roll(0);
        uint256 id = _propose(whale, _raid(1));
        vm.warp(governor.proposalSnapshot(id) + 1);
        vm.roll(type(uint64).max);
        _vote(whale, id, FOR);
        _toWindowEnd(2);
        vm.roll(7);
        _creditThree(2);
        assertEq(_earned(1), 2000);
        assertEq(governor.clock(), block.timestamp);
        assertEq(governor.CLOCK_MODE(), "mode=timestamp");
    }

    /// @dev Of them all only the governor can read a block number: for a token without a clock, which ours is not.
    function test_Case73_NoContractReadsWhatDiffersBetweenChains() public {
        address[] memory all = _all();
        for (uint256 i = 0; i < all.length; ++i) {
            uint256[256] memory counts = Opcodes.count(all[i].code);
            if (all[i] != address(governor)) assertEq(counts[Opcodes.NUMBER], 0, vm.toString(i));
            assertEq(counts[Opcodes.BLOCKHASH], 0, vm.toString(i));
            assertEq(counts[Opcodes.COINBASE], 0, vm.toString(i));
            assertEq(counts[Opcodes.PREVRANDAO], 0, vm.toString(i));
            assertEq(counts[Opcodes.GASPRICE], 0, vm.toString(i));
        }
    }

    /// @dev A sequencer whose blocks share one second: everything of a second is as if it had been one block.
    function test_Case73_ManyBlocksOfOneSecond() public {
        _postThree(2, 1, 1);
        for (uint256 i = 0; i < 3; ++i) {
            vm.roll(block.number + 1);
            distributor.publish(2, chunks[i], rests[i]);
            _challenge(challenger, 2, uint32(i));
        }
        assertEq(_state(2).windowEnd, block.timestamp + WINDOW);
    }

    /// @dev A chain without the precompile that recovers signers, or a call to it that runs out of gas: it returns nothing.
    function test_Case73_WithoutEcrecoverNobodySigned() public {
        (bytes32 head,) = Packing.chain(Packing.split(_one(1, 5), 500));
        vm.warp(distributor.epochEnd(2));
        RewardBatch memory header = _header(2, 1, head, 5);
        bytes memory signatures = _quorumOf(header);
        vm.mockCall(address(1), bytes(""), bytes(""));
        vm.expectRevert(abi.encodeWithSelector(IOracleSet.OracleSet_InvalidSignature.selector, 0, oracles[0].member));
        distributor.postBatch(header, signatures);
    }

    // --------------------------------------------------------------------------------------------- 74: reorgs

    function test_Case74_TheOrderOfClaimsAfterAReorgChangesNobodysMoney() public {
        _publishThree(2, 1);
        _toWindowEnd(2);
        _creditThree(2);
        uint256 before = vm.snapshotState();
        distributor.claim(1);
        distributor.claim(2);
        uint256 first = votes.balanceOf(_wallet(1));
        uint256 second = votes.balanceOf(_wallet(2));
        vm.revertToState(before);
        uint64[] memory ids = new uint64[](2);
        (ids[0], ids[1]) = (2, 1);
        vm.prank(mallory);
        distributor.claimMany(ids);
        assertEq(votes.balanceOf(_wallet(1)), first);
        assertEq(votes.balanceOf(_wallet(2)), second);
    }

    /// @dev The post disappears, and with it all that followed; what was signed is posted again and pays the same once.
    function test_Case74_ABatchThatDisappearsIsPostedAgain() public {
        vm.warp(distributor.epochEnd(2));
        chunks = Packing.split(_one(1, 5), 500);
        (bytes32 head,) = Packing.chain(chunks);
        RewardBatch memory header = _header(2, 1, head, 5);
        bytes memory signatures = _quorumOf(header);
        uint256 before = vm.snapshotState();
        distributor.postAndPublish(header, signatures, chunks[0]);
        skip(WINDOW);
        distributor.credit(2, chunks[0], 0);
        distributor.claim(1);
        vm.revertToState(before);

        // A claim of the lost branch pays what this branch has: epoch 1.
        assertEq(distributor.claim(1), 1000 * UNIT);
        vm.expectRevert(abi.encodeWithSelector(IAccounts.Accounts_NothingToClaim.selector, 1));
        distributor.claim(1);
        distributor.postAndPublish(header, signatures, chunks[0]);
        // Sent again by a sender that does not know: no effect.
        distributor.postAndPublish(header, signatures, chunks[0]);
        skip(WINDOW);
        distributor.credit(2, chunks[0], 0);
        assertEq(distributor.claim(1), 5 * UNIT);
        distributor.postAndPublish(header, signatures, chunks[0]);
        assertEq(_earned(1), 1005);
    }

    /// @dev A transaction that comes before the one it follows has no effect, and the right order is still open.
    function test_Case74_StepsOutOfOrderRevertAndAreRepeated() public {
        vm.warp(distributor.epochEnd(2));
        chunks = Packing.split(_one(1, 5), 500);
        vm.expectRevert();
        distributor.credit(2, chunks[0], 0);
        vm.expectRevert();
        distributor.publish(2, chunks[0], 0);
        rests = _post(2, 1, chunks, 5);
        vm.expectRevert();
        distributor.credit(2, chunks[0], 0);
        distributor.publish(2, chunks[0], 0);
        skip(WINDOW);
        distributor.credit(2, chunks[0], 0);
        assertEq(_earned(1), 1005);
    }

    // ------------------------------------------------------------------------------------------- 75: compiler

    /// @dev No hash of sources, no compiler's mark: the code is what the sources say, on every machine.
    function test_Case75_CodeCarriesNoTraceOfWhereItWasCompiled() public {
        address[] memory all = _all();
        for (uint256 i = 0; i < all.length; ++i) {
            bytes memory code = all[i].code;
            for (uint256 j = 0; j + 4 <= code.length; ++j) {
                bytes4 word = bytes4(bytes.concat(code[j], code[j + 1], code[j + 2], code[j + 3]));
                assertTrue(word != "solc" && word != "ipfs" && word != "bzzr");
            }
        }
    }

    // ------------------------------------------------------------------------------- 76: who is an account

    function test_Case76_NoContractAsksWhoBeganOrDestroysItself() public {
        address[] memory all = _all();
        for (uint256 i = 0; i < all.length; ++i) {
            uint256[256] memory counts = Opcodes.count(all[i].code);
            assertEq(counts[Opcodes.ORIGIN], 0, vm.toString(i));
            assertEq(counts[Opcodes.SELFDESTRUCT], 0, vm.toString(i));
            assertEq(counts[Opcodes.EXTCODEHASH], 0, vm.toString(i));
        }
    }

    /// @dev An oracle's account delegates to code (EIP-7702) that says yes to everything: a signature is still the key's or nobody's.
    function test_Case76_TheCodeOfADelegatedOracleHasNoVoice() public {
        vm.warp(distributor.epochEnd(2));
        (bytes32 head,) = Packing.chain(Packing.split(_one(1, 5), 500));
        RewardBatch memory header = _header(2, 1, head, 5);
        bytes memory signatures = _quorumOf(header);
        ApprovingWallet yes = new ApprovingWallet();
        for (uint256 i = 0; i < 5; ++i) {
            vm.etch(oracles[i].member, abi.encodePacked(hex"ef0100", address(yes)));
            ApprovingWallet(oracles[i].member).approve(distributor.hashBatch(header));
        }
        bytes memory forged = _signQuorum(_makeOracles("strangers", 5), QUORUM, distributor.hashBatch(header));
        vm.expectRevert(abi.encodeWithSelector(IOracleSet.OracleSet_InvalidSignature.selector, 0, oracles[0].member));
        distributor.postBatch(header, forged);
        distributor.postBatch(header, signatures);
    }

    /// @dev A wallet with code is paid, votes and stands up like any other; so is one whose code comes and goes.
    function test_Case76_AWalletThatDelegatesIsPaidLikeAnyOther() public {
        ApprovingWallet code = new ApprovingWallet();
        vm.etch(_wallet(1), abi.encodePacked(hex"ef0100", address(code)));
        distributor.claim(1);
        assertEq(votes.balanceOf(_wallet(1)), 1000 * UNIT);
        vm.etch(_wallet(2), address(code).code);
        distributor.claim(2);
        vm.etch(_wallet(2), "");
        _pay(2, 1, _one(2, 7));
        distributor.claim(2);
        assertEq(votes.balanceOf(_wallet(2)), 1007 * UNIT);
    }
}
