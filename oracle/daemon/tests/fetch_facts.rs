//! Records become facts as of a cutoff, whatever happened later.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may fail loudly")]

use guerdon::fetch::{
    AcceptedAnswer, CloseEvent, CommentRecord, CommitCloser, DiscussionRecord, Excluding, IssueEvent, IssueRecord,
    LabelEvent, PullCloser, PullRecord, Records, Rename, Revert, ReviewEvent, Spoken, Thanks, Window, facts, history,
};
use guerdon_core::model::{
    Answer, Change, ContributorId, Exclusion, Fact, FileChange, Issue, Kudos, Merger, Person, Pull, Reason,
    RepositoryId, Review, Verdict,
};

const REPO: RepositoryId = RepositoryId(7);
const AUTHOR: ContributorId = ContributorId(1);
const MERGER: ContributorId = ContributorId(2);
const REVIEWER: ContributorId = ContributorId(3);
const BOT: ContributorId = ContributorId(9);

/// The epoch is [100, 200), the cutoff 230.
const WINDOW: Window = Window { starts: 100, ends: 200, cutoff: 230 };

fn pull(number: u64, merged: u64) -> PullRecord {
    PullRecord {
        repo: REPO,
        number,
        author: Some(AUTHOR),
        created: 50,
        merged,
        merger: Some(MERGER),
        commit: Some(format!("{number:040x}")),
        title: "Trim the wick".into(),
        renames: vec![],
        files: vec![FileChange { path: "a.rs".into(), additions: 1, deletions: 0, change: Change::Added }],
        labels: vec![],
        reviews: vec![],
        spoken: vec![],
        reverts: None,
        coauthors: vec![],
        generated: vec![],
        kudos: vec![],
        exclusions: vec![],
    }
}

fn issue(number: u64) -> IssueRecord {
    IssueRecord {
        repo: REPO,
        number,
        author: Some(AUTHOR),
        created: 50,
        labels: vec![],
        events: vec![],
        kudos: vec![],
        exclusions: vec![],
    }
}

fn label(at: u64, by: ContributorId, set: bool) -> LabelEvent {
    LabelEvent { at, by: Some(by), name: "bug".into(), set }
}

fn review(id: u64, at: u64, verdict: Verdict) -> ReviewEvent {
    ReviewEvent { id, at, by: REVIEWER, verdict, edited: None, dismissed: None }
}

fn comment(id: u64, at: u64, path: &str, hunk: &str) -> CommentRecord {
    let (path, hunk) = (path.into(), hunk.into());
    CommentRecord { repo: REPO, number: 1, id, at, by: Some(REVIEWER), path, hunk, review: None }
}

fn close(at: u64) -> CloseEvent {
    CloseEvent { at, reason: Some(Reason::Completed), pull: None, commit: None }
}

fn by_pull(at: u64, number: u64, merged: Option<u64>) -> IssueEvent {
    let (author, merger) = (Some(AUTHOR), Some(MERGER));
    IssueEvent::Closed(CloseEvent {
        pull: Some(PullCloser { repo: REPO, number, author, merger, merged }),
        ..close(at)
    })
}

fn of_pulls(pulls: Vec<PullRecord>) -> Records {
    Records { pulls, bots: [BOT].into(), ..Records::default() }
}

fn of_issues(issues: Vec<IssueRecord>) -> Records {
    Records { issues, bots: [BOT].into(), ..Records::default() }
}

fn pulls(records: &Records) -> Vec<Pull> {
    let pull = |fact| if let Fact::Pull(pull) = fact { Some(pull) } else { None };
    facts(records, WINDOW).into_iter().filter_map(pull).collect()
}

fn reviews(records: &Records) -> Vec<Review> {
    let review = |fact| if let Fact::Review(review) = fact { Some(review) } else { None };
    facts(records, WINDOW).into_iter().filter_map(review).collect()
}

