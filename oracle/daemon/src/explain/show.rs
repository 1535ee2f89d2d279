//! An explanation for people: a table for a terminal, Markdown for a comment on GitHub. Nothing that a
//! stranger wrote reaches either but by [`crate::plain`].

use super::{ExplainedItem, Explanation, Inputs, Names};
use crate::amount::{Money, milli, thousands};
use crate::plain::{line, markdown, short};
use crate::table::Table;
use alloy::primitives::U256;
use guerdon_core::model::{FactKey, Verdict};
use guerdon_core::score::{Factor, SliceResult};
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// More of a title is not shown.
const TITLE: usize = 72;

fn factors(factors: &[Factor]) -> String {
    let shown: Vec<String> = factors.iter().map(|factor| format!("{} {}", factor.name, milli(factor.milli))).collect();
    if shown.is_empty() { "-".to_owned() } else { shown.join(", ") }
}

fn count(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", thousands(&number.to_string()), if number == 1 { one } else { many })
}

impl ExplainedItem {
    /// What the rule looked at, in a few words.
    fn inputs(&self, names: &Names) -> String {
        let size = format!("size {}", milli(self.item.size));
        let name = |id: &Option<_>| id.map_or_else(|| "somebody".to_owned(), |id| names.account(id));
        match &self.inputs {
            Some(Inputs::Pull { files, additions, deletions, .. }) => format!(
                "{}, +{} -{}, {} lines here, {size}",
                count(*files as u64, "file", "files"),
                thousands(&additions.to_string()),
                thousands(&deletions.to_string()),
                milli(self.item.lines),
            ),
            Some(Inputs::Review { author, verdict, hunks, .. }) => {
                let verdict = match verdict {
                    Verdict::Approve => "approval",
                    Verdict::Changes => "changes asked for",
                    Verdict::Comment => "comment",
                };
                format!("{verdict}, {}, of {}, {size}", count(*hunks, "hunk", "hunks"), name(author))
            }
            Some(Inputs::Issue { labels, closer }) => {
                let closer = closer.map(|number| format!("closed by #{number}"));
                let labels = (!labels.is_empty()).then(|| format!("labels {}", labels.join(", ")));
                let parts: Vec<String> = labels.into_iter().chain(closer).collect();
                if parts.is_empty() { "-".to_owned() } else { parts.join(", ") }
            }
            Some(Inputs::Answer { asker, accepter }) => {
                format!("asked by {}, accepted by {}", name(asker), name(accepter))
            }
            Some(Inputs::Kudos { by }) => format!("from {}", names.account(*by)),
            None => size,
        }
    }
}

impl Explanation {
    fn items_table(&self, names: &Names, money: &Money) -> Table {
        let columns = ["contribution", "kind", "slice", "inputs", ">base", "factors", ">points"];
        let mut table = Table::new(&[&columns[..], &[">a point pays", ">amount"]].concat());
        for explained in &self.items {
            let item = &explained.item;
            let per_point: U256 = explained.price.per_point.parse().unwrap_or_default();
            let price = if explained.price.points == 0 { "-".to_owned() } else { money.show_base(per_point) };
            table.row([
                names.fact(&item.fact),
                item.kind.name().to_owned(),
                item.slice.name().to_owned(),
                explained.inputs(names),
                thousands(&item.base.to_string()),
                factors(&item.factors),
                milli(item.points),
                price,
                money.show(item.units),
            ]);
        }
        if let Some(result) = self.result.as_ref().filter(|_| !self.items.is_empty()) {
            let points = self.items.iter().fold(0u64, |sum, item| sum.saturating_add(item.item.points));
            let blank = String::new;
            let first = ["all together".to_owned(), blank(), blank(), blank(), blank(), blank()];
            table.row(first.into_iter().chain([milli(points), blank(), money.show(result.earned)]));
        }
        table
    }

