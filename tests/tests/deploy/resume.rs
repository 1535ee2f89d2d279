//! A deployment that stops anywhere goes on from there.

use crate::{anvil, config, deployer, sent, signer};
use alloy::network::TransactionBuilder;
use alloy::primitives::U256;
use alloy::providers::Provider;
use alloy::providers::ext::AnvilApi;
use alloy::rpc::types::TransactionRequest;
use alloy::sol_types::SolConstructor;
use guerdon_bindings::Deployment;
use guerdon_bindings::contracts::Genesis;
use guerdon_deploy::config::DeployConfig;
use guerdon_deploy::deploy::{DeployError, Progress, deploy_at_most};
use guerdon_deploy::genesis::PROXY;
use guerdon_deploy::plan::Step;
use guerdon_deploy::{Plan, check, deploy};
use guerdon_tests::anvil::{Anvil, key};
use std::time::Duration;

const STEPS: usize = 10;

async fn at_most(anvil: &Anvil, config: &DeployConfig, limit: usize) -> Result<Deployment, DeployError> {
    deploy_at_most(config, &signer(anvil).await, Some(limit), |_, _| ()).await
}

#[tokio::test]
async fn stopped_after_any_transaction_it_comes_to_the_same_addresses() {
    let plan = Plan::new(&config(), deployer()).unwrap();
    for stop in 0..STEPS {
        let anvil = anvil().await;
        let error = at_most(&anvil, &config(), stop).await.unwrap_err();
        let text = format!("stopped after {stop} transactions, {} are left: deploy again to go on", STEPS - stop);
        assert_eq!(error.to_string(), text);
        assert_eq!(sent(&anvil).await, stop as u64);

        let mut told = Vec::new();
        let signer = signer(&anvil).await;
        let tell = |step: &Step, progress| told.push((step.contract, progress));
        let deployment = deploy_at_most(&config(), &signer, None, tell).await.unwrap();
        assert_eq!(sent(&anvil).await, STEPS as u64);
        assert_eq!(told.iter().filter(|(_, progress)| *progress == Progress::Found).count(), stop);
        for (contract, deployed) in deployment.contracts.each() {
            let step = plan.steps.iter().find(|step| step.contract == contract).unwrap();
            assert_eq!(deployed.address, step.address, "{contract}, stopped after {stop}");
        }
        assert_eq!(check(&deployment, &[], &signer).await.unwrap().problems, [], "stopped after {stop}");
    }
}

#[tokio::test]
async fn one_transaction_a_run_is_enough_and_the_record_is_the_same_from_then_on() {
    let anvil = anvil().await;
    for sent in 1..STEPS {
        assert!(at_most(&anvil, &config(), 1).await.is_err(), "{sent}");
        // Another block, another time: what a run finds it did not see being made.
        anvil.mine(3).await.unwrap();
    }
    let last = at_most(&anvil, &config(), 1).await.unwrap();
    anvil.mine(30).await.unwrap();
    assert_eq!(deploy(&config(), &signer(&anvil).await).await.unwrap(), last);
    assert_eq!(sent(&anvil).await, STEPS as u64);
    assert_eq!(last.block, last.contracts.genesis.block);
    let blocks: Vec<_> = last.contracts.each().iter().map(|(_, deployed)| deployed.block).collect();
    assert!(blocks.iter().all(|block| *block >= last.block), "{blocks:?}");
}

#[tokio::test]
async fn killed_while_a_transaction_is_under_way_it_waits_for_it_instead_of_sending_another() {
    let anvil = anvil().await;
    assert!(at_most(&anvil, &config(), 3).await.is_err());
    anvil.provider().anvil_set_auto_mine(false).await.unwrap();
    let signer = signer(&anvil).await;
    let config = config();
    // The receipt does not come; the run ends where it stands.
    let run = tokio::time::timeout(Duration::from_secs(2), deploy(&config, &signer)).await;
    assert!(run.is_err());
    let error = deploy(&config, &signer).await.unwrap_err();
    assert!(matches!(error, DeployError::Pending { count: 1, .. }), "{error}");
    anvil.mine(1).await.unwrap();
    anvil.provider().anvil_set_auto_mine(true).await.unwrap();
    deploy(&config, &signer).await.unwrap();
    assert_eq!(sent(&anvil).await, STEPS as u64);
}

#[tokio::test]
async fn another_config_cannot_go_on_with_what_was_begun() {
    let anvil = anvil().await;
    assert!(at_most(&anvil, &config(), 2).await.is_err());
    let mut other = config();
    // The token's code and immutables are the same: only its storage differs.
    other.token.allocations[0].amount -= U256::from(1);
    let error = deploy(&other, &signer(&anvil).await).await.unwrap_err();
    assert!(matches!(error, DeployError::Begun { contract: "GuerdonToken", .. }), "{error}");
    assert_eq!(sent(&anvil).await, 2);
    // What is not created yet may still change.
    let mut later = config();
    later.links.delay *= 2;
    deploy(&later, &signer(&anvil).await).await.unwrap();
}

#[tokio::test]
async fn who_creates_the_genesis_first_gains_nothing() {
    let anvil = anvil().await;
    let plan = Plan::new(&config(), deployer()).unwrap();
    let args = Genesis::constructorCall { deployer_: deployer() }.abi_encode();
    let input = [config().salt.as_slice(), &Genesis::BYTECODE, &args].concat();
    let stranger = guerdon_deploy::chain::connect_signer(anvil.url(), key(9).unwrap()).await.unwrap();
    let request = TransactionRequest::default().with_to(PROXY).with_input(input);
    stranger.send_transaction(request).await.unwrap().get_receipt().await.unwrap();
    assert!(!anvil.provider().get_code_at(plan.addresses.genesis).await.unwrap().is_empty());

    let genesis = Genesis::new(plan.addresses.genesis, &stranger);
    assert!(genesis.create(Default::default(), Default::default()).call().await.is_err());
    let deployment = deploy(&config(), &signer(&anvil).await).await.unwrap();
    assert_eq!(sent(&anvil).await, STEPS as u64 - 1);
    assert_eq!(deployment.contracts.genesis.address, plan.addresses.genesis);
    assert!(check(&deployment, &[], &stranger).await.unwrap().passed());
}
