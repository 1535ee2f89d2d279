//! Config to a deployed system.
//!
//! The contracts name each other in their constructors, by the addresses that CREATE will give
//! them; so every role is in its final hands from the first block and the deployer never has one.
//! Takes: a checked config and a provider that signs. Gives: the deployment's record. Never: files;
//! sends nothing when the config or the chain is wrong.

use crate::chain::{TransportError, revert, same_code};
use crate::config::{ConfigError, DeployConfig, Holder};
use alloy::network::TransactionBuilder;
use alloy::primitives::aliases::{U48, U208};
use alloy::primitives::ruint::UintTryFrom;
use alloy::primitives::{Address, Bytes, U256};
use alloy::providers::{PendingTransactionError, Provider, WalletProvider};
use alloy::rpc::types::TransactionRequest;
use alloy::sol_types::SolConstructor;
use guerdon_bindings::contracts::{GuerdonGovernor, GuerdonToken, RewardDistributor, TimelockController, Treasury};
use guerdon_bindings::{Contracts, Deployed, Deployment, Revert};

#[derive(Debug, thiserror::Error)]
pub enum DeployError {
    #[error("the config cannot be deployed: {0}")]
    Config(#[from] ConfigError),
    #[error("the RPC is on chain {found} but the config is for chain {expected}")]
    Chain { found: u64, expected: u64 },
    #[error("the chain refuses {contract}: {revert}")]
    Refused { contract: &'static str, revert: Revert },
    #[error("the RPC failed at {at}")]
    Rpc { at: &'static str, source: Box<TransportError> },
    #[error("the transaction of {contract} was sent but its receipt did not come")]
    Receipt { contract: &'static str, source: Box<PendingTransactionError> },
    #[error("{contract} reverted on the chain: see transaction {tx}")]
    Reverted { contract: &'static str, tx: alloy::primitives::B256 },
    #[error("{contract} is at {found:?}, not at {expected}: the deployer sent something else meanwhile; deploy again")]
    Elsewhere { contract: &'static str, found: Option<Address>, expected: Address },
    #[error("the code of {contract} at {address} is not what was compiled")]
    Code { contract: &'static str, address: Address },
}

/// Where each contract will be.
struct Plan {
    nonce: u64,
    deployer: Address,
    token: Address,
    timelock: Address,
    governor: Address,
    treasury: Address,
    distributor: Address,
}

impl Plan {
    fn new(deployer: Address, nonce: u64) -> Self {
        let at = |step: u64| deployer.create(nonce + step);
        let (token, timelock, governor, treasury, distributor) = (at(0), at(1), at(2), at(3), at(4));
        Self { nonce, deployer, token, timelock, governor, treasury, distributor }
    }
}

/// One contract to create.
struct Step {
    contract: &'static str,
    nonce: u64,
    address: Address,
    bytecode: &'static Bytes,
    deployed: &'static Bytes,
    args: Vec<u8>,
}

/// Deploys all five contracts and checks each where it stands.
pub async fn deploy<P>(config: &DeployConfig, provider: &P) -> Result<Deployment, DeployError>
where
    P: Provider + WalletProvider,
{
    config.validate()?;
    let rpc = |at| move |source: TransportError| DeployError::Rpc { at, source: Box::new(source) };
    let found = provider.get_chain_id().await.map_err(rpc("eth_chainId"))?;
    if found != config.chain_id {
        return Err(DeployError::Chain { found, expected: config.chain_id });
    }
    let deployer = provider.default_signer_address();
    let nonce = provider.get_transaction_count(deployer).await.map_err(rpc("eth_getTransactionCount"))?;
    let plan = Plan::new(deployer, nonce);

    let token = create(provider, &plan, token(config, &plan)).await?;
    let timelock = create(provider, &plan, timelock(config, &plan)).await?;
    let governor = create(provider, &plan, governor(config, &plan)?).await?;
    let treasury = create(provider, &plan, treasury(config, &plan)?).await?;
    let distributor = create(provider, &plan, distributor(config, &plan)?).await?;

    let terms = &config.distributor;
    Ok(Deployment {
        chain_id: config.chain_id,
        block: token.block,
        deployer,
        contracts: Contracts { token, timelock, governor, treasury, distributor },
        epoch_start: terms.epoch_start,
        epoch_length: terms.epoch_length,
        window: terms.window,
        publish_period: terms.publish_period,
        unit: terms.unit,
        supply: config.supply().unwrap_or_default(),
        oracles: config.members(),
        threshold: terms.threshold,
    })
}

fn token(config: &DeployConfig, plan: &Plan) -> Step {
    let allocations = config.token.allocations.iter().map(|each| GuerdonToken::Allocation {
        to: match each.to {
            Holder::Treasury => plan.treasury,
            Holder::Address(address) => address,
        },
        amount: each.amount,
    });
    let call = GuerdonToken::constructorCall {
        name_: config.token.name.clone(),
        symbol_: config.token.symbol.clone(),
        allocations: allocations.collect(),
    };
    Step {
        contract: "GuerdonToken",
        nonce: plan.nonce,
        address: plan.token,
        bytecode: &GuerdonToken::BYTECODE,
        deployed: &GuerdonToken::DEPLOYED_BYTECODE,
        args: call.abi_encode(),
    }
}

/// The governor alone proposes and cancels, anyone executes, and nobody but itself is its admin.
fn timelock(config: &DeployConfig, plan: &Plan) -> Step {
    let call = TimelockController::constructorCall {
        minDelay: U256::from(config.timelock_delay),
        proposers: vec![plan.governor],
        executors: vec![Address::ZERO],
        admin: Address::ZERO,
    };
    Step {
        contract: "TimelockController",
        nonce: plan.nonce + 1,
        address: plan.timelock,
        bytecode: &TimelockController::BYTECODE,
        deployed: &TimelockController::DEPLOYED_BYTECODE,
        args: call.abi_encode(),
    }
}

fn governor(config: &DeployConfig, plan: &Plan) -> Result<Step, ConfigError> {
    let settings = &config.governor;
    let call = GuerdonGovernor::constructorCall {
        token_: plan.token,
        timelock_: plan.timelock,
        treasury_: plan.treasury,
        config: GuerdonGovernor::GovernorConfig {
            votingDelay: fit("governor.voting_delay", U48::try_from(settings.voting_delay))?,
            votingPeriod: fit("governor.voting_period", u32::try_from(settings.voting_period))?,
            proposalThreshold: settings.proposal_threshold,
            quorumPercent: U256::from(settings.quorum_percent),
            lateQuorumExtension: fit("governor.late_quorum_extension", U48::try_from(settings.late_quorum_extension))?,
        },
    };
    Ok(Step {
        contract: "GuerdonGovernor",
        nonce: plan.nonce + 2,
        address: plan.governor,
        bytecode: &GuerdonGovernor::BYTECODE,
        deployed: &GuerdonGovernor::DEPLOYED_BYTECODE,
        args: call.abi_encode(),
    })
}

fn treasury(config: &DeployConfig, plan: &Plan) -> Result<Step, ConfigError> {
    let budget = Treasury::InitialBudget {
        spender: plan.distributor,
        token: plan.token,
        capacity: fit("budget.capacity", U208::uint_try_from(config.budget.capacity))?,
        period: fit("budget.period", U48::try_from(config.budget.period))?,
    };
    let call = Treasury::constructorCall { owner_: plan.timelock, budgets: vec![budget] };
    Ok(Step {
        contract: "Treasury",
        nonce: plan.nonce + 3,
        address: plan.treasury,
        bytecode: &Treasury::BYTECODE,
        deployed: &Treasury::DEPLOYED_BYTECODE,
        args: call.abi_encode(),
    })
}

fn distributor(config: &DeployConfig, plan: &Plan) -> Result<Step, ConfigError> {
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
            token: plan.token,
            treasury: plan.treasury,
            governance: plan.timelock,
            unit: settings.unit,
            epochStart: settings.epoch_start,
            epochLength: settings.epoch_length,
            window: settings.window,
            publishPeriod: settings.publish_period,
            oracles: config.members(),
            threshold: U256::from(settings.threshold),
            baseUrl: settings.base_url.clone(),
            terms,
        },
    };
    Ok(Step {
        contract: "RewardDistributor",
        nonce: plan.nonce + 4,
        address: plan.distributor,
        bytecode: &RewardDistributor::BYTECODE,
        deployed: &RewardDistributor::DEPLOYED_BYTECODE,
        args: call.abi_encode(),
    })
}

fn fit<T, E>(key: &str, value: Result<T, E>) -> Result<T, ConfigError> {
    value.map_err(|_| ConfigError::new(key, "is too large for the contract"))
}

/// Creates one contract, unless a simulation says that the chain would refuse it.
async fn create(provider: &impl Provider, plan: &Plan, step: Step) -> Result<Deployed, DeployError> {
    let Step { contract, nonce, address, bytecode, deployed, args } = step;
    let rpc = |source: TransportError| match revert(&source) {
        Some(revert) => DeployError::Refused { contract, revert },
        None => DeployError::Rpc { at: contract, source: Box::new(source) },
    };
    let code: Bytes = [bytecode.as_ref(), args.as_slice()].concat().into();
    let request = TransactionRequest::default().with_from(plan.deployer).with_nonce(nonce).with_deploy_code(code);
    let gas = provider.estimate_gas(request.clone()).await.map_err(rpc)?;
    let pending = provider.send_transaction(request.with_gas_limit(gas + gas / 10)).await.map_err(rpc)?;
    let receipt =
        pending.get_receipt().await.map_err(|source| DeployError::Receipt { contract, source: Box::new(source) })?;
    let tx = receipt.transaction_hash;
    if !receipt.status() {
        return Err(DeployError::Reverted { contract, tx });
    }
    if receipt.contract_address != Some(address) {
        return Err(DeployError::Elsewhere { contract, found: receipt.contract_address, expected: address });
    }
    let code = provider.get_code_at(address).await.map_err(rpc)?;
    if !same_code(deployed, &code) {
        return Err(DeployError::Code { contract, address });
    }
    Ok(Deployed { address, tx, block: receipt.block_number.unwrap_or_default(), constructor_args: args.into() })
}
