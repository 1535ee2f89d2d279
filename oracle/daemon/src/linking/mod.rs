//! Linking: takes a login, finds the signed text in one of its public gists, attests it, gathers what the
//! other oracles attest, and links on chain.
//!
//! Who an account is comes from GitHub; nonce, time and wallets' signatures come from the chain. An oracle
//! attests what it saw itself; whoever gathers attestations checks each of them and trusts none of those
//! who give them.

mod attest;
mod desk;
mod gather;
mod ledger;
mod lookups;
mod relay;
mod settings;

pub use attest::{Attestation, AttestedLink, REASONS, Refusal};
pub use desk::{AttestError, Desk, look_now};
pub use gather::{Expected, Gathered, Oracles, Voice};
pub use ledger::{Ledger, Waiting, WaitingLink};
pub use settings::LinksConfig;

use crate::chain::{Chain, ChainError, Sent};
use crate::link::{self, LinkError, LinkProof};
use crate::sign::SignError;
use alloy::primitives::{Address, Bytes};
use guerdon_bindings::message::Link;
use guerdon_core::model::ContributorId;
use serde::Serialize;

const DAY: u64 = 86_400;

#[derive(Debug, thiserror::Error)]
pub enum LinkingError {
    #[error(transparent)]
    Refused(#[from] Refusal),
    #[error(transparent)]
    Link(#[from] LinkError),
    #[error(transparent)]
    Chain(#[from] ChainError),
    #[error(transparent)]
    Sign(#[from] SignError),
    #[error("{login} is already linked to {wallet}")]
    Linked { login: String, wallet: Address },
    #[error(
        "a re-link of {login} to {wallet} is pending already: no other begins until it is settled; see \
         `guerdon link status {login}`"
    )]
    Pending { login: String, wallet: Address },
    #[error("{login} has no pending re-link: see `guerdon link status {login}`")]
    NothingPending { login: String },
    #[error(
        "only {have} of {need} needed oracles attest the same link of {login}: see why above, and try again when they \
         answer"
    )]
    NoQuorum { login: String, have: usize, need: usize },
    #[error(
        "oracles attest different links of {login} ({wallets}), each enough of them: say which wallet is meant with \
         --address"
    )]
    Ambiguous { login: String, wallets: String },
    #[error("enough oracles attest the link of {login}, but none of them gave proofs that hold: {error}")]
    Unproved { login: String, error: String },
    #[error("{0:?} is not an oracle's address: write http://HOST or https://HOST")]
    Address(String),
    #[error("no client for the oracles can be set up")]
    Client(#[source] reqwest::Error),
    #[error(
        "there is no oracle to ask: name one with --oracle URL (the oracle set's own address, {base_url:?}, is none)"
    )]
    NoOracles { base_url: String },
}

/// What a link of a contributor begins with and does, seen now.
#[derive(Clone, Debug, Serialize)]
pub struct Before {
    /// The wallet that is linked now.
    pub old: Option<Address>,
    pub nonce: u64,
    /// Units that the old wallet has not claimed.
    pub unclaimed: u64,
    /// The wallet of a re-link that waits; until it is settled only the old wallet's signature begins another.
    pub pending: Option<Address>,
    #[serde(skip)]
    pub now: u64,
}

impl Before {
    /// Whether this is a first link, and what is linked now.
    pub async fn read(chain: &Chain, id: ContributorId) -> Result<Self, ChainError> {
        let account = chain.account(id).await?;
        let nonce = chain.link_nonce(id).await?;
        let pending = chain.pending_link(id).await?.filter(|pending| !pending.adopted);
        Ok(Self {
            old: account.wallet,
            nonce,
            unclaimed: account.earned.saturating_sub(account.claimed),
            pending: pending.map(|pending| pending.wallet),
            now: chain.now().await?.timestamp,
        })
    }
}

/// The link that a contributor's wallet has to sign next.
pub async fn next_link(
    chain: &Chain,
    (id, login): (ContributorId, &str),
    wallet: Address,
    days: u64,
) -> Result<(Link, Before), LinkingError> {
    let before = Before::read(chain, id).await?;
    if before.old == Some(wallet) {
        return Err(LinkingError::Linked { login: login.to_owned(), wallet });
    }
    let valid_until = before.now.saturating_add(days.saturating_mul(DAY));
    Ok((Link { id: id.0, wallet, nonce: before.nonce, validUntil: valid_until }, before))
}

/// A link with these signatures, in the form that the contract takes, if they are those of its wallets.
pub async fn signed(chain: &Chain, proof: &LinkProof, old: Option<Address>) -> Result<LinkProof, LinkingError> {
    link::check_lengths(proof)?;
    let (wallet, hash) = (proof.link.wallet, link::link_digest(&proof.link, chain.place()));
    let wallet_proof = chain.signed_by(wallet, hash, &proof.wallet_proof).await?;
    let wallet_proof = wallet_proof.ok_or(LinkError::Signature { wallet })?;
    let old_wallet_proof = match (old, &proof.old_wallet_proof) {
        // Without a wallet that is linked now, there is nobody whose word it could be.
        (None, _) | (_, None) => None,
        (Some(wallet), Some(given)) => {
            let signed: Option<Bytes> = chain.signed_by(wallet, hash, given).await?;
            Some(signed.ok_or(LinkError::OldSignature { wallet })?)
        }
    };
    Ok(LinkProof { link: proof.link.clone(), wallet_proof, old_wallet_proof })
}

/// What came of a link that was sent.
#[derive(Clone, Debug, Serialize)]
pub struct Made {
    pub contributor_id: ContributorId,
    pub login: String,
    pub wallet: Address,
    pub tx: alloy::primitives::B256,
    /// When it can be made to hold, UTC seconds, unless there is a pause before; absent when it holds already.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pending_until: Option<u64>,
}

impl Made {
    pub async fn read(chain: &Chain, login: &str, link: &Link, sent: Sent) -> Result<Self, ChainError> {
        let id = ContributorId(link.id);
        let pending_until = match chain.pending_link(id).await? {
            Some(pending) => Some(ready_time(chain, pending.ready_at).await?),
            None => None,
        };
        Ok(Self { contributor_id: id, login: login.to_owned(), wallet: link.wallet, tx: sent.tx, pending_until })
    }
}

/// The block time at which active time reaches this, if no further pause comes.
pub async fn ready_time(chain: &Chain, ready_at: u64) -> Result<u64, ChainError> {
    let (now, active) = (chain.now().await?.timestamp, chain.active_time().await?);
    // Active time stands still until the end of a pause.
    let from = chain.paused_until().await?.unwrap_or(now);
    Ok(if ready_at <= active { now.min(ready_at) } else { from.saturating_add(ready_at - active) })
}
