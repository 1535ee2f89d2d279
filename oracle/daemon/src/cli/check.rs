//! `init`, `config`, `doctor`: what needs no store, or looks at everything.

use super::args::{Global, Show};
use eyre::{Result, WrapErr, bail};
use guerdon::config;
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
        Show::Show => print!("{}", global.config()?.show()),
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
    global.print(&findings, || {
        findings.iter().map(|finding| format!("{} {}: {}\n", finding.mark(), finding.what, finding.detail)).collect()
    })?;
    Ok(if findings.iter().all(|finding| finding.passed) { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
