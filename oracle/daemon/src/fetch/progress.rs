//! How far a fetch is: a bar on a terminal, lines in the log elsewhere. Both say what GitHub still grants.

use super::github::{Budget, GitHub, Limit};
use indicatif::{ProgressBar, ProgressStyle};
use std::io::IsTerminal;

/// Is told of every page.
pub trait Progress: Send + Sync {
    /// `total` objects are expected of this connection, as far as GitHub says so.
    fn begin(&self, repository: &str, connection: &str, total: Option<u64>);
    /// So many objects came with a page.
    fn page(&self, repository: &str, connection: &str, objects: u64);
    fn end(&self, repository: &str, connection: &str);
}

/// Says nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Quiet;

impl Progress for Quiet {
    fn begin(&self, _: &str, _: &str, _: Option<u64>) {}
    fn page(&self, _: &str, _: &str, _: u64) {}
    fn end(&self, _: &str, _: &str) {}
}

/// Writes to the log.
#[derive(Clone, Debug)]
struct Lines(GitHub);

impl Progress for Lines {
    fn begin(&self, repository: &str, connection: &str, total: Option<u64>) {
        tracing::debug!(repository, connection, total, "fetching");
    }

    fn page(&self, repository: &str, connection: &str, objects: u64) {
        tracing::debug!(repository, connection, objects, "fetched a page");
    }

    fn end(&self, repository: &str, connection: &str) {
        tracing::info!(repository, connection, budget = left(self.0.budget()), "fetched");
    }
}

/// A bar on stderr: counts, rate, time left, and budget left.
#[derive(Debug)]
pub struct Bar {
    bar: ProgressBar,
    github: GitHub,
}

impl Bar {
    pub fn new(github: &GitHub) -> Self {
        let style = ProgressStyle::with_template("{prefix} {wide_bar} {pos}/{len} {per_sec} {eta} {msg}");
        let bar = ProgressBar::new(0);
        Self { bar: style.map_or(bar.clone(), |style| bar.with_style(style)), github: github.clone() }
    }
}

impl Progress for Bar {
    fn begin(&self, repository: &str, connection: &str, total: Option<u64>) {
        self.bar.reset();
        self.bar.set_prefix(format!("{repository} {connection}"));
        self.bar.set_message(left(self.github.budget()));
        self.bar.set_length(total.unwrap_or_default());
    }

    fn page(&self, _: &str, _: &str, objects: u64) {
        let position = self.bar.position() + objects;
        if self.bar.length().is_some_and(|length| length < position) {
            self.bar.set_length(position);
        }
        self.bar.set_message(left(self.github.budget()));
        self.bar.set_position(position);
    }

    fn end(&self, _: &str, _: &str) {
        self.bar.finish_and_clear();
    }
}

/// What GitHub still grants this hour, in a few words.
fn left(budget: Budget) -> String {
    let one = |name: &str, limit: Limit| format!("{}/{} {name}", limit.remaining, limit.limit);
    let known = [("points", budget.graphql), ("requests", budget.core)];
    let parts: Vec<String> = known.into_iter().filter_map(|(name, limit)| Some(one(name, limit?))).collect();
    if parts.is_empty() { String::new() } else { format!("left: {}", parts.join(", ")) }
}

/// The bar when stderr is a terminal, else the log.
pub fn progress(github: &GitHub) -> Box<dyn Progress> {
    if std::io::stderr().is_terminal() { Box::new(Bar::new(github)) } else { Box::new(Lines(github.clone())) }
}

#[cfg(test)]
mod tests {
    use super::{Budget, Limit, left};

    #[test]
    fn the_budget_is_said_as_far_as_it_is_known() {
        let limit = |remaining| Some(Limit { limit: 5_000, remaining, resets: 0 });
        assert_eq!(left(Budget::default()), "");
        assert_eq!(left(Budget { graphql: limit(4_512), core: None }), "left: 4512/5000 points");
        let both = Budget { graphql: limit(4_512), core: limit(4_990) };
        assert_eq!(left(both), "left: 4512/5000 points, 4990/5000 requests");
    }
}
