//! A key on a Ledger: takes its derivation path and address, gives signatures that somebody confirmed on the
//! device. Never: sees the key, signs a bare digest.

use super::{KeyError, KeySource};
use alloy::primitives::{Address, Signature};
use alloy::signers::ledger::{HDPath, LedgerSigner};
use alloy::signers::{Error, Signer};
use alloy::sol_types::{Eip712Domain, SolStruct};
use tokio::sync::OnceCell;

pub(super) struct LedgerKey {
    path: String,
    pub(super) address: Address,
    signer: OnceCell<LedgerSigner>,
}

impl LedgerKey {
    pub(super) fn new(path: &str, address: Address) -> Self {
        Self { path: path.to_owned(), address, signer: OnceCell::new() }
    }

    /// The device is asked for its address once; a failure is not kept.
    pub(super) async fn open(&self) -> Result<&LedgerSigner, KeyError> {
        self.signer.get_or_try_init(|| self.ask()).await
    }

    async fn ask(&self) -> Result<LedgerSigner, KeyError> {
        let signer = LedgerSigner::new(HDPath::Other(self.path.clone()), None)
            .await
            .map_err(|source| KeyError::Ledger { path: self.path.clone(), source: Box::new(source) })?;
        let found = Signer::address(&signer);
        if found == self.address {
            return Ok(signer);
        }
        let place = KeySource::Ledger { path: self.path.clone(), address: self.address };
        Err(KeyError::OtherAddress { place, found, expected: self.address })
    }

    /// The device shows the hashes of domain and message, and signs when its owner agrees.
    pub(super) async fn sign_typed<M: SolStruct + Send + Sync>(
        &self,
        message: &M,
        domain: &Eip712Domain,
    ) -> Result<Signature, Error> {
        let signer = self.open().await.map_err(Error::other)?;
        signer.sign_typed_data(message, domain).await
    }
}
