//! Whether evidence goes on where the epoch before ended: who accrued what, and owes what, is not made up.

use super::judge::{Reading, read_as};
use super::{AuditError, Auditor, Posts, on_chain};
use crate::chain::VoidReason;
use crate::mirrors::{MirrorError, Tried};
use crate::oracle::OracleError;
use guerdon_core::B256;
use guerdon_core::evidence::Evidence;
use guerdon_core::model::Epoch;
use guerdon_core::verify::{Check, Rebuilt};
use std::sync::Arc;

/// What is said of the evidence before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Before {
    /// It leads to where this one begins.
    Follows(Vec<Check>),
    /// It cannot be what it says to be.
    False(Vec<String>),
    /// Nobody has it.
    Withheld { hash: B256, tried: Vec<Tried> },
}

impl Auditor {
    /// Goes back over epochs that nothing was posted for, until one that was posted or the first.
    pub async fn before(&self, posts: &Posts, evidence: &Evidence, set: Option<u64>) -> Result<Before, AuditError> {
        let mut checks = Vec::new();
        let mut earlier: Option<Arc<Rebuilt>> = None;
        loop {
            let now = earlier.as_ref().map_or(evidence, |rebuilt| &rebuilt.evidence);
            let (epoch, previous) = (now.header.epoch, now.header.previous);
            if epoch.0 <= 1 {
                return Ok(if previous.is_zero() {
                    Before::Follows(checks)
                } else {
                    Before::False(vec!["the first epoch's evidence names another one before it".to_owned()])
                });
            }
            let last = Epoch(epoch.0 - 1);
            let posted = self.posted_for(posts, last).await?;
            if !posted.is_empty() && !posted.contains(&previous) {
                let reason = format!(
                    "epoch {epoch} goes on from evidence {previous}, but what was posted for epoch {last} is {}",
                    posted.iter().map(ToString::to_string).collect::<Vec<_>>().join(" or ")
                );
                return Ok(Before::False(vec![reason]));
            }
            if previous.is_zero() {
                return Ok(Before::False(vec![format!("epoch {epoch} goes on from nothing")]));
            }
            let before = match self.rebuilt(previous, set).await? {
                Ok(before) => before,
                Err(found) => return Ok(found),
            };
            let followed = before.followed_by(now);
            let wrong: Vec<String> = failed(&followed);
            if !wrong.is_empty() {
                return Ok(Before::False(wrong));
            }
            checks.extend(followed);
            if !posted.is_empty() {
                return Ok(Before::Follows(checks));
            }
            // It was never posted, so no one ever had a window to look at it: it is looked at now.
            let chain = on_chain(&self.chain, &before.evidence.header).await?;
            let mut against = before.compare(&chain);
            // One that came too late to be posted has entries and no batch.
            against.retain(|check| check.name != "batch");
            let wrong: Vec<String> =
                failed(&against).into_iter().map(|wrong| format!("epoch {last}: {wrong}")).collect();
            if !wrong.is_empty() {
                return Ok(Before::False(wrong));
            }
            earlier = Some(before);
        }
    }

    /// The evidence of every batch of an epoch, but for batches that a challenge brought down.
    async fn posted_for(&self, posts: &Posts, epoch: Epoch) -> Result<Vec<B256>, AuditError> {
        let mut found = Vec::new();
        for ((_, round), posted) in posts.range((epoch, 0)..=(epoch, u32::MAX)) {
            if self.chain.void_reason(epoch, *round).await? != Some(VoidReason::Challenged) {
                found.push(posted.header.evidence_hash);
            }
        }
        Ok(found)
    }

    async fn rebuilt(&self, hash: B256, set: Option<u64>) -> Result<Result<Arc<Rebuilt>, Before>, AuditError> {
        if let Some(known) = self.scored(hash) {
            return Ok(Ok(known));
        }
        let bytes = match self.evidence(hash, set).await {
            Ok(bytes) => bytes,
            Err(AuditError::Mirror(MirrorError::Nowhere { hash, tried })) => {
                return Ok(Err(Before::Withheld { hash, tried }));
            }
            Err(error) => return Err(error),
        };
        match read_as(&self.policies, &bytes, None) {
            Ok(Reading::Scored(rebuilt)) => Ok(Ok(self.keep(*rebuilt))),
            Ok(Reading::False(reason)) => Ok(Err(Before::False(vec![format!("the evidence before: {reason}")]))),
            Err(error) => Err(OracleError::into(error)),
        }
    }
}

pub(super) fn failed(checks: &[Check]) -> Vec<String> {
    let wrong = checks.iter().filter(|check| !check.passed);
    wrong.map(|check| format!("{}: {}", check.name, check.detail)).collect()
}
