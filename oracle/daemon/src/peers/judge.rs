//! The other side: what this oracle answers to its peers. It computes everything itself, and signs nothing that it
//! did not come to.

use super::build::{agreement_of, named};
use super::decide::is_enough;
use super::message::{
    Ask, Decided, Differs, HoldingsAnswer, HoldingsAsk, ItemsAnswer, ItemsAsk, Reason, Refusal, Verdict, Vote,
    header_differs,
};
use super::sealed::FINAL;
use super::told::Told;
use super::{Peers, Sealed};
use crate::batching::read_header;
use crate::chain::BatchStatus;
use crate::mirrors::{self, Place};
use crate::oracle::{Oracle, OracleError, Result};
use crate::sign::{OracleSet, OracleSignature};
use crate::store::StoreError;
use alloy::primitives::{Address, B256};
use guerdon_core::agreement::ItemKey;
use guerdon_core::batch::BatchHeader;
use guerdon_core::evidence::Evidence;
use guerdon_core::model::{Epoch, Fact, FactKey};
use std::collections::{BTreeMap, BTreeSet};

/// Facts that a refusal names.
const NAMED: usize = 100;

impl Oracle {
    /// Lists and signatures that the asker lacks.
    pub async fn holdings_for(&self, ask: &HoldingsAsk) -> Result<HoldingsAnswer> {
        let lists = self.lists(ask.epoch).await?;
        let new = lists.all().filter(|(digest, _)| !ask.have.contains(digest));
        let sealed = new.map(|(_, sealed)| sealed.clone()).collect();
        let mut votes = Vec::new();
        for stored in self.store.signatures(ask.epoch, ask.round).await? {
            let header = read_header(&stored.header)?;
            let lists = stored.lists.split(',').filter_map(|digest| digest.parse().ok()).collect();
            votes.push(Vote { header, lists, signature: stored.into() });
        }
        // What proves that a key signed twice goes to everybody.
        for proof in self.store.equivocations().await?.into_iter().filter(|proof| proof.epoch == ask.epoch) {
            let header = read_header(&proof.other.0)?;
            let signature = OracleSignature { signer: proof.signer, signature: proof.other.1.into() };
            votes.push(Vote { header, lists: Vec::new(), signature });
        }
        Ok(HoldingsAnswer { sealed, votes })
    }

    /// What stands behind this oracle's own list.
    pub async fn items_for(&self, ask: &ItemsAsk) -> Result<ItemsAnswer> {
        let items = self.own_items(ask.epoch).await?;
        let found = ask.keys.iter().filter_map(|key: &ItemKey| Some((*key, items.get(key)?.lines())));
        Ok(ItemsAnswer { items: found.collect() })
    }

    /// What a quorum decided for an epoch, in the latest round that this oracle knows of.
    pub async fn decision_for(&self, epoch: Epoch) -> Result<Option<Decided>> {
        let set = self.chain.oracle_set().await?;
        let decided = match self.store.last_signed(epoch).await? {
            Some(last) => self.decided(&set, epoch, last).await?,
            None => None,
        };
        let decided = if decided.is_some() { decided } else { self.decided_empty(epoch).await? };
        Ok(decided.map(|(prepared, signatures)| Decided { header: prepared.header, signatures }))
    }

    /// Signs what this oracle comes to as well, or says why not.
    pub async fn judge(&self, peers: &Peers, asker: Address, ask: &Ask) -> Result<Verdict> {
        let refusal = match self.consider(peers, asker, ask).await? {
            Ok(verdict) => return Ok(verdict),
            Err(refusal) => refusal,
        };
        if !refusal.reason.passes() {
            let epoch = ask.header.epoch;
            let mut told = Told::begun(&self.store, epoch, ask.header.round).await?;
            // Said once, however often it is asked.
            if told.refusals.get(&asker) != Some(&refusal) {
                self.refused(&ask.header, asker, refusal.clone(), &mut told);
                told.keep(&self.store).await?;
            }
        }
        Ok(Verdict::Refused(refusal))
    }

