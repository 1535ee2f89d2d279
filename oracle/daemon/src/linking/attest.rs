//! One oracle's own look at a gist: takes an account, its gists and the chain; gives an attestation, or the
//! one reason why there is none.

use super::ledger::Ledger;
use super::{DAY, signed};
use crate::chain::Chain;
use crate::fetch::Gist;
use crate::keys::OracleKey;
use crate::link::{LinkError, LinkProof, attest, check_link, read_gist};
use crate::oracle::{OracleError, Result};
use crate::sign::{OracleSet, OracleSignature};
use crate::store::Account;
use alloy::primitives::{Address, Bytes};
use guerdon_bindings::message::Link;
use guerdon_core::model::ContributorId;
use serde::{Deserialize, Serialize};

/// A gist that was not touched for longer is not what somebody wants now.
const OLDEST: u64 = 30 * DAY;

/// Every word for why there is no attestation, and what it means, in the order of docs/link.md.
pub const REASONS: &[(&str, &str)] = &[
    ("no_account", "GitHub does not know the login"),
    ("no_gist", "there is no such gist, or no public one with a link"),
    ("secret_gist", "the gist is not public"),
    ("other_owner", "the gist belongs to another account"),
    ("not_a_link", "the text is too long, has not one fenced block, or that is not a link"),
    ("other_chain", "the link is for another chain"),
    ("other_distributor", "the link is for another distributor"),
    ("other_account", "the link names another account than the gist's owner"),
    ("stale_nonce", "the link's turn is over, or has not come"),
    ("expired", "the link was valid until a time that is over"),
    ("too_far_ahead", "the link is valid for more than 365 days"),
    ("zero_wallet", "the link names no wallet"),
    ("wrong_signature", "the signature is not the wallet's"),
    ("wrong_old_signature", "the old wallet's signature is not that of the wallet which is linked now"),
    ("old_gist", "the gist was not changed within the last 30 days"),
    ("before_last_link", "the gist is older than the account's last link"),
    ("already_linked", "the account is linked to this wallet"),
    ("relink_pending", "a re-link is pending, and the old wallet did not sign this one"),
    ("other_verifier", "governance has put another contract in the place of the oracles' quorum"),
    ("no_key", "this oracle has no key"),
    ("not_a_member", "this oracle's key is not in the current set"),
    ("switched_off", "this oracle's key was switched off"),
    ("busy", "too many look-ups at once; `Retry-After` says when"),
    ("github_unavailable", "GitHub does not answer this oracle now"),
    ("chain_unavailable", "the chain does not answer this oracle now"),
    ("internal", "a fault of this oracle; its log says which"),
];

/// Why an oracle does not attest a link.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    #[error("GitHub does not know the account {login}")]
    NoAccount { login: String },
    #[error("GitHub does not know the gist {id}")]
    UnknownGist { id: String },
    #[error("{login} has no public gist with a Guerdon link: publish the text that `guerdon link gist` prints")]
    NoGist { login: String },
    #[error("the gist {id} is not public: oracles only read public gists")]
    Secret { id: String },
    #[error("the gist {id} belongs to the account {owner}, not to {login}")]
    Owner { id: String, owner: ContributorId, login: String },
    #[error("the gist {id} of {login} cannot be used: {source}")]
    Unusable { id: String, login: String, source: LinkError },
    #[error(
        "the gist {id} was last changed at {updated}, more than {} days before now ({now}): publish a new one",
        OLDEST / DAY
    )]
    OldGist { id: String, updated: u64, now: u64 },
    #[error("the gist {id} is of {updated}, before the last link of {login} ({linked}): publish a new one")]
    BeforeLink { id: String, login: String, updated: u64, linked: u64 },
    #[error("{login} is already linked to {wallet}")]
    Linked { login: String, wallet: Address },
    #[error("a re-link of {login} to {wallet} is pending: no other begins until it is settled")]
    Pending { login: String, wallet: Address },
    #[error("links are verified by the contract {verifier} now, not by the oracles: no attestation would count")]
    Verifier { verifier: Address },
    #[error("this oracle has no key and attests nothing: ask another one")]
    NoKey,
    #[error("no key of this oracle ({keys}) is in oracle set {set}: ask another one")]
    NotAMember { keys: String, set: u64 },
    #[error("the key of this oracle ({keys}) was switched off: ask another one")]
    SwitchedOff { keys: String },
}

