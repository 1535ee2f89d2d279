//! Looks at everything a daemon needs, one thing after the other, and says what is wrong with it.

mod github;

use crate::config::Config;
use crate::keys::{LOCAL_CHAIN, OracleKey};
use crate::oracle::{connect, read_policy};
use crate::run::chain_of;
use crate::store::Store;
use crate::witness::Endpoint;
use secrecy::ExposeSecret as _;
use serde::Serialize;
use std::time::{SystemTime, UNIX_EPOCH};

/// One thing that was looked at.
#[derive(Clone, Debug, Serialize)]
pub struct Finding {
    pub what: &'static str,
    pub passed: bool,
    pub detail: String,
}

impl Finding {
    pub fn mark(&self) -> &'static str {
        if self.passed { "ok    " } else { "FAILED" }
    }
}

/// Never stops at the first fault: an operator wants all of them.
pub async fn examine(config: &Config) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut found = |what, result: Result<String, String>| {
        let passed = result.is_ok();
        findings.push(Finding { what, passed, detail: result.unwrap_or_else(|error| error) });
    };
    let text = |error: &dyn std::error::Error| chain_of(error);

    let policy = read_policy(&config.policy).and_then(|policy| {
        policy.hash().map_err(|source| crate::oracle::OracleError::Policy { path: config.policy.clone(), source })
    });
    found("policy", policy.as_ref().map(|hash| format!("hash {hash}")).map_err(|error| text(error)));

    found("store", look_at_the_store(config).await);

    let mut clocks = Clocks { local: unix_now(), ..Clocks::default() };
    for (what, result) in github::look(config, &mut clocks.github_ahead).await {
        found(what, result);
    }

    let secret = config.api.webhook_secret.as_ref().map(|from| from.read().map(|_| from));
    found(
        "webhooks",
        match secret {
            None => Ok("off: set `api.webhook_secret` to take them at /webhooks/github".to_owned()),
            Some(secret) => secret
                .map(|from| format!("taken at /webhooks/github, signed with {from}"))
                .map_err(|error| text(&error)),
        },
    );

    let witness = config.witness.as_ref();
    found(
        "witness",
        witness.map_or(Ok("off: there is no section `[witness]`".to_owned()), |witness| {
            let said = |_| format!("{} is asked, for at most {} tokens a month", witness.model, witness.monthly_tokens);
            Endpoint::new(witness).map(said).map_err(|error| text(&error))
        }),
    );

    match connect(config).await {
        Err(error) => found("chain", Err(text(&error))),
        Ok(chain) => {
            let now = chain.now().await;
            clocks.chain = now.as_ref().ok().map(|now| now.timestamp);
            clocks.is_local_chain = chain.place().chain_id == LOCAL_CHAIN;
            found("chain", now.map(|now| format!("{chain:?}, block {}", now.block)).map_err(|error| text(&error)));
            let set = chain.oracle_set().await.map_err(|error| text(&error));
            found(
                "oracle set",
                set.as_ref()
                    .map(|set| format!("set {}: {} of {} must sign", set.id, set.threshold, set.members.len()))
                    .map_err(Clone::clone),
            );
            let paused = chain.paused_until().await.map_err(|error| text(&error));
            found(
                "pause",
                paused.and_then(|paused| match paused {
                    None => Ok("the distributor is not paused".to_owned()),
                    Some(until) => Err(format!("the guardian stopped posting and crediting until {until} at most")),
                }),
            );
            for source in &config.oracle.keys {
                let checked = OracleKey::load(source, chain.place().chain_id).map_err(|error| text(&error));
                found(
                    "key",
                    checked.and_then(|key| {
                        let address = key.address();
                        match &set {
                            Ok(set) if set.counts(&address) => Ok(format!("{address} is in the oracle set")),
                            Ok(set) if set.switched_off.contains(&address) => {
                                Err(format!("{address} was switched off: its signatures do not count any more"))
                            }
                            _ => Err(format!(
                                "{address} is not in the current oracle set: its signatures will not count"
                            )),
                        }
                    }),
                );
            }
            if let (Ok(hash), Ok(now)) = (policy, chain.now().await)
                && let Ok(schedule) = chain.schedule().await
                && let Some(epoch) = schedule.epoch_at(now.timestamp)
            {
                let terms = chain.terms_of(epoch).await;
                found(
                    "terms",
                    match terms {
                        Ok(Some(terms)) if terms.policy_hash == hash => {
                            Ok(format!("epoch {epoch} runs under this policy"))
                        }
                        Ok(Some(terms)) => {
                            Err(format!("epoch {epoch} runs under policy {}, not this one", terms.policy_hash))
                        }
                        Ok(None) => Err(format!("governance has set no terms for epoch {epoch}")),
                        Err(error) => Err(text(&error)),
                    },
                );
            }
        }
    }
    found("clock", clocks.compare());
    findings
}

