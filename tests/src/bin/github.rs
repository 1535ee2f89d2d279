//! Serves the GitHub stand-in alone, for trying queries by hand or pointing a daemon at it.
//!
//! Prints the address on stdout, everything else on stderr, and serves until it is interrupted.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Parser;
use eyre::{Context, OptionExt};
use guerdon_tests::github::{Server, World, schema_path, time};

/// A GitHub in memory that speaks HTTP
#[derive(Parser)]
struct Options {
    /// An organisation's archive (.tar.zst or directory); the built-in meadowlark-sample without it
    #[arg(long, env = "DATA")]
    data: Option<PathBuf>,
    /// Where to listen; port 0 takes a free one
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// The token requests must carry
    #[arg(long, default_value = "stand-in-token")]
    token: String,
    /// Show the world as it was at this moment (ISO 8601, as 2025-01-13T00:00:00Z)
    #[arg(long)]
    clock: Option<String>,
}

#[tokio::main]
async fn main() -> eyre::Result<()> {
    let options = Options::parse();
    if !schema_path().is_file() {
        eprintln!("warning: GitHub's GraphQL schema is not installed, queries will fail; run `make setup`");
    }
    let world = match &options.data {
        Some(path) => World::from_archive(path).wrap_err("cannot load the archive")?,
        None => World::sample().wrap_err("cannot build the sample organisation")?,
    };
    if let Some(clock) = &options.clock {
        let at = time::parse(clock);
        world.set_clock(at.ok_or_eyre("--clock is no ISO 8601 time; write it as 2025-01-13T00:00:00Z")?);
    }
    for repository in &world.load_report().repositories {
        eprintln!("{}: {} pull requests, {} issues", repository.name, repository.pulls, repository.issues);
    }
    let server = Server::start_at(world, &options.token, options.listen).await.wrap_err("cannot listen")?;
    println!("{}", server.base_url());
    tokio::signal::ctrl_c().await.wrap_err("cannot wait for an interrupt")?;
    Ok(())
}
