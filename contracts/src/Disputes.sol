// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Challenge, ChallengedEntry, DisputesConfig, IDisputes, Subject} from "./interfaces/IDisputes.sol";
import {ILinks} from "./interfaces/ILinks.sol";
import {IRewardDistributor} from "./interfaces/IRewardDistributor.sol";
import {Answer, BatchState, BatchStatus, EntryStatus, RewardBatch} from "./interfaces/Types.sol";
import {Quorum} from "./libraries/Quorum.sol";
import {StoredSet} from "./libraries/StoredSet.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @title Disputes
/// @notice See {IDisputes}. It holds bonds in ETH and the rewards of finders in the token; the distributor does what it decides.
/// @dev The distributor and its contract of links are trusted and call nobody before they return from a freeze.
contract Disputes is IDisputes {
    using SafeERC20 for IERC20;
    using StoredSet for address;

    /// @dev Who found faults; one slot.
    /// @param faults Those of entries that crediting had not come to. They are counted so that the slot is in use before crediting
    /// adds to it: a chunk full of faults by as many finders would not fit a transaction otherwise.
    /// @param rewards Base units of the token.
    struct Finder {
        uint32 faults;
        uint224 rewards;
    }

    uint256 private constant MAX_REASON = 1024;
    uint256 private constant MARGIN = 3 days;
    uint256 private constant REWARD_SHARE = 10;
    /// @inheritdoc IDisputes
    uint96 public constant batchBondFactor = 20;

    IRewardDistributor private immutable DISTRIBUTOR;
    /// @inheritdoc IDisputes
    uint48 public immutable resolveDeadline;

    /// @inheritdoc IDisputes
    address public arbiter;
    /// @inheritdoc IDisputes
    uint96 public bond;
    /// @inheritdoc IDisputes
    uint256 public challengeCount;
    /// @inheritdoc IDisputes
    mapping(address account => uint256) public owed;

    mapping(uint256 challenge => Challenge) private _challenges;
    mapping(uint256 place => ChallengedEntry) private _entries;
    mapping(address finder => Finder) private _finders;

    modifier onlyArbiter() {
        if (msg.sender != arbiter && msg.sender != DISTRIBUTOR.governance()) revert Disputes_NotArbiter(msg.sender);
        _;
    }

    modifier onlyGovernance() {
        if (msg.sender != DISTRIBUTOR.governance()) revert Disputes_NotGovernance(msg.sender);
        _;
    }

    constructor(DisputesConfig memory config) {
        if (config.distributor == address(0)) revert Disputes_NoDistributor();
        uint256 least = config.governanceCycle + MARGIN;
        if (config.resolveDeadline < least) revert Disputes_DeadlineTooShort(config.resolveDeadline, least);
        DISTRIBUTOR = IRewardDistributor(config.distributor);
        resolveDeadline = config.resolveDeadline;
        arbiter = config.arbiter;
        emit ArbiterSet(config.arbiter);
        _setBond(config.bond);
    }

    // ------------------------------------------------------------------------------------------- challenge

    /// @inheritdoc IDisputes
    function challenge(uint64 epoch, uint32 position) external payable returns (uint256 id) {
        // Check: the bond here, the entry in the distributor.
        uint96 value = _requireBond(1);
        Challenge memory opened = _challengeBy(msg.sender, value, Subject.Entry, epoch);
        opened.position = position;
        uint64 set;
        (opened.round, set, opened.digest) = DISTRIBUTOR.freeze(epoch, position, false);

        // Effect
        id = _open(opened, set);
        _entries[_placeOf(opened)].status = EntryStatus.Frozen;
        emit EntryChallenged(id, epoch, msg.sender, opened.round, position, value, opened.deadline);
    }

    /// @inheritdoc IDisputes
    function challengeBatch(uint64 epoch, string calldata reason) external payable returns (uint256 id) {
        // Check: the bond here, the batch in the distributor.
        uint96 value = _requireBond(batchBondFactor);
        if (bytes(reason).length > MAX_REASON) revert Disputes_ReasonTooLong(bytes(reason).length);
        Challenge memory opened = _challengeBy(msg.sender, value, Subject.Batch, epoch);
        uint64 set;
        (opened.round, set, opened.digest) = DISTRIBUTOR.freeze(epoch, 0, true);

        // Effect
        id = _open(opened, set);
        emit BatchChallenged(id, epoch, msg.sender, opened.round, value, opened.deadline, reason);
    }

    /// @inheritdoc IDisputes
    function challengeLink(uint64 contributor) external payable returns (uint256 id) {
        // Check: the bond here, the link where it waits.
        uint96 value = _requireBond(1);
        Challenge memory opened = _challengeBy(msg.sender, value, Subject.Link, contributor);
        uint64 set;
        // The links are trusted and call nobody from a freeze but the distributor, for its views.
        // slither-disable-next-line reentrancy-no-eth
        (set, opened.digest) = _links().freeze(contributor, SafeCast.toUint192(challengeCount + 1));

        // Effect
        id = _open(opened, set);
        emit LinkChallenged(id, contributor, msg.sender, value, opened.deadline);
    }

    // --------------------------------------------------------------------------------------------- resolve

    /// @inheritdoc IDisputes
    function resolve(uint256 id, Answer answer, bytes calldata signatures) external onlyArbiter {
        _resolve(id, answer, signatures, bytes32(0));
    }

    /// @inheritdoc IDisputes
    function resolveMany(uint256[] calldata ids, Answer answer, bytes calldata signatures) external onlyArbiter {
        bytes32 judged = bytes32(0);
        for (uint256 i = 0; i < ids.length; ++i) {
            judged = _resolve(ids[i], answer, signatures, judged);
        }
    }

    /// @inheritdoc IDisputes
    function resolveExpired(uint256[] calldata ids) external {
        for (uint256 i = 0; i < ids.length; ++i) {
            // Check
            Challenge memory open = _requireOpen(ids[i]);
            if (block.timestamp <= open.deadline) revert Disputes_NotOverdue(ids[i], open.deadline);
            if (_isMoot(ids[i], open)) revert Disputes_Moot(ids[i]);

            // Effect: the odd wei goes back.
            _close(ids[i]);
            _owe(DISTRIBUTOR.treasury(), ids[i], open.bond / 2);
            _owe(open.challenger, ids[i], open.bond - open.bond / 2);
            emit ChallengeExpired(ids[i]);

            // Interaction
            // It is closed, and each is read anew.
            // slither-disable-next-line reentrancy-no-eth
            _decide(open, false, address(0));
        }
    }

    /// @inheritdoc IDisputes
    function refund(uint256[] calldata ids) external {
        for (uint256 i = 0; i < ids.length; ++i) {
            // Check
            Challenge memory open = _requireOpen(ids[i]);
            if (!_isMoot(ids[i], open)) revert Disputes_NotMoot(ids[i]);

            // Effect
            _close(ids[i]);
            _owe(open.challenger, ids[i], open.bond);
            emit ChallengeMoot(ids[i]);

            // Interaction: what is held of a dead set gives its money back.
            // It is closed, and each is read anew.
            // slither-disable-next-line reentrancy-no-eth
            if (_isHeld(open)) _decide(open, false, address(0));
        }
    }

    /// @inheritdoc IDisputes
    function decideLink(uint64 contributor, bool stands) external onlyArbiter {
        emit LinkDecided(contributor, stands, msg.sender);
        _links().decideContested(contributor, stands);
    }

    // ---------------------------------------------------------------------------------------- equivocation

    /// @inheritdoc IDisputes
    function reportEquivocation(
        RewardBatch calldata a,
        RewardBatch calldata b,
        uint256 index,
        bytes calldata signatureA,
        bytes calldata signatureB
    ) external {
        // Check: one turn, two headers, one signer.
        bytes32 digestA = DISTRIBUTOR.hashBatch(a);
        bytes32 digestB = DISTRIBUTOR.hashBatch(b);
        bool oneTurn = a.oracleSet == b.oracleSet && a.epoch == b.epoch && a.round == b.round;
        if (!oneTurn || digestA == digestB) revert Disputes_NoEquivocation(digestA, digestB);
        address member = _memberAt(a.oracleSet, index);
        _requireSignature(member, digestA, signatureA);
        _requireSignature(member, digestB, signatureB);

        // Effect
        emit EquivocationProved(member, a.epoch, a.oracleSet, a.round, digestA, digestB);

        // Interaction
        if (!DISTRIBUTOR.switchOff(member)) revert Disputes_AlreadyOff(member);
    }

    // ------------------------------------------------------------------------------------------------ rest

    /// @inheritdoc IDisputes
    function passEntry(uint64 epoch, uint32 round, uint32 position, uint64 id, uint48 units)
        external
        returns (bool held, uint256 reward)
    {
        // Check
        if (msg.sender != address(DISTRIBUTOR)) revert Disputes_NotDistributor(msg.sender);
        ChallengedEntry storage entry = _entries[_place(epoch, round, position)];
        if (entry.status != EntryStatus.Frozen) return (false, _grantReward(entry.finder, epoch, round, units));

        // Effect
        entry.status = EntryStatus.Held;
        entry.id = id;
        entry.units = units;
        return (true, 0);
    }

    /// @inheritdoc IDisputes
    function withdraw(address payable account) external returns (uint256 amount) {
        // Check
        amount = owed[account];
        if (amount == 0) revert Disputes_NothingOwed(account);

        // Effect
        delete owed[account];
        emit Withdrawn(account, amount);

        // Interaction
        Address.sendValue(account, amount);
    }

    /// @inheritdoc IDisputes
    function withdrawReward(address finder) external returns (uint256 amount) {
        // Check
        amount = _finders[finder].rewards;
        if (amount == 0) revert Disputes_NothingOwed(finder);

        // Effect
        _finders[finder].rewards = 0;
        emit RewardWithdrawn(finder, amount);

        // Interaction
        IERC20(DISTRIBUTOR.token()).safeTransfer(finder, amount);
    }

    /// @inheritdoc IDisputes
    function setArbiter(address arbiter_) external onlyGovernance {
        // Without an arbiter the governance judges alone.
        // slither-disable-next-line missing-zero-check
        arbiter = arbiter_;
        emit ArbiterSet(arbiter_);
    }

    /// @inheritdoc IDisputes
    function setBond(uint96 bond_) external onlyGovernance {
        _setBond(bond_);
    }

    /// @inheritdoc IDisputes
    function challengeOf(uint256 id) external view returns (Challenge memory) {
        return _challenges[id];
    }

    /// @inheritdoc IDisputes
    function rewardOf(address finder) external view returns (uint256) {
        return _finders[finder].rewards;
    }

    /// @inheritdoc IDisputes
    function challengedEntry(uint64 epoch, uint32 round, uint32 position)
        external
        view
        returns (ChallengedEntry memory)
    {
        return _entries[_place(epoch, round, position)];
    }

    /// @inheritdoc IDisputes
    function isMoot(uint256 id) external view returns (bool) {
        return _isMoot(id, _requireOpen(id));
    }

    /// @inheritdoc IDisputes
    function distributor() external view returns (address) {
        return address(DISTRIBUTOR);
    }

    // -------------------------------------------------------------------------------------------- internal

    function _requireBond(uint96 factor) private view returns (uint96 value) {
        value = bond * factor;
        if (msg.value != value) revert Disputes_WrongBond(msg.value, value);
    }

    function _challengeBy(address challenger, uint96 value, Subject subject, uint64 about)
        private
        view
        returns (Challenge memory opened)
    {
        opened.challenger = challenger;
        opened.bond = value;
        opened.subject = subject;
        opened.about = about;
        opened.deadline = SafeCast.toUint48(block.timestamp + resolveDeadline);
    }

    function _open(Challenge memory opened, uint64 set) private returns (uint256 id) {
        id = ++challengeCount;
        opened.oracleSet = SafeCast.toUint16(set);
        _challenges[id] = opened;
    }

    function _close(uint256 id) private {
        delete _challenges[id];
    }

    function _owe(address account, uint256 id, uint256 amount) private {
        owed[account] += amount;
        emit BondReturned(account, id, amount);
    }

    /// @param judged What the signatures were checked for already.
    /// @return digest What they are checked for now.
    function _resolve(uint256 id, Answer answer, bytes calldata signatures, bytes32 judged)
        private
        returns (bytes32 digest)
    {
        // Check
        Challenge memory open = _requireOpen(id);
        if (block.timestamp > open.deadline) revert Disputes_Overdue(id, open.deadline);
        if (_isMoot(id, open)) revert Disputes_Moot(id);

        // Effect
        _close(id);
        _owe(answer == Answer.Stands ? DISTRIBUTOR.treasury() : open.challenger, id, open.bond);
        emit ChallengeResolved(id, answer, msg.sender);

        // Interaction
        digest = open.digest;
        // It is closed; the distributor calls nobody when it switches off a key.
        // slither-disable-next-line reentrancy-no-eth
        if (answer == Answer.Fault && digest != judged) _switchOffSigners(open, signatures);
        _decide(open, answer == Answer.Stands, answer == Answer.Fault ? open.challenger : address(0));
    }

    function _decide(Challenge memory open, bool stands, address finder) private {
        if (open.subject == Subject.Entry) {
            _decideEntry(open, stands, finder);
        } else if (open.subject == Subject.Batch) {
            uint256 reward = _grantReward(finder, open.about, open.round, DISTRIBUTOR.batch(open.about).total);
            DISTRIBUTOR.decideBatch(open.about, open.round, stands, reward);
        } else {
            _links().decide(open.about, stands);
        }
    }

    function _decideEntry(Challenge memory open, bool stands, address finder) private {
        uint256 place = _placeOf(open);
        ChallengedEntry memory entry = _entries[place];

        // Effect: what crediting has not come to keeps its mark, unless it stands.
        bool held = entry.status == EntryStatus.Held;
        if (held || stands) {
            delete _entries[place];
        } else {
            _entries[place].status = EntryStatus.Dropped;
            _entries[place].finder = finder;
            if (finder != address(0)) ++_finders[finder].faults;
        }

        // Interaction
        if (held) {
            uint256 reward = _grantReward(finder, open.about, open.round, entry.units);
            DISTRIBUTOR.settleHeld(open.about, open.round, open.position, entry.id, entry.units, stands, reward);
        } else if (stands) {
            DISTRIBUTOR.unfreezeEntry(open.about, open.round, open.position);
        }
    }

    /// @dev Notes a tenth of the dropped units for the finder of a fault, if there is one. The distributor sends it.
    function _grantReward(address finder, uint64 epoch, uint32 round, uint256 units) private returns (uint256 reward) {
        if (finder == address(0)) return 0;
        reward = units * DISTRIBUTOR.unit() / REWARD_SHARE;
        _finders[finder].rewards += SafeCast.toUint224(reward);
        emit RewardGranted(finder, epoch, round, reward);
    }

    function _switchOffSigners(Challenge memory open, bytes calldata signatures) private {
        (uint256 bitmap, address[] memory members) =
            Quorum.check(DISTRIBUTOR.oracleSetCode(open.oracleSet), open.digest, signatures);
        for (uint256 i = 0; i < members.length; ++i) {
            // A key may be off already.
            // slither-disable-next-line unused-return
            if ((bitmap >> i) & 1 == 1) DISTRIBUTOR.switchOff(members[i]);
        }
    }

    function _setBond(uint96 bond_) private {
        if (bond_ == 0) revert Disputes_NoBond();
        bond = bond_;
        emit BondSet(bond_);
    }

    function _requireOpen(uint256 id) private view returns (Challenge memory open) {
        open = _challenges[id];
        if (open.subject == Subject.None) revert Disputes_NotOpen(id);
    }

    /// @dev What it is about is over, or died with its oracle set: no answer changes anything.
    function _isMoot(uint256 id, Challenge memory open) private view returns (bool) {
        if (open.oracleSet < DISTRIBUTOR.oldestLiveSet()) return true;
        if (open.subject == Subject.Link) return !_links().isFrozen(open.about, SafeCast.toUint192(id));
        if (_isHeld(open)) return false;
        // A batch that ended before crediting came to its challenged entry, or before its own challenge was answered, is void.
        BatchState memory state = DISTRIBUTOR.batch(open.about);
        return state.round != open.round || state.status == BatchStatus.Void;
    }

    function _isHeld(Challenge memory open) private view returns (bool) {
        return open.subject == Subject.Entry && _entries[_placeOf(open)].status == EntryStatus.Held;
    }

    function _placeOf(Challenge memory open) private pure returns (uint256) {
        return _place(open.about, open.round, open.position);
    }

    function _place(uint64 epoch, uint32 round, uint32 position) private pure returns (uint256) {
        return (uint256(epoch) << 64) | (uint256(round) << 32) | position;
    }

    function _memberAt(uint64 set, uint256 index) private view returns (address) {
        // One signature needs no threshold.
        // slither-disable-next-line unused-return
        (, address[] memory members) = DISTRIBUTOR.oracleSetCode(set).read();
        if (index >= members.length) revert Disputes_NoSuchMember(index, members.length);
        return members[index];
    }

    function _requireSignature(address member, bytes32 digest, bytes calldata signature) private pure {
        if (Quorum.recover(digest, signature) != member) revert Disputes_InvalidSignature(member, digest);
    }

    function _links() private view returns (ILinks) {
        return ILinks(DISTRIBUTOR.links());
    }
}
