//! The configuration: one TOML file, unknown keys refused, secrets only by reference.
//!
//! Takes the file and what flags or the environment override; gives checked settings. Paths in the
//! file are relative to it.

mod shown;

pub use shown::masked_url;
pub(crate) use shown::{MASKED, quoted};

pub use crate::api::{ApiConfig, PageConfig};
pub use crate::chain::ChainConfig;
use crate::keys::{KeyError, KeySource, SecretRef};
use crate::linking::LinksConfig;
use crate::mirrors::{EvidenceConfig, Place};
use crate::peers::PeerConfig;
use crate::store::masked;
use crate::witness::WitnessConfig;
use secrecy::SecretString;
use serde::Deserialize;
use std::fmt;
use std::path::{Path, PathBuf};

/// A minimal file for `guerdon init`.
pub const TEMPLATE: &str = include_str!("../config/guerdon.toml");
/// The default policy, for `guerdon init`.
pub const POLICY: &str = include_str!("../../../policy.toml");

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    #[serde(default = "defaults::database_url")]
    pub database_url: DatabaseUrl,
    /// The policy file whose hash governance voted for.
    #[serde(default = "defaults::policy")]
    pub policy: PathBuf,
    /// The policies of earlier epochs, for going on where those ended.
    #[serde(default)]
    pub past_policies: Vec<PathBuf>,
    pub github: GitHubConfig,
    pub chain: ChainConfig,
    #[serde(default)]
    pub oracle: OracleConfig,
    /// The other oracles of the set; none for one that decides alone.
    #[serde(default)]
    pub peers: Vec<PeerConfig>,
    #[serde(default)]
    pub api: ApiConfig,
    /// What browsers are told.
    #[serde(default)]
    pub page: PageConfig,
    #[serde(default)]
    pub run: RunConfig,
    /// Who else has evidence, and where it is put.
    #[serde(default)]
    pub evidence: EvidenceConfig,
    #[serde(default)]
    pub links: LinksConfig,
    /// A language model's view of merged pull requests; off when absent.
    pub witness: Option<WitnessConfig>,
}

/// `sqlite:PATH`, `postgres://USER@HOST/DATABASE`, or where such an address with a password in it stands. It
/// can be printed, a password cannot.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "String")]
pub enum DatabaseUrl {
    Plain(String),
    Secret(SecretRef),
}

impl From<String> for DatabaseUrl {
    fn from(text: String) -> Self {
        SecretRef::try_from(text.clone()).map_or(Self::Plain(text), Self::Secret)
    }
}

impl DatabaseUrl {
    pub fn read(&self) -> Result<SecretString, KeyError> {
        match self {
            Self::Plain(url) => Ok(url.clone().into()),
            Self::Secret(reference) => reference.read(),
        }
    }
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Plain(url) => f.write_str(&masked(url)),
            Self::Secret(reference) => write!(f, "{reference} (masked)"),
        }
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GitHubConfig {
    #[serde(default = "defaults::api_url")]
    pub api_url: String,
    /// Beside `api_url` when absent.
    pub graphql_url: Option<String>,
    /// `env:GITHUB_TOKEN` when there is neither this nor `app`.
    pub token: Option<SecretRef>,
    pub app: Option<AppConfig>,
    /// Percent of GitHub's hourly limits that is left to others with the same token.
    #[serde(default = "defaults::reserve")]
    pub reserve: u8,
    /// Seconds that one request may wait for GitHub, its limits included.
    #[serde(default = "defaults::patience")]
    pub patience: u64,
    /// All its public repositories, when `repositories` is empty.
    pub organization: Option<String>,
    /// `owner/name`: only these count.
    #[serde(default)]
    pub repositories: Vec<String>,
    /// `owner/name`: these do not count, from now on; what was not paid yet is not paid.
    #[serde(default)]
    pub exclude: Vec<String>,
    /// Logins that are machines although GitHub calls them users.
    #[serde(default)]
    pub bots: Vec<String>,
}

