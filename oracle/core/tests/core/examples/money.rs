//! From points to units, and what comes back later. The budget is 1,000,000 units.

use super::{Figures, apart, from, grouped, later, points_of, revert};
use crate::world::{REPO, START, file, header, opening, outcome, points, policy, pull, pulls, refused, source};
use guerdon_core::evidence::Evidence;
use guerdon_core::model::{ContributorId, Epoch, Fact, Person, Pull, RepositoryId, State};
use guerdon_core::score::{Outcome, Slice, score};

fn of(out: &Outcome, id: u64) -> &guerdon_core::score::PersonResult {
    out.people.iter().find(|person| person.id.0 == id).unwrap()
}

pub fn a_quiet_week() -> Figures {
    let out = outcome(pulls([pull(1, 2, source(200))]));
    let code = out.slices.iter().find(|slice| slice.slice == Slice::Code).unwrap();
    assert!(code.pool < code.budget && out.total == code.pool);
    vec![
        ("points", points_of(code.points)),
        ("budget", grouped(code.budget)),
        ("paid", grouped(code.pool)),
        ("left", grouped(code.budget - code.pool)),
    ]
}

pub fn one_repository_of_two() -> Figures {
    let many = |repo, author: u64, count: u64| {
        (1..=count).map(move |at| Fact::Pull(Pull { repo, at: START + at, ..apart(author * 100 + at, author, 9_000) }))
    };
    let run = |facts: Vec<Fact>, repositories| {
        let mut header = header();
        header.repositories = repositories;
        let out = score(&Evidence::new(header, opening(), facts).unwrap(), &policy()).unwrap();
        (points(&out, 2), points(&out, 3))
    };
    let other = RepositoryId(11);
    let free = run(many(REPO, 2, 8).collect(), vec![REPO]).0;
    let alone = run(many(REPO, 2, 8).collect(), vec![REPO, other]).0;
    let (two, three) = run(many(REPO, 2, 8).chain(many(other, 3, 4)).collect(), vec![REPO, other]);
    let full = policy().slices[&Slice::Code].full_at * 1000;
    assert!(alone < free && alone <= full / 2 && two.abs_diff(three) < 1000);
    let points = |milli: u64| points_of(milli / 1000 * 1000);
    vec![("free", points(free)), ("alone", points(alone)), ("three", points(three)), ("two", points(two))]
}

pub fn a_large_share() -> Figures {
    let many = |numbers: std::ops::Range<u64>, folder: &str, extension: &str| {
        pulls(numbers.map(|number| pull(number, 2, vec![file(&format!("{folder}/{number}.{extension}"), 100_000, 0)])))
    };
    let code = outcome(many(1..30, "src", "rs"));
    let both = outcome([many(1..30, "src", "rs"), many(40..60, "docs", "md")].concat());
    let (one, two) = (of(&code, 2), of(&both, 2));
    assert!(two.earned == 1_000_000 * policy().limits.max_share / 100 && two.earned < two.priced);
    let items: u64 = both.items.iter().map(|item| item.units).sum();
    assert_eq!(items, two.earned, "the line items add up to what is granted");
    vec![
        ("priced", grouped(one.priced)),
        ("earned", grouped(one.earned)),
        ("more", grouped(two.priced)),
        ("capped", grouped(two.earned)),
    ]
}

pub fn waiting_for_a_link() -> Figures {
    let person = |linked, accruals: Vec<(Epoch, u64)>| Person { linked, accruals, ..Person::new(ContributorId(2)) };
    let state = |person| State { people: vec![person], ..opening() };
    let epochs = policy().accrue_epochs;
    let kept = from(state(person(false, Vec::new())), pulls([pull(1, 2, source(200))]));
    assert_eq!((of(&kept, 2).entry, of(&kept, 2).accrued), (0, of(&kept, 2).earned));
    let old = vec![(Epoch(1), 100_000), (Epoch(2), 100_000), (Epoch(3), 100_000)];
    let linked = later(&state(person(true, old.clone())), 4, vec![]);
    assert_eq!(of(&linked, 2).granted_accruals, [(Epoch(1), 100_000), (Epoch(2), 100_000), (Epoch(3), 50_000)]);
    let lapsed = later(&state(person(false, old)), 1 + epochs, vec![]);
    assert_eq!((of(&lapsed, 2).lapsed, of(&lapsed, 2).accrued), (100_000, 200_000));
    vec![
        ("accrued", grouped(of(&kept, 2).accrued)),
        ("granted", grouped(of(&linked, 2).entry)),
        ("waits", grouped(of(&linked, 2).accrued)),
    ]
}

pub fn reverted_at_once() -> Figures {
    let part = outcome(pulls([pull(1, 2, source(200)), revert(2, 3, 1, 50)]));
    let whole = outcome(pulls([pull(1, 2, source(200)), revert(2, 3, 1, 200)]));
    assert_eq!((refused(&whole, 2), refused(&whole, 3)), (vec!["reverted"], vec!["revert"]));
    vec![("part", points_of(points(&part, 2))), ("note", part.items[0].notes[0].clone())]
}

pub fn reverted_later() -> Figures {
    let first = outcome(pulls([pull(1, 2, source(200))]));
    let second = later(&first.closing, 4, pulls([revert(2, 3, 1, 100)]));
    let third = later(&second.closing, 5, pulls([apart(5, 2, 20)]));
    let (paid, now) = (of(&first, 2).entry, of(&third, 2));
    let owed = now.repaid + now.debt;
    assert_eq!(owed, paid / 2);
    assert_eq!((now.repaid, now.entry), (now.earned * policy().debts.max_percent / 100, now.earned - now.repaid));
    let twice = later(&second.closing, 5, pulls([revert(6, 3, 1, 100)]));
    let all: u64 = twice.closing.people.iter().flat_map(|person| &person.debts).map(|debt| debt.units).sum();
    assert!(all <= paid, "never more than was earned");
    let mut state = first.closing.clone();
    for epoch in 4..8 {
        state = later(&state, epoch, vec![]).closing;
    }
    let late = later(&state, 8, pulls([revert(2, 3, 1, 200)]));
    assert!(late.closing.people.iter().all(|person| person.debts.is_empty()), "after the window");
    vec![
        ("paid", grouped(paid)),
        ("owed", grouped(owed)),
        ("earned", grouped(now.earned)),
        ("kept", grouped(now.repaid)),
        ("left", grouped(now.debt)),
    ]
}

pub fn put_back() -> Figures {
    // Paid, reverted, and put back by another: the debt ends, and nothing is paid twice.
    let first = outcome(pulls([pull(1, 2, source(200))]));
    let second = later(&first.closing, 4, pulls([revert(2, 3, 1, 200)]));
    let again = Pull { reverts: Some(2), ..pull(6, 4, source(200)) };
    let third = later(&second.closing, 5, pulls([again.clone()]));
    assert!(third.items.is_empty() && third.closing.people.iter().all(|person| person.debts.is_empty()));
    // Reverted before it was paid: putting it back pays who made it.
    let never = outcome(pulls([pull(1, 2, source(200)), revert(2, 3, 1, 200)]));
    let paid = later(&never.closing, 4, pulls([again]));
    assert_eq!(points(&paid, 4), 0);
    vec![("points", points_of(points(&paid, 2)))]
}
