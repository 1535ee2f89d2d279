//! Units of work: pull requests that are pieces of one change are sized together, so that cutting a
//! change into many does not pay more than the change.
//!
//! Of one author: those that share a file which counts; they share the size of the whole by their
//! lines. Of several: those whose files overlap for the larger part, by the policy; there each author
//! has a part by the size of the own work, so that somebody's large change does not take all from a
//! small one.

use super::size::{Lines, Size};
use crate::model::{ContributorId, FactKey, FileChange, Pull, RepositoryId};
use crate::policy::{Class, Policy};
use rayon::prelude::*;
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

/// A file that can tie the pull request at this place to others.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Touch<'a> {
    /// Of repository and path: to compare fewer texts.
    mixed: u64,
    repo: RepositoryId,
    path: &'a str,
    at: usize,
}

impl<'a> Touch<'a> {
    fn new(repo: RepositoryId, path: &'a str, at: usize) -> Self {
        // FNV-1a.
        let mix = |mixed: u64, byte: &u8| (mixed ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        let mixed = path.as_bytes().iter().fold(0xcbf2_9ce4_8422_2325 ^ repo.0, mix);
        Self { mixed, repo, path, at }
    }

    fn is_same_file(&self, other: &Self) -> bool {
        (self.mixed, self.repo, self.path) == (other.mixed, other.repo, other.path)
    }
}

/// One unit of work.
#[derive(Default)]
pub(super) struct Unit {
    /// Weighted lines of the whole, in thousandths.
    pub(super) lines: u64,
    pub(super) pulls: Vec<FactKey>,
    /// Weighted lines of each author.
    pub(super) authors: Vec<(ContributorId, u64)>,
}

impl Unit {
    /// Brings together what each author changed.
    fn add_up(&mut self) {
        self.authors.sort_unstable();
        self.authors.dedup_by(|(id, lines), (kept, sum)| {
            let same = id == kept;
            if same {
                *sum = sum.saturating_add(*lines);
            }
            same
        });
    }

    /// The author's part in it as a fraction, and the author's lines.
    pub(super) fn part(&self, policy: &Policy, author: ContributorId) -> ((u64, u64), u64) {
        let size = |lines: &u64| Size::of(policy, *lines).millionths().max(1);
        let all = self.authors.iter().fold(0u64, |sum, (_, lines)| sum.saturating_add(size(lines)));
        let found = self.authors.binary_search_by_key(&author, |(id, _)| *id).ok();
        let lines = found.and_then(|at| self.authors.get(at)).map_or(0, |(_, lines)| *lines);
        ((size(&lines), all), lines)
    }
}

/// The unit that each pull request belongs to, by its place in the list.
pub(super) struct Units {
    /// By their first pull request.
    units: Vec<Unit>,
    unit_of: Vec<usize>,
}

impl Units {
    pub(super) fn new(policy: &Policy, pulls: &[Counting<'_>]) -> Self {
        let mut sets = Sets { parent: (0..pulls.len()).collect() };
        let mut touches: Vec<Touch<'_>> = pulls
            .par_iter()
            .enumerate()
            .flat_map_iter(|(at, one)| one.files(policy).map(move |path| Touch::new(one.pull.repo, path, at)))
            .collect();
        touches.par_sort_unstable();
        let author = |at: usize| pulls.get(at).map(|one| one.pull.author);
        let mut shared: BTreeMap<(usize, usize), u64> = BTreeMap::new();
        for list in touches.chunk_by(Touch::is_same_file).filter(|list| list.len() > 1) {
            let list: Vec<usize> = list.iter().map(|touch| touch.at).collect();
            let mut first_of = BTreeMap::new();
            for at in &list {
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
        // The smallest member names a set, so a unit is met by that one first.
        let mut place = vec![0; pulls.len()];
        let mut units: Vec<Unit> = Vec::new();
        let mut unit_of = Vec::with_capacity(pulls.len());
        for (at, one) in pulls.iter().enumerate() {
            let first = sets.find(at);
            if first == at {
                if let Some(slot) = place.get_mut(at) {
                    *slot = units.len();
                }
                units.push(Unit::default());
            }
            let unit = place.get(first).copied().unwrap_or_default();
            unit_of.push(unit);
            if let Some(unit) = units.get_mut(unit) {
                unit.lines = unit.lines.saturating_add(one.lines.total());
                unit.pulls.push(one.pull.key());
                unit.authors.push((one.pull.author, one.lines.total()));
            }
        }
        units.iter_mut().for_each(Unit::add_up);
        Self { units, unit_of }
    }

    /// The unit of the pull request at this place of the list.
    pub(super) fn of(&self, at: usize) -> Option<&Unit> {
        self.units.get(*self.unit_of.get(at)?)
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &Unit> {
        self.units.iter()
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
