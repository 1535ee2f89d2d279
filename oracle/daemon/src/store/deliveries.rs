//! Webhook deliveries: what each named, whether it was read again since, and that it came at all.
//!
//! A delivery is here before it is answered, so that a crash loses none.

use super::{Result, Store, at, big, get, number};
use sqlx::any::AnyRow;

/// An object that a delivery named. Times are UTC milliseconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// GitHub's name of the delivery; the same when it is sent again.
    pub id: String,
    pub received: u64,
    pub repository: u64,
    /// GitHub's global id of the object.
    pub node: String,
    pub number: u64,
    /// It says that a pull request was merged just now.
    pub merge: bool,
}

impl Store {
    /// Keeps a delivery to be worked on. `false` when it came before: nothing changes then.
    pub async fn put_delivery(&self, delivery: &Delivery) -> Result<bool> {
        let done = self
            .run(
                "writing a delivery",
                sqlx::query(
                    "INSERT INTO deliveries (id, received, repository_id, node, number, merge)
             VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (id) DO NOTHING",
                )
                .bind(delivery.id.as_str())
                .bind(big("the time", delivery.received)?)
                .bind(big("the repository id", delivery.repository)?)
                .bind(delivery.node.as_str())
                .bind(big("the number", delivery.number)?)
                .bind(i64::from(delivery.merge)),
            )
            .await?;
        Ok(done.rows_affected() > 0)
    }

    /// Those that wait, the oldest first.
    pub async fn waiting_deliveries(&self, limit: u32) -> Result<Vec<Delivery>> {
        let rows = sqlx::query(
            "SELECT id, received, repository_id, node, number, merge FROM deliveries
             WHERE read_at IS NULL ORDER BY received, id LIMIT $1",
        )
        .bind(i64::from(limit))
        .fetch_all(&self.pool)
        .await
        .map_err(at("reading deliveries"))?;
        rows.iter().map(delivery_of).collect()
    }

    /// How many wait.
    pub async fn count_waiting_deliveries(&self) -> Result<u64> {
        let row = sqlx::query("SELECT COUNT(*) AS waiting FROM deliveries WHERE read_at IS NULL")
            .fetch_one(&self.pool)
            .await
            .map_err(at("counting deliveries"))?;
        number(&row, "waiting")
    }

    /// What these named was read at that time, or needs no reading any more.
    pub async fn deliveries_read(&self, ids: &[String], read_at: u64) -> Result<()> {
        let read_at = big("the time", read_at)?;
        let mut tx = self.write().await?;
        for id in ids {
            sqlx::query("UPDATE deliveries SET read_at = $1 WHERE id = $2 AND read_at IS NULL")
                .bind(read_at)
                .bind(id.as_str())
                .execute(&mut *tx)
                .await
                .map_err(at("noting a delivery"))?;
        }
        tx.commit().await.map_err(at("noting deliveries"))
    }

    /// Forgets what came before that time, done or not, and gives how many.
    pub async fn forget_deliveries(&self, before: u64) -> Result<u64> {
        let done = self
            .run(
                "forgetting deliveries",
                sqlx::query("DELETE FROM deliveries WHERE received < $1").bind(big("the time", before)?),
            )
            .await?;
        Ok(done.rows_affected())
    }
}

fn delivery_of(row: &AnyRow) -> Result<Delivery> {
    Ok(Delivery {
        id: get(row, "id")?,
        received: number(row, "received")?,
        repository: number(row, "repository_id")?,
        node: get(row, "node")?,
        number: number(row, "number")?,
        merge: number(row, "merge")? != 0,
    })
}
