//! Size: changed lines per file class to a saturating fraction.

use crate::model::{Change, FileChange, Pull};
use crate::policy::Policy;
use fast_glob::glob_match;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    Generated,
    Tests,
    Docs,
    Config,
    Source,
}

pub(super) fn class(policy: &Policy, path: &str) -> Class {
    let matches = |patterns: &Vec<String>| patterns.iter().any(|pattern| glob_match(pattern, path));
    let paths = &policy.paths;
    if matches(&paths.generated) {
        Class::Generated
    } else if matches(&paths.tests) {
        Class::Tests
    } else if matches(&paths.config) {
        Class::Config
    } else if matches(&paths.docs) {
        Class::Docs
    } else {
        Class::Source
    }
}

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

impl Lines {
    /// Its lines, and the class of each of its files.
    pub(super) fn of(policy: &Policy, pull: &Pull) -> (Self, Vec<Class>) {
        let mut lines = Self::default();
        let classes = pull.files.iter().map(|file| lines.add(policy, pull, file)).collect();
        (lines, classes)
    }

    /// With additions and deletions exchanged: what a revert takes back.
    pub(super) fn mirrored(policy: &Policy, pull: &Pull) -> Self {
        let mut lines = Self::default();
        for file in &pull.files {
            let (additions, deletions) = (file.deletions, file.additions);
            lines.add(policy, pull, &FileChange { additions, deletions, ..file.clone() });
        }
        lines
    }

    fn add(&mut self, policy: &Policy, pull: &Pull, file: &FileChange) -> Class {
        let class =
            if pull.generated.binary_search(&file.path).is_ok() { Class::Generated } else { class(policy, &file.path) };
        self.weigh(policy, file, class);
        class
    }

    fn weigh(&mut self, policy: &Policy, file: &FileChange, class: Class) {
        let rule = &policy.size;
        let changed = file.additions.saturating_add(file.deletions);
        let pure_move = changed == 0 || (file.change == Change::Copied && file.deletions == 0);
        if class == Class::Generated || pure_move {
            self.ignored = self.ignored.saturating_add(changed);
            self.ignored_files += 1;
            return;
        }
        let (slot, weight) = match class {
            Class::Tests => (&mut self.tests, rule.tests),
            Class::Docs => (&mut self.docs, rule.docs),
            Class::Config => (&mut self.config, rule.config),
            Class::Source | Class::Generated => (&mut self.source, rule.source),
        };
        // Lines are at most 10^9 a side, weights at most 1000: no sum of a real file overflows,
        // and a made-up one saturates.
        let whole = file.additions.saturating_mul(1000).saturating_add(file.deletions.saturating_mul(rule.deletion));
        *slot = slot.saturating_add(whole / 1000 * weight + whole % 1000 * weight / 1000);
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
