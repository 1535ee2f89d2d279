//! Ranks merged pull requests by their points and by the lines they changed, beside the money that
//! people agreed to pay for each, and prints Spearman's rank correlation of both.
//!
//! `value FILE [POLICY]` takes CSV with a header line that names at least `usd files add del test_add
//! i18n_add title`. Each pull request is scored alone, by an author who is no newcomer, merged by
//! somebody else. Integers throughout: a correlation is printed in thousandths.
#![allow(clippy::disallowed_types, clippy::disallowed_methods, reason = "a tool beside the crate reads its files")]

use guerdon_core::evidence::{Evidence, FETCH, Header, SCHEMA, Terms};
use guerdon_core::model::{
    Change, ContributorId, Epoch, Fact, FileChange, MAX_TITLE, Merger, Person, Pull, RepositoryId, State,
};
use guerdon_core::policy::Policy;
use guerdon_core::score::score;
use guerdon_core::{Address, B256};
use std::collections::BTreeMap;
use std::error::Error;

const DEFAULT: &str = include_str!("../../../policy.toml");
const REPO: RepositoryId = RepositoryId(1);
const AUTHOR: ContributorId = ContributorId(7);
const MAINTAINER: ContributorId = ContributorId(1);
const START: u64 = 1_700_000_000;

/// What the file knows of one pull request.
struct Paid {
    /// Hundredths.
    money: u64,
    files: u64,
    additions: u64,
    deletions: u64,
    tests: u64,
    translations: u64,
    title: String,
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (file, policy) = match arguments.as_slice() {
        [file] => (file, DEFAULT.to_owned()),
        [file, policy] => (file, std::fs::read_to_string(policy).map_err(|error| format!("{policy}: {error}"))?),
        _ => return Err("usage: value FILE [POLICY]".into()),
    };
    let text = std::fs::read_to_string(file).map_err(|error| format!("{file}: {error}"))?;
    let paid = read(&text)?;
    let policy = Policy::from_toml(&policy)?;
    let mut points = Vec::new();
    for one in &paid {
        points.push(points_of(one, &policy)?);
    }
    let money: Vec<u64> = paid.iter().map(|one| one.money).collect();
    let lines: Vec<u64> = paid.iter().map(|one| one.additions + one.deletions).collect();
    let files: Vec<u64> = paid.iter().map(|one| one.files).collect();
    println!("{} pull requests; Spearman's correlation with the money:", paid.len());
    for (name, values) in [("points", &points), ("lines changed", &lines), ("files changed", &files)] {
        println!("  {name:14} {}", thousandths(spearman(values, &money)));
    }
    Ok(())
}

fn read(text: &str) -> Result<Vec<Paid>, Box<dyn Error>> {
    let mut lines = text.lines().map(fields);
    let names = lines.next().ok_or("the file is empty")?;
    (2..)
        .zip(lines)
        .map(|(number, line)| {
            let row: BTreeMap<&str, &str> =
                names.iter().map(String::as_str).zip(line.iter().map(String::as_str)).collect();
            let text = |name: &str| row.get(name).copied().ok_or(format!("line {number}: there is no `{name}`"));
            let count = |name: &str| -> Result<u64, Box<dyn Error>> {
                let found = text(name)?;
                Ok(found.parse().map_err(|_| format!("line {number}: `{name}` is {found:?}, not a number"))?)
            };
            let (whole, part) = text("usd")?.split_once('.').unwrap_or((text("usd")?, "0"));
            let cents: u64 = format!("{whole}{part:0<2.2}").parse().map_err(|_| format!("line {number}: no amount"))?;
            Ok(Paid {
                money: cents,
                files: count("files")?,
                additions: count("add")?,
                deletions: count("del")?,
                tests: count("test_add")?,
                translations: count("i18n_add")?,
                title: text("title")?.to_owned(),
            })
        })
        .collect()
}

/// The fields of a line of CSV; a quoted one may hold commas, and doubled quotes.
fn fields(line: &str) -> Vec<String> {
    let mut fields = vec![String::new()];
    let mut quoted = false;
    let mut characters = line.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '"' if quoted && characters.peek() == Some(&'"') => {
                characters.next();
                if let Some(field) = fields.last_mut() {
                    field.push('"');
                }
            }
            '"' => quoted = !quoted,
            ',' if !quoted => fields.push(String::new()),
            other => {
                if let Some(field) = fields.last_mut() {
                    field.push(other);
                }
            }
        }
    }
    fields
}

