//! What oracles hold for an epoch: lists with their signatures, and what stands behind this one's own.

use super::write::Exclusive;
use super::{Result, Store, StoreError, at, big, get, hash, number};
use alloy::primitives::{Address, B256};
use guerdon_core::model::Epoch;
use sqlx::any::AnyRow;

const LEVEL: i32 = 9;

/// A list as it was signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredHolding {
    pub epoch: Epoch,
    pub oracle: Address,
    pub sequence: u32,
    pub digest: B256,
    /// JSON.
    pub content: String,
}

macro_rules! insert {
    () => {
        "INSERT INTO holdings (epoch, oracle, sequence, digest, content) VALUES ($1, $2, $3, $4, $5)"
    };
}

impl Store {
    /// Keeps a list; the same one again changes nothing.
    pub async fn put_holding(&self, holding: &StoredHolding) -> Result<()> {
        let content = pack(holding.epoch, &holding.content)?;
        let mut tx = self.write().await?;
        insert(
            &mut tx,
            concat!(insert!(), " ON CONFLICT (epoch, oracle, sequence, digest) DO NOTHING"),
            holding,
            content,
        )
        .await?;
        tx.commit().await.map_err(at("writing a list of items"))
    }

    /// Ascending by oracle, sequence and digest.
    pub async fn holdings(&self, epoch: Epoch) -> Result<Vec<StoredHolding>> {
        let rows = sqlx::query(
            "SELECT epoch, oracle, sequence, digest, content FROM holdings WHERE epoch = $1
             ORDER BY oracle, sequence, digest",
        )
        .bind(big("the epoch", epoch.0)?)
        .fetch_all(&self.pool)
        .await
        .map_err(at("reading lists of items"))?;
        rows.iter().map(holding_of).collect()
    }

    /// Keeps this oracle's items, as JSON, together with the list that was signed of them.
    pub async fn put_own(&self, holding: &StoredHolding, items: &str) -> Result<()> {
        let (content, items) = (pack(holding.epoch, &holding.content)?, pack(holding.epoch, items)?);
        let epoch = big("the epoch", holding.epoch.0)?;
        let mut tx = self.write().await?;
        sqlx::query(
            "INSERT INTO held_items (epoch, sequence, content) VALUES ($1, $2, $3)
             ON CONFLICT (epoch, sequence) DO NOTHING",
        )
        .bind(epoch)
        .bind(i64::from(holding.sequence))
        .bind(items)
        .execute(&mut *tx)
        .await
        .map_err(at("writing items"))?;
        // There is none of this sequence yet: what was sealed is never sealed again.
        insert(&mut tx, insert!(), holding, content).await?;
        tx.commit().await.map_err(at("writing items"))
    }

    /// The items of this oracle's latest list of an epoch, as JSON.
    pub async fn own_items(&self, epoch: Epoch) -> Result<Option<String>> {
        let row = sqlx::query("SELECT content FROM held_items WHERE epoch = $1 ORDER BY sequence DESC LIMIT 1")
            .bind(big("the epoch", epoch.0)?)
            .fetch_optional(&self.pool)
            .await
            .map_err(at("reading items"))?;
        row.as_ref().map(|row| unpack(epoch, row)).transpose()
    }

    /// Keeps how the oracles came to a batch, as JSON.
    pub async fn put_told(&self, epoch: Epoch, body: &str) -> Result<()> {
        let mut tx = self.write().await?;
        sqlx::query("INSERT INTO told (epoch, body) VALUES ($1, $2) ON CONFLICT (epoch) DO UPDATE SET body = $2")
            .bind(big("the epoch", epoch.0)?)
            .bind(body)
            .execute(&mut *tx)
            .await
            .map_err(at("writing what oracles told"))?;
        tx.commit().await.map_err(at("writing what oracles told"))
    }

    pub async fn told(&self, epoch: Epoch) -> Result<Option<String>> {
        let row = sqlx::query("SELECT body FROM told WHERE epoch = $1")
            .bind(big("the epoch", epoch.0)?)
            .fetch_optional(&self.pool)
            .await
            .map_err(at("reading what oracles told"))?;
        row.as_ref().map(|row| get(row, "body")).transpose()
    }

    /// The latest epochs of which something is told, newest first.
    pub async fn last_told(&self, most: u32) -> Result<Vec<String>> {
        let rows = sqlx::query("SELECT body FROM told ORDER BY epoch DESC LIMIT $1")
            .bind(i64::from(most))
            .fetch_all(&self.pool)
            .await
            .map_err(at("reading what oracles told"))?;
        rows.iter().map(|row| get(row, "body")).collect()
    }
}

async fn insert(tx: &mut Exclusive, statement: &'static str, holding: &StoredHolding, content: Vec<u8>) -> Result<()> {
    sqlx::query(statement)
        .bind(big("the epoch", holding.epoch.0)?)
        .bind(format!("{:#x}", holding.oracle))
        .bind(i64::from(holding.sequence))
        .bind(holding.digest.to_string())
        .bind(content)
        .execute(&mut **tx)
        .await
        .map_err(at("writing a list of items"))?;
    Ok(())
}

fn holding_of(row: &AnyRow) -> Result<StoredHolding> {
    let epoch = Epoch(number(row, "epoch")?);
    let oracle: String = get(row, "oracle")?;
    let sequence = number(row, "sequence")?;
    Ok(StoredHolding {
        epoch,
        oracle: oracle.parse().map_err(|_| StoreError::Corrupt { what: "oracle", value: oracle })?,
        sequence: u32::try_from(sequence)
            .map_err(|_| StoreError::Corrupt { what: "sequence", value: sequence.to_string() })?,
        digest: hash(row, "digest")?,
        content: unpack(epoch, row)?,
    })
}

fn pack(epoch: Epoch, text: &str) -> Result<Vec<u8>> {
    zstd::encode_all(text.as_bytes(), LEVEL).map_err(|source| StoreError::Items { epoch: epoch.0, source })
}

fn unpack(epoch: Epoch, row: &AnyRow) -> Result<String> {
    let packed: Vec<u8> = get(row, "content")?;
    let broken = |source| StoreError::Items { epoch: epoch.0, source };
    let bytes = zstd::decode_all(packed.as_slice()).map_err(broken)?;
    String::from_utf8(bytes).map_err(|_| StoreError::Corrupt { what: "list of items", value: epoch.to_string() })
}
