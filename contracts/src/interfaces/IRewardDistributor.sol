// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IAccounts} from "./IAccounts.sol";
import {IBatches} from "./IBatches.sol";
import {IFreezes} from "./IFreezes.sol";
import {IGuardian} from "./IGuardian.sol";
import {IOracleSet} from "./IOracleSet.sol";
import {ITerms} from "./ITerms.sol";

/// @title Reward distributor
/// @notice Pays contributors of one organisation in one ERC-20: a quorum of oracles signs a batch for an epoch, anyone posts it,
/// publishes its entries, credits them after the window, and claims for whom they like. EIP-712 domain: "Guerdon", "1", the
/// chain id, this contract.
interface IRewardDistributor is ITerms, IOracleSet, IGuardian, IAccounts, IBatches, IFreezes {}
