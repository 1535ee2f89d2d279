//! Prints what the classifier sees and says, for training and measuring.
//!
//! Standard input is JSON lines `{"title", "labels", "files": [[path, additions, deletions]]}`.
//! `kinds features` prints the groups of hashed features of each; `kinds classify [WEIGHTS]` prints
//! `[kind, confidence, scores]`; `kinds bench` prints titles a second on one core.
#![allow(clippy::disallowed_types, clippy::disallowed_methods, reason = "a tool beside the crate reads and measures")]
#![allow(clippy::indexing_slicing, reason = "into tables in this file, by a number below their length")]

use guerdon_core::classify::features::Features;
use guerdon_core::classify::model::Model;
use guerdon_core::classify::{WEIGHTS, classify, classify_by};
use guerdon_core::model::{Change, FileChange};
use serde::Deserialize;
use std::error::Error;
use std::hint::black_box;
use std::io::{BufRead, BufWriter, Write};
use std::time::{Duration, Instant};

#[derive(Deserialize)]
struct Line {
    title: String,
    #[serde(default)]
    labels: Vec<String>,
    files: Vec<(String, u64, u64)>,
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["features"] => each_line(|line, out| {
            let features = Features::of(&line.title, &changes(&line.files));
            Ok(serde_json::to_writer(out, &features.groups)?)
        }),
        ["classify"] => classify_lines(WEIGHTS),
        ["classify", path] => classify_lines(&std::fs::read(path)?),
        ["bench"] => bench(),
        _ => Err("usage: kinds features | classify [WEIGHTS] | bench".into()),
    }
}

fn changes(files: &[(String, u64, u64)]) -> Vec<FileChange> {
    let change = |(path, additions, deletions): &(String, u64, u64)| FileChange {
        path: path.clone(),
        additions: *additions,
        deletions: *deletions,
        change: Change::Modified,
    };
    files.iter().map(change).collect()
}

fn each_line(mut act: impl FnMut(&Line, &mut dyn Write) -> Result<(), Box<dyn Error>>) -> Result<(), Box<dyn Error>> {
    let mut out = BufWriter::new(std::io::stdout().lock());
    for (number, line) in (1..).zip(std::io::stdin().lock().lines()) {
        let line: Line = serde_json::from_str(&line?).map_err(|error| format!("line {number}: {error}"))?;
        act(&line, &mut out)?;
        writeln!(out)?;
    }
    Ok(out.flush()?)
}

fn classify_lines(weights: &[u8]) -> Result<(), Box<dyn Error>> {
    let model = Model::parse(weights)?;
    each_line(|line, out| {
        let files = changes(&line.files);
        let said = classify_by(&model, &line.title, line.labels.iter().map(String::as_str), &files);
        let scores = model.scores(&Features::of(&line.title, &files));
        Ok(serde_json::to_writer(out, &(said.kind, said.confidence, scores))?)
    })
}

/// Made-up changes: titles of five to eleven words, one to six files.
fn bench() -> Result<(), Box<dyn Error>> {
    const VERBS: [&str; 8] = ["add", "fix", "document", "test", "simplify", "bump", "remove", "handle"];
    const NOUNS: [&str; 9] = [
        "the parser",
        "retries",
        "a flag",
        "error messages",
        "wide characters",
        "the cache",
        "CI",
        "empty input",
        "links",
    ];
    const PATHS: [&str; 6] = [
        "src/parser/mod.rs",
        "src/http/client.rs",
        "tests/http.rs",
        "docs/guide/retries.md",
        "Cargo.toml",
        ".github/workflows/ci.yml",
    ];
    let mut state = 1u64;
    let mut next = |below: usize| -> Result<usize, std::num::TryFromIntError> {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        Ok(usize::try_from(state >> 33)? % below)
    };
    let mut changes = Vec::new();
    for _ in 0..10_000 {
        let (verb, a, b, c) = (next(VERBS.len())?, next(NOUNS.len())?, next(NOUNS.len())?, next(NOUNS.len())?);
        let title = format!("{} {} in {} when {} is used", VERBS[verb], NOUNS[a], NOUNS[b], NOUNS[c]);
        let mut files = Vec::new();
        for path in PATHS.iter().take(1 + next(PATHS.len())?) {
            let (additions, deletions) = (u64::try_from(next(300)?)?, u64::try_from(next(100)?)?);
            files.push(FileChange { path: (*path).to_owned(), additions, deletions, change: Change::Modified });
        }
        changes.push((title, files));
    }
    let (start, mut titles) = (Instant::now(), 0u64);
    while start.elapsed() < Duration::from_secs(3) {
        for (title, files) in &changes {
            black_box(classify(black_box(title), [], files));
        }
        titles += u64::try_from(changes.len())?;
    }
    let per_second = u128::from(titles) * 1_000_000 / start.elapsed().as_micros().max(1);
    println!("{per_second} titles a second on one core");
    Ok(())
}
