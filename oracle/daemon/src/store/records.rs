//! What was read from GitHub: repositories, accounts, records and cursors.
//!
//! A page's records and the cursor behind it are written in one transaction: after a crash at any
//! moment the next run repeats at most that page.

use super::{Result, Store, StoreError, at, big, get, number};
use guerdon_core::evidence;
use serde::Serialize;
use sqlx::{Any, Row as _, Transaction};

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Repository {
    pub id: u64,
    pub owner: String,
    pub name: String,
}

/// Logins are for display and for asking GitHub; everything else goes by id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    pub id: u64,
    pub login: String,
    /// GitHub says so, or the configured list does.
    pub bot: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RecordKind {
    Pull,
    Issue,
    Comment,
}

impl RecordKind {
    fn name(self) -> &'static str {
        match self {
            Self::Pull => "pull",
            Self::Issue => "issue",
            Self::Comment => "comment",
        }
    }
}

/// One normalised object: `number` is the thread's, `sub` tells apart what hangs on it (or is 0).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    pub kind: RecordKind,
    pub number: u64,
    pub sub: u64,
    pub body: String,
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
    /// UTC seconds of the reading.
    pub seen: u64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Saved {
    pub new: u64,
    pub changed: u64,
    pub same: u64,
}

impl Store {
    /// Writes or renames a repository.
    pub async fn put_repository(&self, repository: &Repository) -> Result<()> {
        sqlx::query(
            "INSERT INTO repositories (id, owner, name) VALUES ($1, $2, $3)
             ON CONFLICT (id) DO UPDATE SET owner = excluded.owner, name = excluded.name",
        )
        .bind(big("the repository id", repository.id)?)
        .bind(repository.owner.as_str())
        .bind(repository.name.as_str())
        .execute(&self.pool)
        .await
        .map_err(at("writing a repository"))?;
        Ok(())
    }

    /// Ascending by id.
    pub async fn repositories(&self) -> Result<Vec<Repository>> {
        let rows = sqlx::query("SELECT id, owner, name FROM repositories ORDER BY id")
            .fetch_all(&self.pool)
            .await
            .map_err(at("reading repositories"))?;
        rows.iter()
            .map(|row| Ok(Repository { id: number(row, "id")?, owner: get(row, "owner")?, name: get(row, "name")? }))
            .collect()
    }

    /// Marks exactly the accounts of the configured list (logins in lower case) as bots beside those
    /// that GitHub calls so; accounts that are seen later are marked when they are written.
    pub async fn list_bots(&self, logins: &[String]) -> Result<()> {
        let mut tx = self.write().await?;
        sqlx::query("UPDATE accounts SET listed = 0 WHERE listed = 1")
            .execute(&mut *tx)
            .await
            .map_err(at("marking bots"))?;
        for login in logins {
            sqlx::query("UPDATE accounts SET listed = 1 WHERE lower(login) = $1")
                .bind(login.as_str())
                .execute(&mut *tx)
                .await
                .map_err(at("marking bots"))?;
        }
        tx.commit().await.map_err(at("marking bots"))
    }

    pub async fn put_account(&self, account: &Account, listed: bool) -> Result<()> {
        let mut tx = self.write().await?;
        put_account(&mut tx, account, listed).await?;
        tx.commit().await.map_err(at("writing an account"))
    }

    /// Ascending by id.
    pub async fn accounts(&self) -> Result<Vec<Account>> {
        let rows = sqlx::query("SELECT id, login, bot, listed FROM accounts ORDER BY id")
            .fetch_all(&self.pool)
            .await
            .map_err(at("reading accounts"))?;
        rows.iter().map(account_of).collect()
    }

    pub async fn account(&self, id: u64) -> Result<Option<Account>> {
        let row = sqlx::query("SELECT id, login, bot, listed FROM accounts WHERE id = $1")
            .bind(big("the account id", id)?)
            .fetch_optional(&self.pool)
            .await
            .map_err(at("reading an account"))?;
        row.as_ref().map(account_of).transpose()
    }

