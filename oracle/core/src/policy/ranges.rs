//! What every key may be, in one table.
//!
//! Takes a policy as JSON, so that no key can be left out: each of its leaves must match a row, and a
//! row that matches none is dead. What depends on more than one key is in `unused.rs`.
//!
//! The highest values are what makes overflow impossible. A line item has at most 1.01 * 10^11
//! milli-points (a review: 10^6 points, 101,000 thousandths of substance, size below one). A product
//! on the way to them stays below 2^240, of 256 bits: 1000 * 10^6 (points) * 4000 (factors) * 2^32
//! (root of lines) * 10^6 (part of a unit) * 2^64 (open) * 1000 (revert) * 2^64 (lines). The product of
//! all factors stays below 1000 * 4^3 * 1.5 * 1.25^32 < 2^27 before it is bounded. Units are below 2^48
//! by the contract's own limit, so an amount times a weight is below 2^112, of 128 bits. Sums, and what
//! products are divided by, are checked: made-up evidence is refused as too large and never wraps.

use super::patterns;
use super::{PolicyError, refused};
use serde_json::Value;

/// What one key, or each of many, may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Allowed {
    /// A whole number within both.
    Number { low: u64, high: u64 },
    /// A label's name of 1 to 50 bytes, which is GitHub's limit in characters.
    Label,
    /// A kind of pull request.
    Kind,
    /// A path pattern.
    Pattern,
}

/// `*` stands for one step: the key of a map or the place in a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    pub key: &'static str,
    pub allowed: Allowed,
}

const fn number(key: &'static str, low: u64, high: u64) -> Range {
    Range { key, allowed: Allowed::Number { low, high } }
}

/// Every key of a policy.
pub const RANGES: &[Range] = &[
    number("accrue_epochs", 1, 520),
    number("slices.*.percent", 0, 100),
    number("slices.*.full_at", 1, 1_000_000_000),
    number("points.*", 0, 1_000_000),
    number("size.half", 1, 1_000_000),
    number("size.source", 0, 1000),
    number("size.tests", 0, 1000),
    number("size.docs", 0, 1000),
    number("size.config", 0, 1000),
    number("size.deletion", 0, 1000),
    number("size.trivial_lines", 0, 1000),
    Range { key: "paths.*.*", allowed: Allowed::Pattern },
    number("factors.min", 0, 1000),
    number("factors.max", 1000, 4000),
    number("factors.unreviewed", 0, 1000),
    number("factors.with_tests", 1000, 4000),
    number("factors.tests_percent", 1, 1000),
    number("factors.confirmed_issue", 1000, 4000),
    number("factors.newcomer", 1000, 4000),
    number("factors.newcomer_pulls", 0, 100),
    Range { key: "labels.confirm.*", allowed: Allowed::Label },
    Range { key: "labels.refuse.*", allowed: Allowed::Label },
    Range { key: "labels.kinds.*", allowed: Allowed::Kind },
    number("labels.factors.*", 800, 1250),
    number("reviews.verdict", 0, 1000),
    number("reviews.hunk", 0, 1000),
    number("reviews.max_hunks", 0, 100),
    number("reviews.stranger", 0, 1000),
    number("coauthors.weight", 0, 1000),
    number("coauthors.max", 0, 1000),
    number("mentoring.newcomer_pulls", 0, 100),
    number("mentoring.mentor_pulls", 0, 1000),
    number("kudos.credits", 0, 1000),
    number("kudos.active_days", 1, 3650),
    number("kudos.ring", 0, 1000),
    number("kudos.ring_length", 2, 8),
    number("debts.window_days", 0, 365),
    number("debts.epochs", 1, 520),
    number("debts.max_percent", 0, 100),
    number("open.free", 1, 10_000),
    number("open.accepted_each", 1, 10_000),
    number("work.overlap_percent", 1, 100),
    number("work.overlap_files", 1, 1000),
    number("work.aside_percent", 0, 100),
    number("witness.answers", 1, 1000),
    number("witness.min", 500, 1000),
    number("witness.max", 1000, 1500),
    number("people.opted_out.*", 1, u64::MAX),
    number("maintainers.window_days", 1, 3650),
    number("maintainers.add.*.repo", 1, u64::MAX),
    number("maintainers.add.*.id", 1, u64::MAX),
    number("maintainers.deny.*.repo", 1, u64::MAX),
    number("maintainers.deny.*.id", 1, u64::MAX),
    number("maintainers.trusted_bots.*", 1, u64::MAX),
    number("limits.brackets.*.percent", 1, 100),
    number("limits.brackets.*.rate", 0, 1000),
    number("limits.max_share", 1, 100),
    number("limits.repository_percent", 1, 100),
];

