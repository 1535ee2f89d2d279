//! Three daemons, each with its own key, store and view of GitHub, of which one may be dead, late or lying.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test may fail loudly")]

mod absent;
mod impostor;
mod liars;
mod trio;
mod witnesses;
