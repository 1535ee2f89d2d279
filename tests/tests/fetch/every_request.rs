//! Every fault at every request of a whole sync: what is in the store at the end is the same as without.

use super::bench::{Bench, TOKEN, of_organization};
use guerdon::fetch::{FetchError, GitHub, GitHubOptions, Patience, Quiet, Window, fetch, load};
use guerdon::store::LATEST;
use guerdon_tests::github::sample::ORG;
use guerdon_tests::github::{Fault, Wait, World, time};
use serde_json::json;
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::task::JoinSet;

/// Most of a point is waiting.
const WORKERS: usize = 8;

/// What becomes of the run that a fault meets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    /// It goes on as if nothing had been.
    GoesOn,
    /// It ends with an error that says so, and the next one goes on.
    Ends,
    /// One or the other, by what was asked.
    Either,
}

fn faults() -> Vec<(&'static str, Fault, Fate)> {
    use Fate::{Either, Ends, GoesOn};
    let status = |status, body: &str| Fault::Status { status, body: body.to_owned() };
    let error = |kind: &str| Fault::GraphqlErrors(json!([{ "type": kind, "message": "Try again later" }]));
    vec![
        ("401", Fault::BadCredentials, Ends),
        ("404", Fault::NotFound, Ends),
        ("403 for good", status(403, "{\"message\": \"Resource not accessible\"}"), Ends),
        ("500", status(500, "{\"message\": \"Server Error\"}"), GoesOn),
        ("502", Fault::BadGateway, GoesOn),
        ("503", status(503, ""), GoesOn),
        ("504", Fault::GatewayTimeout, GoesOn),
        ("403 with seconds", Fault::SecondaryRateLimit { retry_after: 0 }, GoesOn),
        ("403 without a time", Fault::Throttled { status: 403, wait: Wait::Unsaid }, GoesOn),
        ("429 without a time", Fault::Throttled { status: 429, wait: Wait::Unsaid }, GoesOn),
        ("429 with a date", Fault::Throttled { status: 429, wait: Wait::Date(0) }, GoesOn),
        ("rate limited", Fault::RateLimited, Either),
        ("a page for people", Fault::Html, GoesOn),
        ("no body", status(200, ""), GoesOn),
        ("neither data nor errors", status(200, "{}"), Either),
        ("data of null", error("SERVICE_UNAVAILABLE"), Either),
        ("the connection ends", Fault::Close, GoesOn),
        ("half an answer", Fault::Truncated, GoesOn),
        ("no answer", Fault::Hang, GoesOn),
        ("a slow answer", Fault::Slow(Duration::from_millis(20)), GoesOn),
        ("a clock that is behind", Fault::Skewed(-7_200), GoesOn),
        ("a clock that is ahead", Fault::Skewed(7_200), GoesOn),
        ("holes", Fault::Partial, GoesOn),
        ("resource limits", Fault::ResourceLimits, GoesOn),
        ("words for numbers", Fault::WrongTypes, Either),
    ]
}

fn github(bench: &Bench) -> GitHub {
    let patience = Patience {
        first_delay: Duration::from_millis(1),
        longest_delay: Duration::from_millis(20),
        unnamed: Duration::from_millis(5),
        timeout: Duration::from_secs(2),
        rate_limit: Duration::from_secs(30),
        ..Patience::default()
    };
    let options =
        GitHubOptions { api_url: bench.server.base_url(), patience, ..GitHubOptions::new(TOKEN.to_owned().into()) };
    GitHub::new(options).unwrap()
}

async fn sync(bench: &Bench) -> Result<(), FetchError> {
    fetch(&github(bench), &bench.store, &of_organization(ORG), &Quiet).await.map(|_| ())
}

pub async fn records(bench: &Bench) -> String {
    let ever = Window { starts: 0, ends: 1 << 40, cutoff: 1 << 40 };
    format!("{:?}", load(&bench.store, &bench.ids().await, ever, LATEST).await.unwrap())
}

/// Gives whether the run went on.
async fn meets(index: u64, name: &str, fault: Fault, fate: Fate, wanted: &str) -> bool {
    let bench = Bench::new(World::sample().unwrap()).await;
    if matches!(fault, Fault::RateLimited) {
        // The hour ends soon. Where this machine is so slow that the next one has begun, the run ends.
        let soon = time::now() + 4;
        let mut traffic = bench.world.traffic();
        (traffic.graphql.reset_at, traffic.rest.reset_at) = (soon, soon);
    }
    bench.world.fail_at(index, fault);
    let first = sync(&bench).await;
    let place = format!("{name} at request {index}");
    match (&first, fate) {
        (Ok(()), Fate::Ends) => panic!("{place}: it went on"),
        (Err(error), Fate::GoesOn) => panic!("{place}: {error}"),
        _ => {}
    }
    if let Err(error) = &first {
        let said = error.to_string();
        let named = ["meadowlark-sample", "3 repositories", "`github.token`"].iter().any(|word| said.contains(word));
        assert!(named, "{place}: the error names nothing: {said}");
        sync(&bench).await.unwrap_or_else(|error| panic!("{place}, the run after it: {error}"));
    }
    assert!(records(&bench).await == wanted, "{place}: the store differs");
    first.is_ok()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_fault_at_every_request_leaves_the_same_store() {
    let whole = Bench::sample().await;
    sync(&whole).await.unwrap();
    let wanted: Arc<str> = records(&whole).await.into();
    let requests = whole.world.requests().len() as u64;
    assert!(requests > 5 && wanted.len() > 10_000);

    let mut points = VecDeque::new();
    for (name, fault, fate) in faults() {
        points.extend((0..requests).map(|index| (index, name, fault.clone(), fate)));
    }
    let (points, mut workers) = (Arc::new(Mutex::new(points)), JoinSet::new());
    for _ in 0..WORKERS {
        let (points, wanted, runtime) = (points.clone(), wanted.clone(), Handle::current());
        workers.spawn_blocking(move || {
            let mut done = Vec::new();
            loop {
                let Some((index, name, fault, fate)) = points.lock().unwrap().pop_front() else { return done };
                done.push((name, runtime.block_on(meets(index, name, fault, fate, &wanted))));
            }
        });
    }
    let mut went_on: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    while let Some(done) = workers.join_next().await {
        for (name, ok) in done.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic())) {
            let counts = went_on.entry(name).or_default();
            *(if ok { &mut counts.0 } else { &mut counts.1 }) += 1;
        }
    }
    let tried: u64 = went_on.values().map(|(on, ended)| on + ended).sum();
    for (name, (on, ended)) in &went_on {
        println!("{name}: {on} runs went on, {ended} ended and were run again");
    }
    println!("{tried} fault points: {} faults at each of {requests} requests", went_on.len());
    assert_eq!(tried, requests * faults().len() as u64);
}
