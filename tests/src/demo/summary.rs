//! `summary.json`, and the checks that it stands on: every epoch verified from its evidence, and the
//! books balanced to the base unit.

use super::disputes::{Dispute, Disputes, SwitchedOff};
use super::{DemoError, Result, Waiting};
use crate::sandbox::{Daemon, Sandbox, output};
use alloy::primitives::{Address, B256, U256};
use guerdon::status::EpochStatus;
use guerdon_core::evidence::Evidence;
use serde::Serialize;
use serde_json::Value;
use std::path::PathBuf;

#[derive(Debug, Serialize)]
pub(super) struct Summary {
    chain_id: u64,
    distributor: Address,
    epochs: Vec<EpochLine>,
    claims: Vec<Claim>,
    challenges: Vec<Dispute>,
    switched_off: Vec<SwitchedOff>,
    pub(super) facts: usize,
    pub(super) line_items: usize,
}

#[derive(Debug, Serialize)]
struct EpochLine {
    epoch: u64,
    entries_hash: Option<B256>,
    evidence_hash: B256,
    policy_hash: Option<B256>,
    entries: usize,
    total: String,
    credited: String,
    dropped: String,
    post_tx: Option<B256>,
    credit_tx: Option<B256>,
    verified: bool,
}

#[derive(Clone, Debug, Serialize)]
pub(super) struct Claim {
    pub(super) contributor_id: u64,
    pub(super) login: String,
    wallet: Address,
    pub(super) amount: String,
    pub(super) tx: B256,
}

impl Claim {
    pub(super) fn read(value: &Value, login: &str) -> Result<Self> {
        let unexpected = || DemoError::Unexpected { step: "guerdon claim", answer: value.to_string() };
        let text = |key: &str| value[key].as_str().ok_or_else(unexpected);
        Ok(Self {
            contributor_id: value["contributor_id"].as_u64().ok_or_else(unexpected)?,
            login: login.to_owned(),
            wallet: text("wallet")?.parse().map_err(|_| unexpected())?,
            amount: text("amount")?.to_owned(),
            tx: text("tx")?.parse().map_err(|_| unexpected())?,
        })
    }
}

/// What `guerdon verify` said of all epochs together.
pub(super) struct Verified {
    pub(super) epochs: Vec<bool>,
    pub(super) checks: usize,
    /// What it says to evidence with one changed digit.
    pub(super) tampered: String,
}

/// Downloads every evidence file from the API and verifies them as a stranger would: with no store,
/// no GitHub and no key.
pub(super) async fn verify(sandbox: &Sandbox, daemon: &Daemon, epochs: &[EpochStatus]) -> Result<Verified> {
    let mut files = Vec::new();
    for epoch in epochs {
        let (status, text) = daemon.get(&format!("/v1/evidence/{}", epoch.evidence_hash)).await?;
        if status != 200 {
            return Err(DemoError::Unexpected { step: "evidence", answer: format!("{status} {text}") });
        }
        let path = evidence_path(sandbox, epoch);
        write_file(&path, &text)?;
        files.push(path);
    }
    let verdicts = stranger(sandbox, &files).await?;
    let list = verdicts.json("guerdon verify")?;
    let list = list.as_array().cloned().unwrap_or_default();
    if list.len() != epochs.len() {
        return Err(DemoError::Unexpected { step: "guerdon verify", answer: verdicts.stderr });
    }
    let checks = list.iter().filter_map(|verdict| verdict["checks"].as_array()).map(Vec::len).sum();
    let epochs = list.iter().map(|verdict| verdict["passed"] == true).collect();
    Ok(Verified { epochs, checks, tampered: tampered(sandbox, files.last()).await? })
}

async fn stranger(sandbox: &Sandbox, files: &[PathBuf]) -> Result<crate::sandbox::Output> {
    let mut command = tokio::process::Command::new(crate::sandbox::binary("guerdon")?);
    command.args(["verify", "--json", "--rpc-url", sandbox.anvil.url(), "--config", "/nonexistent"]);
    command.arg("--deployment").arg(sandbox.folder.join("deployment.json"));
    command.arg("--policy").arg(crate::sandbox::root().join("policy.toml")).args(files);
    Ok(output(command).await?)
}

