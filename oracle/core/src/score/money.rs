//! From points to units: repository shares, slice pools, brackets, caps, debts, accruals. Every sum is
//! exact.

use super::ScoreError;
use super::apportion::apportion;
use super::outcome::{Factor, LineItem, PersonResult, Slice, SliceResult};
use crate::evidence::Evidence;
use crate::model::{ContributorId, Epoch, Person, RepositoryId};
use crate::policy::Policy;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// Line items that one core looks at before it takes more.
const PART: usize = 1 << 16;

fn percent(amount: u64, percent: u64) -> u64 {
    scale(amount, percent, 100)
}

/// `amount * over / under`, rounded down; the largest number where that does not fit.
fn scale(amount: u64, over: u64, under: u64) -> u64 {
    let scaled = u128::from(amount) * u128::from(over) / u128::from(under.max(1));
    u64::try_from(scaled).unwrap_or(u64::MAX)
}

/// Where several repositories count, one of them has at most a part of a slice's points: of those
/// that spend it whole or, if the others have more, of all. The rest of its points is taken off.
pub(super) fn limit_repositories(
    evidence: &Evidence,
    policy: &Policy,
    items: &mut [LineItem],
) -> Result<(), ScoreError> {
    let part = policy.limits.repository_percent;
    if evidence.header.repositories.len() < 2 || part >= 100 {
        return Ok(());
    }
    let mut sums: BTreeMap<Slice, BTreeMap<RepositoryId, u64>> = BTreeMap::new();
    let parts = items.par_chunks(PART).map(points_of).collect::<Result<Vec<_>, ScoreError>>()?;
    for ((slice, repository), points) in parts.into_iter().flatten() {
        let sum = sums.entry(slice).or_default().entry(repository).or_default();
        *sum = sum.checked_add(points).ok_or_else(|| too_many(slice))?;
    }
    let mut limits: BTreeMap<(Slice, RepositoryId), (u64, u64)> = BTreeMap::new();
    for (slice, repositories) in sums {
        let full_at = policy.slices.get(&slice).map_or(0, |rule| rule.full_at.saturating_mul(1000));
        let all = repositories.values().try_fold(0u64, |sum, points| sum.checked_add(*points));
        let all = all.ok_or_else(|| too_many(slice))?;
        for (repository, points) in repositories {
            let beside_others = scale(all - points, part, 100 - part);
            let limit = percent(full_at, part).max(beside_others);
            if points > limit {
                limits.insert((slice, repository), (limit, points));
            }
        }
    }
    if limits.is_empty() {
        return Ok(());
    }
    items.par_iter_mut().for_each(|item| {
        if let Some((limit, points)) = limits.get(&(item.slice, item.fact.repo())) {
            item.points = scale(item.points, *limit, *points);
            item.factors.push(Factor::fraction("repository_share", *limit, *points));
        }
    });
    Ok(())
}

/// The points of each slice and repository.
fn points_of(items: &[LineItem]) -> Result<BTreeMap<(Slice, RepositoryId), u64>, ScoreError> {
    let mut sums: BTreeMap<_, u64> = BTreeMap::new();
    // Neighbours are often of one slice and repository: the map is asked once for each run of them.
    for run in items.chunk_by(|a, b| (a.slice, a.fact.repo()) == (b.slice, b.fact.repo())) {
        let Some(first) = run.first() else { continue };
        let sum = sums.entry((first.slice, first.fact.repo())).or_default();
        for item in run {
            *sum = sum.checked_add(item.points).ok_or_else(|| too_many(item.slice))?;
        }
    }
    Ok(sums)
}

/// The points of each slice's line items, in their order.
fn weights_of(items: &[LineItem]) -> BTreeMap<Slice, Vec<u64>> {
    let mut weights: BTreeMap<Slice, Vec<u64>> = BTreeMap::new();
    for run in items.chunk_by(|a, b| a.slice == b.slice) {
        if let Some(first) = run.first() {
            weights.entry(first.slice).or_default().extend(run.iter().map(|item| item.points));
        }
    }
    weights
}

fn too_many(slice: Slice) -> ScoreError {
    ScoreError::Overflow(format!("the points of slice {}", slice.name()))
}

/// Shares each slice's pool among its line items.
pub(super) fn price(
    evidence: &Evidence,
    policy: &Policy,
    items: &mut [LineItem],
) -> Result<Vec<SliceResult>, ScoreError> {
    let mut weights: BTreeMap<Slice, Vec<u64>> = Slice::ALL.iter().map(|slice| (*slice, Vec::new())).collect();
    for (slice, mut part) in items.par_chunks(PART).map(weights_of).collect::<Vec<_>>().into_iter().flatten() {
        weights.entry(slice).or_default().append(&mut part);
    }
    let priced: Vec<_> =
        weights.into_par_iter().map(|(slice, weights)| one_slice(evidence, policy, slice, &weights)).collect();
    let mut results = Vec::new();
    let mut units: BTreeMap<Slice, std::vec::IntoIter<u64>> = BTreeMap::new();
    for one in priced {
        if let Some((result, parts)) = one? {
            units.insert(result.slice, parts.into_iter());
            results.push(result);
        }
    }
    for item in items {
        item.priced = units.get_mut(&item.slice).and_then(Iterator::next).unwrap_or(0);
    }
    Ok(results)
}

