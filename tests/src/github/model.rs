//! The objects of the GitHub world: accounts, repositories, threads (pull requests and issues) and what hangs on them.
//!
//! Plain records with final state; what the world looked like at an earlier moment is worked out in `view`.
//! Times are unix seconds. An absent account (`None`) is a deleted one, which GitHub shows as `null`.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

pub use super::discussions::{Choice, Discussion, DiscussionComment};

/// Unix seconds.
pub type Time = i64;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub u64);
    };
}
id!(/// The numeric id of an account.
    AccountId);
id!(/// The numeric id of a repository.
    RepositoryId);

/// A pull request or an issue: its repository and number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ThreadRef {
    pub repository: RepositoryId,
    pub number: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccountKind {
    User,
    Bot,
    Organization,
    Mannequin,
}

impl AccountKind {
    /// The name of the GraphQL type and of the REST `type` field.
    pub fn type_name(self) -> &'static str {
        match self {
            Self::User => "User",
            Self::Bot => "Bot",
            Self::Organization => "Organization",
            Self::Mannequin => "Mannequin",
        }
    }
}

#[derive(Debug, Clone)]
pub struct Account {
    pub id: AccountId,
    pub node_id: String,
    /// As REST writes it: bots carry the suffix `[bot]`, which GraphQL leaves out.
    pub login: String,
    pub kind: AccountKind,
    /// A suspended account is shown as before.
    pub suspended_at: Option<Time>,
}

#[derive(Debug, Clone)]
pub struct Label {
    pub id: u64,
    pub node_id: String,
    pub name: String,
    pub color: String,
    pub description: String,
}

#[derive(Debug, Clone)]
pub struct Repository {
    pub id: RepositoryId,
    pub node_id: String,
    pub owner: AccountId,
    pub name: String,
    pub private: bool,
    pub archived: bool,
    pub default_branch: String,
    pub created_at: Time,
    pub labels: BTreeMap<String, Label>,
    pub threads: BTreeMap<u32, Thread>,
    pub discussions: BTreeMap<u32, Discussion>,
    /// The highest number ever given: issues, pull requests and discussions share one count, and none comes twice.
    pub last_number: u32,
    /// Commits of the default branch by id, as far as they are known.
    pub commits: HashMap<String, Commit>,
    /// The root `.gitattributes` on the default branch, oldest version first.
    pub attributes: Vec<FileVersion>,
}

/// A file's content from a moment on.
#[derive(Debug, Clone)]
pub struct FileVersion {
    pub at: Time,
    pub oid: String,
    /// `None` where the file was removed.
    pub text: Option<Arc<str>>,
}

/// A text with its later versions, oldest first.
#[derive(Debug, Clone)]
pub struct Text {
    pub first: Arc<str>,
    pub edits: Vec<(Time, Arc<str>)>,
}

