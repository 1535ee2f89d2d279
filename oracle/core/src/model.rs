//! The types that every stage shares: ids, facts and the state that one epoch hands to the next.
//!
//! Struct fields stand in the order of their JSON names, so that the derived serialisation is
//! already canonical (see [`crate::canonical`]). A fact never holds a login, an e-mail address, a
//! body or a comment.

mod fact;
mod key;
mod state;
mod text;

pub use fact::{
    Answer, Change, Close, Closer, Exclusion, Fact, FileChange, Issue, Kudos, Label, MAX_MODEL, MAX_TITLE, Pull,
    Reason, Review, Verdict, Witness,
};
pub use key::FactKey;
pub use state::{Debt, Landed, Merger, Person, Settled, State, Thanks};
pub use text::{is_visible, is_visible_path, visible, visible_path};

use serde::{Deserialize, Serialize};
use std::fmt;

/// GitHub's numeric account id. Logins change hands; this does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ContributorId(pub u64);

/// GitHub's numeric repository id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RepositoryId(pub u64);

/// Epochs count from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
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
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
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
    Answer,
    Kudos,
}

impl Kind {
    pub const ALL: [Self; 13] = [
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
        Self::Answer,
        Self::Kudos,
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
            Self::Answer => "answer",
            Self::Kudos => "kudos",
        }
    }
}
