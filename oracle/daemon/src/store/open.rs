//! Opening a database: takes its URL, gives a [`Store`] whose schema is this version's.

use super::{Result, Store, StoreError};
use sqlx::any::{AnyConnectOptions, AnyPoolOptions};
use sqlx::migrate::{MigrateError, Migrator};
use sqlx::{AnyConnection, Connection};
use std::path::Path;
use std::str::FromStr;
use std::sync::Once;

static MIGRATIONS: Migrator = sqlx::migrate!("./migrations");
static DRIVERS: Once = Once::new();

impl Store {
    /// Opens `sqlite:PATH`, creating the file and its folders when they are not there.
    pub async fn open(database_url: &str) -> Result<Self> {
        // Another part of the process may have installed drivers already; that is as good.
        DRIVERS.call_once(|| drop(sqlx::any::install_drivers(&[sqlx::sqlite::any::DRIVER])));
        let path = path_of(database_url)?;
        if let Some(folder) = Path::new(path).parent().filter(|folder| !folder.as_os_str().is_empty()) {
            std::fs::create_dir_all(folder)
                .map_err(|source| StoreError::Folder { path: folder.display().to_string(), source })?;
        }
        let unreadable = |source| StoreError::Open { path: path.to_owned(), source };
        let options = AnyConnectOptions::from_str(&connect_url(path)).map_err(unreadable)?;
        // A pool would try again for half a minute what cannot succeed.
        let mut probe = AnyConnection::connect_with(&options).await.map_err(unreadable)?;
        sqlx::raw_sql("PRAGMA schema_version").execute(&mut probe).await.map_err(unreadable)?;
        probe.close().await.map_err(unreadable)?;
        let pool = AnyPoolOptions::new()
            .max_connections(4)
            .after_connect(|connection, _| {
                Box::pin(async move {
                    for pragma in [
                        "PRAGMA busy_timeout = 15000",
                        "PRAGMA journal_mode = WAL",
                        "PRAGMA synchronous = NORMAL",
                        "PRAGMA foreign_keys = ON",
                    ] {
                        sqlx::raw_sql(pragma).execute(&mut *connection).await?;
                    }
                    Ok(())
                })
            })
            .connect_with(options)
            .await
            .map_err(unreadable)?;
        MIGRATIONS.run(&pool).await.map_err(|source| match source {
            MigrateError::VersionMissing(version) => StoreError::Newer { path: path.to_owned(), version },
            MigrateError::Execute(source) => StoreError::Open { path: path.to_owned(), source },
            source => StoreError::Migrate { path: path.to_owned(), source },
        })?;
        Ok(Self { pool })
    }

    /// Finishes what is under way and closes the files.
    pub async fn close(self) {
        self.pool.close().await;
    }
}

fn path_of(url: &str) -> Result<&str> {
    let refuse = |problem| Err(StoreError::Url { url: without_password(url), problem });
    let Some(rest) = url.strip_prefix("sqlite:") else {
        return refuse(if url.starts_with("postgres") {
            "PostgreSQL is not supported by this version"
        } else {
            "it names no kind of database"
        });
    };
    let path = rest.strip_prefix("//").unwrap_or(rest);
    match path {
        "" => refuse("the path is missing"),
        _ if path.contains(":memory:") => refuse("a store must outlive the process"),
        _ if path.contains('?') => refuse("parameters are not supported"),
        _ => Ok(path),
    }
}

/// What may stand in an error: everything but `user:password@`.
fn without_password(url: &str) -> String {
    match (url.split_once("://"), url.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, host))) => format!("{scheme}://***@{host}"),
        _ => url.to_owned(),
    }
}

fn connect_url(path: &str) -> String {
    let escaped = path.replace('%', "%25").replace('#', "%23").replace(' ', "%20");
    format!("sqlite:{escaped}?mode=rwc")
}
