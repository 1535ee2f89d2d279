//! One question to the endpoint: takes the request's text; gives the bytes that came, or why none came.
//!
//! Bounded in time and size, follows nobody elsewhere, and shows its key to nobody.

use super::fault::Fault;
use super::settings::WitnessConfig;
use crate::keys::KeyError;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue, RETRY_AFTER};
use reqwest::{Client, redirect};
use secrecy::{ExposeSecret as _, SecretString};
use std::fmt;
use std::time::Duration;

/// More than any answer of the asked form has.
pub const LONGEST: usize = 262_144;
/// How often one question is put when the endpoint has no answer at all.
const TRIES: u32 = 3;
/// The longest that is waited before the next try, whatever the endpoint asks for.
const LONGEST_WAIT: Duration = Duration::from_secs(20);

#[derive(Debug, thiserror::Error)]
pub enum WitnessError {
    #[error("`witness.key` cannot be used")]
    Key(#[from] KeyError),
    #[error("`witness.key` has characters that no key has: check {from} for line breaks and spaces")]
    KeyText { from: String },
    #[error("cannot set up the connection to `witness.endpoint`: {message}")]
    Client { message: String },
    #[error("asking the witness broke off: {message}; run the same command again")]
    Task { message: String },
}

pub struct Endpoint {
    client: Client,
    url: String,
    key: Option<SecretString>,
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Endpoint({}, key {})", self.url, if self.key.is_some() { "********" } else { "none" })
    }
}

/// What came of one question.
#[derive(Debug)]
pub struct Exchange {
    pub status: Option<u16>,
    /// What came, as far as it did.
    pub bytes: Vec<u8>,
    pub fault: Option<Fault>,
    pub tries: u32,
}

impl Endpoint {
    /// Nothing is asked yet.
    pub fn new(config: &WitnessConfig) -> Result<Self, WitnessError> {
        let mut headers = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static("application/json"))]);
        let key = config.key.as_ref().map(|from| from.read()).transpose()?;
        if let (Some(key), Some(from)) = (&key, &config.key) {
            let bearer = HeaderValue::from_str(&format!("Bearer {}", key.expose_secret()));
            let mut bearer = bearer.map_err(|_| WitnessError::KeyText { from: from.to_string() })?;
            bearer.set_sensitive(true);
            headers.insert(AUTHORIZATION, bearer);
        }
        let timeout = Duration::from_secs(config.timeout);
        let client = Client::builder()
            .default_headers(headers)
            .redirect(redirect::Policy::none())
            .connect_timeout(timeout.min(Duration::from_secs(15)))
            .timeout(timeout)
            .user_agent(concat!("guerdon/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| WitnessError::Client { message: error.without_url().to_string() })?;
        Ok(Self { client, url: format!("{}/chat/completions", config.endpoint.trim_end_matches('/')), key })
    }

    /// Asks, and again after a moment when the endpoint itself had no answer.
    pub async fn ask(&self, body: &str) -> Exchange {
        let mut tries = 0;
        loop {
            tries += 1;
            let (exchange, wait) = self.once(body, tries).await;
            if tries == TRIES || !exchange.fault.is_some_and(Fault::passes) {
                return exchange;
            }
            let wait = wait.unwrap_or(Duration::from_millis(250) * 4_u32.pow(tries));
            tokio::time::sleep(wait.min(LONGEST_WAIT)).await;
        }
    }

    async fn once(&self, body: &str, tries: u32) -> (Exchange, Option<Duration>) {
        let mut exchange = Exchange { status: None, bytes: Vec::new(), fault: None, tries };
        let mut answer = match self.client.post(&self.url).body(body.to_owned()).send().await {
            Ok(answer) => answer,
            Err(error) => {
                let connected = !error.is_connect() && !error.is_timeout();
                let broken = if connected { Fault::BrokenOff } else { Fault::Unreachable };
                exchange.fault = Some(if error.is_timeout() { Fault::Timeout } else { broken });
                return (exchange, None);
            }
        };
        let status = answer.status();
        exchange.status = Some(status.as_u16());
        let seconds = answer.headers().get(RETRY_AFTER).and_then(|wait| wait.to_str().ok()?.parse().ok());
        loop {
            match answer.chunk().await {
                Ok(None) => break,
                Ok(Some(chunk)) => {
                    let room = LONGEST - exchange.bytes.len();
                    exchange.bytes.extend_from_slice(chunk.get(..room).unwrap_or(&chunk));
                    if chunk.len() > room {
                        exchange.fault = Some(Fault::TooLong(LONGEST));
                        break;
                    }
                }
                Err(error) => {
                    exchange.fault = Some(if error.is_timeout() { Fault::Timeout } else { Fault::BrokenOff });
                    break;
                }
            }
        }
        if status.is_redirection() {
            exchange.fault = Some(Fault::Redirect(status.as_u16()));
        } else if status.as_u16() != 200 {
            exchange.fault = Some(Fault::Status(status.as_u16()));
        }
        (exchange, seconds.map(Duration::from_secs))
    }

    /// A text without the key, should the endpoint have repeated it.
    pub fn without_key(&self, text: &str) -> String {
        self.key.as_ref().map_or_else(|| text.to_owned(), |key| text.replace(key.expose_secret(), "[key]"))
    }
}
