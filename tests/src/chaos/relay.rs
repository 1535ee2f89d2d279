//! An RPC that fails at random: passes calls on to a chain, and loses some of them, before or after they had
//! their effect.

use super::luck::Luck;
use super::{ChaosError, Result};
use alloy::transports::http::reqwest;
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use futures::stream;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

/// What may become of a call. The last three have their effect first.
#[derive(Clone, Copy, Debug)]
enum Trouble {
    Gateway,
    TooMany,
    Closed,
    Error,
    Lost,
    Half,
    Late,
}

const TROUBLES: [Trouble; 7] =
    [Trouble::Gateway, Trouble::TooMany, Trouble::Closed, Trouble::Error, Trouble::Lost, Trouble::Half, Trouble::Late];

/// It ends when it is dropped.
pub struct Relay {
    pub url: String,
    line: Line,
    _stop: oneshot::Sender<()>,
}

#[derive(Clone)]
struct Line {
    upstream: String,
    client: reqwest::Client,
    luck: Arc<Mutex<Luck>>,
    percent: Arc<AtomicU64>,
    calls: Arc<AtomicU64>,
    faults: Arc<AtomicU64>,
}

impl Relay {
    /// So many of a hundred calls fail; which ones comes from the seed.
    pub async fn start(upstream: &str, seed: u64, percent: u64) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await.map_err(ChaosError::Relay)?;
        let address = listener.local_addr().map_err(ChaosError::Relay)?;
        let line = Line {
            upstream: upstream.to_owned(),
            client: reqwest::Client::new(),
            luck: Arc::new(Mutex::new(Luck::new(seed))),
            percent: Arc::new(AtomicU64::new(percent)),
            calls: Arc::default(),
            faults: Arc::default(),
        };
        let router = Router::new().fallback(pass).with_state(line.clone());
        let (stop, stopped) = oneshot::channel::<()>();
        tokio::spawn(async move {
            let until = async { drop(stopped.await) };
            drop(axum::serve(listener, router).with_graceful_shutdown(until).await);
        });
        Ok(Self { url: format!("http://{address}"), line, _stop: stop })
    }

    pub fn fail(&self, percent: u64) {
        self.line.percent.store(percent, Ordering::Relaxed);
    }

    pub fn calls(&self) -> u64 {
        self.line.calls.load(Ordering::Relaxed)
    }

    pub fn faults(&self) -> u64 {
        self.line.faults.load(Ordering::Relaxed)
    }
}

impl Line {
    fn trouble(&self) -> Option<Trouble> {
        self.calls.fetch_add(1, Ordering::Relaxed);
        let mut luck = self.luck.lock().unwrap_or_else(PoisonError::into_inner);
        if !luck.strikes(self.percent.load(Ordering::Relaxed)) {
            return None;
        }
        self.faults.fetch_add(1, Ordering::Relaxed);
        luck.one_of(&TROUBLES).copied()
    }

    async fn ask(&self, body: Bytes) -> Option<Vec<u8>> {
        let asked = self.client.post(&self.upstream).header("content-type", "application/json").body(body).send();
        Some(asked.await.ok()?.bytes().await.ok()?.to_vec())
    }
}

async fn pass(State(line): State<Line>, body: Bytes) -> Response {
    const JSON: [(&str, &str); 1] = [("content-type", "application/json")];
    let page = |status: StatusCode| (status, "<html><body><h1>No</h1></body></html>").into_response();
    let trouble = line.trouble();
    match trouble {
        Some(Trouble::Gateway) => return page(StatusCode::BAD_GATEWAY),
        Some(Trouble::TooMany) => return (StatusCode::TOO_MANY_REQUESTS, [("retry-after", "0")]).into_response(),
        Some(Trouble::Closed) => return closed(),
        Some(Trouble::Error) => {
            let asked: serde_json::Value = serde_json::from_slice(&body).unwrap_or_default();
            let error = serde_json::json!({"code": -32000, "message": "internal error"});
            let answer = serde_json::json!({"jsonrpc": "2.0", "id": asked["id"], "error": error});
            return (JSON, answer.to_string()).into_response();
        }
        Some(Trouble::Lost | Trouble::Half | Trouble::Late) | None => {}
    }
    let Some(mut answer) = line.ask(body).await else { return page(StatusCode::BAD_GATEWAY) };
    match trouble {
        Some(Trouble::Lost) => return closed(),
        Some(Trouble::Half) => answer.truncate(answer.len() / 2),
        Some(Trouble::Late) => tokio::time::sleep(std::time::Duration::from_millis(200)).await,
        _ => {}
    }
    (JSON, answer).into_response()
}

/// The connection ends in the middle of an answer.
fn closed() -> Response {
    let end = std::io::Error::from(std::io::ErrorKind::ConnectionReset);
    Body::from_stream(stream::iter([Err::<Vec<u8>, _>(end)])).into_response()
}
