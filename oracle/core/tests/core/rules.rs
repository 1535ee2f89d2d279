//! The rules beside sizes, reviews and issues: who shares, what comes back, what is remembered.

use crate::world::{
    MAINTAINER, POLICY, REPO, START, WEEK, closed_by, evidence, file, header, issue, label, opening, outcome, points,
    policy, pull, pulls, refused, review, source,
};
use guerdon_core::B256;
use guerdon_core::evidence::Evidence;
use guerdon_core::model::{
    Answer, ContributorId, Epoch, Exclusion, Fact, Kudos, Person, Pull, RepositoryId, State, Verdict, Witness,
};
use guerdon_core::policy::Policy;
use guerdon_core::score::{Outcome, Slice, score};

fn in_slice(outcome: &Outcome, id: u64, slice: Slice) -> Vec<u64> {
    let items = outcome.items.iter().filter(|item| item.contributor.0 == id && item.slice == slice);
    items.map(|item| item.points).collect()
}

fn under(policy: &Policy, opening: State, facts: Vec<Fact>) -> Outcome {
    let mut header = header();
    header.terms.policy = policy.hash().unwrap();
    score(&Evidence::new(header, opening, facts).unwrap(), policy).unwrap()
}

fn edited(from: &str, to: &str) -> Policy {
    let text = POLICY.replacen(from, to, 1);
    assert_ne!(text, POLICY);
    Policy::from_toml(&text).unwrap()
}

/// The epoch after one that closed so, a week later.
fn next(state: &State, epoch: u64, facts: Vec<Fact>) -> Outcome {
    let mut header = header();
    let later = (epoch - 3) * WEEK;
    (header.epoch, header.starts, header.ends) = (Epoch(epoch), header.starts + later, header.ends + later);
    header.cutoff += later;
    let facts = facts.into_iter().map(|fact| shifted(fact, later)).collect();
    score(&Evidence::new(header, state.clone(), facts).unwrap(), &policy()).unwrap()
}

fn shifted(fact: Fact, by: u64) -> Fact {
    match fact {
        Fact::Pull(pull) => Fact::Pull(Pull { at: pull.at + by, created: pull.created + by, ..pull }),
        Fact::Answer(answer) => Fact::Answer(Answer { at: answer.at + by, ..answer }),
        Fact::Kudos(kudos) => Fact::Kudos(Kudos { at: kudos.at + by, ..kudos }),
        other => other,
    }
}

fn person(state: &State, id: u64) -> &Person {
    state.people.iter().find(|person| person.id.0 == id).unwrap()
}

fn entry(outcome: &Outcome, id: u64) -> u64 {
    outcome.entries.iter().find(|entry| entry.id.0 == id).map_or(0, |entry| entry.units)
}

// Co-authors

#[test]
fn co_authors_share_what_the_author_alone_would_have_had() {
    let with = |others: &[u64]| {
        let coauthors = others.iter().map(|id| ContributorId(*id)).collect();
        outcome(pulls([Pull { coauthors, ..pull(1, 2, source(200)) }]))
    };
    assert_eq!(points(&with(&[]), 2), 500_000);
    let one = with(&[3]);
    assert_eq!((points(&one, 2), points(&one, 3)), (333_500, 166_500));
    let many = with(&[3, 4, 5, 6]);
    assert_eq!((points(&many, 2), points(&many, 3), points(&many, 6)), (250_000, 62_500, 62_500));
    assert_eq!(many.closing.people.iter().map(|person| person.accepted).sum::<u64>(), 91, "one accepted pull request");
}

#[test]
fn a_co_authors_review_of_the_own_work_earns_nothing() {
    let mut facts = pulls([Pull { coauthors: vec![ContributorId(3)], ..pull(1, 2, source(200)) }]);
    facts.push(Fact::Review(review(1, 3, Verdict::Approve, 2)));
    assert_eq!(refused(&outcome(facts), 3), ["review"]);
}

// Exclusions and opting out

fn exclusion(by: u64, whom: Option<u64>) -> Exclusion {
    Exclusion { at: START + 9, by: ContributorId(by), whom: whom.map(ContributorId) }
}

