//! What each contract is constructed with.
//!
//! Takes: a checked config and where every contract will be. Gives: ABI-encoded arguments in the
//! order of creation: a contract comes after those that its constructor calls. Never: the network.

use crate::config::{BudgetConfig, ConfigError, DeployConfig, Holder};
use crate::genesis::child;
use alloy::primitives::aliases::{U48, U96, U208};
use alloy::primitives::ruint::UintTryFrom;
use alloy::primitives::{Address, U256};
use alloy::sol_types::SolConstructor;
use guerdon_bindings::contracts::{
    ContributorVeto, Disputes, EarnedVotes, GuerdonGovernor, GuerdonTimelock, GuerdonToken, Links, RewardDistributor,
    Treasury,
};

/// Where each contract will be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Addresses {
    pub genesis: Address,
    pub token: Address,
    pub timelock: Address,
    pub governor: Address,
    pub treasury: Address,
    pub distributor: Address,
    pub links: Address,
    pub disputes: Address,
    pub earned_votes: Address,
    pub contributor_veto: Address,
}

impl Addresses {
    pub(crate) fn of(genesis: Address) -> Self {
        Self {
            genesis,
            token: child(genesis, "GuerdonToken"),
            timelock: child(genesis, "GuerdonTimelock"),
            governor: child(genesis, "GuerdonGovernor"),
            treasury: child(genesis, "Treasury"),
            distributor: child(genesis, "RewardDistributor"),
            links: child(genesis, "Links"),
            disputes: child(genesis, "Disputes"),
            earned_votes: child(genesis, "EarnedVotes"),
            contributor_veto: child(genesis, "ContributorVeto"),
        }
    }
}

/// Every contract that Genesis creates.
pub(crate) fn all(config: &DeployConfig, at: &Addresses) -> Result<Vec<(&'static str, Vec<u8>)>, ConfigError> {
    Ok(vec![
        ("GuerdonToken", token(config, at)),
        ("GuerdonTimelock", timelock(config, at)),
        ("GuerdonGovernor", governor(config, at)?),
        ("Treasury", treasury(config, at)?),
        ("RewardDistributor", distributor(config, at)?),
        ("Links", links(config, at)?),
        ("Disputes", disputes(config, at)?),
        ("EarnedVotes", earned_votes(config, at)),
        ("ContributorVeto", contributor_veto(at)),
    ])
}

fn token(config: &DeployConfig, at: &Addresses) -> Vec<u8> {
    let allocations = config.token.allocations.iter().map(|each| GuerdonToken::Allocation {
        to: match each.to {
            Holder::Treasury => at.treasury,
            Holder::Address(address) => address,
        },
        amount: each.amount,
    });
    let call = GuerdonToken::constructorCall {
        name_: config.token.name.clone(),
        symbol_: config.token.symbol.clone(),
        allocations: allocations.collect(),
    };
    call.abi_encode()
}

fn timelock(config: &DeployConfig, at: &Addresses) -> Vec<u8> {
    let call = GuerdonTimelock::constructorCall {
        minDelay: U256::from(config.timelock_delay),
        governor: at.governor,
        veto: at.contributor_veto,
    };
    call.abi_encode()
}

fn governor(config: &DeployConfig, at: &Addresses) -> Result<Vec<u8>, ConfigError> {
    let settings = &config.governor;
    let call = GuerdonGovernor::constructorCall {
        token_: at.token,
        timelock_: at.timelock,
        treasury_: at.treasury,
        config: GuerdonGovernor::GovernorConfig {
            votingDelay: fit("governor.voting_delay", U48::try_from(settings.voting_delay))?,
            votingPeriod: fit("governor.voting_period", u32::try_from(settings.voting_period))?,
            proposalThreshold: settings.proposal_threshold,
            quorumPercent: U256::from(settings.quorum_percent),
            lateQuorumExtension: fit("governor.late_quorum_extension", U48::try_from(settings.late_quorum_extension))?,
        },
    };
    Ok(call.abi_encode())
}

