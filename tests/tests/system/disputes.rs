//! Challenges, an equivocating oracle and a pause, by the commands that oracles and challengers use.

use super::bench::{Bench, START};
use super::org::amount;
use alloy::primitives::{B256, U256};
use alloy::providers::ext::AnvilApi;
use guerdon::chain::{Answer, Chain};
use guerdon::keys::OracleKey;
use guerdon::sign::{header_message, sign};
use guerdon_bindings::RewardDistributor;
use guerdon_core::model::Epoch;
use guerdon_deploy::chain::connect_signer;
use guerdon_tests::anvil::key;
use guerdon_tests::sandbox::{ARBITER, GUARDIAN, SETTLE_DELAY, STRANGER, WEEK, secret};
use serde_json::Value;

#[tokio::test(flavor = "multi_thread")]
async fn what_is_disputed_waits_and_the_rest_is_paid() {
    let bench = Bench::start().await;
    bench.link_early().await;
    a_batch_that_is_challenged_waits_for_its_answer(&bench).await;
    a_challenged_entry_is_held_and_dropped(&bench).await;
    an_oracle_that_signed_twice_is_left_out(&bench).await;
    a_pause_stops_posting_for_a_while(&bench).await;
    a_batch_that_fell_is_not_posted_again_by_itself(&bench).await;
}

async fn chain(bench: &Bench) -> Chain {
    Chain::connect(bench.sandbox.anvil.url(), &bench.sandbox.deployment).await.unwrap()
}

/// `guerdon challenge` from a wallet that has nothing to do with the oracles.
async fn challenge(bench: &Bench, args: &[&str]) -> Value {
    let args = [&["challenge"], args, &["--key", "env:WALLET_KEY", "--json"]].concat();
    let mut command = bench.command("guerdon.toml", &args);
    command.env("WALLET_KEY", secret(STRANGER).unwrap());
    let output = bench.output(command).await;
    assert_eq!(output.code, 0, "{}", output.stderr);
    serde_json::from_str(&output.stdout).unwrap()
}

async fn answer(bench: &Bench, challenge: &Value, answer: Answer) {
    let arbiter: OracleKey = key(ARBITER).unwrap().into();
    let sender = chain(bench).await.sender(&arbiter).unwrap();
    sender.resolve(amount(&challenge["challenge"]), answer, Default::default()).await.unwrap();
}

async fn submit(bench: &Bench, epoch: u64) -> Value {
    bench.json(&["submit", "--epoch", &epoch.to_string()]).await
}

/// From facts to signatures.
async fn signed(bench: &Bench, epoch: u64) {
    bench.settle(epoch).await;
    bench.ok(&["fetch"]).await;
    for stage in ["batch", "sign"] {
        bench.ok(&[stage, "--epoch", &epoch.to_string()]).await;
    }
}

async fn status(bench: &Bench, epoch: usize) -> Value {
    bench.json(&["status"]).await[epoch - 1].clone()
}

/// The evidence and the chain agree whatever was answered.
async fn verified(bench: &Bench, epoch: u64) {
    let chain = chain(bench).await;
    let round = chain.batch(Epoch(epoch)).await.unwrap().round;
    let store =
        guerdon::store::Store::open(&format!("sqlite:{}", bench.path("guerdon.toml.db").display())).await.unwrap();
    let (_, bytes) = store.evidence(Epoch(epoch), round).await.unwrap().unwrap();
    let path = bench.write(&format!("disputed-{epoch}.jsonl"), bytes);
    bench.ok(&["verify", &path.display().to_string()]).await;
}

