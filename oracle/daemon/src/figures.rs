//! Figures for operators: takes what a tick did, gives Prometheus text at `/metrics`.
//!
//! Every figure is in docs/metrics.md; a test compares. None of them decides anything.

use crate::fetch::{Budget, FetchReport, GitHub, Limit};
use crate::peers::Reason;
use crate::submit::Progress;
use alloy::primitives::{Address, U256};
use metrics::{counter, describe_counter, describe_gauge, gauge};
use metrics_exporter_prometheus::{BuildError, PrometheusBuilder, PrometheusHandle};
use std::collections::BTreeMap;

/// Name and meaning of each, in the order of docs/metrics.md.
pub const FIGURES: &[(&str, &str)] = &[
    ("guerdon_github_requests_total", "Requests to GitHub, the failed ones too"),
    ("guerdon_github_points_total", "GraphQL points, as GitHub counts them"),
    ("guerdon_github_limit", "What GitHub grants an hour, by resource"),
    ("guerdon_github_remaining", "What is left of it until its reset, by resource"),
    ("guerdon_fetch_objects_total", "Objects that were new or changed, by repository and kind"),
    ("guerdon_fetch_missing", "Listed repositories that GitHub does not show"),
    ("guerdon_fetched_timestamp_seconds", "The chain's time when the last complete fetch began"),
    (
        "guerdon_witness_total",
        "Pull requests that the witness was to judge, by outcome: `answered`, or why it is neutral",
    ),
    ("guerdon_witness_flagged_total", "Those whose text tries to instruct the witness"),
    ("guerdon_witness_month_tokens", "Tokens counted against `witness.monthly_tokens` in the running month"),
    ("guerdon_peer_answers", "Whether another oracle answered when it was asked last (1) or not (0), by its address"),
    ("guerdon_peer_refusals_total", "Batches that an oracle refused to sign, here or there, by reason"),
    ("guerdon_facts_differing", "Items of the epoch under way that not all oracles hold alike"),
    ("guerdon_facts_carried", "Those of them that too few hold alike, so that they wait for the next epoch"),
    ("guerdon_facts_dropped", "Those that have waited as long as they may and are dropped"),
    (
        "guerdon_transactions_total",
        "Transactions by purpose and outcome: `mined`, `failed`, `raised` (sent with a higher fee), `replaced`, `dropped`",
    ),
    (
        "guerdon_transaction_waiting_seconds",
        "How long the transaction in flight waits to be mined; 0 when there is none",
    ),
    ("guerdon_transaction_at_cap", "1 while `chain.max_fee` keeps a transaction from being sent with a higher fee"),
    ("guerdon_reorgs_total", "Transactions that a reorg took back or moved to another block"),
    ("guerdon_submitter_balance_wei", "What the account that pays for transactions has"),
    ("guerdon_submitter_short", "1 while that does not pay for the next transaction"),
    ("guerdon_rpc_requests_total", "Requests to RPCs, by host and outcome: `answered`, `failed`"),
    ("guerdon_rpc_lag_blocks", "How far an RPC is behind the best one, by host"),
    ("guerdon_rpc_disagreements_total", "Times that RPCs answered differently at the same block"),
    ("guerdon_evidence_bytes", "The size of the last evidence that was cut, by `packing`: `plain` or `zstd`"),
    ("guerdon_evidence_facts", "Facts in it"),
    ("guerdon_evidence_uploads_total", "Attempts to put evidence elsewhere, by place and outcome: `done` or `failed`"),
    ("guerdon_watch_batches", "Batches that can be challenged now"),
    ("guerdon_watch_right", "Those of them in which everything is right"),
    ("guerdon_watch_alerts_total", "Alerts, by kind as in docs/watch.md"),
    ("guerdon_watch_timestamp_seconds", "The chain's time of the last complete look at it"),
    (
        "guerdon_link_attestations_total",
        "Attestations of links that were asked for, by outcome: `attested`, or why not",
    ),
    ("guerdon_links_pending", "Re-links that wait"),
    ("guerdon_links_pending_oldest_seconds", "How long the oldest of them has waited, by the chain's clock"),
    ("guerdon_links_relayed_total", "Links that were sent for contributors"),
    ("guerdon_tick_timestamp_seconds", "The chain's time of the last tick in which nothing failed"),
    ("guerdon_ticks_failed_total", "Ticks in which something failed"),
    (
        "guerdon_epochs",
        "Epochs that are due and not done, by step: `waiting`, `window`, `frozen`, `paused`, `void`, `failed` (the next tick tries again)",
    ),
    ("guerdon_epochs_expired_total", "Epochs that stay unpaid, because no batch can be posted for them any more"),
    ("guerdon_leads", "1 while this process works on its database, 0 while it stands by for another that does"),
    ("guerdon_api_answers_total", "Answers of the API's public routes, by status code"),
    ("guerdon_api_turned_away_total", "Connections that were closed because their address had too many"),
];

