//! Verbs 6 and 7 on the chain: what can be sent, each simulated before it is.
//!
//! A refused transaction costs nothing and changes nothing: the simulation says why. How one is brought onto the
//! chain stands in `flight.rs`.

use super::flight::Step;
use super::journal::Journal;
use super::{Chain, ChainError};
use crate::keys::OracleKey;
use crate::sign::{OracleSet, OracleSignature, SignError, header_message};
use crate::store::Store;
use alloy::contract::{CallBuilder, CallDecoder};
use alloy::network::EthereumWallet;
use alloy::primitives::{Address, B256, Bytes, U256};
use alloy::providers::DynProvider;
use guerdon_bindings::contracts::RewardDistributor::RewardDistributorInstance;
use guerdon_bindings::contracts::{Disputes, Links, RewardDistributor};
use guerdon_bindings::message::{digest, domain};
use guerdon_core::batch::{BatchHeader, Chunk};
use guerdon_core::model::{ContributorId, Epoch};
use std::time::Duration;

/// A command waits for what it sent; a daemon has other things to do.
const COMMAND_PATIENCE: Duration = Duration::from_secs(180);
const DAEMON_PATIENCE: Duration = Duration::from_secs(30);
const LOCAL_PATIENCE: Duration = Duration::from_secs(5);

/// The answer to a challenge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The challenge was wrong: its bond goes to the Treasury.
    Stands,
    /// Undeserved: the bond goes back.
    Dropped,
    /// Not what the policy gives on the evidence: bond back, a reward, and the signers' keys are switched off.
    Fault,
}

/// A transaction that is on the chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sent {
    pub tx: B256,
    pub block: u64,
    pub gas_used: u64,
}

/// Sends transactions paid by one key, one at a time.
#[derive(Clone)]
pub struct Sender {
    pub(super) chain: Chain,
    pub(super) wallet: EthereumWallet,
    pub(super) from: Address,
    pub(super) journal: Journal,
    /// How long a step waits for its transaction, in one go.
    pub(super) patience: Duration,
}

impl std::fmt::Debug for Sender {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sender").field("from", &self.from).finish()
    }
}

impl Chain {
    /// A sender on this chain that pays with a key. What it has in flight is forgotten with it.
    pub fn sender(&self, key: &OracleKey) -> Result<Sender, ChainError> {
        let wallet = key.wallet();
        let journal = Journal::in_memory();
        Ok(Sender { chain: self.clone(), wallet, from: key.address(), journal, patience: COMMAND_PATIENCE })
    }
}

impl Sender {
    /// The same, keeping what it has in flight in a store: whoever goes on with that store and key goes on with it.
    pub fn keeping(mut self, store: &Store) -> Self {
        self.journal = Journal::Store(store.clone());
        self
    }

    /// The same, for somebody who comes back to what is not mined yet.
    pub fn briefly(mut self) -> Self {
        let local = self.chain.chain_id() == crate::keys::LOCAL_CHAIN;
        self.patience = if local { LOCAL_PATIENCE } else { DAEMON_PATIENCE };
        self
    }

    /// The account that pays.
    pub fn from(&self) -> Address {
        self.from
    }

    /// Posts a header with its packed quorum signatures.
    pub async fn post_batch(&self, header: &BatchHeader, signatures: Bytes) -> Result<Sent, ChainError> {
        let batch = RewardDistributor::RewardBatch::from(header_message(header));
        self.send(Step::of_epoch("post the batch", "post", header.epoch), self.contract().postBatch(batch, signatures))
            .await
    }

    /// Publishes the next chunk.
    pub async fn publish(&self, epoch: Epoch, chunk: &Chunk) -> Result<Sent, ChainError> {
        let entries = chunk.entries.clone().into();
        self.send(
            Step::of_chunk("publish entries", "publish", epoch, chunk.first),
            self.contract().publish(epoch.0, entries, chunk.rest),
        )
        .await
    }

    /// Credits the next chunk.
    pub async fn credit(&self, epoch: Epoch, chunk: &Chunk) -> Result<Sent, ChainError> {
        let entries = chunk.entries.clone().into();
        self.send(
            Step::of_chunk("credit entries", "credit", epoch, chunk.first),
            self.contract().credit(epoch.0, entries, chunk.rest),
        )
        .await
    }

    /// Voids a batch that was not published in time.
    pub async fn void_unpublished(&self, epoch: Epoch) -> Result<Sent, ChainError> {
        self.send(Step::of_epoch("void the batch", "void", epoch), self.contract().voidUnpublished(epoch.0)).await
    }