async fn a_batch_that_is_challenged_waits_for_its_answer(bench: &Bench) {
    signed(bench, 1).await;
    let window = submit(bench, 1).await;
    assert_eq!(window["step"], "window");
    bench.refuses(&["challenge", "1", "0"], &["--keystore"]).await;
    let opened = challenge(bench, &["1", "--batch", "evidence not available"]).await;
    assert_eq!((&opened["challenge"], &opened["position"]), (&"1".into(), &Value::Null));
    assert_eq!(amount(&opened["bond"]), U256::from(10).pow(U256::from(18)), "20 times the bond of an entry");

    bench.warp(window["until"].as_u64().unwrap()).await;
    assert_eq!(submit(bench, 1).await, serde_json::json!({ "step": "frozen", "round": 1 }));
    assert_eq!(status(bench, 1).await["status"], "frozen");
    let table = bench.ok(&["submit", "--epoch", "1"]).await;
    assert!(table.contains("challenged as a whole"), "{table}");

    answer(bench, &opened, Answer::Stands).await;
    assert_eq!(submit(bench, 1).await["step"], "settled");
    let status = status(bench, 1).await;
    assert_eq!((&status["credited"], &status["held"]), (&status["total"], &"0".into()));
    verified(bench, 1).await;
}

async fn a_challenged_entry_is_held_and_dropped(bench: &Bench) {
    signed(bench, 2).await;
    let window = submit(bench, 2).await;
    let opened = challenge(bench, &["2", "3"]).await;
    let other = challenge(bench, &["2", "0"]).await;
    let mut again = bench.command("guerdon.toml", &["challenge", "2", "3", "--key", "env:WALLET_KEY"]);
    again.env("WALLET_KEY", secret(STRANGER).unwrap());
    bench.refuses_command(again, &["Freezes_EntryTaken", "position = 3"]).await;

    bench.warp(window["until"].as_u64().unwrap()).await;
    assert_eq!(submit(bench, 2).await["step"], "settled");
    let held = status(bench, 2).await;
    assert!(amount(&held["held"]) > U256::ZERO);
    assert_eq!(amount(&held["credited"]) + amount(&held["held"]), amount(&held["total"]));
    assert_eq!((&held["skipped"], &held["dropped"]), (&"0".into(), &"0".into()));
    verified(bench, 2).await;

    answer(bench, &opened, Answer::Dropped).await;
    answer(bench, &other, Answer::Stands).await;
    let end = status(bench, 2).await;
    assert_eq!((&end["held"], &end["dropped"]), (&"0".into(), &end["skipped"]));
    assert!(amount(&end["dropped"]) > U256::ZERO && amount(&end["credited"]) > amount(&held["credited"]));
    assert_eq!(amount(&end["credited"]) + amount(&end["dropped"]), amount(&end["total"]));
    verified(bench, 2).await;
    let table = bench.ok(&["status"]).await;
    assert!(table.contains("GDN dropped") && !table.contains("held"), "{table}");
}

/// The second oracle signs another header of epoch 2, and somebody shows both.
async fn an_oracle_that_signed_twice_is_left_out(bench: &Bench) {
    let chain = chain(bench).await;
    let oracle: OracleKey = key(2).unwrap().into();
    let one = chain.posted(Epoch(2), 1).await.unwrap().unwrap().header;
    let mut two = one.clone();
    two.evidence_hash = B256::repeat_byte(7);
    let signature = async |header| sign(&header_message(header), &chain.domain(), &oracle).await.unwrap();
    let set = chain.oracle_set().await.unwrap();
    assert!(set.counts(&oracle.address()));
    let stranger = chain.sender(&key(STRANGER).unwrap().into()).unwrap();
    let (first, second) = (signature(&one).await, signature(&two).await);
    stranger.report_equivocation(&set, (&one, &first), (&two, &second)).await.unwrap();
    assert!(!chain.oracle_set().await.unwrap().counts(&oracle.address()));

    bench.settle(3).await;
    bench.ok(&["fetch"]).await;
    bench.ok(&["batch", "--epoch", "3"]).await;
    let only = bench.with_keys("switched-off.toml", &["oracle-2"]);
    bench.refuses_with(&only, &["sign", "--epoch", "3"], &[&oracle.address().to_string(), "switched off"]).await;
    let output = bench.output(bench.command("guerdon.toml", &["sign", "--epoch", "3"])).await;
    assert_eq!(output.code, 0, "{}", output.stderr);
    assert!(output.stderr.contains("switched off") && output.stdout.contains("2 of 2"), "{output:?}");
    let said = bench.output(bench.command("guerdon.toml", &["doctor"])).await;
    assert!(said.stdout.contains(&format!("FAILED key: {} was switched off", oracle.address())), "{}", said.stdout);
}