#[test]
fn an_exclusion_takes_out_the_whole_or_one_persons_part() {
    let with = |one: Exclusion| {
        let coauthors = vec![ContributorId(3)];
        let mut facts = pulls([Pull { coauthors, excluded: vec![one], ..pull(1, 2, source(200)) }]);
        facts.push(Fact::Review(review(1, 5, Verdict::Approve, 1)));
        let out = outcome(facts);
        [2, 3, 5].map(|id| points(&out, id) > 0)
    };
    let whole = [false, false, false];
    assert_eq!(with(exclusion(MAINTAINER.0, None)), whole);
    assert_eq!(with(exclusion(2, None)), whole, "the author's own");
    assert_eq!(with(exclusion(MAINTAINER.0, Some(2))), [false, true, true]);
    assert_eq!(with(exclusion(MAINTAINER.0, Some(3))), [true, false, true]);
    assert_eq!(with(exclusion(MAINTAINER.0, Some(5))), [true, true, false]);
    assert_eq!(with(exclusion(5, None)), [true, true, false], "who may not exclude others steps back alone");
    assert_eq!(with(exclusion(5, Some(2))), [true, true, true], "no maintainer");
}

#[test]
fn who_opted_out_appears_nowhere_and_takes_nothing_from_others() {
    let policy = edited("opted_out = []", "opted_out = [2]");
    let mut start = opening();
    start.people[1].accruals = vec![(Epoch(1), 77)];
    let mut facts = pulls([Pull { coauthors: vec![ContributorId(3)], ..pull(1, 2, source(200)) }]);
    facts.push(Fact::Review(review(1, 5, Verdict::Approve, 1)));
    facts.push(Fact::Kudos(kudos(1, 3, 2)));
    let out = under(&policy, start.clone(), facts.clone());
    let named = |out: &Outcome| {
        out.items.iter().any(|item| item.contributor.0 == 2)
            || out.refusals.iter().any(|refusal| refusal.contributor.0 == 2)
            || out.people.iter().any(|person| person.id.0 == 2)
            || out.entries.iter().any(|entry| entry.id.0 == 2)
            || out.closing.people.iter().any(|person| person.id.0 == 2)
            || out.closing.thanks.iter().any(|thanks| thanks.by.0 == 2 || thanks.to.0 == 2)
    };
    assert!(!named(&out));
    let everybody = under(&crate::world::policy(), start, facts);
    assert!(named(&everybody));
    for id in [3, 5] {
        assert_eq!(points(&out, id), points(&everybody, id));
    }
}

// Reverts

fn revert(number: u64, by: u64, of: u64, deleted: u64) -> Pull {
    Pull { reverts: Some(of), ..pull(number, by, vec![file("src/lib.rs", 0, deleted)]) }
}

#[test]
fn a_revert_of_a_part_takes_that_part() {
    let out = outcome(pulls([pull(1, 2, source(200)), revert(2, 3, 1, 50)]));
    assert_eq!(points(&out, 2), 375_000);
    assert_eq!(out.items[0].notes, ["#2 reverted 25.0 % of it"]);
    assert_eq!(refused(&out, 3), ["revert"]);
}

#[test]
fn a_later_revert_is_a_debt_kept_back_by_halves_until_it_is_repaid() {
    let first = outcome(pulls([pull(1, 2, source(200))]));
    assert_eq!(entry(&first, 2), 41_250);
    let second = next(&first.closing, 4, pulls([revert(2, 3, 1, 100)]));
    assert_eq!(person(&second.closing, 2).debts[0].units, 20_625, "half of it was reverted");
    let mut state = second.closing;
    let mut repaid = 0;
    for epoch in 5..9 {
        let out = next(&state, epoch, pulls([pull(epoch, 2, vec![file(&format!("src/{epoch}.rs"), 10, 0)])]));
        let result = &out.people[0];
        repaid += result.repaid;
        assert!(result.repaid * 2 <= result.earned);
        assert_eq!((entry(&out, 2), result.debt), (result.earned - result.repaid, 20_625 - repaid));
        state = out.closing;
    }
    assert!(repaid > 0);
    let out = next(&state, 9, pulls([pull(9, 2, vec![file("src/z.rs", 4_000, 0)])]));
    assert_eq!(out.people[0].repaid, 20_625 - repaid);
    assert_eq!(out.people[0].debt, 0);
}

