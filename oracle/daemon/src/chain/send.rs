//! Verbs 6 and 7 on the chain: transactions, each simulated before it is sent.
//!
//! A refused transaction costs nothing and changes nothing: the simulation says why. Send one at a
//! time with one key; two senders of one key race for its nonce.

use super::error::{TransportError, revert, shown, without_url};
use super::{Chain, ChainError, client};
use crate::keys::OracleKey;
use crate::sign::{OracleSet, OracleSignature, SignError, header_message};
use alloy::contract::{CallBuilder, CallDecoder};
use alloy::primitives::{Address, B256, Bytes, U256};
use alloy::providers::{DynProvider, PendingTransactionError, Provider, ProviderBuilder};
use guerdon_bindings::contracts::RewardDistributor::RewardDistributorInstance;
use guerdon_bindings::contracts::{Disputes, Links, RewardDistributor};
use guerdon_bindings::message::{digest, domain};
use guerdon_core::batch::{BatchHeader, Chunk};
use guerdon_core::model::{ContributorId, Epoch};
use std::time::Duration;

/// How long to wait for a transaction to be mined.
const RECEIPT_TIMEOUT: Duration = Duration::from_secs(180);

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

/// Sends transactions paid by one key.
#[derive(Clone)]
pub struct Sender {
    provider: DynProvider,
    /// As errors show it.
    url: String,
    distributor: Address,
    links: Address,
    disputes: Address,
    chain_id: u64,
    from: Address,
}

impl std::fmt::Debug for Sender {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sender").field("from", &self.from).finish()
    }
}

impl Chain {
    /// A sender on this chain that pays with a key.
    pub fn sender(&self, key: &OracleKey) -> Result<Sender, ChainError> {
        let client = client(&self.url, self.deployment.chain_id)?;
        let provider = ProviderBuilder::new()
            .with_simple_nonce_management()
            .wallet(key.signer().clone())
            .connect_client(client)
            .erased();
        let contracts = &self.deployment.contracts;
        Ok(Sender {
            provider,
            url: shown(&self.url),
            distributor: contracts.distributor.address,
            links: contracts.links.address,
            disputes: contracts.disputes.address,
            chain_id: self.deployment.chain_id,
            from: key.address(),
        })
    }
}

impl Sender {
    /// The account that pays.
    pub fn from(&self) -> Address {
        self.from
    }

    /// Posts a header with its packed quorum signatures.
    pub async fn post_batch(&self, header: &BatchHeader, signatures: Bytes) -> Result<Sent, ChainError> {
        let batch = RewardDistributor::RewardBatch::from(header_message(header));
        self.send("post the batch", self.contract().postBatch(batch, signatures)).await
    }

    /// Publishes the next chunk.
    pub async fn publish(&self, epoch: Epoch, chunk: &Chunk) -> Result<Sent, ChainError> {
        let entries = chunk.entries.clone().into();
        self.send("publish entries", self.contract().publish(epoch.0, entries, chunk.rest)).await
    }

    /// Credits the next chunk.
    pub async fn credit(&self, epoch: Epoch, chunk: &Chunk) -> Result<Sent, ChainError> {
        let entries = chunk.entries.clone().into();
        self.send("credit entries", self.contract().credit(epoch.0, entries, chunk.rest)).await
    }

    /// Voids a batch that was not published in time.
    pub async fn void_unpublished(&self, epoch: Epoch) -> Result<Sent, ChainError> {
        self.send("void the batch", self.contract().voidUnpublished(epoch.0)).await
    }

    /// Pays what a contributor has earned to the linked wallet.
    pub async fn claim(&self, id: ContributorId) -> Result<Sent, ChainError> {
        self.send("claim", self.contract().claim(id.0)).await
    }

    /// Pays several contributors; one that has nothing does not stop the others.
    pub async fn claim_many(&self, ids: &[ContributorId]) -> Result<Sent, ChainError> {
        let ids = ids.iter().map(|id| id.0).collect();
        self.send("claim", self.contract().claimMany(ids)).await
    }

