// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {ContributorVeto} from "../../../src/ContributorVeto.sol";
import {EarnedVotes} from "../../../src/EarnedVotes.sol";
import {GuerdonGovernor} from "../../../src/GuerdonGovernor.sol";
import {GuerdonTimelock} from "../../../src/GuerdonTimelock.sol";
import {Allocation, GuerdonToken} from "../../../src/GuerdonToken.sol";
import {Treasury} from "../../../src/Treasury.sol";
import {Source} from "../../../src/interfaces/IEarnedVotes.sol";
import {InitialBudget} from "../../../src/interfaces/ITreasury.sol";
import {Proposal} from "../../governance/support/Assembly.sol";
import {Packing} from "../../support/Packing.sol";
import {Oracle} from "../../support/Signing.sol";
import {Stage} from "./Stage.sol";
import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";

/// @title Republic
/// @notice Every contract of a deployment, the real ones, with the votes token as the payout: who earns gets votes of both kinds.
/// A whale has two thirds of the votes that vote, a minnow one third; ten contributors earned as much each in epoch 1.
abstract contract Republic is Stage {
    uint8 internal constant AGAINST = 0;
    uint8 internal constant FOR = 1;
    uint8 internal constant ABSTAIN = 2;
    uint256 internal constant WHALE = 200e18;
    uint256 internal constant MINNOW = 100e18;
    uint256 internal constant HOARD = 700e18;
    /// @dev What the timelock may move itself, beside the distributor's budget.
    uint208 internal constant ROOM = 5e18;
    uint256 internal constant OUTFLOW = 4 * uint256(BUDGET) * UNIT + ROOM;
    uint48 internal constant REFILL = uint48(2 * EPOCH);
    uint256 internal constant TIMELOCK_DELAY = 2 days;
    uint64 internal constant CONTRIBUTORS = 10;

    uint256 internal constant WHALE_KEY = 0x77a1e;
    address internal whale = vm.addr(WHALE_KEY);
    address internal minnow = makeAddr("minnow");
    EarnedVotes internal earned;
    ContributorVeto internal veto;

    function setUp() public virtual override {
        vm.warp(START);
        Oracle[] memory made = _makeOracles("oracle", 5);
        for (uint256 i = 0; i < made.length; ++i) {
            oracles.push(made[i]);
        }
        _found();
        vm.deal(challenger, 1000 ether);
        vm.deal(mallory, 1000 ether);
        _linkMany(1, CONTRIBUTORS);
        _pay(1, 1, Packing.many(1, CONTRIBUTORS, 1000));
        _syncAll(CONTRIBUTORS);
        skip(1);
    }

    /// @dev Token, timelock, Treasury, governor, distributor, links, disputes, earned votes and veto, in this order.
    function _found() private {
        uint64 nonce = vm.getNonce(address(this));
        address treasuryAt = vm.computeCreateAddress(address(this), nonce + 2);
        address distributorAt = vm.computeCreateAddress(address(this), nonce + 4);

        Allocation[] memory allocations = new Allocation[](3);
        allocations[0] = Allocation({to: whale, amount: WHALE});
        allocations[1] = Allocation({to: minnow, amount: MINNOW});
        allocations[2] = Allocation({to: treasuryAt, amount: HOARD});
        votes = new GuerdonToken("Guerdon", "GRDN", allocations);
        timelock = new GuerdonTimelock(
            TIMELOCK_DELAY,
            vm.computeCreateAddress(address(this), nonce + 3),
            vm.computeCreateAddress(address(this), nonce + 8)
        );
        InitialBudget[] memory budgets = new InitialBudget[](2);
        budgets[0] = InitialBudget({
            spender: distributorAt, token: address(votes), capacity: uint208(4 * BUDGET * UNIT), period: REFILL
        });
        budgets[1] = InitialBudget({spender: address(timelock), token: address(votes), capacity: ROOM, period: REFILL});
        treasury = new Treasury(address(timelock), budgets);
        governor = new GuerdonGovernor(votes, timelock, address(treasury), _governorConfig());
        _deployDistributor(address(votes));
        Source[] memory sources = new Source[](1);
        sources[0] = Source({distributor: address(distributor), votesPerUnit: 1});
        earned = new EarnedVotes(address(timelock), sources);
        veto = new ContributorVeto(governor, earned);

        assertEq(address(treasury), treasuryAt);
        assertEq(address(distributor), distributorAt);
        assertTrue(timelock.hasRole(timelock.PROPOSER_ROLE(), address(governor)));
        assertTrue(timelock.hasRole(timelock.CANCELLER_ROLE(), address(veto)));
    }

    /// @dev Twice: what counts of the first ones depends on what the last ones earned.
    function _syncAll(uint64 count) internal {
        for (uint64 i = 0; i < 2 * count; ++i) {
            earned.sync(i % count + 1);
        }
    }

    // ------------------------------------------------------------------------------------------- proposals

    function _one(address target, bytes memory call, string memory description)
        internal
        pure
        returns (Proposal memory proposal)
    {
        proposal = _empty(1, description);
        (proposal.targets[0], proposal.calls[0]) = (target, call);
    }

    function _empty(uint256 size, string memory description) internal pure returns (Proposal memory proposal) {
        proposal.targets = new address[](size);
        proposal.values = new uint256[](size);
        proposal.calls = new bytes[](size);
        proposal.description = description;
    }

    /// @dev Takes from the Treasury what the cap lets through at once.
    function _raid(uint256 amount) internal view returns (Proposal memory) {
        return
            _one(address(treasury), abi.encodeCall(treasury.transferERC20, (address(votes), whale, amount)), "A raid");
    }

    function _propose(address by, Proposal memory proposal) internal returns (uint256) {
        vm.prank(by);
        return governor.propose(proposal.targets, proposal.values, proposal.calls, proposal.description);
    }

    function _vote(address by, uint256 id, uint8 support) internal {
        vm.prank(by);
        governor.castVote(id, support);
    }

    /// @dev The whale proposes and votes for it; nobody else votes.
    function _pass(Proposal memory proposal) internal returns (uint256 id) {
        id = _propose(whale, proposal);
        vm.warp(governor.proposalSnapshot(id) + 1);
        _vote(whale, id, FOR);
        vm.warp(governor.proposalDeadline(id) + 1);
    }

    function _queue(Proposal memory proposal) internal {
        governor.queue(proposal.targets, proposal.values, proposal.calls, _hash(proposal));
    }

    function _execute(Proposal memory proposal) internal {
        governor.execute(proposal.targets, proposal.values, proposal.calls, _hash(proposal));
    }

    /// @dev Passed, queued, waited for and executed.
    function _enact(Proposal memory proposal) internal returns (uint256 id) {
        id = _pass(proposal);
        _queue(proposal);
        skip(TIMELOCK_DELAY);
        _execute(proposal);
    }

    function _cancel(address by, Proposal memory proposal) internal {
        vm.prank(by);
        governor.cancel(proposal.targets, proposal.values, proposal.calls, _hash(proposal));
    }

    function _hash(Proposal memory proposal) internal pure returns (bytes32) {
        return keccak256(bytes(proposal.description));
    }

    function _is(uint256 id, IGovernor.ProposalState state) internal view returns (bool) {
        return governor.state(id) == state;
    }

    // ------------------------------------------------------------------------------------------------ veto

    /// @dev Contributors 1 to `count` stand up, a second after it was queued.
    function _standUp(uint256 proposalId, uint64 count) internal {
        skip(1);
        for (uint64 id = 1; id <= count; ++id) {
            uint64[] memory ids = new uint64[](1);
            ids[0] = id;
            vm.prank(_wallet(id));
            veto.support(proposalId, ids);
        }
    }

    function _veto(Proposal memory proposal) internal {
        veto.veto(proposal.targets, proposal.values, proposal.calls, _hash(proposal));
    }
}
