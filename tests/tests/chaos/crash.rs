//! `kill -9` at fault points all over an epoch.

use guerdon_tests::chaos::crash::{Rehearsal, Tally, rehearse, spread};
use guerdon_tests::chaos::town::{Plan, Town};

const EPOCHS: u64 = 2;
/// `GUERDON_KILL_POINTS=all` tries every one.
const POINTS: usize = 24;

#[tokio::test(flavor = "multi_thread")]
async fn a_daemon_killed_at_any_point_pays_the_same_once() {
    let wanted = match std::env::var("GUERDON_KILL_POINTS") {
        Ok(all) if all == "all" => usize::MAX,
        Ok(number) => number.parse().expect("GUERDON_KILL_POINTS is a number or `all`"),
        Err(_) => POINTS,
    };
    let town = Town::start(Plan::sample().unwrap()).await.unwrap();
    let mut rehearsals = rehearse(&town, EPOCHS).await.unwrap();
    let total: usize = rehearsals.iter().map(|rehearsal| rehearsal.points.len()).sum();
    assert!(total >= 200, "{total} points");
    let mut tally = Tally::default();
    for Rehearsal { epoch, points, .. } in &rehearsals {
        println!("epoch {epoch}: {} points", points.len());
    }
    for rehearsal in &mut rehearsals {
        let share = wanted.min(total) * rehearsal.points.len() / total;
        for point in spread(rehearsal.points.len(), share) {
            match rehearsal.killed_at(&town, point).await.unwrap() {
                Some(name) => *tally.died.entry(name).or_default() += 1,
                None => tally.missed += 1,
            }
        }
    }
    println!("{} of {total} points tried, {} not reached:\n{}", tally.deaths(), tally.missed, tally.table());
    assert!(tally.deaths() * 10 >= wanted.min(total) * 8, "most points are reached: {tally:?}");
}
