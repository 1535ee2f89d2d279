//! `POST /webhooks/github`: takes a delivery, checks who sent it, and puts what it names into the
//! queue before answering.
//!
//! Nothing of a body is looked at before its signature was right, and no more of it is read than
//! fits. It never reads from GitHub itself: that may take longer than GitHub waits.

use super::Api;
use super::error::{ApiError, Body as ErrorBody, Result};
use super::reply::Reply;
use crate::fetch::is_signed;
use crate::oracle::OracleError;
use crate::store::Delivery;
use crate::webhook::{self, BODY_TIMEOUT, Counts, MAX_BODY, Named, Told, Webhooks, Wrapping};
use axum::Json;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode};
use futures::StreamExt as _;
use serde::Serialize;
use std::sync::atomic::Ordering;

/// What became of a delivery.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct Answer {
    outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
}

/// Takes a delivery of a GitHub webhook
///
/// See docs/webhooks.md. At most 5 MB, within 10 seconds, signed with the configured secret.
#[utoipa::path(post, path = "/webhooks/github", tag = "webhooks",
    params(
        ("x-hub-signature-256" = String, Header, description = "`sha256=` and the HMAC of the body"),
        ("x-github-delivery" = String, Header, description = "The delivery's id; one that came before does nothing"),
        ("x-github-event" = String, Header, description = "`pull_request`, for instance"),
    ),
    request_body(content = serde_json::Value, description = "What GitHub sends"),
    responses(
        (status = 200, description = "Nothing is to be done for it", body = Answer),
        (status = 202, description = "What it names will be read again", body = Answer),
        (status = 400, description = "Not what GitHub sends", body = ErrorBody),
        (status = 401, description = "The signature is missing or wrong", body = ErrorBody),
        (status = 404, description = "Webhooks are off", body = ErrorBody),
        (status = 408, description = "The body did not come in time", body = ErrorBody),
        (status = 413, description = "Over 5 MB", body = ErrorBody),
        (status = 415, description = "Another content type", body = ErrorBody),
    ))]
pub(super) async fn receive(State(api): State<Api>, request: Request) -> Result<(StatusCode, Json<Answer>)> {
    let off = || ApiError::not_found("webhooks are off here: set `api.webhook_secret`");
    let webhooks = api.webhooks.as_deref().ok_or_else(off)?;
    let answered = take(&api, webhooks, request).await;
    let counts = &webhooks.counts;
    match &answered {
        Err(error) => {
            Counts::add(&counts.refused);
            tracing::warn!(status = error.status().as_u16(), why = error.message(), "a webhook was refused");
        }
        Ok((_, Json(answer))) => match answer.outcome {
            "queued" => Counts::add(&counts.queued),
            "repeated" => Counts::add(&counts.repeated),
            _ => Counts::add(&counts.ignored),
        },
    }
    answered
}

async fn take(api: &Api, webhooks: &Webhooks, request: Request) -> Result<(StatusCode, Json<Answer>)> {
    let received = webhook::now();
    let (parts, body) = request.into_parts();
    let headers = &parts.headers;
    let announced = text(headers, CONTENT_LENGTH.as_str()).and_then(|length| length.parse::<u64>().ok());
    if announced.is_some_and(|length| length > MAX_BODY as u64) {
        return Err(too_large());
    }
    let unsigned = || ApiError::new(StatusCode::UNAUTHORIZED, "X-Hub-Signature-256 is missing: set a secret on GitHub");
    let signature = text(headers, "x-hub-signature-256").ok_or_else(unsigned)?;
    let body = read(body).await?;
    if !is_signed(signature, &webhooks.secret, &body) {
        let message = "X-Hub-Signature-256 is wrong: the secret on GitHub is not the one of `api.webhook_secret`";
        return Err(ApiError::new(StatusCode::UNAUTHORIZED, message));
    }
    let header = |name: &'static str| {
        let short = |text: &&str| !text.is_empty() && text.len() <= 100 && text.bytes().all(|b| b.is_ascii_graphic());
        let missing = || ApiError::malformed(&format!("{name} is missing, or is not what GitHub sends"));
        text(headers, name).filter(short).ok_or_else(missing)
    };
    let (id, event) = (header("X-GitHub-Delivery")?, header("X-GitHub-Event")?);
    let wrapping = Wrapping::of(text(headers, CONTENT_TYPE.as_str()).unwrap_or_default()).ok_or_else(|| {
        let message = "the content type must be application/json or application/x-www-form-urlencoded";
        ApiError::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, message)
    })?;
    let told = webhook::read(event, wrapping, &body).map_err(|error| ApiError::malformed(&error.to_string()))?;
    let Named { repository, node, number, merge } = match told {
        Told::Ping => return Ok(answer("pong", None)),
        Told::Nothing(reason) => return Ok(answer("ignored", Some(reason))),
        Told::Object(named) => named,
    };
    let ours = match api.oracle.repositories().await {
        Ok(ours) => ours,
        // The first fetch reads everything.
        Err(OracleError::NotFetched) => Vec::new(),
        Err(error) => return Err(error.into()),
    };
    if !ours.iter().any(|ours| ours.0 == repository) {
        return Ok(answer("ignored", Some("this repository does not count here")));
    }
    let delivery = Delivery { id: id.to_owned(), received, repository, node, number, merge };
    if !api.oracle.store.put_delivery(&delivery).await.map_err(OracleError::from)? {
        return Ok(answer("repeated", Some("this delivery came before")));
    }
    webhooks.wake();
    Ok((StatusCode::ACCEPTED, Json(Answer { outcome: "queued", reason: None })))
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

