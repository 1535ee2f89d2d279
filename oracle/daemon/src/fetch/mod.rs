//! Fetch: takes GitHub (GraphQL for bulk, REST for review comments), gives records in the store, and
//! facts as of a cutoff from records.
//!
//! The only module that knows octocrab. Records keep ids and what the rules need, never bodies; what
//! parses text is fixed by [`guerdon_core::evidence::FETCH`]. Turning records into facts is a pure
//! function: the clock that counts is the caller's cutoff. It never scores.

mod account;
mod answer;
mod error;
mod facts;
mod gists;
mod github;
mod history;
mod load;
mod normalise;
mod overflow;
mod progress;
mod queries;
mod record;
mod replay;
mod retry;
mod sync;
mod text;
mod time;

pub use error::FetchError;
pub use facts::{Window, facts};
pub use gists::{Gist, GistFile};
pub use github::{GitHub, GitHubOptions, Patience, Usage};
pub use history::history;
pub use load::load;
pub use progress::{Bar, Progress, Quiet, progress};
pub use record::{
    CloseEvent, CommentRecord, CommitCloser, IssueEvent, IssueRecord, LabelEvent, PullCloser, PullRecord, Records,
    Rename, Revert, ReviewEvent, Spoken,
};
pub use sync::{FetchPlan, FetchReport, RepositoryReport, fetch};
pub use text::verdict_of;
