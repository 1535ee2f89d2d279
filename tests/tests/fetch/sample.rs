//! The built-in organization: whole, again, and bit by bit.

use super::bench::{Bench, TOKEN, count, hold_in_evidence, listed, new, sample_window};
use guerdon::fetch::{FetchError, FetchPlan, history, load_history};
use guerdon_core::model::Fact;
use guerdon_tests::github::model::{self as github, ThreadRef};
use guerdon_tests::github::sample::{EPOCH_1_START, EPOCH_SECONDS, ORG, REPOSITORIES};
use guerdon_tests::github::{World, time};

#[tokio::test(flavor = "multi_thread")]
async fn an_organization_is_fetched_whole_and_its_facts_hold() {
    let bench = Bench::sample().await;
    let report = bench.fetch().await.unwrap();
    let names: Vec<_> = report.repositories.iter().map(|found| found.repository.name.as_str()).collect();
    assert_eq!(names, REPOSITORIES.map(|(name, _)| name));

    let (merged, issues) = threads_of(&bench.world);
    assert_eq!(report.repositories.iter().map(|found| new(found.pulls)).sum::<u64>(), merged);
    assert_eq!(report.repositories.iter().map(|found| new(found.issues)).sum::<u64>(), issues);
    assert!(report.repositories.iter().map(|found| new(found.comments)).sum::<u64>() > 0);

    let records = load_history(&bench.store, &bench.ids().await).await.unwrap();
    let mut opening = history(&records, sample_window(1).starts);
    assert!(!opening.people.is_empty() && !opening.mergers.is_empty());
    for epoch in 1..=3 {
        let window = sample_window(epoch);
        let found = bench.facts(window).await;
        println!("epoch {epoch}: pulls, reviews, issues, answers, kudos: {:?}", count(&found));
        assert!(count(&found)[..3].iter().all(|count| *count > 0));
        hold_in_evidence(epoch, window, bench.ids().await, std::mem::take(&mut opening), found);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_run_costs_at_most_a_request_a_repository_and_changes_nothing() {
    let bench = Bench::sample().await;
    let first = bench.fetch().await.unwrap();
    let before = bench.facts(sample_window(2)).await;
    let second = bench.fetch().await.unwrap();
    let repositories = REPOSITORIES.len() as u64;
    assert!(second.usage.requests <= repositories, "{:?}", second.usage);
    assert_eq!(second.usage.requests, bench.world.requests().len() as u64 - first.usage.requests);
    assert_eq!(first.usage.points + second.usage.points, bench.world.points());
    for found in &second.repositories {
        for saved in [found.pulls, found.issues, found.comments] {
            assert_eq!((saved.new, saved.changed), (0, 0), "{}", found.repository.name);
        }
    }
    assert_eq!(bench.facts(sample_window(2)).await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_happened_since_comes_with_the_next_run() {
    let bench = Bench::sample().await;
    let first_half = EPOCH_1_START + EPOCH_SECONDS;
    bench.world.set_clock(first_half);
    bench.fetch().await.unwrap();
    bench.world.set_clock(first_half + EPOCH_SECONDS);
    let report = bench.fetch().await.unwrap();
    assert!(report.repositories.iter().any(|found| found.pulls.new > 0 && found.issues.new > 0));
    bench.world.clear_clock();
    bench.fetch().await.unwrap();

    let whole = Bench::sample().await;
    whole.fetch().await.unwrap();
    for epoch in 1..=3 {
        assert_eq!(bench.facts(sample_window(epoch)).await, whole.facts(sample_window(epoch)).await, "epoch {epoch}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_late_label_is_a_new_version_and_no_fact_of_the_past() {
    let bench = Bench::sample().await;
    bench.fetch().await.unwrap();
    let before = bench.facts(sample_window(1)).await;
    let Some(Fact::Pull(pull)) = before.iter().find(|fact| matches!(fact, Fact::Pull(_))) else { panic!("no pulls") };
    let on = ThreadRef { repository: github::RepositoryId(pull.repo.0), number: u32::try_from(pull.number).unwrap() };
    bench.world.change(|state| {
        let author = github::AccountId(pull.author.0);
        state.define_label(on.repository, "late").unwrap();
        state.label(on, time::now(), author, "late").unwrap();
    });
    let report = bench.fetch().await.unwrap();
    assert_eq!(report.repositories.iter().map(|found| found.pulls.changed).sum::<u64>(), 1);
    assert_eq!(bench.facts(sample_window(1)).await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn listed_repositories_win_over_the_organization() {
    let bench = Bench::sample().await;
    let plan = FetchPlan { organization: Some(ORG.to_owned()), ..listed(&ORG.to_uppercase(), "Prairie") };
    let report = bench.fetch_with(TOKEN, &plan).await.unwrap();
    let [(name, id), ..] = REPOSITORIES;
    assert_eq!(report.repositories.len(), 1);
    let found = &report.repositories[0].repository;
    assert_eq!((found.id, found.full_name()), (id, format!("{ORG}/{name}")));
}

#[tokio::test(flavor = "multi_thread")]
async fn gists_are_found_by_login_and_by_id() {
    let bench = Bench::sample().await;
    let github = bench.github(TOKEN);
    let login = {
        let state = bench.world.read();
        let person = state
            .repositories
            .values()
            .flat_map(|repository| repository.threads.values())
            .find_map(|thread| thread.author);
        state.accounts[&person.unwrap()].login.clone()
    };
    let account = github.account(&login.to_uppercase()).await.unwrap();
    assert_eq!((account.login.as_str(), account.bot), (login.as_str(), false));
    let shown = bench.world.add_gist(&login, "guerdon.md", "a wallet").unwrap();
    let secret = bench.world.add_secret_gist(&login, "other.md", "hidden").unwrap();

    let gists = github.gists(&login).await.unwrap();
    assert!(gists.iter().all(|gist| gist.id != secret.id), "a secret gist is not listed");
    let gist = gists.iter().find(|gist| gist.id == shown.id).unwrap();
    assert_eq!(
        (gist.owner_id.0, gist.files[0].name.as_str(), gist.files[0].text.as_str()),
        (account.id, "guerdon.md", "a wallet")
    );
    assert_eq!(&github.gist(&shown.id).await.unwrap(), gist);
    assert!(!github.gist(&secret.id).await.unwrap().public);

    assert!(matches!(github.gist("0123456789abcdef0123456789abcdef").await.unwrap_err(), FetchError::NoGist { .. }));
    assert!(matches!(github.gist("../user").await.unwrap_err(), FetchError::NoGist { .. }));
    assert!(matches!(github.account("nobody-at-all").await.unwrap_err(), FetchError::NoAccount { .. }));
    assert!(matches!(github.gists("nobody-at-all").await.unwrap_err(), FetchError::NoAccount { .. }));
}

/// Merged pull requests and issues.
fn threads_of(world: &World) -> (u64, u64) {
    let state = world.read();
    let threads = || state.repositories.values().flat_map(|repository| repository.threads.values());
    let merged = threads().filter(|thread| thread.pull.as_ref().is_some_and(|pull| pull.merge.is_some()));
    (merged.count() as u64, threads().filter(|thread| thread.pull.is_none()).count() as u64)
}