#[test]
fn a_small_revert_first_does_not_save_from_a_whole_one() {
    let first = outcome(pulls([pull(1, 2, source(200))]));
    let second = next(&first.closing, 4, pulls([revert(2, 3, 1, 20)]));
    let third = next(&second.closing, 5, pulls([revert(3, 3, 1, 200)]));
    let owed: Vec<_> = person(&third.closing, 2).debts.iter().map(|debt| debt.units).collect();
    assert_eq!(owed, [4_125, 41_250 - 4_125]);
}

#[test]
fn a_revert_after_the_window_is_no_debt() {
    let first = outcome(pulls([pull(1, 2, source(200))]));
    let mut state = first.closing;
    for epoch in 4..8 {
        state = next(&state, epoch, vec![]).closing;
    }
    let late = next(&state, 8, pulls([revert(2, 3, 1, 200)]));
    assert!(person(&late.closing, 2).debts.is_empty());
    assert!(late.closing.landed.is_empty(), "nothing is remembered for ever");
}

#[test]
fn a_debt_is_forgotten_in_the_end() {
    let mut start = opening();
    let debt = |epoch| guerdon_core::model::Debt {
        by: 2,
        epoch: Epoch(epoch),
        number: 1,
        repaid: 0,
        repo: REPO,
        units: 5_000,
    };
    start.people[1].debts = vec![debt(3)];
    let work = |epoch| pulls([pull(epoch, 2, source(200))]);
    assert_eq!(next(&start, 28, work(28)).people[0].repaid, 5_000);
    let out = next(&start, 29, work(29));
    assert_eq!(out.people[0].repaid, 0);
    assert!(person(&out.closing, 2).debts.is_empty());
}

#[test]
fn a_re_land_by_anybody_takes_the_debt_back_and_gives_back_what_was_kept() {
    let first = outcome(pulls([pull(1, 2, source(200))]));
    let second = next(&first.closing, 4, pulls([revert(2, 3, 1, 200)]));
    let third = next(&second.closing, 5, pulls([pull(5, 2, vec![file("src/b.rs", 200, 0)])]));
    assert_eq!(third.people[0].repaid, 20_625);
    let again = Pull { reverts: Some(2), ..pull(6, 4, source(200)) };
    let fourth = next(&third.closing, 6, pulls([again.clone()]));
    assert!(fourth.items.is_empty(), "it was paid the first time");
    assert_eq!(person(&fourth.closing, 2).accruals, [(Epoch(6), 20_625)]);
    assert!(person(&fourth.closing, 2).debts.is_empty());
    let fifth = next(&fourth.closing, 7, vec![]);
    assert_eq!(entry(&fifth, 2), 20_625);
    // Reverted once more, under its new number: owed once more.
    let sixth = next(&fourth.closing, 7, pulls([revert(7, 3, 6, 200)]));
    assert_eq!(person(&sixth.closing, 2).debts[0].units, 41_250);
}

#[test]
fn a_re_land_of_what_was_never_paid_pays_its_first_author() {
    let first = outcome(pulls([pull(1, 2, source(200)), revert(2, 3, 1, 200)]));
    assert!(first.items.is_empty());
    let again = Pull { reverts: Some(2), ..pull(5, 4, source(200)) };
    let second = next(&first.closing, 4, pulls([again.clone()]));
    assert_eq!((points(&second, 2), points(&second, 4)), (500_000, 0));
    let third = next(&second.closing, 5, pulls([Pull { number: 6, ..again }]));
    assert!(third.items.is_empty(), "a second time it is nothing");
}

#[test]
fn a_revert_and_its_re_land_in_one_epoch_change_nothing() {
    let first = outcome(pulls([pull(1, 2, source(200))]));
    let again = Pull { reverts: Some(2), ..pull(3, 4, source(200)) };
    let second = next(&first.closing, 4, pulls([revert(2, 3, 1, 200), again]));
    assert!(second.items.is_empty());
    assert!(person(&second.closing, 2).debts.is_empty());
    let third = next(&second.closing, 5, pulls([revert(4, 3, 3, 200)]));
    assert_eq!(person(&third.closing, 2).debts[0].units, 41_250, "known by its new number");
}

// Answers, issues