/// A thousand more added lines in every file of the last epoch must be noticed.
async fn tampered(sandbox: &Sandbox, file: Option<&PathBuf>) -> Result<String> {
    let Some(file) = file else { return Ok(String::new()) };
    let bytes = std::fs::read(file).map_err(|source| DemoError::Write(file.clone(), source))?;
    let unreadable =
        |error: &dyn std::fmt::Display| DemoError::Unexpected { step: "evidence", answer: error.to_string() };
    let mut evidence = Evidence::from_bytes(&bytes).map_err(|error| unreadable(&error))?;
    for fact in &mut evidence.facts {
        if let guerdon_core::model::Fact::Pull(pull) = fact {
            pull.files.iter_mut().for_each(|file| file.additions += 1000);
        }
    }
    let path = sandbox.folder.join("evidence/tampered.jsonl");
    let bytes = evidence.to_bytes().map_err(|error| unreadable(&error))?;
    write_file(&path, &String::from_utf8_lossy(&bytes))?;
    let said = stranger(sandbox, &[path]).await?;
    if said.code == 0 {
        return Err(DemoError::Books("tampered evidence passed the verification".to_owned()));
    }
    let list = said.json("guerdon verify")?;
    let failed = list
        .pointer("/0/checks")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter(|check| check["passed"] == false);
    let names: Vec<_> = failed.filter_map(|check| check["name"].as_str()).collect();
    Ok(format!("FAILED: {}", names.join(", ")))
}

fn evidence_path(sandbox: &Sandbox, epoch: &EpochStatus) -> PathBuf {
    sandbox.folder.join(format!("evidence/epoch-{}.evidence.jsonl", epoch.epoch))
}

fn write_file(path: &PathBuf, text: &str) -> Result<()> {
    let folder = path.parent().map_or(Ok(()), std::fs::create_dir_all);
    folder.and_then(|()| std::fs::write(path, text)).map_err(|source| DemoError::Write(path.clone(), source))
}

fn amount(text: &str) -> Result<U256> {
    U256::from_str_radix(text, 10).map_err(|_| DemoError::Books(format!("{text:?} is no amount")))
}

/// Balances the books and writes the file.
pub(super) async fn write(
    sandbox: &Sandbox,
    epochs: &[EpochStatus],
    verified: &Verified,
    (claims, waiting): (&[Claim], &[Waiting]),
    disputed: &Disputes,
) -> Result<Summary> {
    let (mut credited, mut dropped) = (U256::ZERO, U256::ZERO);
    for epoch in epochs {
        let (total, paid, lost) = (amount(&epoch.total)?, amount(&epoch.credited)?, amount(&epoch.dropped)?);
        // Everybody in a batch is linked: nothing is skipped but what was dropped, and nothing is held any more.
        if total != paid + lost || epoch.skipped != epoch.dropped || epoch.held != "0" {
            return Err(DemoError::Books(format!(
                "epoch {}: {total} granted, {paid} credited, {lost} dropped, {} skipped, {} held",
                epoch.epoch, epoch.skipped, epoch.held
            )));
        }
        credited += paid;
        dropped += lost;
    }
    let lost = disputed.challenges.iter().filter(|dispute| dispute.answer == "dropped");
    let lost = lost.map(|dispute| amount(&dispute.amount)).sum::<Result<U256>>()?;
    if lost != dropped {
        return Err(DemoError::Books(format!("entries of {lost} were dropped, but {dropped} were not credited")));
    }
    let claimed = claims.iter().map(|claim| amount(&claim.amount)).sum::<Result<U256>>()?;
    let left: U256 = waiting.iter().map(|waiting| waiting.amount).sum();
    if claimed + left != credited {
        return Err(DemoError::Books(format!("{credited} were credited, but {claimed} claimed, and {left} wait")));
    }
    let (mut facts, mut line_items) = (0, 0);
    for epoch in epochs {
        let path = evidence_path(sandbox, epoch);
        let bytes = std::fs::read(&path).map_err(|source| DemoError::Write(path.clone(), source))?;
        let policy = guerdon::oracle::read_policy(&crate::sandbox::root().join("policy.toml"))?;
        let rebuilt = guerdon_core::verify::rebuild(&bytes, &policy).map_err(guerdon::oracle::OracleError::from)?;
        facts += rebuilt.evidence.facts.len();
        line_items += rebuilt.outcome.items.len();
    }
    let summary = Summary {
        chain_id: sandbox.deployment.chain_id,
        distributor: sandbox.deployment.distributor(),
        epochs: epochs
            .iter()
            .zip(&verified.epochs)
            .map(|(epoch, verified)| EpochLine {
                epoch: epoch.epoch.0,
                entries_hash: epoch.entries_hash,
                evidence_hash: epoch.evidence_hash,
                policy_hash: epoch.policy_hash,
                entries: epoch.entries,
                total: epoch.total.clone(),
                credited: epoch.credited.clone(),
                dropped: epoch.dropped.clone(),
                post_tx: epoch.post_tx,
                credit_tx: epoch.credit_tx,
                verified: *verified,
            })
            .collect(),
        claims: claims.to_vec(),
        challenges: disputed.challenges.clone(),
        switched_off: disputed.switched_off.clone(),
        facts,
        line_items,
    };
    let text = serde_json::to_string_pretty(&summary).unwrap_or_default();
    write_file(&sandbox.folder.join("summary.json"), &(text + "\n"))?;
    Ok(summary)
}
