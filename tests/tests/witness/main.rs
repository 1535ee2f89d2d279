//! The witness: the real binary asks a real endpoint over HTTP, which answers well and badly.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may fail loudly"
)]

mod answers;
mod bench;
mod budget;
mod corpus;
mod detection;
mod injections;
mod settings;
