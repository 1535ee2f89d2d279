//! Verb 8, verify: takes an evidence file and what the chain says, gives the core's verdict. Needs
//! no store and no key: anybody can run it. Only the comparison of facts needs GitHub.

mod continuity;
mod find;
mod judge;
mod refetch;
mod sample;

pub use continuity::Before;
pub use find::{Auditor, Found, Posts};
pub use judge::{Entries, EntryFault, Judgement, LeftOut, Verdict};
pub use refetch::{Difference, FieldDifference, Refetched, Refetcher, Scope, plan_of};
pub use sample::{Confidence, random_seed};

use crate::chain::{Chain, ChainError};
use crate::fetch::FetchError;
use crate::mirrors::{MirrorError, Miss};
use crate::oracle::{OracleError, Result};
use crate::store::StoreError;
use guerdon_core::batch::{self, Entry};
use guerdon_core::evidence::{Header, Terms};
use guerdon_core::model::Epoch;
use guerdon_core::verify::{OnChain, OnChainBatch};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Why something could not be checked; nothing is said about whether it is right.
#[derive(Debug, thiserror::Error)]
pub enum AuditError {
    #[error(transparent)]
    Oracle(#[from] OracleError),
    #[error(transparent)]
    Mirror(#[from] MirrorError),
    #[error(
        "epoch {0} has no batch on the chain, nor has a later one that leads back to it: name its evidence by file or URL"
    )]
    NotPosted(Epoch),
    #[error("{url} cannot be read: {said}")]
    Url { url: String, said: Miss },
    #[error("cannot make a folder for what GitHub says in {0}")]
    Folder(PathBuf, #[source] std::io::Error),
    #[error(
        "the evidence counts repositories that the configuration does not list or GitHub does not show: {ids}; name them \
         in `github.repositories`"
    )]
    NotListed { ids: String },
}

impl From<ChainError> for AuditError {
    fn from(error: ChainError) -> Self {
        Self::Oracle(error.into())
    }
}

impl From<FetchError> for AuditError {
    fn from(error: FetchError) -> Self {
        Self::Oracle(error.into())
    }
}

impl From<StoreError> for AuditError {
    fn from(error: StoreError) -> Self {
        Self::Oracle(error.into())
    }
}

/// Reads from the chain all that evidence with this header must agree with.
pub async fn on_chain(chain: &Chain, header: &Header) -> Result<OnChain> {
    let epoch = header.epoch;
    let place = chain.place();
    let schedule = chain.schedule().await?;
    let terms = chain.terms_of(epoch).await?.ok_or(OracleError::NoTerms(epoch))?;
    let batch = match chain.posted(epoch, header.round).await? {
        Some(posted) => {
            let credits = chain.credits().await?.remove(&(epoch, header.round)).unwrap_or_default();
            Some(OnChainBatch {
                header: posted.header,
                entries: published(chain, header).await?,
                credited: credits.units,
                // What is held is neither credited nor lost yet, but passed all the same.
                skipped: credits.skipped_units().saturating_add(credits.held_units()),
                settled: credits.settled,
            })
        }
        None => None,
    };
    let blocks = around(chain, header.block).await?;
    // A block that is not there yet must not be asked for.
    let linked = if blocks.is_some() { chain.links_until(header.block).await? } else { BTreeMap::new() };
    Ok(OnChain {
        chain_id: place.chain_id,
        distributor: place.distributor,
        unit: schedule.unit.to_string(),
        terms: Terms { budget: terms.epoch_budget, cap: terms.cap_per_person, policy: terms.policy_hash },
        period: (schedule.start(epoch), schedule.end(epoch)),
        blocks,
        linked: linked.into_keys().collect(),
        batch,
    })
}

/// When the block before this one was made, and when this one was, if it was made.
async fn around(chain: &Chain, block: u64) -> Result<Option<(u64, u64)>> {
    if block > chain.now().await?.block {
        return Ok(None);
    }
    // Before its first block nothing can have happened, however old the chain is.
    let is_first = block <= chain.deployment().block;
    let before = if is_first { 0 } else { chain.at_block(block - 1).await?.timestamp };
    Ok(Some((before, chain.at_block(block).await?.timestamp)))
}

async fn published(chain: &Chain, header: &Header) -> Result<Vec<Entry>> {
    let mut entries = Vec::new();
    for chunk in chain.published(header.epoch, header.round).await? {
        entries.extend(batch::unpack(&chunk.entries)?);
    }
    Ok(entries)
}
