//! The figures of an epoch, on examples that can be checked by hand and on amounts of any size.

use crate::world::{START, WEEK, busy, evidence, file, header, linked, opening, outcome, policy, pull, review};
use guerdon_core::evidence::Evidence;
use guerdon_core::fairness::{Concentration, Fairness, gini, hhi, nakamoto};
use guerdon_core::model::{Fact, Person, State, Verdict};
use guerdon_core::score::{Slice, score};
use proptest::prelude::*;

fn fairness(people: Vec<Person>, facts: Vec<Fact>) -> Fairness {
    let evidence = Evidence::new(header(), State { people, ..opening() }, facts).unwrap();
    Fairness::of(&evidence, &score(&evidence, &policy()).unwrap(), &policy())
}

/// A pull request of its own file, 200 lines.
fn work(number: u64, author: u64) -> Fact {
    Fact::Pull(pull(number, author, vec![file(&format!("src/{number}.rs"), 200, 0)]))
}

#[test]
fn nothing_gives_nothing() {
    assert_eq!(Concentration::of([]), Concentration::default());
    assert_eq!(Concentration::of([0, 0]), Concentration::default());
    let figures = fairness(opening().people, Vec::new());
    assert_eq!((figures.concentration, figures.first_payment), (Concentration::default(), None));
    assert!(figures.slices.iter().all(|slice| (slice.units, slice.share) == (0, 0)));
}

#[test]
fn one_person_has_all_of_it() {
    let all = Concentration { people: 1, units: 7, gini: 1000, top_ten: 1000, nakamoto: 1, hhi: 10_000 };
    assert_eq!(Concentration::of([7]), all);
    assert_eq!(gini(&[0, 0, 0, 9]), 1000);
}

#[test]
fn a_hand_made_distribution() {
    // Twelve people: 50, ten times 4, 10. Of 100 the ten largest have 50 + 10 + 8 * 4.
    let amounts = std::iter::once(50).chain([4; 10]).chain([10]);
    let found = Concentration::of(amounts);
    // sum((2i - 13) x_i) = 4 * (-11 - 9 - 7 - 5 - 3 - 1 + 1 + 3 + 5 + 7) + 9 * 10 + 11 * 50 = 560, over 11 * 100.
    assert_eq!((found.people, found.units, found.gini), (12, 100, 509));
    // Half is not more than half; 50^2 + 10^2 + 10 * 4^2.
    assert_eq!((found.top_ten, found.nakamoto, found.hhi), (920, 2, 2_760));
}

#[test]
fn the_largest_amounts_there_can_be_do_not_overflow() {
    let most = [u64::MAX; 3];
    assert_eq!((gini(&most), nakamoto(&most), hhi(&most)), (0, 2, 3_333));
    assert_eq!((gini(&[u64::MAX, 0]), hhi(&[u64::MAX, 0])), (1000, 10_000));
}

#[test]
fn newcomers_and_reviews_have_their_share() {
    // Account 2 has ten accepted pull requests, account 20 none, account 21 two: one under the limit.
    let people = opening().people.into_iter().chain([Person { accepted: 2, ..linked(21) }]);
    let facts = vec![work(1, 2), work(2, 20), work(3, 21), Fact::Review(review(1, 3, Verdict::Approve, 2))];
    let figures = fairness(people.collect(), facts.clone());
    assert_eq!((figures.newcomers, figures.concentration.people), (2, 4));
    let out = outcome(facts);
    let earned = |id: u64| out.people.iter().find(|person| person.id.0 == id).unwrap().earned;
    let sum: u64 = out.people.iter().map(|person| person.earned).sum();
    assert_eq!(figures.newcomer_share, (earned(20) + earned(21)) * 1000 / sum);
    assert_eq!(figures.review_share, earned(3) * 1000 / sum);
    let slices: u64 = figures.slices.iter().map(|slice| slice.units).sum();
    assert_eq!((slices, figures.slices.len()), (sum, Slice::ALL.len()));
}

