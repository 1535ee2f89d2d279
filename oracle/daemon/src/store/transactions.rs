//! Transactions: written with their bytes before they are sent, and what became of them.

use super::{Result, Store, StoreError, at, big, get, hash, number};
use alloy::primitives::{Address, B256, Bytes};
use guerdon_core::model::Epoch;
use sqlx::any::AnyRow;
use std::fmt;
use std::str::FromStr;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewTransaction {
    /// `post`, `publish`, `credit`, `void`, `link`, `claim`, ...
    pub purpose: String,
    /// 0 where it belongs to no epoch.
    pub epoch: Epoch,
    /// Of the first entry in a chunk, or a contributor's id, or 0.
    pub position: u64,
    pub hash: B256,
    pub status: TransactionStatus,
    pub block: Option<u64>,
    /// Who pays.
    pub account: Address,
    pub nonce: u64,
    /// As it is sent, signed.
    pub raw: Bytes,
    /// Wei for a unit of gas.
    pub max_fee: u128,
    /// What of it goes to whoever makes the block.
    pub tip: u128,
    /// UTC seconds.
    pub sent_at: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TransactionStatus {
    /// It may be on its way: it was, or is about to be, sent.
    Sent,
    /// In a block that may still be taken back.
    Mined,
    /// In a block with all confirmations.
    Final,
    /// In a block, but it changed nothing.
    Failed,
    /// Another transaction has its nonce.
    Replaced,
    /// Given up before it was mined.
    Dropped,
}

impl TransactionStatus {
    /// Whether it did what it was for.
    pub fn is_done(self) -> bool {
        matches!(self, Self::Mined | Self::Final)
    }

    fn name(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Mined => "mined",
            Self::Final => "final",
            Self::Failed => "failed",
            Self::Replaced => "replaced",
            Self::Dropped => "dropped",
        }
    }
}

impl fmt::Display for TransactionStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for TransactionStatus {
    type Err = StoreError;

    fn from_str(text: &str) -> Result<Self> {
        let all = [Self::Sent, Self::Mined, Self::Final, Self::Failed, Self::Replaced, Self::Dropped];
        let found = all.into_iter().find(|status| status.name() == text);
        found.ok_or_else(|| StoreError::Corrupt { what: "status of a transaction", value: text.to_owned() })
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredTransaction {
    pub id: i64,
    pub transaction: NewTransaction,
}

/// What became of a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outcome {
    pub id: i64,
    pub status: TransactionStatus,
    pub block: Option<u64>,
}

const COLUMNS: &str =
    "id, purpose, epoch, position, hash, status, block_number, account, nonce, raw, max_fee, tip, sent_at";

impl Store {
    /// Gives the row's id. An account has one transaction in flight: while it has, only what takes that one's
    /// nonce is taken.
    pub async fn put_transaction(&self, transaction: &NewTransaction) -> Result<i64> {
        let account = transaction.account.to_string();
        let nonce = big("the nonce", transaction.nonce)?;
        crate::fault::point("store: write a transaction");
        let mut tx = self.write().await?;
        if transaction.status == TransactionStatus::Sent {
            let other =
                sqlx::query("SELECT nonce FROM transactions WHERE account = $1 AND status = $2 AND nonce <> $3")
                    .bind(account.as_str())
                    .bind(TransactionStatus::Sent.name())
                    .bind(nonce)
                    .fetch_optional(&mut *tx)
                    .await
                    .map_err(at("reading what is in flight"))?;
            if let Some(other) = other {
                return Err(StoreError::InFlight { account, nonce: number(&other, "nonce")? });
            }
        }
        let next = sqlx::query("SELECT COALESCE(MAX(id), 0) + 1 AS next FROM transactions")
            .fetch_one(&mut *tx)
            .await
            .map_err(at("writing a transaction"))?;
        let id: i64 = get(&next, "next")?;
        sqlx::query(
            "INSERT INTO transactions (id, purpose, epoch, position, hash, status, block_number, account, nonce, raw,
                                       max_fee, tip, sent_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        )
        .bind(id)
        .bind(transaction.purpose.as_str())
        .bind(big("the epoch", transaction.epoch.0)?)
        .bind(big("the position", transaction.position)?)
        .bind(transaction.hash.to_string())
        .bind(transaction.status.name())
        .bind(block_of(transaction.block)?)
        .bind(account)
        .bind(nonce)
        .bind(transaction.raw.to_string())
        .bind(transaction.max_fee.to_string())
        .bind(transaction.tip.to_string())
        .bind(big("the time", transaction.sent_at)?)
        .execute(&mut *tx)
        .await
        .map_err(at("writing a transaction"))?;
        tx.commit().await.map_err(at("writing a transaction"))?;
        crate::fault::point("store: a transaction was written");
        Ok(id)
    }

