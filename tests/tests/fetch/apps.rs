//! A GitHub App in place of a personal token.

use super::bench::{Bench, of_organization};
use super::every_request::records;
use guerdon::fetch::{
    Access, AppAccess, FetchError, GitHub, GitHubOptions, Identity, Installation, Patience, Quiet, fetch,
};
use guerdon_tests::github::sample::ORG;
use guerdon_tests::github::{App, AppKey, Fault, World};
use std::time::Duration;

pub const APP: u64 = 4_711;
const NEEDED: [&str; 5] = ["metadata", "contents", "issues", "pull_requests", "discussions"];

/// An App that may read these, installed on the sample organization. Gives its key in PEM form and the installation.
pub fn install(world: &World, permissions: &[&str]) -> (String, u64) {
    let key = AppKey::generate().unwrap();
    world.set_app(App {
        id: APP,
        slug: "guerdon-sample".to_owned(),
        client_id: "Iv23liSample".to_owned(),
        public_der: key.public_der,
        permissions: permissions.iter().map(|name| ((*name).to_owned(), "read".to_owned())).collect(),
    });
    (key.private_pem, world.install(ORG).unwrap())
}

fn options(bench: &Bench, key: &str, installation: Installation) -> GitHubOptions {
    let access = AppAccess { id: APP, private_key: key.to_owned().into(), installation };
    let patience = Patience { first_delay: Duration::from_millis(1), ..Patience::default() };
    GitHubOptions { api_url: bench.server.base_url(), patience, ..GitHubOptions::with(Access::App(access)) }
}

fn on_org() -> Installation {
    Installation::Of(ORG.to_owned())
}

async fn ask(options: GitHubOptions) -> Result<String, FetchError> {
    GitHub::new(options)?.repository(ORG, "prairie").await.map(|repository| repository.name)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_fetches_what_a_token_does_by_one_token() {
    let (bench, whole) = (Bench::sample().await, Bench::sample().await);
    whole.fetch().await.unwrap();
    let (key, _) = install(&bench.world, &NEEDED);
    let github = GitHub::new(options(&bench, &key, on_org())).unwrap();
    fetch(&github, &bench.store, &of_organization(ORG), &Quiet).await.unwrap();
    assert!(records(&bench).await == records(&whole).await);
    assert_eq!(bench.world.tokens_issued(), 1);

    // Many that are refused at once share the making of the next one.
    bench.world.expire_tokens();
    let asked = (0..8).map(|_| github.repository(ORG, "prairie"));
    for found in futures::future::join_all(asked).await {
        assert_eq!(found.unwrap().name, "prairie");
    }
    assert_eq!(bench.world.tokens_issued(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_made_anew_before_it_ends_by_githubs_clock() {
    let bench = Bench::sample().await;
    let (key, id) = install(&bench.world, &NEEDED);
    let github = GitHub::new(options(&bench, &key, Installation::Id(id))).unwrap();
    for (ahead, issued) in [(0, 1), (3_200, 1), (3_400, 2)] {
        // This answer tells the time, and the next request goes by it.
        bench.world.fail_at(if issued == 1 && ahead == 0 { 2 } else { 0 }, Fault::Skewed(ahead));
        github.repository(ORG, "prairie").await.unwrap();
        github.repository(ORG, "prairie").await.unwrap();
        assert_eq!(bench.world.tokens_issued(), issued, "{ahead} s later");
    }
    // A signed request that goes by the wrong time is refused and signed again; no token ever was.
    let requests = bench.world.requests();
    let queries = requests.iter().filter(|request| request.operation.is_some() || request.path.ends_with("/graphql"));
    assert!(queries.map(|request| request.status).all(|status| status == 200));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_differs_does_not_keep_an_app_out() {
    for ahead in [-7_200, 7_200] {
        let bench = Bench::sample().await;
        let (key, _) = install(&bench.world, &NEEDED);
        // As though our clock were off by that much until GitHub's next answer.
        bench.world.fail_at(0, Fault::Skewed(ahead));
        assert_eq!(ask(options(&bench, &key, on_org())).await.unwrap(), "prairie");
        let refused = bench.world.requests().iter().filter(|request| request.status == 401).count();
        assert_eq!((refused, bench.world.tokens_issued()), (1, 1), "{ahead} s ahead");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_that_is_not_right_is_told_so() {
    let bench = Bench::sample().await;
    let (key, id) = install(&bench.world, &NEEDED);
    for (installation, named) in
        [(Installation::Of("nobody-at-all".to_owned()), "of nobody-at-all"), (Installation::Id(1), "number 1")]
    {
        let error = ask(options(&bench, &key, installation)).await.unwrap_err();
        assert!(matches!(&error, FetchError::NoInstallation { place } if place == named), "{error:?}");
    }
    let other = AppKey::generate().unwrap().private_pem;
    let error = ask(options(&bench, &other, on_org())).await.unwrap_err();
    assert!(matches!(error, FetchError::App) && error.to_string().contains("github.app.private_key"), "{error:?}");
    for wrong in ["", "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----"] {
        let error = ask(options(&bench, wrong, on_org())).await.unwrap_err();
        assert!(matches!(error, FetchError::AppKey) && !format!("{error:?} {error}").contains("AAAA"), "{error:?}");
    }
    let escaped = key.replace('\n', "\\n");
    assert_eq!(ask(options(&bench, &escaped, on_org())).await.unwrap(), "prairie", "as environments hold it");
    bench.world.suspend_installation(id);
    let error = ask(options(&bench, &key, on_org())).await.unwrap_err();
    assert!(matches!(&error, FetchError::Forbidden { .. }) && error.to_string().contains("suspended"), "{error:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn missing_permissions_are_known() {
    let bench = Bench::sample().await;
    let (key, id) = install(&bench.world, &NEEDED);
    let github = GitHub::new(options(&bench, &key, on_org())).unwrap();
    let identity = github.identity().await.unwrap();
    let Identity::App { installation, account, .. } = &identity else { panic!("{identity:?}") };
    assert_eq!((*installation, account.as_str(), identity.lacking().len()), (id, ORG, 0));

    install(&bench.world, &["metadata", "issues"]);
    let (key, _) = install(&bench.world, &["metadata", "issues"]);
    let identity = GitHub::new(options(&bench, &key, on_org())).unwrap().identity().await.unwrap();
    assert_eq!(identity.lacking(), ["contents", "pull_requests", "discussions"]);

    let github = bench.github(super::bench::TOKEN);
    assert_eq!(github.reading(ORG, "Prairie").await.unwrap().forbidden, [""; 0]);
    for permission in ["contents", "issues", "pull_requests", "discussions"] {
        bench.world.withhold(&[permission]);
        let reading = github.reading(ORG, "prairie").await.unwrap();
        assert_eq!((reading.name.as_str(), reading.forbidden), ("meadowlark-sample/prairie", vec![permission]));
    }
    assert!(matches!(github.reading(ORG, "nowhere").await, Err(FetchError::NoRepository { .. })));

    bench.world.set_scopes(Some("public_repo, gist"));
    let Identity::Token { scopes, .. } = github.identity().await.unwrap() else { panic!("a personal token") };
    assert_eq!(scopes.unwrap(), ["public_repo", "gist"]);
    bench.world.set_scopes(None);
    assert!(matches!(github.identity().await.unwrap(), Identity::Token { scopes: None, .. }));
}
