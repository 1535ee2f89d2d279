//! The built-in organization, written out as exports of it.

use super::bench::{Bench, WEEK, assert_same, count};
use super::export::{as_lines, as_threads, backed_up, sayable};
use guerdon::fetch::{FetchPlan, FetchReport};
use guerdon::import::ImportReport;
use guerdon_tests::github::World;
use guerdon_tests::github::model::{Thread, ThreadRef};
use guerdon_tests::github::sample::{EPOCH_1_START, ORG};
use std::path::Path;

fn plan() -> FetchPlan {
    FetchPlan { organization: Some(ORG.to_owned()), ..FetchPlan::default() }
}

fn new_or_changed(report: &FetchReport) -> u64 {
    let all = report.repositories.iter().flat_map(|one| [one.pulls, one.unmerged, one.issues, one.comments]);
    all.map(|saved| saved.new + saved.changed).sum()
}

fn sums(report: &ImportReport) -> [u64; 4] {
    let sum = |of: fn(&guerdon::store::Saved) -> u64| {
        let all = report.repositories.iter().flat_map(|one| [one.pulls, one.unmerged, one.issues, one.comments]);
        all.map(|saved| of(&saved)).sum()
    };
    let kept = report.repositories.iter().map(|one| one.kept).sum();
    [sum(|saved| saved.new), sum(|saved| saved.changed), sum(|saved| saved.same), kept]
}

/// Imports the folder, and compares with fetching the world: records, evidence, and what the next fetch finds.
async fn compare(world: &World, folder: &Path) {
    let (imported, fetched) = (Bench::new().await, Bench::new().await);
    let [new, changed, same, kept] = sums(&imported.import(folder).await.unwrap());
    assert!(new > 100, "{new} records");
    assert_eq!([changed, same, kept], [0, 0, 0]);
    fetched.fetch(world, &plan()).await;
    assert_same(&imported.records().await, &fetched.records().await);
    let mut facts = 0;
    for week in 0..6 {
        let starts = EPOCH_1_START.unsigned_abs() + week * WEEK - 2 * WEEK;
        let evidence = fetched.evidence(starts).await;
        let both = (imported.evidence(starts).await, evidence.clone());
        assert_eq!(String::from_utf8(both.0).unwrap(), String::from_utf8(both.1).unwrap(), "week {week}");
        facts += count(&evidence);
    }
    println!("{new} records and {facts} facts are the same");
    assert!(facts > 100);

    let again = sums(&imported.import(folder).await.unwrap());
    assert_eq!((again[0], again[1]), (0, 0), "the same export again is nothing new");
    assert_eq!(new_or_changed(&imported.fetch(world, &plan()).await), 0, "the next fetch finds every record the same");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_organization_of_lines_imported_is_as_one_fetched() {
    let (world, folder) = (World::sample().unwrap(), tempfile::tempdir().unwrap());
    sayable(&world);
    as_lines(&world, folder.path());
    compare(&world, folder.path()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_organization_of_threads_imported_is_as_one_fetched() {
    let (world, folder) = (World::sample().unwrap(), tempfile::tempdir().unwrap());
    sayable(&world);
    backed_up(&world);
    as_threads(&world, folder.path());
    compare(&world, folder.path()).await;
}

/// A backup has no lists of files: they come with the next fetch, and nothing else does.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_backup_lacks_comes_with_the_next_fetch() {
    let (world, folder) = (World::sample().unwrap(), tempfile::tempdir().unwrap());
    as_threads(&world, folder.path());
    let (imported, fetched) = (Bench::new().await, Bench::new().await);
    let report = imported.import(folder.path()).await.unwrap();
    for one in &report.repositories {
        assert_eq!(one.without_files, one.pulls.new, "{}", one.repository.name);
    }
    imported.fetch(&world, &plan()).await;
    fetched.fetch(&world, &plan()).await;
    for week in 0..4 {
        let starts = EPOCH_1_START.unsigned_abs() + week * WEEK;
        assert_eq!(imported.evidence(starts).await, fetched.evidence(starts).await, "week {week}");
    }
}

/// An export is older than what was fetched after it: nothing of the later state is lost, and what was deleted since
/// does not come back.
#[tokio::test(flavor = "multi_thread")]
async fn what_the_store_knows_later_stays() {
    let (world, folder) = (World::sample().unwrap(), tempfile::tempdir().unwrap());
    as_lines(&world, folder.path());
    let bench = Bench::new().await;
    bench.fetch(&world, &plan()).await;
    world.change(|state| {
        let (repository, home) = state.repositories.iter().next().map(|(id, home)| (*id, home.clone())).unwrap();
        let thread = |is_wanted: fn(&Thread) -> bool| {
            let (number, thread) = home.threads.iter().find(|(_, thread)| is_wanted(thread)).unwrap();
            (ThreadRef { repository, number: *number }, thread.clone())
        };
        state.delete_issue(thread(|thread| thread.pull.is_none()).0).unwrap();
        let (on, merged) = thread(|thread| thread.pull.as_ref().is_some_and(|pull| pull.merge.is_some()));
        state.rename(on, merged.updated_at + 1, merged.author.unwrap(), "Another title").unwrap();
        let (on, talked) = thread(|thread| thread.pull.as_ref().is_some_and(|pull| !pull.review_comments.is_empty()));
        state.delete_review_comment(on, talked.pull.unwrap().review_comments[0].id).unwrap();
    });
    bench.fetch(&world, &FetchPlan { reread: Some(1), ..plan() }).await;
    let before = bench.records().await;
    assert!(before.values().flatten().any(|record| record.contains("Another title")));
    let [new, changed, _, kept] = sums(&bench.import(folder.path()).await.unwrap());
    assert_eq!((new, changed), (0, 0));
    assert!(kept > 50, "{kept} threads");
    assert_same(&bench.records().await, &before);
}
