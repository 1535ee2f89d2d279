//! `/v1/links`: what this oracle attests of a contributor's link, and which links wait.

use super::error::{ApiError, Result as ApiResult};
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
use serde_json::json;

/// What may stand after the `?`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
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
        let body = Json(json!({ "error": message, "code": error.code() }));
        match retry {
            Some(seconds) => (status, [(RETRY_AFTER, seconds.to_string())], body).into_response(),
            None => (status, body).into_response(),
        }
    }
}

pub(super) async fn attestation(
    State(api): State<Api>,
    Part(login): Part<String>,
    which: Result<Query<Which>, QueryRejection>,
) -> Result<Json<Attestation>, Response> {
    let malformed = |refused: QueryRejection| ApiError::malformed(&refused.body_text()).into_response();
    let Query(which) = which.map_err(malformed)?;
    let attested = api.oracle.attest_link(&login, which.gist.as_deref()).await;
    attested.map(Json).map_err(|error| Refused(error).into_response())
}

pub(super) async fn pending(State(api): State<Api>) -> ApiResult<Json<Vec<WaitingLink>>> {
    Ok(Json(api.oracle.pending_links().await?))
}