fn answer(number: u64, by: u64, asker: u64, accepter: u64) -> Answer {
    let id = |id: u64| (id > 0).then_some(ContributorId(id));
    Answer {
        accepter: id(accepter),
        asker: id(asker),
        at: START + 9,
        bot: false,
        by: ContributorId(by),
        number,
        repo: REPO,
    }
}

#[test]
fn an_answer_counts_when_a_maintainer_who_neither_asked_nor_answered_accepts_it() {
    let with = |one: Answer| {
        let id = one.by.0;
        let out = outcome(vec![Fact::Answer(one)]);
        in_slice(&out, id, Slice::Feedback)
    };
    assert_eq!(with(answer(1, 5, 6, 1)), [200_000]);
    assert_eq!(with(answer(1, 5, 0, 1)), [200_000], "the asker's account is gone");
    for (why, refused) in [
        ("accepted by the asker", answer(1, 5, 6, 6)),
        ("the maintainer's own question", answer(1, 5, 1, 1)),
        ("the maintainer's own answer", answer(1, 1, 6, 1)),
        ("nobody is left who accepted it", answer(1, 5, 6, 0)),
        ("no maintainer", answer(1, 5, 6, 7)),
        ("the own question", answer(1, 5, 5, 1)),
        ("a bot", Answer { bot: true, ..answer(1, 5, 6, 1) }),
    ] {
        assert!(with(refused).is_empty(), "{why}");
    }
}

#[test]
fn what_was_paid_once_is_never_paid_again() {
    let first = outcome(vec![Fact::Answer(answer(1, 5, 6, 1))]);
    let taken_back_and_accepted_again = Fact::Answer(answer(1, 7, 6, 1));
    let second = next(&first.closing, 4, vec![taken_back_and_accepted_again]);
    assert_eq!(refused(&second, 7), ["elsewhere"]);

    // A confirmed issue whose label is taken off, and which a pull request closes later.
    let mut bug = issue(20, 6);
    bug.labels = vec![label("bug", 1, START + 5)];
    let first = outcome(vec![Fact::Issue(bug.clone())]);
    assert_eq!(points(&first, 6), 300_000);
    bug.labels.clear();
    bug.close = Some(closed_by(4, 2));
    bug.close.as_mut().unwrap().at += WEEK;
    let second = next(&first.closing, 4, [pulls([pull(4, 2, source(200))]), vec![Fact::Issue(bug)]].concat());
    assert_eq!(refused(&second, 6), ["elsewhere"]);
}

#[test]
fn an_issue_that_only_its_closing_change_confirms_is_worth_that_change() {
    let closed = |lines| {
        let mut one = issue(20, 6);
        one.close = Some(closed_by(4, 2));
        outcome([pulls([pull(4, 2, source(lines))]), vec![Fact::Issue(one)]].concat())
    };
    assert_eq!(points(&closed(200), 6), 150_000);
    assert!(points(&closed(1), 6) < 20_000);
    let mut one = issue(20, 6);
    one.close = Some(closed_by(4, 2));
    let refused_close = outcome([pulls([pull(4, 2, vec![file("Cargo.lock", 9, 9)])]), vec![Fact::Issue(one)]].concat());
    assert_eq!(refused(&refused_close, 6), ["unconfirmed"]);
}

#[test]
fn an_approval_of_the_closing_change_by_no_maintainer_confirms_nothing() {
    let closed = |approver| {
        let mut one = issue(20, 6);
        let mut close = closed_by(4, 2);
        let closer = close.closer.as_mut().unwrap();
        closer.merger = Some(ContributorId(2));
        closer.approvers = vec![ContributorId(approver)];
        one.close = Some(close);
        points(&outcome([pulls([pull(4, 2, source(200))]), vec![Fact::Issue(one)]].concat()), 6)
    };
    assert_eq!(closed(5), 0);
    assert_eq!(closed(MAINTAINER.0), 150_000);
}

// Kudos

fn kudos(id: u64, by: u64, to: u64) -> Kudos {
    Kudos { at: START + id, by: ContributorId(by), id, number: 7, repo: REPO, to: ContributorId(to) }
}

/// Everybody had something accepted a day before the epoch.
fn active() -> State {
    let mut state = opening();
    for person in &mut state.people {
        (person.first, person.last) = (START - 86_400, START - 86_400);
    }
    state
}

