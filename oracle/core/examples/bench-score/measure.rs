//! Takes an evidence file's bytes, gives what each stage took.

use crate::Result;
use crate::epoch::policy;
use guerdon_core::evidence::{self, Evidence};
use guerdon_core::{batch, score};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::hint::black_box;
use std::time::Instant;

#[derive(Serialize, Deserialize)]
pub struct Measured {
    pub facts: u64,
    pub lines: u64,
    pub bytes: u64,
    pub hash: u64,
    pub read: u64,
    pub score: u64,
    pub batch: u64,
    /// Of the whole process, bytes; absent where the system does not tell.
    pub peak: Option<u64>,
    pub items: usize,
    pub entries: usize,
    /// serde_json, line by line into values, one core.
    pub parse: u64,
    /// One SHA-256.
    pub sha256: u64,
}

/// The bytes are let go when they are read, as a program that has them on disk would do.
pub fn measure(file: &str) -> Result<Measured> {
    let policy = policy()?;
    let bytes = std::fs::read(file)?;
    // Side by side, as verification does.
    let (read, ((hash, _), evidence)) =
        timed(|| rayon::join(|| timed(|| evidence::hash(&bytes)), || Evidence::from_bytes(&bytes)));
    drop(bytes);
    let evidence = evidence?;
    let (score, outcome) = timed(|| score::score(&evidence, &policy));
    let outcome = outcome?;
    let (batch, entries_hash) = timed(|| batch::entries_hash(&outcome.entries));
    black_box(entries_hash?);
    let peak = peak();
    let (facts, entries, items) = (evidence.facts.len(), outcome.entries.len(), outcome.items.len());
    drop((evidence, outcome));
    let bytes = std::fs::read(file)?;
    let (parse, lines) = timed(|| -> Result<u64> {
        let mut lines = 0;
        for line in bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
            black_box(serde_json::from_slice::<serde_json::Value>(line)?);
            lines += 1;
        }
        Ok(lines)
    });
    let (sha256, _) = timed(|| Sha256::digest(&bytes));
    let (facts, bytes, lines) = (u64::try_from(facts)?, u64::try_from(bytes.len())?, lines?);
    Ok(Measured { facts, lines, bytes, hash, read, score, batch, peak, items, entries, parse, sha256 })
}

fn timed<T>(act: impl FnOnce() -> T) -> (u64, T) {
    let start = Instant::now();
    let made = black_box(act());
    (u64::try_from(start.elapsed().as_nanos()).unwrap_or(u64::MAX), made)
}

/// The most memory that this process ever held, as Linux counts it.
fn peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()? * 1024)
}

#[allow(clippy::cast_precision_loss, reason = "for printing")]
impl Measured {
    pub fn nanos(&self) -> u64 {
        self.read + self.score + self.batch
    }

    pub fn seconds(&self) -> f64 {
        self.nanos() as f64 / 1e9
    }

    pub fn row(&self) -> String {
        let share = |nanos: u64| format!("{:.1}%", 100.0 * nanos as f64 / self.nanos() as f64);
        let times = |nanos: u64| format!("{:.2}", self.nanos() as f64 / nanos as f64);
        format!(
            "{:>9} {:>7} {:>8.3} {:>7} {:>7} {:>7} {:>7} {:>8} {:>8} {:>8} {:>7} {:>9} {:>9}",
            self.facts,
            self.bytes / self.lines.max(1),
            self.seconds(),
            share(self.hash),
            share(self.read),
            share(self.score),
            share(self.batch),
            self.nanos() / self.facts.max(1),
            self.peak.map_or("?".to_owned(), |peak| (peak / 1_000_000).to_string()),
            self.entries,
            self.items,
            times(self.parse),
            times(self.sha256),
        )
    }
}
