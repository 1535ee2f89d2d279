// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Link, LinkAttestation} from "./Types.sol";

/// @notice Where a pending link stands.
enum LinkStatus {
    None, // nothing pending
    Pending, // waits for its delay; the old wallet may cancel, anyone may challenge
    Contested, // the old wallet cancelled one before: only the arbiter decides
    Frozen, // challenged, waits for the answer
    Approved // the arbiter said yes; waits for what is left of its delay
}

/// @notice A link that waits.
/// @param wallet The wallet that it would link.
/// @param readyAt Active time from which it can be activated.
/// @param oracleSet The oracle set under which it was proposed; it dies with it.
/// @param status Where it stands.
/// @param adopted Whether it was taken over from the predecessor.
/// @param nonce Of the link; zero if it was adopted, until it is activated.
/// @param digest What the oracles signed for it; zero if it was adopted.
/// @param challenge The challenge that froze it.
struct PendingLink {
    address wallet;
    uint48 readyAt;
    uint16 oracleSet;
    LinkStatus status;
    bool adopted;
    uint64 nonce;
    bytes32 digest;
    uint192 challenge;
}

/// @notice What links are built from.
/// @param distributor The distributor whose links these are; may be deployed later.
/// @param previous The distributor whose links may be adopted; zero if there is none.
/// @param delay Active seconds that a re-link waits.
/// @param resolveDeadline Active seconds that the arbiter has for a contested link once its delay is over.
/// @param budget Most unclaimed units that re-links may expose at once.
/// @param budgetPeriod Seconds in which a used-up link budget refills.
/// @param governanceCycle Seconds from a proposal to its execution; the delay is checked against it.
struct LinksConfig {
    address distributor;
    address previous;
    uint48 delay;
    uint48 resolveDeadline;
    uint208 budget;
    uint48 budgetPeriod;
    uint64 governanceCycle;
}

/// @title Links
/// @notice A first link holds at once: an id without one has nothing on chain. A re-link moves what a contributor has not claimed to another wallet, so it waits `linkDelay` of active time and is
/// open to objection: the old wallet may cancel it once, anyone may challenge it with a bond, a pause holds it, a rotation that
/// voids what is pending ends it. All re-links together expose at most `linkBudget` unclaimed units per period.
interface ILinks {
    /// @notice Another contract verifies links from a time on.
    event LinkVerifierSet(address indexed verifier, uint48 from);

    /// @notice A re-link was proposed.
    event LinkProposed(
        uint64 indexed id, address indexed wallet, address indexed oldWallet, uint64 oracleSet, uint48 readyAt
    );

    /// @notice A link of the predecessor was proposed here.
    event LinkAdopted(uint64 indexed id, address indexed wallet, uint64 oracleSet, uint48 readyAt);

    /// @notice A pending link can be decided by the arbiter only, because one was cancelled before.
    event LinkContested(uint64 indexed id, address indexed wallet);

    /// @notice A pending link was challenged.
    event LinkFrozen(uint64 indexed id, address indexed wallet, uint256 challenge);

    /// @notice The arbiter let a pending link through.
    event LinkApproved(uint64 indexed id, address indexed wallet);

    /// @notice A link holds from now on.
    /// @param exposed Units that the old wallet had not claimed.
    event LinkActivated(uint64 indexed id, address indexed wallet, uint256 exposed);

    /// @notice The old wallet cancelled a pending link; from now on only the arbiter decides about this contributor id.
    event LinkCancelled(uint64 indexed id, address indexed wallet, address indexed oldWallet);

    /// @notice A pending link ended without effect.
    event LinkDropped(uint64 indexed id, address indexed wallet);

    /// @notice A pending link ended because the old wallet signed another one.
    event LinkSuperseded(uint64 indexed id, address indexed wallet);

    /// @notice The link budget was set.
    event LinkBudgetSet(uint208 units, uint48 period);

    /// @notice Only the contract that judges disputes may do this.
    error Links_NotDisputes(address caller);

    /// @notice Only governance may do this.
    error Links_NotGovernance(address caller);

    /// @notice Only the old wallet may do this.
    error Links_NotOldWallet(uint64 id, address caller);

    /// @notice The contributor id's pending link is at no step that allows this.
    error Links_WrongStatus(uint64 id, LinkStatus status);

    /// @notice The link can be activated from this active time on.
    error Links_TooEarly(uint64 id, uint48 readyAt);

    /// @notice The link's oracle set was rotated out with all that was pending.
    error Links_Dead(uint64 id, uint64 oracleSet);

    /// @notice The link is alive and in time.
    error Links_Live(uint64 id);

