//! Fetch: takes GitHub (GraphQL for bulk, REST for review comments), gives records in the store, and
//! facts as of a cutoff from records.
//!
//! The only module that knows octocrab. Records keep ids and what the rules need, never bodies (these are
//! read anew for who judges them, and handed on); what
//! parses text is fixed by [`guerdon_core::evidence::FETCH`]. Turning records into facts is a pure
//! function: the clock that counts is the caller's cutoff. It never scores.

mod account;
mod answer;
mod attributes;
mod commands;
mod connections;
mod error;
mod exported;
mod facts;
mod gists;
mod github;
mod heads;
mod history;
mod load;
mod normalise;
mod objects;
mod overflow;
mod progress;
mod pull_text;
mod queries;
mod record;
mod replay;
mod reread;
mod retry;
mod rows;
mod signature;
mod sync;
mod text;
mod time;
mod trailers;

pub use error::FetchError;
pub(crate) use exported::{Exported, is_time, seconds};
pub use facts::{Window, facts};
pub use gists::{Gist, GistFile};
pub use github::{
    Access, AppAccess, Budget, GitHub, GitHubOptions, Identity, Installation, Limit, Patience, Reading, Usage,
    graphql_url,
};
pub use history::history;
pub use load::{load, load_history, load_threads};
pub use progress::{Bar, Progress, Quiet, progress};
pub use pull_text::{Patch, PullText};
pub use queries::QUERIES;
pub use record::{
    AcceptedAnswer, CloseEvent, CommentRecord, CommitCloser, DiscussionRecord, Excluding, IssueEvent, IssueRecord,
    LabelEvent, PullCloser, PullRecord, Records, Rename, Revert, ReviewEvent, Spoken, Thanks, UnmergedRecord,
};
pub use reread::reread_threads;
pub use signature::is_signed;
pub use sync::{FetchPlan, FetchReport, RepositoryReport, fetch, refresh};
pub use text::verdict_of;
pub(crate) use time::{date, month};
