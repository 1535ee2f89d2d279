//! Deploying to a real chain, going on after every stop, and the proof that nobody kept a role.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may fail loudly"
)]

mod artifacts;
mod bounds;
mod command;
mod config;
mod plan;
mod power;
mod resume;

use alloy::network::Ethereum;
use alloy::network::TransactionBuilder;
use alloy::primitives::{Address, U256};
use alloy::providers::ext::AnvilApi;
use alloy::providers::{Provider, WalletProvider};
use alloy::rpc::types::TransactionRequest;
use guerdon_bindings::Deployment;
use guerdon_deploy::chain::connect_signer;
use guerdon_deploy::config::DeployConfig;
use guerdon_deploy::{deploy, file};
use guerdon_tests::anvil::{Anvil, Options, key};
use std::path::{Path, PathBuf};

/// Two days before epoch 1 of the config.
const START: u64 = 1_767_571_200 - 2 * 86_400;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn config() -> DeployConfig {
    file::load(&root().join("deploy/config/anvil.toml")).unwrap()
}

async fn anvil() -> Anvil {
    Anvil::start(Options { timestamp: Some(START), ..Options::default() }).await.unwrap()
}

fn deployer() -> Address {
    key(0).unwrap().address()
}

/// Signs with the deployer's key.
async fn signer(anvil: &Anvil) -> impl Provider<Ethereum> + WalletProvider<Ethereum> + Clone + use<> {
    connect_signer(anvil.url(), key(0).unwrap()).await.unwrap()
}

/// How many transactions the deployer has sent.
async fn sent(anvil: &Anvil) -> u64 {
    anvil.provider().get_transaction_count(deployer()).await.unwrap()
}

/// A chain with a deployment.
struct Deployed {
    anvil: Anvil,
    deployment: Deployment,
}

impl Deployed {
    async fn start() -> Self {
        let anvil = anvil().await;
        let deployment = deploy(&config(), &signer(&anvil).await).await.unwrap();
        Self { anvil, deployment }
    }

    /// The timelock does it, as only a local chain can make it.
    async fn govern(&self, to: Address, data: Vec<u8>) {
        impersonate(&self.anvil, self.deployment.contracts.timelock.address, to, data).await;
    }
}

/// Lets a contract's own address send a transaction.
async fn impersonate(anvil: &Anvil, from: Address, to: Address, data: Vec<u8>) {
    let provider = anvil.provider();
    provider.anvil_set_balance(from, U256::from(10).pow(U256::from(19))).await.unwrap();
    provider.anvil_impersonate_account(from).await.unwrap();
    let request = TransactionRequest::default().with_from(from).with_to(to).with_input(data).with_gas_limit(2_000_000);
    let hash = provider.eth_send_unsigned_transaction(request).await.unwrap();
    anvil.mine(1).await.unwrap();
    let receipt = provider.get_transaction_receipt(hash).await.unwrap().unwrap();
    assert!(receipt.status());
}
