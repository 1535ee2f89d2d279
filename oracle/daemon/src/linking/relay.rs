//! Sending links for contributors, when the operator wants that: takes what was asked for here, gives at most
//! so many transactions a day. Whoever it sends for has done work that is in the store; the attestations are
//! gathered as anybody gathers them.

use super::attest::Refusal;
use super::desk::AttestError;
use super::gather::Expected;
use super::ledger::WaitingLink;
use super::{DAY, Made};
use crate::chain::LinkStatus;
use crate::fault;
use crate::figures;
use crate::oracle::{Oracle, Result};
use crate::run::chain_of;
use crate::store::{ItemTable, LinkAsk};
use guerdon_core::model::ContributorId;
use tokio_util::sync::CancellationToken;

/// A link that could not be sent is tried again after this, in seconds.
const AGAIN: u64 = 600;
/// Whoever has done nothing so long after asking is forgotten.
const PATIENCE: u64 = 30 * DAY;
/// The most that one tick sends.
const PER_TICK: u32 = 5;

impl Oracle {
    /// One look at everything about links; safe to repeat. What fails for one contributor is told, and does not
    /// keep the others.
    pub async fn tend_links(&self, cancelled: &CancellationToken) -> Result<()> {
        let waiting = self.watch_links().await?;
        if !self.config.links.relay {
            return Ok(());
        }
        self.activate_matured(&waiting).await?;
        let now = self.chain.now().await?.timestamp;
        for ask in self.store.link_asks(now.saturating_sub(AGAIN), PER_TICK).await? {
            if cancelled.is_cancelled() {
                return Ok(());
            }
            self.store.link_ask_tried(ask.id, now).await?;
            if let Err(error) = self.relay(&ask, now).await {
                let (login, error) = (&ask.login, chain_of(&error));
                tracing::warn!(contributor = ask.id.0, login, error, "a link cannot be sent now");
            }
        }
        Ok(())
    }

    async fn activate_matured(&self, waiting: &[WaitingLink]) -> Result<()> {
        let now = self.chain.now().await?.timestamp;
        let decided = |link: &&WaitingLink| matches!(link.status, LinkStatus::Pending | LinkStatus::Approved);
        let ripe = waiting.iter().filter(|link| link.ready <= now && !link.dead).filter(decided);
        for link in ripe {
            if self.chain.paused_until().await?.is_some() {
                return Ok(());
            }
            let (id, available) = (link.contributor_id, self.chain.link_rules().await?.available);
            if link.unclaimed > available {
                let unclaimed = link.unclaimed;
                tracing::debug!(contributor = id.0, unclaimed, available, "the link budget does not reach yet");
                continue;
            }
            fault::point("links: activate");
            match self.submitter()?.activate_link(id).await {
                Ok(sent) => {
                    tracing::warn!(contributor = id.0, wallet = %link.wallet, tx = %sent.tx, "a re-link was activated");
                }
                // Another one may have been faster, or something changed just now.
                Err(error) => {
                    tracing::warn!(contributor = id.0, error = %chain_of(&error), "a re-link cannot be activated now");
                }
            }
            fault::point("links: activated");
        }
        Ok(())
    }

    async fn relay(&self, ask: &LinkAsk, now: u64) -> Result<()> {
        if ask.valid_until < now || ask.asked.saturating_add(PATIENCE) < now {
            return Ok(self.store.forget_link_ask(ask.id).await?);
        }
        if !self.has_worked(ask.id).await? {
            tracing::debug!(contributor = ask.id.0, login = ask.login, "no work of theirs is known yet");
            return Ok(());
        }
        let gist = (!ask.gist.is_empty()).then_some(ask.gist.as_str());
        let here = match self.attested(&ask.login, gist).await {
            Ok(attestation) => vec![attestation],
            // A relayer need not be an oracle.
            Err(AttestError::Refused(Refusal::NoKey | Refusal::NotAMember { .. } | Refusal::SwitchedOff { .. })) => {
                Vec::new()
            }
            // It is done, or can never be: whoever still wants it asks again.
            Err(AttestError::Refused(reason)) => {
                tracing::info!(contributor = ask.id.0, login = ask.login, %reason, "a link is not sent any more");
                return Ok(self.store.forget_link_ask(ask.id).await?);
            }
            Err(AttestError::Oracle(error)) => return Err(error),
            Err(error) => {
                tracing::info!(contributor = ask.id.0, login = ask.login, %error, "a link is sent later");
                return Ok(());
            }
        };
        // What was seen here is what is sent.
        let expected = Expected { id: Some(ask.id), wallet: here.first().map(|seen| seen.link.wallet) };
        let gathered = self.other_oracles()?.gather(&self.chain, (&ask.login, gist), expected, here).await?;
        for voice in &gathered.voices {
            if let Some(reason) = &voice.refused {
                tracing::warn!(contributor = ask.id.0, oracle = voice.oracle, reason, "an oracle does not attest");
            }
        }
        let (proof, attestation) = gathered.into_quorum(&ask.login)?;
        let (nonce, day) = (proof.link.nonce, (now.saturating_sub(DAY), self.config.links.per_day));
        if !self.store.begin_link_relay(ask.id, nonce, now, day).await? {
            let per_day = self.config.links.per_day;
            tracing::info!(contributor = ask.id.0, login = ask.login, per_day, "a link is sent another day");
            return Ok(());
        }
        fault::point("links: send");
        let sent = self.submitter()?.link(&proof, attestation).await?;
        fault::point("links: sent");
        self.store.link_relayed(ask.id, nonce, sent.tx).await?;
        self.store.forget_link_ask(ask.id).await?;
        figures::relayed();
        let Made { wallet, pending_until, .. } = Made::read(&self.chain, &ask.login, &proof.link, sent).await?;
        tracing::info!(contributor = ask.id.0, login = ask.login, %wallet, pending_until, tx = %sent.tx, "a link was sent");
        Ok(())
    }

    /// Whether a scored epoch has work of theirs, paid or accrued.
    async fn has_worked(&self, id: ContributorId) -> Result<bool> {
        Ok(!self.store.items_of(ItemTable::People, id).await?.is_empty())
    }
}
