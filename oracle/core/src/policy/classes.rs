//! File classes: takes the policy's path patterns, compiles them once, gives the class of a path.
//!
//! `*` and `?` stay within a folder, `**` goes across folders, `{a,b}` is either, `[a-z]` is one of.

use super::{PathRule, PolicyError, refused};
use globset::{Candidate, Glob, GlobBuilder, GlobSet, GlobSetBuilder};

/// What a file is, as far as its path says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Or vendored, locked, minified, binary: counts nothing.
    Generated,
    Tests,
    Docs,
    Config,
    Source,
}

/// The policy's patterns, ready to be asked.
#[derive(Clone, Debug)]
pub struct Classes {
    generated: GlobSet,
    tests: GlobSet,
    config: GlobSet,
    docs: GlobSet,
}

impl Classes {
    pub fn new(rule: &PathRule) -> Result<Self, PolicyError> {
        Ok(Self {
            generated: compile("paths.generated", &rule.generated)?,
            tests: compile("paths.tests", &rule.tests)?,
            config: compile("paths.config", &rule.config)?,
            docs: compile("paths.docs", &rule.docs)?,
        })
    }

    /// The first class with a pattern that matches; else source.
    pub fn of(&self, path: &str) -> Class {
        let path = Candidate::new(path);
        if self.generated.is_match_candidate(&path) {
            Class::Generated
        } else if self.tests.is_match_candidate(&path) {
            Class::Tests
        } else if self.config.is_match_candidate(&path) {
            Class::Config
        } else if self.docs.is_match_candidate(&path) {
            Class::Docs
        } else {
            Class::Source
        }
    }
}

fn compile(key: &str, patterns: &[String]) -> Result<GlobSet, PolicyError> {
    let mut set = GlobSetBuilder::new();
    for pattern in patterns {
        set.add(glob(key, pattern)?);
    }
    set.build().map_err(|error| refused(key.to_owned(), error.to_string()))
}

pub(super) fn glob(key: &str, pattern: &str) -> Result<Glob, PolicyError> {
    // The same on every system: a backslash always escapes.
    let glob = GlobBuilder::new(pattern).literal_separator(true).backslash_escape(true).build();
    glob.map_err(|error| refused(key.to_owned(), format!("{pattern:?} is not a pattern: {}", error.kind())))
}
