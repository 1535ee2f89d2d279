//! A daemon that sends links for contributors: for those who have worked, so many a day, and matured re-links.

use super::town::{START, Town, address, ask, figure, pending, until};
use guerdon_tests::sandbox::{DAY, ORACLES, SETTLE_DELAY, WEEK, wallet};

#[tokio::test(flavor = "multi_thread")]
async fn links_are_sent_for_those_who_have_worked_and_only_so_many_a_day() {
    let town = Town::start().await;
    let b = town.oracle("b", &ORACLES[1..2], "").await;
    // Not an oracle's address, and a dead one: neither stops the others.
    let relay = format!("[links]\nrelay = true\nper_day = 1\noracles = [\"http://127.0.0.1:9\", \"{}\"]\n", b.api);
    let a = town.oracle("a", &ORACLES[..1], &relay).await;
    town.sandbox.anvil.warp(START + WEEK + SETTLE_DELAY).await.unwrap();
    town.sync().await;
    until("epoch 1 is scored", async || {
        a.get("/v1/contributors/wren-okafor/explain").await.unwrap().1.contains("\"epoch\"")
    })
    .await;

    // Who has done nothing may ask, and is not paid for: what would be sent first is the next one's.
    let idle = town.publish("sam-oseibonsu", wallet(8)).await;
    assert_eq!(ask(&a, "sam-oseibonsu", Some(&idle)).await.0, 200);
    let (first, second) =
        (town.publish("wren-okafor", wallet(0)).await, town.publish("tobias-lindqvist", wallet(1)).await);
    // Asking another oracle sends nothing.
    assert_eq!(ask(&b, "tobias-lindqvist", Some(&second)).await.0, 200);
    assert_eq!(ask(&a, "wren-okafor", Some(&first)).await.0, 200);
    until("the first link is sent", async || town.wallet_of("wren-okafor").await == Some(address(wallet(0)))).await;
    assert_eq!(ask(&a, "tobias-lindqvist", Some(&second)).await.0, 200);
    until("the daemon says that it is too much for a day", async || {
        std::fs::read_to_string(&a.log).unwrap().contains("a link is sent another day")
    })
    .await;
    assert_eq!(town.wallet_of("tobias-lindqvist").await, None);
    town.wait(DAY + 1).await;
    until("the second link is sent", async || town.wallet_of("tobias-lindqvist").await == Some(address(wallet(1))))
        .await;
    until("both are counted", async || figure(&a, "guerdon_links_relayed_total").await == Some(2.0)).await;

    // A re-link is sent too, a day later, and made to hold once it is ripe.
    town.wait(DAY + 1).await;
    let moved = town.publish("wren-okafor", wallet(5)).await;
    assert_eq!(ask(&a, "wren-okafor", Some(&moved)).await.0, 200);
    until("the re-link is proposed", async || pending(&a).await.len() == 1).await;
    assert_eq!(town.wallet_of("wren-okafor").await, Some(address(wallet(0))));
    until("it waits", async || figure(&b, "guerdon_links_pending").await == Some(1.0)).await;
    town.wait(DAY / 2).await;
    assert_eq!(pending(&a).await.len(), 1);
    town.wait(DAY / 2 + 60).await;
    until("it holds", async || town.wallet_of("wren-okafor").await == Some(address(wallet(5)))).await;
    assert_eq!(town.wallet_of("sam-oseibonsu").await, None);
    let log = std::fs::read_to_string(&a.log).unwrap();
    assert!(log.contains("a re-link was activated") && log.contains("it cannot be reached"), "{log}");
}
