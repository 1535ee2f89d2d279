//! Guerdon's pure heart: evidence and a policy in, line items and a reward batch out.
//!
//! Everything here is a function of its arguments. There is no clock, environment, I/O, float or
//! unordered map in this crate, so two strangers who hold the same evidence file and the same
//! policy compute the same batch bit for bit, natively or in a browser.

#![deny(clippy::float_arithmetic, clippy::disallowed_types, clippy::disallowed_methods)]
#![cfg_attr(test, allow(clippy::disallowed_types, reason = "tests read the vectors that the contracts share"))]

pub mod agreement;
pub mod attack;
pub mod batch;
pub mod canonical;
pub mod classify;
pub mod evidence;
pub mod fairness;
pub mod model;
pub mod policy;
pub mod replay;
pub mod score;
pub mod simulate;
pub mod verify;

pub use alloy_primitives::{Address, B256, keccak256};
