//! The daemon's fetch over HTTP against the GitHub stand-in: the built-in organization, faults, and
//! the real organization when `GUERDON_DATA` names its folder.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may fail loudly"
)]

use guerdon::fetch::{
    FetchError, FetchPlan, FetchReport, GitHub, GitHubOptions, Patience, Quiet, Window, facts, fetch, history, load,
};
use guerdon::store::{Repository, Saved, Store};
use guerdon_core::evidence::{Evidence, FETCH, Header, SCHEMA, Terms};
use guerdon_core::model::Verdict::Approve;
use guerdon_core::model::{Epoch, Fact, RepositoryId, State};
use guerdon_tests::github::model::{self as github, AccountKind, ChangeType, Closer, FileChange, ThreadRef, Verdict};
use guerdon_tests::github::sample::{EPOCH_1_START, EPOCH_SECONDS, ORG, REPOSITORIES};
use guerdon_tests::github::{Fault, Place, PullDraft, Server, State as Github, World, time};
use std::path::PathBuf;
use std::time::{Duration, Instant};
use tempfile::TempDir;

const TOKEN: &str = "ghp_ThisTokenMustNeverBeSeen";
const WEEK: u64 = 7 * 86_400;

struct Bench {
    world: World,
    server: Server,
    store: Store,
    folder: TempDir,
}

impl Bench {
    async fn new(world: World) -> Self {
        let server = Server::start(world.clone(), TOKEN).await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&format!("sqlite:{}", folder.path().join("guerdon.db").display())).await.unwrap();
        Self { world, server, store, folder }
    }

    async fn sample() -> Self {
        Self::new(World::sample().unwrap()).await
    }

    fn github(&self, token: &str) -> GitHub {
        let patience = Patience { first_delay: Duration::from_millis(5), ..Patience::default() };
        let options = GitHubOptions {
            api_url: self.server.base_url(),
            graphql_url: Some(self.server.graphql_url()),
            patience,
            ..GitHubOptions::new(token.to_owned().into())
        };
        GitHub::new(options).unwrap()
    }

    async fn fetch(&self) -> Result<FetchReport, FetchError> {
        self.fetch_with(TOKEN, &of_organization(ORG)).await
    }

    async fn fetch_with(&self, token: &str, plan: &FetchPlan) -> Result<FetchReport, FetchError> {
        fetch(&self.github(token), &self.store, plan, &Quiet).await
    }

    async fn facts(&self, window: Window) -> Vec<Fact> {
        facts(&load(&self.store, &self.ids().await).await.unwrap(), window)
    }

    async fn ids(&self) -> Vec<RepositoryId> {
        let repositories = self.store.repositories().await.unwrap();
        repositories.into_iter().map(|repository| RepositoryId(repository.id)).collect()
    }
}

fn of_organization(login: &str) -> FetchPlan {
    FetchPlan { organization: Some(login.to_owned()), ..FetchPlan::default() }
}

fn listed(owner: &str, name: &str) -> FetchPlan {
    FetchPlan { repositories: vec![(owner.to_owned(), name.to_owned())], ..FetchPlan::default() }
}

fn sample_window(epoch: u64) -> Window {
    let starts = u64::try_from(EPOCH_1_START).unwrap() + (epoch - 1) * WEEK;
    Window { starts, ends: starts + WEEK, cutoff: starts + WEEK + 3 * 86_400 }
}

/// The evidence's own reader is the judge of what facts may be.
fn hold_in_evidence(epoch: u64, window: Window, repositories: Vec<RepositoryId>, opening: State, facts: Vec<Fact>) {
    let header = Header {
        block: 1,
        chain: 31337,
        cutoff: window.cutoff,
        distributor: Default::default(),
        ends: window.ends,
        epoch: Epoch(epoch),
        fetch: FETCH,
        previous: Default::default(),
        repositories,
        round: 1,
        schema: SCHEMA,
        starts: window.starts,
        terms: Terms { budget: 1, cap: 1, policy: Default::default() },
        unit: "1".to_owned(),
    };
    let evidence = Evidence::new(header, opening, facts).unwrap();
    let bytes = evidence.to_bytes().unwrap();
    assert_eq!(Evidence::from_bytes(&bytes).unwrap(), evidence);
}