    /// @notice Links are not activated while the distributor is paused.
    error Links_Paused();

    /// @notice The re-link exposes more than the link budget has left now.
    error Links_OverBudget(uint64 id, uint256 units, uint256 available);

    /// @notice There is no predecessor, or it has no such link, or a re-link is pending there.
    error Links_NothingToAdopt(uint64 id);

    /// @notice The contributor id has a wallet here.
    error Links_Linked(uint64 id, address wallet);

    /// @notice The delay and the longest pause together must be at least one cycle of governance.
    error Links_DelayTooShort(uint256 delay, uint256 governanceCycle);

    /// @notice There must be a distributor and a verifier.
    error Links_ZeroAddress();

    /// @notice A link budget needs a period.
    error Links_NoPeriod();

    /// @notice Links a contributor id to a wallet, or proposes to link it to another one. By anyone who holds both proofs. A first
    /// link holds at once, but is not made while paused; a re-link waits.
    /// @param walletProof The wallet's signature of the `Link` (65 bytes, or whatever its ERC-1271 contract accepts).
    /// @param attestation What the link verifier asks for; at first a quorum of the current oracle set over the `LinkAttestation`.
    function link(
        uint64 id,
        address wallet,
        uint64 nonce,
        uint64 validUntil,
        bytes calldata walletProof,
        bytes calldata attestation
    ) external;

    /// @notice Links a contributor id to another wallet at once, because the old wallet signed the same `Link`. Ends a pending
    /// re-link. By anyone who holds the three proofs, not while paused.
    function relinkSigned(
        Link calldata message,
        bytes calldata walletProof,
        bytes calldata oldWalletProof,
        bytes calldata attestation
    ) external;

    /// @notice Makes a pending link hold, after its delay and within the link budget. By anyone, not while paused.
    function activate(uint64 id) external;

    /// @notice Cancels a pending re-link. Only the old wallet, and only once: after that the arbiter decides.
    function cancel(uint64 id) external;

    /// @notice Ends a pending link that can never be activated: its oracle set is dead, the arbiter left it undecided past the
    /// deadline, or the contributor id was linked or moved otherwise. By anyone.
    function drop(uint64 id) external;

    /// @notice Takes a link over from the predecessor, under the same delay as a re-link. By anyone.
    function adopt(uint64 id) external;

    /// @notice Freezes a pending link until its challenge is answered. Only the contract that judges disputes.
    function freeze(uint64 id, uint192 challenge) external returns (uint64 oracleSet, bytes32 digest);

    /// @notice Lets a challenged link through, or ends it. Only the contract that judges disputes.
    function decide(uint64 id, bool stands) external;

    /// @notice Lets a contested link through, or ends it. Only the contract that judges disputes.
    function decideContested(uint64 id, bool stands) external;

    /// @notice Sets how many unclaimed units re-links may expose per period. Only governance.
    function setLinkBudget(uint208 units, uint48 period) external;

    /// @notice Replaces what verifies links, after 30 days. Only governance.
    function setLinkVerifier(address verifier) external;

    /// @notice The EIP-712 digest that a wallet signs to be linked.
    function hashLink(Link calldata message) external view returns (bytes32);

    /// @notice The EIP-712 digest that oracles sign to attest a link.
    function hashLinkAttestation(LinkAttestation calldata message) external view returns (bytes32);

    /// @notice What verifies links now.
    function linkVerifier() external view returns (address);

    /// @notice What verifies links from a time on; the time may be over.
    function nextLinkVerifier() external view returns (address verifier, uint48 from);

    /// @notice Seconds before another verifier takes effect.
    function verifierDelay() external view returns (uint48);

    /// @notice The nonce that the next link of this contributor id must carry.
    function linkNonce(uint64 id) external view returns (uint64);

    /// @notice A contributor id's pending link.
    function pending(uint64 id) external view returns (PendingLink memory);

    /// @notice Whether a challenge still freezes a pending link.
    function isFrozen(uint64 id, uint192 challenge) external view returns (bool);

    /// @notice Whether the old wallet has cancelled a re-link, so that only the arbiter decides.
    function isContested(uint64 id) external view returns (bool);

    /// @notice The link budget, and what is left of it now.
    function linkBudget() external view returns (uint208 units, uint48 period, uint256 available);

    /// @notice Active seconds that a re-link waits.
    function linkDelay() external view returns (uint48);

    /// @notice Active seconds that the arbiter has for a contested link once its delay is over.
    function resolveDeadline() external view returns (uint48);

    /// @notice The distributor whose links these are.
    function distributor() external view returns (address);

    /// @notice The distributor whose links may be adopted; zero if there is none.
    function previous() external view returns (address);
}
