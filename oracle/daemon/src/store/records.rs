//! What was read from GitHub: repositories and records, as pages write them.
//!
//! A page's records and the cursor behind it are written in one transaction: after a crash at any
//! moment the next run repeats at most that page. Versions are only added; what finds them again
//! (moments, merge commits, open times) is derived from them.

use super::accounts::Account;
use super::page::Writing;
use super::{Result, Store, at, big, get, number};
use serde::Serialize;

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

    /// As GitHub compares names: case does not matter.
    pub fn is_named(&self, owner: &str, name: &str) -> bool {
        self.owner.eq_ignore_ascii_case(owner) && self.name.eq_ignore_ascii_case(name)
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
        self.run(
            "writing a repository",
            sqlx::query(
                "INSERT INTO repositories (id, node, owner, name) VALUES ($1, $2, $3, $4)
             ON CONFLICT (id) DO UPDATE SET node = excluded.node, owner = excluded.owner, name = excluded.name",
            )
            .bind(big("the repository id", repository.id)?)
            .bind(repository.node.as_str())
            .bind(repository.owner.as_str())
            .bind(repository.name.as_str()),
        )
        .await?;
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
        let mut writing = Writing { tx: &mut tx, kind: self.kind, repository };
        writing.accounts(page.accounts, listed).await?;
        let saved = writing.rows(page.rows, page.seen).await?;
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
