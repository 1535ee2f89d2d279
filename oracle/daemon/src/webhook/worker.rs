//! Works off what deliveries named: reads it from GitHub again, keeps it, and scores the running
//! epoch when a merge was among it.
//!
//! A burst becomes a few requests: what waits is read together, each object once. When GitHub is
//! down the queue waits with it.

use super::{REMEMBERED, Webhooks, now};
use crate::fetch::{self, FetchError, GitHub};
use crate::oracle::{Oracle, OracleError, Result};
use crate::provisional::Running;
use crate::run::chain_of;
use crate::store::{Delivery, RecordKind, Repository};
use guerdon_core::model::RepositoryId;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// One act on GitHub sends several deliveries within moments.
const GATHER: Duration = Duration::from_millis(50);
/// With this many objects a reading costs one point by GitHub's formula.
const OBJECTS_A_READING: usize = 33;
const AT_ONCE: u32 = 1_000;
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// How often what a provisional score begins with is made anew: what the sync read is seen after this.
const PREPARE: Duration = Duration::from_secs(20);
const FORGET: Duration = Duration::from_secs(3_600);
/// GitHub may not show a merge for some moments; after this the sync's reading is as good.
const MERGE_SHOWS: Duration = Duration::from_secs(60);

/// Runs until cancelled.
pub async fn work(oracle: &Oracle, webhooks: &Webhooks, running: &Running, cancelled: CancellationToken) -> Result<()> {
    let github = oracle.github()?;
    let all = async {
        tokio::join!(read_queue(oracle, &github, webhooks, running), prepare(oracle, running), forget(oracle))
    };
    tokio::select! {
        () = cancelled.cancelled() => {}
        _ = all => {}
    }
    Ok(())
}

/// A reading that is given up half-way is made again: nothing is marked before it is kept.
async fn read_queue(oracle: &Oracle, github: &GitHub, webhooks: &Webhooks, running: &Running) {
    let mut pause = FIRST_PAUSE;
    // What waited when the daemon ended.
    webhooks.wake();
    loop {
        webhooks.waiting.notified().await;
        tokio::time::sleep(GATHER).await;
        match work_off(oracle, github, webhooks, running).await {
            Ok(rest) => {
                pause = FIRST_PAUSE;
                if matches!(rest, Rest::ShowsLater) {
                    // Others do not wait for it.
                    _ = tokio::time::timeout(FIRST_PAUSE, webhooks.waiting.notified()).await;
                    webhooks.wake();
                }
            }
            Err(error) => {
                let (error, seconds) = (chain_of(&error), pause.as_secs());
                tracing::warn!(error, seconds, "what webhooks named cannot be read now; it waits");
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(LONGEST_PAUSE);
                webhooks.wake();
            }
        }
    }
}

async fn prepare(oracle: &Oracle, running: &Running) {
    let mut due = tokio::time::interval(PREPARE);
    loop {
        due.tick().await;
        if let Err(error) = running.prepare(oracle).await {
            tracing::debug!(error = %chain_of(&error), "no provisional score can be made now");
        }
    }
}

async fn forget(oracle: &Oracle) {
    let mut due = tokio::time::interval(FORGET);
    loop {
        due.tick().await;
        if let Err(error) = oracle.store.forget_deliveries(now().saturating_sub(millis(REMEMBERED))).await {
            tracing::warn!(error = %chain_of(&error), "old deliveries could not be forgotten; trying again in an hour");
        }
    }
}

/// What is left in the queue.
enum Rest {
    Nothing,
    /// Merges that GitHub does not show yet.
    ShowsLater,
}

async fn work_off(oracle: &Oracle, github: &GitHub, webhooks: &Webhooks, running: &Running) -> Result<Rest> {
    let mut unshown = BTreeSet::new();
    loop {
        let mut waiting = oracle.store.waiting_deliveries(AT_ONCE).await?;
        waiting.retain(|delivery| !unshown.contains(&delivery.id));
        if waiting.is_empty() {
            return Ok(if unshown.is_empty() { Rest::Nothing } else { Rest::ShowsLater });
        }
        let mut by_repository: BTreeMap<u64, Vec<Delivery>> = BTreeMap::new();
        for delivery in waiting {
            by_repository.entry(delivery.repository).or_default().push(delivery);
        }
        let known: BTreeMap<u64, Repository> =
            oracle.store.listed().await?.into_iter().map(|repository| (repository.id, repository)).collect();
        // One repository that cannot be read does not keep the others waiting.
        let mut failed = None;
        for (repository, deliveries) in by_repository {
            let Some(repository) = known.get(&repository) else {
                // It was taken out meanwhile.
                let ids: Vec<String> = deliveries.into_iter().map(|delivery| delivery.id).collect();
                oracle.store.deliveries_read(&ids, now()).await?;
                continue;
            };
            match read_again(oracle, github, webhooks, running, repository, deliveries).await {
                Ok(later) => unshown.extend(later),
                Err(error) => drop(failed.get_or_insert(error)),
            }
        }
        if let Some(error) = failed {
            return Err(error);
        }
    }
}

