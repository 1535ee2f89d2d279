//! What happened to links: takes the chain's events, a few blocks at a time; gives when a contributor was
//! linked last, and which links wait. The last blocks are read again each time, so a reorganisation is
//! nothing special.

use super::ready_time;
use crate::chain::{Chain, ChainError, LinkEvent, LinkMove, LinkStatus};
use alloy::primitives::Address;
use guerdon_core::model::ContributorId;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What may still be reorganised.
const UNSETTLED: u64 = 64;

/// All that happened to links, in the order of the chain. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    events: Arc<Vec<LinkEvent>>,
    /// The last block that was read, once one was.
    until: Option<u64>,
}

/// A link that waits, from its events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waiting {
    pub id: ContributorId,
    pub wallet: Address,
    /// The wallet that is paid until then; none for a link that was taken over from the predecessor.
    pub old: Option<Address>,
    pub status: LinkStatus,
    /// By the chain's active clock.
    pub ready_at: u64,
    pub oracle_set: u64,
    /// The block that it was proposed in.
    pub block: u64,
}

/// The same for people and programs. Times are UTC seconds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct WaitingLink {
    pub contributor_id: ContributorId,
    pub login: Option<String>,
    #[schema(value_type = String, pattern = "^0x[0-9a-fA-F]{40}$")]
    pub wallet: Address,
    #[schema(value_type = Option<String>, pattern = "^0x[0-9a-fA-F]{40}$")]
    pub old_wallet: Option<Address>,
    pub status: LinkStatus,
    /// Its oracle set was rotated out with all that was pending: it can only be dropped.
    pub dead: bool,
    pub proposed: u64,
    /// From then on it can be made to hold, unless there is a pause before.
    pub ready: u64,
    /// Units that it would expose; they count against the link budget.
    pub unclaimed: u64,
}

impl Ledger {
    /// Reads what is new.
    pub async fn catch_up(&mut self, chain: &Chain) -> Result<(), ChainError> {
        let latest = chain.now().await?.block;
        let first = chain.deployment().block;
        let from = self.until.map_or(first, |until| until.saturating_sub(UNSETTLED - 1).min(latest).max(first));
        let fresh = chain.link_events(from, latest).await?;
        let still = self.events.iter().rev().take_while(|event| event.block >= from);
        if !still.eq(fresh.iter().rev()) {
            let events = Arc::make_mut(&mut self.events);
            events.retain(|event| event.block < from);
            events.extend(fresh);
        }
        self.until = Some(latest);
        Ok(())
    }

    /// When a nonce of this contributor was used last, UTC seconds: linked, or proposed to be.
    pub async fn last_link(&self, chain: &Chain, id: ContributorId) -> Result<Option<u64>, ChainError> {
        let used = |event: &&LinkEvent| {
            event.id == id && matches!(event.what, LinkMove::Linked { .. } | LinkMove::Proposed { old: Some(_), .. })
        };
        match self.events.iter().rfind(used) {
            Some(event) => Ok(Some(chain.at_block(event.block).await?.timestamp)),
            None => Ok(None),
        }
    }

    /// The last thing that happened to a contributor's link.
    pub fn last_move(&self, id: ContributorId) -> Option<LinkMove> {
        self.events.iter().rfind(|event| event.id == id).map(|event| event.what)
    }

    /// The links that wait, ascending by id.
    pub fn waiting(&self) -> Vec<Waiting> {
        let mut waiting: BTreeMap<ContributorId, Waiting> = BTreeMap::new();
        for &LinkEvent { id, what, block, .. } in self.events.iter() {
            match what {
                LinkMove::Proposed { wallet, old, ready_at, oracle_set } => {
                    let status = LinkStatus::Pending;
                    waiting.insert(id, Waiting { id, wallet, old, status, ready_at, oracle_set, block });
                }
                LinkMove::Contested => set(&mut waiting, id, LinkStatus::Contested),
                LinkMove::Frozen => set(&mut waiting, id, LinkStatus::Frozen),
                LinkMove::Approved => set(&mut waiting, id, LinkStatus::Approved),
                LinkMove::Linked { .. }
                | LinkMove::Activated
                | LinkMove::Cancelled
                | LinkMove::Dropped
                | LinkMove::Superseded => {
                    waiting.remove(&id);
                }
            }
        }
        waiting.into_values().collect()
    }

    /// The same with what only the chain knows.
    pub async fn waiting_links(&self, chain: &Chain) -> Result<Vec<WaitingLink>, ChainError> {
        let waiting = self.waiting();
        if waiting.is_empty() {
            return Ok(Vec::new());
        }
        let oldest = chain.oldest_live_set().await?;
        let mut links = Vec::with_capacity(waiting.len());
        for link in waiting {
            let held = chain.account(link.id).await?;
            links.push(WaitingLink {
                contributor_id: link.id,
                login: None,
                wallet: link.wallet,
                old_wallet: link.old,
                status: link.status,
                dead: link.oracle_set < oldest,
                proposed: chain.at_block(link.block).await?.timestamp,
                ready: ready_time(chain, link.ready_at).await?,
                unclaimed: held.earned.saturating_sub(held.claimed),
            });
        }
        Ok(links)
    }
}

fn set(waiting: &mut BTreeMap<ContributorId, Waiting>, id: ContributorId, status: LinkStatus) {
    if let Some(link) = waiting.get_mut(&id) {
        link.status = status;
    }
}
