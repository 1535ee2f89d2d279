//! The daemon's fetch over HTTP against the GitHub stand-in.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may fail loudly"
)]

mod acts;
mod apps;
mod bench;
mod changes;
mod databases;
mod every_request;
mod faults;
mod kill;
mod limits;
mod moved;
mod real;
mod replay;
mod sample;
mod secrets;
