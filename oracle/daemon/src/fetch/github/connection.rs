//! One request and its answer: adds the credential, follows moves within the API's own address,
//! notes GitHub's clock and limits, and bounds the time. Never judges an answer's content.

use super::auth::Auth;
use super::budget::{Meter, Resource};
use super::clock::Clock;
use super::options::GitHubOptions;
use super::refusals::{self, Refusal, passing};
use crate::fault;
use crate::fetch::error::FetchError;
use crate::fetch::retry::Trouble;
use http::{HeaderMap, HeaderValue, Method, Request, StatusCode, Uri, header};
use octocrab::Octocrab;
use serde_json::Value;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// A renamed repository, in a renamed organization, and one to spare.
const MOVES: usize = 3;

#[derive(Debug)]
pub(super) struct Connection {
    crab: Octocrab,
    /// Without a slash at its end.
    pub(super) api_url: String,
    pub(super) graphql_url: String,
    origin: String,
    timeout: Duration,
    pub(super) auth: Auth,
    pub(super) clock: Clock,
    pub(super) meter: Meter,
    pub(super) requests: AtomicU64,
}

/// To absolute addresses under the API's own.
pub(super) enum Ask<'a> {
    Post(&'a str, &'a Value),
    Get(&'a str),
}

pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) text: String,
    /// By GitHub's clock.
    pub(super) now: u64,
}

impl Answer {
    pub(super) fn refusal(&self) -> Option<Refusal> {
        refusals::of(self.status, &self.headers, &self.text, self.now)
    }
}

impl Connection {
    pub(super) fn new(options: &GitHubOptions) -> Result<Self, FetchError> {
        let api_url = options.api_url.trim_end_matches('/').to_owned();
        let graphql_url = options.graphql_url.clone().unwrap_or_else(|| super::options::graphql_url(&api_url));
        let origin = origin_of("github.api_url", &api_url)?;
        origin_of("github.graphql_url", &graphql_url)?;
        // octocrab knows no credential: it would not renew an App's token by GitHub's clock. Its base has
        // no path, since it would be put before absolute addresses too.
        let crab = Octocrab::builder()
            .base_uri(origin.as_str())
            .map(|builder| builder.set_connect_timeout(Some(options.patience.timeout.min(Duration::from_secs(15)))))
            .and_then(|builder| builder.build())
            .map_err(|error| FetchError::Client { message: plain(&error) })?;
        Ok(Self {
            crab,
            api_url,
            graphql_url,
            origin,
            timeout: options.patience.timeout,
            auth: Auth::new(&options.access)?,
            clock: Clock::default(),
            meter: Meter::new(options.reserve),
            requests: AtomicU64::new(0),
        })
    }

    /// Asks with the configured credential, and once more with a new one when an App's was refused.
    pub(super) async fn exchange(&self, ask: &Ask<'_>) -> Result<Answer, Trouble> {
        let resource = if matches!(ask, Ask::Post(..)) { Resource::GraphQl } else { Resource::Core };
        let mut renewed = false;
        loop {
            let bearer = self.auth.bearer(self).await?;
            let answer = self.send(ask, &bearer).await?;
            self.meter.note(resource, &answer.headers);
            if answer.status != StatusCode::UNAUTHORIZED || renewed || !self.auth.forget(&bearer).await {
                return Ok(answer);
            }
            renewed = true;
        }
    }

    /// Asks with this credential, following moves.
    pub(super) async fn send(&self, ask: &Ask<'_>, bearer: &HeaderValue) -> Result<Answer, Trouble> {
        let Ask::Get(address) = ask else { return self.once(ask, bearer).await };
        let mut address = (*address).to_owned();
        for _ in 0..MOVES {
            let answer = self.once(&Ask::Get(&address), bearer).await?;
            let Some(Refusal::Moved(Some(to))) = answer.refusal() else { return Ok(answer) };
            let Some(to) = self.own(&to) else { return Ok(answer) };
            address = to;
        }
        self.once(&Ask::Get(&address), bearer).await
    }

    /// The credential goes with the request, so an address must lie under the API's own.
    pub(super) fn own(&self, address: &str) -> Option<String> {
        let address = if address.starts_with('/') { format!("{}{address}", self.origin) } else { address.to_owned() };
        let under = address.strip_prefix(&self.api_url)?.starts_with('/');
        let plain = !address.split(['?', '#']).next().unwrap_or_default().split('/').any(|part| part == "..");
        (under && plain).then_some(address)
    }

    async fn once(&self, ask: &Ask<'_>, bearer: &HeaderValue) -> Result<Answer, Trouble> {
        self.requests.fetch_add(1, Ordering::Relaxed);
        let (method, address, body) = match *ask {
            Ask::Post(address, body) => (Method::POST, address, Some(body)),
            Ask::Get(address) => (Method::GET, address, None),
        };
        let builder = Request::builder().method(method).uri(address).header(header::AUTHORIZATION, bearer);
        let request = self.crab.build_request(builder, body).map_err(|error| passing(plain(&error)))?;
        fault::point_of("fetch: before a request to", self.part(address));
        let whole = async {
            let response = self.crab.execute(request).await.map_err(|error| passing(plain(&error)))?;
            let (status, headers) = (response.status(), response.headers().clone());
            self.clock.note(&headers);
            let text = self.crab.body_to_string(response).await;
            let text = text.map_err(|error| passing(format!("the answer broke off: {}", plain(&error))))?;
            Ok(Answer { status, headers, text, now: self.clock.now() })
        };
        let reason = || format!("no answer within {} s", self.timeout.as_secs_f32());
        let answer =
            tokio::time::timeout(self.timeout, whole).await.map_err(|_| Trouble::Heavy { reason: reason() })?;
        fault::point_of("fetch: after an answer of", self.part(address));
        answer
    }

    /// Which of GitHub's two interfaces an address is of.
    fn part(&self, address: &str) -> &'static str {
        if address == self.graphql_url { "GraphQL" } else { "REST" }
    }
}

fn origin_of(field: &'static str, address: &str) -> Result<String, FetchError> {
    // What stands before an @ may be a password.
    let value = address.rsplit_once('@').map_or(address, |(_, after)| after);
    let wrong = || FetchError::Address { field, value: value.to_owned() };
    let uri: Uri = address.parse().map_err(|_| wrong())?;
    match (uri.scheme_str(), uri.authority()) {
        (Some(scheme @ ("http" | "https")), Some(authority)) if !authority.as_str().contains('@') => {
            Ok(format!("{scheme}://{authority}"))
        }
        _ => Err(wrong()),
    }
}

/// The innermost cause: octocrab's own texts carry backtraces.
fn plain(error: &dyn std::error::Error) -> String {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    refusals::shown(innermost.to_string().lines().next().unwrap_or_default())
}
