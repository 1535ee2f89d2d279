//! Where the chain is and how transactions are sent: takes the section `[chain]`, gives checked settings.

use crate::config::{masked_url, quoted};
use serde::de::{self, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use std::fmt;
use std::path::PathBuf;

/// One RPC address or several; it never shows more of them than their hosts.
#[derive(Clone, PartialEq, Eq)]
pub struct RpcUrls(pub(super) Vec<String>);

impl RpcUrls {
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }
}

impl<T: Into<String>> From<T> for RpcUrls {
    fn from(url: T) -> Self {
        Self(vec![url.into()])
    }
}

impl From<&RpcUrls> for RpcUrls {
    fn from(urls: &RpcUrls) -> Self {
        urls.clone()
    }
}

impl FromIterator<String> for RpcUrls {
    fn from_iter<I: IntoIterator<Item = String>>(urls: I) -> Self {
        Self(urls.into_iter().collect())
    }
}

impl fmt::Debug for RpcUrls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for RpcUrls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown: Vec<String> = self.iter().map(masked_url).collect();
        f.write_str(&shown.join(", "))
    }
}

impl<'de> Deserialize<'de> for RpcUrls {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OneOrSeveral;
        impl<'de> Visitor<'de> for OneOrSeveral {
            type Value = RpcUrls;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an address or a list of addresses")
            }

            fn visit_str<E: de::Error>(self, url: &str) -> Result<RpcUrls, E> {
                Ok(url.into())
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<RpcUrls, A::Error> {
                let mut urls = Vec::new();
                while let Some(url) = list.next_element()? {
                    urls.push(url);
                }
                Ok(RpcUrls(urls))
            }
        }
        deserializer.deserialize_any(OneOrSeveral)
    }
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChainConfig {
    pub rpc_url: RpcUrls,
    /// What `guerdon-deploy` wrote.
    pub deployment: PathBuf,
    /// How many RPCs must give the same answer at the same block. When absent: two of several, and one goes on
    /// alone while no other answers.
    pub rpc_agree: Option<usize>,
    /// How many blocks must follow before a block counts: its links, and what was done in it.
    #[serde(default = "defaults::confirmations")]
    pub confirmations: u64,
    /// Seconds until a transaction that is not mined is sent again with a higher fee.
    #[serde(default = "defaults::stall")]
    pub stall: u64,
    /// The most that is ever offered for a unit of gas, in gwei.
    #[serde(default = "defaults::max_fee")]
    pub max_fee: u64,
}

mod defaults {
    pub(super) fn confirmations() -> u64 {
        5
    }
    pub(super) fn stall() -> u64 {
        120
    }
    pub(super) fn max_fee() -> u64 {
        200
    }
}

/// How patient and how generous a sender is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Blocks.
    pub confirmations: u64,
    /// Seconds.
    pub stall: u64,
    /// Wei.
    pub max_fee: u128,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            confirmations: defaults::confirmations(),
            stall: defaults::stall(),
            max_fee: u128::from(defaults::max_fee()) * GWEI,
        }
    }
}

const GWEI: u128 = 1_000_000_000;

impl ChainConfig {
    pub fn limits(&self) -> Limits {
        let max_fee = u128::from(self.max_fee) * GWEI;
        Limits { confirmations: self.confirmations, stall: self.stall, max_fee }
    }

