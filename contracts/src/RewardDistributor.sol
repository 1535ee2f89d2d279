// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Accounts} from "./distributor/Accounts.sol";
import {Batches} from "./distributor/Batches.sol";
import {Credits} from "./distributor/Credits.sol";
import {EpochTerms} from "./distributor/EpochTerms.sol";
import {Governed} from "./distributor/Governed.sol";
import {Guardian} from "./distributor/Guardian.sol";
import {OracleSet} from "./distributor/OracleSet.sol";
import {IRewardDistributor} from "./interfaces/IRewardDistributor.sol";
import {Config} from "./interfaces/Types.sol";

/// @title Reward distributor
/// @notice See {IRewardDistributor}. The parts live in `distributor/`, split by what changes together; what waits and what is
/// disputed is kept by two contracts of its own, {Links} and {Disputes}, which it trusts and which trust it.
/// @dev The Treasury, the governance, the links and the disputes may be addresses that are deployed after this contract; the token must
/// exist.
contract RewardDistributor is Credits, IRewardDistributor {
    constructor(Config memory config)
        Governed(config.governance)
        OracleSet(config.oracles, config.threshold, config.baseUrl, config.disputes)
        Guardian(config.guardian, config.guardianUntil)
        Accounts(config.token, config.unit, config.links)
        EpochTerms(config.epochStart, config.epochLength, config.terms)
        Batches(config.treasury, config.window, config.publishPeriod)
    {
        _requireAnswerable(config.window, config.governanceCycle);
    }
}
