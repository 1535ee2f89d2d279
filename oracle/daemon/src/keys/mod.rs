//! Signing keys: where one is found, and what it signs.
//!
//! Takes: a reference to a key (an encrypted keystore and its password, a key in AWS KMS, a Ledger, or on the
//! local chain a raw key). Gives: a key that signs digests, typed data and transactions. Never: prints, logs or
//! serialises a secret.

#[cfg(feature = "kms")]
mod kms;
#[cfg(feature = "ledger")]
mod ledger;
mod secret;
mod signer;

pub use secret::SecretRef;
pub use signer::OracleKey;

use alloy::primitives::Address;
use serde::Deserialize;
use std::fmt;
use std::path::{Path, PathBuf};

/// The chain of a local anvil: the only one on which a raw key is accepted.
pub const LOCAL_CHAIN: u64 = 31_337;

/// Where a signing key is: exactly one of them.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "RawKeySource")]
pub enum KeySource {
    /// An encrypted keystore file (as `cast wallet` and geth write it) and its password.
    Keystore { path: PathBuf, password: SecretRef },
    /// A key that never leaves AWS KMS, by its id, ARN or alias, and the address it must turn out to have.
    Kms { id: String, address: Address },
    /// A key on a Ledger, by its derivation path, and the address it must turn out to have.
    Ledger { path: String, address: Address },
    /// A raw hexadecimal key: chain 31337 only.
    Raw(SecretRef),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawKeySource {
    keystore: Option<PathBuf>,
    password: Option<SecretRef>,
    kms: Option<String>,
    ledger: Option<String>,
    address: Option<Address>,
    key: Option<SecretRef>,
}

#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    #[error("a secret is given as `env:NAME`, `file:PATH` or `credential:NAME`, never by itself")]
    Reference,
    #[error(
        "a key is one of: `keystore` with `password`, `kms` with `address`, `ledger` with `address`, or `key` (chain \
         {LOCAL_CHAIN} only)"
    )]
    Source,
    #[error("{0:?} is no derivation path: write it as m/44'/60'/0'/0/0")]
    Path(String),
    #[error("the environment variable {0} is not set")]
    Env(String),
    #[error(
        "the credential {0} is not there, because systemd gave none: add `LoadCredential={0}:PATH` to the unit, or use \
         `file:PATH`"
    )]
    Credential(String),
    #[error("cannot read the secret {from} in {path}")]
    File { from: SecretRef, path: PathBuf, source: std::io::Error },
    #[error("the secret in {0} is empty")]
    Empty(SecretRef),
    #[error(
        "a raw key ({from}) is only for chain {LOCAL_CHAIN}, and this is chain {chain_id}: make an encrypted keystore with `cast wallet import`"
    )]
    RawKey { from: SecretRef, chain_id: u64 },
    #[error("{0} does not hold a private key (32 bytes in hexadecimal)")]
    NotAKey(SecretRef),
    #[error("cannot open the keystore {path} with the password in {password}")]
    Keystore { path: PathBuf, password: SecretRef, source: Box<alloy::signers::local::LocalSignerError> },
    #[error("the keystore {0} does not exist")]
    NoKeystore(PathBuf),
    #[error("this guerdon was built without {what}: build it with `cargo build --release --features {feature}`")]
    NotBuilt { what: &'static str, feature: &'static str },
    #[error("{place} has the key of {found}, not of {expected}: mend `address` or name the other key")]
    OtherAddress { place: KeySource, found: Address, expected: Address },
    #[error(
        "AWS KMS does not give the key {id}: check its name, the region and the permissions kms:GetPublicKey and kms:Sign"
    )]
    Kms { id: String, source: Box<dyn std::error::Error + Send + Sync> },
    #[error("no Ledger answers for {path}: plug it in, unlock it and open its Ethereum app")]
    Ledger { path: String, source: Box<dyn std::error::Error + Send + Sync> },
    #[error(
        "a Ledger shows what it signs and signs no bare digest: keep an oracle's key in a keystore or in AWS KMS, and \
         use the Ledger for wallets and transactions"
    )]
    BareDigest,
}

/// As it is shown to people: the place, never a secret.
impl fmt::Display for KeySource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Keystore { path, .. } => write!(f, "keystore {}", path.display()),
            Self::Kms { id, .. } => write!(f, "AWS KMS key {id}"),
            Self::Ledger { path, .. } => write!(f, "Ledger {path}"),
            Self::Raw(from) => write!(f, "raw key in {from}"),
        }
    }
}

impl TryFrom<RawKeySource> for KeySource {
    type Error = KeyError;

    fn try_from(raw: RawKeySource) -> Result<Self, KeyError> {
        match (raw.keystore, raw.password, raw.kms, raw.ledger, raw.address, raw.key) {
            (Some(path), Some(password), None, None, None, None) => Ok(Self::Keystore { path, password }),
            (None, None, Some(id), None, Some(address), None) if !id.is_empty() => Ok(Self::Kms { id, address }),
            (None, None, None, Some(path), Some(address), None) => {
                Ok(Self::Ledger { path: derivation(&path)?, address })
            }
            (None, None, None, None, None, Some(key)) => Ok(Self::Raw(key)),
            _ => Err(KeyError::Source),
        }
    }
}

/// A derivation path as a Ledger takes it.
pub fn derivation(path: &str) -> Result<String, KeyError> {
    let index = |part: &str| part.strip_suffix('\'').unwrap_or(part).parse::<u32>().is_ok_and(|index| index < 1 << 31);
    let parts = path.strip_prefix("m/").map(|rest| rest.split('/').collect::<Vec<_>>());
    let is_one = parts.is_some_and(|parts| parts.len() <= 10 && parts.into_iter().all(index));
    if is_one { Ok(path.to_owned()) } else { Err(KeyError::Path(path.to_owned())) }
}

impl KeySource {
    /// As the configuration has it, secrets by reference.
    pub(crate) fn as_toml(&self) -> String {
        let text = |text: &dyn fmt::Display| crate::config::quoted(&text.to_string());
        match self {
            Self::Keystore { path, password } => {
                format!("{{ keystore = {}, password = {} }}", text(&path.display()), text(password))
            }
            Self::Kms { id, address } => format!("{{ kms = {}, address = {} }}", text(id), text(address)),
            Self::Ledger { path, address } => format!("{{ ledger = {}, address = {} }}", text(path), text(address)),
            Self::Raw(from) => format!("{{ key = {} }}", text(from)),
        }
    }

    /// Paths in it are relative to a folder.
    pub(crate) fn anchor(&mut self, folder: &Path) {
        match self {
            Self::Keystore { path, password } => {
                *path = folder.join(&*path);
                password.anchor(folder);
            }
            Self::Raw(from) => from.anchor(folder),
            Self::Kms { .. } | Self::Ledger { .. } => {}
        }
    }
}

impl SecretRef {
    pub(crate) fn anchor(&mut self, folder: &Path) {
        if let Self::File(path) = self {
            *path = folder.join(&*path);
        }
    }
}

#[cfg(test)]
mod tests;
