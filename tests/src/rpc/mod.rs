//! A hostile RPC: stands in front of a real chain and answers as bad providers do.
//!
//! Takes: the real chain's URL, and what shall go wrong. Gives: a URL of its own, and every call that came.
//! Never: state of its own about the chain; what is not spoilt is the chain's true answer.

mod faults;
mod view;

pub use faults::{Call, Fault, Lie};

use alloy::transports::http::reqwest;
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State as Shared;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use faults::Traffic;
use futures::stream;
use serde_json::{Value, json};
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// A proxy that is being served; dropping it closes its port.
#[derive(Debug)]
pub struct Proxy {
    address: SocketAddr,
    service: Service,
    serving: JoinHandle<()>,
}

#[derive(Clone, Debug)]
struct Service {
    upstream: String,
    client: reqwest::Client,
    traffic: Arc<Mutex<Traffic>>,
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl Proxy {
    /// Serves on a free port of 127.0.0.1. Needs a tokio runtime.
    pub async fn start(upstream: &str) -> io::Result<Self> {
        let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await?;
        let address = listener.local_addr()?;
        let service =
            Service { upstream: upstream.to_owned(), client: reqwest::Client::new(), traffic: Arc::default() };
        let router = Router::new().fallback(respond).with_state(service.clone());
        let serving = tokio::spawn(async move {
            // The listener is already bound; serving it only ends with the proxy.
            let _ = axum::serve(listener, router).await;
        });
        Ok(Self { address, service, serving })
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    fn traffic(&self) -> MutexGuard<'_, Traffic> {
        self.service.traffic()
    }

    /// The next calls fail, whatever they ask.
    pub fn fail_next(&self, times: usize, fault: &Fault) {
        self.traffic().order(None, times, fault);
    }

    /// The next calls of one method fail.
    pub fn fail_next_of(&self, method: &str, times: usize, fault: &Fault) {
        self.traffic().order(Some(method), times, fault);
    }

    /// Every call fails until [`Self::heal`].
    pub fn fail_all(&self, fault: &Fault) {
        self.traffic().order(None, usize::MAX, fault);
    }

    /// Every call of one method fails until [`Self::heal`].
    pub fn fail_all_of(&self, method: &str, fault: &Fault) {
        self.traffic().order(Some(method), usize::MAX, fault);
    }

    /// So many of a hundred calls fail, each with one of the faults; the same seed spoils the same calls.
    pub fn fail_at_random(&self, seed: u64, percent: u64, faults: &[Fault]) {
        self.traffic().at_random(seed, percent, faults);
    }

    /// Knows nothing of the newest blocks.
    pub fn lag(&self, blocks: u64) {
        self.traffic().lag = blocks;
    }

    /// Takes a transaction and says so, but never passes it on.
    pub fn swallow(&self, swallow: bool) {
        self.traffic().swallow = swallow;
    }

    /// From now on it answers as the chain does.
    pub fn heal(&self) {
        self.traffic().heal();
    }

    /// Every call so far.
    pub fn calls(&self) -> Vec<Call> {
        self.traffic().calls.clone()
    }

    /// How many calls of a method came.
    pub fn count(&self, method: &str) -> usize {
        self.traffic().calls.iter().filter(|call| call.method == method).count()
    }
}

impl Service {
    fn traffic(&self) -> MutexGuard<'_, Traffic> {
        self.traffic.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The chain's true answer to one request.
    async fn ask(&self, request: &Value) -> Option<Value> {
        let body = serde_json::to_vec(request).ok()?;
        let request = self.client.post(&self.upstream).header("content-type", "application/json").body(body);
        let bytes = request.send().await.ok()?.bytes().await.ok()?;
        serde_json::from_slice(&bytes).ok()
    }

