//! The deployment record as `guerdon-deploy` wrote it.

use guerdon_bindings::Deployment;
use guerdon_bindings::deployment::DeploymentError;
use std::path::{Path, PathBuf};

#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    #[error("cannot read the deployment record {0}: deploy with `guerdon-deploy deploy`, or set chain.deployment")]
    Read(PathBuf, #[source] std::io::Error),
    #[error("{0} is not a deployment record of this version")]
    Parse(PathBuf, #[source] DeploymentError),
}

/// Reads a deployment record.
pub fn load_deployment(path: &Path) -> Result<Deployment, RecordError> {
    let text = std::fs::read_to_string(path).map_err(|source| RecordError::Read(path.to_owned(), source))?;
    Deployment::from_json(&text).map_err(|source| RecordError::Parse(path.to_owned(), source))
}
