//! What came and what became of it, since the daemon began; and how long it took.

use serde::Serialize;
use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

/// So many of the last merges give the percentiles.
const KEPT: usize = 10_000;

#[derive(Debug, Default)]
pub struct Counts {
    pub queued: AtomicU64,
    pub repeated: AtomicU64,
    pub ignored: AtomicU64,
    pub refused: AtomicU64,
    /// Objects that were read again.
    pub read: AtomicU64,
    /// Merges that were scored provisionally.
    pub scored: AtomicU64,
    latencies: Mutex<VecDeque<u64>>,
}

/// From a delivery's arrival to its merge being scored, of the last merges; milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Latency {
    pub last: u64,
    pub p50: u64,
    pub p99: u64,
    pub max: u64,
}

impl Counts {
    pub fn add(counter: &AtomicU64) {
        counter.fetch_add(1, Ordering::Relaxed);
    }

    pub fn scored_after(&self, milliseconds: u64) {
        Self::add(&self.scored);
        let mut latencies = self.latencies.lock().unwrap_or_else(PoisonError::into_inner);
        if latencies.len() == KEPT {
            latencies.pop_front();
        }
        latencies.push_back(milliseconds);
    }

    /// None before the first merge.
    pub fn latency(&self) -> Option<Latency> {
        let latencies = self.latencies.lock().unwrap_or_else(PoisonError::into_inner);
        let last = *latencies.back()?;
        let mut sorted: Vec<u64> = latencies.iter().copied().collect();
        drop(latencies);
        sorted.sort_unstable();
        // The smallest value that so many percent of all do not exceed.
        let percentile = |percent: usize| sorted.get((sorted.len() * percent).div_ceil(100).saturating_sub(1)).copied();
        Some(Latency {
            last,
            p50: percentile(50).unwrap_or(last),
            p99: percentile(99).unwrap_or(last),
            max: percentile(100).unwrap_or(last),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Counts, Latency};

    #[test]
    fn percentiles_are_of_the_values_that_were_met() {
        let counts = Counts::default();
        assert_eq!(counts.latency(), None);
        counts.scored_after(7);
        assert_eq!(counts.latency(), Some(Latency { last: 7, p50: 7, p99: 7, max: 7 }));
        for value in (1..=200).rev() {
            counts.scored_after(value);
        }
        assert_eq!(counts.latency(), Some(Latency { last: 1, p50: 100, p99: 198, max: 200 }));
    }
}
