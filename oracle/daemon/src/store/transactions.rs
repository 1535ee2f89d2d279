//! Transactions that were sent: what for, and what became of them.

use super::{Result, Store, StoreError, at, big, get, hash, number};
use alloy::primitives::B256;
use guerdon_core::model::Epoch;
use sqlx::any::AnyRow;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewTransaction {
    /// `post`, `publish`, `credit`, `link`, `claim`.
    pub purpose: String,
    /// 0 where it belongs to no epoch.
    pub epoch: Epoch,
    /// Of the first entry in a chunk, or 0.
    pub position: u64,
    pub hash: B256,
    /// `sent`, `mined`, `failed`.
    pub status: String,
    pub block: Option<u64>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredTransaction {
    pub id: i64,
    pub transaction: NewTransaction,
}

impl Store {
    /// Gives the row's id.
    pub async fn put_transaction(&self, transaction: &NewTransaction) -> Result<i64> {
        let mut tx = self.write().await?;
        let next = sqlx::query("SELECT COALESCE(MAX(id), 0) + 1 AS next FROM transactions")
            .fetch_one(&mut *tx)
            .await
            .map_err(at("writing a transaction"))?;
        let id: i64 = get(&next, "next")?;
        sqlx::query(
            "INSERT INTO transactions (id, purpose, epoch, position, hash, status, block_number)
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(id)
        .bind(transaction.purpose.as_str())
        .bind(big("the epoch", transaction.epoch.0)?)
        .bind(big("the position", transaction.position)?)
        .bind(transaction.hash.to_string())
        .bind(transaction.status.as_str())
        .bind(block_of(transaction.block)?)
        .execute(&mut *tx)
        .await
        .map_err(at("writing a transaction"))?;
        tx.commit().await.map_err(at("writing a transaction"))?;
        Ok(id)
    }

    pub async fn set_transaction_status(&self, id: i64, status: &str, block: Option<u64>) -> Result<()> {
        let done = sqlx::query("UPDATE transactions SET status = $1, block_number = $2 WHERE id = $3")
            .bind(status)
            .bind(block_of(block)?)
            .bind(id)
            .execute(&self.pool)
            .await
            .map_err(at("updating a transaction"))?;
        if done.rows_affected() == 0 { Err(StoreError::NoTransaction { id }) } else { Ok(()) }
    }

    /// In the order of sending.
    pub async fn transactions(&self, epoch: Epoch) -> Result<Vec<StoredTransaction>> {
        let rows = sqlx::query(
            "SELECT id, purpose, epoch, position, hash, status, block_number FROM transactions
             WHERE epoch = $1 ORDER BY id",
        )
        .bind(big("the epoch", epoch.0)?)
        .fetch_all(&self.pool)
        .await
        .map_err(at("reading transactions"))?;
        rows.iter().map(transaction_of).collect()
    }
}

fn block_of(block: Option<u64>) -> Result<Option<i64>> {
    block.map(|block| big("the block number", block)).transpose()
}

fn transaction_of(row: &AnyRow) -> Result<StoredTransaction> {
    let block: Option<i64> = get(row, "block_number")?;
    let block = block
        .map(|block| {
            u64::try_from(block).map_err(|_| StoreError::Corrupt { what: "block number", value: block.to_string() })
        })
        .transpose()?;
    Ok(StoredTransaction {
        id: get(row, "id")?,
        transaction: NewTransaction {
            purpose: get(row, "purpose")?,
            epoch: Epoch(number(row, "epoch")?),
            position: number(row, "position")?,
            hash: hash(row, "hash")?,
            status: get(row, "status")?,
            block,
        },
    })
}
