//! The store on real SQLite files.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may fail loudly")]

use alloy::primitives::{Address, B256};
use guerdon::store::{
    Account, Item, ItemTable, NewTransaction, Page, RecordKind, Repository, Row, Saved, Store, StoreError, StoredBatch,
    StoredSignature,
};
use guerdon_core::model::{ContributorId, Epoch};
use tempfile::TempDir;

async fn store() -> (TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&url(&folder)).await.unwrap();
    (folder, store)
}

fn url(folder: &TempDir) -> String {
    format!("sqlite:{}", folder.path().join("a folder/guerdon.db").display())
}

fn row(number: u64, body: &str) -> Row {
    Row::new(RecordKind::Pull, number, 0, body.to_owned())
}

async fn wick(store: &Store) -> u64 {
    let wick = Repository { id: 7, node: "R_7".into(), owner: "lamp".into(), name: "wick".into() };
    store.put_repository(&wick).await.unwrap();
    wick.id
}

fn page<'a>(repository: u64, cursor: Option<&'a str>, rows: &'a [Row], accounts: &'a [Account]) -> Page<'a> {
    Page { repository, connection: "pulls", cursor, rows, accounts, seen: 1 }
}

fn batch(epoch: u64, round: u32, total: u64) -> StoredBatch {
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

fn signature(digest: u8) -> StoredSignature {
    StoredSignature {
        epoch: Epoch(1),
        round: 1,
        signer: Address::repeat_byte(0xab),
        digest: B256::repeat_byte(digest),
        signature: vec![digest; 64],
    }
}

#[tokio::test]
async fn a_second_opening_finds_what_the_first_wrote() {
    let (folder, store) = store().await;
    wick(&store).await;
    store.close().await;
    let store = Store::open(&url(&folder)).await.unwrap();
    assert_eq!(store.repositories().await.unwrap()[0].name, "wick");
}

#[tokio::test]
async fn an_unchanged_object_adds_nothing_and_a_changed_one_a_version() {
    let (_folder, store) = store().await;
    let repository = wick(&store).await;
    let save = async |rows: &[Row]| store.save_page(page(repository, None, rows, &[]), |_| false).await.unwrap();
    assert_eq!(save(&[row(1, "a"), row(2, "b")]).await, Saved { new: 2, changed: 0, same: 0 });
    assert_eq!(save(&[row(1, "a"), row(2, "c")]).await, Saved { new: 0, changed: 1, same: 1 });
    assert_eq!(store.latest(repository, RecordKind::Pull).await.unwrap(), ["a", "c"]);
    assert_eq!(store.versions(repository, RecordKind::Pull, 1, 0).await.unwrap(), 1);
    assert_eq!(store.versions(repository, RecordKind::Pull, 2, 0).await.unwrap(), 2);
    assert!(store.latest(repository, RecordKind::Issue).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_page_and_its_cursor_are_written_together_or_not_at_all() {
    let (_folder, store) = store().await;
    let repository = wick(&store).await;
    store.save_page(page(repository, Some("one"), &[row(1, "a")], &[]), |_| false).await.unwrap();
    let too_large = [row(2, "b"), row(u64::MAX, "c")];
    let error = store.save_page(page(repository, Some("two"), &too_large, &[]), |_| false).await.unwrap_err();
    assert!(matches!(error, StoreError::TooLarge { value: u64::MAX, .. }), "{error}");
    assert_eq!(store.cursor(repository, "pulls").await.unwrap().as_deref(), Some("one"));
    assert_eq!(store.latest(repository, RecordKind::Pull).await.unwrap(), ["a"]);
    store.save_page(page(repository, None, &[], &[]), |_| false).await.unwrap();
    assert_eq!(store.cursor(repository, "pulls").await.unwrap().as_deref(), Some("one"));
    assert_eq!(store.cursor(repository, "issues").await.unwrap(), None);
}

#[tokio::test]
async fn bots_are_those_github_names_and_those_listed_now() {
    let (_folder, store) = store().await;
    let repository = wick(&store).await;
    let account = |id, login: &str, bot| Account { id, login: login.into(), bot };
    let seen = [account(1, "ada", false), account(2, "Merge-Robot", false), account(3, "helper[bot]", true)];
    let listed = |login: &str| login.eq_ignore_ascii_case("merge-robot");
    store.save_page(page(repository, None, &[], &seen), listed).await.unwrap();
    let bots = async || {
        let accounts = store.accounts().await.unwrap();
        accounts.into_iter().filter(|account| account.bot).map(|account| account.id).collect::<Vec<_>>()
    };
    assert_eq!(bots().await, [2, 3]);
    store.list_bots(&["ada".into()]).await.unwrap();
    assert_eq!(bots().await, [1, 3]);
    assert_eq!(store.account_by_login("MERGE-robot").await.unwrap().unwrap().id, 2);
    assert_eq!(store.account_by_login("nobody").await.unwrap(), None);
    assert_eq!(store.account(3).await.unwrap().unwrap().login, "helper[bot]");
}

#[tokio::test]
async fn evidence_comes_back_byte_for_byte() {
    let (_folder, store) = store().await;
    let bytes = b"{\"header\":1}\n".repeat(1000);
    let hash = store.put_evidence(Epoch(1), 1, &bytes, 9).await.unwrap();
    assert_eq!(hash, guerdon_core::evidence::hash(&bytes));
    assert_eq!(store.put_evidence(Epoch(1), 1, &bytes, 10).await.unwrap(), hash);
    assert_eq!(store.evidence_by_hash(hash).await.unwrap().unwrap(), bytes);
    let again = store.put_evidence(Epoch(1), 1, b"other\n", 11).await.unwrap();
    assert_eq!(store.evidence(Epoch(1), 1).await.unwrap().unwrap(), (again, b"other\n".to_vec()));
    assert_eq!(store.evidence(Epoch(2), 1).await.unwrap(), None);
    let listed: Vec<_> = store.evidences().await.unwrap().into_iter().map(|found| (found.hash, found.cut_at)).collect();
    assert_eq!(listed, [(hash, 9), (again, 11)]);
}

#[tokio::test]
async fn a_batch_may_change_until_somebody_signed() {
    let (_folder, store) = store().await;
    store.put_batch(&batch(1, 1, 10)).await.unwrap();
    store.put_batch(&StoredBatch { created: 6, ..batch(1, 1, 10) }).await.unwrap();
    assert_eq!(store.batch(Epoch(1), 1).await.unwrap().unwrap(), batch(1, 1, 10));
    store.put_batch(&batch(1, 1, u64::MAX)).await.unwrap();
    store.put_signature(&signature(1)).await.unwrap();
    store.put_batch(&batch(1, 1, u64::MAX)).await.unwrap();
    let error = store.put_batch(&batch(1, 1, 12)).await.unwrap_err();
    assert!(matches!(error, StoreError::BatchSigned { epoch: 1, round: 1, .. }), "{error}");
    store.put_batch(&batch(1, 2, 12)).await.unwrap();
    assert_eq!(store.latest_batch().await.unwrap().unwrap().round, 2);
    let totals: Vec<_> = store.batches().await.unwrap().into_iter().map(|batch| batch.total).collect();
    assert_eq!(totals, [u64::MAX, 12]);
}

#[tokio::test]
async fn a_key_signs_one_header_a_round_even_when_asked_by_many_at_once() {
    let (folder, store) = store().await;
    let other = Store::open(&url(&folder)).await.unwrap();
    let (first, second) = (signature(1), signature(2));
    let (a, b) = tokio::join!(store.put_signature(&first), other.put_signature(&second));
    assert!(a.is_ok() != b.is_ok(), "exactly one of two digests is kept: {a:?} {b:?}");
    let error = a.and(b).unwrap_err();
    assert!(matches!(error, StoreError::AlreadySigned { epoch: 1, round: 1, .. }), "{error}");
    assert_eq!(store.signatures(Epoch(1), 1).await.unwrap().len(), 1);
}

#[tokio::test]
async fn the_same_digest_again_gives_the_first_signature() {
    let (_folder, store) = store().await;
    store.put_signature(&signature(1)).await.unwrap();
    let again = StoredSignature { signature: vec![9; 64], ..signature(1) };
    assert_eq!(store.put_signature(&again).await.unwrap(), signature(1));
    let next_round = StoredSignature { round: 2, ..signature(2) };
    assert_eq!(store.put_signature(&next_round).await.unwrap(), next_round);
    let signer = signature(1).signer;
    assert_eq!(store.signature(Epoch(1), 1, signer).await.unwrap(), Some(signature(1)));
    assert_eq!(store.signature(Epoch(1), 1, Address::ZERO).await.unwrap(), None);
}

#[tokio::test]
async fn items_are_replaced_whole_and_found_by_contributor() {
    let (_folder, store) = store().await;
    let (table, epoch) = (ItemTable::LineItems, Epoch(1));
    let items = [(ContributorId(5), "a".to_owned()), (ContributorId(4), "b".to_owned())];
    store.replace_items(table, epoch, 1, &items).await.unwrap();
    store.replace_items(table, epoch, 1, &items[1..]).await.unwrap();
    store.replace_items(table, Epoch(2), 1, &items).await.unwrap();
    let item = Item { epoch, round: 1, position: 0, contributor: ContributorId(4), body: "b".into() };
    assert_eq!(store.items(table, epoch, 1).await.unwrap(), std::slice::from_ref(&item));
    let of_four = store.items_of(table, ContributorId(4)).await.unwrap();
    assert_eq!(of_four, [item.clone(), Item { epoch: Epoch(2), position: 1, ..item }]);
    assert!(store.items(ItemTable::Refusals, epoch, 1).await.unwrap().is_empty());
}

#[tokio::test]
async fn transactions_are_listed_by_epoch_with_their_fate() {
    let (_folder, store) = store().await;
    let post = NewTransaction {
        purpose: "post".into(),
        epoch: Epoch(3),
        position: 0,
        hash: B256::repeat_byte(1),
        status: "sent".into(),
        block: None,
    };
    let id = store.put_transaction(&post).await.unwrap();
    let next = store.put_transaction(&NewTransaction { purpose: "credit".into(), ..post.clone() }).await.unwrap();
    assert!(next > id);
    store.set_transaction_status(id, "mined", Some(12)).await.unwrap();
    let listed = store.transactions(Epoch(3)).await.unwrap();
    assert_eq!(listed[0].transaction, NewTransaction { status: "mined".into(), block: Some(12), ..post });
    assert_eq!(listed[1].transaction.purpose, "credit");
    let error = store.set_transaction_status(99, "mined", None).await.unwrap_err();
    assert!(matches!(error, StoreError::NoTransaction { id: 99 }), "{error}");
}

#[tokio::test]
async fn what_is_no_database_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("guerdon.db");
    std::fs::write(&path, "this is no database at all, but it is long enough to look like one".repeat(40)).unwrap();
    let error = Store::open(&format!("sqlite:{}", path.display())).await.unwrap_err();
    assert!(matches!(error, StoreError::Open { .. }), "{error:?}");
    assert!(error.to_string().contains("guerdon.db"), "{error}");
    for wrong in ["guerdon.db", "postgres://me:word@host/guerdon", "sqlite:", "sqlite::memory:"] {
        let error = Store::open(wrong).await.unwrap_err();
        assert!(matches!(error, StoreError::Url { .. }), "{wrong}: {error:?}");
        assert!(!error.to_string().contains("word"), "{error}");
    }
}

#[tokio::test]
async fn a_newer_schema_is_refused() {
    let (folder, store) = store().await;
    store.close().await;
    sqlx::any::install_drivers(&[sqlx::sqlite::any::DRIVER]).ok();
    let pool = sqlx::AnyPool::connect(&url(&folder).replace(' ', "%20")).await.unwrap();
    sqlx::raw_sql(
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
         VALUES (9999, 'from the future', TRUE, x'00', 0)",
    )
    .execute(&pool)
    .await
    .unwrap();
    pool.close().await;
    let error = Store::open(&url(&folder)).await.unwrap_err();
    assert!(matches!(error, StoreError::Newer { version: 9999, .. }), "{error:?}");
}
