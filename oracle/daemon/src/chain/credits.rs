//! What became of batches: takes the distributor's events in the order of the chain, gives what each batch credited,
//! skipped and holds.

use super::{Chain, ChainError};
use alloy::primitives::B256;
use alloy::rpc::types::Filter;
use alloy::sol_types::{SolEvent, SolEventInterface};
use guerdon_bindings::contracts::RewardDistributor as Distributor;
use guerdon_core::model::{ContributorId, Epoch};
use std::collections::BTreeMap;

/// Why an entry was not credited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SkipReason {
    /// The contributor has no wallet.
    NotLinked,
    /// The account cannot hold more units.
    Overflow,
    /// A challenge of the entry succeeded.
    Dropped,
}

/// An entry that was not credited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Skipped {
    pub id: ContributorId,
    pub units: u64,
    pub reason: SkipReason,
}

/// An entry that crediting has passed and that waits for the answer to its challenge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held {
    pub position: u32,
    pub id: ContributorId,
    pub units: u64,
}

/// Why a batch pays nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VoidReason {
    /// The entries do not add up to the header's total.
    TotalMismatch,
    /// Not all entries were published in time.
    Unpublished,
    /// A challenge of the whole batch succeeded.
    Challenged,
    /// Its oracle set was rotated out with all that was pending.
    Rotated,
}

/// What became of one batch. Once it is settled, what is credited, skipped and held is its total.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Credits {
    /// Units credited, those that were held before included.
    pub units: u64,
    /// Entries that crediting looked at, skipped and held ones included.
    pub entries: u64,
    pub skipped: Vec<Skipped>,
    /// Still waiting for an answer.
    pub held: Vec<Held>,
    /// One transaction a chunk, in order.
    pub txs: Vec<B256>,
    pub settled: bool,
    pub void: Option<VoidReason>,
}

impl Credits {
    /// Units of skipped entries, dropped ones included.
    pub fn skipped_units(&self) -> u64 {
        self.skipped.iter().fold(0, |sum, skipped| sum.saturating_add(skipped.units))
    }

    /// Units of entries that were dropped after a challenge.
    pub fn dropped_units(&self) -> u64 {
        let dropped = self.skipped.iter().filter(|skipped| skipped.reason == SkipReason::Dropped);
        dropped.fold(0, |sum, skipped| sum.saturating_add(skipped.units))
    }

    /// Units of entries that wait for an answer.
    pub fn held_units(&self) -> u64 {
        self.held.iter().fold(0, |sum, held| sum.saturating_add(held.units))
    }

    /// Takes an entry out of those that wait.
    fn release(&mut self, is: impl Fn(&Held) -> bool) -> bool {
        match self.held.iter().position(is) {
            Some(at) => {
                self.held.remove(at);
                true
            }
            None => false,
        }
    }
}

impl Chain {
    /// What was credited of every batch so far, and what else became of it.
    pub async fn credits(&self) -> Result<BTreeMap<(Epoch, u32), Credits>, ChainError> {
        const DOING: &str = "reading credits";
        let latest = self.now().await?.block;
        let filter = Filter::new().address(self.deployment().distributor()).event_signature(vec![
            Distributor::EntriesCredited::SIGNATURE_HASH,
            Distributor::EntrySkipped::SIGNATURE_HASH,
            Distributor::EntryHeld::SIGNATURE_HASH,
            Distributor::HeldEntryCredited::SIGNATURE_HASH,
            Distributor::BatchSettled::SIGNATURE_HASH,
            Distributor::BatchVoided::SIGNATURE_HASH,
        ]);
        let mut tally = Tally::default();
        for log in self.logs(DOING, filter, latest).await? {
            let tx = log.transaction_hash.unwrap_or_default();
            let event = Distributor::RewardDistributorEvents::decode_log(&log.inner);
            tally.take(event.map_err(|_| ChainError::Event { doing: DOING, tx })?.data, tx);
        }
        Ok(tally.batches)
    }
}

/// Sorts events, in the order of the chain, by the batch that they belong to.
#[derive(Clone, Debug, Default)]
pub(super) struct Tally {
    pub(super) batches: BTreeMap<(Epoch, u32), Credits>,
    /// Skips of a transaction whose batch is not known yet: a skip names its epoch only, and the
    /// `EntriesCredited` that follows tells the round.
    open: Vec<(Epoch, Skipped)>,
    tx: B256,
}

impl Tally {
    fn batch(&mut self, epoch: u64, round: u32) -> &mut Credits {
        self.batches.entry((Epoch(epoch), round)).or_default()
    }

    pub(super) fn take(&mut self, event: Distributor::RewardDistributorEvents, tx: B256) {
        use Distributor::RewardDistributorEvents as Event;
        if self.tx != tx {
            self.open.clear();
            self.tx = tx;
        }
        match event {
            Event::EntrySkipped(event) => {
                let (id, units) = (ContributorId(event.id), event.units.to());
                let skipped = Skipped { id, units, reason: skip_reason(event.reason) };
                self.skip(Epoch(event.epoch), skipped);
            }
            Event::EntryHeld(event) => {
                let held = Held { position: event.position, id: ContributorId(event.id), units: event.units.to() };
                self.batch(event.epoch, event.round).held.push(held);
            }
            Event::HeldEntryCredited(event) => {
                let batch = self.batch(event.epoch, event.round);
                batch.release(|held| held.position == event.position);
                batch.units = batch.units.saturating_add(event.units.to());
            }
            Event::EntriesCredited(event) => {
                let epoch = Epoch(event.epoch);
                let (ours, others) = std::mem::take(&mut self.open).into_iter().partition(|(of, _)| *of == epoch);
                self.open = others;
                let ours: Vec<_> = ours;
                let batch = self.batch(event.epoch, event.round);
                batch.units = batch.units.saturating_add(event.units);
                batch.entries = batch.entries.saturating_add(event.count.into());
                batch.skipped.extend(ours.into_iter().map(|(_, skipped)| skipped));
                batch.txs.push(tx);
            }
            Event::BatchSettled(event) => self.batch(event.epoch, event.round).settled = true,
            Event::BatchVoided(event) => {
                self.batch(event.epoch, event.round).void = Some(void_reason(event.reason));
            }
            _ => {}
        }
    }

    /// Of an entry that was held until now, or of the chunk that is being credited.
    fn skip(&mut self, epoch: Epoch, skipped: Skipped) {
        let same = |held: &Held| (held.id, held.units) == (skipped.id, skipped.units);
        let waited = self
            .batches
            .range_mut((epoch, 0)..=(epoch, u32::MAX))
            .find_map(|(_, batch)| batch.release(same).then_some(batch));
        match waited {
            Some(batch) => batch.skipped.push(skipped),
            None => self.open.push((epoch, skipped)),
        }
    }
}

fn skip_reason(value: u8) -> SkipReason {
    match value {
        0 => SkipReason::NotLinked,
        1 => SkipReason::Overflow,
        _ => SkipReason::Dropped,
    }
}

pub(super) fn void_reason(value: u8) -> VoidReason {
    match value {
        0 => VoidReason::TotalMismatch,
        1 => VoidReason::Unpublished,
        2 => VoidReason::Challenged,
        _ => VoidReason::Rotated,
    }
}
