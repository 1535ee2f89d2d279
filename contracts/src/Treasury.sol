// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Budget, ITreasury, InitialBudget, Raise} from "./interfaces/ITreasury.sol";
import {Bucket, Buckets} from "./libraries/Bucket.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @title Treasury
/// @notice See {ITreasury}.
/// @dev A token's outflow cap is a bucket like a budget's; it lies under the spender `CAP`, which nobody can be, and its
/// `reserved` is the sum over all spenders. A reservation so touches two slots, one of the spender and one of the token.
/// While money moves nothing can be reserved or moved: a token that calls its recipient before it has moved anything would
/// show a balance that is already spent.
contract Treasury is ITreasury, ReentrancyGuardTransient {
    using Buckets for Bucket;
    using SafeERC20 for IERC20;

    address private constant CAP = address(0);
    address private constant ETH = address(0);

    /// @inheritdoc ITreasury
    uint48 public constant raiseDelay = 7 days;

    /// @inheritdoc ITreasury
    address public immutable owner;

    mapping(address spender => mapping(address token => Bucket)) private _buckets;
    mapping(address spender => mapping(address token => Raise)) private _raises;

    modifier onlyOwner() {
        _requireOwner();
        _;
    }

    /// @param owner_ Who owns the Treasury for ever: the timelock.
    /// @param budgets They hold at once. A token's outflow cap begins with the sum of its capacities, refilled in the shortest of
    /// its periods: enough for all of them, and for what the owner listed for itself.
    constructor(address owner_, InitialBudget[] memory budgets) {
        if (owner_ == address(0)) revert Treasury_ZeroAddress();
        owner = owner_;
        for (uint256 i = 0; i < budgets.length; ++i) {
            InitialBudget memory given = budgets[i];
            if (given.spender == address(0)) revert Treasury_ZeroAddress();
            if (given.spender != owner_) {
                if (given.token == ETH) revert Treasury_ZeroAddress();
                _set(given.spender, given.token, _fit(given.spender, given.token, given.capacity, given.period));
            }
            Bucket cap = _buckets[CAP][given.token];
            uint48 period = cap.periodOf();
            if (period == 0 || (given.period != 0 && given.period < period)) period = given.period;
            uint256 capacity = cap.capacityOf() + given.capacity;
            _set(CAP, given.token, _fit(CAP, given.token, SafeCast.toUint208(capacity), period));
        }
    }

    receive() external payable {}

    // -------------------------------------------------------------------------------------------- spenders

    /// @inheritdoc ITreasury
    function reserve(address token, uint256 amount) external nonReentrantView {
        // Check: the budget and the cap let it through and the money is there.
        (Bucket own, uint256 available) = _buckets[msg.sender][token].draw(amount, amount);
        if (amount > available) revert Treasury_OverBudget(msg.sender, token, amount, available);
        Bucket cap = _outflow(token, amount, amount);

        // Effect
        _buckets[msg.sender][token] = own;
        _buckets[CAP][token] = cap;
        emit Reserved(msg.sender, token, amount);
    }

    /// @inheritdoc ITreasury
    function release(address token, uint256 amount) external {
        Bucket own = _requireReserved(token, amount);

        // Effect: nothing was spent, so budget and cap get it back too, up to their capacity.
        _buckets[msg.sender][token] = own.giveBack(amount);
        _buckets[CAP][token] = _buckets[CAP][token].giveBack(amount);
        emit Released(msg.sender, token, amount);
    }

    /// @inheritdoc ITreasury
    function pay(address token, uint256 amount) external nonReentrant {
        Bucket own = _requireReserved(token, amount);

        // Effect
        _buckets[msg.sender][token] = own.settle(amount);
        _buckets[CAP][token] = _buckets[CAP][token].settle(amount);
        emit Paid(msg.sender, token, amount);

        // Interaction
        IERC20(token).safeTransfer(msg.sender, amount);
    }

    // ----------------------------------------------------------------------------------------------- owner

    /// @inheritdoc ITreasury
    function setBudget(address spender, address token, uint208 capacity, uint48 period) external onlyOwner {
        if (spender == address(0) || token == ETH) revert Treasury_ZeroAddress();
        if (spender == owner) revert Treasury_OwnerHasNoBudget(token);
        _change(spender, token, capacity, period);
    }

    /// @inheritdoc ITreasury
    function cancelBudget(address spender, address token) external onlyOwner {
        if (spender == address(0)) revert Treasury_ZeroAddress();
        _cancel(spender, token);
    }

    /// @inheritdoc ITreasury
    function setOutflowCap(address token, uint208 capacity, uint48 period) external onlyOwner {
        _change(CAP, token, capacity, period);
    }

    /// @inheritdoc ITreasury
    function cancelOutflowCap(address token) external onlyOwner {
        _cancel(CAP, token);
    }

    /// @inheritdoc ITreasury
    function transferERC20(address token, address to, uint256 amount) external onlyOwner nonReentrant {
        if (token == ETH) revert Treasury_ZeroAddress();
        _leave(token, to, amount);

        // Interaction
        IERC20(token).safeTransfer(to, amount);
    }

    /// @inheritdoc ITreasury
    function transferETH(address payable to, uint256 amount) external onlyOwner nonReentrant {
        _leave(ETH, to, amount);

        // Interaction
        Address.sendValue(to, amount);
    }

    // ---------------------------------------------------------------------------------------------- anyone

    /// @inheritdoc ITreasury
    function activateBudget(address spender, address token) external {
        if (spender == address(0)) revert Treasury_ZeroAddress();
        _activate(spender, token);
    }

    /// @inheritdoc ITreasury
    function activateOutflowCap(address token) external {
        _activate(CAP, token);
    }

    // ----------------------------------------------------------------------------------------------- views

    /// @inheritdoc ITreasury
    function budget(address spender, address token) external view returns (Budget memory none) {
        return spender == CAP ? none : _state(spender, token);
    }

    /// @inheritdoc ITreasury
    function budgetRaise(address spender, address token) external view returns (Raise memory none) {
        return spender == CAP ? none : _raises[spender][token];
    }

    /// @inheritdoc ITreasury
    function outflowCap(address token) external view returns (Budget memory) {
        return _state(CAP, token);
    }

    /// @inheritdoc ITreasury
    function outflowCapRaise(address token) external view returns (Raise memory) {
        return _raises[CAP][token];
    }

    /// @inheritdoc ITreasury
    function reservedOf(address token) external view returns (uint256) {
        return _buckets[CAP][token].reservedOf();
    }

    /// @inheritdoc ITreasury
    function unreservedOf(address token) external view returns (uint256) {
        return _unreserved(_buckets[CAP][token], token);
    }

    // ---------------------------------------------------------------------------------------------- checks

    function _requireOwner() private view {
        if (msg.sender != owner) revert Treasury_NotOwner(msg.sender);
    }

    function _requireReserved(address token, uint256 amount) private view returns (Bucket own) {
        own = _buckets[msg.sender][token];
        uint256 reserved = own.reservedOf();
        if (amount > reserved) revert Treasury_NotReserved(msg.sender, token, amount, reserved);
    }

    /// @dev The cap lets the amount through, and it lies here unreserved. Gives the cap as it is then.
    function _outflow(address token, uint256 amount, uint256 held) private view returns (Bucket after_) {
        Bucket cap = _buckets[CAP][token];
        uint256 available;
        (after_, available) = cap.draw(amount, held);
        if (amount > available) revert Treasury_OverOutflowCap(token, amount, available);
        uint256 unreserved = _unreserved(cap, token);
        if (amount > unreserved) revert Treasury_Insufficient(token, amount, unreserved);
    }

    function _unreserved(Bucket cap, address token) private view returns (uint256) {
        uint256 balance = token == ETH ? address(this).balance : IERC20(token).balanceOf(address(this));
        return Math.saturatingSub(balance, cap.reservedOf());
    }

    function _state(address spender, address token) private view returns (Budget memory) {
        Bucket read = _buckets[spender][token];
        return Budget({
            capacity: SafeCast.toUint208(read.capacityOf()),
            period: read.periodOf(),
            available: read.availableOf(),
            reserved: read.reservedOf()
        });
    }

    // --------------------------------------------------------------------------------------------- effects

    function _leave(address token, address to, uint256 amount) private {
        // Check
        if (to == address(0)) revert Treasury_ZeroAddress();
        Bucket cap = _outflow(token, amount, 0);

        // Effect
        _buckets[CAP][token] = cap;
        emit Transferred(token, to, amount);
    }

    /// @dev What a limit can be: kept digits, and a period if anything is to flow.
    function _fit(address spender, address token, uint208 capacity, uint48 period) private pure returns (Raise memory) {
        if (capacity == 0) return Raise({capacity: 0, period: 0, activeFrom: 0});
        if (period == 0) revert Treasury_NoPeriod(spender, token);
        if (period > Buckets.MAX_PERIOD) revert Treasury_PeriodTooLong(period, Buckets.MAX_PERIOD);
        return Raise({capacity: SafeCast.toUint208(Buckets.fit(capacity)), period: period, activeFrom: 0});
    }

    /// @dev Lowers at once, schedules anything else. The latest decision is the one that counts: an earlier raise ends.
    function _change(address spender, address token, uint208 capacity, uint48 period) private {
        Raise memory wanted = _fit(spender, token, capacity, period);
        if (_isRaise(_buckets[spender][token], wanted)) {
            wanted.activeFrom = SafeCast.toUint48(block.timestamp + raiseDelay);
            _raises[spender][token] = wanted;
            if (spender == CAP) {
                emit OutflowCapRaiseScheduled(token, wanted.capacity, wanted.period, wanted.activeFrom);
            } else {
                emit BudgetRaiseScheduled(spender, token, wanted.capacity, wanted.period, wanted.activeFrom);
            }
        } else {
            if (_raises[spender][token].activeFrom != 0) _cancel(spender, token);
            _set(spender, token, wanted);
        }
    }

    /// @dev More at once, or more over time.
    function _isRaise(Bucket old, Raise memory wanted) private pure returns (bool) {
        uint256 capacity = old.capacityOf();
        // 208 bits times 24 bits cannot overflow.
        return wanted.capacity > capacity || wanted.capacity * uint256(old.periodOf()) > capacity * wanted.period;
    }

    function _activate(address spender, address token) private {
        Raise memory raise = _raises[spender][token];
        if (raise.activeFrom == 0) revert Treasury_NothingScheduled(spender, token);
        if (block.timestamp < raise.activeFrom) revert Treasury_RaiseWaits(spender, token, raise.activeFrom);
        delete _raises[spender][token];
        _set(spender, token, raise);
    }

    function _cancel(address spender, address token) private {
        if (_raises[spender][token].activeFrom == 0) revert Treasury_NothingScheduled(spender, token);
        delete _raises[spender][token];
        if (spender == CAP) emit OutflowCapRaiseCancelled(token);
        else emit BudgetRaiseCancelled(spender, token);
    }

    function _set(address spender, address token, Raise memory limit) private {
        _buckets[spender][token] = _buckets[spender][token].configure(limit.capacity, limit.period);
        if (spender == CAP) emit OutflowCapSet(token, limit.capacity, limit.period);
        else emit BudgetSet(spender, token, limit.capacity, limit.period);
    }
}
