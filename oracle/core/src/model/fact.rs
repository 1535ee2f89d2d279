//! What a fact holds, kind by kind.

use super::{ContributorId, FactKey, RepositoryId};
use alloy_primitives::B256;
use serde::{Deserialize, Serialize, Serializer};

/// How a pull request changed a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Change {
    #[serde(rename = "A")]
    Added,
    #[serde(rename = "C")]
    Copied,
    #[serde(rename = "D")]
    Deleted,
    #[serde(rename = "M")]
    Modified,
    #[serde(rename = "R")]
    Renamed,
}

/// One file of a pull request, written as `[path, additions, deletions, change]`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(from = "(String, u64, u64, Change)")]
pub struct FileChange {
    pub path: String,
    pub additions: u64,
    pub deletions: u64,
    pub change: Change,
}

impl From<(String, u64, u64, Change)> for FileChange {
    fn from((path, additions, deletions, change): (String, u64, u64, Change)) -> Self {
        Self { path, additions, deletions, change }
    }
}

impl Serialize for FileChange {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (&self.path, self.additions, self.deletions, self.change).serialize(serializer)
    }
}

/// A label that was present at the cutoff, written as `[name, actor, at]`.
///
/// `at` is the first time this actor set it, so that taking a label off and putting it back later
/// never moves a contribution into another epoch.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(from = "(String, ContributorId, u64)")]
pub struct Label {
    pub name: String,
    pub actor: ContributorId,
    pub at: u64,
}

impl From<(String, ContributorId, u64)> for Label {
    fn from((name, actor, at): (String, ContributorId, u64)) -> Self {
        Self { name, actor, at }
    }
}

impl Serialize for Label {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (&self.name, self.actor, self.at).serialize(serializer)
    }
}

pub(super) fn is_false(value: &bool) -> bool {
    !value
}

pub(super) fn is_zero(value: &u64) -> bool {
    *value == 0
}

/// A command in a comment that takes a contribution out: `/guerdon exclude REASON`. Whether its
/// author may is the policy's question.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exclusion {
    pub at: u64,
    pub by: ContributorId,
    /// Whose part in it, when the command names somebody; else all of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub whom: Option<ContributorId>,
}

/// A merged pull request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pull {
    /// When it was merged, UTC seconds.
    pub at: u64,
    pub author: ContributorId,
    /// The author is not a person.
    #[serde(default, skip_serializing_if = "is_false")]
    pub bot: bool,
    /// Ascending; never the author, nobody whose account is a bot or gone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub coauthors: Vec<ContributorId>,
    pub created: u64,
    /// Ascending.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub excluded: Vec<Exclusion>,
    /// Ascending by path, each path once.
    pub files: Vec<FileChange>,
    /// Those of `files` that `.gitattributes` calls generated or vendored, ascending.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub generated: Vec<String>,
    /// Ascending by (name, actor).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<Label>,
    /// Who merged it; absent when that account is gone or is a bot.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub merger: Option<ContributorId>,
    pub number: u64,
    /// How many other pull requests its author had open when it was merged.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub open: u64,
    pub repo: RepositoryId,
    /// The number of the pull request of the same repository that this one reverts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reverts: Option<u64>,
    /// At most [`MAX_TITLE`] bytes, cut at a character.
    pub title: String,
}

/// What a reviewer said in the end, before the merge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Verdict {
    Approve,
    Changes,
    Comment,
}

/// All that one account reviewed on one merged pull request before the merge.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Review {
    /// When the first of it was submitted.
    pub at: u64,
    #[serde(default, skip_serializing_if = "is_false")]
    pub bot: bool,
    pub by: ContributorId,
    /// Distinct (path, hunk) pairs that were commented on.
    pub hunks: u64,
    pub number: u64,
    pub repo: RepositoryId,
    pub verdict: Verdict,
}

/// The pull request that closed an issue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Closer {
    /// Who approved it before the merge, ascending; never its author.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub approvers: Vec<ContributorId>,
    pub author: ContributorId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub merger: Option<ContributorId>,
    pub number: u64,
    pub repo: RepositoryId,
}

/// Why GitHub says an issue was closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Reason {
    Completed,
    Duplicate,
    Unplanned,
}

