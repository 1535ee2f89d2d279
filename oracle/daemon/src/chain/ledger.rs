//! What everybody holds and what became of every batch, from the distributor's events alone.
//!
//! Takes: the events of blocks, each once. Gives: wallets, earned and claimed units by contributor id,
//! the transactions and credits of batches, without a question to the chain. Blocks that may still be
//! replaced are read again each time. It never believes a sum that the events contradict.

use super::credits::Tally;
use super::{Account, Chain, ChainError, Credits};
use alloy::eips::BlockNumberOrTag;
use alloy::primitives::{Address, B256};
use alloy::providers::Provider;
use alloy::rpc::types::{Filter, Log};
use alloy::sol_types::{SolEvent, SolEventInterface};
use guerdon_bindings::contracts::RewardDistributor as Distributor;
use guerdon_core::batch::{self, Entry};
use guerdon_core::model::{ContributorId, Epoch};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Blocks below the newest that may still be replaced by others.
const UNSETTLED: u64 = 64;
const DOING: &str = "reading what everybody holds";

/// The distributor's accounts and batches as of a block.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    /// Up to where nothing changes any more.
    settled: Arc<Books>,
    settled_at: Option<Block>,
    /// With the newer blocks.
    now: Arc<Books>,
    newest: Option<Block>,
    /// UTC seconds, by the chain.
    timestamp: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Block {
    number: u64,
    hash: B256,
}

#[derive(Clone, Debug, Default)]
struct Books {
    accounts: BTreeMap<ContributorId, Account>,
    tally: Tally,
    posted: BTreeMap<(Epoch, u32), B256>,
    /// Entries that are published and not credited yet, each batch's in order.
    published: BTreeMap<(Epoch, u32), Vec<Entry>>,
    /// Of the transaction that is being read: entries that crediting passed.
    passed: BTreeSet<(Epoch, ContributorId)>,
    tx: B256,
}

impl Ledger {
    /// The newest block that was looked at.
    pub fn block(&self) -> u64 {
        self.newest.map_or(0, |newest| newest.number)
    }

    /// The chain's time in it, UTC seconds.
    pub fn timestamp(&self) -> u64 {
        self.timestamp
    }

    /// What a contributor holds; nobody has a wallet and nothing.
    pub fn account(&self, id: ContributorId) -> Account {
        self.now.accounts.get(&id).copied().unwrap_or(Account { wallet: None, earned: 0, claimed: 0 })
    }

    /// The ids above one that hold something or have a wallet, ascending.
    pub fn ids_after(&self, after: ContributorId) -> impl Iterator<Item = ContributorId> + '_ {
        self.now.accounts.range(ContributorId(after.0.saturating_add(1))..).map(|(id, _)| *id)
    }

    /// The transaction that posted a round of an epoch, whoever sent it.
    pub fn posted(&self, epoch: Epoch, round: u32) -> Option<B256> {
        self.now.posted.get(&(epoch, round)).copied()
    }

    /// What became of a round of an epoch.
    pub fn credits(&self, epoch: Epoch, round: u32) -> Option<&Credits> {
        self.now.tally.batches.get(&(epoch, round))
    }

    /// The same as of the chain's newest block. Costs a few questions, however long the history is.
    pub async fn follow(&self, chain: &Chain) -> Result<Self, ChainError> {
        let (newest, timestamp) = chain.block_at(BlockNumberOrTag::Latest).await?;
        if self.newest == Some(newest) {
            return Ok(self.clone());
        }
        let mut next = self.clone();
        if let Some(settled) = self.settled_at {
            let same = settled.number <= newest.number
                && chain.block_at(BlockNumberOrTag::Number(settled.number)).await?.0 == settled;
            if !same {
                next = Self::default();
            }
        }
        let first = chain.deployment().block;
        let from = next.settled_at.map_or(first, |settled| settled.number.saturating_add(1));
        let until = newest.number.saturating_sub(UNSETTLED);
        let mut settled = Arc::clone(&next.settled);
        let mut logs = chain.distributor_logs((from, newest.number)).await?;
        let is_new = |log: &Log| log.block_number.is_none_or(|number| number > until);
        let fresh = logs.split_off(logs.iter().position(is_new).unwrap_or(logs.len()));
        if !logs.is_empty() {
            Arc::make_mut(&mut settled).take_all(&logs)?;
        }
        let mut now = Arc::clone(&settled);
        if !fresh.is_empty() {
            Arc::make_mut(&mut now).take_all(&fresh)?;
        }
        let settled_at = match (until >= from, next.settled_at) {
            (true, _) => Some(chain.block_at(BlockNumberOrTag::Number(until)).await?.0),
            (false, before) => before,
        };
        Ok(Self { settled, settled_at, now, newest: Some(newest), timestamp })
    }
}

