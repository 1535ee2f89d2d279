//! Verb 8, verify: takes an evidence file and what the chain says, gives the core's verdict. Needs
//! no store, no GitHub and no key: anybody can run it.

use crate::chain::Chain;
use crate::oracle::{OracleError, Result};
use guerdon_core::batch::{self, Entry};
use guerdon_core::evidence::{Header, Terms};
use guerdon_core::verify::{OnChain, OnChainBatch};

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
    Ok(OnChain {
        chain_id: place.chain_id,
        distributor: place.distributor,
        unit: schedule.unit.to_string(),
        terms: Terms { budget: terms.epoch_budget, cap: terms.cap_per_person, policy: terms.policy_hash },
        period: (schedule.start(epoch), schedule.end(epoch)),
        linked: chain.links_until(header.block).await?.into_keys().collect(),
        batch,
    })
}

async fn published(chain: &Chain, header: &Header) -> Result<Vec<Entry>> {
    let mut entries = Vec::new();
    for chunk in chain.published(header.epoch, header.round).await? {
        entries.extend(batch::unpack(&chunk.entries)?);
    }
    Ok(entries)
}