fn count(facts: &[Fact]) -> [usize; 3] {
    let mut counts = [0; 3];
    for fact in facts {
        counts[match fact {
            Fact::Pull(_) => 0,
            Fact::Review(_) => 1,
            Fact::Issue(_) => 2,
        }] += 1;
    }
    counts
}

fn new(saved: Saved) -> u64 {
    assert_eq!((saved.changed, saved.same), (0, 0));
    saved.new
}

#[tokio::test(flavor = "multi_thread")]
async fn an_organization_is_fetched_whole_and_its_facts_hold() {
    let bench = Bench::sample().await;
    let report = bench.fetch().await.unwrap();
    let names: Vec<_> = report.repositories.iter().map(|found| found.repository.name.as_str()).collect();
    assert_eq!(names, REPOSITORIES.map(|(name, _)| name));

    let state = bench.world.read();
    let mut merged = 0;
    let mut issues = 0;
    for thread in state.repositories.values().flat_map(|repository| repository.threads.values()) {
        match &thread.pull {
            Some(pull) => merged += u64::from(pull.merge.is_some()),
            None => issues += 1,
        }
    }
    drop(state);
    assert_eq!(report.repositories.iter().map(|found| new(found.pulls)).sum::<u64>(), merged);
    assert_eq!(report.repositories.iter().map(|found| new(found.issues)).sum::<u64>(), issues);
    assert!(report.repositories.iter().map(|found| new(found.comments)).sum::<u64>() > 0);

    let records = load(&bench.store, &bench.ids().await).await.unwrap();
    let mut opening = history(&records, sample_window(1).starts);
    assert!(!opening.people.is_empty() && !opening.mergers.is_empty());
    for epoch in 1..=3 {
        let window = sample_window(epoch);
        let found = facts(&records, window);
        println!("epoch {epoch}: pulls, reviews, issues: {:?}", count(&found));
        assert!(count(&found).iter().all(|count| *count > 0));
        hold_in_evidence(epoch, window, bench.ids().await, std::mem::take(&mut opening), found);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_run_costs_a_request_a_connection_and_changes_nothing() {
    let bench = Bench::sample().await;
    let first = bench.fetch().await.unwrap();
    let before = bench.facts(sample_window(2)).await;
    let second = bench.fetch().await.unwrap();
    let repositories = REPOSITORIES.len() as u64;
    assert!(second.usage.requests <= 3 * repositories + 1, "{:?}", second.usage);
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
async fn the_token_is_never_written_down() {
    let bench = Bench::sample().await;
    bench.fetch().await.unwrap();
    bench.store.close().await;
    for entry in std::fs::read_dir(bench.folder.path()).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        assert!(!bytes.windows(TOKEN.len()).any(|window| window == TOKEN.as_bytes()));
    }
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
async fn listed_repositories_win_over_the_organization() {
    let bench = Bench::sample().await;
    let plan = FetchPlan { organization: Some(ORG.to_owned()), ..listed(&ORG.to_uppercase(), "Prairie") };
    let report = bench.fetch_with(TOKEN, &plan).await.unwrap();
    let [(name, id), ..] = REPOSITORIES;
    assert_eq!(report.repositories.len(), 1);
    assert_eq!(report.repositories[0].repository, Repository { id, owner: ORG.into(), name: name.into() });
}

#[tokio::test(flavor = "multi_thread")]
async fn passing_faults_leave_no_trace() {
    let whole = Bench::sample().await;
    whole.fetch().await.unwrap();
    let faults = [
        Fault::BadGateway,
        Fault::SecondaryRateLimit { retry_after: 1 },
        Fault::Status { status: 200, body: "<html>sign in</html>".to_owned() },
        Fault::Status { status: 200, body: "{\"data\": {\"repository\": {".to_owned() },
        Fault::Status { status: 503, body: String::new() },
    ];
    for fault in faults {
        for path in ["/graphql", "/repos/"] {
            let bench = Bench::sample().await;
            bench.world.fail_next_at(1, path, &fault);
            let report = bench.fetch().await.unwrap_or_else(|error| panic!("{fault:?} at {path}: {error}"));
            assert!(report.usage.requests as usize == bench.world.requests().len());
            assert_eq!(bench.facts(sample_window(1)).await, whole.facts(sample_window(1)).await, "{fault:?} at {path}");
        }
    }
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

#[tokio::test(flavor = "multi_thread")]
async fn a_real_organization_is_fetched_within_its_budget() {
    let Some(folder) = std::env::var_os("GUERDON_DATA").map(PathBuf::from) else {
        eprintln!("SKIPPED: a_real_organization_is_fetched_within_its_budget needs GUERDON_DATA");
        return;
    };
    let begun = Instant::now();
    let world = World::from_archive(&folder.join("bitcoin-core-org.tar.zst")).unwrap();
    println!("loaded in {:?}", begun.elapsed());
    let bench = Bench::new(world).await;
    let begun = Instant::now();
    let report = bench.fetch_with(TOKEN, &of_organization("bitcoin-core")).await.unwrap();
    println!("fetched in {:?}: {:?}", begun.elapsed(), report.usage);
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
    let again = bench.fetch_with(TOKEN, &of_organization("bitcoin-core")).await.unwrap();
    println!("again in {:?}: {:?}", begun.elapsed(), again.usage);
    assert!(again.usage.requests <= 3 * report.repositories.len() as u64 + 1);

    let begun = Instant::now();
    let records = load(&bench.store, &bench.ids().await).await.unwrap();
    println!("loaded records in {:?}", begun.elapsed());
    let begun = Instant::now();
    let monday = 1_678_060_800;
    let mut opening = history(&records, monday);
    println!("history: {} people, {} mergers", opening.people.len(), opening.mergers.len());
    let mut totals = [0; 3];
    for epoch in 1..=13 {
        let starts = monday + (epoch - 1) * WEEK;
        let window = Window { starts, ends: starts + WEEK, cutoff: starts + WEEK + 3 * 86_400 };
        let found = facts(&records, window);
        let counts = count(&found);
        println!("epoch {epoch}: pulls, reviews, issues: {counts:?}");
        assert!(counts[0] > 0, "no week is empty");
        totals.iter_mut().zip(counts).for_each(|(total, count)| *total += count);
        hold_in_evidence(epoch, window, bench.ids().await, std::mem::take(&mut opening), found);
    }
    println!("13 epochs: {totals:?} in {:?}", begun.elapsed());
    assert!((75..=85).contains(&totals[0]), "{} merged pull requests", totals[0]);
}

/// A world made by hand: one repository, three people, one bot.
fn by_hand() -> (World, github::RepositoryId, [github::AccountId; 4]) {
    let mut state = Github::default();
    let at = T0 - 1_000;
    state.add_account(1, "lamp", AccountKind::Organization);
    let people = [
        state.add_account(11, "ada", AccountKind::User),
        state.add_account(12, "bea", AccountKind::User),
        state.add_account(13, "cid", AccountKind::User),
        state.add_account(14, "robot[bot]", AccountKind::Bot),
    ];
    let wick = state.add_repository(7, "lamp", "wick", at).unwrap();
    (World::new(state), wick, people)
}

const T0: i64 = 1_736_121_600;

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_overflows_a_page_is_cut() {
    let (world, wick, [ada, bea, cid, _]) = by_hand();
    let long = world.change(|state| {
        let file = |n: u32| FileChange {
            path: format!("src/{n:03}.rs"),
            additions: n,
            deletions: 0,
            change: ChangeType::Added,
        };
        let draft = PullDraft { title: "A long one", files: (0..230).map(file).collect(), ..PullDraft::default() };
        let long = state.open_pull(wick, T0, ada, draft).unwrap();
        for n in 0..130 {
            state.comment(long, T0 + n, cid, "words").unwrap();
        }
        // All within one second: more than a REST page has.
        let review = state.review(long, T0 + 200, bea, Verdict::Approved, "").unwrap();
        for n in 0..250 {
            let hunk = format!("@@ -{n} +{n} @@\n-a\n+b");
            let place = Place { path: "src/001.rs", line: n, hunk: &hunk };
            state.review_comment(long, review, place, "look here").unwrap();
        }
        state.comment(long, T0 + 300, cid, "utACK 1a2b3c4d").unwrap();
        state.merge(long, T0 + 400, bea).unwrap();
        let issue = state.open_issue(wick, T0, ada, "It flickers", "").unwrap();
        for n in 0..70 {
            state.label(issue, T0 + 2 * n, bea, "bug").unwrap();
            state.unlabel(issue, T0 + 2 * n + 1, bea, "bug").unwrap();
        }
        state.label(issue, T0 + 500, bea, "bug").unwrap();
        long
    });
    let bench = Bench::new(world).await;
    bench.fetch_with(TOKEN, &listed("lamp", "wick")).await.unwrap();
    let starts = u64::try_from(T0).unwrap();
    let found = bench.facts(Window { starts, ends: starts + WEEK, cutoff: starts + WEEK }).await;
    assert_eq!(count(&found), [1, 2, 1]);
    for fact in found {
        match fact {
            Fact::Pull(pull) => {
                assert_eq!((pull.number, pull.files.len()), (u64::from(long.number), 230));
            }
            Fact::Review(review) if review.by.0 == 12 => assert_eq!((review.verdict, review.hunks), (Approve, 250)),
            Fact::Review(review) => assert_eq!((review.by.0, review.verdict, review.hunks), (13, Approve, 0)),
            Fact::Issue(issue) => {
                assert_eq!((issue.labels.len(), issue.labels[0].at), (1, starts));
            }
        }
    }
    let again = bench.fetch_with(TOKEN, &listed("lamp", "wick")).await.unwrap();
    assert!(again.repositories[0].comments.new == 0 && again.usage.requests <= 5, "{:?}", again.usage);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_people_do_on_github_becomes_the_facts_it_should() {
    let (world, wick, [ada, bea, cid, robot]) = by_hand();
    world.change(|state| {
        let first = state.open_pull(wick, T0, ada, PullDraft { title: "Trim", ..PullDraft::default() }).unwrap();
        let issue = state.open_issue(wick, T0 + 1, cid, "It smokes", "").unwrap();
        let review = state.review(first, T0 + 10, cid, Verdict::Approved, "").unwrap();
        state.review(first, T0 + 11, robot, Verdict::Approved, "").unwrap();
        state.review(first, T0 + 12, ada, Verdict::Commented, "my own").unwrap();
        state.dismiss_review(first, review, T0 + 20, bea, "stale").unwrap();
        state.review(first, T0 + 30, bea, Verdict::Commented, "ACK 1a2b3c4d").unwrap();
        state.label(first, T0 + 31, bea, "feature").unwrap();
        state.merge(first, T0 + 100, bea).unwrap();
        state.close_by(issue, T0 + 101, bea, None, Some(Closer::Pull(first))).unwrap();
        state.rename(first, T0 + 200, ada, "Trim the wick").unwrap();
        let body = format!("Reverts lamp/wick#{}", first.number);
        let draft = PullDraft { title: "Revert \"Trim\"", body: &body, ..PullDraft::default() };
        let second = state.open_pull(wick, T0 + 300, robot, draft).unwrap();
        state.merge(second, T0 + 400, robot).unwrap();
    });
    let bench = Bench::new(world).await;
    bench.fetch_with(TOKEN, &FetchPlan { bots: vec!["CID".into()], ..listed("lamp", "wick") }).await.unwrap();
    let starts = u64::try_from(T0).unwrap();
    let facts_at =
        async |cutoff: u64| bench.facts(Window { starts, ends: starts + 450, cutoff: starts + cutoff }).await;
    let found = facts_at(500).await;
    let lines: Vec<String> = found
        .iter()
        .map(|fact| match fact {
            Fact::Pull(pull) => format!(
                "pull {} {:?} by {} bot {} merger {:?} reverts {:?} labels {}",
                pull.number,
                pull.title,
                pull.author,
                pull.bot,
                pull.merger.map(|id| id.0),
                pull.reverts,
                pull.labels.len()
            ),
            Fact::Review(review) => {
                format!("review {} by {} {:?} bot {}", review.number, review.by, review.verdict, review.bot)
            }
            Fact::Issue(issue) => {
                let closer = issue.close.as_ref().unwrap().closer.as_ref().unwrap();
                format!(
                    "issue {} bot {} closer {} approved by {:?}",
                    issue.number, issue.bot, closer.number, closer.approvers
                )
            }
        })
        .collect();
    let expected = [
        "pull 1 \"Trim the wick\" by 11 bot false merger Some(12) reverts None labels 1",
        "pull 3 \"Revert \\\"Trim\\\"\" by 14 bot true merger None reverts Some(1) labels 0",
        "review 1 by 12 Approve bot false",
        "review 1 by 13 Comment bot true",
        "review 1 by 14 Approve bot true",
        "issue 2 bot true closer 1 approved by [ContributorId(12)]",
    ];
    assert_eq!(lines, expected);
    let Fact::Pull(pull) = &facts_at(150).await[0] else { panic!("no pull request") };
    assert_eq!(pull.title, "Trim");
}
