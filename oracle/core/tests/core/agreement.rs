//! What oracles agree on: properties over any lists, and the bodies behind them.

use crate::world::*;
use guerdon_core::agreement::{self, Agreement, Body, Held, ItemKey, Testimony, agree};
use guerdon_core::evidence::{Evidence, EvidenceError, Header};
use guerdon_core::model::{Epoch, Fact, FactKey, Pull, Review, State, Verdict, Witness};
use guerdon_core::score;
use guerdon_core::{Address, B256};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

fn oracle(n: u8) -> Address {
    Address::repeat_byte(n)
}

fn key(number: u64) -> ItemKey {
    ItemKey::Fact(FactKey::Issue { repo: REPO, number })
}

fn agreement_of(lists: &[Held], threshold: usize) -> Agreement {
    let named: BTreeMap<Address, &Held> = (1..).map(oracle).zip(lists).collect();
    agree(&named, threshold)
}

fn lists() -> impl Strategy<Value = Vec<Held>> {
    let list = prop::collection::btree_map((1_u64..8).prop_map(key), (0_u8..3).prop_map(B256::repeat_byte), 0..8);
    prop::collection::vec(list, 1..8)
}

proptest! {
    #[test]
    fn what_is_agreed_is_held_by_k_and_nothing_else_by_as_many(lists in lists(), threshold in 1_usize..6) {
        let Agreement { agreed, differences } = agreement_of(&lists, threshold);
        let holders = |key: &ItemKey, hash: &B256| lists.iter().filter(|list| list.get(key) == Some(hash)).count();
        let keys: BTreeSet<ItemKey> = lists.iter().flat_map(|list| list.keys().copied()).collect();
        for key in keys {
            let hashes: BTreeSet<B256> = lists.iter().filter_map(|list| list.get(&key).copied()).collect();
            let most = hashes.iter().map(|hash| holders(&key, hash)).max().unwrap();
            let leading: Vec<_> = hashes.iter().filter(|hash| holders(&key, hash) == most).collect();
            let wanted = (most >= threshold && leading.len() == 1).then(|| *leading[0]);
            prop_assert_eq!(agreed.get(&key).copied(), wanted);
            let told = differences.iter().find(|difference| difference.key == key);
            prop_assert_eq!(told.is_some(), hashes.len() > 1 || lists.iter().any(|list| !list.contains_key(&key)));
            prop_assert!(told.is_none_or(|told| told.agreed == wanted));
        }
    }

    #[test]
    fn fewer_than_k_liars_bring_nothing_in_and_k_honest_lose_nothing(
        honest in prop::collection::btree_map((1_u64..8).prop_map(key), Just(B256::repeat_byte(9)), 0..8),
        lies in lists(),
        threshold in 2_usize..5,
    ) {
        let mut all: Vec<Held> = lies.into_iter().take(threshold - 1).collect();
        all.extend((0..threshold).map(|_| honest.clone()));
        prop_assert_eq!(agreement_of(&all, threshold).agreed, honest);
    }

    #[test]
    fn another_list_takes_nothing_away_but_where_two_lead(lists in lists(), more in lists(), threshold in 1_usize..6) {
        let before = agreement_of(&lists, threshold).agreed;
        let all = [lists, vec![more[0].clone()]].concat();
        // The order of the oracles says nothing.
        let reversed: BTreeMap<Address, &Held> = (1..).map(oracle).zip(all.iter().rev()).collect();
        let after = agreement_of(&all, threshold).agreed;
        prop_assert_eq!(&agree(&reversed, threshold).agreed, &after);
        for (key, hash) in before {
            let rivals = all.iter().filter(|list| list.get(&key).is_some_and(|other| *other != hash)).count();
            prop_assert!(after.get(&key) == Some(&hash) || rivals >= threshold);
        }
    }
}

