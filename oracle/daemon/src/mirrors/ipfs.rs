//! A node of IPFS, by kubo's HTTP API: takes an evidence file, adds and pins it, gives its CID. It is added
//! plain: then every oracle's node gives the same CID, whatever packs files there.

use super::settings::IpfsConfig;
use super::upload::{UploadError, answered};
use guerdon_core::B256;
use reqwest::Client;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;

pub(super) struct Ipfs {
    url: String,
    authorization: Option<SecretString>,
}

/// A line of the answer; the last one is of the whole file.
#[derive(Deserialize)]
struct Added {
    #[serde(rename = "Hash")]
    hash: String,
}

impl Ipfs {
    pub(super) fn new(config: &IpfsConfig) -> Result<Self, UploadError> {
        let authorization = config.authorization.as_ref().map(|from| from.read()).transpose()?;
        let api = config.api.trim_end_matches('/');
        Ok(Self { url: format!("{api}/api/v0/add?cid-version=1&raw-leaves=true&pin=true"), authorization })
    }

    pub(super) async fn add(&self, client: &Client, hash: B256, bytes: &[u8]) -> Result<String, UploadError> {
        // No part of the file can hold a boundary that has its own hash in it.
        let boundary = format!("guerdon-{hash}");
        let head = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{hash}.jsonl\"\r\n\
             Content-Type: application/octet-stream\r\n\r\n"
        );
        let tail = format!("\r\n--{boundary}--\r\n");
        let body = [head.as_bytes(), bytes, tail.as_bytes()].concat();
        let mut request =
            client.post(&self.url).header(CONTENT_TYPE, format!("multipart/form-data; boundary={boundary}"));
        if let Some(authorization) = &self.authorization {
            request = request.header(AUTHORIZATION, authorization.expose_secret());
        }
        let text = answered(request.body(body).send().await).await?;
        let last = text.lines().rfind(|line| !line.trim().is_empty()).unwrap_or_default();
        let added: Added = serde_json::from_str(last).map_err(|_| UploadError::Answer)?;
        let is_cid = added.hash.len() < 128 && added.hash.chars().all(|c| c.is_ascii_alphanumeric());
        if is_cid && !added.hash.is_empty() { Ok(added.hash) } else { Err(UploadError::Answer) }
    }
}
