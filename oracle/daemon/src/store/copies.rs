//! Where evidence was put for others.

use super::{Result, Store, at, big, get, hash, number};
use alloy::primitives::B256;
use sqlx::any::AnyRow;

/// One evidence file in one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredCopy {
    pub hash: B256,
    /// `s3` or `ipfs`.
    pub place: String,
    /// What it is called there: an object's key, or a CID.
    pub name: String,
    /// UTC seconds.
    pub at: u64,
}

impl Store {
    /// Keeps that a file is there; again, it takes the place of what was known.
    pub async fn put_copy(&self, copy: &StoredCopy) -> Result<()> {
        sqlx::query(
            "INSERT INTO copies (hash, place, name, at) VALUES ($1, $2, $3, $4)
             ON CONFLICT (hash, place) DO UPDATE SET name = excluded.name, at = excluded.at",
        )
        .bind(copy.hash.to_string())
        .bind(copy.place.as_str())
        .bind(copy.name.as_str())
        .bind(big("the time", copy.at)?)
        .execute(&self.pool)
        .await
        .map_err(at("noting a copy of evidence"))?;
        Ok(())
    }

    /// All of them, by hash and place.
    pub async fn copies(&self) -> Result<Vec<StoredCopy>> {
        let rows = sqlx::query("SELECT hash, place, name, at FROM copies ORDER BY hash, place")
            .fetch_all(&self.pool)
            .await
            .map_err(at("reading copies of evidence"))?;
        rows.iter().map(copy).collect()
    }

    /// Those of one file.
    pub async fn copies_of(&self, file: B256) -> Result<Vec<StoredCopy>> {
        let rows = sqlx::query("SELECT hash, place, name, at FROM copies WHERE hash = $1 ORDER BY place")
            .bind(file.to_string())
            .fetch_all(&self.pool)
            .await
            .map_err(at("reading copies of evidence"))?;
        rows.iter().map(copy).collect()
    }
}

fn copy(row: &AnyRow) -> Result<StoredCopy> {
    let (place, name) = (get(row, "place")?, get(row, "name")?);
    Ok(StoredCopy { hash: hash(row, "hash")?, place, name, at: number(row, "at")? })
}
