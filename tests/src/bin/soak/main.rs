//! `make soak`: a year of epochs with kills and faults, and a kill at every point of an epoch.

use clap::Parser;
use guerdon_tests::chaos::crash::{Tally, rehearse, spread};
use guerdon_tests::chaos::soak::{Options, Report, Season, plan_of, run};
use guerdon_tests::chaos::town::{Plan, Town};
use guerdon_tests::chaos::year::stretched;
use guerdon_tests::chaos::{ChaosError, Result};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

/// The epochs whose points are tried one by one.
const CRASH_EPOCHS: u64 = 2;
/// How many points are tried between two lines of progress.
const TOLD_EVERY: usize = 50;
/// Fewer points than this and the test would not say much.
const LEAST_POINTS: usize = 200;

/// Kills daemons at every point of an epoch, then lives through a year of epochs with random kills and faults.
#[derive(Parser)]
struct Args {
    /// How many weekly epochs
    #[arg(long, default_value_t = 52)]
    epochs: u64,
    /// Where chance begins; the same seed gives the same kills and faults
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How many of a hundred calls to the chain and to GitHub fail
    #[arg(long, default_value_t = 3)]
    faults: u64,
    /// A data set (.tar.zst or a folder) instead of the sample organisation
    #[arg(long)]
    data: Option<PathBuf>,
    /// The first day of epoch 1 of a data set
    #[arg(long, default_value = "2023-03-06", value_parser = date)]
    from: u64,
    /// How many fault points to die at; all of them when absent
    #[arg(long)]
    points: Option<usize>,
}

fn date(text: &str) -> std::result::Result<u64, String> {
    let seconds = guerdon_tests::github::time::parse(text).and_then(|at| u64::try_from(at).ok());
    seconds.ok_or_else(|| "a day is written like 2023-03-06".to_owned())
}

#[tokio::main]
async fn main() -> ExitCode {
    let args = Args::parse();
    let done = async {
        crash(args.points.unwrap_or(usize::MAX)).await?;
        year(args).await
    };
    match done.await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {}", guerdon::run::chain_of(&error));
            ExitCode::FAILURE
        }
    }
}

async fn crash(wanted: usize) -> Result<()> {
    if wanted == 0 {
        return Ok(());
    }
    let began = Instant::now();
    let town = Town::start(Plan::sample()?).await?;
    let mut tally = Tally::default();
    for mut rehearsal in rehearse(&town, CRASH_EPOCHS).await? {
        let (epoch, total) = (rehearsal.epoch, rehearsal.points.len());
        let points = spread(total, wanted.div_ceil(2));
        eprintln!("epoch {epoch}: dying at {} of its {total} points", points.len());
        for (nth, point) in points.iter().copied().enumerate() {
            if nth > 0 && nth.is_multiple_of(TOLD_EVERY) {
                eprintln!("epoch {epoch}: {nth} of {}, {} s", points.len(), began.elapsed().as_secs());
            }
            match rehearsal.killed_at(&town, point).await? {
                Some(name) => *tally.died.entry(name).or_default() += 1,
                None => tally.missed += 1,
            }
        }
    }
    println!(
        "killed at {} points of {CRASH_EPOCHS} epochs ({} more were not reached), in {} s; every time the same was paid \
         once\n{}",
        tally.deaths(),
        tally.missed,
        began.elapsed().as_secs(),
        tally.table()
    );
    if wanted >= LEAST_POINTS && tally.deaths() < LEAST_POINTS {
        let problem = format!("only {} points were reached", tally.deaths());
        return Err(ChaosError::Wrong { epoch: CRASH_EPOCHS, problem });
    }
    Ok(())
}

async fn year(args: Args) -> Result<()> {
    let Args { epochs, seed, faults, data, from, .. } = args;
    if epochs == 0 {
        return Ok(());
    }
    let began = Instant::now();
    let plan = match &data {
        Some(data) => plan_of(data, from, epochs)?,
        None => stretched(epochs, seed)?,
    };
    println!("{}: {epochs} epochs from {}, seed {seed}", plan.organization, plan.start);
    println!("epoch  entries         units  kills  calls (failed)  requests (failed)  memory KiB  store KiB  seconds");
    let report = run(Options { plan, epochs, seed, percent: faults }, line).await?;
    summary(&report);
    println!("in {} s", began.elapsed().as_secs());
    if report.verified as u64 != epochs {
        let problem = format!("`guerdon verify` accepts {} of {epochs} epochs", report.verified);
        return Err(ChaosError::Wrong { epoch: epochs, problem });
    }
    Ok(())
}

fn line(season: &Season) {
    println!(
        "{:>5}  {:>7}  {:>12}  {:>5}  {:>5} {:>8}  {:>8} {:>8}  {:>10}  {:>9}  {:>7.1}",
        season.epoch,
        season.entries,
        season.paid,
        season.kills,
        season.calls,
        format!("({})", season.call_faults),
        season.requests,
        format!("({})", season.request_faults),
        season.memory,
        season.stored / 1024,
        season.took.as_secs_f64()
    );
}

fn summary(report: &Report) {
    let paid = report.seasons.iter().filter(|season| season.entries > 0).count();
    println!(
        "{} epochs: {paid} paid once, {} paid nobody, {} verified; {} daemon(s), {} kills; {} calls to the chain, {} \
         failed; {} requests to GitHub, {} failed",
        report.seasons.len(),
        report.seasons.len() - paid,
        report.verified,
        report.daemons,
        report.sum(|season| season.kills),
        report.sum(|season| season.calls as u64),
        report.sum(|season| season.call_faults as u64),
        report.sum(|season| season.requests as u64),
        report.sum(|season| season.request_faults),
    );
    let (first, second) = report.growth(|season| season.stored);
    println!("the stores grow by {first} bytes an epoch in the first half, {second} in the second");
    let (first, second) = report.growth(|season| season.memory);
    println!("the largest daemon grows by {first} KiB an epoch in the first half, {second} in the second");
}
