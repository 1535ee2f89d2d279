//! Looks at everything a daemon needs, one thing after the other, and says what is wrong with it.

use crate::config::Config;
use crate::keys::OracleKey;
use crate::oracle::{connect, github, read_policy};
use crate::run::chain_of;
use crate::store::Store;
use secrecy::ExposeSecret as _;
use serde::Serialize;

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

    found("GitHub", look_at_github(config).await);

    match connect(config).await {
        Err(error) => found("chain", Err(text(&error))),
        Ok(chain) => {
            let now = chain.now().await;
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
    findings
}

async fn look_at_the_store(config: &Config) -> Result<String, String> {
    let url = config.database_url.read().map_err(|error| chain_of(&error))?;
    let store = Store::open(url.expose_secret()).await.map_err(|error| chain_of(&error))?;
    let about = store.about().await.map_err(|error| chain_of(&error))?;
    store.close().await;
    Ok(format!("{} {}, schema {}, at {}", about.kind, about.version, about.schema, config.database_url))
}

async fn look_at_github(config: &Config) -> Result<String, String> {
    let github = github(config).map_err(|error| chain_of(&error))?;
    for (owner, name) in config.repositories() {
        github.repository(&owner, &name).await.map_err(|error| chain_of(&error))?;
    }
    let listed = config.github.repositories.len();
    let seen = match &config.github.organization {
        Some(login) if listed == 0 => github.repositories(login).await.map_err(|error| chain_of(&error))?.len(),
        _ => listed,
    };
    Ok(format!("{} answers for {seen} repositories", config.github.api_url))
}
