//! How the oracles came to an epoch's batch, or why they did not yet: for logs, `guerdon doctor` and auditors.

use super::message::Refusal;
use crate::batching::json;
use crate::oracle::{OracleError, Result};
use crate::store::Store;
use alloy::primitives::Address;
use guerdon_core::agreement::{Difference, ItemKey};
use guerdon_core::model::Epoch;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Of one epoch; replaced as things go on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Told {
    pub epoch: Epoch,
    pub round: u32,
    /// What is waited for; nothing once it is decided.
    pub waiting: Option<String>,
    /// Whose lists are known, and which of them are final.
    pub lists: BTreeMap<Address, u32>,
    /// Oracles that signed two lists for this epoch: theirs count for nothing.
    pub two_faced: Vec<Address>,
    /// Items that not all hold alike, ascending.
    pub differences: Vec<Difference>,
    /// Facts that waited as long as they may and are dropped now: too few ever held them alike.
    pub dropped: Vec<ItemKey>,
    /// Who refused to sign what this oracle proposed, and why, or whose proposal it refused itself.
    pub refusals: BTreeMap<Address, Refusal>,
}

impl Told {
    fn new(epoch: Epoch, round: u32) -> Self {
        Self {
            epoch,
            round,
            waiting: None,
            lists: BTreeMap::new(),
            two_faced: Vec::new(),
            differences: Vec::new(),
            dropped: Vec::new(),
            refusals: BTreeMap::new(),
        }
    }

    pub async fn of(store: &Store, epoch: Epoch) -> Result<Option<Self>> {
        store.told(epoch).await?.map(|body| read(&body)).transpose()
    }

    /// The same, to write it on.
    pub(super) async fn begun(store: &Store, epoch: Epoch, round: u32) -> Result<Self> {
        Ok(Self::of(store, epoch).await?.unwrap_or_else(|| Self::new(epoch, round)))
    }

    /// Of the latest epochs, newest first.
    pub async fn latest(store: &Store, most: u32) -> Result<Vec<Self>> {
        store.last_told(most).await?.iter().map(|body| read(body)).collect()
    }

    pub(super) async fn keep(&self, store: &Store) -> Result<()> {
        Ok(store.put_told(self.epoch, &json(self)?).await?)
    }

    /// Refusals that somebody has to look into.
    pub fn serious(&self) -> impl Iterator<Item = (&Address, &Refusal)> {
        self.refusals.iter().filter(|(_, refusal)| !refusal.reason.passes())
    }
}

fn read(body: &str) -> Result<Told> {
    serde_json::from_str(body).map_err(|error| OracleError::Stored(format!("what oracles told: {error}")))
}
