//! Linking, from the gist to the wallet: three real daemons with a key each, contributors without a
//! configuration, a real chain and GitHub's stand-in; and whoever lies.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may fail loudly"
)]

#[path = "../local/mod.rs"]
mod local;

mod budget;
mod contracts;
mod liars;
mod refusals;
mod relay;
mod relinks;
mod successor;
mod three;
mod town;
