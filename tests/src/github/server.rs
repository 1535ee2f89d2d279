//! Serves a world over HTTP on a free local port: GraphQL at `/graphql` and `/api/graphql`, REST at `/` and `/api/v3`.
//!
//! Every request needs the accepted token or one of an installation, meets the faults that were ordered, and is logged.

use std::net::SocketAddr;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State as Shared;
use axum::http::{HeaderMap, Method, Uri, header};
use axum::response::Response;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use super::access::Caller;
use super::faults::{Fault, Request};
use super::reply::{self, Body, Reply};
use super::world::World;
use super::{app, graphql, rest, spoil};

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

async fn respond(
    Shared(service): Shared<Service>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let full = uri.path_and_query().map_or_else(|| uri.path().to_owned(), ToString::to_string);
    let enterprise = uri.path().strip_prefix("/api/v3");
    let path = enterprise.unwrap_or(uri.path()).to_owned();
    let query = uri.query().unwrap_or("").to_owned();
    let is_graphql = matches!(path.as_str(), "/graphql" | "/api/graphql");
    let world = &service.world;
    let fault = world.traffic().strike(&path);
    let note = |reply: &Reply, status: u16| {
        world.traffic().log.push(Request {
            method: method.to_string(),
            path: full.clone(),
            status,
            cost: reply.cost,
            nodes: reply.nodes,
            operation: reply.operation.clone(),
        });
    };
    match fault {
        Some(Fault::Close) => {
            note(&Reply::json(0, Value::Null), 0);
            return reply::closed();
        }
        Some(Fault::Hang) => {
            note(&Reply::json(0, Value::Null), 0);
            std::future::pending::<()>().await;
        }
        Some(Fault::Slow(duration)) => tokio::time::sleep(duration).await,
        _ => {}
    }
    let mut reply = match fault.as_ref().and_then(|f| spoil::instead(f, is_graphql)) {
        Some(reply) => reply,
        None => {
            let verb = method.clone();
            let mut inner = service.clone();
            // Links lead to where they were asked for.
            // Links lead to where the asker asked, as GitHub's do, also through a relay.
            if let Some(host) = headers.get(header::HOST).and_then(|host| host.to_str().ok()) {
                inner.base = format!("http://{host}");
            }
            inner.base.push_str(if enterprise.is_some() { "/api/v3" } else { "" });
            // A page of a large repository takes a while to assemble: not on the threads that serve sockets.
            let reply = tokio::task::spawn_blocking(move || inner.reply(&verb, &path, &query, &headers, &body)).await;
            reply.unwrap_or_else(|e| Reply::message(500, &format!("the GitHub stand-in failed: {e}")))
        }
    };
    if let Some(fault) = &fault {
        spoil::spoil(fault, &mut reply);
    }
    note(&reply, reply.status);
    let traffic = world.traffic();
    let budget = if is_graphql { traffic.graphql.clone() } else { traffic.rest.clone() };
    let number = traffic.log.len();
    drop(traffic);
    reply.into_response(is_graphql, &budget, number)
}

impl Service {
    fn reply(&self, method: &Method, path: &str, query: &str, headers: &HeaderMap, body: &[u8]) -> Reply {
        let bearer = bearer(headers).unwrap_or("");
        if app::speaks_as_app(path) {
            let answer = app::answer(&self.world, &self.base, method, path, query, bearer);
            return Reply { headers: answer.headers, ..Reply::json(answer.status, answer.body) };
        }
        let Some(caller) = self.world.access().admit(bearer, &self.token) else {
            return Reply::message(401, "Bad credentials");
        };
        let scopes = match caller {
            Caller::Person => self.world.access().scopes.clone(),
            Caller::Installation(_) => None,
        };
        let mut reply = self.admitted(caller, method, path, query, body);
        if reply.status == 200 && !matches!(path, "/graphql" | "/api/graphql") {
            let known = headers.get(header::IF_NONE_MATCH).and_then(|tag| tag.to_str().ok());
            if reply.mark(known) {
                // An answer that is known already costs nothing.
                let mut traffic = self.world.traffic();
                traffic.rest.used = traffic.rest.used.saturating_sub(1);
            }
        }
        if let Some(scopes) = scopes {
            reply.headers.push(("x-oauth-scopes", scopes));
            let accepted = if matches!(path, "/graphql" | "/api/graphql") { "repo" } else { "" };
            reply.headers.push(("x-accepted-oauth-scopes", accepted.to_owned()));
        }
        reply
    }

    fn admitted(&self, caller: Caller, method: &Method, path: &str, query: &str, body: &[u8]) -> Reply {
        let is_graphql = matches!(path, "/graphql" | "/api/graphql");
        if is_graphql {
            if method != Method::POST {
                return Reply::message(404, "Not Found");
            }
            let answer = graphql::answer(&self.world, caller, body);
            let limit = self.world.traffic().limit_first;
            if limit.is_some_and(|limit| answer.largest_page > limit) {
                return Reply {
                    cost: answer.cost,
                    nodes: answer.nodes,
                    operation: answer.operation,
                    ..Reply::gateway(502)
                };
            }
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
        let answer = rest::answer(&self.world, caller, &self.base, path, query);
        Reply { headers: answer.headers, ..Reply::json(answer.status, answer.body) }
    }
}

/// The token of `Authorization: Bearer TOKEN` or `token TOKEN`.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    let known = scheme.eq_ignore_ascii_case("bearer") || scheme.eq_ignore_ascii_case("token");
    known.then_some(token.trim())
}
