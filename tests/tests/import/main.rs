//! Importing an export, beside fetching the same world.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may fail loudly"
)]

mod bench;
mod command;
mod export;
mod hostile;
mod real;
mod sample;
mod spam;
