//! `guerdon run` as an operator and systemd see it.

use super::bench::Bench;
use alloy::providers::Provider;
use alloy::providers::ext::AnvilApi;
use guerdon_tests::github::Fault;
use guerdon_tests::sandbox::Daemon;
use serde_json::Value;
use std::os::unix::net::UnixDatagram;
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_secs(120);

/// Tries until something is there.
async fn until<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let began = Instant::now();
    loop {
        if let Some(found) = look().await {
            return found;
        }
        assert!(began.elapsed() < PATIENCE, "{what}: it never came");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn readiness(daemon: &Daemon) -> (u16, Value) {
    let (status, text) = daemon.get("/readyz").await.unwrap();
    (status, serde_json::from_str(&text).unwrap())
}

async fn epoch_is(daemon: &Daemon, epoch: u64, status: &str) -> Value {
    until(&format!("epoch {epoch} is {status}"), async || {
        let (_, text) = daemon.get("/v1/epochs").await.unwrap();
        let epochs: Value = serde_json::from_str(&text).ok()?;
        epochs.as_array()?.iter().find(|one| one["epoch"] == epoch && one["status"] == status).cloned()
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn readiness_says_why_not_and_every_line_of_the_log_says_where() {
    let bench = Bench::start().await;
    bench.link_early().await;
    bench.world().fail_next(20, &Fault::BadCredentials);
    let daemon = bench.sandbox.daemon().await.unwrap();
    let (status, why) = until("a fault", async || {
        let (status, said) = readiness(&daemon).await;
        said["last_error"].is_string().then_some((status, said))
    })
    .await;
    assert_eq!((status, &why["ready"], &why["last_good_tick_age"]), (503, &Value::Bool(false), &Value::Null));
    assert!(why["last_error"].as_str().unwrap().contains("401") && why["age_limit"] == 60, "{why}");
    assert_eq!(daemon.get("/healthz").await.unwrap().0, 200, "alive all the same");
    let good = until("a good tick", async || Some(readiness(&daemon).await).filter(|(status, _)| *status == 200)).await;
    assert_eq!((&good.1["ready"], &good.1["last_error"]), (&Value::Bool(true), &Value::Null));
    let figures = daemon.get("/metrics").await.unwrap().1;
    assert!(figures.contains("guerdon_ticks_failed_total ") && figures.contains("guerdon_epochs{step=\"window\"} 0"));

    bench.settle(1).await;
    epoch_is(&daemon, 1, "window").await;
    until("the figure of the window", async || {
        let figures = daemon.get("/metrics").await.unwrap().1;
        figures.contains("guerdon_epochs{step=\"window\"} 1").then_some(())
    })
    .await;
    daemon.stop().await.unwrap();
    let log = bench.read("daemon.log");
    let lines: Vec<Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let at = |message: &str| lines.iter().filter(move |line| line["fields"]["message"] == message).collect::<Vec<_>>();
    let failed = at("tick failed; trying again after the interval");
    assert!(!failed.is_empty());
    for line in failed {
        assert_eq!(line["level"], "ERROR");
        assert!(line["fields"]["error"].as_str().unwrap().contains("401"), "{line}");
        assert!(line["fields"]["next"].as_str().unwrap().contains("guerdon doctor"), "{line}");
    }
    let mined = at("mined");
    assert_eq!(mined.len(), 2, "posted and published: {mined:?}");
    assert!(mined.iter().all(|line| line["span"]["stage"] == "submit" && line["span"]["epoch"] == 1), "{mined:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_signal_finishes_the_step_and_the_second_ends_at_once() {
    let bench = Bench::start().await;
    bench.link_early().await;
    let provider = bench.sandbox.anvil.provider();
    let mut daemon = in_the_middle_of_a_post(&bench, 1).await;
    daemon.signal("TERM").await.unwrap();
    logged(&bench, "stopping after the current step").await;
    assert!(daemon.is_running(), "the transaction is not mined yet");
    bench.sandbox.anvil.mine(1).await.unwrap();
    provider.anvil_set_auto_mine(true).await.unwrap();
    assert_eq!(daemon.ended().await.unwrap().code(), Some(0));
    let log = bench.read("daemon.log");
    assert!(log.contains("\"mined\"") && log.contains("\"ended\""), "the step was finished: {log}");

    let mut daemon = in_the_middle_of_a_post(&bench, 2).await;
    daemon.signal("INT").await.unwrap();
    logged(&bench, "stopping after the current step").await;
    assert!(daemon.is_running());
    daemon.signal("TERM").await.unwrap();
    assert_eq!(daemon.ended().await.unwrap().code(), Some(143));
    assert!(bench.read("daemon.log").contains("ended at once"));

    // As after a crash, the next start goes on.
    bench.sandbox.anvil.mine(1).await.unwrap();
    provider.anvil_set_auto_mine(true).await.unwrap();
    let daemon = bench.sandbox.daemon().await.unwrap();
    let window = epoch_is(&daemon, 2, "window").await;
    bench.warp(window["window_end"].as_u64().unwrap()).await;
    epoch_is(&daemon, 2, "settled").await;
    assert_eq!(daemon.stop().await.unwrap().code(), Some(0));
}

/// A daemon that has sent a transaction which nobody mines.
async fn in_the_middle_of_a_post(bench: &Bench, epoch: u64) -> Daemon {
    let provider = bench.sandbox.anvil.provider();
    bench.settle(epoch).await;
    provider.anvil_set_auto_mine(false).await.unwrap();
    let daemon = bench.sandbox.daemon().await.unwrap();
    until("a transaction", async || {
        let pool: Value = provider.raw_request("txpool_status".into(), ()).await.unwrap();
        (pool["pending"] != "0x0").then_some(())
    })
    .await;
    daemon
}

async fn logged(bench: &Bench, words: &str) {
    until(words, async || bench.read("daemon.log").contains(words).then_some(())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn systemd_is_told_of_the_start_of_life_and_of_the_end() {
    let bench = Bench::start().await;
    let path = bench.path("notify");
    let socket = UnixDatagram::bind(&path).unwrap();
    socket.set_read_timeout(Some(PATIENCE)).unwrap();
    let hear = || {
        let mut heard = [0; 64];
        let length = socket.recv(&mut heard).unwrap();
        String::from_utf8_lossy(&heard[..length]).into_owned()
    };
    let environment = [("NOTIFY_SOCKET", path.to_str().unwrap()), ("WATCHDOG_USEC", "100000")];
    let daemon = bench.sandbox.daemon_in("guerdon.toml", &environment).await.unwrap();
    let mut heard = vec![hear(), hear()];
    heard.sort();
    assert_eq!(heard, ["READY=1", "WATCHDOG=1"]);
    assert_eq!(hear(), "WATCHDOG=1", "it goes on to live");
    daemon.signal("TERM").await.unwrap();
    while hear() != "STOPPING=1" {}
    assert_eq!(daemon.ended().await.unwrap().code(), Some(0));
}
