//! The proof that a GitHub account and a wallet belong together.
//!
//! The wallet signs a `Link`; the contributor puts the signed text into a public gist of the
//! account; oracles that find it there sign a `LinkAttestation`. Takes: those texts and keys. Gives:
//! the message to sign, the gist's text, a checked proof, the packed attestation. Never: fetches a
//! gist, sends a transaction.

use crate::keys::OracleKey;
use crate::sign::{OracleSet, OracleSignature, SignError, quorum, sign};
use alloy::dyn_abi::TypedData;
use alloy::primitives::{Address, Bytes, Signature};
use guerdon_bindings::message::{Link, digest, domain};
use guerdon_core::model::ContributorId;
use serde::{Deserialize, Serialize};

/// The distributor that a link is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    pub chain_id: u64,
    pub distributor: Address,
}

/// A link with the wallet's signature, both checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkProof {
    pub link: Link,
    /// 65 bytes: r, s, v.
    pub wallet_proof: Bytes,
}

#[derive(Debug, thiserror::Error)]
pub enum LinkError {
    #[error(
        "the gist has {0} fenced blocks and needs exactly one: paste the text that `guerdon link` printed, and nothing else"
    )]
    Blocks(usize),
    #[error("the block in the gist is not a Guerdon link: {0}")]
    Block(String),
    #[error("the gist links on chain {found}, this is chain {expected}")]
    Chain { found: u64, expected: u64 },
    #[error("the gist links at the distributor {found}, this is {expected}")]
    Distributor { found: Address, expected: Address },
    #[error(
        "the gist belongs to the account {owner} but links the account {found}: publish it from the account that it names"
    )]
    Owner { found: ContributorId, owner: ContributorId },
    #[error("the gist carries link nonce {found}, the next one is {expected}: make a new text with `guerdon link`")]
    Nonce { found: u64, expected: u64 },
    #[error("the gist was valid until {valid_until}, it is {now} now: make a new text with `guerdon link`")]
    Expired { valid_until: u64, now: u64 },
    #[error("the zero address cannot be linked")]
    ZeroWallet,
    #[error("the signature in the gist is not the signature of the wallet {wallet}")]
    Signature { wallet: Address },
    #[error("the wallet {wallet} could not sign")]
    Wallet { wallet: Address, source: Box<alloy::signers::Error> },
    #[error("the key {key} cannot sign for the wallet {wallet}")]
    OtherWallet { key: Address, wallet: Address },
}

/// What stands in the gist's fenced block.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Block {
    chain_id: u64,
    distributor: Address,
    contributor_id: u64,
    wallet: Address,
    nonce: u64,
    valid_until: u64,
    signature: Bytes,
}

/// The message for a wallet's `eth_signTypedData_v4`, as JSON.
pub fn typed_data(link: &Link, place: Place) -> serde_json::Value {
    let typed = TypedData::from_struct(link, Some(domain(place.chain_id, place.distributor)));
    // Strings, numbers and lists only: there is nothing in it that JSON cannot say.
    serde_json::to_value(typed).unwrap_or_default()
}

/// Signs a link with the wallet's own key.
pub async fn sign_link(link: &Link, place: Place, key: &OracleKey) -> Result<LinkProof, LinkError> {
    let wallet = link.wallet;
    if key.address() != wallet {
        return Err(LinkError::OtherWallet { key: key.address(), wallet });
    }
    let signature = key
        .sign_typed(link, &domain(place.chain_id, place.distributor))
        .await
        .map_err(|source| LinkError::Wallet { wallet, source: Box::new(source) })?;
    Ok(LinkProof { link: link.clone(), wallet_proof: signature.as_bytes().into() })
}

/// The text to publish as a gist.
pub fn gist_text(proof: &LinkProof, place: Place) -> String {
    let block = Block {
        chain_id: place.chain_id,
        distributor: place.distributor,
        contributor_id: proof.link.id,
        wallet: proof.link.wallet,
        nonce: proof.link.nonce,
        valid_until: proof.link.validUntil,
        signature: proof.wallet_proof.clone(),
    };
    let json = serde_json::to_string_pretty(&block).unwrap_or_default();
    format!(
        "I am the GitHub account with the id {id} and ask Guerdon to pay my rewards on chain {chain} to the wallet {wallet}.\n\n\
         ```json\n{json}\n```\n",
        id = proof.link.id,
        chain = place.chain_id,
        wallet = proof.link.wallet,
    )
}

/// The body of the only fenced block of a text.
fn fenced(text: &str) -> Result<String, LinkError> {
    let mut blocks = Vec::new();
    let mut open: Option<Vec<&str>> = None;
    for line in text.lines() {
        if line.trim().starts_with("```") {
            match open.take() {
                Some(body) => blocks.push(body.join("\n")),
                None => open = Some(Vec::new()),
            }
        } else if let Some(body) = &mut open {
            body.push(line);
        }
    }
    let count = blocks.len() + usize::from(open.is_some());
    match (count, blocks.pop()) {
        (1, Some(body)) => Ok(body),
        _ => Err(LinkError::Blocks(count)),
    }
}

/// Reads the gist of `owner` and checks everything that can be known without the chain.
///
/// `nonce` is the contributor id's next link nonce and `now` the chain's time. The wallet must be
/// one that signs with a key; the distributor itself also knows ERC-1271 wallets.
pub fn check_gist(
    text: &str,
    owner: ContributorId,
    place: Place,
    nonce: u64,
    now: u64,
) -> Result<LinkProof, LinkError> {
    let block: Block = serde_json::from_str(&fenced(text)?).map_err(|error| LinkError::Block(error.to_string()))?;
    if block.chain_id != place.chain_id {
        return Err(LinkError::Chain { found: block.chain_id, expected: place.chain_id });
    }
    if block.distributor != place.distributor {
        return Err(LinkError::Distributor { found: block.distributor, expected: place.distributor });
    }
    if block.contributor_id != owner.0 {
        return Err(LinkError::Owner { found: ContributorId(block.contributor_id), owner });
    }
    if block.nonce != nonce {
        return Err(LinkError::Nonce { found: block.nonce, expected: nonce });
    }
    if block.valid_until < now {
        return Err(LinkError::Expired { valid_until: block.valid_until, now });
    }
    let wallet = block.wallet;
    if wallet.is_zero() {
        return Err(LinkError::ZeroWallet);
    }
    let link = Link { id: block.contributor_id, wallet, nonce: block.nonce, validUntil: block.valid_until };
    let hash = digest(&link, &domain(place.chain_id, place.distributor));
    let recovered = Signature::from_raw(&block.signature)
        .map_err(|_| LinkError::Signature { wallet })?
        .normalized_s()
        .recover_address_from_prehash(&hash);
    match recovered {
        Ok(address) if address == wallet => Ok(LinkProof { link, wallet_proof: block.signature }),
        _ => Err(LinkError::Signature { wallet }),
    }
}

/// One oracle's attestation of a checked link.
pub async fn attest(link: &Link, place: Place, oracle_set: u64, key: &OracleKey) -> Result<OracleSignature, SignError> {
    sign(&link.attestation(oracle_set), &domain(place.chain_id, place.distributor), key).await
}

/// The `attestation` argument of the contract, signed by these keys.
pub async fn attestation(link: &Link, place: Place, set: &OracleSet, keys: &[OracleKey]) -> Result<Bytes, SignError> {
    quorum(&link.attestation(set.id), &domain(place.chain_id, place.distributor), set, keys).await
}

#[cfg(test)]
#[path = "link/tests.rs"]
mod tests;
