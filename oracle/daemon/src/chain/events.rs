//! What happened on the distributor, from its events.

use super::{Chain, ChainError};
use alloy::primitives::{Address, B256, Bytes, U256};
use alloy::providers::Provider;
use alloy::rpc::types::{Filter, Log};
use alloy::sol_types::SolEvent;
use guerdon_bindings::contracts::RewardDistributor as Distributor;
use guerdon_core::batch::BatchHeader;
use guerdon_core::model::{ContributorId, Epoch};
use std::collections::BTreeMap;

/// Blocks per request; public endpoints allow about this many.
const LOG_RANGE: u64 = 10_000;

/// A posted batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Posted {
    pub header: BatchHeader,
    pub poster: Address,
    pub block: u64,
    pub tx: B256,
}

/// One published chunk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublishedChunk {
    pub first_position: u32,
    /// Packed, 14 bytes each.
    pub entries: Bytes,
    pub rest: B256,
    pub block: u64,
    pub tx: B256,
}

/// An entry that was not credited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Skipped {
    pub id: ContributorId,
    pub units: u64,
}

/// What was credited of one batch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Credits {
    /// Units credited, skipped ones not included.
    pub units: u64,
    /// Entries looked at, skipped ones included.
    pub entries: u64,
    pub skipped: Vec<Skipped>,
    /// One transaction a chunk, in order.
    pub txs: Vec<B256>,
}

/// A payment to a wallet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claimed {
    pub id: ContributorId,
    pub wallet: Address,
    /// Base units.
    pub amount: U256,
    pub block: u64,
    pub tx: B256,
}

/// An event with where it stands.
struct Found<E> {
    event: E,
    block: u64,
    tx: B256,
}

impl Chain {
    /// The wallets linked up to and including a block.
    pub async fn links_until(&self, block: u64) -> Result<BTreeMap<ContributorId, Address>, ChainError> {
        let found =
            self.events::<Distributor::Linked>("reading links", self.filter::<Distributor::Linked>(), block).await?;
        // In the order of the chain: the last one holds.
        Ok(found.into_iter().map(|found| (ContributorId(found.event.id), found.event.wallet)).collect())
    }

    /// The header that was posted for a round of an epoch.
    pub async fn posted(&self, epoch: Epoch, round: u32) -> Result<Option<Posted>, ChainError> {
        let filter = self.filter::<Distributor::BatchPosted>().topic1(topic(epoch.0)).topic2(topic(round.into()));
        let latest = self.now().await?.block;
        let found = self.events::<Distributor::BatchPosted>("reading posted batches", filter, latest).await?;
        Ok(found.into_iter().next_back().map(|Found { event, block, tx }| Posted {
            header: BatchHeader {
                epoch: Epoch(event.batch.epoch),
                round: event.batch.round,
                oracle_set: event.batch.oracleSet,
                post_before: event.batch.postBefore,
                total: event.batch.total,
                entries_hash: event.batch.entriesHash,
                policy_hash: event.batch.policyHash,
                evidence_hash: event.batch.evidenceHash,
            },
            poster: event.poster,
            block,
            tx,
        }))
    }

    /// The chunks published for a round of an epoch, in order.
    pub async fn published(&self, epoch: Epoch, round: u32) -> Result<Vec<PublishedChunk>, ChainError> {
        let filter = self.filter::<Distributor::EntriesPublished>().topic1(topic(epoch.0)).topic2(topic(round.into()));
        let latest = self.now().await?.block;
        let found = self.events::<Distributor::EntriesPublished>("reading published entries", filter, latest).await?;
        let mut chunks: Vec<_> = found
            .into_iter()
            .map(|Found { event, block, tx }| PublishedChunk {
                first_position: event.firstPosition,
                entries: event.entries,
                rest: event.rest,
                block,
                tx,
            })
            .collect();
        chunks.sort_by_key(|chunk| chunk.first_position);
        Ok(chunks)
    }

    /// What was credited of every batch so far.
    pub async fn credits(&self) -> Result<BTreeMap<(Epoch, u32), Credits>, ChainError> {
        const DOING: &str = "reading credits";
        let latest = self.now().await?.block;
        let credited = self
            .events::<Distributor::EntriesCredited>(DOING, self.filter::<Distributor::EntriesCredited>(), latest)
            .await?;
        let skipped =
            self.events::<Distributor::EntrySkipped>(DOING, self.filter::<Distributor::EntrySkipped>(), latest).await?;
        let mut credits: BTreeMap<(Epoch, u32), Credits> = BTreeMap::new();
        for Found { event, tx, .. } in credited {
            let batch = credits.entry((Epoch(event.epoch), event.round)).or_default();
            batch.units = batch.units.saturating_add(event.units);
            batch.entries = batch.entries.saturating_add(event.count.into());
            batch.txs.push(tx);
            // A skip names its epoch only; the transaction tells the round.
            let here = skipped.iter().filter(|skip| skip.tx == tx && skip.event.epoch == event.epoch);
            batch
                .skipped
                .extend(here.map(|skip| Skipped { id: ContributorId(skip.event.id), units: skip.event.units.to() }));
        }
        Ok(credits)
    }

    /// Every payment so far, in order.
    pub async fn claims(&self) -> Result<Vec<Claimed>, ChainError> {
        let latest = self.now().await?.block;
        let filter = self.filter::<Distributor::Claimed>();
        let found = self.events::<Distributor::Claimed>("reading claims", filter, latest).await?;
        Ok(found
            .into_iter()
            .map(|Found { event, block, tx }| Claimed {
                id: ContributorId(event.id),
                wallet: event.wallet,
                amount: event.amount,
                block,
                tx,
            })
            .collect())
    }

    fn filter<E: SolEvent>(&self) -> Filter {
        Filter::new().address(self.deployment().distributor()).event_signature(E::SIGNATURE_HASH)
    }

    /// All matching events from the deployment up to a block, in ranges.
    async fn events<E: SolEvent>(
        &self,
        doing: &'static str,
        filter: Filter,
        until: u64,
    ) -> Result<Vec<Found<E>>, ChainError> {
        let mut found = Vec::new();
        let mut start = self.deployment().block;
        while start <= until {
            let end = until.min(start.saturating_add(LOG_RANGE - 1));
            let range = filter.clone().from_block(start).to_block(end);
            let logs = self.provider.get_logs(&range).await.map_err(|source| self.rpc(doing, source))?;
            for log in logs {
                found.push(decode(doing, &log)?);
            }
            start = end + 1;
        }
        Ok(found)
    }
}

fn topic(value: u64) -> B256 {
    U256::from(value).into()
}

fn decode<E: SolEvent>(doing: &'static str, log: &Log) -> Result<Found<E>, ChainError> {
    let tx = log.transaction_hash.unwrap_or_default();
    let event = E::decode_log(&log.inner).map_err(|_| ChainError::Event { doing, tx })?.data;
    Ok(Found { event, block: log.block_number.unwrap_or_default(), tx })
}