    async fn consider(&self, peers: &Peers, asker: Address, ask: &Ask) -> Result<Result<Verdict, Refusal>> {
        let BatchHeader { epoch, round, oracle_set, .. } = ask.header;
        let me = peers.key().address();
        let refuse = |reason, detail: String| Ok(Err(Refusal::new(reason, detail)));
        let set = self.chain.oracle_set().await?;
        if !set.counts(&me) || !set.counts(&asker) {
            return refuse(Reason::NotMember, format!("oracle set {} has not both of {me} and {asker}", set.id));
        }
        let state = self.chain.batch(epoch).await?;
        if !matches!(state.status, BatchStatus::None | BatchStatus::Void) {
            return refuse(Reason::Posted, format!("the chain has round {} of this epoch", state.round));
        }
        if let Some((decided, _)) = self.decided_empty(epoch).await? {
            return refuse(Reason::Stale, format!("round {} was decided, and pays nobody", decided.header.round));
        }
        let due = self.round_after(epoch, &state).await?;
        if round != due || oracle_set != set.id || self.overturned(epoch, &state).await?.is_some() {
            return refuse(Reason::Stale, format!("round {due} of oracle set {} is due", set.id));
        }
        let frame = match self.frame(epoch).await {
            Ok(frame) => frame,
            Err(error @ (OracleError::NotDue { .. } | OracleError::NoPrevious { .. } | OracleError::NoTerms(_))) => {
                return refuse(Reason::NotReady, error.to_string());
            }
            Err(error @ OracleError::NoSuchPolicy { .. }) => return refuse(Reason::Policy, error.to_string()),
            Err(error) => return Err(error),
        };
        if ask.header.policy_hash != frame.terms.policy {
            let differs = Differs {
                what: "header.policy_hash".to_owned(),
                here: frame.terms.policy.to_string(),
                there: ask.header.policy_hash.to_string(),
            };
            let detail = "governance set another policy for this epoch".to_owned();
            return Ok(Err(Refusal { reason: Reason::Policy, detail, differs: vec![differs] }));
        }
        let mut lists = self.lists(epoch).await?;
        if named(&lists, &ask.lists).is_none() {
            self.gather(peers, &set, epoch, round).await?;
            lists = self.lists(epoch).await?;
        }
        let Some(of) = named(&lists, &ask.lists).filter(|of| is_enough(of, &set)) else {
            return refuse(Reason::Lists, "they are not final lists of enough oracles, or not to be had".to_owned());
        };
        let finals: Vec<&Sealed> = lists.finals(&set).into_iter().map(|(_, sealed)| sealed).collect();
        let Some(own) = finals.iter().find(|sealed| sealed.oracle == me && sealed.sequence == FINAL) else {
            return refuse(Reason::NotReady, "this oracle's own list is not final yet".to_owned());
        };
        if !self.is_bound(asker, me, &ask.header).await?
            && let Some(refusal) = left_out(own, &of, &finals, &lists.two_faced(), &set)
        {
            return Ok(Err(refusal));
        }
        let (bytes, prepared) = self.build_batch(peers, &set, (epoch, round), &frame, &of).await?;
        if prepared.header != ask.header {
            let mut differs = header_differs(&prepared.header, &ask.header);
            if prepared.header.evidence_hash != ask.header.evidence_hash {
                differs.extend(self.evidence_differs(peers, asker, &bytes, ask.header.evidence_hash).await);
            }
            let detail = "the same lists give another batch here".to_owned();
            return Ok(Err(Refusal { reason: Reason::Batch, detail, differs }));
        }
        if !ask.sign {
            return Ok(match self.store.signature((epoch, round), set.id, me).await? {
                Some(signed) if signed.digest != self.digest(&ask.header) => {
                    Err(Refusal::new(Reason::Signed, format!("signed {} in this round", signed.digest)))
                }
                _ => Ok(Verdict::Accepted),
            });
        }
        self.keep_evidence(epoch, round, &bytes).await?;
        let prepared = self.keep_batch(prepared).await?;
        match self.sign(&prepared, &ask.lists).await {
            Ok(signatures) => match signatures.into_iter().find(|signature| signature.signer == me) {
                Some(signature) => Ok(Ok(Verdict::Signed(signature))),
                None => refuse(Reason::NotMember, format!("the key {me} does not count")),
            },
            Err(error @ (OracleError::RoundOpen { .. } | OracleError::Store(StoreError::AlreadySigned { .. }))) => {
                refuse(Reason::Signed, error.to_string())
            }
            Err(error) => Err(error),
        }
    }

