//! Contributors: what they hold, and why they got it. They are listed by id, never by what they earned.

use super::error::{ApiError, Body as ErrorBody, Result};
use super::paging::{Asked, Bounds, EpochPaging, LARGEST, Paging, number};
use super::reply::Reply;
use super::{Api, Part};
use crate::explain::{Explanation, Pages};
use crate::oracle::OracleError;
use crate::snapshot::Snapshot;
use crate::status::ContributorStatus;
use crate::store::{Account, Item, ItemTable};
use axum::extract::State;
use guerdon_core::model::{ContributorId, Epoch};
use std::collections::BTreeMap;

/// GitHub's longest login has 39 characters; machines' end in `[bot]`.
const LONGEST: usize = 64;

async fn find(api: &Api, who: &str) -> Result<Account> {
    if who.len() > LONGEST {
        return Err(ApiError::malformed("this is no login and no account id"));
    }
    if let Ok(id) = who.parse::<u64>() {
        number("id", id)?;
    }
    let found = api.oracle.find(who).await?;
    found.ok_or_else(|| ApiError::not_found("nobody with this login was seen in the repositories"))
}

/// All contributors
///
/// Everybody who was in a scored epoch or holds something, ascending by id; `after` is an id.
#[utoipa::path(get, path = "/v1/contributors", tag = "contributors", params(Paging), responses(
    (status = 200, description = "A page", body = Vec<ContributorStatus>, headers(
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
    let bounds @ Bounds { after, limit } = paging.bounds()?;
    let snapshot = api.snapshots.get().await?;
    let one_more = limit.saturating_add(1);
    let at_most = u32::try_from(one_more).unwrap_or(u32::MAX);
    let scored = api.oracle.store.last_items_after(ItemTable::People, after, at_most).await;
    let mut people: BTreeMap<ContributorId, Option<Item>> =
        scored.map_err(OracleError::from)?.into_iter().map(|item| (item.contributor, Some(item))).collect();
    // Those whom only the chain knows; an id that no account can have is nobody's.
    let held = snapshot.ledger.ids_after(ContributorId(after)).take_while(|id| id.0 <= LARGEST);
    for id in held.take(one_more) {
        people.entry(id).or_default();
    }
    let more = people.len() > limit;
    let page: Vec<(ContributorId, Option<Item>)> = people.into_iter().take(limit).collect();
    let ids: Vec<u64> = page.iter().map(|(id, _)| id.0).collect();
    let accounts = api.oracle.store.accounts_of(&ids).await.map_err(OracleError::from)?;
    let mut accounts: BTreeMap<u64, Account> = accounts.into_iter().map(|account| (account.id, account)).collect();
    let mut shown = Vec::with_capacity(page.len());
    for (id, last) in &page {
        let unknown = || Account { id: id.0, login: String::new(), bot: false };
        let account = accounts.remove(&id.0).unwrap_or_else(unknown);
        shown.push(api.oracle.contributor_with(
            &account,
            snapshot.ledger.account(*id),
            last.as_ref(),
            snapshot.waiting(*id),
        )?);
    }
    let last = ids.last().filter(|_| more);
    Ok(Reply::json(&shown)?.and_more(last.map(|last| bounds.next("/v1/contributors", *last))))
}

/// One contributor
///
/// What the chain says they hold, some seconds old at most, and what waits for a link.
#[utoipa::path(get, path = "/v1/contributors/{who}", tag = "contributors",
    params(("who" = String, Path, description = "A GitHub login, or an account id", max_length = 64, example = "octocat")),
    responses(
        (status = 200, description = "What they hold; nothing, of an id that never was here", body = ContributorStatus,
            headers(("etag" = String, description = "Of these bytes"), ("cache-control" = String))),
        (status = 304, description = "Unchanged since the ETag in `If-None-Match`"),
        (status = 400, description = "Neither a login nor an id", body = ErrorBody),
        (status = 404, description = "Nobody with this login was seen", body = ErrorBody),
        (status = 413, description = "A body came along", body = ErrorBody),
        (status = 429, description = "Too often", body = ErrorBody, headers(("retry-after" = u64, description = "Seconds"))),
        (status = 502, description = "The chain cannot be read now", body = ErrorBody),
        (status = 503, description = "Too busy", body = ErrorBody, headers(("retry-after" = u64, description = "Seconds"))),
    ))]
pub(super) async fn one(State(api): State<Api>, Part(who): Part<String>) -> Result<Reply> {
    let account = find(&api, &who).await?;
    let id = ContributorId(account.id);
    let snapshot = api.snapshots.get().await?;
    let last = api.oracle.store.last_item_of(ItemTable::People, id).await.map_err(OracleError::from)?;
    Reply::json(&api.oracle.contributor_with(
        &account,
        snapshot.ledger.account(id),
        last.as_ref(),
        snapshot.waiting(id),
    )?)
}

/// Why somebody got what they got
///
/// Every scored epoch in which they did something, ascending: line items whose units add up to what was earned, with the
/// inputs and factors of each; what earned nothing, and the rule; pull requests that were not merged.
#[utoipa::path(get, path = "/v1/contributors/{who}/explain", tag = "contributors",
    params(("who" = String, Path, description = "A GitHub login, or an account id", max_length = 64, example = "octocat"), EpochPaging),
    responses(
        (status = 200, description = "A page", body = Vec<Explanation>, headers(
            ("link" = String, description = "`<...>; rel=\"next\"` when there is more"),
            ("etag" = String, description = "Of these bytes"), ("cache-control" = String))),
        (status = 304, description = "Unchanged since the ETag in `If-None-Match`"),
        (status = 400, description = "A wrong parameter", body = ErrorBody),
        (status = 404, description = "Nobody with this login was seen", body = ErrorBody),
        (status = 413, description = "A body came along", body = ErrorBody),
        (status = 429, description = "Too often", body = ErrorBody, headers(("retry-after" = u64, description = "Seconds"))),
        (status = 502, description = "The chain cannot be read now", body = ErrorBody),
        (status = 503, description = "Too busy", body = ErrorBody, headers(("retry-after" = u64, description = "Seconds"))),
    ))]
pub(super) async fn explain(
    State(api): State<Api>,
    Part(who): Part<String>,
    Asked(asked): Asked<EpochPaging>,
) -> Result<Reply> {
    let bounds @ Bounds { after, limit } = asked.bounds()?;
    let only = asked.epoch.map(|epoch| number("epoch", epoch)).transpose()?;
    let account = find(&api, &who).await?;
    let snapshot: std::sync::Arc<Snapshot> = api.snapshots.get().await?;
    let first = after.saturating_add(1).min(LARGEST);
    let epochs = only.map_or((Epoch(first), Epoch(LARGEST)), |only| (Epoch(only.max(first)), Epoch(only)));
    let pages = Pages { epochs, limit };
    let (page, more) = api.oracle.served_explanations(&account, &snapshot.cuts, pages).await?;
    let last = page.last().filter(|_| more).map(|(epoch, _)| epoch.0);
    let texts: Vec<String> = page.into_iter().map(|(_, text)| text).collect();
    let next = last.map(|last| bounds.next(&format!("/v1/contributors/{}/explain", account.id), last));
    Ok(Reply::list(&texts).and_more(next))
}
