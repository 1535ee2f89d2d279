//! Links that contributors asked for, and how many are sent in a day.

use alloy::primitives::B256;
use guerdon::store::{LinkAsk, Store};
use guerdon_core::model::ContributorId;
use guerdon_tests::database::Database;
use guerdon_tests::on_both;

const DAY: u64 = 86_400;

fn ask(id: u64, gist: &str, asked: u64) -> LinkAsk {
    LinkAsk {
        id: ContributorId(id),
        login: format!("somebody-{id}"),
        gist: gist.into(),
        valid_until: asked + DAY,
        asked,
        tried: None,
    }
}

async fn an_ask_waits_its_turn_and_another_gist_begins_anew(database: Database) {
    let store = Store::open(&database.url).await.unwrap();
    store.put_link_ask(&ask(2, "b", 20), 10).await.unwrap();
    store.put_link_ask(&ask(1, "a", 10), 10).await.unwrap();
    assert_eq!(store.link_asks(0, 10).await.unwrap(), [ask(1, "a", 10), ask(2, "b", 20)], "the oldest first");
    assert_eq!(store.link_asks(0, 1).await.unwrap().len(), 1);

    store.link_ask_tried(ContributorId(1), 100).await.unwrap();
    assert_eq!(store.link_asks(100, 10).await.unwrap(), [ask(2, "b", 20)]);
    assert_eq!(store.link_asks(101, 10).await.unwrap().len(), 2, "after a while it is tried again");
    store.put_link_ask(&ask(1, "a", 30), 10).await.unwrap();
    assert_eq!(store.link_asks(100, 10).await.unwrap(), [ask(2, "b", 20)], "asking again makes nothing faster");
    store.put_link_ask(&ask(1, "other", 40), 10).await.unwrap();
    let first = &store.link_asks(100, 10).await.unwrap()[0];
    assert_eq!((first.gist.as_str(), first.asked, first.tried), ("other", 10, None), "its turn is kept");

    store.put_link_ask(&ask(3, "c", 50), 2).await.unwrap();
    assert_eq!(store.link_asks(200, 10).await.unwrap().len(), 2, "no more than so many");
    store.forget_link_ask(ContributorId(1)).await.unwrap();
    store.close().await;
    let store = Store::open(&database.url).await.unwrap();
    assert_eq!(store.link_asks(200, 10).await.unwrap(), [ask(2, "b", 20)]);
}

async fn only_so_many_are_begun_in_a_day_and_what_was_begun_goes_on(database: Database) {
    let store = Store::open(&database.url).await.unwrap();
    let begin = |id: u64, nonce: u64, now: u64| {
        let store = store.clone();
        async move { store.begin_link_relay(ContributorId(id), nonce, now, (now.saturating_sub(DAY), 2)).await.unwrap() }
    };
    assert!(begin(1, 0, 2 * DAY).await);
    // The daemon ended before it sent: it does not count twice.
    assert!(begin(1, 0, 2 * DAY + 1).await);
    assert!(begin(2, 0, 2 * DAY + 2).await);
    assert!(!begin(3, 0, 2 * DAY + 3).await);
    assert!(begin(1, 0, 2 * DAY + 4).await, "it was begun before");
    assert!(!begin(1, 1, 2 * DAY + 5).await, "another link of the same account is another one");
    store.link_relayed(ContributorId(1), 0, B256::repeat_byte(1)).await.unwrap();
    assert!(begin(3, 0, 3 * DAY).await, "a day later");
    assert!(!begin(4, 0, 3 * DAY + 1).await);

    // At once, from several sides.
    let tries = (10..20).map(|id| tokio::spawn(begin(id, 0, 9 * DAY)));
    let mut begun = 0;
    for one in tries.collect::<Vec<_>>() {
        begun += u32::from(one.await.unwrap());
    }
    assert_eq!(begun, 2);
}

on_both!(
    an_ask_waits_its_turn_and_another_gist_begins_anew,
    only_so_many_are_begun_in_a_day_and_what_was_begun_goes_on,
);
