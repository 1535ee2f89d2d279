//! Units of work: pull requests that are pieces of one change are sized together, so that cutting a
//! change into many does not pay more than the change.
//!
//! Of one author: those that share a file which counts; they share the size of the whole by their
//! lines. Of several: those whose files overlap for the larger part, by the policy; there each author
//! has a part by the size of the own work, so that somebody's large change does not take all from a
//! small one.

use super::size::{Lines, Size};
use crate::model::{ContributorId, FactKey, FileChange, Pull};
use crate::policy::{Class, Policy};
use std::collections::BTreeMap;

/// A file that more pull requests than this touched says nothing about two of them.
const BUSY_FILE: usize = 64;

/// A pull request that counts.
pub(super) struct Counting<'a> {
    pub(super) pull: &'a Pull,
    pub(super) lines: Lines,
    /// The class of each of its files.
    pub(super) classes: Vec<Class>,
}

impl<'a> Counting<'a> {
    /// The files that can tie it to other pull requests: not those that count nothing, and not a
    /// page or setting beside the change, which nearly everybody's change touches.
    fn files(&self, policy: &Policy) -> impl Iterator<Item = &'a str> {
        let pull = self.pull;
        let changed = |file: &FileChange| file.additions.saturating_add(file.deletions);
        let all = pull.files.iter().zip(&self.classes).filter(|(_, class)| **class != Class::Generated);
        let whole = all.clone().fold(0u64, |sum, (file, _)| sum.saturating_add(changed(file)));
        let least = u128::from(whole) * u128::from(policy.work.aside_percent);
        all.filter(move |(file, class)| {
            !matches!(class, Class::Docs | Class::Config) || u128::from(changed(file)) * 100 >= least
        })
        .map(|(file, _)| file.path.as_str())
    }
}

/// One unit of work.
#[derive(Default)]
pub(super) struct Unit {
    /// Weighted lines of the whole, in thousandths.
    pub(super) lines: u64,
    pub(super) pulls: Vec<FactKey>,
    /// Weighted lines of each author.
    pub(super) authors: BTreeMap<ContributorId, u64>,
}

impl Unit {
    /// The author's part in it as a fraction, and the author's lines.
    pub(super) fn part(&self, policy: &Policy, author: ContributorId) -> ((u64, u64), u64) {
        let size = |lines: &u64| Size::of(policy, *lines).millionths().max(1);
        let all = self.authors.values().fold(0u64, |sum, lines| sum.saturating_add(size(lines)));
        let lines = self.authors.get(&author).copied().unwrap_or(0);
        ((size(&lines), all), lines)
    }
}

/// The unit that each pull request belongs to, by its place in the list.
pub(super) struct Units {
    units: BTreeMap<usize, Unit>,
    unit_of: Vec<usize>,
}

impl Units {
    pub(super) fn new(policy: &Policy, pulls: &[Counting<'_>]) -> Self {
        let mut sets = Sets { parent: (0..pulls.len()).collect() };
        let mut touching: BTreeMap<_, Vec<usize>> = BTreeMap::new();
        for (at, one) in pulls.iter().enumerate() {
            for path in one.files(policy) {
                touching.entry((one.pull.repo, path)).or_default().push(at);
            }
        }
        let author = |at: usize| pulls.get(at).map(|one| one.pull.author);
        let mut shared: BTreeMap<(usize, usize), u64> = BTreeMap::new();
        for list in touching.values().filter(|list| list.len() > 1) {
            let mut first_of = BTreeMap::new();
            for at in list {
                sets.join(*at, *first_of.entry(author(*at)).or_insert(*at));
            }
            if list.len() > BUSY_FILE || first_of.len() < 2 {
                continue;
            }
            for (n, a) in list.iter().enumerate() {
                for b in list.iter().skip(n + 1).filter(|b| author(**b) != author(*a)) {
                    *shared.entry((*a, *b)).or_default() += 1;
                }
            }
        }
        let files = |at: usize| pulls.get(at).map_or(0, |one| one.files(policy).count().try_into().unwrap_or(u64::MAX));
        for ((a, b), both) in shared {
            let either = files(a).saturating_add(files(b)).saturating_sub(both);
            let overlap = both.saturating_mul(100) >= either.saturating_mul(policy.work.overlap_percent);
            if overlap && both >= policy.work.overlap_files {
                sets.join(a, b);
            }
        }
        let unit_of: Vec<usize> = (0..pulls.len()).map(|at| sets.find(at)).collect();
        let mut units: BTreeMap<usize, Unit> = BTreeMap::new();
        for (one, at) in pulls.iter().zip(&unit_of) {
            let unit = units.entry(*at).or_default();
            unit.lines = unit.lines.saturating_add(one.lines.total());
            unit.pulls.push(one.pull.key());
            let lines = unit.authors.entry(one.pull.author).or_default();
            *lines = lines.saturating_add(one.lines.total());
        }
        Self { units, unit_of }
    }

    /// The unit of the pull request at this place of the list.
    pub(super) fn of(&self, at: usize) -> Option<&Unit> {
        self.units.get(self.unit_of.get(at)?)
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &Unit> {
        self.units.values()
    }
}

/// Disjoint sets; the smallest member names its set.
struct Sets {
    parent: Vec<usize>,
}

impl Sets {
    fn find(&mut self, mut at: usize) -> usize {
        while let Some(parent) = self.parent.get(at).copied().filter(|parent| *parent != at) {
            let grandparent = self.parent.get(parent).copied().unwrap_or(parent);
            if let Some(slot) = self.parent.get_mut(at) {
                *slot = grandparent;
            }
            at = grandparent;
        }
        at
    }

    fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.find(a), self.find(b));
        if let Some(slot) = self.parent.get_mut(a.max(b)) {
            *slot = a.min(b);
        }
    }
}
