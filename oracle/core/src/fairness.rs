//! How evenly an epoch paid: takes an outcome and its evidence, gives figures. Integers only, each
//! rounded down once; it changes nothing and no rule reads it.
//!
//! "Earned" is what the epoch's own work brought ([`PersonResult::earned`]), with or without a wallet:
//! grants of older accruals and repaid debts would tell about other epochs. People who earned nothing
//! are in no figure.

use crate::evidence::Evidence;
use crate::model::ContributorId;
use crate::policy::{Milli, Policy};
use crate::score::{Outcome, PersonResult, Slice};
use alloy_primitives::U256;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// How concentrated some amounts are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Concentration {
    /// How many amounts are above zero.
    pub people: u64,
    /// Their sum, in units.
    pub units: u64,
    /// See [`gini`].
    #[cfg_attr(feature = "openapi", schema(value_type = u64))]
    pub gini: Milli,
    /// What the ten largest are of the sum; with ten or fewer that is all of it.
    #[cfg_attr(feature = "openapi", schema(value_type = u64))]
    pub top_ten: Milli,
    /// See [`nakamoto`].
    pub nakamoto: u64,
    /// See [`hhi`].
    pub hhi: u64,
}

/// What one slice paid of all that was earned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SliceShare {
    pub slice: Slice,
    pub units: u64,
    #[cfg_attr(feature = "openapi", schema(value_type = u64))]
    pub share: Milli,
}

/// The figures of one epoch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Fairness {
    pub concentration: Concentration,
    /// How many of those who earned had fewer than `factors.newcomer_pulls` pull requests accepted before.
    pub newcomers: u64,
    /// What they earned of the sum.
    #[cfg_attr(feature = "openapi", schema(value_type = u64))]
    pub newcomer_share: Milli,
    /// How many have their first entry in this epoch's batch.
    pub first_entries: u64,
    /// The median over them of the seconds from their first accepted contribution to the epoch's end, when
    /// what it pays was settled; of two in the middle their mean, rounded down. Absent without any.
    pub first_payment: Option<u64>,
    /// Every slice, in the policy's order. The units add up to what was earned.
    pub slices: Vec<SliceShare>,
    /// What reviewing earned of the sum: the slice `review`.
    #[cfg_attr(feature = "openapi", schema(value_type = u64))]
    pub review_share: Milli,
}

/// `part` of `whole` in thousandths, rounded down; 0 of nothing.
pub fn share(part: u64, whole: u64) -> Milli {
    let milli = u128::from(part) * 1000 / u128::from(whole.max(1));
    u64::try_from(milli).unwrap_or(u64::MAX)
}

/// The Gini coefficient in thousandths, 0 (all equal) to 1000 (one has all).
///
/// With n amounts ascending, `x_1 <= ... <= x_n`, and i from 1:
/// `G = sum((2i - n - 1) * x_i) / ((n - 1) * sum(x_i))`.
///
/// That is half the mean difference between two different people over the mean (C. Gini, "Variabilità e
/// mutabilità", 1912), with the correction for small groups of G. Deltas, "The small-sample bias of the
/// Gini coefficient" (Review of Economics and Statistics 85, 2003): without it the most uneven group of
/// five scores 800, and epochs of five people could not be compared with epochs of fifty. Somebody alone
/// has all: 1000. Nobody: 0.
///
/// ```
/// use guerdon_core::fairness::gini;
/// assert_eq!(gini(&[5, 5, 5]), 0);
/// assert_eq!(gini(&[0, 0, 7]), 1000);
/// // (-2*1 + 0*2 + 2*6) / (2*9)
/// assert_eq!(gini(&[6, 1, 2]), 555);
/// ```
pub fn gini(amounts: &[u64]) -> Milli {
    let total: u128 = amounts.iter().map(|amount| u128::from(*amount)).sum();
    let n = amounts.len() as u128;
    if total == 0 {
        return 0;
    }
    if n == 1 {
        return 1000;
    }
    let mut ascending = amounts.to_vec();
    ascending.sort_unstable();
    // As two sums, because the first half of the terms is negative.
    let (mut above, mut below) = (U256::ZERO, U256::ZERO);
    for (amount, i) in ascending.into_iter().zip(1u128..) {
        let amount = U256::from(amount);
        if 2 * i > n + 1 {
            above += U256::from(2 * i - n - 1) * amount;
        } else {
            below += U256::from(n + 1 - 2 * i) * amount;
        }
    }
    ratio(above - below, 1000, U256::from(n - 1) * U256::from(total))
}

/// The Nakamoto coefficient: the fewest people who together have more than half. 1 when one person has,
/// 0 when there is nothing.
///
/// After B. Srinivasan and L. Lee, "Quantifying decentralization" (2017), with a majority as the threshold:
/// `min k: 2 * (x_(1) + ... + x_(k)) > sum(x_i)`, the largest first.
///
/// ```
/// use guerdon_core::fairness::nakamoto;
/// assert_eq!(nakamoto(&[6, 1, 2]), 1);
/// assert_eq!(nakamoto(&[5, 5]), 2); // half is not more than half
/// ```
pub fn nakamoto(amounts: &[u64]) -> u64 {
    let total: u128 = amounts.iter().map(|amount| u128::from(*amount)).sum();
    let mut sum = 0u128;
    for (amount, count) in descending(amounts).into_iter().zip(1u64..) {
        sum += u128::from(amount);
        if sum > total - sum {
            return count;
        }
    }
    0
}

