//! A secret by reference: takes `env:NAME`, `file:PATH` or `credential:NAME`, gives what stands there when it
//! is asked for. Never: keeps it, prints it, or takes the secret itself.

use super::KeyError;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// Where systemd says that a unit's credentials are.
const CREDENTIALS: &str = "CREDENTIALS_DIRECTORY";

/// `env:NAME`, `file:PATH`, or `credential:NAME` as systemd's `LoadCredential=NAME:PATH` gives it. It can be
/// printed, the secret cannot.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub enum SecretRef {
    Env(String),
    File(PathBuf),
    Credential(String),
}

impl fmt::Display for SecretRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Env(name) => write!(f, "env:{name}"),
            Self::File(path) => write!(f, "file:{}", path.display()),
            Self::Credential(name) => write!(f, "credential:{name}"),
        }
    }
}

impl FromStr for SecretRef {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        match text.split_once(':') {
            Some(("env", name)) if !name.is_empty() => Ok(Self::Env(name.to_owned())),
            Some(("file", path)) if !path.is_empty() => Ok(Self::File(path.into())),
            // One file of that directory, never a path that leads out of it.
            Some(("credential", name)) if is_a_name(name) => Ok(Self::Credential(name.to_owned())),
            _ => Err(KeyError::Reference),
        }
    }
}

fn is_a_name(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    !name.is_empty() && name.chars().all(plain) && name.chars().any(|c| c != '.')
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
        let file = |path: &Path| {
            std::fs::read_to_string(path).map_err(|source| KeyError::File {
                from: self.clone(),
                path: path.into(),
                source,
            })
        };
        let text = match self {
            Self::Env(name) => std::env::var(name).map_err(|_| KeyError::Env(name.clone()))?,
            Self::File(path) => file(path)?,
            Self::Credential(name) => {
                let folder = std::env::var_os(CREDENTIALS).ok_or_else(|| KeyError::Credential(name.clone()))?;
                file(&Path::new(&folder).join(name))?
            }
        };
        let secret = SecretString::from(text.trim().to_owned());
        if secret.expose_secret().is_empty() { Err(KeyError::Empty(self.clone())) } else { Ok(secret) }
    }
}