fn treasury(config: &DeployConfig, at: &Addresses) -> Result<Vec<u8>, ConfigError> {
    let budget = Treasury::InitialBudget {
        spender: at.distributor,
        token: at.token,
        capacity: fit("budget.capacity", U208::uint_try_from(config.budget.capacity))?,
        period: fit("budget.period", U48::try_from(config.budget.period))?,
    };
    let mut budgets = vec![budget];
    // What the owner lists for itself is room in the outflow cap.
    let transfers = [
        ("treasury.transfers", config.treasury.transfers, at.token),
        ("treasury.eth_transfers", config.treasury.eth_transfers, Address::ZERO),
    ];
    for (key, transfers, token) in transfers {
        if let Some(BudgetConfig { capacity, period }) = transfers {
            budgets.push(Treasury::InitialBudget {
                spender: at.timelock,
                token,
                capacity: fit(&format!("{key}.capacity"), U208::uint_try_from(capacity))?,
                period: fit(&format!("{key}.period"), U48::try_from(period))?,
            });
        }
    }
    let call = Treasury::constructorCall { owner_: at.timelock, budgets };
    Ok(call.abi_encode())
}

fn distributor(config: &DeployConfig, at: &Addresses) -> Result<Vec<u8>, ConfigError> {
    let settings = &config.distributor;
    let mut terms = Vec::with_capacity(settings.terms.len());
    for (index, each) in settings.terms.iter().enumerate() {
        terms.push(RewardDistributor::Terms {
            policyHash: each.policy_hash,
            epochBudget: each.epoch_budget,
            capPerPerson: fit(&format!("terms[{index}].cap_per_person"), U48::try_from(each.cap_per_person))?,
            fromEpoch: each.from_epoch,
        });
    }
    let call = RewardDistributor::constructorCall {
        config: RewardDistributor::Config {
            token: at.token,
            treasury: at.treasury,
            governance: at.timelock,
            unit: settings.unit,
            epochStart: settings.epoch_start,
            epochLength: settings.epoch_length,
            window: settings.window,
            publishPeriod: settings.publish_period,
            oracles: config.members(),
            threshold: U256::from(settings.threshold),
            baseUrl: settings.base_url.clone(),
            terms,
            governanceCycle: config.governance_cycle(),
            guardian: config.guardian.map_or(Address::ZERO, |guardian| guardian.address),
            guardianUntil: fit("guardian.until", U48::try_from(config.guardian.map_or(0, |guardian| guardian.until)))?,
            links: at.links,
            disputes: at.disputes,
        },
    };
    Ok(call.abi_encode())
}

fn links(config: &DeployConfig, at: &Addresses) -> Result<Vec<u8>, ConfigError> {
    let call = Links::constructorCall {
        config: Links::LinksConfig {
            distributor: at.distributor,
            previous: config.links.previous,
            delay: fit("links.delay", U48::try_from(config.links.delay))?,
            resolveDeadline: fit("disputes.resolve_deadline", U48::try_from(config.disputes.resolve_deadline))?,
            budget: U208::from(config.links.budget),
            budgetPeriod: fit("links.period", U48::try_from(config.links.period))?,
            governanceCycle: config.governance_cycle(),
        },
    };
    Ok(call.abi_encode())
}

fn disputes(config: &DeployConfig, at: &Addresses) -> Result<Vec<u8>, ConfigError> {
    let call = Disputes::constructorCall {
        config: Disputes::DisputesConfig {
            distributor: at.distributor,
            arbiter: config.disputes.arbiter,
            bond: fit("disputes.bond", U96::uint_try_from(config.disputes.bond))?,
            resolveDeadline: fit("disputes.resolve_deadline", U48::try_from(config.disputes.resolve_deadline))?,
            governanceCycle: config.governance_cycle(),
        },
    };
    Ok(call.abi_encode())
}

fn earned_votes(config: &DeployConfig, at: &Addresses) -> Vec<u8> {
    let source = EarnedVotes::Source { distributor: at.distributor, votesPerUnit: config.votes_per_unit };
    EarnedVotes::constructorCall { governance_: at.timelock, initial: vec![source] }.abi_encode()
}

fn contributor_veto(at: &Addresses) -> Vec<u8> {
    ContributorVeto::constructorCall { governor_: at.governor, earnedVotes_: at.earned_votes }.abi_encode()
}

fn fit<T, E>(key: &str, value: Result<T, E>) -> Result<T, ConfigError> {
    value.map_err(|_| ConfigError::new(key, "is too large for the contract"))
}
