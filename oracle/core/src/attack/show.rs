//! The attacks as text: takes rows, gives the table of `make attack` and the one of docs/attacks.md.

use super::{Limit, Measure, Row};
use crate::policy::Milli;
use std::fmt::Write as _;

fn decimal(milli: Milli) -> String {
    format!("{}.{:03}", milli / 1000, milli % 1000)
}

fn ratio(row: &Row) -> String {
    row.ratio().map_or_else(|| "-".to_owned(), decimal)
}

fn limit(row: &Row) -> String {
    match row.limit {
        Limit::AtMost(milli) => format!("<= {}", decimal(milli)),
        Limit::AtLeast(milli) => format!(">= {}", decimal(milli)),
        Limit::Printed => "printed".to_owned(),
    }
}

fn verdict(row: &Row) -> &'static str {
    match (row.holds(), row.limit) {
        (false, _) => "EXCEEDED",
        (true, Limit::Printed) => "",
        (true, _) => "holds",
    }
}

fn flag(row: &Row) -> &'static str {
    if row.flagged { "flagged" } else { "" }
}

/// Millions of units, or whole points.
fn amount(row: &Row, value: u64) -> String {
    match row.measure {
        Measure::Units => format!("{}.{:02}", value / 1_000_000, value % 1_000_000 / 10_000),
        Measure::Points => format!("{} pt", value / 1_000),
    }
}

/// For a terminal. Honest and attacker in millions of units of a budget of 10,000 millions.
pub fn table(rows: &[Row]) -> String {
    let width = rows.iter().map(|row| row.name.chars().count()).max().unwrap_or(0);
    let mut out = String::new();
    // Writing into a string cannot fail.
    let _ = writeln!(out, "{:width$}  {:>9}  {:>9}  {:>7}  {:>9}", "attack", "honest", "attacker", "ratio", "limit");
    for row in rows {
        let (honest, attacker) = (amount(row, row.honest), amount(row, row.attacker));
        let line = format!(
            "{:width$}  {honest:>9}  {attacker:>9}  {:>7}  {:>9}  {:8}  {}",
            row.name,
            ratio(row),
            limit(row),
            verdict(row),
            flag(row)
        );
        let _ = writeln!(out, "{}", line.trim_end());
    }
    let (limits, held) = rows
        .iter()
        .filter(|row| row.limit != Limit::Printed)
        .fold((0, 0), |(limits, held), row| (limits + 1, held + u32::from(row.holds())));
    let _ = writeln!(out, "\n{} attacks; {held} of {limits} limits hold", rows.len());
    out
}

/// For a page.
pub fn markdown(rows: &[Row]) -> String {
    let mut out = String::from("| attack | honest, beside the attack | ratio | limit | |\n|---|---|--:|--:|---|\n");
    for row in rows {
        let said = [verdict(row), flag(row)].into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(", ");
        let _ = writeln!(out, "| {} | {} | {} | {} | {said} |", row.name, row.about, ratio(row), limit(row));
    }
    out
}