    /// Ends a batch whose oracle set was rotated out with all that was pending.
    pub async fn void_rotated(&self, epoch: Epoch) -> Result<Sent, ChainError> {
        self.send("void the batch", self.contract().voidRotated(epoch.0)).await
    }

    /// Challenges a published entry with a bond in wei.
    pub async fn challenge(&self, epoch: Epoch, position: u32, bond: U256) -> Result<Sent, ChainError> {
        self.send("challenge the entry", self.disputes().challenge(epoch.0, position).value(bond)).await
    }

    /// Challenges a whole batch with a bond in wei.
    pub async fn challenge_batch(&self, epoch: Epoch, reason: &str, bond: U256) -> Result<Sent, ChainError> {
        let disputes = self.disputes();
        self.send("challenge the batch", disputes.challengeBatch(epoch.0, reason.to_owned()).value(bond)).await
    }

    /// Answers a challenge; only the arbiter and governance may. A fault needs the quorum's signatures.
    pub async fn resolve(&self, challenge: U256, answer: Answer, signatures: Bytes) -> Result<Sent, ChainError> {
        let answer = match answer {
            Answer::Stands => 0,
            Answer::Dropped => 1,
            Answer::Fault => 2,
        };
        self.send("answer the challenge", self.disputes().resolve(challenge, answer, signatures)).await
    }

    /// Pays an account the bonds that were returned to it.
    pub async fn withdraw(&self, account: Address) -> Result<Sent, ChainError> {
        self.send("withdraw", self.disputes().withdraw(account)).await
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
        let domain = domain(self.chain_id, self.distributor);
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
        self.send("report the equivocation", call).await
    }

    pub(super) fn disputes(&self) -> Disputes::DisputesInstance<&DynProvider> {
        Disputes::new(self.disputes, &self.provider)
    }

    pub(super) fn links(&self) -> Links::LinksInstance<&DynProvider> {
        Links::new(self.links, &self.provider)
    }

    fn contract(&self) -> RewardDistributorInstance<&DynProvider> {
        RewardDistributor::new(self.distributor, &self.provider)
    }

    pub(super) async fn send<D: CallDecoder>(
        &self,
        step: &'static str,
        call: CallBuilder<&&DynProvider, D>,
    ) -> Result<Sent, ChainError> {
        let call = call.from(self.from);
        let gas = call.estimate_gas().await.map_err(|error| self.refused(step, error))?;
        let pending = call.gas(gas + gas / 5).send().await.map_err(|error| self.refused(step, error))?;
        let tx = *pending.tx_hash();
        let receipt = match pending.with_timeout(Some(RECEIPT_TIMEOUT)).get_receipt().await {
            Ok(receipt) => receipt,
            Err(PendingTransactionError::TransportError(source)) => return Err(self.rpc(step, source)),
            Err(_) => return Err(ChainError::Pending { step, tx }),
        };
        if !receipt.status() {
            return Err(ChainError::Reverted { step, tx });
        }
        Ok(Sent { tx, block: receipt.block_number.unwrap_or_default(), gas_used: receipt.gas_used })
    }

    fn rpc(&self, step: &'static str, source: TransportError) -> ChainError {
        ChainError::Send { step, url: self.url.clone(), source: without_url(source) }
    }

    fn refused(&self, step: &'static str, error: alloy::contract::Error) -> ChainError {
        let source = match error {
            alloy::contract::Error::TransportError(source) => source,
            source => return ChainError::Call { doing: step, source: Box::new(source) },
        };
        if let Some(revert) = revert(&source) {
            return ChainError::Refused { step, revert };
        }
        let says =
            |text: &str| source.as_error_resp().is_some_and(|response| response.message.to_lowercase().contains(text));
        if says("insufficient funds") {
            return ChainError::NoFunds { step, account: self.from };
        }
        self.rpc(step, source)
    }
}
