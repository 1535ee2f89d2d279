//! Opening a database: takes its URL, gives a [`Store`] whose schema is this version's.

use super::place::{DatabaseKind, Place};
use super::{Result, Store, StoreError, at, get};
use serde::Serialize;
use sqlx::any::{AnyConnectOptions, AnyPoolOptions};
use sqlx::migrate::{MigrateError, Migrator};
use sqlx::{AnyConnection, ConnectOptions as _, Connection};
use std::future::ready;
use std::path::Path;
use std::sync::Once;
use std::time::Duration;

static MIGRATIONS: Migrator = sqlx::migrate!("./migrations");
static DRIVERS: Once = Once::new();

/// How long a server may take to accept a connection, first and later.
pub(super) const CONNECT: Duration = Duration::from_secs(10);

/// Writers wait for one another at most 15 s. A commit outlives a power cut: a signature that was shown must
/// still be known afterwards.
const SQLITE: [&str; 5] = [
    "PRAGMA busy_timeout = 15000",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    // Merge commits come in no order: with SQLite's 2 MB most of them would be looked up on the disk.
    "PRAGMA cache_size = -32768",
];
const POSTGRESQL: [&str; 3] = [
    "SET lock_timeout = '15s'",
    "SET statement_timeout = '5min'",
    // A process that hangs must not keep the others from writing.
    "SET idle_in_transaction_session_timeout = '1min'",
];

/// What `guerdon doctor` tells of a database.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct About {
    pub kind: DatabaseKind,
    /// The library's or the server's.
    pub version: String,
    pub schema: i64,
}

impl Store {
    /// Opens `sqlite:PATH`, creating the file and its folders when they are not there, or
    /// `postgres://USER@HOST/DATABASE`, which must exist; either is brought to this version's schema.
    pub async fn open(database_url: &str) -> Result<Self> {
        // Another part of the process may have installed drivers already; that is as good.
        DRIVERS.call_once(|| {
            drop(sqlx::any::install_drivers(&[sqlx::sqlite::any::DRIVER, sqlx::postgres::any::DRIVER]));
        });
        let place = Place::parse(database_url)?;
        make_folder(&place)?;
        let options = AnyConnectOptions::from_url(&place.url).map_err(|source| refused(&place, source))?;
        // A pool would try again for half a minute what cannot succeed.
        let mut first = tokio::time::timeout(CONNECT, AnyConnection::connect_with(&options))
            .await
            .map_err(|_| StoreError::Silent { place: place.shown.clone(), seconds: CONNECT.as_secs() })?
            .map_err(|source| refused(&place, source))?;
        examine(&place, &mut first).await?;
        migrate(&place, &mut first).await?;
        first.close().await.map_err(|source| refused(&place, source))?;
        let kind = place.kind;
        let (settings, connections, patience): (&'static [&'static str], _, _) = match kind {
            DatabaseKind::SQLite => (&SQLITE, 4, Duration::from_secs(30)),
            DatabaseKind::PostgreSQL => (&POSTGRESQL, 8, CONNECT),
        };
        let pool = AnyPoolOptions::new()
            .max_connections(connections)
            .acquire_timeout(patience)
            // A file does not hang up, and the question would cost as much as the answer that is wanted.
            .test_before_acquire(kind == DatabaseKind::PostgreSQL)
            // Where SQLite has rolled back by itself, as for a full disk, sqlx believes in the transaction for ever.
            .before_acquire(|connection, _| Box::pin(ready(Ok(!connection.is_in_transaction()))))
            .after_connect(move |connection, _| Box::pin(settle(connection, settings)))
            .connect_with(options)
            .await
            .map_err(|source| refused(&place, source))?;
        Ok(Self { pool, kind })
    }

    /// Which database this is.
    pub async fn about(&self) -> Result<About> {
        let version = match self.kind {
            DatabaseKind::SQLite => "SELECT sqlite_version() AS version",
            DatabaseKind::PostgreSQL => "SELECT current_setting('server_version') AS version",
        };
        let version = sqlx::query(version).fetch_one(&self.pool).await.map_err(at("reading its version"))?;
        let schema = sqlx::query("SELECT MAX(version) AS version FROM _sqlx_migrations")
            .fetch_one(&self.pool)
            .await
            .map_err(at("reading its schema's version"))?;
        Ok(About { kind: self.kind, version: get(&version, "version")?, schema: get(&schema, "version")? })
    }

    /// Finishes what is under way and closes the files.
    pub async fn close(self) {
        self.pool.close().await;
    }
}

