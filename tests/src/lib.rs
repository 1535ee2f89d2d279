//! The sandbox: a GitHub stand-in, chains and databases for whole-system tests and the demo.

pub mod anvil;
pub mod bits;
pub mod database;
pub mod delivery;
pub mod demo;
pub mod github;
pub mod postgres;
pub mod sandbox;
pub mod storeload;
