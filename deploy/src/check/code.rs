//! Is every contract the compiled one, and was it created with the arguments of the record?

use super::{CheckError, Problem, Report, rpc};
use crate::artifact::Artifact;
use crate::events::creations;
use crate::genesis;
use alloy::primitives::keccak256;
use alloy::providers::Provider;
use guerdon_bindings::Deployment;

pub(super) async fn check(
    report: &mut Report,
    deployment: &Deployment,
    provider: &impl Provider,
) -> Result<(), CheckError> {
    for (contract, deployed) in deployment.contracts.each() {
        let address = deployed.address;
        let code = provider.get_code_at(address).await.map_err(rpc("reading code"))?;
        if Artifact::of(contract)?.matches(&code) {
            report.holds.push(format!("{contract} at {address} is the compiled one"));
        } else {
            report.problems.push(Problem::Code { contract, address, empty: code.is_empty() });
        }
    }
    if report.passed() { creation(report, deployment, provider).await } else { Ok(()) }
}

/// What code and immutables do not show, storage that a constructor has written, the hash of the init code does.
async fn creation(report: &mut Report, deployment: &Deployment, provider: &impl Provider) -> Result<(), CheckError> {
    let first = &deployment.contracts.genesis;
    let created = creations(provider, first.address).await.map_err(rpc("reading the events of Genesis"))?;
    for (contract, deployed) in deployment.contracts.each() {
        let address = deployed.address;
        let init_code = Artifact::of(contract)?.init_code(&deployed.constructor_args);
        let expected = keccak256(&init_code);
        // The address of Genesis itself follows from its init code.
        let (named, found) = if address == first.address {
            (genesis::genesis(deployment.salt, &init_code), Some(expected))
        } else {
            (genesis::child(first.address, contract), created.get(&address).map(|creation| creation.init_code_hash))
        };
        report.equal(&format!("the address of {contract}"), address, named);
        if found == Some(expected) {
            report.holds.push(format!("{contract} was created from init code {expected}"));
        } else {
            report.problems.push(Problem::Creation { contract, address, found, expected });
        }
    }
    Ok(())
}
