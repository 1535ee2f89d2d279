//! A month of real changes, hour by hour: reading after each hour ends where reading once at the end does.

use super::bench::{Bench, TOKEN, WEEK};
use guerdon::fetch::{FetchPlan, Window as Epoch};
use guerdon::store::RecordKind;
use guerdon_tests::github::{Window, World};
use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::PathBuf;

/// The last version of every object, by repository and kind.
async fn state(bench: &Bench) -> BTreeMap<(u64, String), Vec<String>> {
    let mut all = BTreeMap::new();
    for repository in bench.ids().await {
        for kind in RecordKind::ALL {
            let bodies = bench.store.latest(repository.0, kind).await.unwrap();
            all.insert((repository.0, format!("{kind:?}")), bodies);
        }
    }
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn a_month_read_hour_by_hour_ends_as_one_reading_does() {
    let Some(folder) = std::env::var_os("GUERDON_DATA").map(PathBuf::from) else {
        // Past the capture of a passing test's output.
        writeln!(std::io::stderr(), "SKIPPED: a_month_read_hour_by_hour_ends_as_one_reading_does needs GUERDON_DATA")
            .unwrap();
        return;
    };
    let window = Window::load(&folder.join("sync-window-2025-08.ndjson.zst")).unwrap();
    let plan = plan(&window.base_world().unwrap());
    let hourly = Bench::new(window.base_world().unwrap()).await;
    hourly.world.set_rate_limit(1_000_000, 1_000_000);
    hourly.fetch_with(TOKEN, &plan).await.unwrap();
    let (mut hours, mut idle) = (0, 0);
    for (_, changes) in window.hours() {
        for change in changes {
            hourly.world.apply(change).unwrap();
        }
        hours += 1;
        hourly.fetch_with(TOKEN, &plan).await.unwrap();
        idle += u64::from(hourly.fetch_with(TOKEN, &plan).await.unwrap().usage.requests <= 2);
    }
    let whole = Bench::new(window.final_world().unwrap()).await;
    whole.fetch_with(TOKEN, &plan).await.unwrap();
    println!("{hours} hours with changes, {} requests in all", hourly.world.requests().len());
    assert_eq!(idle, hours, "a second reading right after the first costs at most a request a repository");
    let (a, b) = (state(&hourly).await, state(&whole).await);
    for (key, bodies) in &b {
        assert_eq!(&a[key], bodies, "{key:?}");
    }
    assert_eq!(a.len(), b.len());
    // August 2025, week by week.
    for week in 0..5 {
        let starts = 1_754_006_400 + week * WEEK;
        let epoch = Epoch { starts, ends: starts + WEEK, cutoff: starts + WEEK + 3 * 86_400 };
        assert_eq!(hourly.facts(epoch).await, whole.facts(epoch).await, "week {week}");
    }
}

fn plan(world: &World) -> FetchPlan {
    let state = world.read();
    let named = |name: String| name.split_once('/').map(|(owner, name)| (owner.to_owned(), name.to_owned())).unwrap();
    let repositories = state.repositories.keys().map(|id| named(state.full_name(*id))).collect();
    FetchPlan { repositories, now: 1, ..FetchPlan::default() }
}
