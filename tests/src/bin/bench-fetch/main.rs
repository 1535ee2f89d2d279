//! What fetching costs and how fast a merge is scored: the release binary against GitHub's stand-in.
//!
//! Prints one table on stdout. Ends with 1 when a target is missed.

mod cost;
mod merges;
mod meter;
mod world;

use clap::Parser;
use eyre::{Result, WrapErr};
use guerdon::table::Table;
use guerdon_tests::github::World;
use guerdon_tests::github::sample::ORG;
use guerdon_tests::sandbox::{Options, Sandbox};
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Parser)]
struct Args {
    /// Merged pull requests that the sample org is scaled up to
    #[arg(long, default_value_t = 5_000)]
    pulls: u32,
    /// Merges whose deliveries are sent
    #[arg(long, default_value_t = 1_000)]
    deliveries: u32,
    /// Deliveries a second
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u64).range(1..=1_000))]
    rate: u64,
    /// A folder with a real organisation's archive
    #[arg(long, env = "GUERDON_DATA")]
    data: Option<PathBuf>,
}

/// One measured thing, and what it must not exceed.
pub struct Row {
    pub what: String,
    pub value: String,
    pub target: Option<(f64, f64)>,
}

impl Row {
    pub fn new(what: impl Into<String>, value: impl ToString) -> Self {
        Self { what: what.into(), value: value.to_string(), target: None }
    }

    /// Measured in the same unit as its target.
    pub fn within(what: impl Into<String>, value: f64, target: f64, unit: &str) -> Self {
        Self { what: what.into(), value: format!("{value:.1}{unit}"), target: Some((value, target)) }
    }

    fn missed(&self) -> bool {
        self.target.is_some_and(|(value, target)| value > target)
    }

    fn verdict(&self) -> String {
        let Some((_, target)) = self.target else { return String::new() };
        if self.missed() { format!("MISSED: at most {target}") } else { format!("at most {target}") }
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    match measure(Args::parse()).await {
        Ok(rows) => {
            let mut table = Table::new(&["what", ">measured", "target"]);
            rows.iter().for_each(|row| table.row([row.what.clone(), row.value.clone(), row.verdict()]));
            print!("{}", table.render(0));
            ExitCode::from(u8::from(rows.iter().any(Row::missed)))
        }
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn measure(args: Args) -> Result<Vec<Row>> {
    let folder = tempfile::tempdir()?;
    let mut rows = Vec::new();
    eprintln!("the sample org with {} merged pull requests", args.pulls);
    let (world, waiting) = world::scaled(args.pulls, args.deliveries)?;
    let sandbox = start(world, folder.path().join("sample"), ORG).await?;
    rows.extend(cost::measure(&sandbox, "sample org").await?);
    eprintln!("{} merges, {} a second", args.deliveries, args.rate);
    rows.extend(merges::measure(&sandbox, &waiting, args.rate).await?);
    drop(sandbox);
    match args.data.map(|folder| folder.join("bitcoin-core-org.tar.zst")).filter(|archive| archive.is_file()) {
        Some(archive) => {
            eprintln!("a real org");
            let world = World::from_archive(&archive).wrap_err("cannot read the real organisation")?;
            let sandbox = start(world, folder.path().join("real"), "bitcoin-core").await?;
            rows.extend(cost::measure(&sandbox, "real org").await?);
        }
        None => eprintln!("SKIPPED: the figures of a real org need GUERDON_DATA"),
    }
    Ok(rows)
}

async fn start(world: World, folder: PathBuf, organization: &str) -> Result<Sandbox> {
    world.set_rate_limit(100_000_000, 100_000_000);
    let options = Options {
        folder,
        epoch_start: world::START,
        organization: organization.to_owned(),
        bots: Vec::new(),
        reorgs: false,
    };
    let sandbox = Sandbox::start(world, &options).await?;
    sandbox.anvil.warp(world::NOW).await?;
    Ok(sandbox)
}
