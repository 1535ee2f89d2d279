//! Past epochs under another policy.

use crate::world::{REPO, START, WEEK, busy, file, header, linked, opening, policy, pull};
use guerdon_core::evidence::{Evidence, Header};
use guerdon_core::model::{ContributorId, Epoch, Fact, Person, Pull, State};
use guerdon_core::policy::Policy;
use guerdon_core::replay::{Replay, ReplayError, relink};
use guerdon_core::score::{Outcome, Slice, score};
use std::collections::BTreeSet;

fn header_of(epoch: u64) -> Header {
    let starts = START + (epoch - 3) * WEEK;
    Header { epoch: Epoch(epoch), starts, ends: starts + WEEK, cutoff: starts + WEEK + 259_200, ..header() }
}

/// A pull request of 200 lines by a newcomer in the given epoch.
fn newcomer(epoch: u64, number: u64) -> Fact {
    let at = header_of(epoch).starts + 60;
    Fact::Pull(Pull { at, created: at - 10, ..pull(number, 30, vec![file(&format!("src/{number}.rs"), 200, 0)]) })
}

/// Three epochs as they were cut: account 30 earns in each and links before the third.
fn history() -> Vec<(Evidence, Outcome)> {
    let mut state = opening();
    let facts = [busy(), vec![newcomer(4, 70)], vec![newcomer(5, 71)]];
    let mut epochs = Vec::new();
    for (epoch, mut facts) in (3..).zip(facts) {
        if epoch == 3 {
            facts.push(newcomer(3, 69));
        }
        if epoch == 5 {
            relink(&mut state, &(1..=30).filter(|id| *id < 10 || *id == 30).map(ContributorId).collect());
        }
        let evidence = Evidence::new(header_of(epoch), state, facts).unwrap();
        let outcome = score(&evidence, &policy()).unwrap();
        state = outcome.closing.clone();
        epochs.push((evidence, outcome));
    }
    epochs
}

fn under(policy: &Policy, epochs: &[(Evidence, Outcome)]) -> Vec<Outcome> {
    let mut replay = Replay::new(policy).unwrap();
    epochs.iter().map(|(evidence, _)| replay.next(evidence.clone()).unwrap().outcome).collect()
}

fn earned(outcomes: &[Outcome], id: u64) -> Vec<u64> {
    let of = |outcome: &Outcome| outcome.people.iter().find(|person| person.id.0 == id).map_or(0, |one| one.earned);
    outcomes.iter().map(of).collect()
}

#[test]
fn the_same_policy_gives_the_same_outcomes() {
    let history = history();
    for (replayed, (_, outcome)) in under(&policy(), &history).iter().zip(&history) {
        assert_eq!(replayed, outcome);
    }
}

#[test]
fn another_policy_pays_otherwise_and_changes_nothing_else() {
    let history = history();
    let mut generous = policy();
    generous.points.insert(guerdon_core::model::Kind::Review, 2000);
    let (before, after) = (history[0].1.clone(), under(&generous, &history));
    let points = |outcome: &Outcome, slice| outcome.slices.iter().find(|one| one.slice == slice).unwrap().points;
    let (was, is) = (points(&before, Slice::Review), points(&after[0], Slice::Review));
    assert!(was > 0 && (2 * was..=2 * was + 10).contains(&is), "each item is floored once: {was} {is}");
    assert_eq!(points(&after[0], Slice::Code), points(&before, Slice::Code));
}

#[test]
fn an_epoch_opens_with_what_the_replayed_one_before_left() {
    let history = history();
    let mut strict = policy();
    // Somebody who waits for a link loses what is older than one epoch.
    strict.accrue_epochs = 1;
    let (was, is) = (&history[2].1, &under(&strict, &history)[2]);
    let granted = |outcome: &Outcome| {
        let person = outcome.people.iter().find(|person| person.id.0 == 30).unwrap();
        person.granted_accruals.iter().map(|(epoch, _)| epoch.0).collect::<Vec<_>>()
    };
    assert_eq!(granted(was), [3, 4]);
    assert_eq!(granted(is), [4]);
    // The newcomer's factor counts what was accepted in the replayed epochs before.
    strict.factors.newcomer_pulls = 1;
    let newcomers = under(&strict, &history);
    let bonus = |outcome: &Outcome| {
        let mine = outcome.items.iter().filter(|item| item.contributor.0 == 30);
        mine.flat_map(|item| &item.factors).filter(|factor| factor.name == "newcomer").count()
    };
    assert_eq!(newcomers.iter().map(bonus).collect::<Vec<_>>(), [1, 0, 0]);
    assert!(earned(&newcomers, 30).iter().all(|units| *units > 0));
}

#[test]
fn a_gap_is_refused() {
    let history = history();
    let policy = policy();
    let mut replay = Replay::new(&policy).unwrap();
    replay.next(history[0].0.clone()).unwrap();
    let error = replay.next(history[2].0.clone()).unwrap_err();
    assert!(matches!(error, ReplayError::Gap { last: Epoch(3), next: Epoch(5) }), "{error}");
}

#[test]
fn links_are_set_and_taken_off() {
    let mut state =
        State { people: vec![linked(1), Person { accepted: 2, ..Person::new(ContributorId(2)) }], ..opening() };
    relink(&mut state, &BTreeSet::from([ContributorId(2), ContributorId(9)]));
    let found: Vec<_> = state.people.iter().map(|person| (person.id.0, person.linked, person.accepted)).collect();
    assert_eq!(found, [(1, false, 10), (2, true, 2), (9, true, 0)]);
    assert_eq!(state.mergers[0].repo, REPO, "nothing else is touched");
}
