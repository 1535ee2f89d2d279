//! What the store alone tells of past epochs: their evidence, scored again by the policies at hand. It
//! needs neither the chain nor GitHub, because evidence is a complete input, and it never writes.

use crate::config::Config;
use crate::oracle::{OracleError, Result};
use crate::policies::Policies;
use crate::record::EpochRecord;
use crate::store::{Store, StoredEvidence};
use guerdon_core::model::Epoch;
use guerdon_core::policy::Policy;
use guerdon_core::verify::Rebuilt;
use secrecy::ExposeSecret as _;
use std::collections::BTreeMap;

#[derive(Debug)]
pub struct Books {
    pub store: Store,
    policies: Policies,
}

impl Books {
    pub async fn open(config: &Config) -> Result<Self> {
        let policies = Policies::read(config)?;
        let store = Store::open(config.database_url.read()?.expose_secret()).await?;
        Ok(Self { store, policies })
    }

    /// Every epoch that has evidence, ascending, each with what was cut last for its latest round.
    pub async fn epochs(&self) -> Result<BTreeMap<Epoch, StoredEvidence>> {
        let cut = self.store.evidences().await?.into_iter();
        Ok(cut.map(|evidence| (evidence.epoch, evidence)).collect())
    }

    /// An epoch as it was.
    pub async fn rebuild(&self, cut: &StoredEvidence) -> Result<(Rebuilt, &Policy)> {
        let found = self.store.evidence_by_hash(cut.hash).await?;
        let bytes = found.ok_or(OracleError::NoEvidence { epoch: cut.epoch, round: cut.round })?;
        self.policies.rebuild(&bytes)
    }

    /// The record of an epoch, made anew when none is kept.
    pub async fn record(&self, cut: &StoredEvidence) -> Result<EpochRecord> {
        let kept = EpochRecord::find(&self.store, cut.epoch, cut.round).await?;
        if let Some(record) = kept.filter(|record| record.evidence_hash == cut.hash) {
            return Ok(record);
        }
        let (rebuilt, policy) = self.rebuild(cut).await?;
        Ok(EpochRecord::of(&rebuilt, policy))
    }
}
