//! The daemon's fetch over HTTP against the GitHub stand-in.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may fail loudly"
)]

mod acts;
mod bench;
mod databases;
mod changes;
mod faults;
mod real;
mod replay;
mod sample;
