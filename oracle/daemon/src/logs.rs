//! Where a line of the log belongs: spans with the fields `epoch`, `stage` and `repository`, so that every line
//! within has them, whoever writes it.

use guerdon_core::model::Epoch;
use tracing::Span;

/// A stage of an epoch: `cut`, `batch`, `sign`, `submit`.
pub fn stage(stage: &'static str, epoch: Epoch) -> Span {
    // Never filtered out by its level: a warning within would lose its place.
    tracing::error_span!("at", stage, epoch = epoch.0)
}

/// What belongs to no epoch: `fetch`.
pub fn step(stage: &'static str) -> Span {
    tracing::error_span!("at", stage)
}

/// The reading of one repository.
pub fn repository(stage: &'static str, name: &str) -> Span {
    tracing::error_span!("at", stage, repository = name)
}
