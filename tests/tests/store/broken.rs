//! Rows that somebody or something damaged are named, never used.

use super::bench::{batch, by_hand, open, post, signature};
use guerdon::store::StoreError;
use guerdon_core::model::Epoch;
use guerdon_tests::database::Database;
use guerdon_tests::on_both;

on_both!(
    a_damaged_batch_is_named,
    a_damaged_signature_is_named,
    a_damaged_transaction_is_named,
    damaged_evidence_is_named_and_exchanged_evidence_is_noticed,
);

/// The error must say what is wrong, and with which value.
fn names(error: StoreError, wanted: &str, found: &str) {
    let StoreError::Corrupt { what, value } = &error else { panic!("{error:?}") };
    assert_eq!((*what, value.as_str()), (wanted, found));
    assert!(error.to_string().contains("backup"), "{error}");
}

async fn a_damaged_batch_is_named(database: Database) {
    let store = open(&database).await;
    store.put_batch(&batch(1, 1, 10), 1).await.unwrap();
    let broken = async |statement, what, value| {
        by_hand(&database, statement, statement).await;
        names(store.batch(Epoch(1), 1).await.unwrap_err(), what, value);
        names(store.latest_batch().await.unwrap_err(), what, value);
        names(store.put_batch(&batch(1, 1, 10), 1).await.unwrap_err(), what, value);
    };
    broken("UPDATE batches SET created = -5", "created", "-5").await;
    broken("UPDATE batches SET total = 'many'", "total", "many").await;
    broken("UPDATE batches SET entries_hash = '0x12'", "entries_hash", "0x12").await;
}

async fn a_damaged_signature_is_named(database: Database) {
    let store = open(&database).await;
    store.put_signature(&signature(1)).await.unwrap();
    let broken = async |statement, what, value| {
        by_hand(&database, statement, statement).await;
        names(store.signatures(Epoch(1), 1).await.unwrap_err(), what, value);
    };
    broken("UPDATE signatures SET digest = 'nothing'", "digest", "nothing").await;
    broken("UPDATE signatures SET signer = 'nobody'", "signer", "nobody").await;
    let round = "UPDATE signatures SET round = 4294967297";
    by_hand(&database, round, round).await;
    assert!(store.signatures(Epoch(1), 1).await.unwrap().is_empty());
}

async fn a_damaged_transaction_is_named(database: Database) {
    let store = open(&database).await;
    store.put_transaction(&post()).await.unwrap();
    let statement = "UPDATE transactions SET block_number = -1";
    by_hand(&database, statement, statement).await;
    names(store.transactions(Epoch(3)).await.unwrap_err(), "block number", "-1");
}

async fn damaged_evidence_is_named_and_exchanged_evidence_is_noticed(database: Database) {
    let store = open(&database).await;
    let first = store.put_evidence(Epoch(1), 1, b"first\n", 1).await.unwrap();
    let second = store.put_evidence(Epoch(1), 2, b"second\n", 1).await.unwrap();
    let exchange = "UPDATE evidence SET bytes = (SELECT bytes FROM evidence WHERE round = 1) WHERE round = 2";
    by_hand(&database, exchange, exchange).await;
    names(store.evidence_by_hash(second).await.unwrap_err(), "evidence file", &second.to_string());
    by_hand(
        &database,
        "UPDATE evidence SET bytes = x'28b52ffd' WHERE round = 1",
        r"UPDATE evidence SET bytes = '\x28b52ffd' WHERE round = 1",
    )
    .await;
    for error in [store.evidence_by_hash(first).await.unwrap_err(), store.evidence(Epoch(1), 1).await.unwrap_err()] {
        assert!(matches!(&error, StoreError::Compress { hash, .. } if *hash == first), "{error:?}");
    }
}
