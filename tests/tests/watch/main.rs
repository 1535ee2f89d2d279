//! Strangers who check: the watchtower, `verify` by epoch and against GitHub, and evidence in many places. The
//! real binary on a real chain, against quorums that lie.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may fail loudly"
)]

#[path = "../system/bench.rs"]
#[allow(dead_code, reason = "what the tests of the whole system need beside")]
mod bench;
mod collusion;
mod copies;
mod honest;
mod quorum;
mod refetch;
#[path = "../system/state.rs"]
#[allow(dead_code, reason = "what the tests of the whole system need beside")]
mod state;
