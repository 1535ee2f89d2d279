//! From lists to a batch: whoever has the same lists makes the same.

use super::exchange::Lists;
use super::message::{ItemsAnswer, ItemsAsk};
use super::{Peers, Sealed};
use crate::batching::Prepared;
use crate::cut::Frame;
use crate::oracle::{Oracle, OracleError, Result};
use crate::sign::OracleSet;
use alloy::primitives::Address;
use guerdon_core::B256;
use guerdon_core::agreement::{self, Agreement, Body, Held, Items, Parts, Testimony};
use guerdon_core::canonical;
use guerdon_core::evidence::{self, Evidence};
use guerdon_core::model::{Epoch, Fact, FactKey, Witness};
use std::collections::BTreeMap;

/// What these lists have in common.
pub(super) fn agreement_of(lists: &[&Sealed], threshold: usize) -> Agreement {
    let held: BTreeMap<Address, &Held> = lists.iter().map(|sealed| (sealed.oracle, &sealed.held)).collect();
    agreement::agree(&held, threshold)
}

impl Oracle {
    /// The evidence that was agreed on, and the batch that it comes to. Bodies that this oracle has not, or has otherwise, come from one
    /// that has, and are what was agreed on by their hash.
    pub(super) async fn build_batch(
        &self,
        peers: &Peers,
        set: &OracleSet,
        (epoch, round): (Epoch, u32),
        frame: &Frame,
        lists: &[&Sealed],
    ) -> Result<(Vec<u8>, Prepared)> {
        let agreed = agreement_of(lists, set.threshold).agreed;
        let mut items = self.own_items(epoch).await?;
        self.complete(peers, epoch, lists, &agreed, &mut items).await?;
        let parts: Parts = agreement::assemble(&items, &agreed, self.schedule.start(epoch))?;
        let evidence = self.compose((epoch, round), frame, parts)?;
        let evidence = with_witnesses(evidence, lists)?;
        let bytes = evidence.to_bytes()?;
        let rebuilt = self.rebuild(&bytes)?;
        Ok((bytes, self.prepare(rebuilt, set.id)))
    }

    /// What this oracle sealed last.
    pub(super) async fn own_items(&self, epoch: Epoch) -> Result<Items> {
        let Some(text) = self.store.own_items(epoch).await? else { return Ok(Items::new()) };
        let lines: ItemsAnswer =
            serde_json::from_str(&text).map_err(|error| OracleError::Stored(format!("items of {epoch}: {error}")))?;
        lines.items.iter().map(|(key, lines)| Ok((*key, Body::read(*key, lines)?))).collect()
    }

    async fn complete(
        &self,
        peers: &Peers,
        epoch: Epoch,
        lists: &[&Sealed],
        agreed: &Held,
        items: &mut Items,
    ) -> Result<()> {
        for sealed in lists.iter().filter(|sealed| sealed.oracle != peers.key().address()) {
            let lacks = |key, hash: &B256| items.get(key).is_none_or(|body| body.hash() != *hash);
            let wanted = agreed.iter().filter(|(key, hash)| lacks(key, hash) && sealed.held.get(key) == Some(hash));
            let keys: Vec<_> = wanted.map(|(key, _)| *key).collect();
            let Some(peer) = peers.named(sealed.oracle).filter(|_| !keys.is_empty()) else { continue };
            let ask = ItemsAsk { epoch, keys };
            match peers.ask::<_, ItemsAnswer>(peer, "/v1/peers/items", &ask).await {
                Ok(answer) => {
                    for key in ask.keys {
                        // One that is not what it signed for is one that it does not have.
                        let body = answer.items.get(&key).and_then(|lines| Body::read(key, lines).ok());
                        if let Some(body) = body.filter(|body| agreed.get(&key) == Some(&body.hash())) {
                            items.insert(key, body);
                        }
                    }
                }
                Err(error) => {
                    tracing::warn!(epoch = epoch.0, %error, "an oracle does not give the items that it holds")
                }
            }
        }
        Ok(())
    }
}

/// One witness fact for each pull request that somebody's model judged: the median of what they said.
fn with_witnesses(evidence: Evidence, lists: &[&Sealed]) -> Result<Evidence> {
    let mut said: BTreeMap<FactKey, Vec<Testimony<'_>>> = BTreeMap::new();
    for sealed in lists {
        for one in sealed.witnesses.iter().filter(|one| evidence::is_usable(one)) {
            said.entry(one.key()).or_default().push(Testimony { oracle: sealed.oracle, said: one });
        }
    }
    let Evidence { header, opening, mut facts } = evidence;
    let mut witnesses = Vec::new();
    for (key, mut testimonies) in said {
        let FactKey::Witness { repo, number } = key else { continue };
        let pull = FactKey::Pull { repo, number };
        if facts.binary_search_by_key(&pull, Fact::key).is_err() {
            continue;
        }
        testimonies.sort_by_key(|one| one.oracle);
        // Of two by one oracle the first counts.
        testimonies.dedup_by_key(|one| one.oracle);
        let record: Vec<(Address, &Witness)> = testimonies.iter().map(|one| (one.oracle, one.said)).collect();
        let record = canonical::to_string(&record).map_err(|error| OracleError::Stored(error.to_string()))?;
        witnesses.extend(agreement::median(&testimonies, header.cutoff, evidence::hash(record.as_bytes())));
    }
    facts.extend(witnesses.into_iter().map(Fact::Witness));
    Ok(Evidence::new(header, opening, facts)?)
}

/// Lists by their digests, all of them.
pub(super) fn named<'a>(lists: &'a Lists, digests: &[B256]) -> Option<Vec<&'a Sealed>> {
    digests.iter().map(|digest| lists.get(digest)).collect()
}
