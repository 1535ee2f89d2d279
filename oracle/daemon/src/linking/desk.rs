//! What the daemon does about links: attests when it is asked, and watches those that wait.

use super::attest::{Attestation, Refusal, look};
use super::ledger::{Ledger, WaitingLink};
use super::lookups::{Found, LookupError, Lookups, read};
use super::{LinkingError, Oracles};
use crate::chain::ChainError;
use crate::fetch::GitHub;
use crate::figures;
use crate::oracle::{Oracle, OracleError, Result};
use crate::store::LinkAsk;
use guerdon_core::model::ContributorId;
use std::collections::BTreeMap;
use std::sync::OnceLock;
use tokio::sync::Mutex;

/// The most asks that are kept.
const MOST_ASKS: u64 = 1_000;

/// What is remembered between two questions.
#[derive(Debug, Default)]
pub struct Desk {
    ledger: Mutex<Ledger>,
    lookups: Lookups,
    /// Asked for contributors only, so that they do not wait for a fetch.
    github: OnceLock<GitHub>,
    /// The links that wait, as they were told last.
    told: Mutex<Option<BTreeMap<ContributorId, Told>>>,
}

#[derive(Clone, Debug)]
struct Told {
    link: WaitingLink,
    is_ripe: bool,
}

/// Why an oracle does not attest a link, or cannot.
#[derive(Debug, thiserror::Error)]
pub enum AttestError {
    #[error(transparent)]
    Refused(Refusal),
    #[error("too many links are looked up at once: try again in {seconds} s")]
    Busy { seconds: u64 },
    /// Said for strangers; the log has the rest.
    #[error("this oracle cannot ask GitHub now: try again")]
    GitHub(#[source] LookupError),
    #[error(transparent)]
    Oracle(OracleError),
}

impl From<OracleError> for AttestError {
    fn from(error: OracleError) -> Self {
        match error {
            OracleError::Linking(LinkingError::Refused(reason)) => Self::Refused(reason),
            error => Self::Oracle(error),
        }
    }
}

impl From<LookupError> for AttestError {
    fn from(error: LookupError) -> Self {
        match error {
            LookupError::Refused(reason) => Self::Refused(reason),
            LookupError::Busy { seconds } => Self::Busy { seconds },
            error => Self::GitHub(error),
        }
    }
}

impl AttestError {
    /// A word for programs; it never changes.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Refused(reason) => reason.code(),
            Self::Busy { .. } => "busy",
            Self::GitHub(_) => "github_unavailable",
            Self::Oracle(OracleError::Chain(_)) => "chain_unavailable",
            Self::Oracle(_) => "internal",
        }
    }
}

impl Oracle {
    /// Looks at a contributor's gist and attests the link in it. Asking again is free; while this daemon sends
    /// links, one that was asked for is remembered.
    pub async fn attest_link(&self, login: &str, gist: Option<&str>) -> Result<Attestation, AttestError> {
        let attested = self.attested(login, gist).await;
        if let Err(AttestError::Refused(_)) = &attested {
            self.links.lookups.doubt(login, gist).await;
        }
        figures::attested(attested.as_ref().map_or_else(AttestError::code, |_| "attested"));
        let attestation = attested?;
        if self.config.links.relay {
            let now = self.chain.now().await.map_err(OracleError::from)?.timestamp;
            let ask = LinkAsk {
                id: ContributorId(attestation.link.contributor_id),
                login: attestation.login.clone(),
                gist: attestation.gist.clone(),
                valid_until: attestation.link.valid_until,
                asked: now,
                tried: None,
            };
            self.store.put_link_ask(&ask, MOST_ASKS).await.map_err(OracleError::from)?;
        }
        Ok(attestation)
    }

    /// The same without anything remembered.
    pub(super) async fn attested(&self, login: &str, gist: Option<&str>) -> Result<Attestation, AttestError> {
        let keys = self.keys()?;
        if keys.is_empty() {
            return Err(AttestError::Refused(Refusal::NoKey));
        }
        let github = match self.links.github.get() {
            Some(github) => github,
            None => {
                let made = self.github()?;
                self.links.github.get_or_init(|| made)
            }
        };
        let found = self.links.lookups.find(github, login, gist).await?;
        let ledger = self.link_ledger().await.map_err(OracleError::from)?;
        let Found { account, gists, named } = &*found;
        Ok(look(&self.chain, &ledger, &keys, account, gists, *named).await?)
    }

