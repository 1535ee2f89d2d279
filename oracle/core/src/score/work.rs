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
use std::ops::Range;

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
#[derive(Clone, Copy)]
pub(super) struct Unit<'a> {
    /// Weighted lines of the whole, in thousandths.
    pub(super) lines: u64,
    /// In the order of their merges.
    pub(super) pulls: &'a [FactKey],
    /// Weighted lines of each author, ascending by id.
    pub(super) authors: &'a [(ContributorId, u64)],
}

impl Unit<'_> {
    /// The author's part in it as a fraction, and the author's lines.
    pub(super) fn part(&self, policy: &Policy, author: ContributorId) -> ((u64, u64), u64) {
        let size = |lines: &u64| Size::of(policy, *lines).millionths().max(1);
        let all = self.authors.iter().fold(0u64, |sum, (_, lines)| sum.saturating_add(size(lines)));
        let found = self.authors.binary_search_by_key(&author, |(id, _)| *id).ok();
        let lines = found.and_then(|at| self.authors.get(at)).map_or(0, |(_, lines)| *lines);
        ((size(&lines), all), lines)
    }
}

/// Where a unit's parts stand in the lists of all units' parts.
struct Place {
    lines: u64,
    pulls: Range<usize>,
    authors: Range<usize>,
}

/// The unit that each pull request belongs to, by its place in the list.
pub(super) struct Units {
    /// By their first pull request.
    places: Vec<Place>,
    pulls: Vec<FactKey>,
    authors: Vec<(ContributorId, u64)>,
    unit_of: Vec<usize>,
}

impl Units {
    pub(super) fn new(policy: &Policy, pulls: &[Counting<'_>]) -> Self {
        Self::of_sets(joined(policy, pulls), pulls)
    }

    fn of_sets(mut sets: Sets, pulls: &[Counting<'_>]) -> Self {
        // The smallest member names a set, so a unit is met by that one first.
        let mut unit_of = vec![0; pulls.len()];
        let mut sizes: Vec<usize> = Vec::new();
        for at in 0..pulls.len() {
            let first = sets.find(at);
            let unit = if first == at { sizes.len() } else { unit_of.get(first).copied().unwrap_or_default() };
            if first == at {
                sizes.push(0);
            }
            sizes.get_mut(unit).into_iter().for_each(|size| *size += 1);
            unit_of.get_mut(at).into_iter().for_each(|slot| *slot = unit);
        }
        // The members of each unit, one after the other.
        let mut next: Vec<usize> = Vec::with_capacity(sizes.len());
        let mut sum = 0;
        for size in &sizes {
            next.push(sum);
            sum += size;
        }
        let mut members = vec![0; pulls.len()];
        for (at, unit) in unit_of.iter().enumerate() {
            let Some(slot) = next.get_mut(*unit) else { continue };
            members.get_mut(*slot).into_iter().for_each(|member| *member = at);
            *slot += 1;
        }
        let of = |at: &usize| pulls.get(*at);
        let keys = members.iter().filter_map(of).map(|one| one.pull.key()).collect();
        let (mut places, mut authors) = (Vec::with_capacity(sizes.len()), Vec::with_capacity(sizes.len()));
        let mut from = 0;
        for size in sizes {
            let members = members.get(from..from + size).unwrap_or_default();
            let mut own: Vec<(ContributorId, u64)> = Vec::new();
            let mut lines = 0u64;
            let first = authors.len();
            for one in members.iter().filter_map(of) {
                lines = lines.saturating_add(one.lines.total());
                if size == 1 {
                    authors.push((one.pull.author, one.lines.total()));
                } else {
                    own.push((one.pull.author, one.lines.total()));
                }
            }
            own.sort_unstable();
            for (id, lines) in own {
                match authors.get_mut(first..).and_then(<[_]>::last_mut) {
                    Some((last, sum)) if *last == id => *sum = u64::saturating_add(*sum, lines),
                    _ => authors.push((id, lines)),
                }
            }
            places.push(Place { lines, pulls: from..from + size, authors: first..authors.len() });
            from += size;
        }
        Self { places, pulls: keys, authors, unit_of }
    }

    /// The unit of the pull request at this place of the list.
    pub(super) fn of(&self, at: usize) -> Option<Unit<'_>> {
        self.places.get(*self.unit_of.get(at)?).map(|place| self.unit(place))
    }

    pub(super) fn all(&self) -> impl Iterator<Item = Unit<'_>> {
        self.places.iter().map(|place| self.unit(place))
    }

    fn unit(&self, place: &Place) -> Unit<'_> {
        Unit {
            lines: place.lines,
            pulls: self.pulls.get(place.pulls.clone()).unwrap_or_default(),
            authors: self.authors.get(place.authors.clone()).unwrap_or_default(),
        }
    }
}

/// Which pull requests belong together.
fn joined(policy: &Policy, pulls: &[Counting<'_>]) -> Sets {
    let mut sets = Sets { parent: (0..pulls.len()).collect() };
    let mut touches: Vec<Touch<'_>> = pulls
        .par_iter()
        .enumerate()
        .flat_map_iter(|(at, one)| one.files(policy).map(move |path| Touch::new(one.pull.repo, path, at)))
        .collect();
    touches.par_sort_unstable();
    let mut files = vec![0u64; pulls.len()];
    for touch in &touches {
        files.get_mut(touch.at).into_iter().for_each(|count| *count += 1);
    }
    let author = |at: usize| pulls.get(at).map(|one| one.pull.author);
    // Once for each file that two authors share.
    let mut shared: Vec<(usize, usize)> = Vec::new();
    for list in touches.chunk_by(Touch::is_same_file).filter(|list| list.len() > 1) {
        if list.len() > BUSY_FILE {
            let mut first_of = BTreeMap::new();
            for touch in list {
                sets.join(touch.at, *first_of.entry(author(touch.at)).or_insert(touch.at));
            }
            continue;
        }
        for (nth, b) in list.iter().enumerate() {
            for a in list.iter().take(nth) {
                if author(a.at) == author(b.at) {
                    sets.join(a.at, b.at);
                } else {
                    shared.push((a.at, b.at));
                }
            }
        }
    }
    shared.par_sort_unstable();
    let files = |at: usize| files.get(at).copied().unwrap_or(0);
    for pair in shared.chunk_by(|a, b| a == b) {
        let Some((a, b)) = pair.first().copied() else { continue };
        let both = u64::try_from(pair.len()).unwrap_or(u64::MAX);
        let either = files(a).saturating_add(files(b)).saturating_sub(both);
        let overlap = both.saturating_mul(100) >= either.saturating_mul(policy.work.overlap_percent);
        if overlap && both >= policy.work.overlap_files {
            sets.join(a, b);
        }
    }
    sets
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
