//! The closing state: what the next epoch has to know of this one.

use super::DAY;
use super::ledger::Ledger;
use super::money::lapses;
use super::outcome::{LineItem, PersonResult};
use super::pulls::Scored;
use super::reverts::Reverts;
use super::roles::merged_for_another;
use super::table::Table;
use crate::evidence::Evidence;
use crate::model::{
    ContributorId, Debt, Epoch, FactKey, Kind, Kudos, Landed, Merger, Person, RepositoryId, Settled, State, Thanks,
};
use crate::policy::Policy;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

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
    mut found: Found<'_>,
    results: &mut [PersonResult],
) -> State {
    let earlier = std::mem::take(&mut found.reverts.landed);
    let now = std::mem::take(&mut found.pulls.landed);
    let items = &ledger.items;
    let (people, (landed, mergers, settled, thanks)) = rayon::join(
        || people(evidence, policy, ledger, &found, results),
        || {
            let landed = landed(evidence, items, earlier, now);
            (landed, mergers(evidence), settled(evidence, items), thanks(evidence, policy, &found))
        },
    );
    State { landed, mergers, people, settled, thanks }
}

fn people(
    evidence: &Evidence,
    policy: &Policy,
    ledger: &Ledger,
    found: &Found<'_>,
    results: &mut [PersonResult],
) -> Vec<Person> {
    let epoch = evidence.header.epoch;
    // Thanks are no contribution of who is thanked.
    let accepted = ledger.items.par_chunk_by(|a, b| a.contributor == b.contributor).filter_map(|items| {
        let times = || items.iter().filter(|item| item.kind != Kind::Kudos).map(|item| item.at);
        Some((items.first()?.contributor, times().min()?, times().max()?))
    });
    let accepted: Vec<(ContributorId, u64, u64)> = accepted.collect();
    let counted = found.pulls.accepted.iter().map(|(id, _)| *id);
    let ids = accepted.iter().map(|(id, ..)| *id).chain(counted).chain(found.reverts.debts.iter().map(|(id, _)| *id));
    let mut people = evidence.opening.people.clone();
    let new = ids.filter(|id| evidence.opening.people.binary_search_by_key(id, |person| person.id).is_err());
    people.extend(new.map(Person::new));
    people.par_sort_by_key(|person| person.id);
    people.dedup_by_key(|person| person.id);
    let mut of = |id: ContributorId, change: &mut dyn FnMut(&mut Person)| {
        let found = people.binary_search_by_key(&id, |person| person.id).ok();
        found.and_then(|at| people.get_mut(at)).into_iter().for_each(change);
    };
    for (id, count) in &found.pulls.accepted {
        of(*id, &mut |person| person.accepted = person.accepted.saturating_add(*count));
    }
    for (id, first, last) in accepted {
        of(id, &mut |person| {
            person.accept(first);
            person.accept(last);
        });
    }
    for (id, debt) in &found.reverts.debts {
        of(*id, &mut |person| {
            person.debts.push(debt.clone());
            person.debts.sort_by_key(|debt| (debt.repo, debt.number, debt.by));
        });
    }
    let mut results = results.iter_mut().peekable();
    for person in &mut people {
        while results.next_if(|result| result.id < person.id).is_some() {}
        let mut result = results.next_if(|result| result.id == person.id);
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
    people.retain(|person| !person.is_empty() && !ledger.opted_out(person.id));
    people
}

/// Notes what was kept back, oldest debt first; forgets old debts.
fn repay(policy: &Policy, epoch: Epoch, person: &mut Person, mut repaid: u64) {
    let mut order: Vec<&mut Debt> = person.debts.iter_mut().filter(|debt| debt.epoch < epoch).collect();
    order.sort_by_key(|debt| debt.epoch);
    for debt in order.into_iter().filter(|debt| !lapses(policy.debts.epochs, debt.epoch, epoch)) {
        let part = repaid.min(debt.left());
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
    debts.iter().fold(0u64, |sum, debt| sum.saturating_add(debt.left()))
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

/// What may be reverted later, with what was earned by it. `items` ascend by contributor and fact.
fn landed(evidence: &Evidence, items: &[LineItem], earlier: Vec<Landed>, now: Vec<(FactKey, Landed)>) -> Vec<Landed> {
    let of_pulls = items.par_chunk_by(|a, b| (a.contributor, a.fact) == (b.contributor, b.fact)).filter_map(|items| {
        let first = items.first().filter(|first| matches!(first.fact, FactKey::Pull { .. }))?;
        let units = items.iter().fold(0u64, |sum, item| sum.saturating_add(item.units));
        Some(((first.fact, first.contributor), units))
    });
    let earned = Table::new(of_pulls.collect());
    let mut all: Vec<((RepositoryId, u64), Landed)> =
        earlier.into_iter().map(|one| ((one.repo, one.number), one)).collect();
    // After the epoch's end it is of the time before the next one.
    let latest = evidence.header.ends.saturating_sub(1);
    all.par_extend(now.into_par_iter().map(|(key, mut one)| {
        for (id, share) in &mut one.shares {
            *share = earned.get(&(key, *id)).copied().unwrap_or(0);
        }
        one.at = one.at.min(latest);
        ((one.repo, one.number), one)
    }));
    Table::new(all).into_values().collect()
}

fn mergers(evidence: &Evidence) -> Vec<Merger> {
    let mut mergers: BTreeMap<_, u64> =
        evidence.opening.mergers.iter().map(|merger| ((merger.repo, merger.id), merger.last)).collect();
    for pull in evidence.pulls() {
        if let Some(id) = merged_for_another(pull) {
            let last = mergers.entry((pull.repo, id)).or_insert(pull.at);
            *last = (*last).max(pull.at);
        }
    }
    mergers.into_iter().map(|((repo, id), last)| Merger { id, last, repo }).collect()
}

fn settled(evidence: &Evidence, items: &[LineItem]) -> Vec<Settled> {
    let (mut answers, mut issues) = (Vec::new(), Vec::new());
    for settled in &evidence.opening.settled {
        answers.extend(settled.answers.iter().map(|number| (settled.repo, *number)));
        issues.extend(settled.issues.iter().map(|number| (settled.repo, *number)));
    }
    for item in items {
        match item.fact {
            FactKey::Answer { repo, number } => answers.push((repo, number)),
            FactKey::Issue { repo, number } => issues.push((repo, number)),
            _ => {}
        }
    }
    let mut all: BTreeMap<RepositoryId, Settled> = BTreeMap::new();
    for (list, numbers) in [(answers, of_answers as fn(&mut Settled) -> &mut Vec<u64>), (issues, of_issues)] {
        let mut list = list;
        list.par_sort_unstable();
        list.dedup();
        for (repo, number) in list {
            numbers(all.entry(repo).or_insert_with(|| Settled::new(repo))).push(number);
        }
    }
    all.into_values().collect()
}

fn of_answers(settled: &mut Settled) -> &mut Vec<u64> {
    &mut settled.answers
}

fn of_issues(settled: &mut Settled) -> &mut Vec<u64> {
    &mut settled.issues
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
