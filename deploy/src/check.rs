//! Chain to verdict: does anyone but the timelock hold power over this deployment?
//!
//! Takes: the record (as a map) and a provider (as the truth). Gives: what holds and every problem
//! found, keys first. Never: sends a transaction, trusts the record for a role.

use crate::chain::{TransportError, logs, same_code};
use alloy::primitives::{Address, B256, Bytes, U256, b256};
use alloy::providers::Provider;
use alloy::rpc::types::Filter;
use alloy::sol_types::SolEvent;
use guerdon_bindings::Deployment;
use guerdon_bindings::contracts::{GuerdonGovernor, GuerdonToken, RewardDistributor, TimelockController, Treasury};
use std::collections::BTreeSet;
use std::fmt;

const ADMIN: B256 = B256::ZERO;
const PROPOSER: B256 = b256!("b09aa5aeb3702cfd50b6b62bc4532604938f21248a27a1d5ca736082b6819cc1");
const EXECUTOR: B256 = b256!("d8aa0f3194971a2a116679f7c2090f6939c8d4e01a2a8d7e41d55e5351469e63");
const CANCELLER: B256 = b256!("fd643c72710c63c0180259aba6b2d05451e3591a24e58b62239378085726f783");

#[derive(Debug, thiserror::Error)]
pub enum CheckError {
    #[error("the RPC is on chain {found} but the deployment is of chain {expected}")]
    Chain { found: u64, expected: u64 },
    #[error("the RPC failed while {doing}")]
    Rpc { doing: &'static str, source: Box<TransportError> },
    #[error("{contract} does not answer as it should while {doing}")]
    Call { contract: &'static str, doing: &'static str, source: Box<alloy::contract::Error> },
}

/// Something that must not be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// An externally owned account holds a role.
    Key { account: Address, role: String, contract: &'static str },
    /// A contract that has no business there holds a role.
    Stranger { account: Address, role: String, contract: &'static str },
    /// A role is not where it must be.
    Missing { account: Address, role: String, contract: &'static str },
    /// A value differs from what it must be.
    Differs { what: String, found: String, expected: String },
    /// The address has no code, or not the one that was compiled.
    Code { contract: &'static str, address: Address, empty: bool },
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key { account, role, contract } => {
                write!(f, "the externally owned account {account} holds {role} of {contract}")
            }
            Self::Stranger { account, role, contract } => {
                write!(
                    f,
                    "the contract {account}, which is not part of this deployment's governance, holds {role} of {contract}"
                )
            }
            Self::Missing { account, role, contract } => write!(f, "{account} does not hold {role} of {contract}"),
            Self::Differs { what, found, expected } => write!(f, "{what} is {found}, expected {expected}"),
            Self::Code { contract, address, empty: true } => write!(f, "there is no code at {address} ({contract})"),
            Self::Code { contract, address, .. } => {
                write!(f, "the code at {address} is not the compiled {contract} of this version")
            }
        }
    }
}

/// What was found.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// One line for each thing that holds.
    pub holds: Vec<String>,
    pub problems: Vec<Problem>,
}

impl Report {
    pub fn passed(&self) -> bool {
        self.problems.is_empty()
    }

