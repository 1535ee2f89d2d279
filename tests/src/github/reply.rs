//! An answer on its way out: status, headers and body as GitHub sends them, or none at all.

use axum::body::Body as Sent;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures::{StreamExt, stream};
use serde_json::Value;

use super::faults::Budget;
use super::rest;
use super::text::oid;

const JSON: &str = "application/json; charset=utf-8";

pub struct Reply {
    pub status: u16,
    pub body: Body,
    pub headers: Vec<(&'static str, String)>,
    pub cost: u64,
    pub nodes: u64,
    pub operation: Option<String>,
    /// The connection ends in the middle of the body.
    pub truncated: bool,
}

pub enum Body {
    Json(Value),
    /// JSON that is written already.
    Written(String),
    /// A page for people.
    Text(String),
}

impl Reply {
    pub fn json(status: u16, body: Value) -> Self {
        Self {
            status,
            body: Body::Json(body),
            headers: Vec::new(),
            cost: 0,
            nodes: 0,
            operation: None,
            truncated: false,
        }
    }

    pub fn message(status: u16, message: &str) -> Self {
        Self::json(status, rest::Answer::message(status, message).body)
    }

    pub fn html(status: u16, text: &str) -> Self {
        Self {
            body: Body::Text(format!("<html><body><h1>{text}</h1></body></html>")),
            ..Self::json(status, Value::Null)
        }
    }

    /// What GitHub's front says when what is behind it does not.
    pub fn gateway(status: u16) -> Self {
        Self::html(status, if status == 504 { "504 Gateway Timeout" } else { "502 Bad Gateway" })
    }

    /// Gives the answer its tag; `true` when that is the one the caller knows, and the body is left out.
    pub fn mark(&mut self, known: Option<&str>) -> bool {
        let Body::Json(value) = &self.body else { return false };
        let tag = format!("W/\"{}\"", oid(&["etag", &value.to_string()]));
        let same = known == Some(tag.as_str());
        self.headers.push(("etag", tag));
        if same {
            (self.status, self.body) = (304, Body::Text(String::new()));
        }
        same
    }

    /// `number` makes the id of the request.
    pub fn into_response(self, is_graphql: bool, budget: &Budget, number: usize) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let (kind, body) = match self.body {
            Body::Json(value) => (JSON, value.to_string()),
            Body::Written(json) => (JSON, json),
            Body::Text(text) => ("text/html; charset=utf-8", text),
        };
        let mut headers = HeaderMap::new();
        let mut put = |name: &'static str, value: &str| {
            if let Ok(value) = value.parse() {
                headers.insert(name, value);
            }
        };
        put(header::CONTENT_TYPE.as_str(), kind);
        put("server", "github-stand-in");
        put("x-github-media-type", if is_graphql { "github.v4; format=json" } else { "github.v3; format=json" });
        put("x-ratelimit-limit", &budget.limit.to_string());
        put("x-ratelimit-remaining", &budget.remaining().to_string());
        put("x-ratelimit-used", &budget.used.to_string());
        put("x-ratelimit-reset", &budget.reset_at.to_string());
        put("x-ratelimit-resource", if is_graphql { "graphql" } else { "core" });
        put("x-github-request-id", &format!("9D0A:1F2E:{number:06X}:{:06X}:67000000", number + 0x5a17));
        put("x-content-type-options", "nosniff");
        put("vary", "Accept, Authorization, Cookie, X-GitHub-OTP, Accept-Encoding, Accept, X-Requested-With");
        if !is_graphql {
            put("x-github-api-version-selected", "2022-11-28");
            put("cache-control", "private, max-age=60, s-maxage=60");
        }
        for (name, value) in &self.headers {
            put(name, value);
        }
        if !self.truncated {
            return (status, headers, body).into_response();
        }
        put(header::CONTENT_LENGTH.as_str(), &body.len().to_string());
        let mut half = body.into_bytes();
        half.truncate(half.len() / 2);
        (status, headers, broken(half)).into_response()
    }
}

/// A body that ends in an error: the connection is closed there.
fn broken(start: Vec<u8>) -> Sent {
    let end = stream::once(async {
        // What came before goes out first.
        tokio::task::yield_now().await;
        Err(std::io::Error::from(std::io::ErrorKind::ConnectionReset))
    });
    Sent::from_stream(stream::iter([Ok(start)]).chain(end))
}

/// No answer: a body that fails at once takes its headers with it.
pub fn closed() -> Response {
    let end = std::io::Error::from(std::io::ErrorKind::ConnectionReset);
    Sent::from_stream(stream::iter([Err::<Vec<u8>, _>(end)])).into_response()
}
