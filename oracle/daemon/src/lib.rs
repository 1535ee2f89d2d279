//! The Guerdon oracle: reads what happened on GitHub, scores it, and gets it paid.
//!
//! The modules follow the way of the data: fetch, store, score (in `guerdon-core`), batch, sign,
//! submit, claim, verify. Only `fetch` knows octocrab, only `store` knows SQL, only `chain` knows
//! the RPC, only `witness` knows a language model, only the binary knows clap.

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
pub mod oracle;
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
pub mod webhook;
pub mod witness;
