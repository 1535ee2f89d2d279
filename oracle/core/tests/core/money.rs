use crate::world::{START, busy, evidence, file, header, issue, label, opening, policy, pull, pulls, review};
use guerdon_core::evidence::Evidence;
use guerdon_core::model::{ContributorId, Epoch, Fact, Person, State, Verdict};
use guerdon_core::score::{Outcome, Slice, score};
use proptest::prelude::*;

/// Runs an epoch with this many units of budget and these people.
fn run(people: Vec<Person>, facts: Vec<Fact>, budget: u64, epoch: u64) -> Outcome {
    let mut header = header();
    header.epoch = Epoch(epoch);
    header.terms.budget = budget;
    header.terms.cap = budget;
    let evidence = Evidence::new(header, State { people, ..opening() }, facts).unwrap();
    score(&evidence, &policy()).unwrap()
}

fn sum(items: impl Iterator<Item = u64>) -> u64 {
    items.sum()
}

fn holds(out: &Outcome, budget: u64) {
    assert_eq!(sum(out.entries.iter().map(|entry| entry.units)), out.total);
    assert!(out.total <= budget);
    for slice in &out.slices {
        let priced = sum(out.items.iter().filter(|item| item.slice == slice.slice).map(|item| item.priced));
        assert!(slice.pool <= slice.budget);
        assert_eq!(priced, if slice.points > 0 { slice.pool } else { 0 });
    }
    for person in &out.people {
        let items = sum(out.items.iter().filter(|item| item.contributor == person.id).map(|item| item.units));
        assert_eq!(items, person.earned, "the line items of {} add up", person.id);
        let granted = sum(person.granted_accruals.iter().map(|(_, units)| *units));
        let expected = if person.linked { person.earned + granted } else { 0 };
        assert_eq!(person.entry, expected);
        assert!(person.entry <= budget * 25 / 100);
    }
}

#[test]
fn one_busy_epoch_adds_up_to_the_unit() {
    let out = run(opening().people, busy(), 1_000_000, 3);
    holds(&out, 1_000_000);
    assert!(out.total > 0);
}

#[test]
fn few_points_are_paid_at_the_ceiling_price_and_the_rest_stays() {
    let out = run(opening().people, pulls([pull(1, 2, vec![file("src/a.rs", 200, 0)])]), 1_000_000, 3);
    // 500 of 4000 points of a slice of 330,000 units.
    let code = out.slices.iter().find(|slice| slice.slice == Slice::Code).unwrap();
    assert_eq!((code.budget, code.pool, out.total), (330_000, 41_250, 41_250));
}

#[test]
fn brackets_bend_a_large_share_and_the_cap_ends_it() {
    let many = |author, numbers: std::ops::Range<u64>| {
        pulls(numbers.map(move |number| pull(number, author, vec![file(&format!("src/{number}.rs"), 100_000, 0)])))
    };
    let out = run(opening().people, many(2, 1..30), 1_000_000, 3);
    let two = &out.people[0];
    // 100,000 at 1.0, 100,000 at 0.7, the other 130,000 at 0.5.
    assert_eq!((two.priced, two.earned), (330_000, 235_000));
    // With the docs slice as well it would be 270,000: the cap is a quarter of the budget.
    let docs = pulls((40..60).map(|number| pull(number, 2, vec![file(&format!("docs/{number}.md"), 100_000, 0)])));
    let out = run(opening().people, [many(2, 1..30), docs].concat(), 1_000_000, 3);
    assert_eq!((out.people[0].priced, out.people[0].earned), (400_000, 250_000));
    holds(&out, 1_000_000);
}

#[test]
fn who_has_no_link_accrues_and_is_granted_when_linked() {
    let nobody = |linked, accruals: &[(u64, u64)]| Person {
        accepted: 10,
        linked,
        accruals: accruals.iter().map(|(epoch, units)| (Epoch(*epoch), *units)).collect(),
        ..Person::new(ContributorId(2))
    };
    let work = || pulls([pull(1, 2, vec![file("src/a.rs", 200, 0)])]);
    let before = run(vec![nobody(false, &[])], work(), 1_000_000, 3);
    assert_eq!((before.total, before.people[0].accrued), (0, 41_250));
    assert_eq!(
        before.closing.people[0],
        Person { first: START + 60, last: START + 60, ..nobody(false, &[(3, 41_250)]).with_accepted(11) }
    );

    let after = run(vec![nobody(true, &[(2, 7), (3, 41_250)])], work(), 1_000_000, 4);
    assert_eq!(after.people[0].entry, 82_507);
    assert_eq!(after.people[0].granted_accruals, [(Epoch(2), 7), (Epoch(3), 41_250)]);
    assert!(after.closing.people[0].accruals.is_empty());
    holds(&after, 1_000_000);
}

