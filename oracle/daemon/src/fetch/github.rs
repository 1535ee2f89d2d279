//! The connection: takes queries and paths, gives parsed answers, and counts what they cost.
//!
//! GraphQL goes through `octocrab._post` with our own envelope, because partial data and errors come
//! as HTTP 200 there. The token is in octocrab's header layer and in no type of ours.

use super::answer::{Envelope, Meter, QueryError};
use super::error::FetchError;
use super::retry::{Trouble, persist};
use super::time;
use http::{HeaderMap, StatusCode, Uri};
use octocrab::Octocrab;
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Where GitHub is and who asks.
#[derive(Clone, Debug)]
pub struct GitHubOptions {
    /// `https://api.github.com`, or of a GitHub Enterprise `https://HOST/api/v3`.
    pub api_url: String,
    /// Without one, `api_url` and `/graphql`.
    pub graphql_url: Option<String>,
    pub token: SecretString,
    pub patience: Patience,
}

impl GitHubOptions {
    pub fn new(token: SecretString) -> Self {
        Self { api_url: "https://api.github.com".to_owned(), graphql_url: None, token, patience: Patience::default() }
    }
}

/// How long to stay with a request that fails.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    pub tries: usize,
    pub first_delay: Duration,
    pub longest_delay: Duration,
    /// Of one attempt.
    pub timeout: Duration,
    /// Of all waiting for one request: an hour is GitHub's window.
    pub rate_limit: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            tries: 6,
            first_delay: Duration::from_millis(500),
            longest_delay: Duration::from_secs(30),
            timeout: Duration::from_secs(60),
            rate_limit: Duration::from_secs(3_900),
        }
    }
}

/// What was asked of GitHub so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Usage {
    /// Attempts over HTTP, the failed ones too.
    pub requests: u64,
    /// GraphQL points, as GitHub counts them.
    pub points: u64,
}

impl std::ops::Sub for Usage {
    type Output = Self;

    fn sub(self, earlier: Self) -> Self {
        Self { requests: self.requests - earlier.requests, points: self.points - earlier.points }
    }
}

/// Cheap to clone; all clones count together.
#[derive(Clone)]
pub struct GitHub {
    crab: Octocrab,
    api_url: Arc<str>,
    graphql_url: Arc<str>,
    patience: Patience,
    counters: Arc<Counters>,
}

#[derive(Default)]
struct Counters {
    requests: AtomicU64,
    points: AtomicU64,
}

impl fmt::Debug for GitHub {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GitHub").field("api_url", &self.api_url).field("graphql_url", &self.graphql_url).finish()
    }
}

/// A REST answer: its body and where the next page is.
pub(super) struct Rest<T> {
    pub(super) value: T,
    pub(super) next: Option<String>,
}

