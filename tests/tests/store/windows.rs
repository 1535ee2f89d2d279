//! Records are found again by time, thread, commit and id, and as they were known at a time.

use super::bench::{open, page, row, wick};
use guerdon::store::{Fetched, Known, LATEST, Marks, Opened, RecordKind, Repository, Row, Store};
use guerdon_tests::database::Database;
use guerdon_tests::on_both;

on_both!(
    a_window_has_what_happened_in_it_once_and_in_order,
    a_window_is_as_it_was_known_then,
    what_is_gone_is_in_no_window_and_is_found_no_more_by_its_thread,
    what_was_touched_is_known_by_its_node,
    open_pull_requests_are_counted_at_a_moment,
    a_merge_commit_may_be_shortened_while_it_is_one,
    listed_repositories_are_those_of_the_last_answer,
    heads_and_attributes_are_kept_beside_cursors,
);

fn at(number: u64, body: &str, moments: &[u64]) -> Row {
    let marks = Marks { moments: moments.to_vec(), ..Marks::default() };
    Row { node: Some(format!("PR_{number}")), updated: 1, marks, ..row(number, body) }
}

async fn save(store: &Store, repository: u64, rows: &[Row], seen: u64) {
    let page = guerdon::store::Page { seen, ..page(repository, None, rows, &[]) };
    store.save_page(page, |_| false).await.unwrap();
}

async fn pulls(store: &Store, span: (u64, u64), as_of: u64) -> Vec<String> {
    store.window(7, RecordKind::Pull, span, as_of).await.unwrap()
}

async fn a_window_has_what_happened_in_it_once_and_in_order(database: Database) {
    let store = open(&database).await;
    let repository = wick(&store).await;
    let rows = [at(11, "k", &[100, 150]), at(3, "c", &[199]), at(2, "b", &[99, 200]), at(1, "a", &[100]), row(9, "x")];
    save(&store, repository, &rows, 1).await;
    assert_eq!(pulls(&store, (100, 200), LATEST).await, ["a", "c", "k"]);
    assert_eq!(pulls(&store, (0, 100), LATEST).await, ["b"]);
    assert!(pulls(&store, (201, LATEST), LATEST).await.is_empty());
    assert!(store.window(repository, RecordKind::Issue, (0, LATEST), LATEST).await.unwrap().is_empty());
    assert!(store.window(8, RecordKind::Pull, (0, LATEST), LATEST).await.unwrap().is_empty());
}

async fn a_window_is_as_it_was_known_then(database: Database) {
    let store = open(&database).await;
    let repository = wick(&store).await;
    for (body, seen) in [("first", 10), ("second", 20), ("third", 30)] {
        save(&store, repository, &[at(1, body, &[100])], seen).await;
        let comment = Row::new(RecordKind::Comment, 1, 5, format!("{body} comment"));
        save(&store, repository, &[comment], seen).await;
    }
    for (as_of, expected) in [(9, None), (10, Some("first")), (29, Some("second")), (30, Some("third"))] {
        assert_eq!(pulls(&store, (100, 101), as_of).await.first().map(String::as_str), expected);
        let comments = store.thread(repository, RecordKind::Comment, 1, as_of).await.unwrap();
        assert_eq!(comments.first().cloned(), expected.map(|body| format!("{body} comment")));
    }
}

async fn what_is_gone_is_in_no_window_and_is_found_no_more_by_its_thread(database: Database) {
    let store = open(&database).await;
    let repository = wick(&store).await;
    let comment = |sub, body: &str| Row {
        node: Some(format!("C_{sub}")),
        ..Row::new(RecordKind::Comment, 1, sub, body.to_owned())
    };
    save(&store, repository, &[at(1, "a", &[100]), comment(30, "late"), comment(4, "early")], 10).await;
    assert_eq!(store.thread(repository, RecordKind::Comment, 1, LATEST).await.unwrap(), ["early", "late"]);
    let under = store.under(repository, RecordKind::Comment, 1).await.unwrap();
    assert_eq!(under.iter().map(|one| one.sub).collect::<Vec<_>>(), [4, 30]);
    let gone =
        [Row::gone(RecordKind::Pull, 1, 0), Row::gone(RecordKind::Comment, 1, 4), Row::gone(RecordKind::Pull, 2, 0)];
    save(&store, repository, &gone, 20).await;
    assert!(pulls(&store, (100, 101), LATEST).await.is_empty());
    assert!(store.latest(repository, RecordKind::Pull).await.unwrap().is_empty());
    assert_eq!(store.thread(repository, RecordKind::Comment, 1, LATEST).await.unwrap(), ["late"]);
    assert_eq!(pulls(&store, (100, 101), 19).await, ["a"], "as it was known before");
    assert_eq!(store.versions(repository, RecordKind::Pull, 2, 0).await.unwrap(), 0, "it was never known");
}

