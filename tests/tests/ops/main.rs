//! Operations: the daemon's signals, probes and logs, the doctor, backups, and the files that operators deploy.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may fail loudly"
)]

mod backup;
#[path = "../system/bench.rs"]
#[allow(dead_code, reason = "the whole-system tests use all of it")]
mod bench;
mod daemon;
mod doctor;
mod files;
#[path = "../system/state.rs"]
#[allow(dead_code, reason = "the whole-system tests use all of it")]
mod state;
