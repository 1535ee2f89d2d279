//! Units of work: pull requests of one author in an epoch that share a file which counts are sized
//! together, so that cutting one change into many does not pay more than the change.

use super::size::{Class, Lines, class};
use crate::model::{FactKey, Pull};
use crate::policy::Policy;
use std::collections::BTreeMap;

/// The weighted lines of the unit of work that each pull request belongs to, and the numbers of the
/// others in it.
pub(super) struct Units {
    members: BTreeMap<usize, Vec<u64>>,
    lines: BTreeMap<usize, u64>,
    unit_of: BTreeMap<FactKey, usize>,
}

impl Units {
    /// Of the pull requests that count, each with its lines.
    pub(super) fn new(policy: &Policy, pulls: &[(&Pull, Lines)]) -> Self {
        let mut first_with = BTreeMap::new();
        let mut root: Vec<usize> = (0..pulls.len()).collect();
        for (at, (pull, _)) in pulls.iter().enumerate() {
            for file in pull.files.iter().filter(|file| class(policy, &file.path) != Class::Generated) {
                let other = *first_with.entry((pull.author, pull.repo, file.path.as_str())).or_insert(at);
                let (a, b) = (find(&root, at), find(&root, other));
                if let Some(slot) = root.get_mut(a.max(b)) {
                    *slot = a.min(b);
                }
            }
        }
        let mut units = Self { members: BTreeMap::new(), lines: BTreeMap::new(), unit_of: BTreeMap::new() };
        for (at, (pull, lines)) in pulls.iter().enumerate() {
            let unit = find(&root, at);
            units.members.entry(unit).or_default().push(pull.number);
            let sum = units.lines.entry(unit).or_insert(0);
            *sum = sum.saturating_add(lines.total());
            units.unit_of.insert(pull.key(), unit);
        }
        units
    }

    /// Weighted lines of the whole unit, in thousandths.
    pub(super) fn lines(&self, key: FactKey) -> u64 {
        self.unit_of.get(&key).and_then(|unit| self.lines.get(unit)).copied().unwrap_or(0)
    }

    /// The numbers of the other pull requests in the unit.
    pub(super) fn others(&self, key: FactKey) -> Vec<u64> {
        let members = self.unit_of.get(&key).and_then(|unit| self.members.get(unit));
        members.into_iter().flatten().copied().filter(|number| *number != key.number()).collect()
    }
}

/// The smallest member; parents always point to smaller ones, so this ends.
fn find(root: &[usize], mut at: usize) -> usize {
    while let Some(parent) = root.get(at).filter(|parent| **parent != at) {
        at = *parent;
    }
    at
}
