//! The shapes of GitHub's answers, as far as the queries ask. Nothing here outlives a page.

mod node;

pub(super) use node::{
    AccountNode, CloserNode, CommentItem, CommitAuthorsNode, CommitNode, DiscussionNode, FileNode, FilesNode, GitActor,
    IdNode, IssueNode, Item, LabelItem, LabelNode, MessageNode, ObjectNode, PullNode, RepositoryId, RestAccount,
    RestComment, ReviewCommentNode, ReviewItem, TimelineNode, UnmergedNode,
};

use super::error::FetchError;
use serde::Deserialize;
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

impl<T> NodesData<T> {
    /// One for each id that was asked for, in their order.
    pub(super) fn of(self, what: &str, ids: usize) -> Result<Vec<Option<T>>, FetchError> {
        if self.nodes.len() != ids {
            let message = format!("{} nodes for {ids} ids", self.nodes.len());
            return Err(FetchError::Shape { what: what.to_owned(), message });
        }
        Ok(self.nodes)
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
    /// Rides along with the merged pull requests.
    pub(super) unmerged: Option<Connection<UnmergedNode>>,
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

/// What has a number in a repository; null where nothing has it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ThreadNode {
    pub(super) issue_or_pull_request: Option<Numbered>,
    pub(super) discussion: Option<Numbered>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Numbered {
    /// Absent for a kind that was not asked for.
    pub(super) id: Option<String>,
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
