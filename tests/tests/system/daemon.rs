//! `guerdon run`: pays by itself, is killed at the worst moments, and answers questions.

use super::bench::{Bench, member};
use super::org::{EPOCHS, amount};
use super::secrets;
use alloy::primitives::{B256, U256, hex};
use alloy::providers::Provider;
use alloy::providers::ext::AnvilApi;
use alloy::transports::http::reqwest;
use guerdon::chain::Chain;
use guerdon_core::model::Epoch;
use guerdon_tests::sandbox::Daemon;
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_secs(120);

#[tokio::test(flavor = "multi_thread")]
async fn the_daemon_pays_by_itself_and_finishes_what_a_kill_interrupted() {
    let bench = Bench::start().await;
    bench.link_early().await;

    let daemon = killed_before_the_publication(&bench).await;
    let daemon = killed_before_the_credit(&bench, daemon).await;
    let daemon = killed_before_the_post_is_seen(&bench, daemon).await;

    one_batch_an_epoch(&bench).await;
    let epochs = answer(&daemon, "/v1/epochs").await;
    evidence_is_under_its_hash(&bench, &daemon, &epochs).await;
    answers_equal_the_commands(&bench, &daemon, &epochs).await;
    pages_and_probes(&daemon).await;
    wrong_questions(&daemon).await;
    let status = daemon.stop().await.unwrap();
    assert_eq!(status.code(), Some(0), "SIGTERM is a good end");
    secrets::absent(&bench);
}

/// The post is mined; the publication is sent, and lost together with the daemon.
async fn killed_before_the_publication(bench: &Bench) -> Daemon {
    let provider = bench.sandbox.anvil.provider();
    provider.anvil_set_auto_mine(false).await.unwrap();
    let daemon = bench.sandbox.daemon().await.unwrap();
    bench.settle(1).await;
    pending(bench).await;
    bench.sandbox.anvil.mine(1).await.unwrap();
    pending(bench).await;
    kill(bench, daemon, "posted").await;
    provider.anvil_drop_all_transactions().await.unwrap();
    provider.anvil_set_auto_mine(true).await.unwrap();
    assert_eq!(bench.json(&["status"]).await[0]["status"], "posted");

    let daemon = bench.sandbox.daemon().await.unwrap();
    window_and_settle(bench, &daemon, 1).await;
    daemon
}

/// The credit is sent and mined, but the daemon never sees it.
async fn killed_before_the_credit(bench: &Bench, daemon: Daemon) -> Daemon {
    let provider = bench.sandbox.anvil.provider();
    bench.settle(2).await;
    let window = reaches(&daemon, 2, "window").await;
    provider.anvil_set_auto_mine(false).await.unwrap();
    bench.warp(window["window_end"].as_u64().unwrap()).await;
    pending(bench).await;
    kill(bench, daemon, "crediting").await;
    bench.sandbox.anvil.mine(1).await.unwrap();
    provider.anvil_set_auto_mine(true).await.unwrap();

    let daemon = bench.sandbox.daemon().await.unwrap();
    reaches(&daemon, 2, "settled").await;
    daemon
}

/// The post is sent and mined, but the daemon never sees it: it must not post again.
async fn killed_before_the_post_is_seen(bench: &Bench, daemon: Daemon) -> Daemon {
    let provider = bench.sandbox.anvil.provider();
    provider.anvil_set_auto_mine(false).await.unwrap();
    bench.settle(3).await;
    pending(bench).await;
    kill(bench, daemon, "posting").await;
    bench.sandbox.anvil.mine(1).await.unwrap();
    provider.anvil_set_auto_mine(true).await.unwrap();

    let daemon = bench.sandbox.daemon().await.unwrap();
    window_and_settle(bench, &daemon, 3).await;
    daemon
}

async fn window_and_settle(bench: &Bench, daemon: &Daemon, epoch: u64) {
    let window = reaches(daemon, epoch, "window").await;
    bench.warp(window["window_end"].as_u64().unwrap()).await;
    reaches(daemon, epoch, "settled").await;
}

/// SIGKILL, as a crash is; its log is kept beside the next one's.
async fn kill(bench: &Bench, daemon: Daemon, name: &str) {
    let log = daemon.log.clone();
    drop(daemon);
    std::fs::copy(log, bench.path(&format!("daemon-{name}.log"))).unwrap();
}

