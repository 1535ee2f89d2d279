// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Accounts} from "./distributor/Accounts.sol";
import {Batches} from "./distributor/Batches.sol";
import {EpochTerms} from "./distributor/EpochTerms.sol";
import {OracleSet} from "./distributor/OracleSet.sol";
import {IRewardDistributor} from "./interfaces/IRewardDistributor.sol";
import {Config} from "./interfaces/Types.sol";

/// @title Reward distributor
/// @notice See {IRewardDistributor}. The parts live in `distributor/`, split by what changes together.
/// @dev The Treasury and the governance may be addresses that are deployed after this contract; the token must exist.
contract RewardDistributor is Batches, IRewardDistributor {
    constructor(Config memory config)
        OracleSet(config.oracles, config.threshold, config.baseUrl)
        Accounts(config.token, config.unit)
        EpochTerms(config.governance, config.epochStart, config.epochLength, config.terms)
        Batches(config.treasury, config.window, config.publishPeriod)
    {}
}
