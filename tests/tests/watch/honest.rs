//! When all is right: silence, whoever lies about it.

use super::bench::{Bench, guerdon};
use super::quorum::{chain, cut, header, kinds, mirror, post, rebuilt, stranger, watch};
use guerdon_core::evidence;
use guerdon_core::model::Epoch;
use guerdon_tests::mirror::{Mirror, Reply};
use guerdon_tests::sandbox::root;
use serde_json::Value;
use std::process::Stdio;
use tokio::io::{AsyncBufReadExt as _, BufReader};

#[tokio::test(flavor = "multi_thread")]
async fn an_honest_batch_is_passed_over_in_silence_whatever_mirrors_say() {
    let bench = Bench::start().await;
    // Nobody is linked yet: the first epoch pays nobody, and nothing is posted for it.
    let first = cut(&bench, 1).await;
    bench.link_early().await;
    let second = cut(&bench, 2).await;
    let entries = rebuilt(&second).outcome.entries;
    post(&bench, &header(&bench, 2, &second, &entries).await, &entries).await;
    let packed = zstd::encode_all(second.as_slice(), 3).unwrap();
    let (hash, before) = (evidence::hash(&second), evidence::hash(&first));

    let liar = Mirror::of(first.clone()).await.unwrap();
    let broken = Mirror::start(|_| Reply::status(500)).await.unwrap();
    let good = Mirror::start(move |asked| match asked.target.trim_start_matches("/v1/evidence/") {
        target if target == hash.to_string() => Reply::ok(packed.clone()),
        target if target == before.to_string() => Reply::ok(first.clone()),
        _ => Reply::status(404),
    })
    .await
    .unwrap();
    let from = [&liar, &broken, &good];
    let (code, look) = watch(&bench, &from, &[]).await;
    assert_eq!((code, &look["batches"], &look["right"]), (0, &1.into(), &1.into()), "{look}");
    let plain: Vec<&str> = from.iter().flat_map(|mirror| ["--from", mirror.address()]).collect();
    let output = stranger(&bench, &[&["watch", "--once"], plain.as_slice()].concat()).await;
    assert_eq!((output.code, output.stdout.as_str()), (0, ""));
    for mirror in from {
        assert!(mirror.asked().iter().any(|asked| asked.target.ends_with(&hash.to_string())));
    }
    // The chain has nothing of the first epoch; the second one leads back to it.
    let output = stranger(&bench, &[&["verify", "1", "2", "--json"], plain.as_slice()].concat()).await;
    assert_eq!(output.code, 0, "{output:?}");
    let verdicts: Value = serde_json::from_str(&output.stdout).unwrap();
    assert_eq!((&verdicts[0]["evidence_hash"], &verdicts[0]["entries"]), (&before.to_string().into(), &0.into()));
    let output = stranger(&bench, &[&["verify", "2", "--json"], plain.as_slice()].concat()).await;
    let verdicts: Value = serde_json::from_str(&output.stdout).unwrap();
    let names: Vec<&str> =
        verdicts[0]["checks"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
    assert!(names.contains(&"opening state") && names.contains(&"entries"), "{names:?}");

    // By its address, and when nobody has it.
    let url = format!("{}/v1/evidence/{hash}", good.address());
    assert_eq!(stranger(&bench, &["verify", &url]).await.code, 0);
    let output = stranger(&bench, &["verify", "2", "--from", liar.address()]).await;
    assert_eq!((output.code, output.stdout.as_str()), (2, ""));
    for words in [liar.address(), "another file", "--from"] {
        assert!(output.stderr.contains(words), "{words}: {}", output.stderr);
    }
    let output = stranger(&bench, &["verify", "3", "--from", good.address()]).await;
    assert!(output.code == 2 && output.stderr.contains("epoch 3 has no batch"), "{output:?}");
    assert_eq!(chain(&bench).await.batch(Epoch(2)).await.unwrap().round, 1);
}

/// As a service: alerts to a webhook that fails at first, and figures for whoever collects them.
#[tokio::test(flavor = "multi_thread")]
async fn a_watchtower_that_runs_on_tells_a_webhook_and_prometheus() {
    let bench = Bench::start().await;
    bench.link_early().await;
    let evidence = cut(&bench, 1).await;
    let mut entries = rebuilt(&evidence).outcome.entries;
    entries[0].units += 1;
    post(&bench, &header(&bench, 1, &evidence, &entries).await, &entries).await;
    let place = mirror(&[&evidence]).await;
    let receiver = Mirror::start(|_| Reply::status(503)).await.unwrap();

    let mut command = guerdon();
    command.args(["watch", "--config", "/nonexistent/guerdon.toml", "--rpc-url", bench.sandbox.anvil.url()]);
    command.arg("--deployment").arg(bench.path("deployment.json")).arg("--policy").arg(root().join("policy.toml"));
    command.args([
        "--from",
        place.address(),
        "--webhook",
        receiver.address(),
        "--listen",
        "127.0.0.1:0",
        "--interval",
        "1",
    ]);
    let mut child = command.stderr(Stdio::piped()).stdout(Stdio::null()).kill_on_drop(true).spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let mut address = None;
    while address.is_none() {
        let line = lines.next_line().await.unwrap().expect("it says where it listens");
        let line: Value = serde_json::from_str(&line).unwrap();
        address = line.pointer("/fields/address").and_then(Value::as_str).map(ToOwned::to_owned);
    }
    while receiver.asked().is_empty() {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    receiver.change(|_| Reply::status(204));
    while receiver.asked().len() < 2 {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    let told = receiver.asked();
    let alert: Value = serde_json::from_slice(&told[1].body).unwrap();
    assert_eq!(told[0].body, told[1].body);
    assert_eq!((&alert["kind"], &alert["epoch"]), (&"wrong_entries".into(), &1.into()));
    assert_eq!(alert["entries"]["too_much"][0]["position"], 0);

    let text = reqwest_get(&format!("http://{}/metrics", address.unwrap())).await;
    for words in
        ["guerdon_watch_alerts_total{kind=\"wrong_entries\"} 1", "guerdon_watch_batches 1", "guerdon_watch_right 0"]
    {
        assert!(text.contains(words), "{words}: {text}");
    }
    let id = child.id().unwrap().to_string();
    std::process::Command::new("kill").args(["-TERM", &id]).status().unwrap();
    assert!(child.wait().await.unwrap().success());
    assert!(kinds(&serde_json::json!({ "alerts": [alert] })) == ["wrong_entries"]);
}

async fn reqwest_get(url: &str) -> String {
    alloy::transports::http::reqwest::get(url).await.unwrap().text().await.unwrap()
}