    /// What happened to links until now.
    pub(super) async fn link_ledger(&self) -> Result<Ledger, ChainError> {
        let mut ledger = self.links.ledger.lock().await;
        ledger.catch_up(&self.chain).await?;
        Ok(ledger.clone())
    }

    /// The links that wait, ascending by id.
    pub async fn pending_links(&self) -> Result<Vec<WaitingLink>> {
        let mut links = self.link_ledger().await?.waiting_links(&self.chain).await?;
        for link in &mut links {
            link.login = self.store.account(link.contributor_id.0).await?.map(|account| account.login);
        }
        Ok(links)
    }

    /// One contributor's link that waits.
    pub async fn pending_link(&self, id: ContributorId) -> Result<Option<WaitingLink>> {
        if self.chain.pending_link(id).await?.is_none() {
            return Ok(None);
        }
        Ok(self.pending_links().await?.into_iter().find(|link| link.contributor_id == id))
    }

    /// Tells of links that wait: each once, and again when something about it changes.
    pub(super) async fn watch_links(&self) -> Result<Vec<WaitingLink>> {
        let links = self.pending_links().await?;
        let now = self.chain.now().await?.timestamp;
        let oldest = links.iter().map(|link| now.saturating_sub(link.proposed)).max();
        figures::pending_links(links.len(), oldest.unwrap_or_default());
        let mut told = self.links.told.lock().await;
        let before = told.take().unwrap_or_default();
        let mut after = BTreeMap::new();
        for link in &links {
            let is_ripe = link.ready <= now;
            let is_new = |old: &Told| {
                (old.link.wallet, old.link.status, old.link.dead, old.is_ripe)
                    != (link.wallet, link.status, link.dead, is_ripe)
            };
            if before.get(&link.contributor_id).is_none_or(is_new) {
                tell(link, is_ripe);
            }
            after.insert(link.contributor_id, Told { link: link.clone(), is_ripe });
        }
        let ledger = self.links.ledger.lock().await;
        for (id, old) in before.iter().filter(|(id, _)| !after.contains_key(id)) {
            let how = ledger.last_move(*id);
            tracing::warn!(contributor = id.0, wallet = %old.link.wallet, ended = ?how, "a pending re-link has ended");
        }
        *told = Some(after);
        Ok(links)
    }
}

fn tell(link: &WaitingLink, is_ripe: bool) {
    let WaitingLink { contributor_id, wallet, old_wallet, status, dead, ready, unclaimed, .. } = link;
    let login = link.login.as_deref().unwrap_or_default();
    let what = match (dead, is_ripe) {
        (true, _) => "a pending re-link is dead: anybody may drop it",
        (false, true) => "a pending re-link can be activated",
        (false, false) => "a re-link is pending: if the contributor did not want it, cancel or challenge it",
    };
    let old = old_wallet.map_or("none".to_owned(), |old| old.to_string());
    tracing::warn!(
        contributor = contributor_id.0,
        login,
        %wallet,
        old,
        status = ?status,
        ready,
        unclaimed,
        "{what}"
    );
}

/// A look by keys that are at hand, without a daemon.
pub async fn look_now(
    chain: &crate::chain::Chain,
    github: &GitHub,
    keys: &[crate::keys::OracleKey],
    login: &str,
    gist: Option<&str>,
) -> Result<Attestation, AttestError> {
    let mut ledger = Ledger::default();
    ledger.catch_up(chain).await.map_err(OracleError::from)?;
    let Found { account, gists, named } = read(github, login, gist).await?;
    Ok(look(chain, &ledger, keys, &account, &gists, named).await?)
}

impl Oracle {
    /// The other oracles that are known by their address.
    pub(super) fn other_oracles(&self) -> Result<Oracles> {
        Ok(Oracles::new(&self.config.attesters())?)
    }
}