impl Refusal {
    /// A word for programs; it never changes.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoAccount { .. } => "no_account",
            Self::UnknownGist { .. } | Self::NoGist { .. } => "no_gist",
            Self::Secret { .. } => "secret_gist",
            Self::Owner { .. } => "other_owner",
            Self::Unusable { source, .. } => source.code(),
            Self::OldGist { .. } => "old_gist",
            Self::BeforeLink { .. } => "before_last_link",
            Self::Linked { .. } => "already_linked",
            Self::Pending { .. } => "relink_pending",
            Self::Verifier { .. } => "other_verifier",
            Self::NoKey => "no_key",
            Self::NotAMember { .. } => "not_a_member",
            Self::SwitchedOff { .. } => "switched_off",
        }
    }
}

/// The link as programs read it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct AttestedLink {
    pub contributor_id: u64,
    #[schema(value_type = String, pattern = "^0x[0-9a-fA-F]{40}$")]
    pub wallet: Address,
    pub nonce: u64,
    /// UTC seconds.
    pub valid_until: u64,
}

impl From<&Link> for AttestedLink {
    fn from(link: &Link) -> Self {
        Self { contributor_id: link.id, wallet: link.wallet, nonce: link.nonce, valid_until: link.validUntil }
    }
}

impl From<&AttestedLink> for Link {
    fn from(link: &AttestedLink) -> Self {
        Self { id: link.contributor_id, wallet: link.wallet, nonce: link.nonce, validUntil: link.valid_until }
    }
}

/// What one oracle says of a link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Attestation {
    pub login: String,
    /// The gist that it was found in.
    pub gist: String,
    pub link: AttestedLink,
    #[schema(value_type = String, pattern = "^0x[0-9a-f]*$")]
    pub wallet_proof: Bytes,
    /// Of a re-link that the old wallet signed too.
    #[schema(value_type = Option<String>, pattern = "^0x[0-9a-f]*$")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub old_wallet_proof: Option<Bytes>,
    /// The set that the signatures are for.
    pub oracle_set: u64,
    /// One of each of this oracle's keys; most oracles have one key.
    pub signatures: Vec<OracleSignature>,
}

/// The keys of this oracle that count, or why none does.
fn counting<'a>(keys: &'a [OracleKey], set: &OracleSet) -> std::result::Result<Vec<&'a OracleKey>, Refusal> {
    let counts: Vec<_> = keys.iter().filter(|key| set.counts(&key.address())).collect();
    if !counts.is_empty() {
        return Ok(counts);
    }
    let named = || keys.iter().map(|key| key.address().to_string()).collect::<Vec<_>>().join(", ");
    Err(match keys {
        [] => Refusal::NoKey,
        keys if keys.iter().any(|key| set.switched_off.contains(&key.address())) => {
            Refusal::SwitchedOff { keys: named() }
        }
        _ => Refusal::NotAMember { keys: named(), set: set.id },
    })
}

/// Attests the link in one of these gists with these keys. `named` says that one gist was asked for: what is
/// wrong with it is told, while among an account's newest gists those that are no links are passed over.
pub async fn look(
    chain: &Chain,
    ledger: &Ledger,
    keys: &[OracleKey],
    account: &Account,
    gists: &[Gist],
    named: bool,
) -> Result<Attestation> {
    let set = chain.oracle_set().await?;
    let counting = counting(keys, &set).map_err(refused)?;
    let rules = chain.link_rules().await?;
    if !rules.by_quorum {
        return Err(refused(Refusal::Verifier { verifier: rules.verifier }));
    }
    let (gist, proof) = find(chain, ledger, account, gists, named).await?;
    let mut signatures = Vec::with_capacity(counting.len());
    for key in counting {
        signatures.push(attest(&proof.link, chain.place(), set.id, key).await?);
    }
    Ok(Attestation {
        login: account.login.clone(),
        gist,
        link: AttestedLink::from(&proof.link),
        wallet_proof: proof.wallet_proof,
        old_wallet_proof: proof.old_wallet_proof,
        oracle_set: set.id,
        signatures,
    })
}

