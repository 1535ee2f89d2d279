//! The objects in GitHub's answers: pull requests, issues, discussions and what hangs on them.

use super::{Connection, NodesData};
use serde::{Deserialize, Deserializer};

#[derive(Debug, Deserialize)]
#[serde(tag = "__typename")]
pub(in crate::fetch) enum ObjectNode {
    PullRequest(Box<PullNode>),
    Issue(Box<IssueNode>),
    Discussion(Box<DiscussionNode>),
    #[serde(other)]
    Other,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::fetch) struct UnmergedNode {
    pub(in crate::fetch) id: String,
    pub(in crate::fetch) number: u64,
    pub(in crate::fetch) created_at: String,
    pub(in crate::fetch) closed_at: Option<String>,
    pub(in crate::fetch) updated_at: String,
    pub(in crate::fetch) author: Option<AccountNode>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::fetch) struct DiscussionNode {
    pub(in crate::fetch) id: String,
    pub(in crate::fetch) number: u64,
    pub(in crate::fetch) updated_at: String,
    pub(in crate::fetch) repository: RepositoryId,
    pub(in crate::fetch) author: Option<AccountNode>,
    pub(in crate::fetch) answer_chosen_at: Option<String>,
    pub(in crate::fetch) answer_chosen_by: Option<AccountNode>,
    pub(in crate::fetch) answer: Option<AnswerNode>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::fetch) struct AnswerNode {
    pub(in crate::fetch) is_minimized: bool,
    pub(in crate::fetch) author: Option<AccountNode>,
}

#[derive(Debug, Deserialize)]
pub(in crate::fetch) struct CommitAuthorsNode {
    pub(in crate::fetch) authors: NodesData<GitActor>,
}

#[derive(Clone, Debug, Deserialize)]
pub(in crate::fetch) struct GitActor {
    pub(in crate::fetch) email: Option<String>,
    pub(in crate::fetch) user: Option<GitUser>,
}

