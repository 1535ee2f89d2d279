//! Refusals, faults that pass and faults that stay.

use super::bench::{Bench, TOKEN, listed, of_organization};
use guerdon::fetch::{FetchError, FetchPlan, GitHub, GitHubOptions, Patience, Quiet, fetch};
use guerdon_tests::github::sample::ORG;
use guerdon_tests::github::{Fault, time};
use std::time::{Duration, Instant};

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_token_is_named_and_never_shown() {
    let bench = Bench::sample().await;
    let error = bench.fetch_with("ghp_WrongToken", &of_organization(ORG)).await.unwrap_err();
    assert!(matches!(error, FetchError::Token), "{error:?}");
    assert!(error.to_string().contains("`github.token`"), "{error}");
    assert!(!format!("{error} {error:?}").contains("ghp_"));
    assert_eq!(bench.world.requests().len(), 1, "a refused token is not tried again");
    assert!(bench.ids().await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_github_does_not_know_is_named() {
    let bench = Bench::sample().await;
    let error = bench.fetch_with(TOKEN, &listed(ORG, "nowhere")).await.unwrap_err();
    assert!(matches!(error, FetchError::NoRepository { .. }), "{error:?}");
    assert!(error.to_string().contains("meadowlark-sample/nowhere") && error.to_string().contains("may not see it"));
    let error = bench.fetch_with(TOKEN, &of_organization("nobody-at-all")).await.unwrap_err();
    assert!(matches!(error, FetchError::NoOrganization { .. }), "{error:?}");
    let error = bench.fetch_with(TOKEN, &FetchPlan::default()).await.unwrap_err();
    assert!(matches!(error, FetchError::NothingToFetch), "{error:?}");
    assert!(bench.ids().await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fault_that_stays_is_reported_and_what_was_read_is_kept() {
    let bench = Bench::sample().await;
    bench.world.fail_next_at(4, "/repos/", &Fault::BadGateway);
    let patience = Patience { first_delay: Duration::from_millis(1), tries: 3, ..Patience::default() };
    let options =
        GitHubOptions { api_url: bench.server.base_url(), patience, ..GitHubOptions::new(TOKEN.to_owned().into()) };
    let github = GitHub::new(options).unwrap();
    let error = fetch(&github, &bench.store, &of_organization(ORG), &Quiet).await.unwrap_err();
    assert!(matches!(error, FetchError::GaveUp { tries: 4, .. }), "{error:?}");
    assert!(error.to_string().contains("review comments of meadowlark-sample/"), "{error}");
    let report = bench.fetch().await.unwrap();
    assert!(report.repositories.iter().any(|found| found.pulls.new == 0 && found.comments.new > 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_used_up_rate_limit_is_waited_for_until_it_ends() {
    let bench = Bench::sample().await;
    bench.world.traffic().graphql.reset_at = time::now() + 1;
    bench.world.fail_next_at(1, "/graphql", &Fault::RateLimited);
    let begun = Instant::now();
    bench.fetch().await.unwrap();
    assert!(begun.elapsed() >= Duration::from_secs(1));

    let patience = Patience { rate_limit: Duration::from_secs(60), ..Patience::default() };
    let options =
        GitHubOptions { api_url: bench.server.base_url(), patience, ..GitHubOptions::new(TOKEN.to_owned().into()) };
    bench.world.traffic().graphql.reset_at = time::now() + 1_000;
    bench.world.fail_next_at(1, "/graphql", &Fault::RateLimited);
    let error = fetch(&GitHub::new(options).unwrap(), &bench.store, &of_organization(ORG), &Quiet).await.unwrap_err();
    assert!(matches!(error, FetchError::RateLimit { seconds: 900.., .. }), "{error:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unreachable_github_is_reported() {
    let bench = Bench::sample().await;
    let patience = Patience { tries: 1, first_delay: Duration::from_millis(1), ..Patience::default() };
    let options = GitHubOptions {
        api_url: "http://127.0.0.1:9".to_owned(),
        patience,
        ..GitHubOptions::new(TOKEN.to_owned().into())
    };
    let error = fetch(&GitHub::new(options).unwrap(), &bench.store, &of_organization(ORG), &Quiet).await.unwrap_err();
    assert!(matches!(error, FetchError::GaveUp { tries: 2, .. }), "{error:?}");
    assert!(!format!("{error} {error:?}").contains(TOKEN));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_token_may_not_read_is_named() {
    let bench = Bench::sample().await;
    let body = r#"{"data": {"organization": null}, "errors": [{"type": "FORBIDDEN", "path": ["organization"],
        "message": "the organization has enabled an IP allow list"}]}"#;
    bench.world.fail_next_at(1, "/graphql", &Fault::Status { status: 200, body: body.to_owned() });
    let error = bench.fetch().await.unwrap_err();
    assert!(matches!(error, FetchError::Forbidden { .. }) && error.to_string().contains("IP allow list"), "{error:?}");
    bench.world.fail_next_at(1, "/repos/", &Fault::Status { status: 403, body: r#"{"message": "no"}"#.to_owned() });
    let error = bench.fetch().await.unwrap_err();
    assert!(matches!(error, FetchError::Forbidden { .. }), "{error:?}");
}
