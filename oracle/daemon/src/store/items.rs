//! Line items, refusals and each person's sum: why somebody was paid, and why not.

use super::many::{self, rows_at_once};
use super::{Result, Store, at, big, get, number, round};
use guerdon_core::model::{ContributorId, Epoch};
use sqlx::any::AnyRow;

/// Which of the lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ItemTable {
    LineItems,
    Refusals,
    /// What became of one person's units: one row each.
    People,
}

/// One row of a list; `body` is its JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    pub epoch: Epoch,
    pub round: u32,
    pub position: u64,
    pub contributor: ContributorId,
    pub body: String,
}

const COLUMNS: usize = 5;

macro_rules! statement {
    ($table:expr, $before:literal, $after:literal) => {
        match $table {
            ItemTable::LineItems => concat!($before, " line_items ", $after),
            ItemTable::Refusals => concat!($before, " refusals ", $after),
            ItemTable::People => concat!($before, " people ", $after),
        }
    };
}

/// The ids come from the index alone, and each one's last row by a look at it.
macro_rules! last_after {
    ($table:expr) => {
        match $table {
            ItemTable::LineItems => last_after!(of "line_items"),
            ItemTable::Refusals => last_after!(of "refusals"),
            ItemTable::People => last_after!(of "people"),
        }
    };
    (of $name:literal) => {
        concat!(
            "SELECT p.epoch, p.round, p.position, p.contributor_id, p.body FROM (SELECT DISTINCT contributor_id FROM ",
            $name,
            " WHERE contributor_id > $1 ORDER BY contributor_id LIMIT $2) ids JOIN ",
            $name,
            " p ON p.contributor_id = ids.contributor_id AND (p.epoch, p.round, p.position) = (SELECT q.epoch, q.round, \
             q.position FROM ",
            $name,
            " q WHERE q.contributor_id = ids.contributor_id ORDER BY q.epoch DESC, q.round DESC, q.position DESC LIMIT 1) \
             ORDER BY p.contributor_id"
        )
    };
}

impl Store {
    /// Replaces all of an epoch and round, in the given order; positions count from 0.
    pub async fn replace_items(
        &self,
        table: ItemTable,
        epoch: Epoch,
        round: u32,
        items: &[(ContributorId, String)],
    ) -> Result<()> {
        let number_of_epoch = big("the epoch", epoch.0)?;
        let mut tx = self.write().await?;
        sqlx::query(statement!(table, "DELETE FROM", "WHERE epoch = $1 AND round = $2"))
            .bind(number_of_epoch)
            .bind(i64::from(round))
            .execute(&mut *tx)
            .await
            .map_err(at("replacing items"))?;
        let mut position = 0_i64;
        for chunk in items.chunks(rows_at_once(COLUMNS)) {
            let before = statement!(table, "INSERT INTO", "(epoch, round, position, contributor_id, body) VALUES");
            let mut insert = many::statement(self.kind, before, (COLUMNS, chunk.len()), "");
            for (contributor, body) in chunk {
                insert = insert.bind(number_of_epoch).bind(i64::from(round)).bind(position);
                insert = insert.bind(big("the contributor id", contributor.0)?).bind(body.as_str());
                position += 1;
            }
            insert.execute(&mut *tx).await.map_err(at("writing items"))?;
        }
        tx.commit().await.map_err(at("replacing items"))
    }

    /// All of one epoch and round, by position.
    pub async fn items(&self, table: ItemTable, epoch: Epoch, round: u32) -> Result<Vec<Item>> {
        let rows = sqlx::query(statement!(
            table,
            "SELECT epoch, round, position, contributor_id, body FROM",
            "WHERE epoch = $1 AND round = $2 ORDER BY position"
        ))
        .bind(big("the epoch", epoch.0)?)
        .bind(i64::from(round))
        .fetch_all(&self.pool)
        .await
        .map_err(at("reading items"))?;
        rows.iter().map(item_of).collect()
    }

    /// All of one contributor, by epoch, round and position.
    pub async fn items_of(&self, table: ItemTable, contributor: ContributorId) -> Result<Vec<Item>> {
        let rows = sqlx::query(statement!(
            table,
            "SELECT epoch, round, position, contributor_id, body FROM",
            "WHERE contributor_id = $1 ORDER BY epoch, round, position"
        ))
        .bind(big("the contributor id", contributor.0)?)
        .fetch_all(&self.pool)
        .await
        .map_err(at("reading items"))?;
        rows.iter().map(item_of).collect()
    }

    /// The last one of a contributor, by epoch, round and position.
    pub async fn last_item_of(&self, table: ItemTable, contributor: ContributorId) -> Result<Option<Item>> {
        let row = sqlx::query(statement!(
            table,
            "SELECT epoch, round, position, contributor_id, body FROM",
            "WHERE contributor_id = $1 ORDER BY epoch DESC, round DESC, position DESC LIMIT 1"
        ))
        .bind(big("the contributor id", contributor.0)?)
        .fetch_optional(&self.pool)
        .await
        .map_err(at("reading an item"))?;
        row.as_ref().map(item_of).transpose()
    }

    /// The last one of each contributor above an id, ascending by id.
    pub async fn last_items_after(&self, table: ItemTable, after: u64, limit: u32) -> Result<Vec<Item>> {
        let rows = sqlx::query(last_after!(table))
            .bind(big("the contributor id", after)?)
            .bind(i64::from(limit))
            .fetch_all(&self.pool)
            .await
            .map_err(at("listing contributors"))?;
        rows.iter().map(item_of).collect()
    }
}

fn item_of(row: &AnyRow) -> Result<Item> {
    Ok(Item {
        epoch: Epoch(number(row, "epoch")?),
        round: round(row)?,
        position: number(row, "position")?,
        contributor: ContributorId(number(row, "contributor_id")?),
        body: get(row, "body")?,
    })
}
