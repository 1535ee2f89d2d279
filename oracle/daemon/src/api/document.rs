//! The OpenAPI document: made from the routes themselves, so that it has each of them and no other. Oracles ask one
//! another by routes of their own.

use super::reply::Reply;
use axum::body::Bytes;
use utoipa::OpenApi;

const ABOUT: &str = "Read-only views of one oracle's store and of the chain. Whatever they say can be checked without them: the \
    batches are on the chain, and evidence is named by its hash.\n\n\
    Amounts: `units` and every amount that is a JSON number are units of the distributor (a fixed number of base units); amounts that \
    are strings are base units of the payout token, decimal. Times are UTC seconds. Accounts and repositories are GitHub's \
    numeric ids. Points are thousandths.\n\n\
    Lists ascend and come in pages: follow `Link: <...>; rel=\"next\"`. Answers carry a strong ETag; ask again with `If-None-Match`. \
    Any page may read them (CORS). Every error is `{\"error\": \"...\"}`; 429 and 503 say in `Retry-After` when to come back.";

#[derive(OpenApi)]
#[openapi(
    info(title = "Guerdon oracle", description = ABOUT, license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0")),
    tags(
        (name = "epochs", description = "Where each epoch stands, whom it pays and why"),
        (name = "contributors", description = "What somebody holds, and why they got it"),
        (name = "evidence", description = "All that anyone needs to compute a batch again"),
        (name = "links", description = "What this oracle attests of a wallet, and re-links that wait"),
        (name = "operations", description = "For whoever runs the oracle"),
        (name = "webhooks", description = "For GitHub"),
    )
)]
pub(super) struct Document;

/// As it is served and committed.
pub(super) fn text(document: &utoipa::openapi::OpenApi) -> serde_json::Result<Bytes> {
    let mut text = serde_json::to_string_pretty(document)?;
    text.push('\n');
    Ok(text.into())
}

/// This document
#[utoipa::path(get, path = "/v1/openapi.json", tag = "operations", responses(
    (status = 200, description = "OpenAPI 3.1", body = serde_json::Value, headers(
        ("etag" = String, description = "Of these bytes"), ("cache-control" = String))),
    (status = 304, description = "Unchanged since the ETag in `If-None-Match`"),
))]
pub(super) async fn serve(axum::Extension(text): axum::Extension<Served>) -> Reply {
    Reply::of(text.0)
}

#[derive(Clone)]
pub(super) struct Served(pub(super) Bytes);
