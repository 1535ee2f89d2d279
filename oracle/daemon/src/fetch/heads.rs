//! Heads: what GitHub shows as newest in each connection of many repositories, in one request.
//!
//! A connection whose head is the one that was seen before it was last read to its end has nothing new,
//! so that a run over quiet repositories costs a request for every two dozen of them.

use super::answer::{HeadConnection, HeadsNode, NodesData, RepositoryNode};
use super::error::FetchError;
use super::github::GitHub;
use super::{queries, time};
use crate::store::Repository;
use serde_json::json;

/// Four connections each: 97 requests by GitHub's formula, one point.
const REPOSITORIES_A_REQUEST: usize = 24;
/// A change this young, in seconds, may share its second with one that is not shown yet.
const SETTLED: u64 = 60;

const EMPTY: &str = "- 0";

/// The newest change and the number of objects, as one text; none while it is too young to rely on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Head {
    text: String,
    settled: bool,
}

impl Head {
    fn of(connection: &HeadConnection, now: u64) -> Self {
        let newest = connection.nodes.iter().flatten().next().map(|node| node.updated_at.as_str());
        let settled = newest.and_then(time::parse).is_none_or(|newest| newest.saturating_add(SETTLED) < now);
        Self { text: format!("{} {}", newest.unwrap_or("-"), connection.total_count), settled }
    }

    pub(super) fn and(&self, other: &Self) -> Self {
        Self { text: format!("{} {}", self.text, other.text), settled: self.settled && other.settled }
    }

    /// Nothing is there.
    pub(super) fn is_empty(&self) -> bool {
        self.text == EMPTY
    }

    /// What to remember when the connection has been read to its end.
    pub(super) fn text(&self) -> Option<&str> {
        self.settled.then_some(self.text.as_str())
    }
}

#[derive(Clone, Debug)]
pub(super) struct Heads {
    pub(super) pulls: Head,
    pub(super) unmerged: Head,
    pub(super) issues: Head,
    pub(super) discussions: Head,
}

/// One repository as GitHub shows it now.
pub(super) struct Shown {
    pub(super) repository: Repository,
    pub(super) heads: Heads,
}

impl GitHub {
    /// In the order of `nodes`; `None` for one that is gone, private or out of the token's sight.
    pub(super) async fn heads(&self, nodes: &[String]) -> Result<Vec<Option<Shown>>, FetchError> {
        let mut shown = Vec::new();
        for ids in nodes.chunks(REPOSITORIES_A_REQUEST) {
            let what = format!("the newest changes of {} repositories", ids.len());
            let data: NodesData<HeadsNode> = self.query(&what, queries::HEADS, json!({"ids": ids})).await?;
            let now = time::now();
            shown.extend(data.of(&what, ids.len())?.into_iter().map(|node| node.and_then(|node| shown_of(&node, now))));
        }
        Ok(shown)
    }
}

fn shown_of(node: &HeadsNode, now: u64) -> Option<Shown> {
    let repository = repository_of(&node.repository)?;
    let head = |connection| Head::of(connection, now);
    let (pulls, unmerged) = (head(&node.merged), head(&node.unmerged));
    let heads = Heads { pulls, unmerged, issues: head(&node.issues), discussions: head(&node.discussions) };
    Some(Shown { repository, heads })
}

/// Private ones do not count: nobody else could repeat what they pay.
pub(super) fn repository_of(node: &RepositoryNode) -> Option<Repository> {
    let (owner, name) = (node.owner.login.clone(), node.name.clone());
    let id = node.database_id.filter(|_| !node.is_private)?;
    Some(Repository { id, node: node.id.clone(), owner, name })
}