    /// One line on what came of it all.
    pub fn headline(&self, money: &Money) -> String {
        let Some(result) = &self.result else { return "nothing counted".to_owned() };
        let mut parts = Vec::new();
        if result.linked {
            parts.push(format!("{} granted", money.show(result.entry)));
        } else {
            parts.push(format!(
                "{} accrued (no wallet is linked)",
                money.show(result.earned.saturating_sub(result.repaid))
            ));
        }
        if result.priced > result.earned {
            let cut = money.show(result.priced - result.earned);
            parts.push(format!("{cut} cut by brackets and cap"));
        }
        if result.repaid > 0 {
            parts.push(format!("{} kept back for work that was reverted", money.show(result.repaid)));
        }
        if result.debt > 0 {
            parts.push(format!("{} still to be kept back", money.show(result.debt)));
        }
        if result.returned > 0 {
            parts.push(format!("{} comes back for work that is in place again", money.show(result.returned)));
        }
        for (epoch, units) in &result.granted_accruals {
            parts.push(format!("of it {} accrued in epoch {epoch}", money.show(*units)));
        }
        if result.accrued > 0 {
            let what = if result.linked { "a later epoch" } else { "a link" };
            parts.push(format!("{} waits for {what}", money.show(result.accrued)));
        }
        if result.lapsed > 0 {
            parts.push(format!("{} lapsed", money.show(result.lapsed)));
        }
        parts.join("; ")
    }

    fn title(&self) -> String {
        let login = self.login.clone().unwrap_or_else(|| "unknown login".to_owned());
        format!("epoch {} · {login} (contributor {})", self.epoch, self.contributor)
    }

    /// What did not count, what counted less, and why: one line each.
    fn asides(&self, names: &Names) -> Vec<String> {
        let mut seen = BTreeSet::new();
        let notes = self.items.iter().flat_map(|item| item.item.notes.iter().map(|note| (&item.item.fact, note)));
        let notes: Vec<_> = notes.filter(|note| seen.insert(*note)).collect();
        let refused = self.refusals.iter().chain(&self.not_merged).map(|refusal| (&refusal.fact, &refusal.reason));
        notes.into_iter().chain(refused).map(|(fact, text)| format!("{}: {text}", names.fact(fact))).collect()
    }

    /// How the titles read: one line for each contribution that has one.
    fn readings(&self, names: &Names) -> Vec<String> {
        let mut seen: BTreeSet<FactKey> = BTreeSet::new();
        let mut lines = Vec::new();
        for explained in self.items.iter().filter(|item| seen.insert(item.item.fact)) {
            let Some(title) = explained.inputs.as_ref().and_then(Inputs::title) else { continue };
            let reads = explained.reads_like.as_ref().map_or_else(String::new, |reading| match reading.confidence {
                0 => " (nothing to tell its kind by)".to_owned(),
                confidence => format!(" (reads like {}, confidence {})", reading.kind.name(), milli(confidence)),
            });
            lines.push(format!("{}: \u{201c}{}\u{201d}{reads}", names.fact(&explained.item.fact), short(title, TITLE)));
        }
        lines
    }

    /// For a terminal.
    pub fn text(&self, names: &Names, money: &Money) -> String {
        let mut out = format!("{}\n  {}\n", line(&self.title()), self.headline(money));
        if !self.items.is_empty() {
            out.push_str(&self.items_table(names, money).render(2));
        }
        for (head, lines) in self.lists(names) {
            // Writing to a String cannot fail.
            _ = writeln!(out, "  {head}:");
            for each in lines {
                _ = writeln!(out, "  * {}", line(&each));
            }
        }
        out
    }

    /// For a comment on GitHub.
    pub fn markdown(&self, names: &Names, money: &Money) -> String {
        let mut out = format!("### {}\n\n{}\n\n", markdown(&self.title()), markdown(&self.headline(money)));
        if !self.items.is_empty() {
            out.push_str(&self.items_table(names, money).markdown());
            out.push('\n');
        }
        for (head, lines) in self.lists(names) {
            _ = writeln!(out, "**{head}**\n");
            for each in lines {
                _ = writeln!(out, "- {}", markdown(&each));
            }
            out.push('\n');
        }
        out.truncate(out.trim_end().len());
        out.push('\n');
        out
    }

    fn lists(&self, names: &Names) -> Vec<(&'static str, Vec<String>)> {
        let lists = [
            ("What was contributed (how it reads changes no amount)", self.readings(names)),
            ("What counted less or not at all, and why", self.asides(names)),
        ];
        lists.into_iter().filter(|(_, lines)| !lines.is_empty()).collect()
    }
}

/// What one point paid in a slice: the pool over its points.
pub fn slices_table(slices: &[SliceResult], money: &Money) -> Table {
    let mut table = Table::new(&["slice", ">budget", ">spent", ">points"]);
    for slice in slices {
        let name = slice.slice.name().to_owned();
        table.row([name, money.show(slice.budget), money.show(slice.pool), milli(slice.points)]);
    }
    table
}
