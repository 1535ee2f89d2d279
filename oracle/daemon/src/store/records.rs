//! What was read from GitHub: repositories and records, as pages write them.
//!
//! A page's records and the cursor behind it are written in one transaction: after a crash at any
//! moment the next run repeats at most that page. Versions are only added; what finds them again
//! (moments, merge commits, open times) is derived from them.

use super::accounts::{Account, put_account};
use super::{Result, Store, at, big, get, number};
use guerdon_core::evidence;
use serde::Serialize;
use sqlx::{Any, Transaction};

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Repository {
    pub id: u64,
    /// GitHub's global id, which outlives a new name or owner.
    pub node: String,
    pub owner: String,
    pub name: String,
}

impl Repository {
    pub fn full_name(&self) -> String {
        format!("{}/{}", self.owner, self.name)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RecordKind {
    /// A merged pull request.
    Pull,
    /// One that is open or was closed without a merge.
    Unmerged,
    Issue,
    Discussion,
    /// A comment on a line of a pull request; its number is the pull request's.
    Comment,
}

impl RecordKind {
    pub const ALL: [Self; 5] = [Self::Pull, Self::Unmerged, Self::Issue, Self::Discussion, Self::Comment];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Pull => "pull",
            Self::Unmerged => "unmerged",
            Self::Issue => "issue",
            Self::Discussion => "discussion",
            Self::Comment => "comment",
        }
    }

    pub(super) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// One normalised object: `number` is the thread's, `sub` tells apart what hangs on it (or is 0).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    pub kind: RecordKind,
    pub number: u64,
    pub sub: u64,
    /// Empty: the object is gone.
    pub body: String,
    /// GitHub's global id.
    pub node: Option<String>,
    /// When GitHub says it changed last, UTC seconds; 0 where it does not say.
    pub updated: u64,
    pub marks: Marks,
}

impl Row {
    pub fn new(kind: RecordKind, number: u64, sub: u64, body: String) -> Self {
        Self { kind, number, sub, body, node: None, updated: 0, marks: Marks::default() }
    }

    /// The object is not on GitHub any more.
    pub fn gone(kind: RecordKind, number: u64, sub: u64) -> Self {
        Self::new(kind, number, sub, String::new())
    }
}

/// By what a record is found again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Marks {
    /// When something happened that may make it a fact, UTC seconds.
    pub moments: Vec<u64>,
    /// The merge commit.
    pub commit: Option<String>,
    pub opened: Option<Opened>,
}

/// From when to when a pull request was open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Opened {
    pub author: u64,
    pub created: u64,
    pub ended: Option<u64>,
}

/// One page of one connection of a repository.
#[derive(Clone, Copy, Debug)]
pub struct Page<'a> {
    pub repository: u64,
    pub connection: &'a str,
    /// Where the next page begins; `None` leaves the cursor where it is.
    pub cursor: Option<&'a str>,
    pub rows: &'a [Row],
    pub accounts: &'a [Account],
    /// When it was read, UTC seconds by the caller's clock.
    pub seen: u64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Saved {
    pub new: u64,
    pub changed: u64,
    pub same: u64,
}

impl std::ops::AddAssign for Saved {
    fn add_assign(&mut self, other: Self) {
        self.new += other.new;
        self.changed += other.changed;
        self.same += other.same;
    }
}

impl Store {
    /// Writes or renames a repository.
    pub async fn put_repository(&self, repository: &Repository) -> Result<()> {
        sqlx::query(
            "INSERT INTO repositories (id, node, owner, name) VALUES ($1, $2, $3, $4)
             ON CONFLICT (id) DO UPDATE SET node = excluded.node, owner = excluded.owner, name = excluded.name",
        )
        .bind(big("the repository id", repository.id)?)
        .bind(repository.node.as_str())
        .bind(repository.owner.as_str())
        .bind(repository.name.as_str())
        .execute(&self.pool)
        .await
        .map_err(at("writing a repository"))?;
        Ok(())
    }

