//! The HTTP interface: read-only views of the store and the chain. Whatever it says can be checked
//! without it: the batches are on the chain, and the evidence is named by its hash.

mod error;
mod links;
mod page;
mod webhooks;

use crate::oracle::Oracle;
use crate::provisional::{Provisional, Running};
use crate::run::Pulse;
use crate::status::{ContributorStatus, EpochStatus};
use crate::store::Account;
use crate::webhook::Webhooks;
use axum::extract::rejection::QueryRejection;
use axum::extract::{FromRequestParts, Path, Query, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::request::Parts;
use axum::http::{HeaderName, StatusCode};
use axum::response::IntoResponse;
use axum::routing::{get, post};
use axum::{Json, Router};
use error::{ApiError, Result};
use guerdon_core::B256;
use guerdon_core::model::{ContributorId, Epoch};
use metrics_exporter_prometheus::PrometheusHandle;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::sync::Arc;
use tower_http::trace::TraceLayer;

/// What every handler may look at.
#[derive(Clone)]
pub struct Api {
    pub oracle: Arc<Oracle>,
    pub pulse: Arc<Pulse>,
    pub running: Arc<Running>,
    /// None when no secret is configured.
    pub webhooks: Option<Arc<Webhooks>>,
    pub figures: PrometheusHandle,
}

/// A part of the path; one that is malformed is answered as every other error is.
struct Part<T>(T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Part<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        let part = Path::from_request_parts(parts, state).await;
        part.map(|Path(part)| Self(part)).map_err(|refused| ApiError::malformed(&refused.body_text()))
    }
}

const JSON_LINES: [(HeaderName, &str); 2] =
    [(CONTENT_TYPE, "application/jsonl"), (CACHE_CONTROL, "public, max-age=31536000, immutable")];

pub fn router(api: Api) -> Router {
    Router::new()
        .route("/", get(page::page))
        .route("/app.js", get(page::script))
        .route("/style.css", get(page::style))
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics))
        .route("/v1/epochs", get(epochs))
        .route("/v1/epochs/{epoch}", get(epoch))
        .route("/v1/epochs/{epoch}/evidence", get(evidence))
        .route("/v1/epochs/{epoch}/provisional", get(provisional))
        .route("/v1/evidence/{hash}", get(evidence_by_hash))
        .route("/v1/contributors/{who}", get(contributor))
        .route("/v1/contributors/{who}/explain", get(explain))
        .route("/v1/links/pending", get(links::pending))
        .route("/v1/links/{login}/attestation", get(links::attestation))
        .route("/v1/webhooks", get(webhooks::standing))
        .route("/webhooks/github", post(webhooks::receive).fallback(webhooks::only_post))
        .fallback(|| async { ApiError::not_found("there is no such path: see /v1/epochs") })
        .method_not_allowed_fallback(|| async { ApiError::read_only() })
        .layer(TraceLayer::new_for_http())
        .with_state(api)
}

async fn ready(State(api): State<Api>) -> impl IntoResponse {
    if api.pulse.is_ready() {
        (StatusCode::OK, "ready\n")
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "the last good tick is too long ago: see the log\n")
    }
}

async fn metrics(State(api): State<Api>) -> impl IntoResponse {
    ([(CONTENT_TYPE, "text/plain; version=0.0.4")], api.figures.render())
}

async fn epochs(State(api): State<Api>) -> Result<Json<Vec<EpochStatus>>> {
    Ok(Json(api.oracle.epochs().await?))
}

async fn epoch(State(api): State<Api>, Part(number): Part<u64>) -> Result<Json<EpochStatus>> {
    let found = api.oracle.epoch(Epoch(number)).await?;
    found.map(Json).ok_or_else(|| ApiError::not_found("this epoch has no evidence yet: see /v1/epochs"))
}

async fn provisional(State(api): State<Api>, Part(number): Part<u64>) -> Result<Json<Provisional>> {
    let scored = api.running.latest(&api.oracle, Some(Epoch(number))).await?;
    Ok(Json(Provisional::clone(&scored)))
}

async fn evidence(State(api): State<Api>, Part(number): Part<u64>) -> Result<impl IntoResponse> {
    let found = api.oracle.last_evidence(Epoch(number)).await?;
    let (_, bytes) = found.ok_or_else(|| ApiError::not_found("this epoch has no evidence yet: see /v1/epochs"))?;
    Ok(([(CONTENT_TYPE, "application/jsonl")], bytes))
}

async fn evidence_by_hash(State(api): State<Api>, Part(hash): Part<B256>) -> Result<impl IntoResponse> {
    let bytes = api.oracle.store.evidence_by_hash(hash).await.map_err(crate::oracle::OracleError::from)?;
    let bytes = bytes.ok_or_else(|| ApiError::not_found("no evidence has this hash: see /v1/epochs"))?;
    Ok((JSON_LINES, bytes))
}

async fn find(api: &Api, who: &str) -> Result<Account> {
    let found = api.oracle.find(who).await?;
    found.ok_or_else(|| ApiError::not_found("nobody with this login was seen in the repositories"))
}

async fn contributor(State(api): State<Api>, Part(who): Part<String>) -> Result<Json<ContributorStatus>> {
    let account = find(&api, &who).await?;
    Ok(Json(api.oracle.contributor(&account).await?))
}

/// What may stand after the `?` of an explanation's address.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Which {
    epoch: Option<u64>,
}

async fn explain(
    State(api): State<Api>,
    Part(who): Part<String>,
    which: std::result::Result<Query<Which>, QueryRejection>,
) -> Result<impl IntoResponse> {
    let Query(which) = which.map_err(|refused| ApiError::malformed(&refused.body_text()))?;
    let account = find(&api, &who).await?;
    Ok(Json(api.oracle.explain(ContributorId(account.id), which.epoch.map(Epoch)).await?))
}
