//! From a delivery to its merge being scored, as the sender's clock and the daemon's log have it.

use super::Row;
use super::world::merge;
use alloy::transports::http::reqwest::Client;
use eyre::{OptionExt as _, Result, ensure};
use guerdon_tests::delivery::Delivery;
use guerdon_tests::github::model::{AccountId, ThreadRef};
use guerdon_tests::github::webhook::pull_request;
use guerdon_tests::sandbox::{Daemon, Sandbox};
use serde_json::Value;
use std::collections::BTreeMap;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

const SECRET: &str = "bench";
const TARGET_MS: f64 = 1_000.0;
const PATIENCE: Duration = Duration::from_secs(300);
/// The daemon syncs beside it, far more often than by default.
const SYNC_MS: u64 = 5_000;

/// A pull request by repository and number.
type Key = (u64, u64);

pub async fn measure(sandbox: &Sandbox, waiting: &[(ThreadRef, AccountId)], rate: u64) -> Result<Vec<Row>> {
    std::fs::write(sandbox.folder.join("webhook.token"), SECRET)?;
    let config = sandbox.folder.join("guerdon.toml");
    let text = std::fs::read_to_string(&config)?
        .replace("[api]", "[api]\nwebhook_secret = \"file:webhook.token\"")
        .replace("interval_ms = 200", &format!("interval_ms = {SYNC_MS}"));
    std::fs::write(&config, text)?;
    let daemon = sandbox.daemon().await?;
    let began = Instant::now();
    while daemon.get("/readyz").await?.0 != 200 {
        ensure!(began.elapsed() < PATIENCE, "the daemon is not ready: see {}", daemon.log.display());
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let asked = sandbox.github.requests().len();
    let sent = send_all(sandbox, &daemon, waiting, rate).await?;
    let scored = all_scored(&daemon, sent.len()).await?;
    let mut latencies = Vec::new();
    for (key, at) in &sent {
        let done = scored.get(key).ok_or_eyre("a merge was never scored")?;
        latencies.push(done - at);
    }
    latencies.sort_by(f64::total_cmp);
    let percentile = |percent: usize| {
        let at = (latencies.len() * percent).div_ceil(100).saturating_sub(1);
        latencies.get(at).copied().unwrap_or_default()
    };
    let objects = sandbox.github.requests().into_iter().skip(asked);
    let objects: Vec<_> = objects.filter(|request| request.operation.as_deref() == Some("Objects")).collect();
    let points: u64 = objects.iter().map(|request| request.cost).sum();
    Ok(vec![
        Row::new("merges: delivered", format!("{} at {rate}/s", sent.len())),
        Row::new("merges: p50 of delivery to score", format!("{:.0} ms", percentile(50))),
        Row::within("merges: p99 of delivery to score", percentile(99), TARGET_MS, " ms"),
        Row::new("merges: max of delivery to score", format!("{:.0} ms", percentile(100))),
        Row::new("merges: readings, points", format!("{}, {points}", objects.len())),
    ])
}

/// Milliseconds since 1970.
fn now() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64() * 1_000.0
}

/// Merges one after the other at a steady rate and tells the daemon; gives when each was told.
async fn send_all(
    sandbox: &Sandbox,
    daemon: &Daemon,
    waiting: &[(ThreadRef, AccountId)],
    rate: u64,
) -> Result<Vec<(Key, f64)>> {
    let (client, world) = (Client::new(), sandbox.github.world());
    let mut due = tokio::time::interval(Duration::from_micros(1_000_000 / rate));
    let mut under_way = Vec::new();
    for (pull, merger) in waiting {
        due.tick().await;
        merge(world, *pull, *merger)?;
        let payload = pull_request(world, *pull, "closed", *merger, None)?;
        let key = (pull.repository.0, u64::from(pull.number));
        let delivery = Delivery::new(SECRET, "pull_request", &format!("bench-{}-{}", key.0, key.1), &payload);
        let (client, api) = (client.clone(), daemon.api.clone());
        under_way.push(tokio::spawn(async move {
            let at = now();
            delivery.send(&client, &api).await.map(|answered| (key, at, answered))
        }));
    }
    let mut sent = Vec::new();
    for sending in under_way {
        let (key, at, answered) = sending.await??;
        ensure!(answered.status == 202, "a delivery was not taken: {answered:?}");
        sent.push((key, at));
    }
    Ok(sent)
}

/// When each merge was scored, by the daemon's log.
async fn all_scored(daemon: &Daemon, wanted: usize) -> Result<BTreeMap<Key, f64>> {
    let began = Instant::now();
    loop {
        let log = std::fs::read_to_string(&daemon.log)?;
        let lines = log.lines().filter(|line| line.contains("a merge was scored provisionally"));
        let scored: BTreeMap<Key, f64> =
            lines.filter_map(|line| scored_in(&serde_json::from_str(line).ok()?)).collect();
        if scored.len() >= wanted {
            return Ok(scored);
        }
        ensure!(
            began.elapsed() < PATIENCE,
            "{} of {wanted} merges were scored in time: see {}",
            scored.len(),
            daemon.log.display()
        );
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

fn scored_in(line: &Value) -> Option<(Key, f64)> {
    let number = |name: &str| line.pointer(&format!("/fields/{name}"))?.as_u64();
    Some(((number("repository")?, number("number")?), milliseconds(line.get("timestamp")?.as_str()?)?))
}

/// `2025-01-06T12:00:00.123456Z` in milliseconds since 1970.
fn milliseconds(timestamp: &str) -> Option<f64> {
    let (whole, part) = timestamp.strip_suffix('Z')?.split_once('.')?;
    let seconds = guerdon_tests::github::time::parse(&format!("{whole}Z"))?;
    let part: f64 = format!("0.{part}").parse().ok()?;
    let seconds = i32::try_from(seconds - 1_700_000_000).ok()?;
    Some((f64::from(seconds) + 1_700_000_000.0 + part) * 1_000.0)
}
