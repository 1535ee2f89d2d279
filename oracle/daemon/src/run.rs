//! The daemon's loop. One tick fetches from GitHub and takes every due epoch as far as it can go;
//! it is safe to repeat and to interrupt between ticks.

use crate::fetch::{self, FetchPlan, GitHub, Progress as FetchProgress};
use crate::figures;
use crate::import::{ImportPlan, ImportReport, import};
use crate::logs;
use crate::oracle::{Oracle, Result};
use crate::peers::Decision;
use crate::store::{Fetched, StoreError, Turn};
use crate::submit::Progress;
use guerdon_core::model::Epoch;
use serde::Serialize;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;
use tracing::Instrument as _;

/// When the last good tick was, for readiness.
#[derive(Debug)]
pub struct Pulse {
    started: Instant,
    /// Milliseconds after `started`; 0 before the first good tick.
    good: AtomicU64,
    interval: Duration,
    /// Why the last tick was not good.
    fault: Mutex<Option<String>>,
    /// Another process has the turn.
    standby: AtomicBool,
}

/// What `/readyz` says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Readiness {
    pub ready: bool,
    /// Another process works on the database, and this one waits to take over.
    pub stands_by: bool,
    /// Seconds since the last good tick ended; none before the first.
    pub last_good_tick_age: Option<u64>,
    /// How old it may become, in seconds.
    pub age_limit: u64,
    /// Why the last tick failed, if it did.
    pub last_error: Option<String>,
}

impl Pulse {
    pub fn new(interval: Duration) -> Self {
        let (good, standby) = (AtomicU64::new(0), AtomicBool::new(false));
        Self { started: Instant::now(), good, interval, fault: Mutex::new(None), standby }
    }

