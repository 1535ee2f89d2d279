//! The record of a scored epoch: what its slices spent, how evenly it paid and what
//! somebody should look at. Made with the score, kept
//! in the store, shown by the command line and the API.

use crate::oracle::{OracleError, Result};
use crate::store::Store;
use guerdon_core::B256;
use guerdon_core::fairness::Fairness;
use guerdon_core::model::Epoch;
use guerdon_core::policy::Policy;
use guerdon_core::score::{Flag, SliceResult};
use guerdon_core::verify::Rebuilt;
use serde::{Deserialize, Serialize};

/// One scored epoch as a whole. Amounts in units.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EpochRecord {
    pub epoch: Epoch,
    pub round: u32,
    pub evidence_hash: B256,
    pub policy_hash: B256,
    pub slices: Vec<SliceResult>,
    pub fairness: Fairness,
    /// What somebody should look at.
    pub flags: Vec<Flag>,
}

impl EpochRecord {
    pub fn of(rebuilt: &Rebuilt, policy: &Policy) -> Self {
        let header = &rebuilt.evidence.header;
        Self {
            epoch: header.epoch,
            round: header.round,
            evidence_hash: rebuilt.evidence_hash,
            policy_hash: header.terms.policy,
            slices: rebuilt.outcome.slices.clone(),
            fairness: Fairness::of(&rebuilt.evidence, &rebuilt.outcome, policy),
            flags: rebuilt.outcome.flags.clone(),
        }
    }

    pub async fn keep(&self, store: &Store) -> Result<()> {
        let body = serde_json::to_string(self).map_err(|source| OracleError::Stored(source.to_string()))?;
        Ok(store.put_score(self.epoch, self.round, &body).await?)
    }

    /// Absent before the epoch is scored.
    pub async fn find(store: &Store, epoch: Epoch, round: u32) -> Result<Option<Self>> {
        let Some(body) = store.score(epoch, round).await? else { return Ok(None) };
        let unreadable = |source| OracleError::Stored(format!("the record of epoch {epoch}: {source}"));
        serde_json::from_str(&body).map(Some).map_err(unreadable)
    }
}
