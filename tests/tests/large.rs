//! A hundred thousand entries, from Rust to the chain: two hundred of the largest chunks.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail loudly")]

mod local;

use alloy::primitives::U256;
use guerdon::chain::BatchStatus;
use guerdon::keys::OracleKey;
use guerdon_core::batch::{BatchHeader, Entry, MAX_CHUNK, chunks, entries_hash, total};
use guerdon_core::model::{ContributorId, Epoch};
use guerdon_tests::anvil::key;
use local::{EVIDENCE, Local, POLICY, START, WEEK, link, signed};

const ENTRIES: u64 = 100_000;
const UNITS: u64 = 10_000;
/// Every so many contributors have linked a wallet; the others' money goes back.
const LINKED: u64 = 10_000;

#[tokio::test]
async fn a_hundred_thousand_entries_are_published_credited_and_claimed() {
    let local = Local::start().await;
    let chain = local.chain().await;
    let sender = chain.sender(&local.payer).unwrap();
    let entries: Vec<Entry> = (1..=ENTRIES).map(|id| Entry { id: ContributorId(id), units: UNITS }).collect();
    let cut = chunks(&entries, MAX_CHUNK).unwrap();
    assert_eq!(cut.len(), 200);
    let wallet: OracleKey = key(3).unwrap().into();
    let linked: Vec<ContributorId> = (1..=ENTRIES / LINKED).map(|nth| ContributorId(nth * LINKED)).collect();
    for id in &linked {
        link(&local, &chain, *id, &wallet).await;
    }

    local.anvil.warp(START + WEEK).await.unwrap();
    let header = BatchHeader {
        epoch: Epoch(1),
        round: 1,
        oracle_set: 1,
        post_before: START + 4 * WEEK,
        total: total(&entries).unwrap(),
        entries_hash: entries_hash(&entries).unwrap(),
        policy_hash: POLICY,
        evidence_hash: EVIDENCE,
    };
    let signatures = signed(&chain, &header, &local.oracles[..2]).await.unwrap();
    sender.post_batch(&header, signatures).await.unwrap();
    for chunk in &cut {
        sender.publish(Epoch(1), chunk).await.unwrap();
    }
    let state = chain.batch(Epoch(1)).await.unwrap();
    assert_eq!((state.status, u64::from(state.entry_count)), (BatchStatus::Window, ENTRIES));
    local.anvil.warp(state.window_end).await.unwrap();
    for chunk in &cut {
        sender.credit(Epoch(1), chunk).await.unwrap();
    }

    let state = chain.batch(Epoch(1)).await.unwrap();
    let paid = u64::try_from(linked.len()).unwrap() * UNITS;
    assert_eq!((state.status, state.credited, state.skipped), (BatchStatus::Settled, paid, header.total - paid));
    sender.claim_many(&linked).await.unwrap();
    let received = chain.token_balance(wallet.address()).await.unwrap();
    assert_eq!(received, U256::from(paid) * local.deployment.unit);
}
