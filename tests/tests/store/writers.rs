//! Two processes on one database: each rule holds as if there were one.

use super::bench::{account, batch, open, page, post, row, signature, wick};
use alloy::primitives::B256;
use futures::future::join_all;
use guerdon::store::{RecordKind, Row, StoreError, StoredSignature};
use guerdon_core::model::{ContributorId, Epoch};
use guerdon_tests::database::Database;
use guerdon_tests::on_both;
use std::collections::BTreeSet;

on_both!(
    two_may_open_a_new_database_at_once,
    a_key_signs_one_header_a_round_even_when_asked_by_many_at_once,
    a_batch_is_never_replaced_after_its_signature,
    transactions_of_two_writers_have_ids_of_their_own,
    evidence_of_two_writers_has_one_order,
    a_page_that_two_save_is_there_once,
    changes_by_two_writers_are_a_version_each,
    items_of_two_writers_are_those_of_one,
);

async fn two_may_open_a_new_database_at_once(database: Database) {
    let opened = join_all((0..6).map(|_| {
        let url = database.url.clone();
        tokio::spawn(async move { guerdon::store::Store::open(&url).await })
    }))
    .await;
    for store in opened {
        wick(&store.unwrap().unwrap()).await;
    }
}

async fn a_key_signs_one_header_a_round_even_when_asked_by_many_at_once(database: Database) {
    let stores = [open(&database).await, open(&database).await];
    for round in 1..=10 {
        let asked = join_all((0..12_u8).map(|nth| {
            let store = stores[usize::from(nth % 2)].clone();
            tokio::spawn(async move { store.put_signature(&StoredSignature { round, ..signature(nth) }).await })
        }))
        .await;
        let (kept, refused): (Vec<_>, Vec<_>) = asked.into_iter().map(Result::unwrap).partition(Result::is_ok);
        assert_eq!((kept.len(), refused.len()), (1, 11), "exactly one of twelve digests is kept");
        let kept = kept.into_iter().next().unwrap().unwrap();
        for error in refused.into_iter().map(Result::unwrap_err) {
            assert!(matches!(error, StoreError::AlreadySigned { existing, .. } if existing == kept.digest), "{error}");
        }
        assert_eq!(stores[1].signatures(Epoch(1), round).await.unwrap(), [kept]);
    }
}

async fn a_batch_is_never_replaced_after_its_signature(database: Database) {
    let stores = [open(&database).await, open(&database).await];
    for round in 1..=20 {
        stores[0].put_batch(&batch(1, round, 1), 1).await.unwrap();
        let (signer, replacer) = (stores[0].clone(), stores[1].clone());
        let sign = tokio::spawn(async move { signer.put_signature(&StoredSignature { round, ..signature(1) }).await });
        let replace = tokio::spawn(async move { replacer.put_batch(&batch(1, round, 2), 1).await });
        sign.await.unwrap().unwrap();
        let expected = match replace.await.unwrap() {
            Ok(()) => 2,
            Err(StoreError::BatchSigned { .. }) => 1,
            Err(error) => panic!("{error}"),
        };
        assert_eq!(stores[0].batch(Epoch(1), round).await.unwrap().unwrap().total, expected);
        stores[1].put_batch(&batch(1, round, 3), 1).await.unwrap_err();
    }
}

async fn transactions_of_two_writers_have_ids_of_their_own(database: Database) {
    let stores = [open(&database).await, open(&database).await];
    let ids = join_all((0..40).map(|nth: usize| {
        let store = stores[nth % 2].clone();
        tokio::spawn(async move { store.put_transaction(&post()).await.unwrap() })
    }))
    .await;
    let ids: BTreeSet<i64> = ids.into_iter().map(Result::unwrap).collect();
    assert_eq!(ids, (1..=40).collect());
}

async fn evidence_of_two_writers_has_one_order(database: Database) {
    let stores = [open(&database).await, open(&database).await];
    let hashes = join_all((0..20_u8).map(|nth| {
        let store = stores[usize::from(nth % 2)].clone();
        tokio::spawn(async move { store.put_evidence(Epoch(1), 1, &[nth], u64::from(nth)).await.unwrap() })
    }))
    .await;
    let hashes: BTreeSet<B256> = hashes.into_iter().map(Result::unwrap).collect();
    let listed: Vec<B256> = stores[0].evidences().await.unwrap().iter().map(|found| found.hash).collect();
    assert_eq!((listed.len(), listed.iter().copied().collect::<BTreeSet<_>>()), (20, hashes));
    assert_eq!(stores[1].evidence(Epoch(1), 1).await.unwrap().unwrap().0, listed[19]);
}

async fn a_page_that_two_save_is_there_once(database: Database) {
    let stores = [open(&database).await, open(&database).await];
    let repository = wick(&stores[0]).await;
    for nth in 0..10 {
        let saved = join_all(stores.iter().cloned().map(|store| {
            tokio::spawn(async move {
                let rows: Vec<Row> = (1..=50).map(|number| row(nth * 50 + number, "a")).collect();
                // Against the order of the other writer, which is where rows lock one another.
                let mut people: Vec<_> = (1..=20).map(|id| account(id, "somebody", false)).collect();
                people.rotate_left(usize::try_from(nth).unwrap());
                store.save_page(page(repository, Some("c"), &rows, &people), |_| false).await.unwrap()
            })
        }))
        .await;
        let saved: Vec<_> = saved.into_iter().map(Result::unwrap).collect();
        assert_eq!((saved[0].new + saved[1].new, saved[0].same + saved[1].same), (50, 50));
    }
    assert_eq!(stores[0].latest(repository, RecordKind::Pull).await.unwrap().len(), 500);
}

async fn changes_by_two_writers_are_a_version_each(database: Database) {
    let stores = [open(&database).await, open(&database).await];
    let repository = wick(&stores[0]).await;
    let saved = join_all((0..30).map(|nth: usize| {
        let store = stores[nth % 2].clone();
        tokio::spawn(async move {
            let rows = [row(1, &format!("version by {nth}"))];
            store.save_page(page(repository, None, &rows, &[]), |_| false).await.unwrap()
        })
    }))
    .await;
    assert_eq!(saved.into_iter().map(|saved| saved.unwrap().new).sum::<u64>(), 1);
    assert_eq!(stores[0].versions(repository, RecordKind::Pull, 1, 0).await.unwrap(), 30);
}

async fn items_of_two_writers_are_those_of_one(database: Database) {
    use guerdon::store::ItemTable::LineItems;
    let stores = [open(&database).await, open(&database).await];
    for epoch in (1..=5).map(Epoch) {
        let replaced = join_all((0..4_u64).map(|nth| {
            let store = stores[usize::try_from(nth % 2).unwrap()].clone();
            let items: Vec<_> = (0..=nth).map(|_| (ContributorId(nth), "x".to_owned())).collect();
            tokio::spawn(async move { store.replace_items(LineItems, epoch, 1, &items).await.unwrap() })
        }))
        .await;
        assert!(replaced.iter().all(Result::is_ok));
        let items = stores[0].items(LineItems, epoch, 1).await.unwrap();
        let writer = items[0].contributor;
        assert_eq!(items.len() as u64, writer.0 + 1);
        assert!(items.iter().all(|item| item.contributor == writer));
    }
}