/// The checked proof in one of these gists, and which one that is.
async fn find(
    chain: &Chain,
    ledger: &Ledger,
    account: &Account,
    gists: &[Gist],
    named: bool,
) -> Result<(String, LinkProof)> {
    let (id, login) = (ContributorId(account.id), &account.login);
    let held = chain.account(id).await?;
    let nonce = chain.link_nonce(id).await?;
    let now = chain.now().await?.timestamp;
    let last_link = ledger.last_link(chain, id).await?;
    let mut first = None;
    for gist in gists {
        match check(chain, account, gist, (nonce, now), last_link, held.wallet).await {
            Ok(proof) => {
                let pending = chain.pending_link(id).await?;
                return match pending.filter(|pending| !pending.adopted && proof.old_wallet_proof.is_none()) {
                    Some(pending) => Err(refused(Refusal::Pending { login: login.clone(), wallet: pending.wallet })),
                    None => Ok((gist.id.clone(), proof)),
                };
            }
            Err(OracleError::Linking(super::LinkingError::Refused(reason))) => {
                let is_a_link = reason.code() != "not_a_link";
                if named || is_a_link {
                    first.get_or_insert(reason);
                }
            }
            Err(error) => return Err(error),
        }
    }
    Err(refused(match first {
        // This gist did what it was for.
        Some(Refusal::Unusable { source: LinkError::Nonce { wallet, .. }, .. }) if held.wallet == Some(wallet) => {
            Refusal::Linked { login: login.clone(), wallet }
        }
        Some(reason) => reason,
        None => Refusal::NoGist { login: login.clone() },
    }))
}

/// Everything about one gist.
async fn check(
    chain: &Chain,
    account: &Account,
    gist: &Gist,
    (nonce, now): (u64, u64),
    last_link: Option<u64>,
    wallet: Option<Address>,
) -> Result<LinkProof> {
    let (id, login, gist_id) = (ContributorId(account.id), account.login.clone(), gist.id.clone());
    if !gist.public {
        return Err(refused(Refusal::Secret { id: gist_id }));
    }
    if gist.owner_id != id {
        return Err(refused(Refusal::Owner { id: gist_id, owner: gist.owner_id, login }));
    }
    let unusable = |source| refused(Refusal::Unusable { id: gist_id.clone(), login: login.clone(), source });
    let mut found: std::result::Result<LinkProof, LinkError> = Err(LinkError::Blocks(0));
    for file in &gist.files {
        let text = if file.truncated { Err(LinkError::TooLong) } else { Ok(file.text.as_str()) };
        let read = text.and_then(|text| read_gist(text, id, chain.place(), nonce, now));
        match (&found, read) {
            (_, Ok(proof)) => {
                found = Ok(proof);
                break;
            }
            (Err(LinkError::Blocks(0)), read) => found = read,
            _ => {}
        }
    }
    let proof = found.map_err(unusable)?;
    check_link(&proof.link, nonce, now).map_err(unusable)?;
    if wallet == Some(proof.link.wallet) {
        return Err(refused(Refusal::Linked { login, wallet: proof.link.wallet }));
    }
    let updated = gist.updated_at;
    if updated.saturating_add(OLDEST) < now {
        return Err(refused(Refusal::OldGist { id: gist_id, updated, now }));
    }
    if let Some(linked) = last_link.filter(|linked| updated < *linked) {
        return Err(refused(Refusal::BeforeLink { id: gist_id, login, updated, linked }));
    }
    match signed(chain, &proof, wallet).await {
        Ok(proof) => Ok(proof),
        Err(super::LinkingError::Link(source)) => Err(unusable(source)),
        Err(super::LinkingError::Chain(error)) => Err(error.into()),
        Err(error) => Err(error.into()),
    }
}

pub(super) fn refused(reason: Refusal) -> OracleError {
    OracleError::Linking(reason.into())
}

#[cfg(test)]
mod tests {
    use super::REASONS;

    #[test]
    fn every_reason_is_in_the_docs_as_it_is_in_the_code() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/link.md");
        let docs = std::fs::read_to_string(path).unwrap();
        let rows: Vec<String> = REASONS.iter().map(|(code, meaning)| format!("| `{code}` | {meaning} |")).collect();
        let listed: Vec<&str> = docs.lines().filter(|line| line.starts_with("| `")).collect();
        assert_eq!(listed, rows);
        // Each word in the code is one of these.
        let sources = [include_str!("attest.rs"), include_str!("desk.rs"), include_str!("../link.rs")];
        let arms = sources.iter().filter_map(|source| source.split("fn code(&self)").nth(1));
        let words = arms.flat_map(|arm| arm.split("\n    }\n").next().unwrap().split('"').skip(1).step_by(2));
        let mut words: Vec<&str> = words.collect();
        words.sort_unstable();
        words.dedup();
        let mut known: Vec<&str> = REASONS.iter().map(|(code, _)| *code).collect();
        known.sort_unstable();
        assert_eq!(words, known);
    }
}
