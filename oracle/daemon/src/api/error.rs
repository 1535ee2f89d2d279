//! What the API says when something is wrong: one JSON object, no inner details.

use super::guard::retry_after;
use crate::oracle::OracleError;
use crate::run::chain_of;
use axum::Json;
use axum::http::StatusCode;
use axum::http::header::CACHE_CONTROL;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use std::time::Duration;

pub(super) type Result<T> = std::result::Result<T, ApiError>;

pub(super) struct ApiError {
    status: StatusCode,
    message: String,
    /// When it is worth asking again.
    wait: Option<Duration>,
}

/// What went wrong, and what to do.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = Error, example = json!({ "error": "this epoch has no evidence yet: see /v1/epochs" }))]
pub(super) struct Body {
    /// One sentence for people. It may change; the status code does not.
    pub(super) error: String,
    /// One word for programs, of `/v1/links` only: docs/link.md has them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) code: Option<&'static str>,
}

impl ApiError {
    pub(super) fn new(status: StatusCode, message: &str) -> Self {
        Self { status, message: message.to_owned(), wait: None }
    }

    pub(super) fn status(&self) -> StatusCode {
        self.status
    }

    pub(super) fn message(&self) -> &str {
        &self.message
    }

    pub(super) fn not_found(message: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, message)
    }

    pub(super) fn malformed(message: &str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, message)
    }

    pub(super) fn read_only() -> Self {
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "this API only answers GET")
    }

    pub(super) fn too_often(wait: Duration) -> Self {
        let message = "this address asks too often: wait as long as Retry-After says";
        Self { wait: Some(wait), ..Self::new(StatusCode::TOO_MANY_REQUESTS, message) }
    }

    pub(super) fn busy(message: &str) -> Self {
        Self { wait: Some(Duration::from_secs(1)), ..Self::new(StatusCode::SERVICE_UNAVAILABLE, message) }
    }
}

impl From<OracleError> for ApiError {
    fn from(error: OracleError) -> Self {
        match error {
            OracleError::NoEvidence { .. }
            | OracleError::NoBatch { .. }
            | OracleError::NoTerms(_)
            | OracleError::NotFetched
            | OracleError::NotRunning(_) => Self::not_found(&error.to_string()),
            OracleError::Chain(_) => {
                tracing::warn!(error = %chain_of(&error), "the API could not read the chain");
                Self::new(StatusCode::BAD_GATEWAY, "the chain cannot be read now: try again")
            }
            _ => {
                tracing::error!(error = %chain_of(&error), "the API failed");
                let message = "this oracle has an internal fault; its log says which";
                Self::new(StatusCode::INTERNAL_SERVER_ERROR, message)
            }
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let body = Json(Body { error: self.message, code: None });
        let headers = [(CACHE_CONTROL, "no-store")];
        match self.wait {
            Some(wait) => (self.status, headers, retry_after(wait), body).into_response(),
            None => (self.status, headers, body).into_response(),
        }
    }
}
