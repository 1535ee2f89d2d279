//! A small web server that a test tells what to answer: a mirror that is honest or lies, a bucket, a receiver
//! of webhooks. It remembers what it was asked.

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// One request as it came.
#[derive(Clone, Debug)]
pub struct Asked {
    pub method: String,
    /// With the query, as it was sent.
    pub target: String,
    /// Names in lower case.
    pub headers: BTreeMap<String, String>,
    pub body: Vec<u8>,
}

/// What is answered.
#[derive(Clone, Debug)]
pub struct Reply {
    pub status: u16,
    pub body: Vec<u8>,
}

impl Reply {
    pub fn ok(body: impl Into<Vec<u8>>) -> Self {
        Self { status: 200, body: body.into() }
    }

    pub fn status(status: u16) -> Self {
        Self { status, body: Vec::new() }
    }
}

type Rule = Box<dyn Fn(&Asked) -> Reply + Send + Sync>;

struct Inner {
    rule: Mutex<Rule>,
    asked: Mutex<Vec<Asked>>,
}

/// Ends when it is dropped.
pub struct Mirror {
    inner: Arc<Inner>,
    address: String,
    server: JoinHandle<()>,
}

impl Drop for Mirror {
    fn drop(&mut self) {
        self.server.abort();
    }
}

fn lock<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Mirror {
    pub async fn start(rule: impl Fn(&Asked) -> Reply + Send + Sync + 'static) -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = format!("http://{}", listener.local_addr()?);
        let inner = Arc::new(Inner { rule: Mutex::new(Box::new(rule)), asked: Mutex::default() });
        let router = Router::new().fallback(answer).with_state(Arc::clone(&inner));
        let server = tokio::spawn(async move {
            // A test that misses an answer fails by itself.
            _ = axum::serve(listener, router).await;
        });
        Ok(Self { inner, address, server })
    }

    /// One that has these bytes under every address.
    pub async fn of(body: impl Into<Vec<u8>>) -> io::Result<Self> {
        let body = body.into();
        Self::start(move |_| Reply::ok(body.clone())).await
    }

    /// Answers by another rule from now on.
    pub fn change(&self, rule: impl Fn(&Asked) -> Reply + Send + Sync + 'static) {
        *lock(&self.inner.rule) = Box::new(rule);
    }

    /// `http://127.0.0.1:PORT`.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Everything that was asked so far.
    pub fn asked(&self) -> Vec<Asked> {
        lock(&self.inner.asked).clone()
    }
}

async fn answer(State(inner): State<Arc<Inner>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, usize::MAX).await.unwrap_or_else(|_| Bytes::new()).to_vec();
    let headers = parts
        .headers
        .iter()
        .map(|(name, value)| (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
        .collect();
    let target = parts.uri.path_and_query().map_or_else(String::new, ToString::to_string);
    let asked = Asked { method: parts.method.to_string(), target, headers, body };
    let Reply { status, body } = lock(&inner.rule)(&asked);
    lock(&inner.asked).push(asked);
    (StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR), body).into_response()
}
