//! The demo as a whole: on the sample org, and on a real organisation when there is one.

use super::org::amount;
use alloy::primitives::{Address, B256, U256};
use alloy::providers::{Provider as _, ProviderBuilder};
use alloy::signers::local::PrivateKeySigner;
use alloy::transports::http::reqwest;
use guerdon_core::evidence::Evidence;
use guerdon_core::model::Fact;
use guerdon_tests::bits::same_bits;
use guerdon_tests::demo::{Options, run};
use guerdon_tests::github::sample::EPOCHS;
use guerdon_tests::sandbox::{binary, root};
use serde_json::Value;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::Command;

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

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_stays_with_its_page_and_two_claims_for_whoever_opens_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut demo = Command::new(binary("demo").unwrap());
    demo.args(["--epochs", "1", "--folder"]).arg(folder.path().join("demo"));
    let mut demo = demo.stdin(Stdio::null()).stdout(Stdio::piped()).kill_on_drop(true).spawn().unwrap();
    let mut lines = BufReader::new(demo.stdout.take().unwrap()).lines();
    let mut said = String::new();
    while !said.contains("Ctrl-C ends everything") {
        said += &lines.next_line().await.unwrap().unwrap_or_else(|| panic!("it ended:\n{said}"));
        said.push('\n');
    }
    let page = said.lines().map(str::trim).find(|line| line.starts_with("http://") && line.ends_with('/')).unwrap();
    let index = reqwest::get(page).await.unwrap();
    assert_eq!(index.status(), 200);
    let config: Value =
        serde_json::from_str(&reqwest::get(format!("{page}config.json")).await.unwrap().text().await.unwrap()).unwrap();
    let rpc = config["chain"]["rpcs"][0].as_str().unwrap();
    assert!(said.contains(rpc), "what to type into a wallet by hand");
    let chain = ProviderBuilder::new().connect_http(rpc.parse().unwrap());
    let is_key = |word: &&str| word.len() == 66 && word.starts_with("0x");
    let rows = said.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
    let rows: Vec<_> = rows.filter(|row| row.contains(&"GDN") && row.last().is_some_and(is_key)).collect();
    assert_eq!(rows.len(), 2, "{said}");
    for row in rows {
        let login = row[0];
        let who = reqwest::get(format!("{page}v1/contributors/{login}")).await.unwrap().text().await.unwrap();
        let who: Value = serde_json::from_str(&who).unwrap();
        assert!(amount(&who["claimable"]) > U256::ZERO, "{who}");
        let key: PrivateKeySigner = row[row.len() - 1].parse().unwrap();
        assert_eq!(parse::<Address>(&who["wallet"]), key.address(), "{login}");
        assert!(chain.get_balance(key.address()).await.unwrap() > U256::ZERO, "{login} cannot pay a fee");
    }
    let interrupt = Command::new("kill").args(["-INT", &demo.id().unwrap().to_string()]).status().await.unwrap();
    assert!(interrupt.success() && demo.wait().await.unwrap().success());
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
