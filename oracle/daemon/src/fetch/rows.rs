//! Records into the store: one JSON text each, and by what it is found again.

use super::error::FetchError;
use super::record::{CommentRecord, DiscussionRecord, IssueEvent, IssueRecord, PullRecord, UnmergedRecord};
use crate::store::{Marks, Opened, RecordKind, Row};
use serde::Serialize;

type Result<T> = std::result::Result<T, FetchError>;

/// GitHub's global id of an object and when it says that it changed, UTC seconds.
pub(super) struct Source {
    pub(super) node: String,
    pub(super) updated: u64,
}

fn row<T: Serialize>(kind: RecordKind, number: u64, sub: u64, record: &T) -> Result<Row> {
    let body = serde_json::to_string(record)
        .map_err(|error| FetchError::Record { what: format!("{kind:?} {number}"), message: error.to_string() })?;
    Ok(Row::new(kind, number, sub, body))
}

fn from(row: Row, source: Source, marks: Marks) -> Row {
    Row { node: Some(source.node), updated: source.updated, marks, ..row }
}

pub(super) fn pull(record: &PullRecord, source: Source) -> Result<Row> {
    let mut moments = vec![record.merged];
    moments.extend(record.kudos.iter().map(|one| one.at));
    let opened =
        record.author.map(|author| Opened { author: author.0, created: record.created, ended: Some(record.merged) });
    let marks = Marks { moments, commit: record.commit.clone(), opened };
    Ok(from(row(RecordKind::Pull, record.number, 0, record)?, source, marks))
}

pub(super) fn unmerged(record: &UnmergedRecord, source: Source) -> Result<Row> {
    let opened = record.author.map(|author| Opened { author: author.0, created: record.created, ended: record.closed });
    let marks = Marks { opened, ..Marks::default() };
    Ok(from(row(RecordKind::Unmerged, record.number, 0, record)?, source, marks))
}

/// What confirms an issue is a label or a close.
pub(super) fn issue(record: &IssueRecord, source: Source) -> Result<Row> {
    let labels = record.labels.iter().filter(|label| label.set).map(|label| label.at);
    let closes = record.events.iter().filter_map(|event| match event {
        IssueEvent::Closed(close) => Some(close.at),
        IssueEvent::Reopened { .. } => None,
    });
    let moments = labels.chain(closes).chain(record.kudos.iter().map(|one| one.at)).collect();
    let marks = Marks { moments, ..Marks::default() };
    Ok(from(row(RecordKind::Issue, record.number, 0, record)?, source, marks))
}

pub(super) fn discussion(record: &DiscussionRecord, source: Source) -> Result<Row> {
    let moments = record.answer.iter().map(|answer| answer.at).collect();
    let marks = Marks { moments, ..Marks::default() };
    Ok(from(row(RecordKind::Discussion, record.number, 0, record)?, source, marks))
}

pub(super) fn comment(record: &CommentRecord, node: String) -> Result<Row> {
    Ok(Row { node: Some(node), ..row(RecordKind::Comment, record.number, record.id, record)? })
}
