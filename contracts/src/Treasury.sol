// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Budget, ITreasury, InitialBudget} from "./interfaces/ITreasury.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @title Treasury
/// @notice See {ITreasury}.
contract Treasury is ITreasury {
    using SafeCast for uint256;
    using SafeERC20 for IERC20;

    /// @dev What one spender may do with one token: a bucket that refills in `period`, and what was reserved from it. The bucket
    /// is that of OpenZeppelin's `RateLimiter`, laid out so that reserving writes one slot instead of two.
    /// @param capacity Most that can be used at once.
    /// @param period Seconds in which a used-up bucket refills; zero before there is a budget.
    /// @param used What was used of the capacity at `updated`.
    /// @param reserved What the spender holds back now.
    /// @param updated When `used` was written.
    struct Grant {
        uint208 capacity;
        uint48 period;
        uint104 used;
        uint104 reserved;
        uint48 updated;
    }

    /// @dev What all spenders together hold back of one token.
    /// @param grants How many spenders have ever had a budget; keeps the slot from returning to zero.
    struct Reservations {
        uint208 reserved;
        uint48 grants;
    }

    /// @inheritdoc ITreasury
    address public immutable owner;

    mapping(address spender => mapping(address token => Grant)) private _grants;
    mapping(address token => Reservations) private _reservations;

    modifier onlyOwner() {
        _requireOwner();
        _;
    }

    constructor(address owner_, InitialBudget[] memory budgets) {
        if (owner_ == address(0)) revert Treasury_ZeroAddress();
        owner = owner_;
        for (uint256 i = 0; i < budgets.length; ++i) {
            _setBudget(budgets[i].spender, budgets[i].token, budgets[i].capacity, budgets[i].period);
        }
    }

    receive() external payable {}

    // -------------------------------------------------------------------------------------------- spenders

    /// @inheritdoc ITreasury
    function reserve(address token, uint256 amount) external {
        // Check: the budget lets it through and the money is there.
        Grant storage grant = _grants[msg.sender][token];
        uint256 used = _used(grant);
        uint256 available = Math.saturatingSub(grant.capacity, used);
        if (amount > available) revert Treasury_OverBudget(msg.sender, token, amount, available);
        uint256 unreserved = unreservedOf(token);
        if (amount > unreserved) revert Treasury_Insufficient(token, amount, unreserved);

        // Effect
        _update(grant, used + amount, grant.reserved + amount);
        _reservations[token].reserved += amount.toUint208();
        emit Reserved(msg.sender, token, amount);
    }

    /// @inheritdoc ITreasury
    function release(address token, uint256 amount) external {
        Grant storage grant = _grants[msg.sender][token];
        uint256 reserved = _requireReserved(grant, token, amount);

        // Effect: nothing was spent, so the budget gets it back too, up to its capacity.
        _update(grant, Math.saturatingSub(_used(grant), amount), reserved - amount);
        _reservations[token].reserved -= amount.toUint208();
        emit Released(msg.sender, token, amount);
    }

    /// @inheritdoc ITreasury
    function pay(address token, uint256 amount) external {
        Grant storage grant = _grants[msg.sender][token];
        uint256 reserved = _requireReserved(grant, token, amount);

        // Effect
        grant.reserved = (reserved - amount).toUint104();
        _reservations[token].reserved -= amount.toUint208();
        emit Paid(msg.sender, token, amount);

        // Interaction
        IERC20(token).safeTransfer(msg.sender, amount);
    }

    // ----------------------------------------------------------------------------------------------- owner

    /// @inheritdoc ITreasury
    function setBudget(address spender, address token, uint208 capacity, uint48 period) external onlyOwner {
        _setBudget(spender, token, capacity, period);
    }

    /// @inheritdoc ITreasury
    function transferERC20(address token, address to, uint256 amount) external onlyOwner {
        // Check
        uint256 unreserved = unreservedOf(token);
        if (amount > unreserved) revert Treasury_Insufficient(token, amount, unreserved);
        emit Transferred(token, to, amount);

        // Interaction
        IERC20(token).safeTransfer(to, amount);
    }

    /// @inheritdoc ITreasury
    function transferETH(address payable to, uint256 amount) external onlyOwner {
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
    function budget(address spender, address token) external view returns (Budget memory) {
        Grant storage grant = _grants[spender][token];
        return Budget({
            capacity: grant.capacity,
            period: grant.period,
            available: Math.saturatingSub(grant.capacity, _used(grant)),
            reserved: grant.reserved
        });
    }

    /// @inheritdoc ITreasury
    function reservedOf(address token) public view returns (uint256) {
        return _reservations[token].reserved;
    }

    /// @inheritdoc ITreasury
    function unreservedOf(address token) public view returns (uint256) {
        return Math.saturatingSub(IERC20(token).balanceOf(address(this)), reservedOf(token));
    }

    // -------------------------------------------------------------------------------------------- internal

    function _requireOwner() private view {
        if (msg.sender != owner) revert Treasury_NotOwner(msg.sender);
    }

    function _setBudget(address spender, address token, uint208 capacity, uint48 period) private {
        if (spender == address(0) || token == address(0)) revert Treasury_ZeroAddress();
        if (period == 0 && capacity != 0) revert Treasury_NoPeriod(spender, token);
        Grant storage grant = _grants[spender][token];
        if (grant.updated == 0) ++_reservations[token].grants;
        // What refilled until now did so under the old settings.
        _update(grant, _used(grant), grant.reserved);
        grant.capacity = capacity;
        grant.period = period;
        emit BudgetSet(spender, token, capacity, period);
    }

    function _requireReserved(Grant storage grant, address token, uint256 amount)
        private
        view
        returns (uint256 reserved)
    {
        reserved = grant.reserved;
        if (amount > reserved) revert Treasury_NotReserved(msg.sender, token, amount, reserved);
    }

    /// @dev What of the capacity is used now: what was, less what has refilled since.
    function _used(Grant storage grant) private view returns (uint256) {
        uint256 period = grant.period;
        if (period == 0) return grant.used;
        return Math.saturatingSub(grant.used, Math.mulDiv(block.timestamp - grant.updated, grant.capacity, period));
    }

    /// @dev One write: the slot's three fields at once.
    function _update(Grant storage grant, uint256 used, uint256 reserved) private {
        (grant.used, grant.reserved, grant.updated) =
        (used.toUint104(), reserved.toUint104(), block.timestamp.toUint48());
    }
}
