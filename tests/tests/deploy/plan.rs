//! What is known before the first transaction, and what stops a deployment before it.

use crate::{anvil, config, deployer, sent, signer};
use alloy::network::TransactionBuilder;
use alloy::primitives::{Address, B256, Bytes, U256};
use alloy::providers::Provider;
use alloy::providers::ext::AnvilApi;
use alloy::rpc::types::TransactionRequest;
use guerdon_bindings::contracts::Genesis;
use guerdon_deploy::config::{Allocation, Holder};
use guerdon_deploy::deploy::{DeployError, StepState, survey};
use guerdon_deploy::genesis::{PROXY, PROXY_CODE, PROXY_MAKER, PROXY_TRANSACTION};
use guerdon_deploy::{Plan, deploy};
use guerdon_tests::anvil::{Anvil, Options};
use std::collections::BTreeSet;

#[tokio::test]
async fn a_survey_tells_addresses_and_gas_that_come_true_and_sends_nothing() {
    let anvil = anvil().await;
    let before = survey(&config(), deployer(), anvil.provider()).await.unwrap();
    assert_eq!((sent(&anvil).await, anvil.provider().get_block_number().await.unwrap()), (0, 0));
    assert_eq!(before.plan.steps[0].contract, "Genesis");
    assert!(before.gas_price > 0 && before.cost().unwrap() > U256::from(before.gas().unwrap()));

    let deployment = deploy(&config(), &signer(&anvil).await).await.unwrap();
    assert_eq!(sent(&anvil).await, before.plan.steps.len() as u64);
    assert_eq!(deployment.contracts.each().len(), before.plan.steps.len());
    for (contract, deployed) in deployment.contracts.each() {
        let at = before.plan.steps.iter().position(|step| step.contract == contract).unwrap();
        let step = &before.plan.steps[at];
        assert_eq!((deployed.address, deployed.init_code_hash), (step.address, step.init_code_hash), "{contract}");
        let receipt = anvil.provider().get_transaction_receipt(deployed.tx).await.unwrap().unwrap();
        assert_eq!(receipt.block_number, Some(deployed.block));
        let StepState::Open { gas: Some(gas) } = before.states[at] else { panic!("{contract} has no gas") };
        assert!(receipt.gas_used.abs_diff(gas) <= gas / 50, "{contract}: {gas} planned, {} used", receipt.gas_used);
    }
    let genesis = Genesis::new(deployment.contracts.genesis.address, anvil.provider());
    assert_eq!(genesis.deployer().call().await.unwrap(), deployer());
    for step in &before.plan.steps[1..] {
        let named = genesis.addressOf(name(step.contract)).call().await.unwrap();
        assert_eq!(named, step.address, "{}", step.contract);
    }

    let after = survey(&config(), deployer(), anvil.provider()).await.unwrap();
    assert!(after.states.iter().all(|state| *state == StepState::Done));
    assert_eq!(after.gas(), Some(0));
}

fn name(contract: &str) -> B256 {
    guerdon_deploy::genesis::name(contract)
}

#[tokio::test]
async fn one_config_has_the_same_addresses_on_two_chains() {
    let other = Anvil::start(Options { chain_id: 424_242, ..Options::default() }).await.unwrap();
    let here = anvil().await;
    let mut there_config = config();
    there_config.chain_id = 424_242;
    // Something happened on one of them before.
    let provider = signer(&other).await;
    let request = TransactionRequest::default().with_to(PROXY_MAKER).with_value(U256::from(1));
    provider.send_transaction(request).await.unwrap().get_receipt().await.unwrap();

    let one = deploy(&config(), &signer(&here).await).await.unwrap();
    let two = deploy(&there_config, &provider).await.unwrap();
    for ((contract, one), (_, two)) in one.contracts.each().into_iter().zip(two.contracts.each()) {
        assert_eq!(one.address, two.address, "{contract}");
        assert_eq!(one.init_code_hash, two.init_code_hash, "{contract}");
    }
}

#[test]
fn salt_deployer_and_name_decide_every_address_and_nothing_else_does() {
    let addresses = |config: &_, deployer| {
        Plan::new(config, deployer).unwrap().steps.iter().map(|step| step.address).collect::<BTreeSet<_>>()
    };
    let plain = addresses(&config(), deployer());
    assert_eq!(plain.len(), 10);
    let mut changed = config();
    changed.distributor.window *= 2;
    changed.token.name = "Other".into();
    assert_eq!(addresses(&changed, deployer()), plain);
    let mut salted = config();
    salted.salt = B256::repeat_byte(1);
    assert!(addresses(&salted, deployer()).is_disjoint(&plain));
    assert!(addresses(&config(), Address::repeat_byte(1)).is_disjoint(&plain));
}

