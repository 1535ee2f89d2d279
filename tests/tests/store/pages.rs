//! Records: a page with its cursor or not at all, and every version kept.

use super::bench::{account, open, page, row, wick};
use guerdon::store::{Account, Fetched, RecordKind, Repository, Row, Saved, StoreError};
use guerdon_tests::database::Database;
use guerdon_tests::on_both;

on_both!(
    a_second_opening_finds_what_the_first_wrote,
    a_repository_that_was_renamed_keeps_its_records,
    an_unchanged_object_adds_nothing_and_a_changed_one_a_version,
    an_object_that_stands_twice_on_a_page_ends_as_its_last,
    a_page_and_its_cursor_are_written_together_or_not_at_all,
    a_page_of_an_unknown_repository_is_refused_whole,
    a_page_may_be_as_long_and_as_heavy_as_it_likes,
    text_of_any_script_comes_back_as_it_was,
    bots_are_those_github_names_and_those_listed_now,
    a_login_belongs_to_the_newest_account_that_has_it,
    the_last_complete_fetch_is_remembered,
);

async fn a_second_opening_finds_what_the_first_wrote(database: Database) {
    let store = open(&database).await;
    wick(&store).await;
    store.close().await;
    assert_eq!(open(&database).await.repositories().await.unwrap()[0].name, "wick");
}

async fn a_repository_that_was_renamed_keeps_its_records(database: Database) {
    let store = open(&database).await;
    let id = wick(&store).await;
    store.save_page(page(id, None, &[row(1, "a")], &[]), |_| false).await.unwrap();
    let renamed = Repository { id, node: "R_7".into(), owner: "lantern".into(), name: "flame".into() };
    store.put_repository(&renamed).await.unwrap();
    assert_eq!(store.repositories().await.unwrap(), [renamed]);
    assert_eq!(store.latest(id, RecordKind::Pull).await.unwrap(), ["a"]);
}

async fn an_unchanged_object_adds_nothing_and_a_changed_one_a_version(database: Database) {
    let store = open(&database).await;
    let repository = wick(&store).await;
    let save = async |rows: &[Row]| store.save_page(page(repository, None, rows, &[]), |_| false).await.unwrap();
    assert_eq!(save(&[row(1, "a"), row(2, "b")]).await, Saved { new: 2, changed: 0, same: 0 });
    assert_eq!(save(&[row(1, "a"), row(2, "c")]).await, Saved { new: 0, changed: 1, same: 1 });
    assert_eq!(store.latest(repository, RecordKind::Pull).await.unwrap(), ["a", "c"]);
    assert_eq!(store.versions(repository, RecordKind::Pull, 1, 0).await.unwrap(), 1);
    assert_eq!(store.versions(repository, RecordKind::Pull, 2, 0).await.unwrap(), 2);
    assert!(store.latest(repository, RecordKind::Issue).await.unwrap().is_empty());
    // What it was before is a version again, not an undoing.
    assert_eq!(save(&[row(2, "b")]).await, Saved { new: 0, changed: 1, same: 0 });
    assert_eq!(store.versions(repository, RecordKind::Pull, 2, 0).await.unwrap(), 3);
}

async fn an_object_that_stands_twice_on_a_page_ends_as_its_last(database: Database) {
    let store = open(&database).await;
    let repository = wick(&store).await;
    let rows = [row(1, "a"), row(2, "x"), row(1, "b"), row(1, "b"), row(1, "c")];
    let saved = store.save_page(page(repository, None, &rows, &[]), |_| false).await.unwrap();
    assert_eq!(saved, Saved { new: 2, changed: 2, same: 1 });
    assert_eq!(store.latest(repository, RecordKind::Pull).await.unwrap(), ["c", "x"]);
    assert_eq!(store.versions(repository, RecordKind::Pull, 1, 0).await.unwrap(), 3);
}

async fn a_page_and_its_cursor_are_written_together_or_not_at_all(database: Database) {
    let store = open(&database).await;
    let repository = wick(&store).await;
    let ada = [account(1, "ada", false)];
    store.save_page(page(repository, Some("one"), &[row(1, "a")], &[]), |_| false).await.unwrap();
    let too_large = [row(2, "b"), row(u64::MAX, "c")];
    let error = store.save_page(page(repository, Some("two"), &too_large, &ada), |_| false).await.unwrap_err();
    assert!(matches!(error, StoreError::TooLarge { value: u64::MAX, .. }), "{error}");
    assert_eq!(store.cursor(repository, "pulls").await.unwrap().as_deref(), Some("one"));
    assert_eq!(store.latest(repository, RecordKind::Pull).await.unwrap(), ["a"]);
    assert_eq!(store.account(1).await.unwrap(), None);
    store.save_page(page(repository, None, &[], &[]), |_| false).await.unwrap();
    assert_eq!(store.cursor(repository, "pulls").await.unwrap().as_deref(), Some("one"));
    assert_eq!(store.cursor(repository, "issues").await.unwrap(), None);
}