fn issues(records: &Records) -> Vec<Issue> {
    let issue = |fact| if let Fact::Issue(issue) = fact { Some(issue) } else { None };
    facts(records, WINDOW).into_iter().filter_map(issue).collect()
}

fn reviewed(change: impl FnOnce(&mut PullRecord)) -> Records {
    let mut record = pull(1, 150);
    change(&mut record);
    of_pulls(vec![record])
}

#[test]
fn the_window_takes_its_first_second_and_not_the_one_after_its_last() {
    let records = of_pulls(vec![pull(1, 99), pull(2, 100), pull(3, 199), pull(4, 200)]);
    assert_eq!(pulls(&records).iter().map(|pull| pull.number).collect::<Vec<_>>(), [2, 3]);
}

#[test]
fn the_order_of_records_does_not_matter() {
    let mut records = of_pulls(vec![pull(1, 150), pull(2, 150)]);
    records.comments = vec![comment(1, 140, "a", "x"), comment(2, 141, "b", "x")];
    let forward = facts(&records, WINDOW);
    records.pulls.reverse();
    records.comments.reverse();
    assert_eq!(facts(&records, WINDOW), forward);
}

#[test]
fn a_deleted_author_has_no_fact_and_a_bot_is_marked() {
    let gone = PullRecord { author: None, ..pull(1, 150) };
    let robot = PullRecord { author: Some(BOT), merger: Some(BOT), ..pull(2, 150) };
    let found = pulls(&of_pulls(vec![gone, robot]));
    assert_eq!(found.len(), 1);
    assert!(found[0].bot);
    assert_eq!(found[0].merger, None);
}

#[test]
fn a_rename_after_the_cutoff_is_not_seen() {
    let renames = vec![Rename { at: 120, from: "First".into() }, Rename { at: 231, from: "Second".into() }];
    let record = PullRecord { renames, title: "Third".into(), ..pull(1, 150) };
    assert_eq!(pulls(&of_pulls(vec![record]))[0].title, "Second");
}

#[test]
fn a_long_title_is_cut_at_a_character() {
    let record = PullRecord { title: "é".repeat(200), ..pull(1, 150) };
    assert_eq!(pulls(&of_pulls(vec![record]))[0].title, "é".repeat(128));
    let record = PullRecord { title: format!("a{}", "é".repeat(200)), ..pull(1, 150) };
    assert_eq!(pulls(&of_pulls(vec![record]))[0].title.len(), 255);
}

#[test]
fn a_label_keeps_the_first_time_its_actor_set_it() {
    let labels =
        vec![label(110, MERGER, true), label(120, MERGER, false), label(220, MERGER, true), label(231, MERGER, false)];
    let found = &pulls(&of_pulls(vec![PullRecord { labels, ..pull(1, 150) }]))[0].labels;
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].actor, found[0].at), (MERGER, 110));
}

#[test]
fn a_label_belongs_to_who_set_it_last() {
    let labels = vec![label(110, MERGER, true), label(120, MERGER, false), label(130, REVIEWER, true)];
    let found = &pulls(&of_pulls(vec![PullRecord { labels, ..pull(1, 150) }]))[0].labels;
    assert_eq!((found[0].actor, found[0].at), (REVIEWER, 130));
}

#[test]
fn a_label_that_was_taken_off_is_gone_and_one_after_the_cutoff_was_never_there() {
    let labels = vec![label(110, MERGER, true), label(120, REVIEWER, false), label(231, MERGER, true)];
    assert!(pulls(&of_pulls(vec![PullRecord { labels, ..pull(1, 150) }]))[0].labels.is_empty());
}

#[test]
fn the_last_verdict_counts_and_a_later_comment_does_not_change_it() {
    let records = reviewed(|pull| {
        pull.reviews =
            vec![review(1, 110, Verdict::Changes), review(2, 120, Verdict::Approve), review(3, 130, Verdict::Comment)];
    });
    let found = reviews(&records);
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].verdict, found[0].at, found[0].by), (Verdict::Approve, 110, REVIEWER));
}

