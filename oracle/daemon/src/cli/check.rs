//! `init`, `config`, `verify`, `doctor`: what needs no store, or looks at everything.

use super::args::{Global, Show};
use eyre::{Result, WrapErr, bail, eyre};
use guerdon::audit::on_chain;
use guerdon::chain::{Chain, RpcUrls, load_deployment};
use guerdon::config;
use guerdon::doctor::{Finding, State};
use guerdon::oracle::read_policy;
use guerdon_core::B256;
use guerdon_core::policy::Policy;
use guerdon_core::verify::{self, Check, Rebuilt};
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

pub(super) fn init(global: &Global, folder: &Path) -> Result<()> {
    let files = [("guerdon.toml", config::TEMPLATE), ("policy.toml", config::POLICY)];
    let paths: Vec<PathBuf> = files.iter().map(|(name, _)| folder.join(name)).collect();
    if let Some(path) = paths.iter().find(|path| path.exists()) {
        bail!("{} is already there: remove it or choose another folder", path.display());
    }
    std::fs::create_dir_all(folder).wrap_err_with(|| format!("cannot create {}", folder.display()))?;
    for (path, (_, text)) in paths.iter().zip(files) {
        std::fs::write(path, text).wrap_err_with(|| format!("cannot write {}", path.display()))?;
    }
    global.print(&paths, || {
        let lines: String = paths.iter().map(|path| format!("wrote {}\n", path.display())).collect();
        format!("{lines}next: name your repositories in guerdon.toml, then run `guerdon doctor`\n")
    })
}

pub(super) fn config(global: &Global, which: &Show) -> Result<()> {
    match which {
        Show::Show => {
            let shown = global.config()?.show();
            let table: toml::Table = toml::from_str(&shown).wrap_err("what is shown is not TOML")?;
            global.print(&table, || shown)?;
        }
        Show::PolicyHash => {
            let path = match &global.policy {
                Some(path) => path.clone(),
                None => global.config()?.policy,
            };
            println!("{}", read_policy(&path)?.hash()?);
        }
    }
    Ok(())
}

/// The verdict on one evidence file.
#[derive(Serialize)]
struct Verdict {
    file: PathBuf,
    epoch: u64,
    round: u32,
    evidence_hash: B256,
    entries_hash: B256,
    entries: usize,
    facts: usize,
    /// Base units, decimal.
    total: String,
    compared_with_chain: bool,
    passed: bool,
    checks: Vec<Check>,
}

pub(super) async fn verify(global: &Global, files: &[PathBuf], also: &[PathBuf]) -> Result<ExitCode> {
    let settings = Settings::of(global)?;
    let mut policies = BTreeMap::new();
    for path in settings.policies.iter().chain(also) {
        let policy = read_policy(path)?;
        policies.insert(policy.hash()?, policy);
    }
    let chain = match (&settings.rpc_url, &settings.deployment) {
        (Some(url), Some(record)) => Some(Chain::connect(url, &load_deployment(record)?).await?),
        (Some(_), None) => bail!("which distributor? Give --deployment FILE along with --rpc-url"),
        (None, _) => None,
    };
    let mut verdicts: Vec<Verdict> = Vec::new();
    let mut before: Option<Rebuilt> = None;
    for file in files {
        let rebuilt = rebuild_file(file, &policies).wrap_err_with(|| file.display().to_string())?;
        let mut checks = match &chain {
            Some(chain) => rebuilt.compare(&on_chain(chain, &rebuilt.evidence.header).await?),
            None => Vec::new(),
        };
        if let Some(before) = &before {
            checks.extend(before.followed_by(&rebuilt.evidence));
        }
        let header = &rebuilt.evidence.header;
        let unit: alloy::primitives::U256 = header.unit.parse().map_err(|_| eyre!("the unit is not a number"))?;
        verdicts.push(Verdict {
            file: file.clone(),
            epoch: header.epoch.0,
            round: header.round,
            evidence_hash: rebuilt.evidence_hash,
            entries_hash: rebuilt.entries_hash,
            entries: rebuilt.outcome.entries.len(),
            facts: rebuilt.evidence.facts.len(),
            total: (alloy::primitives::U256::from(rebuilt.outcome.total) * unit).to_string(),
            compared_with_chain: chain.is_some(),
            passed: checks.iter().all(|check| check.passed),
            checks,
        });
        before = Some(rebuilt);
    }
    global.print(&verdicts, || verdicts.iter().map(Verdict::text).collect())?;
    let passed = verdicts.iter().all(|verdict| verdict.passed);
    if !passed {
        eprintln!("error: the verification failed: the lines marked FAILED say where evidence and chain differ");
    }
    Ok(if passed { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// What `verify` takes from flags, or from a configuration file when there is one.
struct Settings {
    policies: Vec<PathBuf>,
    rpc_url: Option<RpcUrls>,
    deployment: Option<PathBuf>,
}

impl Settings {
    fn of(global: &Global) -> Result<Self> {
        if global.config.exists() {
            let config = global.config()?;
            let mut policies = vec![config.policy];
            policies.extend(config.past_policies);
            let chain = config.chain;
            return Ok(Self { policies, rpc_url: Some(chain.rpc_url), deployment: Some(chain.deployment) });
        }
        let policy = global.policy.clone().unwrap_or_else(|| "policy.toml".into());
        Ok(Self {
            policies: vec![policy],
            rpc_url: global.rpc_url.clone().map(RpcUrls::from),
            deployment: global.deployment.clone(),
        })
    }
}

fn rebuild_file(file: &Path, policies: &BTreeMap<B256, Policy>) -> Result<Rebuilt> {
    let mut bytes = std::fs::read(file).wrap_err("cannot read the evidence")?;
    if file.extension().is_some_and(|extension| extension == "zst") {
        bytes = zstd::decode_all(bytes.as_slice()).wrap_err("the file is not whole or not zstd")?;
    }
    let read = verify::read(&bytes)?;
    let header = &read.1.header;
    let hash = header.terms.policy;
    let policy = policies.get(&hash).ok_or_else(|| {
        eyre!("epoch {} ran under policy {hash}: name that policy's file with --policy", header.epoch)
    })?;
    Ok(Rebuilt::new(read, policy)?)
}

impl Verdict {
    fn text(&self) -> String {
        let mut out = format!(
            "{}: epoch {}, round {}: {} facts, {} entries\n  evidence {}\n  entries  {}\n",
            self.file.display(),
            self.epoch,
            self.round,
            self.facts,
            self.entries,
            self.evidence_hash,
            self.entries_hash
        );
        for check in &self.checks {
            let mark = if check.passed { "ok    " } else { "FAILED" };
            // Writing to a String cannot fail.
            _ = writeln!(out, "  {mark} {}: {}", check.name, check.detail);
        }
        if !self.compared_with_chain {
            out.push_str("  rebuilt, but not compared with a chain: give --rpc-url and --deployment\n");
        }
        out
    }
}

pub(super) async fn doctor(global: &Global) -> Result<ExitCode> {
    let config = global.config()?;
    let findings = guerdon::doctor::examine(&config).await;
    global.print(&findings, || findings.iter().map(Finding::text).collect())?;
    let failed = findings.iter().any(|finding| finding.state == State::Failed);
    Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}
