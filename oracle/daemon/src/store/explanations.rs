//! Why somebody was paid, as it is shown: one JSON text for each contributor of an epoch's latest
//! scored round, so that showing it costs one look at an index.

use super::many::{self, rows_at_once};
use super::{Result, Store, at, big, get, number, round};
use guerdon_core::model::{ContributorId, Epoch};
use sqlx::any::AnyRow;

/// One contributor in one epoch; `body` is what was made of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    pub epoch: Epoch,
    pub round: u32,
    pub contributor: ContributorId,
    pub body: String,
}

const COLUMNS: usize = 4;

impl Store {
    /// Replaces all of an epoch, unless a later round is kept.
    pub async fn replace_explanations(
        &self,
        epoch: Epoch,
        number_of_round: u32,
        explanations: &[(ContributorId, String)],
    ) -> Result<()> {
        let number_of_epoch = big("the epoch", epoch.0)?;
        let mut tx = self.write().await?;
        let later = sqlx::query("SELECT COUNT(*) AS later FROM explanations WHERE epoch = $1 AND round > $2")
            .bind(number_of_epoch)
            .bind(i64::from(number_of_round))
            .fetch_one(&mut *tx)
            .await
            .map_err(at("reading explanations"))?;
        if number(&later, "later")? > 0 {
            return Ok(());
        }
        sqlx::query("DELETE FROM explanations WHERE epoch = $1")
            .bind(number_of_epoch)
            .execute(&mut *tx)
            .await
            .map_err(at("replacing explanations"))?;
        for chunk in explanations.chunks(rows_at_once(COLUMNS)) {
            let before = "INSERT INTO explanations (contributor_id, epoch, round, body) VALUES";
            let mut insert = many::statement(self.kind, before, (COLUMNS, chunk.len()), "");
            for (contributor, body) in chunk {
                insert = insert.bind(big("the contributor id", contributor.0)?).bind(number_of_epoch);
                insert = insert.bind(i64::from(number_of_round)).bind(body.as_str());
            }
            insert.execute(&mut *tx).await.map_err(at("writing explanations"))?;
        }
        tx.commit().await.map_err(at("replacing explanations"))
    }

    /// The rounds that are kept, by epoch.
    pub async fn explained_rounds(&self) -> Result<Vec<(Epoch, u32)>> {
        let rows = sqlx::query("SELECT epoch, MAX(round) AS round FROM explanations GROUP BY epoch ORDER BY epoch")
            .fetch_all(&self.pool)
            .await
            .map_err(at("listing explanations"))?;
        rows.iter().map(|row| Ok((Epoch(number(row, "epoch")?), round(row)?))).collect()
    }

    /// Of one contributor, by epoch, after one; or only that epoch's.
    pub async fn explanations_of(
        &self,
        contributor: ContributorId,
        (from, to): (Epoch, Epoch),
        limit: u32,
    ) -> Result<Vec<Kept>> {
        let rows = sqlx::query(
            "SELECT epoch, round, contributor_id, body FROM explanations
             WHERE contributor_id = $1 AND epoch >= $2 AND epoch <= $3 ORDER BY epoch LIMIT $4",
        )
        .bind(big("the contributor id", contributor.0)?)
        .bind(big("the epoch", from.0)?)
        .bind(big("the epoch", to.0)?)
        .bind(i64::from(limit))
        .fetch_all(&self.pool)
        .await
        .map_err(at("reading explanations"))?;
        rows.iter().map(kept_of).collect()
    }

    /// Of one epoch, by contributor, after one.
    pub async fn explanations_in(&self, epoch: Epoch, after: ContributorId, limit: u32) -> Result<Vec<Kept>> {
        let rows = sqlx::query(
            "SELECT epoch, round, contributor_id, body FROM explanations
             WHERE epoch = $1 AND contributor_id > $2 ORDER BY contributor_id LIMIT $3",
        )
        .bind(big("the epoch", epoch.0)?)
        .bind(big("the contributor id", after.0)?)
        .bind(i64::from(limit))
        .fetch_all(&self.pool)
        .await
        .map_err(at("reading explanations"))?;
        rows.iter().map(kept_of).collect()
    }
}

fn kept_of(row: &AnyRow) -> Result<Kept> {
    Ok(Kept {
        epoch: Epoch(number(row, "epoch")?),
        round: round(row)?,
        contributor: ContributorId(number(row, "contributor_id")?),
        body: get(row, "body")?,
    })
}
