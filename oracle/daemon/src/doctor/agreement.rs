//! How the oracles stand with one another: what the latest epochs wait for, what differs, and who refuses.

use super::Finding;
use crate::config::Config;
use crate::oracle::OracleError;
use crate::peers::Told;
use crate::store::Store;
use secrecy::ExposeSecret as _;

const WHAT: &str = "agreement";
const NEXT: &str = "docs/quorum.md says what each refusal means; `guerdon doctor --json` names all that differs";
/// Epochs that are looked at.
const LATEST: u32 = 3;
/// Items that a line names.
const NAMED: usize = 5;

pub(super) async fn look(config: &Config) -> Option<Finding> {
    if config.peers.is_empty() {
        return None;
    }
    let read = async || -> Result<Vec<Told>, OracleError> {
        let store = Store::open(config.database_url.read()?.expose_secret()).await?;
        let told = Told::latest(&store, LATEST).await;
        store.close().await;
        told
    };
    Some(match read().await {
        Ok(told) => of(&told),
        Err(error) => Finding::of::<OracleError>(WHAT, Err(error), NEXT),
    })
}

fn of(told: &[Told]) -> Finding {
    if told.is_empty() {
        return Finding::ok(WHAT, "no epoch was due yet");
    }
    let said = told.iter().map(line).collect::<Vec<_>>().join("; ");
    let is_wrong = |one: &Told| !one.two_faced.is_empty() || !one.dropped.is_empty() || one.serious().next().is_some();
    let is_off = |one: &Told| one.waiting.is_some() || !one.differences.is_empty();
    match () {
        () if told.iter().any(is_wrong) => Finding::failed(WHAT, said, NEXT),
        () if told.iter().any(is_off) => Finding::warning(WHAT, said, NEXT),
        () => Finding::ok(WHAT, said),
    }
}

fn line(told: &Told) -> String {
    let mut parts = vec![match &told.waiting {
        Some(waiting) => format!("epoch {} waits for {waiting}", told.epoch),
        None => format!("epoch {} is agreed on", told.epoch),
    }];
    if !told.differences.is_empty() {
        let named = told.differences.iter().take(NAMED).map(|difference| difference.key.to_string());
        let named = named.collect::<Vec<_>>().join(", ");
        parts.push(format!("{} items differ ({named})", told.differences.len()));
    }
    if !told.dropped.is_empty() {
        parts.push(format!("{} were dropped", told.dropped.len()));
    }
    parts.extend(told.two_faced.iter().map(|oracle| format!("{oracle} signed two lists")));
    parts.extend(told.refusals.iter().map(|(oracle, refusal)| format!("between here and {oracle}: {refusal}")));
    parts.join(", ")
}
