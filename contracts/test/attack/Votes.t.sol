// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Proposal} from "../governance/support/Assembly.sol";
import {Entry, Packing} from "../support/Packing.sol";
import {Republic} from "./support39/Republic.sol";
import {ApprovingWallet, FlashBorrower, FlashLender} from "./support39/Voters.sol";
import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";
import {Nonces} from "@openzeppelin/contracts/utils/Nonces.sol";
import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";

/// @notice Cases 56, 57, 60, 66 and 68: votes that are borrowed, moved, signed, late, nobody's, or earned by sybils.
contract VotesAttackTest is Republic {
    bytes32 private constant DELEGATION_TYPEHASH =
        keccak256("Delegation(address delegatee,uint256 nonce,uint256 expiry)");
    bytes32 private constant DOMAIN_TYPEHASH =
        keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");
    uint256 private constant ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141;

    function _votesFor(uint256 id) private view returns (uint256 inFavour) {
        (, inFavour,) = governor.proposalVotes(id);
    }

    function _active() private returns (uint256 id) {
        id = _propose(whale, _raid(1));
        vm.warp(governor.proposalSnapshot(id) + 1);
    }

    // ---------------------------------------------------------------------------------------- 56: flash loans

    function _lender(uint256 active) private returns (FlashLender lender, FlashBorrower borrower) {
        lender = new FlashLender(votes);
        vm.prank(whale);
        votes.transfer(address(lender), WHALE);
        Proposal memory raid = _raid(ROOM);
        borrower = new FlashBorrower(votes, governor, active, raid.targets[0], raid.calls[0]);
    }

    function test_Case56_BorrowedVotesDoNothingInTheirTransaction() public {
        uint256 active = _active();
        (FlashLender lender, FlashBorrower borrower) = _lender(active);
        lender.lend(borrower);
        // It held two thirds of all votes while it tried.
        assertEq(borrower.had(), WHALE);
        assertFalse(borrower.proposed());
        assertFalse(borrower.queued());
        assertFalse(borrower.executed());
        assertEq(borrower.weight(), 0);
        assertEq(_votesFor(active), 0);
        assertEq(votes.getVotes(address(borrower)), 0);
    }

    /// @dev In the very second whose votes count: the second's last word is what is kept.
    function test_Case56_BorrowedInTheSecondOfTheSnapshot() public {
        Proposal memory raid = _raid(1);
        (FlashLender lender, FlashBorrower borrower) = _lender(0);
        uint256 id = _propose(minnow, raid);
        vm.warp(governor.proposalSnapshot(id));
        lender.lend(borrower);
        assertEq(borrower.had(), WHALE);
        skip(1);
        assertEq(governor.getVotes(address(borrower), governor.proposalSnapshot(id)), 0);
        vm.prank(address(borrower));
        assertEq(governor.castVote(id, FOR), 0);
    }

    function test_Case56_FromProposalToMoneyItTakesAllThreeDelays() public {
        uint256 begin = block.timestamp;
        Proposal memory raid = _raid(1);
        uint256 id = _propose(whale, raid);
        vm.prank(whale);
        vm.expectPartialRevert(IGovernor.GovernorUnexpectedProposalState.selector);
        governor.castVote(id, FOR);
        vm.warp(governor.proposalSnapshot(id) + 1);
        _vote(whale, id, FOR);
        vm.expectPartialRevert(IGovernor.GovernorUnexpectedProposalState.selector);
        _queue(raid);
        vm.warp(governor.proposalDeadline(id) + 1);
        vm.expectRevert();
        _execute(raid);
        _queue(raid);
        vm.expectRevert();
        _execute(raid);
        skip(TIMELOCK_DELAY);
        _execute(raid);
        assertGe(block.timestamp - begin, GOVERNANCE_CYCLE);
    }

    // ----------------------------------------------------------------------------------------- 57: twice

    function test_Case57_TokensMovedAfterTheSnapshotVoteOnce() public {
        uint256 id = _active();
        _vote(whale, id, FOR);
        vm.prank(whale);
        votes.transfer(mallory, WHALE);
        vm.prank(mallory);
        votes.delegate(mallory);
        skip(1);
        assertEq(votes.getVotes(mallory), WHALE);
        vm.prank(mallory);
        assertEq(governor.castVote(id, FOR), 0);
        assertEq(_votesFor(id), WHALE);
        vm.expectRevert(abi.encodeWithSelector(IGovernor.GovernorAlreadyCastVote.selector, whale));
        _vote(whale, id, FOR);
    }

    function test_Case57_TransferAndDelegationBeforeTheSnapshotMultiplyNothing() public {
        uint256 id = _propose(whale, _raid(1));
        address[4] memory hands = [whale, mallory, challenger, alice];
        for (uint256 i = 0; i < 3; ++i) {
            vm.startPrank(hands[i]);
            votes.delegate(hands[i + 1]);
            votes.transfer(hands[i + 1], WHALE);
            vm.stopPrank();
            vm.prank(hands[i + 1]);
            votes.delegate(hands[i]);
        }
        vm.warp(governor.proposalSnapshot(id) + 1);
        for (uint256 i = 0; i < 4; ++i) {
            _vote(hands[i], id, FOR);
        }
        assertEq(_votesFor(id), WHALE);
    }

    function testFuzz_Case57_AllVotesTogetherNeverExceedTheSupply(uint256 seed) public {
        address[4] memory hands = [whale, minnow, mallory, alice];
        for (uint256 i = 0; i < 24; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            address from = hands[seed % 4];
            address to = hands[(seed >> 8) % 4];
            skip((seed >> 16) % 3);
            vm.startPrank(from);
            if ((seed >> 24) % 2 == 0) votes.delegate((seed >> 32) % 5 == 0 ? address(0) : to);
            else votes.transfer(to, (seed >> 40) % (votes.balanceOf(from) + 1));
            vm.stopPrank();
        }
        uint256 sum = votes.getVotes(address(treasury)) + votes.getVotes(address(distributor));
        for (uint256 i = 0; i < 4; ++i) {
            sum += votes.getVotes(hands[i]);
        }
        assertLe(sum, votes.totalSupply());
    }

    // ------------------------------------------------------------------------------------ 57: by signature

    function _domain(address verifier, string memory name, uint256 chain) private pure returns (bytes32) {
        return keccak256(abi.encode(DOMAIN_TYPEHASH, keccak256(bytes(name)), keccak256("1"), chain, verifier));
    }

    function _ballot(uint256 id, uint8 support, address voter, uint256 nonce) private view returns (bytes32) {
        return _ballot(id, support, voter, nonce, address(governor), block.chainid);
    }

    function _ballot(uint256 id, uint8 support, address voter, uint256 nonce, address verifier, uint256 chain)
        private
        view
        returns (bytes32)
    {
        bytes32 structHash = keccak256(abi.encode(governor.BALLOT_TYPEHASH(), id, support, voter, nonce));
        return MessageHashUtils.toTypedDataHash(_domain(verifier, "GuerdonGovernor", chain), structHash);
    }

    function _expectInvalid(address voter) private {
        vm.expectRevert(abi.encodeWithSelector(IGovernor.GovernorInvalidSignature.selector, voter));
    }

    function test_Case57_ASignedVoteCountsOnceForOneProposal() public {
        uint256 id = _active();
        uint256 other = _propose(whale, _raid(2));
        vm.warp(governor.proposalSnapshot(other) + 1);
        bytes memory signature = _sign(WHALE_KEY, _ballot(id, FOR, whale, 0));
        _expectInvalid(whale);
        governor.castVoteBySig(other, FOR, whale, signature);
        _expectInvalid(whale);
        governor.castVoteBySig(id, AGAINST, whale, signature);
        _expectInvalid(minnow);
        governor.castVoteBySig(id, FOR, minnow, signature);
        vm.prank(mallory);
        governor.castVoteBySig(id, FOR, whale, signature);
        assertEq(_votesFor(id), WHALE);
        // The nonce is used; and were it not, the vote is cast.
        _expectInvalid(whale);
        governor.castVoteBySig(id, FOR, whale, signature);
        signature = _sign(WHALE_KEY, _ballot(id, AGAINST, whale, 1));
        vm.expectRevert(abi.encodeWithSelector(IGovernor.GovernorAlreadyCastVote.selector, whale));
        governor.castVoteBySig(id, AGAINST, whale, signature);
    }

    function test_Case57_AMalleatedSignature() public {
        uint256 id = _active();
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(WHALE_KEY, _ballot(id, FOR, whale, 0));
        _expectInvalid(whale);
        governor.castVoteBySig(id, FOR, whale, bytes.concat(r, bytes32(ORDER - uint256(s)), bytes1(v == 27 ? 28 : 27)));
        _expectInvalid(whale);
        governor.castVoteBySig(id, FOR, whale, bytes.concat(r, s, bytes1(0)));
        _expectInvalid(whale);
        governor.castVoteBySig(id, FOR, whale, "");
        // Zeros, in the name of nobody.
        vm.expectRevert(abi.encodeWithSelector(IGovernor.GovernorInvalidSignature.selector, address(0)));
        governor.castVoteBySig(id, FOR, address(0), new bytes(65));
    }

    function test_Case57_ASignatureForAnotherChainOrGovernor() public {
        uint256 id = _active();
        bytes memory signature = _sign(WHALE_KEY, _ballot(id, FOR, whale, 0, address(governor), block.chainid + 1));
        _expectInvalid(whale);
        governor.castVoteBySig(id, FOR, whale, signature);
        signature = _sign(WHALE_KEY, _ballot(id, FOR, whale, 0, address(votes), block.chainid));
        _expectInvalid(whale);
        governor.castVoteBySig(id, FOR, whale, signature);
        // And on a chain that split off the signature of this one is nothing.
        signature = _sign(WHALE_KEY, _ballot(id, FOR, whale, 0));
        vm.chainId(block.chainid + 1);
        _expectInvalid(whale);
        governor.castVoteBySig(id, FOR, whale, signature);
    }

    function test_Case57_AWalletThatIsAContractVotesAsItApproved() public {
        ApprovingWallet wallet = new ApprovingWallet();
        wallet.delegateTo(votes, address(wallet));
        vm.prank(minnow);
        votes.transfer(address(wallet), MINNOW);
        skip(1);
        uint256 id = _active();
        wallet.approve(_ballot(id, AGAINST, address(wallet), 0));
        _expectInvalid(address(wallet));
        governor.castVoteBySig(id, FOR, address(wallet), "");
        governor.castVoteBySig(id, AGAINST, address(wallet), "");
        // It changes its mind: too late.
        wallet.approve(_ballot(id, FOR, address(wallet), 1));
        vm.expectRevert(abi.encodeWithSelector(IGovernor.GovernorAlreadyCastVote.selector, address(wallet)));
        governor.castVoteBySig(id, FOR, address(wallet), "");
        (uint256 against, uint256 inFavour,) = governor.proposalVotes(id);
        assertEq(against, MINNOW);
        assertEq(inFavour, 0);
    }

    function test_Case57_ASignedDelegationIsNotReplayed() public {
        uint256 expiry = block.timestamp + 1 days;
        bytes32 structHash = keccak256(abi.encode(DELEGATION_TYPEHASH, mallory, 0, expiry));
        bytes32 digest = MessageHashUtils.toTypedDataHash(_domain(address(votes), "Guerdon", block.chainid), structHash);
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(WHALE_KEY, digest);
        votes.delegateBySig(mallory, 0, expiry, v, r, s);
        assertEq(votes.getVotes(mallory), WHALE);
        vm.prank(whale);
        votes.delegate(whale);
        vm.expectRevert(abi.encodeWithSelector(Nonces.InvalidAccountNonce.selector, whale, 1));
        votes.delegateBySig(mallory, 0, expiry, v, r, s);
        // On another chain it is a stranger's signature, who has no votes to give.
        vm.chainId(block.chainid + 1);
        votes.delegateBySig(mallory, 0, expiry, v, r, s);
        assertEq(votes.getVotes(mallory), 0);
    }

    // -------------------------------------------------------------------------------------- 60: the last block

    function test_Case60_AQuorumInTheLastSecondOpensTheVoteAgain() public {
        uint256 id = _active();
        uint256 deadline = governor.proposalDeadline(id);
        vm.warp(deadline);
        _vote(whale, id, FOR);
        assertEq(governor.proposalDeadline(id), deadline + 2 days);
        // Whoever slept has two days: an answer in the last second of these changes no deadline again.
        vm.warp(deadline + 2 days);
        _vote(minnow, id, AGAINST);
        assertEq(governor.proposalDeadline(id), deadline + 2 days);
        skip(1);
        assertTrue(_is(id, IGovernor.ProposalState.Succeeded));
    }

    function test_Case60_OneSecondLateIsNoVote() public {
        uint256 id = _active();
        vm.warp(governor.proposalDeadline(id) + 1);
        vm.expectPartialRevert(IGovernor.GovernorUnexpectedProposalState.selector);
        _vote(whale, id, FOR);
        assertTrue(_is(id, IGovernor.ProposalState.Defeated));
    }

    // ---------------------------------------------------------------------------- 66: votes that are nobody's

    function test_Case66_TheTreasurysVotesAreCastByNobody() public {
        // It has votes, as checkpoints know, and the quorum leaves them out.
        assertEq(votes.getVotes(address(treasury)), votes.balanceOf(address(treasury)));
        uint256 voting =
            votes.getPastTotalSupply(block.timestamp - 1) - votes.getPastVotes(address(treasury), block.timestamp - 1);
        assertEq(governor.quorum(block.timestamp - 1), voting / 10);
        uint256 id = _active();
        bytes[4] memory calls = [
            abi.encodeCall(votes.delegate, (mallory)),
            abi.encodeCall(governor.castVote, (id, FOR)),
            abi.encodeWithSignature("delegate(address,address)", address(votes), mallory),
            abi.encodeWithSignature("vote(address,uint256,uint8)", address(governor), id, FOR)
        ];
        for (uint256 i = 0; i < calls.length; ++i) {
            vm.prank(address(timelock));
            (bool done,) = address(treasury).call(calls[i]);
            assertFalse(done);
        }
    }

    /// @dev A majority that makes the Treasury's tokens vote has to move them first: within the outflow cap, like any payment.
    function test_Case66_TreasuryTokensVoteOnlyAfterLeavingWithinTheCap() public {
        uint256 before = votes.getVotes(whale);
        uint256 most = treasury.outflowCap(address(votes)).available;
        _enact(_raid(most));
        assertEq(votes.getVotes(whale), before + most);
        vm.expectRevert();
        vm.prank(address(timelock));
        treasury.transferERC20(address(votes), whale, OUTFLOW);
        assertLe(most, OUTFLOW);
    }

    function test_Case66_UnclaimedTokensVoteForNobody() public {
        assertEq(votes.balanceOf(address(distributor)), CONTRIBUTORS * 1000 * UNIT);
        assertEq(votes.getVotes(address(distributor)), 0);
        assertEq(votes.delegates(address(distributor)), address(0));
        bytes[2] memory calls = [
            abi.encodeCall(votes.delegate, (mallory)),
            abi.encodeWithSignature("delegate(address,address)", votes, mallory)
        ];
        for (uint256 i = 0; i < calls.length; ++i) {
            vm.prank(address(timelock));
            (bool done,) = address(distributor).call(calls[i]);
            assertFalse(done);
        }
        vm.prank(_wallet(1));
        votes.delegate(_wallet(1));
        distributor.claim(1);
        assertEq(votes.getVotes(_wallet(1)), 1000 * UNIT);
    }

    function test_Case66_DelegatingToNobodyAndBackLosesAndGainsNothing() public {
        uint256 id = _propose(whale, _raid(1));
        vm.startPrank(whale);
        votes.delegate(address(0));
        assertEq(votes.getVotes(whale), 0);
        assertEq(votes.getVotes(address(0)), 0);
        vm.warp(governor.proposalSnapshot(id) + 1);
        votes.delegate(whale);
        assertEq(votes.getVotes(whale), WHALE);
        // For this proposal it is too late.
        assertEq(governor.castVote(id, FOR), 0);
        votes.delegate(address(0));
        votes.delegate(address(0));
        votes.delegate(whale);
        vm.stopPrank();
        assertEq(votes.getVotes(whale), WHALE);
    }

    /// @dev To lower the quorum somebody gives votes to the Treasury: it loses ten times what the quorum falls by.
    function test_Case66_GivingVotesToTheTreasuryIsNoWayToALowerQuorum() public {
        uint256 before = governor.quorum(block.timestamp - 1);
        vm.prank(minnow);
        votes.delegate(address(treasury));
        skip(1);
        assertEq(before - governor.quorum(block.timestamp - 1), MINNOW / 10);
        assertEq(votes.getVotes(minnow), 0);
    }

    // -------------------------------------------------------------------------------------------- 68: sybils

    function _sybils(uint64 epoch) private returns (uint64[] memory ids) {
        Entry[] memory entries = Packing.many(101, 20, uint48(BUDGET / 20));
        ids = new uint64[](20);
        for (uint256 i = 0; i < 20; ++i) {
            ids[i] = entries[i].id;
            if (distributor.account(ids[i]).wallet == address(0)) _link(ids[i]);
        }
        _pay(epoch, 1, entries);
        earned.syncMany(ids);
        earned.syncMany(ids);
    }

    function test_Case68_AWholeEpochInOneHandIsNoQuorum() public {
        uint64[] memory ids = _sybils(2);
        for (uint256 i = 0; i < ids.length; ++i) {
            vm.prank(_wallet(ids[i]));
            votes.delegate(mallory);
        }
        distributor.claimMany(ids);
        skip(1);
        assertEq(votes.getVotes(mallory), BUDGET * UNIT);
        assertLt(BUDGET * UNIT, governor.quorum(block.timestamp - 1));

        Proposal memory raid = _raid(ROOM);
        uint256 id = _propose(mallory, raid);
        vm.warp(governor.proposalSnapshot(id) + 1);
        _vote(mallory, id, FOR);
        vm.warp(governor.proposalDeadline(id) + 1);
        assertTrue(_is(id, IGovernor.ProposalState.Defeated));
    }

    /// @dev A whole epoch for sybils after four for honest contributors is less than a quarter of the earned votes.
    function test_Case68_AWholeEpochInOneHandIsNoVeto() public {
        for (uint64 epoch = 2; epoch <= 5; ++epoch) {
            _pay(epoch, 1, Packing.many(1, CONTRIBUTORS, uint48(BUDGET / CONTRIBUTORS)));
        }
        _syncAll(CONTRIBUTORS);
        _sybils(6);
        Proposal memory change = _raid(1);
        uint256 id = _pass(change);
        _queue(change);
        skip(1);
        for (uint64 sybil = 101; sybil <= 120; ++sybil) {
            uint64[] memory one = new uint64[](1);
            one[0] = sybil;
            vm.prank(_wallet(sybil));
            veto.support(id, one);
        }
        assertLt(veto.vetoState(id).votes, veto.vetoState(id).needed);
        vm.expectRevert();
        _veto(change);
        skip(TIMELOCK_DELAY);
        _execute(change);
        assertTrue(_is(id, IGovernor.ProposalState.Executed));
    }

    function test_Case68_OneIdIsATwentiethHoweverMuchItEarned() public {
        _pay(2, 1, _one(1, CAP));
        earned.sync(1);
        earned.sync(1);
        assertLe(earned.getVotes(_wallet(1)), earned.getTotalSupply() / 20);
    }
}
