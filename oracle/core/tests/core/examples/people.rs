//! Co-authors, reviews, issues, answers, thanks, and who has no part.

use super::{Figures, active, apart, from, in_slice, points_of, thanks};
use crate::world::{
    MAINTAINER, POLICY, REPO, START, WEEK, closed_by, file, header, issue, label, opening, outcome, points, pull,
    pulls, refused, review, source,
};
use guerdon_core::evidence::Evidence;
use guerdon_core::model::{Answer, ContributorId, Exclusion, Fact, Issue, Pull, Verdict};
use guerdon_core::policy::Policy;
use guerdon_core::score::{Slice, score};

pub fn co_authors() -> Figures {
    let with = |others: &[u64]| {
        let coauthors = others.iter().map(|id| ContributorId(*id)).collect();
        outcome(pulls([Pull { coauthors, ..pull(1, 2, source(200)) }]))
    };
    let alone = points(&with(&[]), 2);
    let (one, four) = (with(&[3]), with(&[3, 4, 5, 6]));
    for out in [&one, &four] {
        assert_eq!(out.items.iter().map(|item| item.points).sum::<u64>(), alone);
    }
    vec![
        ("alone", points_of(alone)),
        ("author_of_two", points_of(points(&one, 2))),
        ("other_of_two", points_of(points(&one, 3))),
        ("author_of_five", points_of(points(&four, 2))),
        ("other_of_five", points_of(points(&four, 3))),
    ]
}

pub fn review_after_review() -> Figures {
    let reviews = |authors: [u64; 3], hunks| {
        let mut facts = pulls(authors.into_iter().zip(1..).map(|(author, number)| apart(number, author, 200)));
        facts.extend((1..=3).map(|number| Fact::Review(review(number, 5, Verdict::Approve, hunks))));
        let out = outcome(facts);
        let items: Vec<u64> = out.items.iter().filter(|item| item.contributor.0 == 5).map(|item| item.points).collect();
        [items[0], items[1], items[2]]
    };
    let one_author = reviews([2, 2, 2], 2);
    let three_authors = reviews([2, 3, 4], 2);
    let verdicts = reviews([2, 3, 4], 0);
    let both = reviews([2, 2, 2], 0);
    assert_eq!(one_author, [three_authors[0], three_authors[0] / 2, three_authors[0] / 3]);
    assert_eq!(three_authors, [three_authors[0]; 3]);
    assert_eq!(verdicts, [verdicts[0], verdicts[0] / 2, verdicts[0] / 3]);
    assert_eq!(both, [verdicts[0], verdicts[0] / 4, verdicts[0] / 9]);
    vec![
        ("first", points_of(one_author[0])),
        ("second", points_of(one_author[1])),
        ("third", points_of(one_author[2])),
        ("verdict", points_of(verdicts[0])),
        ("second_verdict", points_of(verdicts[1])),
        ("both", points_of(both[1])),
    ]
}

pub fn review_of_the_own_work() -> Figures {
    let mut facts = pulls([Pull { coauthors: vec![ContributorId(3)], ..pull(1, 2, source(200)) }]);
    facts.push(Fact::Review(review(1, 3, Verdict::Approve, 5)));
    assert_eq!(refused(&outcome(facts), 3), ["review"]);
    Vec::new()
}

pub fn a_mentor() -> Figures {
    let by = |id: u64, accepted, of_mentor, hunks| {
        let mut state = opening();
        (state.people[1].accepted, state.people[4].accepted) = (accepted, of_mentor);
        state.people[0].accepted = 0;
        let mut facts = pulls([pull(1, 2, source(200))]);
        facts.push(Fact::Review(review(1, id, Verdict::Changes, hunks)));
        let out = from(state, facts);
        (in_slice(&out, id, Slice::Review), in_slice(&out, id, Slice::Mentoring))
    };
    let with = |accepted, of_mentor, hunks| by(5, accepted, of_mentor, hunks);
    let rule = crate::world::policy().mentoring;
    let (usual, besides) = with(0, rule.mentor_pulls, 2);
    assert_eq!(usual, besides);
    assert_eq!(by(MAINTAINER.0, 0, 0, 2), (usual, usual));
    assert_eq!(with(rule.newcomer_pulls, rule.mentor_pulls, 2).1, 0);
    assert_eq!(with(0, rule.mentor_pulls - 1, 2).1, 0);
    assert_eq!(with(0, rule.mentor_pulls, 0).1, 0);
    vec![("points", points_of(besides))]
}

fn closed(lines: u64, labelled: bool) -> u64 {
    let mut one = issue(20, 6);
    one.close = Some(closed_by(4, 2));
    if labelled {
        one.labels = vec![label("confirmed", 1, START + 5)];
    }
    points(&outcome([pulls([pull(4, 2, source(lines))]), vec![Fact::Issue(one)]].concat()), 6)
}

