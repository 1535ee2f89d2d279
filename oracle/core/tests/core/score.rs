use crate::world::{
    MAINTAINER, START, busy, closed_by, evidence, file, issue, label, linked, outcome, points, policy, pull, pulls,
    refused, review, source,
};
use guerdon_core::model::{ContributorId, Fact, FactKey, Reason, Verdict};
use guerdon_core::score::{LineItem, Refusal, ScoreError, Slice, score};

#[test]
fn size_saturates_exactly() {
    // 200 added lines: r = isqrt(200,000) = 447, size = 447 / 894 = one half of 1000 points.
    assert_eq!(points(&outcome(pulls([pull(1, 2, source(200))])), 2), 500_000);
    let ten_times = points(&outcome(pulls([pull(1, 2, source(2_000))])), 2);
    assert!(ten_times < 2 * 500_000, "{ten_times}");
}

#[test]
fn points_follow_the_lines_into_their_slices() {
    let files = vec![file("src/a.rs", 100, 0), file("tests/a.rs", 60, 0), file("docs/a.md", 70, 0)];
    let out = outcome(pulls([pull(1, 2, files)]));
    let by_slice: Vec<_> = out.items.iter().map(|item| (item.slice, item.points)).collect();
    // 500 points times 1.1 for tests, divided 100 : 60 / 2 : 70.
    assert_eq!(by_slice, [(Slice::Code, 275_000), (Slice::Tests, 82_500), (Slice::Docs, 192_500)]);
}

#[test]
fn generated_vendored_and_lock_files_weigh_nothing() {
    let padded = vec![file("src/lib.rs", 200, 0), file("Cargo.lock", 5_000, 5_000), file("vendor/x.c", 9_000, 0)];
    let out = outcome(pulls([pull(1, 2, padded)]));
    assert_eq!(points(&out, 2), 500_000);
    assert_eq!(out.items[0].notes, ["2 generated, vendored or moved files: 19000 lines at weight 0"]);
    let only = outcome(pulls([pull(1, 2, vec![file("package-lock.json", 9, 9)])]));
    assert_eq!(refused(&only, 2), ["empty"]);
}

#[test]
fn merging_ones_own_work_without_an_independent_approval_pays_a_quarter() {
    let mut own = pull(1, 2, source(200));
    own.merger = Some(ContributorId(2));
    assert_eq!(points(&outcome(pulls([own.clone()])), 2), 125_000);
    let with = |by| {
        let mut facts = pulls([own.clone()]);
        facts.push(Fact::Review(review(1, by, Verdict::Approve, 0)));
        points(&outcome(facts), 2)
    };
    assert_eq!(with(MAINTAINER.0), 500_000);
    assert_eq!(with(5), 125_000, "an approval by somebody who is no maintainer does not count");
}

#[test]
fn only_maintainers_raise() {
    let labelled = |actor| {
        let mut one = pull(1, 2, source(200));
        one.labels = vec![label("Bug", actor, START), label("high impact", actor, START)];
        one.labels.sort_by(|a, b| a.name.cmp(&b.name));
        outcome(pulls([one]))
    };
    let by_maintainer = labelled(1);
    assert_eq!(points(&by_maintainer, 2), 625_000);
    assert_eq!(by_maintainer.items[0].slice, Slice::Fixes);
    for actor in [2, 5] {
        let out = labelled(actor);
        assert_eq!((points(&out, 2), out.items[0].slice), (500_000, Slice::Code), "actor {actor}");
    }
}

#[test]
fn a_title_never_changes_what_is_paid() {
    let titled = |title: &str| {
        let mut one = pull(1, 2, source(200));
        one.title = title.to_owned();
        points(&outcome(pulls([one])), 2)
    };
    assert_eq!(titled("perf!: everything is faster, security: too"), 500_000);
    assert_eq!(titled("refactor(core): split a file"), 500_000);
    assert_eq!(titled("chore: tidy"), 500_000);
}

