//! Evidence files, compressed with zstd and named by the SHA-256 of their bytes.

use super::{Result, Store, StoreError, at, big, get, hash, number, round};
use alloy::primitives::B256;
use guerdon_core::evidence;
use guerdon_core::model::Epoch;
use sqlx::any::AnyRow;

const LEVEL: i32 = 9;

/// An evidence file without its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredEvidence {
    pub hash: B256,
    pub epoch: Epoch,
    pub round: u32,
    /// UTC seconds.
    pub cut_at: u64,
}

impl Store {
    /// Keeps an evidence file and gives its hash; kept again it is its round's latest.
    pub async fn put_evidence(&self, epoch: Epoch, round: u32, bytes: &[u8], cut_at: u64) -> Result<B256> {
        let hash = evidence::hash(bytes);
        let packed = zstd::encode_all(bytes, LEVEL).map_err(|source| StoreError::Compress { hash, source })?;
        let epoch = big("the epoch", epoch.0)?;
        let mut tx = self.write().await?;
        let next =
            sqlx::query("SELECT COALESCE(MAX(sequence), 0) + 1 AS next FROM evidence WHERE epoch = $1 AND round = $2")
                .bind(epoch)
                .bind(i64::from(round))
                .fetch_one(&mut *tx)
                .await
                .map_err(at("writing evidence"))?;
        sqlx::query(
            "INSERT INTO evidence (hash, epoch, round, bytes, cut_at, sequence) VALUES ($1, $2, $3, $4, $5, $6)
             ON CONFLICT (hash) DO UPDATE SET sequence = excluded.sequence",
        )
        .bind(hash.to_string())
        .bind(epoch)
        .bind(i64::from(round))
        .bind(packed)
        .bind(big("the time", cut_at)?)
        .bind(get::<i64, _>(&next, "next")?)
        .execute(&mut *tx)
        .await
        .map_err(at("writing evidence"))?;
        tx.commit().await.map_err(at("writing evidence"))?;
        Ok(hash)
    }

    /// The uncompressed bytes.
    pub async fn evidence_by_hash(&self, hash: B256) -> Result<Option<Vec<u8>>> {
        let row = sqlx::query("SELECT hash, bytes FROM evidence WHERE hash = $1")
            .bind(hash.to_string())
            .fetch_optional(&self.pool)
            .await
            .map_err(at("reading evidence"))?;
        row.as_ref().map(|row| unpack(row).map(|(_, bytes)| bytes)).transpose()
    }

    /// The file as it is kept: one zstd frame, for readers who check the hash themselves.
    pub async fn packed_evidence(&self, hash: B256) -> Result<Option<Vec<u8>>> {
        let row = sqlx::query("SELECT bytes FROM evidence WHERE hash = $1")
            .bind(hash.to_string())
            .fetch_optional(&self.pool)
            .await
            .map_err(at("reading evidence"))?;
        row.as_ref().map(|row| get(row, "bytes")).transpose()
    }

    /// The hash of the file that was cut last for the last round of this epoch.
    pub async fn last_evidence_hash(&self, epoch: Epoch) -> Result<Option<B256>> {
        let row = sqlx::query("SELECT hash FROM evidence WHERE epoch = $1 ORDER BY round DESC, sequence DESC LIMIT 1")
            .bind(big("the epoch", epoch.0)?)
            .fetch_optional(&self.pool)
            .await
            .map_err(at("reading evidence"))?;
        row.as_ref().map(|row| hash(row, "hash")).transpose()
    }

    /// The file that was cut last for this epoch and round.
    pub async fn evidence(&self, epoch: Epoch, round: u32) -> Result<Option<(B256, Vec<u8>)>> {
        let row = sqlx::query(
            "SELECT hash, bytes FROM evidence WHERE epoch = $1 AND round = $2 ORDER BY sequence DESC LIMIT 1",
        )
        .bind(big("the epoch", epoch.0)?)
        .bind(i64::from(round))
        .fetch_optional(&self.pool)
        .await
        .map_err(at("reading evidence"))?;
        row.as_ref().map(unpack).transpose()
    }

    /// Ascending by epoch, round and the order of cutting.
    pub async fn evidences(&self) -> Result<Vec<StoredEvidence>> {
        let rows = sqlx::query("SELECT hash, epoch, round, cut_at FROM evidence ORDER BY epoch, round, sequence")
            .fetch_all(&self.pool)
            .await
            .map_err(at("listing evidence"))?;
        rows.iter()
            .map(|row| {
                Ok(StoredEvidence {
                    hash: hash(row, "hash")?,
                    epoch: Epoch(number(row, "epoch")?),
                    round: round(row)?,
                    cut_at: number(row, "cut_at")?,
                })
            })
            .collect()
    }
}

fn unpack(row: &AnyRow) -> Result<(B256, Vec<u8>)> {
    let named = hash(row, "hash")?;
    let packed: Vec<u8> = get(row, "bytes")?;
    let bytes = zstd::decode_all(packed.as_slice()).map_err(|source| StoreError::Compress { hash: named, source })?;
    if evidence::hash(&bytes) != named {
        return Err(StoreError::Corrupt { what: "evidence file", value: named.to_string() });
    }
    Ok((named, bytes))
}
