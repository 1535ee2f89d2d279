//! Verbs 5 and 6, sign and submit: takes a batch, gives transactions. What the chain says decides
//! the next step, so a crash anywhere is mended by running it again.

use crate::batching::{Prepared, json, read_header};
use crate::chain::{BatchState, BatchStatus, ChainError, Freeze, Sender};
use crate::oracle::{Oracle, OracleError, Result};
use crate::record::EpochRecord;
use crate::sign::{OracleSignature, Quorum, header_message, sign_digest};
use crate::store::StoredSignature;
use alloy::primitives::Address;
use guerdon_bindings::message;
use guerdon_core::B256;
use guerdon_core::batch::{self, BatchHeader, Chunk};
use guerdon_core::model::Epoch;

/// Where a batch stands after everything that can be done now was done.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case", tag = "step")]
pub enum Progress {
    /// Nobody is paid in this epoch.
    Empty,
    /// This oracle has no key, and the others are not further yet.
    Waiting,
    /// Published; can be credited from then on.
    Window { until: u64 },
    /// The whole batch waits for the answer to a challenge.
    Frozen { round: u32 },
    /// The guardian stopped posting and crediting until then, at the latest.
    Paused { until: u64 },
    /// A transaction of ours is not mined yet; the next tick looks again.
    Pending { tx: B256 },
    /// Every chunk is credited, in a block that does not have all its confirmations yet.
    Confirming,
    /// Every chunk is credited for good; challenged entries may still be held.
    Settled,
    /// It was never posted, and the distributor takes no batch for it any more.
    Expired,
    /// Voided by the contract; the next tick makes the next round, unless a challenge succeeded.
    Void { round: u32 },
}

impl Oracle {
    /// Signs a batch with every configured key that is in the oracle set. What is signed is stored
    /// first, and a key that signed another header of this round refuses. `lists` are what the batch was made
    /// from, where several oracles agreed on it.
    pub async fn sign(&self, prepared: &Prepared, lists: &[B256]) -> Result<Vec<OracleSignature>> {
        let set = self.chain.oracle_set().await?;
        let header = &prepared.header;
        let digest = self.digest(header);
        for key in self.keys()? {
            let signer = key.address();
            if set.switched_off.contains(&signer) {
                tracing::warn!(%signer, set = set.id, "this oracle key was switched off: its signature would not count");
            }
            if !set.counts(&signer) {
                continue;
            }
            self.ensure_rounds_over(header.epoch, header.round, signer).await?;
            let made = sign_digest(digest, &key).await?;
            self.store.put_signature(&stored_signature(header, digest, lists, &made)?).await?;
        }
        self.signatures(header).await
    }

    /// A key signs a round only when those that it signed before can come to nothing any more.
    async fn ensure_rounds_over(&self, epoch: Epoch, round: u32, signer: Address) -> Result<()> {
        let earlier = self.store.signed_by(epoch, signer).await?.into_iter().filter(|signed| signed.round < round);
        let state = self.chain.batch(epoch).await?;
        for signed in earlier {
            let gone = state.round > signed.round
                || (state.round == signed.round && matches!(state.status, BatchStatus::Void | BatchStatus::Settled));
            let until = read_header(&signed.header)?.post_before;
            if !gone && self.chain.now().await?.timestamp <= until {
                return Err(OracleError::RoundOpen { epoch, round, signed: signed.round, signer, until });
            }
        }
        Ok(())
    }

    /// Everybody's signatures of this header that are known here.
    pub async fn signatures(&self, header: &BatchHeader) -> Result<Vec<OracleSignature>> {
        let digest = self.digest(header);
        let kept = self.store.signatures(header.epoch, header.round).await?;
        Ok(kept.into_iter().filter(|signature| signature.digest == digest).map(Into::into).collect())
    }

