//! The Guerdon oracle: reads what happened on GitHub, scores it, and gets it paid.
//!
//! The modules follow the way of the data: fetch, store, score (in `guerdon-core`), batch, sign,
//! submit, claim, verify. Only `fetch` knows octocrab, only `store` knows SQL, only `chain` knows
//! the RPC, only the binary knows clap.

pub mod chain;
pub mod fetch;
pub mod keys;
pub mod link;
pub mod sign;
pub mod store;
