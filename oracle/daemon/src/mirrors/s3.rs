//! A bucket of any S3-compatible store: takes an evidence file, puts it under its hash, packed with zstd.

use super::settings::S3Config;
use super::upload::UploadError;
use crate::keys::KeyError;
use guerdon_core::B256;
use reqwest::Client;
use reqwest::header::{CONTENT_ENCODING, CONTENT_TYPE};
use rusty_s3::actions::{PutObject, S3Action as _};
use rusty_s3::{Bucket, Credentials, UrlStyle};
use secrecy::{ExposeSecret as _, SecretString};
use std::time::Duration;

/// How long a signature is good for: as long as one try may take.
const GOOD_FOR: Duration = Duration::from_secs(600);
const LEVEL: i32 = 9;
const HEADERS: [(reqwest::header::HeaderName, &str); 2] =
    [(CONTENT_ENCODING, "zstd"), (CONTENT_TYPE, "application/jsonl")];

pub(super) struct S3 {
    bucket: Bucket,
    prefix: String,
    access_key: SecretString,
    secret_key: SecretString,
    session_token: Option<SecretString>,
}

impl S3 {
    pub(super) fn new(config: &S3Config) -> Result<Self, UploadError> {
        let wrong = |message: &str| UploadError::Setting { key: "evidence.s3", message: message.to_owned() };
        let endpoint = url::Url::parse(&config.endpoint).map_err(|_| wrong("has an endpoint that is no address"))?;
        let style = if config.path_style { UrlStyle::Path } else { UrlStyle::VirtualHost };
        let bucket = Bucket::new(endpoint, style, config.bucket.clone(), config.region.clone());
        let read = |from: &crate::keys::SecretRef| -> Result<SecretString, KeyError> { from.read() };
        Ok(Self {
            bucket: bucket.map_err(|_| wrong("has an endpoint and a bucket that make no address"))?,
            prefix: config.prefix.clone(),
            access_key: read(&config.access_key)?,
            secret_key: read(&config.secret_key)?,
            session_token: config.session_token.as_ref().map(read).transpose()?,
        })
    }

    /// Gives the object's key. Doing it again changes nothing.
    pub(super) async fn put(&self, client: &Client, hash: B256, bytes: &[u8]) -> Result<String, UploadError> {
        let packed = zstd::encode_all(bytes, LEVEL).map_err(UploadError::Pack)?;
        let name = format!("{}{hash}", self.prefix);
        let (key, secret) = (self.access_key.expose_secret(), self.secret_key.expose_secret());
        let credentials = match &self.session_token {
            None => Credentials::new(key, secret),
            Some(token) => Credentials::new_with_token(key, secret, token.expose_secret()),
        };
        let mut action = PutObject::new(&self.bucket, Some(&credentials), &name);
        for (header, value) in &HEADERS {
            action.headers_mut().insert(header.as_str().to_owned(), *value);
        }
        let mut request = client.put(action.sign(GOOD_FOR));
        for (header, value) in HEADERS {
            request = request.header(header, value);
        }
        super::upload::answered(request.body(packed).send().await).await?;
        Ok(name)
    }
}
