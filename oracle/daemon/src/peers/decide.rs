//! One epoch's batch: what is there already, what this oracle decides alone, or what it agrees on with others.

use super::build::named;
use super::exchange::Lists;
use super::message::{Ask, Reason, Refusal, Verdict, Vote};
use super::told::Told;
use super::{PeerError, Peers, Sealed};
use crate::batching::{Prepared, read_header};
use crate::chain::{BatchState, BatchStatus};
use crate::cut::Frame;
use crate::fetch::GitHub;
use crate::figures;
use crate::oracle::{Oracle, OracleError, Result};
use crate::record::EpochRecord;
use crate::sign::{OracleSet, OracleSignature, Quorum};
use alloy::primitives::{Address, B256};
use futures::future::join_all;
use guerdon_core::batch::BatchHeader;
use guerdon_core::model::Epoch;

/// Where the making of a batch stands.
#[derive(Clone, Debug)]
pub enum Decision {
    /// Nobody is paid.
    Empty,
    /// With a quorum's signatures, or on the chain already.
    Made { prepared: Box<Prepared>, signatures: Vec<OracleSignature> },
    /// For what.
    Waiting(String),
}

impl Decision {
    fn of(prepared: Prepared, signatures: Vec<OracleSignature>) -> Self {
        if prepared.entries.is_empty() { Self::Empty } else { Self::Made { prepared: Box::new(prepared), signatures } }
    }
}

impl Oracle {
    /// Takes an epoch whose batch stands so as near to its batch as it gets now.
    pub async fn decide(&self, github: &GitHub, epoch: Epoch, round: u32, state: &BatchState) -> Result<Decision> {
        if !matches!(state.status, BatchStatus::None | BatchStatus::Void) {
            return self.finish(self.posted(epoch, state.round).await?, Vec::new()).await;
        }
        let Some(peers) = self.peers()? else { return self.decide_alone(epoch, round).await };
        let set = self.chain.oracle_set().await?;
        if let Some((prepared, signatures)) = self.decided(&set, epoch, round).await? {
            return self.finish(prepared, signatures).await;
        }
        let frame = self.frame(epoch).await?;
        let waited = self.due(epoch).saturating_add(self.config.oracle.patience);
        if self.chain.now().await?.timestamp >= waited
            && let Some(prepared) = self.decided_elsewhere(&peers, &set, (epoch, round), &frame).await?
        {
            let signatures = self.signatures(&prepared.header).await?;
            return self.finish(prepared, signatures).await;
        }
        if !set.counts(&peers.key().address()) {
            return Ok(Decision::Waiting("the others: this oracle's key is not in the set".to_owned()));
        }
        let waiting = match self.exchange(&peers, github, &set, (epoch, round), &frame).await? {
            Some(waiting) => waiting,
            None => match self.agree(&peers, &set, (epoch, round), &frame).await? {
                Ok(decision) => return Ok(decision),
                Err(waiting) => waiting,
            },
        };
        self.tell_waiting(epoch, round, Some(waiting.clone())).await?;
        Ok(Decision::Waiting(waiting))
    }

    /// Whether it is decided that an epoch pays nobody. Nothing is posted for it, so nothing on the chain ends its
    /// rounds: what was decided stays, however often oracles are started again.
    pub async fn pays_nobody(&self, epoch: Epoch, state: &BatchState) -> Result<bool> {
        if state.status != BatchStatus::None {
            return Ok(false);
        }
        if !self.config.peers.is_empty() {
            let Some((prepared, signatures)) = self.decided_empty(epoch).await? else { return Ok(false) };
            self.finish(prepared, signatures).await?;
            return Ok(true);
        }
        let Some(last) = self.store.evidences().await?.into_iter().rfind(|evidence| evidence.epoch == epoch) else {
            return Ok(false);
        };
        if let Some(prepared) = self.prepared(epoch, last.round).await?
            && prepared.header.evidence_hash == last.hash
        {
            return Ok(prepared.entries.is_empty());
        }
        Ok(self.score(epoch, last.round).await?.outcome.entries.is_empty())
    }

    /// The batch without entries that a quorum has signed for an epoch, of whatever round and oracle set.
    pub(super) async fn decided_empty(&self, epoch: Epoch) -> Result<Option<(Prepared, Vec<OracleSignature>)>> {
        for evidence in self.store.evidences().await?.into_iter().filter(|evidence| evidence.epoch == epoch) {
            let Some(prepared) = self.prepared(epoch, evidence.round).await? else { continue };
            if prepared.entries.is_empty() && prepared.header.evidence_hash == evidence.hash {
                let set = self.chain.oracle_set_of(prepared.header.oracle_set).await?;
                if let Some(decided) = self.with_quorum(&set, prepared).await? {
                    return Ok(Some(decided));
                }
            }
        }
        Ok(None)
    }

    async fn decide_alone(&self, epoch: Epoch, round: u32) -> Result<Decision> {
        let Some(prepared) = self.batch(epoch, round).await? else { return Ok(Decision::Empty) };
        let signatures =
            if self.config.oracle.keys.is_empty() { Vec::new() } else { self.sign(&prepared, &[]).await? };
        Ok(Decision::of(prepared, signatures))
    }

