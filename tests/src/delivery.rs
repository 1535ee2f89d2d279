//! Sends webhook deliveries to a daemon, whatever is wrong with them.

use crate::github::webhook::{self, signature};
use alloy::transports::http::reqwest;
use serde_json::Value;

/// A delivery before it is sent, as bytes: not all that comes over the wire is text.
#[derive(Clone, Debug)]
pub struct Delivery {
    pub headers: Vec<(&'static str, String)>,
    pub body: Vec<u8>,
}

/// What the receiver answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answered {
    pub status: u16,
    pub body: String,
}

impl Delivery {
    pub fn new(secret: &str, event: &str, guid: &str, payload: &Value) -> Self {
        let webhook::Delivery { headers, body } = webhook::delivery(secret, event, guid, payload);
        Self { headers, body: body.into_bytes() }
    }

    /// Any body, rightly signed.
    #[must_use]
    pub fn saying(self, secret: &str, body: Vec<u8>) -> Self {
        let signed = signature(secret, &body);
        Self { body, ..self }.with("x-hub-signature-256", Some(&signed))
    }

    /// The same payload in GitHub's other content type.
    #[must_use]
    pub fn as_form(self, secret: &str) -> Self {
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        let body = form.append_pair("payload", &String::from_utf8_lossy(&self.body)).finish().into_bytes();
        self.with("content-type", Some("application/x-www-form-urlencoded")).saying(secret, body)
    }

    /// Without a header, or with another value in it.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: Option<&str>) -> Self {
        self.headers.retain(|(known, _)| *known != name);
        self.headers.extend(value.map(|value| (name, value.to_owned())));
        self
    }

    /// `api` is the daemon's root.
    pub async fn send(&self, client: &reqwest::Client, api: &str) -> Result<Answered, reqwest::Error> {
        let mut request = client.post(format!("{api}/webhooks/github")).body(self.body.clone());
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        let answer = request.send().await?;
        Ok(Answered { status: answer.status().as_u16(), body: answer.text().await? })
    }
}

impl Answered {
    /// The word for what became of it, or the error.
    pub fn said(&self) -> String {
        let value: Value = serde_json::from_str(&self.body).unwrap_or_default();
        let word = value.get("outcome").or_else(|| value.get("error")).and_then(Value::as_str);
        word.unwrap_or_default().to_owned()
    }
}