/// The error's text; nothing was sent.
async fn refused(anvil: &Anvil, config: &guerdon_deploy::DeployConfig) -> String {
    let error = deploy(config, &signer(anvil).await).await.unwrap_err();
    assert_eq!(sent(anvil).await, 0, "{error}");
    error.to_string()
}

#[tokio::test]
async fn a_config_for_another_chain_or_out_of_bounds_sends_nothing() {
    let anvil = anvil().await;
    let mut other = config();
    other.chain_id = 1;
    assert_eq!(refused(&anvil, &other).await, "the RPC is on chain 31337 but the config is for chain 1");
    let mut high = config();
    high.distributor.threshold = 4;
    let error = refused(&anvil, &high).await;
    assert!(error.contains("distributor.threshold: 4 is not within 1 and 3"), "{error}");
    let mut small = config();
    small.distributor.unit = U256::from(1);
    let error = refused(&anvil, &small).await;
    assert!(error.contains("distributor.unit"), "{error}");
    let mut alone = config();
    alone.distributor.threshold = 1;
    let error = refused(&anvil, &alone).await;
    assert!(error.contains("distributor.threshold") && error.contains("oracles-are-a-majority"), "{error}");
}

#[tokio::test]
async fn what_a_constructor_would_refuse_is_known_before_anything_is_sent() {
    let anvil = anvil().await;
    let mut config = config();
    let treasury = Plan::new(&config, deployer()).unwrap().addresses.treasury;
    config.token.allocations.push(Allocation { to: Holder::Address(treasury), amount: U256::from(1) });
    let error = refused(&anvil, &config).await;
    assert!(error.starts_with("the chain refuses GuerdonToken: GuerdonToken_InvalidAllocation"), "{error}");
}

#[tokio::test]
async fn a_deployer_who_cannot_pay_for_all_of_it_sends_nothing() {
    let anvil = anvil().await;
    anvil.provider().anvil_set_balance(deployer(), U256::from(10).pow(U256::from(16))).await.unwrap();
    let error = refused(&anvil, &config()).await;
    assert!(error.contains("has 10000000000000000 wei, but the rest of the deployment costs"), "{error}");
}

#[tokio::test]
async fn a_chain_without_the_proxy_is_told_how_to_get_it() {
    let anvil = anvil().await;
    let provider = anvil.provider();
    provider.anvil_set_code(PROXY, Bytes::new()).await.unwrap();
    provider.anvil_set_nonce(PROXY, 0).await.unwrap();
    let error = refused(&anvil, &config()).await;
    assert!(error.contains(&PROXY_MAKER.to_string()) && error.contains(&PROXY_TRANSACTION.to_string()), "{error}");

    provider.anvil_set_balance(PROXY_MAKER, U256::from(10).pow(U256::from(16))).await.unwrap();
    let pending = provider.send_raw_transaction(&PROXY_TRANSACTION).await.unwrap();
    let receipt = pending.get_receipt().await.unwrap();
    assert_eq!((receipt.from, receipt.contract_address), (PROXY_MAKER, Some(PROXY)));
    assert_eq!(provider.get_code_at(PROXY).await.unwrap(), PROXY_CODE);
    deploy(&config(), &signer(&anvil).await).await.unwrap();
}

#[tokio::test]
async fn foreign_code_at_an_address_of_the_plan_stops_everything() {
    let plan = Plan::new(&config(), deployer()).unwrap();
    for contract in ["Genesis", "GuerdonToken", "RewardDistributor"] {
        let anvil = anvil().await;
        let step = plan.steps.iter().find(|step| step.contract == contract).unwrap();
        anvil.provider().anvil_set_code(step.address, Bytes::from_static(&[0xfe])).await.unwrap();
        let error = refused(&anvil, &config()).await;
        assert_eq!(error, format!("the code at {} is not that of {contract}: take another salt", step.address));
    }
    let anvil = anvil().await;
    anvil.provider().anvil_set_code(PROXY, Bytes::from_static(&[0xfe])).await.unwrap();
    let error = deploy(&config(), &signer(&anvil).await).await.unwrap_err();
    assert!(matches!(error, DeployError::Proxy), "{error}");
}