async fn what_was_touched_is_known_by_its_node(database: Database) {
    let store = open(&database).await;
    let repository = wick(&store).await;
    let nameless = Row { node: None, ..at(8, "n", &[300]) };
    save(&store, repository, &[at(5, "e", &[300]), at(4, "d", &[299]), at(3, "c", &[500]), nameless], 1).await;
    let known =
        |number: u64| Known { repository, kind: RecordKind::Pull, number, sub: 0, node: format!("PR_{number}") };
    let touched = store.touched_since(repository, RecordKind::Pull, 300).await.unwrap();
    assert_eq!(touched, [known(3), known(5)]);
    assert_eq!(store.known("PR_4").await.unwrap(), [known(4)]);
    assert!(store.known("PR_9").await.unwrap().is_empty());
    // A page that does not say the node keeps the one that is known, and a new time moves nothing else.
    save(&store, repository, &[Row { node: None, updated: 77, ..at(4, "d", &[]) }], 2).await;
    assert_eq!(store.known("PR_4").await.unwrap(), [known(4)]);
    let updated = store.updated(repository, RecordKind::Pull, &[4, 5, 6]).await.unwrap();
    assert_eq!(updated.into_iter().collect::<Vec<_>>(), [(4, 77), (5, 1)]);
    assert_eq!(store.versions(repository, RecordKind::Pull, 4, 0).await.unwrap(), 1);
}

async fn open_pull_requests_are_counted_at_a_moment(database: Database) {
    let store = open(&database).await;
    let repository = wick(&store).await;
    let opened = |number, author, created, ended| {
        let marks = Marks { opened: Some(Opened { author, created, ended }), ..Marks::default() };
        Row { marks, ..row(number, &format!("{author} {created} {ended:?}")) }
    };
    let rows = [
        opened(1, 50, 100, Some(200)),
        opened(2, 50, 150, None),
        opened(3, 50, 201, None),
        opened(4, 51, 100, None),
        opened(5, 50, 100, Some(160)),
    ];
    save(&store, repository, &rows, 1).await;
    let open = async |moment| {
        let mut open = store.open_at(50, moment).await.unwrap();
        open.sort_unstable();
        open.into_iter().map(|(of, number)| (of == repository).then_some(number).unwrap()).collect::<Vec<_>>()
    };
    let expected: [(u64, &[u64]); 7] =
        [(99, &[]), (100, &[1, 5]), (159, &[1, 2, 5]), (160, &[1, 2]), (199, &[1, 2]), (200, &[2]), (201, &[2, 3])];
    for (moment, numbers) in expected {
        assert_eq!(open(moment).await, numbers, "at {moment}");
    }
    // Reopened and closed again: the last word counts.
    save(&store, repository, &[opened(2, 50, 150, Some(180))], 2).await;
    assert_eq!(open(190).await, [1]);
}

async fn a_merge_commit_may_be_shortened_while_it_is_one(database: Database) {
    let store = open(&database).await;
    let repository = wick(&store).await;
    let merged = |number, oid: &str| {
        let marks = Marks { commit: Some(oid.to_owned()), ..Marks::default() };
        Row { marks, ..row(number, oid) }
    };
    let rows = [merged(1, "abc0000000"), merged(2, "abcf000000"), merged(3, "abd0000000"), merged(4, "ab99999999")];
    save(&store, repository, &rows, 1).await;
    for (oid, expected) in
        [("abc0000000", Some(1)), ("abcf", Some(2)), ("abd", Some(3)), ("ab9", Some(4)), ("abc", None), ("abe", None)]
    {
        assert_eq!(store.merged_as(repository, oid).await.unwrap(), expected, "{oid}");
    }
}

async fn listed_repositories_are_those_of_the_last_answer(database: Database) {
    let store = open(&database).await;
    for id in [3, 1, 2] {
        let one = Repository { id, node: format!("R_{id}"), owner: "lamp".into(), name: format!("n{id}") };
        store.put_repository(&one).await.unwrap();
    }
    assert!(store.listed().await.unwrap().is_empty());
    for (ids, expected) in [(vec![3, 1], vec![1, 3]), (vec![2], vec![2]), (vec![], vec![])] {
        store.set_listed(&ids).await.unwrap();
        let listed: Vec<u64> = store.listed().await.unwrap().iter().map(|one| one.id).collect();
        assert_eq!(listed, expected);
    }
    assert_eq!(store.repositories().await.unwrap().len(), 3);
}

async fn heads_and_attributes_are_kept_beside_cursors(database: Database) {
    let store = open(&database).await;
    let repository = wick(&store).await;
    store.set_head(repository, "pulls", Some("2025 #7")).await.unwrap();
    assert_eq!(store.cursor(repository, "pulls").await.unwrap(), None);
    store.save_page(page(repository, Some("c"), &[], &[]), |_| false).await.unwrap();
    assert_eq!(store.head(repository, "pulls").await.unwrap().as_deref(), Some("2025 #7"));
    store.set_head(repository, "pulls", None).await.unwrap();
    assert_eq!(store.head(repository, "pulls").await.unwrap(), None);
    assert_eq!(store.cursor(repository, "pulls").await.unwrap().as_deref(), Some("c"));
    store.put_attributes("abc", "{}").await.unwrap();
    store.put_attributes("abc", "other").await.unwrap();
    assert_eq!(store.attributes("abc").await.unwrap().as_deref(), Some("{}"));
    assert_eq!(store.attributes("abd").await.unwrap(), None);
    let fetched = Fetched { began: 4, reread: 2 };
    store.set_fetched(repository, fetched).await.unwrap();
    assert_eq!(store.fetched(repository).await.unwrap(), Some(fetched));
}
