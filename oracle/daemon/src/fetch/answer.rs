//! The shapes of GitHub's answers, as far as the queries ask. Nothing here outlives a page.

use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// What every GraphQL answer is wrapped in.
#[derive(Debug, Deserialize)]
pub(super) struct Envelope {
    pub(super) data: Option<Value>,
    pub(super) errors: Option<Vec<QueryError>>,
}

#[derive(Debug, Deserialize)]
pub(super) struct QueryError {
    #[serde(rename = "type")]
    pub(super) kind: Option<String>,
    #[serde(default)]
    pub(super) path: Vec<Value>,
    #[serde(default)]
    pub(super) message: String,
}

impl QueryError {
    /// The token may not read something.
    pub(super) fn forbids(&self) -> bool {
        matches!(self.kind.as_deref(), Some("FORBIDDEN" | "INSUFFICIENT_SCOPES"))
    }

    /// The token may not read what the whole query is about.
    pub(super) fn forbids_all(&self) -> bool {
        self.forbids() && self.path.len() <= 1
    }
}

/// What a query cost.
#[derive(Debug, Deserialize)]
pub(super) struct Meter {
    pub(super) cost: u64,
}

impl Meter {
    pub(super) fn of(data: &Value) -> Option<Self> {
        Self::deserialize(data.get("rateLimit")?).ok()
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PageInfo {
    pub(super) has_next_page: bool,
    pub(super) end_cursor: Option<String>,
}

/// Nodes are nullable: GitHub leaves out what the asker may not see.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Connection<T> {
    pub(super) total_count: Option<u64>,
    pub(super) page_info: PageInfo,
    pub(super) nodes: Option<Vec<Option<T>>>,
}

impl<T> Connection<T> {
    pub(super) fn empty() -> Self {
        Self { total_count: None, page_info: PageInfo { has_next_page: false, end_cursor: None }, nodes: None }
    }

