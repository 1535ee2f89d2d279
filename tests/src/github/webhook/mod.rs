//! Webhook deliveries as GitHub sends them: the headers, the signature, and payloads built from a world's state.
//!
//! Takes a secret and a payload; gives the headers and the exact bytes that were signed. It never sends anything.

mod payloads;

use aws_lc_rs::hmac;
use serde_json::Value;

pub use payloads::{discussion, installation, issue, ping, pull_request, review};

/// One delivery: header names in lower case, and the body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    pub headers: Vec<(&'static str, String)>,
    pub body: String,
}

impl Delivery {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| *n == name).map(|(_, value)| value.as_str())
    }

    /// The same delivery without a header, or (`Some`) with another value in it.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: Option<&str>) -> Self {
        self.headers.retain(|(n, _)| *n != name);
        self.headers.extend(value.map(|v| (name, v.to_owned())));
        self
    }
}

/// `sha256=` and the HMAC-SHA256 of the body, in hexadecimal digits.
pub fn signature(secret: &str, body: &[u8]) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let digits: String = hmac::sign(&key, body).as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256={digits}")
}

/// A signed delivery of `event` (`pull_request`, `issues`, ...) with that delivery id.
pub fn delivery(secret: &str, event: &str, guid: &str, payload: &Value) -> Delivery {
    let body = payload.to_string();
    let headers = vec![
        ("accept", "*/*".to_owned()),
        ("content-type", "application/json".to_owned()),
        ("user-agent", "GitHub-Hookshot/044aadd".to_owned()),
        ("x-github-delivery", guid.to_owned()),
        ("x-github-event", event.to_owned()),
        ("x-github-hook-id", "292430182".to_owned()),
        ("x-github-hook-installation-target-id", "79929171".to_owned()),
        ("x-github-hook-installation-target-type", "repository".to_owned()),
        ("x-hub-signature-256", signature(secret, body.as_bytes())),
    ];
    Delivery { headers, body }
}