    /// Whether a third oracle has signed this very batch. It can sign no other in this round, so what it was made
    /// from is taken as it is; what it leaves out is carried.
    async fn is_bound(&self, asker: Address, me: Address, header: &BatchHeader) -> Result<bool> {
        let signatures = self.signatures(header).await?;
        Ok(signatures.iter().any(|signature| signature.signer != asker && signature.signer != me))
    }

    /// Facts that the asker's evidence has otherwise, as far as it shows it.
    async fn evidence_differs(&self, peers: &Peers, asker: Address, here: &[u8], there: B256) -> Vec<Differs> {
        let Some(peer) = peers.named(asker) else { return Vec::new() };
        match mirrors::fetch(&[Place::oracle(&peer.url)], there, mirrors::LARGEST).await {
            Ok(other) => {
                let (ours, theirs) = (facts_of(here), facts_of(&other));
                let differs = |(key, _): (&FactKey, &Fact), here: &str, there: &str| Differs {
                    what: key.to_string(),
                    here: here.to_owned(),
                    there: there.to_owned(),
                };
                let only_ours = ours.iter().filter(|(key, fact)| theirs.get(key) != Some(fact));
                let only_theirs = theirs.iter().filter(|(key, fact)| ours.get(key) != Some(fact));
                let only_ours = only_ours.map(|fact| differs(fact, "has it so", "not so"));
                let only_theirs = only_theirs.map(|fact| differs(fact, "not so", "has it so"));
                only_ours.chain(only_theirs).take(NAMED).collect()
            }
            Err(_) => Vec::new(),
        }
    }
}

/// By key; none of a file that is no evidence.
fn facts_of(bytes: &[u8]) -> BTreeMap<FactKey, Fact> {
    let facts = Evidence::from_bytes(bytes).map(|evidence| evidence.facts).unwrap_or_default();
    facts.into_iter().map(|fact| (fact.key(), fact)).collect()
}

/// Why lists are not all that they should be: this oracle's own is missing, or with all that is known here more
/// would be agreed on.
fn left_out(
    own: &Sealed,
    of: &[&Sealed],
    finals: &[&Sealed],
    two_faced: &BTreeSet<Address>,
    set: &OracleSet,
) -> Option<Refusal> {
    if of.iter().any(|sealed| two_faced.contains(&sealed.oracle)) {
        return Some(Refusal::new(Reason::Lists, "one of the oracles signed two lists: its word counts for nothing"));
    }
    if !of.contains(&own) {
        return Some(Refusal::new(Reason::LeftOut, "this oracle's own list is left out"));
    }
    let (theirs, all) = (agreement_of(of, set.threshold).agreed, agreement_of(finals, set.threshold).agreed);
    let missing = all.iter().filter(|(key, hash)| theirs.get(key) != Some(hash));
    let differs: Vec<Differs> = missing
        .take(NAMED)
        .map(|(key, hash)| Differs {
            what: key.to_string(),
            here: hash.to_string(),
            there: theirs.get(key).map_or("nothing".to_owned(), ToString::to_string),
        })
        .collect();
    if differs.is_empty() {
        return None;
    }
    let detail = "with the lists that are known here more is agreed on".to_owned();
    Some(Refusal { reason: Reason::LeftOut, detail, differs })
}
