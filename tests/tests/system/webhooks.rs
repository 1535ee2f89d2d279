//! Webhooks on the real daemon: what is taken, what is refused, and what a merge leads to.

use super::bench::{Bench, START};
use super::secrets;
use alloy::transports::http::reqwest::Client;
use guerdon_tests::delivery::{Answered, Delivery};
use guerdon_tests::github::model::{ChangeType, FileChange, RepositoryId, ThreadRef, Verdict};
use guerdon_tests::github::sample::REPOSITORIES;
use guerdon_tests::github::webhook::{self, signature};
use guerdon_tests::github::{Fault, PullDraft};
use guerdon_tests::sandbox::{DAY, Daemon, WEEK};
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

const SECRET: &str = "whsec-NobodyMayReadThis";
const PATIENCE: Duration = Duration::from_secs(120);
/// The middle of the first epoch.
const NOW: u64 = START + 3 * DAY;

/// A daemon that syncs once, at its start: what it learns later, it learns from deliveries.
struct Hooked {
    bench: Bench,
    daemon: Daemon,
    client: Client,
}

impl Hooked {
    async fn start() -> Self {
        let bench = Bench::start().await;
        bench.write("webhook.token", SECRET);
        bench.changed("guerdon.toml", "guerdon.toml", "interval_ms = 200", "interval_ms = 3600000");
        let on = "[api]\nwebhook_secret = \"file:webhook.token\"";
        bench.changed("guerdon.toml", "guerdon.toml", "[api]", on);
        bench.world().set_clock(NOW.cast_signed());
        bench.warp(NOW).await;
        let daemon = ready(&bench).await;
        Self { bench, daemon, client: Client::new() }
    }

    /// A pull request of the sample org that is reviewed and merged now.
    fn merge(&self, title: &str) -> ThreadRef {
        let at = NOW.cast_signed();
        self.bench.world().change(|state| {
            let (author, merger) = (state.account_id("jun-parkway").unwrap(), state.account_id("wren-okafor").unwrap());
            let path = format!("src/{}.rs", title.replace(' ', "_").to_lowercase());
            let file = FileChange { path, additions: 120, deletions: 0, change: ChangeType::Added };
            let draft = PullDraft { title, files: vec![file], ..PullDraft::default() };
            let pull = state.open_pull(RepositoryId(REPOSITORIES[0].1), at - 600, author, draft).unwrap();
            state.review(pull, at - 300, merger, Verdict::Approved, "").unwrap();
            state.merge(pull, at - 60, merger).unwrap();
            pull
        })
    }

    fn closed(&self, pull: ThreadRef, id: &str) -> Delivery {
        Delivery::new(SECRET, "pull_request", id, &self.payload(pull, "closed"))
    }

    fn payload(&self, pull: ThreadRef, action: &str) -> Value {
        let merger = self.bench.world().read().account_id("wren-okafor").unwrap();
        webhook::pull_request(self.bench.world(), pull, action, merger, None).unwrap()
    }

    fn ping(&self) -> Value {
        webhook::ping(self.bench.world(), RepositoryId(REPOSITORIES[0].1)).unwrap()
    }

    async fn send(&self, delivery: &Delivery) -> Answered {
        delivery.send(&self.client, &self.daemon.api).await.unwrap()
    }

    async fn says(&self, delivery: &Delivery, status: u16, word: &str) {
        let answered = self.send(delivery).await;
        assert_eq!(answered.status, status, "{answered:?}");
        assert!(answered.said().contains(word), "no {word:?} in {answered:?}");
    }

    async fn standing(&self) -> Value {
        standing(&self.daemon).await
    }

    async fn scored(&self, merges: u64) -> Value {
        scored(&self.daemon, &self.bench, merges).await
    }

    /// How often GitHub was asked for single objects.
    fn readings(&self) -> usize {
        let asked = self.bench.world().requests();
        asked.iter().filter(|request| request.operation.as_deref() == Some("Objects")).count()
    }
}