#[test]
fn bodies_go_through_their_lines_and_come_together_again() {
    let pulls = [pull(1, 2, source(10)), pull(2, 3, source(20))];
    let mut facts =
        vec![Fact::Review(review(1, 3, Verdict::Approve, 1)), Fact::Review(review(1, 4, Verdict::Comment, 0))];
    facts.extend(pulls.into_iter().map(Fact::Pull));
    let items = agreement::items(&[REPO], State::default(), facts.clone());
    assert_eq!(items.len(), 3, "a repository and two pull requests, one of them with its reviews");
    let mut again = agreement::Items::new();
    for (key, body) in &items {
        let text = serde_json::to_string(key).unwrap();
        assert_eq!(serde_json::from_str::<ItemKey>(&text).unwrap(), *key);
        again.insert(*key, Body::read(*key, &body.lines()).unwrap());
    }
    assert_eq!(again, items);
    let parts = agreement::assemble(&again, &agreement::held(&items), START).unwrap();
    let evidence = Evidence::new(header(), opening(), parts.facts).unwrap();
    facts.sort_by_key(Fact::key);
    assert_eq!((evidence.facts, parts.repositories), (facts, vec![REPO]));

    let mut agreed = agreement::held(&items);
    agreed.insert(key(9), B256::repeat_byte(1));
    let error = agreement::assemble(&items, &agreed, START).unwrap_err().to_string();
    assert!(error.contains("issue/") && error.contains("not at hand"), "{error}");
    agreed = agreement::held(&items);
    agreed.remove(&ItemKey::Repository(REPO));
    assert!(
        agreement::assemble(&items, &agreed, START).unwrap().facts.is_empty(),
        "of a repository that does not count"
    );
}

#[test]
fn a_body_of_another_item_is_refused() {
    let items = agreement::items(
        &[],
        State::default(),
        vec![Fact::Pull(pull(1, 2, source(10))), Fact::Review(review(1, 3, Verdict::Approve, 1))],
    );
    let (name, body) = items.first_key_value().unwrap();
    let lines = body.lines();
    let other = ItemKey::Fact(FactKey::Pull { repo: REPO, number: 2 });
    for (key, lines) in [
        (other, lines.clone()),
        (*name, lines.iter().rev().cloned().collect()),
        (*name, vec![lines[1].clone()]),
        (*name, Vec::new()),
        (*name, vec![lines[0].replace(",\"", ", \"")]),
        (*name, vec![lines[0].clone(), lines[0].clone()]),
        (ItemKey::Repository(REPO), lines.clone()),
        (ItemKey::Person(guerdon_core::model::ContributorId(1)), lines.clone()),
    ] {
        assert!(Body::read(key, &lines).is_err(), "{key} {lines:?}");
    }
}

fn said(answer: u64, flagged: bool, samples: u64) -> Witness {
    let transcript = B256::repeat_byte(u8::try_from(answer % 251).unwrap());
    Witness {
        answer,
        at: 1,
        flagged,
        model: format!("model-{answer}"),
        number: 1,
        prompt: 1,
        repo: REPO,
        samples,
        transcript,
    }
}

#[test]
fn the_median_of_what_witnesses_said() {
    let of = |answers: &[Witness]| {
        let testimonies: Vec<_> =
            (1..).map(oracle).zip(answers).map(|(oracle, said)| Testimony { oracle, said }).collect();
        agreement::median(&testimonies, 7, B256::ZERO)
    };
    let answer = |answers: &[(u64, bool, u64)]| {
        let answers: Vec<_> =
            answers.iter().map(|(answer, flagged, samples)| said(*answer, *flagged, *samples)).collect();
        of(&answers).map(|fact| (fact.answer, fact.flagged, fact.samples))
    };
    assert_eq!(answer(&[]), None);
    assert_eq!(answer(&[(900, false, 0)]), None, "nobody's answer can be used");
    assert_eq!(answer(&[(900, false, 3)]), Some((900, false, 1)));
    assert_eq!(answer(&[(1100, false, 3), (900, false, 3)]), Some((900, false, 2)), "the lower of two");
    assert_eq!(
        answer(&[(1100, false, 1), (1500, false, 1), (1000, false, 1)]),
        Some((1100, false, 3)),
        "one liar moves nothing far"
    );
    assert_eq!(
        answer(&[(1100, true, 1), (1500, false, 1), (1000, false, 1)]),
        Some((1100, false, 3)),
        "one alone flags nothing"
    );
    assert_eq!(answer(&[(1100, true, 1), (1500, true, 1), (1000, false, 1)]), Some((1100, true, 3)));
    let fact = of(&[said(1000, false, 3)]).unwrap();
    assert_eq!((fact.at, fact.model.as_str()), (7, "model-1000"));
}

