//! Webhooks: takes signed deliveries from GitHub, gives the store what to read again, and a
//! provisional score soon after a merge.
//!
//! A delivery is believed only so far as it names an object: that object is read from GitHub by the
//! same path as the sync's. So a forged or stale one can cost a request, and change nothing. What
//! gets lost, the sync finds by itself.

mod counts;
mod payload;
mod worker;

pub use counts::{Counts, Latency};
pub use payload::{Named, Told, Wrapping, read};
pub use worker::work;

use crate::config::Config;
use crate::keys::KeyError;
use secrecy::SecretString;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::sync::Notify;

/// GitHub itself caps payloads at 25 MB; those that matter here are far below.
pub const MAX_BODY: usize = 5 * 1024 * 1024;
/// GitHub gives up after that time.
pub const BODY_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a delivery that comes again is known.
pub const REMEMBERED: Duration = Duration::from_secs(30 * 86_400);

#[derive(Debug, thiserror::Error)]
pub enum WebhookError {
    #[error("the body is not a JSON object")]
    NotJson,
    #[error("the form has no field `payload`")]
    NoPayload,
    #[error("this is not the shape of a `{event}` event: {message}")]
    Shape { event: String, message: String },
    #[error("the `{event}` event has no {what}")]
    Lacks { event: String, what: &'static str },
}

impl WebhookError {
    /// serde's own text repeats what it met: only its beginning is kept.
    fn shape(event: &str, error: &serde_json::Error) -> Self {
        Self::Shape { event: event.to_owned(), message: error.to_string().chars().take(200).collect() }
    }
}

/// The desk that deliveries come to: what they are signed with, and who waits for them.
pub struct Webhooks {
    pub secret: SecretString,
    pub counts: Counts,
    waiting: Notify,
}

impl Webhooks {
    /// None when no secret is configured: then no delivery is taken.
    pub fn of(config: &Config) -> Result<Option<Self>, KeyError> {
        let Some(from) = &config.api.webhook_secret else { return Ok(None) };
        Ok(Some(Self { secret: from.read()?, counts: Counts::default(), waiting: Notify::new() }))
    }

    /// Something was put into the queue.
    pub fn wake(&self) {
        self.waiting.notify_one();
    }
}

/// UTC milliseconds of this machine: for latencies and for forgetting, never for facts.
pub fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    since.as_millis().try_into().unwrap_or(u64::MAX)
}
