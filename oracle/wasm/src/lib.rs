//! Batches rebuilt, and policies tried, where there is no operating system: takes evidence files and
//! policies, gives hashes, entries and figures as JSON. Never asks a server, and computes as the oracles do,
//! bit for bit.
//!
//! Every number in an answer is a string of decimal digits: JavaScript's numbers cannot hold an amount. What
//! went wrong is `{"error": "...", "kind": "..."}`, beside the hashes that are known all the same.

mod desk;
mod digits;
#[cfg(target_arch = "wasm32")]
mod exports;
mod rebuilt;

pub use desk::Desk;
pub use rebuilt::Rebuilt;
