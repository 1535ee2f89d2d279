//! The demo as a whole: on the sample org, and on a real organisation when there is one.

use super::org::amount;
use alloy::primitives::{Address, B256, U256};
use guerdon_core::evidence::Evidence;
use guerdon_core::model::Fact;
use guerdon_tests::bits::same_bits;
use guerdon_tests::demo::{Options, run};
use guerdon_tests::github::sample::EPOCHS;
use guerdon_tests::sandbox::root;
use serde_json::Value;
use std::io::Write as _;
use std::path::{Path, PathBuf};

#[tokio::test(flavor = "multi_thread")]
async fn the_sample_demo_balances_its_books_in_the_summary() {
    let (summary, pulls) = demo(None).await;
    assert_eq!(summary["epochs"].as_array().unwrap().len(), EPOCHS as usize);
    was_disputed(&summary);
    assert!(pulls > 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn thirteen_weeks_of_a_real_organization_are_paid_and_verified() {
    let archive = std::env::var_os("GUERDON_DATA").map(|folder| PathBuf::from(folder).join("bitcoin-core-org.tar.zst"));
    let Some(archive) = archive.filter(|archive| archive.exists()) else {
        // Past the capture of a passing test's output.
        let name = "thirteen_weeks_of_a_real_organization_are_paid_and_verified";
        writeln!(std::io::stderr(), "SKIPPED: {name} needs GUERDON_DATA with bitcoin-core-org.tar.zst").unwrap();
        return;
    };
    let (summary, pulls) = demo(Some(archive)).await;
    let epochs = summary["epochs"].as_array().unwrap();
    assert_eq!(epochs.len(), 13);
    assert!(epochs.iter().all(|epoch| epoch["entries"].as_u64().unwrap() > 0), "no week is empty");
    assert_eq!(pulls, 80, "merged pull requests");
}

/// Runs the demo in a folder of its own. Gives its summary, which holds, and how many merged pull
/// requests stand in the evidence of its epochs.
async fn demo(data: Option<PathBuf>) -> (Value, usize) {
    let folder = tempfile::tempdir().unwrap();
    let options = Options { folder: folder.path().join("demo"), data, from: None, epochs: None, once: true };
    run(options.clone()).await.unwrap();
    let text = std::fs::read_to_string(options.folder.join("summary.json")).unwrap();
    let summary: Value = serde_json::from_str(&text).unwrap();
    holds(&summary);
    let evidence = evidence(&options.folder, &summary);
    same_bits(&root().join("policy.toml"), &files(&options.folder, &summary));
    let facts: usize = evidence.iter().map(|evidence| evidence.facts.len()).sum();
    assert_eq!(summary["facts"], facts);
    let pulls = evidence.iter().flat_map(|evidence| &evidence.facts).filter(|fact| matches!(fact, Fact::Pull(_)));
    (summary, pulls.count())
}

/// The shape that others read, and the sums in it.
fn holds(summary: &Value) {
    let parts = ["chain_id", "challenges", "claims", "distributor", "epochs", "facts", "line_items", "switched_off"];
    keys(summary, &parts);
    assert_eq!(summary["chain_id"], 31_337);
    let _: Address = parse(&summary["distributor"]);
    assert!(summary["line_items"].as_u64().unwrap() > 0);
    let (mut granted, mut dropped, mut claimed) = (U256::ZERO, U256::ZERO, U256::ZERO);
    for (at, epoch) in summary["epochs"].as_array().unwrap().iter().enumerate() {
        keys(
            epoch,
            &[
                "credit_tx",
                "credited",
                "dropped",
                "entries",
                "entries_hash",
                "epoch",
                "evidence_hash",
                "policy_hash",
                "post_tx",
                "total",
                "verified",
            ],
        );
        assert_eq!(epoch["epoch"], at + 1);
        assert_eq!(epoch["verified"], true);
        for key in ["credit_tx", "entries_hash", "evidence_hash", "policy_hash", "post_tx"] {
            let _: B256 = parse(&epoch[key]);
        }
        assert!(epoch["entries"].as_u64().unwrap() > 0);
        granted += amount(&epoch["total"]);
        dropped += amount(&epoch["dropped"]);
        assert_eq!(amount(&epoch["credited"]) + amount(&epoch["dropped"]), amount(&epoch["total"]));
    }
    let switched_off = summary["switched_off"].as_array().unwrap();
    assert_eq!(switched_off.len(), 1);
    assert_eq!(switched_off[0]["epoch"], 1);
    let _: Address = parse(&switched_off[0]["oracle"]);
    for claim in summary["claims"].as_array().unwrap() {
        keys(claim, &["amount", "contributor_id", "login", "tx", "wallet"]);
        let (_, _): (Address, B256) = (parse(&claim["wallet"]), parse(&claim["tx"]));
        assert!(claim["contributor_id"].as_u64().unwrap() > 0);
        assert!(!claim["login"].as_str().unwrap().is_empty());
        claimed += amount(&claim["amount"]);
    }
    assert!(granted > U256::ZERO);
    assert_eq!(granted, claimed + dropped);
}

/// One entry was dropped and one challenge was wrong; a key that signed twice is off, and the others went on.
fn was_disputed(summary: &Value) {
    let challenges = summary["challenges"].as_array().unwrap();
    let answers: Vec<_> = challenges.iter().map(|one| (one["answer"].as_str(), one["login"].as_str())).collect();
    assert_eq!(answers, [(Some("stands"), Some("wren-okafor")), (Some("dropped"), Some("rick-fastbuck"))]);
    let dropped: U256 = summary["epochs"].as_array().unwrap().iter().map(|epoch| amount(&epoch["dropped"])).sum();
    assert_eq!(amount(&challenges[1]["amount"]), dropped);
    assert!(dropped > U256::ZERO);
    for one in challenges {
        assert!(amount(&one["bond"]) > U256::ZERO);
        let (_, _): (B256, B256) = (parse(&one["challenge_tx"]), parse(&one["answer_tx"]));
    }
}

fn keys(value: &Value, expected: &[&str]) {
    let found: Vec<&str> = value.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(found.len(), expected.len(), "{found:?}");
    assert!(expected.iter().all(|key| found.contains(key)), "{found:?}");
}

fn parse<T: std::str::FromStr>(value: &Value) -> T {
    value.as_str().and_then(|text| text.parse().ok()).unwrap_or_else(|| panic!("{value}"))
}

/// The evidence files that the demo leaves, by epoch.
fn files(folder: &Path, summary: &Value) -> Vec<PathBuf> {
    let epochs = summary["epochs"].as_array().unwrap().iter();
    epochs.map(|epoch| folder.join(format!("evidence/epoch-{}.evidence.jsonl", epoch["epoch"]))).collect()
}

/// Each under the hash that the summary names.
fn evidence(folder: &Path, summary: &Value) -> Vec<Evidence> {
    let read = |(path, epoch): (PathBuf, &Value)| {
        let bytes = std::fs::read(path).unwrap();
        assert_eq!(guerdon_core::evidence::hash(&bytes), parse::<B256>(&epoch["evidence_hash"]));
        Evidence::from_bytes(&bytes).unwrap()
    };
    files(folder, summary).into_iter().zip(summary["epochs"].as_array().unwrap()).map(read).collect()
}
