//! Up to which time the store is known to have everything.

use super::{Result, Store, at, big, number};

impl Store {
    /// A complete fetch of this repository began at that time.
    pub async fn set_fetched(&self, repository: u64, began: u64) -> Result<()> {
        sqlx::query(
            "INSERT INTO fetched (repository_id, began) VALUES ($1, $2)
             ON CONFLICT (repository_id) DO UPDATE SET began = excluded.began",
        )
        .bind(big("the repository id", repository)?)
        .bind(big("the time", began)?)
        .execute(&self.pool)
        .await
        .map_err(at("noting a fetch"))?;
        Ok(())
    }

    /// When the last complete fetch of this repository began.
    pub async fn fetched(&self, repository: u64) -> Result<Option<u64>> {
        let row = sqlx::query("SELECT began FROM fetched WHERE repository_id = $1")
            .bind(big("the repository id", repository)?)
            .fetch_optional(&self.pool)
            .await
            .map_err(at("reading a fetch"))?;
        row.as_ref().map(|row| number(row, "began")).transpose()
    }
}