    /// Pays what a contributor has earned to the linked wallet.
    pub async fn claim(&self, id: ContributorId) -> Result<Sent, ChainError> {
        self.send(Step::of_contributor("claim", "claim", id), self.contract().claim(id.0)).await
    }

    /// Pays several contributors; one that has nothing does not stop the others.
    pub async fn claim_many(&self, ids: &[ContributorId]) -> Result<Sent, ChainError> {
        let ids = ids.iter().map(|id| id.0).collect();
        self.send(Step::alone("claim", "claim"), self.contract().claimMany(ids)).await
    }

    /// Ends a batch whose oracle set was rotated out with all that was pending.
    pub async fn void_rotated(&self, epoch: Epoch) -> Result<Sent, ChainError> {
        self.send(Step::of_epoch("void the batch", "void", epoch), self.contract().voidRotated(epoch.0)).await
    }

    /// Challenges a published entry with a bond in wei.
    pub async fn challenge(&self, epoch: Epoch, position: u32, bond: U256) -> Result<Sent, ChainError> {
        let step = Step::of_chunk("challenge the entry", "challenge", epoch, position as usize);
        self.send(step, self.disputes().challenge(epoch.0, position).value(bond)).await
    }

    /// Challenges a whole batch with a bond in wei.
    pub async fn challenge_batch(&self, epoch: Epoch, reason: &str, bond: U256) -> Result<Sent, ChainError> {
        let disputes = self.disputes();
        let step = Step::of_epoch("challenge the batch", "challenge", epoch);
        self.send(step, disputes.challengeBatch(epoch.0, reason.to_owned()).value(bond)).await
    }

    /// Answers a challenge; only the arbiter and governance may. A fault needs the quorum's signatures.
    pub async fn resolve(&self, challenge: U256, answer: Answer, signatures: Bytes) -> Result<Sent, ChainError> {
        let answer = match answer {
            Answer::Stands => 0,
            Answer::Dropped => 1,
            Answer::Fault => 2,
        };
        self.send(Step::alone("answer the challenge", "answer"), self.disputes().resolve(challenge, answer, signatures))
            .await
    }

    /// Pays an account the bonds that were returned to it.
    pub async fn withdraw(&self, account: Address) -> Result<Sent, ChainError> {
        self.send(Step::alone("withdraw", "withdraw"), self.disputes().withdraw(account)).await
    }

    /// Switches off a key that signed two headers of one oracle set, epoch and round.
    pub async fn report_equivocation(
        &self,
        set: &OracleSet,
        one: (&BatchHeader, &OracleSignature),
        other: (&BatchHeader, &OracleSignature),
    ) -> Result<Sent, ChainError> {
        let signer = one.1.signer;
        let index = set.members.binary_search(&signer);
        let index = index.map_err(|_| ChainError::Signature(SignError::NotAMember { signer, set: set.id }))?;
        let domain = domain(self.chain.chain_id(), self.chain.distributor());
        let compact = |(header, signature): (&BatchHeader, &OracleSignature)| {
            let digest = digest(&header_message(header), &domain);
            let checked = signature.verify(digest).map_err(ChainError::Signature)?;
            Ok::<_, ChainError>(Bytes::copy_from_slice(&checked.as_erc2098()))
        };
        let disputes = self.disputes();
        let call = disputes.reportEquivocation(
            header_message(one.0).into(),
            header_message(other.0).into(),
            U256::from(index),
            compact(one)?,
            compact(other)?,
        );
        self.send(Step::of_epoch("report the equivocation", "report", one.0.epoch), call).await
    }

    pub(super) fn disputes(&self) -> Disputes::DisputesInstance<&DynProvider> {
        Disputes::new(self.chain.deployment.contracts.disputes.address, &self.chain.provider)
    }

    pub(super) fn links(&self) -> Links::LinksInstance<&DynProvider> {
        Links::new(self.chain.deployment.contracts.links.address, &self.chain.provider)
    }

    fn contract(&self) -> RewardDistributorInstance<&DynProvider> {
        RewardDistributor::new(self.chain.distributor(), &self.chain.provider)
    }

    pub(super) async fn send<D: CallDecoder>(
        &self,
        step: Step,
        call: CallBuilder<&&DynProvider, D>,
    ) -> Result<Sent, ChainError> {
        self.bring(step, call.from(self.from).into_transaction_request()).await
    }
}
