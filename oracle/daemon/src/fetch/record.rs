//! Records: what one GitHub object says, normalised. Ids, times, paths, label names and verdicts;
//! never a body, a comment's text or a login.
//!
//! A record holds the object's whole history as far as facts need it, so that facts can be replayed
//! as of any cutoff.

use guerdon_core::model::{ContributorId, FileChange, Reason, RepositoryId, Verdict};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// A merged pull request. Times are UTC seconds; an absent account is a deleted one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PullRecord {
    pub repo: RepositoryId,
    pub number: u64,
    pub author: Option<ContributorId>,
    pub created: u64,
    pub merged: u64,
    pub merger: Option<ContributorId>,
    /// The commit on the base branch.
    pub commit: Option<String>,
    /// The title when it was read.
    pub title: String,
    /// Ascending by time.
    pub renames: Vec<Rename>,
    /// Ascending by path.
    pub files: Vec<FileChange>,
    pub labels: Vec<LabelEvent>,
    pub reviews: Vec<ReviewEvent>,
    /// Verdicts that were said in issue comments.
    pub spoken: Vec<Spoken>,
    pub reverts: Option<Revert>,
}

/// A title was changed; `from` is the one before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rename {
    pub at: u64,
    pub from: String,
}

/// A label was set or taken off.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LabelEvent {
    pub at: u64,
    pub by: Option<ContributorId>,
    pub name: String,
    pub set: bool,
}

/// A submitted review, with the verdict it was given, whatever became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReviewEvent {
    pub id: u64,
    pub at: u64,
    pub by: ContributorId,
    pub verdict: Verdict,
    /// When the verdict was said in the review's text, that text's last edit.
    pub edited: Option<u64>,
    pub dismissed: Option<u64>,
}

/// A verdict in the text of an issue comment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spoken {
    pub id: u64,
    pub at: u64,
    pub by: ContributorId,
    pub verdict: Verdict,
    /// The last edit of the text.
    pub edited: Option<u64>,
}

/// What a pull request says it takes back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Revert {
    /// A pull request of the same repository.
    Pull {
        number: u64,
        /// The last edit of the text that says so; absent for a commit's message.
        edited: Option<u64>,
    },
    /// A commit, to be found among the merge commits of the same repository.
    Commit { oid: String, edited: Option<u64> },
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IssueRecord {
    pub repo: RepositoryId,
    pub number: u64,
    pub author: Option<ContributorId>,
    pub created: u64,
    pub labels: Vec<LabelEvent>,
    /// Closes and reopenings, ascending by time.
    pub events: Vec<IssueEvent>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum IssueEvent {
    Closed(CloseEvent),
    Reopened { at: u64 },
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CloseEvent {
    pub at: u64,
    pub reason: Option<Reason>,
    pub pull: Option<PullCloser>,
    pub commit: Option<CommitCloser>,
}

/// The pull request that closed an issue, as GitHub names it there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PullCloser {
    pub repo: RepositoryId,
    pub number: u64,
    pub author: Option<ContributorId>,
    pub merger: Option<ContributorId>,
    pub merged: Option<u64>,
}

/// The commit that closed an issue; it belongs to a pull request when it is its merge commit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommitCloser {
    pub repo: RepositoryId,
    pub oid: String,
}

/// A comment on a line or file of a pull request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommentRecord {
    pub repo: RepositoryId,
    /// The pull request.
    pub number: u64,
    pub id: u64,
    pub at: u64,
    pub by: Option<ContributorId>,
    pub path: String,
    /// Names the hunk: a hash of the line that opens it.
    pub hunk: String,
    /// The review it was submitted with.
    pub review: Option<u64>,
}

/// All records of some repositories, and which accounts are bots.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Records {
    pub pulls: Vec<PullRecord>,
    pub issues: Vec<IssueRecord>,
    pub comments: Vec<CommentRecord>,
    pub bots: BTreeSet<ContributorId>,
}

impl Records {
    pub fn is_bot(&self, id: ContributorId) -> bool {
        self.bots.contains(&id)
    }

    /// Unless that account is gone or is a bot.
    pub fn person(&self, id: Option<ContributorId>) -> Option<ContributorId> {
        id.filter(|id| !self.is_bot(*id))
    }
}