fn answer(outcome: &'static str, reason: Option<&'static str>) -> (StatusCode, Json<Answer>) {
    (StatusCode::OK, Json(Answer { outcome, reason }))
}

fn too_large() -> ApiError {
    ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, "the body is over 5 MB")
}

/// The whole body, when it is small enough and comes in time.
async fn read(body: Body) -> Result<Vec<u8>> {
    let whole = async {
        let (mut read, mut parts) = (Vec::new(), body.into_data_stream());
        while let Some(part) = parts.next().await {
            let part = part.map_err(|_| ApiError::malformed("the body broke off"))?;
            if read.len() + part.len() > MAX_BODY {
                return Err(too_large());
            }
            read.extend_from_slice(&part);
        }
        Ok(read)
    };
    let late = |_| ApiError::new(StatusCode::REQUEST_TIMEOUT, "the body did not come within 10 s");
    tokio::time::timeout(BODY_TIMEOUT, whole).await.map_err(late)?
}

pub(super) async fn only_post() -> ApiError {
    ApiError::new(StatusCode::METHOD_NOT_ALLOWED, "this path only answers POST: it is for GitHub's webhooks")
}

/// What came and what became of it since the daemon began.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct Standing {
    on: bool,
    /// In the queue now.
    waiting: u64,
    queued: u64,
    repeated: u64,
    ignored: u64,
    refused: u64,
    objects_read: u64,
    merges_scored: u64,
    /// From a merge's delivery to its score, milliseconds.
    latency_ms: Option<webhook::Latency>,
}

/// What came by webhooks
#[utoipa::path(get, path = "/v1/webhooks", tag = "webhooks", responses(
    (status = 200, description = "Counts since the daemon began", body = Standing,
        headers(("etag" = String, description = "Of these bytes"), ("cache-control" = String))),
    (status = 304, description = "Unchanged since the ETag in `If-None-Match`"),
    (status = 413, description = "A body came along", body = ErrorBody),
    (status = 429, description = "Too often", body = ErrorBody, headers(("retry-after" = u64, description = "Seconds"))),
    (status = 503, description = "Too busy", body = ErrorBody, headers(("retry-after" = u64, description = "Seconds"))),
))]
pub(super) async fn standing(State(api): State<Api>) -> Result<Reply> {
    let waiting = api.oracle.store.count_waiting_deliveries().await.map_err(OracleError::from)?;
    let counts = api.webhooks.as_ref().map(|webhooks| &webhooks.counts);
    let count = |which: fn(&Counts) -> &std::sync::atomic::AtomicU64| {
        counts.map_or(0, |counts| which(counts).load(Ordering::Relaxed))
    };
    Reply::json(&Standing {
        on: counts.is_some(),
        waiting,
        queued: count(|counts| &counts.queued),
        repeated: count(|counts| &counts.repeated),
        ignored: count(|counts| &counts.ignored),
        refused: count(|counts| &counts.refused),
        objects_read: count(|counts| &counts.read),
        merges_scored: count(|counts| &counts.scored),
        latency_ms: counts.and_then(Counts::latency),
    })
}
