//! What happens on GitHub after something was read, and what it does to facts: the table of docs/facts.md.

use super::bench::{Bench, TOKEN, WEEK, listed};
use guerdon::fetch::{FetchPlan, Window};
use guerdon_core::model::Fact;
use guerdon_tests::github::model::{
    AccountId, AccountKind, ChangeType, Closer, FileChange, RepositoryId, ThreadRef, Verdict,
};
use guerdon_tests::github::{Place, PullDraft, State as Github, World};
use std::collections::BTreeSet;

/// Monday 2025-01-06, and three days after the end of that week.
const T0: i64 = 1_736_121_600;
const LATER: i64 = T0 + 8 * 86_400;
const AFTER_THE_CUTOFF: i64 = T0 + 11 * 86_400;

const WINDOW: Window =
    Window { starts: T0.unsigned_abs(), ends: T0.unsigned_abs() + WEEK, cutoff: T0.unsigned_abs() + WEEK + 3 * 86_400 };

/// One of everything: ada writes, bea maintains, cid reviews and reports, dee helps.
#[derive(Clone, Copy)]
struct Scene {
    lamp: AccountId,
    ada: AccountId,
    bea: AccountId,
    cid: AccountId,
    dee: AccountId,
    wick: RepositoryId,
    oil: RepositoryId,
    pull: ThreadRef,
    issue: ThreadRef,
    discussion: ThreadRef,
    review: u64,
    in_diff: u64,
    acknowledgement: u64,
    kudos: u64,
    answer: u64,
}

fn scene() -> (World, Scene) {
    let mut state = Github::default();
    let lamp = state.add_account(1, "lamp", AccountKind::Organization);
    let [ada, bea, cid, dee] = [(11, "ada"), (12, "bea"), (13, "cid"), (14, "dee")]
        .map(|(id, login)| state.add_account(id, login, AccountKind::User));
    let wick = state.add_repository(7, "lamp", "wick", T0 - 1_000).unwrap();
    let oil = state.add_repository(8, "lamp", "oil", T0 - 1_000).unwrap();
    for repository in [wick, oil] {
        state.define_label(repository, "bug").unwrap();
        state.define_label(repository, "feature").unwrap();
    }
    state.set_attributes(wick, T0 - 900, Some("*.snap linguist-generated\n")).unwrap();
    let issue = state.open_issue(wick, T0 - 500, cid, "It smokes", "").unwrap();
    state.label(issue, T0 + 5, bea, "bug").unwrap();
    let file =
        |path: &str| FileChange { path: path.to_owned(), additions: 9, deletions: 1, change: ChangeType::Modified };
    let message = "Trim\n\nCo-authored-by: Dee <14+dee@users.noreply.example>";
    let draft = PullDraft {
        title: "Trim",
        files: vec![file("a.rs"), file("a.snap")],
        commits: vec![message],
        ..PullDraft::default()
    };
    let pull = state.open_pull(wick, T0 - 400, ada, draft).unwrap();
    let review = state.review(pull, T0 + 10, cid, Verdict::Approved, "").unwrap();
    let in_diff =
        state.review_comment(pull, review, Place { path: "a.rs", line: 3, hunk: "@@ -1 +1 @@" }, "why?").unwrap();
    let acknowledgement = state.comment(pull, T0 + 20, dee, "ACK 1a2b3c4d").unwrap();
    state.label(pull, T0 + 30, bea, "feature").unwrap();
    state.merge(pull, T0 + 100, bea).unwrap();
    state.close_by(issue, T0 + 101, bea, None, Some(Closer::Pull(pull))).unwrap();
    let kudos = state.comment(pull, T0 + 150, cid, "/kudos @ada for the night shift").unwrap();
    let discussion = state.open_discussion(wick, T0 + 1, cid, "How to trim?", "").unwrap();
    let answer = state.answer(discussion, T0 + 2, dee, "With care").unwrap();
    state.accept_answer(discussion, T0 + 3, bea, answer).unwrap();
    let scene = Scene {
        lamp,
        ada,
        bea,
        cid,
        dee,
        wick,
        oil,
        pull,
        issue,
        discussion,
        review,
        in_diff,
        acknowledgement,
        kudos,
        answer,
    };
    (World::new(state), scene)
}

