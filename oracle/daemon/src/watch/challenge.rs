//! Puts up bonds: takes what is wrong with a batch, challenges it as far as the limit goes, the largest
//! wrong first.

use super::alert::Kind;
use super::history::History;
use crate::audit::EntryFault;
use crate::chain::{BatchState, Chain, ChainError, Freeze, Sender, Sent};
use crate::run::chain_of;
use alloy::primitives::U256;
use guerdon_core::model::Epoch;

/// The longest reason that the contract takes, in bytes.
const MAX_REASON: usize = 1_024;

/// A wallet that challenges.
#[derive(Debug)]
pub struct Challenger {
    sender: Sender,
    /// Wei that may be at stake or lost in all.
    limit: U256,
}

impl Challenger {
    pub fn new(sender: Sender, limit: U256) -> Self {
        Self { sender, limit }
    }

    /// What may still be put up.
    fn left(&self, history: &History) -> U256 {
        self.limit.saturating_sub(history.at_stake(self.sender.from()))
    }

    /// Challenges exactly these entries. When their bonds together are more than is left and than a challenge
    /// of the whole batch costs, the batch is challenged instead: what is right in it waits, and is paid.
    pub(super) async fn entries(
        &self,
        chain: &Chain,
        history: &History,
        state: &BatchState,
        epoch: Epoch,
        faults: &[EntryFault],
    ) -> Result<Vec<Kind>, ChainError> {
        let challenged = history.challenged((epoch, state.round));
        let mut open: Vec<&EntryFault> =
            faults.iter().filter(|fault| !challenged.positions.contains(&fault.position)).collect();
        if open.is_empty() || state.freeze == Freeze::Batch {
            return Ok(Vec::new());
        }
        open.sort_by_key(|fault| std::cmp::Reverse(fault.published.saturating_sub(fault.due)));
        let (bond, mut left) = (chain.entry_bond().await?, self.left(history));
        let cost = bond.saturating_mul(U256::from(open.len()));
        let whole = chain.batch_bond().await?;
        if cost > left && cost > whole && left >= whole {
            let reason = format!("{} entries take more than the policy gives on the evidence", open.len());
            return Ok(vec![self.send_batch(chain, epoch, &reason, whole).await]);
        }
        let mut done = Vec::new();
        let mut unpaid = Vec::new();
        for fault in open {
            if bond > left {
                unpaid.push(fault.position);
                continue;
            }
            let kind = self.send_entry(chain, epoch, fault.position, bond).await;
            if matches!(kind, Some(Kind::Challenged { .. })) {
                left = left.saturating_sub(bond);
            }
            done.extend(kind);
        }
        if !unpaid.is_empty() {
            let reason = "their bonds are more than --max-bonds leaves".to_owned();
            done.push(Kind::NotChallenged { positions: unpaid, reason });
        }
        Ok(done)
    }

    /// Challenges a whole batch, unless it was by this wallet or is frozen.
    pub(super) async fn batch(
        &self,
        chain: &Chain,
        history: &History,
        state: &BatchState,
        epoch: Epoch,
        reason: &str,
    ) -> Result<Vec<Kind>, ChainError> {
        let challenged = history.challenged((epoch, state.round));
        if state.freeze == Freeze::Batch || challenged.batch.contains(&self.sender.from()) {
            return Ok(Vec::new());
        }
        let bond = chain.batch_bond().await?;
        if bond > self.left(history) {
            let reason = "the bond is more than --max-bonds leaves".to_owned();
            return Ok(vec![Kind::NotChallenged { positions: Vec::new(), reason }]);
        }
        Ok(vec![self.send_batch(chain, epoch, reason, bond).await])
    }

    /// Nothing when somebody else was faster.
    async fn send_entry(&self, chain: &Chain, epoch: Epoch, position: u32, bond: U256) -> Option<Kind> {
        crate::fault::point("watch: challenge an entry");
        let sent = self.sender.challenge(epoch, position, bond).await;
        crate::fault::point("watch: an entry is challenged");
        match sent {
            Ok(sent) => Some(opened(chain, sent, Some(position), bond).await),
            Err(error) if refused_as(&error, "Freezes_EntryTaken") => None,
            Err(error) => Some(Kind::NotChallenged { positions: vec![position], reason: chain_of(&error) }),
        }
    }

    async fn send_batch(&self, chain: &Chain, epoch: Epoch, reason: &str, bond: U256) -> Kind {
        crate::fault::point("watch: challenge a batch");
        let sent = self.sender.challenge_batch(epoch, cut(reason), bond).await;
        crate::fault::point("watch: a batch is challenged");
        match sent {
            Ok(sent) => opened(chain, sent, None, bond).await,
            Err(error) => Kind::NotChallenged { positions: Vec::new(), reason: chain_of(&error) },
        }
    }
}

async fn opened(chain: &Chain, sent: Sent, position: Option<u32>, bond: U256) -> Kind {
    // The challenge stands whether or not its number can be read now.
    let challenge = chain.challenge_opened(sent).await.map_or(U256::ZERO, |opened| opened.number);
    Kind::Challenged { position, challenge, bond, tx: sent.tx }
}

fn refused_as(error: &ChainError, name: &str) -> bool {
    error.revert().and_then(|revert| revert.name()) == Some(name)
}

fn cut(reason: &str) -> &str {
    let mut end = reason.len().min(MAX_REASON);
    while !reason.is_char_boundary(end) {
        end -= 1;
    }
    reason.get(..end).unwrap_or_default()
}