fn thanked(given: &[(u64, u64)]) -> Outcome {
    let facts = given.iter().zip(1..).map(|((by, to), id)| Fact::Kudos(kudos(id, *by, *to))).collect();
    under(&policy(), active(), facts)
}

#[test]
fn thanks_of_many_count_more_than_many_thanks_of_one() {
    assert_eq!(points(&thanked(&[(2, 3)]), 3), 100_000);
    assert_eq!(points(&thanked(&[(2, 3), (4, 3), (5, 3), (6, 3)]), 3), 400_000);
    assert_eq!(points(&thanked(&[(2, 3); 4]), 3), 200_000, "the square root of four");
    let out = thanked(&[(2, 3); 13]);
    assert_eq!(refused(&out, 3), ["kudos"; 3], "ten count");
    assert!(points(&out, 3) <= 316_227);
}

#[test]
fn thanks_in_a_circle_count_a_fifth_and_are_flagged() {
    for ring in [&[(2, 3), (3, 2)][..], &[(2, 3), (3, 4), (4, 2)], &[(2, 3), (3, 4), (4, 5), (5, 2)]] {
        let out = thanked(ring);
        assert_eq!(points(&out, 3), 20_000);
        assert_eq!(out.flags.len(), ring.len());
        assert_eq!(out.flags[0].rule, "ring");
    }
    assert_eq!(points(&thanked(&[(2, 3), (3, 4), (4, 5)]), 3), 100_000, "a line is no circle");
}

#[test]
fn a_circle_that_closes_in_a_later_epoch_is_one() {
    let first = thanked(&[(2, 3)]);
    assert_eq!(points(&first, 3), 100_000);
    let second = next(&first.closing, 4, vec![Fact::Kudos(kudos(9, 3, 2))]);
    assert_eq!(points(&second, 2), 20_000);
}

#[test]
fn thanks_need_people_who_had_something_accepted_lately() {
    let with = |change: &dyn Fn(&mut State)| {
        let mut state = active();
        change(&mut state);
        refused(&under(&policy(), state, vec![Fact::Kudos(kudos(1, 2, 3))]), 3).len()
    };
    assert_eq!(with(&|_| {}), 0);
    assert_eq!(with(&|state| (state.people[1].first, state.people[1].last) = (0, 0)), 1, "the giver");
    assert_eq!(with(&|state| (state.people[2].first, state.people[2].last) = (0, 0)), 1, "the receiver");
    assert_eq!(with(&|state| state.people[2].first = START - 91 * 86_400), 0);
    assert_eq!(
        with(&|state| (state.people[2].first, state.people[2].last) = (START - 91 * 86_400, START - 91 * 86_400)),
        1
    );
}

// Reviews

#[test]
fn verdicts_without_a_comment_count_less_and_less_whoever_is_reviewed() {
    let authors = [2, 3, 4, 6];
    let mut facts = pulls(
        authors
            .iter()
            .zip(1..)
            .map(|(author, number)| pull(number, *author, vec![file(&format!("src/{number}.rs"), 200, 0)])),
    );
    facts.extend((1..=4).map(|number| Fact::Review(review(number, 5, Verdict::Approve, 0))));
    let out = outcome(facts);
    assert_eq!(in_slice(&out, 5, Slice::Review), [125_000, 62_500, 41_666, 31_250]);
    assert!(out.items.iter().any(|item| item.notes.iter().any(|note| note.starts_with("verdict number 4"))));
}

#[test]
fn guiding_a_newcomer_counts_as_mentoring_too() {
    let with = |accepted: u64, reviewer: u64, hunks| {
        let mut state = opening();
        state.people[1].accepted = accepted;
        (state.people[0].accepted, state.people[5].accepted) = (0, 4);
        let mut facts = pulls([pull(1, 2, source(200))]);
        facts.push(Fact::Review(review(1, reviewer, Verdict::Changes, hunks)));
        in_slice(&under(&policy(), state, facts), reviewer, Slice::Mentoring)
    };
    assert_eq!(with(0, 5, 2), [275_000]);
    assert_eq!(with(2, 5, 2), [275_000]);
    assert!(with(3, 5, 2).is_empty(), "no newcomer any more");
    assert!(with(0, 6, 2).is_empty(), "hardly more than a newcomer");
    assert!(with(0, 5, 0).is_empty(), "a verdict guides nobody");
    assert_eq!(with(0, MAINTAINER.0, 2), [275_000]);
}

