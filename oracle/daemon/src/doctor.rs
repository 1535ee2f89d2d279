//! Looks at everything a daemon needs, one thing after the other, and says what is wrong with it and what to do.

mod agreement;
mod chain;
mod clock;
mod evidence;
mod github;
mod peers;

use crate::config::Config;
use crate::oracle::{OracleError, connect, read_policy};
use crate::run::chain_of;
use crate::store::Store;
use crate::witness::Endpoint;
use secrecy::ExposeSecret as _;
use serde::Serialize;

/// How something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    Ok,
    /// It works now; somebody should look before it does not.
    Warning,
    Failed,
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    pub what: &'static str,
    pub state: State,
    pub detail: String,
    /// What to do about it, where it is not well.
    pub next: Option<String>,
}

impl Finding {
    pub fn ok(what: &'static str, detail: impl Into<String>) -> Self {
        Self { what, state: State::Ok, detail: detail.into(), next: None }
    }

    pub fn warning(what: &'static str, detail: impl Into<String>, next: impl Into<String>) -> Self {
        Self { what, state: State::Warning, detail: detail.into(), next: Some(next.into()) }
    }

    pub fn failed(what: &'static str, detail: impl Into<String>, next: impl Into<String>) -> Self {
        Self { what, state: State::Failed, detail: detail.into(), next: Some(next.into()) }
    }

    /// A fault with all that caused it.
    fn of<E: std::error::Error>(what: &'static str, result: Result<String, E>, next: &str) -> Self {
        match result {
            Ok(detail) => Self::ok(what, detail),
            Err(error) => Self::failed(what, chain_of(&error), next),
        }
    }

    /// As people read it: one line, and a second one with what to do.
    pub fn text(&self) -> String {
        let mark = match self.state {
            State::Ok => "ok    ",
            State::Warning => "warn  ",
            State::Failed => "FAILED",
        };
        let next = self.next.as_ref().map_or(String::new(), |next| format!("       next: {next}\n"));
        format!("{mark} {}: {}\n{next}", self.what, self.detail)
    }
}

/// Never stops at the first fault: an operator wants all of them.
pub async fn examine(config: &Config) -> Vec<Finding> {
    let mut findings = Vec::new();
    let policy = read_policy(&config.policy)
        .and_then(|policy| policy.hash().map_err(|source| OracleError::Policy { path: config.policy.clone(), source }));
    let shown = policy.as_ref().map(|hash| format!("hash {hash}"));
    findings.push(Finding::of("policy", shown, "put the policy file that governance voted for where `policy` says"));
    findings.push(store(config).await);
    let mut clocks = clock::Clocks::here();
    findings.extend(github::look(config, &mut clocks.github_ahead).await);
    findings.extend(agreement::look(config).await);
    findings.push(webhooks(config));
    findings.push(witness(config));
    match connect(config).await {
        Err(error) => findings.push(Finding::failed(
            "chain",
            chain_of(&error),
            "check `chain.rpc_url` and `chain.deployment`, or name another RPC: docs/runbook.md, \"RPC down\"",
        )),
        Ok(chain) => {
            let seen = chain::look(config, &chain, policy.ok(), &mut clocks).await;
            findings.extend(seen.findings);
            if let Some(set) = seen.set {
                findings.push(evidence::look(&chain, &set).await);
                let peers = config.peers.iter().map(|peer| (peer.address, peer.url.as_str()));
                findings.extend(peers::look(peers, &set).await);
            }
        }
    }
    findings.push(clocks.compare());
    findings
}

async fn store(config: &Config) -> Finding {
    let look = async || -> Result<String, OracleError> {
        let store = Store::open(config.database_url.read()?.expose_secret()).await?;
        let about = store.about().await?;
        store.close().await;
        Ok(format!("{} {}, schema {}, at {}", about.kind, about.version, about.schema, config.database_url))
    };
    let next = "see that the database runs, is reachable and has room: docs/runbook.md, \"The database is gone\"";
    Finding::of("store", look().await, next)
}

fn webhooks(config: &Config) -> Finding {
    let Some(from) = &config.api.webhook_secret else {
        return Finding::ok("webhooks", "off: set `api.webhook_secret` to take them at /webhooks/github");
    };
    let said = from.read().map(|_| format!("taken at /webhooks/github, signed with {from}"));
    Finding::of("webhooks", said, "put the secret there that GitHub signs with, or take `api.webhook_secret` out")
}

fn witness(config: &Config) -> Finding {
    let Some(witness) = &config.witness else {
        return Finding::ok("witness", "off: there is no section `[witness]`");
    };
    let said = |_| format!("{} is asked, for at most {} tokens a month", witness.model, witness.monthly_tokens);
    Finding::of("witness", Endpoint::new(witness).map(said), "mend the section `[witness]`: docs/witness.md")
}