/// Takes the place that all of the process writes its figures to; once in a process.
pub fn install() -> Result<PrometheusHandle, BuildError> {
    let handle = PrometheusBuilder::new().install_recorder()?;
    for &(name, meaning) in FIGURES {
        if name.ends_with("_total") {
            describe_counter!(name, meaning);
        } else {
            describe_gauge!(name, meaning);
        }
    }
    Ok(handle)
}

#[expect(clippy::cast_precision_loss, reason = "a gauge is a float; nothing is computed from it")]
fn set(name: &'static str, value: u64) {
    gauge!(name).set(value as f64);
}

/// Whether a peer answered.
pub(crate) fn peer(address: Address, answered: bool) {
    gauge!("guerdon_peer_answers", "oracle" => address.to_string()).set(if answered { 1.0 } else { 0.0 });
}

/// A refusal that was given or got.
pub(crate) fn refused(reason: Reason) {
    counter!("guerdon_peer_refusals_total", "reason" => reason.name()).increment(1);
}

/// What came of an epoch's exchange of facts.
pub(crate) fn differing(differing: usize, carried: usize, dropped: usize) {
    set("guerdon_facts_differing", differing as u64);
    set("guerdon_facts_carried", carried as u64);
    set("guerdon_facts_dropped", dropped as u64);
}

/// After a complete fetch that began at `now`, by the chain's clock.
pub(crate) fn fetched(github: &GitHub, report: &FetchReport, now: u64) {
    counter!("guerdon_github_requests_total").absolute(github.usage().requests);
    counter!("guerdon_github_points_total").absolute(github.usage().points);
    let Budget { graphql, core } = github.budget();
    limit("graphql", graphql);
    limit("core", core);
    for found in &report.repositories {
        let kinds = [
            ("pull", found.pulls),
            ("unmerged", found.unmerged),
            ("issue", found.issues),
            ("discussion", found.discussions),
            ("comment", found.comments),
            ("again", found.reread),
        ];
        for (kind, saved) in kinds {
            let repository = found.repository.full_name();
            counter!("guerdon_fetch_objects_total", "repository" => repository, "kind" => kind)
                .increment(saved.new + saved.changed);
        }
    }
    set("guerdon_fetch_missing", report.missing.len() as u64);
    set("guerdon_fetched_timestamp_seconds", now);
}

#[expect(clippy::cast_precision_loss, reason = "a gauge is a float; nothing is computed from it")]
fn limit(resource: &'static str, limit: Option<Limit>) {
    if let Some(limit) = limit {
        gauge!("guerdon_github_limit", "resource" => resource).set(limit.limit as f64);
        gauge!("guerdon_github_remaining", "resource" => resource).set(limit.remaining as f64);
    }
}

/// After the witness of one pull request was made.
pub(crate) fn witnessed(outcome: &'static str, flagged: bool) {
    counter!("guerdon_witness_total", "outcome" => outcome).increment(1);
    counter!("guerdon_witness_flagged_total").increment(u64::from(flagged));
}

/// After an epoch's witnesses were made.
pub(crate) fn spent(tokens: u64) {
    set("guerdon_witness_month_tokens", tokens);
}

/// After something became of a transaction.
pub(crate) fn transaction(purpose: &str, outcome: &'static str) {
    counter!("guerdon_transactions_total", "purpose" => purpose.to_owned(), "outcome" => outcome).increment(1);
}

/// After a look at what is in flight.
pub(crate) fn in_flight(seconds: u64) {
    set("guerdon_transaction_waiting_seconds", seconds);
    if seconds == 0 {
        at_cap(false);
    }
}

pub(crate) fn at_cap(is_at_cap: bool) {
    set("guerdon_transaction_at_cap", u64::from(is_at_cap));
}

pub(crate) fn reorg() {
    counter!("guerdon_reorgs_total").increment(1);
}

pub(crate) fn submitter_balance(wei: U256) {
    gauge!("guerdon_submitter_balance_wei").set(f64::from(wei));
}

pub(crate) fn submitter_short(is_short: bool) {
    set("guerdon_submitter_short", u64::from(is_short));
}

/// After one request to an RPC.
pub(crate) fn rpc(host: &str, answered: bool) {
    let outcome = if answered { "answered" } else { "failed" };
    counter!("guerdon_rpc_requests_total", "host" => host.to_owned(), "outcome" => outcome).increment(1);
}