fn one_slice(
    evidence: &Evidence,
    policy: &Policy,
    slice: Slice,
    weights: &[u64],
) -> Result<Option<(SliceResult, Vec<u64>)>, ScoreError> {
    let Some(rule) = policy.slices.get(&slice) else { return Ok(None) };
    let budget = percent(evidence.header.terms.budget, rule.percent);
    let points =
        weights.iter().try_fold(0u64, |sum, points| sum.checked_add(*points)).ok_or_else(|| too_many(slice))?;
    let full_at = rule.full_at.saturating_mul(1000);
    let pool = scale(budget, points.min(full_at), full_at);
    Ok(Some((SliceResult { slice, budget, pool, points }, apportion(pool, weights))))
}

/// Puts each person's total through the brackets and the cap, and fits the line items to it.
pub(super) fn settle(
    evidence: &Evidence,
    policy: &Policy,
    items: &mut [LineItem],
) -> Result<Vec<PersonResult>, ScoreError> {
    let terms = &evidence.header.terms;
    let cap = terms.cap.min(percent(terms.budget, policy.limits.max_share));
    let opening = &evidence.opening.people;
    let of =
        |id: &ContributorId| opening.binary_search_by_key(id, |person| person.id).ok().and_then(|at| opening.get(at));
    let mut by_person: Vec<&mut [LineItem]> = items.chunk_by_mut(|a, b| a.contributor == b.contributor).collect();
    let settled = by_person.par_iter_mut().filter_map(|items| {
        let id = items.first()?.contributor;
        let weights: Vec<u64> = items.iter().map(|item| item.priced).collect();
        let Some(priced) = weights.iter().try_fold(0u64, |sum, units| sum.checked_add(*units)) else {
            return Some(Err(ScoreError::Overflow(format!("the units of {id}"))));
        };
        let earned = bracketed(policy, terms.budget, priced).min(cap);
        for (item, units) in items.iter_mut().zip(apportion(earned, &weights)) {
            item.units = units;
        }
        Some(Ok(result(evidence, policy, of(&id), id, priced, earned)))
    });
    let settled: Vec<Result<PersonResult, ScoreError>> = settled.collect();
    let mut people = settled.into_iter().collect::<Result<Vec<_>, _>>()?;
    let opted_out: BTreeSet<ContributorId> = policy.people.opted_out.iter().copied().collect();
    let waiting = opening.iter().filter(|person| !person.accruals.is_empty() && !opted_out.contains(&person.id));
    let idle = waiting.filter(|person| people.binary_search_by_key(&person.id, |result| result.id).is_err());
    let idle: Vec<_> = idle.map(|person| result(evidence, policy, Some(person), person.id, 0, 0)).collect();
    people.extend(idle);
    people.sort_by_key(|person| person.id);
    Ok(people)
}

fn result(
    evidence: &Evidence,
    policy: &Policy,
    person: Option<&Person>,
    id: ContributorId,
    priced: u64,
    earned: u64,
) -> PersonResult {
    let linked = person.is_some_and(|person| person.linked);
    let owed = person.into_iter().flat_map(|person| &person.debts);
    let owed = owed
        .filter(|debt| !lapses(policy.debts.epochs, debt.epoch, evidence.header.epoch))
        .fold(0u64, |sum, debt| sum.saturating_add(debt.left()));
    let repaid = owed.min(percent(earned, policy.debts.max_percent));
    let net = earned - repaid;
    let entry = if linked { net } else { 0 };
    PersonResult {
        id,
        linked,
        priced,
        earned,
        repaid,
        debt: owed - repaid,
        returned: 0,
        granted_accruals: Vec::new(),
        lapsed: 0,
        accrued: net - entry,
        entry,
    }
}

fn bracketed(policy: &Policy, budget: u64, units: u64) -> u64 {
    let mut paid = 0;
    let mut from = 0;
    for bracket in &policy.limits.brackets {
        let to = percent(budget, bracket.percent);
        let part = units.min(to).saturating_sub(from);
        paid += scale(part, bracket.rate, 1000);
        from = to;
    }
    paid
}

/// Grants what linked people had accrued, oldest epoch first and then by id, as far as the budget
/// and the cap go; lets the rest wait or lapse.
pub(super) fn grant_accruals(
    evidence: &Evidence,
    policy: &Policy,
    people: &mut [PersonResult],
) -> Result<(), ScoreError> {
    let terms = &evidence.header.terms;
    let cap = terms.cap.min(percent(terms.budget, policy.limits.max_share));
    let spent = people
        .iter()
        .try_fold(0u64, |sum, person| sum.checked_add(person.entry))
        .ok_or_else(|| ScoreError::Overflow("the sum of the entries".to_owned()))?;
    let mut left = terms.budget.saturating_sub(spent);
    let mut waiting: Vec<(Epoch, ContributorId, u64)> = evidence
        .opening
        .people
        .iter()
        .flat_map(|person| person.accruals.iter().map(|(epoch, units)| (*epoch, person.id, *units)))
        .collect();
    waiting.sort();
    for (epoch, id, units) in waiting {
        let found = people.binary_search_by_key(&id, |person| person.id).ok();
        let Some(person) = found.and_then(|at| people.get_mut(at)) else { continue };
        let granted = if person.linked { units.min(left).min(cap.saturating_sub(person.entry)) } else { 0 };
        if granted > 0 {
            left -= granted;
            person.entry += granted;
            person.granted_accruals.push((epoch, granted));
        }
        let rest = units - granted;
        if lapses(policy.accrue_epochs, epoch, evidence.header.epoch) {
            person.lapsed = person.lapsed.saturating_add(rest);
        } else {
            person.accrued = person.accrued.saturating_add(rest);
        }
    }
    Ok(())
}

/// Whether something of that epoch is forgotten after this one.
pub(super) fn lapses(epochs: u64, of: Epoch, now: Epoch) -> bool {
    now.0.saturating_sub(of.0) >= epochs
}
