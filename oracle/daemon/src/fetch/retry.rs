//! Which troubles pass by themselves, and how long to wait for it.
//!
//! Takes one attempt after the other, gives the first good answer or the error that more attempts
//! would not mend. A rate limit is waited for up to a bound and uses up no attempt; nor does asking for
//! less. A long wait is said once, with its end.

use super::error::FetchError;
use super::github::{Clock, Patience};
use super::time;
use backon::{BackoffBuilder, ExponentialBuilder};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// One attempt that failed.
#[derive(Debug)]
pub(super) enum Trouble {
    /// Another attempt may succeed.
    Passing {
        reason: String,
    },
    /// GitHub asks to be left alone, for this time when it names one.
    Slower {
        reason: String,
        wait: Option<Duration>,
    },
    /// What was asked for is too much at once, or GitHub is overloaded.
    Heavy {
        reason: String,
    },
    /// It was too much, and the next attempt asks for less.
    Smaller {
        reason: String,
    },
    /// No points are left until then, when it is known.
    Exhausted {
        reason: &'static str,
        wait: Option<Duration>,
    },
    Final(FetchError),
}

/// A wait from this on is told to people.
const LONG: Duration = Duration::from_secs(10);

/// Says a long wait once, however many requests wait for the same end.
#[derive(Debug, Default)]
pub(super) struct Waits {
    told: AtomicU64,
}

impl Waits {
    fn say(&self, what: &str, reason: &str, wait: Duration, clock: &Clock) {
        if wait < LONG {
            tracing::info!(what, reason, milliseconds = wait.as_millis(), "GitHub did not answer well; trying again");
            return;
        }
        let until = clock.now().saturating_add(wait.as_secs());
        let told = self.told.fetch_max(until, Ordering::Relaxed);
        // The same end, seen from two requests.
        if told.saturating_add(2) < until {
            tracing::warn!(what, reason, until = time::format(until), "waiting for GitHub");
        }
    }
}

pub(super) async fn persist<T, F>(
    what: &str,
    patience: Patience,
    waits: &Waits,
    clock: &Clock,
    mut attempt: F,
) -> Result<T, FetchError>
where
    F: AsyncFnMut() -> Result<T, Trouble>,
{
    let mut backoff = ExponentialBuilder::new()
        .with_min_delay(patience.first_delay)
        .with_max_delay(patience.longest_delay)
        .with_max_times(patience.tries)
        .with_jitter()
        .build();
    let mut waited = Duration::ZERO;
    let mut tries = 0;
    loop {
        let (reason, wait) = match attempt().await {
            Ok(value) => return Ok(value),
            Err(Trouble::Final(error)) => return Err(error),
            // One second more: the limit ends within a whole second of another clock.
            Err(Trouble::Exhausted { reason, wait: Some(wait) }) => (reason.to_owned(), wait + Duration::from_secs(1)),
            Err(Trouble::Exhausted { reason, wait: None }) => (reason.to_owned(), patience.unnamed),
            Err(Trouble::Smaller { reason }) => (reason, patience.first_delay),
            Err(Trouble::Slower { reason, wait }) => {
                tries += 1;
                let Some(delay) = backoff.next() else {
                    return Err(FetchError::GaveUp { what: what.to_owned(), tries, last: reason });
                };
                (reason, wait.unwrap_or(patience.unnamed).max(delay))
            }
            Err(Trouble::Passing { reason }) => {
                tries += 1;
                let Some(delay) = backoff.next() else {
                    return Err(FetchError::GaveUp { what: what.to_owned(), tries, last: reason });
                };
                (reason, delay)
            }
            Err(Trouble::Heavy { reason }) => {
                tries += 1;
                let Some(delay) = backoff.next() else {
                    return Err(FetchError::TooMuch { what: what.to_owned(), tries, last: reason });
                };
                (reason, delay)
            }
        };
        waited += wait;
        if waited > patience.rate_limit {
            return Err(FetchError::RateLimit { what: what.to_owned(), reason, seconds: wait.as_secs() });
        }
        waits.say(what, &reason, wait, clock);
        tokio::time::sleep(wait).await;
    }
}
