//! A fresh local chain with a deployment of three oracles of whom two must sign.
#![allow(dead_code, reason = "each test file uses its own part")]

use alloy::primitives::utils::parse_ether;
use alloy::primitives::{B256, U256};
use guerdon::chain::Chain;
use guerdon::keys::OracleKey;
use guerdon_bindings::Deployment;
use guerdon_deploy::chain::connect_signer;
use guerdon_deploy::config::{
    Allocation, BudgetConfig, DeployConfig, DistributorConfig, GovernorConfig, Holder, TermsConfig, TokenConfig,
};
use guerdon_tests::anvil::{Anvil, Options, key};

/// Monday 2023-11-13 00:00 UTC, when epoch 1 begins.
pub const START: u64 = 1_699_833_600;
pub const WEEK: u64 = 7 * 86_400;
pub const POLICY: B256 = B256::repeat_byte(0xaa);
pub const EVIDENCE: B256 = B256::repeat_byte(0xee);

pub struct Local {
    pub anvil: Anvil,
    pub deployment: Deployment,
    /// In the order of their addresses.
    pub oracles: Vec<OracleKey>,
    /// Pays for transactions, nothing else.
    pub payer: OracleKey,
}

impl Local {
    pub async fn start() -> Self {
        let anvil = Anvil::start(Options { timestamp: Some(START), ..Options::default() }).await.unwrap();
        let oracles = oracles();
        let provider = connect_signer(anvil.url(), key(0).unwrap()).await.unwrap();
        let deployment = guerdon_deploy::deploy(&config(&oracles), &provider).await.unwrap();
        Self { anvil, deployment, oracles, payer: key(5).unwrap().into() }
    }

    pub async fn chain(&self) -> Chain {
        Chain::connect(self.anvil.url(), &self.deployment).await.unwrap()
    }
}

pub fn oracles() -> Vec<OracleKey> {
    let mut oracles: Vec<OracleKey> = (7..10).map(|index| key(index).unwrap().into()).collect();
    oracles.sort_by_key(OracleKey::address);
    oracles
}

pub fn config(oracles: &[OracleKey]) -> DeployConfig {
    let unit = U256::from(10u64).pow(U256::from(12));
    DeployConfig {
        chain_id: 31_337,
        token: TokenConfig {
            name: "Local".into(),
            symbol: "LOC".into(),
            allocations: vec![
                Allocation { to: Holder::Treasury, amount: parse_ether("600000").unwrap() },
                Allocation { to: Holder::Address(key(1).unwrap().address()), amount: parse_ether("400000").unwrap() },
            ],
        },
        governor: GovernorConfig {
            voting_delay: 3_600,
            voting_period: 86_400,
            proposal_threshold: parse_ether("1000").unwrap(),
            quorum_percent: 10,
            late_quorum_extension: 3_600,
        },
        timelock_delay: 3_600,
        budget: BudgetConfig { capacity: parse_ether("2000").unwrap(), period: WEEK },
        distributor: DistributorConfig {
            unit,
            epoch_start: START,
            epoch_length: WEEK,
            window: 3_600,
            publish_period: 86_400,
            oracles: oracles.iter().map(OracleKey::address).rev().collect(),
            threshold: 2,
            base_url: "http://127.0.0.1/evidence/".into(),
            terms: vec![TermsConfig {
                policy_hash: POLICY,
                epoch_budget: 1_000_000_000,
                cap_per_person: 250_000_000,
                from_epoch: 1,
            }],
        },
    }
}
