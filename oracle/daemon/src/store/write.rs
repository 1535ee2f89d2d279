//! The two ways in which anything is written: a transaction that has the database for itself, and one
//! statement. Both are where a test may kill the process.

use super::place::DatabaseKind;
use super::{Result, Store, at};
use crate::fault;
use sqlx::any::AnyQueryResult;
use sqlx::{Any, AnyConnection, Execute, Executor as _, Transaction};
use std::ops::{Deref, DerefMut};
use std::panic::Location;
use std::path::Path;

/// Which of PostgreSQL's advisory locks a writer holds: "guerdon" in ASCII.
pub(super) const WRITER: i64 = 0x67_75_65_72_64_6f_6e;

/// A transaction that writes. Dropped, it leaves nothing.
pub(super) struct Exclusive {
    tx: Transaction<'static, Any>,
    /// The module that began it.
    what: &'static str,
}

impl Exclusive {
    pub(super) async fn commit(self) -> sqlx::Result<()> {
        fault::point_of("store: before a commit of", self.what);
        self.tx.commit().await?;
        fault::point_of("store: after a commit of", self.what);
        Ok(())
    }
}

impl Deref for Exclusive {
    type Target = AnyConnection;

    fn deref(&self) -> &AnyConnection {
        &self.tx
    }
}

impl DerefMut for Exclusive {
    fn deref_mut(&mut self) -> &mut AnyConnection {
        &mut self.tx
    }
}

impl Store {
    /// A transaction that has the database for itself as far as writing goes, so that what it reads holds
    /// until it commits, and two writers wait for one another instead of failing half-way.
    ///
    /// SQLite has one writer anyhow. On PostgreSQL one lock for all does the same: there is one writer by
    /// design, a lock per row would be won by nothing, and retries of serialisable transactions would have
    /// to be right in every caller. Each statement must see what was committed before the lock was had,
    /// whatever isolation is the server's default.
    #[track_caller]
    pub(super) fn write(&self) -> impl Future<Output = Result<Exclusive>> + Send {
        let caller = Path::new(Location::caller().file());
        let what = caller.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
        async move { Ok(Exclusive { tx: self.begin().await?, what }) }
    }

    async fn begin(&self) -> Result<Transaction<'static, Any>> {
        match self.kind {
            DatabaseKind::SQLite => self.pool.begin_with("BEGIN IMMEDIATE").await.map_err(at("begin")),
            DatabaseKind::PostgreSQL => {
                let begin = self.pool.begin_with("BEGIN ISOLATION LEVEL READ COMMITTED");
                let mut tx = begin.await.map_err(at("begin"))?;
                let lock = sqlx::query("SELECT pg_advisory_xact_lock($1)").bind(WRITER);
                lock.execute(&mut *tx).await.map_err(at("waiting for another writer"))?;
                Ok(tx)
            }
        }
    }

    /// One statement that needs no look before.
    pub(super) async fn run<'q>(
        &self,
        step: &'static str,
        statement: impl Execute<'q, Any> + 'q,
    ) -> Result<AnyQueryResult> {
        fault::point_of("store: before", step);
        let done = self.pool.execute(statement).await.map_err(at(step))?;
        fault::point_of("store: after", step);
        Ok(done)
    }
}
