//! Signing keys: where one is found, and loading it.
//!
//! Takes: a reference to a key (an encrypted keystore and its password, or on the local chain a raw
//! key). Gives: a key that signs. Never: prints, logs or serialises a secret.

use alloy::primitives::{Address, B256};
use alloy::signers::local::PrivateKeySigner;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// The chain of a local anvil: the only one on which a raw key is accepted.
pub const LOCAL_CHAIN: u64 = 31_337;

/// A secret by reference: `env:NAME` or `file:PATH`. It can be printed, the secret cannot.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub enum SecretRef {
    Env(String),
    File(PathBuf),
}

/// Where a signing key is. Exactly one of `keystore` (with `password`) and `key`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "RawKeySource")]
pub enum KeySource {
    /// An encrypted keystore file (as `cast wallet` and geth write it) and its password.
    Keystore { path: PathBuf, password: SecretRef },
    /// A raw hexadecimal key: chain 31337 only.
    Raw(SecretRef),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawKeySource {
    keystore: Option<PathBuf>,
    password: Option<SecretRef>,
    key: Option<SecretRef>,
}

#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    #[error("a secret is given as `env:NAME` or `file:PATH`, never by itself")]
    Reference,
    #[error("a key is either `keystore` with `password`, or `key` (chain {LOCAL_CHAIN} only)")]
    Source,
    #[error("the environment variable {0} is not set")]
    Env(String),
    #[error("cannot read the secret file {0}")]
    File(PathBuf, #[source] std::io::Error),
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
}

impl fmt::Display for SecretRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Env(name) => write!(f, "env:{name}"),
            Self::File(path) => write!(f, "file:{}", path.display()),
        }
    }
}

impl FromStr for SecretRef {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        match text.split_once(':') {
            Some(("env", name)) if !name.is_empty() => Ok(Self::Env(name.to_owned())),
            Some(("file", path)) if !path.is_empty() => Ok(Self::File(path.into())),
            _ => Err(KeyError::Reference),
        }
    }
}

impl TryFrom<String> for SecretRef {
    type Error = KeyError;

    fn try_from(text: String) -> Result<Self, KeyError> {
        text.parse()
    }
}

impl SecretRef {
    /// The secret, without the white space around it.
    pub fn read(&self) -> Result<SecretString, KeyError> {
        let text = match self {
            Self::Env(name) => std::env::var(name).map_err(|_| KeyError::Env(name.clone()))?,
            Self::File(path) => std::fs::read_to_string(path).map_err(|error| KeyError::File(path.clone(), error))?,
        };
        let secret = SecretString::from(text.trim().to_owned());
        if secret.expose_secret().is_empty() { Err(KeyError::Empty(self.clone())) } else { Ok(secret) }
    }
}

impl TryFrom<RawKeySource> for KeySource {
    type Error = KeyError;

    fn try_from(raw: RawKeySource) -> Result<Self, KeyError> {
        match (raw.keystore, raw.password, raw.key) {
            (Some(path), Some(password), None) => Ok(Self::Keystore { path, password }),
            (None, None, Some(key)) => Ok(Self::Raw(key)),
            _ => Err(KeyError::Source),
        }
    }
}

/// A key that signs for an oracle or pays for transactions.
#[derive(Clone)]
pub struct OracleKey(PrivateKeySigner);

impl fmt::Debug for OracleKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OracleKey({}, ********)", self.address())
    }
}

impl OracleKey {
    /// Loads the key for use on one chain.
    pub fn load(source: &KeySource, chain_id: u64) -> Result<Self, KeyError> {
        match source {
            KeySource::Keystore { path, password } => Self::keystore(path, password),
            KeySource::Raw(from) => Self::raw(from, chain_id),
        }
    }

    fn keystore(path: &Path, password: &SecretRef) -> Result<Self, KeyError> {
        if !path.exists() {
            return Err(KeyError::NoKeystore(path.to_owned()));
        }
        let secret = password.read()?;
        let signer = PrivateKeySigner::decrypt_keystore(path, secret.expose_secret()).map_err(|source| {
            KeyError::Keystore { path: path.to_owned(), password: password.clone(), source: Box::new(source) }
        })?;
        Ok(Self(signer))
    }

