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
    /// The first second of epoch 1 of a data set, UTC seconds
    #[arg(long, requires = "data")]
    from: Option<u64>,
    /// How many weekly epochs
    #[arg(long)]
    epochs: Option<u64>,
}

#[tokio::main]
async fn main() -> ExitCode {
    let args = Args::parse();
    let options = Options {
        folder: root().join("target/demo"),
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
