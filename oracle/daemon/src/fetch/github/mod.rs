//! The view of GitHub: takes queries and paths, gives parsed answers, and counts what they cost.
//!
//! GraphQL goes through octocrab with our own envelope, because partial data and errors come as HTTP
//! 200 there. The credential is in `auth` alone and in no text of ours.

mod auth;
mod budget;
mod clock;
mod connection;
mod identity;
mod options;
mod pages;
mod refusals;

pub use budget::{Budget, Limit};
pub(super) use clock::Clock;
pub use identity::{Identity, Reading};
pub use options::{Access, AppAccess, GitHubOptions, Installation, Patience, graphql_url};

use super::answer::{Envelope, Meter, QueryError};
use super::error::FetchError;
use super::retry::{Trouble, Waits, persist};
use budget::{Pause, Resource};
use connection::{Answer, Ask, Connection};
use http::HeaderMap;
use pages::Pages;
use refusals::Refusal;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

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

/// Cheap to clone; all clones count, wait and hold an App's token together.
#[derive(Clone)]
pub struct GitHub {
    connection: Arc<Connection>,
    patience: Patience,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    points: AtomicU64,
    pages: Pages,
    waits: Waits,
}

impl fmt::Debug for GitHub {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Connection { api_url, graphql_url, auth, .. } = &*self.connection;
        let mut shown = f.debug_struct("GitHub");
        shown.field("api_url", api_url).field("graphql_url", graphql_url).field("auth", auth).finish()
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
        let connection = Arc::new(Connection::new(&options)?);
        Ok(Self { connection, patience: options.patience, shared: Arc::default() })
    }

    pub fn usage(&self) -> Usage {
        Usage {
            requests: self.connection.requests.load(Ordering::Relaxed),
            points: self.shared.points.load(Ordering::Relaxed),
        }
    }

    /// What GitHub still grants, as its last answers said.
    pub fn budget(&self) -> Budget {
        self.connection.meter.budget()
    }

    /// Seconds that GitHub's clock is ahead of this machine's; `None` before its first answer.
    pub fn ahead(&self) -> Option<i64> {
        self.connection.clock.ahead()
    }

    /// Runs one query. Partial data is given when its errors are about single objects.
    pub(super) async fn query<T>(&self, what: &str, query: &'static str, variables: Value) -> Result<T, FetchError>
    where
        T: DeserializeOwned,
    {
        self.persist(what, async || self.read(what, query, &variables).await).await
    }

    /// Runs one query that asks for `first` objects, or for as many as GitHub was able to answer
    /// lately: halved down to one when it cannot, and grown again slowly. `variables` are made from
    /// the size, which is at most `first` and comes back with the answer.
    pub(super) async fn query_paged<T>(
        &self,
        what: &str,
        query: &'static str,
        first: u64,
        variables: impl Fn(u64) -> Value,
    ) -> Result<(T, u64), FetchError>
    where
        T: DeserializeOwned,
    {
        let pages = &self.shared.pages;
        self.persist(what, async || {
            let size = pages.size(query, first);
            match self.read(what, query, &variables(size)).await {
                Err(Trouble::Heavy { reason }) if pages.shrink(query, size) => {
                    tracing::info!(what, reason, from = size, to = pages.size(query, first), "asking for less");
                    Err(Trouble::Smaller { reason })
                }
                Err(trouble) => Err(trouble),
                Ok(data) => {
                    pages.worked(query, size, first);
                    Ok((data, size))
                }
            }
        })
        .await
    }

    async fn persist<T>(&self, what: &str, attempt: impl AsyncFnMut() -> Result<T, Trouble>) -> Result<T, FetchError> {
        persist(what, self.patience, &self.shared.waits, &self.connection.clock, attempt).await
    }

    async fn read<T>(&self, what: &str, query: &str, variables: &Value) -> Result<T, Trouble>
    where
        T: DeserializeOwned,
    {
        let (data, errors) = self.ask(what, query, variables).await?;
        // An object that is not there is named by the caller, who knows what it is.
        let other = errors.iter().find(|error| error.kind.as_deref() != Some("NOT_FOUND"));
        let Some(data) = data else {
            let message = other.or(errors.first()).map_or("no data", |error| &error.message);
            return Err(Trouble::Final(FetchError::Query { what: what.to_owned(), message: refusals::shown(message) }));
        };
        if let Some(error) = errors.iter().find(|error| error.forbids_all()) {
            let (what, message) = (what.to_owned(), refusals::shown(&error.message));
            return Err(Trouble::Final(FetchError::Forbidden { what, message }));
        }
        // An object that was asked for by its id is gone only when GitHub says that it does not know it.
        let asked_for = |error: &&QueryError| error.path.first().and_then(Value::as_str) == Some("nodes");
        let mut failed = errors.iter().filter(asked_for).filter(|error| error.kind.as_deref() != Some("NOT_FOUND"));
        if let Some(error) = failed.next() {
            let (what, message) = (what.to_owned(), refusals::shown(&error.message));
            return Err(match error.forbids() {
                true => Trouble::Final(FetchError::Forbidden { what, message }),
                false => refusals::passing(message),
            });
        }
        // Errors deep in a page leave out single objects; those at its root are the caller's.
        for error in errors.iter().filter(|error| error.path.len() > 1) {
            let (message, path) = (refusals::shown(&error.message), &error.path);
            if error.kind.as_deref() == Some("NOT_FOUND") {
                tracing::debug!(what, message, ?path, "GitHub does not know it any more");
            } else {
                tracing::warn!(what, message, ?path, "GitHub left something out");
            }
        }
        serde_json::from_value(data).map_err(|error| {
            let message = other.map_or_else(|| error.to_string(), |error| error.message.clone());
            Trouble::Final(FetchError::Shape { what: what.to_owned(), message: refusals::shown(&message) })
        })
    }

    /// One attempt: whatever data there is, and the errors that are about what was asked.
    async fn ask(
        &self,
        what: &str,
        query: &str,
        variables: &Value,
    ) -> Result<(Option<Value>, Vec<QueryError>), Trouble> {
        let body = json!({"query": query, "variables": variables});
        let answer = self.paced(what, Resource::GraphQl, &Ask::Post(&self.connection.graphql_url, &body)).await?;
        if let Some(refusal) = answer.refusal() {
            return Err(self.trouble(what, &answer, refusal));
        }
        let envelope: Envelope = serde_json::from_str(&answer.text).map_err(|_| refusals::unreadable(&answer.text))?;
        let errors = envelope.errors.unwrap_or_default();
        if let Some(trouble) = errors.iter().find_map(|error| refusals::of_query(error, &answer)) {
            return Err(trouble);
        }
        let data = envelope.data.filter(|data| !data.is_null());
        if data.is_none() && errors.is_empty() {
            return Err(refusals::passing("neither data nor errors"));
        }
        if let Some(meter) = data.as_ref().and_then(Meter::of) {
            self.shared.points.fetch_add(meter.cost, Ordering::Relaxed);
        }
        Ok((data, errors))
    }

    /// Gets a path of the REST API, or a page that an earlier answer linked to. `None` when it is not
    /// there.
    pub(super) async fn get<T>(&self, what: &str, path: &str) -> Result<Option<Rest<T>>, FetchError>
    where
        T: DeserializeOwned,
    {
        let links = |headers: &HeaderMap| {
            headers.get_all("link").iter().filter_map(|link| link.to_str().ok()).find_map(next_link)
        };
        Ok(self.get_whole(what, path).await?.map(|(value, headers)| Rest { value, next: links(&headers) }))
    }

    async fn get_whole<T>(&self, what: &str, path: &str) -> Result<Option<(T, HeaderMap)>, FetchError>
    where
        T: DeserializeOwned,
    {
        let address = self.address(what, path)?;
        self.persist(what, async || {
            let answer = self.paced(what, Resource::Core, &Ask::Get(&address)).await;
            // Nobody can ask for less of a REST page.
            let answer = answer.map_err(|trouble| match trouble {
                Trouble::Heavy { reason } => refusals::passing(reason),
                trouble => trouble,
            })?;
            match answer.refusal() {
                None => {}
                Some(Refusal::Missing) => return Ok(None),
                Some(Refusal::Heavy) => return Err(self.trouble(what, &answer, Refusal::Failing)),
                Some(refusal) => return Err(self.trouble(what, &answer, refusal)),
            }
            let value: Value = serde_json::from_str(&answer.text).map_err(|_| refusals::unreadable(&answer.text))?;
            let value = serde_json::from_value(value).map_err(|error| {
                let message = refusals::shown(&error.to_string());
                Trouble::Final(FetchError::Shape { what: what.to_owned(), message })
            })?;
            Ok(Some((value, answer.headers)))
        })
        .await
    }

    /// Asks once the budget allows it.
    async fn paced(&self, what: &str, resource: Resource, ask: &Ask<'_>) -> Result<Answer, Trouble> {
        match self.connection.meter.pause(resource, self.connection.clock.now()) {
            Pause::None => {}
            Pause::Short(wait) => {
                tracing::debug!(
                    what,
                    milliseconds = wait.as_millis(),
                    "little of GitHub's limit is left; going slowly"
                );
                tokio::time::sleep(wait).await;
            }
            Pause::Until(wait) => {
                let reason = "only the reserve of GitHub's limit is left";
                return Err(Trouble::Exhausted { reason, wait: Some(wait) });
            }
        }
        self.connection.exchange(ask).await
    }

    fn trouble(&self, what: &str, answer: &Answer, refusal: Refusal) -> Trouble {
        refusals::trouble(what, answer, refusal, self.connection.auth.app().is_some())
    }

    fn address(&self, what: &str, path: &str) -> Result<String, FetchError> {
        let connection = &self.connection;
        if path.starts_with('/') {
            return Ok(format!("{}{path}", connection.api_url));
        }
        let message = "a link leads away from `github.api_url`".to_owned();
        connection.own(path).ok_or_else(|| FetchError::Shape { what: what.to_owned(), message })
    }
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
mod recorded;

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
            assert!(!format!("{error} {error:?}").contains("word"), "{error}");
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
    async fn links_and_moves_stay_on_the_api() {
        let github = GitHub::new(options("https://host/api/v3/")).unwrap();
        assert_eq!(github.address("x", "/gists/1").unwrap(), "https://host/api/v3/gists/1");
        assert!(github.address("x", "https://host/api/v3/gists?page=2").is_ok());
        for away in [
            "https://elsewhere/api/v3/gists?page=2",
            "http://host/api/v3/gists",
            "https://host/api/v3.evil/",
            "https://host/api/v3/../login",
            "https://host/login",
        ] {
            assert!(github.address("x", away).is_err(), "{away}");
        }
        let moved = github.connection.own("/api/v3/repositories/1").unwrap();
        assert_eq!(moved, "https://host/api/v3/repositories/1");
        assert_eq!(github.connection.own("//elsewhere/api/v3/x"), None);
        assert_eq!(github.connection.own("/login"), None);
    }
}
