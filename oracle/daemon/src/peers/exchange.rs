//! At the cutoff: sealing this oracle's list, gathering the others', reading once more what differs.

use super::build::agreement_of;
use super::message::{HoldingsAnswer, HoldingsAsk, ItemsAnswer, Vote};
use super::sealed::{FINAL, FIRST};
use super::told::Told;
use super::{Peers, Sealed};
use crate::batching::json;
use crate::cut::Frame;
use crate::fetch::{self, GitHub};
use crate::figures;
use crate::oracle::{Oracle, OracleError, Result};
use crate::sign::OracleSet;
use crate::store::{Equivocation, StoreError, StoredHolding};
use crate::submit::stored_signature;
use alloy::primitives::Address;
use futures::future::join_all;
use guerdon_core::B256;
use guerdon_core::agreement::{self, ItemKey, Items};
use guerdon_core::evidence::{CARRY_EPOCHS, Evidence};
use guerdon_core::model::{Epoch, FactKey, Witness};
use std::collections::{BTreeMap, BTreeSet};

/// Of one oracle and sequence: a third one proves no more than two.
const KEPT: usize = 2;

/// Every list of an epoch that is known here, by its digest.
#[derive(Clone, Debug, Default)]
pub(super) struct Lists(BTreeMap<B256, Sealed>);

impl Lists {
    pub(super) fn get(&self, digest: &B256) -> Option<&Sealed> {
        self.0.get(digest)
    }

    pub(super) fn digests(&self) -> Vec<B256> {
        self.0.keys().copied().collect()
    }

    pub(super) fn all(&self) -> impl Iterator<Item = (&B256, &Sealed)> {
        self.0.iter()
    }

    /// Who signed two lists where there is one: what they say counts for nothing.
    pub(super) fn two_faced(&self) -> BTreeSet<Address> {
        let mut seen = BTreeSet::new();
        let twice = self.0.values().filter(|sealed| !seen.insert((sealed.oracle, sealed.sequence)));
        twice.map(|sealed| sealed.oracle).collect()
    }

    /// The latest list of each member that is to be believed, by member.
    pub(super) fn latest(&self, set: &OracleSet) -> BTreeMap<Address, (B256, &Sealed)> {
        let two_faced = self.two_faced();
        let mut latest: BTreeMap<Address, (B256, &Sealed)> = BTreeMap::new();
        for (digest, sealed) in &self.0 {
            if !set.counts(&sealed.oracle) || two_faced.contains(&sealed.oracle) {
                continue;
            }
            let newest = latest.entry(sealed.oracle).or_insert((*digest, sealed));
            if newest.1.sequence < sealed.sequence {
                *newest = (*digest, sealed);
            }
        }
        latest
    }

    /// Those that change no more.
    pub(super) fn finals(&self, set: &OracleSet) -> Vec<(B256, &Sealed)> {
        self.latest(set).into_values().filter(|(_, sealed)| sealed.sequence == FINAL).collect()
    }
}

impl Oracle {
    pub(super) async fn lists(&self, epoch: Epoch) -> Result<Lists> {
        let mut lists = BTreeMap::new();
        for stored in self.store.holdings(epoch).await? {
            let sealed = serde_json::from_str(&stored.content)
                .map_err(|error| OracleError::Stored(format!("a list of epoch {epoch}: {error}")))?;
            lists.insert(stored.digest, sealed);
        }
        Ok(Lists(lists))
    }

    /// Keeps what peers sent, as far as it is signed by members of the set.
    pub(super) async fn take(&self, set: &OracleSet, epoch: Epoch, answer: HoldingsAnswer) -> Result<()> {
        let domain = self.chain.domain();
        let mut counts: BTreeMap<(Address, u32), usize> = BTreeMap::new();
        let known = self.lists(epoch).await?;
        for (_, sealed) in known.all() {
            *counts.entry((sealed.oracle, sealed.sequence)).or_default() += 1;
        }
        for sealed in answer.sealed {
            let Some(digest) = sealed.verified(epoch, &domain).filter(|_| set.members.contains(&sealed.oracle)) else {
                tracing::warn!(epoch = epoch.0, oracle = %sealed.oracle, "a list without its oracle's signature is not taken");
                continue;
            };
            let count = counts.entry((sealed.oracle, sealed.sequence)).or_default();
            if known.get(&digest).is_none() && *count < KEPT {
                *count += 1;
                self.store.put_holding(&stored_holding(&sealed, digest)?).await?;
            }
        }
        for vote in answer.votes {
            self.take_vote(set, epoch, &vote).await?;
        }
        Ok(())
    }

