//! What an explanation shows adds up, whatever happened in epochs before: items to what was earned,
//! entries to what was earned, kept back and granted, and nothing is lost from one epoch to the next.

use crate::world::{MAINTAINER, REPO, START, WEEK, file, header, linked, opening, policy, pull};
use guerdon_core::evidence::{Evidence, Header};
use guerdon_core::fairness::Fairness;
use guerdon_core::model::{ContributorId, Epoch, Fact, Kudos, Person, Pull, Review, State, Verdict};
use guerdon_core::replay::{Replay, relink};
use guerdon_core::score::{Outcome, PersonResult, score};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// One act of an epoch, by small numbers.
#[derive(Clone, Copy, Debug)]
struct Deed {
    what: u8,
    author: u64,
    other: u64,
    file: u64,
    lines: u64,
}

fn deeds() -> impl Strategy<Value = Vec<Deed>> {
    let deed = (0u8..10, 2u64..9, 2u64..9, 0u64..6, 1u64..2_000);
    let deed = deed.prop_map(|(what, author, other, file, lines)| Deed { what, author, other, file, lines });
    prop::collection::vec(deed, 0..14)
}

fn header_of(epoch: u64) -> Header {
    let starts = START + (epoch - 3) * WEEK;
    Header { epoch: Epoch(epoch), starts, ends: starts + WEEK, cutoff: starts + WEEK + 259_200, ..header() }
}

/// Facts of an epoch: new work, reverts of what stands in `merged`, reviews and thanks.
fn facts(epoch: u64, deeds: &[Deed], merged: &mut Vec<(u64, u64)>) -> Vec<Fact> {
    let starts = header_of(epoch).starts;
    let mut facts = Vec::new();
    for (nth, deed) in (1u64..).zip(deeds) {
        let (number, at) = (epoch * 100 + nth, starts + nth * 600);
        let change = vec![file(&format!("src/{}.rs", deed.file), deed.lines, deed.lines / 3)];
        let mut work = Pull { at, created: at - 300, ..pull(number, deed.author, change) };
        match (deed.what, merged.get(usize::try_from(deed.lines).unwrap() % merged.len().max(1)).copied()) {
            (0 | 1, Some((reverted, lines))) => {
                work.reverts = Some(reverted);
                work.files = vec![file(&format!("src/{}.rs", deed.file), 0, lines)];
            }
            (2, _) => {
                let (by, to) = (ContributorId(deed.author), ContributorId(deed.other));
                if by != to {
                    facts.push(Fact::Kudos(Kudos { at, by, id: number, number: 1, repo: REPO, to }));
                }
                continue;
            }
            (3, _) => {
                work.coauthors = [deed.other].into_iter().filter(|id| *id != deed.author).map(ContributorId).collect()
            }
            (4, _) => work.merger = Some(work.author),
            _ => {}
        }
        if deed.what > 5 && deed.other != deed.author {
            let verdict = if deed.what == 6 { Verdict::Comment } else { Verdict::Approve };
            let (by, hunks) = (ContributorId(deed.other), deed.lines % 7);
            facts.push(Fact::Review(Review { at: at - 60, bot: false, by, hunks, number, repo: REPO, verdict }));
        }
        merged.push((number, deed.lines));
        facts.push(Fact::Pull(work));
    }
    facts
}

fn sum(units: impl Iterator<Item = u64>) -> u64 {
    units.sum()
}

fn waiting(state: &State, id: ContributorId) -> u64 {
    let of = state.people.iter().filter(|person| person.id == id);
    sum(of.flat_map(|person| person.accruals.iter().map(|(_, units)| *units)))
}

fn owed(state: &State, id: ContributorId) -> u64 {
    let of = state.people.iter().filter(|person| person.id == id);
    sum(of.flat_map(|person| person.debts.iter().map(|debt| debt.units - debt.repaid)))
}

fn person_adds_up(evidence: &Evidence, outcome: &Outcome, person: &PersonResult) -> Result<(), TestCaseError> {
    let items = outcome.items.iter().filter(|item| item.contributor == person.id);
    let (priced, units) = items.fold((0, 0), |(priced, units), item| (priced + item.priced, units + item.units));
    prop_assert_eq!((units, priced), (person.earned, person.priced), "the line items of {} add up", person.id);
    prop_assert!(person.repaid <= person.earned);
    let granted = sum(person.granted_accruals.iter().map(|(_, units)| *units));
    let net = person.earned - person.repaid;
    prop_assert_eq!(person.entry, if person.linked { net + granted } else { 0 });
    // Nothing is lost: what waited or was earned is paid, waits on, or has lapsed.
    let before = waiting(&evidence.opening, person.id) + net + person.returned;
    prop_assert_eq!(before, person.entry + person.accrued + person.lapsed);
    prop_assert_eq!(waiting(&outcome.closing, person.id), person.accrued);
    prop_assert_eq!(owed(&outcome.closing, person.id), person.debt);
    Ok(())
}

fn adds_up(evidence: &Evidence, outcome: &Outcome) -> Result<(), TestCaseError> {
    for person in &outcome.people {
        person_adds_up(evidence, outcome, person)?;
    }
    let known: BTreeSet<ContributorId> = outcome.people.iter().map(|person| person.id).collect();
    prop_assert!(outcome.items.iter().all(|item| known.contains(&item.contributor)));
    let entries: BTreeMap<ContributorId, u64> = outcome.entries.iter().map(|entry| (entry.id, entry.units)).collect();
    let expected = outcome.people.iter().filter(|person| person.entry > 0).map(|person| (person.id, person.entry));
    prop_assert_eq!(&entries, &expected.collect());
    prop_assert_eq!(sum(entries.values().copied()), outcome.total);
    prop_assert!(outcome.total <= evidence.header.terms.budget);
    let figures = Fairness::of(evidence, outcome, &policy());
    prop_assert_eq!(sum(figures.slices.iter().map(|slice| slice.units)), figures.concentration.units);
    prop_assert_eq!(figures.concentration.units, sum(outcome.people.iter().map(|person| person.earned)));
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn every_unit_is_accounted_for_from_epoch_to_epoch(
        epochs in prop::collection::vec((deeds(), 2u64..9), 1..5),
    ) {
        let mut state = State { people: vec![linked(MAINTAINER.0), Person::new(ContributorId(2))], ..opening() };
        let policy = policy();
        let mut replay = Replay::new(&policy).unwrap();
        let mut merged = Vec::new();
        for (epoch, (deeds, first_linked)) in (3..).zip(&epochs) {
            relink(&mut state, &(*first_linked..9).map(ContributorId).collect());
            let evidence = Evidence::new(header_of(epoch), state, facts(epoch, deeds, &mut merged)).unwrap();
            let outcome = score(&evidence, &policy).unwrap();
            adds_up(&evidence, &outcome)?;
            prop_assert_eq!(&replay.next(evidence).unwrap().outcome, &outcome, "a replay is the same");
            state = outcome.closing;
        }
    }
}
