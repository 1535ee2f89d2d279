//! Where GitHub is, who asks, and how long to stay with what fails.

use secrecy::SecretString;
use std::time::Duration;

/// Where GitHub is and who asks.
#[derive(Clone, Debug)]
pub struct GitHubOptions {
    /// `https://api.github.com`, or of a GitHub Enterprise `https://HOST/api/v3`.
    pub api_url: String,
    /// Without one, what [`graphql_url`] makes of `api_url`.
    pub graphql_url: Option<String>,
    pub access: Access,
    pub patience: Patience,
    /// Percent of each hourly limit that is left to others who use the same token.
    pub reserve: u8,
}

/// With which credentials.
#[derive(Clone, Debug)]
pub enum Access {
    /// A personal token, classic or fine-grained.
    Token(SecretString),
    App(AppAccess),
}

/// A GitHub App that is installed where the repositories are.
#[derive(Clone, Debug)]
pub struct AppAccess {
    pub id: u64,
    /// RSA, in PEM form, as GitHub hands it out.
    pub private_key: SecretString,
    pub installation: Installation,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Installation {
    Id(u64),
    /// The one on this organization's or user's account.
    Of(String),
}

impl GitHubOptions {
    /// github.com by a personal token.
    pub fn new(token: SecretString) -> Self {
        Self::with(Access::Token(token))
    }

    /// github.com by a token or an App.
    pub fn with(access: Access) -> Self {
        Self {
            api_url: "https://api.github.com".to_owned(),
            graphql_url: None,
            access,
            patience: Patience::default(),
            reserve: 10,
        }
    }
}

/// How long to stay with a request that fails.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// After the first one.
    pub tries: usize,
    pub first_delay: Duration,
    pub longest_delay: Duration,
    /// Where GitHub asks to go more slowly and names no time: it wants a minute then.
    pub unnamed: Duration,
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
            unnamed: Duration::from_secs(60),
            timeout: Duration::from_secs(60),
            rate_limit: Duration::from_secs(3_900),
        }
    }
}

/// GitHub Enterprise Server has REST under `/api/v3` and GraphQL beside it; elsewhere it lies under the same root.
pub fn graphql_url(api_url: &str) -> String {
    let api_url = api_url.trim_end_matches('/');
    match api_url.strip_suffix("/api/v3") {
        Some(host) => format!("{host}/api/graphql"),
        None => format!("{api_url}/graphql"),
    }
}

#[cfg(test)]
mod tests {
    use super::graphql_url;

    #[test]
    fn graphql_is_found_from_the_api() {
        for (api, graphql) in [
            ("https://api.github.com", "https://api.github.com/graphql"),
            ("https://api.octocorp.ghe.com/", "https://api.octocorp.ghe.com/graphql"),
            ("https://git.example.org/api/v3", "https://git.example.org/api/graphql"),
            ("https://git.example.org:8443/api/v3/", "https://git.example.org:8443/api/graphql"),
        ] {
            assert_eq!(graphql_url(api), graphql);
        }
    }
}
