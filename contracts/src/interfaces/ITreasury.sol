// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @notice A budget that a Treasury starts with.
/// @param spender Who may reserve and draw.
/// @param token The ERC-20 that may be drawn.
/// @param capacity Most base units that can be reserved at once.
/// @param period Seconds in which a used-up budget refills.
struct InitialBudget {
    address spender;
    address token;
    uint208 capacity;
    uint48 period;
}

/// @notice A budget as it stands now.
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

/// @title Treasury
/// @notice Holds the organisation's ETH and ERC-20 tokens. Spenders draw what they reserved within a budget that refills over
/// time; the owner moves only what nobody has reserved. It can make no other call, approve nothing and delegate nothing.
interface ITreasury {
    /// @notice A budget was set.
    event BudgetSet(address indexed spender, address indexed token, uint208 capacity, uint48 period);

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

    /// @notice Less than this lies in the Treasury unreserved.
    error Treasury_Insufficient(address token, uint256 amount, uint256 unreserved);

    /// @notice The spender has not reserved this much.
    error Treasury_NotReserved(address spender, address token, uint256 amount, uint256 reserved);

    /// @notice A budget that refills needs a period of at least one second.
    error Treasury_NoPeriod(address spender, address token);

    /// @notice Sets a spender's budget; what is reserved stays reserved. Only the owner.
    function setBudget(address spender, address token, uint208 capacity, uint48 period) external;

    /// @notice Sets tokens aside for the caller, within its budget. A caller's reservations of a token stay below 2^104 base units.
    function reserve(address token, uint256 amount) external;

    /// @notice Gives the caller's reserved tokens, and the budget they used, back.
    function release(address token, uint256 amount) external;

    /// @notice Moves the caller's reserved tokens to the caller.
    function pay(address token, uint256 amount) external;

    /// @notice Moves unreserved tokens. Only the owner.
    function transferERC20(address token, address to, uint256 amount) external;

    /// @notice Moves ETH. Only the owner.
    function transferETH(address payable to, uint256 amount) external;

    /// @notice The only account that sets budgets and moves unreserved money.
    function owner() external view returns (address);

    /// @notice A spender's budget as it stands now.
    function budget(address spender, address token) external view returns (Budget memory);

    /// @notice Base units of a token that all spenders have reserved.
    function reservedOf(address token) external view returns (uint256);

    /// @notice Base units of a token that nobody has reserved.
    function unreservedOf(address token) external view returns (uint256);
}
