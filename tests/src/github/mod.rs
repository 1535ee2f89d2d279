//! A GitHub in memory that speaks HTTP: repositories, people, pull requests, issues, reviews, timelines and gists.
//!
//! Takes a world (the built-in organisation, an archive of a real one, or one made by hand), gives a server that
//! answers GraphQL validated against GitHub's published schema, and the REST endpoints an oracle needs. It never
//! reaches the network, and never answers a field it does not model with a silent null.
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use guerdon_tests::github::{Server, World};
//! let world = World::sample()?;
//! let server = Server::start(world.clone(), "token").await?;
//! world.set_clock(1_736_726_400); // Monday 2025-01-13: the second week is still to come
//! println!("{}", server.graphql_url());
//! # Ok(())
//! # }
//! ```

mod access;
mod acts;
mod app;
pub mod archive;
mod changes;
mod discussions;
mod faults;
mod files;
mod graphql;
pub mod model;
mod moves;
mod people;
mod reply;
mod rest;
pub mod sample;
mod schema;
mod server;
mod spoil;
mod state;
mod text;
pub mod time;
mod view;
pub mod webhook;
mod world;

pub use access::{App, AppKey, Installation};
pub use acts::{Place, PullDraft};
pub use archive::window::{Change, Window};
pub use archive::{ArchiveError, LoadReport};
pub use faults::{Budget, Fault, Request, Wait};
pub use schema::{SchemaError, path as schema_path};
pub use server::Server;
pub use state::{NodeRef, State, StateError};
pub use view::Clock;
pub use world::{GistRef, World};
