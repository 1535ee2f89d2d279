//! What came of an epoch as a whole: one JSON text for each epoch and round.

use super::{Result, Store, at, big, get};
use guerdon_core::model::Epoch;

impl Store {
    /// Keeps it in the place of what was kept before.
    pub async fn put_score(&self, epoch: Epoch, round: u32, body: &str) -> Result<()> {
        self.run(
            "writing a score",
            sqlx::query(
                "INSERT INTO scores (epoch, round, body) VALUES ($1, $2, $3)
             ON CONFLICT (epoch, round) DO UPDATE SET body = excluded.body",
            )
            .bind(big("the epoch", epoch.0)?)
            .bind(i64::from(round))
            .bind(body),
        )
        .await?;
        Ok(())
    }

    pub async fn score(&self, epoch: Epoch, round: u32) -> Result<Option<String>> {
        let row = sqlx::query("SELECT body FROM scores WHERE epoch = $1 AND round = $2")
            .bind(big("the epoch", epoch.0)?)
            .bind(i64::from(round))
            .fetch_optional(&self.pool)
            .await
            .map_err(at("reading a score"))?;
        row.as_ref().map(|row| get(row, "body")).transpose()
    }
}
