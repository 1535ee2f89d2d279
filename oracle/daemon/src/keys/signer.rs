//! A loaded key. One that is kept in a file signs at once; one in AWS KMS or on a Ledger is asked for each
//! signature, and first of all for its address, which must be the configured one.

use super::{KeyError, KeySource, LOCAL_CHAIN, SecretRef};
use alloy::consensus::SignableTransaction;
use alloy::network::{EthereumWallet, TxSigner};
use alloy::primitives::{Address, B256, Signature};
#[cfg(feature = "kms")]
use alloy::signers::Signer;
use alloy::signers::local::PrivateKeySigner;
use alloy::signers::{Error, SignerSync};
use alloy::sol_types::{Eip712Domain, SolStruct};
use secrecy::ExposeSecret;
use std::fmt;
use std::path::Path;
use std::pin::Pin;
use std::str::FromStr;
#[cfg(any(feature = "kms", feature = "ledger"))]
use std::sync::Arc;
use std::sync::{Mutex, PoisonError};

/// A key that signs for an oracle, for a wallet, or pays for transactions.
#[derive(Clone)]
pub struct OracleKey(Place);

#[derive(Clone)]
enum Place {
    Local(PrivateKeySigner),
    #[cfg(feature = "kms")]
    Kms(Arc<super::kms::KmsKey>),
    #[cfg(feature = "ledger")]
    Ledger(Arc<super::ledger::LedgerKey>),
}

type Signed<'run> = Pin<Box<dyn Future<Output = Result<Signature, Error>> + Send + 'run>>;

impl fmt::Debug for OracleKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OracleKey({}, ********)", self.address())
    }
}

impl OracleKey {
    /// Loads the key for use on one chain. What is not in a file is asked for when it is first used.
    ///
    /// A process opens each key once: a keystore takes up to a second of work by design, and KMS a request. A
    /// file that changes counts after a restart.
    pub fn load(source: &KeySource, chain_id: u64) -> Result<Self, KeyError> {
        static OPENED: Mutex<Vec<(KeySource, u64, OracleKey)>> = Mutex::new(Vec::new());
        let mut opened = OPENED.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((.., key)) = opened.iter().find(|(known, chain, _)| known == source && *chain == chain_id) {
            return Ok(key.clone());
        }
        let key = Self::open(source, chain_id)?;
        opened.push((source.clone(), chain_id, key.clone()));
        Ok(key)
    }

    fn open(source: &KeySource, chain_id: u64) -> Result<Self, KeyError> {
        match source {
            KeySource::Keystore { path, password } => Self::keystore(path, password),
            KeySource::Raw(from) => Self::raw(from, chain_id),
            #[cfg(feature = "kms")]
            KeySource::Kms { id, address } => Ok(Self(Place::Kms(Arc::new(super::kms::KmsKey::new(id, *address))))),
            #[cfg(not(feature = "kms"))]
            KeySource::Kms { .. } => Err(KeyError::NotBuilt { what: "AWS KMS", feature: "kms" }),
            #[cfg(feature = "ledger")]
            KeySource::Ledger { path, address } => {
                Ok(Self(Place::Ledger(Arc::new(super::ledger::LedgerKey::new(path, *address)))))
            }
            #[cfg(not(feature = "ledger"))]
            KeySource::Ledger { .. } => Err(KeyError::NotBuilt { what: "Ledger", feature: "ledger" }),
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
        Ok(signer.into())
    }

    fn raw(from: &SecretRef, chain_id: u64) -> Result<Self, KeyError> {
        if chain_id != LOCAL_CHAIN {
            return Err(KeyError::RawKey { from: from.clone(), chain_id });
        }
        let secret = from.read()?;
        let bytes = B256::from_str(secret.expose_secret()).map_err(|_| KeyError::NotAKey(from.clone()))?;
        let signer = PrivateKeySigner::from_bytes(&bytes).map_err(|_| KeyError::NotAKey(from.clone()))?;
        Ok(signer.into())
    }

    pub fn address(&self) -> Address {
        match &self.0 {
            Place::Local(signer) => signer.address(),
            #[cfg(feature = "kms")]
            Place::Kms(key) => key.address,
            #[cfg(feature = "ledger")]
            Place::Ledger(key) => key.address,
        }
    }

    /// Asks a key that is elsewhere whether it is there and has the configured address.
    pub async fn check(&self) -> Result<(), KeyError> {
        match &self.0 {
            Place::Local(_) => Ok(()),
            #[cfg(feature = "kms")]
            Place::Kms(key) => key.open().await.map(drop),
            #[cfg(feature = "ledger")]
            Place::Ledger(key) => key.open().await.map(drop),
        }
    }

    /// Signs 32 bytes as they are. A Ledger refuses: it signs only what it can show.
    pub async fn sign_hash(&self, digest: &B256) -> Result<Signature, Error> {
        match &self.0 {
            Place::Local(signer) => signer.sign_hash_sync(digest),
            #[cfg(feature = "kms")]
            Place::Kms(key) => key.open().await.map_err(Error::other)?.sign_hash(digest).await,
            #[cfg(feature = "ledger")]
            Place::Ledger(_) => Err(Error::other(KeyError::BareDigest)),
        }
    }

    /// Signs a message as EIP-712 typed data.
    pub async fn sign_typed<M: SolStruct + Send + Sync>(
        &self,
        message: &M,
        domain: &Eip712Domain,
    ) -> Result<Signature, Error> {
        match &self.0 {
            #[cfg(feature = "ledger")]
            Place::Ledger(key) => key.sign_typed(message, domain).await,
            _ => self.sign_hash(&message.eip712_signing_hash(domain)).await,
        }
    }

    /// The wallet that alloy pays with.
    pub fn wallet(&self) -> EthereumWallet {
        EthereumWallet::new(self.clone())
    }
}

impl TxSigner<Signature> for OracleKey {
    fn address(&self) -> Address {
        Self::address(self)
    }

    fn sign_transaction<'key, 'tx, 'run>(
        &'key self,
        transaction: &'tx mut dyn SignableTransaction<Signature>,
    ) -> Signed<'run>
    where
        'key: 'run,
        'tx: 'run,
        Self: 'run,
    {
        Box::pin(async move {
            match &self.0 {
                Place::Local(signer) => signer.sign_transaction(transaction).await,
                #[cfg(feature = "kms")]
                Place::Kms(key) => key.open().await.map_err(Error::other)?.sign_transaction(transaction).await,
                #[cfg(feature = "ledger")]
                Place::Ledger(key) => key.open().await.map_err(Error::other)?.sign_transaction(transaction).await,
            }
        })
    }
}

impl From<PrivateKeySigner> for OracleKey {
    fn from(signer: PrivateKeySigner) -> Self {
        Self(Place::Local(signer))
    }
}
