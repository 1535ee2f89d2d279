// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Treasury} from "../../src/Treasury.sol";
import {Subject} from "../../src/interfaces/IDisputes.sol";
import {LinkStatus} from "../../src/interfaces/ILinks.sol";
import {InitialBudget} from "../../src/interfaces/ITreasury.sol";
import {BatchStatus, EntryStatus, RewardBatch, Terms} from "../../src/interfaces/Types.sol";
import {Fixture} from "../support/Fixture.sol";
import {Entry} from "../support/Packing.sol";
import {Oracle} from "../support/Signing.sol";
import {PlainToken} from "../support/Tokens.sol";

/// @notice What should be true of a contributor's account.
struct ShadowAccount {
    address wallet;
    uint256 earned;
    uint256 claimed;
    uint64 nonce;
    bool contested;
    ShadowLink waiting;
}

/// @notice What should be true of a link that waits.
struct ShadowLink {
    address wallet;
    LinkStatus status;
    bool adopted;
    uint64 set;
    uint64 nonce;
    uint256 since;
    uint256 challenge;
    bytes32 digest;
    uint256 signers;
}

/// @notice What should be true of a batch.
struct ShadowBatch {
    BatchStatus status;
    bool frozen;
    uint64 set;
    uint64 total;
    uint64 cap;
    uint256 signers;
    bytes32 digest;
    uint256 postedAt;
    uint256 publishedAt;
    uint256 chunkSize;
    uint256 published;
    uint256 passed;
    uint64 credited;
    uint64 dropped;
    uint64 held;
    Entry[] entries;
}

/// @notice What should be true of an open challenge.
struct ShadowChallenge {
    address challenger;
    uint256 bond;
    Subject subject;
    uint64 about;
    uint32 round;
    uint32 position;
    uint64 set;
    uint256 deadline;
    bytes32 digest;
    uint256 signers;
}

/// @notice What should be true of a challenged entry.
struct ShadowEntry {
    EntryStatus status;
    address finder;
}

/// @notice A limit that refills, rounded in favour of who draws.
struct Level {
    uint256 used;
    uint256 at_;
    uint256 capacity;
    uint256 period;
}

/// @notice A pause, from its first second to the first one after it.
struct Pause {
    uint256 from;
    uint256 until;
}

