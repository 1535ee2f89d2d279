//! From points to units: slice pools, line items, brackets, caps, accruals. Every sum is exact.

use super::apportion::apportion;
use super::{LineItem, PersonResult, ScoreError, Slice, SliceResult};
use crate::evidence::Evidence;
use crate::model::{ContributorId, Epoch, Person};
use crate::policy::Policy;
use std::collections::BTreeMap;

fn percent(amount: u64, percent: u64) -> u64 {
    scale(amount, percent, 100)
}

/// `amount * over / under`, rounded down. `over` is at most `under` wherever this is called.
fn scale(amount: u64, over: u64, under: u64) -> u64 {
    let scaled = u128::from(amount) * u128::from(over) / u128::from(under.max(1));
    u64::try_from(scaled).unwrap_or(u64::MAX)
}

/// Shares each slice's pool among its line items.
pub(super) fn price(
    evidence: &Evidence,
    policy: &Policy,
    items: &mut [LineItem],
) -> Result<Vec<SliceResult>, ScoreError> {
    let mut results = Vec::new();
    for slice in Slice::ALL {
        let Some(rule) = policy.slices.get(&slice) else { continue };
        let budget = percent(evidence.header.terms.budget, rule.percent);
        let mut in_slice: Vec<&mut LineItem> = items.iter_mut().filter(|item| item.slice == slice).collect();
        let weights: Vec<u64> = in_slice.iter().map(|item| item.points).collect();
        let points = weights
            .iter()
            .try_fold(0u64, |sum, points| sum.checked_add(*points))
            .ok_or_else(|| ScoreError::Overflow(format!("the points of slice {}", slice.name())))?;
        let full_at = rule.full_at.saturating_mul(1000);
        let pool = scale(budget, points.min(full_at), full_at);
        for (item, units) in in_slice.iter_mut().zip(apportion(pool, &weights)) {
            item.priced = units;
        }
        results.push(SliceResult { slice, budget, pool, points });
    }
    Ok(results)
}

/// Puts each person's total through the brackets and the cap, and fits the line items to it.
pub(super) fn settle(
    evidence: &Evidence,
    policy: &Policy,
    items: &mut [LineItem],
) -> Result<Vec<PersonResult>, ScoreError> {
    let terms = &evidence.header.terms;
    let cap = terms.cap.min(percent(terms.budget, policy.limits.max_share));
    let linked: BTreeMap<ContributorId, bool> =
        evidence.opening.people.iter().map(|person| (person.id, person.linked)).collect();
    let mut by_person: BTreeMap<ContributorId, Vec<&mut LineItem>> = BTreeMap::new();
    for item in items.iter_mut() {
        by_person.entry(item.contributor).or_default().push(item);
    }
    let mut people = BTreeMap::new();
    for (id, mut items) in by_person {
        let weights: Vec<u64> = items.iter().map(|item| item.priced).collect();
        let priced = weights
            .iter()
            .try_fold(0u64, |sum, units| sum.checked_add(*units))
            .ok_or_else(|| ScoreError::Overflow(format!("the units of {id}")))?;
        let earned = bracketed(policy, terms.budget, priced).min(cap);
        for (item, units) in items.iter_mut().zip(apportion(earned, &weights)) {
            item.units = units;
        }
        let linked = linked.get(&id).copied().unwrap_or(false);
        people.insert(id, result(id, linked, priced, earned));
    }
    for person in evidence.opening.people.iter().filter(|person| !person.accruals.is_empty()) {
        people.entry(person.id).or_insert_with(|| result(person.id, person.linked, 0, 0));
    }
    Ok(people.into_values().collect())
}

fn result(id: ContributorId, linked: bool, priced: u64, earned: u64) -> PersonResult {
    let entry = if linked { earned } else { 0 };
    let accrued = earned - entry;
    PersonResult { id, linked, priced, earned, granted_accruals: Vec::new(), lapsed: 0, accrued, entry }
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
    let mut by_id: BTreeMap<ContributorId, &mut PersonResult> =
        people.iter_mut().map(|person| (person.id, person)).collect();
    for (epoch, id, units) in waiting {
        let Some(person) = by_id.get_mut(&id) else { continue };
        let granted = if person.linked { units.min(left).min(cap.saturating_sub(person.entry)) } else { 0 };
        if granted > 0 {
            left -= granted;
            person.entry += granted;
            person.granted_accruals.push((epoch, granted));
        }
        let rest = units - granted;
        if lapses(policy, epoch, evidence.header.epoch) {
            person.lapsed = person.lapsed.saturating_add(rest);
        } else {
            person.accrued = person.accrued.saturating_add(rest);
        }
    }
    Ok(())
}

fn lapses(policy: &Policy, earned: Epoch, now: Epoch) -> bool {
    now.0.saturating_sub(earned.0) >= policy.accrue_epochs
}

/// Moves a person's accruals on to the next epoch.
pub(super) fn carry(person: &mut Person, result: &PersonResult, policy: &Policy, now: Epoch) {
    let granted: BTreeMap<Epoch, u64> = result.granted_accruals.iter().copied().collect();
    let old = std::mem::take(&mut person.accruals);
    for (epoch, units) in old {
        let rest = units - granted.get(&epoch).copied().unwrap_or(0).min(units);
        if rest > 0 && !lapses(policy, epoch, now) {
            person.accruals.push((epoch, rest));
        }
    }
    if !result.linked && result.earned > 0 {
        person.accruals.push((now, result.earned));
    }
}
