//! How far GitHub was read: cursors, heads, and up to which time the store has everything.

use super::{Result, Store, at, big, get, number};

/// When the last complete reading of a repository began, by the chain's clock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Fetched {
    pub began: u64,
    /// The last one that also asked again for what was known.
    pub reread: u64,
}

impl Store {
    pub async fn set_fetched(&self, repository: u64, fetched: Fetched) -> Result<()> {
        self.run(
            "noting a fetch",
            sqlx::query(
                "INSERT INTO fetched (repository_id, began, reread) VALUES ($1, $2, $3)
             ON CONFLICT (repository_id) DO UPDATE SET began = excluded.began, reread = excluded.reread",
            )
            .bind(big("the repository id", repository)?)
            .bind(big("the time", fetched.began)?)
            .bind(big("the time", fetched.reread)?),
        )
        .await?;
        Ok(())
    }

    pub async fn fetched(&self, repository: u64) -> Result<Option<Fetched>> {
        let row = sqlx::query("SELECT began, reread FROM fetched WHERE repository_id = $1")
            .bind(big("the repository id", repository)?)
            .fetch_optional(&self.pool)
            .await
            .map_err(at("reading a fetch"))?;
        row.as_ref().map(|row| Ok(Fetched { began: number(row, "began")?, reread: number(row, "reread")? })).transpose()
    }

    pub async fn cursor(&self, repository: u64, connection: &str) -> Result<Option<String>> {
        let row = sqlx::query("SELECT cursor_text FROM cursors WHERE repository_id = $1 AND connection = $2")
            .bind(big("the repository id", repository)?)
            .bind(connection)
            .fetch_optional(&self.pool)
            .await
            .map_err(at("reading a cursor"))?;
        row.as_ref().map_or(Ok(None), |row| get(row, "cursor_text"))
    }

    /// What GitHub showed as newest before the connection was last read to its end.
    pub async fn head(&self, repository: u64, connection: &str) -> Result<Option<String>> {
        let row = sqlx::query("SELECT head FROM cursors WHERE repository_id = $1 AND connection = $2")
            .bind(big("the repository id", repository)?)
            .bind(connection)
            .fetch_optional(&self.pool)
            .await
            .map_err(at("reading a head"))?;
        row.as_ref().map_or(Ok(None), |row| get(row, "head"))
    }

    /// The connection was read to its end; without a head it is read again next time.
    pub async fn set_head(&self, repository: u64, connection: &str, head: Option<&str>) -> Result<()> {
        self.run(
            "noting a head",
            sqlx::query(
                "INSERT INTO cursors (repository_id, connection, head) VALUES ($1, $2, $3)
             ON CONFLICT (repository_id, connection) DO UPDATE SET head = excluded.head",
            )
            .bind(big("the repository id", repository)?)
            .bind(connection)
            .bind(head),
        )
        .await?;
        Ok(())
    }

    /// What a version of a .gitattributes file marks, if it was read before.
    pub async fn attributes(&self, oid: &str) -> Result<Option<String>> {
        let row = sqlx::query("SELECT body FROM attributes WHERE oid = $1")
            .bind(oid)
            .fetch_optional(&self.pool)
            .await
            .map_err(at("reading attributes"))?;
        row.as_ref().map(|row| get(row, "body")).transpose()
    }

    pub async fn put_attributes(&self, oid: &str, body: &str) -> Result<()> {
        self.run(
            "writing attributes",
            sqlx::query("INSERT INTO attributes (oid, body) VALUES ($1, $2) ON CONFLICT (oid) DO NOTHING")
                .bind(oid)
                .bind(body),
        )
        .await?;
        Ok(())
    }
}
