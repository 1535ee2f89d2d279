//! Whose turn it is: of several processes on one database, one runs the loop and the others stand by.
//!
//! Takes a store, tells whether this process has the turn. On PostgreSQL it is an advisory lock of a session
//! of its own, on SQLite a lock on a file beside the database: both end with the process that holds them,
//! however it ends. It keeps nobody from reading, nor from running a single command.

use super::open::CONNECT;
use super::place::DatabaseKind;
use super::{Result, Store, StoreError, at, get};
use sqlx::AnyConnection;
use std::fs::{File, TryLockError};
use std::path::PathBuf;

/// "guerdon" in ASCII, and the loop.
const LOOP: i64 = 0x67_75_65_72_64_6f_6e_31;

/// A server whose client is gone without a word ends its session after half a minute. Nothing else may end it.
const SESSION: [&str; 4] = [
    "SET tcp_keepalives_idle = 15",
    "SET tcp_keepalives_interval = 5",
    "SET tcp_keepalives_count = 3",
    "SET idle_session_timeout = 0",
];

/// The turn of this process, or its place in the queue. Dropped, the turn is free.
#[derive(Debug, Default)]
pub struct Turn {
    held: Option<Held>,
}

#[derive(Debug)]
enum Held {
    Session(Box<AnyConnection>),
    /// Locked as long as it is open.
    File(#[expect(dead_code, reason = "it is held, not read")] File),
}

impl Turn {
    /// Takes the turn if it is free, and sees whether one that was taken is still had: a server that was
    /// started again has forgotten it.
    pub async fn take(&mut self, store: &Store) -> Result<bool> {
        if let Some(Held::Session(session)) = &mut self.held {
            let asked = tokio::time::timeout(CONNECT, sqlx::query("SELECT 1").fetch_one(&mut **session)).await;
            if !matches!(asked, Ok(Ok(_))) {
                self.held = None;
            }
        }
        if self.held.is_none() {
            self.held = match store.kind {
                DatabaseKind::SQLite => store.lock_file().await?.map(Held::File),
                DatabaseKind::PostgreSQL => store.lock_session().await?.map(|session| Held::Session(Box::new(session))),
            };
        }
        Ok(self.held.is_some())
    }
}

impl Store {
    async fn lock_session(&self) -> Result<Option<AnyConnection>> {
        const STEP: &str = "asking whose turn it is";
        let mut session = self.pool.acquire().await.map_err(at(STEP))?;
        let got = sqlx::query("SELECT pg_try_advisory_lock($1) AS got").bind(LOOP);
        let row = got.fetch_one(&mut *session).await.map_err(at(STEP))?;
        if !get::<bool, _>(&row, "got")? {
            return Ok(None);
        }
        // From here on it is no longer the pool's: a connection that goes back would take the lock along.
        let mut session = session.detach();
        for setting in SESSION {
            // An older server does not know all of them, and needs them less than the lock.
            drop(sqlx::raw_sql(setting).execute(&mut session).await);
        }
        Ok(Some(session))
    }

    async fn lock_file(&self) -> Result<Option<File>> {
        const STEP: &str = "finding its file";
        let row = sqlx::query("SELECT file FROM pragma_database_list WHERE name = 'main'").fetch_one(&self.pool);
        let database: String = get(&row.await.map_err(at(STEP))?, "file")?;
        let path = PathBuf::from(format!("{database}.lock"));
        let failed = |source| StoreError::Lock { path: path.display().to_string(), source };
        let file = File::options().create(true).append(true).open(&path).map_err(failed)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(file)),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(source)) => Err(failed(source)),
        }
    }
}
