// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Budget, ITreasury, InitialBudget} from "./interfaces/ITreasury.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {RateLimiter} from "@openzeppelin/contracts/utils/RateLimiter.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @title Treasury
/// @notice See {ITreasury}.
contract Treasury is ITreasury {
    using RateLimiter for RateLimiter.RefillingBucket;
    using SafeCast for uint256;
    using SafeERC20 for IERC20;

    /// @dev What one spender may do with one token.
    /// @param reserved What it holds back now.
    /// @param since When it first got a budget; keeps the slot from returning to zero, which would make reserving dear.
    struct Grant {
        RateLimiter.RefillingBucket bucket;
        uint208 reserved;
        uint48 since;
    }

    /// @dev What all spenders together hold back of one token.
    /// @param grants How many spenders have ever had a budget; keeps the slot from returning to zero.
    struct Reservations {
        uint208 reserved;
        uint48 grants;
    }

    bytes32 private constant BUCKET = bytes32(0);

    /// @inheritdoc ITreasury
    address public immutable owner;

    mapping(address spender => mapping(address token => Grant)) private _grants;
    mapping(address token => Reservations) private _reservations;

    modifier onlyOwner() {
        _requireOwner();
        _;
    }

    constructor(
        address owner_,
        InitialBudget[] memory budgets
    ) {
        if (owner_ == address(0)) revert Treasury_ZeroAddress();
        owner = owner_;
        for (uint256 i = 0; i < budgets.length; ++i) {
            _setBudget(budgets[i].spender, budgets[i].token, budgets[i].capacity, budgets[i].period);
        }
    }

    receive() external payable {}

    // -------------------------------------------------------------------------------------------- spenders

    /// @inheritdoc ITreasury
    function reserve(
        address token,
        uint256 amount
    ) external {
        // Check: the budget lets it through and the money is there.
        Grant storage grant = _grants[msg.sender][token];
        if (!grant.bucket.tryConsume(BUCKET, amount)) {
            revert Treasury_OverBudget(msg.sender, token, amount, grant.bucket.available(BUCKET));
        }
        uint256 unreserved = unreservedOf(token);
        if (amount > unreserved) revert Treasury_Insufficient(token, amount, unreserved);

        // Effect
        grant.reserved += amount.toUint208();
        _reservations[token].reserved += amount.toUint208();
        emit Reserved(msg.sender, token, amount);
    }

    /// @inheritdoc ITreasury
    function release(
        address token,
        uint256 amount
    ) external {
        // Check, Effect
        Grant storage grant = _grants[msg.sender][token];
        _unreserve(grant, token, amount);
        // Nothing was spent, so the budget gets it back, up to its capacity.
        uint256 used = Math.saturatingSub(grant.bucket.used(BUCKET), amount);
        grant.bucket._items[BUCKET] =
            RateLimiter.RefillingBucketItem({_lastUsed: used.toUint208(), _lastTimepoint: uint48(block.timestamp)});
        emit Released(msg.sender, token, amount);
    }

    /// @inheritdoc ITreasury
    function pay(
        address token,
        uint256 amount
    ) external {
        // Check, Effect
        _unreserve(_grants[msg.sender][token], token, amount);
        emit Paid(msg.sender, token, amount);

        // Interaction
        IERC20(token).safeTransfer(msg.sender, amount);
    }

    // ----------------------------------------------------------------------------------------------- owner

    /// @inheritdoc ITreasury
    function setBudget(
        address spender,
        address token,
        uint208 capacity,
        uint48 period
    ) external onlyOwner {
        _setBudget(spender, token, capacity, period);
    }

    /// @inheritdoc ITreasury
    function transferERC20(
        address token,
        address to,
        uint256 amount
    ) external onlyOwner {
        // Check
        uint256 unreserved = unreservedOf(token);
        if (amount > unreserved) revert Treasury_Insufficient(token, amount, unreserved);
        emit Transferred(token, to, amount);

        // Interaction
        IERC20(token).safeTransfer(to, amount);
    }

    /// @inheritdoc ITreasury
    function transferETH(
        address payable to,
        uint256 amount
    ) external onlyOwner {
        // Check
        if (to == address(0)) revert Treasury_ZeroAddress();
        if (amount > address(this).balance) {
            revert Treasury_Insufficient(address(0), amount, address(this).balance);
        }
        emit Transferred(address(0), to, amount);

        // Interaction
        Address.sendValue(to, amount);
    }

    // ----------------------------------------------------------------------------------------------- views

    /// @inheritdoc ITreasury
    function budget(
        address spender,
        address token
    ) external view returns (Budget memory) {
        Grant storage grant = _grants[spender][token];
        return Budget({
            capacity: grant.bucket._capacity,
            period: grant.bucket._window,
            available: grant.bucket.available(BUCKET),
            reserved: grant.reserved
        });
    }

    /// @inheritdoc ITreasury
    function reservedOf(
        address token
    ) public view returns (uint256) {
        return _reservations[token].reserved;
    }

    /// @inheritdoc ITreasury
    function unreservedOf(
        address token
    ) public view returns (uint256) {
        return Math.saturatingSub(IERC20(token).balanceOf(address(this)), reservedOf(token));
    }

    // -------------------------------------------------------------------------------------------- internal

    function _requireOwner() private view {
        if (msg.sender != owner) revert Treasury_NotOwner(msg.sender);
    }

    function _setBudget(
        address spender,
        address token,
        uint208 capacity,
        uint48 period
    ) private {
        if (spender == address(0) || token == address(0)) revert Treasury_ZeroAddress();
        if (period == 0 && capacity != 0) revert Treasury_NoPeriod(spender, token);
        Grant storage grant = _grants[spender][token];
        if (grant.since == 0) {
            grant.since = uint48(block.timestamp);
            ++_reservations[token].grants;
        }
        // What refilled until now did so under the old settings.
        grant.bucket.sync(BUCKET);
        grant.bucket.updateSettings(period, capacity);
        emit BudgetSet(spender, token, capacity, period);
    }

    function _unreserve(
        Grant storage grant,
        address token,
        uint256 amount
    ) private {
        uint256 reserved = grant.reserved;
        if (amount > reserved) revert Treasury_NotReserved(msg.sender, token, amount, reserved);
        grant.reserved = (reserved - amount).toUint208();
        _reservations[token].reserved -= amount.toUint208();
    }
}
