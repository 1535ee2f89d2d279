//! What happened on the distributor, from its events.

use super::credits::{VoidReason, void_reason};
use super::error::TransportError;
use super::{Chain, ChainError, Sent};
use alloy::primitives::{Address, B256, Bytes, U256};
use alloy::providers::Provider;
use alloy::rpc::types::{Filter, Log};
use alloy::sol_types::{SolEvent, SolEventInterface};
use guerdon_bindings::contracts::{Disputes, RewardDistributor as Distributor};
use guerdon_core::batch::BatchHeader;
use guerdon_core::model::{ContributorId, Epoch};
use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::sync::atomic::Ordering;

/// Blocks per request, to begin with; many public endpoints allow about this many.
pub(super) const LOG_RANGE: u64 = 10_000;

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

/// A challenge that waits for its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Opened {
    /// Answers name it.
    pub number: U256,
    /// Last second for an answer, UTC.
    pub deadline: u64,
}

/// One thing that happened to a challenge of an entry or a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChallengeEvent {
    pub number: U256,
    pub change: Change,
    pub block: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    Opened {
        epoch: Epoch,
        round: u32,
        /// Absent: the whole batch.
        position: Option<u32>,
        challenger: Address,
        /// Wei.
        bond: U256,
    },
    /// The bond, or half of it, did not come back.
    Lost,
    Returned,
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
        let latest = self.now().await?.block;
        Ok(self.posted_in(epoch, Some(round), latest).await?.into_iter().next_back())
    }

    /// Every header that was posted for an epoch up to a block, or for one round of it, in order.
    pub(super) async fn posted_in(
        &self,
        epoch: Epoch,
        round: Option<u32>,
        until: u64,
    ) -> Result<Vec<Posted>, ChainError> {
        let mut filter = self.filter::<Distributor::BatchPosted>().topic1(topic(epoch.0));
        if let Some(round) = round {
            filter = filter.topic2(topic(round.into()));
        }
        let found = self.events::<Distributor::BatchPosted>("reading posted batches", filter, until).await?;
        Ok(found.into_iter().map(Posted::from).collect())
    }

    /// Every batch that was posted in these blocks, both ends included, in order.
    pub async fn posted_within(&self, blocks: RangeInclusive<u64>) -> Result<Vec<Posted>, ChainError> {
        const DOING: &str = "reading posted batches";
        let found = self.logs_within(DOING, self.filter::<Distributor::BatchPosted>(), blocks).await?;
        found.iter().map(|log| decode::<Distributor::BatchPosted>(DOING, log).map(Posted::from)).collect()
    }

    /// What became of challenges of entries and batches in these blocks, both ends included, in order.
    pub async fn challenges_within(&self, blocks: RangeInclusive<u64>) -> Result<Vec<ChallengeEvent>, ChainError> {
        use Disputes::DisputesEvents as Event;
        const DOING: &str = "reading challenges";
        let filter = Filter::new().address(self.deployment().contracts.disputes.address);
        let mut found = Vec::new();
        for log in self.logs_within(DOING, filter, blocks).await? {
            let tx = log.transaction_hash.unwrap_or_default();
            let event = Event::decode_log(&log.inner).map_err(|_| ChainError::Event { doing: DOING, tx })?.data;
            let change = match event {
                Event::EntryChallenged(event) => Change::Opened {
                    epoch: Epoch(event.epoch),
                    round: event.round,
                    position: Some(event.position),
                    challenger: event.challenger,
                    bond: event.bond.to(),
                },
                Event::BatchChallenged(event) => Change::Opened {
                    epoch: Epoch(event.epoch),
                    round: event.round,
                    position: None,
                    challenger: event.challenger,
                    bond: event.bond.to(),
                },
                Event::ChallengeResolved(event) if event.answer == 0 => Change::Lost,
                // Half of the bond is gone.
                Event::ChallengeExpired(_) => Change::Lost,
                Event::ChallengeResolved(_) | Event::ChallengeMoot(_) => Change::Returned,
                _ => continue,
            };
            // Every one of these has the number as its first topic.
            let number = log.topics().get(1).map_or(U256::ZERO, |topic| (*topic).into());
            found.push(ChallengeEvent { number, change, block: log.block_number.unwrap_or_default() });
        }
        Ok(found)
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

    /// Why a round of an epoch was voided, if it was.
    pub async fn void_reason(&self, epoch: Epoch, round: u32) -> Result<Option<VoidReason>, ChainError> {
        let filter = self.filter::<Distributor::BatchVoided>().topic1(topic(epoch.0)).topic2(topic(round.into()));
        let latest = self.now().await?.block;
        let found = self.events::<Distributor::BatchVoided>("reading void batches", filter, latest).await?;
        Ok(found.into_iter().next_back().map(|found| void_reason(found.event.reason)))
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

    /// The challenge that a transaction opened.
    pub async fn challenge_opened(&self, sent: Sent) -> Result<Opened, ChainError> {
        const DOING: &str = "reading a challenge";
        let filter = Filter::new().address(self.deployment().contracts.disputes.address).select(sent.block);
        let logs = self.provider.get_logs(&filter).await.map_err(|source| self.rpc(DOING, source))?;
        let missing = || ChainError::Event { doing: DOING, tx: sent.tx };
        let ours = logs.iter().filter(|log| log.transaction_hash == Some(sent.tx));
        let events = ours.filter_map(|log| Disputes::DisputesEvents::decode_log(&log.inner).ok());
        let mut opened = events.filter_map(|event| match event.data {
            Disputes::DisputesEvents::EntryChallenged(event) => {
                Some(Opened { number: event.challenge, deadline: event.deadline.to() })
            }
            Disputes::DisputesEvents::BatchChallenged(event) => {
                Some(Opened { number: event.challenge, deadline: event.deadline.to() })
            }
            _ => None,
        });
        opened.next().ok_or_else(missing)
    }

    fn filter<E: SolEvent>(&self) -> Filter {
        Filter::new().address(self.deployment().distributor()).event_signature(E::SIGNATURE_HASH)
    }

    /// All matching events from the deployment up to a block.
    async fn events<E: SolEvent>(
        &self,
        doing: &'static str,
        filter: Filter,
        until: u64,
    ) -> Result<Vec<Found<E>>, ChainError> {
        self.logs(doing, filter, until).await?.iter().map(|log| decode(doing, log)).collect()
    }

    /// The same as they come, read in ranges of blocks. A range that an RPC finds too large is halved.
    pub(super) async fn logs(&self, doing: &'static str, filter: Filter, until: u64) -> Result<Vec<Log>, ChainError> {
        self.logs_within(doing, filter, self.deployment().block..=until).await
    }

    pub(super) async fn logs_within(
        &self,
        doing: &'static str,
        filter: Filter,
        blocks: RangeInclusive<u64>,
    ) -> Result<Vec<Log>, ChainError> {
        let mut found = Vec::new();
        let (mut start, until) = blocks.into_inner();
        while start <= until {
            let span = self.log_range.load(Ordering::Relaxed).max(1);
            let end = until.min(start.saturating_add(span - 1));
            let range = filter.clone().from_block(start).to_block(end);
            match self.provider.get_logs(&range).await {
                Ok(logs) => {
                    found.extend(logs);
                    start = end + 1;
                }
                Err(source) if end > start && is_too_large(&source) => {
                    let half = (end - start).div_ceil(2);
                    tracing::debug!(blocks = half, "the RPC gives events of fewer blocks at once only");
                    self.log_range.store(half, Ordering::Relaxed);
                }
                Err(source) => return Err(self.rpc(doing, source)),
            }
        }
        Ok(found)
    }
}

fn is_too_large(source: &TransportError) -> bool {
    source.as_error_resp().is_some_and(|error| super::rpc::is_too_large(&error.message.to_lowercase()))
}

impl From<Found<Distributor::BatchPosted>> for Posted {
    fn from(Found { event, block, tx }: Found<Distributor::BatchPosted>) -> Self {
        Self {
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
        }
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
