//! The list of what one oracle holds for an epoch, signed by its key.

use crate::keys::OracleKey;
use crate::sign::{OracleSignature, SignError, sign};
use alloy::primitives::{Address, B256, Bytes, keccak256};
use alloy::sol_types::Eip712Domain;
use guerdon_bindings::message::{Holding, digest};
use guerdon_core::agreement::Held;
use guerdon_core::canonical;
use guerdon_core::model::{Epoch, Witness};
use serde::{Deserialize, Serialize};

/// As it was found at the cutoff.
pub const FIRST: u32 = 1;
/// After what differs was read once more: it changes no more.
pub const FINAL: u32 = 2;

/// A list, and whose it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sealed {
    pub epoch: Epoch,
    /// 1 or 2.
    pub sequence: u32,
    pub oracle: Address,
    pub held: Held,
    /// What this oracle's own model said; in the final list only.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub witnesses: Vec<Witness>,
    /// 65 bytes: r, s, v.
    pub signature: Bytes,
}

impl Sealed {
    pub async fn new(
        (epoch, sequence): (Epoch, u32),
        held: Held,
        witnesses: Vec<Witness>,
        domain: &Eip712Domain,
        key: &OracleKey,
    ) -> Result<Self, SignError> {
        let mut sealed = Self { epoch, sequence, oracle: key.address(), held, witnesses, signature: Bytes::new() };
        sealed.signature = sign(&sealed.message(), domain, key).await?.signature;
        Ok(sealed)
    }

    fn message(&self) -> Holding {
        // Maps of strings, numbers and hashes: there is nothing in it that JSON cannot say.
        let content = canonical::to_string(&(&self.held, &self.witnesses)).unwrap_or_default();
        Holding { epoch: self.epoch.0, sequence: self.sequence, oracle: self.oracle, content: keccak256(content) }
    }

    /// What names it.
    pub fn digest(&self, domain: &Eip712Domain) -> B256 {
        digest(&self.message(), domain)
    }

    /// Its digest, if the oracle that it names signed it for this epoch.
    pub fn verified(&self, epoch: Epoch, domain: &Eip712Domain) -> Option<B256> {
        let signature = OracleSignature { signer: self.oracle, signature: self.signature.clone() };
        let digest = self.digest(domain);
        let known = self.epoch == epoch && matches!(self.sequence, FIRST | FINAL);
        (known && signature.verify(digest).is_ok()).then_some(digest)
    }
}