pub fn an_issue_by_label_or_by_change() -> Figures {
    let (label, change, typo) = (closed(200, true), closed(200, false), closed(1, false));
    assert_eq!(closed(1, true), label);
    assert!(typo < change && change < label);
    // Merged by its own author, and approved by somebody who is no maintainer.
    let mut one = issue(20, 6);
    let mut close = closed_by(4, 2);
    let closer = close.closer.as_mut().unwrap();
    (closer.merger, closer.approvers) = (Some(ContributorId(2)), vec![ContributorId(5)]);
    one.close = Some(close);
    let out = outcome([pulls([pull(4, 2, source(200))]), vec![Fact::Issue(one)]].concat());
    assert_eq!(refused(&out, 6), ["unconfirmed"]);
    vec![("label", points_of(label)), ("change", points_of(change)), ("typo", points_of(typo))]
}

pub fn an_issue_whose_change_is_elsewhere() -> Figures {
    let mut one = issue(20, 6);
    one.close = Some(closed_by(4, 2));
    let elsewhere = points(&outcome(vec![Fact::Issue(one)]), 6);
    let three = closed(crate::world::policy().size.trivial_lines, false);
    assert_eq!(elsewhere, three);
    vec![("points", points_of(elsewhere))]
}

pub fn confirmed_twice() -> Figures {
    let bug = |at: u64| Issue { labels: vec![label("bug", 1, at)], ..issue(20, 6) };
    let first = outcome(vec![Fact::Issue(bug(START + 5))]);
    let mut header = header();
    header.epoch.0 += 1;
    for time in [&mut header.starts, &mut header.ends, &mut header.cutoff] {
        *time += WEEK;
    }
    let again = Evidence::new(header, first.closing.clone(), vec![Fact::Issue(bug(START + WEEK + 5))]).unwrap();
    let second = score(&again, &crate::world::policy()).unwrap();
    assert_eq!(refused(&second, 6), ["elsewhere"]);
    vec![("points", points_of(points(&first, 6)))]
}

pub fn an_accepted_answer() -> Figures {
    let by = |asker: u64, accepter: u64| {
        let id = |id| Some(ContributorId(id));
        let answer = Answer {
            accepter: id(accepter),
            asker: id(asker),
            at: START + 9,
            bot: false,
            by: ContributorId(5),
            number: 1,
            repo: REPO,
        };
        points(&outcome(vec![Fact::Answer(answer)]), 5)
    };
    let paid = by(6, MAINTAINER.0);
    assert_eq!((by(6, 6), by(MAINTAINER.0, MAINTAINER.0), by(5, MAINTAINER.0), by(6, 7)), (0, 0, 0, 0));
    vec![("points", points_of(paid))]
}

pub fn thanks_of_many() -> Figures {
    let of = |given: &[(u64, u64)]| {
        let facts = given.iter().zip(1..).map(|((by, to), id)| thanks(id, *by, *to)).collect();
        points(&from(active(), facts), 3)
    };
    let (one, many, same) = (of(&[(2, 3)]), of(&[(2, 3), (4, 3), (5, 3), (6, 3)]), of(&[(2, 3); 4]));
    assert_eq!((many, same), (4 * one, 2 * one));
    vec![("one", points_of(one)), ("many", points_of(many)), ("same", points_of(same))]
}

pub fn thanks_in_a_circle() -> Figures {
    let of = |given: &[(u64, u64)]| {
        let facts = given.iter().zip(1..).map(|((by, to), id)| thanks(id, *by, *to)).collect();
        let out = from(active(), facts);
        (points(&out, 3), out.flags.len())
    };
    let back = of(&[(2, 3), (3, 2)]);
    assert_eq!(of(&[(2, 3), (3, 4), (4, 2)]), (back.0, 3));
    let line = of(&[(2, 3), (3, 4)]);
    assert_eq!(line.1, 0);
    vec![("back", points_of(back.0)), ("line", points_of(line.0))]
}

pub fn a_part_taken_out() -> Figures {
    let with = |by: u64, whom: Option<u64>| {
        let whom = whom.map(ContributorId);
        let excluded = vec![Exclusion { at: START + 9, by: ContributorId(by), whom }];
        let coauthors = vec![ContributorId(3)];
        let out = outcome(pulls([Pull { coauthors, excluded, ..pull(1, 2, source(200)) }]));
        [2, 3].map(|id| points(&out, id))
    };
    let whole = with(5, Some(2));
    assert_eq!(with(MAINTAINER.0, None), [0, 0]);
    assert_eq!(with(MAINTAINER.0, Some(2)), [0, whole[1]]);
    vec![("other", points_of(whole[1]))]
}

pub fn no_part_in_anything() -> Figures {
    let text = POLICY.replacen("opted_out = []", "opted_out = [2]", 1);
    let without = Policy::from_toml(&text).unwrap();
    let facts = pulls([pull(1, 2, source(200)), pull(2, 3, vec![file("src/b.rs", 200, 0)])]);
    let mut header = header();
    let with_all = outcome(facts.clone());
    header.terms.policy = without.hash().unwrap();
    let out = score(&Evidence::new(header, opening(), facts).unwrap(), &without).unwrap();
    assert!(out.items.iter().all(|item| item.contributor.0 == 3));
    assert!(out.closing.people.iter().all(|person| person.id.0 != 2));
    assert_eq!(points(&out, 3), points(&with_all, 3));
    Vec::new()
}