impl Text {
    pub fn new(text: &str) -> Self {
        Self { first: text.into(), edits: Vec::new() }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StateReason {
    Completed,
    NotPlanned,
}

/// A pull request (`pull` is there) or an issue (it is not).
#[derive(Debug, Clone)]
pub struct Thread {
    pub id: u64,
    pub node_id: String,
    pub number: u32,
    pub title: String,
    pub body: Text,
    pub author: Option<AccountId>,
    pub created_at: Time,
    pub updated_at: Time,
    pub closed: bool,
    pub locked: bool,
    pub labels: BTreeSet<String>,
    pub comments: Vec<Comment>,
    pub events: Vec<Event>,
    pub pull: Option<Pull>,
    /// Every moment at which something happened here, ascending: the source of `updatedAt` at an earlier clock.
    pub activity: Vec<Time>,
}

#[derive(Debug, Clone)]
pub struct Pull {
    pub draft: bool,
    pub merge: Option<Merge>,
    pub base_ref: String,
    pub head_oid: String,
    pub additions: u32,
    pub deletions: u32,
    pub changed_files: u32,
    /// `None` where the list is not known.
    pub files: Option<Vec<FileChange>>,
    pub commits: Vec<Commit>,
    pub reviews: Vec<Review>,
    pub review_comments: Vec<ReviewComment>,
    /// Numbers of the issues in the same repository that this pull request says it closes.
    pub closes: Vec<u32>,
}

#[derive(Debug, Clone)]
pub struct Merge {
    pub at: Time,
    pub by: Option<AccountId>,
    pub commit: Commit,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangeType {
    Added,
    Modified,
    Deleted,
    Renamed,
    Copied,
    Changed,
}

impl ChangeType {
    /// The GraphQL `PatchStatus`.
    pub fn patch_status(self) -> &'static str {
        match self {
            Self::Added => "ADDED",
            Self::Modified => "MODIFIED",
            Self::Deleted => "DELETED",
            Self::Renamed => "RENAMED",
            Self::Copied => "COPIED",
            Self::Changed => "CHANGED",
        }
    }
}

#[derive(Debug, Clone)]
pub struct FileChange {
    pub path: String,
    pub additions: u32,
    pub deletions: u32,
    pub change: ChangeType,
}

#[derive(Debug, Clone)]
pub struct Commit {
    pub oid: String,
    pub message: String,
    pub author: CommitAuthor,
    /// From `Co-authored-by` trailers, in order.
    pub co_authors: Vec<CommitAuthor>,
    pub authored_at: Time,
    pub committed_at: Time,
    pub parents: Vec<String>,
}

#[derive(Debug, Clone, Default)]
pub struct CommitAuthor {
    pub name: String,
    pub email: String,
    pub account: Option<AccountId>,
}

#[derive(Debug, Clone)]
pub struct Comment {
    pub id: u64,
    pub node_id: String,
    pub author: Option<AccountId>,
    pub body: Text,
    pub created_at: Time,
    pub minimized: Option<Minimized>,
}

#[derive(Debug, Clone)]
pub struct Minimized {
    pub at: Time,
    pub reason: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Approved,
    ChangesRequested,
    Commented,
    Dismissed,
}

impl Verdict {
    /// The GraphQL `PullRequestReviewState`.
    pub fn state(self) -> &'static str {
        match self {
            Self::Approved => "APPROVED",
            Self::ChangesRequested => "CHANGES_REQUESTED",
            Self::Commented => "COMMENTED",
            Self::Dismissed => "DISMISSED",
        }
    }
}

#[derive(Debug, Clone)]
pub struct Review {
    pub id: u64,
    pub node_id: String,
    pub author: Option<AccountId>,
    /// As it was given; a later dismissal is in `dismissed`.
    pub verdict: Verdict,
    pub body: Text,
    pub submitted_at: Time,
    pub dismissed: Option<Time>,
    pub minimized: Option<Minimized>,
    pub commit_oid: String,
}

#[derive(Debug, Clone)]
pub struct ReviewComment {
    pub id: u64,
    pub node_id: String,
    pub review: Option<u64>,
    pub author: Option<AccountId>,
    pub path: String,
    pub diff_hunk: String,
    pub line: Option<u32>,
    pub original_line: Option<u32>,
    pub position: Option<u32>,
    pub original_position: Option<u32>,
    pub in_reply_to: Option<u64>,
    pub body: Text,
    pub created_at: Time,
    pub updated_at: Time,
    pub commit_oid: String,
    pub minimized: Option<Minimized>,
}

#[derive(Debug, Clone)]
pub struct Event {
    pub id: u64,
    pub node_id: String,
    pub at: Time,
    pub actor: Option<AccountId>,
    pub kind: EventKind,
}

#[derive(Debug, Clone)]
pub enum EventKind {
    Labeled(String),
    Unlabeled(String),
    Closed {
        closer: Option<Closer>,
        reason: Option<StateReason>,
    },
    Reopened,
    Merged,
    Renamed {
        from: String,
        to: String,
    },
    ReadyForReview,
    ConvertToDraft,
    ReviewDismissed {
        review: u64,
        previous: Verdict,
        message: String,
    },
    HeadRefForcePushed {
        after: Option<String>,
    },
    Connected {
        source: ThreadRef,
    },
    Disconnected {
        source: ThreadRef,
    },
    /// An event of which only the type, the actor and the time are kept.
    Other(&'static str),
}

#[derive(Debug, Clone)]
pub enum Closer {
    Pull(ThreadRef),
    Commit(String),
}

#[derive(Debug, Clone)]
pub struct Gist {
    /// 32 hexadecimal digits.
    pub id: String,
    pub node_id: String,
    pub owner: AccountId,
    pub public: bool,
    pub description: String,
    pub created_at: Time,
    /// The files after each change, oldest first; the first one is at `created_at`.
    pub revisions: Vec<(Time, BTreeMap<String, String>)>,
}
