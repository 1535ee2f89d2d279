//! `verify`: rebuilds batches from their evidence, and compares them with the chain and with GitHub. Needs no
//! key and no store.

use super::args::{Global, Refetch, Sources, Target};
use alloy::primitives::U256;
use eyre::{Result, WrapErr, bail, eyre};
use guerdon::audit::{AuditError, Auditor, Refetched, Refetcher, Scope, on_chain, plan_of, random_seed};
use guerdon::chain::{Chain, RpcUrls, load_deployment};
use guerdon::config::Config;
use guerdon::mirrors::{self, Place};
use guerdon::oracle::OracleError;
use guerdon::policies::Policies;
use guerdon_core::B256;
use guerdon_core::verify::{Check, Rebuilt};
use serde::Serialize;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// As much as the store packs evidence.
const PACKED: i32 = 9;
/// How many differences are told in words.
const SHOWN: usize = 20;

/// The verdict on one evidence file.
#[derive(Serialize)]
struct Verdict {
    /// As it was named.
    evidence: String,
    epoch: u64,
    round: u32,
    evidence_hash: B256,
    entries_hash: B256,
    entries: usize,
    facts: usize,
    /// Of the file, plain and as zstd.
    bytes: usize,
    packed_bytes: usize,
    /// Base units, decimal.
    total: String,
    compared_with_chain: bool,
    passed: bool,
    checks: Vec<Check>,
    /// Absent without --refetch.
    github: Option<Refetched>,
}