/// The most entries of a list or map. Factors multiply, so their number is a bound too.
const LENGTHS: &[(&str, usize)] = &[
    ("paths.*", 256),
    ("labels.confirm", 64),
    ("labels.refuse", 64),
    ("labels.kinds", 64),
    ("labels.factors", 32),
    ("people.opted_out", 100_000),
    ("maintainers.add", 10_000),
    ("maintainers.deny", 10_000),
    ("maintainers.trusted_bots", 1000),
    ("limits.brackets", 16),
];

/// The steps to a value: keys of maps, and places in lists from 0.
pub type Path<'a> = &'a [String];

/// Calls `each` for every leaf, with the steps to it. Empty lists and maps have none.
pub fn leaves<E>(value: &Value, each: &mut impl FnMut(Path<'_>, &Value) -> Result<(), E>) -> Result<(), E> {
    fn walk<E>(
        value: &Value,
        steps: &mut Vec<String>,
        each: &mut impl FnMut(Path<'_>, &Value) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut step = |step: String, inner: &Value| {
            steps.push(step);
            let went = walk(inner, steps, each);
            steps.pop();
            went
        };
        match value {
            Value::Object(map) => map.iter().try_for_each(|(key, inner)| step(key.clone(), inner)),
            Value::Array(list) => list.iter().enumerate().try_for_each(|(at, inner)| step(at.to_string(), inner)),
            leaf => each(steps, leaf),
        }
    }
    walk(value, &mut Vec::new(), each)
}

/// The row of the table for a leaf.
pub fn range_of(path: Path<'_>) -> Option<&'static Range> {
    RANGES.iter().find(|range| matches(range.key, path))
}

fn matches(key: &str, path: Path<'_>) -> bool {
    let mut wanted = key.split('.');
    // A label's name may hold a dot, but it is one step.
    path.iter().all(|step| wanted.next().is_some_and(|key| key == "*" || key == step)) && wanted.next().is_none()
}

pub(super) fn check(policy: &Value) -> Result<(), PolicyError> {
    for (section, value) in policy.as_object().into_iter().flatten() {
        for (key, value) in value.as_object().into_iter().flatten() {
            let path = [section.clone(), key.clone()];
            let length = value.as_array().map(Vec::len).or(value.as_object().map(serde_json::Map::len)).unwrap_or(0);
            if let Some((_, most)) = LENGTHS.iter().find(|(key, most)| length > *most && matches(key, &path)) {
                return Err(refused(path.join("."), format!("{length} entries are more than {most}")));
            }
        }
    }
    leaves(policy, &mut |path, value| {
        let key = || path.join(".");
        let range = range_of(path).ok_or_else(|| refused(key(), "has no range in this version of guerdon"))?;
        fits(range.allowed, path, value).map_err(|message| refused(key(), message))
    })
}

fn fits(allowed: Allowed, path: Path<'_>, value: &Value) -> Result<(), String> {
    match allowed {
        Allowed::Number { low, high } => match value.as_u64() {
            Some(number) if (low..=high).contains(&number) => Ok(()),
            _ if high == u64::MAX => Err(format!("{value} is not an id: ids are numbers from {low}")),
            _ => Err(format!("{value} is not within {low} and {high}")),
        },
        Allowed::Label => label(value.as_str().unwrap_or_default()),
        Allowed::Kind => {
            label(path.last().map_or("", String::as_str))?;
            let own = ["review", "issue", "answer", "kudos"];
            if own.contains(&value.as_str().unwrap_or_default()) {
                return Err(format!("{value} is not a kind of pull request"));
            }
            Ok(())
        }
        Allowed::Pattern => patterns::valid(value.as_str().unwrap_or_default()),
    }
}

fn label(name: &str) -> Result<(), String> {
    if name.trim() == name && (1..=50).contains(&name.chars().count()) {
        return Ok(());
    }
    Err(format!("{name:?} is not a label of 1 to 50 characters without blanks around it"))
}