/// Starts the daemon and waits for its first sync.
async fn ready(bench: &Bench) -> Daemon {
    let daemon = bench.sandbox.daemon().await.unwrap();
    let began = Instant::now();
    while daemon.get("/readyz").await.unwrap().0 != 200 {
        assert!(began.elapsed() < PATIENCE, "{}", bench.read("daemon.log"));
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    daemon
}

async fn answer(daemon: &Daemon, path: &str) -> Value {
    let (status, text) = daemon.get(path).await.unwrap();
    assert_eq!(status, 200, "{path}: {text}");
    serde_json::from_str(&text).unwrap()
}

async fn standing(daemon: &Daemon) -> Value {
    answer(daemon, "/v1/webhooks").await
}

/// Waits until the queue is empty and so many merges were scored.
async fn scored(daemon: &Daemon, bench: &Bench, merges: u64) -> Value {
    let began = Instant::now();
    loop {
        let standing = standing(daemon).await;
        if standing["waiting"] == 0 && standing["merges_scored"].as_u64() >= Some(merges) {
            return standing;
        }
        assert!(began.elapsed() < PATIENCE, "{standing}: {}", bench.read("daemon.log"));
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// The line items of one pull request and of the reviews on it.
fn items_of(scored: &Value, pull: ThreadRef) -> Vec<Value> {
    let of = format!("/{}/{}", pull.repository.0, pull.number);
    let items = scored["line_items"].as_array().unwrap().iter();
    items.filter(|item| format!("{}/", item["fact"].as_str().unwrap()).contains(&format!("{of}/"))).cloned().collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_merge_is_scored_provisionally_soon_after_its_delivery() {
    let hooked = Hooked::start().await;
    hooked.says(&Delivery::new(SECRET, "ping", "d-0", &hooked.ping()), 200, "pong").await;

    let pull = hooked.merge("Trim the wick");
    let before = answer(&hooked.daemon, "/v1/epochs/1/provisional").await;
    assert!(items_of(&before, pull).is_empty(), "nobody told of it yet");
    let delivery = hooked.closed(pull, "d-1");
    hooked.says(&delivery, 202, "queued").await;
    let standing = hooked.scored(1).await;
    assert_eq!(
        (&standing["on"], &standing["merges_scored"], &standing["objects_read"]),
        (&json!(true), &json!(1), &json!(1))
    );
    assert_eq!(standing["latency_ms"]["last"], standing["latency_ms"]["max"]);
    let log = hooked.bench.read("daemon.log");
    let line = log.lines().find(|line| line.contains("a merge was scored provisionally")).unwrap();
    let line: Value = serde_json::from_str(line).unwrap();
    assert_eq!(line["fields"]["latency_ms"], standing["latency_ms"]["last"]);
    assert_eq!(line["fields"]["number"], pull.number);

    let scored = answer(&hooked.daemon, "/v1/epochs/1/provisional").await;
    assert_eq!((&scored["provisional"], &scored["epoch"]), (&json!(true), &json!(1)));
    assert!(scored["notice"].as_str().unwrap().contains("not final"));
    let items = items_of(&scored, pull);
    assert!(items.iter().any(|item| item["kind"] == "review"), "{items:?}");
    assert!(items.iter().all(|item| item["points"].as_u64().unwrap() > 0), "{items:?}");
    // What the sync read beside the deliveries is seen a little later.
    let by_command = hooked.bench.json(&["score", "--provisional"]).await;
    let began = Instant::now();
    let scored = loop {
        let scored = answer(&hooked.daemon, "/v1/epochs/1/provisional").await;
        if (&by_command["line_items"], &by_command["people"]) == (&scored["line_items"], &scored["people"]) {
            break scored;
        }
        assert!(began.elapsed() < PATIENCE, "{by_command} and {scored}");
        tokio::time::sleep(Duration::from_millis(200)).await;
    };
    assert!(hooked.bench.ok(&["score", "--provisional"]).await.contains("not final"));

    // What is done to a merged pull request afterwards is seen as well.
    hooked.bench.world().change(|state| {
        let maintainer = state.account_id("tobias-lindqvist").unwrap();
        state.label(pull, NOW.cast_signed() - 30, maintainer, "high impact").unwrap();
    });
    let labeled = Delivery::new(SECRET, "pull_request", "d-label", &hooked.payload(pull, "labeled"));
    hooked.says(&labeled, 202, "queued").await;
    hooked.scored(1).await;
    let after = answer(&hooked.daemon, "/v1/epochs/1/provisional").await;
    let points = |scored: &Value| {
        let of_pull = |item: &&Value| item["fact"].as_str().unwrap().starts_with("pull/");
        items_of(scored, pull).iter().filter(of_pull).map(|item| item["points"].as_u64().unwrap()).sum::<u64>()
    };
    assert!(points(&after) > points(&scored), "{} and before {}", points(&after), points(&scored));

    // The same delivery again does nothing; the other content type is as good.
    let readings = hooked.readings();
    hooked.says(&delivery, 200, "repeated").await;
    let second = hooked.merge("Fill the lamp");
    let form = hooked.closed(second, "d-2").as_form(SECRET);
    hooked.says(&form, 202, "queued").await;
    hooked.scored(2).await;
    let scored = answer(&hooked.daemon, "/v1/epochs/1/provisional").await;
    assert!(!items_of(&scored, second).is_empty());
    assert_eq!(hooked.readings(), readings + 1, "what came twice is read once");
    secrets::nowhere(&hooked.bench, SECRET, "webhook.token");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_burst_becomes_few_readings_and_ends_in_the_final_score() {
    let hooked = Hooked::start().await;
    let readings = hooked.readings();
    let pulls: Vec<ThreadRef> = (0..5).map(|n| hooked.merge(&format!("Lamp {n}"))).collect();
    let mut sent = Vec::new();
    for n in 0..40_u32 {
        let pull = pulls[n as usize % pulls.len()];
        let action = if n < 5 { "closed" } else { "labeled" };
        sent.push(Delivery::new(SECRET, "pull_request", &format!("burst-{n}"), &hooked.payload(pull, action)));
    }
    for delivery in &sent {
        hooked.says(delivery, 202, "queued").await;
    }
    let standing = hooked.scored(5).await;
    assert_eq!((&standing["queued"], &standing["merges_scored"]), (&json!(40), &json!(5)));
    let readings = hooked.readings() - readings;
    assert!(readings <= 20, "{readings} readings of 5 objects that 40 deliveries named");

    // The next epoch begins before this one is cut: both have a provisional score.
    hooked.bench.warp(START + WEEK + DAY).await;
    let next = hooked.bench.json(&["score", "--provisional"]).await;
    assert_eq!((&next["epoch"], &next["line_items"]), (&json!(2), &json!([])));
    assert_eq!(answer(&hooked.daemon, "/v1/epochs/2/provisional").await["epoch"], 2);
    let ended = answer(&hooked.daemon, "/v1/epochs/1/provisional").await;
    assert!(pulls.iter().all(|pull| !items_of(&ended, *pull).is_empty()));

    // At the cutoff the same facts give the same points.
    hooked.bench.settle(1).await;
    hooked.bench.ok(&["fetch"]).await;
    let provisional = hooked.bench.json(&["score", "--provisional", "--epoch", "1"]).await;
    let last = hooked.bench.json(&["score", "--epoch", "1"]).await;
    assert_eq!(provisional["line_items"], last["line_items"]);
    assert_eq!(provisional["slices"], last["slices"]);
    let gone =
        hooked.bench.output(hooked.bench.command("guerdon.toml", &["score", "--provisional", "--epoch", "1"])).await;
    assert_eq!(gone.code, 1);
    assert!(gone.stderr.contains("scored for good"), "{}", gone.stderr);
    let (status, text) = hooked.daemon.get("/v1/epochs/9/provisional").await.unwrap();
    assert_eq!(status, 404);
    assert!(text.contains("has not begun"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_githubs_or_not_ours_is_refused_or_ignored() {
    let hooked = Hooked::start().await;
    let pull = hooked.merge("Never told");
    let good = hooked.closed(pull, "d-1");
    let with = |name, value: Option<&str>| good.clone().with(name, value);
    let signed = |value: &str| with("x-hub-signature-256", Some(value));
    let saying =
        |event: &str, body: &[u8]| good.clone().with("x-github-event", Some(event)).saying(SECRET, body.to_vec());
    let own = signature(SECRET, &good.body);
    let mut longer = good.clone();
    longer.body.push(b' ');
    for (delivery, status, word) in [
        (with("x-hub-signature-256", None), 401, "missing"),
        (signed(""), 401, "wrong"),
        (signed(&format!("sha256={}", "0".repeat(64))), 401, "wrong"),
        (signed(&signature("another secret", &good.body)), 401, "wrong"),
        (signed(&signature(SECRET, b"another body")), 401, "wrong"),
        (signed(&own.replace("sha256", "sha1")), 401, "wrong"),
        (signed(&own[..own.len() - 2]), 401, "wrong"),
        (longer, 401, "wrong"),
        (with("x-github-event", None), 400, "X-GitHub-Event"),
        (with("x-github-delivery", None), 400, "X-GitHub-Delivery"),
        (with("x-github-delivery", Some(&"x".repeat(101))), 400, "X-GitHub-Delivery"),
        (with("content-type", Some("text/plain")), 415, "content type"),
        (with("content-type", None), 415, "content type"),
        (with("content-type", Some("application/x-www-form-urlencoded")), 400, "payload"),
        (saying("pull_request", b"{\"action\":"), 400, "JSON"),
        (saying("push", b"ref=main"), 400, "JSON"),
        (saying("pull_request", &[b'['; 100_000]), 400, "JSON"),
        (saying("pull_request", &[0xff, 0xfe]), 400, "JSON"),
        (saying("pull_request", b"[]"), 400, "JSON"),
        (saying("pull_request", br#"{"action":1}"#), 400, "shape"),
        (saying("pull_request", br#"{"action":"closed"}"#), 400, "repository"),
        (saying("issues", &good.body), 400, "no issue"),
        (Delivery::new(SECRET, "push", "d-3", &json!({"ref": "refs/heads/main"})), 200, "ignored"),
        (Delivery::new(SECRET, "pull_request", "d-4", &foreign(hooked.payload(pull, "closed"))), 200, "ignored"),
        (Delivery::new(SECRET, "pull_request", "d-5", &unmerged(hooked.payload(pull, "closed"))), 200, "ignored"),
    ] {
        hooked.says(&delivery, status, word).await;
    }
    too_long(&hooked).await;
    let (status, text) = hooked.daemon.get("/webhooks/github").await.unwrap();
    assert_eq!(status, 405);
    assert!(text.contains("POST"), "{text}");
    let standing = hooked.standing().await;
    assert_eq!((&standing["queued"], &standing["waiting"], &standing["ignored"]), (&json!(0), &json!(0), &json!(3)));
    assert_eq!(standing["refused"], 24);
    assert_eq!(hooked.readings(), 0, "nothing of it led to a question to GitHub");
}

fn foreign(mut payload: Value) -> Value {
    payload["repository"]["id"] = json!(4_711);
    payload
}

fn unmerged(mut payload: Value) -> Value {
    payload["pull_request"]["merged_at"] = Value::Null;
    payload
}

/// A body over 5 MB is refused by its announced length, or when so much of it was read.
async fn too_long(hooked: &Hooked) {
    let address = hooked.daemon.api.strip_prefix("http://").unwrap();
    let head = "POST /webhooks/github HTTP/1.1\r\nhost: x\r\nx-hub-signature-256: sha256=00\r\n";
    let mut announced = tokio::net::TcpStream::connect(address).await.unwrap();
    announced.write_all(format!("{head}content-length: 5242881\r\n\r\n").as_bytes()).await.unwrap();
    assert!(first_line(&mut announced).await.contains(" 413 "), "not a byte of the body was sent");

    let mut chunked = tokio::net::TcpStream::connect(address).await.unwrap();
    chunked.write_all(format!("{head}transfer-encoding: chunked\r\n\r\n").as_bytes()).await.unwrap();
    let chunk = format!("100000\r\n{}\r\n", "a".repeat(0x10_0000));
    for _ in 0..6 {
        // The daemon may close before all of it is written.
        if chunked.write_all(chunk.as_bytes()).await.is_err() {
            break;
        }
    }
    assert!(first_line(&mut chunked).await.contains(" 413 "));
}

async fn first_line(stream: &mut tokio::net::TcpStream) -> String {
    let mut answer = Vec::new();
    let mut part = [0; 1024];
    while !answer.contains(&b'\n') {
        let read = tokio::time::timeout(PATIENCE, stream.read(&mut part)).await.unwrap().unwrap();
        assert!(read > 0, "the connection ended without an answer");
        answer.extend_from_slice(&part[..read]);
    }
    String::from_utf8_lossy(&answer).lines().next().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_body_is_never_taken_and_never_a_fault() {
    let hooked = Hooked::start().await;
    let good = hooked.closed(hooked.merge("Unchanged"), "d-1");
    let mut random = Random(0x67_7565_7264_6f6e);
    for n in 0..1_000 {
        let mut delivery = good.clone().with("x-github-delivery", Some(&format!("changed-{n}")));
        for _ in 0..=random.below(3) {
            change(&mut delivery.body, &mut random);
        }
        if delivery.body == good.body {
            delivery.body.push(b' ');
        }
        let answered = hooked.send(&delivery).await;
        assert_eq!(answered.status, 401, "{n}: {answered:?}");
        // Signed by us and still odd: refused, ignored or a harmless name, and never a fault.
        let body = delivery.body.clone();
        let answered = hooked.send(&delivery.saying(SECRET, body)).await;
        assert!([200, 202, 400].contains(&answered.status), "{n}: {answered:?}");
    }
    assert_eq!(hooked.daemon.get("/healthz").await.unwrap().0, 200);
}

/// One of what happens to bytes: another value, one more, one less, a piece twice, an end missing.
fn change(body: &mut Vec<u8>, random: &mut Random) {
    let at = random.below(body.len());
    match random.below(5) {
        0 => body[at] ^= 1 << random.below(8),
        1 => body.insert(at, u8::try_from(random.below(256)).unwrap()),
        2 => drop(body.remove(at)),
        3 => {
            let piece = body[at..(at + 9).min(body.len())].to_vec();
            body.splice(at..at, piece);
        }
        _ => body.truncate(at.max(1)),
    }
}

/// SplitMix64: the same changes in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % bound.max(1) as u64).unwrap()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_github_refuses_for_a_while_is_read_later_even_after_a_kill() {
    let hooked = Hooked::start().await;
    let pull = hooked.merge("Lit twice");
    // GitHub is down for the reading only.
    hooked.bench.world().fail_next_at(3, "/graphql", &Fault::BadCredentials);
    hooked.says(&hooked.closed(pull, "d-1"), 202, "queued").await;
    let standing = hooked.scored(1).await;
    assert_eq!(standing["merges_scored"], 1);
    assert!(hooked.bench.read("daemon.log").contains("it waits"), "the wait stands in the log");

    // Killed between the answer and the reading.
    hooked.bench.world().fail_next_at(1_000, "/graphql", &Fault::BadCredentials);
    let second = hooked.merge("Lit in the dark");
    hooked.says(&hooked.closed(second, "d-2"), 202, "queued").await;
    assert_eq!(hooked.standing().await["waiting"], 1);
    let Hooked { bench, daemon, .. } = hooked;
    drop(daemon);
    bench.world().traffic().forget_faults();
    let daemon = ready(&bench).await;
    let standing = scored(&daemon, &bench, 1).await;
    assert_eq!((&standing["merges_scored"], &standing["queued"]), (&json!(1), &json!(0)));
    let scored = answer(&daemon, "/v1/epochs/1/provisional").await;
    assert!(!items_of(&scored, second).is_empty());
    assert_eq!(daemon.stop().await.unwrap().code(), Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_secret_nothing_is_taken() {
    let bench = Bench::start().await;
    let daemon = ready(&bench).await;
    let delivery = Delivery::new("x", "ping", "d-1", &json!({}));
    let answered = delivery.send(&Client::new(), &daemon.api).await.unwrap();
    assert_eq!(answered.status, 404);
    assert!(answered.said().contains("webhook_secret"), "{answered:?}");
    assert_eq!(standing(&daemon).await["on"], false);
    assert!(bench.read("daemon.log").contains("webhooks are off"));
    assert!(bench.ok(&["doctor"]).await.contains("webhooks: off"));
    bench.changed("guerdon.toml", "empty.toml", "[api]", "[api]\nwebhook_secret = \"env:NOBODY_SET_THIS\"");
    bench.refuses_with("empty.toml", &["run"], &["NOBODY_SET_THIS"]).await;
}
