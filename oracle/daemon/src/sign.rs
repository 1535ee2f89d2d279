//! Verb 5, sign: what one oracle key says, and the quorum that the distributor asks for.
//!
//! Takes: a message (batch header or link attestation), the EIP-712 domain, keys, an oracle set.
//! Gives: signatures, checked one by one, and packed as the contract reads them. Never: decides
//! whether a batch is right, keeps a key, talks to the chain.

use crate::keys::OracleKey;
use crate::store::StoredSignature;
use alloy::primitives::{Address, B256, Bytes, Signature};
use alloy::sol_types::{Eip712Domain, SolStruct};
use guerdon_bindings::{RewardBatch, message};
use guerdon_core::batch::BatchHeader;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The oracles of one set and how many of them must sign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OracleSet {
    pub id: u64,
    /// Ascending; the position is the bit in the quorum's bitmap.
    pub members: Vec<Address>,
    pub threshold: usize,
    /// Where the evidence files are.
    pub base_url: String,
    /// Members whose keys were switched off: they sign for no quorum any more.
    pub switched_off: BTreeSet<Address>,
}

impl OracleSet {
    /// Whether a key's signature counts.
    pub fn counts(&self, member: &Address) -> bool {
        self.members.contains(member) && !self.switched_off.contains(member)
    }
}

/// One key's word on one message, as it is stored and sent between oracles.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OracleSignature {
    #[schema(value_type = String, pattern = "^0x[0-9a-fA-F]{40}$")]
    pub signer: Address,
    /// 65 bytes: r, s, v.
    #[schema(value_type = String, pattern = "^0x[0-9a-f]{130}$")]
    pub signature: Bytes,
}

#[derive(Debug, thiserror::Error)]
pub enum SignError {
    #[error("{signer} is not a member of oracle set {set}: check `oracle.keys`")]
    NotAMember { signer: Address, set: u64 },
    #[error(
        "the key of {signer} was switched off: it signed two headers of one round, or a batch that was found at fault; \
         governance must rotate in another oracle"
    )]
    SwitchedOff { signer: Address },
    #[error("only {have} of {need} needed signatures: ask another oracle of set {set} to sign")]
    BelowThreshold { have: usize, need: usize, set: u64 },
    #[error("the signature in the name of {signer} is not its signature of this message ({digest})")]
    WrongDigest { signer: Address, digest: B256 },
    #[error("the signature in the name of {signer} is not 65 bytes of r, s and v")]
    Malformed { signer: Address },
    #[error("the key of {signer} could not sign")]
    Key { signer: Address, source: Box<alloy::signers::Error> },
}

/// The header as the contract and the oracles know it.
pub fn header_message(header: &BatchHeader) -> RewardBatch {
    RewardBatch {
        epoch: header.epoch.0,
        round: header.round,
        oracleSet: header.oracle_set,
        postBefore: header.post_before,
        total: header.total,
        entriesHash: header.entries_hash,
        policyHash: header.policy_hash,
        evidenceHash: header.evidence_hash,
    }
}

/// Signs a message with one key.
pub async fn sign<M: SolStruct + Send + Sync>(
    message: &M,
    domain: &Eip712Domain,
    key: &OracleKey,
) -> Result<OracleSignature, SignError> {
    made(key, key.sign_typed(message, domain).await)
}

/// Signs the digest of a message with one key.
pub async fn sign_digest(digest: B256, key: &OracleKey) -> Result<OracleSignature, SignError> {
    made(key, key.sign_hash(&digest).await)
}

fn made(key: &OracleKey, signed: alloy::signers::Result<Signature>) -> Result<OracleSignature, SignError> {
    let signer = key.address();
    let signature = signed.map_err(|source| SignError::Key { signer, source: Box::new(source) })?;
    Ok(OracleSignature { signer, signature: signature.as_bytes().into() })
}

impl From<StoredSignature> for OracleSignature {
    fn from(kept: StoredSignature) -> Self {
        Self { signer: kept.signer, signature: kept.signature.into() }
    }
}

