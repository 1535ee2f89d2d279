//! Policies: the texts that governance voted for, under the hashes it voted with.

use super::error::{ApiError, Body as ErrorBody, Result};
use super::reply::IMMUTABLE;
use super::{Api, Part};
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::response::IntoResponse;
use guerdon_core::B256;

/// A policy by its hash
///
/// The rules that an epoch was scored by, as a TOML file. The hash is in the epoch's terms and in the batch that the
/// oracles signed: the keccak-256 of the policy's canonical JSON with the scoring version and the classifier's hash.
#[utoipa::path(get, path = "/v1/policies/{hash}", tag = "evidence",
    params(("hash" = String, Path, description = "The policy's hash, 0x and 64 hexadecimal digits",
        pattern = "^0x[0-9a-fA-F]{64}$",
        example = "0x6c1f0b3f5e6c2d6bb0a5a7bd7a6f0a7d1f3f0f1f7f9ad6a0c9f1a5d1e1b2c3d4")),
    responses(
        (status = 200, description = "The file", body = String, content_type = "text/plain; charset=utf-8",
            headers(("etag" = String, description = "The policy's hash"), ("cache-control" = String, description = "It never changes"))),
        (status = 304, description = "Unchanged since the ETag in `If-None-Match`"),
        (status = 400, description = "No hash", body = ErrorBody),
        (status = 404, description = "This oracle does not have it", body = ErrorBody),
        (status = 413, description = "A body came along", body = ErrorBody),
        (status = 429, description = "Too often", body = ErrorBody, headers(("retry-after" = u64, description = "Seconds"))),
        (status = 503, description = "Too busy", body = ErrorBody, headers(("retry-after" = u64, description = "Seconds"))),
    ))]
pub(super) async fn by_hash(State(api): State<Api>, Part(hash): Part<B256>) -> Result<impl IntoResponse> {
    let text = api.oracle.policies.text(hash);
    let text =
        text.ok_or_else(|| ApiError::not_found("no policy here has this hash: see `policy_hash` in /v1/epochs"))?;
    let tag = HeaderValue::try_from(format!("\"{hash}\""));
    let tag: Option<(HeaderName, HeaderValue)> = tag.ok().map(|tag| (ETAG, tag));
    let kept = [
        (CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8")),
        (CACHE_CONTROL, HeaderValue::from_static(IMMUTABLE)),
    ];
    Ok((kept.into_iter().chain(tag).collect::<HeaderMap>(), text.to_owned()))
}
