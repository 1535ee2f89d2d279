//! Everything that may go wrong, on purpose and repeatably: daemons that are killed at a chosen point or at
//! random, chains that forget blocks, calls that fail, years that pass in minutes.
//!
//! Takes the real binary, a real chain and GitHub's stand-in. Gives what the chain says in the end, which has
//! to be the same whatever happened on the way. Never: a clock of its own, chance without a seed.

pub mod books;
pub mod crash;
pub mod crew;
pub mod luck;
pub mod soak;
pub mod town;
pub mod year;

use crate::anvil::AnvilError;
use crate::sandbox::SandboxError;
use std::path::PathBuf;

#[derive(Debug, thiserror::Error)]
pub enum ChaosError {
    #[error(transparent)]
    Sandbox(#[from] SandboxError),
    #[error(transparent)]
    Anvil(#[from] AnvilError),
    #[error("the distributor cannot be read: {0}")]
    Contract(#[from] Box<alloy::contract::Error>),
    #[error("the world cannot be built")]
    World(#[from] crate::github::StateError),
    #[error("cannot load the data set {0}")]
    Data(PathBuf, #[source] crate::github::ArchiveError),
    #[error("cannot link the members")]
    Link(#[source] Box<crate::demo::DemoError>),
    #[error("the relay cannot listen")]
    Relay(#[source] std::io::Error),
    #[error("cannot use {0}")]
    File(PathBuf, #[source] std::io::Error),
    #[error("{name} ended by itself ({status}); its last words:\n{last}")]
    Ended { name: String, status: String, last: String },
    #[error("epoch {epoch} does not come to its end; {name}'s last words:\n{last}")]
    Stuck { epoch: u64, name: String, last: String },
    #[error("epoch {epoch}: {problem}")]
    Wrong { epoch: u64, problem: String },
}

pub type Result<T, E = ChaosError> = std::result::Result<T, E>;
