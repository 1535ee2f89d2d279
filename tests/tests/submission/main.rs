//! Submission against providers that fail, lag and lie, and chains that stall and go back.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may fail loudly"
)]

#[expect(dead_code, reason = "the whole-system tests use all of it")]
#[path = "../system/bench.rs"]
mod bench;
mod flights;
mod kills;
#[path = "../local/mod.rs"]
mod local;
mod proxy;
mod reorgs;
mod rpcs;
#[expect(dead_code, reason = "the whole-system tests use all of it")]
#[path = "../system/state.rs"]
mod state;
mod world;
