//! Finishes nested connections that a page holds only the beginning of: nothing is cut silently.

use super::answer::{Connection, FileNode, FilesNode, Item, NodeData, TimelineNode};
use super::error::FetchError;
use super::github::GitHub;
use super::queries;
use serde_json::json;

/// Of which object the timeline is.
#[derive(Clone, Copy)]
pub(super) enum Timeline {
    Pull,
    Issue,
}

fn gone(what: &str) -> FetchError {
    FetchError::Shape {
        what: what.to_owned(),
        message: "it went away between two pages; run the same command again".to_owned(),
    }
}

fn next_cursor(what: &str, cursor: Option<String>) -> Result<String, FetchError> {
    let message = "it has a next page but no cursor".to_owned();
    cursor.ok_or_else(|| FetchError::Shape { what: what.to_owned(), message })
}

pub(super) async fn all_files(
    github: &GitHub,
    what: &str,
    id: &str,
    first: Option<Connection<FileNode>>,
) -> Result<Vec<FileNode>, FetchError> {
    let Some(first) = first else { return Ok(Vec::new()) };
    let (mut files, mut page) = first.into_parts();
    while page.has_next_page {
        let after = next_cursor(what, page.end_cursor)?;
        let data: NodeData<FilesNode> =
            github.query(what, queries::PULL_FILES, json!({"id": id, "after": after})).await?;
        let more = data.node.and_then(|node| node.files).ok_or_else(|| gone(what))?;
        let (nodes, info) = more.into_parts();
        files.extend(nodes);
        page = info;
    }
    Ok(files)
}

pub(super) async fn all_items(
    github: &GitHub,
    what: &str,
    of: Timeline,
    id: &str,
    first: Connection<Item>,
) -> Result<Vec<Item>, FetchError> {
    let query = match of {
        Timeline::Pull => queries::PULL_TIMELINE,
        Timeline::Issue => queries::ISSUE_TIMELINE,
    };
    let (mut items, mut page) = first.into_parts();
    while page.has_next_page {
        let after = next_cursor(what, page.end_cursor)?;
        let data: NodeData<TimelineNode<Item>> = github.query(what, query, json!({"id": id, "after": after})).await?;
        let (nodes, info) = data.node.ok_or_else(|| gone(what))?.timeline_items.into_parts();
        items.extend(nodes);
        page = info;
    }
    Ok(items)
}
