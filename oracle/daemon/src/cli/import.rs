//! `import`: an export into the store, and what came of it.

use super::args::Global;
use eyre::Result;
use guerdon::fetch::Progress;
use guerdon::store::Saved;
use guerdon::table::Table;
use indicatif::{ProgressBar, ProgressStyle};
use std::io::IsTerminal;
use std::path::Path;

/// A bar on a terminal, nothing elsewhere.
struct Counting(ProgressBar);

impl Counting {
    fn new() -> Self {
        if !std::io::stderr().is_terminal() {
            return Self(ProgressBar::hidden());
        }
        let bar = ProgressBar::new(0);
        let style = ProgressStyle::with_template("{prefix} {wide_bar} {pos}/{len} {per_sec} {eta}");
        Self(style.map_or(bar.clone(), |style| bar.with_style(style)))
    }
}

impl Progress for Counting {
    fn begin(&self, repository: &str, connection: &str, total: Option<u64>) {
        self.0.reset();
        self.0.set_prefix(format!("{repository} {connection}"));
        self.0.set_length(total.unwrap_or_default());
    }

    fn page(&self, _: &str, _: &str, objects: u64) {
        self.0.inc(objects);
    }

    fn end(&self, _: &str, _: &str) {
        self.0.finish_and_clear();
    }
}

pub(super) async fn import(global: &Global, backup: &Path) -> Result<()> {
    let oracle = global.oracle().await?;
    let report = oracle.import(backup, &Counting::new()).await?;
    global.print(&report, || {
        let columns = ["repository", ">pulls", ">unmerged", ">issues", ">comments", ">kept"];
        let mut table = Table::new(&columns);
        let mut notes = String::new();
        for row in &report.repositories {
            let name = row.repository.full_name();
            let fresh = |saved: Saved| (saved.new + saved.changed).to_string();
            let kinds = [row.pulls, row.unmerged, row.issues, row.comments].map(fresh);
            table.row(std::iter::once(name.clone()).chain(kinds).chain([row.kept.to_string()]));
            if row.without_files > 0 {
                let count = row.without_files;
                notes += &format!(
                    "{name}: {count} merged pull requests without their files; `guerdon fetch` asks for them\n"
                );
            }
            for (kind, count) in &row.orphans {
                notes += &format!("{name}: {count} of {kind} belong to nothing in the export\n");
            }
            for file in &row.passed_over {
                notes += &format!("{name}: {file} is of no known kind\n");
            }
        }
        format!("new or changed:\n{}{notes}", table.render(2))
    })
}
