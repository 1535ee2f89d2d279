//! Finds evidence: takes a hash that the chain has, gives the file, wherever it lies.

use super::AuditError;
use crate::chain::{Chain, Posted};
use crate::mirrors::{self, Place};
use crate::policies::Policies;
use guerdon_core::B256;
use guerdon_core::evidence::{Evidence, EvidenceError};
use guerdon_core::model::Epoch;
use guerdon_core::verify::{self, Rebuilt};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Batches as they were posted, by epoch and round.
pub type Posts = BTreeMap<(Epoch, u32), Posted>;

/// How much is kept that was scored: an epoch, the one before, and a little.
const KEPT: usize = 4;

/// Whoever checks, with what is needed for it.
#[derive(Debug)]
pub struct Auditor {
    pub chain: Chain,
    pub policies: Policies,
    /// Asked before the oracles' own.
    pub places: Vec<Place>,
    /// The largest evidence that is taken, in bytes.
    pub limit: u64,
    scored: Mutex<Vec<Arc<Rebuilt>>>,
}

/// An epoch's evidence.
#[derive(Debug)]
pub struct Found {
    pub hash: B256,
    pub bytes: Vec<u8>,
    /// Absent when nothing was posted for the epoch.
    pub posted: Option<Posted>,
}

impl Auditor {
    pub fn new(chain: Chain, policies: Policies, places: Vec<Place>) -> Self {
        Self { chain, policies, places, limit: mirrors::LARGEST, scored: Mutex::default() }
    }

    /// Every batch so far.
    pub async fn posts(&self) -> Result<Posts, AuditError> {
        let blocks = self.chain.deployment().block..=self.chain.now().await?.block;
        let posted = self.chain.posted_within(blocks).await?;
        Ok(posted.into_iter().map(|posted| ((posted.header.epoch, posted.header.round), posted)).collect())
    }

    /// Where evidence may lie that an oracle set signed for: what was configured, then where the sets
    /// have theirs, the signing one first.
    pub async fn places(&self, set: Option<u64>) -> Result<Vec<Place>, AuditError> {
        let current = self.chain.oracle_set_id().await?;
        let mut places = self.places.clone();
        for id in set.into_iter().chain([current]) {
            let base = self.chain.oracle_set_of(id).await?.base_url;
            let place = Place::of(&base);
            if !base.is_empty() && !places.contains(&place) {
                places.push(place);
            }
        }
        Ok(places)
    }

    pub async fn evidence(&self, hash: B256, set: Option<u64>) -> Result<Vec<u8>, AuditError> {
        Ok(mirrors::fetch(&self.places(set).await?, hash, self.limit).await?)
    }

    /// The evidence of an epoch's latest batch. An epoch that pays nobody has no batch: its evidence is
    /// the one that the evidence of a later epoch leads back to.
    pub async fn of_epoch(&self, epoch: Epoch) -> Result<Found, AuditError> {
        let posts = self.posts().await?;
        let later = posts.range((epoch, 0)..).next().map(|((found, _), _)| *found);
        let first = later.ok_or(AuditError::NotPosted(epoch))?;
        let (_, posted) =
            posts.range((first, 0)..=(first, u32::MAX)).next_back().ok_or(AuditError::NotPosted(epoch))?;
        let (mut at, mut hash) = (first, posted.header.evidence_hash);
        let set = Some(posted.header.oracle_set);
        loop {
            let bytes = self.evidence(hash, set).await?;
            if at == epoch {
                return Ok(Found { hash, bytes, posted: (at == first).then(|| posted.clone()) });
            }
            let header = header_of(&bytes).map_err(crate::oracle::OracleError::from)?;
            if header.previous.is_zero() || header.epoch != at {
                return Err(AuditError::NotPosted(epoch));
            }
            (at, hash) = (Epoch(at.0.saturating_sub(1)), header.previous);
        }
    }

    /// Evidence scored by its policy; what was scored lately is not scored again.
    pub(super) fn scored(&self, hash: B256) -> Option<Arc<Rebuilt>> {
        let kept = self.scored.lock().unwrap_or_else(PoisonError::into_inner);
        kept.iter().find(|rebuilt| rebuilt.evidence_hash == hash).cloned()
    }

    pub(super) fn keep(&self, rebuilt: Rebuilt) -> Arc<Rebuilt> {
        let rebuilt = Arc::new(rebuilt);
        let mut kept = self.scored.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= KEPT {
            kept.remove(0);
        }
        kept.push(Arc::clone(&rebuilt));
        rebuilt
    }
}

fn header_of(bytes: &[u8]) -> Result<guerdon_core::evidence::Header, EvidenceError> {
    verify::read(bytes).map(|(_, Evidence { header, .. })| header)
}
