//! What Rust knows of the Guerdon contracts: their calls and events, the messages that people and
//! oracles sign, the names of their errors, and the record of a deployment.
//!
//! Takes: the committed `abi/*.json` (made by `guerdon-deploy abi`). Gives: types. Never: I/O.

pub mod code;
pub mod contracts;
pub mod deployment;
pub mod message;
pub mod revert;

pub use contracts::{
    ContributorVeto, Disputes, EarnedVotes, Genesis, GuerdonGovernor, GuerdonTimelock, GuerdonToken, Links,
    RewardDistributor, Treasury,
};
pub use deployment::{Compiler, Contracts, Deployed, Deployment};
pub use message::{Link, LinkAttestation, RewardBatch, domain};
pub use revert::Revert;
