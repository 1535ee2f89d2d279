//! Verbs 6 and 7 on the chain: transactions, each simulated before it is sent.
//!
//! A refused transaction costs nothing and changes nothing: the simulation says why. Send one at a
//! time with one key; two senders of one key race for its nonce.

use super::error::{TransportError, revert, shown, without_url};
use super::{Chain, ChainError, client};
use crate::keys::OracleKey;
use crate::link::LinkProof;
use crate::sign::header_message;
use alloy::contract::{CallBuilder, CallDecoder};
use alloy::primitives::{Address, B256, Bytes};
use alloy::providers::{DynProvider, PendingTransactionError, Provider, ProviderBuilder};
use guerdon_bindings::contracts::RewardDistributor;
use guerdon_bindings::contracts::RewardDistributor::RewardDistributorInstance;
use guerdon_core::batch::{BatchHeader, Chunk};
use guerdon_core::model::{ContributorId, Epoch};
use std::time::Duration;

/// How long to wait for a transaction to be mined.
const RECEIPT_TIMEOUT: Duration = Duration::from_secs(180);

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
        let distributor = self.deployment.distributor();
        Ok(Sender { provider, url: shown(&self.url), distributor, from: key.address() })
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

    /// Links a contributor to a wallet, with the wallet's proof and the oracles' attestation.
    pub async fn link(&self, proof: &LinkProof, attestation: Bytes) -> Result<Sent, ChainError> {
        let LinkProof { link, wallet_proof } = proof.clone();
        let contract = self.contract();
        let call = contract.link(link.id, link.wallet, link.nonce, link.validUntil, wallet_proof, attestation);
        self.send("link the wallet", call).await
    }

    fn contract(&self) -> RewardDistributorInstance<&DynProvider> {
        RewardDistributor::new(self.distributor, &self.provider)
    }

    async fn send<D: CallDecoder>(
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
