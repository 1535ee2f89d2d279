//! Linking: takes a login, finds the signed text in one of its public gists, attests it and links
//! on chain. The nonce and the time come from the chain, the owner from GitHub.

use crate::chain::Sent;
use crate::fetch::{Gist, GitHub};
use crate::link::{self, LinkError, LinkProof};
use crate::oracle::{Oracle, OracleError, Result};
use alloy::primitives::Address;
use guerdon_bindings::message::Link;
use guerdon_core::model::ContributorId;

const DAY: u64 = 86_400;

#[derive(Debug, thiserror::Error)]
pub enum LinkingError {
    #[error("{login} has no public gist with a Guerdon link: publish the text that `guerdon link gist` prints")]
    NoGist { login: String },
    #[error("the gist {id} is not public: oracles only read public gists")]
    Secret { id: String },
    #[error("the gist {id} belongs to the account {owner}, not to {login}")]
    Owner { id: String, owner: ContributorId, login: String },
    #[error("{login} is already linked to {wallet}")]
    Linked { login: String, wallet: Address },
    #[error("the gist {id} of {login} cannot be used: {source}")]
    Unusable { id: String, login: String, source: LinkError },
}

impl Oracle {
    /// The link that a contributor's wallet has to sign next.
    pub async fn next_link(&self, github: &GitHub, login: &str, wallet: Address, days: u64) -> Result<Link> {
        let account = github.account(login).await?;
        let id = ContributorId(account.id);
        self.ensure_unlinked(id, login).await?;
        let nonce = self.chain.link_nonce(id).await?;
        let now = self.chain.now().await?.timestamp;
        Ok(Link { id: id.0, wallet, nonce, validUntil: now.saturating_add(days.saturating_mul(DAY)) })
    }

    async fn ensure_unlinked(&self, id: ContributorId, login: &str) -> Result<()> {
        match self.chain.account(id).await?.wallet {
            Some(wallet) => Err(LinkingError::Linked { login: login.to_owned(), wallet }.into()),
            None => Ok(()),
        }
    }

    /// Finds and checks the proof in a gist: the named one, or the newest that is a link.
    pub async fn find_proof(&self, github: &GitHub, login: &str, gist: Option<&str>) -> Result<LinkProof> {
        let id = ContributorId(github.account(login).await?.id);
        self.ensure_unlinked(id, login).await?;
        let nonce = self.chain.link_nonce(id).await?;
        let now = self.chain.now().await?.timestamp;
        let gists = match gist {
            Some(address) => vec![named(github, address, id, login).await?],
            None => github.gists(login).await?,
        };
        let mut refused = None;
        for gist in gists.iter().filter(|gist| gist.owner_id == id) {
            for file in gist.files.iter().filter(|file| !file.truncated) {
                match link::check_gist(&file.text, id, self.chain.place(), nonce, now) {
                    Ok(proof) => return Ok(proof),
                    Err(source) => refused.get_or_insert((gist.id.clone(), source)),
                };
            }
        }
        let login = login.to_owned();
        Err(match refused {
            Some((id, source)) if gist.is_some() || !matches!(source, LinkError::Blocks(_) | LinkError::Block(_)) => {
                LinkingError::Unusable { id, login, source }.into()
            }
            _ => LinkingError::NoGist { login }.into(),
        })
    }

    /// Attests a checked proof with the configured keys and links on chain.
    pub async fn link(&self, proof: &LinkProof) -> Result<Sent> {
        let set = self.chain.oracle_set().await?;
        let keys: Vec<_> = self.keys()?.into_iter().filter(|key| set.counts(&key.address())).collect();
        if keys.is_empty() {
            return Err(OracleError::NoKeys);
        }
        let attestation = link::attestation(&proof.link, self.chain.place(), &set, &keys).await?;
        Ok(self.submitter()?.link(proof, attestation).await?)
    }
}

async fn named(github: &GitHub, address: &str, id: ContributorId, login: &str) -> Result<Gist> {
    let name = address.trim_end_matches('/').rsplit('/').next().unwrap_or(address);
    let gist = github.gist(name).await?;
    if !gist.public {
        return Err(LinkingError::Secret { id: gist.id }.into());
    }
    if gist.owner_id != id {
        return Err(LinkingError::Owner { id: gist.id, owner: gist.owner_id, login: login.to_owned() }.into());
    }
    Ok(gist)
}