// Floods, witnesses, units of work, repositories

#[test]
fn many_open_pull_requests_weigh_on_the_merged_ones() {
    let with = |open, accepted| {
        let mut state = opening();
        state.people[1].accepted = accepted;
        points(&under(&policy(), state, pulls([Pull { open, ..pull(1, 2, source(200)) }])), 2)
    };
    assert_eq!((with(0, 9), with(10, 9), with(20, 9), with(100, 9)), (500_000, 500_000, 250_000, 50_000));
    assert_eq!((with(20, 100), with(40, 100)), (500_000, 250_000), "who had a hundred accepted may have ten more open");
}

fn witness(answer: u64, flagged: bool, samples: u64) -> Fact {
    Fact::Witness(Witness {
        answer,
        at: START + 9,
        flagged,
        model: "some-model".to_owned(),
        number: 1,
        prompt: 1,
        repo: REPO,
        samples,
        transcript: B256::ZERO,
    })
}

#[test]
fn a_witness_moves_points_within_the_policys_bounds() {
    let with = |fact| points(&outcome([pulls([pull(1, 2, source(200))]), vec![fact]].concat()), 2);
    assert_eq!(with(witness(1_000, false, 3)), 500_000);
    assert_eq!(with(witness(1_100, false, 3)), 550_000);
    assert_eq!(with(witness(9_000, false, 3)), 575_000);
    assert_eq!(with(witness(0, false, 3)), 425_000);
    assert_eq!(with(witness(1_100, true, 3)), 500_000, "flagged: never above neutral");
    assert_eq!(with(witness(900, true, 3)), 450_000);
    assert_eq!(with(witness(900, false, 0)), 500_000, "no answer that can be used");
    assert_eq!(with(witness(900, false, 1)), 450_000, "as many as the policy asks for");
    let out = outcome([pulls([pull(1, 2, source(200))]), vec![witness(1_100, true, 3)]].concat());
    assert_eq!(out.flags[0].rule, "witness");
}

#[test]
fn one_change_cut_over_accounts_is_sized_as_one_and_flagged() {
    let files = |n: u64| (0..4).map(|at| file(&format!("src/{at}.rs"), n, 0)).collect::<Vec<_>>();
    let out = outcome(pulls([pull(1, 2, files(25)), pull(2, 3, files(25))]));
    assert_eq!((points(&out, 2), points(&out, 3)), (250_000, 250_000));
    assert_eq!((out.flags[0].rule.as_ref(), out.flags[0].people.len()), ("shared_change", 2));
    // A large change of the same files takes some of a small one, not all: 0.414 of 0.414 + 0.680.
    let out = outcome(pulls([pull(1, 2, files(25)), pull(2, 3, files(225))]));
    assert!((250_000..270_000).contains(&points(&out, 2)), "{}", points(&out, 2));
    let whole = points(&outcome(pulls([pull(1, 2, files(250))])), 2);
    assert!((whole - 2..=whole).contains(&(points(&out, 2) + points(&out, 3))));
    // Two people in one busy file work on two things.
    let out = outcome(pulls([pull(1, 2, source(100)), pull(2, 3, source(100))]));
    assert!(points(&out, 2) > 250_000);
    assert!(out.flags.is_empty());
}

#[test]
fn one_of_several_repositories_has_at_most_a_part_of_a_slice() {
    let many = |repo, author: u64, count: u64| {
        (1..=count).map(move |at| {
            let number = author * 100 + at;
            Fact::Pull(Pull {
                repo,
                at: START + number,
                ..pull(number, author, vec![file(&format!("src/{at}.rs"), 9_000, 0)])
            })
        })
    };
    let run = |facts: Vec<Fact>| {
        let mut header = header();
        header.repositories = vec![REPO, RepositoryId(11)];
        let out = score(&Evidence::new(header, opening(), facts).unwrap(), &policy()).unwrap();
        let code = out.slices[0].clone();
        assert_eq!(code.slice, Slice::Code);
        (points(&out, 2) / 1000, points(&out, 3) / 1000, code.pool)
    };
    let one = 870;
    // 2,000 of the 4,000 points that spend the slice.
    let (alone, _, pool) = run(many(REPO, 2, 8).collect());
    assert!((1_990..=2_000).contains(&alone) && pool <= 165_000, "{alone} {pool}");
    // Beside another repository with much work it may have as much as that one.
    let (two, three, pool) = run(many(REPO, 2, 8).chain(many(RepositoryId(11), 3, 4)).collect());
    assert!(three / 4 >= one && two.abs_diff(three) <= 8 && pool == 330_000, "{two} {three} {pool}");
}

