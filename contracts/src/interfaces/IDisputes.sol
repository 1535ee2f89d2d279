// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Answer, EntryStatus, RewardBatch} from "./Types.sol";

/// @notice What a challenge is about.
enum Subject {
    None, // no such challenge, or it is closed
    Entry,
    Batch,
    Link
}

/// @notice An open challenge.
/// @param challenger Who put up the bond.
/// @param bond In wei.
/// @param subject What it is about.
/// @param round Of the batch; zero for a link.
/// @param position Of the entry; zero for a batch and a link.
/// @param oracleSet The set that signed.
/// @param deadline Last second for an answer.
/// @param about The epoch, or the contributor id of a link.
/// @param digest What the oracles signed; zero for an adopted link.
struct Challenge {
    address challenger;
    uint96 bond;
    Subject subject;
    uint32 round;
    uint32 position;
    uint16 oracleSet;
    uint48 deadline;
    uint64 about;
    bytes32 digest;
}

/// @notice An entry that was challenged.
/// @param status Where it stands.
/// @param id Its contributor id, known while it is held.
/// @param units Its units, known while it is held.
/// @param finder Who gets a tenth of it when crediting comes to it, if it was dropped for a fault.
struct ChallengedEntry {
    EntryStatus status;
    uint64 id;
    uint48 units;
    address finder;
}

/// @notice What disputes are built from.
/// @param distributor The distributor whose disputes these are; may be deployed later.
/// @param arbiter Who answers challenges, beside governance; zero for governance alone.
/// @param bond Wei that a challenge of one entry or link costs until it is answered.
/// @param resolveDeadline Seconds in which a challenge must be answered.
/// @param governanceCycle Seconds from a proposal to its execution; the deadline is checked against it.
struct DisputesConfig {
    address distributor;
    address arbiter;
    uint96 bond;
    uint48 resolveDeadline;
    uint64 governanceCycle;
}

/// @title Disputes
/// @notice Anyone may challenge an entry, a batch or a pending link with a bond in ETH. The arbiter, or governance, answers: the
/// bond goes back unless the challenge was wrong. What is not answered in time is dropped, and half the bond with it. Bonds are
/// pulled. An entry that is missing or too small is mended by a further round of its epoch, not by a challenge.
interface IDisputes {
    /// @notice An entry was challenged.
    event EntryChallenged(
        uint256 indexed challenge,
        uint64 indexed epoch,
        address indexed challenger,
        uint32 round,
        uint32 position,
        uint96 bond,
        uint48 deadline
    );

    /// @notice A whole batch was challenged.
    event BatchChallenged(
        uint256 indexed challenge,
        uint64 indexed epoch,
        address indexed challenger,
        uint32 round,
        uint96 bond,
        uint48 deadline,
        string reason
    );

    /// @notice A pending link was challenged.
    event LinkChallenged(
        uint256 indexed challenge, uint64 indexed id, address indexed challenger, uint96 bond, uint48 deadline
    );

    /// @notice A challenge was answered, and is closed.
    event ChallengeResolved(uint256 indexed challenge, Answer indexed answer, address indexed by);

    /// @notice Nobody answered a challenge in time: what it was about is dropped.
    event ChallengeExpired(uint256 indexed challenge);

    /// @notice What a challenge was about ended otherwise: the whole bond goes back.
    event ChallengeMoot(uint256 indexed challenge);

    /// @notice The arbiter decided about a link after its old wallet had cancelled one.
    event LinkDecided(uint64 indexed id, bool stands, address indexed by);

    /// @notice One key signed two headers of one oracle set, epoch and round.
    event EquivocationProved(
        address indexed member, uint64 indexed epoch, uint64 oracleSet, uint32 round, bytes32 digestA, bytes32 digestB
    );

    /// @notice An account may withdraw more than before.
    event BondReturned(address indexed account, uint256 indexed challenge, uint256 amount);

    /// @notice A tenth of what a fault would have paid belongs to who found it.
    /// @param amount In base units of the token.
    event RewardGranted(address indexed finder, uint64 indexed epoch, uint32 indexed round, uint256 amount);

    /// @notice A finder's rewards were paid.
    /// @param amount In base units of the token.
    event RewardWithdrawn(address indexed finder, uint256 amount);

    /// @notice An account's ETH was paid.
    event Withdrawn(address indexed account, uint256 amount);

    /// @notice Governance chose an arbiter.
    event ArbiterSet(address indexed arbiter);

    /// @notice Governance set the bond of later challenges.
    event BondSet(uint96 bond);

    /// @notice The bond must be put up exactly.
    error Disputes_WrongBond(uint256 given, uint256 bond);

    /// @notice A reason is at most 1,024 bytes.
    error Disputes_ReasonTooLong(uint256 length);

    /// @notice No such challenge is open.
    error Disputes_NotOpen(uint256 challenge);

    /// @notice The time for an answer is over: only `resolveExpired` closes the challenge.
    error Disputes_Overdue(uint256 challenge, uint48 deadline);

    /// @notice The arbiter may answer until `deadline`.
    error Disputes_NotOverdue(uint256 challenge, uint48 deadline);

    /// @notice What the challenge is about ended otherwise: only `refund` closes it.
    error Disputes_Moot(uint256 challenge);

