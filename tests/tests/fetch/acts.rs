//! What people do on GitHub, and the facts it becomes.

use super::bench::{Bench, TOKEN, WEEK, count, listed};
use guerdon::fetch::{FetchPlan, Window};
use guerdon_core::model::Fact;
use guerdon_core::model::Verdict::Approve;
use guerdon_tests::github::model::{self as github, AccountKind, ChangeType, Closer, FileChange, Verdict};
use guerdon_tests::github::{Place, PullDraft, State as Github, World};

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
    assert_eq!(count(&found), [1, 2, 1, 0, 0, 0]);
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
            other => panic!("{}", other.key()),
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
            other => other.key().to_string(),
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