#[test]
fn a_dismissed_verdict_leaves_a_comment_unless_it_fell_after_the_merge() {
    let dismissed = |at| {
        let records = reviewed(|pull| {
            pull.reviews = vec![ReviewEvent { dismissed: Some(at), ..review(1, 110, Verdict::Approve) }];
        });
        reviews(&records)[0].verdict
    };
    assert_eq!(dismissed(140), Verdict::Comment);
    assert_eq!(dismissed(160), Verdict::Approve);
}

#[test]
fn a_dismissal_brings_back_the_verdict_before() {
    let records = reviewed(|pull| {
        let dismissed = ReviewEvent { dismissed: Some(140), ..review(2, 120, Verdict::Approve) };
        pull.reviews = vec![review(1, 110, Verdict::Changes), dismissed];
    });
    assert_eq!(reviews(&records)[0].verdict, Verdict::Changes);
}

#[test]
fn a_review_after_the_merge_or_by_the_author_is_none() {
    let records = reviewed(|pull| {
        let own = ReviewEvent { by: AUTHOR, ..review(2, 120, Verdict::Comment) };
        pull.reviews = vec![review(1, 151, Verdict::Approve), own];
        pull.spoken = vec![Spoken { id: 3, at: 160, by: REVIEWER, verdict: Verdict::Approve, edited: None }];
    });
    assert!(reviews(&records).is_empty());
}

#[test]
fn a_spoken_verdict_is_a_review_unless_it_was_edited_after_the_merge() {
    let spoken = |edited| {
        let records = reviewed(|pull| {
            pull.spoken = vec![Spoken { id: 3, at: 120, by: REVIEWER, verdict: Verdict::Approve, edited }];
        });
        reviews(&records).first().map(|review| (review.verdict, review.hunks))
    };
    assert_eq!(spoken(None), Some((Verdict::Approve, 0)));
    assert_eq!(spoken(Some(140)), Some((Verdict::Approve, 0)));
    assert_eq!(spoken(Some(160)), None);
}

#[test]
fn hunks_are_distinct_places_before_the_merge() {
    let mut records = reviewed(|pull| pull.reviews = vec![review(5, 151, Verdict::Comment)]);
    records.comments = vec![
        comment(1, 110, "a.rs", "x"),
        comment(2, 111, "a.rs", "x"),
        comment(3, 112, "a.rs", "y"),
        comment(4, 113, "b.rs", "x"),
        comment(5, 151, "c.rs", "x"),
        // Written before the merge, but shown with a review after it.
        CommentRecord { review: Some(5), ..comment(6, 114, "d.rs", "x") },
    ];
    let found = reviews(&records);
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].hunks, found[0].verdict, found[0].at), (3, Verdict::Comment, 110));
}

#[test]
fn a_revert_names_a_pull_request_of_the_same_repository() {
    let reverting = |reverts| {
        let records = of_pulls(vec![pull(1, 120), PullRecord { reverts: Some(reverts), ..pull(2, 150) }]);
        pulls(&records)[1].reverts
    };
    assert_eq!(reverting(Revert::Pull { number: 1, edited: None }), Some(1));
    assert_eq!(reverting(Revert::Pull { number: 1, edited: Some(231) }), None);
    assert_eq!(reverting(Revert::Pull { number: 2, edited: None }), None);
    assert_eq!(reverting(Revert::Commit { oid: format!("{:040x}", 1), edited: None }), Some(1));
    assert_eq!(reverting(Revert::Commit { oid: "0000000".into(), edited: None }), None, "two commits begin so");
    assert_eq!(reverting(Revert::Commit { oid: "ffffffff".into(), edited: None }), None);
}

