//! `make demo`.

use clap::Parser;
use guerdon_tests::demo::{Options, run};
use guerdon_tests::sandbox::root;
use std::path::PathBuf;
use std::process::ExitCode;

/// Pays a sample organisation, or a data set, end to end on a local chain.
#[derive(Parser)]
struct Args {
    /// Exit after the summary
    #[arg(long)]
    once: bool,
    /// A data set (.tar.zst or a folder) instead of the sample org
    #[arg(long)]
    data: Option<PathBuf>,
    /// The first day of epoch 1 of a data set, as 2023-03-06
    #[arg(long, requires = "data", value_parser = date)]
    from: Option<u64>,
    /// Where everything goes, instead of target/demo
    #[arg(long)]
    folder: Option<PathBuf>,
    /// How many weekly epochs
    #[arg(long)]
    epochs: Option<u64>,
}

fn date(text: &str) -> Result<u64, String> {
    let seconds = guerdon_tests::github::time::parse(text).and_then(|at| u64::try_from(at).ok());
    seconds.ok_or_else(|| "a day is written like 2023-03-06".to_owned())
}

#[tokio::main]
async fn main() -> ExitCode {
    let args = Args::parse();
    let options = Options {
        folder: args.folder.unwrap_or_else(|| root().join("target/demo")),
        data: args.data,
        from: args.from,
        epochs: args.epochs,
        once: args.once,
    };
    match run(options).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {}", guerdon::run::chain_of(&error));
            ExitCode::FAILURE
        }
    }
}
