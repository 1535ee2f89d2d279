//! One evidence file from the first place that really has it.

use super::Place;
use guerdon_core::B256;
use guerdon_core::evidence;
use reqwest::{Client, redirect};
use serde::{Serialize, Serializer};
use std::fmt;
use std::io::Read as _;
use std::time::Duration;
use url::Url;

const CONNECT: Duration = Duration::from_secs(10);
/// How long a place may be silent.
const SILENCE: Duration = Duration::from_secs(20);
/// How long one file may take from one place.
const WHOLE: Duration = Duration::from_secs(300);
/// What a zstd frame begins with.
const ZSTD: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

#[derive(Debug, thiserror::Error)]
pub enum MirrorError {
    #[error("no place is known that has evidence: list one in `evidence.mirrors`, or name one with --from URL")]
    NoPlaces,
    #[error("evidence {hash} is not to be had: {}; name another place with --from URL", listed(tried))]
    Nowhere {
        hash: B256,
        /// In the order in which they were asked.
        tried: Vec<Tried>,
    },
    #[error("the HTTP client could not be set up: {message}")]
    Client { message: String },
}

/// A place that did not have the file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Tried {
    /// Without credentials.
    pub place: String,
    pub said: Miss,
}

/// Why a place did not have the file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Miss {
    #[error("it is not an http(s) address")]
    Address,
    #[error("it cannot be reached")]
    Unreachable,
    #[error("it took too long")]
    Slow,
    #[error("it answered {0}")]
    Status(u16),
    #[error("it broke off")]
    BrokenOff,
    #[error("what it has is larger than {0} bytes")]
    TooLarge(u64),
    #[error("what it has is neither whole nor zstd")]
    Packed,
    #[error("what it has is another file, with the hash {0}")]
    Other(B256),
}

impl Serialize for Miss {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl fmt::Display for Tried {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.said)
    }
}

fn listed(tried: &[Tried]) -> String {
    tried.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

/// The evidence of that hash, plain, at most `limit` bytes of it, from the first of the places that has it.
/// Places may serve it plain or as zstd.
pub async fn fetch(places: &[Place], hash: B256, limit: u64) -> Result<Vec<u8>, MirrorError> {
    if places.is_empty() {
        return Err(MirrorError::NoPlaces);
    }
    let client = client()?;
    let mut tried: Vec<Tried> = Vec::new();
    for place in places {
        let shown = place.to_string();
        match one(&client, place, hash, limit).await {
            Ok(bytes) => {
                for Tried { place, said } in &tried {
                    tracing::warn!(place, %said, %hash, "this place does not have the evidence; another one has");
                }
                return Ok(bytes);
            }
            Err(said) => tried.push(Tried { place: shown, said }),
        }
    }
    Err(MirrorError::Nowhere { hash, tried })
}

/// What lies at an address, plain, whatever its hash is.
pub async fn download(url: &str, limit: u64) -> Result<Vec<u8>, Miss> {
    let parsed = Url::parse(url).ok().filter(|url| matches!(url.scheme(), "http" | "https")).ok_or(Miss::Address)?;
    let client = client().map_err(|_| Miss::Unreachable)?;
    unpacked(get(&client, parsed, limit).await?, limit)
}

fn client() -> Result<Client, MirrorError> {
    Client::builder()
        .redirect(redirect::Policy::limited(5))
        .connect_timeout(CONNECT)
        .read_timeout(SILENCE)
        .timeout(WHOLE)
        .user_agent(concat!("guerdon/", env!("CARGO_PKG_VERSION")))
        .build()
        .map_err(|error| MirrorError::Client { message: error.without_url().to_string() })
}

async fn one(client: &Client, place: &Place, hash: B256, limit: u64) -> Result<Vec<u8>, Miss> {
    let bytes = get(client, place.url(hash).ok_or(Miss::Address)?, limit).await?;
    // Both are work for a processor, not for the runtime.
    let opened = tokio::task::spawn_blocking(move || open(bytes, hash, limit));
    opened.await.unwrap_or(Err(Miss::BrokenOff))
}

async fn get(client: &Client, url: Url, limit: u64) -> Result<Vec<u8>, Miss> {
    let mut answer = client.get(url).send().await.map_err(|error| missed(&error))?;
    if answer.status().as_u16() != 200 {
        return Err(Miss::Status(answer.status().as_u16()));
    }
    let mut bytes = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(|error| missed(&error))? {
        // A length that it names is not believed.
        if (bytes.len() + chunk.len()) as u64 > limit {
            return Err(Miss::TooLarge(limit));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

fn missed(error: &reqwest::Error) -> Miss {
    if error.is_timeout() {
        Miss::Slow
    } else if error.is_connect() {
        Miss::Unreachable
    } else {
        Miss::BrokenOff
    }
}

/// The file itself, if these are it.
fn open(bytes: Vec<u8>, hash: B256, limit: u64) -> Result<Vec<u8>, Miss> {
    let plain = unpacked(bytes, limit)?;
    match evidence::hash(&plain) {
        found if found == hash => Ok(plain),
        found => Err(Miss::Other(found)),
    }
}

/// Plain bytes out of plain ones or zstd, never more than `limit`.
pub(super) fn unpacked(bytes: Vec<u8>, limit: u64) -> Result<Vec<u8>, Miss> {
    if !bytes.starts_with(&ZSTD) {
        return if bytes.len() as u64 > limit { Err(Miss::TooLarge(limit)) } else { Ok(bytes) };
    }
    let decoder = zstd::Decoder::new(bytes.as_slice()).map_err(|_| Miss::Packed)?;
    let mut plain = Vec::new();
    decoder.take(limit.saturating_add(1)).read_to_end(&mut plain).map_err(|_| Miss::Packed)?;
    if plain.len() as u64 > limit { Err(Miss::TooLarge(limit)) } else { Ok(plain) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_small_when_packed_is_still_limited() {
        let bomb = zstd::encode_all(std::io::repeat(b'a').take(50_000_000), 3).unwrap();
        assert!(bomb.len() < 10_000);
        assert_eq!(unpacked(bomb, 1_000_000), Err(Miss::TooLarge(1_000_000)));
        assert_eq!(unpacked(vec![1; 11], 10), Err(Miss::TooLarge(10)));
        assert_eq!(unpacked(vec![1; 10], 10), Ok(vec![1; 10]));
    }

    #[test]
    fn half_a_file_is_none() {
        let mut packed = zstd::encode_all([7_u8; 5_000].as_slice(), 3).unwrap();
        packed.truncate(packed.len() - 3);
        assert_eq!(unpacked(packed, 10_000), Err(Miss::Packed));
    }
}
