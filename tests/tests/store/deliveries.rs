//! Webhook deliveries: once each, oldest first, until they were read.

use super::bench::open;
use futures::future::join_all;
use guerdon::store::Delivery;
use guerdon_tests::database::Database;
use guerdon_tests::on_both;

on_both!(a_delivery_waits_until_it_was_read, a_delivery_that_two_take_in_at_once_is_taken_once);

fn delivery(id: &str, received: u64) -> Delivery {
    Delivery { id: id.into(), received, repository: 7, node: format!("PR_{id}"), number: 3, merge: id == "b" }
}

async fn a_delivery_waits_until_it_was_read(database: Database) {
    let store = open(&database).await;
    for (id, received) in [("c", 30), ("a", 30), ("b", 10)] {
        assert!(store.put_delivery(&delivery(id, received)).await.unwrap());
        assert!(!store.put_delivery(&delivery(id, 99)).await.unwrap(), "it came before");
    }
    let all = [delivery("b", 10), delivery("a", 30), delivery("c", 30)];
    assert_eq!(store.waiting_deliveries(9).await.unwrap(), all);
    assert_eq!(store.waiting_deliveries(2).await.unwrap(), all[..2]);
    store.deliveries_read(&["b".into(), "nothing".into()], 40).await.unwrap();
    assert_eq!(store.waiting_deliveries(9).await.unwrap(), all[1..]);
    assert_eq!(store.count_waiting_deliveries().await.unwrap(), 2);
    assert!(!store.put_delivery(&delivery("b", 50)).await.unwrap(), "what was read is still known");
    assert_eq!(store.forget_deliveries(30).await.unwrap(), 1);
    assert!(store.put_delivery(&delivery("b", 50)).await.unwrap());
}

async fn a_delivery_that_two_take_in_at_once_is_taken_once(database: Database) {
    let stores = [open(&database).await, open(&database).await];
    for round in 0..10 {
        let taken = join_all((0..6).map(|nth: usize| {
            let store = stores[nth % 2].clone();
            tokio::spawn(async move { store.put_delivery(&delivery(&round.to_string(), 1)).await.unwrap() })
        }))
        .await;
        assert_eq!(taken.into_iter().filter(|taken| *taken.as_ref().unwrap()).count(), 1);
    }
}