impl OracleSignature {
    /// Checks that the named signer signed this digest.
    pub fn verify(&self, digest: B256) -> Result<Signature, SignError> {
        let signer = self.signer;
        let signature = Signature::from_raw(&self.signature).map_err(|_| SignError::Malformed { signer })?;
        let signature = signature.normalized_s();
        match signature.recover_address_from_prehash(&digest) {
            Ok(recovered) if recovered == signer => Ok(signature),
            _ => Err(SignError::WrongDigest { signer, digest }),
        }
    }
}

/// Signatures of one digest on their way to the threshold.
#[derive(Clone, Debug)]
pub struct Quorum<'a> {
    digest: B256,
    set: &'a OracleSet,
    /// By position in the set.
    signatures: BTreeMap<usize, Signature>,
}

impl<'a> Quorum<'a> {
    pub fn new(digest: B256, set: &'a OracleSet) -> Self {
        Self { digest, set, signatures: BTreeMap::new() }
    }

    /// Takes one signature after checking it. A second one of the same member changes nothing, and
    /// neither does one of a key that was switched off: the contract would refuse the whole quorum.
    pub fn add(&mut self, signature: &OracleSignature) -> Result<(), SignError> {
        let signer = signature.signer;
        let position =
            self.set.members.binary_search(&signer).map_err(|_| SignError::NotAMember { signer, set: self.set.id })?;
        let checked = signature.verify(self.digest)?;
        if self.set.switched_off.contains(&signer) {
            return Ok(());
        }
        self.signatures.entry(position).or_insert(checked);
        Ok(())
    }

    /// How many more members must sign.
    pub fn missing(&self) -> usize {
        self.set.threshold.saturating_sub(self.signatures.len())
    }

    /// The `signatures` argument of the contract: a 32-byte bitmap, then exactly `threshold`
    /// compact signatures in ascending order of member.
    pub fn pack(&self) -> Result<Bytes, SignError> {
        let OracleSet { id, threshold, .. } = *self.set;
        if self.missing() > 0 {
            return Err(SignError::BelowThreshold { have: self.signatures.len(), need: threshold, set: id });
        }
        let mut bitmap = [0u8; 32];
        let mut compact = Vec::with_capacity(64 * threshold);
        for (position, signature) in self.signatures.iter().take(threshold) {
            // Bit i counts from the least significant end of a big-endian word.
            if let Some(byte) = bitmap.iter_mut().rev().nth(position / 8) {
                *byte |= 1 << (position % 8);
            }
            compact.extend_from_slice(&signature.as_erc2098());
        }
        Ok([bitmap.as_slice(), compact.as_slice()].concat().into())
    }
}

