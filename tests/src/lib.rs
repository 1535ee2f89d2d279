//! The sandbox: a GitHub stand-in, a language model's endpoint, chains and databases for whole-system tests and the demo.

pub mod anvil;
pub mod bits;
pub mod chaos;
pub mod database;
pub mod delivery;
pub mod demo;
pub mod github;
pub mod llm;
pub mod mirror;
pub mod postgres;
pub mod rpc;
pub mod sandbox;
pub mod storeload;
