//! The REST objects of an archive, as far as they are used. Unknown keys are passed over.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Deserialize;
use serde::de::IgnoredAny;

#[derive(Debug, Default)]
pub struct Sources {
    pub folders: BTreeMap<PathBuf, Folder>,
    pub unknown_files: Vec<String>,
}

#[derive(Debug, Default)]
pub struct Folder {
    pub repository: Option<Repo>,
    pub pulls: Vec<Pull>,
    pub issues: Vec<Issue>,
    pub comments: Vec<Comment>,
    pub reviews: Vec<Review>,
    pub review_comments: Vec<ReviewComment>,
    pub pull_commits: Vec<Commit>,
    pub commits: Vec<Commit>,
    pub files: Vec<Files>,
    pub events: Vec<Event>,
    pub labels: Vec<Label>,
    pub users: Vec<User>,
}

#[derive(Debug, Clone, Deserialize)]
pub struct User {
    pub login: String,
    pub id: u64,
    #[serde(default)]
    pub node_id: String,
    #[serde(default, rename = "type")]
    pub kind: String,
}

#[derive(Debug, Deserialize)]
pub struct Repo {
    pub id: u64,
    #[serde(default)]
    pub node_id: String,
    pub name: String,
    pub owner: User,
    #[serde(default)]
    pub private: bool,
    #[serde(default)]
    pub archived: Option<bool>,
    #[serde(default)]
    pub default_branch: Option<String>,
    #[serde(default)]
    pub created_at: Option<String>,
}

#[derive(Debug, Deserialize)]
pub struct Label {
    #[serde(default)]
    pub id: Option<u64>,
    #[serde(default)]
    pub node_id: Option<String>,
    pub name: String,
    #[serde(default)]
    pub color: Option<String>,
    #[serde(default)]
    pub description: Option<String>,
}

#[derive(Debug, Deserialize)]
pub struct Branch {
    #[serde(default, rename = "ref")]
    pub name: String,
    #[serde(default)]
    pub sha: String,
}

#[derive(Debug, Deserialize)]
pub struct Pull {
    pub id: u64,
    #[serde(default)]
    pub node_id: String,
    pub number: u32,
    pub title: String,
    pub body: Option<String>,
    pub user: Option<User>,
    #[serde(default)]
    pub labels: Vec<Label>,
    pub state: String,
    #[serde(default)]
    pub locked: bool,
    #[serde(default)]
    pub draft: Option<bool>,
    pub created_at: String,
    pub updated_at: String,
    pub closed_at: Option<String>,
    pub merged_at: Option<String>,
    pub merged_by: Option<User>,
    pub merge_commit_sha: Option<String>,
    pub base: Branch,
    pub head: Branch,
    #[serde(default)]
    pub additions: u32,
    #[serde(default)]
    pub deletions: u32,
    #[serde(default)]
    pub changed_files: u32,
}

#[derive(Debug, Deserialize)]
pub struct Issue {
    pub id: u64,
    #[serde(default)]
    pub node_id: String,
    pub number: u32,
    pub title: String,
    pub body: Option<String>,
    pub user: Option<User>,
    #[serde(default)]
    pub labels: Vec<Label>,
    pub state: String,
    #[serde(default)]
    pub locked: bool,
    pub created_at: String,
    pub updated_at: String,
    pub closed_at: Option<String>,
    #[serde(default)]
    pub state_reason: Option<String>,
    /// There when the issue is a pull request's twin.
    #[serde(default)]
    pub pull_request: Option<IgnoredAny>,
}

#[derive(Debug, Deserialize)]
pub struct Comment {
    pub id: u64,
    #[serde(default)]
    pub node_id: String,
    pub user: Option<User>,
    pub body: Option<String>,
    pub created_at: String,
    pub updated_at: Option<String>,
    pub issue_url: String,
}

#[derive(Debug, Deserialize)]
pub struct Review {
    pub id: u64,
    #[serde(default)]
    pub node_id: String,
    pub user: Option<User>,
    pub body: Option<String>,
    pub state: String,
    pub submitted_at: Option<String>,
    #[serde(default)]
    pub commit_id: Option<String>,
    pub pull_request_url: String,
}

#[derive(Debug, Deserialize)]
pub struct ReviewComment {
    pub id: u64,
    #[serde(default)]
    pub node_id: String,
    pub pull_request_review_id: Option<u64>,
    pub user: Option<User>,
    pub body: Option<String>,
    pub path: String,
    #[serde(default)]
    pub diff_hunk: String,
    pub line: Option<u32>,
    pub original_line: Option<u32>,
    pub position: Option<u32>,
    pub original_position: Option<u32>,
    #[serde(default)]
    pub in_reply_to_id: Option<u64>,
    #[serde(default)]
    pub commit_id: String,
    pub created_at: String,
    pub updated_at: Option<String>,
    pub pull_request_url: String,
}

#[derive(Debug, Deserialize)]
pub struct Signature {
    #[serde(default)]
    pub name: String,
    #[serde(default)]
    pub email: String,
    pub date: String,
}

#[derive(Debug, Deserialize)]
pub struct GitCommit {
    pub author: Signature,
    pub committer: Signature,
    pub message: String,
}

#[derive(Debug, Deserialize)]
pub struct Parent {
    pub sha: String,
}

#[derive(Debug, Deserialize)]
pub struct Commit {
    /// Only among the commits of pull requests.
    #[serde(default)]
    pub pull_number: Option<u32>,
    pub sha: String,
    pub commit: GitCommit,
    #[serde(default)]
    pub author: Option<User>,
    #[serde(default)]
    pub parents: Vec<Parent>,
}

#[derive(Debug, Deserialize)]
pub struct FileEntry {
    pub filename: String,
    pub status: String,
    pub additions: u32,
    pub deletions: u32,
}

#[derive(Debug, Deserialize)]
pub struct Files {
    pub pull_number: u32,
    pub files: Vec<FileEntry>,
}

#[derive(Debug, Deserialize)]
pub struct Rename {
    pub from: String,
    pub to: String,
}

#[derive(Debug, Deserialize)]
pub struct DismissedReview {
    pub state: String,
    pub review_id: u64,
    #[serde(default)]
    pub dismissal_message: Option<String>,
}

#[derive(Debug, Deserialize)]
pub struct Event {
    pub number: u32,
    pub event: String,
    #[serde(default)]
    pub id: Option<u64>,
    #[serde(default)]
    pub node_id: Option<String>,
    #[serde(default)]
    pub actor: Option<User>,
    #[serde(default)]
    pub created_at: Option<String>,
    #[serde(default)]
    pub commit_id: Option<String>,
    #[serde(default)]
    pub label: Option<Label>,
    #[serde(default)]
    pub rename: Option<Rename>,
    #[serde(default)]
    pub dismissed_review: Option<DismissedReview>,
}

impl Folder {
    pub fn is_empty(&self) -> bool {
        self.pulls.is_empty()
            && self.issues.is_empty()
            && self.comments.is_empty()
            && self.reviews.is_empty()
            && self.review_comments.is_empty()
            && self.pull_commits.is_empty()
            && self.commits.is_empty()
            && self.files.is_empty()
            && self.events.is_empty()
            && self.labels.is_empty()
            && self.users.is_empty()
    }
}
