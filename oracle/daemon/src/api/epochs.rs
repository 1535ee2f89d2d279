//! Epochs: where each stands, whom it pays and why.

use super::error::{ApiError, Body as ErrorBody, Result};
use super::paging::{Asked, Bounds, Paging, number};
use super::reply::Reply;
use super::{Api, Part};
use crate::explain::Explanation;
use crate::provisional::Provisional;
use crate::status::EpochStatus;
use axum::body::Bytes;
use axum::extract::State;
use guerdon_core::B256;
use guerdon_core::batch::Entry;
use guerdon_core::model::{ContributorId, Epoch};
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::sync::Mutex;

/// Batches whose entries are kept in memory: 16 bytes an entry.
const KEPT: usize = 8;

/// Epoch, round and entries hash.
type BatchName = (Epoch, u32, B256);

/// What is made once and shown often.
#[derive(Debug, Default)]
pub(super) struct Made {
    entries: Mutex<BTreeMap<BatchName, Arc<Vec<Entry>>>>,
    /// Whoever has it may score a running epoch; and the last score as bytes.
    provisional: Mutex<Option<(Arc<Provisional>, Bytes)>>,
}

/// An entry of a batch.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct EpochEntry {
    id: ContributorId,
    /// The account's login now, when it is known.
    login: Option<String>,
    /// In units of the distributor.
    units: u64,
    /// Base units of the payout token, decimal.
    #[schema(example = "1250000000000000000")]
    amount: String,
}

/// An epoch's number, if the store can have it.
pub(super) fn known(epoch: u64) -> Result<Epoch> {
    number("epoch", epoch).map(Epoch)
}

fn none() -> ApiError {
    ApiError::not_found("this epoch has no evidence yet: see /v1/epochs")
}

/// All epochs that have evidence
///
/// Ascending, each with its latest round. The list is some seconds old at most, unless the chain does not answer.
#[utoipa::path(get, path = "/v1/epochs", tag = "epochs", params(Paging), responses(
    (status = 200, description = "A page", body = Vec<EpochStatus>, headers(
        ("link" = String, description = "`<...>; rel=\"next\"` when there is more"),
        ("etag" = String, description = "Of these bytes"), ("cache-control" = String))),
    (status = 304, description = "Unchanged since the ETag in `If-None-Match`"),
    (status = 400, description = "A wrong parameter", body = ErrorBody),
    (status = 413, description = "A body came along", body = ErrorBody),
    (status = 429, description = "Too often", body = ErrorBody, headers(("retry-after" = u64, description = "Seconds"))),
    (status = 502, description = "The chain cannot be read now", body = ErrorBody),
    (status = 503, description = "Too busy", body = ErrorBody, headers(("retry-after" = u64, description = "Seconds"))),
))]
pub(super) async fn list(State(api): State<Api>, Asked(paging): Asked<Paging>) -> Result<Reply> {
    let bounds = paging.bounds()?;
    let snapshot = api.snapshots.get().await?;
    let from = snapshot.epochs.partition_point(|status| status.epoch.0 <= bounds.after);
    let rest = snapshot.epochs.get(from..).unwrap_or_default();
    let page = rest.get(..bounds.limit.min(rest.len())).unwrap_or_default();
    let last = page.last().filter(|_| rest.len() > page.len());
    Ok(Reply::json(&page)?.and_more(last.map(|last| bounds.next("/v1/epochs", last.epoch.0))))
}

/// One epoch
#[utoipa::path(get, path = "/v1/epochs/{epoch}", tag = "epochs",
    params(("epoch" = u64, Path, description = "Epochs count from 1", minimum = 0, maximum = 9_223_372_036_854_775_807_u64, example = 1)),
    responses(
        (status = 200, description = "Its latest round", body = EpochStatus,
            headers(("etag" = String, description = "Of these bytes"), ("cache-control" = String))),
        (status = 304, description = "Unchanged since the ETag in `If-None-Match`"),
        (status = 400, description = "No number", body = ErrorBody),
        (status = 404, description = "It has no evidence yet", body = ErrorBody),
        (status = 413, description = "A body came along", body = ErrorBody),
        (status = 429, description = "Too often", body = ErrorBody, headers(("retry-after" = u64, description = "Seconds"))),
        (status = 502, description = "The chain cannot be read now", body = ErrorBody),
        (status = 503, description = "Too busy", body = ErrorBody, headers(("retry-after" = u64, description = "Seconds"))),
    ))]
