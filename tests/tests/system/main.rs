//! The whole system: the real binaries on a real chain, a real database and GitHub's stand-in.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may fail loudly"
)]

mod bench;
mod daemon;
mod demo;
mod disputes;
mod explain;
mod org;
mod postgres;
mod refused_batches;
mod refused_evidence;
mod refused_github;
mod refused_settings;
mod secrets;
mod simulate;
mod stages;
mod state;
mod usage;
mod webhooks;
mod witness;