    fn beat(&self) {
        let since = self.started.elapsed().as_millis().try_into().unwrap_or(u64::MAX);
        self.good.store(since.max(1), Ordering::Relaxed);
        *self.fault.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// The tick failed.
    fn miss(&self, error: String) {
        *self.fault.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
    }

    /// The last good tick is younger than four intervals (and a minute, for short ones).
    pub fn is_ready(&self) -> bool {
        self.readiness().ready
    }

    /// The same with its reasons.
    pub fn readiness(&self) -> Readiness {
        let good = Some(self.good.load(Ordering::Relaxed)).filter(|good| *good > 0).map(Duration::from_millis);
        let age = good.map(|good| self.started.elapsed().saturating_sub(good));
        let limit = (self.interval * 4).max(Duration::from_secs(60));
        Readiness {
            ready: age.is_some_and(|age| age < limit),
            stands_by: self.stands_by(),
            last_good_tick_age: age.map(|age| age.as_secs()),
            age_limit: limit.as_secs(),
            last_error: self.fault.lock().unwrap_or_else(PoisonError::into_inner).clone(),
        }
    }

    /// Another process works on this database, and this one takes over when that ends.
    pub fn stands_by(&self) -> bool {
        self.standby.load(Ordering::Relaxed)
    }

    /// Whether to work now; says so when it changes.
    fn leads(&self, turn: Result<bool, StoreError>) -> bool {
        let leads = match turn {
            Ok(leads) => leads,
            Err(error) => {
                tracing::error!(error = %chain_of(&error), "cannot tell whose turn it is; trying again after the interval");
                return false;
            }
        };
        if self.standby.swap(!leads, Ordering::Relaxed) == leads {
            if leads {
                tracing::warn!("the other process on this database has ended: taking over");
            } else {
                tracing::warn!("standing by: another process works on this database");
            }
        }
        if !leads {
            // It does all that it should.
            self.beat();
        }
        figures::leads(leads);
        leads
    }
}

/// What whoever reads of a failure can do before it is tried again.
const NEXT: &str = "`guerdon doctor` says what is wrong; docs/runbook.md what to do about it";

/// Ticks until cancelled, while no other process on the same database does. A failed tick is logged and the
/// next one tries again.
pub async fn run(oracle: &Oracle, pulse: &Pulse, cancelled: CancellationToken) -> Result<()> {
    let github = oracle.github()?;
    let mut done = Epoch(0);
    let mut turn = Turn::default();
    loop {
        if pulse.leads(turn.take(&oracle.store).await) {
            // What fails here keeps nobody from being paid.
            if let Err(error) = oracle.tend_links(&cancelled).await {
                tracing::error!(error = %chain_of(&error), "links cannot be looked after now");
            }
            match tick(oracle, &github, &mut done, &cancelled).await {
                Ok(()) => pulse.beat(),
                Err(error) => {
                    let error = chain_of(&error);
                    tracing::error!(error, next = NEXT, "tick failed; trying again after the interval");
                    figures::failed();
                    pulse.miss(error);
                }
            }
        }
        tokio::select! {
            () = cancelled.cancelled() => return Ok(()),
            () = tokio::time::sleep(pulse.interval) => {}
        }
    }
}

/// One round of everything that is due. `done` is the last epoch that needs nothing more. When
/// cancelled, a fetch is given up, as the next one begins where it was; an epoch's step is finished.
pub async fn tick(oracle: &Oracle, github: &GitHub, done: &mut Epoch, cancelled: &CancellationToken) -> Result<()> {
    // What is due now is cut from what GitHub has after now.
    let now = oracle.chain.now().await?.timestamp;
    tokio::select! {
        () = cancelled.cancelled() => return Ok(()),
        fetched = fetch_once(oracle, github, false, &fetch::Quiet).instrument(logs::step("fetch")) => drop(fetched?),
    };
    oracle.report_equivocations().await?;
    let mut epoch = Epoch(done.0 + 1);
    let mut unbroken = true;
    let mut failed = None;
    let mut steps = figures::Steps::default();
    while oracle.due(epoch) <= now && !cancelled.is_cancelled() {
        // A model takes its time, and nothing is lost when it is given up: what was answered is stored.
        if oracle.config.witness.is_some() && oracle.config.peers.is_empty() {
            tokio::select! {
                () = cancelled.cancelled() => return Ok(()),
                // What fails here fails again below, and is told there.
                _ = cut(oracle, epoch).instrument(logs::stage("cut", epoch)) => {}
            }
        }
        match advance(oracle, github, epoch).await {
            Ok(progress) => {
                steps.count(Some(&progress));
                tracing::debug!(epoch = epoch.0, ?progress, "advanced");
                unbroken &= matches!(progress, Progress::Empty | Progress::Settled | Progress::Expired);
                if unbroken {
                    tracing::info!(epoch = epoch.0, ?progress, "epoch done");
                    *done = epoch;
                }
            }
            Err(error) => {
                steps.count(None);
                // One epoch that cannot go on does not keep the next ones from being paid.
                tracing::error!(epoch = epoch.0, error = %chain_of(&error), next = NEXT, "epoch cannot go on now");
                unbroken = false;
                failed.get_or_insert(error);
            }
        }
        epoch.0 += 1;
    }
    if !cancelled.is_cancelled() {
        figures::steps(&steps);
    }
    match failed {
        Some(error) => Err(error),
        None => {
            figures::ticked(now);
            Ok(())
        }
    }
}

/// The evidence alone, for an epoch that has none yet.
async fn cut(oracle: &Oracle, epoch: Epoch) -> Result<()> {
    if oracle.last_evidence(epoch).await?.is_none() {
        let round = oracle.round(epoch).await?;
        oracle.evidence(epoch, round).await?;
    }
    Ok(())
}

/// Takes one due epoch from facts to as far as its batch can go.
pub async fn advance(oracle: &Oracle, github: &GitHub, epoch: Epoch) -> Result<Progress> {
    if oracle.is_done(epoch).await? {
        return Ok(Progress::Settled);
    }
    let state = oracle.chain.batch(epoch).await?;
    if oracle.pays_nobody(epoch, &state).await? {
        return Ok(Progress::Empty);
    }
    if let Some(round) = oracle.overturned(epoch, &state).await? {
        tracing::error!(
            epoch = epoch.0,
            round,
            "a challenge of this batch succeeded: look into it, then take the next round by hand with `guerdon batch`"
        );
        return Ok(Progress::Void { round });
    }
    let round = oracle.round_after(epoch, &state).await?;
    let (prepared, signatures) =
        match oracle.decide(github, epoch, round, &state).instrument(logs::stage("decide", epoch)).await? {
            Decision::Empty => return Ok(Progress::Empty),
            Decision::Waiting(_) => return Ok(Progress::Waiting),
            Decision::Made { prepared, signatures } => (prepared, signatures),
        };
    // To decide may take long.
    let state = oracle.chain.batch(epoch).await?;
    if oracle.is_too_old(epoch, &state).await? {
        tracing::error!(epoch = epoch.0, "the distributor takes no batch for this epoch any more: it stays unpaid");
        return Ok(Progress::Expired);
    }
    if oracle.config.oracle.keys.is_empty() || !oracle.is_our_turn(epoch, &state).await? {
        return Ok(Oracle::watch(&state));
    }
    oracle.submit(&prepared, &signatures).instrument(logs::stage("submit", epoch)).await
}

/// How long after a complete re-reading everything that is not cut yet is read again, in seconds.
const REREAD_EVERY: u64 = 86_400;

/// Brings the store up to what GitHub has. What may still become a fact is asked for again once an epoch
/// became due since the last time, and once a day; `reread` does it now.
pub async fn fetch_once(
    oracle: &Oracle,
    github: &GitHub,
    reread: bool,
    progress: &dyn FetchProgress,
) -> Result<fetch::FetchReport> {
    let now = oracle.chain.now().await?.timestamp;
    let open = oracle.open_epoch().await?;
    let facts_from = oracle.schedule.start(open);
    let reread = (reread || oracle.wants_reread(now, open).await?).then_some(facts_from);
    let plan = FetchPlan { now, facts_from, reread, ..oracle.plan() };
    let report = fetch::fetch(github, &oracle.store, &plan, progress).await?;
    figures::fetched(github, &report, now);
    for found in &report.repositories {
        let id = found.repository.id;
        let before = oracle.store.fetched(id).await?.unwrap_or_default();
        let reread = if reread.is_some() { now } else { before.reread };
        oracle.store.set_fetched(id, Fetched { began: now, reread }).await?;
    }
    for missing in &report.missing {
        tracing::error!(
            repository = missing.full_name(),
            "GitHub does not show this repository any more (deleted, private, or the token may not see it): no epoch \
             is cut until it is back or `github.exclude` takes it out"
        );
    }
    Ok(report)
}

impl Oracle {
    /// Brings an export into the store. Its repositories have to be among the configured ones.
    pub async fn import(&self, folder: &Path, progress: &dyn FetchProgress) -> Result<ImportReport> {
        let FetchPlan { repositories, organization, exclude, bots, .. } = self.plan();
        let now = self.chain.now().await?.timestamp;
        let facts_from = self.schedule.start(self.open_epoch().await?);
        let plan = ImportPlan { repositories, organization, exclude, bots, now, facts_from };
        Ok(import(&self.store, folder, &plan, progress).await?)
    }

