//! The Guerdon oracle: reads what happened on GitHub, scores it, and gets it paid.
//!
//! The modules follow the way of the data: fetch, store, score (in `guerdon-core`), batch, sign,
//! submit, claim, verify. Only `fetch` knows octocrab, only `store` knows SQL, only `chain` knows
//! the RPC, only `witness` knows a language model, only the binary knows clap.

// The AWS SDK nests its futures deeper than the compiler looks by itself.
#![cfg_attr(feature = "kms", recursion_limit = "256")]

pub mod amount;
pub mod api;
pub mod audit;
pub mod batching;
pub mod books;
pub mod chain;
pub mod config;
pub mod cut;
pub mod doctor;
pub mod explain;
pub mod fault;
pub mod fetch;
pub mod figures;
pub mod import;
pub mod keys;
pub mod link;
pub mod linking;
pub mod logs;
pub mod mirrors;
pub mod notify;
pub mod oracle;
pub mod peers;
pub mod plain;
pub mod policies;
pub mod provisional;
pub mod record;
pub mod run;
pub mod sign;
pub mod simulate;
pub mod snapshot;
pub mod status;
pub mod store;
pub mod submit;
pub mod table;
pub mod watch;
pub mod webhook;
pub mod witness;
