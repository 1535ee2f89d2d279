//! The deployment record as a file: `deploy/deployments/<chainid>.json`.
//!
//! Takes: a path. Gives: the record, or an error that names the file. Never: replaces the record of
//! another deployment silently.

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
    #[error("{0} already records a deployment: move it away or name another file")]
    Exists(PathBuf),
}

pub fn load(path: &Path) -> Result<Deployment, RecordError> {
    let text = std::fs::read_to_string(path).map_err(|error| RecordError::Read(path.to_owned(), error))?;
    Deployment::from_json(&text).map_err(|error| RecordError::Parse(path.to_owned(), error))
}

/// Refuses a place that is taken; to be asked before money is spent on a deployment.
pub fn vacant(path: &Path) -> Result<(), RecordError> {
    if path.exists() { Err(RecordError::Exists(path.to_owned())) } else { Ok(()) }
}

pub fn save(path: &Path, deployment: &Deployment) -> Result<(), RecordError> {
    let write = |error| RecordError::Write(path.to_owned(), error);
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(write)?;
    }
    std::fs::write(path, deployment.to_json()).map_err(write)
}
