//! Compiles and deploys the Guerdon contracts, and proves from the chain who holds which role.
//!
//! Takes: the contracts' sources, a config, a funded account. Gives: ABI files, a deployment record
//! with every role at the timelock, a verdict. Never: keeps a role for whoever deploys.

pub mod abi;
pub mod chain;
pub mod check;
pub mod config;
pub mod deploy;
pub mod file;
pub mod record;

pub use check::{Problem, Report, check};
pub use config::DeployConfig;
pub use deploy::deploy;
pub use guerdon_bindings::Deployment;
