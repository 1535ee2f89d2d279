//! The deployment record as a file: `deploy/deployments/<chainid>.json`, with the compiler's input beside it.
//!
//! Takes: a path. Gives: the record, or an error that names the file. Never: replaces the record of
//! another deployment.

use crate::plan::Plan;
use guerdon_bindings::Deployment;
use guerdon_bindings::deployment::DeploymentError;
use std::path::{Path, PathBuf};

#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    #[error("cannot read {0}: deploy first with `guerdon-deploy deploy`")]
    Read(PathBuf, #[source] std::io::Error),
    #[error("{0} is not a deployment record")]
    Parse(PathBuf, #[source] DeploymentError),
    #[error("cannot write {0}")]
    Write(PathBuf, #[source] std::io::Error),
    #[error("{0} is not the record of this deployment: move it away or name another file")]
    Taken(PathBuf),
}

pub fn load(path: &Path) -> Result<Deployment, RecordError> {
    let text = std::fs::read_to_string(path).map_err(|error| RecordError::Read(path.to_owned(), error))?;
    Deployment::from_json(&text).map_err(|error| RecordError::Parse(path.to_owned(), error))
}

/// Refuses a place that something else takes; to be asked before money is spent on a deployment.
pub fn room(path: &Path, plan: &Plan) -> Result<(), RecordError> {
    if !path.exists() {
        return Ok(());
    }
    match load(path) {
        Ok(there) if there.chain_id == plan.chain_id && there.contracts.genesis.address == plan.addresses.genesis => {
            Ok(())
        }
        _ => Err(RecordError::Taken(path.to_owned())),
    }
}

/// The compiler's input stands beside the record: `<chainid>.standard-input.json`.
pub fn input_path(path: &Path) -> PathBuf {
    path.with_extension("standard-input.json")
}

/// Writes the record and the compiler's standard JSON input.
pub fn save(path: &Path, deployment: &Deployment, input: &str) -> Result<(), RecordError> {
    let folder = path.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder).map_err(|error| RecordError::Write(folder.to_owned(), error))?;
    for (path, text) in [(input_path(path), input), (path.to_owned(), &deployment.to_json())] {
        std::fs::write(&path, text).map_err(|error| RecordError::Write(path, error))?;
    }
    Ok(())
}
