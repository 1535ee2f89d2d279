//! Witnesses: each is kept once with its transcript, and a month's tokens never pass their cap.

use guerdon::store::{Store, StoredWitness};
use guerdon_core::B256;
use guerdon_core::model::{RepositoryId, Witness};
use guerdon_tests::database::Database;
use guerdon_tests::on_both;

fn witness(number: u64, flagged: bool) -> StoredWitness {
    let fact = Witness {
        answer: 1100,
        at: 1_000 - number,
        flagged,
        model: "modèle-1".into(),
        number,
        prompt: 1,
        repo: RepositoryId(7),
        samples: 3,
        transcript: B256::repeat_byte(3),
    };
    StoredWitness { fact, why: String::new(), transcript: format!("{{\"é\":\"{}\"}}", "long ".repeat(10_000)) }
}

async fn a_witness_is_kept_once_and_for_ever(database: Database) {
    let store = Store::open(&database.url).await.unwrap();
    assert!(store.put_witness(&witness(1, true)).await.unwrap());
    assert!(store.put_witness(&witness(2, false)).await.unwrap());
    let mut other = witness(1, false);
    other.fact.answer = 1500;
    assert!(!store.put_witness(&other).await.unwrap());
    store.close().await;

    let store = Store::open(&database.url).await.unwrap();
    assert_eq!(store.witness(7, 1).await.unwrap(), Some(witness(1, true)));
    assert_eq!(store.witness(7, 3).await.unwrap(), None);
    assert_eq!(store.witness(8, 1).await.unwrap(), None);
    let numbers = |listed: Vec<(Witness, String)>| listed.iter().map(|(fact, _)| fact.number).collect::<Vec<_>>();
    assert_eq!(numbers(store.witnesses(false).await.unwrap()), [2, 1], "in the order of asking");
    assert_eq!(numbers(store.witnesses(true).await.unwrap()), [1]);
}

async fn a_months_tokens_never_pass_their_cap(database: Database) {
    let store = Store::open(&database.url).await.unwrap();
    assert_eq!(store.tokens("2026-11").await.unwrap(), 0);
    // Ten at once, and room for four.
    let reserve = |_| {
        let store = store.clone();
        tokio::spawn(async move { store.reserve_tokens("2026-11", 300, 1_200).await.unwrap() })
    };
    let tried: Vec<_> = (0..10).map(reserve).collect();
    let mut had = 0;
    for one in tried {
        had += u64::from(one.await.unwrap());
    }
    assert_eq!((had, store.tokens("2026-11").await.unwrap()), (4, 1_200));
    assert!(store.reserve_tokens("2026-12", 300, 1_200).await.unwrap(), "another month has tokens of its own");
    store.release_tokens("2026-11", 250).await.unwrap();
    assert!(store.reserve_tokens("2026-11", 250, 1_200).await.unwrap());
    assert!(!store.reserve_tokens("2026-11", 1, 1_200).await.unwrap());
    store.release_tokens("2026-11", 9_999).await.unwrap();
    assert_eq!(store.tokens("2026-11").await.unwrap(), 0, "never below nothing");
}

on_both!(a_witness_is_kept_once_and_for_ever, a_months_tokens_never_pass_their_cap);