    /// Keeps a signature of a member. Two of one round, by one key, are the proof to switch it off.
    pub(super) async fn take_vote(&self, set: &OracleSet, epoch: Epoch, vote: &Vote) -> Result<()> {
        let Vote { header, lists, signature } = vote;
        let digest = self.digest(header);
        let ours = header.epoch == epoch && header.oracle_set == set.id && set.members.contains(&signature.signer);
        if !ours || signature.verify(digest).is_err() {
            return Ok(());
        }
        let stored = stored_signature(header, digest, lists, signature)?;
        match self.store.put_signature(&stored).await {
            Ok(_) => Ok(()),
            Err(StoreError::AlreadySigned { .. }) => {
                let of = (epoch, header.round);
                let first = self.store.signature(of, set.id, signature.signer).await?;
                let Some(first) = first.filter(|first| first.digest != digest) else { return Ok(()) };
                tracing::error!(
                    epoch = epoch.0,
                    round = header.round,
                    oracle = %signature.signer,
                    "this oracle signed two batches of one round: the proof goes to the distributor, which switches its key off"
                );
                self.store
                    .put_equivocation(&Equivocation {
                        oracle_set: set.id,
                        epoch,
                        round: header.round,
                        signer: signature.signer,
                        one: (first.header, first.signature),
                        other: (stored.header, stored.signature),
                        reported: false,
                    })
                    .await?;
                Ok(())
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Asks every other oracle for the lists and signatures that are not known here.
    pub(super) async fn gather(&self, peers: &Peers, set: &OracleSet, epoch: Epoch, round: u32) -> Result<()> {
        let ask = HoldingsAsk { epoch, round, have: self.lists(epoch).await?.digests() };
        let asked = peers.list().iter().filter(|peer| set.counts(&peer.address)).map(async |peer| {
            let answer = peers.ask::<_, HoldingsAnswer>(peer, "/v1/peers/holdings", &ask).await;
            (peer.address, answer)
        });
        for (peer, answer) in join_all(asked).await {
            figures::peer(peer, answer.is_ok());
            match answer {
                Ok(answer) => self.take(set, epoch, answer).await?,
                Err(error) => tracing::warn!(epoch = epoch.0, stage = "exchange", %error, "an oracle cannot be asked"),
            }
        }
        Ok(())
    }

    /// Seals what this oracle holds, once for each sequence: what was sealed is shown and never taken back.
    async fn seal(&self, peers: &Peers, of: (Epoch, u32), items: &Items, witnesses: Vec<Witness>) -> Result<()> {
        let (domain, key) = (self.chain.domain(), peers.key());
        let sealed = Sealed::new(of, agreement::held(items), witnesses, &domain, key).await?;
        let lines = ItemsAnswer { items: items.iter().map(|(key, body)| (*key, body.lines())).collect() };
        self.store.put_own(&stored_holding(&sealed, sealed.digest(&domain))?, &json(&lines)?).await?;
        tracing::info!(
            epoch = of.0.0,
            stage = "exchange",
            sequence = of.1,
            items = items.len(),
            "sealed what this oracle holds"
        );
        Ok(())
    }

    /// Facts that were on somebody's list in one of the epochs before and not in the evidence.
    pub(super) async fn candidates(&self, epoch: Epoch) -> Result<BTreeSet<FactKey>> {
        let mut candidates = BTreeSet::new();
        let before = (1..=CARRY_EPOCHS).filter_map(|back| epoch.0.checked_sub(back)).filter(|epoch| *epoch > 0);
        let before: Vec<Epoch> = before.map(Epoch).collect();
        for epoch in &before {
            for (_, sealed) in self.lists(*epoch).await?.all() {
                candidates.extend(sealed.held.keys().filter_map(|key| match key {
                    ItemKey::Fact(fact) => Some(*fact),
                    _ => None,
                }));
            }
        }
        if candidates.is_empty() {
            return Ok(candidates);
        }
        for epoch in before {
            if let Some((_, bytes)) = self.last_evidence(epoch).await? {
                for fact in Evidence::from_bytes(&bytes)?.facts {
                    candidates.remove(&fact.key());
                }
            }
        }
        Ok(candidates)
    }

    /// Goes on with the exchange; what is waited for, or nothing when enough lists are final.
    pub(super) async fn exchange(
        &self,
        peers: &Peers,
        github: &GitHub,
        set: &OracleSet,
        (epoch, round): (Epoch, u32),
        frame: &Frame,
    ) -> Result<Option<String>> {
        let me = peers.key().address();
        let own = |lists: &Lists| lists.all().filter(|(_, one)| one.oracle == me).map(|(_, one)| one.sequence).max();
        let candidates = self.candidates(epoch).await?;
        if own(&self.lists(epoch).await?).is_none() {
            self.seal(peers, (epoch, FIRST), &self.items(epoch, &candidates).await?, Vec::new()).await?;
        }
        self.gather(peers, set, epoch, round).await?;
        let lists = self.lists(epoch).await?;
        let members = set.members.iter().filter(|member| set.counts(member)).count();
        let (now, due) = (self.chain.now().await?.timestamp, self.due(epoch));
        let waited = |times: u64| now >= due.saturating_add(self.config.oracle.patience.saturating_mul(times));
        let known = lists.latest(set);
        if own(&lists) == Some(FIRST) {
            if known.len() < members && !waited(1) {
                return Ok(Some(format!("the lists of {} of {members} oracles", members - known.len())));
            }
            self.read_again(github, set, epoch, &known).await?;
            let items = self.items(epoch, &candidates).await?;
            let parts = agreement::assemble(&items, &agreement::held(&items), self.schedule.start(epoch))?;
            let witnesses = self.witnesses(&self.compose((epoch, round), frame, parts)?).await?;
            self.seal(peers, (epoch, FINAL), &items, witnesses).await?;
            // The others' final lists may be there by now.
            self.gather(peers, set, epoch, round).await?;
        }
        let lists = self.lists(epoch).await?;
        self.tell(set, (epoch, round), &lists, &candidates).await?;
        let finals = lists.finals(set).len();
        Ok(match () {
            () if finals >= members => None,
            () if finals >= set.threshold && waited(2) => None,
            () => Some(format!("the final lists of {} of {members} oracles", members - finals)),
        })
    }

    /// Reads once more what is another here than elsewhere.
    async fn read_again(
        &self,
        github: &GitHub,
        set: &OracleSet,
        epoch: Epoch,
        known: &BTreeMap<Address, (B256, &Sealed)>,
    ) -> Result<()> {
        let latest: Vec<&Sealed> = known.values().map(|(_, sealed)| *sealed).collect();
        let mut threads: BTreeMap<u64, BTreeSet<u64>> = BTreeMap::new();
        for difference in agreement_of(&latest, set.threshold).differences {
            if let ItemKey::Fact(key) = difference.key {
                threads.entry(key.repo().0).or_default().insert(key.number());
            }
        }
        for repository in self.store.listed().await? {
            let Some(numbers) = threads.get(&repository.id) else { continue };
            tracing::info!(
                epoch = epoch.0,
                stage = "exchange",
                repository = repository.full_name(),
                threads = numbers.len(),
                "reading again what other oracles hold otherwise"
            );
            let plan = fetch::FetchPlan { now: self.chain.now().await?.timestamp, ..self.plan() };
            let since = self.schedule.start(epoch);
            fetch::reread_threads(github, &self.store, &plan, &repository, numbers, since).await?;
        }
        Ok(())
    }

    /// Writes down what differs, for everybody who asks.
    async fn tell(
        &self,
        set: &OracleSet,
        (epoch, round): (Epoch, u32),
        lists: &Lists,
        candidates: &BTreeSet<FactKey>,
    ) -> Result<()> {
        let mut told = Told::begun(&self.store, epoch, round).await?;
        let latest = lists.latest(set);
        let before = told.clone();
        told.round = round;
        told.lists = latest.iter().map(|(oracle, (_, sealed))| (*oracle, sealed.sequence)).collect();
        told.two_faced = lists.two_faced().into_iter().collect();
        let all: Vec<&Sealed> = latest.values().map(|(_, sealed)| *sealed).collect();
        let agreement = agreement_of(&all, set.threshold);
        told.dropped = self.dropped(epoch, candidates, &agreement.agreed).await?;
        told.differences = agreement.differences;
        if told != before {
            let open = told.differences.iter().filter(|difference| difference.agreed.is_none());
            let open: Vec<String> = open.map(|difference| difference.key.to_string()).collect();
            figures::differing(told.differences.len(), open.len(), told.dropped.len());
            if !told.differences.is_empty() {
                tracing::warn!(
                    epoch = epoch.0,
                    stage = "exchange",
                    differing = told.differences.len(),
                    carried = open.iter().take(10).cloned().collect::<Vec<_>>().join(", "),
                    "oracles hold different facts; what too few hold alike waits for the next epoch"
                );
            }
            for key in &told.dropped {
                tracing::error!(epoch = epoch.0, stage = "exchange", %key, "too few oracles ever held this alike: it is dropped");
            }
            told.keep(&self.store).await?;
        }
        Ok(())
    }

    /// Of what was carried as long as it may be, what is not agreed on even now.
    async fn dropped(
        &self,
        epoch: Epoch,
        candidates: &BTreeSet<FactKey>,
        agreed: &agreement::Held,
    ) -> Result<Vec<ItemKey>> {
        let Some(oldest) = epoch.0.checked_sub(CARRY_EPOCHS).filter(|oldest| *oldest > 0) else {
            return Ok(Vec::new());
        };
        let mut dropped = BTreeSet::new();
        for (_, sealed) in self.lists(Epoch(oldest)).await?.all() {
            for key in sealed.held.keys() {
                if let ItemKey::Fact(fact) = key
                    && candidates.contains(fact)
                    && !agreed.contains_key(key)
                {
                    dropped.insert(*key);
                }
            }
        }
        Ok(dropped.into_iter().collect())
    }
}

fn stored_holding(sealed: &Sealed, digest: B256) -> Result<StoredHolding> {
    let content = json(sealed)?;
    Ok(StoredHolding { epoch: sealed.epoch, oracle: sealed.oracle, sequence: sealed.sequence, digest, content })
}
