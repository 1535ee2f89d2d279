// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {OracleSetWriter} from "../OracleSetWriter.sol";
import {IOracleSet} from "../interfaces/IOracleSet.sol";
import {Quorum} from "../libraries/Quorum.sol";
import {StoredSet} from "../libraries/StoredSet.sol";
import {Domain} from "./Domain.sol";
import {Governed} from "./Governed.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @title The oracles, their quorum and their rotation
abstract contract OracleSet is Domain, Governed, IOracleSet {
    using StoredSet for address;

    /// @dev One slot, so that posting reads all it needs of it at once.
    /// @param id Of the current set.
    /// @param oldestLive Batches and re-links of the sets before this one are dead.
    /// @param anyOff Whether a key was switched off since the last rotation; a rotation takes none that is off.
    /// @param pausedUntil End of the last pause; belongs to the guardian's part.
    /// @param stored Where the current set is stored.
    struct Current {
        uint16 id;
        uint16 oldestLive;
        bool anyOff;
        uint48 pausedUntil;
        address stored;
    }

    OracleSetWriter private immutable WRITER;
    /// @inheritdoc IOracleSet
    address public immutable disputes;

    Current internal _current;
    mapping(uint64 id => address stored) private _sets;
    mapping(address member => bool) private _switchedOff;

    modifier onlyDisputes() {
        _requireDisputes();
        _;
    }

    constructor(address[] memory members, uint256 threshold, string memory baseUrl, address disputes_) {
        if (disputes_ == address(0)) revert OracleSet_NoDisputes();
        disputes = disputes_;
        WRITER = new OracleSetWriter();
        _current.oldestLive = 1;
        _setOracles(members, threshold, baseUrl);
    }

    /// @inheritdoc IOracleSet
    function rotate(address[] memory members, uint256 threshold, string memory baseUrl, bool voidPending)
        external
        onlyGovernance
    {
        // Check and effect
        // The writer is this contract's own and calls nobody.
        // slither-disable-next-line reentrancy-no-eth
        _setOracles(members, threshold, baseUrl);
        if (voidPending) {
            _current.oldestLive = _current.id;
            emit PendingVoided(_current.id);
        }
    }

    /// @inheritdoc IOracleSet
    function switchOff(address member) external onlyDisputes returns (bool changed) {
        // Check
        if (_switchedOff[member]) return false;

        // Effect
        _switchedOff[member] = true;
        _current.anyOff = true;
        emit OracleSwitchedOff(member);
        return true;
    }

    /// @inheritdoc IOracleSet
    function requireQuorum(bytes32 digest, bytes calldata signatures) external view {
        _requireQuorum(digest, signatures);
    }

    /// @inheritdoc IOracleSet
    function domainSeparator() external view returns (bytes32) {
        return _domainSeparator();
    }

    /// @inheritdoc IOracleSet
    function oracleSetId() public view returns (uint64) {
        return _current.id;
    }

    /// @inheritdoc IOracleSet
    function oldestLiveSet() external view returns (uint64) {
        return _current.oldestLive;
    }

    /// @inheritdoc IOracleSet
    function isSwitchedOff(address member) external view returns (bool) {
        return _switchedOff[member];
    }

    /// @inheritdoc IOracleSet
    function oracleSet(uint64 id)
        external
        view
        returns (address[] memory members, uint256 threshold, string memory baseUrl)
    {
        address stored = oracleSetCode(id);
        (threshold, members) = stored.read();
        baseUrl = stored.readBaseUrl(members.length);
    }

    /// @inheritdoc IOracleSet
    function oracleSetCode(uint64 id) public view returns (address stored) {
        stored = _sets[id];
        if (stored == address(0)) revert OracleSet_Unknown(id);
    }

    /// @dev Whether what this set signed is still worth anything.
    function _isLive(uint64 set) internal view returns (bool) {
        return set >= _current.oldestLive;
    }

    /// @dev Reverts unless a quorum of the current set, of keys that are not switched off, signed the digest.
    function _requireQuorum(bytes32 digest, bytes calldata signatures) internal view {
        (uint256 bitmap, address[] memory members) = Quorum.check(_current.stored, digest, signatures);
        if (!_current.anyOff) return;
        for (uint256 i = 0; i < members.length; ++i) {
            if ((bitmap >> i) & 1 == 1 && _switchedOff[members[i]]) revert OracleSet_SwitchedOff(members[i]);
        }
    }

    /// @dev Stores a new set and makes it the current one.
    function _setOracles(address[] memory members, uint256 threshold, string memory baseUrl) private {
        // Check: no member is switched off; the writer checks the rest.
        for (uint256 i = 0; i < members.length; ++i) {
            if (_switchedOff[members[i]]) revert OracleSet_SwitchedOff(members[i]);
        }
        address stored = WRITER.write(members, threshold, baseUrl);

        // Effect
        uint16 id = SafeCast.toUint16(uint256(_current.id) + 1);
        _sets[id] = stored;
        _current.id = id;
        _current.stored = stored;
        _current.anyOff = false;
        emit OracleSetRotated(id, members, threshold, baseUrl);
    }

    function _requireDisputes() private view {
        if (msg.sender != disputes) revert OracleSet_NotDisputes(msg.sender);
    }
}
