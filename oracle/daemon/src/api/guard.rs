//! What stands before the public routes: any page may read them, no address may ask too often, no
//! answer may take too long.
//!
//! Takes a request and who is at the other end; gives it on, or the one error that says why not.

use super::error::ApiError;
use super::rates::Rates;
use super::settings::{ApiConfig, Network};
use crate::figures;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_METHOD, CONTENT_ENCODING,
    CONTENT_LENGTH, CONTENT_TYPE, ETAG, IF_NONE_MATCH, RETRY_AFTER, TRANSFER_ENCODING,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::Semaphore;

const FORWARDED: HeaderName = HeaderName::from_static("x-forwarded-for");

#[derive(Debug)]
pub(super) struct Guard {
    rates: Rates,
    proxies: Vec<Network>,
    at_once: Semaphore,
    patience: Duration,
}

impl Guard {
    pub(super) fn new(config: &ApiConfig) -> Arc<Self> {
        Arc::new(Self {
            rates: Rates::new(config.requests_per_second, config.burst),
            proxies: config.trusted_proxies.clone(),
            at_once: Semaphore::new(config.concurrent_requests),
            patience: Duration::from_secs(config.request_seconds),
        })
    }

    /// Who asks: the last address of the way here that is no trusted proxy's.
    fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let trusted = |address: &IpAddr| self.proxies.iter().any(|network| network.has(address.to_canonical()));
        if !trusted(&peer) {
            return peer;
        }
        let lines = headers.get_all(FORWARDED).iter().filter_map(|line| line.to_str().ok());
        let way: Vec<&str> = lines.flat_map(|line| line.split(',')).map(str::trim).collect();
        let mut client = peer;
        for step in way.into_iter().rev() {
            // What is unreadable was written by somebody further away than the last that could be read.
            let Some(address) = address(step) else { break };
            client = address;
            if !trusted(&address) {
                break;
            }
        }
        client
    }
}

/// Some proxies write a port.
fn address(text: &str) -> Option<IpAddr> {
    let plain = || text.trim_start_matches('[').trim_end_matches(']').parse().ok();
    plain().or_else(|| text.parse::<SocketAddr>().ok().map(|address| address.ip()))
}

/// These routes only answer: a body is no part of any question.
fn has_body(headers: &HeaderMap) -> bool {
    let length = headers.get(CONTENT_LENGTH).map(HeaderValue::as_bytes);
    headers.contains_key(TRANSFER_ENCODING) || length.is_some_and(|length| length != b"0")
}

pub(super) async fn guard(State(guard): State<Arc<Guard>>, request: Request, next: Next) -> Response {
    let mut response = match admitted(&guard, &request) {
        Ok(()) if request.method() == Method::OPTIONS => preflight(&request),
        Ok(()) => answered(&guard, request, next).await,
        Err(refused) => refused.into_response(),
    };
    figures::answered(response.status().as_u16());
    let headers = response.headers_mut();
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("etag, link, retry-after"));
    response
}

fn admitted(guard: &Guard, request: &Request) -> Result<(), ApiError> {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0.ip());
    if let Some(peer) = peer {
        let client = guard.client(peer, request.headers());
        if let Err(wait) = guard.rates.take(client, Instant::now()) {
            return Err(ApiError::too_often(wait));
        }
    }
    if has_body(request.headers()) {
        return Err(ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, "this path takes no body"));
    }
    Ok(())
}

async fn answered(guard: &Guard, request: Request, next: Next) -> Response {
    let Ok(_permit) = guard.at_once.try_acquire() else {
        return ApiError::busy("too many requests are being answered: try again").into_response();
    };
    let asked = request.headers().get(IF_NONE_MATCH).cloned();
    match tokio::time::timeout(guard.patience, next.run(request)).await {
        Ok(response) => unless_known(asked.as_ref(), response),
        Err(_) => ApiError::busy("the answer took too long: try again").into_response(),
    }
}

/// An answer that the client has already is not sent again.
fn unless_known(asked: Option<&HeaderValue>, response: Response) -> Response {
    let known = || {
        let (asked, tag) = (asked?.to_str().ok()?, response.headers().get(ETAG)?.to_str().ok()?);
        let same = |one: &str| one == "*" || one.strip_prefix("W/").unwrap_or(one) == tag;
        asked.split(',').any(|one| same(one.trim())).then_some(())
    };
    if response.status() != StatusCode::OK || known().is_none() {
        return response;
    }
    let (mut parts, _) = response.into_parts();
    parts.status = StatusCode::NOT_MODIFIED;
    for name in [CONTENT_LENGTH, CONTENT_TYPE, CONTENT_ENCODING] {
        parts.headers.remove(name);
    }
    (parts, ()).into_response()
}

/// What a browser asks before it sends `If-None-Match` from another page.
fn preflight(request: &Request) -> Response {
    if !request.headers().contains_key(ACCESS_CONTROL_REQUEST_METHOD) {
        return ApiError::read_only().into_response();
    }
    let headers = [
        (ACCESS_CONTROL_ALLOW_METHODS, "GET, HEAD"),
        (ACCESS_CONTROL_ALLOW_HEADERS, "if-none-match"),
        (ACCESS_CONTROL_MAX_AGE, "86400"),
    ];
    (StatusCode::NO_CONTENT, headers).into_response()
}

/// Whole seconds, rounded up.
pub(super) fn retry_after(wait: Duration) -> [(HeaderName, HeaderValue); 1] {
    let seconds = wait.as_millis().div_ceil(1_000).max(1);
    [(RETRY_AFTER, HeaderValue::from(u64::try_from(seconds).unwrap_or(u64::MAX)))]
}

#[cfg(test)]
mod tests {
    use super::{ApiConfig, FORWARDED, Guard, HeaderMap, Network};
    use axum::http::HeaderValue;

    #[test]
    fn the_client_is_who_a_trusted_proxy_says_and_nobody_else() {
        let proxies = ["127.0.0.1", "10.0.0.0/8", "fd00::/8"];
        let trusted_proxies = proxies.map(|network| Network::try_from(network.to_owned()).unwrap()).to_vec();
        let guard = Guard::new(&ApiConfig { trusted_proxies, ..ApiConfig::default() });
        let cases: [(&str, &[&str], &str); 9] = [
            ("203.0.113.9", &[], "203.0.113.9"),
            ("203.0.113.9", &["198.51.100.1"], "203.0.113.9"),
            ("127.0.0.1", &[], "127.0.0.1"),
            ("127.0.0.1", &["198.51.100.1"], "198.51.100.1"),
            ("127.0.0.1", &["1.2.3.4, 198.51.100.1, 10.1.2.3"], "198.51.100.1"),
            ("::ffff:127.0.0.1", &["1.2.3.4", "198.51.100.1:4711"], "198.51.100.1"),
            ("fd00::1", &["[2001:db8::1]"], "2001:db8::1"),
            ("127.0.0.1", &["10.0.0.1, 10.0.0.2"], "10.0.0.1"),
            ("127.0.0.1", &["1.2.3.4, <script>, 10.0.0.2"], "10.0.0.2"),
        ];
        for (peer, lines, expected) in cases {
            let mut headers = HeaderMap::new();
            for line in lines {
                headers.append(FORWARDED, HeaderValue::from_static(line));
            }
            assert_eq!(guard.client(peer.parse().unwrap(), &headers).to_string(), expected, "{peer} {lines:?}");
        }
    }
}
