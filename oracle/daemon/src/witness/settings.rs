//! The section `[witness]` of the configuration: which model is asked, how, and what it may cost.

use crate::config::quoted;
use crate::keys::SecretRef;
use guerdon_core::model::MAX_MODEL;
use serde::Deserialize;

/// Any OpenAI-compatible endpoint. Without the section nobody is asked.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WitnessConfig {
    /// Up to and without `/chat/completions`.
    pub endpoint: String,
    pub model: String,
    /// Sent as `Authorization: Bearer`; nothing is when absent.
    pub key: Option<SecretRef>,
    /// How often one pull request is asked about; the median counts.
    #[serde(default = "defaults::samples")]
    pub samples: u64,
    /// Answers that lie further apart than this, in thousandths of the usual, count as none.
    #[serde(default = "defaults::spread")]
    pub spread: u64,
    /// Seconds that one answer may take.
    #[serde(default = "defaults::timeout")]
    pub timeout: u64,
    /// Seconds that all the asking for one epoch may take; whoever is not asked by then is neutral.
    #[serde(default = "defaults::patience")]
    pub patience: u64,
    /// Tokens of a calendar month, by the chain's clock; when they are used up everybody is neutral.
    #[serde(default = "defaults::monthly_tokens")]
    pub monthly_tokens: u64,
    /// How many requests may be under way at once.
    #[serde(default = "defaults::concurrency")]
    pub concurrency: usize,
    /// The longest answer, in tokens.
    #[serde(default = "defaults::answer_tokens")]
    pub answer_tokens: u64,
    /// What the endpoint calls that limit.
    #[serde(default)]
    pub answer_limit: AnswerLimit,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AnswerLimit {
    #[default]
    MaxTokens,
    /// OpenAI's newer models know no other.
    MaxCompletionTokens,
}

impl AnswerLimit {
    pub fn name(self) -> &'static str {
        match self {
            Self::MaxTokens => "max_tokens",
            Self::MaxCompletionTokens => "max_completion_tokens",
        }
    }
}

mod defaults {
    pub(super) fn samples() -> u64 {
        3
    }
    pub(super) fn spread() -> u64 {
        200
    }
    pub(super) fn timeout() -> u64 {
        60
    }
    pub(super) fn patience() -> u64 {
        900
    }
    pub(super) fn monthly_tokens() -> u64 {
        5_000_000
    }
    pub(super) fn concurrency() -> usize {
        4
    }
    pub(super) fn answer_tokens() -> u64 {
        800
    }
}

impl WitnessConfig {
    /// The key that is wrong, and what is wrong with it.
    pub fn check(&self) -> Result<(), (&'static str, String)> {
        let url = url::Url::parse(&self.endpoint).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
        let Some(url) = url else { return Err(("witness.endpoint", "is not an http(s) address".to_owned())) };
        if !url.username().is_empty() || url.password().is_some() || url.query().is_some() || url.fragment().is_some() {
            let message = "has more than host and path: a key belongs into `witness.key`";
            return Err(("witness.endpoint", message.to_owned()));
        }
        let is_local = match url.host() {
            Some(url::Host::Domain(name)) => name == "localhost",
            Some(url::Host::Ipv4(address)) => address.is_loopback(),
            Some(url::Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        };
        if self.key.is_some() && url.scheme() == "http" && !is_local {
            let message = "is plain http, and `witness.key` would go over it in the clear: use https";
            return Err(("witness.endpoint", message.to_owned()));
        }
        if self.model.is_empty() || self.model.len() > MAX_MODEL || self.model.chars().any(char::is_control) {
            return Err(("witness.model", format!("has no or more than {MAX_MODEL} bytes, or control characters")));
        }
        for (key, value, low, high) in [
            ("witness.samples", self.samples, 1, 9),
            ("witness.spread", self.spread, 0, 1_000),
            ("witness.timeout", self.timeout, 1, 600),
            ("witness.patience", self.patience, 1, 86_400),
            ("witness.monthly_tokens", self.monthly_tokens, 0, 1_000_000_000_000),
            ("witness.concurrency", self.concurrency as u64, 1, 64),
            ("witness.answer_tokens", self.answer_tokens, 100, 100_000),
        ] {
            if !(low..=high).contains(&value) {
                return Err((key, format!("is {value}, not within {low} and {high}")));
            }
        }
        Ok(())
    }

    /// Key and value of each setting, secrets by reference only.
    pub(crate) fn shown(&self) -> Vec<(&'static str, String)> {
        let key = self.key.as_ref().map_or("# none: nothing is sent".to_owned(), |from| format!("{from} (masked)"));
        vec![
            ("witness.endpoint", quoted(&self.endpoint)),
            ("witness.model", quoted(&self.model)),
            ("witness.key", key),
            ("witness.samples", self.samples.to_string()),
            ("witness.spread", self.spread.to_string()),
            ("witness.timeout", self.timeout.to_string()),
            ("witness.patience", self.patience.to_string()),
            ("witness.monthly_tokens", self.monthly_tokens.to_string()),
            ("witness.concurrency", self.concurrency.to_string()),
            ("witness.answer_tokens", self.answer_tokens.to_string()),
            ("witness.answer_limit", quoted(self.answer_limit.name())),
        ]
    }
}