/// One line a fact, with what the changes below can change of it.
fn lines(facts: &[Fact]) -> BTreeSet<String> {
    let line = |fact: &Fact| {
        let key = fact.key();
        match fact {
            Fact::Pull(pull) => format!(
                "{key} {:?} merger {:?} labels {:?} co {:?} excluded {} generated {:?}",
                pull.title,
                pull.merger.map(|id| id.0),
                pull.labels.iter().map(|label| (label.name.as_str(), label.actor.0)).collect::<Vec<_>>(),
                pull.coauthors.iter().map(|id| id.0).collect::<Vec<_>>(),
                pull.excluded.len(),
                pull.generated,
            ),
            Fact::Review(review) => format!("{key} {:?} {}", review.verdict, review.hunks),
            Fact::Issue(issue) => format!(
                "{key} labels {} closer {:?} excluded {}",
                issue.labels.len(),
                issue.close.as_ref().and_then(|close| close.closer.as_ref()).map(|closer| closer.approvers.len()),
                issue.excluded.len()
            ),
            Fact::Answer(answer) => format!(
                "{key} by {} for {:?} by {:?}",
                answer.by,
                answer.asker.map(|id| id.0),
                answer.accepter.map(|id| id.0)
            ),
            Fact::Kudos(kudos) => format!("kudos {} to {}", kudos.by, kudos.to),
            Fact::Witness(witness) => format!("witness {}", witness.answer),
        }
    };
    facts.iter().map(line).collect()
}

fn plan() -> FetchPlan {
    let both = ["wick", "oil"].map(|name| ("lamp".to_owned(), name.to_owned()));
    FetchPlan { repositories: both.to_vec(), now: 2, reread: Some(WINDOW.starts), ..listed("lamp", "wick") }
}

/// What the facts lose and gain when this happens between two readings.
async fn effect(what: &str, act: impl FnOnce(&mut Github, &Scene)) -> [Vec<String>; 2] {
    let (world, scene) = scene();
    let bench = Bench::new(world).await;
    bench.fetch_with(TOKEN, &plan()).await.unwrap();
    let before = lines(&bench.facts(WINDOW).await);
    assert_eq!(before.iter().cloned().collect::<Vec<_>>(), BASE, "{what}");
    bench.world.change(|state| act(state, &scene));
    bench.fetch_with(TOKEN, &plan()).await.unwrap();
    let after = lines(&bench.facts(WINDOW).await);
    // Whoever reads only now finds the same.
    let fresh = Bench::new(bench.world.clone()).await;
    fresh.fetch_with(TOKEN, &plan()).await.unwrap();
    assert_eq!(
        lines(&fresh.facts(WINDOW).await),
        after,
        "{what}: a store that was filled before differs from a fresh one"
    );
    // What was known before the change is still there to be read.
    let known = guerdon::fetch::load(&bench.store, &bench.ids().await, WINDOW, 1).await.unwrap();
    assert!(known.pulls.is_empty(), "nothing was seen before the first reading");
    let difference = |a: &BTreeSet<String>, b: &BTreeSet<String>| a.difference(b).cloned().collect();
    [difference(&before, &after), difference(&after, &before)]
}

const ANSWER: &str = "answer/7/3 by 14 for Some(13) by Some(12)";
const ISSUE: &str = "issue/7/1 labels 1 closer Some(2) excluded 0";
const KUDOS: &str = "kudos 13 to 11";
const PULL: &str =
    r#"pull/7/2 "Trim" merger Some(12) labels [("feature", 12)] co [14] excluded 0 generated ["a.snap"]"#;
const CID: &str = "review/7/2/13 Approve 1";
const DEE: &str = "review/7/2/14 Approve 0";
const BASE: [&str; 6] = [ANSWER, ISSUE, KUDOS, PULL, CID, DEE];

/// One row of the table: what happens, what the facts lose, what they gain.
macro_rules! rows {
    ($($name:ident: |$state:ident, $scene:ident| $act:expr => [$($lost:expr),*] [$($gained:expr),*];)*) => {$(
        #[tokio::test(flavor = "multi_thread")]
        async fn $name() {
            let lost: Vec<String> = vec![$($lost.to_string()),*];
            let gained: Vec<String> = vec![$($gained.to_string()),*];
            let found = effect(stringify!($name), |$state, $scene| { let _ = $act; }).await;
            assert_eq!(found, [lost, gained]);
        }
    )*};
}

