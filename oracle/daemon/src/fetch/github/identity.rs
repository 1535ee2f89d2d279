//! Who the credential is and what it may read: for `guerdon doctor`, never for a fetch.

use super::{Budget, GitHub, Limit};
use crate::fetch::error::FetchError;
use crate::fetch::queries;
use crate::fetch::time;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Identity {
    /// `scopes` are those of a classic token; a fine-grained one does not tell its permissions.
    Token {
        login: String,
        scopes: Option<Vec<String>>,
        expires: Option<String>,
    },
    App {
        id: u64,
        installation: u64,
        account: String,
        permissions: BTreeMap<String, String>,
    },
}

/// One repository as the credential sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reading {
    /// `owner/name`, as it is now.
    pub name: String,
    pub private: bool,
    /// What GitHub forbids to read of it, by the names that permissions have.
    pub forbidden: Vec<&'static str>,
}

/// What we read, by the names of GitHub's permissions.
pub(super) const NEEDED: [&str; 5] = ["metadata", "contents", "issues", "pull_requests", "discussions"];

#[derive(Deserialize)]
struct User {
    login: String,
}

#[derive(Deserialize)]
struct Limits {
    resources: Resources,
}

#[derive(Deserialize)]
struct Resources {
    core: RestLimit,
    graphql: Option<RestLimit>,
}

#[derive(Deserialize)]
struct RestLimit {
    limit: u64,
    remaining: u64,
    reset: u64,
}

impl From<RestLimit> for Limit {
    fn from(RestLimit { limit, remaining, reset }: RestLimit) -> Self {
        Self { limit, remaining, resets: reset }
    }
}

impl Identity {
    /// When a token ends, UTC seconds; none for one that does not, or that says so in a way we do not know.
    pub fn ends(&self) -> Option<u64> {
        match self {
            // `2027-01-31 08:16:58 UTC`
            Self::Token { expires: Some(text), .. } => {
                let (date, clock) = text.strip_suffix(" UTC")?.split_once(' ')?;
                time::parse(&format!("{date}T{clock}Z"))
            }
            _ => None,
        }
    }

    /// The permissions that an App lacks for what we read.
    pub fn lacking(&self) -> Vec<&'static str> {
        match self {
            Self::Token { .. } => Vec::new(),
            Self::App { permissions, .. } => {
                NEEDED.into_iter().filter(|name| !permissions.contains_key(*name)).collect()
            }
        }
    }
}

impl GitHub {
    /// Asks GitHub who the credential is.
    pub async fn identity(&self) -> Result<Identity, FetchError> {
        let connection = &self.connection;
        if let Some(app) = connection.auth.app() {
            let grants = self.persist("the App's installation", async || app.grants(connection).await);
            let (place, permissions) = grants.await?;
            return Ok(Identity::App {
                id: app.id(),
                installation: place.id,
                account: place.account.login,
                permissions,
            });
        }
        let what = "the token's account";
        let answer = self.get_whole::<User>(what, "/user").await?;
        let missing = || FetchError::Shape { what: what.to_owned(), message: "there is none".to_owned() };
        let (user, headers) = answer.ok_or_else(missing)?;
        let header = |name| headers.get(name).and_then(|value| value.to_str().ok());
        let scopes = header("x-oauth-scopes").map(|scopes| {
            scopes.split(',').map(|scope| scope.trim().to_owned()).filter(|scope| !scope.is_empty()).collect()
        });
        let expires = header("github-authentication-token-expiration").map(str::to_owned);
        Ok(Identity::Token { login: user.login, scopes, expires })
    }

    /// Asks for the limits, which costs nothing. An Enterprise server may have none.
    pub async fn limits(&self) -> Result<Option<Budget>, FetchError> {
        let answer = self.get::<Limits>("the rate limit", "/rate_limit").await?;
        Ok(answer.map(|answer| {
            let Resources { core, graphql } = answer.value.resources;
            Budget { core: Some(core.into()), graphql: graphql.map(Limit::from) }
        }))
    }

    /// Tries everything that a fetch reads of a repository, without fetching it.
    pub async fn reading(&self, owner: &str, name: &str) -> Result<Reading, FetchError> {
        let what = format!("repository {owner}/{name}");
        let variables = json!({"owner": owner, "name": name});
        let (data, errors) = self.persist(&what, async || self.ask(&what, queries::DOCTOR, &variables).await).await?;
        let found = data.as_ref().and_then(|data| data.get("repository")).filter(|found| !found.is_null());
        let mut forbidden = Vec::new();
        for error in errors.iter().filter(|error| error.forbids()) {
            let permission = match error.path.get(1).and_then(Value::as_str) {
                Some("pullRequests") => "pull_requests",
                Some("issues") => "issues",
                Some("discussions") => "discussions",
                Some("object") => "contents",
                _ => return Err(FetchError::Forbidden { what, message: super::refusals::shown(&error.message) }),
            };
            if !forbidden.contains(&permission) {
                forbidden.push(permission);
            }
        }
        // A list that may not be read takes the whole repository with it.
        if found.is_none() && forbidden.is_empty() {
            return Err(FetchError::NoRepository { owner: owner.to_owned(), name: name.to_owned() });
        }
        let text = |path| found.and_then(|found| found.pointer(path)).and_then(Value::as_str);
        let name = format!("{}/{}", text("/owner/login").unwrap_or(owner), text("/name").unwrap_or(name));
        let private = found.and_then(|found| found.get("isPrivate")).and_then(Value::as_bool).unwrap_or_default();
        Ok(Reading { name, private, forbidden })
    }
}

#[cfg(test)]
mod tests {
    use super::Identity;

    #[test]
    fn the_end_of_a_token_is_read_as_github_writes_it() {
        let ends = |text: Option<&str>| {
            Identity::Token { login: "me".into(), scopes: None, expires: text.map(str::to_owned) }.ends()
        };
        assert_eq!(ends(Some("1970-01-02 00:00:09 UTC")), Some(86_409));
        assert_eq!((ends(Some("1970-01-02 00:00:09 +0200")), ends(Some("soon")), ends(None)), (None, None, None));
    }
}
