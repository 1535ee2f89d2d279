//! What others decided: takes a header that enough oracles signed, or that the chain has, gives its evidence to this
//! oracle's store, once it is found to be what the header says.

use super::message::{Decided, DecisionAsk};
use super::{Peers, Vote};
use crate::batching::Prepared;
use crate::cut::Frame;
use crate::mirrors::{self, Place};
use crate::oracle::{Oracle, OracleError, Result};
use crate::sign::{OracleSet, Quorum};
use alloy::primitives::B256;
use futures::future::join_all;
use guerdon_core::batch::BatchHeader;
use guerdon_core::evidence::Header;
use guerdon_core::model::{Epoch, State};
use guerdon_core::replay;
use guerdon_core::verify::Rebuilt;

impl Oracle {
    /// The batch that the chain has for an epoch, with its evidence in the store.
    pub(super) async fn posted(&self, epoch: Epoch, round: u32) -> Result<Prepared> {
        let missing = || OracleError::Stored(format!("epoch {epoch}: the chain does not tell what was posted"));
        let header = self.chain.posted(epoch, round).await?.ok_or_else(missing)?.header;
        if let Some(prepared) = self.prepared(epoch, round).await?
            && prepared.header == header
            && self.store.evidence_by_hash(header.evidence_hash).await?.is_some()
        {
            return Ok(prepared);
        }
        let frame = self.frame(epoch).await?;
        let bytes = self.evidence_named(header.evidence_hash, (epoch, round)).await?;
        let prepared = self.adopt(&header, &bytes, &frame).await?;
        tracing::info!(epoch = epoch.0, round, evidence = %header.evidence_hash, "took over what the chain has");
        Ok(prepared)
    }

    /// What a quorum of the others decided, where this oracle was not there.
    pub(super) async fn decided_elsewhere(
        &self,
        peers: &Peers,
        set: &OracleSet,
        (epoch, round): (Epoch, u32),
        frame: &Frame,
    ) -> Result<Option<Prepared>> {
        let asked = peers.list().iter().filter(|peer| set.counts(&peer.address));
        let ask = DecisionAsk { epoch };
        let asked = asked.map(|peer| peers.ask::<_, Option<Decided>>(peer, "/v1/peers/decision", &ask));
        for decided in join_all(asked).await.into_iter().flatten().flatten() {
            let Decided { header, signatures } = decided;
            // An epoch that pays nobody was decided once, in whatever round.
            let is_empty = header.total == 0 && header.entries_hash.is_zero();
            let is_due = header.round == round && header.oracle_set == set.id;
            if header.epoch != epoch || !(is_due || is_empty) {
                continue;
            }
            let signers = if is_due { set.clone() } else { self.chain.oracle_set_of(header.oracle_set).await? };
            let set = &signers;
            let mut quorum = Quorum::new(self.digest(&header), set);
            if signatures.iter().any(|signature| quorum.add(signature).is_err()) || quorum.missing() > 0 {
                continue;
            }
            let bytes = self.evidence_named(header.evidence_hash, (epoch, header.round)).await?;
            let prepared = self.adopt(&header, &bytes, frame).await?;
            for signature in signatures {
                let vote = Vote { header: header.clone(), lists: Vec::new(), signature };
                self.take_vote(set, epoch, &vote).await?;
            }
            tracing::info!(
                epoch = epoch.0,
                round = header.round,
                evidence = %header.evidence_hash,
                "took over what the others decided"
            );
            return Ok(Some(prepared));
        }
        Ok(None)
    }

    /// Evidence by its hash: from the store, from wherever it is served, or cut again from GitHub.
    async fn evidence_named(&self, hash: B256, (epoch, round): (Epoch, u32)) -> Result<Vec<u8>> {
        if let Some(bytes) = self.store.evidence_by_hash(hash).await? {
            return Ok(bytes);
        }
        let set = self.chain.oracle_set().await?;
        let mut places = self.config.evidence_places();
        places.push(Place::of(&set.base_url));
        let missing = match mirrors::fetch(&places, hash, mirrors::LARGEST).await {
            Ok(bytes) => return Ok(bytes),
            Err(missing) => missing,
        };
        // An oracle that lost its store makes it again from GitHub and the chain.
        match self.cut_alone(epoch, round).await {
            Ok(bytes) if guerdon_core::evidence::hash(&bytes) == hash => Ok(bytes),
            Ok(_) => Err(missing.into()),
            Err(error) => {
                tracing::warn!(epoch = epoch.0, %error, "the evidence is nowhere, and cannot be cut again");
                Err(missing.into())
            }
        }
    }

    /// Checks that evidence is what a header says and goes on where the epoch before ended, and keeps it.
    async fn adopt(&self, header: &BatchHeader, bytes: &[u8], frame: &Frame) -> Result<Prepared> {
        let wrong = |what| OracleError::WrongBatch { epoch: header.epoch, what };
        let rebuilt = self.rebuild(bytes)?;
        if let Some(what) = self.other(&rebuilt, header, frame) {
            return Err(wrong(what));
        }
        let prepared = Prepared { header: header.clone(), entries: rebuilt.outcome.entries };
        // Whoever takes it over finishes it: it is scored there, as what was decided here is.
        self.keep_evidence(header.epoch, header.round, bytes).await?;
        self.keep_batch(prepared).await
    }

    /// The first thing in which evidence is not what it has to be.
    fn other(&self, rebuilt: &Rebuilt, header: &BatchHeader, frame: &Frame) -> Option<&'static str> {
        let Header { repositories, carried, .. } = rebuilt.evidence.header.clone();
        let of = (header.epoch, header.round);
        let mut wanted = self.header(of, frame.block, frame.previous, repositories, frame.terms.clone());
        wanted.carried = carried;
        let opening = |closing: &State| {
            let mut opening = closing.clone();
            replay::relink(&mut opening, &frame.linked);
            opening.people.retain(|person| !person.is_empty());
            opening
        };
        let goes_on = frame.closing.as_ref().is_none_or(|closing| opening(closing) == rebuilt.evidence.opening);
        [
            (rebuilt.evidence_hash == header.evidence_hash, "evidence hash"),
            (rebuilt.entries_hash == header.entries_hash, "entries"),
            (rebuilt.outcome.total == header.total, "total"),
            (frame.terms.policy == header.policy_hash, "policy"),
            (rebuilt.evidence.header == wanted, "header of the evidence"),
            (goes_on, "opening state"),
        ]
        .into_iter()
        .find_map(|(holds, what)| (!holds).then_some(what))
    }
}
