//! Hands alerts to whoever takes them by HTTP: one POST each, JSON, tried again for a while.

use super::alert::Alert;
use crate::mirrors::Place;
use backon::{ExponentialBuilder, Retryable as _};
use reqwest::header::CONTENT_TYPE;
use reqwest::{Client, redirect};
use std::time::Duration;

/// A receiver.
pub struct Webhook {
    client: Client,
    url: url::Url,
}

#[derive(Debug, thiserror::Error)]
pub enum WebhookError {
    #[error("--webhook is not an http(s) address")]
    Address,
    #[error("cannot set up the connection to --webhook: {0}")]
    Client(String),
    #[error("the webhook answered {0}")]
    Status(u16),
    #[error("the webhook cannot be reached: {0}")]
    Unreachable(String),
}

impl Webhook {
    pub fn new(url: &str) -> Result<Self, WebhookError> {
        let url = url::Url::parse(url).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
        let client = Client::builder()
            .redirect(redirect::Policy::none())
            .timeout(Duration::from_secs(15))
            .user_agent(concat!("guerdon/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| WebhookError::Client(error.without_url().to_string()))?;
        Ok(Self { client, url: url.ok_or(WebhookError::Address)? })
    }

    /// Tries five times in about half a minute. Who gets nothing has the log and the figures still.
    pub async fn send(&self, alert: &Alert) -> Result<(), WebhookError> {
        let body = serde_json::to_string(alert).unwrap_or_default();
        let tries = ExponentialBuilder::default().with_min_delay(Duration::from_secs(1)).with_max_times(4);
        (async || self.once(&body).await).retry(tries).await
    }

    async fn once(&self, body: &str) -> Result<(), WebhookError> {
        let post = self.client.post(self.url.clone()).header(CONTENT_TYPE, "application/json").body(body.to_owned());
        let answer = post.send().await.map_err(|error| WebhookError::Unreachable(error.without_url().to_string()))?;
        if answer.status().is_success() { Ok(()) } else { Err(WebhookError::Status(answer.status().as_u16())) }
    }
}

impl std::fmt::Debug for Webhook {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Webhook({})", Place::of(self.url.origin().ascii_serialization().as_str()))
    }
}
