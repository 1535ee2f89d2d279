//! What the API says when something is wrong: one JSON object, no inner details.

use crate::oracle::OracleError;
use crate::run::chain_of;
use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

pub(super) type Result<T> = std::result::Result<T, ApiError>;

pub(super) struct ApiError {
    status: StatusCode,
    message: String,
}

impl ApiError {
    pub(super) fn new(status: StatusCode, message: &str) -> Self {
        Self { status, message: message.to_owned() }
    }

    pub(super) fn status(&self) -> StatusCode {
        self.status
    }

    pub(super) fn message(&self) -> &str {
        &self.message
    }

    pub(super) fn not_found(message: &str) -> Self {
        Self { status: StatusCode::NOT_FOUND, message: message.to_owned() }
    }

    pub(super) fn malformed(message: &str) -> Self {
        Self { status: StatusCode::BAD_REQUEST, message: message.to_owned() }
    }

    pub(super) fn read_only() -> Self {
        Self { status: StatusCode::METHOD_NOT_ALLOWED, message: "this API only answers GET".to_owned() }
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
                Self { status: StatusCode::BAD_GATEWAY, message: "the chain cannot be read now: try again".to_owned() }
            }
            _ => {
                tracing::error!(error = %chain_of(&error), "the API failed");
                let message = "this oracle has an internal fault; its log says which".to_owned();
                Self { status: StatusCode::INTERNAL_SERVER_ERROR, message }
            }
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        (self.status, Json(serde_json::json!({ "error": self.message }))).into_response()
    }
}
