//! A fresh local chain with a deployment of three oracles of whom two must sign.
#![allow(dead_code, clippy::unwrap_used, reason = "each test file uses its own part, and may fail loudly")]

use alloy::primitives::utils::parse_ether;
use alloy::primitives::{Address, B256, Bytes, U256};
use guerdon::chain::Chain;
use guerdon::keys::OracleKey;
use guerdon::link::{LinkProof, attestation, check_gist, gist_text, sign_link};
use guerdon::sign::{SignError, header_message, quorum};
use guerdon_bindings::{Deployment, Link};
use guerdon_core::batch::BatchHeader;
use guerdon_core::model::ContributorId;
use guerdon_deploy::chain::connect_signer;
use guerdon_deploy::config::{
    Allocation, BudgetConfig, DeployConfig, DisputesConfig, DistributorConfig, GovernorConfig, GuardianConfig, Holder,
    LinksConfig, TermsConfig, TokenConfig, TreasuryConfig,
};
use guerdon_tests::anvil::{Anvil, Options, key};

/// Monday 2023-11-13 00:00 UTC, when epoch 1 begins.
pub const START: u64 = 1_699_833_600;
pub const WEEK: u64 = 7 * 86_400;
pub const POLICY: B256 = B256::repeat_byte(0xaa);
pub const EVIDENCE: B256 = B256::repeat_byte(0xee);

/// Who answers challenges, and who may pause.
pub const ARBITER: u32 = 6;
pub const GUARDIAN: u32 = 4;

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
    let holder = |index| Allocation {
        to: Holder::Address(key(index).unwrap().address()),
        amount: parse_ether("80000").unwrap(),
    };
    let mut allocations = vec![Allocation { to: Holder::Treasury, amount: parse_ether("600000").unwrap() }];
    allocations.extend([1, 2, 10, 11, 12].map(holder));
    DeployConfig {
        chain_id: 31_337,
        salt: B256::repeat_byte(0x5a),
        token: TokenConfig { name: "Local".into(), symbol: "LOC".into(), allocations },
        governor: GovernorConfig {
            voting_delay: 3_600,
            voting_period: 86_400,
            proposal_threshold: parse_ether("1000").unwrap(),
            quorum_percent: 20,
            late_quorum_extension: 3_600,
        },
        timelock_delay: 86_400,
        treasury: TreasuryConfig::default(),
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
                max_share: None,
            }],
        },
        guardian: Some(GuardianConfig { address: key(GUARDIAN).unwrap().address(), until: START + 26 * WEEK }),
        links: LinksConfig { previous: Address::ZERO, delay: 86_400, budget: 500_000_000, period: WEEK },
        disputes: DisputesConfig {
            arbiter: key(ARBITER).unwrap().address(),
            bond: parse_ether("0.05").unwrap(),
            resolve_deadline: WEEK,
        },
        votes_per_unit: 1,
    }
}

pub async fn signed(chain: &Chain, header: &BatchHeader, keys: &[OracleKey]) -> Result<Bytes, SignError> {
    let set = chain.oracle_set().await.unwrap();
    quorum(&header_message(header), &chain.domain(), &set, keys).await
}

/// A contributor publishes a gist; the oracles check and attest it; anyone sends it.
pub async fn link(local: &Local, chain: &Chain, id: ContributorId, wallet: &OracleKey) {
    let (nonce, now) = (chain.link_nonce(id).await.unwrap(), chain.now().await.unwrap().timestamp);
    let message = Link { id: id.0, wallet: wallet.address(), nonce, validUntil: now + 3_600 };
    let text = gist_text(&sign_link(&message, chain.place(), wallet).await.unwrap(), chain.place());
    let proof: LinkProof = check_gist(&text, id, chain.place(), nonce, now).unwrap();
    let set = chain.oracle_set().await.unwrap();
    let attested = attestation(&proof.link, chain.place(), &set, &local.oracles[..2]).await.unwrap();
    chain.sender(&local.payer).unwrap().link(&proof, attested).await.unwrap();
}
