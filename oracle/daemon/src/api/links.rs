//! `/v1/links`: what this oracle attests of a contributor's link, and which links wait.

use super::error::{ApiError, Body as ErrorBody, Result as ApiResult};
use super::reply::Reply;
use super::{Api, Part};
use crate::linking::{AttestError, Attestation, WaitingLink};
use crate::oracle::OracleError;
use crate::run::chain_of;
use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::http::header::RETRY_AFTER;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

/// What may stand after the `?`.
#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Which {
    /// A gist's id or address; the newest fitting public gist when absent.
    gist: Option<String>,
}

/// Why there is no attestation: a sentence, and a word for programs.
pub(super) struct Refused(AttestError);

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let Self(error) = self;
        let status = match &error {
            AttestError::Refused(_) if matches!(error.code(), "no_account" | "no_gist") => StatusCode::NOT_FOUND,
            AttestError::Refused(_) if matches!(error.code(), "no_key" | "not_a_member" | "switched_off") => {
                StatusCode::SERVICE_UNAVAILABLE
            }
            AttestError::Refused(_) => StatusCode::UNPROCESSABLE_ENTITY,
            AttestError::Busy { .. } => StatusCode::TOO_MANY_REQUESTS,
            AttestError::GitHub(_) | AttestError::Oracle(OracleError::Chain(_)) => StatusCode::BAD_GATEWAY,
            AttestError::Oracle(_) => StatusCode::INTERNAL_SERVER_ERROR,
        };
        let message = match &error {
            AttestError::Oracle(OracleError::Chain(_)) => "the chain cannot be read now: try again".to_owned(),
            AttestError::Oracle(_) => "this oracle has an internal fault; its log says which".to_owned(),
            error => error.to_string(),
        };
        if matches!(error, AttestError::GitHub(_) | AttestError::Oracle(_)) {
            tracing::warn!(error = %chain_of(&error), "a link could not be attested");
        }
        let retry = match &error {
            AttestError::Busy { seconds } => Some(*seconds),
            AttestError::GitHub(_) => Some(60),
            _ => None,
        };
        let body = Json(ErrorBody { error: message, code: Some(error.code()) });
        match retry {
            Some(seconds) => (status, [(RETRY_AFTER, seconds.to_string())], body).into_response(),
            None => (status, body).into_response(),
        }
    }
}

/// What this oracle attests of a contributor's link
///
/// It looks at the gist by itself, and signs the link in it where everything is right. k oracles' signatures make the link
/// on the chain, by whoever sends them. Asking again is free; what GitHub said is remembered for up to a minute.
#[utoipa::path(get, path = "/v1/links/{login}/attestation", tag = "links",
    params(("login" = String, Path, description = "A GitHub login", max_length = 64, example = "octocat"), Which),
    responses(
        (status = 200, description = "It attests", body = Attestation, headers(
            ("etag" = String, description = "Of these bytes"), ("cache-control" = String))),
        (status = 304, description = "Unchanged since the ETag in `If-None-Match`"),
        (status = 400, description = "A wrong parameter", body = ErrorBody),
        (status = 404, description = "No such account or gist", body = ErrorBody),
        (status = 413, description = "A body came along", body = ErrorBody),
        (status = 422, description = "The link cannot be attested", body = ErrorBody),
        (status = 429, description = "Too often", body = ErrorBody, headers(("retry-after" = u64, description = "Seconds"))),
        (status = 502, description = "GitHub or the chain cannot be read now", body = ErrorBody),
        (status = 503, description = "This oracle has no key that counts, or is too busy", body = ErrorBody),
    ))]
pub(super) async fn attestation(
    State(api): State<Api>,
    Part(login): Part<String>,
    which: Result<Query<Which>, QueryRejection>,
) -> Result<Reply, Response> {
    let malformed = |refused: QueryRejection| ApiError::malformed(&refused.body_text()).into_response();
    let Query(which) = which.map_err(malformed)?;
    let attested = api.oracle.attest_link(&login, which.gist.as_deref()).await;
    let attestation = attested.map_err(|error| Refused(error).into_response())?;
    Reply::json(&attestation).map_err(IntoResponse::into_response)
}

/// Links to another wallet that wait
///
/// One that nobody asked for is the first sign of a stolen account: the old wallet can cancel it, and anyone can challenge it.
#[utoipa::path(get, path = "/v1/links/pending", tag = "links",
    responses(
        (status = 200, description = "All of them", body = Vec<WaitingLink>, headers(
            ("etag" = String, description = "Of these bytes"), ("cache-control" = String))),
        (status = 304, description = "Unchanged since the ETag in `If-None-Match`"),
        (status = 413, description = "A body came along", body = ErrorBody),
        (status = 429, description = "Too often", body = ErrorBody, headers(("retry-after" = u64, description = "Seconds"))),
        (status = 502, description = "The chain cannot be read now", body = ErrorBody),
        (status = 503, description = "Too busy", body = ErrorBody, headers(("retry-after" = u64, description = "Seconds"))),
    ))]
pub(super) async fn pending(State(api): State<Api>) -> ApiResult<Reply> {
    Reply::json(&api.oracle.pending_links().await?)
}
