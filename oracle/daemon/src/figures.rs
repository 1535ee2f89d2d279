//! Figures for operators: takes what a tick did, gives Prometheus text at `/metrics`.
//!
//! Every figure is in docs/metrics.md; a test compares. None of them decides anything.

use crate::fetch::{Budget, FetchReport, GitHub, Limit};
use metrics::{counter, describe_counter, describe_gauge, gauge};
use metrics_exporter_prometheus::{BuildError, PrometheusBuilder, PrometheusHandle};

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
    (
        "guerdon_link_attestations_total",
        "Attestations of links that were asked for, by outcome: `attested`, or why not",
    ),
    ("guerdon_links_pending", "Re-links that wait"),
    ("guerdon_links_pending_oldest_seconds", "How long the oldest of them has waited, by the chain's clock"),
    ("guerdon_links_relayed_total", "Links that were sent for contributors"),
    ("guerdon_tick_timestamp_seconds", "The chain's time of the last tick in which nothing failed"),
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