    /// What became of transactions, all or nothing.
    pub async fn set_outcomes(&self, outcomes: &[Outcome]) -> Result<()> {
        crate::fault::point("store: write outcomes");
        let mut tx = self.write().await?;
        for &Outcome { id, status, block } in outcomes {
            let done = sqlx::query("UPDATE transactions SET status = $1, block_number = $2 WHERE id = $3")
                .bind(status.name())
                .bind(block_of(block)?)
                .bind(id)
                .execute(&mut *tx)
                .await
                .map_err(at("updating a transaction"))?;
            if done.rows_affected() == 0 {
                return Err(StoreError::NoTransaction { id });
            }
        }
        tx.commit().await.map_err(at("updating a transaction"))?;
        crate::fault::point("store: outcomes were written");
        Ok(())
    }

    /// In the order of sending.
    pub async fn transactions(&self, epoch: Epoch) -> Result<Vec<StoredTransaction>> {
        let rows = sqlx::query(sqlx::AssertSqlSafe(format!(
            "SELECT {COLUMNS} FROM transactions WHERE epoch = $1 ORDER BY id"
        )))
        .bind(big("the epoch", epoch.0)?)
        .fetch_all(&self.pool)
        .await
        .map_err(at("reading transactions"))?;
        rows.iter().map(transaction_of).collect()
    }

    /// What an account has sent or mined, and may not be certain yet, by nonce and then in the order of sending.
    pub async fn open_transactions(&self, account: Address) -> Result<Vec<StoredTransaction>> {
        let rows = sqlx::query(sqlx::AssertSqlSafe(format!(
            "SELECT {COLUMNS} FROM transactions WHERE account = $1 AND status IN ($2, $3) ORDER BY nonce, id"
        )))
        .bind(account.to_string())
        .bind(TransactionStatus::Sent.name())
        .bind(TransactionStatus::Mined.name())
        .fetch_all(&self.pool)
        .await
        .map_err(at("reading what is in flight"))?;
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
    let status: String = get(row, "status")?;
    Ok(StoredTransaction {
        id: get(row, "id")?,
        transaction: NewTransaction {
            purpose: get(row, "purpose")?,
            epoch: Epoch(number(row, "epoch")?),
            position: number(row, "position")?,
            hash: hash(row, "hash")?,
            status: status.parse()?,
            block,
            // Rows of earlier versions do not say.
            account: parsed(row, "account", Address::ZERO)?,
            nonce: number(row, "nonce")?,
            raw: parsed(row, "raw", Bytes::new())?,
            max_fee: parsed(row, "max_fee", 0)?,
            tip: parsed(row, "tip", 0)?,
            sent_at: number(row, "sent_at")?,
        },
    })
}

fn parsed<T: FromStr>(row: &AnyRow, column: &'static str, absent: T) -> Result<T> {
    let text: String = get(row, column)?;
    if text.is_empty() {
        return Ok(absent);
    }
    text.parse().map_err(|_| StoreError::Corrupt { what: column, value: text })
}