/// Waits until a transaction waits to be mined.
async fn pending(bench: &Bench) {
    let began = Instant::now();
    loop {
        let pool: Value = bench.sandbox.anvil.provider().raw_request("txpool_status".into(), ()).await.unwrap();
        if pool["pending"] != "0x0" {
            return;
        }
        assert!(began.elapsed() < PATIENCE, "no transaction came: {}", bench.read("daemon.log"));
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn reaches(daemon: &Daemon, epoch: u64, status: &str) -> Value {
    let began = Instant::now();
    loop {
        let epochs = answer(daemon, "/v1/epochs").await;
        let found = epochs.as_array().unwrap().iter().find(|one| one["epoch"] == epoch && one["status"] == status);
        if let Some(found) = found {
            return found.clone();
        }
        assert!(began.elapsed() < PATIENCE, "epoch {epoch} is not {status}: {epochs}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// The value of a good answer.
async fn answer(daemon: &Daemon, path: &str) -> Value {
    let (status, text) = daemon.get(path).await.unwrap();
    assert_eq!(status, 200, "{path}: {text}");
    serde_json::from_str(&text).unwrap()
}

async fn one_batch_an_epoch(bench: &Bench) {
    let chain = Chain::connect(bench.sandbox.anvil.url(), &bench.sandbox.deployment).await.unwrap();
    let mut credits = chain.credits().await.unwrap();
    for epoch in (1..=EPOCHS).map(Epoch) {
        let posted = chain.posted(epoch, 1).await.unwrap().unwrap();
        assert_eq!(posted.header.total, credits.remove(&(epoch, 1)).unwrap().units);
        assert!(chain.posted(epoch, 2).await.unwrap().is_none(), "epoch {epoch} has a second batch");
        assert_eq!(chain.published(epoch, 1).await.unwrap().len(), 1);
    }
    assert!(credits.is_empty(), "{credits:?}");
}

async fn evidence_is_under_its_hash(bench: &Bench, daemon: &Daemon, epochs: &Value) {
    for epoch in epochs.as_array().unwrap() {
        assert_eq!(epoch["credited"], epoch["total"]);
        assert!(amount(&epoch["total"]) > U256::ZERO);
        let hash = epoch["evidence_hash"].as_str().unwrap();
        let (status, text) = daemon.get(&format!("/v1/evidence/{hash}")).await.unwrap();
        assert_eq!((status, hex::encode_prefixed(Sha256::digest(&text)).as_str()), (200, hash));
        let by_epoch = daemon.get(&format!("/v1/epochs/{}/evidence", epoch["epoch"])).await.unwrap();
        assert_eq!(by_epoch, (200, text.clone()));
        bench.write(&format!("epoch-{}.jsonl", epoch["epoch"]), text);
    }
    let files: Vec<String> =
        (1..=EPOCHS).map(|epoch| bench.path(&format!("epoch-{epoch}.jsonl")).display().to_string()).collect();
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    let verdicts = bench.json(&[&["verify"], files.as_slice()].concat()).await;
    assert!(verdicts.as_array().unwrap().iter().all(|verdict| verdict["passed"] == true));
}

async fn answers_equal_the_commands(bench: &Bench, daemon: &Daemon, epochs: &Value) {
    assert_eq!(*epochs, bench.json(&["status"]).await);
    for epoch in epochs.as_array().unwrap() {
        assert_eq!(answer(daemon, &format!("/v1/epochs/{}", epoch["epoch"])).await, *epoch);
    }
    let id = member("jun-parkway").id;
    for who in ["jun-parkway".to_owned(), id.to_string()] {
        let said = answer(daemon, &format!("/v1/contributors/{who}")).await;
        assert_eq!(said, bench.json(&["status", &who]).await);
        assert_eq!(said["id"], id);
        let why = answer(daemon, &format!("/v1/contributors/{who}/explain")).await;
        assert_eq!(why, bench.json(&["explain", &who]).await);
        assert!(!why.as_array().unwrap().is_empty());
    }
}

async fn pages_and_probes(daemon: &Daemon) {
    for (path, word) in [("/", "<!doctype html>"), ("/config.json", "distributor"), ("/healthz", "ok")] {
        let (status, text) = daemon.get(path).await.unwrap();
        assert_eq!(status, 200, "{path}");
        assert!(text.contains(word), "{path}: {text}");
    }
    assert_eq!(daemon.get("/readyz").await.unwrap().0, 200);
    let figures = daemon.get("/metrics").await.unwrap().1;
    for figure in ["guerdon_github_points_total ", "guerdon_fetched_timestamp_seconds ", "resource=\"graphql\""] {
        assert!(figures.contains(figure), "no {figure} in {figures}");
    }
}

async fn wrong_questions(daemon: &Daemon) {
    let nothing = format!("/v1/evidence/{}", B256::repeat_byte(7));
    for (path, expected) in [
        ("/nothing", 404),
        ("/v1", 404),
        ("/v1/epochs/99", 404),
        ("/v1/epochs/99/evidence", 404),
        ("/v1/epochs/one", 400),
        ("/v1/epochs/-1", 400),
        (nothing.as_str(), 404),
        ("/v1/evidence/0x12", 400),
        ("/v1/evidence/..%2f..%2fgithub.token", 400),
        ("/v1/contributors/nobody-at-all", 404),
        ("/v1/contributors/nobody-at-all/explain", 404),
        ("/v1/contributors/%ff", 400),
    ] {
        let (status, text) = daemon.get(path).await.unwrap();
        assert_eq!(status, expected, "{path}: {text}");
        error_in(&text);
    }
    let post = reqwest::Client::new().post(format!("{}/v1/epochs", daemon.api)).send().await.unwrap();
    assert_eq!(post.status().as_u16(), 405);
    error_in(&post.text().await.unwrap());
}

/// One JSON object with one message.
fn error_in(text: &str) {
    let value: Value = serde_json::from_str(text).unwrap_or_else(|_| panic!("{text:?} is no JSON"));
    assert_eq!(value.as_object().unwrap().len(), 1, "{text}");
    assert!(!value["error"].as_str().unwrap().is_empty(), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_of_github_is_logged_and_waited_out() {
    let bench = Bench::start().await;
    bench.link_early().await;
    let daemon = bench.sandbox.daemon().await.unwrap();
    let fault = guerdon_tests::github::Fault::BadCredentials;
    bench.world().fail_next(3, &fault);
    bench.settle(1).await;
    window_and_settle(&bench, &daemon, 1).await;
    assert!(bench.read("daemon.log").contains("401"), "the fault stands in the log");

    // An end that is asked for does not wait until GitHub is well again.
    bench.world().fail_next(1_000, &guerdon_tests::github::Fault::BadGateway);
    let began = Instant::now();
    while !bench.read("daemon.log").contains("trying again\"") {
        assert!(began.elapsed() < PATIENCE, "{}", bench.read("daemon.log"));
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    tokio::time::sleep(Duration::from_secs(3)).await;
    let began = Instant::now();
    assert_eq!(daemon.stop().await.unwrap().code(), Some(0));
    assert!(began.elapsed() < Duration::from_secs(2), "it ended after {:?}", began.elapsed());
}