trait WithAccepted {
    fn with_accepted(self, accepted: u64) -> Self;
}

impl WithAccepted for Person {
    fn with_accepted(self, accepted: u64) -> Self {
        Self { accepted, ..self }
    }
}

#[test]
fn accruals_are_granted_oldest_first_within_budget_and_cap_and_lapse() {
    let person =
        |id, linked, accruals: Vec<(Epoch, u64)>| Person { linked, accruals, ..Person::new(ContributorId(id)) };
    let people = vec![
        person(2, true, vec![(Epoch(1), 300), (Epoch(5), 100)]),
        person(3, true, vec![(Epoch(2), 200)]),
        person(4, true, vec![(Epoch(3), 200), (Epoch(4), 200)]),
        person(5, true, vec![(Epoch(3), 250)]),
        person(6, true, vec![(Epoch(4), 250)]),
        person(7, false, vec![(Epoch(1), 11), (Epoch(6), 5)]),
    ];
    let out = run(people, vec![], 1_000, 27);
    let got: Vec<_> =
        out.people.iter().map(|person| (person.id.0, person.entry, person.accrued, person.lapsed)).collect();
    // 1000 units, 250 a person: 2 gets 250 of epoch 1's 300 (the other 50 lapse after 26 epochs).
    assert_eq!(
        got,
        [(2, 250, 100, 50), (3, 200, 0, 0), (4, 250, 150, 0), (5, 250, 0, 0), (6, 50, 200, 0), (7, 0, 5, 11),]
    );
    holds(&out, 1_000);
    let six = out.closing.people.iter().find(|person| person.id.0 == 6).unwrap();
    assert_eq!(six.accruals, [(Epoch(4), 200)]);
}

fn any_facts() -> impl Strategy<Value = Vec<Fact>> {
    let file = (0u8..5, 0u64..5_000, 0u64..5_000).prop_map(|(at, add, del)| {
        file(["src/a.rs", "tests/b.rs", "docs/c.md", "d.toml", "e.lock"][usize::from(at)], add, del)
    });
    let one = (1u64..9, prop::collection::vec(file, 0..4), 0u64..9, 0u64..9, any::<bool>());
    prop::collection::vec(one, 0..25).prop_map(|pulls_of| {
        let mut facts = Vec::new();
        for (at, (author, mut files, reviewer, hunks, fix)) in pulls_of.into_iter().enumerate() {
            let number = u64::try_from(at).unwrap() + 1;
            files.sort_by(|a, b| a.path.cmp(&b.path));
            files.dedup_by(|a, b| a.path == b.path);
            let mut one = pull(number, author, files);
            if fix {
                one.labels = vec![label("bug", 1, START)];
                let mut reported = issue(number + 100, reviewer.max(1));
                reported.labels = vec![label("bug", 1, START)];
                facts.push(Fact::Issue(reported));
            }
            facts.push(Fact::Pull(one));
            if reviewer > 0 && reviewer != author {
                facts.push(Fact::Review(review(number, reviewer, Verdict::Approve, hunks)));
            }
        }
        facts
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn every_sum_is_exact_whatever_happened(facts in any_facts(), budget in 0u64..(1 << 48), unlinked in 0u64..9) {
        let mut people = opening().people;
        for person in people.iter_mut().filter(|person| person.id.0 <= unlinked) {
            person.linked = false;
            person.accruals = vec![(Epoch(1), 1 + budget / 7)];
        }
        holds(&run(people, facts, budget, 3), budget);
    }

    #[test]
    fn the_order_of_input_never_matters(facts in any_facts(), seed: u64) {
        let mut shuffled = facts.clone();
        shuffled.sort_by_key(|fact| guerdon_core::evidence::hash(format!("{seed}{:?}", fact.key()).as_bytes()));
        prop_assert_eq!(score(&evidence(facts), &policy()).unwrap(), score(&evidence(shuffled), &policy()).unwrap());
    }

    #[test]
    fn extra_work_by_one_person_never_lowers_their_own_points(facts in any_facts()) {
        let points = |out: &Outcome| sum(out.items.iter().filter(|item| item.contributor.0 == 2).map(|item| item.points));
        let before = points(&score(&evidence(facts.clone()), &policy()).unwrap());
        let mut more = facts;
        more.push(Fact::Pull(pull(99, 2, vec![file("src/z.rs", 50, 0)])));
        prop_assert!(points(&score(&evidence(more), &policy()).unwrap()) >= before);
    }
}