#[test]
fn an_issue_is_a_fact_when_it_was_labeled_or_closed_in_the_window() {
    let labeled = IssueRecord { labels: vec![label(150, MERGER, true)], ..issue(1) };
    let closed = IssueRecord { events: vec![IssueEvent::Closed(close(150))], ..issue(2) };
    let unlabeled = IssueRecord { labels: vec![label(50, MERGER, true), label(150, MERGER, false)], ..issue(3) };
    let later = IssueRecord { events: vec![IssueEvent::Closed(close(200))], ..issue(4) };
    let gone = IssueRecord { author: None, labels: vec![label(150, MERGER, true)], ..issue(5) };
    let found = issues(&of_issues(vec![labeled, closed, unlabeled, later, gone]));
    assert_eq!(found.iter().map(|issue| issue.number).collect::<Vec<_>>(), [1, 2]);
}

#[test]
fn a_reopened_issue_has_no_close_and_one_closed_again_its_last() {
    let reopened = vec![IssueEvent::Closed(close(150)), IssueEvent::Reopened { at: 160 }];
    assert_eq!(issues(&of_issues(vec![IssueRecord { events: reopened.clone(), ..issue(1) }]))[0].close, None);
    let mut again = reopened.clone();
    again.push(IssueEvent::Closed(close(170)));
    let found = issues(&of_issues(vec![IssueRecord { events: again, ..issue(1) }]));
    assert_eq!(found[0].close.as_ref().unwrap().at, 170);
    let mut too_late = reopened;
    too_late.push(IssueEvent::Closed(close(231)));
    assert_eq!(issues(&of_issues(vec![IssueRecord { events: too_late, ..issue(1) }]))[0].close, None);
}

#[test]
fn the_first_close_by_a_merged_pull_request_stays_after_a_reopening() {
    let events = vec![
        by_pull(105, 8, None),
        by_pull(110, 1, Some(109)),
        IssueEvent::Reopened { at: 120 },
        IssueEvent::Closed(close(130)),
    ];
    let mut closing = pull(1, 109);
    closing.reviews = vec![
        review(1, 105, Verdict::Approve),
        ReviewEvent { by: BOT, ..review(2, 105, Verdict::Approve) },
        ReviewEvent { by: MERGER, ..review(3, 104, Verdict::Approve) },
    ];
    let records = Records { pulls: vec![closing], ..of_issues(vec![IssueRecord { events, ..issue(9) }]) };
    let found = issues(&records)[0].close.clone().unwrap();
    let closer = found.closer.unwrap();
    assert_eq!((found.at, closer.number, closer.author), (110, 1, AUTHOR));
    assert_eq!(closer.approvers, [MERGER, REVIEWER]);
    assert_eq!(closer.merger, Some(MERGER));
}

#[test]
fn a_merge_commit_closes_for_its_pull_request() {
    let commit = Some(CommitCloser { repo: REPO, oid: format!("{:040x}", 1) });
    let events = vec![IssueEvent::Closed(CloseEvent { commit, ..close(150) })];
    let records = Records { pulls: vec![pull(1, 149)], ..of_issues(vec![IssueRecord { events, ..issue(9) }]) };
    assert_eq!(issues(&records)[0].close.as_ref().unwrap().closer.as_ref().unwrap().number, 1);
}

#[test]
fn a_closer_of_another_repository_is_known_by_what_the_event_says() {
    let events = vec![by_pull(150, 77, Some(149))];
    let found = issues(&of_issues(vec![IssueRecord { events, ..issue(9) }]));
    let closer = found[0].close.as_ref().unwrap().closer.as_ref().unwrap();
    assert_eq!((closer.number, closer.merger, closer.approvers.len()), (77, Some(MERGER), 0));
}

#[test]
fn history_counts_what_was_accepted_and_who_merged_before() {
    let own = PullRecord { merger: Some(AUTHOR), ..pull(3, 60) };
    let robot = PullRecord { author: Some(BOT), ..pull(4, 90) };
    let by_robot = PullRecord { merger: Some(BOT), ..pull(5, 70) };
    let records = of_pulls(vec![pull(2, 80), pull(1, 70), own, robot, by_robot, pull(6, 100)]);
    let state = history(&records, 100);
    assert_eq!(state.people, [Person { accepted: 4, first: 60, last: 80, ..Person::new(AUTHOR) }]);
    assert_eq!(state.mergers, [Merger { id: MERGER, last: 80, repo: REPO }]);
}

