//! What the chain says in the end, from its events alone: each epoch posted once, each entry published and
//! credited once, and every account holding exactly that.

use super::town::Town;
use super::{ChaosError, Result};
use crate::anvil::AnvilError;
use alloy::primitives::{B256, Bytes, U256};
use alloy::providers::Provider as _;
use alloy::rpc::types::Filter;
use alloy::sol_types::SolEventInterface as _;
use guerdon_bindings::contracts::GuerdonToken;
use guerdon_bindings::contracts::RewardDistributor::RewardDistributorEvents as Event;
use guerdon_core::batch::{self, Entry};
use guerdon_core::model::ContributorId;
use std::collections::BTreeMap;

/// An epoch that was paid as it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paid {
    pub epoch: u64,
    pub entries_hash: B256,
    pub evidence_hash: B256,
    pub total: u64,
    pub entries: Vec<Entry>,
    pub chunks: usize,
}

/// What the events of one epoch are.
#[derive(Default)]
struct Seen {
    posted: Vec<(u32, B256, B256, u64)>,
    published: Vec<(u32, Bytes)>,
    credited: Vec<(u32, u64)>,
    settled: usize,
    void: usize,
}

impl Town {
    /// Every epoch that was posted, each exactly once; anything else is an error.
    pub async fn books(&self) -> Result<Vec<Paid>> {
        let mut paid = Vec::new();
        for (epoch, seen) in self.seen().await? {
            paid.push(one(epoch, &seen).map_err(|problem| ChaosError::Wrong { epoch, problem })?);
        }
        self.balance(&paid).await?;
        Ok(paid)
    }

    async fn seen(&self) -> Result<BTreeMap<u64, Seen>> {
        let rpc = |source| AnvilError::Rpc { doing: "reading events", source };
        let filter = Filter::new().address(self.sandbox.deployment.distributor()).from_block(0);
        let logs = self.sandbox.anvil.provider().get_logs(&filter).await.map_err(rpc)?;
        let mut epochs: BTreeMap<u64, Seen> = BTreeMap::new();
        for log in logs {
            // Other contracts' events are not asked for, but the distributor may have some that are unknown here.
            let Ok(event) = Event::decode_log(&log.inner) else { continue };
            match event.data {
                Event::BatchPosted(event) => {
                    let batch = event.batch;
                    let posted = (event.round, batch.entriesHash, batch.evidenceHash, batch.total);
                    epochs.entry(event.epoch).or_default().posted.push(posted);
                }
                Event::EntriesPublished(event) => {
                    epochs.entry(event.epoch).or_default().published.push((event.firstPosition, event.entries));
                }
                Event::EntriesCredited(event) => {
                    epochs.entry(event.epoch).or_default().credited.push((event.count, event.units));
                }
                Event::BatchSettled(event) => epochs.entry(event.epoch).or_default().settled += 1,
                Event::BatchVoided(event) => epochs.entry(event.epoch).or_default().void += 1,
                _ => {}
            }
        }
        Ok(epochs)
    }

    /// Every account holds what its entries add up to, and the distributor holds the money for it.
    async fn balance(&self, paid: &[Paid]) -> Result<()> {
        let wrong = |epoch, problem| ChaosError::Wrong { epoch, problem };
        let last = paid.last().map_or(0, |paid| paid.epoch);
        let mut earned: BTreeMap<ContributorId, u64> = BTreeMap::new();
        for entry in paid.iter().flat_map(|paid| &paid.entries) {
            *earned.entry(entry.id).or_default() += entry.units;
        }
        for (id, units) in &earned {
            let account = self.distributor().account(id.0).call().await.map_err(Box::new)?;
            if account.earned.to::<u64>() != *units {
                return Err(wrong(last, format!("{id} was credited {} units, not {units}", account.earned)));
            }
        }
        let provider = self.sandbox.anvil.provider();
        let distributor = self.sandbox.deployment.distributor();
        let token = self.distributor().token().call().await.map_err(Box::new)?;
        let held = GuerdonToken::new(token, provider).balanceOf(distributor).call().await.map_err(Box::new)?;
        let unit = self.distributor().unit().call().await.map_err(Box::new)?;
        let owed = U256::from(paid.iter().map(|paid| paid.total).sum::<u64>()) * unit;
        if held != owed {
            return Err(wrong(last, format!("the distributor holds {held} and owes {owed}")));
        }
        Ok(())
    }
}

fn one(epoch: u64, seen: &Seen) -> Result<Paid, String> {
    let [(round, entries_hash, evidence_hash, total)] = seen.posted.as_slice() else {
        return Err(format!("{} batches were posted: {:?}", seen.posted.len(), seen.posted));
    };
    if *round != 1 || seen.void > 0 || seen.settled != 1 {
        return Err(format!("round {round}, {} times void, {} times settled", seen.void, seen.settled));
    }
    let mut entries = Vec::new();
    for (first, packed) in &seen.published {
        if u32::try_from(entries.len()) != Ok(*first) {
            return Err(format!("entry {first} was published after {} others", entries.len()));
        }
        entries.extend(batch::unpack(packed).map_err(|error| error.to_string())?);
    }
    let hash = batch::entries_hash(&entries).map_err(|error| error.to_string())?;
    if hash != *entries_hash {
        return Err(format!("what was published hashes to {hash}, not to {entries_hash}"));
    }
    let count: u64 = seen.credited.iter().map(|(count, _)| u64::from(*count)).sum();
    let units: u64 = seen.credited.iter().map(|(_, units)| *units).sum();
    if seen.credited.len() != seen.published.len() || count != entries.len() as u64 || units != *total {
        return Err(format!(
            "{} chunks of {} entries and {total} units were credited {} times as {count} entries and {units} units",
            seen.published.len(),
            entries.len(),
            seen.credited.len()
        ));
    }
    Ok(Paid {
        epoch,
        entries_hash: *entries_hash,
        evidence_hash: *evidence_hash,
        total: *total,
        entries,
        chunks: seen.published.len(),
    })
}