#[test]
fn a_maintainer_who_merges_one_persons_work_only_is_flagged() {
    let work = |author| pulls((1..4).map(|number| pull(number, author, vec![file(&format!("src/{number}.rs"), 9, 0)])));
    let flags = |facts| score(&evidence(facts), &policy()).unwrap().flags;
    assert_eq!(flags(work(2))[0].rule, "one_merger");
    assert!(flags([work(2), pulls([pull(9, 3, source(9))])].concat()).is_empty());
}

#[test]
fn accounts_that_only_approve_each_other_are_flagged() {
    let mut facts =
        pulls((1..5).map(|number| pull(number, 2 + number % 2, vec![file(&format!("src/{number}.rs"), 9, 0)])));
    facts.extend((1..5).map(|number| Fact::Review(review(number, 3 - number % 2, Verdict::Approve, 0))));
    let flags = outcome(facts).flags;
    assert_eq!((flags[0].rule.as_ref(), flags[0].people.len(), flags[0].facts.len()), ("mutual_verdicts", 2, 4));
}

#[test]
fn the_factor_for_tests_grows_with_them_up_to_a_part_of_the_source() {
    let factor = |tests: u64| {
        let files = vec![file("src/lib.rs", 200, 0), file("tests/lib.rs", tests, 0)];
        let out = outcome(pulls([pull(1, 2, files)]));
        out.items[0].factors.iter().find(|factor| factor.name == "with_tests").map(|factor| factor.milli)
    };
    // A test's line weighs half: a hundred of them are a quarter of 200 lines of source.
    assert_eq!([factor(1), factor(25), factor(100), factor(400)], [Some(1001), Some(1025), Some(1100), Some(1100)]);
    assert_eq!(points(&outcome(pulls([pull(1, 2, vec![file("tests/lib.rs", 400, 0)])])), 2), 400_000);
}

#[test]
fn reviews_by_accounts_without_accepted_work_count_together_at_most_as_one() {
    let mut facts = pulls([pull(1, 2, source(200))]);
    facts.extend((50..60).map(|by| Fact::Review(review(1, by, Verdict::Approve, 5))));
    facts.push(Fact::Review(review(1, 5, Verdict::Approve, 5)));
    let out = outcome(facts);
    let got: Vec<u64> = (50..60).map(|by| in_slice(&out, by, Slice::Review)[0]).collect();
    assert_eq!(got[..3], [250_000, 125_000, 62_500]);
    assert_eq!(in_slice(&out, 5, Slice::Review), [500_000], "known accounts are not touched");
    assert!(got.iter().sum::<u64>() <= 500_000);
    // With a change of their own accepted in the same epoch they are no strangers.
    let mut facts = pulls([pull(1, 2, source(200)), pull(2, 50, vec![file("src/own.rs", 3, 0)])]);
    facts.push(Fact::Review(review(1, 50, Verdict::Approve, 5)));
    assert_eq!(in_slice(&outcome(facts), 50, Slice::Review), [500_000]);
}

#[test]
fn changes_that_share_only_the_changelog_are_two_and_those_that_share_a_page_are_one() {
    let total = |entry: u64| {
        let one = |number: u64| {
            let path = format!("src/{number}.rs");
            pull(number, 2, vec![file("CHANGELOG.md", entry, 0), file(&path, 200 - entry, 0)])
        };
        points(&outcome(pulls([one(1), one(2)])), 2)
    };
    // 0.5 each for two of 200 lines; 0.585 together.
    assert_eq!((total(2), total(19)), (1_000_000, 1_000_000));
    assert!((580_000..590_000).contains(&total(20)), "{}", total(20));
}