rows! {
    a_deleted_comment_says_nothing: |state, s| state.delete_comment(s.pull, s.acknowledgement, LATER, s.dee).unwrap()
        => [ISSUE, DEE] ["issue/7/1 labels 1 closer Some(1) excluded 0"];
    a_deleted_comment_thanks_nobody: |state, s| state.delete_comment(s.pull, s.kudos, LATER, s.cid).unwrap() => [KUDOS] [];
    a_minimized_comment_says_nothing: |state, s| state.minimize_comment(s.pull, s.acknowledgement, LATER, "SPAM").unwrap()
        => [ISSUE, DEE] ["issue/7/1 labels 1 closer Some(1) excluded 0"];
    a_verdict_edited_after_the_merge_is_none: |state, s| state.edit_comment(s.pull, s.acknowledgement, LATER, "ACK 99999999").unwrap()
        => [ISSUE, DEE] ["issue/7/1 labels 1 closer Some(1) excluded 0"];
    thanks_edited_before_the_cutoff_count_as_they_read: |state, s| state.edit_comment(s.pull, s.kudos, LATER, "/kudos @dee rather").unwrap()
        => [KUDOS] ["kudos 13 to 14"];
    thanks_edited_after_the_cutoff_count_nothing: |state, s| state.edit_comment(s.pull, s.kudos, AFTER_THE_CUTOFF, "/kudos @dee rather").unwrap()
        => [KUDOS] [];
    a_deleted_review_comment_is_no_hunk: |state, s| state.delete_review_comment(s.pull, s.in_diff).unwrap()
        => [CID] ["review/7/2/13 Approve 0"];
    a_minimized_review_comment_is_no_hunk: |state, s| state.minimize_review_comment(s.pull, s.in_diff, LATER, Some("OFF_TOPIC")).unwrap()
        => [CID] ["review/7/2/13 Approve 0"];
    an_edited_review_comment_is_the_same_hunk: |state, s| state.edit_review_comment(s.pull, s.in_diff, LATER, "because").unwrap() => [] [];
    a_review_dismissed_after_the_merge_stands: |state, s| state.dismiss_review(s.pull, s.review, LATER, s.bea, "late").unwrap() => [] [];
    a_label_set_before_the_cutoff_counts: |state, s| state.label(s.pull, LATER, s.bea, "bug").unwrap()
        => [PULL] [PULL.replace(r#"[("feature""#, r#"[("bug", 12), ("feature""#)];
    a_label_set_after_the_cutoff_does_not: |state, s| state.label(s.pull, AFTER_THE_CUTOFF, s.bea, "bug").unwrap() => [] [];
    a_label_taken_off_before_the_cutoff_is_gone: |state, s| state.unlabel(s.pull, LATER, s.bea, "feature").unwrap()
        => [PULL] [PULL.replace(r#"[("feature", 12)]"#, "[]")];
    a_deleted_label_is_gone_with_its_events: |state, s| state.delete_label(s.wick, "bug").unwrap()
        => [ISSUE] ["issue/7/1 labels 0 closer Some(2) excluded 0"];
    a_title_changed_before_the_cutoff_is_the_title: |state, s| state.rename(s.pull, LATER, s.ada, "Trim it").unwrap()
        => [PULL] [PULL.replace("\"Trim\"", "\"Trim it\"")];
    a_title_changed_after_the_cutoff_is_not: |state, s| state.rename(s.pull, AFTER_THE_CUTOFF, s.ada, "Trim it").unwrap() => [] [];
    an_edited_body_changes_nothing: |state, s| state.edit_body(s.pull, LATER, "More words").unwrap() => [] [];
    a_command_before_the_cutoff_excludes: |state, s| state.comment(s.pull, LATER, s.bea, "/guerdon exclude copied").unwrap()
        => [PULL] [PULL.replace("excluded 0", "excluded 1")];
    a_command_after_the_cutoff_does_not: |state, s| state.comment(s.pull, AFTER_THE_CUTOFF, s.bea, "/guerdon exclude copied").unwrap() => [] [];
    an_issue_is_excluded_too: |state, s| state.comment(s.issue, LATER, s.bea, "/guerdon exclude known for long").unwrap()
        => [ISSUE] [ISSUE.replace("excluded 0", "excluded 1")];
    a_deleted_author_has_no_facts: |state, s| state.delete_account(s.ada).unwrap()
        => [ISSUE, KUDOS, PULL, CID, DEE] ["issue/7/1 labels 1 closer None excluded 0"];
    a_deleted_reviewer_has_no_facts: |state, s| state.delete_account(s.cid).unwrap()
        => [ANSWER, ISSUE, KUDOS, CID] ["answer/7/3 by 14 for None by Some(12)"];
    a_suspended_account_keeps_its_facts: |state, s| state.suspend_account(s.ada, LATER).unwrap() => [] [];
    a_renamed_account_is_the_same: |state, s| state.rename_account(s.cid, "cy").unwrap() => [] [];
    a_command_names_nobody_once_the_login_is_another: |state, s| state.rename_account(s.ada, "adah").unwrap() => [KUDOS] [];
    a_deleted_issue_is_gone: |state, s| state.delete_issue(s.issue).unwrap() => [ISSUE] [];
    a_transferred_issue_counts_where_it_is: |state, s| state.transfer_issue(s.issue, s.oil, LATER, s.bea).unwrap()
        => [ISSUE] ["issue/8/1 labels 1 closer Some(2) excluded 0"];
    an_unaccepted_answer_is_none: |state, s| state.unaccept_answer(s.discussion, LATER, s.bea).unwrap() => [ANSWER] [];
    a_minimized_answer_is_none: |state, s| state.minimize_answer(s.discussion, s.answer, LATER, Some("SPAM")).unwrap() => [ANSWER] [];
    a_deleted_answer_is_none: |state, s| state.delete_answer(s.discussion, s.answer, LATER).unwrap() => [ANSWER] [];
    a_deleted_discussion_is_gone: |state, s| state.delete_discussion(s.discussion).unwrap() => [ANSWER] [];
    a_force_push_and_a_draft_change_nothing: |state, s| {
        state.force_push(s.pull, LATER, s.ada).unwrap();
        state.set_draft(s.pull, LATER, s.ada, true).unwrap()
    } => [] [];
    a_renamed_repository_is_the_same: |state, s| state.rename_repository(s.wick, "wicks").unwrap() => [] [];
    a_transferred_repository_is_the_same: |state, s| {
        let away = state.add_account(2, "oven", AccountKind::Organization);
        state.transfer_repository(s.wick, away).unwrap()
    } => [] [];
    an_archived_repository_is_the_same: |state, s| state.set_archived(s.wick, true).unwrap() => [] [];
    later_attributes_do_not_change_what_was_merged: |state, s| state.set_attributes(s.wick, LATER, None).unwrap() => [] [];
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_shown_again_counts_again() {
    let (world, scene) = scene();
    let bench = Bench::new(world).await;
    bench.fetch_with(TOKEN, &plan()).await.unwrap();
    let before = lines(&bench.facts(WINDOW).await);
    bench.world.change(|state| state.minimize_comment(scene.pull, scene.kudos, LATER, "SPAM").unwrap());
    bench.fetch_with(TOKEN, &plan()).await.unwrap();
    assert!(!lines(&bench.facts(WINDOW).await).contains(KUDOS));
    bench.world.change(|state| state.unminimize_comment(scene.pull, scene.kudos).unwrap());
    bench.fetch_with(TOKEN, &plan()).await.unwrap();
    assert_eq!(lines(&bench.facts(WINDOW).await), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repository_that_is_private_or_deleted_is_missing_and_keeps_what_is_known() {
    for hide in [
        |state: &mut Github, s: &Scene| state.set_private(s.wick, true).unwrap(),
        |state: &mut Github, s: &Scene| {
            state.delete_repository(s.wick).unwrap();
        },
    ] {
        let (world, scene) = scene();
        let bench = Bench::new(world).await;
        bench.fetch_with(TOKEN, &plan()).await.unwrap();
        let before = lines(&bench.facts(WINDOW).await);
        bench.world.change(|state| hide(state, &scene));
        let report = bench.fetch_with(TOKEN, &plan()).await.unwrap();
        assert_eq!(report.missing.iter().map(|missing| missing.full_name()).collect::<Vec<_>>(), ["lamp/wick"]);
        assert_eq!(report.repositories.len(), 1, "the others are read");
        assert_eq!(lines(&bench.facts(WINDOW).await), before);
        // One line takes it out.
        let without = FetchPlan { exclude: vec![("lamp".into(), "wick".into())], ..plan() };
        let report = bench.fetch_with(TOKEN, &without).await.unwrap();
        assert!(report.missing.is_empty());
        let counting: Vec<_> = bench.store.listed().await.unwrap().into_iter().map(|counting| counting.name).collect();
        assert_eq!(counting, ["oil"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_epoch_can_be_read_again_as_it_was() {
    let (world, scene) = scene();
    let bench = Bench::new(world).await;
    bench.fetch_with(TOKEN, &FetchPlan { now: 100, ..plan() }).await.unwrap();
    let before = lines(&bench.facts(WINDOW).await);
    bench.world.change(|state| {
        state.delete_issue(scene.issue).unwrap();
        state.delete_review_comment(scene.pull, scene.in_diff).unwrap();
        state.label(scene.pull, LATER, scene.bea, "bug").unwrap();
        state.delete_discussion(scene.discussion).unwrap();
        state.delete_comment(scene.pull, scene.kudos, LATER, scene.cid).unwrap();
    });
    bench.fetch_with(TOKEN, &FetchPlan { now: 200, ..plan() }).await.unwrap();
    assert_ne!(lines(&bench.facts(WINDOW).await), before);
    let as_of = async |moment| {
        let records = guerdon::fetch::load(&bench.store, &bench.ids().await, WINDOW, moment).await.unwrap();
        lines(&guerdon::fetch::facts(&records, WINDOW))
    };
    assert_eq!(as_of(199).await, before);
    assert_eq!(as_of(200).await, lines(&bench.facts(WINDOW).await));
    assert!(as_of(99).await.is_empty());
    assert_eq!(scene.lamp, AccountId(1));
}