    /// @notice What the challenge is about still waits for its answer.
    error Disputes_NotMoot(uint256 challenge);

    /// @notice Only the arbiter and governance answer.
    error Disputes_NotArbiter(address caller);

    /// @notice Only the distributor may do this.
    error Disputes_NotDistributor(address caller);

    /// @notice There must be a distributor.
    error Disputes_NoDistributor();

    /// @notice Only governance may do this.
    error Disputes_NotGovernance(address caller);

    /// @notice Two headers of one oracle set, epoch and round must differ in something else.
    error Disputes_NoEquivocation(bytes32 digestA, bytes32 digestB);

    /// @notice The set has no member at this index.
    error Disputes_NoSuchMember(uint256 index, uint256 size);

    /// @notice The signature is not the member's.
    error Disputes_InvalidSignature(address member, bytes32 digest);

    /// @notice The key was switched off before.
    error Disputes_AlreadyOff(address member);

    /// @notice Nothing is owed to this account.
    error Disputes_NothingOwed(address account);

    /// @notice A bond must be above zero.
    error Disputes_NoBond();

    /// @notice There must be time for a full cycle of governance and three days.
    error Disputes_DeadlineTooShort(uint256 deadline, uint256 least);

    /// @notice Challenges a published entry, until the end of its batch's window. The value is the bond.
    /// @return challenge The number that answers name.
    function challenge(uint64 epoch, uint32 position) external payable returns (uint256 challenge);

    /// @notice Challenges a whole batch from its posting to the end of its window. The value is twenty times the bond.
    /// @param reason For people; "evidence not available" is one.
    function challengeBatch(uint64 epoch, string calldata reason) external payable returns (uint256 challenge);

    /// @notice Challenges a pending link. The value is the bond.
    function challengeLink(uint64 id) external payable returns (uint256 challenge);

    /// @notice Answers a challenge. Only the arbiter and governance, until the deadline.
    /// @param signatures With a fault, quorum signatures over what was challenged: their keys are switched off. Otherwise unused.
    function resolve(uint256 challenge, Answer answer, bytes calldata signatures) external;

    /// @notice Answers several challenges alike; with a fault, all of what the same signatures are over.
    function resolveMany(uint256[] calldata challenges, Answer answer, bytes calldata signatures) external;

    /// @notice Closes challenges that nobody answered in time: drops what they are about; half of each bond goes back. By anyone.
    function resolveExpired(uint256[] calldata challenges) external;

    /// @notice Closes challenges whose subject ended otherwise: a void batch, a cancelled link, an oracle set rotated out. By anyone.
    function refund(uint256[] calldata challenges) external;

    /// @notice Decides about a link that only the arbiter may decide about. Only the arbiter and governance.
    function decideLink(uint64 id, bool stands) external;

    /// @notice Switches off a key that signed two different headers of one oracle set, epoch and round. By anyone, without a judge.
    /// @param index Of the member in that oracle set, current or past.
    /// @param signatureA Its compact signature over header a.
    /// @param signatureB Its compact signature over header b.
    function reportEquivocation(
        RewardBatch calldata a,
        RewardBatch calldata b,
        uint256 index,
        bytes calldata signatureA,
        bytes calldata signatureB
    ) external;

    /// @notice Tells that crediting comes to a challenged entry, and what that was. Only the distributor.
    /// @return held Whether it waits for its answer; otherwise it was dropped.
    /// @return reward Base units of a dropped entry to send here, for who found a fault.
    function passEntry(uint64 epoch, uint32 round, uint32 position, uint64 id, uint48 units)
        external
        returns (bool held, uint256 reward);

    /// @notice Pays an account's ETH to it. By anyone.
    /// @return amount In wei.
    function withdraw(address payable account) external returns (uint256 amount);

    /// @notice Pays a finder's rewards in the token. By anyone.
    /// @return amount Base units paid.
    function withdrawReward(address finder) external returns (uint256 amount);

    /// @notice Chooses the arbiter; zero for governance alone. Only governance.
    function setArbiter(address arbiter) external;

    /// @notice Sets the bond of later challenges. Only governance.
    function setBond(uint96 bond) external;

    /// @notice An open challenge.
    function challengeOf(uint256 challenge) external view returns (Challenge memory);

    /// @notice Where a challenged entry stands.
    function challengedEntry(uint64 epoch, uint32 round, uint32 position) external view returns (ChallengedEntry memory);

    /// @notice Whether no answer to an open challenge changes anything any more, so that `refund` closes it.
    function isMoot(uint256 challenge) external view returns (bool);

    /// @notice How many challenges there were; they count from 1.
    function challengeCount() external view returns (uint256);

    /// @notice Wei that an account may withdraw.
    function owed(address account) external view returns (uint256);

    /// @notice Base units of the token that a finder may withdraw.
    function rewardOf(address finder) external view returns (uint256);

    /// @notice Who answers, beside governance.
    function arbiter() external view returns (address);

    /// @notice Wei that a challenge of one entry or link costs.
    function bond() external view returns (uint96);

    /// @notice How many bonds a challenge of a whole batch costs.
    function batchBondFactor() external view returns (uint96);

    /// @notice Seconds in which a challenge must be answered.
    function resolveDeadline() external view returns (uint48);

    /// @notice The distributor whose disputes these are.
    function distributor() external view returns (address);
}
