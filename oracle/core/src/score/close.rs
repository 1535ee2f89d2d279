//! The closing state: what the next epoch has to know of this one.

use super::ledger::Ledger;
use super::money::lapses;
use super::outcome::{LineItem, PersonResult};
use super::pulls::Scored;
use super::reverts::Reverts;
use super::roles::merged_for_another;
use crate::evidence::Evidence;
use crate::model::{
    ContributorId, Debt, Epoch, Fact, FactKey, Kind, Kudos, Landed, Merger, Person, RepositoryId, Settled, State,
    Thanks,
};
use crate::policy::Policy;
use std::collections::{BTreeMap, BTreeSet};

const DAY: u64 = 86_400;

/// What the rules of an epoch found, besides line items.
pub(super) struct Found<'a> {
    pub(super) pulls: Scored<'a>,
    pub(super) reverts: Reverts,
    pub(super) kudos: Vec<&'a Kudos>,
}

pub(super) fn close(
    evidence: &Evidence,
    policy: &Policy,
    ledger: &Ledger,
    found: &Found<'_>,
    results: &mut [PersonResult],
) -> State {
    State {
        landed: landed(evidence, &ledger.items, found),
        mergers: mergers(evidence),
        people: people(evidence, policy, ledger, found, results),
        settled: settled(evidence, &ledger.items),
        thanks: thanks(evidence, policy, found),
    }
}

fn people(
    evidence: &Evidence,
    policy: &Policy,
    ledger: &Ledger,
    found: &Found<'_>,
    results: &mut [PersonResult],
) -> Vec<Person> {
    let epoch = evidence.header.epoch;
    let mut people: BTreeMap<ContributorId, Person> =
        evidence.opening.people.iter().map(|person| (person.id, person.clone())).collect();
    let mut of = |id: ContributorId, change: &mut dyn FnMut(&mut Person)| {
        change(people.entry(id).or_insert_with(|| Person::new(id)));
    };
    for (id, count) in &found.pulls.accepted {
        of(*id, &mut |person| person.accepted = person.accepted.saturating_add(*count));
    }
    // Thanks are no contribution of who is thanked.
    for item in ledger.items.iter().filter(|item| item.kind != Kind::Kudos) {
        of(item.contributor, &mut |person| person.accept(item.at));
    }
    for (id, debt) in &found.reverts.debts {
        of(*id, &mut |person| {
            person.debts.push(debt.clone());
            person.debts.sort_by_key(|debt| (debt.repo, debt.number, debt.by));
        });
    }
    let mut results: BTreeMap<ContributorId, &mut PersonResult> =
        results.iter_mut().map(|result| (result.id, result)).collect();
    for person in people.values_mut() {
        let mut result = results.remove(&person.id);
        person.paid |= result.as_ref().is_some_and(|result| result.entry > 0);
        repay(policy, epoch, person, result.as_ref().map_or(0, |result| result.repaid));
        let returned = restore(&mut person.debts, &found.reverts.restored);
        if let Some(result) = &mut result {
            result.returned = returned;
            result.accrued = result.accrued.saturating_add(returned);
            result.debt = owed(&person.debts);
        }
        carry(policy, epoch, person, result.as_deref(), returned);
    }
    people.into_values().filter(|person| !person.is_empty() && !ledger.opted_out(person.id)).collect()
}

/// Notes what was kept back, oldest debt first; forgets old debts.
fn repay(policy: &Policy, epoch: Epoch, person: &mut Person, mut repaid: u64) {
    let mut order: Vec<&mut Debt> = person.debts.iter_mut().filter(|debt| debt.epoch < epoch).collect();
    order.sort_by_key(|debt| debt.epoch);
    for debt in order.into_iter().filter(|debt| !lapses(policy.debts.epochs, debt.epoch, epoch)) {
        let part = repaid.min(debt.units - debt.repaid);
        debt.repaid += part;
        repaid -= part;
    }
    person.debts.retain(|debt| !lapses(policy.debts.epochs, debt.epoch, epoch));
}

/// Takes back what is owed for work that is in place again; gives what had been kept back for it.
fn restore(debts: &mut Vec<Debt>, restored: &BTreeSet<(RepositoryId, u64)>) -> u64 {
    let is_restored = |debt: &Debt| restored.contains(&(debt.repo, debt.number));
    let returned =
        debts.iter().filter(|debt| is_restored(debt)).fold(0u64, |sum, debt| sum.saturating_add(debt.repaid));
    debts.retain(|debt| !is_restored(debt));
    returned
}

