//! How one contribution's points are divided among those who made it: the sum stays the same.

use crate::model::ContributorId;
use crate::policy::{CoauthorRule, Milli};

/// Each person's points and their share in thousandths (rounded down for display): `people` with the
/// author first. Co-authors share equally; what does not divide evenly is the author's.
///
/// *Example.* With a weight of 500, one co-author gets a third; two or more get a half together when
/// `max` is 500.
pub(super) fn divide(
    rule: &CoauthorRule,
    people: &[ContributorId],
    points: u64,
) -> impl Iterator<Item = (ContributorId, u64, Milli)> {
    let others = u64::try_from(people.len().saturating_sub(1)).unwrap_or(u64::MAX);
    let weight = others.saturating_mul(rule.weight);
    let together = (u128::from(weight) * 1000 / (u128::from(weight) + 1000)).min(u128::from(rule.max));
    let each_under = u128::from(others.max(1)) * 1000;
    let part = |amount: u64| u64::try_from(u128::from(amount) * together / each_under).unwrap_or(0);
    let (each, milli) = (part(points), part(1000));
    let of_author =
        (points.saturating_sub(each.saturating_mul(others)), 1000u64.saturating_sub(milli.saturating_mul(others)));
    people.iter().enumerate().map(move |(at, id)| {
        let (points, milli) = if at == 0 { of_author } else { (each, milli) };
        (*id, points, milli)
    })
}
