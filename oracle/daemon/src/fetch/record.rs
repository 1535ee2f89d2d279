//! Records: what one GitHub object says, normalised. Ids, times, paths, label names and verdicts;
//! never a body or a comment's text, and of logins only those that a command names.
//!
//! A record holds the object's whole history as far as facts need it, so that facts can be replayed
//! as of any cutoff.

use guerdon_core::model::{ContributorId, FileChange, Reason, RepositoryId, Verdict};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

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
    /// Whom its commits name beside their authors, ascending.
    pub coauthors: Vec<ContributorId>,
    /// Paths that `.gitattributes` calls generated or vendored, ascending.
    pub generated: Vec<String>,
    pub kudos: Vec<Thanks>,
    pub exclusions: Vec<Excluding>,
}

/// Thanks in a comment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Thanks {
    /// Of the comment.
    pub id: u64,
    pub at: u64,
    pub by: ContributorId,
    /// A login in lower case.
    pub to: String,
    pub edited: Option<u64>,
}

/// A command that takes a contribution out, or one person's part in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Excluding {
    pub at: u64,
    pub by: ContributorId,
    /// A login in lower case.
    pub whom: Option<String>,
    pub edited: Option<u64>,
}

/// A pull request that is open or was closed without a merge.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnmergedRecord {
    pub repo: RepositoryId,
    pub number: u64,
    pub author: Option<ContributorId>,
    pub created: u64,
    pub closed: Option<u64>,
}

/// A discussion with an accepted answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DiscussionRecord {
    pub repo: RepositoryId,
    pub number: u64,
    pub asker: Option<ContributorId>,
    pub answer: Option<AcceptedAnswer>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AcceptedAnswer {
    pub by: ContributorId,
    /// When it was accepted.
    pub at: u64,
    pub accepter: Option<ContributorId>,
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
    pub kudos: Vec<Thanks>,
    pub exclusions: Vec<Excluding>,
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

/// Records of some repositories, and what is known beside them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Records {
    pub pulls: Vec<PullRecord>,
    pub issues: Vec<IssueRecord>,
    pub discussions: Vec<DiscussionRecord>,
    pub comments: Vec<CommentRecord>,
    pub bots: BTreeSet<ContributorId>,
    /// Logins in lower case that commands name.
    pub logins: BTreeMap<String, ContributorId>,
    /// How many other pull requests the author of one had open when it was merged.
    pub open: BTreeMap<(RepositoryId, u64), u64>,
}

impl Records {
    pub fn is_bot(&self, id: ContributorId) -> bool {
        self.bots.contains(&id)
    }

    /// Unless that account is gone or is a bot.
    pub fn person(&self, id: Option<ContributorId>) -> Option<ContributorId> {
        id.filter(|id| !self.is_bot(*id))
    }

    /// The person with that login now.
    pub(super) fn named(&self, login: &str) -> Option<ContributorId> {
        self.person(self.logins.get(login).copied())
    }
}
