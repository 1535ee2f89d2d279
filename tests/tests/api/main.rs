//! The API of the real daemon: what it answers, what caches may keep, what it refuses, and what it
//! outlives.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may fail loudly"
)]

#[path = "../system/bench.rs"]
#[allow(dead_code, reason = "shared with the whole-system tests, which use more of it")]
mod bench;
mod caches;
mod client;
mod fuzz;
mod hostile;
mod lists;
mod page;
mod rates;
#[path = "../system/state.rs"]
#[allow(dead_code, reason = "shared with the whole-system tests, which use more of it")]
mod state;