    /// Every one that was ever listed, ascending by id.
    pub async fn repositories(&self) -> Result<Vec<Repository>> {
        let rows = sqlx::query("SELECT id, node, owner, name FROM repositories ORDER BY id")
            .fetch_all(&self.pool)
            .await
            .map_err(at("reading repositories"))?;
        rows.iter().map(repository_of).collect()
    }

    /// Those that counted when GitHub was asked last, ascending by id.
    pub async fn listed(&self) -> Result<Vec<Repository>> {
        let rows = sqlx::query("SELECT id, node, owner, name FROM repositories WHERE listed = 1 ORDER BY id")
            .fetch_all(&self.pool)
            .await
            .map_err(at("reading listed repositories"))?;
        rows.iter().map(repository_of).collect()
    }

    /// Exactly these count now.
    pub async fn set_listed(&self, ids: &[u64]) -> Result<()> {
        let mut tx = self.write().await?;
        sqlx::query("UPDATE repositories SET listed = 0 WHERE listed = 1")
            .execute(&mut *tx)
            .await
            .map_err(at("listing repositories"))?;
        for id in ids {
            sqlx::query("UPDATE repositories SET listed = 1 WHERE id = $1")
                .bind(big("the repository id", *id)?)
                .execute(&mut *tx)
                .await
                .map_err(at("listing repositories"))?;
        }
        tx.commit().await.map_err(at("listing repositories"))
    }

    /// Writes a page and moves its cursor, both or neither. `listed` tells whether a login is on the
    /// configured list of bots.
    pub async fn save_page(&self, page: Page<'_>, listed: impl Fn(&str) -> bool) -> Result<Saved> {
        let repository = big("the repository id", page.repository)?;
        let mut tx = self.write().await?;
        for account in page.accounts {
            put_account(&mut tx, account, listed(&account.login)).await?;
        }
        let mut saved = Saved::default();
        for row in page.rows {
            match save_row(&mut tx, repository, row, page.seen).await? {
                Change::New => saved.new += 1,
                Change::Changed => saved.changed += 1,
                Change::Same => saved.same += 1,
            }
        }
        if let Some(cursor) = page.cursor {
            sqlx::query(
                "INSERT INTO cursors (repository_id, connection, cursor_text) VALUES ($1, $2, $3)
                 ON CONFLICT (repository_id, connection) DO UPDATE SET cursor_text = excluded.cursor_text",
            )
            .bind(repository)
            .bind(page.connection)
            .bind(cursor)
            .execute(&mut *tx)
            .await
            .map_err(at("moving a cursor"))?;
        }
        tx.commit().await.map_err(at("writing a page"))?;
        Ok(saved)
    }

    /// How many versions there are of one object.
    pub async fn versions(&self, repository: u64, kind: RecordKind, thread: u64, sub: u64) -> Result<u64> {
        let row = sqlx::query(
            "SELECT COUNT(*) AS versions FROM records
             WHERE repository_id = $1 AND kind = $2 AND number = $3 AND sub = $4",
        )
        .bind(big("the repository id", repository)?)
        .bind(kind.name())
        .bind(big("the number", thread)?)
        .bind(big("the id", sub)?)
        .fetch_one(&self.pool)
        .await
        .map_err(at("counting versions"))?;
        number(&row, "versions")
    }
}

fn repository_of(row: &sqlx::any::AnyRow) -> Result<Repository> {
    Ok(Repository {
        id: number(row, "id")?,
        node: get(row, "node")?,
        owner: get(row, "owner")?,
        name: get(row, "name")?,
    })
}

enum Change {
    New,
    Changed,
    Same,
}