    /// Case does not matter. A login that changed hands belongs to the account it was seen with last
    /// under its id; of two the newer account.
    pub async fn account_by_login(&self, login: &str) -> Result<Option<Account>> {
        let row =
            sqlx::query("SELECT id, login, bot, listed FROM accounts WHERE lower(login) = $1 ORDER BY id DESC LIMIT 1")
                .bind(login.to_lowercase())
                .fetch_optional(&self.pool)
                .await
                .map_err(at("reading an account"))?;
        row.as_ref().map(account_of).transpose()
    }

    pub async fn cursor(&self, repository: u64, connection: &str) -> Result<Option<String>> {
        let row = sqlx::query("SELECT cursor_text FROM cursors WHERE repository_id = $1 AND connection = $2")
            .bind(big("the repository id", repository)?)
            .bind(connection)
            .fetch_optional(&self.pool)
            .await
            .map_err(at("reading a cursor"))?;
        row.as_ref().map(|row| get(row, "cursor_text")).transpose()
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

    /// The bodies of the latest versions, ascending by (number, sub).
    pub async fn latest(&self, repository: u64, kind: RecordKind) -> Result<Vec<String>> {
        let rows = sqlx::query(
            "SELECT r.body FROM records_latest l JOIN records r
               ON r.repository_id = l.repository_id AND r.kind = l.kind AND r.number = l.number
              AND r.sub = l.sub AND r.version = l.version
             WHERE l.repository_id = $1 AND l.kind = $2 ORDER BY l.number, l.sub",
        )
        .bind(big("the repository id", repository)?)
        .bind(kind.name())
        .fetch_all(&self.pool)
        .await
        .map_err(at("reading records"))?;
        rows.iter().map(|row| row.try_get(0).map_err(at("reading records"))).collect()
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
        "SELECT version, hash FROM records_latest
         WHERE repository_id = $1 AND kind = $2 AND number = $3 AND sub = $4",
    )
    .bind(repository)
    .bind(row.kind.name())
    .bind(thread)
    .bind(sub)
    .fetch_optional(&mut **tx)
    .await
    .map_err(at("reading a record's version"))?;
    let version = match &latest {
        Some(found) if get::<String, _>(found, "hash")? == hash => return Ok(Change::Same),
        Some(found) => get::<i64, _>(found, "version")? + 1,
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
    sqlx::query(
        "INSERT INTO records_latest (repository_id, kind, number, sub, version, hash)
         VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (repository_id, kind, number, sub)
         DO UPDATE SET version = excluded.version, hash = excluded.hash",
    )
    .bind(repository)
    .bind(row.kind.name())
    .bind(thread)
    .bind(sub)
    .bind(version)
    .bind(hash.as_str())
    .execute(&mut **tx)
    .await
    .map_err(at("writing a record's version"))?;
    Ok(if version == 1 { Change::New } else { Change::Changed })
}

async fn put_account(tx: &mut Transaction<'static, Any>, account: &Account, listed: bool) -> Result<()> {
    sqlx::query(
        "INSERT INTO accounts (id, login, bot, listed) VALUES ($1, $2, $3, $4)
         ON CONFLICT (id) DO UPDATE SET login = excluded.login, bot = excluded.bot, listed = excluded.listed",
    )
    .bind(big("the account id", account.id)?)
    .bind(account.login.as_str())
    .bind(i64::from(account.bot))
    .bind(i64::from(listed))
    .execute(&mut **tx)
    .await
    .map_err(at("writing an account"))?;
    Ok(())
}

fn account_of(row: &sqlx::any::AnyRow) -> Result<Account, StoreError> {
    Ok(Account {
        id: number(row, "id")?,
        login: get(row, "login")?,
        bot: get::<i64, _>(row, "bot")? != 0 || get::<i64, _>(row, "listed")? != 0,
    })
}