    pub(super) fn into_parts(self) -> (Vec<T>, PageInfo) {
        (self.nodes.into_iter().flatten().flatten().collect(), self.page_info)
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct Login {
    pub(super) login: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RepositoryNode {
    pub(super) id: String,
    pub(super) database_id: Option<u64>,
    pub(super) name: String,
    pub(super) owner: Login,
    pub(super) is_private: bool,
}

/// A page of one connection of a repository, whatever it is called there.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PageNode<T> {
    #[serde(flatten)]
    pub(super) repository: RepositoryNode,
    #[serde(alias = "pullRequests", alias = "issues", alias = "discussions")]
    pub(super) page: Connection<T>,
}

#[derive(Debug, Deserialize)]
pub(super) struct PageData<T> {
    pub(super) repository: Option<PageNode<T>>,
}

/// The newest change and the number of objects of each connection.
#[derive(Debug, Deserialize)]
pub(super) struct HeadsNode {
    #[serde(flatten)]
    pub(super) repository: RepositoryNode,
    pub(super) merged: HeadConnection,
    pub(super) unmerged: HeadConnection,
    pub(super) issues: HeadConnection,
    pub(super) discussions: HeadConnection,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct HeadConnection {
    pub(super) total_count: u64,
    pub(super) nodes: Vec<Option<UpdatedNode>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct UpdatedNode {
    pub(super) updated_at: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct TouchedNode {
    pub(super) pull_requests: Connection<TouchedItem>,
    pub(super) issues: Connection<TouchedItem>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct TouchedItem {
    pub(super) id: String,
    pub(super) number: u64,
    pub(super) updated_at: String,
}

/// Null where an object is gone or may not be seen.
#[derive(Debug, Deserialize)]
pub(super) struct NodesData<T> {
    pub(super) nodes: Vec<Option<T>>,
}

#[derive(Debug, Deserialize)]
#[serde(tag = "__typename")]
pub(super) enum ObjectNode {
    PullRequest(Box<PullNode>),
    Issue(Box<IssueNode>),
    Discussion(Box<DiscussionNode>),
    #[serde(other)]
    Other,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct UnmergedNode {
    pub(super) id: String,
    pub(super) number: u64,
    pub(super) created_at: String,
    pub(super) closed_at: Option<String>,
    pub(super) updated_at: String,
    pub(super) author: Option<AccountNode>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct DiscussionNode {
    pub(super) id: String,
    pub(super) number: u64,
    pub(super) updated_at: String,
    pub(super) repository: RepositoryId,
    pub(super) author: Option<AccountNode>,
    pub(super) answer_chosen_at: Option<String>,
    pub(super) answer_chosen_by: Option<AccountNode>,
    pub(super) answer: Option<AnswerNode>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct AnswerNode {
    pub(super) is_minimized: bool,
    pub(super) author: Option<AccountNode>,
}

#[derive(Debug, Deserialize)]
pub(super) struct CommitAuthorsNode {
    pub(super) authors: NodesData<GitActor>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct GitActor {
    pub(super) email: Option<String>,
    pub(super) user: Option<GitUser>,
}

impl GitActor {
    /// The address in lower case, and whose it is as far as GitHub knows.
    pub(super) fn known(self) -> Option<(String, Option<AccountNode>)> {
        let user = self.user.map(|user| AccountNode {
            kind: "User".to_owned(),
            login: user.login,
            database_id: user.database_id,
        });
        Some((self.email?.to_ascii_lowercase(), user))
    }
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct GitUser {
    pub(super) login: String,
    pub(super) database_id: Option<u64>,
}

#[derive(Debug, Deserialize)]
pub(super) struct BlobData {
    pub(super) repository: Option<BlobRepository>,
}

#[derive(Debug, Deserialize)]
pub(super) struct BlobRepository {
    pub(super) object: Option<BlobNode>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct BlobNode {
    pub(super) text: Option<String>,
    #[serde(default)]
    pub(super) is_truncated: bool,
}

#[derive(Debug, Deserialize)]
pub(super) struct RepositoryData {
    pub(super) repository: Option<RepositoryNode>,
}

#[derive(Debug, Deserialize)]
pub(super) struct OrganizationData {
    pub(super) organization: Option<OrganizationNode>,
}

#[derive(Debug, Deserialize)]
pub(super) struct OrganizationNode {
    pub(super) repositories: Connection<RepositoryNode>,
}

#[derive(Debug, Deserialize)]
pub(super) struct NodeData<T> {
    pub(super) node: Option<T>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct TimelineNode<T> {
    pub(super) timeline_items: Connection<T>,
}

#[derive(Debug, Deserialize)]
pub(super) struct FilesNode {
    pub(super) files: Option<Connection<FileNode>>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct AccountNode {
    #[serde(rename = "__typename")]
    pub(super) kind: String,
    pub(super) login: String,
    pub(super) database_id: Option<u64>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PullNode {
    pub(super) id: String,
    pub(super) number: u64,
    pub(super) title: String,
    pub(super) body: String,
    pub(super) last_edited_at: Option<String>,
    pub(super) created_at: String,
    pub(super) merged_at: Option<String>,
    pub(super) updated_at: String,
    pub(super) repository: RepositoryId,
    pub(super) changed_files: u64,
    pub(super) author: Option<AccountNode>,
    pub(super) merged_by: Option<AccountNode>,
    pub(super) merge_commit: Option<CommitNode>,
    pub(super) files: Option<Connection<FileNode>>,
    pub(super) timeline_items: Connection<Item>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct IssueNode {
    pub(super) id: String,
    pub(super) number: u64,
    pub(super) created_at: String,
    pub(super) updated_at: String,
    pub(super) repository: RepositoryId,
    pub(super) author: Option<AccountNode>,
    pub(super) timeline_items: Connection<Item>,
}

#[derive(Debug, Deserialize)]
pub(super) struct CommitNode {
    pub(super) id: String,
    pub(super) oid: String,
    #[serde(default)]
    pub(super) message: String,
    /// The root `.gitattributes` as of it.
    pub(super) file: Option<TreeEntry>,
}

#[derive(Debug, Deserialize)]
pub(super) struct TreeEntry {
    pub(super) oid: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct MessageNode {
    pub(super) id: String,
    pub(super) message: String,
    pub(super) author: Option<GitActor>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct FileNode {
    pub(super) path: String,
    pub(super) additions: u64,
    pub(super) deletions: u64,
    pub(super) change_type: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct LabelNode {
    pub(super) name: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct LabelItem {
    pub(super) created_at: String,
    pub(super) actor: Option<AccountNode>,
    pub(super) label: Option<LabelNode>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ReviewItem {
    #[serde(deserialize_with = "big")]
    pub(super) full_database_id: Option<u64>,
    pub(super) state: String,
    pub(super) submitted_at: Option<String>,
    pub(super) last_edited_at: Option<String>,
    pub(super) is_minimized: bool,
    pub(super) body: String,
    pub(super) author: Option<AccountNode>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CommentItem {
    #[serde(deserialize_with = "big")]
    pub(super) full_database_id: Option<u64>,
    pub(super) created_at: String,
    pub(super) last_edited_at: Option<String>,
    pub(super) is_minimized: bool,
    pub(super) body: String,
    pub(super) author: Option<AccountNode>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct IdNode {
    #[serde(deserialize_with = "big")]
    pub(super) full_database_id: Option<u64>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RepositoryId {
    pub(super) database_id: Option<u64>,
}

/// An event of a pull request's or an issue's timeline.
#[derive(Debug, Deserialize)]
#[serde(tag = "__typename")]
pub(super) enum Item {
    PullRequestCommit {
        commit: MessageNode,
    },
    PullRequestReview(ReviewItem),
    IssueComment(CommentItem),
    LabeledEvent(LabelItem),
    UnlabeledEvent(LabelItem),
    #[serde(rename_all = "camelCase")]
    RenamedTitleEvent {
        created_at: String,
        previous_title: String,
    },
    #[serde(rename_all = "camelCase")]
    ReviewDismissedEvent {
        created_at: String,
        previous_review_state: String,
        review: Option<IdNode>,
    },
    #[serde(rename_all = "camelCase")]
    ReopenedEvent {
        created_at: String,
    },
    #[serde(rename_all = "camelCase")]
    ClosedEvent {
        created_at: String,
        state_reason: Option<String>,
        closer: Option<CloserNode>,
    },
    #[serde(other)]
    Other,
}

#[derive(Debug, Deserialize)]
#[serde(tag = "__typename")]
pub(super) enum CloserNode {
    Commit {
        oid: String,
        repository: RepositoryId,
    },
    #[serde(rename_all = "camelCase")]
    PullRequest {
        number: u64,
        merged_at: Option<String>,
        repository: RepositoryId,
        author: Option<AccountNode>,
        merged_by: Option<AccountNode>,
    },
    #[serde(other)]
    Other,
}

/// GraphQL's `BigInt` comes as text; older servers give a number.
fn big<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Either {
        Number(u64),
        Text(String),
    }
    match Option::<Either>::deserialize(deserializer)? {
        None => Ok(None),
        Some(Either::Number(number)) => Ok(Some(number)),
        Some(Either::Text(text)) => text.parse().map(Some).map_err(serde::de::Error::custom),
    }
}

/// A review comment, from GraphQL.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ReviewCommentNode {
    pub(super) id: String,
    #[serde(deserialize_with = "big")]
    pub(super) full_database_id: Option<u64>,
    pub(super) created_at: String,
    pub(super) is_minimized: bool,
    pub(super) path: String,
    pub(super) diff_hunk: String,
    pub(super) author: Option<AccountNode>,
    pub(super) pull_request: PullOfComment,
    pub(super) pull_request_review: Option<IdNode>,
}

#[derive(Debug, Deserialize)]
pub(super) struct PullOfComment {
    pub(super) number: u64,
    pub(super) repository: RepositoryId,
}

/// A review comment, from REST.
#[derive(Debug, Deserialize)]
pub(super) struct RestComment {
    pub(super) id: u64,
    pub(super) node_id: String,
    pub(super) pull_request_review_id: Option<u64>,
    pub(super) pull_request_url: String,
    pub(super) path: String,
    pub(super) diff_hunk: Option<String>,
    pub(super) created_at: String,
    pub(super) updated_at: String,
    pub(super) user: Option<RestAccount>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct RestAccount {
    pub(super) id: u64,
    pub(super) login: String,
    #[serde(rename = "type", default)]
    pub(super) kind: String,
}
