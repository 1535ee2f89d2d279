//! Puts evidence where others find it: once for each file and place, tried again until it is there. What is
//! there is remembered in the store. A place that fails keeps nobody from being paid.

use super::EvidenceConfig;
use super::ipfs::Ipfs;
use super::s3::S3;
use crate::figures;
use crate::keys::KeyError;
use crate::oracle::Oracle;
use crate::run::chain_of;
use crate::store::{Store, StoreError, StoredCopy, StoredEvidence};
use guerdon_core::B256;
use guerdon_core::verify;
use reqwest::{Client, Response, redirect};
use std::collections::BTreeSet;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

const CONNECT: Duration = Duration::from_secs(15);
/// How long one file may take.
const WHOLE: Duration = Duration::from_secs(600);
/// The longest answer that is read.
const ANSWER: usize = 65_536;
/// As the store packs evidence.
const LEVEL: i32 = 9;

#[derive(Debug, thiserror::Error)]
pub enum UploadError {
    #[error("`{key}` {message}")]
    Setting { key: &'static str, message: String },
    #[error("a secret of `evidence` cannot be read")]
    Key(#[from] KeyError),
    #[error("the connection to the places of `evidence` cannot be set up: {0}")]
    Client(String),
    #[error("the evidence cannot be packed")]
    Pack(#[source] std::io::Error),
    #[error("it cannot be reached: {0}")]
    Unreachable(String),
    #[error("it answered {status}: {text}")]
    Refused { status: u16, text: String },
    #[error("it did not say what the file is called")]
    Answer,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The places that evidence is put in.
pub struct Uploads {
    client: Client,
    s3: Option<S3>,
    ipfs: Option<Ipfs>,
}

impl Uploads {
    pub fn of(config: &EvidenceConfig) -> Result<Self, UploadError> {
        let client = Client::builder()
            .redirect(redirect::Policy::none())
            .connect_timeout(CONNECT)
            .timeout(WHOLE)
            .user_agent(concat!("guerdon/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| UploadError::Client(error.without_url().to_string()))?;
        Ok(Self {
            client,
            s3: config.s3.as_ref().map(S3::new).transpose()?,
            ipfs: config.ipfs.as_ref().map(Ipfs::new).transpose()?,
        })
    }

    fn places(&self) -> impl Iterator<Item = &'static str> {
        let s3 = self.s3.as_ref().map(|_| "s3");
        s3.into_iter().chain(self.ipfs.as_ref().map(|_| "ipfs"))
    }

    /// Puts everything that is due where it is not yet; how many copies were made, and whether all are there.
    pub async fn put(&self, store: &Store, signs: bool, now: u64) -> Result<(usize, bool), StoreError> {
        let (mut made, mut whole) = (0, true);
        if self.places().next().is_none() {
            return Ok((made, whole));
        }
        let there: BTreeSet<(B256, String)> =
            store.copies().await?.into_iter().map(|copy| (copy.hash, copy.place)).collect();
        let cut = store.evidences().await?;
        let last = cut.iter().map(|evidence| evidence.epoch).max();
        for StoredEvidence { hash, epoch, round, .. } in cut {
            let missing: Vec<&'static str> =
                self.places().filter(|place| !there.contains(&(hash, (*place).to_owned()))).collect();
            if missing.is_empty() {
                continue;
            }
            // Before it is signed it may still be cut anew; what pays nobody is never signed.
            let is_final = !signs || Some(epoch) < last || !store.signatures(epoch, round).await?.is_empty();
            let Some(bytes) = (if is_final { store.evidence_by_hash(hash).await? } else { None }) else { continue };
            for place in missing {
                crate::fault::point("evidence: upload");
                let done = self.one(place, hash, &bytes).await;
                figures::uploaded(place, done.is_ok());
                match done {
                    Ok(name) => {
                        tracing::info!(epoch = epoch.0, %hash, place, name, "evidence is there for others");
                        crate::fault::point("evidence: note the copy");
                        store.put_copy(&StoredCopy { hash, place: place.to_owned(), name, at: now }).await?;
                        made += 1;
                    }
                    Err(error) => {
                        let error = chain_of(&error);
                        tracing::warn!(epoch = epoch.0, %hash, place, error, "evidence is not there yet; trying again");
                        whole = false;
                    }
                }
            }
        }
        Ok((made, whole))
    }

    async fn one(&self, place: &str, hash: B256, bytes: &[u8]) -> Result<String, UploadError> {
        match (place, &self.s3, &self.ipfs) {
            ("s3", Some(s3), _) => s3.put(&self.client, hash, bytes).await,
            ("ipfs", _, Some(ipfs)) => ipfs.add(&self.client, hash, bytes).await,
            _ => Err(UploadError::Setting { key: "evidence", message: format!("has no place {place}") }),
        }
    }
}

/// The text of a good answer. An address is never repeated: it is signed.
pub(super) async fn answered(answer: Result<Response, reqwest::Error>) -> Result<String, UploadError> {
    let unreachable = |error: reqwest::Error| UploadError::Unreachable(error.without_url().to_string());
    let mut answer = answer.map_err(unreachable)?;
    let status = answer.status();
    let mut bytes = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(unreachable)? {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > ANSWER {
            break;
        }
    }
    let text = String::from_utf8_lossy(&bytes).into_owned();
    if status.is_success() {
        return Ok(text);
    }
    let short: String = crate::plain::line(&text).chars().take(200).collect();
    Err(UploadError::Refused { status: status.as_u16(), text: short })
}

/// Keeps every place up to what is cut, until cancelled, and the figures of the last evidence.
pub async fn keep(oracle: &Oracle, uploads: &Uploads, cancelled: CancellationToken) {
    let interval = Duration::from_millis(oracle.config.run.interval_ms);
    let signs = !oracle.config.oracle.keys.is_empty();
    let (mut measured, mut wait) = (None, interval);
    loop {
        let round = async {
            measure(&oracle.store, &mut measured).await?;
            let now = oracle.chain.now().await.map_or(0, |now| now.timestamp);
            uploads.put(&oracle.store, signs, now).await
        };
        // What fails is tried less and less often, up to once in ten minutes.
        wait = match tokio::select! { () = cancelled.cancelled() => return, done = round => done } {
            Ok((_, true)) => interval,
            Ok((_, false)) => (wait * 2).clamp(interval, Duration::from_secs(600).max(interval)),
            Err(error) => {
                tracing::warn!(error = chain_of(&error), "the store does not say which evidence there is");
                interval
            }
        };
        tokio::select! {
            () = cancelled.cancelled() => return,
            () = tokio::time::sleep(wait) => {}
        }
    }
}

/// Sets the figures of the last evidence, once.
async fn measure(store: &Store, measured: &mut Option<B256>) -> Result<(), StoreError> {
    let last = store.evidences().await?.into_iter().next_back().map(|evidence| evidence.hash);
    if last == *measured {
        return Ok(());
    }
    let Some(bytes) = (match last {
        Some(hash) => store.evidence_by_hash(hash).await?,
        None => None,
    }) else {
        return Ok(());
    };
    let sizes = tokio::task::spawn_blocking(move || {
        let facts = verify::read(&bytes).map_or(0, |(_, evidence)| evidence.facts.len());
        let packed = zstd::encode_all(bytes.as_slice(), LEVEL).map_or(0, |packed| packed.len());
        (bytes.len() as u64, packed as u64, facts as u64)
    });
    if let Ok((plain, packed, facts)) = sizes.await {
        figures::cut(plain, packed, facts);
        *measured = last;
    }
    Ok(())
}
