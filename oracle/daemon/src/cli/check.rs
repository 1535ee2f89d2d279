//! `init`, `config`, `doctor`: what needs no store, or looks at everything.

use super::args::{Global, Show};
use eyre::{Result, WrapErr, bail};
use guerdon::config;
use guerdon::doctor::{Finding, State};
use guerdon::oracle::read_policy;
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

pub(super) async fn doctor(global: &Global) -> Result<ExitCode> {
    let config = global.config()?;
    let findings = guerdon::doctor::examine(&config).await;
    global.print(&findings, || findings.iter().map(Finding::text).collect())?;
    let failed = findings.iter().any(|finding| finding.state == State::Failed);
    Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}