fn make_folder(place: &Place) -> Result<()> {
    let folder = place.path.as_deref().and_then(|path| Path::new(path).parent());
    match folder.filter(|folder| !folder.as_os_str().is_empty()) {
        Some(folder) => std::fs::create_dir_all(folder)
            .map_err(|source| StoreError::Folder { path: folder.display().to_string(), source }),
        None => Ok(()),
    }
}

async fn settle(connection: &mut AnyConnection, settings: &'static [&'static str]) -> sqlx::Result<()> {
    for setting in settings {
        sqlx::raw_sql(*setting).execute(&mut *connection).await?;
    }
    Ok(())
}

/// Whether this can be a store at all.
async fn examine(place: &Place, connection: &mut AnyConnection) -> Result<()> {
    match place.kind {
        DatabaseKind::SQLite => {
            // Two that turn a new file's journal on together are told so at once, whatever the time-out.
            let mut tries = 0;
            while let Err(source) = settle(connection, &SQLITE).await {
                let locked = source.as_database_error().and_then(|error| error.code()).is_some_and(|code| code == "5");
                tries += 1;
                if !locked || tries > 100 {
                    return Err(refused(place, source));
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            let read = sqlx::raw_sql("PRAGMA schema_version").execute(connection).await;
            read.map(drop).map_err(|source| refused(place, source))
        }
        DatabaseKind::PostgreSQL => {
            let row = sqlx::query("SELECT current_setting('server_encoding') AS encoding")
                .fetch_one(connection)
                .await
                .map_err(|source| refused(place, source))?;
            let encoding: String = get(&row, "encoding")?;
            if encoding == "UTF8" { Ok(()) } else { Err(StoreError::Encoding { place: place.shown.clone(), encoding }) }
        }
    }
}

async fn migrate(place: &Place, connection: &mut AnyConnection) -> Result<()> {
    let mut done = MIGRATIONS.run_direct(None, connection, false).await;
    // SQLite lets two processes begin with the same migration; who comes second finds it done, each of them.
    for _ in 0..MIGRATIONS.iter().count() {
        if place.kind == DatabaseKind::SQLite && matches!(done, Err(MigrateError::ExecuteMigration(..))) {
            done = MIGRATIONS.run_direct(None, connection, false).await;
        }
    }
    done.map_err(|source| match source {
        MigrateError::VersionMissing(version) => StoreError::Newer { place: place.shown.clone(), version },
        MigrateError::Execute(source) => refused(place, source),
        source => StoreError::Migrate { place: place.shown.clone(), source },
    })
}

/// Why a database cannot be opened, and what to do.
fn refused(place: &Place, source: sqlx::Error) -> StoreError {
    let shown = place.shown.clone();
    if place.kind == DatabaseKind::SQLite {
        return StoreError::Open { path: shown, source };
    }
    let code = source.as_database_error().and_then(|error| error.code()).unwrap_or_default().into_owned();
    let advice = match (&source, code.as_str()) {
        (sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut, _) => {
            "see that the server runs and takes connections from here"
        }
        (sqlx::Error::Tls(_), _) => "see what `sslmode` and `sslrootcert` say and what the server offers",
        (sqlx::Error::Configuration(_), _) => "a parameter after the `?` is unusable",
        (_, "28P01" | "28000") => {
            "the server refuses this user or password (it may also stand in PGPASSWORD or ~/.pgpass)"
        }
        (_, "3D000") => "there is no database of this name: make it with `createdb`",
        (_, "42501") => "the user may not create tables there: make it the database's owner",
        (_, "53300") => "the server has no connection left: raise its `max_connections` or end other programs",
        (_, "57P03") => "the server is starting or stopping: try again",
        _ => "the server's log says more",
    };
    StoreError::Connect { place: shown, advice, source }
}
