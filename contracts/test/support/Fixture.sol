// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Disputes} from "../../src/Disputes.sol";
import {GovernorConfig, GuerdonGovernor} from "../../src/GuerdonGovernor.sol";
import {Allocation, GuerdonToken} from "../../src/GuerdonToken.sol";
import {Links} from "../../src/Links.sol";
import {RewardDistributor} from "../../src/RewardDistributor.sol";
import {Treasury} from "../../src/Treasury.sol";
import {DisputesConfig} from "../../src/interfaces/IDisputes.sol";
import {LinksConfig} from "../../src/interfaces/ILinks.sol";
import {InitialBudget} from "../../src/interfaces/ITreasury.sol";
import {Answer, BatchState, Config, Link, LinkAttestation, RewardBatch, Terms} from "../../src/interfaces/Types.sol";
import {Entry, Packing} from "./Packing.sol";
import {Oracle, Signing} from "./Signing.sol";
import {PlainToken} from "./Tokens.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Test} from "forge-std/Test.sol";

/// @title Fixture
/// @notice The whole system as a deployer builds it: addresses are predicted, so that each constructor names the others.
abstract contract Fixture is Test, Signing {
    using Packing for Entry[];

    uint256 internal constant UNIT = 1e12;
    uint64 internal constant START = 1_700_000_000;
    uint64 internal constant EPOCH = 7 days;
    uint64 internal constant WINDOW = 3 days;
    uint64 internal constant PUBLISH_PERIOD = 1 days;
    uint64 internal constant BUDGET = 10_000_000;
    uint48 internal constant CAP = 2_500_000;
    /// @dev Voting delay, voting period and timelock delay.
    uint64 internal constant GOVERNANCE_CYCLE = 10 days;
    uint48 internal constant LINK_DELAY = 5 days;
    uint208 internal constant LINK_BUDGET = 1_000_000;
    uint48 internal constant RESOLVE_DEADLINE = 14 days;
    uint96 internal constant BOND = 0.05 ether;
    bytes32 internal constant POLICY = keccak256("policy");
    uint256 internal constant TREASURY_FUNDS = 1_000_000e18;
    uint256 internal constant QUORUM = 0x0b; // members 0, 1 and 3

    Oracle[] internal oracles;
    PlainToken internal token;
    GuerdonToken internal votes;
    TimelockController internal timelock;
    Treasury internal treasury;
    GuerdonGovernor internal governor;
    RewardDistributor internal distributor;
    Disputes internal disputes;
    Links internal links;
    address internal alice = makeAddr("alice");
    address internal guardian = makeAddr("guardian");
    address internal arbiter = makeAddr("arbiter");
    /// @dev The distributor whose links the next one adopts.
    address internal previous;

    function setUp() public virtual {
        vm.warp(START);
        Oracle[] memory made = _makeOracles("oracle", 5);
        for (uint256 i = 0; i < made.length; ++i) {
            oracles.push(made[i]);
        }
        token = new PlainToken(100_000_000e18);
        _deploy(address(token));
        assertTrue(token.transfer(address(treasury), TREASURY_FUNDS));
    }

    // ------------------------------------------------------------------------------------------ deployment

    /// @dev The six contracts from one deployer, by predicted addresses.
    function _deploy(address payout) internal {
        uint64 nonce = vm.getNonce(address(this));
        address treasuryAt = vm.computeCreateAddress(address(this), nonce + 2);
        address governorAt = vm.computeCreateAddress(address(this), nonce + 3);
        address distributorAt = vm.computeCreateAddress(address(this), nonce + 4);

        Allocation[] memory allocations = new Allocation[](2);
        allocations[0] = Allocation({to: alice, amount: 200e18});
        allocations[1] = Allocation({to: treasuryAt, amount: 800e18});
        votes = new GuerdonToken("Guerdon", "GRDN", allocations);

        address[] memory proposers = new address[](1);
        proposers[0] = governorAt;
        timelock = new TimelockController(2 days, proposers, new address[](1), address(0));

        InitialBudget[] memory budgets = new InitialBudget[](1);
        budgets[0] = InitialBudget({
            spender: distributorAt, token: payout, capacity: uint208(4 * BUDGET * UNIT), period: uint48(2 * EPOCH)
        });
        treasury = new Treasury(address(timelock), budgets);
        governor = new GuerdonGovernor(votes, timelock, address(treasury), _governorConfig());
        _deployDistributor(payout);

        assertEq(address(treasury), treasuryAt);
        assertEq(address(governor), governorAt);
        assertEq(address(distributor), distributorAt);
    }

    /// @dev A distributor, its links and its disputes.
    function _deployDistributor(address payout) internal {
        uint64 nonce = vm.getNonce(address(this));
        distributor = new RewardDistributor(
            _config(
                payout,
                vm.computeCreateAddress(address(this), nonce + 1),
                vm.computeCreateAddress(address(this), nonce + 2)
            )
        );
        links = new Links(_linksConfig(address(distributor)));
        disputes = new Disputes(_disputesConfig(address(distributor)));
        assertEq(distributor.links(), address(links));
        assertEq(distributor.disputes(), address(disputes));
    }

    function _governorConfig() internal pure returns (GovernorConfig memory) {
        return GovernorConfig({
            votingDelay: 1 days,
            votingPeriod: 7 days,
            proposalThreshold: 1e18,
            quorumPercent: 10,
            lateQuorumExtension: 2 days
        });
    }

    function _config(address payout, address linksAt, address disputesAt) internal view returns (Config memory config) {
        config.token = payout;
        config.treasury = address(treasury);
        config.governance = address(timelock);
        config.unit = UNIT;
        config.epochStart = START;
        config.epochLength = EPOCH;
        config.window = WINDOW;
        config.publishPeriod = PUBLISH_PERIOD;
        config.oracles = _membersOf(oracles);
        config.threshold = 3;
        config.baseUrl = "https://evidence.example/";
        config.governanceCycle = GOVERNANCE_CYCLE;
        config.guardian = guardian;
        config.guardianUntil = uint48(START + 365 days);
        config.links = linksAt;
        config.disputes = disputesAt;
        config.terms = new Terms[](1);
        config.terms[0] = Terms({policyHash: POLICY, epochBudget: BUDGET, capPerPerson: CAP, fromEpoch: 1});
    }

    /// @dev A distributor's config with the links and disputes of the one that is there.
    function _config(address payout) internal view returns (Config memory) {
        return _config(payout, address(links), address(disputes));
    }

    function _linksConfig(address distributorAt) internal view returns (LinksConfig memory) {
        return LinksConfig({
            distributor: distributorAt,
            previous: previous,
            delay: LINK_DELAY,
            resolveDeadline: RESOLVE_DEADLINE,
            budget: LINK_BUDGET,
            budgetPeriod: uint48(4 * EPOCH),
            governanceCycle: GOVERNANCE_CYCLE
        });
    }

    function _disputesConfig(address distributorAt) internal view returns (DisputesConfig memory) {
        return DisputesConfig({
            distributor: distributorAt,
            arbiter: arbiter,
            bond: BOND,
            resolveDeadline: RESOLVE_DEADLINE,
            governanceCycle: GOVERNANCE_CYCLE
        });
    }

    // --------------------------------------------------------------------------------------------- batches

    function _header(uint64 epoch, uint32 round, bytes32 entriesHash, uint64 total)
        internal
        view
        returns (RewardBatch memory)
    {
        return RewardBatch({
            epoch: epoch,
            round: round,
            oracleSet: 1,
            postBefore: uint64(block.timestamp) + 30 days,
            total: total,
            entriesHash: entriesHash,
            policyHash: POLICY,
            evidenceHash: keccak256("evidence")
        });
    }

    function _quorumOf(RewardBatch memory header) internal view returns (bytes memory) {
        return _signQuorum(oracles, QUORUM, distributor.hashBatch(header));
    }

    function _post(RewardBatch memory header) internal {
        distributor.postBatch(header, _quorumOf(header));
    }

    /// @dev Posts the entries as one batch, right after its epoch at the earliest.
    function _post(uint64 epoch, uint32 round, bytes[] memory chunks, uint64 total)
        internal
        returns (bytes32[] memory rests)
    {
        if (block.timestamp < distributor.epochEnd(epoch)) vm.warp(distributor.epochEnd(epoch));
        bytes32 head;
        (head, rests) = Packing.chain(chunks);
        _post(_header(epoch, round, head, total));
    }

    function _publish(uint64 epoch, bytes[] memory chunks, bytes32[] memory rests) internal {
        for (uint256 i = 0; i < chunks.length; ++i) {
            distributor.publish(epoch, chunks[i], rests[i]);
        }
    }

    function _credit(uint64 epoch, bytes[] memory chunks, bytes32[] memory rests) internal {
        for (uint256 i = 0; i < chunks.length; ++i) {
            distributor.credit(epoch, chunks[i], rests[i]);
        }
    }

    /// @dev Everything from posting to the last credit.
    function _pay(uint64 epoch, uint32 round, Entry[] memory entries) internal {
        bytes[] memory chunks = entries.split(500);
        bytes32[] memory rests = _post(epoch, round, chunks, entries.sum());
        _publish(epoch, chunks, rests);
        vm.warp(block.timestamp + WINDOW);
        _credit(epoch, chunks, rests);
    }

    function _one(uint64 id, uint48 units) internal pure returns (Entry[] memory) {
        return Packing.many(id, 1, units);
    }

    function _state(uint64 epoch) internal view returns (BatchState memory) {
        return distributor.batch(epoch);
    }

    /// @dev Posted and published, at the beginning of the window.
    function _open(uint64 epoch, uint32 round, Entry[] memory entries, uint256 size)
        internal
        returns (bytes[] memory chunks, bytes32[] memory rests)
    {
        chunks = entries.split(size);
        rests = _post(epoch, round, chunks, entries.sum());
        _publish(epoch, chunks, rests);
    }

    // -------------------------------------------------------------------------------------------- disputes

    function _challenge(uint64 epoch, uint32 position) internal returns (uint256) {
        hoax(alice, BOND);
        return disputes.challenge{value: BOND}(epoch, position);
    }

    function _challengeBatch(uint64 epoch) internal returns (uint256) {
        hoax(alice, 20 * BOND);
        return disputes.challengeBatch{value: 20 * BOND}(epoch, "evidence not available");
    }

    function _answer(uint256 challenge, Answer answer, bytes memory signatures) internal {
        vm.prank(arbiter);
        disputes.resolve(challenge, answer, signatures);
    }

    function _answer(uint256 challenge, Answer answer) internal {
        _answer(challenge, answer, "");
    }

    function _list(uint256 challenge) internal pure returns (uint256[] memory list) {
        list = new uint256[](1);
        list[0] = challenge;
    }

    /// @dev Five other oracles, three of whom must sign.
    function _rotate(bool voidPending) internal returns (Oracle[] memory others) {
        others = _makeOracles("other", 5);
        vm.prank(address(timelock));
        distributor.rotate(_membersOf(others), 3, "https://other.example/", voidPending);
    }

    // ----------------------------------------------------------------------------------------------- links

    function _walletKey(uint64 id) internal pure returns (uint256) {
        return uint256(keccak256(abi.encode("wallet", id))) >> 1;
    }

    function _wallet(uint64 id) internal pure returns (address) {
        return vm.addr(_walletKey(id));
    }

    function _walletProof(uint64 id, uint64 validUntil) internal view returns (bytes memory) {
        Link memory message = Link({id: id, wallet: _wallet(id), nonce: 0, validUntil: validUntil});
        return _sign(_walletKey(id), links.hashLink(message));
    }

    function _attestation(uint64 id, address wallet, uint64 nonce, uint64 validUntil)
        internal
        view
        returns (bytes memory)
    {
        LinkAttestation memory message =
            LinkAttestation({oracleSet: 1, id: id, wallet: wallet, nonce: nonce, validUntil: validUntil});
        return _signQuorum(oracles, QUORUM, links.hashLinkAttestation(message));
    }

    function _link(uint64 id) internal returns (address wallet) {
        wallet = _wallet(id);
        uint64 validUntil = uint64(block.timestamp) + 1 days;
        distributor.link(
            id, wallet, 0, validUntil, _walletProof(id, validUntil), _attestation(id, wallet, 0, validUntil)
        );
    }

    function _linkMany(uint64 firstId, uint256 count) internal {
        for (uint256 i = 0; i < count; ++i) {
            _link(firstId + uint64(i));
        }
    }

    function _balance(address holder) internal view returns (uint256) {
        return IERC20(distributor.token()).balanceOf(holder);
    }
}
