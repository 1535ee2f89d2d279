//! What is answered: whole, in order, page by page, and the same as the chain and the commands say.

use crate::bench::{Bench, START, member, members};
use crate::client::{get, header, is_error, pages, until, value};
use guerdon::chain::Chain;
use guerdon_core::batch::unpack;
use guerdon_core::model::Epoch;
use guerdon_tests::sandbox::{Daemon, WEEK, secret};
use serde_json::Value;
use sqlx::{Connection as _, SqliteConnection};

#[tokio::test(flavor = "multi_thread")]
async fn lists_are_whole_and_agree_with_the_chain_and_the_commands() {
    let bench = Bench::start().await;
    bench.link_early().await;
    bench.pay(1).await;
    bench.pay(2).await;
    let daemon = bench.sandbox.daemon().await.unwrap();
    epochs(&bench, &daemon).await;
    entries(&bench, &daemon).await;
    contributors(&bench, &daemon).await;
    explanations(&bench, &daemon).await;
    claims_are_seen(&bench, &daemon).await;
    wrong_parameters(&daemon).await;
    document(&daemon).await;
    daemon.stop().await.unwrap();
    explanations_are_made_again(&bench).await;
}

async fn epochs(bench: &Bench, daemon: &Daemon) {
    let (all, count) = pages(daemon, "/v1/epochs?limit=1").await;
    assert_eq!(count, 2);
    assert_eq!(Value::from(all), bench.json(&["status"]).await);
    assert_eq!(value(daemon, "/v1/epochs?after=1").await[0]["epoch"], 2);
    assert_eq!(value(daemon, "/v1/epochs?after=2").await, Value::Array(Vec::new()));
}

async fn entries(bench: &Bench, daemon: &Daemon) {
    let chain = Chain::connect(bench.sandbox.anvil.url(), &bench.sandbox.deployment).await.unwrap();
    for epoch in 1..=2 {
        let chunks = chain.published(Epoch(epoch), 1).await.unwrap();
        let published: Vec<_> = chunks.iter().flat_map(|chunk| unpack(&chunk.entries).unwrap()).collect();
        let path = format!("/v1/epochs/{epoch}/entries");
        let (all, count) = pages(daemon, &format!("{path}?limit=2")).await;
        assert!(count > 2, "{count}");
        let shown: Vec<(u64, u64)> =
            all.iter().map(|one| (one["id"].as_u64().unwrap(), one["units"].as_u64().unwrap())).collect();
        let expected: Vec<(u64, u64)> = published.iter().map(|entry| (entry.id.0, entry.units)).collect();
        assert_eq!(shown, expected);
        assert!(all.iter().all(|one| one["login"].is_string()), "{all:?}");
        assert_eq!(Value::from(all), value(daemon, &path).await);
    }
}

/// By events, and by asking the contract for each.
async fn contributors(bench: &Bench, daemon: &Daemon) {
    let (all, count) = pages(daemon, "/v1/contributors?limit=3").await;
    assert!(count > 2, "{count}");
    let ids: Vec<u64> = all.iter().map(|one| one["id"].as_u64().unwrap()).collect();
    assert!(ids.is_sorted_by(|one, next| one < next), "{ids:?}");
    for one in &all {
        let id = one["id"].to_string();
        assert_eq!(*one, bench.json(&["status", &id]).await);
        assert_eq!(*one, value(daemon, &format!("/v1/contributors/{id}")).await);
    }
    assert!(all.iter().any(|one| one["earned"] != "0" && one["wallet"].is_string()));
    assert!(all.iter().any(|one| one["accrued"] != "0" && one["wallet"].is_null()), "somebody waits for a link");
    let unknown = value(daemon, "/v1/contributors/4242424242").await;
    assert_eq!((&unknown["earned"], &unknown["login"]), (&"0".into(), &Value::Null));
}

