//! What readers of the API see: where every epoch stands and what everybody holds, as of one block.
//!
//! Takes an oracle's store and chain; gives the same answer to all who ask within a moment, and looks
//! again at most once at a time, however many ask. While the chain does not answer it gives what it
//! had, for a while. It never writes.

use crate::chain::Ledger;
use crate::explain::Cut;
use crate::linking::WaitingLink;
use crate::oracle::{Oracle, OracleError, Result};
use crate::run::chain_of;
use crate::status::{EpochStatus, Known, Stage};
use alloy::primitives::U256;
use guerdon_core::model::{ContributorId, Epoch};
use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};
use tokio::sync::Mutex;
use tokio::task::JoinHandle;

/// A view this old is shown once more while the next one is made.
const STALE: Duration = Duration::from_secs(6);
/// A view this old is still shown when the chain does not answer.
const LAST_RESORT: Duration = Duration::from_secs(600);
/// How long an epoch that is over is believed to be: longer than a reorganisation takes.
const OVER: Duration = Duration::from_secs(600);
/// How old a view may be without anybody looking again, at most.
const FRESH: Duration = Duration::from_secs(2);

#[derive(Debug)]
pub struct Snapshot {
    /// Ascending.
    pub epochs: Vec<EpochStatus>,
    pub cuts: BTreeMap<Epoch, Cut>,
    pub ledger: Ledger,
    /// Links that wait, ascending by id.
    links: Vec<WaitingLink>,
    made: Instant,
    /// When epochs that are over were looked at last.
    over: BTreeMap<Epoch, Instant>,
    pays: BTreeMap<alloy::primitives::B256, bool>,
}

impl Snapshot {
    pub fn epoch(&self, epoch: Epoch) -> Option<&EpochStatus> {
        let at = self.epochs.binary_search_by_key(&epoch, |status| status.epoch).ok()?;
        self.epochs.get(at)
    }

    /// A contributor's link that waits.
    pub fn waiting(&self, id: ContributorId) -> Option<WaitingLink> {
        let at = self.links.binary_search_by_key(&id, |link| link.contributor_id).ok()?;
        self.links.get(at).cloned()
    }
}

/// Keeps the last snapshot.
#[derive(Debug)]
pub struct Snapshots {
    oracle: Arc<Oracle>,
    last: RwLock<Option<Arc<Snapshot>>>,
    /// Whoever has it makes the next one.
    turn: Mutex<()>,
    fresh: Duration,
}

impl Snapshots {
    /// Looks again as often as the daemon's loop, or every other second when that is slower.
    pub fn new(oracle: Arc<Oracle>) -> Self {
        let fresh = Duration::from_millis(oracle.config.run.interval_ms).min(FRESH);
        Self { oracle, last: RwLock::default(), turn: Mutex::default(), fresh }
    }

    fn last(&self) -> Option<Arc<Snapshot>> {
        self.last.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn younger(&self, than: Duration) -> Option<Arc<Snapshot>> {
        self.last().filter(|last| last.made.elapsed() < than)
    }

    /// A view that is some seconds old at most, unless the chain does not answer.
    pub async fn get(self: &Arc<Self>) -> Result<Arc<Snapshot>> {
        if let Some(last) = self.younger(self.fresh) {
            return Ok(last);
        }
        if let Some(last) = self.younger(STALE.max(self.fresh)) {
            if self.turn.try_lock().is_ok() {
                drop(self.renewal());
            }
            return Ok(last);
        }
        self.renewal().await.map_err(|error| OracleError::Stored(error.to_string()))?
    }

    /// In a task of its own: who asked may be gone before a long history is read, and the next one wants it too.
    fn renewal(self: &Arc<Self>) -> JoinHandle<Result<Arc<Snapshot>>> {
        let this = Arc::clone(self);
        tokio::spawn(async move { this.renewed().await })
    }

    /// Makes the first view before anybody asks.
    pub fn begin(self: &Arc<Self>) {
        drop(self.renewal());
    }

    async fn renewed(&self) -> Result<Arc<Snapshot>> {
        let turn = self.turn.lock().await;
        if let Some(last) = self.younger(self.fresh) {
            return Ok(last);
        }
        let last = self.last();
        match self.next(last.as_deref()).await {
            Ok(next) => {
                let next = Arc::new(next);
                *self.last.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&next));
                drop(turn);
                Ok(next)
            }
            Err(error) => {
                tracing::warn!(error = %chain_of(&error), "the API shows what it had: the view cannot be renewed");
                self.younger(LAST_RESORT).ok_or(error)
            }
        }
    }

    async fn next(&self, last: Option<&Snapshot>) -> Result<Snapshot> {
        let oracle = &self.oracle;
        let made = Instant::now();
        let ledger = match last {
            Some(last) => last.ledger.follow(&oracle.chain).await?,
            None => oracle.chain.ledger().await?,
        };
        let mut rounds = BTreeMap::new();
        for evidence in oracle.store.evidences().await? {
            rounds.insert(evidence.epoch, (evidence.round, evidence.hash));
        }
        let pays = last.map(|last| last.pays.clone()).unwrap_or_default();
        let mut known = Known { ledger: Some(ledger), pays };
        let (mut epochs, mut cuts, mut over) = (Vec::new(), BTreeMap::new(), BTreeMap::new());
        for (epoch, (round, hash)) in rounds {
            let same = |status: &&EpochStatus| (status.round, status.evidence_hash) == (round, hash);
            let before = last.and_then(|last| last.epoch(epoch)).filter(same);
            let since = last.and_then(|last| last.over.get(&epoch)).filter(|since| since.elapsed() < OVER);
            let status = match (before, since) {
                (Some(before), Some(since)) => {
                    over.insert(epoch, *since);
                    before.clone()
                }
                _ => {
                    let status = oracle.epoch_status(epoch, round, hash, &mut known).await?;
                    if is_over(&status) {
                        over.insert(epoch, made);
                    }
                    status
                }
            };
            let cut = last.and_then(|last| last.cuts.get(&epoch)).filter(|cut| (cut.round, cut.hash) == (round, hash));
            let cut = match cut {
                Some(cut) => cut.clone(),
                None => oracle.cut_of(round, hash).await?,
            };
            cuts.insert(epoch, cut);
            epochs.push(status);
        }
        let Known { ledger, pays } = known;
        let ledger = ledger.unwrap_or_default();
        let links = oracle.pending_links().await?;
        Ok(Snapshot { epochs, cuts, ledger, links, made, over, pays })
    }
}

fn is_accounted_for(status: &EpochStatus) -> bool {
    let amount = |text: &String| text.parse::<U256>().unwrap_or_default();
    let became = [&status.credited, &status.skipped, &status.dropped].map(amount).into_iter();
    became.fold(U256::ZERO, U256::saturating_add) == amount(&status.total)
}

/// Nothing more happens to it, unless the chain is reorganised or another round is cut.
fn is_over(status: &EpochStatus) -> bool {
    match status.status {
        // What became of each unit is read from events, which may be some blocks behind the batch's own state.
        Stage::Settled => status.held == "0" && status.fairness.is_some() && is_accounted_for(status),
        Stage::Empty => status.fairness.is_some(),
        _ => false,
    }
}
