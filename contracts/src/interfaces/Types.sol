// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @notice What one contributor holds in a distributor; one storage slot.
/// @param wallet Where claims are paid; zero while the contributor id has no link.
/// @param earned Units credited so far; it only grows.
/// @param claimed Units paid out so far; never above `earned`.
struct Account {
    address wallet;
    uint48 earned;
    uint48 claimed;
}

/// @notice What governance has decided for the epochs from `fromEpoch` on, until newer terms begin.
/// @param policyHash Hash of the scoring policy that batches must name.
/// @param epochBudget Most units that all batches of one epoch may grant together.
/// @param capPerPerson Most units that one entry may grant.
/// @param fromEpoch First epoch that these terms hold for.
struct Terms {
    bytes32 policyHash;
    uint64 epochBudget;
    uint48 capPerPerson;
    uint64 fromEpoch;
}

/// @notice The header that the oracles sign; an EIP-712 struct of exactly these fields.
/// @param epoch The epoch that is paid, counted from 1.
/// @param round 1 for the first batch of an epoch, one more for each that follows a void or settled one.
/// @param oracleSet The oracle set whose members sign.
/// @param postBefore Last second at which the batch may be posted.
/// @param total Sum of all entries in units.
/// @param entriesHash Head of the hash chain over the chunks of entries.
/// @param policyHash The policy that the entries were scored by.
/// @param evidenceHash SHA-256 of the evidence file that the entries follow from.
struct RewardBatch {
    uint64 epoch;
    uint32 round;
    uint64 oracleSet;
    uint64 postBefore;
    uint64 total;
    bytes32 entriesHash;
    bytes32 policyHash;
    bytes32 evidenceHash;
}

/// @notice What a wallet signs to be linked; an EIP-712 struct.
/// @param id The contributor id.
/// @param wallet The signing wallet.
/// @param nonce The contributor id's link nonce.
/// @param validUntil Last second at which the link may be made.
struct Link {
    uint64 id;
    address wallet;
    uint64 nonce;
    uint64 validUntil;
}

/// @notice What the oracles sign to attest that the contributor published the wallet's proof; an EIP-712 struct.
/// @param oracleSet The oracle set whose members sign.
/// @param id The contributor id.
/// @param wallet The wallet to link.
/// @param nonce The contributor id's link nonce.
/// @param validUntil Last second at which the link may be made.
struct LinkAttestation {
    uint64 oracleSet;
    uint64 id;
    address wallet;
    uint64 nonce;
    uint64 validUntil;
}

/// @notice Where a batch stands on its way.
enum BatchStatus {
    None, // nothing posted for the epoch
    Posted, // header accepted, chunks are being published
    Window, // all entries published, waiting out the window
    Crediting, // some chunks credited
    Settled, // every chunk credited
    Void // pays nothing; its reservation was given back
}

/// @notice Why a batch became void.
enum VoidReason {
    TotalMismatch, // the entries do not add up to the header's total
    Unpublished, // the entries were not all published by the deadline
    Challenged, // a challenge of the whole batch succeeded
    Rotated // its oracle set was rotated out with all that was pending
}

/// @notice Why an entry was not credited.
enum SkipReason {
    NotLinked, // the contributor id has no wallet
    Overflow, // the account cannot hold more units
    Dropped // a challenge of the entry succeeded
}

/// @notice What challenges do to a batch.
enum Freeze {
    None, // nothing: no entry was challenged
    Entries, // some entries were challenged
    Batch // the whole batch waits for an answer
}

/// @notice Where a challenged entry stands.
enum EntryStatus {
    None, // not challenged, or challenged in vain
    Frozen, // waits for its answer, crediting has not come to it yet
    Held, // waits for its answer, crediting has passed it; its money is still reserved
    Dropped // will not be credited
}

/// @notice The answer to a challenge.
enum Answer {
    Stands, // the challenge was wrong; its bond goes to the Treasury
    Dropped, // undeserved; the bond goes back
    Fault // not what the policy gives on the evidence: bond back, a reward, and the signers' keys are switched off
}

/// @notice Everything a distributor knows about the latest batch of an epoch.
/// @param status Where it stands.
/// @param round Its round; zero if nothing was posted.
/// @param digest EIP-712 digest of its header.
/// @param entriesHash Head of its hash chain.
/// @param nextHash What the next chunk to publish (Posted) or credit (Window, Crediting) must hash to with its rest.
/// @param total Units that its header grants.
/// @param publishedUnits Units published so far.
/// @param credited Units credited so far by this batch.
/// @param skipped Units that crediting passed without crediting them: skipped, dropped or held.
/// @param epochCredited Units of the epoch's budget that all batches have used: credited, or held for an answer.
/// @param entryCount Entries published so far.
/// @param nextPosition Position of the next entry to publish (Posted) or credit (Window, Crediting).
/// @param publishDeadline Last second to publish; zero once everything is published.
/// @param windowEnd First second at which entries can be credited; zero before everything is published. A pause moves it.
/// @param oracleSet The oracle set that signed it.
/// @param freeze What challenges do to it.
/// @param live Whether its oracle set still counts; what is not credited of a batch that is not live is lost to it.
struct BatchState {
    BatchStatus status;
    uint32 round;
    bytes32 digest;
    bytes32 entriesHash;
    bytes32 nextHash;
    uint64 total;
    uint64 publishedUnits;
    uint64 credited;
    uint64 skipped;
    uint64 epochCredited;
    uint32 entryCount;
    uint32 nextPosition;
    uint64 publishDeadline;
    uint64 windowEnd;
    uint64 oracleSet;
    Freeze freeze;
    bool live;
}

/// @notice What a distributor is built from.
/// @param token The ERC-20 that is paid out; neither fee-on-transfer nor rebasing.
/// @param treasury Where the money is reserved and drawn from; may be deployed later.
/// @param governance Who sets terms (the timelock).
/// @param unit Base units of the token in one unit.
/// @param epochStart First second of epoch 1.
/// @param epochLength Seconds in an epoch.
/// @param window Seconds between the publication of all entries and the first credit.
/// @param publishPeriod Seconds to publish all entries after posting.
/// @param oracles Members of oracle set 1 in strictly ascending order.
/// @param threshold How many of them must sign.
/// @param baseUrl Where their evidence files are: baseUrl followed by the evidence hash.
/// @param terms The first terms, in strictly ascending order of `fromEpoch`.
/// @param governanceCycle Seconds from a proposal to its execution; the delays are checked against it.
/// @param guardian Who may pause; zero for none.
/// @param guardianUntil The guardian's first second without a role.
/// @param links The contract that makes links; may be deployed later.
/// @param disputes The contract that judges disputes; may be deployed later.
struct Config {
    address token;
    address treasury;
    address governance;
    uint256 unit;
    uint64 epochStart;
    uint64 epochLength;
    uint64 window;
    uint64 publishPeriod;
    address[] oracles;
    uint256 threshold;
    string baseUrl;
    Terms[] terms;
    uint64 governanceCycle;
    address guardian;
    uint48 guardianUntil;
    address links;
    address disputes;
}
