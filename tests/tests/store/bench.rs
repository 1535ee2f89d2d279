//! What the tests put into a store.

use alloy::primitives::{Address, B256, Bytes};
use guerdon::store::{
    Account, DatabaseKind, NewTransaction, Page, RecordKind, Repository, Row, Store, StoredBatch, StoredSignature,
    TransactionStatus,
};
use guerdon_core::model::Epoch;
use guerdon_tests::database::Database;

pub async fn open(database: &Database) -> Store {
    Store::open(&database.url).await.unwrap()
}

/// One statement as somebody with the database's own tools would run it; the second one is PostgreSQL's.
pub async fn by_hand(database: &Database, on_sqlite: &'static str, on_postgresql: &'static str) {
    // The drivers were installed when the store was opened.
    let pool = sqlx::AnyPool::connect(&database.url.replace(' ', "%20")).await.unwrap();
    let statement = match database.kind {
        DatabaseKind::SQLite => on_sqlite,
        DatabaseKind::PostgreSQL => on_postgresql,
    };
    assert!(sqlx::raw_sql(statement).execute(&pool).await.unwrap().rows_affected() > 0);
    pool.close().await;
}

pub async fn wick(store: &Store) -> u64 {
    let wick = Repository { id: 7, node: "R_7".into(), owner: "lamp".into(), name: "wick".into() };
    store.put_repository(&wick).await.unwrap();
    wick.id
}

pub fn row(number: u64, body: &str) -> Row {
    Row::new(RecordKind::Pull, number, 0, body.to_owned())
}

pub fn page<'a>(repository: u64, cursor: Option<&'a str>, rows: &'a [Row], accounts: &'a [Account]) -> Page<'a> {
    Page { repository, connection: "pulls", cursor, rows, accounts, seen: 1 }
}

pub fn account(id: u64, login: &str, bot: bool) -> Account {
    Account { id, login: login.into(), bot }
}

pub fn batch(epoch: u64, round: u32, total: u64) -> StoredBatch {
    StoredBatch {
        epoch: Epoch(epoch),
        round,
        header: "{}".into(),
        entries: vec![0, 1, 2, 255],
        entries_hash: B256::with_last_byte(u8::try_from(total % 256).unwrap()),
        evidence_hash: B256::repeat_byte(2),
        policy_hash: B256::repeat_byte(3),
        total,
        count: 1,
        created: 5,
    }
}

pub fn signature(digest: u8) -> StoredSignature {
    StoredSignature {
        oracle_set: 1,
        header: "{}".to_owned(),
        lists: String::new(),
        epoch: Epoch(1),
        round: 1,
        signer: Address::repeat_byte(0xab),
        digest: B256::repeat_byte(digest),
        signature: vec![digest; 64],
    }
}

pub fn post() -> NewTransaction {
    NewTransaction {
        purpose: "post".into(),
        epoch: Epoch(3),
        position: 0,
        hash: B256::repeat_byte(1),
        status: TransactionStatus::Sent,
        block: None,
        account: Address::repeat_byte(0xcd),
        nonce: 7,
        raw: Bytes::from_static(&[2, 1]),
        max_fee: 40_000_000_000,
        tip: 1,
        sent_at: 1_700_000_000,
    }
}