/// Signs a message with every given key that is a member of the set, as far as the threshold asks.
pub async fn quorum<M: SolStruct + Send + Sync>(
    message: &M,
    domain: &Eip712Domain,
    set: &OracleSet,
    keys: &[OracleKey],
) -> Result<Bytes, SignError> {
    let digest = message::digest(message, domain);
    let mut quorum = Quorum::new(digest, set);
    for key in keys {
        quorum.add(&sign(message, domain, key).await?)?;
    }
    quorum.pack()
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy::signers::local::PrivateKeySigner;

    const DIGEST: B256 = B256::repeat_byte(7);

    fn key(byte: u8) -> OracleKey {
        PrivateKeySigner::from_bytes(&B256::repeat_byte(byte)).unwrap().into()
    }

    /// Keys in the order of their addresses, and their set.
    fn oracles(count: u8, threshold: usize) -> (Vec<OracleKey>, OracleSet) {
        let mut keys: Vec<_> = (1..=count).map(key).collect();
        keys.sort_by_key(OracleKey::address);
        let members = keys.iter().map(OracleKey::address).collect();
        (keys, OracleSet { id: 1, members, threshold, base_url: String::new(), switched_off: BTreeSet::new() })
    }

    #[tokio::test]
    async fn a_quorum_is_a_bitmap_and_exactly_the_threshold_in_order() {
        let (keys, set) = oracles(12, 2);
        let mut quorum = Quorum::new(DIGEST, &set);
        for position in [11, 3, 9] {
            quorum.add(&sign_digest(DIGEST, &keys[position]).await.unwrap()).unwrap();
        }
        let packed = quorum.pack().unwrap();
        assert_eq!(packed.len(), 32 + 2 * 64);
        let mut bitmap = [0u8; 32];
        bitmap[31] = 1 << 3;
        bitmap[30] = 1 << 1;
        assert_eq!(packed[..32], bitmap);
        for (place, member) in [(32, 3), (96, 9)] {
            let signature = Signature::from_erc2098(&packed[place..place + 64]);
            assert_eq!(signature.recover_address_from_prehash(&DIGEST).unwrap(), set.members[member]);
        }
    }

    #[tokio::test]
    async fn one_signature_short_is_refused_and_a_repeated_one_does_not_count() {
        let (keys, set) = oracles(3, 2);
        let mut quorum = Quorum::new(DIGEST, &set);
        let signature = sign_digest(DIGEST, &keys[0]).await.unwrap();
        quorum.add(&signature).unwrap();
        quorum.add(&signature).unwrap();
        assert_eq!(quorum.missing(), 1);
        let error = quorum.pack().unwrap_err();
        assert!(matches!(error, SignError::BelowThreshold { have: 1, need: 2, set: 1 }));
        assert!(error.to_string().contains("1 of 2 needed"));
    }

    #[tokio::test]
    async fn a_key_that_was_switched_off_is_left_out() {
        let (keys, mut set) = oracles(3, 2);
        set.switched_off.insert(set.members[0]);
        let mut quorum = Quorum::new(DIGEST, &set);
        for key in &keys[..2] {
            quorum.add(&sign_digest(DIGEST, key).await.unwrap()).unwrap();
        }
        assert_eq!(quorum.missing(), 1);
        quorum.add(&sign_digest(DIGEST, &keys[2]).await.unwrap()).unwrap();
        assert_eq!(quorum.pack().unwrap()[31], 0b110);
        assert!(!set.counts(&set.members[0]) && set.counts(&set.members[1]));
    }

    #[tokio::test]
    async fn a_stranger_another_message_and_broken_bytes_are_told_apart() {
        let (keys, set) = oracles(3, 2);
        let mut quorum = Quorum::new(DIGEST, &set);
        let stranger = sign_digest(DIGEST, &key(99)).await.unwrap();
        assert!(matches!(quorum.add(&stranger), Err(SignError::NotAMember { .. })));
        let other = sign_digest(B256::repeat_byte(8), &keys[0]).await.unwrap();
        assert!(matches!(quorum.add(&other), Err(SignError::WrongDigest { .. })));
        let renamed = OracleSignature { signer: set.members[1], ..sign_digest(DIGEST, &keys[0]).await.unwrap() };
        assert!(matches!(quorum.add(&renamed), Err(SignError::WrongDigest { .. })));
        let short = OracleSignature { signer: set.members[0], signature: Bytes::from_static(&[1, 2]) };
        assert!(matches!(quorum.add(&short), Err(SignError::Malformed { .. })));
        assert_eq!(quorum.missing(), 2);
    }

    #[tokio::test]
    async fn a_high_s_signature_is_taken_in_its_low_form() {
        let (keys, set) = oracles(1, 1);
        let signed = sign_digest(DIGEST, &keys[0]).await.unwrap();
        let low = Signature::from_raw(&signed.signature).unwrap();
        let order: alloy::primitives::U256 =
            "0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141".parse().unwrap();
        let high = Signature::new(low.r(), order - low.s(), !low.v());
        let mut quorum = Quorum::new(DIGEST, &set);
        quorum.add(&OracleSignature { signer: signed.signer, signature: high.as_bytes().into() }).unwrap();
        assert_eq!(quorum.pack().unwrap()[32..], low.as_erc2098());
    }
}