impl Chain {
    async fn block_at(&self, which: BlockNumberOrTag) -> Result<(Block, u64), ChainError> {
        let block = self.provider.get_block_by_number(which).await.map_err(|source| self.rpc(DOING, source))?;
        let header = block.ok_or_else(|| self.rpc(DOING, super::error::TransportError::NullResp))?.header;
        Ok((Block { number: header.number, hash: header.hash }, header.timestamp))
    }

    async fn distributor_logs(&self, blocks: (u64, u64)) -> Result<Vec<Log>, ChainError> {
        let filter = Filter::new().address(self.deployment().distributor()).event_signature(vec![
            Distributor::Linked::SIGNATURE_HASH,
            Distributor::Claimed::SIGNATURE_HASH,
            Distributor::BatchPosted::SIGNATURE_HASH,
            Distributor::EntriesPublished::SIGNATURE_HASH,
            Distributor::EntriesCredited::SIGNATURE_HASH,
            Distributor::EntrySkipped::SIGNATURE_HASH,
            Distributor::EntryHeld::SIGNATURE_HASH,
            Distributor::HeldEntryCredited::SIGNATURE_HASH,
            Distributor::BatchSettled::SIGNATURE_HASH,
            Distributor::BatchVoided::SIGNATURE_HASH,
        ]);
        self.logs_within(DOING, filter, blocks.0..=blocks.1).await
    }

    /// Everything from the deployment on.
    pub async fn ledger(&self) -> Result<Ledger, ChainError> {
        Ledger::default().follow(self).await
    }
}

impl Books {
    fn account(&mut self, id: u64) -> &mut Account {
        let empty = Account { wallet: None, earned: 0, claimed: 0 };
        self.accounts.entry(ContributorId(id)).or_insert(empty)
    }

    fn take_all(&mut self, logs: &[Log]) -> Result<(), ChainError> {
        for log in logs {
            let tx = log.transaction_hash.unwrap_or_default();
            let unreadable = || ChainError::Event { doing: DOING, tx };
            let event = Distributor::RewardDistributorEvents::decode_log(&log.inner).map_err(|_| unreadable())?.data;
            if self.take(&event, tx).is_none() {
                return Err(unreadable());
            }
            self.tally.take(event, tx);
        }
        Ok(())
    }

    /// None when the event contradicts the ones before.
    fn take(&mut self, event: &Distributor::RewardDistributorEvents, tx: B256) -> Option<()> {
        use Distributor::RewardDistributorEvents as Event;
        if self.tx != tx {
            self.passed.clear();
            self.tx = tx;
        }
        match event {
            Event::Linked(event) => {
                self.account(event.id).wallet = (event.wallet != Address::ZERO).then_some(event.wallet);
            }
            // A claim pays all that is not claimed yet.
            Event::Claimed(event) => {
                let account = self.account(event.id);
                account.claimed = account.earned;
            }
            Event::BatchPosted(event) => {
                self.posted.insert((Epoch(event.epoch), event.round), tx);
            }
            Event::EntriesPublished(event) => {
                let batch = self.published.entry((Epoch(event.epoch), event.round)).or_default();
                batch.extend(batch::unpack(&event.entries).ok()?);
            }
            Event::EntrySkipped(event) => {
                self.passed.insert((Epoch(event.epoch), ContributorId(event.id)));
            }
            Event::EntryHeld(event) => {
                self.passed.insert((Epoch(event.epoch), ContributorId(event.id)));
            }
            Event::HeldEntryCredited(event) => {
                let account = self.account(event.id);
                account.earned = account.earned.checked_add(event.units.to())?;
            }
            Event::EntriesCredited(event) => {
                let epoch = Epoch(event.epoch);
                let batch = self.published.get_mut(&(epoch, event.round))?;
                let count = usize::try_from(event.count).ok().filter(|count| *count <= batch.len())?;
                let mut credited = 0u64;
                for Entry { id, units } in batch.drain(..count).collect::<Vec<_>>() {
                    if !self.passed.remove(&(epoch, id)) {
                        let account = self.account(id.0);
                        account.earned = account.earned.checked_add(units)?;
                        credited = credited.checked_add(units)?;
                    }
                }
                return (credited == event.units).then_some(());
            }
            Event::BatchSettled(event) => {
                self.published.remove(&(Epoch(event.epoch), event.round));
            }
            Event::BatchVoided(event) => {
                self.published.remove(&(Epoch(event.epoch), event.round));
            }
            _ => {}
        }
        Some(())
    }
}
