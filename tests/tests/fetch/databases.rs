//! The same fetch into either kind of database.

use super::bench::{Bench, TOKEN, hold_in_evidence, sample_window};
use guerdon::fetch::{history, load_history};
use guerdon_tests::database::Database;
use guerdon_tests::github::World;
use guerdon_tests::github::sample::{EPOCH_1_START, EPOCH_SECONDS};
use guerdon_tests::on_both;

on_both!(a_database_makes_no_difference, the_token_is_never_written_down);

async fn a_database_makes_no_difference(database: Database) {
    let reference = Bench::sample().await;
    reference.fetch().await.unwrap();
    let bench = Bench::on(database, World::sample().unwrap()).await;
    bench.world.set_clock(EPOCH_1_START + EPOCH_SECONDS);
    bench.fetch().await.unwrap();
    bench.world.clear_clock();
    bench.fetch().await.unwrap();
    let idle = bench.fetch().await.unwrap();
    assert!(idle.repositories.iter().all(|found| found.pulls.new + found.pulls.changed == 0));

    assert_eq!(bench.ids().await, reference.ids().await);
    assert_eq!(bench.store.accounts().await.unwrap(), reference.store.accounts().await.unwrap());
    let records = load_history(&bench.store, &bench.ids().await).await.unwrap();
    assert_eq!(records, load_history(&reference.store, &bench.ids().await).await.unwrap());
    let mut opening = history(&records, sample_window(1).starts);
    for epoch in 1..=3 {
        let found = bench.facts(sample_window(epoch)).await;
        assert_eq!(found, reference.facts(sample_window(epoch)).await, "epoch {epoch}");
        assert!(!found.is_empty());
        hold_in_evidence(epoch, sample_window(epoch), bench.ids().await, std::mem::take(&mut opening), found);
    }
}

async fn the_token_is_never_written_down(database: Database) {
    let bench = Bench::on(database, World::sample().unwrap()).await;
    bench.fetch().await.unwrap();
    bench.store.close().await;
    let bytes = bench.database.bytes().unwrap();
    let holds = |text: &str| bytes.windows(text.len()).any(|window| window == text.as_bytes());
    assert!(holds("meadowlark-sample"), "the records are looked through");
    assert!(!holds(TOKEN));
}