impl GitActor {
    /// The address in lower case, and whose it is as far as GitHub knows.
    pub(in crate::fetch) fn known(self) -> Option<(String, Option<AccountNode>)> {
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
pub(in crate::fetch) struct GitUser {
    pub(in crate::fetch) login: String,
    pub(in crate::fetch) database_id: Option<u64>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::fetch) struct TimelineNode<T> {
    pub(in crate::fetch) timeline_items: Connection<T>,
}

#[derive(Debug, Deserialize)]
pub(in crate::fetch) struct FilesNode {
    pub(in crate::fetch) files: Option<Connection<FileNode>>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::fetch) struct AccountNode {
    #[serde(rename = "__typename")]
    pub(in crate::fetch) kind: String,
    pub(in crate::fetch) login: String,
    pub(in crate::fetch) database_id: Option<u64>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::fetch) struct PullNode {
    pub(in crate::fetch) id: String,
    pub(in crate::fetch) number: u64,
    pub(in crate::fetch) title: String,
    pub(in crate::fetch) body: String,
    pub(in crate::fetch) last_edited_at: Option<String>,
    pub(in crate::fetch) created_at: String,
    pub(in crate::fetch) merged_at: Option<String>,
    pub(in crate::fetch) updated_at: String,
    pub(in crate::fetch) repository: RepositoryId,
    pub(in crate::fetch) changed_files: u64,
    pub(in crate::fetch) author: Option<AccountNode>,
    pub(in crate::fetch) merged_by: Option<AccountNode>,
    pub(in crate::fetch) merge_commit: Option<CommitNode>,
    pub(in crate::fetch) files: Option<Connection<FileNode>>,
    pub(in crate::fetch) timeline_items: Connection<Item>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::fetch) struct IssueNode {
    pub(in crate::fetch) id: String,
    pub(in crate::fetch) number: u64,
    pub(in crate::fetch) created_at: String,
    pub(in crate::fetch) updated_at: String,
    pub(in crate::fetch) repository: RepositoryId,
    pub(in crate::fetch) author: Option<AccountNode>,
    pub(in crate::fetch) timeline_items: Connection<Item>,
}

#[derive(Debug, Deserialize)]
pub(in crate::fetch) struct CommitNode {
    pub(in crate::fetch) id: String,
    pub(in crate::fetch) oid: String,
    #[serde(default)]
    pub(in crate::fetch) message: String,
    /// The root `.gitattributes` as of it.
    pub(in crate::fetch) file: Option<TreeEntry>,
}

#[derive(Debug, Deserialize)]
pub(in crate::fetch) struct TreeEntry {
    pub(in crate::fetch) oid: String,
}

#[derive(Debug, Deserialize)]
pub(in crate::fetch) struct MessageNode {
    pub(in crate::fetch) id: String,
    pub(in crate::fetch) message: String,
    pub(in crate::fetch) author: Option<GitActor>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::fetch) struct FileNode {
    pub(in crate::fetch) path: String,
    pub(in crate::fetch) additions: u64,
    pub(in crate::fetch) deletions: u64,
    pub(in crate::fetch) change_type: String,
}

#[derive(Debug, Deserialize)]
pub(in crate::fetch) struct LabelNode {
    pub(in crate::fetch) name: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::fetch) struct LabelItem {
    pub(in crate::fetch) created_at: String,
    pub(in crate::fetch) actor: Option<AccountNode>,
    pub(in crate::fetch) label: Option<LabelNode>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::fetch) struct ReviewItem {
    #[serde(deserialize_with = "big")]
    pub(in crate::fetch) full_database_id: Option<u64>,
    pub(in crate::fetch) state: String,
    pub(in crate::fetch) submitted_at: Option<String>,
    pub(in crate::fetch) last_edited_at: Option<String>,
    pub(in crate::fetch) is_minimized: bool,
    pub(in crate::fetch) body: String,
    pub(in crate::fetch) author: Option<AccountNode>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::fetch) struct CommentItem {
    #[serde(deserialize_with = "big")]
    pub(in crate::fetch) full_database_id: Option<u64>,
    pub(in crate::fetch) created_at: String,
    pub(in crate::fetch) last_edited_at: Option<String>,
    pub(in crate::fetch) is_minimized: bool,
    pub(in crate::fetch) body: String,
    pub(in crate::fetch) author: Option<AccountNode>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::fetch) struct IdNode {
    #[serde(deserialize_with = "big")]
    pub(in crate::fetch) full_database_id: Option<u64>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::fetch) struct RepositoryId {
    pub(in crate::fetch) database_id: Option<u64>,
}

/// An event of a pull request's or an issue's timeline.
#[derive(Debug, Deserialize)]
#[serde(tag = "__typename")]
pub(in crate::fetch) enum Item {
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
pub(in crate::fetch) enum CloserNode {
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
pub(in crate::fetch) struct ReviewCommentNode {
    pub(in crate::fetch) id: String,
    #[serde(deserialize_with = "big")]
    pub(in crate::fetch) full_database_id: Option<u64>,
    pub(in crate::fetch) created_at: String,
    pub(in crate::fetch) is_minimized: bool,
    pub(in crate::fetch) path: String,
    pub(in crate::fetch) diff_hunk: String,
    pub(in crate::fetch) author: Option<AccountNode>,
    pub(in crate::fetch) pull_request: PullOfComment,
    pub(in crate::fetch) pull_request_review: Option<IdNode>,
}

#[derive(Debug, Deserialize)]
pub(in crate::fetch) struct PullOfComment {
    pub(in crate::fetch) number: u64,
    pub(in crate::fetch) repository: RepositoryId,
}

/// A review comment, from REST.
#[derive(Debug, Deserialize)]
pub(in crate::fetch) struct RestComment {
    pub(in crate::fetch) id: u64,
    pub(in crate::fetch) node_id: String,
    pub(in crate::fetch) pull_request_review_id: Option<u64>,
    pub(in crate::fetch) pull_request_url: String,
    pub(in crate::fetch) path: String,
    pub(in crate::fetch) diff_hunk: Option<String>,
    pub(in crate::fetch) created_at: String,
    pub(in crate::fetch) updated_at: String,
    pub(in crate::fetch) user: Option<RestAccount>,
}

#[derive(Clone, Debug, Deserialize)]
pub(in crate::fetch) struct RestAccount {
    pub(in crate::fetch) id: u64,
    pub(in crate::fetch) login: String,
    #[serde(rename = "type", default)]
    pub(in crate::fetch) kind: String,
}
