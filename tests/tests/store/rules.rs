//! What was made of records: evidence, batches, signatures, items, transactions.

use super::bench::{batch, open, post, signature};
use alloy::primitives::{Address, B256};
use guerdon::store::{
    Item, ItemTable, NewTransaction, Outcome, StoreError, StoredBatch, StoredSignature, TransactionStatus,
};
use guerdon_core::model::{ContributorId, Epoch};
use guerdon_tests::database::Database;
use guerdon_tests::on_both;

on_both!(
    evidence_comes_back_byte_for_byte,
    a_batch_may_change_until_somebody_signed,
    the_same_digest_again_gives_the_first_signature,
    signatures_are_listed_by_signer,
    items_are_replaced_whole_and_found_by_contributor,
    an_epoch_may_have_ten_thousand_items,
    an_epoch_has_one_score_a_round,
    transactions_are_listed_by_epoch_with_their_fate,
    an_account_has_one_transaction_in_flight,
);

async fn evidence_comes_back_byte_for_byte(database: Database) {
    let store = open(&database).await;
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

async fn a_batch_may_change_until_somebody_signed(database: Database) {
    let store = open(&database).await;
    store.put_batch(&batch(1, 1, 10), 1).await.unwrap();
    store.put_batch(&StoredBatch { created: 6, ..batch(1, 1, 10) }, 1).await.unwrap();
    assert_eq!(store.batch(Epoch(1), 1).await.unwrap().unwrap(), batch(1, 1, 10));
    store.put_batch(&batch(1, 1, u64::MAX), 1).await.unwrap();
    store.put_signature(&signature(1)).await.unwrap();
    store.put_batch(&batch(1, 1, u64::MAX), 1).await.unwrap();
    let error = store.put_batch(&batch(1, 1, 12), 1).await.unwrap_err();
    assert!(matches!(error, StoreError::BatchSigned { epoch: 1, round: 1, .. }), "{error}");
    store.put_batch(&batch(1, 2, 12), 1).await.unwrap();
    assert_eq!(store.latest_batch().await.unwrap().unwrap().round, 2);
    let totals: Vec<_> = store.batches().await.unwrap().into_iter().map(|batch| batch.total).collect();
    assert_eq!(totals, [u64::MAX, 12]);
}

async fn the_same_digest_again_gives_the_first_signature(database: Database) {
    let store = open(&database).await;
    store.put_signature(&signature(1)).await.unwrap();
    let again = StoredSignature { signature: vec![9; 64], ..signature(1) };
    assert_eq!(store.put_signature(&again).await.unwrap(), signature(1));
    let error = store.put_signature(&signature(2)).await.unwrap_err();
    assert!(matches!(error, StoreError::AlreadySigned { epoch: 1, round: 1, .. }), "{error}");
    let next_round = StoredSignature { round: 2, ..signature(2) };
    assert_eq!(store.put_signature(&next_round).await.unwrap(), next_round);
    let signer = signature(1).signer;
    assert_eq!(store.signature((Epoch(1), 1), 1, signer).await.unwrap(), Some(signature(1)));
    assert_eq!(store.signature((Epoch(1), 1), 1, Address::ZERO).await.unwrap(), None);
}

async fn signatures_are_listed_by_signer(database: Database) {
    let store = open(&database).await;
    for byte in [0xf0, 0x0a, 0xa0, 0x9f] {
        let one = StoredSignature { signer: Address::repeat_byte(byte), ..signature(byte) };
        store.put_signature(&one).await.unwrap();
    }
    let listed: Vec<_> = store.signatures(Epoch(1), 1).await.unwrap().iter().map(|found| found.signer[0]).collect();
    assert_eq!(listed, [0x0a, 0x9f, 0xa0, 0xf0]);
}

async fn items_are_replaced_whole_and_found_by_contributor(database: Database) {
    let store = open(&database).await;
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
    let too_large = [items[0].clone(), (ContributorId(u64::MAX), "c".to_owned())];
    store.replace_items(table, epoch, 1, &too_large).await.unwrap_err();
    assert_eq!(store.items(table, epoch, 1).await.unwrap().len(), 1, "all are replaced or none");
}

async fn an_epoch_may_have_ten_thousand_items(database: Database) {
    let store = open(&database).await;
    let items: Vec<_> = (1..=10_000).map(|id| (ContributorId(id), format!("{{\"id\":{id}}}"))).collect();
    store.replace_items(ItemTable::People, Epoch(1), 1, &items).await.unwrap();
    let found = store.items(ItemTable::People, Epoch(1), 1).await.unwrap();
    assert_eq!(found.into_iter().map(|item| (item.contributor, item.body)).collect::<Vec<_>>(), items);
}

async fn an_epoch_has_one_score_a_round(database: Database) {
    let store = open(&database).await;
    assert_eq!(store.score(Epoch(1), 1).await.unwrap(), None);
    for (epoch, round, body) in [(1, 1, "a"), (1, 2, "b"), (2, 1, "c"), (1, 1, "again")] {
        store.put_score(Epoch(epoch), round, body).await.unwrap();
    }
    assert_eq!(store.score(Epoch(1), 1).await.unwrap().as_deref(), Some("again"));
    assert_eq!(store.score(Epoch(1), 2).await.unwrap().as_deref(), Some("b"));
    assert_eq!(store.score(Epoch(2), 2).await.unwrap(), None);
}

async fn transactions_are_listed_by_epoch_with_their_fate(database: Database) {
    let store = open(&database).await;
    let id = store.put_transaction(&post()).await.unwrap();
    let next = store.put_transaction(&NewTransaction { purpose: "credit".into(), ..post() }).await.unwrap();
    assert!(next > id);
    let mined = Outcome { id, status: TransactionStatus::Mined, block: Some(12) };
    store.set_outcomes(&[mined]).await.unwrap();
    let listed = store.transactions(Epoch(3)).await.unwrap();
    assert_eq!(listed[0].transaction, NewTransaction { status: TransactionStatus::Mined, block: Some(12), ..post() });
    assert_eq!((listed[1].transaction.purpose.as_str(), listed[1].transaction.block), ("credit", None));
    assert_eq!(store.open_transactions(post().account).await.unwrap(), listed);

    // All or nothing.
    let outcomes = [Outcome { status: TransactionStatus::Final, ..mined }, Outcome { id: 99, ..mined }];
    let error = store.set_outcomes(&outcomes).await.unwrap_err();
    assert!(matches!(error, StoreError::NoTransaction { id: 99 }), "{error}");
    assert_eq!(store.transactions(Epoch(3)).await.unwrap(), listed);
}

async fn an_account_has_one_transaction_in_flight(database: Database) {
    let store = open(&database).await;
    let id = store.put_transaction(&post()).await.unwrap();
    // The same with a higher fee takes the same place.
    store.put_transaction(&NewTransaction { hash: B256::repeat_byte(2), ..post() }).await.unwrap();
    let next = NewTransaction { nonce: 8, hash: B256::repeat_byte(3), ..post() };
    let error = store.put_transaction(&next).await.unwrap_err();
    assert!(matches!(error, StoreError::InFlight { nonce: 7, .. }), "{error}");
    let elsewhere = NewTransaction { account: Address::repeat_byte(1), ..next.clone() };
    store.put_transaction(&elsewhere).await.unwrap();

    let done = |id| Outcome { id, status: TransactionStatus::Mined, block: Some(3) };
    store.set_outcomes(&[done(id), Outcome { status: TransactionStatus::Replaced, ..done(id + 1) }]).await.unwrap();
    store.put_transaction(&next).await.unwrap();
    let open = store.open_transactions(post().account).await.unwrap();
    assert_eq!(open.iter().map(|row| row.transaction.nonce).collect::<Vec<_>>(), [7, 8]);
}