impl GitHub {
    /// Must be called within a tokio runtime. Nothing is asked of GitHub yet.
    pub fn new(options: GitHubOptions) -> Result<Self, FetchError> {
        let api_url = options.api_url.trim_end_matches('/').to_owned();
        let graphql_url = options.graphql_url.unwrap_or_else(|| format!("{api_url}/graphql"));
        let origin = origin_of("github.api_url", &api_url)?;
        let graphql_origin = origin_of("github.graphql_url", &graphql_url)?;
        let token = options.token.expose_secret();
        if token.is_empty() || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(FetchError::TokenText);
        }
        // octocrab sends the token to the hosts of these two addresses only. Its base has no path,
        // since it would be put before absolute addresses too.
        let crab = Octocrab::builder()
            .base_uri(origin)
            .and_then(|builder| builder.upload_uri(graphql_origin))
            .map(|builder| {
                builder
                    .personal_token(options.token)
                    .set_connect_timeout(Some(Duration::from_secs(15)))
                    .set_read_timeout(Some(options.patience.timeout))
                    .set_write_timeout(Some(options.patience.timeout))
            })
            .and_then(|builder| builder.build())
            .map_err(|error| FetchError::Client { message: plain(&error) })?;
        Ok(Self {
            crab,
            api_url: api_url.into(),
            graphql_url: graphql_url.into(),
            patience: options.patience,
            counters: Arc::default(),
        })
    }

    pub fn usage(&self) -> Usage {
        Usage {
            requests: self.counters.requests.load(Ordering::Relaxed),
            points: self.counters.points.load(Ordering::Relaxed),
        }
    }

    /// Runs one query. Partial data is given when its errors are about single objects.
    pub(super) async fn query<T>(&self, what: &str, query: &'static str, variables: Value) -> Result<T, FetchError>
    where
        T: DeserializeOwned,
    {
        let body = json!({"query": query, "variables": variables});
        let patience = self.patience;
        persist(what, patience, async || {
            let (status, headers, text) = self.exchange(Ask::Post(&body)).await?;
            refuse_status(what, status, &headers, &text)?;
            let envelope: Envelope = serde_json::from_str(&text).map_err(|_| unreadable(&text))?;
            if let Some(trouble) = envelope.errors.iter().flatten().find_map(|error| passing(error, &headers)) {
                return Err(trouble);
            }
            let data = envelope.data.filter(|data| !data.is_null());
            let errors: Vec<_> = envelope.errors.into_iter().flatten().collect();
            // An object that is not there is named by the caller, who knows what it is.
            let other = errors.iter().find(|error| error.kind.as_deref() != Some("NOT_FOUND"));
            let Some(data) = data else {
                let message = other.or(errors.first()).map_or("no data", |error| &error.message);
                return Err(refused(what, message));
            };
            if let Some(meter) = Meter::of(&data) {
                self.counters.points.fetch_add(meter.cost, Ordering::Relaxed);
            }
            if let Some(error) = errors.iter().find(|error| error.forbids_all()) {
                let (what, message) = (what.to_owned(), error.message.clone());
                return Err(Trouble::Final(FetchError::Forbidden { what, message }));
            }
            // Errors deep in a page leave out single objects; those at its root are the caller's.
            for error in errors.iter().filter(|error| error.path.len() > 1) {
                tracing::warn!(what, message = error.message, path = ?error.path, "GitHub left something out");
            }
            serde_json::from_value(data).map_err(|error| {
                let message = other.map_or_else(|| error.to_string(), |error| error.message.clone());
                Trouble::Final(FetchError::Shape { what: what.to_owned(), message })
            })
        })
        .await
    }

    /// Gets a path of the REST API, or a page that an earlier answer linked to. `None` when it is not
    /// there.
    pub(super) async fn get<T>(&self, what: &str, path: &str) -> Result<Option<Rest<T>>, FetchError>
    where
        T: DeserializeOwned,
    {
        let address = self.address(what, path)?;
        persist(what, self.patience, async || {
            let (status, headers, text) = self.exchange(Ask::Get(&address)).await?;
            if status == StatusCode::NOT_FOUND {
                return Ok(None);
            }
            refuse_status(what, status, &headers, &text)?;
            let value: Value = serde_json::from_str(&text).map_err(|_| unreadable(&text))?;
            let value = serde_json::from_value(value).map_err(|error| {
                Trouble::Final(FetchError::Shape { what: what.to_owned(), message: error.to_string() })
            })?;
            let next = headers.get_all("link").iter().filter_map(|link| link.to_str().ok()).find_map(next_link);
            Ok(Some(Rest { value, next }))
        })
        .await
    }

    /// A linked page must lie under the API's own address: the token goes with the request.
    fn address(&self, what: &str, path: &str) -> Result<String, FetchError> {
        if path.starts_with('/') {
            return Ok(format!("{}{path}", self.api_url));
        }
        let own = path.strip_prefix(self.api_url.as_ref()).is_some_and(|rest| rest.starts_with('/'));
        let message = "a link leads away from `github.api_url`".to_owned();
        if own { Ok(path.to_owned()) } else { Err(FetchError::Shape { what: what.to_owned(), message }) }
    }

    async fn exchange(&self, ask: Ask<'_>) -> Result<(StatusCode, HeaderMap, String), Trouble> {
        self.counters.requests.fetch_add(1, Ordering::Relaxed);
        let whole = async {
            let response = match ask {
                Ask::Post(body) => self.crab._post(self.graphql_url.as_ref(), Some(body)).await,
                Ask::Get(address) => self.crab._get(address).await,
            };
            let response = response.map_err(|error| passing_by(plain(&error)))?;
            let (status, headers) = (response.status(), response.headers().clone());
            let text = self
                .crab
                .body_to_string(response)
                .await
                .map_err(|error| passing_by(format!("the answer broke off: {}", plain(&error))))?;
            Ok((status, headers, text))
        };
        let timed_out = |_| passing_by(format!("no answer within {} s", self.patience.timeout.as_secs()));
        tokio::time::timeout(self.patience.timeout, whole).await.map_err(timed_out)?
    }
}

