//! Everything that a command could have changed: each table's rows and the chain's head.

use alloy::primitives::B256;
use alloy::providers::Provider;
use guerdon_tests::sandbox::Sandbox;
use sha2::{Digest, Sha256};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, SqliteConnection};
use std::collections::BTreeMap;
use std::path::Path;

#[derive(Debug, PartialEq, Eq)]
pub struct State {
    /// How many rows a table has, and the hash of all of them.
    tables: BTreeMap<String, (usize, B256)>,
    /// The latest block: its hash covers every account.
    block: B256,
}

pub async fn state(database: &Path, sandbox: &Sandbox) -> State {
    let block = sandbox.anvil.provider().get_block_by_number(Default::default()).await.unwrap().unwrap();
    State { tables: tables(database).await, block: block.header.hash }
}

/// A connection of the tests' own to a store.
async fn connect(database: &Path) -> SqliteConnection {
    SqliteConnectOptions::new().filename(database).connect().await.unwrap()
}

/// Changes one row of a store behind the daemon's back.
pub async fn change(database: &Path, sql: &'static str) {
    assert_eq!(execute(database, sql).await, 1, "{sql}");
}

/// Does anything to a store, gives how many rows it changed.
pub async fn execute(database: &Path, sql: &'static str) -> u64 {
    let mut connection = connect(database).await;
    let done = sqlx::query(sql).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    done.rows_affected()
}

async fn tables(database: &Path) -> BTreeMap<String, (usize, B256)> {
    let mut found = BTreeMap::new();
    if !database.exists() {
        return found;
    }
    let mut connection = connect(database).await;
    let sql = "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name";
    for name in sqlx::query_scalar::<_, String>(sql).fetch_all(&mut connection).await.unwrap() {
        let rows = rows(&mut connection, &name).await;
        let hash = B256::from_slice(&Sha256::digest(rows.join("\n")));
        found.insert(name, (rows.len(), hash));
    }
    connection.close().await.unwrap();
    found
}

async fn rows(connection: &mut SqliteConnection, table: &str) -> Vec<String> {
    let sql = "SELECT name FROM pragma_table_info($1)";
    let columns: Vec<String> = sqlx::query_scalar(sql).bind(table).fetch_all(&mut *connection).await.unwrap();
    let quoted: Vec<String> = columns.iter().map(|column| format!("quote(\"{column}\")")).collect();
    let sql = format!("SELECT {} FROM \"{table}\" ORDER BY 1", quoted.join(" || ',' || "));
    sqlx::query_scalar(AssertSqlSafe(sql)).fetch_all(connection).await.unwrap()
}
