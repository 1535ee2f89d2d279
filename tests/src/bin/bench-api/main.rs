//! How fast the API answers with a hundred thousand contributors: the release binary on a sandbox whose
//! epoch 1 was scored, signed, posted, published and credited, and `wrk` asking it.
//!
//! Prints one table on stdout. Ends with 1 when a target is missed or an answer is not a good one.

#[path = "../../../../oracle/core/examples/bench-score/epoch.rs"]
mod epoch;
mod load;
mod world;

use clap::Parser;
use eyre::{Result, WrapErr};
use guerdon::table::Table;
use load::{Asked, Load};
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Parser)]
struct Args {
    /// How many contributors
    #[arg(long, default_value_t = 100_000, value_parser = clap::value_parser!(u64).range(100..=1_000_000))]
    contributors: u64,
    /// Seconds for each kind of question
    #[arg(long, default_value_t = 15, value_parser = clap::value_parser!(u64).range(1..=600))]
    seconds: u64,
    /// Connections of the load tool, which uses one thread
    #[arg(long, default_value_t = 32, value_parser = clap::value_parser!(u64).range(1..=500))]
    connections: u64,
    /// Where the sandbox is made; removed afterwards
    #[arg(long, value_name = "DIR", default_value = "target")]
    folder: PathBuf,
}

/// Requests a second at least, and milliseconds of the slowest hundredth at most.
const TARGET: (f64, f64) = (5_000.0, 20.0);

#[tokio::main]
async fn main() -> Result<ExitCode> {
    let args = Args::parse();
    std::fs::create_dir_all(&args.folder).wrap_err("cannot make the folder")?;
    let folder = tempfile::tempdir_in(&args.folder).wrap_err("cannot make a folder")?;
    let world = world::World::make(folder.path(), args.contributors).await?;
    eprintln!("starting the daemon");
    let daemon = world.sandbox.daemon_with(world::CONFIG).await?;
    world.ready(&daemon).await?;
    let load = Load { api: daemon.api.clone(), folder: folder.path().to_owned(), args: &args };
    let before = world::resident(daemon.id());
    let ids = world.ids();
    let of = |path: &str| format!("/v1/contributors/{{}}{path}");
    let questions = [
        ("/healthz, the same run's measure", "/healthz".to_owned(), false),
        ("an account, any of all", of(""), true),
        ("an explanation, any of all", of("/explain"), true),
        ("a page of 100 contributors, anywhere", "/v1/contributors?after={}".to_owned(), false),
        ("a page of 100 entries, anywhere", "/v1/epochs/1/entries?after={}".to_owned(), false),
        ("all epochs", "/v1/epochs".to_owned(), false),
    ];
    let mut table = Table::new(&["question", ">requests/s", ">p50", ">p99", ">bytes", ">bad", "target"]);
    let mut kept = true;
    for (what, path, aimed) in questions {
        eprintln!("asking for {what}");
        let Asked { rate, p50, p99, bytes, bad } = load.ask(&path, &ids).await?;
        let good = bad == 0 && (!aimed || (rate >= TARGET.0 && p99 <= TARGET.1));
        kept &= good;
        let target = match (aimed, good) {
            (true, true) => format!("{} a second, {} ms", TARGET.0, TARGET.1),
            (true, false) => format!("MISSED: {} a second, {} ms", TARGET.0, TARGET.1),
            (false, _) => String::new(),
        };
        let shown = |milli: f64| format!("{milli:.2} ms");
        table.row([
            what.to_owned(),
            format!("{rate:.0}"),
            shown(p50),
            shown(p99),
            bytes.to_string(),
            bad.to_string(),
            target,
        ]);
    }
    print!("{}", table.render(0));
    let after = world::resident(daemon.id());
    let mega = |bytes: Option<u64>| bytes.map_or("?".to_owned(), |bytes| (bytes / 1_000_000).to_string());
    println!(
        "{} contributors, {} of them with an account on the chain; the store has {} MB. Memory of the daemon: {} MB when it was \
         ready, {} MB at the end. {} connections, one thread of wrk on the same machine of {} cores; the rate of an \
         address is counted, at a limit that is not reached.",
        world.contributors,
        world.accounts,
        world.store_bytes()? / 1_000_000,
        mega(before),
        mega(after),
        args.connections,
        std::thread::available_parallelism().map_or(0, std::num::NonZero::get),
    );
    daemon.stop().await?;
    Ok(ExitCode::from(u8::from(!kept)))
}
