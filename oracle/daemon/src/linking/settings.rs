//! The section `[links]` of the configuration: whether this daemon sends links of contributors, and how many.

use crate::config::Config;
use serde::Deserialize;

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LinksConfig {
    /// Whether links that were asked for here are sent, paid by `oracle.submitter`.
    #[serde(default)]
    pub relay: bool,
    /// The most links that are sent in a day, by the chain's clock.
    #[serde(default = "defaults::per_day")]
    pub per_day: u64,
    /// The APIs of other oracles, whose attestations are gathered.
    #[serde(default)]
    pub oracles: Vec<String>,
}

mod defaults {
    pub(super) fn per_day() -> u64 {
        20
    }
}

impl Default for LinksConfig {
    fn default() -> Self {
        Self { relay: false, per_day: defaults::per_day(), oracles: Vec::new() }
    }
}

impl Config {
    /// The APIs that are asked for attestations.
    pub fn attesters(&self) -> Vec<String> {
        self.links.oracles.iter().cloned().chain(self.peers.iter().map(|peer| peer.url.clone())).collect()
    }
}

impl LinksConfig {
    /// The key that is wrong, and what is wrong with it.
    pub fn check(&self) -> Result<(), (&'static str, String)> {
        if !(1..=100_000).contains(&self.per_day) {
            return Err(("links.per_day", format!("is {}, not within 1 and 100000", self.per_day)));
        }
        let web = |url: &str| url::Url::parse(url).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
        match self.oracles.iter().find(|url| !web(url)) {
            // Not shown: what is not an address may hold a secret.
            Some(_) => Err(("links.oracles", "has an entry that is not an http(s) address".to_owned())),
            None => Ok(()),
        }
    }

    /// Key and value of each setting.
    pub(crate) fn shown(&self) -> Vec<(&'static str, String)> {
        let oracles: Vec<String> =
            self.oracles.iter().map(|url| crate::config::quoted(&crate::config::masked_url(url))).collect();
        vec![
            ("links.relay", self.relay.to_string()),
            ("links.per_day", self.per_day.to_string()),
            ("links.oracles", format!("[{}]", oracles.join(", "))),
        ]
    }
}
