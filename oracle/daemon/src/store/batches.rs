//! Batches: a header, its packed entries and what they were computed from.

use super::{Result, Store, StoreError, at, big, get, hash, number, round};
use alloy::primitives::B256;
use guerdon_core::model::Epoch;
use sqlx::any::AnyRow;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredBatch {
    pub epoch: Epoch,
    pub round: u32,
    /// The header as JSON.
    pub header: String,
    /// 14 bytes each, as they go on the chain.
    pub entries: Vec<u8>,
    pub entries_hash: B256,
    pub evidence_hash: B256,
    pub policy_hash: B256,
    /// Units.
    pub total: u64,
    pub count: u64,
    /// UTC seconds; two batches that differ only here are the same.
    pub created: u64,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT epoch, round, header, entries, entries_hash, evidence_hash, policy_hash, total, entry_count, created ",
            "FROM batches ",
            $rest
        )
    };
}

impl Store {
    /// Keeps a batch. The same one again changes nothing; another one for its epoch and round takes
    /// its place only as long as nobody of its oracle set signed for that round.
    pub async fn put_batch(&self, batch: &StoredBatch, oracle_set: u64) -> Result<()> {
        let epoch = big("the epoch", batch.epoch.0)?;
        let number_of_round = i64::from(batch.round);
        let mut tx = self.write().await?;
        let found = sqlx::query(select!("WHERE epoch = $1 AND round = $2"))
            .bind(epoch)
            .bind(number_of_round)
            .fetch_optional(&mut *tx)
            .await
            .map_err(at("reading a batch"))?;
        if let Some(existing) = found.as_ref().map(batch_of).transpose()? {
            if (StoredBatch { created: batch.created, ..existing.clone() }) == *batch {
                return Ok(());
            }
            let signed = sqlx::query(
                "SELECT COUNT(*) AS signed FROM signatures
                 WHERE epoch = $1 AND round = $2 AND oracle_set = $3 AND header = $4",
            )
            .bind(epoch)
            .bind(number_of_round)
            .bind(big("the oracle set", oracle_set)?)
            .bind(existing.header.as_str())
            .fetch_one(&mut *tx)
            .await
            .map_err(at("counting signatures"))?;
            if number(&signed, "signed")? > 0 {
                return Err(StoreError::BatchSigned {
                    epoch: batch.epoch.0,
                    round: batch.round,
                    existing: existing.entries_hash,
                });
            }
            sqlx::query("DELETE FROM batches WHERE epoch = $1 AND round = $2")
                .bind(epoch)
                .bind(number_of_round)
                .execute(&mut *tx)
                .await
                .map_err(at("replacing a batch"))?;
        }
        sqlx::query(
            "INSERT INTO batches (epoch, round, header, entries, entries_hash, evidence_hash, policy_hash, total,
             entry_count, created) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        )
        .bind(epoch)
        .bind(number_of_round)
        .bind(batch.header.as_str())
        .bind(batch.entries.as_slice())
        .bind(batch.entries_hash.to_string())
        .bind(batch.evidence_hash.to_string())
        .bind(batch.policy_hash.to_string())
        .bind(batch.total.to_string())
        .bind(big("the number of entries", batch.count)?)
        .bind(big("the time", batch.created)?)
        .execute(&mut *tx)
        .await
        .map_err(at("writing a batch"))?;
        tx.commit().await.map_err(at("writing a batch"))
    }

    pub async fn batch(&self, epoch: Epoch, round: u32) -> Result<Option<StoredBatch>> {
        let row = sqlx::query(select!("WHERE epoch = $1 AND round = $2"))
            .bind(big("the epoch", epoch.0)?)
            .bind(i64::from(round))
            .fetch_optional(&self.pool)
            .await
            .map_err(at("reading a batch"))?;
        row.as_ref().map(batch_of).transpose()
    }

    /// Ascending by epoch and round.
    pub async fn batches(&self) -> Result<Vec<StoredBatch>> {
        let rows =
            sqlx::query(select!("ORDER BY epoch, round")).fetch_all(&self.pool).await.map_err(at("listing batches"))?;
        rows.iter().map(batch_of).collect()
    }

    /// The one of the highest epoch and, in it, the highest round.
    pub async fn latest_batch(&self) -> Result<Option<StoredBatch>> {
        let row = sqlx::query(select!("ORDER BY epoch DESC, round DESC LIMIT 1"))
            .fetch_optional(&self.pool)
            .await
            .map_err(at("reading the latest batch"))?;
        row.as_ref().map(batch_of).transpose()
    }
}

fn batch_of(row: &AnyRow) -> Result<StoredBatch> {
    let total: String = get(row, "total")?;
    Ok(StoredBatch {
        epoch: Epoch(number(row, "epoch")?),
        round: round(row)?,
        header: get(row, "header")?,
        entries: get(row, "entries")?,
        entries_hash: hash(row, "entries_hash")?,
        evidence_hash: hash(row, "evidence_hash")?,
        policy_hash: hash(row, "policy_hash")?,
        total: total.parse().map_err(|_| StoreError::Corrupt { what: "total", value: total })?,
        count: number(row, "entry_count")?,
        created: number(row, "created")?,
    })
}