#[test]
fn a_revert_earns_nothing_and_takes_its_target_along_unless_taken_back() {
    let mut revert = pull(2, 3, vec![file("src/lib.rs", 0, 200)]);
    revert.reverts = Some(1);
    let facts = pulls([pull(1, 2, source(200)), revert.clone()]);
    let out = outcome(facts);
    assert!(out.items.is_empty());
    assert_eq!((refused(&out, 2), refused(&out, 3)), (vec!["reverted"], vec!["revert"]));
    let mut back = pull(3, 4, source(200));
    back.reverts = Some(2);
    let out = outcome(pulls([pull(1, 2, source(200)), revert, back]));
    assert_eq!((points(&out, 2), points(&out, 3), points(&out, 4)), (500_000, 0, 0));
}

#[test]
fn bots_and_excluded_work_earn_nothing() {
    let mut bot = pull(1, 2, source(200));
    bot.bot = true;
    let mut spam = pull(2, 3, source(200));
    spam.labels = vec![label("spam", 1, START)];
    let out = outcome(pulls([bot, spam]));
    assert_eq!((refused(&out, 2), refused(&out, 3)), (vec!["bot"], vec!["excluded"]));
}

#[test]
fn twenty_typo_fixes_pay_hardly_more_than_one() {
    let typo = |number| pull(number, 2, vec![file(&format!("docs/{number}.md"), 1, 1)]);
    let one = points(&outcome(pulls([typo(1)])), 2);
    let twenty = points(&outcome(pulls((1..=20).map(typo))), 2);
    assert!(twenty * 2 <= one * 3, "{twenty} of {one}");
}

#[test]
fn one_change_cut_into_many_that_share_files_pays_as_one() {
    let cut = |parts: u64| pulls((1..=parts).map(|number| pull(number, 2, source(200 / parts))));
    let (one, ten) = (points(&outcome(cut(1)), 2), points(&outcome(cut(10)), 2));
    assert!(ten <= one, "{ten} of {one}");
    let out = outcome(cut(2));
    assert_eq!(out.items[0].notes, ["shares files with #2: sized together and shared by lines"]);
    // Two people, or one person in a file that weighs nothing, are not pooled.
    let apart = pulls([pull(1, 2, source(100)), pull(2, 3, source(100))]);
    assert!(points(&outcome(apart), 2) > one / 2);
    let lock = |number| vec![file(&format!("src/{number}.rs"), 100, 0), file("Cargo.lock", 5, 5)];
    let apart = outcome(pulls([pull(1, 2, lock(1)), pull(2, 2, lock(2))]));
    assert!(apart.items.iter().all(|item| !item.notes.iter().any(|note| note.contains("sized together"))));
}

#[test]
fn a_newcomer_gets_a_little_more_for_the_first_three() {
    let evidence = |accepted| {
        let apart = |number| vec![file(&format!("src/{number}.rs"), 200, 0)];
        let mut evidence = evidence(pulls((1..=4).map(|number| pull(number, 2, apart(number)))));
        evidence.opening.people[1].accepted = accepted;
        score(&evidence, &policy()).unwrap().items.iter().map(|item| item.points).collect::<Vec<_>>()
    };
    assert_eq!(evidence(0), [540_000, 540_000, 540_000, 500_000]);
    assert_eq!(evidence(2), [540_000, 500_000, 500_000, 500_000]);
}

#[test]
fn a_review_pays_for_substance_times_size_and_decays_by_author() {
    let mut facts = pulls([pull(1, 2, source(200)), pull(2, 2, source(200)), pull(3, 3, source(200))]);
    facts.push(Fact::Review(review(1, 5, Verdict::Approve, 2)));
    facts.push(Fact::Review(review(2, 5, Verdict::Approve, 9)));
    facts.push(Fact::Review(review(3, 5, Verdict::Comment, 0)));
    let out = outcome(facts);
    let got: Vec<_> = out.items.iter().filter(|item| item.slice == Slice::Review).map(|item| item.points).collect();
    // 0.25 + 2 * 0.15 = 0.55 of half a size; then 0.25 + 5 * 0.15 = 1.00 of half a size, halved.
    assert_eq!(got, [275_000, 250_000]);
    assert_eq!(refused(&out, 5), ["review"]);
}