pub(super) async fn one(State(api): State<Api>, Part(number): Part<u64>) -> Result<Reply> {
    let snapshot = api.snapshots.get().await?;
    Reply::json(snapshot.epoch(known(number)?).ok_or_else(none)?)
}

/// Whom an epoch's batch pays
///
/// Ascending by contributor id, as the batch has them; `after` is an id.
#[utoipa::path(get, path = "/v1/epochs/{epoch}/entries", tag = "epochs",
    params(("epoch" = u64, Path, description = "Epochs count from 1", minimum = 0, maximum = 9_223_372_036_854_775_807_u64, example = 1), Paging),
    responses(
        (status = 200, description = "A page; empty when the epoch pays nobody", body = Vec<EpochEntry>, headers(
            ("link" = String, description = "`<...>; rel=\"next\"` when there is more"),
            ("etag" = String, description = "Of these bytes"), ("cache-control" = String))),
        (status = 304, description = "Unchanged since the ETag in `If-None-Match`"),
        (status = 400, description = "A wrong parameter", body = ErrorBody),
        (status = 404, description = "It has no evidence yet", body = ErrorBody),
        (status = 413, description = "A body came along", body = ErrorBody),
        (status = 429, description = "Too often", body = ErrorBody, headers(("retry-after" = u64, description = "Seconds"))),
        (status = 502, description = "The chain cannot be read now", body = ErrorBody),
        (status = 503, description = "Too busy", body = ErrorBody, headers(("retry-after" = u64, description = "Seconds"))),
    ))]
pub(super) async fn entries(
    State(api): State<Api>,
    Part(number): Part<u64>,
    Asked(paging): Asked<Paging>,
) -> Result<Reply> {
    let (epoch, bounds) = (known(number)?, paging.bounds()?);
    let snapshot = api.snapshots.get().await?;
    let status = snapshot.epoch(epoch).ok_or_else(none)?;
    let Some(hash) = status.entries_hash else { return Ok(Reply::list(&[])) };
    let entries = all_entries(&api, (epoch, status.round, hash)).await?;
    let from = entries.partition_point(|entry| entry.id.0 <= bounds.after);
    let rest = entries.get(from..).unwrap_or_default();
    let page = rest.get(..bounds.limit.min(rest.len())).unwrap_or_default();
    let ids: Vec<u64> = page.iter().map(|entry| entry.id.0).collect();
    let accounts = api.oracle.store.accounts_of(&ids).await.map_err(crate::oracle::OracleError::from)?;
    let mut logins: BTreeMap<u64, String> = accounts.into_iter().map(|account| (account.id, account.login)).collect();
    let unit = api.oracle.schedule.unit;
    let shown: Vec<EpochEntry> = page
        .iter()
        .map(|entry| EpochEntry {
            id: entry.id,
            login: logins.remove(&entry.id.0).filter(|login| !login.is_empty()),
            units: entry.units,
            amount: (alloy::primitives::U256::from(entry.units) * unit).to_string(),
        })
        .collect();
    let last = page.last().filter(|_| rest.len() > page.len());
    let next = last.map(|last| bounds.next(&format!("/v1/epochs/{epoch}/entries"), last.id.0));
    Ok(Reply::json(&shown)?.and_more(next))
}

async fn all_entries(api: &Api, key: BatchName) -> Result<Arc<Vec<Entry>>> {
    // Others who want the same batch wait for this one to be read.
    let mut made = api.made.entries.lock().await;
    if let Some(entries) = made.get(&key) {
        return Ok(Arc::clone(entries));
    }
    let prepared = api.oracle.prepared(key.0, key.1).await?.ok_or_else(none)?;
    let entries = Arc::new(prepared.entries);
    // The oldest epochs are asked for least.
    while made.len() >= KEPT {
        made.pop_first();
    }
    made.insert(key, Arc::clone(&entries));
    Ok(entries)
}

