//! Opening: what is no database, what cannot be had, and what another version wrote.

use super::bench::{by_hand, open, wick};
use guerdon::run::chain_of;
use guerdon::store::{DatabaseKind, Store, StoreError};
use guerdon_tests::database::Database;
use guerdon_tests::on_both;
use guerdon_tests::postgres::Postgres;

on_both!(a_newer_schema_is_refused, a_half_written_schema_is_refused, a_database_says_what_it_is);

async fn a_newer_schema_is_refused(database: Database) {
    open(&database).await.close().await;
    by_hand(
        &database,
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
         VALUES (9999, 'from the future', TRUE, x'00', 0)",
        r"INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
         VALUES (9999, 'from the future', TRUE, '\x00', 0)",
    )
    .await;
    let error = Store::open(&database.url).await.unwrap_err();
    assert!(matches!(error, StoreError::Newer { version: 9999, .. }), "{error:?}");
}

async fn a_half_written_schema_is_refused(database: Database) {
    open(&database).await.close().await;
    let changed = "UPDATE _sqlx_migrations SET checksum = description";
    by_hand(&database, changed, "UPDATE _sqlx_migrations SET checksum = decode('00', 'hex')").await;
    let error = Store::open(&database.url).await.unwrap_err();
    assert!(matches!(error, StoreError::Migrate { .. }), "{error:?}");
}

async fn a_database_says_what_it_is(database: Database) {
    let about = open(&database).await.about().await.unwrap();
    assert_eq!(about.kind, database.kind);
    let major: u32 = about.version.split('.').next().unwrap().parse().unwrap();
    assert!(major >= if database.kind == DatabaseKind::SQLite { 3 } else { 12 }, "{about:?}");
    assert!(about.schema >= 1, "{about:?}");
}

/// All that an error says, to whoever prints it however; never the password.
async fn refusal(url: &str) -> (StoreError, String) {
    let error = Store::open(url).await.unwrap_err();
    let said = chain_of(&error);
    assert!(!format!("{said} {error:?}").contains("hunter"), "{error:?}");
    (error, said)
}

#[tokio::test]
async fn addresses_that_name_no_database_are_refused_without_their_passwords() {
    for wrong in [
        "guerdon.db",
        "mysql://me:hunter2@host/guerdon",
        "mssql:me:hunter2",
        "sqlite:",
        "sqlite::memory:",
        "sqlite:a.db?mode=ro",
        "postgres:",
        "postgres://",
        "postgres://me:hunter2@host",
        "postgres://me:hunter2@host/",
        "postgres://me:1#hunter2@host/guerdon",
        "postgres://me:1/hunter2@host/guerdon",
        "postgres://me:1?hunter2@host/guerdon",
        "postgres://me:hunter#2@host/guerdon",
        "postgres://me:hunter/2@host/guerdon",
        "postgres://me@host:hunter/guerdon",
        "postgres://host/guerdon?pasword=hunter2",
        "postgres://host/guerdon?user=me&password=hunter2&hunter=3",
    ] {
        let error = Store::open(wrong).await.unwrap_err();
        assert!(matches!(error, StoreError::Url { .. }), "{wrong}: {error:?}");
        let said = format!("{error:?} {}", chain_of(&error));
        assert!(!said.contains("hunter") || wrong.starts_with("mssql"), "{wrong}: {said}");
        assert!(said.contains("sqlite:PATH") && said.contains("postgres://USER@HOST/DATABASE"), "{said}");
    }
}

#[tokio::test]
async fn a_file_that_is_no_database_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("guerdon.db");
    std::fs::write(&path, "this is no database at all, but it is long enough to look like one".repeat(40)).unwrap();
    let (error, said) = refusal(&format!("sqlite:{}", path.display())).await;
    assert!(matches!(error, StoreError::Open { .. }), "{error:?}");
    assert!(said.contains("guerdon.db"), "{said}");
    let (error, said) = refusal(&format!("sqlite:{}/below/guerdon.db", path.display())).await;
    assert!(matches!(error, StoreError::Folder { .. }), "{error:?}");
    assert!(said.contains("guerdon.db"), "{said}");
}

#[tokio::test]
async fn a_server_that_is_not_there_is_named() {
    let (error, said) = refusal("postgres://me:hunter2@127.0.0.1:1/guerdon").await;
    assert!(matches!(error, StoreError::Connect { .. }), "{error:?}");
    for word in ["me:***@127.0.0.1:1/guerdon", "server runs"] {
        assert!(said.contains(word), "{said}");
    }
    let (_, said) = refusal("postgresql://me:hunter2@localhost/guerdon?host=/no/such/folder").await;
    assert!(said.contains("guerdon") && said.contains("server runs"), "{said}");
    let (_, said) = refusal("postgres://me:hunter2@no-such-host.invalid/guerdon").await;
    assert!(said.contains("no-such-host.invalid"), "{said}");
}

#[tokio::test]
async fn what_a_server_refuses_is_told_with_the_next_step() {
    let server = Postgres::shared().unwrap();
    let database = server.database().unwrap();
    let name = database.split(['/', '?']).nth(3).unwrap();

    let (_, said) = refusal(&server.url("postgres", "missing")).await;
    assert!(said.contains("missing") && said.contains("createdb"), "{said}");

    server.sql(&database, "CREATE ROLE guarded LOGIN PASSWORD 'hunter/2@#?'").unwrap();
    let (_, said) = refusal(&server.url("guarded:hunter3", name)).await;
    assert!(said.contains("guarded") && said.contains("user or password"), "{said}");
    let guarded = server.url("guarded:hunter%2F2%40%23%3F", name);
    let (_, said) = refusal(&guarded).await;
    assert!(said.contains("owner"), "a user who may make no tables: {said}");
    server.sql(&database, &format!("ALTER DATABASE {name} OWNER TO guarded")).unwrap();
    let store = Store::open(&guarded).await.unwrap();
    wick(&store).await;
    let store = format!("{store:?}");
    assert!(!store.contains("hunter"), "{store}");

    server.sql(&database, "CREATE DATABASE old ENCODING 'LATIN1' TEMPLATE template0").unwrap();
    let (error, said) = refusal(&server.url("postgres", "old")).await;
    assert!(matches!(error, StoreError::Encoding { .. }), "{error:?}");
    assert!(said.contains("LATIN1") && said.contains("UTF8"), "{said}");
}