/// @title What the contracts should hold
/// @notice The world of one run and a second account of everything in it, kept from the definition: actors write to it what a call
/// must have done, checks compare. It shares no arithmetic with the contracts.
abstract contract Store is Fixture {
    uint64 internal constant IDS = 8;
    uint64 internal constant UNLINKED = 2;
    uint256 internal constant WALLETS = 12;
    uint256 internal constant SET_SIZE = 5;
    uint256 internal constant THRESHOLD = 3;
    uint256 internal constant FIRST_FUNDS = 60e18;
    /// @dev No call of anybody takes more, however many contributors and epochs there are.
    uint256 internal constant MOST_GAS = 1_500_000;

    // What the run has seen
    mapping(uint64 id => ShadowAccount) internal accounts;
    mapping(uint64 epoch => mapping(uint32 round => ShadowBatch)) internal batches;
    mapping(uint64 epoch => uint32) internal lastRound;
    mapping(uint64 epoch => uint256) internal usedOfEpoch;
    mapping(bytes32 entry => ShadowEntry) internal entriesOf;
    mapping(bytes32 entry => bool) internal creditedOnce;
    mapping(bytes32 digest => bytes32 header) internal headerOf;
    mapping(uint256 challenge => ShadowChallenge) internal challenges;
    mapping(uint64 set => Oracle[]) internal sets;
    mapping(address member => bool) internal off;
    mapping(address holder => uint256) internal ethOwed;
    mapping(address holder => uint256) internal tokensOwed;
    mapping(address wallet => uint256) internal paidTo;
    uint64[] internal live; // epochs whose latest batch is pending
    uint256[] internal open; // challenges without an answer
    Terms[] internal allTerms;
    Pause[] internal pauses;
    Level internal budget;
    Level internal outflow;
    Level internal linkLevel;

    // Sums
    uint64 internal currentSet = 1;
    uint64 internal oldestLive = 1;
    uint256 internal freshKeys;
    uint256 internal challengeCount;
    uint256 internal reserved;
    uint256 internal drawn; // by the distributor
    uint256 internal left; // by direct outflow
    uint256 internal donatedToTreasury;
    uint256 internal donatedToDistributor;
    uint256 internal donatedToDisputes;
    uint256 internal rewardsGranted;
    uint256 internal bondsHeld;
    uint256 internal ethForced;
    uint256 internal ethOwedInAll;

    // How much of the world a run reached
    mapping(string what => uint256) public counts;

    error Unexpected(string what, bool succeeded, bytes answer);

    constructor() {
        vm.warp(START);
        Oracle[] memory made = _makeOracles("oracle", SET_SIZE);
        for (uint256 i = 0; i < made.length; ++i) {
            oracles.push(made[i]);
            sets[1].push(made[i]);
        }
        token = new PlainToken(100_000_000e18);

        // A predecessor, whose links of the ids 7 and 8 can be adopted.
        _deploy(address(token));
        _link(7);
        _link(8);
        previous = address(distributor);
        uint64 nonce = vm.getNonce(address(this));
        InitialBudget[] memory budgets = new InitialBudget[](1);
        // Less than an epoch's budget a week, so that it binds.
        budgets[0] = InitialBudget({
            spender: vm.computeCreateAddress(address(this), nonce + 1),
            token: address(token),
            capacity: uint208(2 * BUDGET * UNIT),
            period: uint48(3 * EPOCH)
        });
        treasury = new Treasury(address(timelock), budgets);
        _deployDistributor(address(token));
        assertTrue(token.transfer(address(treasury), FIRST_FUNDS));

        allTerms.push(Terms({policyHash: POLICY, epochBudget: BUDGET, capPerPerson: CAP, fromEpoch: 1}));
        budget = Level(0, START, 2 * BUDGET * UNIT, 3 * EPOCH);
        outflow = budget;
        linkLevel = Level(0, START, LINK_BUDGET, 4 * EPOCH);
    }

    // --------------------------------------------------------------------------------------------- acting

    /// @dev Somebody calls; it must succeed exactly if it should.
    function _act(string memory what, bool should, address caller, address target, bytes memory data) internal {
        _act(what, should, caller, target, data, 0);
    }

    function _act(string memory what, bool should, address caller, address target, bytes memory data, uint256 value)
        internal
    {
        if (value != 0) vm.deal(caller, value);
        vm.prank(caller);
        uint256 gasBefore = gasleft();
        (bool done, bytes memory answer) = target.call{value: value}(data);
        uint256 gasUsed = gasBefore - gasleft();
        if (done != should) revert Unexpected(what, done, answer);
        if (gasUsed > MOST_GAS) revert Unexpected("gas", done, abi.encode(what, gasUsed));
        if (done) ++counts[what];
    }

    /// @dev Whoever it is: nothing may depend on it, unless a test says so.
    function _anybody(uint256 seed) internal pure returns (address) {
        return address(uint160(uint256(keccak256(abi.encode("anybody", seed % 16)))));
    }

    function _walletKeyAt(uint256 index) internal pure returns (uint256) {
        return uint256(keccak256(abi.encode("wallet of the run", index % WALLETS))) >> 1;
    }

    function _drawFrom(uint256 seed, string memory what) internal pure returns (uint256) {
        return uint256(keccak256(abi.encode(seed, what)));
    }

    // ----------------------------------------------------------------------------------------------- time

    function _isPaused() internal view returns (bool) {
        return pauses.length != 0 && block.timestamp < pauses[pauses.length - 1].until;
    }

    /// @dev Seconds since then in which nothing was paused.
    function _activeSince(uint256 time) internal view returns (uint256 active) {
        active = block.timestamp - time;
        for (uint256 i = 0; i < pauses.length; ++i) {
            uint256 from = pauses[i].from < time ? time : pauses[i].from;
            uint256 until = pauses[i].until < block.timestamp ? pauses[i].until : block.timestamp;
            if (until > from) active -= until - from;
        }
    }

    function _termsAt(uint64 epoch) internal view returns (Terms memory terms) {
        for (uint256 i = 0; i < allTerms.length && allTerms[i].fromEpoch <= epoch; ++i) {
            terms = allTerms[i];
        }
    }

    // ----------------------------------------------------------------------------------------------- limits

    function _usedOf(Level storage level) internal view returns (uint256) {
        if (level.used == 0) return 0;
        uint256 refilled = ((block.timestamp - level.at_) * level.capacity + level.period - 1) / level.period;
        return level.used > refilled ? level.used - refilled : 0;
    }

    function _draw(Level storage level, uint256 amount) internal {
        level.used = _usedOf(level) + amount;
        level.at_ = block.timestamp;
        if (amount != 0 && level.used > level.capacity) revert Unexpected("drawn beyond a limit", true, "");
    }

    function _giveBack(Level storage level, uint256 amount) internal {
        uint256 used = _usedOf(level);
        level.used = used > amount ? used - amount : 0;
        level.at_ = block.timestamp;
    }

    function _setLevel(Level storage level, uint256 capacity, uint256 period) internal {
        level.used = _usedOf(level);
        level.at_ = block.timestamp;
        level.capacity = capacity;
        level.period = period;
    }

    // ----------------------------------------------------------------------------------------------- money

    function _reserveUnits(uint256 units) internal {
        reserved += units * UNIT;
        _draw(budget, units * UNIT);
        _draw(outflow, units * UNIT);
    }

    function _releaseTokens(uint256 amount) internal {
        if (amount == 0) return;
        reserved -= amount;
        _giveBack(budget, amount);
        _giveBack(outflow, amount);
    }

    function _drawTokens(uint256 amount) internal {
        reserved -= amount;
        drawn += amount;
    }

    /// @dev Units go to an account, once for each entry, or back.
    function _grant(uint64 epoch, uint32 round, uint64 id, uint48 units) internal returns (bool granted) {
        granted = accounts[id].wallet != address(0);
        if (granted) {
            bytes32 key = keccak256(abi.encode(epoch, round, id));
            if (creditedOnce[key]) revert Unexpected("credited twice", true, abi.encode(epoch, round, id));
            creditedOnce[key] = true;
            accounts[id].earned += units;
            _drawTokens(units * UNIT);
        } else {
            _releaseTokens(units * UNIT);
        }
    }

    /// @dev A tenth of what a fault would have cost goes to who found it, the rest back.
    function _dropFor(address finder, uint256 units) internal {
        uint256 reward = finder == address(0) ? 0 : units * UNIT / 10;
        if (reward != 0) {
            _drawTokens(reward);
            tokensOwed[finder] += reward;
            rewardsGranted += reward;
        }
        _releaseTokens(units * UNIT - reward);
    }

    // --------------------------------------------------------------------------------------------- batches

    function _latest(uint64 epoch) internal view returns (ShadowBatch storage) {
        return batches[epoch][lastRound[epoch]];
    }

    function _isPendingStatus(BatchStatus status) internal pure returns (bool) {
        return status == BatchStatus.Posted || status == BatchStatus.Window || status == BatchStatus.Crediting;
    }

    function _entryKey(uint64 epoch, uint32 round, uint256 position) internal pure returns (bytes32) {
        return keccak256(abi.encode(epoch, round, position));
    }

    function _notLive(uint64 epoch) internal {
        for (uint256 i = 0; i < live.length; ++i) {
            if (live[i] != epoch) continue;
            live[i] = live[live.length - 1];
            live.pop();
            return;
        }
    }

    function _notOpen(uint256 challenge) internal {
        for (uint256 i = 0; i < open.length; ++i) {
            if (open[i] != challenge) continue;
            open[i] = open[open.length - 1];
            open.pop();
            delete challenges[challenge];
            return;
        }
    }

    /// @dev Everything that has a time of its own, except for what belongs to this epoch's batch.
    function _deadlines(uint64 except) internal view returns (bytes32 sum) {
        for (uint256 i = 0; i < live.length; ++i) {
            if (live[i] == except) continue;
            sum = keccak256(abi.encode(sum, distributor.batch(live[i])));
        }
        for (uint256 i = 0; i < open.length; ++i) {
            sum = keccak256(abi.encode(sum, disputes.challengeOf(open[i])));
        }
        for (uint64 id = 1; id <= IDS; ++id) {
            if (accounts[id].waiting.status != LinkStatus.None) {
                sum = keccak256(abi.encode(sum, links.pending(id)));
            }
        }
    }

    // -------------------------------------------------------------------------------------------- signing

    /// @dev Whether these are as many members of the current set as it takes, none of them switched off.
    function _isQuorum(uint256 bitmap) internal view returns (bool) {
        uint256 bits = 0;
        for (uint256 i = 0; i < SET_SIZE; ++i) {
            if ((bitmap >> i) & 1 == 0) continue;
            ++bits;
            if (off[sets[currentSet][i].member]) return false;
        }
        return bits == THRESHOLD;
    }

    /// @dev Three of the current set's members, those that are not switched off first.
    function _someQuorum(uint256 seed) internal view returns (uint256 bitmap) {
        uint256 bits = 0;
        for (uint256 pass = 0; pass < 2; ++pass) {
            for (uint256 i = 0; i < SET_SIZE && bits < THRESHOLD; ++i) {
                uint256 at_ = (i + seed % SET_SIZE) % SET_SIZE;
                if ((bitmap >> at_) & 1 == 1 || (pass == 0 && off[sets[currentSet][at_].member])) continue;
                bitmap |= 1 << at_;
                ++bits;
            }
        }
    }

    /// @dev Notes a digest: it stands for one header only.
    function _digestOf(RewardBatch memory header) internal returns (bytes32 digest) {
        digest = distributor.hashBatch(header);
        bytes32 content = keccak256(abi.encode(header));
        if (headerOf[digest] == bytes32(0)) headerOf[digest] = content;
        if (headerOf[digest] != content) revert Unexpected("digest of two headers", true, abi.encode(header));
    }
}
