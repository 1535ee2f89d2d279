//! Records out of the store, and into it: one JSON text each.

use super::error::FetchError;
use super::record::{CommentRecord, IssueRecord, PullRecord, Records};
use crate::store::{RecordKind, Row, Store};
use guerdon_core::model::{ContributorId, RepositoryId};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// All records of these repositories, as they were read last.
pub async fn load(store: &Store, repositories: &[RepositoryId]) -> Result<Records, FetchError> {
    let mut records = Records::default();
    for repository in repositories {
        records.pulls.extend(parse::<PullRecord>(store, repository.0, RecordKind::Pull).await?);
        records.issues.extend(parse::<IssueRecord>(store, repository.0, RecordKind::Issue).await?);
        records.comments.extend(parse::<CommentRecord>(store, repository.0, RecordKind::Comment).await?);
    }
    let bots = store.accounts().await?.into_iter().filter(|account| account.bot);
    records.bots = bots.map(|account| ContributorId(account.id)).collect();
    Ok(records)
}

async fn parse<T: DeserializeOwned>(store: &Store, repository: u64, kind: RecordKind) -> Result<Vec<T>, FetchError> {
    let bodies = store.latest(repository, kind).await?;
    let read = |body: &String| {
        serde_json::from_str(body).map_err(|error| FetchError::Record {
            what: format!("a {kind:?} record of repository {repository}"),
            message: error.to_string(),
        })
    };
    bodies.iter().map(read).collect()
}

pub(super) fn row<T: Serialize>(kind: RecordKind, number: u64, sub: u64, record: &T) -> Result<Row, FetchError> {
    let body = serde_json::to_string(record)
        .map_err(|error| FetchError::Record { what: format!("{kind:?} {number}"), message: error.to_string() })?;
    Ok(Row { kind, number, sub, body })
}