/// A GitHub App in place of a personal token.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AppConfig {
    pub id: u64,
    pub private_key: SecretRef,
    /// The one on the organization, or on the owner of the first listed repository, when absent.
    pub installation: Option<u64>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OracleConfig {
    /// The keys that sign; none for a daemon that only watches and serves.
    #[serde(default)]
    pub keys: Vec<KeySource>,
    /// Pays for transactions; the first of `keys` when absent.
    pub submitter: Option<KeySource>,
    /// Seconds from an epoch's end to its cutoff.
    #[serde(default = "defaults::settle_delay")]
    pub settle_delay: u64,
    /// Seconds from the cutoff to the first round's `postBefore`, and from each round's to the next one's; the same
    /// for all oracles.
    #[serde(default = "defaults::post_within")]
    pub post_within: u64,
    /// Seconds by the chain's clock that other oracles' lists are waited for, after the cutoff and once more after
    /// what differs was read again.
    #[serde(default = "defaults::patience_for_peers")]
    pub patience: u64,
    /// Seconds by the chain's clock that an oracle has for what is its turn to do; the same for all oracles.
    #[serde(default = "defaults::fallback")]
    pub fallback: u64,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunConfig {
    /// Milliseconds between two looks at the chain and GitHub.
    #[serde(default = "defaults::interval_ms")]
    pub interval_ms: u64,
}

mod defaults {
    pub(super) fn database_url() -> super::DatabaseUrl {
        super::DatabaseUrl::Plain("sqlite:guerdon.db".to_owned())
    }
    pub(super) fn policy() -> std::path::PathBuf {
        "policy.toml".into()
    }
    pub(super) fn api_url() -> String {
        "https://api.github.com".to_owned()
    }
    pub(super) fn reserve() -> u8 {
        10
    }
    pub(super) fn patience() -> u64 {
        3_900
    }
    pub(super) fn settle_delay() -> u64 {
        72 * 3600
    }
    pub(super) fn post_within() -> u64 {
        7 * 86_400
    }
    pub(super) fn patience_for_peers() -> u64 {
        900
    }
    pub(super) fn fallback() -> u64 {
        1_800
    }
    pub(super) fn interval_ms() -> u64 {
        60_000
    }
}

impl Default for OracleConfig {
    fn default() -> Self {
        Self {
            keys: Vec::new(),
            submitter: None,
            settle_delay: defaults::settle_delay(),
            post_within: defaults::post_within(),
            patience: defaults::patience_for_peers(),
            fallback: defaults::fallback(),
        }
    }
}

impl Default for RunConfig {
    fn default() -> Self {
        Self { interval_ms: defaults::interval_ms() }
    }
}

#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("cannot read {0}: make one with `guerdon init`, or name another with --config")]
    Read(PathBuf, #[source] std::io::Error),
    #[error("{path} is not valid: {message}")]
    Toml { path: PathBuf, message: String },
    #[error("{path}: `{key}` {message}")]
    Key { path: PathBuf, key: &'static str, message: String },
}

/// What the command line or the environment says instead of the file.
#[derive(Clone, Debug, Default)]
pub struct Overrides {
    pub database_url: Option<String>,
    pub rpc_url: Option<String>,
    pub deployment: Option<PathBuf>,
    pub policy: Option<PathBuf>,
}

impl Config {
    pub fn load(path: &Path, overrides: Overrides) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(path).map_err(|source| ConfigError::Read(path.to_owned(), source))?;
        let mut config: Self = toml::from_str(&text)
            .map_err(|source| ConfigError::Toml { path: path.to_owned(), message: problem(&text, &source) })?;
        config.anchor(path.parent().unwrap_or(Path::new("")));
        if let Some(url) = overrides.database_url {
            config.database_url = url.into();
        }
        if let Some(url) = overrides.rpc_url {
            config.chain.rpc_url = url.into();
        }
        if let Some(file) = overrides.deployment {
            config.chain.deployment = file;
        }
        if let Some(file) = overrides.policy {
            config.policy = file;
        }
        config.check(path)?;
        Ok(config)
    }

    /// Where evidence may lie: with the other oracles, then in mirrors.
    pub fn evidence_places(&self) -> Vec<Place> {
        let peers = self.peers.iter().map(|peer| Place::oracle(&peer.url));
        peers.chain(self.evidence.places()).collect()
    }

    /// Paths in the file are relative to the file, not to where the command runs.
    fn anchor(&mut self, folder: &Path) {
        let join = |path: &mut PathBuf| *path = folder.join(&*path);
        join(&mut self.policy);
        self.past_policies.iter_mut().for_each(join);
        join(&mut self.chain.deployment);
        let secret = |secret: &mut SecretRef| secret.anchor(folder);
        self.github.token.iter_mut().for_each(secret);
        self.github.app.iter_mut().for_each(|app| secret(&mut app.private_key));
        self.api.webhook_secret.iter_mut().for_each(secret);
        self.witness.iter_mut().flat_map(|witness| &mut witness.key).for_each(secret);
        self.evidence.secrets().for_each(secret);
        self.oracle.keys.iter_mut().chain(&mut self.oracle.submitter).for_each(|key| key.anchor(folder));
        match &mut self.database_url {
            DatabaseUrl::Secret(from) => secret(from),
            DatabaseUrl::Plain(url) => {
                if let Some(path) = url.strip_prefix("sqlite:")
                    && !path.starts_with([':', '/'])
                {
                    *url = format!("sqlite:{}", folder.join(path).display());
                }
            }
        }
    }

    fn check(&self, path: &Path) -> Result<(), ConfigError> {
        let refuse = |key, message: String| Err(ConfigError::Key { path: path.to_owned(), key, message });
        let web = |url: &str| url::Url::parse(url).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
        if !web(&self.github.api_url) {
            return refuse("github.api_url", format!("is {:?}, not an http(s) address", self.github.api_url));
        }
        if self.github.graphql_url.as_ref().is_some_and(|url| !web(url)) {
            return refuse("github.graphql_url", "is not an http(s) address".to_owned());
        }
        if self.github.token.is_some() && self.github.app.is_some() {
            return refuse("github.token", "and `[github.app]` exclude each other: keep one of them".to_owned());
        }
        if self.github.reserve > 90 {
            return refuse("github.reserve", format!("is {}, more than 90 percent", self.github.reserve));
        }
        if !(1..=86_400).contains(&self.github.patience) {
            return refuse("github.patience", format!("is {}, not within 1 and 86400 s", self.github.patience));
        }
        if let Err((key, message)) = self.chain.check() {
            return refuse(key, message);
        }
        if self.github.repositories.is_empty() && self.github.organization.is_none() {
            return refuse(
                "github.repositories",
                "is empty: list `owner/name` entries or set `organization`".to_owned(),
            );
        }
        if let Some(wrong) = self.github.repositories.iter().find(|name| split(name).is_none()) {
            return refuse("github.repositories", format!("has {wrong:?}, which is not `owner/name`"));
        }
        if let Some(wrong) = self.github.exclude.iter().find(|name| split(name).is_none()) {
            return refuse("github.exclude", format!("has {wrong:?}, which is not `owner/name`"));
        }
        if self.oracle.settle_delay > 30 * 86_400 {
            return refuse("oracle.settle_delay", format!("is {}, more than 30 days", self.oracle.settle_delay));
        }
        if !(3600..=60 * 86_400).contains(&self.oracle.post_within) {
            return refuse(
                "oracle.post_within",
                format!("is {}, not within an hour and 60 days", self.oracle.post_within),
            );
        }
        if !(1..=86_400).contains(&self.oracle.fallback) || self.oracle.patience > 86_400 {
            return refuse(
                "oracle.fallback",
                "and `oracle.patience` are at most a day, the first at least a second".to_owned(),
            );
        }
        if let Err((key, message)) = self.api.check() {
            return refuse(key, message);
        }
        if let Err((key, message)) = self.page.check() {
            return refuse(key, message);
        }
        if let Err((key, message)) = PeerConfig::check(&self.peers, self.oracle.keys.len()) {
            return refuse(key, message);
        }
        if let Some(Err((key, message))) = self.witness.as_ref().map(WitnessConfig::check) {
            return refuse(key, message);
        }
        if let Err((key, message)) = self.evidence.check() {
            return refuse(key, message);
        }
        if let Err((key, message)) = self.links.check() {
            return refuse(key, message);
        }
        if !(50..=3_600_000).contains(&self.run.interval_ms) {
            return refuse("run.interval_ms", format!("is {}, not within 50 and 3600000", self.run.interval_ms));
        }
        Ok(())
    }

    /// The listed repositories as (owner, name).
    pub fn repositories(&self) -> Vec<(String, String)> {
        self.github.repositories.iter().filter_map(|name| split(name)).collect()
    }

    /// The excluded repositories as (owner, name).
    pub fn excluded(&self) -> Vec<(String, String)> {
        self.github.exclude.iter().filter_map(|name| split(name)).collect()
    }

    /// What GitHub is asked with: a token, unless an App is configured.
    pub fn github_token(&self) -> SecretRef {
        self.github.token.clone().unwrap_or_else(|| SecretRef::Env("GITHUB_TOKEN".to_owned()))
    }

    /// On whose account an App is looked for.
    pub fn github_owner(&self) -> String {
        let listed = || self.repositories().into_iter().next().map(|(owner, _)| owner);
        self.github.organization.clone().or_else(listed).unwrap_or_default()
    }
}

/// Where and what, without the line itself: somebody may have written a secret into it.
fn problem(text: &str, error: &toml::de::Error) -> String {
    let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    // serde repeats a string that stands where another type is wanted.
    let message = match error.message().split_once("string \"") {
        Some((kind, rest)) => format!("{kind}string{}", rest.rsplit_once('"').map_or("", |(_, wanted)| wanted)),
        None => error.message().trim().replace('\n', ", "),
    };
    format!("line {line}: {message}")
}

fn split(name: &str) -> Option<(String, String)> {
    let (owner, name) = name.split_once('/')?;
    let plain = |part: &str| {
        !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
    };
    (plain(owner) && plain(name)).then(|| (owner.to_owned(), name.to_owned()))
}
