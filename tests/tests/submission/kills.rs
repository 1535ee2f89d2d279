//! The real binary: killed between any two steps of a submission and run again, and left to bad RPCs without coin.

use super::bench::Bench;
use alloy::primitives::U256;
use alloy::providers::Provider;
use alloy::providers::ext::AnvilApi;
use guerdon::chain::Chain;
use guerdon_core::model::Epoch;
use guerdon_tests::github::sample::Links;
use guerdon_tests::rpc::{Fault, Proxy};
use guerdon_tests::sandbox::{Daemon, ORACLES};
use serde_json::Value;
use std::time::Duration;

/// What is tried of each name: the places where a transaction is made, noted, sent and found.
const NAMES: [&str; 8] = [
    "chain: a transaction was signed",
    "store: write a transaction",
    "store: a transaction was written",
    "chain: send a transaction",
    "chain: a transaction was sent",
    "chain: read a receipt",
    "store: write outcomes",
    "store: outcomes were written",
];

const STORE: [&str; 3] = ["guerdon.toml.db", "guerdon.toml.db-wal", "guerdon.toml.db-shm"];

/// The numbers of the points that a whole run passes and that are worth a kill.
async fn census(bench: &Bench) -> Vec<(u64, String)> {
    let log = bench.path("points.log");
    let mut command = bench.command("guerdon.toml", &["submit", "--epoch", "1"]);
    command.env("GUERDON_FAULT_LOG", &log);
    let output = bench.output(command).await;
    assert_eq!(output.code, 0, "{}", output.stderr);
    let text = std::fs::read_to_string(&log).unwrap();
    std::fs::remove_file(&log).unwrap();
    let lines = text.lines().filter_map(|line| line.split_once(' '));
    let points = lines.map(|(number, name)| (number.parse().unwrap(), name.to_owned()));
    points.filter(|(_, name)| NAMES.contains(&name.as_str())).collect()
}

fn keep(bench: &Bench) {
    for name in STORE {
        let kept = bench.path(&format!("kept-{name}"));
        _ = std::fs::remove_file(&kept);
        _ = std::fs::copy(bench.path(name), kept);
    }
}

fn restore(bench: &Bench) {
    for name in STORE {
        _ = std::fs::remove_file(bench.path(name));
        _ = std::fs::copy(bench.path(&format!("kept-{name}")), bench.path(name));
    }
}

