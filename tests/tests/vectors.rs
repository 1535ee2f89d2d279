//! The vectors that Rust and Solidity share. Each side writes its own file and must agree with the
//! other's: packed entries, chunks, the hash chain and the EIP-712 digest of the header.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "a test may fail loudly")]

use alloy::primitives::{Address, B256, Bytes};
use guerdon::sign::header_message;
use guerdon_bindings::message;
use guerdon_core::batch::{self, BatchHeader, Entry, MAX_ENTRY_UNITS};
use guerdon_core::evidence;
use guerdon_core::model::{ContributorId, Epoch};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Vectors {
    cases: Vec<Case>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    chain_id: String,
    distributor: Address,
    batch: Header,
    entries: Vec<Row>,
    chunk_size: String,
    chunks: Vec<Bytes>,
    rests: Vec<B256>,
    digest: B256,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    epoch: String,
    round: String,
    oracle_set: String,
    post_before: String,
    total: String,
    entries_hash: B256,
    policy_hash: B256,
    evidence_hash: B256,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    id: String,
    units: String,
}

/// Where a batch is meant for.
#[derive(Clone, Copy)]
struct Place {
    chain_id: u64,
    distributor: Address,
}

fn file(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../contracts/vectors").join(name)
}

/// Computes everything in a case that follows from its inputs.
fn compute(name: &str, place: Place, header: &BatchHeader, entries: &[Entry], size: usize) -> Case {
    let chunks = batch::chunks(entries, size).unwrap();
    let header = BatchHeader {
        total: batch::total(entries).unwrap(),
        entries_hash: chunks.first().unwrap().hash(),
        ..header.clone()
    };
    let domain = message::domain(place.chain_id, place.distributor);
    Case {
        name: name.to_owned(),
        chain_id: place.chain_id.to_string(),
        distributor: place.distributor,
        digest: message::digest(&header_message(&header), &domain),
        batch: Header {
            epoch: header.epoch.to_string(),
            round: header.round.to_string(),
            oracle_set: header.oracle_set.to_string(),
            post_before: header.post_before.to_string(),
            total: header.total.to_string(),
            entries_hash: header.entries_hash,
            policy_hash: header.policy_hash,
            evidence_hash: header.evidence_hash,
        },
        entries: entries.iter().map(|e| Row { id: e.id.to_string(), units: e.units.to_string() }).collect(),
        chunk_size: size.to_string(),
        rests: chunks.iter().map(|chunk| chunk.rest).collect(),
        chunks: chunks.into_iter().map(|chunk| chunk.entries.into()).collect(),
    }
}

fn recompute(case: &Case) -> Case {
    let header = BatchHeader {
        epoch: Epoch(case.batch.epoch.parse().unwrap()),
        round: case.batch.round.parse().unwrap(),
        oracle_set: case.batch.oracle_set.parse().unwrap(),
        post_before: case.batch.post_before.parse().unwrap(),
        total: 0,
        entries_hash: B256::ZERO,
        policy_hash: case.batch.policy_hash,
        evidence_hash: case.batch.evidence_hash,
    };
    let entries: Vec<Entry> = case
        .entries
        .iter()
        .map(|row| Entry { id: ContributorId(row.id.parse().unwrap()), units: row.units.parse().unwrap() })
        .collect();
    let place = Place { chain_id: case.chain_id.parse().unwrap(), distributor: case.distributor };
    compute(&case.name, place, &header, &entries, case.chunk_size.parse().unwrap())
}

/// Ids and amounts spread over their whole range by a hash.
fn spread(seed: &str, count: usize) -> Vec<Entry> {
    let number = |bytes: &[u8]| bytes.iter().fold(0u64, |sum, byte| sum << 8 | u64::from(*byte));
    let mut entries: Vec<Entry> = (0..count)
        .map(|at| {
            let hash = evidence::hash(format!("{seed}/{at}").as_bytes());
            let (id, rest) = hash.as_slice().split_at(8);
            Entry { id: ContributorId(number(id)), units: 1 + number(&rest[..6]) % MAX_ENTRY_UNITS }
        })
        .collect();
    entries.sort_by_key(|entry| entry.id);
    entries
}

fn ours() -> Vectors {
    let header = |seed: &str, epoch, round| BatchHeader {
        epoch: Epoch(epoch),
        round,
        oracle_set: 1,
        post_before: 1_900_000_000,
        total: 0,
        entries_hash: B256::ZERO,
        policy_hash: evidence::hash(format!("policy {seed}").as_bytes()),
        evidence_hash: evidence::hash(format!("evidence {seed}").as_bytes()),
    };
    let one = |id, units| vec![Entry { id: ContributorId(id), units }];
    let extremes = BatchHeader {
        epoch: Epoch(u64::MAX),
        round: u32::MAX,
        oracle_set: u64::MAX,
        post_before: u64::MAX,
        ..header("extremes", 1, 1)
    };
    let place = |chain_id, byte| Place { chain_id, distributor: Address::repeat_byte(byte) };
    let (local, far) = (place(31_337, 0xd1), place(11_155_111, 0x5e));
    Vectors {
        cases: vec![
            compute("one entry", local, &header("one", 1, 1), &one(583_231, 1), 500),
            compute("largest id and amount", place(1, 0xff), &extremes, &one(u64::MAX, MAX_ENTRY_UNITS), 1),
            compute("three chunks, the last short", far, &header("short", 4, 2), &spread("short", 8), 3),
            compute("three chunks, all full", local, &header("full", 5, 1), &spread("full", 9), 3),
            compute("exactly one largest chunk", local, &header("500", 6, 1), &spread("500", 500), 500),
            compute("one more than the largest chunk", local, &header("501", 7, 1), &spread("501", 501), 500),
        ],
    }
}

#[test]
fn solidity_reads_what_rust_wrote() {
    let text = serde_json::to_string_pretty(&ours()).unwrap() + "\n";
    if std::env::var_os("GUERDON_WRITE_VECTORS").is_some() {
        std::fs::write(file("rust.json"), &text).unwrap();
    }
    let committed = std::fs::read_to_string(file("rust.json")).unwrap_or_default();
    assert!(committed == text, "contracts/vectors/rust.json is stale: run `make vectors`");
}

#[test]
fn rust_computes_what_solidity_wrote() {
    holds("solidity.json");
}

#[test]
fn rust_computes_what_typescript_wrote() {
    holds("typescript.json");
}

fn holds(name: &str) {
    let text = std::fs::read_to_string(file(name)).expect(name);
    let vectors: Vectors = serde_json::from_str(&text).unwrap();
    assert!(!vectors.cases.is_empty());
    for case in &vectors.cases {
        assert_eq!(&recompute(case), case, "{}", case.name);
    }
}
