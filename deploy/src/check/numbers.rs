//! Do the contracts name each other, are the record's numbers the chain's, and is every parameter
//! within its bound?

use super::{CheckError, KnownPolicy, Problem, Report, call, rpc};
use crate::bounds::{Parameters, Terms};
use alloy::eips::BlockNumberOrTag;
use alloy::primitives::U256;
use alloy::providers::Provider;
use alloy::sol_types::{SolConstructor, SolType};
use alloy::transports::RpcError;
use guerdon_bindings::contracts::{
    Disputes, GuerdonGovernor, GuerdonTimelock, GuerdonToken, Links, RewardDistributor, Treasury,
};
use guerdon_bindings::{Deployed, Deployment};

pub(super) async fn check(
    report: &mut Report,
    deployment: &Deployment,
    policies: &[KnownPolicy],
    provider: &impl Provider,
) -> Result<(), CheckError> {
    record(report, deployment, provider).await?;
    let (parameters, unknown) = parameters(deployment, policies, provider).await?;
    for finding in parameters.findings() {
        report.bound(finding);
    }
    if let Some(hash) = unknown {
        report
            .holds
            .push(format!("not checked: the cap per person against policy {hash} (name its file with --policy)"));
    }
    Ok(())
}

async fn record(report: &mut Report, deployment: &Deployment, provider: &impl Provider) -> Result<(), CheckError> {
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
    let links = distributor.links().call().await.map_err(&of_distributor)?;
    report.equal("the distributor's Links", links, contracts.links.address);
    let disputes = distributor.disputes().call().await.map_err(&of_distributor)?;
    report.equal("the distributor's Disputes", disputes, contracts.disputes.address);
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
    let publish = distributor.publishPeriod().call().await.map_err(&of_distributor)?;
    report.equal("the time to publish", publish, deployment.publish_period);

    let id = distributor.oracleSetId().call().await.map_err(&of_distributor)?;
    let set = distributor.oracleSet(id).call().await.map_err(&of_distributor)?;
    report.holds.push(format!("oracle set {id}: {} of {} must sign", set.threshold, set.members.len()));
    Ok(())
}

/// What a contract was constructed with.
fn arguments<'a, C: SolConstructor>(
    contract: &'static str,
    deployed: &'a Deployed,
) -> Result<<C::Parameters<'a> as SolType>::RustType, CheckError> {
    <C::Parameters<'a> as SolType>::abi_decode_params(&deployed.constructor_args)
        .map_err(|error| CheckError::Arguments(contract, Box::new(error)))
}

/// The bounds' parameters as the chain has them now, and the policy that no file was given for.
async fn parameters(
    deployment: &Deployment,
    policies: &[KnownPolicy],
    provider: &impl Provider,
) -> Result<(Parameters, Option<alloy::primitives::B256>), CheckError> {
    let contracts = &deployment.contracts;
    let governor = GuerdonGovernor::new(contracts.governor.address, provider);
    let timelock = GuerdonTimelock::new(contracts.timelock.address, provider);
    let treasury = Treasury::new(contracts.treasury.address, provider);
    let distributor = RewardDistributor::new(contracts.distributor.address, provider);
    let links = Links::new(contracts.links.address, provider);
    let disputes = Disputes::new(contracts.disputes.address, provider);
    let doing = "reading its parameters";
    let (of_governor, of_distributor) = (call("GuerdonGovernor", doing), call("RewardDistributor", doing));

    // The arguments are those of the chain: their hash was compared with what Genesis recorded.
    let (_, _, allocations) = arguments::<GuerdonToken::constructorCall>("GuerdonToken", &contracts.token)?;
    let (built,) = arguments::<RewardDistributor::constructorCall>("RewardDistributor", &contracts.distributor)?;
    let votes = allocations.iter().filter(|each| each.to != contracts.treasury.address);
    let votes: Vec<_> = votes.map(|each| (each.to, each.amount)).collect();
    let held = allocations.iter().filter(|each| each.to == contracts.treasury.address).map(|each| each.amount);
    let held: U256 = held.sum();
    let outside = votes.iter().fold(U256::ZERO, |sum, (_, votes)| sum.saturating_add(*votes));
    let share = governor.quorumNumerator_1().call().await.map_err(&of_governor)?;
    let whole = governor.quorumDenominator().call().await.map_err(&of_governor)?;
    let quorum = outside.saturating_mul(share).checked_div(whole).unwrap_or_default();

    let latest = provider.get_block_by_number(BlockNumberOrTag::Latest).await;
    let now =
        latest.and_then(|block| block.ok_or(RpcError::NullResp)).map_err(rpc("reading a block"))?.header.timestamp;
    let epoch = distributor.epochAt(U256::from(now)).call().await.map_err(&of_distributor)?.saturating_to::<u64>();
    let first = built.terms.first().map_or(1, |terms| terms.fromEpoch);
    let terms = distributor.termsOf(epoch.max(first)).call().await.map_err(&of_distributor)?;
    let policy = policies.iter().find(|policy| policy.hash == terms.policyHash);

    let id = distributor.oracleSetId().call().await.map_err(&of_distributor)?;
    let set = distributor.oracleSet(id).call().await.map_err(&of_distributor)?;
    let budget = treasury.budget(contracts.distributor.address, contracts.token.address).call().await;
    let budget = budget.map_err(call("Treasury", doing))?;
    let cap = treasury.outflowCap(contracts.token.address).call().await.map_err(call("Treasury", doing))?;
    let guardian = distributor.guardian().call().await.map_err(&of_distributor)?;
    let wait = |value: alloy::primitives::aliases::U48| value.to::<u64>();
    let parameters = Parameters {
        timelock_delay: timelock.getMinDelay().call().await.map_err(call("GuerdonTimelock", doing))?.saturating_to(),
        voting_delay: governor.votingDelay().call().await.map_err(&of_governor)?.saturating_to(),
        voting_period: governor.votingPeriod().call().await.map_err(&of_governor)?.saturating_to(),
        late_quorum_extension: wait(governor.lateQuorumVoteExtension().call().await.map_err(&of_governor)?),
        proposal_threshold: governor.proposalThreshold().call().await.map_err(&of_governor)?,
        quorum,
        votes,
        oracles: set.members.len() as u64,
        threshold: set.threshold.saturating_to(),
        epoch_length: distributor.epochLength().call().await.map_err(&of_distributor)?,
        window: distributor.window().call().await.map_err(&of_distributor)?,
        unit: distributor.unit().call().await.map_err(&of_distributor)?,
        capacity: U256::from(budget.capacity),
        period: wait(budget.period),
        outflow_cap: U256::from(cap.capacity),
        treasury: held,
        terms: vec![Terms {
            epoch_budget: terms.epochBudget,
            cap_per_person: wait(terms.capPerPerson),
            max_share: policy.map(|policy| policy.max_share),
        }],
        max_pause: wait(distributor.maxPause().call().await.map_err(&of_distributor)?),
        governance_cycle: built.governanceCycle,
        link_delay: wait(links.linkDelay().call().await.map_err(call("Links", doing))?),
        resolve_deadline: wait(disputes.resolveDeadline().call().await.map_err(call("Disputes", doing))?),
        raise_delay: wait(treasury.raiseDelay().call().await.map_err(call("Treasury", doing))?),
        guardian_until: (!guardian._0.is_zero()).then(|| wait(guardian._1)),
        now,
    };
    Ok((parameters, policy.is_none().then_some(terms.policyHash)))
}