enum Ask<'a> {
    Post(&'a Value),
    Get(&'a str),
}

fn origin_of(field: &'static str, address: &str) -> Result<Uri, FetchError> {
    let wrong = || FetchError::Address { field, value: address.to_owned() };
    let uri: Uri = address.parse().map_err(|_| wrong())?;
    match (uri.scheme_str(), uri.authority()) {
        (Some(scheme @ ("http" | "https")), Some(authority)) if !authority.as_str().contains('@') => {
            format!("{scheme}://{authority}").parse().map_err(|_| wrong())
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
    innermost.to_string().lines().next().unwrap_or_default().to_owned()
}

fn passing_by(reason: String) -> Trouble {
    Trouble::Passing { reason, after: None }
}

fn refused(what: &str, message: &str) -> Trouble {
    Trouble::Final(FetchError::Query { what: what.to_owned(), message: message.to_owned() })
}

fn unreadable(text: &str) -> Trouble {
    let html = text.trim_start().starts_with('<');
    passing_by(if html { "a page instead of JSON" } else { "a body that is not whole JSON" }.to_owned())
}

fn refuse_status(what: &str, status: StatusCode, headers: &HeaderMap, text: &str) -> Result<(), Trouble> {
    let message = || {
        let json: Option<Value> = serde_json::from_str(text).ok();
        let message = json.as_ref().and_then(|json| json.get("message")).and_then(Value::as_str);
        message.unwrap_or("no message").chars().take(200).collect::<String>()
    };
    if status.is_success() {
        return Ok(());
    }
    if status == StatusCode::UNAUTHORIZED {
        return Err(Trouble::Final(FetchError::Token));
    }
    if status == StatusCode::FORBIDDEN || status == StatusCode::TOO_MANY_REQUESTS {
        let after = seconds(headers, "retry-after").map(Duration::from_secs);
        if after.is_none() && seconds(headers, "x-ratelimit-remaining") == Some(0) {
            return Err(Trouble::Exhausted { wait: until_reset(headers) });
        }
        let message = message();
        let secondary = message.to_ascii_lowercase().contains("rate limit") || status == StatusCode::TOO_MANY_REQUESTS;
        if after.is_some() || secondary {
            // GitHub asks for a minute where it names no time.
            let after = after.or(Some(Duration::from_secs(60)));
            return Err(Trouble::Passing { reason: format!("{}: {message}", status.as_u16()), after });
        }
        return Err(Trouble::Final(FetchError::Forbidden { what: what.to_owned(), message }));
    }
    if status.is_server_error() || status == StatusCode::REQUEST_TIMEOUT {
        return Err(passing_by(format!("status {}", status.as_u16())));
    }
    let (what, status, message) = (what.to_owned(), status.as_u16(), message());
    Err(Trouble::Final(FetchError::Status { what, status, message }))
}

/// Errors of a whole query that come as HTTP 200.
fn passing(error: &QueryError, headers: &HeaderMap) -> Option<Trouble> {
    let message = error.message.to_ascii_lowercase();
    match error.kind.as_deref() {
        Some("RATE_LIMITED") => Some(Trouble::Exhausted { wait: until_reset(headers) }),
        Some("RESOURCE_LIMITS_EXCEEDED" | "INTERNAL" | "SERVICE_UNAVAILABLE") => {
            Some(passing_by(error.message.clone()))
        }
        None if message.contains("something went wrong") || message.contains("timeout") => {
            Some(passing_by(error.message.clone()))
        }
        _ => None,
    }
}

fn seconds(headers: &HeaderMap, name: &str) -> Option<u64> {
    headers.get(name)?.to_str().ok()?.trim().parse().ok()
}

fn until_reset(headers: &HeaderMap) -> Duration {
    let reset = seconds(headers, "x-ratelimit-reset");
    Duration::from_secs(reset.map_or(60, |reset| reset.saturating_sub(time::now())))
}

/// `<URL>; rel="next", <URL>; rel="last"`.
fn next_link(header: &str) -> Option<String> {
    header.split(',').find_map(|link| {
        let (address, relation) = link.split_once(';')?;
        let address = address.trim().strip_prefix('<')?.strip_suffix('>')?;
        relation.split(';').any(|part| part.trim() == "rel=\"next\"").then(|| address.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::{GitHub, GitHubOptions, next_link};
    use crate::fetch::FetchError;

    fn options(api_url: &str) -> GitHubOptions {
        GitHubOptions { api_url: api_url.to_owned(), ..GitHubOptions::new("ghp_secret".to_owned().into()) }
    }

    #[test]
    fn the_next_page_is_found_among_links() {
        let header = "<https://a/x?page=1>; rel=\"prev\", <https://a/x?page=3>; rel=\"next\"";
        assert_eq!(next_link(header).as_deref(), Some("https://a/x?page=3"));
        assert_eq!(next_link("<https://a/x?page=1>; rel=\"first\""), None);
    }

    #[tokio::test]
    async fn a_wrong_address_names_its_field() {
        for wrong in ["api.github.com", "ftp://api.github.com", "", "https://user:word@host"] {
            let error = GitHub::new(options(wrong)).unwrap_err();
            assert!(matches!(error, FetchError::Address { field: "github.api_url", .. }), "{wrong}: {error}");
        }
    }

    #[tokio::test]
    async fn no_text_of_ours_shows_the_token() {
        let github = GitHub::new(options("https://host/api/v3/")).unwrap();
        assert!(!format!("{github:?} {:?}", options("https://host")).contains("ghp_secret"));
        let broken = GitHubOptions::new("ghp_secret\n".to_owned().into());
        let error = GitHub::new(broken).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("ghp_secret"));
    }

    #[tokio::test]
    async fn links_stay_on_the_api() {
        let github = GitHub::new(options("https://host/api/v3/")).unwrap();
        assert_eq!(github.address("x", "/gists/1").unwrap(), "https://host/api/v3/gists/1");
        assert!(github.address("x", "https://host/api/v3/gists?page=2").is_ok());
        assert!(github.address("x", "https://elsewhere/api/v3/gists?page=2").is_err());
        assert!(github.address("x", "https://host/api/v3.evil/").is_err());
    }
}
