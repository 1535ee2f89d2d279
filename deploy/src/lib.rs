//! Compiles and deploys the Guerdon contracts, and proves from the chain who holds which role.
//!
//! Takes: the contracts' sources, a config, a funded account. Gives: ABI files, a deployment record
//! with every role at the timelock, a verdict. Never: keeps a role for whoever deploys.

pub mod abi;
pub mod artifact;
pub mod bounds;
pub mod chain;
pub mod check;
pub mod config;
mod constructors;
pub mod deploy;
mod events;
pub mod file;
pub mod genesis;
pub mod plan;
pub mod record;
mod simulate;
pub mod source;

pub use check::{Problem, Report, check};
pub use config::DeployConfig;
pub use constructors::Addresses;
pub use deploy::deploy;
pub use guerdon_bindings::Deployment;
pub use plan::Plan;
