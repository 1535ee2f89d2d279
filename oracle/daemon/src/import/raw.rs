//! GitHub's REST v3 objects as exports hold them, as far as records need them.
//!
//! Times and ids are checked while they are read, so that what parsed once can be kept. Unknown keys are
//! passed over. Nothing here outlives a page.

use crate::fetch::is_time;
use serde::de::{Error as _, IgnoredAny};
use serde::{Deserialize, Deserializer};

/// What a database's whole numbers hold.
const MAX_ID: u64 = i64::MAX.unsigned_abs();

fn id<'de, D: Deserializer<'de>>(from: D) -> Result<u64, D::Error> {
    let id = u64::deserialize(from)?;
    if (1..=MAX_ID).contains(&id) { Ok(id) } else { Err(D::Error::custom(format!("{id} is no id"))) }
}

fn maybe_id<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u64>, D::Error> {
    match Option::<u64>::deserialize(from)? {
        Some(id) if !(1..=MAX_ID).contains(&id) => Err(D::Error::custom(format!("{id} is no id"))),
        id => Ok(id),
    }
}

fn moment<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    let text = String::deserialize(from)?;
    if is_time(&text) { Ok(text) } else { Err(D::Error::custom(format!("{text:?} is no time"))) }
}

fn maybe_moment<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    match Option::<String>::deserialize(from)? {
        Some(text) if !is_time(&text) => Err(D::Error::custom(format!("{text:?} is no time"))),
        text => Ok(text),
    }
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct User {
    #[serde(deserialize_with = "id")]
    pub(crate) id: u64,
    pub(crate) login: String,
    #[serde(rename = "type", default)]
    pub(crate) kind: String,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Repo {
    #[serde(deserialize_with = "id")]
    pub(crate) id: u64,
    pub(crate) node_id: String,
    pub(crate) name: String,
    pub(crate) owner: User,
    #[serde(default)]
    pub(crate) private: Option<bool>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Branch {
    #[serde(default)]
    pub(crate) repo: Option<Repo>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Pull {
    pub(crate) node_id: String,
    #[serde(deserialize_with = "id")]
    pub(crate) number: u64,
    #[serde(default)]
    pub(crate) title: Option<String>,
    #[serde(default)]
    pub(crate) body: Option<String>,
    #[serde(default)]
    pub(crate) user: Option<User>,
    #[serde(deserialize_with = "moment")]
    pub(crate) created_at: String,
    #[serde(deserialize_with = "moment")]
    pub(crate) updated_at: String,
    #[serde(default, deserialize_with = "maybe_moment")]
    pub(crate) closed_at: Option<String>,
    #[serde(default, deserialize_with = "maybe_moment")]
    pub(crate) merged_at: Option<String>,
    #[serde(default)]
    pub(crate) merged_by: Option<User>,
    #[serde(default)]
    pub(crate) merge_commit_sha: Option<String>,
    #[serde(default)]
    pub(crate) base: Option<Branch>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Issue {
    pub(crate) node_id: String,
    #[serde(deserialize_with = "id")]
    pub(crate) number: u64,
    #[serde(default)]
    pub(crate) user: Option<User>,
    pub(crate) state: String,
    #[serde(default)]
    pub(crate) state_reason: Option<String>,
    #[serde(deserialize_with = "moment")]
    pub(crate) created_at: String,
    #[serde(deserialize_with = "moment")]
    pub(crate) updated_at: String,
    #[serde(default, deserialize_with = "maybe_moment")]
    pub(crate) closed_at: Option<String>,
    /// It is there when this is a pull request's other face.
    #[serde(default)]
    pub(crate) pull_request: Option<IgnoredAny>,
    #[serde(default)]
    pub(crate) repository_url: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Comment {
    #[serde(deserialize_with = "id")]
    pub(crate) id: u64,
    #[serde(default)]
    pub(crate) user: Option<User>,
    #[serde(default)]
    pub(crate) body: Option<String>,
    #[serde(deserialize_with = "moment")]
    pub(crate) created_at: String,
    #[serde(default, deserialize_with = "maybe_moment")]
    pub(crate) updated_at: Option<String>,
    #[serde(default)]
    pub(crate) issue_url: String,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Review {
    #[serde(deserialize_with = "id")]
    pub(crate) id: u64,
    #[serde(default)]
    pub(crate) user: Option<User>,
    #[serde(default)]
    pub(crate) body: Option<String>,
    pub(crate) state: String,
    #[serde(default, deserialize_with = "maybe_moment")]
    pub(crate) submitted_at: Option<String>,
    #[serde(default)]
    pub(crate) pull_request_url: String,
}

/// A comment on a line or file.
#[derive(Debug, Deserialize)]
pub(crate) struct LineComment {
    #[serde(deserialize_with = "id")]
    pub(crate) id: u64,
    pub(crate) node_id: String,
    #[serde(default, deserialize_with = "maybe_id")]
    pub(crate) pull_request_review_id: Option<u64>,
    #[serde(default)]
    pub(crate) user: Option<User>,
    pub(crate) path: String,
    #[serde(default)]
    pub(crate) diff_hunk: Option<String>,
    #[serde(deserialize_with = "moment")]
    pub(crate) created_at: String,
    #[serde(default)]
    pub(crate) pull_request_url: String,
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Signature {
    #[serde(default)]
    pub(crate) email: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct GitCommit {
    #[serde(default)]
    pub(crate) author: Option<Signature>,
    pub(crate) message: String,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Commit {
    /// Only among the commits of pull requests.
    #[serde(default)]
    pub(crate) pull_number: Option<u64>,
    pub(crate) sha: String,
    pub(crate) commit: GitCommit,
    #[serde(default)]
    pub(crate) author: Option<User>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct FileEntry {
    pub(crate) filename: String,
    pub(crate) status: String,
    pub(crate) additions: u64,
    pub(crate) deletions: u64,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Files {
    #[serde(deserialize_with = "id")]
    pub(crate) pull_number: u64,
    pub(crate) files: Vec<FileEntry>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Label {
    pub(crate) name: String,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Rename {
    pub(crate) from: String,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Dismissal {
    pub(crate) state: String,
    #[serde(deserialize_with = "id")]
    pub(crate) review_id: u64,
}

/// An entry of a timeline. A comment, a review and a commit stand there too, each in its own way.
#[derive(Debug, Deserialize)]
pub(crate) struct Event {
    #[serde(default, deserialize_with = "maybe_id")]
    pub(crate) number: Option<u64>,
    pub(crate) event: String,
    #[serde(default)]
    pub(crate) id: Option<u64>,
    #[serde(default)]
    pub(crate) actor: Option<User>,
    #[serde(default, deserialize_with = "maybe_moment")]
    pub(crate) created_at: Option<String>,
    #[serde(default)]
    pub(crate) commit_id: Option<String>,
    #[serde(default)]
    pub(crate) label: Option<Label>,
    #[serde(default)]
    pub(crate) rename: Option<Rename>,
    #[serde(default)]
    pub(crate) dismissed_review: Option<Dismissal>,
}

/// A commit as a timeline writes it: flat, as git has it.
#[derive(Debug, Deserialize)]
pub(crate) struct Committed {
    pub(crate) sha: String,
    pub(crate) message: String,
    #[serde(default)]
    pub(crate) author: Option<Signature>,
}

impl From<Committed> for Commit {
    fn from(Committed { sha, message, author }: Committed) -> Self {
        Self { pull_number: None, sha, commit: GitCommit { author, message }, author: None }
    }
}

#[derive(Debug)]
pub(crate) enum Head {
    Pull(Pull),
    Issue(Issue),
}

/// An issue or pull request with all that hangs on it.
#[derive(Debug)]
pub(crate) struct Thread {
    pub(crate) head: Head,
    pub(crate) comments: Vec<Comment>,
    pub(crate) reviews: Vec<Review>,
    pub(crate) line_comments: Vec<LineComment>,
    pub(crate) commits: Vec<Commit>,
    /// The merge commit's message, where the export has it.
    pub(crate) message: Option<String>,
    /// None: the export does not say.
    pub(crate) files: Option<Vec<FileEntry>>,
    pub(crate) events: Vec<Event>,
}

impl Thread {
    pub(crate) fn new(head: Head) -> Self {
        Self {
            head,
            comments: Vec::new(),
            reviews: Vec::new(),
            line_comments: Vec::new(),
            commits: Vec::new(),
            message: None,
            files: None,
            events: Vec::new(),
        }
    }

    pub(crate) fn number(&self) -> u64 {
        match &self.head {
            Head::Pull(pull) => pull.number,
            Head::Issue(issue) => issue.number,
        }
    }
}