    /// The answer of a node that may lag or swallow.
    async fn answer(&self, request: &Value, fault: Option<&Fault>) -> Option<Value> {
        let (lag, swallow) = {
            let traffic = self.traffic();
            (traffic.lag, traffic.swallow)
        };
        let id = request.get("id").cloned().unwrap_or_default();
        if (swallow || matches!(fault, Some(Fault::Swallow))) && method_of(request) == "eth_sendRawTransaction" {
            let hash = view::hash_of(request)?;
            return Some(json!({ "jsonrpc": "2.0", "id": id, "result": hash }));
        }
        if lag == 0 {
            return self.ask(request).await;
        }
        let head = self.ask(&json!({ "jsonrpc": "2.0", "id": 0, "method": "eth_blockNumber", "params": [] })).await?;
        let head = view::number(head.get("result")?)?.saturating_sub(lag);
        match view::behind(request, head) {
            view::Behind::Ask(request) => {
                let mut answer = self.ask(&request).await?;
                view::forget(&mut answer, head);
                Some(answer)
            }
            view::Behind::Say(result) => Some(json!({ "jsonrpc": "2.0", "id": id, "result": result })),
            view::Behind::Unknown => {
                let error = json!({ "code": -32000, "message": "header not found" });
                Some(json!({ "jsonrpc": "2.0", "id": id, "error": error }))
            }
        }
    }
}

fn method_of(request: &Value) -> &str {
    request.get("method").and_then(Value::as_str).unwrap_or_default()
}

/// Public RPCs may be asked by any page.
async fn respond(Shared(service): Shared<Service>, method: Method, body: Bytes) -> Response {
    let mut response = match method {
        Method::OPTIONS => StatusCode::NO_CONTENT.into_response(),
        _ => answer(service, body).await,
    };
    for name in [header::ACCESS_CONTROL_ALLOW_ORIGIN, header::ACCESS_CONTROL_ALLOW_HEADERS] {
        response.headers_mut().insert(name, HeaderValue::from_static("*"));
    }
    response
}

async fn answer(service: Service, body: Bytes) -> Response {
    let Ok(request) = serde_json::from_slice::<Value>(&body) else {
        return (StatusCode::BAD_REQUEST, "not JSON").into_response();
    };
    let methods: Vec<String> = match &request {
        Value::Array(many) => many.iter().map(|one| method_of(one).to_owned()).collect(),
        one => vec![method_of(one).to_owned()],
    };
    let fault = service.traffic().strike(&methods);
    match &fault {
        Some(Fault::Close) => return closed(None),
        Some(Fault::Hang) => std::future::pending::<()>().await,
        Some(Fault::Slow(wait)) => tokio::time::sleep(*wait).await,
        Some(Fault::TooManyRequests { retry_after }) => {
            let mut response = (StatusCode::TOO_MANY_REQUESTS, "slow down").into_response();
            if let Some(seconds) = retry_after {
                response.headers_mut().insert(header::RETRY_AFTER, (*seconds).into());
            }
            return response;
        }
        Some(Fault::Status(status)) => {
            let status = StatusCode::from_u16(*status).unwrap_or(StatusCode::BAD_GATEWAY);
            return (status, "<html><h1>not today</h1></html>").into_response();
        }
        Some(Fault::Html) => return axum::response::Html("<html><h1>Welcome</h1></html>").into_response(),
        Some(Fault::Error { code, message }) => {
            let id = request.get("id").cloned().unwrap_or_default();
            let error = json!({ "code": code, "message": message });
            return axum::Json(json!({ "jsonrpc": "2.0", "id": id, "error": error })).into_response();
        }
        _ => {}
    }
    let answer = match &request {
        Value::Array(many) => {
            let mut answers = Vec::new();
            for one in many {
                answers.push(service.answer(one, fault.as_ref()).await.unwrap_or_default());
            }
            Some(Value::Array(answers))
        }
        one => service.answer(one, fault.as_ref()).await,
    };
    let Some(mut answer) = answer else {
        return (StatusCode::BAD_GATEWAY, "the chain behind is gone").into_response();
    };
    match fault {
        // What was asked is done, and nobody hears of it.
        Some(Fault::Lost) => closed(None),
        Some(Fault::Truncated) => {
            let mut text = answer.to_string();
            text.truncate(text.len() / 2);
            closed(Some(text))
        }
        Some(Fault::Malformed) => {
            let mut text = answer.to_string();
            text.truncate(text.len() / 2);
            ([(header::CONTENT_TYPE, "application/json")], text).into_response()
        }
        Some(Fault::Lie(lie)) => {
            lie.tell(&request, &mut answer);
            axum::Json(answer).into_response()
        }
        _ => axum::Json(answer).into_response(),
    }
}

/// The connection ends, after the beginning of an answer if there is one.
fn closed(beginning: Option<String>) -> Response {
    let parts = beginning.map(|text| Ok(Bytes::from(text))).into_iter();
    let parts = parts.chain([Err(io::Error::from(io::ErrorKind::ConnectionReset))]);
    Body::from_stream(stream::iter(parts)).into_response()
}