/// Gives the ids of the deliveries whose merge GitHub does not show yet.
async fn read_again(
    oracle: &Oracle,
    github: &GitHub,
    webhooks: &Webhooks,
    running: &Running,
    repository: &Repository,
    deliveries: Vec<Delivery>,
) -> Result<Vec<String>> {
    let mut by_node: BTreeMap<&str, Vec<&Delivery>> = BTreeMap::new();
    let mut order = Vec::new();
    for delivery in &deliveries {
        let of_node = by_node.entry(&delivery.node).or_default();
        if of_node.is_empty() {
            order.push(delivery.node.clone());
        }
        of_node.push(delivery);
    }
    let mut later = Vec::new();
    for nodes in order.chunks(OBJECTS_A_READING) {
        refresh(oracle, github, repository, nodes).await?;
        webhooks.counts.read.fetch_add(nodes.len().try_into().unwrap_or(0), Ordering::Relaxed);
        let read = nodes.iter().filter_map(|node| by_node.get(node.as_str())).flatten().copied();
        let changed: Vec<_> = read.clone().map(|delivery| (RepositoryId(repository.id), delivery.number)).collect();
        let (mut done, mut merges) = (Vec::new(), Vec::new());
        for delivery in read {
            if delivery.merge {
                if oracle.store.versions(repository.id, RecordKind::Pull, delivery.number, 0).await? > 0 {
                    merges.push(delivery);
                } else if now().saturating_sub(delivery.received) < millis(MERGE_SHOWS) {
                    later.push(delivery.id.clone());
                    continue;
                }
            }
            done.push(delivery.id.clone());
        }
        running.changed(changed).await;
        oracle.store.deliveries_read(&done, now()).await?;
        if !merges.is_empty() {
            score(oracle, webhooks, running, &merges).await;
        }
    }
    Ok(later)
}

/// Reads the objects and keeps them. One that cannot be read at all is left to the sync, which says what
/// is wrong with it; the others are read without it.
async fn refresh(oracle: &Oracle, github: &GitHub, repository: &Repository, nodes: &[String]) -> Result<()> {
    let refused = match fetch::refresh(github, &oracle.store, &oracle.plan(), repository, nodes).await {
        Ok(_) => return Ok(()),
        Err(error @ (FetchError::Shape { .. } | FetchError::Record { .. } | FetchError::Query { .. })) => error,
        Err(error) => return Err(error.into()),
    };
    let (first, second) = nodes.split_at(nodes.len() / 2);
    if first.is_empty() {
        let error = chain_of(&refused);
        tracing::warn!(repository = repository.id, ?nodes, error, "an object cannot be read; the sync will try");
        return Ok(());
    }
    Box::pin(refresh(oracle, github, repository, first)).await?;
    Box::pin(refresh(oracle, github, repository, second)).await
}

async fn score(oracle: &Oracle, webhooks: &Webhooks, running: &Running, merges: &[&Delivery]) {
    match running.score(oracle).await {
        Ok(scored) => {
            for delivery in merges {
                let latency_ms = now().saturating_sub(delivery.received);
                webhooks.counts.scored_after(latency_ms);
                let (epoch, repository, number) = (scored.epoch.0, delivery.repository, delivery.number);
                tracing::info!(epoch, repository, number, latency_ms, "a merge was scored provisionally");
            }
        }
        // Before the first epoch, or without terms: the record is kept all the same.
        Err(OracleError::NotRunning(why)) => tracing::debug!(why, "a merge was read, and no epoch runs"),
        Err(error) => tracing::warn!(error = %chain_of(&error), "a merge was read but not scored provisionally"),
    }
}

fn millis(duration: Duration) -> u64 {
    duration.as_millis().try_into().unwrap_or(u64::MAX)
}
