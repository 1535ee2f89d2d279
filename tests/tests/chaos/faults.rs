//! Three of ten calls fail, to the chain and to GitHub, for a whole epoch.

use guerdon_tests::chaos::crew::Crew;
use guerdon_tests::chaos::soak::{github_faults, rpc_faults};
use guerdon_tests::chaos::town::{Plan, Town};
use guerdon_tests::rpc::Proxy;

const CONFIG: &str = "guerdon.toml";
const SEED: u64 = 30;
const PERCENT: u64 = 30;

#[tokio::test(flavor = "multi_thread")]
async fn an_epoch_is_paid_while_three_of_ten_calls_fail() {
    let town = Town::start(Plan::sample().unwrap()).await.unwrap();
    let mut before = town.save("before").await.unwrap();
    let mut crew = Crew::of(&town.sandbox, &[CONFIG]);
    crew.start(&town.sandbox).unwrap();
    town.pay(&mut crew, 1).await.unwrap();
    crew.stop().await.unwrap();
    let expected = town.books().await.unwrap();

    town.restore(&mut before).await.unwrap();
    let relay = Proxy::start(town.sandbox.anvil.url()).await.unwrap();
    town.reconfigure(CONFIG, "faults.toml", &[(town.sandbox.anvil.url(), &relay.url())]).unwrap();
    let mut crew = Crew::of(&town.sandbox, &["faults.toml"]);
    crew.start(&town.sandbox).unwrap();
    while crew.hands[0].api().is_none() {
        crew.revive(&town.sandbox).unwrap();
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    relay.fail_at_random(SEED, PERCENT, &rpc_faults());
    town.plan.world.fail_at_random(SEED, PERCENT, &github_faults());
    let requests = town.plan.world.requests().len();
    town.pay(&mut crew, 1).await.unwrap();
    crew.stop().await.unwrap();

    let calls = relay.calls();
    let spoilt = calls.iter().filter(|call| call.spoilt).count();
    let (requests, struck) = (town.plan.world.requests().len() - requests, town.plan.world.traffic().struck());
    println!("seed {SEED}: {spoilt} of {} calls to the chain and {struck} of {requests} to GitHub failed", calls.len());
    assert!(spoilt > 10 && struck > 3, "too few to say anything");
    let books = town.books().await.unwrap();
    assert_eq!(books[0].entries_hash, expected[0].entries_hash);
}