pub(super) async fn verify(
    global: &Global,
    targets: &[Target],
    sources: &Sources,
    refetch: Refetch,
) -> Result<ExitCode> {
    let settings = Settings::of(global, sources)?;
    let policies = settings.policies()?;
    let auditor = match (&settings.rpc_url, &settings.deployment) {
        (Some(_), None) => bail!("which distributor? Give --deployment FILE along with --rpc-url"),
        (Some(_), Some(_)) => Some(settings.auditor().await?),
        (None, _) => None,
    };
    let github = if refetch.refetch { Some(settings.refetcher().await?) } else { None };
    let mut verdicts: Vec<Verdict> = Vec::new();
    let mut before: Option<Rebuilt> = None;
    for target in targets {
        let name = target.to_string();
        let bytes = read(target, auditor.as_ref()).await.wrap_err_with(|| name.clone())?;
        let (rebuilt, _) = policies.rebuild(&bytes).map_err(without_policy).wrap_err_with(|| name.clone())?;
        let mut checks = match &auditor {
            Some(auditor) => rebuilt.compare(&on_chain(&auditor.chain, &rebuilt.evidence.header).await?),
            None => Vec::new(),
        };
        if let Some(before) = &before {
            checks.extend(before.followed_by(&rebuilt.evidence));
        } else if let (Target::Epoch(_), Some(auditor)) = (target, &auditor) {
            checks.extend(auditor.checks(&auditor.posts().await?, &rebuilt).await.wrap_err_with(|| name.clone())?);
        }
        let compared = match &github {
            Some(github) => {
                Some(compare(github, auditor.as_ref(), &rebuilt, refetch).await.wrap_err_with(|| name.clone())?)
            }
            None => None,
        };
        let header = &rebuilt.evidence.header;
        let unit: U256 = header.unit.parse().map_err(|_| eyre!("the unit is not a number"))?;
        let equal = compared.as_ref().is_none_or(Refetched::passed);
        verdicts.push(Verdict {
            evidence: name,
            epoch: header.epoch.0,
            round: header.round,
            evidence_hash: rebuilt.evidence_hash,
            entries_hash: rebuilt.entries_hash,
            entries: rebuilt.outcome.entries.len(),
            facts: rebuilt.evidence.facts.len(),
            bytes: bytes.len(),
            packed_bytes: zstd::encode_all(bytes.as_slice(), PACKED).map_or(0, |packed| packed.len()),
            total: (U256::from(rebuilt.outcome.total) * unit).to_string(),
            compared_with_chain: auditor.is_some(),
            passed: equal && checks.iter().all(|check| check.passed),
            checks,
            github: compared,
        });
        before = Some(rebuilt);
    }
    global.print(&verdicts, || verdicts.iter().map(Verdict::text).collect())?;
    let passed = verdicts.iter().all(|verdict| verdict.passed);
    if !passed {
        eprintln!("error: the verification failed: the lines marked FAILED say what differs");
    }
    Ok(if passed { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// A stranger has flags, where an oracle has a configuration.
fn without_policy(error: OracleError) -> eyre::Report {
    match error {
        OracleError::NoSuchPolicy { epoch, hash } => {
            eyre!("epoch {epoch} ran under policy {hash}: name that policy's file with --policy or --also-policy")
        }
        error => error.into(),
    }
}

async fn compare(
    github: &Refetcher,
    auditor: Option<&Auditor>,
    rebuilt: &Rebuilt,
    refetch: Refetch,
) -> Result<Refetched> {
    let evidence = &rebuilt.evidence;
    let now = match auditor {
        Some(auditor) => auditor.chain.now().await?.timestamp,
        None => evidence.header.cutoff,
    };
    Ok(github.compare(evidence, scope(refetch), now, &*github.progress()).await?)
}

/// What is compared with GitHub; the seed is drawn now when none is given.
pub(super) fn scope(refetch: Refetch) -> Scope {
    match refetch.sample {
        None => Scope::All,
        Some(size) => Scope::Sample {
            size: usize::try_from(size).unwrap_or(usize::MAX),
            seed: refetch.seed.unwrap_or_else(random_seed),
        },
    }
}

async fn read(target: &Target, auditor: Option<&Auditor>) -> Result<Vec<u8>> {
    match target {
        Target::File(file) => read_file(file),
        Target::Url(url) => {
            let unread = |said| AuditError::Url { url: Place::of(url).to_string(), said };
            Ok(mirrors::download(url, mirrors::LARGEST).await.map_err(unread)?)
        }
        Target::Epoch(epoch) => {
            let auditor = auditor.ok_or_else(|| {
                eyre!("the chain says which evidence an epoch has: give --rpc-url and --deployment, or name a file")
            })?;
            Ok(auditor.of_epoch(*epoch).await?.bytes)
        }
    }
}

fn read_file(file: &Path) -> Result<Vec<u8>> {
    let bytes = std::fs::read(file).wrap_err("cannot read the evidence")?;
    if file.extension().is_some_and(|extension| extension == "zst") {
        return zstd::decode_all(bytes.as_slice()).wrap_err("the file is not whole or not zstd");
    }
    Ok(bytes)
}

/// What checking takes from flags, or from a configuration file when there is one.
pub(super) struct Settings {
    config: Option<Config>,
    policies: Vec<PathBuf>,
    rpc_url: Option<RpcUrls>,
    deployment: Option<PathBuf>,
    places: Vec<Place>,
}

impl Settings {
    pub(super) fn of(global: &Global, sources: &Sources) -> Result<Self> {
        let mut places: Vec<Place> = sources.from.iter().map(|from| Place::of(from)).collect();
        let mut settings = if global.config.exists() {
            let config = global.config()?;
            places.extend(config.evidence_places());
            Self {
                policies: std::iter::once(&config.policy).chain(&config.past_policies).cloned().collect(),
                rpc_url: Some(config.chain.rpc_url.clone()),
                deployment: Some(config.chain.deployment.clone()),
                config: Some(config),
                places,
            }
        } else {
            Self {
                config: None,
                policies: vec![global.policy.clone().unwrap_or_else(|| "policy.toml".into())],
                rpc_url: global.rpc_url.clone().map(RpcUrls::from),
                deployment: global.deployment.clone(),
                places,
            }
        };
        settings.policies.extend(sources.policies.iter().cloned());
        Ok(settings)
    }

    pub(super) fn policies(&self) -> Result<Policies> {
        Ok(Policies::of_files(&self.policies)?)
    }

    pub(super) async fn auditor(&self) -> Result<Auditor> {
        let (Some(url), Some(record)) = (&self.rpc_url, &self.deployment) else {
            bail!("which chain and distributor? Give --rpc-url URL and --deployment FILE, or a configuration file");
        };
        let chain = Chain::connect(url, &load_deployment(record)?).await?;
        Ok(Auditor::new(chain, self.policies()?, self.places.clone()))
    }

    pub(super) async fn refetcher(&self) -> Result<Refetcher> {
        let config = self.config.as_ref().ok_or_else(|| {
            eyre!("which repositories, and with what token? --refetch needs a configuration with a section [github]")
        })?;
        Ok(Refetcher::new(guerdon::oracle::github(config)?, plan_of(config)).await?)
    }
}

impl Verdict {
    fn text(&self) -> String {
        let mut out = format!(
            "{}: epoch {}, round {}: {} facts, {} entries\n  evidence {}\n  entries  {}\n",
            self.evidence, self.epoch, self.round, self.facts, self.entries, self.evidence_hash, self.entries_hash
        );
        // Writing to a String cannot fail.
        _ = write!(out, "  size     {} bytes, {} as zstd", self.bytes, self.packed_bytes);
        if self.facts > 0 {
            let of_thousand = |bytes: usize| bytes.saturating_mul(1_000) / self.facts;
            let (plain, packed) = (of_thousand(self.bytes), of_thousand(self.packed_bytes));
            _ = write!(out, " ({plain} and {packed} for 1,000 facts, the opening state included)");
        }
        out.push('\n');
        for check in &self.checks {
            line(&mut out, check.passed, check.name, &check.detail);
        }
        if !self.compared_with_chain {
            out.push_str("  rebuilt, but not compared with a chain: give --rpc-url and --deployment\n");
        }
        if let Some(github) = &self.github {
            out.push_str(&against_github(github));
        }
        out
    }
}

fn line(out: &mut String, passed: bool, name: &str, detail: &str) {
    let mark = if passed { "ok    " } else { "FAILED" };
    _ = writeln!(out, "  {mark} {name}: {detail}");
}

/// The comparison with GitHub in words.
pub(super) fn against_github(found: &Refetched) -> String {
    let mut out = String::new();
    let Refetched { compared, differing, left_out, .. } = found;
    let equal = compared - differing.len();
    let detail = format!("{equal} of {compared} facts equal; {}", found.confidence.text());
    line(&mut out, differing.is_empty(), "facts on GitHub", &detail);
    for one in differing.iter().take(SHOWN) {
        if one.unknown {
            _ = writeln!(out, "         {}: GitHub has no such fact", one.key);
        }
        for field in &one.fields {
            let (ours, theirs) = (short(&field.evidence), short(&field.github));
            _ = writeln!(out, "         {}: {}: the evidence has {ours}, GitHub {theirs}", one.key, field.field);
        }
    }
    if differing.len() > SHOWN {
        _ = writeln!(out, "         and {} more: --json lists all", differing.len() - SHOWN);
    }
    if !left_out.is_empty() {
        let some = left_out.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", ");
        let detail = format!("GitHub has {} more facts, which may have been carried on: {some}", left_out.len());
        line(&mut out, false, "facts left out", &detail);
    }
    if let Some(equal) = found.opening {
        let detail = if equal { "equals GitHub's history" } else { "differs from GitHub's history" };
        line(&mut out, equal, "state before the first epoch", detail);
    }
    if found.witnesses > 0 {
        _ = writeln!(out, "  {} facts say what a language model answered, and are not GitHub's", found.witnesses);
    }
    if let Some(seed) = found.seed {
        _ = writeln!(out, "  the same sample again: --sample {compared} --seed {seed}");
    }
    out
}

/// A value in one line, whatever somebody wrote into it.
fn short(value: &serde_json::Value) -> String {
    let text = guerdon::plain::line(&value.to_string());
    if text.chars().count() > 100 { text.chars().take(97).chain("...".chars()).collect() } else { text }
}
