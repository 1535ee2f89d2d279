//! An empty database for one test, on either of the two kinds.

use crate::postgres::{Postgres, PostgresError};
use guerdon::store::DatabaseKind;
use tempfile::TempDir;

const INSIDE: &str = "a folder";

/// Makes a test of each function that takes a [`Database`], once on SQLite and once on PostgreSQL.
#[macro_export]
macro_rules! on_both {
    ($($name:ident),+ $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $name() {
                super::$name($crate::database::Database::sqlite().unwrap()).await;
            })+
        }
        mod postgresql {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $name() {
                super::$name($crate::database::Database::postgresql().unwrap()).await;
            })+
        }
    };
}

#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    #[error("cannot make a folder")]
    Folder(#[from] std::io::Error),
    #[error(transparent)]
    Postgres(#[from] PostgresError),
}

/// A place for a store that nobody else uses.
#[derive(Debug)]
pub struct Database {
    pub kind: DatabaseKind,
    /// For `database_url`.
    pub url: String,
    folder: Option<TempDir>,
}

impl Database {
    pub fn fresh(kind: DatabaseKind) -> Result<Self, DatabaseError> {
        match kind {
            DatabaseKind::SQLite => Self::sqlite(),
            DatabaseKind::PostgreSQL => Self::postgresql(),
        }
    }

    /// In a folder that is not there yet, with a name that an address must escape.
    pub fn sqlite() -> Result<Self, DatabaseError> {
        let folder = tempfile::tempdir()?;
        let url = format!("sqlite:{}", folder.path().join(INSIDE).join("guerdon.db").display());
        Ok(Self { kind: DatabaseKind::SQLite, url, folder: Some(folder) })
    }

    /// On the server that all of this process share.
    pub fn postgresql() -> Result<Self, DatabaseError> {
        Ok(Self { kind: DatabaseKind::PostgreSQL, url: Postgres::shared()?.database()?, folder: None })
    }

    /// All that it holds: its files, or its dump.
    pub fn bytes(&self) -> Result<Vec<u8>, DatabaseError> {
        let Some(folder) = &self.folder else { return Ok(Postgres::shared()?.dump(&self.url)?) };
        let mut bytes = Vec::new();
        for entry in std::fs::read_dir(folder.path().join(INSIDE))? {
            bytes.extend(std::fs::read(entry?.path())?);
        }
        Ok(bytes)
    }
}