#[test]
fn the_time_to_a_first_payment_is_the_median_of_those_with_a_first_entry() {
    let known = |id, first| Person { first, last: START - 1, ..linked(id) };
    let was_paid = Person { paid: true, ..known(5, START - 90 * WEEK) };
    let unlinked = Person { linked: false, ..known(6, START - 90 * WEEK) };
    let people = vec![linked(1), known(2, START - WEEK), known(3, START - 3 * WEEK), linked(4), was_paid, unlinked];
    // Account 4 begins in this epoch, an hour after its start; 5 was paid before and 6 is not paid now.
    let facts = vec![work(1, 2), work(2, 3), work(60, 4), work(4, 5), work(5, 6)];
    let figures = fairness(people.clone(), facts.clone());
    assert_eq!((figures.first_entries, figures.first_payment), (3, Some(2 * WEEK)));
    let two = fairness(people, facts[1..].to_vec());
    assert_eq!((two.first_entries, two.first_payment), (2, Some((4 * WEEK + WEEK - 3600) / 2)));
}

#[test]
fn a_busy_epoch_keeps_its_sums() {
    let evidence = evidence(busy());
    let out = outcome(busy());
    let figures = Fairness::of(&evidence, &out, &policy());
    let earned: u64 = out.people.iter().map(|person| person.earned).sum();
    assert_eq!(figures.concentration.units, earned);
    assert_eq!(figures.slices.iter().map(|slice| slice.units).sum::<u64>(), earned);
    assert_eq!(figures.concentration.people, out.people.iter().filter(|person| person.earned > 0).count() as u64);
    // The record is stored as JSON and read back.
    let text = serde_json::to_string(&figures).unwrap();
    assert_eq!(serde_json::from_str::<Fairness>(&text).unwrap(), figures);
}

proptest! {
    #[test]
    fn figures_stay_within_their_bounds(amounts in prop::collection::vec(any::<u64>(), 0..60)) {
        let found = Concentration::of(amounts.iter().copied().map(|amount| amount >> 8));
        prop_assert!(found.gini <= 1000 && found.top_ten <= 1000 && found.hhi <= 10_000);
        prop_assert!(found.nakamoto <= found.people);
        // n equal shares are the least concentrated that n can be.
        prop_assert!(found.people == 0 || found.hhi >= 10_000 / found.people);
        prop_assert_eq!(found.people == 0, found.nakamoto == 0);
    }

    #[test]
    fn equal_shares_are_even(amount in 1u64..=u64::MAX >> 8, people in 2usize..60) {
        let amounts = vec![amount; people];
        prop_assert_eq!(gini(&amounts), 0);
        prop_assert_eq!(hhi(&amounts), 10_000 / people as u64);
        prop_assert_eq!(nakamoto(&amounts), people as u64 / 2 + 1);
    }

    #[test]
    fn one_who_has_all_is_the_most(amount in 1u64.., others in 1usize..60) {
        let mut amounts = vec![0; others];
        amounts.push(amount);
        prop_assert_eq!((gini(&amounts), hhi(&amounts), nakamoto(&amounts)), (1000, 10_000, 1));
    }

    #[test]
    fn neither_the_scale_nor_the_order_matters(
        amounts in prop::collection::vec(1u64..1_000_000_000, 1..40),
        scale in 1u64..1_000_000,
    ) {
        let scaled = amounts.iter().rev().map(|amount| amount * scale);
        let (before, after) = (Concentration::of(amounts.iter().copied()), Concentration::of(scaled));
        prop_assert_eq!(Concentration { units: before.units * scale, ..before }, after);
    }

    #[test]
    fn giving_from_rich_to_poor_never_concentrates(
        amounts in prop::collection::vec(1u64..1_000_000, 2..30),
        part in 0u64..=1000,
    ) {
        let mut sorted = amounts.clone();
        sorted.sort_unstable();
        let (poor, rich) = (sorted[0], sorted[sorted.len() - 1]);
        let moved = (rich - poor) / 2 * part / 1000;
        let mut after = sorted.clone();
        let last = after.len() - 1;
        (after[0], after[last]) = (poor + moved, rich - moved);
        prop_assert!(gini(&after) <= gini(&sorted));
        prop_assert!(hhi(&after) <= hhi(&sorted));
    }
}