async fn a_page_of_an_unknown_repository_is_refused_whole(database: Database) {
    let store = open(&database).await;
    let rows = [row(1, "a")];
    let error = store.save_page(page(99, Some("one"), &rows, &[]), |_| false).await.unwrap_err();
    assert!(matches!(error, StoreError::Query { .. }), "{error}");
    assert_eq!(store.cursor(99, "pulls").await.unwrap(), None);
    // The connection on which it failed serves again.
    for _ in 0..10 {
        let repository = wick(&store).await;
        store.save_page(page(repository, None, &rows, &[]), |_| false).await.unwrap();
    }
}

async fn a_page_may_be_as_long_and_as_heavy_as_it_likes(database: Database) {
    let store = open(&database).await;
    let repository = wick(&store).await;
    let heavy = "x".repeat(3_000_000);
    let mut rows: Vec<Row> = (1..=10_000).map(|number| row(number, &format!("{{\"n\":{number}}}"))).collect();
    rows.push(row(10_001, &heavy));
    let people: Vec<Account> = (1..=5_000).map(|id| account(id, &format!("person-{id}"), false)).collect();
    let saved = store.save_page(page(repository, Some("end"), &rows, &people), |_| false).await.unwrap();
    assert_eq!(saved, Saved { new: 10_001, changed: 0, same: 0 });
    let bodies = store.latest(repository, RecordKind::Pull).await.unwrap();
    assert!(bodies.iter().zip(&rows).all(|(body, row)| *body == row.body));
    assert_eq!((bodies.len(), bodies[10_000].len()), (10_001, heavy.len()));
    assert_eq!(store.accounts().await.unwrap().len(), 5_000);
    let again = store.save_page(page(repository, Some("end"), &rows, &people), |_| false).await.unwrap();
    assert_eq!(again, Saved { new: 0, changed: 0, same: 10_001 });
}

async fn text_of_any_script_comes_back_as_it_was(database: Database) {
    let store = open(&database).await;
    let repository = wick(&store).await;
    let rows: Vec<Row> =
        ["Ünïcödé 漢字 🪔 \u{202e}", "it's \"quoted\"; DROP TABLE records; --", "$1 ? %s \\u0000 \\", " "]
            .iter()
            .zip(1..)
            .map(|(body, number)| row(number, body))
            .collect();
    store.save_page(page(repository, Some("c'; --"), &rows, &[]), |_| false).await.unwrap();
    let bodies = store.latest(repository, RecordKind::Pull).await.unwrap();
    assert_eq!(bodies, rows.iter().map(|row| row.body.clone()).collect::<Vec<_>>());
    assert_eq!(store.cursor(repository, "pulls").await.unwrap().as_deref(), Some("c'; --"));
}

async fn bots_are_those_github_names_and_those_listed_now(database: Database) {
    let store = open(&database).await;
    let repository = wick(&store).await;
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
    assert_eq!(store.account(3).await.unwrap().unwrap().login, "helper[bot]");
}

async fn a_login_belongs_to_the_newest_account_that_has_it(database: Database) {
    let store = open(&database).await;
    store.put_account(&account(2, "Merge-Robot", false), false).await.unwrap();
    assert_eq!(store.account_by_login("MERGE-robot").await.unwrap().unwrap().id, 2);
    assert_eq!(store.account_by_login("nobody").await.unwrap(), None);
    store.put_account(&account(9, "merge-robot", false), false).await.unwrap();
    assert_eq!(store.account_by_login("Merge-Robot").await.unwrap().unwrap().id, 9);
    store.put_account(&account(9, "somebody-else", false), false).await.unwrap();
    assert_eq!(store.account_by_login("Merge-Robot").await.unwrap().unwrap().id, 2);
}

async fn the_last_complete_fetch_is_remembered(database: Database) {
    let store = open(&database).await;
    let repository = wick(&store).await;
    assert_eq!(store.fetched(repository).await.unwrap(), None);
    store.set_fetched(repository, Fetched { began: 5, reread: 0 }).await.unwrap();
    let later = Fetched { began: 8, reread: 7 };
    store.set_fetched(repository, later).await.unwrap();
    assert_eq!(store.fetched(repository).await.unwrap(), Some(later));
}
