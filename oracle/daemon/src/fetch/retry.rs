//! Which troubles pass by themselves, and how long to wait for it.
//!
//! Takes one attempt after the other, gives the first good answer or the error that more attempts
//! would not mend. A rate limit is waited for up to a bound and uses up no attempt.

use super::error::FetchError;
use super::github::Patience;
use backon::{BackoffBuilder, ExponentialBuilder};
use std::time::Duration;

/// One attempt that failed.
pub(super) enum Trouble {
    /// Another attempt may succeed; after this time, when the server named one.
    Passing {
        reason: String,
        after: Option<Duration>,
    },
    /// No points are left until then.
    Exhausted {
        wait: Duration,
    },
    Final(FetchError),
}

pub(super) async fn persist<T, F>(what: &str, patience: Patience, mut attempt: F) -> Result<T, FetchError>
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
        tries += 1;
        match attempt().await {
            Ok(value) => return Ok(value),
            Err(Trouble::Final(error)) => return Err(error),
            Err(Trouble::Exhausted { wait }) => {
                // One second more: the limit ends at a whole second of another clock.
                let wait = wait + Duration::from_secs(1);
                waited += wait;
                if waited > patience.rate_limit {
                    return Err(FetchError::RateLimit { what: what.to_owned(), seconds: wait.as_secs() });
                }
                tracing::warn!(what, seconds = wait.as_secs(), "GitHub's rate limit is used up; waiting for it to end");
                tokio::time::sleep(wait).await;
            }
            Err(Trouble::Passing { reason, after }) => {
                let Some(delay) = backoff.next() else {
                    return Err(FetchError::GaveUp { what: what.to_owned(), tries, last: reason });
                };
                let delay = after.unwrap_or(delay);
                waited += delay;
                if waited > patience.rate_limit {
                    return Err(FetchError::RateLimit { what: what.to_owned(), seconds: delay.as_secs() });
                }
                tracing::warn!(
                    what,
                    reason,
                    milliseconds = delay.as_millis(),
                    "GitHub did not answer well; trying again"
                );
                tokio::time::sleep(delay).await;
            }
        }
    }
}
