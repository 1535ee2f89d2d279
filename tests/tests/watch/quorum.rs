//! A quorum that does as it likes: two of three oracle keys sign whatever a test wants, and post it. And the
//! watchtower that looks at it.

use super::bench::{Bench, guerdon};
use guerdon::chain::{Chain, ChallengeEvent, Change, Sender};
use guerdon::keys::OracleKey;
use guerdon::sign::{header_message, quorum};
use guerdon::store::Store;
use guerdon_core::B256;
use guerdon_core::batch::{self, BatchHeader, Entry};
use guerdon_core::evidence::{self, Evidence};
use guerdon_core::model::Epoch;
use guerdon_core::policy::Policy;
use guerdon_core::verify::{self, Rebuilt};
use guerdon_tests::anvil::key;
use guerdon_tests::mirror::{Mirror, Reply};
use guerdon_tests::sandbox::{DAY, ORACLES, Output, STRANGER, root, secret};
use serde_json::Value;

pub async fn chain(bench: &Bench) -> Chain {
    Chain::connect(bench.sandbox.anvil.url(), &bench.sandbox.deployment).await.unwrap()
}

pub async fn sender(bench: &Bench, index: u32) -> Sender {
    let key: OracleKey = key(index).unwrap().into();
    chain(bench).await.sender(&key).unwrap()
}

/// Cuts an epoch honestly and gives the file, which nobody serves yet.
pub async fn cut(bench: &Bench, epoch: u64) -> Vec<u8> {
    bench.settle(epoch).await;
    bench.ok(&["fetch"]).await;
    bench.ok(&["score", "--epoch", &epoch.to_string()]).await;
    let store = Store::open(&format!("sqlite:{}", bench.path("guerdon.toml.db").display())).await.unwrap();
    let (_, bytes) = store.evidence(Epoch(epoch), 1).await.unwrap().unwrap();
    store.close().await;
    bytes
}

pub fn rebuilt(bytes: &[u8]) -> Rebuilt {
    let policy = Policy::from_toml(&std::fs::read_to_string(root().join("policy.toml")).unwrap()).unwrap();
    verify::rebuild(bytes, &policy).unwrap()
}

/// The same evidence with something changed.
pub fn forged(bytes: &[u8], change: impl FnOnce(&mut Evidence)) -> Vec<u8> {
    let mut evidence = Evidence::from_bytes(bytes).unwrap();
    change(&mut evidence);
    let Evidence { header, opening, facts } = evidence;
    Evidence::new(header, opening, facts).unwrap().to_bytes().unwrap()
}

/// A batch of these entries that names this evidence.
pub async fn header(bench: &Bench, epoch: u64, evidence: &[u8], entries: &[Entry]) -> BatchHeader {
    let chain = chain(bench).await;
    BatchHeader {
        epoch: Epoch(epoch),
        round: 1,
        oracle_set: chain.oracle_set_id().await.unwrap(),
        post_before: chain.now().await.unwrap().timestamp + DAY,
        total: batch::total(entries).unwrap(),
        entries_hash: batch::entries_hash(entries).unwrap(),
        policy_hash: chain.terms_of(Epoch(epoch)).await.unwrap().unwrap().policy_hash,
        evidence_hash: evidence::hash(evidence),
    }
}

/// Signed by as many as are asked for.
pub async fn signatures(bench: &Bench, header: &BatchHeader) -> alloy::primitives::Bytes {
    let chain = chain(bench).await;
    let set = chain.oracle_set().await.unwrap();
    let keys: Vec<OracleKey> = ORACLES.iter().take(2).map(|index| key(*index).unwrap().into()).collect();
    quorum(&header_message(header), &chain.domain(), &set, &keys).await.unwrap()
}

/// Posts and publishes it.
pub async fn post(bench: &Bench, header: &BatchHeader, entries: &[Entry]) {
    let sender = sender(bench, ORACLES[0]).await;
    sender.post_batch(header, signatures(bench, header).await).await.unwrap();
    for chunk in batch::chunks(entries, batch::MAX_CHUNK).unwrap() {
        sender.publish(header.epoch, &chunk).await.unwrap();
    }
}

/// All of it is credited when the window is over.
pub async fn credit(bench: &Bench, epoch: u64, entries: &[Entry]) {
    let end = chain(bench).await.batch(Epoch(epoch)).await.unwrap().window_end;
    bench.warp(end).await;
    let sender = sender(bench, ORACLES[0]).await;
    for chunk in batch::chunks(entries, batch::MAX_CHUNK).unwrap() {
        sender.credit(Epoch(epoch), &chunk).await.unwrap();
    }
}

/// A place that has each of these files under its hash, and nothing else.
pub async fn mirror(files: &[&[u8]]) -> Mirror {
    let files: Vec<(B256, Vec<u8>)> = files.iter().map(|file| (evidence::hash(file), file.to_vec())).collect();
    Mirror::start(move |asked| {
        let found = files.iter().find(|(hash, _)| asked.target == format!("/v1/evidence/{hash}"));
        found.map_or(Reply::status(404), |(_, file)| Reply::ok(file.clone()))
    })
    .await
    .unwrap()
}

/// A stranger's command: no configuration, no store; what is given are addresses and the policy.
pub async fn stranger(bench: &Bench, args: &[&str]) -> Output {
    let mut command = guerdon();
    command.args(args).args(["--config", "/nonexistent/guerdon.toml", "--rpc-url", bench.sandbox.anvil.url()]);
    command.arg("--deployment").arg(bench.path("deployment.json"));
    command.arg("--policy").arg(root().join("policy.toml"));
    command.env("WALLET_KEY", secret(STRANGER).unwrap());
    bench.output(command).await
}

/// One look of a stranger's watchtower: how it ended and what it printed.
pub async fn watch(bench: &Bench, from: &[&Mirror], args: &[&str]) -> (i32, Value) {
    let from: Vec<&str> = from.iter().flat_map(|mirror| ["--from", mirror.address()]).collect();
    let output = stranger(bench, &[&["watch", "--once", "--json"], from.as_slice(), args].concat()).await;
    let look = serde_json::from_str(&output.stdout).unwrap_or_else(|_| panic!("{output:?}"));
    (output.code, look)
}

/// With a wallet that may lose one coin.
pub const CHALLENGING: [&str; 5] = ["--challenge", "--max-bonds", "1.5", "--key", "env:WALLET_KEY"];

/// Kinds of a look's alerts, in order.
pub fn kinds(look: &Value) -> Vec<String> {
    look["alerts"].as_array().unwrap().iter().map(|alert| alert["kind"].as_str().unwrap().to_owned()).collect()
}

/// Every challenge so far: the position, or none for a whole batch.
pub async fn challenges(bench: &Bench) -> Vec<(ChallengeEvent, Option<u32>)> {
    let chain = chain(bench).await;
    let blocks = chain.deployment().block..=chain.now().await.unwrap().block;
    let events = chain.challenges_within(blocks).await.unwrap();
    let opened = events.into_iter().filter_map(|event| match event.change {
        Change::Opened { position, .. } => Some((event, position)),
        _ => None,
    });
    opened.collect()
}
