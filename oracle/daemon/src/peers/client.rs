//! Asking another oracle: signed on both sides, in time, and no longer than allowed.

use super::auth::{self, SIGNATURE};
use super::message::MAX_MESSAGE;
use super::settings::PeerConfig;
use crate::fault;
use crate::keys::OracleKey;
use crate::sign::SignError;
use alloy::primitives::Address;
use alloy::sol_types::Eip712Domain;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::time::Duration;

const CONNECT: Duration = Duration::from_secs(5);
/// A witness scores the epoch before it answers.
const ANSWER: Duration = Duration::from_secs(60);

#[derive(Debug, thiserror::Error)]
pub enum PeerError {
    #[error("oracle {peer} does not answer: {message}")]
    Silent { peer: Address, message: String },
    #[error("oracle {peer} refuses to talk ({status}): {message}")]
    Status { peer: Address, status: u16, message: String },
    #[error("oracle {peer} answered {path} with more than {MAX_MESSAGE} bytes")]
    TooLong { peer: Address, path: String },
    #[error("who answered for oracle {peer} does not have its key: check `url` in `[[peers]]`")]
    Impostor { peer: Address },
    #[error("oracle {peer} answered {path} with something else: {message}")]
    Shape { peer: Address, path: String, message: String },
    #[error("the HTTP client cannot be set up")]
    Client(#[source] reqwest::Error),
    #[error(transparent)]
    Sign(#[from] SignError),
}

/// The other oracles, as this one reaches them.
#[derive(Clone)]
pub struct Peers {
    key: OracleKey,
    domain: Eip712Domain,
    list: Vec<PeerConfig>,
    http: reqwest::Client,
}

impl std::fmt::Debug for Peers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Peers").field("key", &self.key).field("list", &self.list).finish_non_exhaustive()
    }
}

impl Peers {
    pub fn new(key: OracleKey, domain: Eip712Domain, list: Vec<PeerConfig>) -> Result<Self, PeerError> {
        let http = reqwest::Client::builder()
            .connect_timeout(CONNECT)
            .timeout(ANSWER)
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(PeerError::Client)?;
        Ok(Self { key, domain, list, http })
    }

    pub fn key(&self) -> &OracleKey {
        &self.key
    }

    pub fn list(&self) -> &[PeerConfig] {
        &self.list
    }

    pub fn named(&self, address: Address) -> Option<&PeerConfig> {
        self.list.iter().find(|peer| peer.address == address)
    }

    /// One question, whose answer may have the status 200 or 409.
    pub async fn ask<Q: Serialize, A: DeserializeOwned>(
        &self,
        peer: &PeerConfig,
        path: &str,
        question: &Q,
    ) -> Result<A, PeerError> {
        let name = peer.address;
        let shape = |message: String| PeerError::Shape { peer: name, path: path.to_owned(), message };
        let body = serde_json::to_vec(question).map_err(|error| shape(error.to_string()))?;
        let signed = auth::request(&self.key, &self.domain, name, path, &body).await?;
        let url = format!("{}{path}", peer.url.trim_end_matches('/'));
        let mut request = self.http.post(url).header("content-type", "application/json").body(body);
        for (header, value) in &signed.headers {
            request = request.header(*header, value);
        }
        fault::point("peers: before a request");
        let silent = |error: reqwest::Error| PeerError::Silent { peer: name, message: told(error) };
        let answer = request.send().await.map_err(silent)?;
        let status = answer.status().as_u16();
        let signature = answer.headers().get(SIGNATURE).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let body = read(answer, MAX_MESSAGE).await.map_err(silent)?;
        fault::point("peers: after an answer");
        let body = body.ok_or_else(|| PeerError::TooLong { peer: name, path: path.to_owned() })?;
        let holds = |signature: &String| auth::is_answer(signature, name, &self.domain, signed.digest, status, &body);
        if !signature.as_ref().is_some_and(holds) {
            // Whatever stands before it, or another's key: nothing it says counts.
            if matches!(status, 200 | 409) {
                return Err(PeerError::Impostor { peer: name });
            }
            return Err(PeerError::Status { peer: name, status, message: beginning(&body) });
        }
        if !matches!(status, 200 | 409) {
            return Err(PeerError::Status { peer: name, status, message: beginning(&body) });
        }
        serde_json::from_slice(&body).map_err(|error| shape(error.to_string()))
    }
}

/// The body, unless it is longer.
async fn read(mut answer: reqwest::Response, limit: usize) -> Result<Option<Vec<u8>>, reqwest::Error> {
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await? {
        if body.len().saturating_add(chunk.len()) > limit {
            return Ok(None);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Some(body))
}

/// What it says of itself, in one line of bounded length.
fn beginning(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(200).collect()
}

fn told(error: reqwest::Error) -> String {
    crate::run::chain_of(&error.without_url())
}
