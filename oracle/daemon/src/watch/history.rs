//! What the chain says of batches and challenges, read on from where it was read before.

use crate::audit::Posts;
use crate::chain::{Chain, ChainError, ChallengeEvent, Change, Posted};
use alloy::primitives::{Address, U256};
use guerdon_core::model::Epoch;
use std::collections::{BTreeMap, BTreeSet};

/// Blocks that are read again each time, should the chain have thought better of them.
const OVERLAP: u64 = 128;

#[derive(Debug, Default)]
pub struct History {
    pub posts: Posts,
    challenges: Vec<ChallengeEvent>,
    until: Option<u64>,
}

/// Who challenged what of one batch.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Challenged {
    /// By anybody, whatever was answered.
    pub(super) positions: BTreeSet<u32>,
    /// The whole of it, by whom.
    pub(super) batch: BTreeSet<Address>,
}

impl History {
    pub async fn read(&mut self, chain: &Chain) -> Result<(), ChainError> {
        let (first, latest) = (chain.deployment().block, chain.now().await?.block);
        let from = self.until.map_or(first, |until| until.saturating_sub(OVERLAP).max(first));
        let posted = chain.posted_within(from..=latest).await?;
        let challenges = chain.challenges_within(from..=latest).await?;
        self.posts.retain(|_, posted| posted.block < from);
        self.posts.extend(posted.into_iter().map(|posted| ((posted.header.epoch, posted.header.round), posted)));
        self.challenges.retain(|event| event.block < from);
        self.challenges.extend(challenges);
        self.until = Some(latest);
        Ok(())
    }

    /// The latest round of every epoch.
    pub(super) fn latest(&self) -> Vec<Posted> {
        let latest: BTreeMap<Epoch, &Posted> = self.posts.iter().map(|((epoch, _), posted)| (*epoch, posted)).collect();
        latest.into_values().cloned().collect()
    }

    pub(super) fn challenged(&self, batch: (Epoch, u32)) -> Challenged {
        let mut challenged = Challenged::default();
        for event in &self.challenges {
            if let Change::Opened { epoch, round, position, challenger, .. } = event.change
                && (epoch, round) == batch
            {
                match position {
                    Some(position) => drop(challenged.positions.insert(position)),
                    None => drop(challenged.batch.insert(challenger)),
                }
            }
        }
        challenged
    }

    /// Wei that an account has put up and not got back: at stake or lost.
    pub(super) fn at_stake(&self, account: Address) -> U256 {
        let mut stakes: BTreeMap<U256, U256> = BTreeMap::new();
        for event in &self.challenges {
            match event.change {
                Change::Opened { challenger, bond, .. } if challenger == account => {
                    stakes.insert(event.number, bond);
                }
                Change::Returned => drop(stakes.remove(&event.number)),
                Change::Opened { .. } | Change::Lost => {}
            }
        }
        stakes.into_values().fold(U256::ZERO, U256::saturating_add)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bond_counts_until_it_came_back() {
        let (us, other) = (Address::repeat_byte(1), Address::repeat_byte(2));
        let opened = |challenger, position| Change::Opened {
            epoch: Epoch(3),
            round: 1,
            position,
            challenger,
            bond: U256::from(if position.is_some() { 5 } else { 100 }),
        };
        let changes = [
            (1, opened(us, Some(4))),
            (2, opened(us, Some(5))),
            (3, opened(other, None)),
            (4, opened(us, Some(6))),
            (1, Change::Returned),
            (2, Change::Lost),
        ];
        let challenges = changes
            .into_iter()
            .map(|(number, change)| ChallengeEvent { number: U256::from(number), change, block: 9 })
            .collect();
        let history = History { challenges, ..History::default() };
        assert_eq!(history.at_stake(us), U256::from(10), "one is lost, one is open");
        let found = history.challenged((Epoch(3), 1));
        assert_eq!(found, Challenged { positions: [4, 5, 6].into(), batch: [other].into() });
        assert_eq!(history.challenged((Epoch(3), 2)), Challenged::default());
    }
}
