//! The one binary. stdout carries the result only; everything else goes to stderr.

mod cli;

use clap::Parser;
use std::io::IsTerminal;
use std::process::ExitCode;
use tracing_subscriber::EnvFilter;

fn main() -> ExitCode {
    let args = cli::Args::parse();
    log(&args);
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&eyre::Report::new(error).wrap_err("cannot start the async runtime")),
    };
    match runtime.block_on(cli::dispatch(args)) {
        Ok(code) => code,
        Err(report) => fail(&report),
    }
}

/// One line: the error and what caused it.
fn fail(report: &eyre::Report) -> ExitCode {
    eprintln!("error: {}", guerdon::run::chain_of(report.as_ref()));
    ExitCode::FAILURE
}

fn log(args: &cli::Args) {
    let level = if args.is_daemon() { "info" } else { "warn" };
    // What octocrab reports comes back as an error, and is told once.
    let filter =
        EnvFilter::try_from_env("GUERDON_LOG").unwrap_or_else(|_| EnvFilter::new(format!("{level},octocrab=off")));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    if args.is_daemon() && !std::io::stderr().is_terminal() {
        // The innermost span says where: each of them has all the fields that are known there.
        builder.json().with_span_list(false).init();
    } else {
        builder.compact().with_ansi(std::io::stderr().is_terminal()).init();
    }
}
