//! Reading records back: one window of time, single threads, or a repository's whole history.
//!
//! A window costs what is in it, however long the history is. `as_of` gives what was known then: the
//! last version that had been seen, so that an epoch can be read again as it was.

use super::records::RecordKind;
use super::{Result, Store, StoreError, at, big, get, number};
use sqlx::Row as _;
use std::collections::BTreeMap;

/// Now: the latest versions.
pub const LATEST: u64 = i64::MAX as u64;

/// An object that GitHub can be asked for again.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Known {
    pub repository: u64,
    pub kind: RecordKind,
    pub number: u64,
    pub sub: u64,
    pub node: String,
}

/// A pull request that is not gone, merged or not. Times are UTC seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenedPull {
    pub repository: u64,
    pub number: u64,
    pub created: u64,
    /// When it was merged or closed.
    pub ended: Option<u64>,
    /// When it was merged.
    pub merged: Option<u64>,
}

impl Store {
    /// The bodies of a kind to which something happened in `[from, to)`, ascending by number.
    pub async fn window(
        &self,
        repository: u64,
        kind: RecordKind,
        (from, to): (u64, u64),
        as_of: u64,
    ) -> Result<Vec<String>> {
        // Written so that there is one way to do it: a look at the index for each number. Before PostgreSQL
        // knows a table it takes joins for cheap that read all of it.
        let rows = sqlx::query(
            "SELECT (SELECT r.body FROM records r
               WHERE r.repository_id = $1 AND r.kind = $2 AND r.number = m.number AND r.sub = 0 AND r.seen <= $5
               ORDER BY r.version DESC LIMIT 1) AS body
             FROM (SELECT DISTINCT number FROM moments
               WHERE repository_id = $1 AND kind = $2 AND at >= $3 AND at < $4) m
             ORDER BY m.number",
        )
        .bind(big("the repository id", repository)?)
        .bind(kind.name())
        .bind(big("the time", from)?)
        .bind(big("the time", to)?)
        .bind(big("the time", as_of)?)
        .fetch_all(&self.pool)
        .await
        .map_err(at("reading a window of records"))?;
        let bodies = rows.iter().map(|row| get::<Option<String>, _>(row, "body"));
        bodies.filter_map(|body| body.map(|body| body.filter(|body| !body.is_empty())).transpose()).collect()
    }

    /// The bodies of a kind that belong to one thread, ascending by id.
    pub async fn thread(&self, repository: u64, kind: RecordKind, thread: u64, as_of: u64) -> Result<Vec<String>> {
        let rows = sqlx::query(
            "SELECT r.body FROM records r
             WHERE r.repository_id = $1 AND r.kind = $2 AND r.number = $3 AND r.body <> '' AND r.version = (
               SELECT MAX(v.version) FROM records v
               WHERE v.repository_id = $1 AND v.kind = $2 AND v.number = $3 AND v.sub = r.sub AND v.seen <= $4
             ) ORDER BY r.sub",
        )
        .bind(big("the repository id", repository)?)
        .bind(kind.name())
        .bind(big("the number", thread)?)
        .bind(big("the time", as_of)?)
        .fetch_all(&self.pool)
        .await
        .map_err(at("reading a thread"))?;
        rows.iter().map(|row| row.try_get(0).map_err(at("reading a thread"))).collect()
    }

    /// The latest bodies of a kind, all of them, ascending by (number, sub).
    pub async fn latest(&self, repository: u64, kind: RecordKind) -> Result<Vec<String>> {
        let rows = sqlx::query(
            "SELECT r.body FROM records_latest l JOIN records r
               ON r.repository_id = l.repository_id AND r.kind = l.kind AND r.number = l.number
              AND r.sub = l.sub AND r.version = l.version
             WHERE l.repository_id = $1 AND l.kind = $2 AND r.body <> '' ORDER BY l.number, l.sub",
        )
        .bind(big("the repository id", repository)?)
        .bind(kind.name())
        .fetch_all(&self.pool)
        .await
        .map_err(at("reading records"))?;
        rows.iter().map(|row| row.try_get(0).map_err(at("reading records"))).collect()
    }

    /// The pull request whose merge commit this is, which may be shortened; none when several fit.
    pub async fn merged_as(&self, repository: u64, oid: &str) -> Result<Option<u64>> {
        let rows = sqlx::query(
            "SELECT number FROM merges WHERE repository_id = $1 AND oid >= $2 AND oid < $3 ORDER BY oid LIMIT 2",
        )
        .bind(big("the repository id", repository)?)
        .bind(oid)
        .bind(format!("{oid}g"))
        .fetch_all(&self.pool)
        .await
        .map_err(at("finding a merge commit"))?;
        match rows.as_slice() {
            [only] => number(only, "number").map(Some),
            _ => Ok(None),
        }
    }

    /// The pull requests of an author that were open at a moment, by repository and number.
    pub async fn open_at(&self, author: u64, moment: u64) -> Result<Vec<(u64, u64)>> {
        let rows = sqlx::query(
            "SELECT repository_id, number FROM opened WHERE author_id = $1 AND ended IS NULL AND created <= $2
             UNION ALL
             SELECT repository_id, number FROM opened WHERE author_id = $1 AND ended > $2 AND created <= $2",
        )
        .bind(big("the author", author)?)
        .bind(big("the time", moment)?)
        .fetch_all(&self.pool)
        .await
        .map_err(at("reading open pull requests"))?;
        rows.iter().map(|row| Ok((number(row, "repository_id")?, number(row, "number")?))).collect()
    }

    /// Every pull request of an author, by repository and number.
    pub async fn opened_by(&self, author: u64) -> Result<Vec<OpenedPull>> {
        let rows = sqlx::query(
            "SELECT o.repository_id, o.number, o.created, o.ended, l.kind FROM opened o
             JOIN records_latest l ON l.repository_id = o.repository_id AND l.number = o.number AND l.sub = 0
             JOIN records r ON r.repository_id = l.repository_id AND r.kind = l.kind AND r.number = l.number
               AND r.sub = l.sub AND r.version = l.version
             WHERE o.author_id = $1 AND l.kind IN ('pull', 'unmerged') AND r.body <> ''
             ORDER BY o.repository_id, o.number",
        )
        .bind(big("the author", author)?)
        .fetch_all(&self.pool)
        .await
        .map_err(at("reading an author's pull requests"))?;
        let pull = |row: &sqlx::any::AnyRow| {
            let ended = get::<Option<i64>, _>(row, "ended")?.map(i64::cast_unsigned);
            let kind: String = get(row, "kind")?;
            Ok(OpenedPull {
                repository: number(row, "repository_id")?,
                number: number(row, "number")?,
                created: number(row, "created")?,
                ended,
                merged: ended.filter(|_| kind == RecordKind::Pull.name()),
            })
        };
        rows.iter().map(pull).collect()
    }

    /// What something happened to from a moment on and is not gone, with GitHub's ids.
    pub async fn touched_since(&self, repository: u64, kind: RecordKind, from: u64) -> Result<Vec<Known>> {
        let rows = sqlx::query(
            "SELECT m.number AS number, (SELECT l.node FROM records_latest l
               WHERE l.repository_id = $1 AND l.kind = $2 AND l.number = m.number AND l.sub = 0) AS node
             FROM (SELECT DISTINCT number FROM moments WHERE repository_id = $1 AND kind = $2 AND at >= $3) m
             ORDER BY m.number",
        )
        .bind(big("the repository id", repository)?)
        .bind(kind.name())
        .bind(big("the time", from)?)
        .fetch_all(&self.pool)
        .await
        .map_err(at("reading what was touched"))?;
        let mut found = Vec::new();
        for row in &rows {
            if let Some(node) = get(row, "node")? {
                found.push(Known { repository, kind, number: number(row, "number")?, sub: 0, node });
            }
        }
        Ok(found)
    }

    /// What hangs on one thread with GitHub's ids, ascending: comments of a pull request.
    pub async fn under(&self, repository: u64, kind: RecordKind, thread: u64) -> Result<Vec<Known>> {
        let rows = sqlx::query(
            "SELECT repository_id, kind, number, sub, node FROM records_latest
             WHERE repository_id = $1 AND kind = $2 AND number = $3 AND node IS NOT NULL ORDER BY sub",
        )
        .bind(big("the repository id", repository)?)
        .bind(kind.name())
        .bind(big("the number", thread)?)
        .fetch_all(&self.pool)
        .await
        .map_err(at("reading a thread's ids"))?;
        rows.iter().map(known).collect()
    }

    /// When GitHub said last that these changed, by number.
    pub async fn updated(&self, repository: u64, kind: RecordKind, numbers: &[u64]) -> Result<BTreeMap<u64, u64>> {
        let mut found = BTreeMap::new();
        for thread in numbers {
            let row = sqlx::query(
                "SELECT updated FROM records_latest
                 WHERE repository_id = $1 AND kind = $2 AND number = $3 AND sub = 0",
            )
            .bind(big("the repository id", repository)?)
            .bind(kind.name())
            .bind(big("the number", *thread)?)
            .fetch_optional(&self.pool)
            .await
            .map_err(at("reading a record's time"))?;
            if let Some(row) = row {
                found.insert(*thread, number(&row, "updated")?);
            }
        }
        Ok(found)
    }

    /// What is known under GitHub's global id, newest repository last.
    pub async fn known(&self, node: &str) -> Result<Vec<Known>> {
        let rows = sqlx::query(
            "SELECT repository_id, kind, number, sub, node FROM records_latest WHERE node = $1
             ORDER BY repository_id, kind, number, sub",
        )
        .bind(node)
        .fetch_all(&self.pool)
        .await
        .map_err(at("finding an object"))?;
        rows.iter().map(known).collect()
    }
}

fn known(row: &sqlx::any::AnyRow) -> Result<Known> {
    let name: String = get(row, "kind")?;
    let kind = RecordKind::named(&name).ok_or(StoreError::Corrupt { what: "kind of record", value: name })?;
    Ok(Known {
        repository: number(row, "repository_id")?,
        kind,
        number: number(row, "number")?,
        sub: number(row, "sub")?,
        node: get(row, "node")?,
    })
}