/// Files as the counts allow: deletions in the source, tests and translations in one file each.
fn changes(paid: &Paid) -> Vec<FileChange> {
    let source = paid.additions.saturating_sub(paid.tests).saturating_sub(paid.translations);
    let file = |path: &str, additions, deletions| FileChange {
        path: path.to_owned(),
        additions,
        deletions,
        change: Change::Modified,
    };
    // What adds nothing but tests takes its deletions from them too.
    let tests_only = source == 0 && paid.tests > 0;
    let (in_source, in_tests) = if tests_only { (0, paid.deletions) } else { (paid.deletions, 0) };
    let mut files = vec![
        file("core/src/main/java/Trade.java", source, in_source),
        file("core/src/main/resources/i18n/strings_de.properties", paid.translations, 0),
        file("core/src/test/java/TradeTest.java", paid.tests, in_tests),
    ];
    files.retain(|file| file.additions + file.deletions > 0);
    files
}

fn points_of(paid: &Paid, policy: &Policy) -> Result<u64, Box<dyn Error>> {
    let end = (0..=paid.title.len().min(MAX_TITLE)).rev().find(|end| paid.title.is_char_boundary(*end));
    let pull = Pull {
        at: START + 10,
        author: AUTHOR,
        bot: false,
        coauthors: Vec::new(),
        created: START,
        excluded: Vec::new(),
        files: changes(paid),
        generated: Vec::new(),
        labels: Vec::new(),
        merger: Some(MAINTAINER),
        number: 1,
        open: 0,
        repo: REPO,
        reverts: None,
        title: paid.title.get(..end.unwrap_or(0)).unwrap_or_default().to_owned(),
    };
    let header = Header {
        block: 1,
        carried: Vec::new(),
        chain: 31337,
        cutoff: START + 1000,
        distributor: Address::ZERO,
        ends: START + 1000,
        epoch: Epoch(1),
        fetch: FETCH,
        previous: B256::ZERO,
        repositories: vec![REPO],
        round: 1,
        schema: SCHEMA,
        starts: START,
        terms: Terms { budget: 1_000_000_000, cap: 1_000_000_000, policy: policy.hash()? },
        unit: "1".to_owned(),
    };
    let known = Person { accepted: 20, first: START - 10, last: START - 1, linked: true, ..Person::new(AUTHOR) };
    let opening = State {
        mergers: vec![Merger { id: MAINTAINER, last: START - 1, repo: REPO }],
        people: vec![known],
        ..State::default()
    };
    let outcome = score(&Evidence::new(header, opening, vec![Fact::Pull(pull)])?, policy)?;
    Ok(outcome.items.iter().map(|item| item.points).sum())
}

/// Twice the mean rank of each, so that ties stay whole numbers.
fn ranks(values: &[u64]) -> Vec<i128> {
    let below = |value: u64| values.iter().filter(|other| **other < value).count();
    let same = |value: u64| values.iter().filter(|other| **other == value).count();
    let rank = |value: &u64| i128::try_from(2 * below(*value) + same(*value) + 1).unwrap_or(i128::MAX);
    values.iter().map(rank).collect()
}

/// Thousandths, rounded to the nearest.
fn spearman(a: &[u64], b: &[u64]) -> i128 {
    let (a, b) = (ranks(a), ranks(b));
    // The mean of doubled ranks is one more than their number.
    let mean = i128::try_from(a.len()).unwrap_or(0) + 1;
    let product = |a: &[i128], b: &[i128]| a.iter().zip(b).map(|(a, b)| (a - mean) * (b - mean)).sum::<i128>();
    let spread = (product(&a, &a) * product(&b, &b)).max(1).isqrt();
    (product(&a, &b) * 10_000 / spread + 5).div_euclid(10)
}

fn thousandths(value: i128) -> String {
    let sign = if value < 0 { "-" } else { "" };
    let value = value.unsigned_abs();
    format!("{sign}{}.{:03}", value / 1000, value % 1000)
}