    /// A batch of this round that a quorum has signed, as far as this oracle knows.
    pub(super) async fn decided(
        &self,
        set: &OracleSet,
        epoch: Epoch,
        round: u32,
    ) -> Result<Option<(Prepared, Vec<OracleSignature>)>> {
        let Some(prepared) = self.prepared(epoch, round).await? else { return Ok(None) };
        if prepared.header.oracle_set == set.id { self.with_quorum(set, prepared).await } else { Ok(None) }
    }

    async fn with_quorum(
        &self,
        set: &OracleSet,
        prepared: Prepared,
    ) -> Result<Option<(Prepared, Vec<OracleSignature>)>> {
        let signatures = self.signatures(&prepared.header).await?;
        let mut quorum = Quorum::new(self.digest(&prepared.header), set);
        for signature in &signatures {
            quorum.add(signature)?;
        }
        Ok((quorum.missing() == 0).then_some((prepared, signatures)))
    }

    /// With final lists: makes the batch, and collects signatures when it is this oracle's turn.
    async fn agree(
        &self,
        peers: &Peers,
        set: &OracleSet,
        (epoch, round): (Epoch, u32),
        frame: &Frame,
    ) -> Result<Result<Decision, String>> {
        let now = self.chain.now().await?.timestamp;
        let me = peers.key().address();
        match self.turns().whose(set, epoch, self.due(epoch), now) {
            Some(proposer) if proposer == me => {}
            Some(proposer) => return Ok(Err(format!("the proposal of oracle {proposer}, whose turn it is"))),
            None => return Ok(Err("an oracle set with a key that counts".to_owned())),
        }
        let lists = self.lists(epoch).await?;
        let (digests, bytes, prepared) = self.proposal(peers, set, (epoch, round), frame, &lists).await?;
        self.keep_evidence(epoch, round, &bytes).await?;
        let prepared = self.keep_batch(prepared).await?;
        if let Some((prepared, signatures)) = self.decided(set, epoch, round).await? {
            return Ok(Ok(self.finish(prepared, signatures).await?));
        }
        self.collect(peers, set, &prepared, &digests).await?;
        match self.decided(set, epoch, round).await? {
            Some((prepared, signatures)) => Ok(Ok(self.finish(prepared, signatures).await?)),
            None => Ok(Err(format!("the signatures of {} oracles", set.threshold))),
        }
    }

    /// What was decided is the epoch's evidence from now on, whatever else was proposed, and is scored, once.
    async fn finish(&self, prepared: Prepared, signatures: Vec<OracleSignature>) -> Result<Decision> {
        let BatchHeader { epoch, round, evidence_hash, .. } = prepared.header;
        let record = EpochRecord::find(&self.store, epoch, round).await?;
        if record.is_none_or(|record| record.evidence_hash != evidence_hash) {
            let found = self.store.evidence_by_hash(evidence_hash).await?;
            let bytes = found.ok_or(OracleError::NoEvidence { epoch, round })?;
            self.keep_evidence(epoch, round, &bytes).await?;
            self.score(epoch, round).await?;
            self.tell_waiting(epoch, round, None).await?;
            let (entries, total) = (prepared.entries.len(), prepared.header.total);
            tracing::info!(epoch = epoch.0, round, stage = "agree", entries, total, "the batch is decided");
        }
        Ok(Decision::of(prepared, signatures))
    }

    /// The batch of all final lists or, where another oracle has signed one of fewer lists already, that one: it can
    /// sign no other in this round.
    async fn proposal(
        &self,
        peers: &Peers,
        set: &OracleSet,
        (epoch, round): (Epoch, u32),
        frame: &Frame,
        lists: &Lists,
    ) -> Result<(Vec<B256>, Vec<u8>, Prepared)> {
        let me = peers.key().address();
        let signed = self.store.signatures(epoch, round).await?;
        let (own, others): (Vec<_>, Vec<_>) =
            signed.into_iter().filter(|one| one.oracle_set == set.id).partition(|one| one.signer == me);
        for one in own.iter().chain(&others) {
            let digests: Vec<B256> = one.lists.split(',').filter_map(|digest| digest.parse().ok()).collect();
            let Some(of) = named(lists, &digests).filter(|of| is_enough(of, set)) else { continue };
            let (bytes, prepared) = self.build_batch(peers, set, (epoch, round), frame, &of).await?;
            if self.digest(&prepared.header) == one.digest {
                return Ok((digests, bytes, prepared));
            }
        }
        let (digests, finals): (Vec<B256>, Vec<&Sealed>) = lists.finals(set).into_iter().unzip();
        let mut sorted = digests;
        sorted.sort_unstable();
        let (bytes, prepared) = self.build_batch(peers, set, (epoch, round), frame, &finals).await?;
        Ok((sorted, bytes, prepared))
    }

