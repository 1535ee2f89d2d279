//! The watchtower: takes what is posted on the chain, judges every batch that can still be challenged, and
//! alerts. With a wallet it challenges what is wrong.
//!
//! It keeps nothing: what was posted and challenged is read from the chain's events, so that it may be killed
//! and started anywhere. It never challenges because something could not be checked, nor twice the same, nor
//! for what only GitHub says: that is for people to judge.

mod alert;
mod challenge;
mod history;
mod look;
mod webhook;

pub use alert::{Alert, Kind};
pub use challenge::Challenger;
pub use history::History;
pub use look::{Look, Watcher};
pub use webhook::Webhook;