async fn a_pause_stops_posting_for_a_while(bench: &Bench) {
    let provider = connect_signer(bench.sandbox.anvil.url(), key(GUARDIAN).unwrap()).await.unwrap();
    let distributor = RewardDistributor::new(bench.sandbox.deployment.distributor(), provider);
    distributor.pause().send().await.unwrap().get_receipt().await.unwrap();
    let paused = submit(bench, 3).await;
    assert_eq!(paused["step"], "paused");
    let output = bench.output(bench.command("guerdon.toml", &["sign", "--epoch", "3"])).await;
    assert!(output.stderr.contains("warning: the distributor is paused until"), "{}", output.stderr);
    assert!(paused["until"].as_u64().unwrap() > START + 3 * WEEK + SETTLE_DELAY);
    distributor.unpause().send().await.unwrap().get_receipt().await.unwrap();
    assert_eq!(submit(bench, 3).await["step"], "window", "two oracles are left, and two are enough");
}

/// The same evidence would give the same batch: an operator must look first.
async fn a_batch_that_fell_is_not_posted_again_by_itself(bench: &Bench) {
    let opened = challenge(bench, &["3", "--batch", "made up"]).await;
    answer(bench, &opened, Answer::Dropped).await;
    assert_eq!(status(bench, 3).await["status"], "void");
    let daemon = bench.sandbox.daemon().await.unwrap();
    let said = "a challenge of this batch succeeded";
    for _ in 0..600 {
        if bench.read("daemon.log").contains(said) {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert!(bench.read("daemon.log").contains(said), "{}", bench.read("daemon.log"));
    daemon.stop().await.unwrap();
    assert_eq!(chain(bench).await.batch(Epoch(3)).await.unwrap().round, 1);
}

/// What the old set signed dies with it; the epoch goes on in the next round under the new one.
#[tokio::test(flavor = "multi_thread")]
async fn a_rotation_that_voids_what_is_pending_makes_the_next_round() {
    let bench = Bench::start().await;
    bench.link_early().await;
    signed(&bench, 1).await;
    rotate(&bench).await;
    bench.refuses(&["submit", "--epoch", "1"], &["OracleSet_NotCurrent", "batch and sign again"]).await;
    for stage in ["batch", "sign"] {
        bench.ok(&[stage, "--epoch", "1"]).await;
    }
    assert_eq!(submit(&bench, 1).await["step"], "window");
    rotate(&bench).await;
    assert_eq!(submit(&bench, 1).await, serde_json::json!({ "step": "void", "round": 1 }));
    for stage in ["batch", "sign"] {
        bench.ok(&[stage, "--epoch", "1"]).await;
    }
    let window = submit(&bench, 1).await;
    bench.warp(window["until"].as_u64().unwrap()).await;
    assert_eq!(submit(&bench, 1).await["step"], "settled");
    let state = chain(&bench).await.batch(Epoch(1)).await.unwrap();
    assert_eq!((state.round, state.oracle_set, state.credited), (2, 3, state.total));
    verified(&bench, 1).await;
}

/// Governance replaces the oracles by themselves, which is a new set all the same.
async fn rotate(bench: &Bench) {
    let provider = bench.sandbox.anvil.provider();
    let timelock = bench.sandbox.deployment.contracts.timelock.address;
    bench.sandbox.anvil.fund(timelock).await.unwrap();
    provider.anvil_impersonate_account(timelock).await.unwrap();
    let distributor = RewardDistributor::new(bench.sandbox.deployment.distributor(), provider);
    let set = chain(bench).await.oracle_set().await.unwrap();
    let call = distributor.rotate(set.members, U256::from(set.threshold), set.base_url, true);
    let receipt = call.from(timelock).send().await.unwrap().get_receipt().await.unwrap();
    assert!(receipt.status());
    provider.anvil_stop_impersonating_account(timelock).await.unwrap();
}
