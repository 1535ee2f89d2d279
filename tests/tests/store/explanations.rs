//! What the API reads: explanations by person and by epoch, the last row of many people, logins of many ids.

use guerdon::store::{Account, ItemTable, Page, Repository, Store};
use guerdon_core::model::{ContributorId, Epoch};
use guerdon_tests::database::Database;
use guerdon_tests::on_both;

fn texts(ids: &[u64], round: u32) -> Vec<(ContributorId, String)> {
    ids.iter().map(|id| (ContributorId(*id), format!("{{\"round\":{round},\"é\":\"{id}\"}}"))).collect()
}

/// Epoch and round of what one person has.
async fn of(store: &Store, id: u64, from: u64, to: u64, limit: u32) -> Vec<(u64, u32)> {
    let found = store.explanations_of(ContributorId(id), (Epoch(from), Epoch(to)), limit).await.unwrap();
    assert!(found.iter().all(|kept| kept.body == texts(&[id], kept.round)[0].1));
    found.iter().map(|kept| (kept.epoch.0, kept.round)).collect()
}

async fn explanations_are_those_of_the_latest_round(database: Database) {
    let store = Store::open(&database.url).await.unwrap();
    let many: Vec<u64> = (1..=3_000).collect();
    store.replace_explanations(Epoch(1), 1, &texts(&many, 1)).await.unwrap();
    store.replace_explanations(Epoch(2), 1, &texts(&[5, 7], 1)).await.unwrap();
    store.replace_explanations(Epoch(2), 2, &texts(&[7, 9], 2)).await.unwrap();
    store.replace_explanations(Epoch(2), 1, &texts(&[5, 7], 1)).await.unwrap();
    assert_eq!(store.explained_rounds().await.unwrap(), [(Epoch(1), 1), (Epoch(2), 2)]);
    assert_eq!(of(&store, 7, 0, 9, 10).await, [(1, 1), (2, 2)]);
    assert_eq!(of(&store, 7, 0, 9, 1).await, [(1, 1)]);
    assert_eq!(of(&store, 7, 2, 2, 10).await, [(2, 2)]);
    assert_eq!(of(&store, 5, 2, 9, 10).await, [], "a later round took its place");
    let ids = |found: Vec<guerdon::store::Kept>| found.iter().map(|kept| kept.contributor.0).collect::<Vec<_>>();
    assert_eq!(ids(store.explanations_in(Epoch(1), ContributorId(2_997), 10).await.unwrap()), [2_998, 2_999, 3_000]);
    assert_eq!(ids(store.explanations_in(Epoch(2), ContributorId(0), 1).await.unwrap()), [7]);
}

async fn the_last_row_of_each_person_comes_page_by_page(database: Database) {
    let store = Store::open(&database.url).await.unwrap();
    let rows = |ids: &[u64], text: &str| -> Vec<(ContributorId, String)> {
        ids.iter().map(|id| (ContributorId(*id), format!("{text} {id}"))).collect()
    };
    let people = ItemTable::People;
    store.replace_items(people, Epoch(1), 1, &rows(&[1, 2, 3], "first")).await.unwrap();
    store.replace_items(people, Epoch(1), 2, &rows(&[2, 4], "again")).await.unwrap();
    store.replace_items(people, Epoch(3), 1, &rows(&[3, 5], "third")).await.unwrap();
    let page = async |after, limit| {
        let found = store.last_items_after(people, after, limit).await.unwrap();
        found.into_iter().map(|item| item.body).collect::<Vec<_>>()
    };
    assert_eq!(page(0, 100).await, ["first 1", "again 2", "third 3", "again 4", "third 5"]);
    assert_eq!(page(1, 2).await, ["again 2", "third 3"]);
    assert!(page(5, 100).await.is_empty());
    for (id, expected) in [(2, Some("again 2")), (3, Some("third 3")), (9, None)] {
        let last = store.last_item_of(people, ContributorId(id)).await.unwrap().map(|item| item.body);
        assert_eq!(last.as_deref(), expected);
    }
}

async fn many_accounts_are_found_by_their_ids(database: Database) {
    let store = Store::open(&database.url).await.unwrap();
    let repository = Repository { id: 1, node: "R_1".into(), owner: "o".into(), name: "r".into() };
    store.put_repository(&repository).await.unwrap();
    let accounts: Vec<Account> =
        (1..=9_000).map(|id| Account { id, login: format!("person-{id}"), bot: id % 9 == 0 }).collect();
    let page = Page { repository: 1, connection: "pulls", cursor: None, rows: &[], accounts: &accounts, seen: 1 };
    store.save_page(page, |_| false).await.unwrap();
    let wanted: Vec<u64> = (1..=9_010).filter(|id| id % 2 == 0).collect();
    let found = store.accounts_of(&wanted).await.unwrap();
    let expected: Vec<Account> = accounts.iter().filter(|account| account.id % 2 == 0).cloned().collect();
    assert_eq!(found, expected);
    assert_eq!(store.accounts_of(&[]).await.unwrap(), []);
}

async fn evidence_is_given_as_it_is_kept(database: Database) {
    let store = Store::open(&database.url).await.unwrap();
    let text = b"one line\n".repeat(10_000);
    let first = store.put_evidence(Epoch(1), 1, b"before", 1).await.unwrap();
    let second = store.put_evidence(Epoch(1), 2, &text, 2).await.unwrap();
    assert_eq!(store.last_evidence_hash(Epoch(1)).await.unwrap(), Some(second));
    assert_eq!(store.last_evidence_hash(Epoch(2)).await.unwrap(), None);
    let packed = store.packed_evidence(second).await.unwrap().unwrap();
    assert!(packed.len() * 100 < text.len());
    assert_eq!(zstd::decode_all(packed.as_slice()).unwrap(), text);
    assert!(store.packed_evidence(first).await.unwrap().is_some());
}

on_both!(
    explanations_are_those_of_the_latest_round,
    the_last_row_of_each_person_comes_page_by_page,
    many_accounts_are_found_by_their_ids,
    evidence_is_given_as_it_is_kept,
);
