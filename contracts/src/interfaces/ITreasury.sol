// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @notice A budget that a Treasury starts with.
/// @param spender Who may reserve and draw. The owner stands for what it may transfer itself: room in the outflow cap, no budget.
/// @param token The ERC-20 that may be drawn; for the owner also the zero address, which is ETH.
/// @param capacity Most base units that can be reserved at once.
/// @param period Seconds in which a used-up budget refills.
struct InitialBudget {
    address spender;
    address token;
    uint208 capacity;
    uint48 period;
}

/// @notice A budget, or a token's outflow cap, as it stands now.
/// @param capacity Most base units that can be reserved at once.
/// @param period Seconds in which a used-up budget refills.
/// @param available Base units that can be reserved now, as far as the budget goes.
/// @param reserved Base units reserved and not yet drawn or released.
struct Budget {
    uint208 capacity;
    uint48 period;
    uint256 available;
    uint256 reserved;
}

/// @notice A raise that waits.
/// @param capacity The capacity that it will bring.
/// @param period The period that it will bring.
/// @param activeFrom First second at which anyone can activate it; zero if none waits.
struct Raise {
    uint208 capacity;
    uint48 period;
    uint48 activeFrom;
}

/// @title Treasury
/// @notice Holds the organisation's ETH and ERC-20 tokens. Spenders draw what they reserved within a budget that refills over
/// time; the owner moves only what nobody has reserved. Both together stay within the token's outflow cap, which refills likewise.
/// A budget or a cap is lowered at once; a new spender, a raised budget and a raised cap wait {raiseDelay}, in plain sight. It
/// can make no other call, approve nothing and delegate nothing, and no function lifts the rules.
/// @dev The zero address as a token is ETH: the owner can transfer it, no spender can reserve it.
interface ITreasury {
    /// @notice A budget holds from now on.
    event BudgetSet(address indexed spender, address indexed token, uint208 capacity, uint48 period);

    /// @notice A budget was raised; the raise waits until `activeFrom`.
    event BudgetRaiseScheduled(
        address indexed spender, address indexed token, uint208 capacity, uint48 period, uint48 activeFrom
    );

    /// @notice A raise that waited will not come.
    event BudgetRaiseCancelled(address indexed spender, address indexed token);

    /// @notice A token's outflow cap holds from now on.
    event OutflowCapSet(address indexed token, uint208 capacity, uint48 period);

    /// @notice An outflow cap was raised; the raise waits until `activeFrom`.
    event OutflowCapRaiseScheduled(address indexed token, uint208 capacity, uint48 period, uint48 activeFrom);

    /// @notice A raise that waited will not come.
    event OutflowCapRaiseCancelled(address indexed token);

    /// @notice A spender reserved tokens.
    event Reserved(address indexed spender, address indexed token, uint256 amount);

    /// @notice A spender gave reserved tokens back.
    event Released(address indexed spender, address indexed token, uint256 amount);

    /// @notice A spender drew reserved tokens.
    event Paid(address indexed spender, address indexed token, uint256 amount);

    /// @notice The owner moved tokens; the zero address stands for ETH.
    event Transferred(address indexed token, address indexed to, uint256 amount);

    /// @notice Only the owner may do this.
    error Treasury_NotOwner(address caller);

    /// @notice The zero address cannot be this.
    error Treasury_ZeroAddress();

    /// @notice The budget does not let this much through now.
    error Treasury_OverBudget(address spender, address token, uint256 amount, uint256 available);

    /// @notice The token's outflow cap does not let this much through now.
    error Treasury_OverOutflowCap(address token, uint256 amount, uint256 available);

    /// @notice Less than this lies in the Treasury unreserved.
    error Treasury_Insufficient(address token, uint256 amount, uint256 unreserved);

    /// @notice The spender has not reserved this much.
    error Treasury_NotReserved(address spender, address token, uint256 amount, uint256 reserved);

    /// @notice A budget that refills needs a period of at least one second.
    error Treasury_NoPeriod(address spender, address token);

    /// @notice A period may last this many seconds at most.
    error Treasury_PeriodTooLong(uint48 period, uint48 longest);

    /// @notice The owner has no budget of its own; its transfers are bounded by the outflow cap alone.
    error Treasury_OwnerHasNoBudget(address token);

    /// @notice No raise waits here.
    error Treasury_NothingScheduled(address spender, address token);

    /// @notice The raise can be activated from `activeFrom` on.
    error Treasury_RaiseWaits(address spender, address token, uint48 activeFrom);

    /// @notice Sets a spender's budget; what is reserved stays reserved. Only the owner. A budget that neither lets more through
    /// at once nor more over time holds at once and ends a raise that waited; any other waits {raiseDelay}, instead of one that waited.
    /// @param capacity Kept to its first twelve digits at least; the events carry what was kept.
    function setBudget(address spender, address token, uint208 capacity, uint48 period) external;

    /// @notice Makes a raise hold that has waited long enough. By anyone.
    function activateBudget(address spender, address token) external;

    /// @notice Ends a raise that waits. Only the owner.
    function cancelBudget(address spender, address token) external;

    /// @notice Sets what of a token may leave, through all budgets and transfers together; raises wait as those of budgets do. A
    /// token without a cap cannot leave. Only the owner.
    function setOutflowCap(address token, uint208 capacity, uint48 period) external;

    /// @notice Makes a raised cap hold that has waited long enough. By anyone.
    function activateOutflowCap(address token) external;

    /// @notice Ends a raise of a cap that waits. Only the owner.
    function cancelOutflowCap(address token) external;

    /// @notice Sets tokens aside for the caller, within its budget and the token's outflow cap. All reservations of a token stay
    /// below 2^104 base units.
    function reserve(address token, uint256 amount) external;

    /// @notice Gives the caller's reserved tokens, and what they used of budget and cap, back.
    function release(address token, uint256 amount) external;

    /// @notice Moves the caller's reserved tokens to the caller.
    function pay(address token, uint256 amount) external;

    /// @notice Moves unreserved tokens within the token's outflow cap. Only the owner.
    function transferERC20(address token, address to, uint256 amount) external;

    /// @notice Moves ETH within its outflow cap. Only the owner.
    function transferETH(address payable to, uint256 amount) external;

    /// @notice The only account that sets budgets and caps and moves unreserved money.
    function owner() external view returns (address);

    /// @notice Seconds that a new spender, a raised budget and a raised cap wait.
    function raiseDelay() external view returns (uint48);

    /// @notice A spender's budget as it stands now.
    function budget(address spender, address token) external view returns (Budget memory);

    /// @notice The raise of a budget that waits.
    function budgetRaise(address spender, address token) external view returns (Raise memory);

    /// @notice A token's outflow cap as it stands now; `reserved` is what all spenders hold back.
    function outflowCap(address token) external view returns (Budget memory);

    /// @notice The raise of an outflow cap that waits.
    function outflowCapRaise(address token) external view returns (Raise memory);

    /// @notice Base units of a token that all spenders have reserved.
    function reservedOf(address token) external view returns (uint256);

    /// @notice Base units of a token (ETH for the zero address) that nobody has reserved.
    function unreservedOf(address token) external view returns (uint256);
}