#[test]
fn an_issue_needs_somebody_elses_confirmation() {
    let confirmed = |change: &dyn Fn(&mut guerdon_core::model::Issue)| {
        let mut one = issue(20, 6);
        change(&mut one);
        let out = outcome(vec![Fact::Issue(one)]);
        (points(&out, 6), refused(&out, 6).first().map(ToString::to_string))
    };
    assert_eq!(confirmed(&|one| one.labels = vec![label("bug", 1, START + 1)]), (300_000, None));
    assert_eq!(confirmed(&|_| {}), (0, Some("unconfirmed".to_owned())));
    assert_eq!(
        confirmed(&|one| one.labels = vec![label("bug", 6, START + 1)]),
        (0, Some("unconfirmed".to_owned())),
        "self-labelled"
    );
    assert_eq!(
        confirmed(&|one| one.labels = vec![label("bug", 5, START + 1)]),
        (0, Some("unconfirmed".to_owned())),
        "no maintainer"
    );
    assert_eq!(
        confirmed(&|one| one.close = Some(closed_by(4, 6))),
        (0, Some("unconfirmed".to_owned())),
        "closed by its author"
    );
    assert_eq!(
        confirmed(&|one| {
            let mut close = closed_by(4, 2);
            close.closer.as_mut().unwrap().merger = Some(ContributorId(2));
            one.close = Some(close);
        }),
        (0, Some("unconfirmed".to_owned())),
        "no third account accepted the closing pull request"
    );
    assert_eq!(
        confirmed(&|one| {
            one.labels = vec![label("bug", 1, START + 1)];
            let mut close = closed_by(4, 2);
            close.reason = Some(Reason::Duplicate);
            one.close = Some(close);
        }),
        (0, Some("unplanned".to_owned()))
    );
    assert_eq!(
        confirmed(&|one| one.labels = vec![label("bug", 1, START - 1)]),
        (0, Some("elsewhere".to_owned())),
        "paid before"
    );
}

#[test]
fn a_confirmed_issue_makes_the_pull_request_that_closes_it_a_fix() {
    let out = outcome(busy());
    let fix = out.items.iter().find(|item| item.fact.number() == 4 && item.contributor.0 == 2).unwrap();
    assert_eq!(fix.slice, Slice::Fixes);
    assert!(fix.factors.iter().any(|factor| factor.name == "confirmed_issue"));
}

#[test]
fn another_policy_than_the_evidence_names_is_refused() {
    let mut evidence = evidence(busy());
    evidence.header.terms.policy = guerdon_core::B256::ZERO;
    assert!(matches!(score(&evidence, &policy()), Err(ScoreError::PolicyMismatch { .. })));
}

#[test]
fn the_closing_state_counts_what_was_accepted_and_who_merged() {
    let out = outcome(busy());
    let two = out.closing.people.iter().find(|person| person.id.0 == 2).unwrap();
    assert_eq!(
        two,
        &guerdon_core::model::Person { accepted: 12, first: START + 60, last: START + 240, paid: true, ..linked(2) }
    );
    assert_eq!(out.closing.mergers.len(), 1);
    assert_eq!(out.closing.mergers[0].last, START + 4 * 60);
}

#[test]
fn line_items_survive_their_json() {
    let out = outcome(busy());
    let text = serde_json::to_string(&(&out.items, &out.refusals)).unwrap();
    let (items, refusals): (Vec<LineItem>, Vec<Refusal>) = serde_json::from_str(&text).unwrap();
    assert_eq!((items, refusals), (out.items, out.refusals));
    for wrong in ["pull/1", "pull/1/2/3", "issue/01/2", "kudos/1/2", "review/1/2"] {
        assert!(serde_json::from_str::<FactKey>(&format!("{wrong:?}")).is_err(), "{wrong}");
    }
}
