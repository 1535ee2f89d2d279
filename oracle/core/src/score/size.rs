//! Size: changed lines per file class to a saturating fraction.

use crate::model::{Change, FileChange, Pull};
use crate::policy::{Class, Classes, Policy, PolicyError, SizeRule};

/// Weighted lines of a pull request, in thousandths, by where they count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Lines {
    pub(super) source: u64,
    pub(super) config: u64,
    pub(super) tests: u64,
    pub(super) docs: u64,
    /// Unweighted lines that count nothing.
    pub(super) ignored: u64,
    pub(super) ignored_files: u64,
}

/// The policy's rules of size, with its patterns compiled.
#[derive(Clone)]
pub(super) struct Scale<'a> {
    rule: &'a SizeRule,
    classes: Classes,
}

impl<'a> Scale<'a> {
    pub(super) fn new(policy: &'a Policy) -> Result<Self, PolicyError> {
        Ok(Self { rule: &policy.size, classes: Classes::new(&policy.paths)? })
    }

    /// A pull request's lines, and the class of each of its files.
    pub(super) fn weigh(&self, pull: &Pull) -> (Lines, Vec<Class>) {
        let mut lines = Lines::default();
        let classes = pull.files.iter().map(|file| lines.add(self, pull, file, false)).collect();
        (lines, classes)
    }

    /// With additions and deletions exchanged: what a revert takes back.
    pub(super) fn mirror(&self, pull: &Pull) -> Lines {
        let mut lines = Lines::default();
        for file in &pull.files {
            lines.add(self, pull, file, true);
        }
        lines
    }

    fn class(&self, pull: &Pull, file: &FileChange) -> Class {
        let generated = pull.generated.binary_search(&file.path).is_ok();
        if generated { Class::Generated } else { self.classes.of(&file.path) }
    }
}

impl Lines {
    fn add(&mut self, scale: &Scale<'_>, pull: &Pull, file: &FileChange, mirrored: bool) -> Class {
        let class = scale.class(pull, file);
        let (additions, deletions) =
            if mirrored { (file.deletions, file.additions) } else { (file.additions, file.deletions) };
        let changed = additions.saturating_add(deletions);
        let pure_move = changed == 0 || (file.change == Change::Copied && deletions == 0);
        if class == Class::Generated || pure_move {
            self.ignored = self.ignored.saturating_add(changed);
            self.ignored_files += 1;
            return class;
        }
        let (slot, weight) = match class {
            Class::Tests => (&mut self.tests, scale.rule.tests),
            Class::Docs => (&mut self.docs, scale.rule.docs),
            Class::Config => (&mut self.config, scale.rule.config),
            Class::Source | Class::Generated => (&mut self.source, scale.rule.source),
        };
        // Lines are at most 10^9 a side, weights at most 1000: no sum of a real file overflows,
        // and a made-up one saturates.
        let whole = additions.saturating_mul(1000).saturating_add(deletions.saturating_mul(scale.rule.deletion));
        *slot = slot.saturating_add(whole / 1000 * weight + whole % 1000 * weight / 1000);
        class
    }

    pub(super) fn code(&self) -> u64 {
        self.source.saturating_add(self.config)
    }

    pub(super) fn total(&self) -> u64 {
        self.code().saturating_add(self.tests).saturating_add(self.docs)
    }
}

/// A size as the exact fraction `r / (r + half)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Size {
    pub(super) over: u64,
    pub(super) under: u64,
}

impl Size {
    pub(super) fn of(policy: &Policy, milli_lines: u64) -> Self {
        let over = milli_lines.isqrt();
        Self { over, under: over.saturating_add(policy.size.half) }
    }

    pub(super) fn millionths(self) -> u64 {
        let scaled = u128::from(self.over) * 1_000_000 / u128::from(self.under.max(1));
        u64::try_from(scaled).unwrap_or(u64::MAX)
    }

    pub(super) fn milli(self) -> u64 {
        self.over.saturating_mul(1000) / self.under.max(1)
    }
}
