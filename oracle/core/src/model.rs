//! The types that every stage shares: ids, facts and the state that one epoch hands to the next.
//!
//! Struct fields stand in the order of their JSON names, so that the derived serialisation is
//! already canonical (see [`crate::canonical`]). A fact never holds a login, an e-mail address, a
//! body or a comment.

mod fact;
mod key;

pub use fact::{
    Answer, Change, Close, Closer, Exclusion, Fact, FileChange, Issue, Kudos, Label, MAX_TITLE, Pull, Reason, Review,
    Verdict,
};
pub use key::FactKey;

use fact::is_false;
use serde::{Deserialize, Serialize};
use std::fmt;

/// GitHub's numeric account id. Logins change hands; this does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ContributorId(pub u64);

/// GitHub's numeric repository id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RepositoryId(pub u64);

/// Epochs count from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Epoch(pub u64);

impl fmt::Display for ContributorId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for RepositoryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for Epoch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What a contribution is. Pull requests carry one of the first nine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    Feature,
    Fix,
    Docs,
    Test,
    Refactor,
    Perf,
    Security,
    Build,
    Chore,
    Review,
    Issue,
}

impl Kind {
    pub const ALL: [Self; 11] = [
        Self::Feature,
        Self::Fix,
        Self::Docs,
        Self::Test,
        Self::Refactor,
        Self::Perf,
        Self::Security,
        Self::Build,
        Self::Chore,
        Self::Review,
        Self::Issue,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Feature => "feature",
            Self::Fix => "fix",
            Self::Docs => "docs",
            Self::Test => "test",
            Self::Refactor => "refactor",
            Self::Perf => "perf",
            Self::Security => "security",
            Self::Build => "build",
            Self::Chore => "chore",
            Self::Review => "review",
            Self::Issue => "issue",
        }
    }
}

/// What one contributor carries from epoch to epoch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Person {
    /// Pull requests accepted in all epochs before (and in the history before the first).
    pub accepted: u64,
    /// `[epoch, units]` earned without a link, ascending by epoch, each above zero.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub accruals: Vec<(Epoch, u64)>,
    pub id: ContributorId,
    /// A wallet was linked at the header's block.
    #[serde(default, skip_serializing_if = "is_false")]
    pub linked: bool,
}

impl Person {
    pub fn new(id: ContributorId) -> Self {
        Self { accepted: 0, accruals: Vec::new(), id, linked: false }
    }

    /// Nothing to remember: such a person has no line in the evidence.
    pub fn is_empty(&self) -> bool {
        self.accepted == 0 && self.accruals.is_empty() && !self.linked
    }
}

/// The last time before the epoch that an account merged another person's pull request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Merger {
    pub id: ContributorId,
    pub last: u64,
    pub repo: RepositoryId,
}

/// The opening state of an epoch; its closing state is the next one's opening state after the
/// links on the chain were read again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct State {
    /// Ascending by (repo, id).
    pub mergers: Vec<Merger>,
    /// Ascending by id, none of them empty.
    pub people: Vec<Person>,
}
