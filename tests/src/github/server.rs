//! Serves a world over HTTP on a free local port: GraphQL at `/graphql` and `/api/graphql`, REST at `/` and `/api/v3`.
//!
//! Every request needs the accepted token, meets the faults that were ordered, and is logged.

use std::net::SocketAddr;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State as Shared;
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use super::faults::{Budget, Fault, Request};
use super::graphql;
use super::rest;
use super::world::World;

/// A world that is being served. Dropping it stops the server; answers under way are finished.
#[derive(Debug)]
pub struct Server {
    world: World,
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
}

#[derive(Clone)]
struct Service {
    world: World,
    token: String,
    base: String,
}

impl Server {
    /// Serves on a free port of 127.0.0.1, accepting that token alone. Needs a tokio runtime.
    pub async fn start(world: World, token: &str) -> std::io::Result<Self> {
        Self::start_at(world, token, SocketAddr::from(([127, 0, 0, 1], 0))).await
    }

    pub async fn start_at(world: World, token: &str, address: SocketAddr) -> std::io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        let service = Service { world: world.clone(), token: token.to_owned(), base: format!("http://{address}") };
        let (stop, stopped) = oneshot::channel::<()>();
        let router = Router::new().fallback(respond).with_state(service);
        tokio::spawn(async move {
            let until = async {
                // Either a message or the sender's end: both mean stop.
                let _ = stopped.await;
            };
            // The listener is already bound; serving it only ends by the stop signal.
            let _ = axum::serve(listener, router).with_graceful_shutdown(until).await;
        });
        Ok(Self { world, address, stop: Some(stop) })
    }

    /// `http://127.0.0.1:PORT`, the root of REST.
    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn graphql_url(&self) -> String {
        format!("http://{}/graphql", self.address)
    }

    pub fn world(&self) -> &World {
        &self.world
    }

    /// Every request answered so far.
    pub fn requests(&self) -> Vec<Request> {
        self.world.requests()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            // The server may have ended with its runtime already.
            let _ = stop.send(());
        }
    }
}

struct Reply {
    status: u16,
    body: Body,
    headers: Vec<(&'static str, String)>,
    cost: u64,
    nodes: u64,
    operation: Option<String>,
}

enum Body {
    Json(Value),
    /// JSON that is written already.
    Written(String),
    Text(String),
}

const JSON: &str = "application/json; charset=utf-8";

impl Reply {
    fn json(status: u16, body: Value) -> Self {
        Self { status, body: Body::Json(body), headers: Vec::new(), cost: 0, nodes: 0, operation: None }
    }

    fn message(status: u16, message: &str) -> Self {
        Self::json(status, rest::Answer::message(status, message).body)
    }
}

async fn respond(
    Shared(service): Shared<Service>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let full = uri.path_and_query().map_or_else(|| uri.path().to_owned(), ToString::to_string);
    let path = uri.path().strip_prefix("/api/v3").unwrap_or(uri.path()).to_owned();
    let query = uri.query().unwrap_or("").to_owned();
    let is_graphql = matches!(path.as_str(), "/graphql" | "/api/graphql");
    let verb = method.clone();
    let inner = service.clone();
    // A page of a large repository takes a while to assemble: not on the threads that serve sockets.
    let reply = tokio::task::spawn_blocking(move || inner.reply(&verb, &path, &query, &headers, &body)).await;
    let reply = reply.unwrap_or_else(|e| Reply::message(500, &format!("the GitHub stand-in failed: {e}")));
    let world = &service.world;
    let budget = {
        let mut traffic = world.traffic();
        traffic.log.push(Request {
            method: method.to_string(),
            path: full,
            status: reply.status,
            cost: reply.cost,
            nodes: reply.nodes,
            operation: reply.operation.clone(),
        });
        if is_graphql { traffic.graphql.clone() } else { traffic.rest.clone() }
    };
    into_response(reply, is_graphql, &budget)
}

fn into_response(reply: Reply, is_graphql: bool, budget: &Budget) -> Response {
    let status = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let (kind, body) = match reply.body {
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
    put("x-github-media-type", "github.v4; format=json");
    put("x-ratelimit-limit", &budget.limit.to_string());
    put("x-ratelimit-remaining", &budget.remaining().to_string());
    put("x-ratelimit-used", &budget.used.to_string());
    put("x-ratelimit-reset", &budget.reset_at.to_string());
    put("x-ratelimit-resource", if is_graphql { "graphql" } else { "core" });
    for (name, value) in &reply.headers {
        put(name, value);
    }
    (status, headers, body).into_response()
}

impl Service {
    fn reply(&self, method: &Method, path: &str, query: &str, headers: &HeaderMap, body: &[u8]) -> Reply {
        let is_graphql = matches!(path, "/graphql" | "/api/graphql");
        let fault = self.world.traffic().strike(path);
        if let Some(fault) = fault {
            return self.strike(&fault, is_graphql);
        }
        if !self.admits(headers) {
            return Reply::message(401, "Bad credentials");
        }
        if is_graphql {
            if method != Method::POST {
                return Reply::message(404, "Not Found");
            }
            let answer = graphql::answer(&self.world, body);
            return Reply {
                cost: answer.cost,
                nodes: answer.nodes,
                operation: answer.operation,
                body: Body::Written(answer.body),
                ..Reply::json(answer.status, Value::Null)
            };
        }
        if method != Method::GET && method != Method::HEAD {
            return Reply::message(404, "Not Found");
        }
        // Asking for the rate limit is free.
        if path != "/rate_limit" && !self.world.traffic().rest.take(1) {
            return Reply::message(403, "API rate limit exceeded for the user that the token belongs to.");
        }
        let answer = rest::answer(&self.world, &self.base, path, query);
        Reply { headers: answer.headers, ..Reply::json(answer.status, answer.body) }
    }

    /// `Authorization: Bearer TOKEN` or `token TOKEN`.
    fn admits(&self, headers: &HeaderMap) -> bool {
        headers
            .get(header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.split_once(' '))
            .is_some_and(|(scheme, token)| {
                (scheme.eq_ignore_ascii_case("bearer") || scheme.eq_ignore_ascii_case("token"))
                    && token.trim() == self.token
            })
    }

    fn strike(&self, fault: &Fault, is_graphql: bool) -> Reply {
        match fault {
            Fault::BadCredentials => Reply::message(401, "Bad credentials"),
            Fault::NotFound => Reply::message(404, "Not Found"),
            Fault::BadGateway => Reply {
                body: Body::Text("<html><body><h1>502 Bad Gateway</h1></body></html>".to_owned()),
                ..Reply::json(502, Value::Null)
            },
            Fault::SecondaryRateLimit { retry_after } => Reply {
                headers: vec![("retry-after", retry_after.to_string())],
                ..Reply::message(
                    403,
                    "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.",
                )
            },
            Fault::RateLimited if is_graphql => Reply {
                headers: vec![("x-ratelimit-remaining", "0".to_owned())],
                ..Reply::json(200, json!({ "errors": [graphql::rate_limited()] }))
            },
            Fault::RateLimited => Reply {
                headers: vec![("x-ratelimit-remaining", "0".to_owned())],
                ..Reply::message(403, "API rate limit exceeded for the user that the token belongs to.")
            },
            Fault::GraphqlErrors(errors) => Reply::json(200, json!({ "data": null, "errors": errors })),
            Fault::Status { status, body } => Reply {
                body: match serde_json::from_str(body) {
                    Ok(value) => Body::Json(value),
                    Err(_) => Body::Text(body.clone()),
                },
                ..Reply::json(*status, Value::Null)
            },
        }
    }
}
