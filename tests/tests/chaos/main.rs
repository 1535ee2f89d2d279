//! Daemons that are killed, chains that forget, calls that fail: paid once, and right, all the same.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may fail loudly"
)]

mod crash;
mod faults;
mod reorgs;
mod soak;
mod stores;
mod turns;
