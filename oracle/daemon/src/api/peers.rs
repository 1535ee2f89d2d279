//! What other oracles ask, each request and each answer signed by an oracle's key.

use super::Api;
use crate::oracle::{Oracle, OracleError};
use crate::peers::{Ask, AuthError, DecisionAsk, Guard, HoldingsAsk, ItemsAsk, MAX_MESSAGE, Peers, Verdict, answer};
use alloy::primitives::{Address, B256};
use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, FromRequest, Path, Request};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;
use std::sync::Arc;
use tokio::sync::Mutex;

/// This oracle as the others see it.
#[derive(Debug)]
pub struct PeerSide {
    pub peers: Peers,
    guard: Guard,
    /// One after the other: two proposals of one round are not judged side by side.
    judging: Mutex<()>,
}

impl PeerSide {
    /// None for an oracle that decides alone.
    pub fn of(oracle: &Oracle) -> Result<Option<Arc<Self>>, OracleError> {
        let Some(peers) = oracle.peers()? else { return Ok(None) };
        let known = peers.list().iter().map(|peer| peer.address).collect();
        let guard = Guard::new(peers.key().address(), known, oracle.chain.domain());
        Ok(Some(Arc::new(Self { peers, guard, judging: Mutex::default() })))
    }
}

pub(super) fn router() -> Router<Api> {
    Router::new()
        .route("/v1/peers/holdings", post(holdings))
        .route("/v1/peers/items", post(items))
        .route("/v1/peers/decision", post(decision))
        .route("/v1/batches/{epoch}/signatures", post(signatures))
        .layer(DefaultBodyLimit::max(MAX_MESSAGE))
}

/// An admitted request, and what it asks.
struct Question<T> {
    side: Arc<PeerSide>,
    oracle: Arc<Oracle>,
    asker: Address,
    digest: B256,
    body: T,
}

impl<T: DeserializeOwned + Send> FromRequest<Api> for Question<T> {
    type Rejection = Response;

    async fn from_request(request: Request, api: &Api) -> Result<Self, Response> {
        let Some(side) = api.peers.clone() else {
            return Err(unsigned(StatusCode::NOT_FOUND, "this oracle decides alone: it has no `[[peers]]`"));
        };
        let (path, headers) = (request.uri().path().to_owned(), request.headers().clone());
        let body = Bytes::from_request(request, api).await.map_err(IntoResponse::into_response)?;
        let (asker, digest) = side.guard.admit(&headers, &path, &body).map_err(|error| {
            let status = match error {
                AuthError::Stranger(_) => StatusCode::FORBIDDEN,
                _ => StatusCode::UNAUTHORIZED,
            };
            tracing::warn!(%error, path, "a request in the name of an oracle is not taken");
            unsigned(status, &error.to_string())
        })?;
        let question = Question { side, oracle: Arc::clone(&api.oracle), asker, digest, body: () };
        match serde_json::from_slice(&body) {
            Ok(body) => Ok(question.with(body)),
            Err(error) => Err(question.signed(StatusCode::BAD_REQUEST, &json!({ "error": error.to_string() }))),
        }
    }
}

impl Question<()> {
    fn with<T>(self, body: T) -> Question<T> {
        let Self { side, oracle, asker, digest, .. } = self;
        Question { side, oracle, asker, digest, body }
    }
}

impl<T> Question<T> {
    /// The answer with this oracle's signature.
    fn signed(&self, status: StatusCode, value: &impl Serialize) -> Response {
        let body = serde_json::to_vec(value).unwrap_or_default();
        let (key, domain) = (self.side.peers.key(), self.oracle.chain.domain());
        match answer(key, &domain, self.digest, status.as_u16(), &body) {
            Ok(signature) => {
                (status, [(CONTENT_TYPE.as_str(), "application/json".to_owned()), signature], body).into_response()
            }
            Err(error) => unsigned(StatusCode::INTERNAL_SERVER_ERROR, &error.to_string()),
        }
    }

    fn answered(&self, result: Result<impl Serialize, OracleError>) -> Response {
        match result {
            Ok(value) => self.signed(StatusCode::OK, &value),
            Err(error) => {
                let error = crate::run::chain_of(&error);
                tracing::warn!(oracle = %self.asker, error, "cannot answer another oracle");
                self.signed(StatusCode::INTERNAL_SERVER_ERROR, &json!({ "error": "this oracle cannot answer now" }))
            }
        }
    }
}

fn unsigned(status: StatusCode, error: &str) -> Response {
    (status, axum::Json(json!({ "error": error }))).into_response()
}

async fn holdings(question: Question<HoldingsAsk>) -> Response {
    question.answered(question.oracle.holdings_for(&question.body).await)
}

async fn items(question: Question<ItemsAsk>) -> Response {
    question.answered(question.oracle.items_for(&question.body).await)
}

async fn decision(question: Question<DecisionAsk>) -> Response {
    question.answered(question.oracle.decision_for(question.body.epoch).await)
}

async fn signatures(Path(epoch): Path<u64>, question: Question<Ask>) -> Response {
    if question.body.header.epoch.0 != epoch {
        let message = "the header is of another epoch than the address";
        return question.signed(StatusCode::BAD_REQUEST, &json!({ "error": message }));
    }
    let _one_at_a_time = question.side.judging.lock().await;
    match question.oracle.judge(&question.side.peers, question.asker, &question.body).await {
        Ok(verdict @ Verdict::Refused(_)) => question.signed(StatusCode::CONFLICT, &verdict),
        other => question.answered(other),
    }
}
