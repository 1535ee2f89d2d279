//! The GitHub stand-in, asked over HTTP: what GitHub's schema allows is answered, everything else is refused.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests fail by panicking")]

#[path = "github/acts.rs"]
mod acts;
#[path = "github/app.rs"]
mod app;
#[path = "github/archive.rs"]
mod archive;
#[path = "github/client.rs"]
mod client;
#[path = "github/faults.rs"]
mod faults;
#[path = "github/fields.rs"]
mod fields;
#[path = "github/graphql.rs"]
mod graphql;
#[path = "github/queries.rs"]
mod queries;
#[path = "github/recordings.rs"]
mod recordings;
#[path = "github/rest.rs"]
mod rest;
#[path = "github/sample.rs"]
mod sample;
#[path = "github/webhook.rs"]
mod webhook;
#[path = "github/window.rs"]
mod window;