    /// What the configuration says is to be fetched.
    pub fn plan(&self) -> FetchPlan {
        FetchPlan {
            repositories: self.config.repositories(),
            organization: self.config.github.organization.clone(),
            exclude: self.config.excluded(),
            bots: self.config.github.bots.clone(),
            now: 0,
            facts_from: 0,
            reread: None,
        }
    }

    /// The first epoch that no evidence was cut for.
    async fn open_epoch(&self) -> Result<Epoch> {
        let cut = self.store.evidences().await?.into_iter().map(|evidence| evidence.epoch).max();
        Ok(Epoch(cut.map_or(1, |epoch| epoch.0 + 1)))
    }

    /// Whether what is not cut yet is to be read again: an epoch became due since the last time, or it is
    /// a day ago.
    async fn wants_reread(&self, now: u64, open: Epoch) -> Result<bool> {
        let mut last = None;
        for repository in self.store.listed().await? {
            let reread = self.store.fetched(repository.id).await?.unwrap_or_default().reread;
            last = Some(last.map_or(reread, |last: u64| last.min(reread)));
        }
        let last = last.unwrap_or_default();
        let mut epoch = open;
        while self.due(epoch) <= now {
            if last < self.due(epoch) {
                return Ok(true);
            }
            epoch.0 += 1;
        }
        Ok(now >= self.schedule.start(open) && now.saturating_sub(last) >= REREAD_EVERY)
    }
}

/// An error and what caused it, in one line.
pub fn chain_of(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text.push_str(": ");
            text.push_str(&cause_text);
        }
        source = cause.source();
    }
    text
}
