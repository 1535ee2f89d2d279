// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IDisputes} from "../interfaces/IDisputes.sol";
import {IRewardDistributor} from "../interfaces/IRewardDistributor.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @title What disputes hold
/// @dev Bonds in ETH, and the rewards of finders in the token. Whoever is owed something withdraws it, or has it withdrawn.
abstract contract Bonds is IDisputes {
    using SafeERC20 for IERC20;

    /// @dev Who found faults; one slot.
    /// @param faults Those of entries that crediting had not come to. They are counted so that the slot is in use before crediting
    /// adds to it: a chunk full of faults by as many finders would not fit a transaction otherwise.
    /// @param rewards Base units of the token.
    struct Finder {
        uint32 faults;
        uint224 rewards;
    }

    uint256 private constant REWARD_SHARE = 10;
    /// @inheritdoc IDisputes
    uint96 public constant batchBondFactor = 20;

    IRewardDistributor internal immutable DISTRIBUTOR;

    mapping(address finder => Finder) private _finders;
    /// @inheritdoc IDisputes
    mapping(address account => uint256) public owed;
    /// @inheritdoc IDisputes
    /// @dev The last one: it shares a slot with the arbiter.
    uint96 public bond;

    modifier onlyGovernance() {
        if (msg.sender != DISTRIBUTOR.governance()) revert Disputes_NotGovernance(msg.sender);
        _;
    }

    constructor(address distributor_) {
        if (distributor_ == address(0)) revert Disputes_NoDistributor();
        DISTRIBUTOR = IRewardDistributor(distributor_);
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
    function setBond(uint96 bond_) external onlyGovernance {
        _setBond(bond_);
    }

    /// @inheritdoc IDisputes
    function rewardOf(address finder) external view returns (uint256) {
        return _finders[finder].rewards;
    }

    /// @inheritdoc IDisputes
    function distributor() external view returns (address) {
        return address(DISTRIBUTOR);
    }

    // -------------------------------------------------------------------------------------------- internal

    function _requireBond(uint96 factor) internal view returns (uint96 value) {
        value = bond * factor;
        if (msg.value != value) revert Disputes_WrongBond(msg.value, value);
    }

    function _owe(address account, uint256 id, uint256 amount) internal {
        owed[account] += amount;
        emit BondReturned(account, id, amount);
    }

    function _countFault(address finder) internal {
        if (finder != address(0)) ++_finders[finder].faults;
    }

    /// @dev Notes a tenth of the dropped units for the finder of a fault, if there is one. The distributor sends it.
    function _grantReward(address finder, uint64 epoch, uint32 round, uint256 units) internal returns (uint256 reward) {
        if (finder == address(0)) return 0;
        reward = units * DISTRIBUTOR.unit() / REWARD_SHARE;
        _finders[finder].rewards += SafeCast.toUint224(reward);
        emit RewardGranted(finder, epoch, round, reward);
    }

    function _setBond(uint96 bond_) internal {
        if (bond_ == 0) revert Disputes_NoBond();
        bond = bond_;
        emit BondSet(bond_);
    }
}