async fn look_at_the_store(config: &Config) -> Result<String, String> {
    let url = config.database_url.read().map_err(|error| chain_of(&error))?;
    let store = Store::open(url.expose_secret()).await.map_err(|error| chain_of(&error))?;
    let about = store.about().await.map_err(|error| chain_of(&error))?;
    store.close().await;
    Ok(format!("{} {}, schema {}, at {}", about.kind, about.version, about.schema, config.database_url))
}

/// UTC seconds here, how far GitHub is ahead of that, and at the chain's latest block.
#[derive(Default)]
struct Clocks {
    local: u64,
    github_ahead: Option<i64>,
    chain: Option<u64>,
    is_local_chain: bool,
}

/// Tokens of an App and rate limits bear this; cutoffs are by the chain's clock alone.
const SKEW: u64 = 60;
/// A chain that stands still for longer is told; one ahead of us by more than [`SKEW`] is.
const STALE_BLOCK: u64 = 900;

impl Clocks {
    fn compare(&self) -> Result<String, String> {
        let (mut said, mut wrong) = (Vec::new(), false);
        if let Some(ahead) = self.github_ahead {
            wrong |= ahead.unsigned_abs() > SKEW;
            said.push(format!("GitHub is {}", apart(ahead)));
        }
        if let Some(chain) = self.chain {
            let ahead = i64::try_from(chain).unwrap_or(i64::MAX) - i64::try_from(self.local).unwrap_or(i64::MAX);
            // A local chain's clock is set by whoever tests with it.
            wrong |= !self.is_local_chain && (ahead > SKEW.cast_signed() || ahead < -STALE_BLOCK.cast_signed());
            said.push(format!("the chain's latest block is {}", apart(ahead)));
        }
        match (said.join(", "), wrong) {
            (said, _) if said.is_empty() => Ok("nobody to compare with".to_owned()),
            (said, true) => Err(format!("{said}: set this machine's clock (NTP), or look why the chain stands still")),
            (said, false) => Ok(said),
        }
    }
}

fn apart(ahead: i64) -> String {
    match ahead {
        0 => "at our second".to_owned(),
        1.. => format!("{ahead} s ahead of us"),
        _ => format!("{} s behind us", ahead.unsigned_abs()),
    }
}

fn unix_now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

#[cfg(test)]
mod tests {
    use super::Clocks;

    fn compare(github: i64, chain: u64, is_local_chain: bool) -> Result<String, String> {
        let clocks = Clocks { local: 10_000, github_ahead: Some(github), chain: Some(chain), is_local_chain };
        clocks.compare()
    }

    #[test]
    fn clocks_that_differ_are_told() {
        assert_eq!(
            compare(-2, 10_000, false).unwrap(),
            "GitHub is 2 s behind us, the chain's latest block is at our second"
        );
        assert!(compare(61, 10_000, false).unwrap_err().contains("GitHub is 61 s ahead of us"));
        assert!(compare(-61, 10_000, false).is_err());
        assert!(compare(0, 10_061, false).unwrap_err().contains("NTP"));
        assert!(compare(0, 9_099, false).is_err() && compare(0, 9_100, false).is_ok());
        assert!(compare(0, 900_000, true).is_ok(), "a local chain has its own time");
        assert!(Clocks::default().compare().is_ok());
    }
}
