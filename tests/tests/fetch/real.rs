//! A real organization, when `GUERDON_DATA` names its folder.

use super::bench::{Bench, TOKEN, WEEK, count, hold_in_evidence, new, of_organization};
use guerdon::fetch::{FetchPlan, Window, history, load_history};
use guerdon_tests::github::World;
use std::io::Write as _;
use std::path::PathBuf;
use std::time::Instant;

#[tokio::test(flavor = "multi_thread")]
async fn a_real_organization_is_fetched_within_its_budget() {
    let Some(folder) = std::env::var_os("GUERDON_DATA").map(PathBuf::from) else {
        // Past the capture of a passing test\'s output.
        writeln!(std::io::stderr(), "SKIPPED: a_real_organization_is_fetched_within_its_budget needs GUERDON_DATA")
            .unwrap();
        return;
    };
    let begun = Instant::now();
    let world = World::from_archive(&folder.join("bitcoin-core-org.tar.zst")).unwrap();
    println!("loaded in {:?}", begun.elapsed());
    let bench = Bench::new(world).await;
    let begun = Instant::now();
    let monday = 1_678_060_800;
    let plan = FetchPlan { facts_from: monday, ..of_organization("bitcoin-core") };
    let report = bench.fetch_with(TOKEN, &plan).await.unwrap();
    println!("fetched in {:?}: {:?}", begun.elapsed(), report.usage);
    let mut operations = std::collections::BTreeMap::<_, (u64, u64)>::new();
    for request in bench.world.requests() {
        let count = operations.entry(request.operation.unwrap_or_else(|| "REST".to_owned())).or_default();
        *count = (count.0 + 1, count.1 + request.cost);
    }
    println!("requests and points: {operations:?}");
    for found in &report.repositories {
        println!(
            "{}: {:?} {:?} {:?} {:?}",
            found.repository.name, found.pulls, found.issues, found.comments, found.usage
        );
    }
    let merged: u64 = report.repositories.iter().map(|found| new(found.pulls)).sum();
    assert_eq!(merged, 1_276);
    assert!(report.usage.points * 1_000 <= 45 * merged, "{} points", report.usage.points);
    let rest = report.usage.requests
        - bench.world.requests().iter().filter(|request| request.path.contains("graphql")).count() as u64;
    assert!(rest * 1_000 <= 80 * merged, "{rest} REST requests");

    let begun = Instant::now();
    let again = bench.fetch_with(TOKEN, &plan).await.unwrap();
    println!("again in {:?}: {:?}", begun.elapsed(), again.usage);
    assert!(again.usage.requests <= report.repositories.len() as u64, "{} requests", again.usage.requests);

    let begun = Instant::now();
    let records = load_history(&bench.store, &bench.ids().await).await.unwrap();
    println!("loaded history in {:?}", begun.elapsed());
    let begun = Instant::now();
    let mut opening = history(&records, monday);
    println!("history: {} people, {} mergers", opening.people.len(), opening.mergers.len());
    let mut totals = [0; 5];
    for epoch in 1..=13 {
        let starts = monday + (epoch - 1) * WEEK;
        let window = Window { starts, ends: starts + WEEK, cutoff: starts + WEEK + 3 * 86_400 };
        let found = bench.facts(window).await;
        let counts = count(&found);
        println!("epoch {epoch}: pulls, reviews, issues: {counts:?}");
        assert!(counts[0] > 0, "no week is empty");
        totals.iter_mut().zip(counts).for_each(|(total, count)| *total += count);
        hold_in_evidence(epoch, window, bench.ids().await, std::mem::take(&mut opening), found);
    }
    println!("13 epochs: {totals:?} in {:?}", begun.elapsed());
    assert!((75..=85).contains(&totals[0]), "{} merged pull requests", totals[0]);
}
