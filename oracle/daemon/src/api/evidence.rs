//! Evidence files: whole, under their hash, packed for those who can unpack. A client that reads slowly
//! holds the packed bytes, never the file.

use super::error::{ApiError, Body as ErrorBody, Result};
use super::reply::{IMMUTABLE, REVALIDATE};
use super::{Api, Part};
use crate::oracle::OracleError;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header::{ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, VARY};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Response};
use guerdon_core::B256;
use std::io::{BufReader, Cursor, Read};
use zstd::stream::read::Decoder;

/// Bytes that are unpacked at a time.
const PIECE: usize = 256 * 1024;

/// The evidence of an epoch
///
/// What was cut last: canonical JSON Lines, a header, the opening state and the facts (see docs/evidence.md). With
/// `Accept-Encoding: zstd` it comes as it is kept. The ETag is the file's SHA-256.
#[utoipa::path(get, path = "/v1/epochs/{epoch}/evidence", tag = "evidence",
    params(("epoch" = u64, Path, description = "Epochs count from 1", minimum = 0, maximum = 9_223_372_036_854_775_807_u64, example = 1)),
    responses(
        (status = 200, description = "The file", body = String, content_type = "application/jsonl",
            headers(("etag" = String, description = "The file's SHA-256"), ("cache-control" = String))),
        (status = 304, description = "Unchanged since the ETag in `If-None-Match`"),
        (status = 400, description = "No number", body = ErrorBody),
        (status = 404, description = "No evidence of this epoch is here", body = ErrorBody),
        (status = 413, description = "A body came along", body = ErrorBody),
        (status = 429, description = "Too often", body = ErrorBody, headers(("retry-after" = u64, description = "Seconds"))),
        (status = 503, description = "Too busy", body = ErrorBody, headers(("retry-after" = u64, description = "Seconds"))),
    ))]
pub(super) async fn of_epoch(State(api): State<Api>, Part(number): Part<u64>, headers: HeaderMap) -> Result<Response> {
    let epoch = super::epochs::known(number)?;
    let found = api.oracle.store.last_evidence_hash(epoch).await.map_err(OracleError::from)?;
    let hash = found.ok_or_else(|| ApiError::not_found("this epoch has no evidence yet: see /v1/epochs"))?;
    file(&api, hash, REVALIDATE, &headers).await
}

/// Evidence by its hash
///
/// The hash is in the batch that the oracles signed, so it does not matter who serves the file: check it with
/// `sha256sum`.
#[utoipa::path(get, path = "/v1/evidence/{hash}", tag = "evidence",
    params(("hash" = String, Path, description = "SHA-256 of the file, 0x and 64 hexadecimal digits",
        pattern = "^0x[0-9a-fA-F]{64}$",
        example = "0x6c1f0b3f5e6c2d6bb0a5a7bd7a6f0a7d1f3f0f1f7f9ad6a0c9f1a5d1e1b2c3d4")),
    responses(
        (status = 200, description = "The file", body = String, content_type = "application/jsonl",
            headers(("etag" = String, description = "The file's SHA-256"), ("cache-control" = String, description = "It never changes"))),
        (status = 304, description = "Unchanged since the ETag in `If-None-Match`"),
        (status = 400, description = "No hash", body = ErrorBody),
        (status = 404, description = "This oracle does not have it", body = ErrorBody),
        (status = 413, description = "A body came along", body = ErrorBody),
        (status = 429, description = "Too often", body = ErrorBody, headers(("retry-after" = u64, description = "Seconds"))),
        (status = 503, description = "Too busy", body = ErrorBody, headers(("retry-after" = u64, description = "Seconds"))),
    ))]
pub(super) async fn by_hash(State(api): State<Api>, Part(hash): Part<B256>, headers: HeaderMap) -> Result<Response> {
    file(&api, hash, IMMUTABLE, &headers).await
}

async fn file(api: &Api, hash: B256, cache: &'static str, headers: &HeaderMap) -> Result<Response> {
    let packed = api.oracle.store.packed_evidence(hash).await.map_err(OracleError::from)?;
    let packed = packed.ok_or_else(|| ApiError::not_found("no evidence has this hash: see /v1/epochs"))?;
    let as_kept = takes_zstd(headers);
    let mut response = if as_kept { Body::from(packed).into_response() } else { unpacked(packed)?.into_response() };
    let tag = if as_kept { format!("\"{hash}-zstd\"") } else { format!("\"{hash}\"") };
    let answer = response.headers_mut();
    answer.insert(CONTENT_TYPE, HeaderValue::from_static("application/jsonl"));
    answer.insert(CACHE_CONTROL, HeaderValue::from_static(cache));
    answer.insert(VARY, HeaderValue::from_static("accept-encoding"));
    answer.extend(HeaderValue::try_from(tag).map(|tag| (ETAG, tag)));
    if as_kept {
        answer.insert(CONTENT_ENCODING, HeaderValue::from_static("zstd"));
    }
    Ok(response)
}

fn takes_zstd(headers: &HeaderMap) -> bool {
    let lines = headers.get_all(ACCEPT_ENCODING).iter().filter_map(|line| line.to_str().ok());
    let mut ways = lines.flat_map(|line| line.split(','));
    ways.any(|way| {
        let mut parts = way.split(';').map(str::trim);
        let refused = |part: &str| part.replace(' ', "").strip_prefix("q=").is_some_and(|q| q.parse() == Ok(0.0));
        parts.next().is_some_and(|name| name.eq_ignore_ascii_case("zstd")) && !parts.any(refused)
    })
}

type Unpacking = Decoder<'static, BufReader<Cursor<Vec<u8>>>>;

/// The file piece by piece, as it is taken.
fn unpacked(packed: Vec<u8>) -> Result<Body> {
    let decoder: Unpacking = Decoder::new(Cursor::new(packed))
        .map_err(|source| OracleError::Stored(format!("evidence that cannot be unpacked: {source}")))?;
    let pieces = futures::stream::try_unfold(decoder, |decoder| async move {
        // Off the threads that serve the sockets.
        tokio::task::spawn_blocking(move || piece(decoder)).await.map_err(std::io::Error::other)?
    });
    Ok(Body::from_stream(pieces))
}

fn piece(mut decoder: Unpacking) -> std::io::Result<Option<(Bytes, Unpacking)>> {
    let mut piece = Vec::with_capacity(PIECE);
    decoder.by_ref().take(PIECE as u64).read_to_end(&mut piece)?;
    Ok((!piece.is_empty()).then(|| (Bytes::from(piece), decoder)))
}
