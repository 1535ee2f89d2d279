// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @title The oracles and their quorum
/// @notice A quorum is `signatures`: a 32-byte bitmap (bit i, counted from the least significant, is member i of the set in
/// ascending order of address) with exactly `threshold` bits set, followed by one 64-byte compact signature (ERC-2098: r, then
/// yParity and s) for each of them in ascending order of bit. Anything else is refused.
interface IOracleSet {
    /// @notice A set of oracles became the current one.
    event OracleSetRotated(uint64 indexed id, address[] members, uint256 threshold, string baseUrl);

    /// @notice What the sets before this one signed, and what is not yet settled of it, is dead: batches and pending re-links.
    event PendingVoided(uint64 oldestLiveSet);

    /// @notice A key counts no more, in any set.
    event OracleSwitchedOff(address indexed member);

    /// @notice A set needs between 1 and 256 members.
    error OracleSet_InvalidSize(uint256 size);

    /// @notice The threshold must be between 1 and the number of members.
    error OracleSet_InvalidThreshold(uint256 threshold, uint256 size);

    /// @notice Members must be nonzero and in strictly ascending order; this one is not.
    error OracleSet_InvalidMember(uint256 index, address member);

    /// @notice The base URL is longer than the limit of 1,024 bytes.
    error OracleSet_BaseUrlTooLong(uint256 length);

    /// @notice No set has this id.
    error OracleSet_Unknown(uint64 id);

    /// @notice What was signed names another set than the current one.
    error OracleSet_NotCurrent(uint64 id, uint64 current);

    /// @notice The bitmap does not have exactly `threshold` bits.
    error OracleSet_WrongQuorum(uint256 signers, uint256 threshold);

    /// @notice The bytes are not one bitmap and `threshold` compact signatures.
    error OracleSet_WrongLength(uint256 length, uint256 expected);

    /// @notice The bitmap has a bit that no member stands for.
    error OracleSet_NoSuchMember(uint256 index, uint256 size);

    /// @notice The signature for the member at this index is not that member's.
    error OracleSet_InvalidSignature(uint256 index, address member);

    /// @notice The key was switched off: it signs for no quorum and joins no set.
    error OracleSet_SwitchedOff(address member);

    /// @notice Some contract must judge disputes.
    error OracleSet_NoDisputes();

    /// @notice Only the contract that judges disputes may do this.
    error OracleSet_NotDisputes(address caller);

    /// @notice Replaces the oracles. Only governance.
    /// @param members In strictly ascending order, none of them switched off.
    /// @param threshold How many must sign.
    /// @param baseUrl Where the evidence files are.
    /// @param voidPending Whether all that is pending of the sets before dies: batches that are not settled, entries that are held,
    /// re-links. Otherwise it lives on.
    function rotate(address[] calldata members, uint256 threshold, string calldata baseUrl, bool voidPending) external;

    /// @notice Reverts unless a quorum of the current set, of keys that are not switched off, signed the digest.
    function requireQuorum(bytes32 digest, bytes calldata signatures) external view;

    /// @notice The EIP-712 domain separator of everything that is signed for this distributor.
    function domainSeparator() external view returns (bytes32);

    /// @notice Switches a key off for good. Only the contract that judges disputes.
    /// @return changed Whether it was on.
    function switchOff(address member) external returns (bool changed);

    /// @notice Whether a key was switched off.
    function isSwitchedOff(address member) external view returns (bool);

    /// @notice What sets before this one signed is dead unless it is settled.
    function oldestLiveSet() external view returns (uint64);

    /// @notice The address whose code holds a set.
    function oracleSetCode(uint64 id) external view returns (address);

    /// @notice The contract that judges disputes.
    function disputes() external view returns (address);

    /// @notice The id of the current set; ids count from 1.
    function oracleSetId() external view returns (uint64);

    /// @notice A set, current or past.
    /// @return members In ascending order; the bitmap's bits count them.
    /// @return threshold How many must sign.
    /// @return baseUrl Where the evidence files are.
    function oracleSet(uint64 id)
        external
        view
        returns (address[] memory members, uint256 threshold, string memory baseUrl);
}
