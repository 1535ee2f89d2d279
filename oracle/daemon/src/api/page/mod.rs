//! The page at `/`: the files that were built from `web/`, out of the binary, and what it must know of this
//! deployment.
//!
//! Takes nothing from elsewhere and gives nothing that is secret: the page may be read by anybody, and the policy of
//! its content lets it load scripts and styles from here alone.

mod config;
mod files;
mod settings;

pub use settings::PageConfig;

use super::Api;
use super::error::{ApiError, Result};
use super::{Part, reply};
use crate::oracle::OracleError;
use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, LOCATION};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use files::FILES;
use sha2::{Digest, Sha256};

pub(super) fn router() -> Router<Api> {
    let mut router = Router::new().route("/config.json", get(config)).route("/c/{who}", get(contributor));
    for file in FILES {
        let answer = move |headers: HeaderMap| async move { file.answer(&headers) };
        router = router.route(&format!("/{}", file.path), get(answer));
    }
    let index = FILES.iter().find(|file| file.path == "index.html");
    router.route(
        "/",
        get(move |headers: HeaderMap| async move { index.map_or_else(not_built, |file| file.answer(&headers)) }),
    )
}

fn not_built() -> Response {
    let say = "This binary was built without the page. Run `make build`, or `make web` and then cargo.\n\
               The API is here: see /v1/epochs.\n";
    (StatusCode::SERVICE_UNAVAILABLE, [(CONTENT_TYPE, "text/plain; charset=utf-8")], say).into_response()
}

async fn config(State(api): State<Api>) -> Result<Response> {
    let repositories = api.oracle.store.repositories().await.map_err(OracleError::from)?;
    let shown = config::Shown::of(&api.oracle, repositories);
    let bytes = serde_json::to_vec(&shown).map_err(|source| OracleError::Stored(source.to_string()))?;
    let tag = reply::tag(&Sha256::digest(&bytes));
    let headers = [(CONTENT_TYPE, "application/json"), (CACHE_CONTROL, reply::REVALIDATE), (ETAG, tag.as_str())];
    Ok((headers, Body::from(bytes)).into_response())
}

/// Addresses without a `#` are easier to pass on.
async fn contributor(Part(who): Part<String>) -> Result<Response> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '[' | ']');
    if who.len() > 64 || !who.chars().all(plain) {
        return Err(ApiError::not_found("this is neither a GitHub login nor an id"));
    }
    // Relative, for a page behind a proxy in a folder.
    Ok((StatusCode::FOUND, [(LOCATION, format!("../#/c/{who}"))]).into_response())
}
