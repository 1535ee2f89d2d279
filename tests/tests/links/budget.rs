//! How much all re-links together may expose, and links under a rotation of the oracles.

use super::local::{Local, START, WEEK, config, oracles};
use alloy::providers::ext::AnvilApi;
use guerdon::chain::{Chain, LinkStatus};
use guerdon::keys::OracleKey;
use guerdon::link::{attestation, sign_link};
use guerdon::linking::{Ledger, ready_time};
use guerdon_bindings::Link;
use guerdon_bindings::contracts::RewardDistributor;
use guerdon_core::batch::{BatchHeader, Entry, chunks, total};
use guerdon_core::model::{ContributorId, Epoch};
use guerdon_deploy::chain::connect_signer;
use guerdon_tests::anvil::{Anvil, Options, key};

const UNITS: u64 = 600;

async fn start() -> Local {
    let anvil = Anvil::start(Options { timestamp: Some(START), accounts: 20, ..Options::default() }).await.unwrap();
    let oracles = oracles();
    let provider = connect_signer(anvil.url(), key(0).unwrap()).await.unwrap();
    let mut config = config(&oracles);
    // Enough for one of the two, not for both.
    config.links.budget = 1_000;
    let deployment = guerdon_deploy::deploy(&config, &provider).await.unwrap();
    Local { anvil, deployment, oracles, payer: key(5).unwrap().into() }
}

/// Links, or proposes to link anew.
async fn link(local: &Local, chain: &Chain, id: ContributorId, wallet: &OracleKey) {
    let (nonce, now) = (chain.link_nonce(id).await.unwrap(), chain.now().await.unwrap().timestamp);
    let message = Link { id: id.0, wallet: wallet.address(), nonce, validUntil: now + 3_600 };
    let proof = sign_link(&message, chain.place(), wallet).await.unwrap();
    let set = chain.oracle_set().await.unwrap();
    let attested = attestation(&message, chain.place(), &set, &local.oracles).await.unwrap();
    chain.sender(&local.payer).unwrap().link(&proof, attested).await.unwrap();
}

/// Pays both ids.
async fn pay(local: &Local, chain: &Chain, ids: &[ContributorId]) {
    let entries: Vec<Entry> = ids.iter().map(|id| Entry { id: *id, units: UNITS }).collect();
    let chunks = chunks(&entries, 10).unwrap();
    let header = BatchHeader {
        epoch: Epoch(1),
        round: 1,
        oracle_set: 1,
        post_before: START + 4 * WEEK,
        total: total(&entries).unwrap(),
        entries_hash: chunks[0].hash(),
        policy_hash: super::local::POLICY,
        evidence_hash: super::local::EVIDENCE,
    };
    local.anvil.warp(START + WEEK).await.unwrap();
    let sender = chain.sender(&local.payer).unwrap();
    sender.post_batch(&header, super::local::signed(chain, &header, &local.oracles).await.unwrap()).await.unwrap();
    sender.publish(Epoch(1), &chunks[0]).await.unwrap();
    local.anvil.warp(chain.batch(Epoch(1)).await.unwrap().window_end).await.unwrap();
    sender.credit(Epoch(1), &chunks[0]).await.unwrap();
}

#[tokio::test]
async fn relinks_beyond_the_budget_wait_until_it_has_refilled() {
    let local = start().await;
    let chain = local.chain().await;
    let ids = [ContributorId(42), ContributorId(43)];
    let wallets: Vec<OracleKey> = (10..14).map(|index| key(index).unwrap().into()).collect();
    link(&local, &chain, ids[0], &wallets[0]).await;
    link(&local, &chain, ids[1], &wallets[1]).await;
    pay(&local, &chain, &ids).await;
    link(&local, &chain, ids[0], &wallets[2]).await;
    link(&local, &chain, ids[1], &wallets[3]).await;

    let mut ledger = Ledger::default();
    ledger.catch_up(&chain).await.unwrap();
    let waiting = ledger.waiting_links(&chain).await.unwrap();
    assert_eq!(
        waiting.iter().map(|link| (link.contributor_id, link.unclaimed)).collect::<Vec<_>>(),
        [(ids[0], UNITS), (ids[1], UNITS)]
    );
    assert_eq!((waiting[0].status, waiting[0].dead), (LinkStatus::Pending, false));
    let rules = chain.link_rules().await.unwrap();
    assert_eq!((rules.budget, rules.available, rules.period, rules.by_quorum), (1_000, 1_000, WEEK, true));

    // A pause stops the clock of the delay.
    let guardian = connect_signer(local.anvil.url(), key(super::local::GUARDIAN).unwrap()).await.unwrap();
    let distributor = RewardDistributor::new(chain.distributor(), &guardian);
    distributor.pause().send().await.unwrap().get_receipt().await.unwrap();
    let pending = chain.pending_link(ids[0]).await.unwrap().unwrap();
    let paused = ready_time(&chain, pending.ready_at).await.unwrap();
    assert!(paused > waiting[0].ready + 6 * 86_400, "{paused} and {}", waiting[0].ready);
    distributor.unpause().send().await.unwrap().get_receipt().await.unwrap();
    let ready = ready_time(&chain, pending.ready_at).await.unwrap();
    assert!((waiting[0].ready..waiting[0].ready + 60).contains(&ready), "{ready}");

    local.anvil.warp(waiting[1].ready + 60).await.unwrap();
    let sender = chain.sender(&local.payer).unwrap();
    sender.activate_link(ids[0]).await.unwrap();
    let error = sender.activate_link(ids[1]).await.unwrap_err().to_string();
    assert!(error.contains("Links_OverBudget") && error.contains("link budget has refilled"), "{error}");
    assert!(chain.link_rules().await.unwrap().available < UNITS);
    local.anvil.warp(chain.now().await.unwrap().timestamp + WEEK).await.unwrap();
    sender.activate_link(ids[1]).await.unwrap();
    assert_eq!(chain.account(ids[1]).await.unwrap().wallet, Some(wallets[3].address()));
    ledger.catch_up(&chain).await.unwrap();
    assert!(ledger.waiting().is_empty());
}

#[tokio::test]
async fn a_reorganisation_takes_a_link_back_out_of_the_ledger() {
    let local = start().await;
    let chain = local.chain().await;
    let id = ContributorId(42);
    let wallets: Vec<OracleKey> = (10..12).map(|index| key(index).unwrap().into()).collect();
    link(&local, &chain, id, &wallets[0]).await;
    let mut ledger = Ledger::default();
    ledger.catch_up(&chain).await.unwrap();
    let linked = ledger.last_link(&chain, id).await.unwrap();
    assert_eq!(linked, Some(chain.now().await.unwrap().timestamp));
    local.anvil.warp(chain.now().await.unwrap().timestamp + 60).await.unwrap();
    link(&local, &chain, id, &wallets[1]).await;
    ledger.catch_up(&chain).await.unwrap();
    assert_eq!(ledger.waiting().len(), 1);
    assert!(ledger.last_link(&chain, id).await.unwrap() > linked, "a proposal uses a nonce too");

    local.anvil.provider().anvil_rollback(Some(1)).await.unwrap();
    // Another block takes its place, as on a real chain.
    local.anvil.mine(1).await.unwrap();
    ledger.catch_up(&chain).await.unwrap();
    assert!(ledger.waiting().is_empty(), "it never happened");
    assert_eq!(ledger.last_link(&chain, id).await.unwrap(), linked);
    link(&local, &chain, id, &wallets[1]).await;
    ledger.catch_up(&chain).await.unwrap();
    assert_eq!(ledger.waiting().len(), 1, "and once when it happens again");
}