/// The first close of an issue by a merged pull request or, without one, its last close.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Close {
    pub at: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closer: Option<Closer>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
}

/// An issue to which something happened in the epoch: it may be confirmed or not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Issue {
    pub author: ContributorId,
    #[serde(default, skip_serializing_if = "is_false")]
    pub bot: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub close: Option<Close>,
    pub created: u64,
    /// Ascending.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub excluded: Vec<Exclusion>,
    /// Ascending by (name, actor).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<Label>,
    pub number: u64,
    pub repo: RepositoryId,
}

/// The longest title a fact keeps, in bytes.
pub const MAX_TITLE: usize = 256;

/// An answer to a discussion that was accepted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// Who accepted it; absent when that account is gone or is a bot.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accepter: Option<ContributorId>,
    /// Who asked; absent when that account is gone or is a bot.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asker: Option<ContributorId>,
    /// When it was accepted, UTC seconds.
    pub at: u64,
    #[serde(default, skip_serializing_if = "is_false")]
    pub bot: bool,
    pub by: ContributorId,
    pub number: u64,
    pub repo: RepositoryId,
}

/// Thanks that one account gave to another in a comment: `/kudos @login reason`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kudos {
    pub at: u64,
    pub by: ContributorId,
    /// Of the comment.
    pub id: u64,
    /// The pull request or issue it was written on.
    pub number: u64,
    pub repo: RepositoryId,
    pub to: ContributorId,
}

/// What a language model made of a merged pull request, as it was recorded: verification reads the
/// record and never asks a model.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Witness {
    /// Thousandths of the usual: the median of the samples, 1000 when they cannot be used.
    pub answer: u64,
    /// When it was asked, UTC seconds.
    pub at: u64,
    /// The text tries to instruct the model: somebody should look.
    #[serde(default, skip_serializing_if = "is_false")]
    pub flagged: bool,
    /// As the endpoint names it, at most [`MAX_MODEL`] bytes.
    pub model: String,
    pub number: u64,
    /// The version of the prompt.
    pub prompt: u64,
    pub repo: RepositoryId,
    /// How many answers could be used.
    pub samples: u64,
    /// SHA-256 of what was asked and answered, which the oracle keeps.
    pub transcript: B256,
}

/// The longest name of a model, in bytes.
pub const MAX_MODEL: usize = 128;

/// One normalised record about a contribution.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fact {
    Pull(Pull),
    Review(Review),
    Issue(Issue),
    Answer(Answer),
    Kudos(Kudos),
    Witness(Witness),
}

impl Fact {
    pub fn key(&self) -> FactKey {
        match self {
            Self::Pull(pull) => pull.key(),
            Self::Review(review) => review.key(),
            Self::Issue(issue) => issue.key(),
            Self::Answer(answer) => answer.key(),
            Self::Kudos(kudos) => kudos.key(),
            Self::Witness(witness) => witness.key(),
        }
    }
}

impl Fact {
    /// When it was accepted; for an issue that is the policy's question.
    pub fn accepted(&self) -> Option<u64> {
        match self {
            Self::Pull(pull) => Some(pull.at),
            Self::Answer(answer) => Some(answer.at),
            Self::Kudos(kudos) => Some(kudos.at),
            Self::Review(_) | Self::Issue(_) | Self::Witness(_) => None,
        }
    }
}

impl Pull {
    pub fn key(&self) -> FactKey {
        FactKey::Pull { repo: self.repo, number: self.number }
    }
}

impl Review {
    pub fn key(&self) -> FactKey {
        FactKey::Review { repo: self.repo, number: self.number, by: self.by }
    }
}

impl Issue {
    pub fn key(&self) -> FactKey {
        FactKey::Issue { repo: self.repo, number: self.number }
    }
}

impl Answer {
    pub fn key(&self) -> FactKey {
        FactKey::Answer { repo: self.repo, number: self.number }
    }
}

impl Kudos {
    pub fn key(&self) -> FactKey {
        FactKey::Kudos { repo: self.repo, number: self.number, id: self.id, to: self.to }
    }
}

impl Witness {
    pub fn key(&self) -> FactKey {
        FactKey::Witness { repo: self.repo, number: self.number }
    }
}