/// Kills a run at each point of one stage, and takes every one of them to the stage's end by a second run.
async fn kill_everywhere(bench: &Bench, step: &str) -> usize {
    let provider = bench.sandbox.anvil.provider();
    keep(bench);
    let mut snapshot = provider.anvil_snapshot().await.unwrap();
    let payer = guerdon_tests::anvil::key(ORACLES[0]).unwrap().address();
    let points = census(bench).await;
    let nonce = provider.get_transaction_count(payer).await.unwrap();
    for (number, name) in &points {
        assert!(provider.anvil_revert(snapshot).await.unwrap());
        snapshot = provider.anvil_snapshot().await.unwrap();
        restore(bench);
        let mut command = bench.command("guerdon.toml", &["submit", "--epoch", "1"]);
        command.env("GUERDON_FAULT_AT", number.to_string());
        let killed = bench.output(command).await;
        assert_eq!(killed.code, -1, "it did not die at {number} {name}: {}", killed.stderr);
        assert_eq!(bench.json(&["submit", "--epoch", "1"]).await["step"], step, "{number} {name}");
        assert_eq!(provider.get_transaction_count(payer).await.unwrap(), nonce, "sent twice: {number} {name}");
    }
    points.len()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_between_any_two_steps_sends_nothing_twice() {
    let bench = Bench::start().await;
    bench.link_early().await;
    bench.settle(1).await;
    for stage in [&["fetch"][..], &["score", "--epoch", "1"], &["batch", "--epoch", "1"], &["sign", "--epoch", "1"]] {
        bench.ok(stage).await;
    }
    let posted = kill_everywhere(&bench, "window").await;
    let status = bench.json(&["status"]).await;
    bench.warp(status[0]["window_end"].as_u64().unwrap()).await;
    let credited = kill_everywhere(&bench, "settled").await;
    println!("killed at {} points", posted + credited);
    assert!(posted >= 14 && credited >= 7, "{posted} and {credited}");

    let chain = Chain::connect(bench.sandbox.anvil.url(), &bench.sandbox.deployment).await.unwrap();
    assert!(chain.posted(Epoch(1), 1).await.unwrap().is_some());
    assert_eq!(chain.published(Epoch(1), 1).await.unwrap().len(), 1);
    let credits = chain.credits().await.unwrap();
    assert_eq!(credits.values().map(|credits| credits.txs.len()).collect::<Vec<_>>(), [1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_daemon_with_two_rpcs_outlives_either_and_waits_for_coin() {
    let bench = Bench::start().await;
    bench.link_early().await;
    let provider = bench.sandbox.anvil.provider();
    let (one, two) = (
        Proxy::start(bench.sandbox.anvil.url()).await.unwrap(),
        Proxy::start(bench.sandbox.anvil.url()).await.unwrap(),
    );
    let line = format!("rpc_url = {:?}", bench.sandbox.anvil.url());
    let list = format!("rpc_url = [{:?}, {:?}]\nconfirmations = 2\nstall = 5", one.url(), two.url());
    let config = bench.changed("guerdon.toml", "two.toml", &line, &list);
    let config = bench.changed(&config, "two.toml", "confirmations = 0\n", "");
    let payer = guerdon_tests::anvil::key(ORACLES[0]).unwrap().address();
    let coin = provider.get_balance(payer).await.unwrap();

    one.fail_all(&Fault::Status(503));
    provider.anvil_set_balance(payer, U256::from(1)).await.unwrap();
    let daemon = bench.sandbox.daemon_with(&config).await.unwrap();
    bench.settle(1).await;
    // The cutoff's block has its confirmations.
    bench.sandbox.anvil.mine(2).await.unwrap();
    logged(&bench, "cannot pay for the transaction to post the batch").await;
    let figures = daemon.get("/metrics").await.unwrap().1;
    for line in ["guerdon_submitter_short 1", "guerdon_submitter_balance_wei 1"] {
        assert!(figures.lines().any(|figure| figure == line), "no {line}: {figures}");
    }
    // Scored and signed it is, meanwhile.
    reaches(&daemon, "batched").await;
    provider.anvil_set_balance(payer, coin).await.unwrap();
    let window = reaches(&daemon, "window").await;
    one.heal();
    two.fail_all(&Fault::Html);
    bench.warp(window["window_end"].as_u64().unwrap()).await;
    reaches(&daemon, "settled").await;
    // Not for good before it has its confirmations.
    assert!(!bench.read("two.log").contains("epoch done"));
    bench.sandbox.anvil.mine(2).await.unwrap();
    logged(&bench, "epoch done").await;
    assert_eq!(provider.get_transaction_count(payer).await.unwrap(), links() + 3);
    assert_eq!(daemon.stop().await.unwrap().code(), Some(0));
}

/// What the payer sent before the first epoch.
fn links() -> u64 {
    super::bench::members().filter(|member| member.links == Links::BeforeStart).count() as u64
}

async fn answer(daemon: &Daemon, epoch: u64) -> Value {
    let (status, text) = daemon.get(&format!("/v1/epochs/{epoch}")).await.unwrap();
    if status == 404 {
        // Not cut yet, or the API's view is of a moment ago.
        return Value::Null;
    }
    assert_eq!(status, 200, "{text}");
    serde_json::from_str(&text).unwrap()
}

async fn reaches(daemon: &Daemon, status: &str) -> Value {
    for _ in 0..1_200 {
        let epoch = answer(daemon, 1).await;
        if epoch["status"] == status {
            return epoch;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("not {status}: {}", answer(daemon, 1).await);
}

async fn logged(bench: &Bench, words: &str) {
    for _ in 0..1_200 {
        if bench.read("two.log").contains(words) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("no {words:?}: {}", bench.read("two.log"));
}
