//! Pages that are too much, limits that are nearly used up, and names that moved.

use super::bench::{Bench, TOKEN, listed, of_organization};
use super::every_request::records;
use guerdon::fetch::{FetchError, GitHub, GitHubOptions, Patience, Quiet, fetch};
use guerdon_tests::github::sample::ORG;
use guerdon_tests::github::time;
use std::time::Duration;

fn options(bench: &Bench) -> GitHubOptions {
    let patience =
        Patience { first_delay: Duration::from_millis(1), rate_limit: Duration::from_secs(30), ..Patience::default() };
    GitHubOptions { api_url: bench.server.base_url(), patience, ..GitHubOptions::new(TOKEN.to_owned().into()) }
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_that_are_too_much_are_halved_until_they_work() {
    let whole = Bench::sample().await;
    whole.fetch().await.unwrap();
    for limit in [20, 3, 1] {
        let bench = Bench::sample().await;
        bench.world.limit_first(Some(limit));
        let github = GitHub::new(options(&bench)).unwrap();
        fetch(&github, &bench.store, &of_organization(ORG), &Quiet).await.unwrap();
        assert!(records(&bench).await == records(&whole).await, "a limit of {limit}: the store differs");
        let (failed, all) = count(&bench);
        println!("at most {limit} objects a page: {failed} of {all} requests were too much");
        assert!(failed > 0 && failed * 2 < all, "what works is remembered");
    }
}

/// Requests that were too much, and all.
fn count(bench: &Bench) -> (usize, usize) {
    let requests = bench.world.requests();
    (requests.iter().filter(|request| request.status == 502).count(), requests.len())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_budget_is_known_and_its_reserve_is_left_to_others() {
    let bench = Bench::sample().await;
    let github = GitHub::new(GitHubOptions { reserve: 50, ..options(&bench) }).unwrap();
    assert_eq!(github.budget(), Default::default(), "nothing is known before the first answer");
    bench.world.traffic().rest.reset_at = time::now() + 1_000;
    bench.world.traffic().rest.limit = 8;
    let error = fetch(&github, &bench.store, &of_organization(ORG), &Quiet).await;
    let core = github.budget().core.unwrap();
    // Four of eight requests are the others'. A sync that needs fewer never meets the reserve.
    let rest = bench.world.requests().iter().filter(|request| request.path.starts_with("/repos/")).count();
    if let Err(error) = error {
        assert!(matches!(&error, FetchError::RateLimit { seconds: 900.., .. }), "{error:?}");
        assert!(error.to_string().contains("github.patience") && error.to_string().contains("reserve"), "{error}");
        assert_eq!((core.limit, core.remaining, rest), (8, 4, 4));
    } else {
        assert!(core.remaining >= 4 && rest <= 4, "{core:?} after {rest} requests");
    }
    let graphql = github.budget().graphql.unwrap();
    assert_eq!((graphql.limit, graphql.remaining), (5_000, 5_000 - bench.world.points()));
    assert_eq!(github.usage().points, bench.world.points());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reserve_of_everything_stops_before_the_second_request() {
    let bench = Bench::sample().await;
    bench.world.traffic().graphql.reset_at = time::now() + 1_000;
    bench.world.traffic().graphql.used = 4_600;
    let github = GitHub::new(options(&bench)).unwrap();
    let error = fetch(&github, &bench.store, &of_organization(ORG), &Quiet).await.unwrap_err();
    assert!(matches!(&error, FetchError::RateLimit { reason, .. } if reason.contains("reserve")), "{error:?}");
    assert_eq!(bench.world.requests().len(), 1, "the first answer tells that the reserve is reached");
}

#[tokio::test(flavor = "multi_thread")]
async fn waits_are_by_githubs_clock() {
    for skew in [-7_200, 7_200] {
        let bench = Bench::sample().await;
        let github = GitHub::new(options(&bench)).unwrap();
        bench.world.fail_at(0, guerdon_tests::github::Fault::Skewed(skew));
        github.repository(ORG, "prairie").await.unwrap();
        let ahead = github.ahead().unwrap();
        assert!(ahead.abs_diff(skew) <= 2, "{ahead}");
        github.repository(ORG, "prairie").await.unwrap();
        assert!(github.ahead().unwrap().unsigned_abs() <= 2);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_address_is_named_with_what_was_asked() {
    let bench = Bench::sample().await;
    let patience = Patience { tries: 1, first_delay: Duration::from_millis(1), ..Patience::default() };
    for address in ["http://127.0.0.1:9", "http://no-such-host.invalid"] {
        let options = GitHubOptions { api_url: address.to_owned(), patience, ..options(&bench) };
        let github = GitHub::new(options).unwrap();
        let error = fetch(&github, &bench.store, &listed(ORG, "prairie"), &Quiet).await.unwrap_err();
        assert!(matches!(error, FetchError::GaveUp { tries: 2, .. }), "{error:?}");
        assert!(error.to_string().contains("meadowlark-sample/prairie"), "{error}");
        assert!(!format!("{error} {error:?}").contains(TOKEN));
    }
}
