//! Behaviour of the pure crate: evidence files, policies, scoring, batches, verification.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test may fail loudly")]

mod agreement;
mod attack;
mod bad_lines;
mod batch;
mod classify;
mod docs;
mod evidence;
mod examples;
mod fairness;
mod golden;
mod hostile;
mod keys;
mod money;
mod paths;
mod policy;
mod replay;
mod rules;
mod score;
mod sums;
mod verify;
mod world;
