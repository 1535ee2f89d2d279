//! Oracles that are there, dead, late or back again.

use super::trio::{Trio, truth};
use guerdon::chain::BatchStatus;
use std::time::Duration;

#[tokio::test(flavor = "multi_thread")]
async fn three_pay_what_one_would_and_agree_on_everything() {
    let (trio, truth) = tokio::join!(Trio::start(), truth(3));
    let mut crew = trio.crew(&[0, 1, 2]);
    crew.start(&trio.town.sandbox).unwrap();
    for epoch in 1..=3 {
        trio.town.pay(&mut crew, epoch).await.unwrap();
    }
    crew.stop().await.unwrap();
    let paid = trio.town.books().await.unwrap();
    assert_eq!(paid.iter().map(|paid| paid.entries_hash).collect::<Vec<_>>(), truth);
    for nth in 0..3 {
        let store = trio.store(nth).await;
        for paid in &paid {
            assert!(store.evidence_by_hash(paid.evidence_hash).await.unwrap().is_some(), "each has all evidence");
            let told = trio.told(nth, paid.epoch).await;
            assert!(told.differences.is_empty() && told.waiting.is_none() && told.refusals.is_empty(), "{told:?}");
        }
    }
}

/// Nothing is posted for such epochs, and the next evidence goes on from theirs all the same.
#[tokio::test(flavor = "multi_thread")]
async fn epochs_that_pay_nobody_are_agreed_on_as_well() {
    let trio = Trio::start().await;
    let mut crew = trio.crew(&[0, 1, 2]);
    crew.start(&trio.town.sandbox).unwrap();
    for epoch in 1..=5 {
        trio.town.pay(&mut crew, epoch).await.unwrap();
    }
    // Oracles that are started again know that they are over, and one that lost its store asks the others.
    crew.kill().await;
    let config = trio.town.sandbox.folder.join(&trio.configs[2]);
    for more in ["", "-wal", "-shm"] {
        _ = std::fs::remove_file(format!("{}.db{more}", config.display()));
    }
    crew.start(&trio.town.sandbox).unwrap();
    trio.town.pay(&mut crew, 6).await.unwrap();
    crew.stop().await.unwrap();
    let paid: Vec<u64> = trio.town.books().await.unwrap().iter().map(|paid| paid.epoch).collect();
    assert_eq!(paid, [1, 2, 3], "nobody worked in the epochs after them");
    let mut hashes = Vec::new();
    for nth in 0..3 {
        let store = trio.store(nth).await;
        let mut chain = Vec::new();
        for evidence in store.evidences().await.unwrap() {
            let bytes = store.evidence_by_hash(evidence.hash).await.unwrap().unwrap();
            let header = guerdon_core::verify::read(&bytes).unwrap().1.header;
            assert_eq!(header.previous, chain.last().copied().unwrap_or_default(), "epoch {}", header.epoch);
            chain.push(evidence.hash);
        }
        assert_eq!(chain.len(), 6);
        hashes.push(chain);
    }
    assert!(hashes.windows(2).all(|pair| pair[0] == pair[1]), "{hashes:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_dead_keeps_nobody_from_being_paid_and_catches_up_when_it_is_back() {
    let (trio, truth) = tokio::join!(Trio::start(), truth(3));
    let mut two = trio.crew(&[0, 1]);
    two.start(&trio.town.sandbox).unwrap();
    for epoch in 1..=2 {
        trio.town.pay(&mut two, epoch).await.unwrap();
    }
    // The third begins with nothing but GitHub and the chain, and is needed: another one dies.
    let mut late = trio.crew(&[2]);
    late.start(&trio.town.sandbox).unwrap();
    let mut hands = std::mem::take(&mut two.hands);
    hands[0].stop().await.unwrap();
    hands.remove(0);
    hands.append(&mut late.hands);
    let mut others = guerdon_tests::chaos::crew::Crew { hands };
    trio.town.pay(&mut others, 3).await.unwrap();
    others.stop().await.unwrap();
    for (epoch, wanted) in (1..).zip(truth) {
        assert_eq!(trio.entries(epoch).await, wanted, "epoch {epoch}");
    }
    let store = trio.store(2).await;
    assert_eq!(store.evidences().await.unwrap().len(), 3, "what it missed it has now");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_dead_post_nothing_lose_nothing_and_go_on() {
    let (trio, truth) = tokio::join!(Trio::start(), truth(1));
    let mut crew = trio.crew(&[0]);
    crew.start(&trio.town.sandbox).unwrap();
    trio.town.become_due(1).await.unwrap();
    trio.wait(&mut crew, Duration::from_secs(8)).await;
    assert_eq!(trio.town.batch(1).await.unwrap().status, BatchStatus::None);
    let told = trio.told(0, 1).await;
    assert!(told.waiting.as_deref().is_some_and(|waiting| waiting.contains("lists of 2 of 3")), "{told:?}");
    let mut back = trio.crew(&[2]);
    back.start(&trio.town.sandbox).unwrap();
    crew.hands.append(&mut back.hands);
    trio.town.pay(&mut crew, 1).await.unwrap();
    crew.stop().await.unwrap();
    assert_eq!(trio.entries(1).await, truth[0]);
}
