//! The proof that a GitHub account and a wallet belong together.
//!
//! The wallet signs a `Link`; the contributor puts the signed text into a public gist of the
//! account; oracles that find it there sign a `LinkAttestation`. Takes: those texts and keys. Gives:
//! the message to sign, the gist's text, a checked proof, the packed attestation. Never: fetches a
//! gist, asks the chain, sends a transaction.

use crate::keys::OracleKey;
use crate::sign::{OracleSet, OracleSignature, SignError, quorum, sign};
use alloy::dyn_abi::TypedData;
use alloy::primitives::{Address, B256, Bytes, Signature, U256};
use guerdon_bindings::message::{Link, digest, domain};
use guerdon_core::model::ContributorId;
use serde::{Deserialize, Serialize};

/// The distributor that a link is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    pub chain_id: u64,
    pub distributor: Address,
}

/// A link with the wallet's signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkProof {
    pub link: Link,
    /// 65 bytes (r, s, v) of a wallet with a key; whatever its contract accepts of another.
    pub wallet_proof: Bytes,
    /// The same link signed by the wallet that is linked now: a re-link then holds at once.
    pub old_wallet_proof: Option<Bytes>,
}

/// The longest that a link may be made in, from now on.
pub const LONGEST: u64 = 365 * 86_400;
/// The longest signature that is taken, in bytes: a multisig's is 65 for each owner.
const MAX_PROOF: usize = 4_096;
/// The longest text of a gist that is looked into, in bytes.
const MAX_TEXT: usize = 65_536;

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
    Nonce { found: u64, expected: u64, wallet: Address },
    #[error("the gist was valid until {valid_until}, it is {now} now: make a new text with `guerdon link`")]
    Expired { valid_until: u64, now: u64 },
    #[error(
        "the gist is valid until {valid_until}, more than {} days after now ({now}): make a new text with `guerdon link`",
        LONGEST / 86_400
    )]
    TooFar { valid_until: u64, now: u64 },
    #[error("the text is longer than {MAX_TEXT} bytes: put only what `guerdon link` printed into the gist")]
    TooLong,
    #[error("the zero address cannot be linked")]
    ZeroWallet,
    #[error("a signature of {0} bytes is too long: at most {MAX_PROOF} are taken")]
    LongProof(usize),
    #[error("the old wallet's signature in the gist is not the signature of the wallet {wallet}, which is linked now")]
    OldSignature { wallet: Address },
    #[error("the signature in the gist is not the signature of the wallet {wallet}")]
    Signature { wallet: Address },
    #[error("the wallet {wallet} could not sign")]
    Wallet { wallet: Address, source: Box<alloy::signers::Error> },
    #[error("the key {key} cannot sign for the wallet {wallet}")]
    OtherWallet { key: Address, wallet: Address },
    #[error("the message is not one that `guerdon link message` printed: {0}")]
    Message(String),
}

impl LinkError {
    /// A word for programs; it never changes.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Blocks(_) | Self::Block(_) | Self::TooLong | Self::Message(_) => "not_a_link",
            Self::Chain { .. } => "other_chain",
            Self::Distributor { .. } => "other_distributor",
            Self::Owner { .. } => "other_account",
            Self::Nonce { .. } => "stale_nonce",
            Self::Expired { .. } => "expired",
            Self::TooFar { .. } => "too_far_ahead",
            Self::ZeroWallet => "zero_wallet",
            Self::LongProof(_) | Self::Signature { .. } | Self::Wallet { .. } | Self::OtherWallet { .. } => {
                "wrong_signature"
            }
            Self::OldSignature { .. } => "wrong_old_signature",
        }
    }
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
    #[serde(default, skip_serializing_if = "Option::is_none")]
    old_wallet_signature: Option<Bytes>,
}

/// The message for a wallet's `eth_signTypedData_v4`, as JSON.
pub fn typed_data(link: &Link, place: Place) -> serde_json::Value {
    let typed = TypedData::from_struct(link, Some(domain(place.chain_id, place.distributor)));
    // Strings, numbers and lists only: there is nothing in it that JSON cannot say.
    serde_json::to_value(typed).unwrap_or_default()
}