    /// Asks the others: first whether they would, then to do it; this oracle signs last.
    async fn collect(&self, peers: &Peers, set: &OracleSet, prepared: &Prepared, lists: &[B256]) -> Result<()> {
        let header = &prepared.header;
        let digest = self.digest(header);
        let have: Vec<Address> = self.signatures(header).await?.into_iter().map(|one| one.signer).collect();
        let others = peers.list().iter().filter(|peer| set.counts(&peer.address) && !have.contains(&peer.address));
        let others: Vec<Address> = others.map(|peer| peer.address).collect();
        let need = set.threshold.saturating_sub(1);
        let mut had = have.iter().filter(|signer| **signer != peers.key().address()).count();
        let mut told = Told::begun(&self.store, header.epoch, header.round).await?;
        told.refusals.clear();
        let mut willing = Vec::new();
        for (peer, verdict) in self.ask_all(peers, header, lists, &others, false).await {
            match verdict {
                Ok(Verdict::Accepted | Verdict::Signed(_)) => willing.push(peer),
                Ok(Verdict::Refused(refusal)) => self.refused(header, peer, refusal, &mut told),
                Err(error) => tracing::warn!(epoch = header.epoch.0, stage = "agree", %error, "no verdict"),
            }
        }
        if had.saturating_add(willing.len()) >= need {
            for (peer, verdict) in self.ask_all(peers, header, lists, &willing, true).await {
                match verdict {
                    Ok(Verdict::Signed(signature)) if signature.signer == peer && signature.verify(digest).is_ok() => {
                        let vote = Vote { header: header.clone(), lists: lists.to_vec(), signature };
                        self.take_vote(set, header.epoch, &vote).await?;
                        had += 1;
                    }
                    Ok(Verdict::Signed(_) | Verdict::Accepted) => {
                        let refusal = Refusal::new(Reason::Batch, "what it gave is not its signature of this batch");
                        self.refused(header, peer, refusal, &mut told);
                    }
                    Ok(Verdict::Refused(refusal)) => self.refused(header, peer, refusal, &mut told),
                    Err(error) => tracing::warn!(epoch = header.epoch.0, stage = "agree", %error, "no signature"),
                }
            }
            if had >= need {
                self.sign(prepared, lists).await?;
            }
        }
        told.keep(&self.store).await
    }

    async fn ask_all(
        &self,
        peers: &Peers,
        header: &BatchHeader,
        lists: &[B256],
        who: &[Address],
        sign: bool,
    ) -> Vec<(Address, Result<Verdict, PeerError>)> {
        let path = format!("/v1/batches/{}/signatures", header.epoch);
        let ask = Ask { header: header.clone(), lists: lists.to_vec(), sign };
        let named = who.iter().filter_map(|address| peers.named(*address));
        join_all(named.map(async |peer| (peer.address, peers.ask(peer, &path, &ask).await))).await
    }

    /// Makes a refusal known to every operator who looks.
    pub(super) fn refused(&self, header: &BatchHeader, peer: Address, refusal: Refusal, told: &mut Told) {
        figures::refused(refusal.reason);
        if refusal.reason.passes() {
            tracing::info!(epoch = header.epoch.0, stage = "agree", oracle = %peer, %refusal, "not signed yet");
        } else {
            tracing::error!(epoch = header.epoch.0, stage = "agree", oracle = %peer, %refusal, "an oracle refuses to sign");
        }
        told.refusals.insert(peer, refusal);
    }

    async fn tell_waiting(&self, epoch: Epoch, round: u32, waiting: Option<String>) -> Result<()> {
        let mut told = Told::begun(&self.store, epoch, round).await?;
        if told.waiting != waiting {
            if let Some(waiting) = &waiting {
                tracing::info!(epoch = epoch.0, round, stage = "agree", waiting, "waiting");
            }
            told.waiting = waiting;
            told.keep(&self.store).await?;
        }
        Ok(())
    }

    /// Tells the distributor of keys that signed two batches of one round.
    pub async fn report_equivocations(&self) -> Result<()> {
        for proof in self.store.equivocations().await?.into_iter().filter(|proof| !proof.reported) {
            let set = self.chain.oracle_set_of(proof.oracle_set).await?;
            if !set.switched_off.contains(&proof.signer) {
                let (one, other) = (read_header(&proof.one.0)?, read_header(&proof.other.0)?);
                let signature =
                    |bytes: &[u8]| OracleSignature { signer: proof.signer, signature: bytes.to_vec().into() };
                let (first, second) = (signature(&proof.one.1), signature(&proof.other.1));
                let sent = self.submitter()?.report_equivocation(&set, (&one, &first), (&other, &second)).await?;
                tracing::warn!(oracle = %proof.signer, epoch = proof.epoch.0, tx = %sent.tx, "its key is switched off");
            }
            self.store.set_reported(&proof).await?;
        }
        Ok(())
    }
}

/// One final list of each of at least k members.
pub(super) fn is_enough(lists: &[&Sealed], set: &OracleSet) -> bool {
    let mut oracles: Vec<Address> = lists.iter().map(|sealed| sealed.oracle).collect();
    oracles.sort_unstable();
    let distinct = oracles.windows(2).all(|pair| pair.first() != pair.last());
    let finals = lists.iter().all(|sealed| sealed.sequence == super::sealed::FINAL && set.counts(&sealed.oracle));
    distinct && finals && lists.len() >= set.threshold
}
