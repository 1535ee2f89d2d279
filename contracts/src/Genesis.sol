// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Create3} from "@openzeppelin/contracts/utils/Create3.sol";

/// @title Genesis
/// @notice The birthplace of one deployment. The contracts of Guerdon name each other in their constructors, in a circle, so their
/// addresses must not follow from their code: here an address follows from a name and this contract's own address alone, and this
/// contract's address (made by CREATE2) from its deployer and a salt. One config has the same addresses on every chain.
/// @dev Creating is all that it can do: it has no power over what it created, and neither has its deployer. A name can be used
/// once, so a transaction that was sent twice creates nothing twice.
contract Genesis {
    /// @notice The deployment began.
    event Begun(address indexed deployer);

    /// @notice A contract was created.
    /// @param initCodeHash Keccak-256 of its creation code and constructor arguments: what an address here does not tell.
    event Created(bytes32 indexed name, address indexed created, bytes32 initCodeHash);

    /// @notice Only the deployer may do this.
    error Genesis_NotDeployer(address caller);

    /// @notice The only account that creates contracts here.
    address public immutable deployer;

    /// @notice When this contract was created: no event of the deployment is older.
    uint256 public immutable since;

    constructor(address deployer_) {
        // A deployer that is nobody creates nothing.
        // slither-disable-next-line missing-zero-check
        deployer = deployer_;
        since = block.timestamp;
        emit Begun(deployer_);
    }

    /// @notice Creates a contract at `addressOf(name)`. Only the deployer; once for each name.
    function create(bytes32 name, bytes calldata initCode) external returns (address created) {
        if (msg.sender != deployer) revert Genesis_NotDeployer(msg.sender);
        created = Create3.deploy(0, name, initCode);
        emit Created(name, created, keccak256(initCode));
    }

    /// @notice Where the contract of a name is or will be.
    function addressOf(bytes32 name) external view returns (address) {
        return Create3.computeAddress(name);
    }
}
