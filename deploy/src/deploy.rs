//! Plan to a deployed system, and on from wherever an earlier run has stopped.
//!
//! Every role is in its final hands from the first block: the deployer never has one.
//! Takes: a checked config and a provider that signs. Gives: the deployment's record, read from the
//! chain. Never: files; sends nothing when the config, the chain or what stands there is wrong.

use crate::artifact::{ArtifactError, Build};
use crate::chain::{TransportError, revert};
use crate::config::DeployConfig;
use crate::events::{Creation, creations};
use crate::genesis::{PROXY, PROXY_CODE, PROXY_MAKER, PROXY_TRANSACTION};
use crate::plan::{Plan, PlanError, Step};
use crate::simulate::{Simulation, simulate};
use alloy::network::TransactionBuilder;
use alloy::primitives::{Address, B256, U256};
use alloy::providers::{PendingTransactionError, Provider, WalletProvider};
use guerdon_bindings::{Compiler, Contracts, Deployed, Deployment, Revert};
use std::collections::BTreeMap;

#[derive(Debug, thiserror::Error)]
pub enum DeployError {
    #[error(transparent)]
    Plan(#[from] PlanError),
    #[error(transparent)]
    Artifact(#[from] ArtifactError),
    #[error("the RPC is on chain {found} but the config is for chain {expected}")]
    Chain { found: u64, expected: u64 },
    #[error(
        "this chain has no deterministic deployment proxy at {PROXY}: fund {PROXY_MAKER} with 0.01 of the chain's coin \
         and send its transaction, `cast publish {PROXY_TRANSACTION}`"
    )]
    NoProxy,
    #[error("the code at {PROXY} is not that of the deterministic deployment proxy: this chain cannot be deployed to")]
    Proxy,
    #[error(
        "the deployer {deployer} has {count} transactions that are not mined yet: wait for them, then deploy again"
    )]
    Pending { deployer: Address, count: u64 },
    #[error("the chain refuses {contract}: {revert}")]
    Refused { contract: &'static str, revert: Revert },
    #[error(
        "the deployer {deployer} has {balance} wei, but the rest of the deployment costs {cost} wei at the current price"
    )]
    Funds { deployer: Address, balance: U256, cost: U256 },
    #[error("the RPC failed at {at}")]
    Rpc { at: &'static str, source: Box<TransportError> },
    #[error("the transaction of {contract} was sent but its receipt did not come: deploy again to go on")]
    Receipt { contract: &'static str, source: Box<PendingTransactionError> },
    #[error("{contract} reverted on the chain: see transaction {tx}, then deploy again to go on")]
    Reverted { contract: &'static str, tx: B256 },
    #[error("the code at {address} is not that of {contract}: take another salt")]
    Code { contract: &'static str, address: Address },
    #[error(
        "{contract} at {address} was created from other code or constructor arguments (init code hash {found}, this \
         config gives {expected}): deploy with the config and the version that it was begun with, or take another salt"
    )]
    Begun { contract: &'static str, address: Address, found: B256, expected: B256 },
    #[error("the RPC knows no event of the creation of {contract} at {address}: use one that keeps all events")]
    NoEvent { contract: &'static str, address: Address },
    #[error("stopped after {sent} transactions, {open} are left: deploy again to go on")]
    Stopped { sent: usize, open: usize },
}

/// What is told while deploying.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// The contract stands there from an earlier run.
    Found,
    Created(B256),
}

/// A plan beside the chain that it is for.
#[derive(Clone, Debug)]
pub struct Survey {
    pub plan: Plan,
    /// Of each step in their order.
    pub states: Vec<StepState>,
    /// Wei for a unit of gas now.
    pub gas_price: u128,
    /// Of the deployer.
    pub balance: U256,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepState {
    /// Stands there, as planned.
    Done,
    /// Is still to be sent; with its gas, where the node can tell.
    Open { gas: Option<u64> },
}

impl Survey {
    /// Gas of all open steps.
    pub fn gas(&self) -> Option<u64> {
        self.states.iter().try_fold(0u64, |sum, state| match state {
            StepState::Done => Some(sum),
            StepState::Open { gas } => sum.checked_add((*gas)?),
        })
    }

    /// Wei for all open steps.
    pub fn cost(&self) -> Option<U256> {
        Some(U256::from(self.gas()?).saturating_mul(U256::from(self.gas_price)))
    }

    fn open(&self) -> impl Iterator<Item = &Step> {
        self.plan.steps.iter().zip(&self.states).filter(|(_, state)| **state != StepState::Done).map(|(step, _)| step)
    }
}

fn rpc(at: &'static str) -> impl FnOnce(TransportError) -> DeployError {
    move |source| DeployError::Rpc { at, source: Box::new(source) }
}

/// Plans and looks at what of the plan stands; sends nothing.
pub async fn survey(config: &DeployConfig, deployer: Address, provider: &impl Provider) -> Result<Survey, DeployError> {
    let plan = Plan::new(config, deployer)?;
    let found = provider.get_chain_id().await.map_err(rpc("eth_chainId"))?;
    if found != plan.chain_id {
        return Err(DeployError::Chain { found, expected: plan.chain_id });
    }
    let proxy = provider.get_code_at(PROXY).await.map_err(rpc("eth_getCode"))?;
    if proxy != PROXY_CODE {
        return Err(if proxy.is_empty() { DeployError::NoProxy } else { DeployError::Proxy });
    }
    let mut done = Vec::with_capacity(plan.steps.len());
    for step in &plan.steps {
        let (contract, address) = (step.contract, step.address);
        let code = provider.get_code_at(address).await.map_err(rpc("eth_getCode"))?;
        if !code.is_empty() && !step.artifact.matches(&code) {
            return Err(DeployError::Code { contract, address });
        }
        done.push(!code.is_empty());
    }
    if done.first() == Some(&true) {
        same_plan(&plan, &done, provider).await?;
    }
    let open: Vec<&Step> = plan.steps.iter().zip(&done).filter(|(_, done)| !**done).map(|(step, _)| step).collect();
    let mut gas = match simulate(provider, deployer, &open).await.map_err(rpc("eth_simulateV1"))? {
        Simulation::Gas(gas) => gas.into_iter(),
        Simulation::Refused(contract, revert) => return Err(DeployError::Refused { contract, revert }),
        Simulation::Unknown => Vec::new().into_iter(),
    };
    let state = |done: bool| if done { StepState::Done } else { StepState::Open { gas: gas.next() } };
    let states = done.into_iter().map(state).collect();
    let gas_price = provider.get_gas_price().await.map_err(rpc("eth_gasPrice"))?;
    let balance = provider.get_balance(deployer).await.map_err(rpc("eth_getBalance"))?;
    Ok(Survey { plan, states, gas_price, balance })
}

/// What stands there was created from this plan's code and arguments.
async fn same_plan(plan: &Plan, done: &[bool], provider: &impl Provider) -> Result<(), DeployError> {
    let created = creations(provider, plan.addresses.genesis).await.map_err(rpc("eth_getLogs"))?;
    for (step, _) in plan.steps.iter().zip(done).skip(1).filter(|(_, done)| **done) {
        let found = creation(&created, step.contract, step.address)?.init_code_hash;
        if found != step.init_code_hash {
            return Err(DeployError::Begun {
                contract: step.contract,
                address: step.address,
                found,
                expected: step.init_code_hash,
            });
        }
    }
    Ok(())
}

fn creation<'a>(
    created: &'a BTreeMap<Address, Creation>,
    contract: &'static str,
    address: Address,
) -> Result<&'a Creation, DeployError> {
    created.get(&address).ok_or(DeployError::NoEvent { contract, address })
}

/// Deploys what is not there yet and gives the record of the whole.
pub async fn deploy<P>(config: &DeployConfig, provider: &P) -> Result<Deployment, DeployError>
where
    P: Provider + WalletProvider,
{
    deploy_at_most(config, provider, None, |_, _| ()).await
}

/// As [`deploy`], but sends at most so many transactions, and tells of each contract.
pub async fn deploy_at_most<P>(
    config: &DeployConfig,
    provider: &P,
    limit: Option<usize>,
    mut tell: impl FnMut(&Step, Progress),
) -> Result<Deployment, DeployError>
where
    P: Provider + WalletProvider,
{
    let deployer = provider.default_signer_address();
    let survey = survey(config, deployer, provider).await?;
    let open = survey.open().count();
    if open > 0 {
        ready(&survey, provider).await?;
    }
    let mut sent = 0;
    for (step, state) in survey.plan.steps.iter().zip(&survey.states) {
        if *state == StepState::Done {
            tell(step, Progress::Found);
            continue;
        }
        if limit.is_some_and(|limit| sent >= limit) {
            return Err(DeployError::Stopped { sent, open: open - sent });
        }
        let tx = send(provider, deployer, step).await?;
        tell(step, Progress::Created(tx));
        sent += 1;
    }
    record(config, &survey.plan, provider).await
}

/// A transaction on its way could be one of these; what is too poor would stop half-way.
async fn ready(survey: &Survey, provider: &impl Provider) -> Result<(), DeployError> {
    let deployer = survey.plan.deployer;
    let nonce = "eth_getTransactionCount";
    let mined = provider.get_transaction_count(deployer).await.map_err(rpc(nonce))?;
    let all = provider.get_transaction_count(deployer).pending().await.map_err(rpc(nonce))?;
    if all > mined {
        return Err(DeployError::Pending { deployer, count: all - mined });
    }
    match survey.cost() {
        Some(cost) if cost > survey.balance => Err(DeployError::Funds { deployer, balance: survey.balance, cost }),
        _ => Ok(()),
    }
}

async fn send(provider: &impl Provider, deployer: Address, step: &Step) -> Result<B256, DeployError> {
    let (contract, address) = (step.contract, step.address);
    let rpc = |source: TransportError| match revert(&source) {
        Some(revert) => DeployError::Refused { contract, revert },
        None => DeployError::Rpc { at: contract, source: Box::new(source) },
    };
    let request = step.request(deployer);
    let gas = provider.estimate_gas(request.clone()).await.map_err(rpc)?;
    let pending = provider.send_transaction(request.with_gas_limit(gas + gas / 10)).await.map_err(rpc)?;
    let receipt =
        pending.get_receipt().await.map_err(|source| DeployError::Receipt { contract, source: Box::new(source) })?;
    if !receipt.status() {
        return Err(DeployError::Reverted { contract, tx: receipt.transaction_hash });
    }
    let code = provider.get_code_at(address).await.map_err(rpc)?;
    if !step.artifact.matches(&code) {
        return Err(DeployError::Code { contract, address });
    }
    Ok(receipt.transaction_hash)
}

/// The record, from what the chain tells: it is the same whichever run created a contract.
async fn record(config: &DeployConfig, plan: &Plan, provider: &impl Provider) -> Result<Deployment, DeployError> {
    let created = creations(provider, plan.addresses.genesis).await.map_err(rpc("eth_getLogs"))?;
    let build = Build::committed()?;
    let deployed = |contract: &'static str| {
        let step = plan.steps.iter().find(|step| step.contract == contract);
        let step = step.ok_or_else(|| ArtifactError::Unknown(contract.to_owned()))?;
        let creation = creation(&created, contract, step.address)?;
        Ok::<_, DeployError>(Deployed {
            address: step.address,
            tx: creation.tx,
            block: creation.block,
            source: build.identifier(contract)?,
            constructor_args: step.args.clone(),
            init_code_hash: step.init_code_hash,
        })
    };
    let contracts = Contracts {
        genesis: deployed("Genesis")?,
        token: deployed("GuerdonToken")?,
        timelock: deployed("GuerdonTimelock")?,
        governor: deployed("GuerdonGovernor")?,
        treasury: deployed("Treasury")?,
        distributor: deployed("RewardDistributor")?,
        links: deployed("Links")?,
        disputes: deployed("Disputes")?,
        earned_votes: deployed("EarnedVotes")?,
        contributor_veto: deployed("ContributorVeto")?,
    };
    let settings = &config.distributor;
    Ok(Deployment {
        chain_id: plan.chain_id,
        block: contracts.genesis.block,
        deployer: plan.deployer,
        salt: plan.salt,
        contracts,
        epoch_start: settings.epoch_start,
        epoch_length: settings.epoch_length,
        window: settings.window,
        publish_period: settings.publish_period,
        unit: settings.unit,
        supply: config.supply().unwrap_or_default(),
        oracles: config.members(),
        threshold: settings.threshold,
        compiler: Compiler {
            version: build.compiler,
            settings: build.settings,
            standard_input_hash: build.standard_input,
        },
    })
}