#[expect(clippy::cast_precision_loss, reason = "a gauge is a float; nothing is computed from it")]
pub(crate) fn rpc_lag(host: &str, blocks: u64) {
    gauge!("guerdon_rpc_lag_blocks", "host" => host.to_owned()).set(blocks as f64);
}

pub(crate) fn rpc_disagreement() {
    counter!("guerdon_rpc_disagreements_total").increment(1);
}

#[expect(clippy::cast_precision_loss, reason = "a gauge is a float; nothing is computed from it")]
/// After evidence was cut, or found at the start. Sizes in bytes.
pub(crate) fn cut(plain: u64, packed: u64, facts: u64) {
    gauge!("guerdon_evidence_bytes", "packing" => "plain").set(plain as f64);
    gauge!("guerdon_evidence_bytes", "packing" => "zstd").set(packed as f64);
    set("guerdon_evidence_facts", facts);
}

/// After an attempt to put evidence elsewhere.
pub(crate) fn uploaded(place: &'static str, done: bool) {
    let outcome = if done { "done" } else { "failed" };
    counter!("guerdon_evidence_uploads_total", "place" => place, "outcome" => outcome).increment(1);
}

/// After the watchtower looked at all that can be challenged.
pub(crate) fn looked(now: u64, batches: usize, right: usize) {
    set("guerdon_watch_batches", batches as u64);
    set("guerdon_watch_right", right as u64);
    set("guerdon_watch_timestamp_seconds", now);
}

/// After the watchtower found something.
pub(crate) fn alerted(kind: &'static str) {
    counter!("guerdon_watch_alerts_total", "kind" => kind).increment(1);
}

/// After an attestation was asked for.
pub(crate) fn attested(outcome: &'static str) {
    counter!("guerdon_link_attestations_total", "outcome" => outcome).increment(1);
}

/// After a look at the links that wait.
pub(crate) fn pending_links(count: usize, oldest: u64) {
    set("guerdon_links_pending", count as u64);
    set("guerdon_links_pending_oldest_seconds", oldest);
}

/// After a link was sent.
pub(crate) fn relayed() {
    counter!("guerdon_links_relayed_total").increment(1);
}

/// After a tick in which nothing failed.
pub(crate) fn ticked(now: u64) {
    set("guerdon_tick_timestamp_seconds", now);
}

/// The steps that an open epoch can be at, as [`Progress`] names them, and `failed`.
const STEPS: [&str; 6] = ["waiting", "window", "frozen", "paused", "void", "failed"];

/// Where the epochs of one tick stand.
#[derive(Debug, Default)]
pub(crate) struct Steps(BTreeMap<String, u64>);

impl Steps {
    /// One epoch that was tried; none when that failed.
    pub(crate) fn count(&mut self, progress: Option<&Progress>) {
        let named = progress.and_then(|progress| serde_json::to_value(progress).ok());
        let step = named.as_ref().and_then(|named| named.get("step")?.as_str()).unwrap_or("failed");
        *self.0.entry(step.to_owned()).or_default() += 1;
        if matches!(progress, Some(Progress::Expired)) {
            counter!("guerdon_epochs_expired_total").increment(1);
        }
    }
}

/// After a tick that looked at every epoch that is due.
pub(crate) fn steps(steps: &Steps) {
    for step in STEPS {
        let count = steps.0.get(step).copied().unwrap_or_default();
        gauge!("guerdon_epochs", "step" => step).set(f64::from(u32::try_from(count).unwrap_or(u32::MAX)));
    }
}

/// After a tick in which something failed.
pub(crate) fn failed() {
    counter!("guerdon_ticks_failed_total").increment(1);
}

/// Before every tick.
pub(crate) fn leads(leads: bool) {
    set("guerdon_leads", leads.into());
}

/// After an answer of a public route.
pub(crate) fn answered(status: u16) {
    counter!("guerdon_api_answers_total", "status" => status.to_string()).increment(1);
}

/// After a connection that was not taken.
pub(crate) fn turned_away() {
    counter!("guerdon_api_turned_away_total").increment(1);
}

#[cfg(test)]
mod tests {
    use super::FIGURES;

    #[test]
    fn every_figure_is_in_the_docs_as_it_is_in_the_code() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/metrics.md");
        let docs = std::fs::read_to_string(path).unwrap();
        let rows: Vec<String> = FIGURES.iter().map(|(name, meaning)| format!("| `{name}` | {meaning} |")).collect();
        let listed: Vec<&str> = docs.lines().filter(|line| line.starts_with("| `")).collect();
        assert_eq!(listed, rows);
    }
}