async fn save_row(tx: &mut Transaction<'static, Any>, repository: i64, row: &Row, seen: u64) -> Result<Change> {
    let thread = big("the number", row.number)?;
    let sub = big("the id", row.sub)?;
    let hash = evidence::hash(row.body.as_bytes()).to_string();
    let latest = sqlx::query(
        "SELECT version, hash, updated FROM records_latest
         WHERE repository_id = $1 AND kind = $2 AND number = $3 AND sub = $4",
    )
    .bind(repository)
    .bind(row.kind.name())
    .bind(thread)
    .bind(sub)
    .fetch_optional(&mut **tx)
    .await
    .map_err(at("reading a record's version"))?;
    let updated = big("the time of the change", row.updated)?;
    let version = match &latest {
        Some(found) if get::<String, _>(found, "hash")? == hash => {
            if get::<i64, _>(found, "updated")? != updated {
                put_latest(tx, repository, row, (thread, sub, updated), (get(found, "version")?, &hash)).await?;
            }
            return Ok(Change::Same);
        }
        Some(found) => get::<i64, _>(found, "version")? + 1,
        None if row.body.is_empty() => return Ok(Change::Same),
        None => 1,
    };
    sqlx::query(
        "INSERT INTO records (repository_id, kind, number, sub, version, hash, body, seen)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(repository)
    .bind(row.kind.name())
    .bind(thread)
    .bind(sub)
    .bind(version)
    .bind(hash.as_str())
    .bind(row.body.as_str())
    .bind(big("the time", seen)?)
    .execute(&mut **tx)
    .await
    .map_err(at("writing a record"))?;
    put_latest(tx, repository, row, (thread, sub, updated), (version, &hash)).await?;
    put_marks(tx, repository, row, thread).await?;
    Ok(if version == 1 { Change::New } else { Change::Changed })
}

async fn put_latest(
    tx: &mut Transaction<'static, Any>,
    repository: i64,
    row: &Row,
    (thread, sub, updated): (i64, i64, i64),
    (version, hash): (i64, &str),
) -> Result<()> {
    sqlx::query(
        "INSERT INTO records_latest (repository_id, kind, number, sub, version, hash, node, updated)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
         ON CONFLICT (repository_id, kind, number, sub)
         DO UPDATE SET version = excluded.version, hash = excluded.hash, updated = excluded.updated,
                       node = COALESCE(excluded.node, records_latest.node)",
    )
    .bind(repository)
    .bind(row.kind.name())
    .bind(thread)
    .bind(sub)
    .bind(version)
    .bind(hash)
    .bind(row.node.as_deref())
    .bind(updated)
    .execute(&mut **tx)
    .await
    .map_err(at("writing a record's version"))?;
    Ok(())
}

/// Moments of earlier versions stay: an epoch can be read as it was.
async fn put_marks(tx: &mut Transaction<'static, Any>, repository: i64, row: &Row, thread: i64) -> Result<()> {
    for moment in &row.marks.moments {
        sqlx::query(
            "INSERT INTO moments (repository_id, kind, at, number) VALUES ($1, $2, $3, $4)
             ON CONFLICT (repository_id, kind, at, number) DO NOTHING",
        )
        .bind(repository)
        .bind(row.kind.name())
        .bind(big("a moment", *moment)?)
        .bind(thread)
        .execute(&mut **tx)
        .await
        .map_err(at("writing a moment"))?;
    }
    if let Some(commit) = &row.marks.commit {
        sqlx::query(
            "INSERT INTO merges (repository_id, oid, number) VALUES ($1, $2, $3)
             ON CONFLICT (repository_id, oid) DO UPDATE SET number = excluded.number",
        )
        .bind(repository)
        .bind(commit.as_str())
        .bind(thread)
        .execute(&mut **tx)
        .await
        .map_err(at("writing a merge commit"))?;
    }
    if let Some(opened) = &row.marks.opened {
        sqlx::query(
            "INSERT INTO opened (repository_id, number, author_id, created, ended) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (repository_id, number)
             DO UPDATE SET author_id = excluded.author_id, created = excluded.created, ended = excluded.ended",
        )
        .bind(repository)
        .bind(thread)
        .bind(big("the author", opened.author)?)
        .bind(big("the time", opened.created)?)
        .bind(opened.ended.map(|ended| big("the time", ended)).transpose()?)
        .execute(&mut **tx)
        .await
        .map_err(at("writing open times"))?;
    }
    Ok(())
}
