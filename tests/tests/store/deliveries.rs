//! Webhook deliveries: each is kept once, waits until it was read, and is forgotten in time.

use guerdon::store::{Delivery, Store};
use guerdon_tests::database::Database;
use guerdon_tests::on_both;

fn delivery(n: u64) -> Delivery {
    Delivery {
        id: format!("d-{n}"),
        received: 1_000 - n,
        repository: 7,
        node: format!("PR_{n}"),
        number: n,
        merge: n == 1,
    }
}

async fn a_delivery_waits_until_it_was_read_and_comes_only_once(database: Database) {
    let store = Store::open(&database.url).await.unwrap();
    for n in 1..=3 {
        assert!(store.put_delivery(&delivery(n)).await.unwrap());
    }
    let again = Delivery { node: "other".into(), ..delivery(2) };
    assert!(!store.put_delivery(&again).await.unwrap());
    assert_eq!(
        store.waiting_deliveries(10).await.unwrap(),
        [delivery(3), delivery(2), delivery(1)],
        "the oldest first"
    );
    assert_eq!(store.waiting_deliveries(1).await.unwrap(), [delivery(3)]);

    store.deliveries_read(&["d-2".into(), "d-3".into(), "unknown".into()], 2_000).await.unwrap();
    assert_eq!(store.waiting_deliveries(10).await.unwrap(), [delivery(1)]);
    assert_eq!(store.count_waiting_deliveries().await.unwrap(), 1);
    assert!(!store.put_delivery(&delivery(2)).await.unwrap(), "what was read is still known");
    store.close().await;
    let store = Store::open(&database.url).await.unwrap();
    assert_eq!(store.waiting_deliveries(10).await.unwrap(), [delivery(1)]);

    assert_eq!(store.forget_deliveries(998).await.unwrap(), 1, "only what came before");
    assert!(store.put_delivery(&delivery(3)).await.unwrap(), "what is forgotten is new");
    assert!(!store.put_delivery(&delivery(2)).await.unwrap());
}

async fn many_at_once_take_a_delivery_once(database: Database) {
    let store = Store::open(&database.url).await.unwrap();
    let puts = (0..24).map(|n| {
        let store = store.clone();
        tokio::spawn(async move { store.put_delivery(&delivery(1 + n % 3)).await.unwrap() })
    });
    let mut taken = 0;
    for put in puts.collect::<Vec<_>>() {
        taken += u32::from(put.await.unwrap());
    }
    assert_eq!(taken, 3);
    assert_eq!(store.count_waiting_deliveries().await.unwrap(), 3);
}

on_both!(a_delivery_waits_until_it_was_read_and_comes_only_once, many_at_once_take_a_delivery_once);
