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
