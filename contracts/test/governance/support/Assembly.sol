// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {ContributorVeto} from "../../../src/ContributorVeto.sol";
import {EarnedVotes} from "../../../src/EarnedVotes.sol";
import {GovernorConfig, GuerdonGovernor} from "../../../src/GuerdonGovernor.sol";
import {GuerdonTimelock} from "../../../src/GuerdonTimelock.sol";
import {Allocation, GuerdonToken} from "../../../src/GuerdonToken.sol";
import {Treasury} from "../../../src/Treasury.sol";
import {IEarnedVotes, Source} from "../../../src/interfaces/IEarnedVotes.sol";
import {InitialBudget} from "../../../src/interfaces/ITreasury.sol";
import {PlainToken} from "../../support/Tokens.sol";
import {Court, Ledger} from "./Ledger.sol";
import {Test} from "forge-std/Test.sol";

/// @notice A proposal with everything that the governor wants to hear each time.
struct Proposal {
    address[] targets;
    uint256[] values;
    bytes[] calls;
    string description;
}

/// @title Assembly
/// @notice Token, timelock, Treasury, governor, earned votes and veto as a deployment leaves them, with a ledger in the place of the
/// distributor, a whale with two thirds of the votes that vote, and ten contributors who earned as much each.
abstract contract Assembly is Test {
    uint8 internal constant AGAINST = 0;
    uint8 internal constant FOR = 1;
    uint8 internal constant ABSTAIN = 2;
    uint48 internal constant VOTING_DELAY = 1 days;
    uint32 internal constant VOTING_PERIOD = 5 days;
    uint256 internal constant TIMELOCK_DELAY = 2 days;
    uint48 internal constant PERIOD = 7 days;
    uint208 internal constant BUDGET = 1000e18;
    uint208 internal constant ROOM = 500e18;
    uint48 internal constant EARNED = 1000;
    uint64 internal constant CONTRIBUTORS = 10;

    address internal whale = makeAddr("whale");
    address internal minnow = makeAddr("minnow");
    address internal grantee = makeAddr("grantee");
    address internal spender = makeAddr("spender");
    PlainToken internal token;
    GuerdonToken internal votes;
    GuerdonTimelock internal timelock;
    Treasury internal treasury;
    GuerdonGovernor internal governor;
    Court internal court;
    Ledger internal ledger;
    EarnedVotes internal earned;
    ContributorVeto internal veto;

    function setUp() public virtual {
        vm.warp(1_700_000_000);
        token = new PlainToken(1_000_000e18);
        // Treasury, token, governor, court, ledger, earned votes and veto follow.
        uint64 nonce = vm.getNonce(address(this));
        timelock = new GuerdonTimelock(
            TIMELOCK_DELAY,
            vm.computeCreateAddress(address(this), nonce + 3),
            vm.computeCreateAddress(address(this), nonce + 7)
        );
        InitialBudget[] memory budgets = new InitialBudget[](2);
        budgets[0] = InitialBudget({spender: spender, token: address(token), capacity: BUDGET, period: PERIOD});
        budgets[1] = InitialBudget({spender: address(timelock), token: address(token), capacity: ROOM, period: PERIOD});
        treasury = new Treasury(address(timelock), budgets);
        assertTrue(token.transfer(address(treasury), 100_000e18));

        Allocation[] memory allocations = new Allocation[](3);
        allocations[0] = Allocation({to: whale, amount: 200e18});
        allocations[1] = Allocation({to: minnow, amount: 100e18});
        allocations[2] = Allocation({to: address(treasury), amount: 700e18});
        votes = new GuerdonToken("Guerdon", "GRDN", allocations);
        governor = new GuerdonGovernor(
            votes,
            timelock,
            address(treasury),
            GovernorConfig({
                votingDelay: VOTING_DELAY,
                votingPeriod: VOTING_PERIOD,
                proposalThreshold: 1e18,
                quorumPercent: 10,
                lateQuorumExtension: 1 days
            })
        );

        court = new Court();
        ledger = new Ledger(address(court));
        Source[] memory sources = new Source[](1);
        sources[0] = Source({distributor: address(ledger), votesPerUnit: 1});
        earned = new EarnedVotes(address(timelock), sources);
        veto = new ContributorVeto(governor, IEarnedVotes(address(earned)));

        assertTrue(timelock.hasRole(timelock.PROPOSER_ROLE(), address(governor)));
        assertTrue(timelock.hasRole(timelock.CANCELLER_ROLE(), address(veto)));

        for (uint64 id = 1; id <= CONTRIBUTORS; ++id) {
            ledger.set(id, _contributor(id), EARNED);
        }
        _syncAll();
        skip(1);
    }

    function _contributor(uint64 id) internal returns (address) {
        return makeAddr(string.concat("contributor ", vm.toString(id)));
    }

    /// @dev Twice: what counts of the first ones depends on what the last ones earned.
    function _syncAll() internal {
        for (uint64 id = 1; id <= CONTRIBUTORS; ++id) {
            earned.sync(id);
        }
        for (uint64 id = 1; id <= CONTRIBUTORS; ++id) {
            earned.sync(id);
        }
    }

    // ------------------------------------------------------------------------------------------- proposals

    function _one(address target, bytes memory call, string memory description)
        internal
        pure
        returns (Proposal memory proposal)
    {
        proposal.targets = new address[](1);
        proposal.values = new uint256[](1);
        proposal.calls = new bytes[](1);
        (proposal.targets[0], proposal.calls[0], proposal.description) = (target, call, description);
    }

    function _two(address a, bytes memory callA, address b, bytes memory callB)
        internal
        pure
        returns (Proposal memory proposal)
    {
        proposal.targets = new address[](2);
        proposal.values = new uint256[](2);
        proposal.calls = new bytes[](2);
        (proposal.targets[0], proposal.calls[0]) = (a, callA);
        (proposal.targets[1], proposal.calls[1]) = (b, callB);
        proposal.description = "Two things at once";
    }

    /// @dev Something that contributors may not like.
    function _raid(string memory description) internal view returns (Proposal memory) {
        return
            _one(address(treasury), abi.encodeCall(treasury.transferERC20, (address(token), whale, 5e18)), description);
    }

    function _propose(Proposal memory proposal) internal returns (uint256) {
        vm.prank(whale);
        return governor.propose(proposal.targets, proposal.values, proposal.calls, proposal.description);
    }

    /// @dev From nothing to queued, with the whale for it and the minnow as told; 200 votes against 100 are two thirds.
    function _queue(Proposal memory proposal, uint8 minnowSupport) internal returns (uint256 id) {
        id = _propose(proposal);
        skip(VOTING_DELAY + 1);
        vm.prank(whale);
        governor.castVote(id, FOR);
        vm.prank(minnow);
        governor.castVote(id, minnowSupport);
        skip(VOTING_PERIOD);
        governor.queue(proposal.targets, proposal.values, proposal.calls, _hash(proposal));
    }

    function _execute(Proposal memory proposal) internal {
        governor.execute(proposal.targets, proposal.values, proposal.calls, _hash(proposal));
    }

    function _veto(Proposal memory proposal) internal {
        veto.veto(proposal.targets, proposal.values, proposal.calls, _hash(proposal));
    }

    function _hash(Proposal memory proposal) internal pure returns (bytes32) {
        return keccak256(bytes(proposal.description));
    }

    function _actions(Proposal memory proposal) internal view returns (bytes32) {
        return veto.hashActions(proposal.targets, proposal.values, proposal.calls);
    }

    // ------------------------------------------------------------------------------------------------ veto

    function _support(uint256 proposalId, uint64 id) internal {
        vm.prank(_contributor(id));
        veto.support(proposalId, _ids(id));
    }

    /// @dev Contributors 1 to `count` stand up, a second after it was queued.
    function _supportAll(uint256 proposalId, uint64 count) internal {
        skip(1);
        for (uint64 id = 1; id <= count; ++id) {
            _support(proposalId, id);
        }
    }

    function _ids(uint64 id) internal pure returns (uint64[] memory ids) {
        ids = new uint64[](1);
        ids[0] = id;
    }
}
