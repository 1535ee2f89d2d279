//! Transactions that stall, are dropped, replaced, swallowed or cannot be paid.

use super::world::{EPOCH, Scene};
use alloy::consensus::Transaction as _;
use alloy::primitives::{B256, U256};
use alloy::providers::ext::AnvilApi;
use alloy::providers::{Provider, ProviderBuilder};
use alloy::rpc::types::TransactionRequest;
use guerdon::chain::{BatchStatus, ChainConfig, ChainError};
use guerdon::run::chain_of;
use guerdon::store::TransactionStatus as Status;
use guerdon_tests::anvil::key;
use guerdon_tests::rpc::Fault;

/// The hash of a transaction that was sent but not mined.
fn pending(result: Result<guerdon::chain::Sent, ChainError>) -> B256 {
    match result.unwrap_err() {
        ChainError::Pending { tx, .. } => tx,
        other => panic!("not pending: {other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_to_be_mined_is_not_sent_twice() {
    let scene = Scene::start(1).await;
    let chain = scene.chain().await;
    scene.automine(false).await;
    let tx = pending(scene.post(&scene.sender(&chain)).await);
    // A new process with the same store, twice.
    for _ in 0..2 {
        assert_eq!(pending(scene.post(&scene.sender(&scene.chain().await)).await), tx);
        assert_eq!(scene.pool().await, [tx]);
    }
    assert_eq!(scene.statuses().await, [Status::Sent]);
    scene.automine(true).await;
    scene.mine(1).await;
    let sent = scene.post(&scene.sender(&chain)).await.unwrap();
    assert_eq!((sent.tx, scene.nonce().await), (tx, 1));
    let row = scene.rows().await.remove(0);
    assert_eq!((row.status, row.block, row.purpose.as_str()), (Status::Final, Some(sent.block), "post"));
    scene.finish(&chain, &scene.sender(&chain)).await;
    assert_eq!((scene.on_chain().await, scene.nonce().await), ((1, 2, 2), 5));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_stalls_is_sent_again_with_higher_fees_until_the_cap() {
    let scene = Scene::start(1).await;
    // About twice of what is asked for at first.
    let config = ChainConfig { stall: 1, max_fee: 4, ..scene.config() };
    let chain = scene.chain_with(config).await;
    scene.automine(false).await;
    let newest = pending(scene.post(&scene.sender(&chain)).await);
    let rows = scene.rows().await;
    assert!(rows.len() > 2, "{rows:?}");
    for pair in rows.windows(2) {
        assert!(pair[1].max_fee * 1_000 >= pair[0].max_fee * 1_125 && pair[1].tip * 1_000 >= pair[0].tip * 1_125);
        assert!(pair[1].nonce == pair[0].nonce && pair[1].hash != pair[0].hash);
    }
    // The last one is what the nodes have.
    assert_eq!(scene.pool().await, [newest]);
    let waits = scene.local.anvil.provider().get_transaction_by_hash(newest).await.unwrap().unwrap();
    assert_eq!(waits.max_fee_per_gas(), rows.last().unwrap().max_fee);

    // The cap stops it, and it waits on.
    let mut before = rows.len();
    for _ in 0..6 {
        pending(scene.post(&scene.sender(&chain)).await);
        let now = scene.rows().await.len();
        if now == before {
            break;
        }
        before = now;
    }
    let rows = scene.rows().await;
    assert!(rows.iter().all(|row| row.max_fee <= 4_000_000_000), "{rows:?}");
    assert!(rows.last().unwrap().max_fee * 9 / 8 >= 4_000_000_000, "{rows:?}");

    scene.automine(true).await;
    scene.mine(1).await;
    let sent = scene.post(&scene.sender(&chain)).await.unwrap();
    assert_eq!((sent.tx, scene.nonce().await), (rows.last().unwrap().hash, 1));
    let mut statuses = scene.statuses().await;
    assert_eq!(statuses.pop(), Some(Status::Final));
    assert!(statuses.iter().all(|status| *status == Status::Replaced), "{statuses:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_earlier_version_may_be_the_one_that_is_mined() {
    let scene = Scene::start(1).await;
    let chain = scene.chain().await;
    scene.automine(false).await;
    let first = pending(scene.post(&scene.sender(&chain)).await);
    // The nodes lose the version with the higher fee, and have the first one still.
    let impatient = scene.chain_with(ChainConfig { stall: 1, ..scene.config() }).await;
    scene.proxies[0].swallow(true);
    pending(scene.post(&scene.sender(&impatient)).await);
    assert!(scene.rows().await.len() > 1);
    assert_eq!(scene.pool().await, [first]);
    scene.automine(true).await;
    scene.mine(1).await;
    assert_eq!(scene.post(&scene.sender(&chain)).await.unwrap().tx, first);
    assert_eq!(scene.statuses().await.iter().filter(|status| **status == Status::Final).count(), 1);
    assert_eq!(scene.nonce().await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_price_above_the_cap_is_waited_out() {
    let scene = Scene::start(1).await;
    let provider = scene.local.anvil.provider();
    let chain = scene.chain_with(ChainConfig { max_fee: 3, ..scene.config() }).await;
    provider.anvil_set_next_block_base_fee_per_gas(20_000_000_000).await.unwrap();
    scene.mine(1).await;
    pending(scene.post(&scene.sender(&chain)).await);
    assert!(scene.rows().await.iter().all(|row| row.max_fee <= 3_000_000_000));
    assert_eq!(scene.on_chain().await, (0, 0, 0));
    // Empty blocks bring it down again.
    provider.anvil_set_next_block_base_fee_per_gas(1_000_000_000).await.unwrap();
    scene.mine(1).await;
    scene.post(&scene.sender(&chain)).await.unwrap();
    assert_eq!((scene.on_chain().await, scene.nonce().await), ((1, 0, 0), 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_nodes_forgot_is_sent_again_as_it_was() {
    let scene = Scene::start(1).await;
    let chain = scene.chain().await;
    scene.automine(false).await;
    let tx = pending(scene.post(&scene.sender(&chain)).await);
    scene.local.anvil.provider().anvil_drop_all_transactions().await.unwrap();
    assert!(scene.pool().await.is_empty());
    scene.automine(true).await;
    assert_eq!(scene.post(&scene.sender(&chain)).await.unwrap().tx, tx);
    assert_eq!((scene.rows().await.len(), scene.nonce().await), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_swallows_transactions_does_not_stop_two() {
    let scene = Scene::start(2).await;
    scene.proxies[0].swallow(true);
    let chain = scene.chain().await;
    scene.post(&scene.sender(&chain)).await.unwrap();
    assert_eq!(scene.nonce().await, 1);

    // Where all swallow it, it goes out again, the same, once one does not.
    scene.proxies[1].swallow(true);
    let tx = pending(scene.sender(&chain).publish(EPOCH, &scene.chunks[0]).await);
    scene.proxies[1].swallow(false);
    assert_eq!(scene.sender(&chain).publish(EPOCH, &scene.chunks[0]).await.unwrap().tx, tx);
    assert_eq!(scene.nonce().await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_is_lost_is_no_second_transaction() {
    let scene = Scene::start(1).await;
    let chain = scene.chain().await;
    let sender = scene.sender(&chain);
    for fault in [Fault::Lost, Fault::Truncated, Fault::Malformed] {
        scene.proxies[0].fail_next_of("eth_sendRawTransaction", 1, &fault);
    }
    scene.post(&sender).await.unwrap();
    // Not even when no answer comes at all.
    scene.proxies[0].fail_next_of("eth_sendRawTransaction", 20, &Fault::Lost);
    scene.finish(&chain, &sender).await;
    assert_eq!((scene.on_chain().await, scene.nonce().await), ((1, 2, 2), 5));
}

/// Another program with the same key sends a transaction of its own with our nonce.
async fn displace(scene: &Scene) {
    let wallet = key(5).unwrap();
    let url = scene.local.anvil.url().parse().unwrap();
    let other = ProviderBuilder::new().wallet(wallet.clone()).connect_http(url);
    let request = TransactionRequest::default()
        .from(wallet.address())
        .to(wallet.address())
        .nonce(0)
        .gas_limit(21_000)
        .max_fee_per_gas(90_000_000_000)
        .max_priority_fee_per_gas(80_000_000_000);
    drop(other.send_transaction(request).await.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn when_another_transaction_took_the_place_the_chain_says_what_is_next() {
    let scene = Scene::start(1).await;
    let chain = scene.chain().await;
    scene.automine(false).await;
    let tx = pending(scene.post(&scene.sender(&chain)).await);
    displace(&scene).await;
    scene.automine(true).await;
    scene.mine(1).await;
    assert_eq!((scene.on_chain().await, scene.nonce().await), ((0, 0, 0), 1));
    let sent = scene.post(&scene.sender(&chain)).await.unwrap();
    assert_ne!(sent.tx, tx);
    assert_eq!(scene.statuses().await, [Status::Replaced, Status::Final]);
    assert_eq!((scene.on_chain().await, scene.nonce().await), ((1, 0, 0), 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_another_oracle_did_meanwhile_is_not_sent() {
    let scene = Scene::start(1).await;
    let chain = scene.chain().await;
    scene.automine(false).await;
    pending(scene.post(&scene.sender(&chain)).await);
    scene.local.anvil.provider().anvil_drop_all_transactions().await.unwrap();
    scene.automine(true).await;
    let other = chain.sender(&key(3).unwrap().into()).unwrap();
    scene.post(&other).await.unwrap();
    let error = scene.post(&scene.sender(&chain)).await.unwrap_err();
    assert_eq!(error.revert().and_then(|revert| revert.name()), Some("Batches_Live"), "{error}");
    assert_eq!((scene.statuses().await, scene.nonce().await), (vec![Status::Dropped], 0));
    // And it goes on from there.
    scene.finish(&chain, &scene.sender(&chain)).await;
    assert_eq!((scene.on_chain().await, scene.nonce().await), ((1, 2, 2), 4));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_store_waits_for_what_it_does_not_know_and_then_takes_its_place() {
    let scene = Scene::start(1).await;
    scene.automine(false).await;
    pending(scene.post(&scene.sender(&scene.chain().await)).await);
    let empty = scene.empty_store().await;
    // In time, it is left alone.
    let patient = scene.chain().await;
    let other = patient.sender(&scene.local.payer).unwrap().keeping(&empty).briefly();
    let error = scene.post(&other).await.unwrap_err();
    assert!(matches!(error, ChainError::Stranger { nonce: 0, .. }), "{error:?}");
    assert_eq!(scene.pool().await.len(), 1);
    // Later, the same step has the same nonce: one of the two is mined.
    let impatient = scene.chain_with(ChainConfig { stall: 1, ..scene.config() }).await;
    let other = impatient.sender(&scene.local.payer).unwrap().keeping(&empty).briefly();
    let tx = pending(scene.post(&other).await);
    assert_eq!(scene.pool().await, [tx]);
    scene.automine(true).await;
    scene.mine(1).await;
    scene.post(&other).await.unwrap();
    assert_eq!((scene.on_chain().await, scene.nonce().await), ((1, 0, 0), 1));
    // And an empty store goes on with what is mined.
    scene.finish(&patient, &patient.sender(&scene.local.payer).unwrap().keeping(&empty).briefly()).await;
    assert_eq!(scene.on_chain().await, (1, 2, 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_cannot_pay_is_named_and_nothing_is_lost() {
    let scene = Scene::start(1).await;
    let chain = scene.chain().await;
    let provider = scene.local.anvil.provider();
    provider.anvil_set_balance(scene.payer(), U256::from(1_000)).await.unwrap();
    for _ in 0..2 {
        let error = scene.post(&scene.sender(&chain)).await.unwrap_err();
        assert!(matches!(error, ChainError::NoFunds { .. }), "{error:?}");
        let told = chain_of(&error);
        assert!(told.contains(&scene.payer().to_string()) && told.contains("has 1000 wei"), "{told}");
    }
    assert!(scene.rows().await.is_empty());
    // Nothing but paying is affected.
    assert_eq!(chain.batch(EPOCH).await.unwrap().status, BatchStatus::None);
    scene.local.anvil.fund(scene.payer()).await.unwrap();
    scene.post(&scene.sender(&chain)).await.unwrap();
    assert_eq!(scene.nonce().await, 1);
}