/// The link in a message that [`typed_data`] made; it must be for this place.
pub fn read_typed_data(text: &str, place: Place) -> Result<Link, LinkError> {
    #[derive(Deserialize)]
    struct Typed {
        domain: alloy::sol_types::Eip712Domain,
        message: serde_json::Value,
    }
    /// Numbers come as numbers or as text.
    fn number(message: &serde_json::Value, field: &str) -> Option<u64> {
        let value = message.get(field)?;
        let text = || value.as_str()?.parse::<U256>().ok()?.try_into().ok();
        value.as_u64().or_else(text)
    }
    let Typed { domain: found, message } =
        serde_json::from_str(text).map_err(|error| LinkError::Message(error.to_string()))?;
    let missing = |field: &str| LinkError::Message(format!("it has no `{field}`"));
    let chain = found.chain_id.and_then(|id| id.try_into().ok()).ok_or_else(|| missing("domain.chainId"))?;
    if chain != place.chain_id {
        return Err(LinkError::Chain { found: chain, expected: place.chain_id });
    }
    let distributor = found.verifying_contract.ok_or_else(|| missing("domain.verifyingContract"))?;
    if distributor != place.distributor {
        return Err(LinkError::Distributor { found: distributor, expected: place.distributor });
    }
    let field = |name: &str| number(&message, name).ok_or_else(|| missing(name));
    let wallet = message.get("wallet").and_then(|wallet| wallet.as_str()?.parse().ok());
    Ok(Link {
        id: field("id")?,
        wallet: wallet.ok_or_else(|| missing("wallet"))?,
        nonce: field("nonce")?,
        validUntil: field("validUntil")?,
    })
}

/// What wallets sign for a link.
pub fn link_digest(link: &Link, place: Place) -> B256 {
    digest(link, &domain(place.chain_id, place.distributor))
}

/// Signs a link with the wallet's own key.
pub async fn sign_link(link: &Link, place: Place, key: &OracleKey) -> Result<LinkProof, LinkError> {
    let wallet = link.wallet;
    if key.address() != wallet {
        return Err(LinkError::OtherWallet { key: key.address(), wallet });
    }
    let wallet_proof = sign_as(link, place, key).await?;
    Ok(LinkProof { link: link.clone(), wallet_proof, old_wallet_proof: None })
}

/// One wallet's signature of a link, be it to this wallet or away from it.
pub async fn sign_as(link: &Link, place: Place, key: &OracleKey) -> Result<Bytes, LinkError> {
    let failed = |source| LinkError::Wallet { wallet: key.address(), source: Box::new(source) };
    let signature = key.sign_typed(link, &domain(place.chain_id, place.distributor)).await.map_err(failed)?;
    Ok(signature.as_bytes().into())
}

/// The signature of a wallet with a key in the one form that the contract takes (low s, v 27 or 28), if it is
/// that wallet's.
pub fn signed_by_key(wallet: Address, hash: B256, signature: &[u8]) -> Option<Bytes> {
    let signature = Signature::from_raw(signature).ok()?.normalized_s();
    let recovered = signature.recover_address_from_prehash(&hash).ok()?;
    (recovered == wallet).then(|| signature.as_bytes().into())
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
        old_wallet_signature: proof.old_wallet_proof.clone(),
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

/// Reads the gist of `owner` and checks all of it but the signatures, for which the chain may have to be asked.
///
/// `nonce` is the contributor id's next link nonce and `now` the chain's time.
pub fn read_gist(text: &str, owner: ContributorId, place: Place, nonce: u64, now: u64) -> Result<LinkProof, LinkError> {
    if text.len() > MAX_TEXT {
        return Err(LinkError::TooLong);
    }
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
    let link =
        Link { id: block.contributor_id, wallet: block.wallet, nonce: block.nonce, validUntil: block.valid_until };
    check_link(&link, nonce, now)?;
    let proof = LinkProof { link, wallet_proof: block.signature, old_wallet_proof: block.old_wallet_signature };
    check_lengths(&proof)?;
    Ok(proof)
}

/// Checks that a link can be made now: its turn, its time and that there is a wallet.
pub fn check_link(link: &Link, nonce: u64, now: u64) -> Result<(), LinkError> {
    if link.nonce != nonce {
        return Err(LinkError::Nonce { found: link.nonce, expected: nonce, wallet: link.wallet });
    }
    let valid_until = link.validUntil;
    if valid_until < now {
        return Err(LinkError::Expired { valid_until, now });
    }
    if valid_until > now.saturating_add(LONGEST) {
        return Err(LinkError::TooFar { valid_until, now });
    }
    if link.wallet.is_zero() { Err(LinkError::ZeroWallet) } else { Ok(()) }
}

/// Checks that nobody has to read more than a signature has.
pub fn check_lengths(proof: &LinkProof) -> Result<(), LinkError> {
    let lengths = proof.old_wallet_proof.iter().chain([&proof.wallet_proof]).map(|bytes| bytes.len());
    match lengths.max() {
        Some(longest) if longest > MAX_PROOF => Err(LinkError::LongProof(longest)),
        _ => Ok(()),
    }
}

/// Reads the gist of `owner` and checks everything, for a wallet that signs with a key; see [`read_gist`].
pub fn check_gist(
    text: &str,
    owner: ContributorId,
    place: Place,
    nonce: u64,
    now: u64,
) -> Result<LinkProof, LinkError> {
    let proof = read_gist(text, owner, place, nonce, now)?;
    let (wallet, hash) = (proof.link.wallet, link_digest(&proof.link, place));
    let signed = signed_by_key(wallet, hash, &proof.wallet_proof);
    Ok(LinkProof { wallet_proof: signed.ok_or(LinkError::Signature { wallet })?, ..proof })
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