    fn equal<T: fmt::Display + PartialEq>(&mut self, what: &str, found: T, expected: T) {
        if found == expected {
            self.holds.push(format!("{what} is {found}"));
        } else {
            let (found, expected) = (found.to_string(), expected.to_string());
            self.problems.push(Problem::Differs { what: what.to_owned(), found, expected });
        }
    }
}

/// Reads the chain and compares.
pub async fn check(deployment: &Deployment, provider: &impl Provider) -> Result<Report, CheckError> {
    let found = provider.get_chain_id().await.map_err(rpc("asking for the chain id"))?;
    if found != deployment.chain_id {
        return Err(CheckError::Chain { found, expected: deployment.chain_id });
    }
    let mut report = Report::default();
    code(&mut report, deployment, provider).await?;
    if !report.passed() {
        return Ok(report);
    }
    timelock_roles(&mut report, deployment, provider).await?;
    owners(&mut report, deployment, provider).await?;
    numbers(&mut report, deployment, provider).await?;
    // A key in the wrong place matters most.
    report.problems.sort_by_key(|problem| !matches!(problem, Problem::Key { .. }));
    Ok(report)
}

fn rpc(doing: &'static str) -> impl FnOnce(TransportError) -> CheckError {
    move |source| CheckError::Rpc { doing, source: Box::new(source) }
}

fn call(contract: &'static str, doing: &'static str) -> impl Fn(alloy::contract::Error) -> CheckError {
    move |source| CheckError::Call { contract, doing, source: Box::new(source) }
}

async fn code(report: &mut Report, deployment: &Deployment, provider: &impl Provider) -> Result<(), CheckError> {
    let compiled: [&Bytes; 5] = [
        &GuerdonToken::DEPLOYED_BYTECODE,
        &TimelockController::DEPLOYED_BYTECODE,
        &GuerdonGovernor::DEPLOYED_BYTECODE,
        &Treasury::DEPLOYED_BYTECODE,
        &RewardDistributor::DEPLOYED_BYTECODE,
    ];
    for ((contract, deployed), compiled) in deployment.contracts.each().into_iter().zip(compiled) {
        let address = deployed.address;
        let code = provider.get_code_at(address).await.map_err(rpc("reading code"))?;
        if same_code(compiled, &code) {
            report.holds.push(format!("{contract} at {address} is the compiled one"));
        } else {
            report.problems.push(Problem::Code { contract, address, empty: code.is_empty() });
        }
    }
    Ok(())
}

/// An account without code, or with an EIP-7702 delegation, is moved by a key.
async fn is_key(provider: &impl Provider, account: Address) -> Result<bool, CheckError> {
    let code = provider.get_code_at(account).await.map_err(rpc("reading code"))?;
    Ok(code.is_empty() || code.starts_with(&[0xef, 0x01, 0x00]))
}

async fn stranger(
    provider: &impl Provider,
    account: Address,
    role: String,
    contract: &'static str,
) -> Result<Problem, CheckError> {
    Ok(if is_key(provider, account).await? {
        Problem::Key { account, role, contract }
    } else {
        Problem::Stranger { account, role, contract }
    })
}

fn role_name(role: B256) -> String {
    match role {
        ADMIN => "DEFAULT_ADMIN_ROLE".to_owned(),
        PROPOSER => "PROPOSER_ROLE".to_owned(),
        EXECUTOR => "EXECUTOR_ROLE".to_owned(),
        CANCELLER => "CANCELLER_ROLE".to_owned(),
        other => format!("role {other}"),
    }
}

async fn timelock_roles(
    report: &mut Report,
    deployment: &Deployment,
    provider: &impl Provider,
) -> Result<(), CheckError> {
    const NAME: &str = "TimelockController";
    let contracts = &deployment.contracts;
    let timelock = TimelockController::new(contracts.timelock.address, provider);
    let granted = Filter::new()
        .address(contracts.timelock.address)
        .event_signature(TimelockController::RoleGranted::SIGNATURE_HASH);
    // Every grant ever made is asked again: a record of revocations could be incomplete, the answer cannot.
    let from = deployment.block.min(contracts.timelock.block);
    let mut granted_to = BTreeSet::new();
    for log in logs(provider, &granted, from).await.map_err(rpc("reading the timelock's events"))? {
        if let Ok(event) = TimelockController::RoleGranted::decode_log(&log.inner) {
            granted_to.insert((event.role, event.account));
        }
    }
    let expected = BTreeSet::from([
        (ADMIN, contracts.timelock.address),
        (PROPOSER, contracts.governor.address),
        (CANCELLER, contracts.governor.address),
        (EXECUTOR, Address::ZERO),
    ]);
    for (role, account) in granted_to.union(&expected).copied() {
        let has = timelock.hasRole(role, account).call().await.map_err(call(NAME, "reading its roles"))?;
        let name = role_name(role);
        match (has, expected.contains(&(role, account))) {
            (true, true) if account.is_zero() => report.holds.push(format!("{name} of {NAME} is open to anyone")),
            (true, true) => report.holds.push(format!("{name} of {NAME} is held by {account}")),
            (true, false) => report.problems.push(stranger(provider, account, name, NAME).await?),
            (false, true) => report.problems.push(Problem::Missing { account, role: name, contract: NAME }),
            (false, false) => {}
        }
    }
    Ok(())
}

async fn owners(report: &mut Report, deployment: &Deployment, provider: &impl Provider) -> Result<(), CheckError> {
    let contracts = &deployment.contracts;
    let expected = contracts.timelock.address;
    let governor = GuerdonGovernor::new(contracts.governor.address, provider);
    let treasury = Treasury::new(contracts.treasury.address, provider);
    let distributor = RewardDistributor::new(contracts.distributor.address, provider);
    let doing = "reading who governs it";
    let holders = [
        ("the timelock", "GuerdonGovernor", governor.timelock().call().await.map_err(call("GuerdonGovernor", doing))?),
        ("the owner", "Treasury", treasury.owner().call().await.map_err(call("Treasury", doing))?),
        (
            "governance",
            "RewardDistributor",
            distributor.governance().call().await.map_err(call("RewardDistributor", doing))?,
        ),
    ];
    for (role, contract, account) in holders {
        if account == expected {
            report.holds.push(format!("{role} of {contract} is the timelock"));
        } else {
            report.problems.push(stranger(provider, account, role.to_owned(), contract).await?);
            report.problems.push(Problem::Missing { account: expected, role: role.to_owned(), contract });
        }
    }
    Ok(())
}

async fn numbers(report: &mut Report, deployment: &Deployment, provider: &impl Provider) -> Result<(), CheckError> {
    let contracts = &deployment.contracts;
    let token = GuerdonToken::new(contracts.token.address, provider);
    let governor = GuerdonGovernor::new(contracts.governor.address, provider);
    let distributor = RewardDistributor::new(contracts.distributor.address, provider);
    let of_token = call("GuerdonToken", "reading its supply");
    let of_governor = call("GuerdonGovernor", "reading its settings");
    let of_distributor = call("RewardDistributor", "reading its settings");

    let supply = token.totalSupply().call().await.map_err(of_token)?;
    report.equal("the token's supply", supply, deployment.supply);
    let voted = governor.token().call().await.map_err(&of_governor)?;
    report.equal("the governor's token", voted, contracts.token.address);
    let excluded = governor.treasury().call().await.map_err(&of_governor)?;
    report.equal("the Treasury that the quorum leaves out", excluded, contracts.treasury.address);

    let paid = distributor.token().call().await.map_err(&of_distributor)?;
    report.equal("the distributor's token", paid, contracts.token.address);
    let payer = distributor.treasury().call().await.map_err(&of_distributor)?;
    report.equal("the distributor's Treasury", payer, contracts.treasury.address);
    let unit = distributor.unit().call().await.map_err(&of_distributor)?;
    report.equal("the unit", unit, deployment.unit);
    if supply.checked_div(unit).is_none_or(|units| units >= U256::from(1u64 << 48)) {
        report.problems.push(Problem::Differs {
            what: "the supply in units".to_owned(),
            found: "2^48 or more".to_owned(),
            expected: "less than 2^48".to_owned(),
        });
    }
    let start = distributor.epochStart().call().await.map_err(&of_distributor)?;
    report.equal("the start of epoch 1", start, deployment.epoch_start);
    let length = distributor.epochLength().call().await.map_err(&of_distributor)?;
    report.equal("the length of an epoch", length, deployment.epoch_length);
    let window = distributor.window().call().await.map_err(&of_distributor)?;
    report.equal("the window", window, deployment.window);

    let id = distributor.oracleSetId().call().await.map_err(&of_distributor)?;
    let set = distributor.oracleSet(id).call().await.map_err(&of_distributor)?;
    report.holds.push(format!("oracle set {id}: {} of {} must sign", set.threshold, set.members.len()));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy::primitives::keccak256;

    #[test]
    fn roles_are_those_of_the_timelock() {
        assert_eq!(PROPOSER, keccak256("PROPOSER_ROLE"));
        assert_eq!(EXECUTOR, keccak256("EXECUTOR_ROLE"));
        assert_eq!(CANCELLER, keccak256("CANCELLER_ROLE"));
    }
}
