//! Runs `wrk` on one kind of question and reads what it found.

use crate::Args;
use eyre::{Result, WrapErr, bail, eyre};
use guerdon_tests::sandbox::output;
use std::path::PathBuf;
use tokio::process::Command;

pub struct Load<'a> {
    pub api: String,
    pub folder: PathBuf,
    pub args: &'a Args,
}

/// What came of it; times in milliseconds.
pub struct Asked {
    pub rate: f64,
    pub p50: f64,
    pub p99: f64,
    /// Of one answer, headers included.
    pub bytes: u64,
    /// Answers that were none of 200, and broken connections.
    pub bad: u64,
}

impl Load<'_> {
    /// Each request asks for one of the ids by chance, where `{}` is in the path.
    pub async fn ask(&self, path: &str, (first, step, count): &(u64, u64, u64)) -> Result<Asked> {
        let script = self.folder.join("ask.lua");
        let (before, after) = path.split_once("{}").unwrap_or((path, ""));
        let id = if path.contains("{}") {
            format!("string.format('%d', {first} + {step} * math.random(0, {count} - 1))")
        } else {
            "''".to_owned()
        };
        let text = format!(
            "math.randomseed(5)\nrequest = function()\n  return wrk.format('GET', '{before}' .. {id} .. '{after}')\nend\n"
        );
        std::fs::write(&script, text).wrap_err("cannot write the script for wrk")?;
        let mut wrk = Command::new("wrk");
        wrk.args(["--latency", "-t", "1", "-c", &self.args.connections.to_string()]);
        wrk.args(["-d", &format!("{}s", self.args.seconds), "-s"]).arg(&script).arg(&self.api);
        let done = output(wrk).await.wrap_err("is wrk installed (apt-get install wrk)?")?;
        if done.code != 0 {
            bail!("wrk failed: {}", done.stderr);
        }
        read(&done.stdout).ok_or_else(|| eyre!("wrk printed something unknown:\n{}", done.stdout))
    }
}

fn read(text: &str) -> Option<Asked> {
    let after = |name: &str| text.lines().find_map(|line| line.trim().strip_prefix(name)).map(str::trim);
    let (requests, rest) = text.lines().find_map(|line| line.trim().split_once(" requests in "))?;
    let bytes = size(rest.split_once(", ")?.1.strip_suffix(" read")?)?;
    let requests: u64 = requests.parse().ok()?;
    let numbers = |line: &str| -> u64 {
        line.split([' ', ',']).filter_map(|word| word.parse::<u64>().ok()).fold(0, u64::saturating_add)
    };
    Some(Asked {
        rate: after("Requests/sec:")?.parse().ok()?,
        p50: millis(after("50%")?)?,
        p99: millis(after("99%")?)?,
        bytes: whole(bytes)? / requests.max(1),
        bad: after("Non-2xx or 3xx responses:").map_or(0, numbers) + after("Socket errors:").map_or(0, numbers),
    })
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a size that is printed")]
fn whole(number: f64) -> Option<u64> {
    (0.0..1e18).contains(&number).then_some(number as u64)
}

fn scaled(text: &str, scales: &[(&str, f64)]) -> Option<f64> {
    let (number, scale) = scales.iter().find_map(|(unit, scale)| Some((text.strip_suffix(unit)?, scale)))?;
    Some(number.parse::<f64>().ok()? * scale)
}

fn millis(text: &str) -> Option<f64> {
    scaled(text, &[("us", 1e-3), ("ms", 1.0), ("s", 1e3), ("m", 6e4)])
}

fn size(text: &str) -> Option<f64> {
    scaled(text, &[("KB", 1024.0), ("MB", 1_048_576.0), ("GB", 1_073_741_824.0), ("B", 1.0)])
}