fn owed(debts: &[Debt]) -> u64 {
    debts.iter().fold(0u64, |sum, debt| sum.saturating_add(debt.units - debt.repaid))
}

/// Moves a person's accruals on to the next epoch.
fn carry(policy: &Policy, now: Epoch, person: &mut Person, result: Option<&PersonResult>, returned: u64) {
    let granted: BTreeMap<Epoch, u64> =
        result.into_iter().flat_map(|result| result.granted_accruals.iter().copied()).collect();
    let old = std::mem::take(&mut person.accruals);
    for (epoch, units) in old {
        let rest = units - granted.get(&epoch).copied().unwrap_or(0).min(units);
        if rest > 0 && !lapses(policy.accrue_epochs, epoch, now) {
            person.accruals.push((epoch, rest));
        }
    }
    let earned = result.filter(|result| !result.linked).map_or(0, |result| result.earned - result.repaid);
    let new = earned.saturating_add(returned);
    if new > 0 {
        person.accruals.push((now, new));
    }
}

/// What may be reverted later, with what was earned by it.
fn landed(evidence: &Evidence, items: &[LineItem], found: &Found<'_>) -> Vec<Landed> {
    let mut units: BTreeMap<(FactKey, ContributorId), u64> = BTreeMap::new();
    for item in items.iter().filter(|item| matches!(item.fact, FactKey::Pull { .. })) {
        let sum = units.entry((item.fact, item.contributor)).or_default();
        *sum = sum.saturating_add(item.units);
    }
    let mut all: BTreeMap<(RepositoryId, u64), Landed> = BTreeMap::new();
    for one in &found.reverts.landed {
        all.insert((one.repo, one.number), one.clone());
    }
    for (key, one) in &found.pulls.landed {
        let mut one = one.clone();
        for (id, share) in &mut one.shares {
            *share = units.get(&(*key, *id)).copied().unwrap_or(0);
        }
        // After the epoch's end it is of the time before the next one.
        one.at = one.at.min(evidence.header.ends.saturating_sub(1));
        all.insert((one.repo, one.number), one);
    }
    all.into_values().collect()
}

fn mergers(evidence: &Evidence) -> Vec<Merger> {
    let mut mergers: BTreeMap<_, u64> =
        evidence.opening.mergers.iter().map(|merger| ((merger.repo, merger.id), merger.last)).collect();
    for fact in &evidence.facts {
        if let Fact::Pull(pull) = fact
            && let Some(id) = merged_for_another(pull)
        {
            let last = mergers.entry((pull.repo, id)).or_insert(pull.at);
            *last = (*last).max(pull.at);
        }
    }
    mergers.into_iter().map(|((repo, id), last)| Merger { id, last, repo }).collect()
}

fn settled(evidence: &Evidence, items: &[LineItem]) -> Vec<Settled> {
    let mut all: BTreeMap<RepositoryId, (BTreeSet<u64>, BTreeSet<u64>)> = BTreeMap::new();
    for settled in &evidence.opening.settled {
        let (answers, issues) = all.entry(settled.repo).or_default();
        answers.extend(&settled.answers);
        issues.extend(&settled.issues);
    }
    for item in items {
        match item.fact {
            FactKey::Answer { repo, number } => _ = all.entry(repo).or_default().0.insert(number),
            FactKey::Issue { repo, number } => _ = all.entry(repo).or_default().1.insert(number),
            _ => {}
        }
    }
    let numbers = |set: BTreeSet<u64>| set.into_iter().collect();
    all.into_iter()
        .map(|(repo, (answers, issues))| Settled { answers: numbers(answers), issues: numbers(issues), repo })
        .collect()
}

fn thanks(evidence: &Evidence, policy: &Policy, found: &Found<'_>) -> Vec<Thanks> {
    let since = evidence.header.ends.saturating_sub(policy.kudos.active_days.saturating_mul(DAY));
    let mut all: BTreeMap<(ContributorId, ContributorId), u64> =
        evidence.opening.thanks.iter().map(|thanks| ((thanks.by, thanks.to), thanks.at)).collect();
    for kudos in &found.kudos {
        let at = all.entry((kudos.by, kudos.to)).or_default();
        *at = kudos.at.max(*at);
    }
    let all = all.into_iter().map(|((by, to), at)| Thanks { at, by, to });
    all.filter(|thanks| thanks.at >= since).collect()
}
