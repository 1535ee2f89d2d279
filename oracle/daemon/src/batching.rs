//! Verbs 3 and 4: takes evidence, gives line items and a batch in the store.

use crate::oracle::{Oracle, OracleError, Result};
use crate::record::EpochRecord;
use crate::store::{ItemTable, StoredBatch};
use guerdon_core::B256;
use guerdon_core::batch::{self, BatchHeader, Entry};
use guerdon_core::evidence::Header;
use guerdon_core::model::{ContributorId, Epoch};
use guerdon_core::verify::Rebuilt;
use serde::Serialize;

/// A batch with its parts read.
#[derive(Clone, Debug)]
pub struct Prepared {
    pub header: BatchHeader,
    pub entries: Vec<Entry>,
}

impl Oracle {
    /// Cuts the evidence if need be, scores it and keeps why everybody gets what they get.
    pub async fn score(&self, epoch: Epoch, round: u32) -> Result<Rebuilt> {
        let bytes = self.evidence(epoch, round).await?;
        let (rebuilt, policy) = self.policies.rebuild(&bytes)?;
        let outcome = &rebuilt.outcome;
        let items = rows(&outcome.items, |item| item.contributor)?;
        self.store.replace_items(ItemTable::LineItems, epoch, round, &items).await?;
        let refusals = rows(&outcome.refusals, |refusal| refusal.contributor)?;
        self.store.replace_items(ItemTable::Refusals, epoch, round, &refusals).await?;
        let people = rows(&outcome.people, |person| person.id)?;
        self.store.replace_items(ItemTable::People, epoch, round, &people).await?;
        self.keep_explanations(&rebuilt).await?;
        EpochRecord::of(&rebuilt, policy).keep(&self.store).await?;
        Ok(rebuilt)
    }

    /// The batch that was made before, with its parts checked.
    pub async fn prepared(&self, epoch: Epoch, round: u32) -> Result<Option<Prepared>> {
        self.store.batch(epoch, round).await?.as_ref().map(read).transpose()
    }

    /// Makes the batch of an epoch; nothing when nobody is paid in it. One that was made for another oracle set is
    /// made anew: the distributor would not take it.
    pub async fn batch(&self, epoch: Epoch, round: u32) -> Result<Option<Prepared>> {
        let oracle_set = self.chain.oracle_set_id().await?;
        if let Some(prepared) = self.prepared(epoch, round).await?
            && prepared.header.oracle_set == oracle_set
        {
            return Ok(Some(prepared).filter(|prepared| !prepared.entries.is_empty()));
        }
        let rebuilt = self.score(epoch, round).await?;
        if rebuilt.outcome.entries.is_empty() {
            return Ok(None);
        }
        Ok(Some(self.keep_batch(self.prepare(rebuilt, oracle_set)).await?))
    }

    /// The last second in which a round may be posted, UTC. It depends on nobody's clock, so that every oracle
    /// makes the same header.
    pub fn post_before(&self, epoch: Epoch, round: u32) -> u64 {
        self.due(epoch).saturating_add(self.config.oracle.post_within.saturating_mul(round.into()))
    }

    /// The batch that scored evidence comes to.
    pub(crate) fn prepare(&self, rebuilt: Rebuilt, oracle_set: u64) -> Prepared {
        let Header { epoch, round, terms, .. } = rebuilt.evidence.header;
        let header = BatchHeader {
            epoch,
            round,
            oracle_set,
            post_before: self.post_before(epoch, round),
            total: rebuilt.outcome.total,
            entries_hash: rebuilt.entries_hash,
            policy_hash: terms.policy,
            evidence_hash: rebuilt.evidence_hash,
        };
        Prepared { header, entries: rebuilt.outcome.entries }
    }

    pub(crate) async fn keep_batch(&self, prepared: Prepared) -> Result<Prepared> {
        let now = self.chain.now().await?.timestamp;
        self.store.put_batch(&stored(&prepared, now)?, prepared.header.oracle_set).await?;
        Ok(prepared)
    }
}

fn rows<T: Serialize>(items: &[T], id: impl Fn(&T) -> ContributorId) -> Result<Vec<(ContributorId, String)>> {
    items.iter().map(|item| Ok((id(item), json(item)?))).collect()
}

pub(crate) fn json<T: Serialize>(value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(|source| OracleError::Stored(source.to_string()))
}

fn stored(prepared: &Prepared, created: u64) -> Result<StoredBatch> {
    let header = &prepared.header;
    let chunks =
        if prepared.entries.is_empty() { Vec::new() } else { batch::chunks(&prepared.entries, batch::MAX_CHUNK)? };
    Ok(StoredBatch {
        epoch: header.epoch,
        round: header.round,
        header: json(header)?,
        entries: chunks.into_iter().flat_map(|chunk| chunk.entries).collect(),
        entries_hash: header.entries_hash,
        evidence_hash: header.evidence_hash,
        policy_hash: header.policy_hash,
        total: header.total,
        count: prepared.entries.len().try_into().unwrap_or(u64::MAX),
        created,
    })
}

/// A header as the store keeps it.
pub(crate) fn read_header(text: &str) -> Result<BatchHeader> {
    serde_json::from_str(text).map_err(|source| OracleError::Stored(source.to_string()))
}

/// Reads a stored batch and checks that its parts still belong together.
fn read(stored: &StoredBatch) -> Result<Prepared> {
    let header = read_header(&stored.header)?;
    let entries = batch::unpack(&stored.entries)?;
    // An epoch that pays nobody has a header for the oracles to agree on; the distributor takes none of it.
    let (hash, total) = match entries.as_slice() {
        [] => (B256::ZERO, 0),
        some => (batch::entries_hash(some)?, batch::total(some)?),
    };
    if (hash, total) != (header.entries_hash, header.total) {
        return Err(OracleError::Stored(format!("epoch {}: the entries do not match the header", header.epoch)));
    }
    Ok(Prepared { header, entries })
}
