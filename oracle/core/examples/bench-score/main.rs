//! How fast a large epoch is read, scored, apportioned and batched, and in how much memory.
//!
//! `bench-score` makes up epochs of ten thousand, a hundred thousand and a million facts (or of the
//! numbers given), measures each in a process of its own, beside what two well-known tools need for the
//! same bytes, prints a table and ends with 1 when the target for a million is missed.
#![allow(clippy::disallowed_types, clippy::disallowed_methods, reason = "a tool beside the crate reads and measures")]
#![allow(clippy::float_arithmetic, reason = "for printing ratios")]

mod epoch;
mod measure;

use measure::Measured;
use std::error::Error;
use std::path::Path;
use std::process::{Command, ExitCode};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// Of a million facts on two cores.
const TARGET: (u64, f64, u64) = (1_000_000, 2.0, 1_000_000_000);
/// Each size is measured as often, in fresh processes; the fastest run is printed.
const RUNS: usize = 3;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let done = match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["write", facts, file] => write(facts, file),
        ["measure", file] => measure_file(file),
        [] => table(&[10_000, 100_000, 1_000_000]),
        sizes => {
            sizes.iter().map(|size| Ok(size.parse()?)).collect::<Result<Vec<u64>>>().and_then(|sizes| table(&sizes))
        }
    };
    match done {
        Ok(kept) => ExitCode::from(u8::from(!kept)),
        Err(error) => {
            eprintln!("error: {error}\nusage: bench-score [FACTS...] | write FACTS FILE | measure FILE");
            ExitCode::FAILURE
        }
    }
}

fn write(facts: &str, file: &str) -> Result<bool> {
    std::fs::write(file, epoch::evidence(facts.parse()?)?.to_bytes()?)?;
    Ok(true)
}

fn measure_file(file: &str) -> Result<bool> {
    println!("{}", serde_json::to_string(&measure::measure(file)?)?);
    Ok(true)
}

/// Whether the target was kept.
fn table(sizes: &[u64]) -> Result<bool> {
    let file = std::env::temp_dir().join(format!("guerdon-bench-score-{}.jsonl", std::process::id()));
    let measured = sizes.iter().map(|size| in_processes(*size, &file)).collect::<Result<Vec<Measured>>>();
    std::fs::remove_file(&file).ok();
    let measured = measured?;
    println!(
        "{:>9} {:>7} {:>8} {:>7} {:>7} {:>7} {:>7} {:>8} {:>8} {:>8} {:>7} {:>9} {:>9}",
        "facts",
        "bytes",
        "seconds",
        "hash",
        "read",
        "score",
        "batch",
        "ns/fact",
        "peak MB",
        "entries",
        "items",
        "/parse",
        "/sha256"
    );
    measured.iter().for_each(|one| println!("{}", one.row()));
    println!(
        "bytes: mean of a line. hash, read, score, batch: shares; hashing runs beside reading. /parse: times what serde_json needs to parse the\n\
         lines into values on one core. /sha256: times what one SHA-256 of the file needs. Fastest of {RUNS} runs."
    );
    let (facts, seconds, bytes) = TARGET;
    let kept =
        |one: &Measured| one.facts != facts || (one.seconds() <= seconds && one.peak.is_none_or(|peak| peak <= bytes));
    let all = measured.iter().all(kept);
    if !all {
        eprintln!("MISSED: {facts} facts in at most {seconds} s and {} MB", bytes / 1_000_000);
    }
    Ok(all)
}

fn in_processes(facts: u64, file: &Path) -> Result<Measured> {
    let run = |arguments: &[&str]| -> Result<Vec<u8>> {
        let done = Command::new(std::env::current_exe()?).args(arguments).output()?;
        if !done.status.success() {
            return Err(String::from_utf8_lossy(&done.stderr).into());
        }
        Ok(done.stdout)
    };
    let path = file.to_str().ok_or("the temporary folder's name is not UTF-8")?;
    run(&["write", &facts.to_string(), path])?;
    let runs = (0..RUNS).map(|_| Ok(serde_json::from_slice(&run(&["measure", path])?)?));
    let runs = runs.collect::<Result<Vec<Measured>>>()?;
    runs.into_iter().min_by_key(Measured::nanos).ok_or_else(|| "no run".into())
}