fn thanks(at: u64, by: ContributorId, to: &str, edited: Option<u64>) -> Thanks {
    Thanks { id: at, at, by, to: to.into(), edited }
}

fn with_logins(records: Records) -> Records {
    let logins = [("ada", AUTHOR), ("rev", REVIEWER), ("robot", BOT)];
    Records { logins: logins.into_iter().map(|(login, id)| (login.to_owned(), id)).collect(), ..records }
}

#[test]
fn kudos_count_when_given_whatever_the_age_of_what_they_are_written_on() {
    let kudos = vec![
        thanks(150, REVIEWER, "ada", None),
        thanks(99, REVIEWER, "ada", None),
        thanks(151, AUTHOR, "ada", None),
        thanks(152, BOT, "ada", None),
        thanks(153, AUTHOR, "robot", None),
        thanks(154, AUTHOR, "nobody", None),
        thanks(155, AUTHOR, "rev", Some(231)),
        thanks(156, AUTHOR, "rev", Some(230)),
    ];
    let old = PullRecord { kudos, ..pull(1, 60) };
    let found = facts(&with_logins(of_pulls(vec![old])), WINDOW);
    let given = |at, by, to| Fact::Kudos(Kudos { at, by, id: at, number: 1, repo: REPO, to });
    assert_eq!(found, [given(150, REVIEWER, AUTHOR), given(156, AUTHOR, REVIEWER)]);
}

#[test]
fn an_exclusion_holds_from_commands_that_stand_at_the_cutoff() {
    let command = |at, whom: Option<&str>, edited| Excluding { at, by: MERGER, whom: whom.map(str::to_owned), edited };
    let exclusions = vec![
        command(150, None, None),
        command(229, Some("rev"), Some(230)),
        command(231, None, None),
        command(160, None, Some(240)),
        command(170, Some("nobody"), None),
    ];
    let records = with_logins(of_pulls(vec![PullRecord { exclusions, ..pull(1, 120) }]));
    let found = pulls(&records);
    let taken = |at, whom| Exclusion { at, by: MERGER, whom };
    assert_eq!(found[0].excluded, [taken(150, None), taken(229, Some(REVIEWER))]);
}

#[test]
fn co_authors_are_people_other_than_the_author() {
    let coauthors = vec![REVIEWER, AUTHOR, BOT, MERGER];
    let found = pulls(&of_pulls(vec![PullRecord { coauthors, ..pull(1, 120) }]));
    assert_eq!(found[0].coauthors, [MERGER, REVIEWER]);
}

#[test]
fn generated_files_are_among_the_files() {
    let generated = vec!["z.lock".to_owned(), "a.rs".to_owned()];
    let found = pulls(&of_pulls(vec![PullRecord { generated, ..pull(1, 120) }]));
    assert_eq!(found[0].generated, ["a.rs"]);
}

#[test]
fn an_answer_counts_in_the_epoch_of_its_acceptance() {
    let answered = |number, at, by| DiscussionRecord {
        repo: REPO,
        number,
        asker: Some(AUTHOR),
        answer: Some(AcceptedAnswer { by, at, accepter: Some(MERGER) }),
    };
    let nobody = DiscussionRecord { answer: None, ..answered(4, 150, REVIEWER) };
    let discussions = vec![answered(1, 150, REVIEWER), answered(2, 99, REVIEWER), answered(3, 200, REVIEWER), nobody];
    let found = facts(&Records { discussions, ..of_pulls(vec![]) }, WINDOW);
    let (accepter, asker) = (Some(MERGER), Some(AUTHOR));
    let answer = Answer { accepter, asker, at: 150, bot: false, by: REVIEWER, number: 1, repo: REPO };
    assert_eq!(found, [Fact::Answer(answer)]);
}