#[test]
fn what_is_carried_counts_where_it_comes_and_no_earlier() {
    let late = Pull { at: START - 5, ..pull(1, 2, source(200)) };
    let before = Review { at: 6, ..review(1, 3, Verdict::Approve, 1) };
    let carried = |pull: &Pull, keys: Vec<FactKey>, epoch: u64| {
        let header = Header { carried: keys, epoch: Epoch(epoch), ..header() };
        Evidence::new(header, opening(), vec![Fact::Pull(pull.clone()), Fact::Review(before.clone())])
    };
    let error = |result: Result<Evidence, _>| EvidenceError::to_string(&result.unwrap_err());
    let own = Pull { at: START + 60, ..late.clone() };
    let paid = score::score(&carried(&own, Vec::new(), 3).unwrap(), &policy()).unwrap();
    let evidence = carried(&late, vec![late.key()], 3).unwrap();
    assert_eq!(Evidence::from_bytes(&evidence.to_bytes().unwrap()).unwrap(), evidence);
    assert_eq!(score::score(&evidence, &policy()).unwrap().entries, paid.entries, "it is worth what it was worth");

    assert!(error(carried(&late, Vec::new(), 3)).contains("not merged in this epoch"));
    assert!(
        error(carried(&late, vec![late.key()], 1)).contains("not merged in this epoch"),
        "nothing is before epoch 1"
    );
    assert!(carried(&late, vec![late.key()], 2).is_ok());
    let old = Pull { at: START - 2 * WEEK - 1, created: 5, ..late.clone() };
    assert!(
        error(carried(&old, vec![late.key()], 9)).contains("not merged in this epoch"),
        "after two epochs it is dropped"
    );
    let edge = Pull { at: START - 2 * WEEK, created: 5, ..late.clone() };
    assert!(carried(&edge, vec![late.key()], 9).is_ok());
    assert!(error(carried(&own, vec![own.key()], 3)).contains("but of this epoch"));
    let missing = FactKey::Issue { repo: REPO, number: 5 };
    assert!(error(carried(&late, vec![late.key(), missing], 3)).contains("not among the facts"));
    assert!(error(carried(&late, vec![late.key(), late.key()], 3)).contains("ascend"));
    let of_review = review(1, 3, Verdict::Approve, 1).key();
    assert!(error(carried(&late, vec![late.key(), of_review], 3)).contains("only its pull request can be"));
    // A reader holds to the same.
    let text = String::from_utf8(evidence.to_bytes().unwrap()).unwrap();
    let read = |text: &str| EvidenceError::to_string(&Evidence::from_bytes(text.as_bytes()).unwrap_err());
    assert!(
        read(&text.replace("\"carried\":[\"pull/10/1\"]", "\"carried\":[\"pull/10/2\"]"))
            .contains("not merged in this epoch")
    );
}

#[test]
fn a_carried_issue_is_paid_by_the_confirmation_of_its_own_epoch() {
    let mut late = issue(5, 2);
    late.labels = vec![label("confirmed", 1, START - 10)];
    let of = |carried: Vec<FactKey>| {
        let evidence =
            Evidence::new(Header { carried, ..header() }, opening(), vec![Fact::Issue(late.clone())]).unwrap();
        score::score(&evidence, &policy()).unwrap()
    };
    let out = of(Vec::new());
    assert!(out.entries.is_empty(), "it was confirmed in another epoch");
    assert_eq!(of(vec![late.key()]).entries.len(), 1);
}
