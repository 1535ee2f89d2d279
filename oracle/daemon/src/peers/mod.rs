//! Several oracles, none of which trusts another: takes what each of them holds, gives one batch that enough of
//! them sign, or a list of what differs.
//!
//! At the cutoff each oracle seals the list of its items and shows it to the others; reads once more what
//! differs; and seals that. What k of the sealed lists have in common is the evidence, the rest is carried.
//! From there on everything is computed: whoever has the same lists has the same batch. The proposer of the
//! hour asks the others to sign it. A key signs one batch in a round and stores it before it is shown.
//!
//! Nothing here believes a peer: what it says is signed by its key, and counts as one of n.

mod adopt;
mod auth;
mod build;
mod client;
mod decide;
mod exchange;
mod judge;
mod message;
mod sealed;
mod settings;
mod told;

pub use auth::{AuthError, Guard, Signed, answer};
pub use client::{PeerError, Peers};
pub use decide::Decision;
pub use message::{
    Ask, Decided, DecisionAsk, Differs, HoldingsAnswer, HoldingsAsk, ItemsAnswer, ItemsAsk, MAX_MESSAGE, Reason,
    Refusal, Verdict, Vote,
};
pub use sealed::Sealed;
pub use settings::{PeerConfig, Turns};
pub use told::Told;
