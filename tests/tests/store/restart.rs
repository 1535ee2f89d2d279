//! A PostgreSQL that ends and comes back while the store is in use.

use super::bench::{page, post, row, wick};
use guerdon::store::{RecordKind, Row, Store, StoreError};
use guerdon_core::model::Epoch;
use guerdon_tests::postgres::Postgres;
use std::time::Duration;

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_away_is_reported_and_one_that_is_back_is_used() {
    let server = Postgres::start().unwrap();
    let url = server.database().unwrap();
    let store = Store::open(&url).await.unwrap();
    let repository = wick(&store).await;
    // Several connections, so that not one of them is taken for good.
    let one = post();
    let posts = (0..8).map(|_| store.put_transaction(&one));
    futures::future::try_join_all(posts).await.unwrap();

    server.stop().unwrap();
    for error in [
        store.put_transaction(&post()).await.unwrap_err(),
        store.repositories().await.unwrap_err(),
        store.save_page(page(repository, None, &[row(1, "a")], &[]), |_| false).await.unwrap_err(),
    ] {
        assert!(matches!(error, StoreError::Gone { .. }), "{error:?}");
        assert!(error.to_string().contains("guerdon doctor"), "{error}");
    }
    assert!(matches!(Store::open(&url).await.unwrap_err(), StoreError::Connect { .. }));

    server.go_on().unwrap();
    assert_eq!(store.put_transaction(&post()).await.unwrap(), 9);
    assert_eq!(store.transactions(Epoch(3)).await.unwrap().len(), 9);
}

/// The writer does what a tick does: it reports, and the next time goes on from the cursor.
#[tokio::test(flavor = "multi_thread")]
async fn restarts_in_the_middle_of_writing_lose_and_repeat_nothing() {
    const PAGES: u64 = 60;
    let server = Postgres::start().unwrap();
    let store = Store::open(&server.database().unwrap()).await.unwrap();
    let repository = wick(&store).await;
    let writer = {
        let store = store.clone();
        tokio::spawn(async move {
            let mut failures = 0;
            loop {
                match next_page(&store, repository).await {
                    Ok(PAGES) => return failures,
                    Ok(_) => {}
                    Err(error) => {
                        assert!(matches!(error, StoreError::Gone { .. }), "{error:?}");
                        failures += 1;
                        tokio::time::sleep(Duration::from_millis(50)).await;
                    }
                }
            }
        })
    };
    for after in [10, 25, 40] {
        while written(&store, repository).await.is_ok_and(|pages| pages < after) {}
        server.stop().unwrap();
        server.go_on().unwrap();
    }
    let failures = writer.await.unwrap();
    println!("{failures} attempts failed over three restarts");
    assert_eq!(written(&store, repository).await.unwrap(), PAGES);
    let bodies = store.latest(repository, RecordKind::Pull).await.unwrap();
    assert_eq!(bodies.len() as u64, PAGES * 20);
    for number in 1..=PAGES * 20 {
        assert_eq!(store.versions(repository, RecordKind::Pull, number, 0).await.unwrap(), 1);
    }
}

async fn written(store: &Store, repository: u64) -> Result<u64, StoreError> {
    Ok(store.cursor(repository, "pulls").await?.map_or(0, |cursor| cursor.parse().unwrap()))
}

async fn next_page(store: &Store, repository: u64) -> Result<u64, StoreError> {
    let nth = written(store, repository).await?;
    let rows: Vec<Row> = (1..=20).map(|number| row(nth * 20 + number, "a")).collect();
    let cursor = (nth + 1).to_string();
    let saved = store.save_page(page(repository, Some(&cursor), &rows, &[]), |_| false).await?;
    assert_eq!((saved.new, saved.same), (20, 0));
    Ok(nth + 1)
}