    /// Whether an epoch is paid for good and known here whole: then nothing is left to do, and a restarted oracle
    /// with years of them asks the chain no more than this.
    pub async fn is_done(&self, epoch: Epoch) -> Result<bool> {
        let Some(last) = self.store.evidences().await?.into_iter().rfind(|evidence| evidence.epoch == epoch) else {
            return Ok(false);
        };
        let Some(Prepared { header, .. }) = self.prepared(epoch, last.round).await? else { return Ok(false) };
        let scored = EpochRecord::find(&self.store, epoch, last.round).await?;
        let known = header.evidence_hash == last.hash && scored.is_some_and(|record| record.evidence_hash == last.hash);
        Ok(known && self.chain.settled_for_good(epoch).await? == Some(self.digest(&header)))
    }

    /// Where the others have taken an epoch, for an oracle that only watches and serves.
    pub fn watch(state: &BatchState) -> Progress {
        match state.status {
            BatchStatus::Window if state.freeze == Freeze::Batch => Progress::Frozen { round: state.round },
            BatchStatus::Settled => Progress::Settled,
            BatchStatus::Window | BatchStatus::Crediting => Progress::Window { until: state.window_end },
            BatchStatus::None | BatchStatus::Posted | BatchStatus::Void => Progress::Waiting,
        }
    }

    /// Whether it is this oracle that acts for all on the next step of an epoch. One without peers always does.
    pub async fn is_our_turn(&self, epoch: Epoch, state: &BatchState) -> Result<bool> {
        let Some(peers) = self.peers()? else { return Ok(true) };
        let set = self.chain.oracle_set().await?;
        let since = match state.status {
            BatchStatus::Window | BatchStatus::Crediting => state.window_end,
            _ => self.due(epoch),
        };
        let now = self.chain.now().await?.timestamp;
        Ok(self.turns().whose(&set, epoch, since, now) == Some(peers.key().address()))
    }

    /// Nothing was posted for the epoch, and nothing can be any more.
    pub async fn is_too_old(&self, epoch: Epoch, state: &BatchState) -> Result<bool> {
        let now = self.chain.now().await?.timestamp;
        let oldest = self.schedule.epoch_at(now).map_or(0, |now| now.0.saturating_sub(self.schedule.correction_epochs));
        Ok(epoch.0 < oldest && matches!(state.status, BatchStatus::None | BatchStatus::Void))
    }

    pub(crate) fn digest(&self, header: &BatchHeader) -> B256 {
        message::digest(&header_message(header), &self.chain.domain())
    }

    /// Takes a batch as far as it can go now: posts, publishes, and credits what is due. What is in flight comes
    /// first, and then the contract says which step is next, whatever the store knows of earlier ones.
    pub async fn submit(&self, prepared: &Prepared, signatures: &[OracleSignature]) -> Result<Progress> {
        let sender = self.submitter()?.briefly();
        let chunks = batch::chunks(&prepared.entries, batch::MAX_CHUNK)?;
        let mut displaced = 0;
        loop {
            if let Some(tx) = sender.wait().await? {
                return Ok(Progress::Pending { tx });
            }
            match self.next_step(&sender, prepared, &chunks, signatures).await {
                Ok(None) => {}
                Ok(Some(progress)) => return Ok(progress),
                Err(OracleError::Chain(ChainError::Pending { tx, .. })) => return Ok(Progress::Pending { tx }),
                // Another transaction was quicker: the chain says what it was.
                Err(OracleError::Chain(ChainError::Displaced { .. })) if displaced < 3 => displaced += 1,
                Err(error) => return Err(error),
            }
        }
    }