/// Why an epoch pays what it pays
///
/// Every contributor's explanation, ascending by contributor id; `after` is an id. Who only opened pull requests that
/// were not merged is found under `/v1/contributors/{who}/explain`.
#[utoipa::path(get, path = "/v1/epochs/{epoch}/explanations", tag = "epochs",
    params(("epoch" = u64, Path, description = "Epochs count from 1", minimum = 0, maximum = 9_223_372_036_854_775_807_u64, example = 1), Paging),
    responses(
        (status = 200, description = "A page", body = Vec<Explanation>, headers(
            ("link" = String, description = "`<...>; rel=\"next\"` when there is more"),
            ("etag" = String, description = "Of these bytes"), ("cache-control" = String))),
        (status = 304, description = "Unchanged since the ETag in `If-None-Match`"),
        (status = 400, description = "A wrong parameter", body = ErrorBody),
        (status = 404, description = "It has no evidence yet", body = ErrorBody),
        (status = 413, description = "A body came along", body = ErrorBody),
        (status = 429, description = "Too often", body = ErrorBody, headers(("retry-after" = u64, description = "Seconds"))),
        (status = 502, description = "The chain cannot be read now", body = ErrorBody),
        (status = 503, description = "Too busy", body = ErrorBody, headers(("retry-after" = u64, description = "Seconds"))),
    ))]
pub(super) async fn explanations(
    State(api): State<Api>,
    Part(number): Part<u64>,
    Asked(paging): Asked<Paging>,
) -> Result<Reply> {
    let (epoch, bounds @ Bounds { after, limit }) = (known(number)?, paging.bounds()?);
    let snapshot = api.snapshots.get().await?;
    let cut = snapshot.cuts.get(&epoch).ok_or_else(none)?;
    let (page, more) = api.oracle.served_epoch((epoch, cut), ContributorId(after), limit).await?;
    let last = page.last().filter(|_| more).map(|(id, _)| id.0);
    let texts: Vec<String> = page.into_iter().map(|(_, text)| text).collect();
    let next = last.map(|last| bounds.next(&format!("/v1/epochs/{epoch}/explanations"), last));
    Ok(Reply::list(&texts).and_more(next))
}

/// What a running epoch has come to so far
///
/// Nothing of it is final, signed or paid: see docs/webhooks.md.
#[utoipa::path(get, path = "/v1/epochs/{epoch}/provisional", tag = "epochs",
    params(("epoch" = u64, Path, description = "Epochs count from 1", minimum = 0, maximum = 9_223_372_036_854_775_807_u64, example = 2)),
    responses(
        (status = 200, description = "The score so far", body = Provisional,
            headers(("etag" = String, description = "Of these bytes"), ("cache-control" = String))),
        (status = 304, description = "Unchanged since the ETag in `If-None-Match`"),
        (status = 400, description = "No number", body = ErrorBody),
        (status = 404, description = "It does not run: it has not begun, or is scored for good", body = ErrorBody),
        (status = 413, description = "A body came along", body = ErrorBody),
        (status = 429, description = "Too often", body = ErrorBody, headers(("retry-after" = u64, description = "Seconds"))),
        (status = 502, description = "The chain cannot be read now", body = ErrorBody),
        (status = 503, description = "Too busy", body = ErrorBody, headers(("retry-after" = u64, description = "Seconds"))),
    ))]
pub(super) async fn provisional(State(api): State<Api>, Part(number): Part<u64>) -> Result<Reply> {
    let epoch = known(number)?;
    let mut made = api.made.provisional.lock().await;
    let scored = match api.running.recent(epoch).await {
        Some(scored) => scored,
        None => api.running.latest(&api.oracle, Some(epoch)).await?,
    };
    if let Some((last, bytes)) = made.as_ref().filter(|(last, _)| Arc::ptr_eq(last, &scored)) {
        debug_assert_eq!(last.epoch, epoch);
        return Ok(Reply::of(bytes.clone()));
    }
    let bytes = serde_json::to_vec(&*scored).map_err(|error| crate::oracle::OracleError::Stored(error.to_string()))?;
    let bytes = Bytes::from(bytes);
    *made = Some((scored, bytes.clone()));
    Ok(Reply::of(bytes))
}
