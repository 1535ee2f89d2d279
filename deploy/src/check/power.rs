//! Who can do what: the timelock's roles from its events, owners, arbiter.

use super::{CheckError, Problem, Report, call, rpc};
use crate::chain::logs;
use alloy::primitives::{Address, B256, b256};
use alloy::providers::Provider;
use alloy::rpc::types::Filter;
use alloy::sol_types::SolEvent;
use guerdon_bindings::Deployment;
use guerdon_bindings::contracts::{
    ContributorVeto, Disputes, EarnedVotes, GuerdonGovernor, GuerdonTimelock, Links, RewardDistributor, Treasury,
};
use std::collections::BTreeSet;

const ADMIN: B256 = B256::ZERO;
const PROPOSER: B256 = b256!("b09aa5aeb3702cfd50b6b62bc4532604938f21248a27a1d5ca736082b6819cc1");
const EXECUTOR: B256 = b256!("d8aa0f3194971a2a116679f7c2090f6939c8d4e01a2a8d7e41d55e5351469e63");
const CANCELLER: B256 = b256!("fd643c72710c63c0180259aba6b2d05451e3591a24e58b62239378085726f783");

pub(super) async fn check(
    report: &mut Report,
    deployment: &Deployment,
    provider: &impl Provider,
) -> Result<(), CheckError> {
    timelock_roles(report, deployment, provider).await?;
    owners(report, deployment, provider).await?;
    arbiter(report, deployment, provider).await
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
    const NAME: &str = "GuerdonTimelock";
    let contracts = &deployment.contracts;
    let timelock = GuerdonTimelock::new(contracts.timelock.address, provider);
    let granted =
        Filter::new().address(contracts.timelock.address).event_signature(GuerdonTimelock::RoleGranted::SIGNATURE_HASH);
    // Every grant ever made is asked again: a record of revocations could be incomplete, the answer cannot.
    let from = deployment.block.min(contracts.timelock.block);
    let mut granted_to = BTreeSet::new();
    for log in logs(provider, &granted, from).await.map_err(rpc("reading the timelock's events"))? {
        if let Ok(event) = GuerdonTimelock::RoleGranted::decode_log(&log.inner) {
            granted_to.insert((event.role, event.account));
        }
    }
    let expected = BTreeSet::from([
        (ADMIN, contracts.timelock.address),
        (PROPOSER, contracts.governor.address),
        (CANCELLER, contracts.governor.address),
        (CANCELLER, contracts.contributor_veto.address),
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
    let governor = GuerdonGovernor::new(contracts.governor.address, provider);
    let treasury = Treasury::new(contracts.treasury.address, provider);
    let distributor = RewardDistributor::new(contracts.distributor.address, provider);
    let links = Links::new(contracts.links.address, provider);
    let disputes = Disputes::new(contracts.disputes.address, provider);
    let votes = EarnedVotes::new(contracts.earned_votes.address, provider);
    let veto = ContributorVeto::new(contracts.contributor_veto.address, provider);
    let doing = "reading who governs it";
    let (timelock, payer) = (("the timelock", contracts.timelock.address), contracts.distributor.address);
    let holders = [
        (
            "the timelock",
            "GuerdonGovernor",
            governor.timelock().call().await.map_err(call("GuerdonGovernor", doing))?,
            timelock,
        ),
        ("the owner", "Treasury", treasury.owner().call().await.map_err(call("Treasury", doing))?, timelock),
        (
            "governance",
            "RewardDistributor",
            distributor.governance().call().await.map_err(call("RewardDistributor", doing))?,
            timelock,
        ),
        ("governance", "EarnedVotes", votes.governance().call().await.map_err(call("EarnedVotes", doing))?, timelock),
        (
            "the governor",
            "ContributorVeto",
            veto.governor().call().await.map_err(call("ContributorVeto", doing))?,
            ("the governor", contracts.governor.address),
        ),
        (
            "the earned votes",
            "ContributorVeto",
            veto.earnedVotes().call().await.map_err(call("ContributorVeto", doing))?,
            ("EarnedVotes", contracts.earned_votes.address),
        ),
        (
            "the distributor",
            "Links",
            links.distributor().call().await.map_err(call("Links", doing))?,
            ("the distributor", payer),
        ),
        (
            "the distributor",
            "Disputes",
            disputes.distributor().call().await.map_err(call("Disputes", doing))?,
            ("the distributor", payer),
        ),
    ];
    for (role, contract, account, (name, expected)) in holders {
        if account == expected {
            report.holds.push(format!("{role} of {contract} is {name}"));
        } else {
            report.problems.push(stranger(provider, account, role.to_owned(), contract).await?);
            report.problems.push(Problem::Missing { account: expected, role: role.to_owned(), contract });
        }
    }
    Ok(())
}

/// Governance chooses the arbiter: any contract will do, a key will not.
async fn arbiter(report: &mut Report, deployment: &Deployment, provider: &impl Provider) -> Result<(), CheckError> {
    const NAME: &str = "Disputes";
    let disputes = Disputes::new(deployment.contracts.disputes.address, provider);
    let account = disputes.arbiter().call().await.map_err(call(NAME, "reading its arbiter"))?;
    if account.is_zero() {
        report.holds.push("disputes are answered by the timelock alone".to_owned());
    } else if is_key(provider, account).await? {
        report.problems.push(Problem::Key { account, role: "the arbiter".to_owned(), contract: NAME });
    } else {
        report.holds.push(format!("disputes are answered by the contract {account} and the timelock"));
    }
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