    /// The key that is wrong, and how.
    pub(crate) fn check(&self) -> Result<(), (&'static str, String)> {
        let urls: Vec<Option<url::Url>> = self.rpc_url.iter().map(|url| super::error::parse(url).ok()).collect();
        if urls.is_empty() {
            return Err(("chain.rpc_url", "has no address".to_owned()));
        }
        if let Some(nth) = urls.iter().position(Option::is_none) {
            let message = match urls.len() {
                1 => "is not an http(s) address".to_owned(),
                _ => format!("has an entry that is not an http(s) address (number {})", nth + 1),
            };
            return Err(("chain.rpc_url", message));
        }
        if (1..urls.len()).any(|nth| urls.iter().take(nth).any(|url| Some(url) == urls.get(nth))) {
            return Err(("chain.rpc_url", "has the same address twice".to_owned()));
        }
        if let Some(agree) = self.rpc_agree
            && !(1..=urls.len()).contains(&agree)
        {
            return Err(("chain.rpc_agree", format!("is {agree}, but chain.rpc_url has {} addresses", urls.len())));
        }
        for (key, value, low, high) in [
            ("chain.confirmations", self.confirmations, 0, 1_000),
            ("chain.stall", self.stall, 1, 86_400),
            ("chain.max_fee", self.max_fee, 1, 1_000_000),
        ] {
            if !(low..=high).contains(&value) {
                return Err((key, format!("is {value}, not within {low} and {high}")));
            }
        }
        Ok(())
    }

    /// Key and value of each setting, addresses masked.
    pub(crate) fn shown(&self) -> Vec<(&'static str, String)> {
        let agree = match self.rpc_agree {
            Some(agree) => agree.to_string(),
            None if self.rpc_url.0.len() > 1 => "# 2, or 1 while no other answers".to_owned(),
            None => "# 1".to_owned(),
        };
        let urls: Vec<String> = self.rpc_url.iter().map(|url| quoted(&masked_url(url))).collect();
        let rpc_url = match urls.as_slice() {
            [one] => one.clone(),
            several => format!("[{}]", several.join(", ")),
        };
        vec![
            ("chain.rpc_url", rpc_url),
            ("chain.deployment", quoted(&self.deployment.display().to_string())),
            ("chain.rpc_agree", agree),
            ("chain.confirmations", self.confirmations.to_string()),
            ("chain.stall", self.stall.to_string()),
            ("chain.max_fee", self.max_fee.to_string()),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<ChainConfig, String> {
        let text = format!("{text}\ndeployment = \"deployment.json\"");
        let config: ChainConfig = toml::from_str(&text).map_err(|error| error.message().to_owned())?;
        config.check().map_err(|(key, message)| format!("{key} {message}"))?;
        Ok(config)
    }

    #[test]
    fn an_rpc_is_one_address_or_several_and_none_is_shown_whole() {
        let one = read("rpc_url = \"https://one.example.org/v2/SECRET\"").unwrap();
        let several = read("rpc_url = [\"https://user:SECRET@one.example.org\", \"http://two.example.org\"]").unwrap();
        assert_eq!(one.rpc_url.iter().count(), 1);
        assert_eq!(several.rpc_url.to_string(), "https://one.example.org, http://two.example.org");
        let shown = format!("{one:?} {several:?} {:?} {:?}", one.shown(), several.shown());
        assert!(!shown.contains("SECRET"), "{shown}");
    }

    #[test]
    fn wrong_settings_are_named() {
        let two = "rpc_url = [\"http://one\", \"http://two\"]";
        for (text, words) in [
            ("rpc_url = []".to_owned(), "chain.rpc_url has no address"),
            ("rpc_url = 7".to_owned(), "an address or a list of addresses"),
            ("rpc_url = \"ftp://one\"".to_owned(), "chain.rpc_url is not an http(s) address"),
            ("rpc_url = [\"http://one\", \"two\"]".to_owned(), "(number 2)"),
            ("rpc_url = [\"http://one\", \"http://one/\"]".to_owned(), "the same address twice"),
            (format!("{two}\nrpc_agree = 3"), "chain.rpc_agree is 3, but chain.rpc_url has 2"),
            (format!("{two}\nrpc_agree = 0"), "chain.rpc_agree is 0"),
            (format!("{two}\nstall = 0"), "chain.stall is 0"),
            (format!("{two}\nmax_fee = 0"), "chain.max_fee is 0"),
            (format!("{two}\nconfirmations = 5000"), "chain.confirmations is 5000"),
        ] {
            let error = read(&text).unwrap_err();
            assert!(error.contains(words), "{text}: {error}");
        }
    }
}
