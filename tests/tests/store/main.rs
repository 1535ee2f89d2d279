//! The store, each test on SQLite and on PostgreSQL.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may fail loudly")]

mod bench;
mod broken;
mod deliveries;
mod explanations;
mod kill;
mod links;
mod opening;
mod pages;
mod restart;
mod rules;
mod windows;
mod witnesses;
mod writers;
