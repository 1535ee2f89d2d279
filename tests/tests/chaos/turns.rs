//! Two daemons on one key and one database: one works, the other stands by and takes over.

use guerdon::chain::BatchStatus;
use guerdon_tests::chaos::crew::{Crew, Hand};
use guerdon_tests::chaos::town::{Plan, Town};
use guerdon_tests::postgres::Postgres;
use std::time::{Duration, Instant};

const ONE: &str = "one.toml";
const OTHER: &str = "other.toml";
const SQLITE: &str = "sqlite:guerdon.toml.db";

#[tokio::test(flavor = "multi_thread")]
async fn of_two_on_one_postgresql_one_submits_and_the_other_takes_over() {
    let server = Postgres::start().unwrap();
    one_works_and_the_other_takes_over(&server.database().unwrap(), Some(&server)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_on_one_sqlite_file_one_submits_and_the_other_takes_over() {
    one_works_and_the_other_takes_over(SQLITE, None).await;
}

async fn one_works_and_the_other_takes_over(database: &str, server: Option<&Postgres>) {
    let town = Town::start(Plan::sample().unwrap()).await.unwrap();
    for config in [ONE, OTHER] {
        town.reconfigure("guerdon.toml", config, &[(SQLITE, database)]).unwrap();
    }
    let mut crew = Crew::of(&town.sandbox, &[ONE, OTHER]);
    crew.hands[0].start(&town.sandbox, &[]).unwrap();
    heard(&mut crew.hands[0], "\"serving\"").await;
    works(&mut crew.hands[0]).await;
    crew.hands[1].start(&town.sandbox, &[]).unwrap();
    heard(&mut crew.hands[1], "standing by: another").await;
    assert!(get(&mut crew.hands[1], "/readyz").await.contains("\"stands_by\":true"));
    assert!(get(&mut crew.hands[1], "/metrics").await.contains("guerdon_leads 0"));
    assert!(get(&mut crew.hands[0], "/readyz").await.contains("\"stands_by\":false"));
    assert!(get(&mut crew.hands[0], "/metrics").await.contains("guerdon_leads 1"));

    // The one that works dies in the window; the other one credits.
    town.become_due(1).await.unwrap();
    let began = Instant::now();
    while town.batch(1).await.unwrap().status != BatchStatus::Window {
        assert!(began.elapsed() < Duration::from_secs(60), "{}", crew.hands[0].last_words());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    crew.hands[0].kill().await;
    heard(&mut crew.hands[1], "taking over").await;
    crew.hands[0].start(&town.sandbox, &[]).unwrap();
    heard(&mut crew.hands[0], "standing by: another").await;
    town.pay(&mut crew, 1).await.unwrap();
    assert!(!crew.hands[0].said().contains("\"mined\""), "it sends nothing while it stands by");
    assert!(crew.hands[1].said().contains("\"mined\""));

    // A server that starts again has forgotten who worked: again exactly one does.
    if let Some(server) = server {
        tokio::task::block_in_place(|| server.stop().and_then(|()| server.go_on())).unwrap();
    }
    town.pay(&mut crew, 2).await.unwrap();
    assert_eq!(crew.hands.iter_mut().map(|hand| u8::from(hand.stands_by())).sum::<u8>(), 1);
    crew.stop().await.unwrap();
    assert_eq!(town.books().await.unwrap().len(), 2);
}

async fn works(hand: &mut Hand) {
    let began = Instant::now();
    while !get(hand, "/metrics").await.contains("guerdon_leads 1") {
        assert!(began.elapsed() < Duration::from_secs(60), "{}", hand.last_words());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    heard(hand, "\"serving\"").await;
    while !get(hand, "/readyz").await.contains("\"ready\":true") {
        assert!(began.elapsed() < Duration::from_secs(60), "{}", hand.last_words());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn heard(hand: &mut Hand, words: &str) {
    let began = Instant::now();
    while !hand.said().contains(words) {
        assert!(began.elapsed() < Duration::from_secs(60), "no {words:?}: {}", hand.last_words());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn get(hand: &mut Hand, path: &str) -> String {
    let api = hand.api().unwrap();
    alloy::transports::http::reqwest::get(format!("{api}{path}")).await.unwrap().text().await.unwrap()
}
