//! Each bound that governance, or a fault, can break on the chain is found by its name.

use crate::{Deployed, config, root};
use alloy::primitives::aliases::{U48, U208};
use alloy::primitives::{Address, U256, keccak256};
use alloy::providers::Provider;
use alloy::providers::ext::AnvilApi;
use alloy::sol_types::SolCall;
use guerdon_bindings::contracts::{GuerdonTimelock, RewardDistributor, Treasury};
use guerdon_deploy::check::KnownPolicy;
use guerdon_deploy::{Problem, check, file};
use guerdon_tests::anvil::key;

const DAY: u64 = 86_400;
const YEAR: u64 = 365 * DAY;

impl Deployed {
    /// The names of the bounds that do not hold; any other problem fails the test.
    async fn broken(&self) -> Vec<&'static str> {
        self.broken_by(&[]).await
    }

    async fn broken_by(&self, policies: &[KnownPolicy]) -> Vec<&'static str> {
        let report = check(&self.deployment, policies, self.anvil.provider()).await.unwrap();
        let name = |problem: &Problem| match problem {
            Problem::Bound(finding) => {
                let text = problem.to_string();
                assert!(text.contains(&finding.value) && text.contains(&finding.bound), "{text}");
                finding.name
            }
            other => panic!("{other}"),
        };
        report.problems.iter().map(name).collect()
    }

    /// Writes into a contract's storage the first slot that holds `from`; dynamic arrays count by their first element.
    async fn overwrite(&self, contract: Address, from: U256, to: U256) {
        let provider = self.anvil.provider();
        for slot in 0..40u64 {
            for place in [U256::from(slot), keccak256(U256::from(slot).to_be_bytes::<32>()).into()] {
                if provider.get_storage_at(contract, place).await.unwrap() == from {
                    provider.anvil_set_storage_at(contract, place, to.into()).await.unwrap();
                    return;
                }
            }
        }
        panic!("{contract} holds {from} nowhere");
    }
}

#[tokio::test]
async fn a_timelock_that_is_too_long() {
    let local = Deployed::start().await;
    let timelock = local.deployment.contracts.timelock.address;
    let delay = |seconds: u64| GuerdonTimelock::updateDelayCall { newDelay: U256::from(seconds) }.abi_encode();
    // One that is too short the timelock refuses by itself.
    local.govern(timelock, delay(30 * DAY)).await;
    assert_eq!(
        local.broken().await,
        [
            "contracts-know-the-cycle",
            "window-covers-governance",
            "link-delay-covers-governance",
            "disputes-wait-for-governance"
        ]
    );
}

#[tokio::test]
async fn a_quorum_that_nobody_or_one_holder_reaches() {
    let local = Deployed::start().await;
    let governor = local.deployment.contracts.governor.address;
    // A checkpoint: when (48 bits), how many percent.
    let block =
        local.anvil.provider().get_block(local.deployment.contracts.governor.block.into()).await.unwrap().unwrap();
    let checkpoint = |percent: u64| (U256::from(percent) << 48) | U256::from(block.header.timestamp);
    local.overwrite(governor, checkpoint(20), checkpoint(51)).await;
    assert_eq!(local.broken().await, ["genesis-votes-carry-quorum"]);
    local.overwrite(governor, checkpoint(51), checkpoint(19)).await;
    assert_eq!(local.broken().await, ["no-holder-above-quorum"]);
}

#[tokio::test]
async fn a_governor_that_is_out_of_reach_or_too_fast() {
    let local = Deployed::start().await;
    let governor = local.deployment.contracts.governor.address;
    let settings = config().governor;
    let packed = |delay: u64, period: u64| U256::from(delay) | (U256::from(period) << 48);
    let threshold = settings.proposal_threshold;
    local.overwrite(governor, threshold, config().token.allocations[1].amount + U256::from(1)).await;
    assert_eq!(local.broken().await, ["somebody-can-propose"]);
    local.overwrite(governor, config().token.allocations[1].amount + U256::from(1), threshold).await;
    local.overwrite(governor, packed(settings.voting_delay, settings.voting_period), packed(3_599, DAY - 1)).await;
    assert_eq!(local.broken().await, ["voters-have-notice", "voters-have-time"]);
}

#[tokio::test]
async fn one_oracle_who_signs_alone() {
    let local = Deployed::start().await;
    let rotate = RewardDistributor::rotateCall {
        members: config().members(),
        threshold: U256::from(1),
        baseUrl: "https://one.example/".into(),
        voidPending: false,
    };
    local.govern(local.deployment.contracts.distributor.address, rotate.abi_encode()).await;
    assert_eq!(local.broken().await, ["oracles-are-a-majority"]);
}

#[tokio::test]
async fn a_guardian_for_ever() {
    let local = Deployed::start().await;
    let distributor = local.deployment.contracts.distributor.address;
    let now = local.anvil.now().await.unwrap();
    let set = |account, until: u64| {
        let until = U48::from(until);
        RewardDistributor::setGuardianCall { guardian_: account, until }.abi_encode()
    };
    local.govern(distributor, set(key(6).unwrap().address(), now + YEAR + DAY)).await;
    assert_eq!(local.broken().await, ["guardian-expires"]);
    local.govern(distributor, set(Address::ZERO, now + YEAR + DAY)).await;
    assert!(local.broken().await.is_empty());
}

#[tokio::test]
async fn a_budget_too_small_or_a_cap_on_nothing() {
    let local = Deployed::start().await;
    let contracts = &local.deployment.contracts;
    let (treasury, token) = (contracts.treasury.address, contracts.token.address);
    let (spender, period) = (contracts.distributor.address, U48::from(7 * DAY));
    let tokens = |amount: u64| U208::from(amount) * U208::from(10).pow(U208::from(18));
    local
        .govern(treasury, Treasury::setBudgetCall { spender, token, capacity: tokens(999), period }.abi_encode())
        .await;
    assert_eq!(local.broken().await, ["budget-drains-a-backlog", "batch-fits-budget"]);

    let capacity = tokens(150_001);
    local.govern(treasury, Treasury::setOutflowCapCall { token, capacity, period }.abi_encode()).await;
    assert!(!local.broken().await.contains(&"outflow-is-capped"), "a raise waits");
    local.anvil.warp(local.anvil.now().await.unwrap() + 7 * DAY + 1).await.unwrap();
    local.govern(treasury, Treasury::activateOutflowCapCall { token }.abi_encode()).await;
    assert!(local.broken().await.contains(&"outflow-is-capped"));
}

#[tokio::test]
async fn a_cap_below_what_the_policy_gives_one_person() {
    let local = Deployed::start().await;
    let policy = file::known_policy(&root().join("policy.toml")).unwrap();
    assert!(local.broken_by(&[policy]).await.is_empty());
    let terms = RewardDistributor::Terms {
        policyHash: policy.hash,
        epochBudget: 1_000_000_000,
        capPerPerson: U48::from(250_000_000u64 - 1),
        fromEpoch: 2,
    };
    let set = RewardDistributor::setTermsCall { terms };
    local.govern(local.deployment.contracts.distributor.address, set.abi_encode()).await;
    assert!(local.broken_by(&[policy]).await.is_empty(), "not before its epoch");
    local.anvil.warp(config().distributor.epoch_start + 7 * DAY + 1).await.unwrap();
    assert_eq!(local.broken_by(&[policy]).await, ["cap-lets-the-policy-pay"]);
    let report = check(&local.deployment, &[], local.anvil.provider()).await.unwrap();
    assert!(report.passed());
    assert!(report.holds.iter().any(|line| line.starts_with("not checked: the cap per person")), "{:?}", report.holds);
}
