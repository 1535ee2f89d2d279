//! Chain to verdict: is this the compiled system, does anyone but the timelock hold power over it,
//! and are its parameters safe?
//!
//! Takes: the record (as a map) and a provider (as the truth). Gives: what holds and every problem
//! found, keys first. Never: sends a transaction, trusts the record for what the chain can tell.

mod code;
mod numbers;
mod power;

use crate::artifact::ArtifactError;
use crate::bounds::Finding;
use crate::chain::TransportError;
use alloy::primitives::{Address, B256};
use alloy::providers::Provider;
use guerdon_bindings::Deployment;
use std::fmt;

#[derive(Debug, thiserror::Error)]
pub enum CheckError {
    #[error("the RPC is on chain {found} but the deployment is of chain {expected}")]
    Chain { found: u64, expected: u64 },
    #[error("the RPC failed while {doing}")]
    Rpc { doing: &'static str, source: Box<TransportError> },
    #[error("{contract} does not answer as it should while {doing}")]
    Call { contract: &'static str, doing: &'static str, source: Box<alloy::contract::Error> },
    #[error("the constructor arguments of {0} in the record cannot be read")]
    Arguments(&'static str, #[source] Box<alloy::sol_types::Error>),
    #[error(transparent)]
    Artifact(#[from] ArtifactError),
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
    /// It was not created from what the record says; nothing is found where Genesis created nothing.
    Creation { contract: &'static str, address: Address, found: Option<B256>, expected: B256 },
    /// A parameter is outside of its bound.
    Bound(Finding),
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
            Self::Creation { contract, address, found: Some(found), expected } => {
                write!(f, "{contract} at {address} was created from init code {found}, expected {expected}")
            }
            Self::Creation { contract, address, .. } => {
                write!(f, "{contract} at {address} was not created by this deployment's Genesis")
            }
            Self::Bound(finding) => finding.fmt(f),
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

    fn bound(&mut self, finding: Finding) {
        if finding.holds {
            self.holds.push(finding.to_string());
        } else {
            self.problems.push(Problem::Bound(finding));
        }
    }
}

/// A policy whose text is at hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KnownPolicy {
    pub hash: B256,
    /// Percent of an epoch's budget that it gives one person at most.
    pub max_share: u64,
}

/// Reads the chain and compares. Caps are held against those policies that are given.
pub async fn check(
    deployment: &Deployment,
    policies: &[KnownPolicy],
    provider: &impl Provider,
) -> Result<Report, CheckError> {
    let found = provider.get_chain_id().await.map_err(rpc("asking for the chain id"))?;
    if found != deployment.chain_id {
        return Err(CheckError::Chain { found, expected: deployment.chain_id });
    }
    let mut report = Report::default();
    code::check(&mut report, deployment, provider).await?;
    if !report.passed() {
        return Ok(report);
    }
    power::check(&mut report, deployment, provider).await?;
    numbers::check(&mut report, deployment, policies, provider).await?;
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