/// The Herfindahl-Hirschman index, 0 to 10,000 (one has all); n equal shares give 10,000 / n.
///
/// `sum((100 * x_i / sum(x))^2)`, the squares of the shares in percent, as competition authorities use it
/// (A. Hirschman, "The paternity of an index", American Economic Review 54, 1964; the US Merger Guidelines
/// of 2023 call a market above 1,800 highly concentrated).
///
/// ```
/// use guerdon_core::fairness::hhi;
/// assert_eq!(hhi(&[5, 5, 5, 5]), 2_500);
/// assert_eq!(hhi(&[6, 1, 2]), 5_061); // (36 + 1 + 4) / 81
/// ```
pub fn hhi(amounts: &[u64]) -> u64 {
    let total: U256 = amounts.iter().map(|amount| U256::from(*amount)).sum();
    let squares: U256 = amounts.iter().map(|amount| U256::from(*amount) * U256::from(*amount)).sum();
    if total.is_zero() { 0 } else { ratio(squares, 10_000, total * total) }
}

/// `over * scale / under`, rounded down; `over` is at most `under`.
fn ratio(over: U256, scale: u64, under: U256) -> u64 {
    u64::try_from(over * U256::from(scale) / under).unwrap_or(scale)
}

fn descending(amounts: &[u64]) -> Vec<u64> {
    let mut sorted = amounts.to_vec();
    sorted.sort_unstable_by_key(|amount| std::cmp::Reverse(*amount));
    sorted
}

impl Concentration {
    /// Of amounts in any order; zeros are left out.
    pub fn of(amounts: impl IntoIterator<Item = u64>) -> Self {
        let amounts: Vec<u64> = amounts.into_iter().filter(|amount| *amount > 0).collect();
        let sum = |amounts: &[u64]| amounts.iter().fold(0u64, |sum, amount| sum.saturating_add(*amount));
        let units = sum(&amounts);
        let largest: Vec<u64> = descending(&amounts).into_iter().take(10).collect();
        Self {
            people: amounts.len() as u64,
            units,
            gini: gini(&amounts),
            top_ten: share(sum(&largest), units),
            nakamoto: nakamoto(&amounts),
            hhi: hhi(&amounts),
        }
    }
}

impl Fairness {
    pub fn of(evidence: &Evidence, outcome: &Outcome, policy: &Policy) -> Self {
        let concentration = Concentration::of(outcome.people.iter().map(|person| person.earned));
        let accepted: BTreeMap<ContributorId, u64> =
            evidence.opening.people.iter().map(|person| (person.id, person.accepted)).collect();
        let is_new = |person: &&PersonResult| {
            let before = accepted.get(&person.id).copied().unwrap_or(0);
            person.earned > 0 && before < policy.factors.newcomer_pulls
        };
        let newcomers: Vec<u64> = outcome.people.iter().filter(is_new).map(|person| person.earned).collect();
        let mut waits = first_waits(evidence, outcome);
        let units_of = |slice: Slice| {
            let items = outcome.items.iter().filter(|item| item.slice == slice);
            items.fold(0u64, |sum, item| sum.saturating_add(item.units))
        };
        let slices: Vec<SliceShare> = Slice::ALL
            .into_iter()
            .map(|slice| (slice, units_of(slice)))
            .map(|(slice, units)| SliceShare { slice, units, share: share(units, concentration.units) })
            .collect();
        let review = slices.iter().find(|share| share.slice == Slice::Review);
        Self {
            concentration,
            newcomers: newcomers.len() as u64,
            newcomer_share: share(
                newcomers.iter().fold(0, |sum, units| units.saturating_add(sum)),
                concentration.units,
            ),
            first_entries: waits.len() as u64,
            first_payment: median(&mut waits),
            review_share: review.map_or(0, |review| review.share),
            slices,
        }
    }
}

/// How long everybody with a first entry waited for it.
fn first_waits(evidence: &Evidence, outcome: &Outcome) -> Vec<u64> {
    let paid: BTreeSet<ContributorId> =
        evidence.opening.people.iter().filter(|person| person.paid).map(|person| person.id).collect();
    let began = outcome.closing.people.iter().filter(|person| person.first > 0);
    let first: BTreeMap<ContributorId, u64> = began.map(|person| (person.id, person.first)).collect();
    let entries = outcome.entries.iter().filter(|entry| !paid.contains(&entry.id));
    entries.filter_map(|entry| Some(evidence.header.ends.saturating_sub(*first.get(&entry.id)?))).collect()
}

fn median(values: &mut [u64]) -> Option<u64> {
    values.sort_unstable();
    let middle = values.len() / 2;
    let upper = *values.get(middle)?;
    let lower = if values.len().is_multiple_of(2) { *values.get(middle.checked_sub(1)?)? } else { upper };
    Some(lower + (upper - lower) / 2)
}
