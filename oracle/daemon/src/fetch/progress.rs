//! How far a fetch is: a bar on a terminal, lines in the log elsewhere.

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
#[derive(Clone, Copy, Debug, Default)]
struct Lines;

impl Progress for Lines {
    fn begin(&self, repository: &str, connection: &str, total: Option<u64>) {
        tracing::debug!(repository, connection, total, "fetching");
    }

    fn page(&self, repository: &str, connection: &str, objects: u64) {
        tracing::debug!(repository, connection, objects, "fetched a page");
    }

    fn end(&self, repository: &str, connection: &str) {
        tracing::info!(repository, connection, "fetched");
    }
}

/// A bar on stderr.
#[derive(Debug)]
pub struct Bar(ProgressBar);

impl Default for Bar {
    fn default() -> Self {
        let style = ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len} {per_sec} {eta}");
        let bar = ProgressBar::new(0);
        Self(style.map_or(bar.clone(), |style| bar.with_style(style)))
    }
}

impl Progress for Bar {
    fn begin(&self, repository: &str, connection: &str, total: Option<u64>) {
        self.0.reset();
        self.0.set_message(format!("{repository} {connection}"));
        self.0.set_length(total.unwrap_or_default());
    }

    fn page(&self, _: &str, _: &str, objects: u64) {
        let position = self.0.position() + objects;
        if self.0.length().is_some_and(|length| length < position) {
            self.0.set_length(position);
        }
        self.0.set_position(position);
    }

    fn end(&self, _: &str, _: &str) {
        self.0.finish_and_clear();
    }
}

/// The bar when stderr is a terminal, else the log.
pub fn progress() -> Box<dyn Progress> {
    if std::io::stderr().is_terminal() { Box::new(Bar::default()) } else { Box::new(Lines) }
}
