//! The hostile RPC is as hostile as it says, and true otherwise.

use alloy::primitives::U256;
use alloy::providers::ext::AnvilApi;
use alloy::providers::{DynProvider, Provider, ProviderBuilder};
use guerdon_tests::anvil::{self, Anvil};
use guerdon_tests::rpc::{Fault, Lie, Proxy};
use serde_json::json;

async fn world() -> (Anvil, Proxy, DynProvider) {
    let anvil = Anvil::start(anvil::Options::default()).await.unwrap();
    let proxy = Proxy::start(anvil.url()).await.unwrap();
    let provider = ProviderBuilder::new().connect_http(proxy.url().parse().unwrap()).erased();
    (anvil, proxy, provider)
}

#[tokio::test(flavor = "multi_thread")]
async fn it_spoils_what_it_was_told_to_and_nothing_else() {
    let (anvil, proxy, provider) = world().await;
    assert_eq!(provider.get_block_number().await.unwrap(), 0);
    let faults = [
        Fault::Close,
        Fault::Lost,
        Fault::TooManyRequests { retry_after: Some(1) },
        Fault::Status(503),
        Fault::Html,
        Fault::Truncated,
        Fault::Malformed,
        Fault::Error { code: -32000, message: "busy".to_owned() },
    ];
    for fault in &faults {
        proxy.fail_next_of("eth_blockNumber", 1, fault);
        assert_eq!(provider.get_chain_id().await.unwrap(), 31_337, "{fault:?} is not meant");
        assert!(provider.get_block_number().await.is_err(), "{fault:?}");
        assert_eq!(provider.get_block_number().await.unwrap(), 0);
    }
    proxy.fail_next(1, &Fault::Lie(Lie::result(json!("0x2a"))));
    assert_eq!(provider.get_block_number().await.unwrap(), 42);

    // What is lost on the way back was done.
    proxy.fail_next(1, &Fault::Lost);
    assert!(provider.anvil_mine(Some(3), None).await.is_err());
    assert_eq!(anvil.provider().get_block_number().await.unwrap(), 3);
    assert_eq!(proxy.calls().iter().filter(|call| call.spoilt).count(), faults.len() + 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_lags_knows_nothing_of_the_newest_blocks() {
    let (anvil, proxy, provider) = world().await;
    let account = anvil::key(50).unwrap().address();
    anvil.mine(10).await.unwrap();
    proxy.lag(4);
    assert_eq!(provider.get_block_number().await.unwrap(), 6);
    assert_eq!(provider.get_block_by_number(Default::default()).await.unwrap().unwrap().header.number, 6);
    assert!(provider.get_block_by_number(7.into()).await.unwrap().is_none());
    assert!(provider.get_balance(account).number(7).await.is_err());
    anvil.fund(account).await.unwrap();
    anvil.mine(1).await.unwrap();
    assert_eq!(provider.get_balance(account).await.unwrap(), U256::ZERO);
    proxy.heal();
    assert!(provider.get_balance(account).await.unwrap() > U256::ZERO);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_seed_spoils_the_same_calls() {
    let mut spoilt = Vec::new();
    for _ in 0..2 {
        let (_anvil, proxy, provider) = world().await;
        proxy.fail_at_random(7, 30, &[Fault::Status(500), Fault::Close]);
        for _ in 0..200 {
            drop(provider.get_block_number().await);
        }
        let calls: Vec<bool> = proxy.calls().iter().map(|call| call.spoilt).collect();
        assert!((30..=90).contains(&calls.iter().filter(|spoilt| **spoilt).count()), "{calls:?}");
        spoilt.push(calls);
    }
    assert_eq!(spoilt[0], spoilt[1]);
}