async fn explanations(bench: &Bench, daemon: &Daemon) {
    let mut unmerged = 0;
    for member in members() {
        let path = format!("/v1/contributors/{}/explain", member.login);
        let why = value(daemon, &path).await;
        assert_eq!(why, bench.json(&["explain", member.login]).await, "{}", member.login);
        let (all, _) = pages(daemon, &format!("{path}?limit=1")).await;
        assert_eq!(Value::from(all), why);
        let shown = why.as_array().unwrap().iter();
        unmerged += shown.filter(|one| !one["not_merged"].as_array().unwrap().is_empty()).count();
    }
    assert!(unmerged > 0, "the sample has pull requests that were not merged");
    let (all, count) = pages(daemon, "/v1/epochs/2/explanations?limit=2").await;
    assert!(count > 2, "{count}");
    for one in &all {
        let path = format!("/v1/contributors/{}/explain?epoch=2", one["contributor"]);
        assert_eq!(value(daemon, &path).await, Value::from(vec![one.clone()]));
    }
    let paid = value(daemon, "/v1/epochs/2/entries").await;
    for entry in paid.as_array().unwrap() {
        let found = all.iter().find(|one| one["contributor"] == entry["id"]).unwrap();
        assert_eq!(found["result"]["entry"], entry["units"]);
    }
}

async fn claims_are_seen(bench: &Bench, daemon: &Daemon) {
    let member = member("priya-ramanan");
    let path = format!("/v1/contributors/{}", member.id);
    let before = value(daemon, &path).await;
    assert_ne!(before["claimable"], "0");
    let mut claim = bench.command("guerdon.toml", &["claim", member.login, "--key", "env:WALLET_KEY"]);
    claim.env("WALLET_KEY", secret(8).unwrap());
    let claimed = bench.output(claim).await;
    assert_eq!(claimed.code, 0, "{}", claimed.stderr);
    let after = until(daemon, &path, |one| one["claimable"] == "0").await;
    assert_eq!((&after["claimed"], &after["earned"]), (&before["earned"], &before["earned"]));
    assert_eq!(after, bench.json(&["status", member.login]).await);
}

async fn wrong_parameters(daemon: &Daemon) {
    for list in ["/v1/epochs", "/v1/epochs/1/entries", "/v1/epochs/1/explanations", "/v1/contributors"] {
        for wrong in ["limit=0", "limit=501", "limit=", "limit=-1", "after=-1", "after=x", "page=2", "limit=1&limit=2"]
        {
            let (status, text) = daemon.get(&format!("{list}?{wrong}")).await.unwrap();
            assert_eq!(status, 400, "{list}?{wrong}: {text}");
            is_error(&text);
        }
        let (status, text) = daemon.get(&format!("{list}?after=9223372036854775808")).await.unwrap();
        assert_eq!(status, 400, "{list}: {text}");
        let (status, text) = daemon.get(&format!("{list}?after=9223372036854775807&limit=500")).await.unwrap();
        assert_eq!((status, text.as_str()), (200, "[]"), "{list}");
    }
    for nothing in ["/v1/epochs/3/entries", "/v1/epochs/0/explanations", "/v1/epochs/9223372036854775807"] {
        let (status, text) = daemon.get(nothing).await.unwrap();
        assert_eq!(status, 404, "{nothing}: {text}");
        is_error(&text);
    }
    let long = "x".repeat(65);
    for wrong in [format!("/v1/contributors/{long}"), "/v1/contributors/18446744073709551615/explain".to_owned()] {
        let (status, text) = daemon.get(&wrong).await.unwrap();
        assert_eq!(status, 400, "{wrong}: {text}");
    }
}

async fn document(daemon: &Daemon) {
    let answer = get(daemon, "/v1/openapi.json", &[]).await;
    assert!(header(&answer, "etag").is_some());
    let committed = std::fs::read_to_string(guerdon_tests::sandbox::root().join("docs/openapi.json")).unwrap();
    assert_eq!(answer.text().await.unwrap(), committed);
}

/// A store of an earlier version has none.
async fn explanations_are_made_again(bench: &Bench) {
    let url = format!("sqlite:{}", bench.path("guerdon.toml.db").display());
    let mut store = SqliteConnection::connect(&url).await.unwrap();
    let gone = sqlx::query("DELETE FROM explanations").execute(&mut store).await.unwrap();
    assert!(gone.rows_affected() > 10);
    store.close().await.unwrap();
    let daemon = bench.sandbox.daemon().await.unwrap();
    let expected = bench.json(&["explain", "priya-ramanan"]).await;
    assert_eq!(expected.as_array().unwrap().len(), 2);
    until(&daemon, "/v1/contributors/priya-ramanan/explain", |why| *why == expected).await;
    assert!(START + 2 * WEEK < bench.sandbox.anvil.now().await.unwrap());
}
