//! An answer with what caches need: takes bytes, gives a response with a strong ETag, which is the hash
//! of these bytes, and how long they hold.

use super::error::Result;
use crate::oracle::OracleError;
use axum::body::{Body, Bytes};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, LINK};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::fmt::Write as _;

/// What this oracle knows now.
pub(super) const CHANGING: &str = "public, max-age=2";
/// What is named by its hash.
pub(super) const IMMUTABLE: &str = "public, max-age=31536000, immutable";
/// What may change, and is large.
pub(super) const REVALIDATE: &str = "public, no-cache";

pub(super) struct Reply {
    bytes: Bytes,
    cache: &'static str,
    /// Where the next page is.
    next: Option<String>,
}

impl Reply {
    pub(super) fn json(value: &impl Serialize) -> Result<Self> {
        let bytes = serde_json::to_vec(value).map_err(|source| OracleError::Stored(source.to_string()))?;
        Ok(Self::of(bytes))
    }

    /// A list of what is JSON already.
    pub(super) fn list(objects: &[String]) -> Self {
        Self::of(format!("[{}]", objects.join(",")))
    }

    pub(super) fn of(bytes: impl Into<Bytes>) -> Self {
        Self { bytes: bytes.into(), cache: CHANGING, next: None }
    }

    /// More is at this address.
    pub(super) fn and_more(mut self, next: Option<String>) -> Self {
        self.next = next;
        self
    }
}

impl IntoResponse for Reply {
    fn into_response(self) -> Response {
        let tag = tag(&Sha256::digest(&self.bytes));
        let mut response = (StatusCode::OK, Body::from(self.bytes)).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static(self.cache));
        headers.extend(HeaderValue::try_from(tag).map(|tag| (ETAG, tag)));
        let link = self.next.map(|next| HeaderValue::try_from(format!("<{next}>; rel=\"next\"")));
        headers.extend(link.and_then(std::result::Result::ok).map(|link| (LINK, link)));
        response
    }
}

/// Half of the hash is enough to tell two answers apart.
pub(super) fn tag(hash: &[u8]) -> String {
    let mut tag = String::with_capacity(34);
    tag.push('"');
    for byte in hash.iter().take(16) {
        // Writing to a String cannot fail.
        _ = write!(tag, "{byte:02x}");
    }
    tag.push('"');
    tag
}
