//! How often one address may ask.

use crate::bench::Bench;
use crate::client::{from, get, header, is_error};
use guerdon_tests::sandbox::Daemon;
use std::time::Duration;

const LISTEN: &str = "listen = \"127.0.0.1:0\"\n";

/// How many of so many questions are answered.
async fn answered(daemon: &Daemon, headers: &[(&str, &str)], questions: usize) -> usize {
    let mut answered = 0;
    for _ in 0..questions {
        let answer = get(daemon, "/v1/openapi.json", headers).await;
        match answer.status().as_u16() {
            200 => answered += 1,
            429 => {
                let wait: u64 = header(&answer, "retry-after").unwrap().parse().unwrap();
                assert!((1..=20).contains(&wait), "{wait}");
                assert_eq!(header(&answer, "access-control-allow-origin"), Some("*"), "a page can read why");
                is_error(&answer.text().await.unwrap());
            }
            status => panic!("{status}"),
        }
    }
    answered
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_too_often_is_told_when_to_come_back() {
    let bench = Bench::start().await;
    // One more in a thousand seconds: what a slow machine takes does not matter.
    let limited = format!("{LISTEN}requests_per_second = 1\nburst = 10\n");
    let config = bench.changed("guerdon.toml", "limited.toml", LISTEN, &limited);
    let daemon = bench.sandbox.daemon_with(&config).await.unwrap();
    let through = answered(&daemon, &[], 60).await;
    assert!((10..60).contains(&through), "{through}");
    let mine = [("x-forwarded-for", "203.0.113.1")];
    let more = answered(&daemon, &mine, 10).await;
    assert!(more < 10, "nobody becomes another by saying so: {more}");
    for probe in ["/healthz", "/metrics"] {
        assert_eq!(daemon.get(probe).await.unwrap().0, 200, "{probe} is for machines that ask often");
    }
    assert_eq!(from(&daemon, [127, 0, 0, 2], "/v1/openapi.json").await, 200, "others are not kept waiting");
    let answer = get(&daemon, "/v1/openapi.json", &[]).await;
    if let Some(wait) = header(&answer, "retry-after") {
        tokio::time::sleep(Duration::from_secs(wait.parse().unwrap())).await;
        assert_eq!(get(&daemon, "/v1/openapi.json", &[]).await.status(), 200, "Retry-After is a promise");
    }
    let figures = daemon.get("/metrics").await.unwrap().1;
    assert!(figures.contains("guerdon_api_answers_total{status=\"429\"}"), "{figures}");
    drop(daemon);

    let proxied = format!("{limited}trusted_proxies = [\"127.0.0.0/31\", \"10.0.0.0/8\"]\n");
    let config = bench.changed("guerdon.toml", "proxied.toml", LISTEN, &proxied);
    let daemon = bench.sandbox.daemon_with(&config).await.unwrap();
    for client in ["203.0.113.1", "203.0.113.2", "2001:db8::1", "203.0.113.3, 10.0.0.1"] {
        let through = answered(&daemon, &[("x-forwarded-for", client)], 10).await;
        assert_eq!(through, 10, "{client} has a bucket of its own");
    }
    let forged = answered(&daemon, &[("x-forwarded-for", "198.51.100.7, 203.0.113.1")], 20).await;
    assert!(forged < 20, "what a client wrote before the proxy wrote its address counts for nothing: {forged}");
    let wrong = bench.changed("guerdon.toml", "wrong.toml", LISTEN, &format!("{LISTEN}trusted_proxies = [\"ours\"]\n"));
    bench.refuses_with(&wrong, &["run"], &["10.0.0.0/8"]).await;
    let wrong = bench.changed("guerdon.toml", "wrong.toml", LISTEN, &format!("{LISTEN}burst = 0\n"));
    bench.refuses_with(&wrong, &["run"], &["api.burst"]).await;
}