    /// Takes one step, or tells why there is none to take now.
    async fn next_step(
        &self,
        sender: &Sender,
        prepared: &Prepared,
        chunks: &[Chunk],
        signatures: &[OracleSignature],
    ) -> Result<Option<Progress>> {
        let header = &prepared.header;
        let epoch = header.epoch;
        let state = self.chain.batch(epoch).await?;
        if state.round < header.round {
            if let Some(until) = self.chain.paused_until().await? {
                return Ok(Some(Progress::Paused { until }));
            }
            self.post(sender, prepared, signatures).await?;
            return Ok(None);
        }
        if state.round > header.round || state.digest != self.digest(header) {
            return Err(OracleError::Stored(format!(
                "epoch {epoch}: the chain has another batch (round {}) than this one (round {})",
                state.round, header.round
            )));
        }
        let pending = matches!(state.status, BatchStatus::Posted | BatchStatus::Window | BatchStatus::Crediting);
        if pending && !state.live {
            sender.void_rotated(epoch).await?;
            return Ok(None);
        }
        match state.status {
            // A reorg took it back between two looks: the next one posts it again.
            BatchStatus::None => {}
            BatchStatus::Void => return Ok(Some(Progress::Void { round: state.round })),
            BatchStatus::Settled if self.chain.settled_for_good(epoch).await? == Some(state.digest) => {
                return Ok(Some(Progress::Settled));
            }
            BatchStatus::Settled => return Ok(Some(Progress::Confirming)),
            BatchStatus::Posted => {
                if self.chain.now().await?.timestamp > state.publish_deadline {
                    let voided = sender.void_unpublished(epoch).await;
                    if !is_early(&voided, "Batches_PublishOpen") {
                        voided?;
                        return Ok(None);
                    }
                }
                sender.publish(epoch, chunk_at(chunks, epoch, state.next_position)?).await?;
            }
            BatchStatus::Window | BatchStatus::Crediting => {
                // A pause moves the end of the window, which cannot be told before it is over.
                if let Some(until) = self.chain.paused_until().await? {
                    return Ok(Some(Progress::Paused { until }));
                }
                if state.freeze == Freeze::Batch {
                    return Ok(Some(Progress::Frozen { round: state.round }));
                }
                if self.chain.now().await?.timestamp < state.window_end {
                    return Ok(Some(Progress::Window { until: state.window_end }));
                }
                let credited = sender.credit(epoch, chunk_at(chunks, epoch, state.next_position)?).await;
                if is_early(&credited, "Batches_WindowOpen") {
                    return Ok(Some(Progress::Window { until: state.window_end }));
                }
                credited?;
            }
        }
        Ok(None)
    }

    async fn post(&self, sender: &Sender, prepared: &Prepared, signatures: &[OracleSignature]) -> Result<()> {
        let set = self.chain.oracle_set().await?;
        let mut quorum = Quorum::new(self.digest(&prepared.header), &set);
        for signature in signatures {
            quorum.add(signature)?;
        }
        sender.post_batch(&prepared.header, quorum.pack()?).await?;
        Ok(())
    }
}

pub(crate) fn stored_signature(
    header: &BatchHeader,
    digest: B256,
    lists: &[B256],
    made: &OracleSignature,
) -> Result<StoredSignature> {
    Ok(StoredSignature {
        oracle_set: header.oracle_set,
        epoch: header.epoch,
        round: header.round,
        signer: made.signer,
        digest,
        header: json(header)?,
        lists: lists.iter().map(ToString::to_string).collect::<Vec<_>>().join(","),
        signature: made.signature.to_vec(),
    })
}

/// Whether the contract finds it too early: our time never goes back, but a reorg may bring blocks from before.
fn is_early<T>(sent: &Result<T, ChainError>, refusal: &str) -> bool {
    sent.as_ref().is_err_and(|error| error.revert().and_then(|revert| revert.name()) == Some(refusal))
}

fn chunk_at(chunks: &[Chunk], epoch: Epoch, position: u32) -> Result<&Chunk> {
    chunks.iter().find(|chunk| u32::try_from(chunk.first) == Ok(position)).ok_or_else(|| {
        OracleError::Stored(format!(
            "epoch {epoch}: the chain asks for entry {position}, where no chunk of ours begins"
        ))
    })
}
