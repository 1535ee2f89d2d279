//! The types that every stage shares: ids, facts and the state that one epoch hands to the next.
//!
//! Struct fields stand in the order of their JSON names, so that the derived serialisation is
//! already canonical (see [`crate::canonical`]). A fact never holds a login, an e-mail address, a
//! body or a comment.

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
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "(String, u64, u64, Change)", into = "(String, u64, u64, Change)")]
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

impl From<FileChange> for (String, u64, u64, Change) {
    fn from(file: FileChange) -> Self {
        (file.path, file.additions, file.deletions, file.change)
    }
}

/// A label that was present at the cutoff, written as `[name, actor, at]`.
///
/// `at` is the first time this actor set it, so that taking a label off and putting it back later
/// never moves a contribution into another epoch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "(String, ContributorId, u64)", into = "(String, ContributorId, u64)")]
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

impl From<Label> for (String, ContributorId, u64) {
    fn from(label: Label) -> Self {
        (label.name, label.actor, label.at)
    }
}

fn is_false(value: &bool) -> bool {
    !value
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
    pub created: u64,
    /// Ascending by path, each path once.
    pub files: Vec<FileChange>,
    /// Ascending by (name, actor).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<Label>,
    /// Who merged it; absent when that account is gone or is a bot.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub merger: Option<ContributorId>,
    pub number: u64,
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
    /// Ascending by (name, actor).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<Label>,
    pub number: u64,
    pub repo: RepositoryId,
}

/// The longest title a fact keeps, in bytes.
pub const MAX_TITLE: usize = 256;

/// One normalised record about a contribution.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fact {
    Pull(Pull),
    Review(Review),
    Issue(Issue),
}

/// Where a fact stands in the evidence, and its name everywhere else: `pull/REPO/NUMBER`,
/// `review/REPO/NUMBER/REVIEWER`, `issue/REPO/NUMBER`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FactKey {
    Pull { repo: RepositoryId, number: u64 },
    Review { repo: RepositoryId, number: u64, by: ContributorId },
    Issue { repo: RepositoryId, number: u64 },
}

impl FactKey {
    pub fn repo(&self) -> RepositoryId {
        match *self {
            Self::Pull { repo, .. } | Self::Review { repo, .. } | Self::Issue { repo, .. } => repo,
        }
    }

    pub fn number(&self) -> u64 {
        match *self {
            Self::Pull { number, .. } | Self::Review { number, .. } | Self::Issue { number, .. } => number,
        }
    }
}

impl fmt::Display for FactKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pull { repo, number } => write!(f, "pull/{repo}/{number}"),
            Self::Review { repo, number, by } => write!(f, "review/{repo}/{number}/{by}"),
            Self::Issue { repo, number } => write!(f, "issue/{repo}/{number}"),
        }
    }
}

impl Serialize for FactKey {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for FactKey {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let mut parts = text.split('/');
        let kind = parts.next();
        let mut number = || parts.next().and_then(|part| part.parse::<u64>().ok());
        let key = match (kind, number(), number(), number()) {
            (Some("pull"), Some(repo), Some(number), None) => Some(Self::Pull { repo: RepositoryId(repo), number }),
            (Some("issue"), Some(repo), Some(number), None) => Some(Self::Issue { repo: RepositoryId(repo), number }),
            (Some("review"), Some(repo), Some(number), Some(by)) => {
                Some(Self::Review { repo: RepositoryId(repo), number, by: ContributorId(by) })
            }
            _ => None,
        };
        key.filter(|key| key.to_string() == text)
            .ok_or_else(|| serde::de::Error::custom(format!("{text:?} is not the key of a fact")))
    }
}

impl Fact {
    pub fn key(&self) -> FactKey {
        match self {
            Self::Pull(pull) => pull.key(),
            Self::Review(review) => FactKey::Review { repo: review.repo, number: review.number, by: review.by },
            Self::Issue(issue) => FactKey::Issue { repo: issue.repo, number: issue.number },
        }
    }
}

impl Pull {
    pub fn key(&self) -> FactKey {
        FactKey::Pull { repo: self.repo, number: self.number }
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