    fn raw(from: &SecretRef, chain_id: u64) -> Result<Self, KeyError> {
        if chain_id != LOCAL_CHAIN {
            return Err(KeyError::RawKey { from: from.clone(), chain_id });
        }
        let secret = from.read()?;
        let bytes = B256::from_str(secret.expose_secret()).map_err(|_| KeyError::NotAKey(from.clone()))?;
        let signer = PrivateKeySigner::from_bytes(&bytes).map_err(|_| KeyError::NotAKey(from.clone()))?;
        Ok(Self(signer))
    }

    pub fn address(&self) -> Address {
        self.0.address()
    }

    /// The signer inside, for alloy's wallet.
    pub fn signer(&self) -> &PrivateKeySigner {
        &self.0
    }
}

impl From<PrivateKeySigner> for OracleKey {
    fn from(signer: PrivateKeySigner) -> Self {
        Self(signer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";

    fn secret_file(dir: &tempfile::TempDir, name: &str, text: &str) -> SecretRef {
        let path = dir.path().join(name);
        std::fs::write(&path, text).unwrap();
        SecretRef::File(path)
    }

    #[test]
    fn a_raw_key_opens_on_the_local_chain_only_and_is_never_printed() {
        let dir = tempfile::tempdir().unwrap();
        let source = KeySource::Raw(secret_file(&dir, "key", &format!("{KEY}\n")));
        let key = OracleKey::load(&source, LOCAL_CHAIN).unwrap();
        assert_eq!(key.address().to_string(), "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266");
        assert!(!format!("{key:?} {source:?}").contains("ac0974"));
        let error = OracleKey::load(&source, 1).unwrap_err().to_string();
        assert!(error.contains("chain 1") && error.contains("cast wallet import"), "{error}");
    }

    #[test]
    fn a_keystore_opens_with_its_password_and_no_other() {
        let dir = tempfile::tempdir().unwrap();
        let signer = PrivateKeySigner::from_bytes(&KEY.parse().unwrap()).unwrap();
        PrivateKeySigner::encrypt_keystore(
            dir.path(),
            &mut alloy::signers::k256::elliptic_curve::rand_core::OsRng,
            signer.to_bytes(),
            "open sesame",
            Some("oracle"),
        )
        .unwrap();
        let path = dir.path().join("oracle");
        let right = KeySource::Keystore { path: path.clone(), password: secret_file(&dir, "right", "open sesame\n") };
        assert_eq!(OracleKey::load(&right, 1).unwrap().address(), signer.address());
        let wrong = KeySource::Keystore { path: path.clone(), password: secret_file(&dir, "wrong", "open barley") };
        let error = OracleKey::load(&wrong, 1).unwrap_err();
        assert!(matches!(error, KeyError::Keystore { .. }), "{error}");
        assert!(!error.to_string().contains("barley"));
        let missing =
            KeySource::Keystore { path: dir.path().join("nowhere"), password: SecretRef::Env("NOT_READ".into()) };
        assert!(matches!(OracleKey::load(&missing, 1), Err(KeyError::NoKeystore(_))));
    }

    #[test]
    fn what_is_not_a_key_is_named_by_its_place() {
        let dir = tempfile::tempdir().unwrap();
        let short = secret_file(&dir, "short", "0xdead");
        let error = OracleKey::load(&KeySource::Raw(short), LOCAL_CHAIN).unwrap_err().to_string();
        assert!(error.contains("short") && !error.contains("dead"), "{error}");
        let empty = secret_file(&dir, "empty", " \n");
        assert!(matches!(OracleKey::load(&KeySource::Raw(empty), LOCAL_CHAIN), Err(KeyError::Empty(_))));
        let unset = SecretRef::Env("GUERDON_TEST_UNSET".into());
        assert!(matches!(OracleKey::load(&KeySource::Raw(unset), LOCAL_CHAIN), Err(KeyError::Env(_))));
    }

    #[test]
    fn a_config_table_names_exactly_one_source() {
        let parse = |text: &str| toml::from_str::<KeySource>(text);
        assert!(parse("key = 'env:ORACLE_KEY'").is_ok());
        assert!(parse("keystore = 'a.json'\npassword = 'env:P'").is_ok());
        for bad in [
            "keystore = 'a.json'",
            "key = 'env:A'\npassword = 'env:B'",
            "",
            "key = 'env:A'\nextra = 1",
            "key = '0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80'",
        ] {
            let error = parse(bad).unwrap_err();
            assert!(!error.message().contains("ac0974"), "{error}");
        }
    }
}
