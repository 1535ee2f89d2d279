//! Sending: takes a call, gives a transaction that was simulated, paid for, signed and noted before any node had
//! it. Where a node says why it does not take one, that is read here.

use super::ChainError;
use super::error::{TransportError, revert};
use super::fees::Fees;
use super::flight::{Step, wall_clock};
use super::send::Sender;
use crate::figures;
use crate::store::{NewTransaction, StoredTransaction, TransactionStatus as Status};
use alloy::eips::BlockId;
use alloy::eips::eip2718::{Decodable2718, Encodable2718};
use alloy::network::{Ethereum, Network, NetworkTransactionBuilder, TransactionBuilder};
use alloy::primitives::{B256, Bytes, U256};
use alloy::providers::Provider;
use alloy::rpc::types::TransactionRequest;

type Envelope = <Ethereum as Network>::TxEnvelope;

/// What nodes say to a transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Reply {
    /// They have it, or may have it: nothing came back.
    Taken,
    /// They had it before.
    Known,
    /// Its nonce is used.
    NonceUsed,
    /// It offers less than its place costs.
    TooCheap,
    /// The account cannot pay for it.
    Unfunded,
    /// Anything else: it will never be taken.
    Refused(String),
}

impl Sender {
    /// Sends a step for the first time.
    pub(super) async fn launch(&self, step: Step, request: TransactionRequest) -> Result<B256, ChainError> {
        self.simulate(step.name, &request).await?;
        let provider = &self.chain.provider;
        // Not on top of what waits to be mined, which is what providers are asked by default.
        let gas = provider.estimate_gas(request.clone()).block(BlockId::latest()).await;
        let gas = gas.map_err(|source| self.refused(step.name, source))?;
        let gas = gas.saturating_add(gas / 5);
        let estimate = provider.estimate_eip1559_fees().await.map_err(|source| self.failed(step.name, source))?;
        let fees = Fees::first(estimate, self.chain.limits.max_fee);
        self.can_pay(step.name, gas, fees, request.value.unwrap_or_default()).await?;
        let request = request
            .with_chain_id(self.chain.chain_id())
            .with_nonce(self.nonce().await?)
            .with_gas_limit(gas)
            .with_max_fee_per_gas(fees.max)
            .with_max_priority_fee_per_gas(fees.tip);
        let blank = NewTransaction {
            purpose: step.purpose.to_owned(),
            epoch: step.epoch,
            position: step.position,
            hash: B256::ZERO,
            status: Status::Sent,
            block: None,
            account: self.from,
            nonce: request.nonce.unwrap_or_default(),
            raw: Bytes::new(),
            max_fee: fees.max,
            tip: fees.tip,
            sent_at: 0,
        };
        let row = self.note(step.name, request, blank).await?;
        match self.broadcast(&row).await? {
            Reply::Taken | Reply::Known | Reply::NonceUsed => Ok(row.hash),
            // Somebody's transaction of this account has the place, or prices rose meanwhile.
            Reply::TooCheap => self.raise(&row).await,
            Reply::Unfunded => {
                self.forget(row.hash).await?;
                Err(self.no_funds(step.name, gas, fees, U256::ZERO).await?)
            }
            Reply::Refused(message) => {
                self.forget(row.hash).await?;
                Err(ChainError::NotTaken { step: step.name, message })
            }
        }
    }

    /// Asks the contract, at a block that enough RPCs have.
    async fn simulate(&self, step: &'static str, request: &TransactionRequest) -> Result<(), ChainError> {
        let called = self.chain.provider.call(request.clone()).block(BlockId::latest()).await;
        called.map(drop).map_err(|source| self.refused(step, source))
    }

    /// Whether the contract would still take a transaction.
    pub(super) async fn is_wanted(&self, row: &StoredTransaction) -> Result<bool, ChainError> {
        let mut request = decoded(&row.transaction)?;
        // Neither its place nor its price matters to the contract.
        request.nonce = None;
        request.max_fee_per_gas = None;
        request.max_priority_fee_per_gas = None;
        match self.simulate("look at it again", &request.from(self.from)).await {
            Ok(()) => Ok(true),
            Err(ChainError::Refused { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    async fn can_pay(&self, step: &'static str, gas: u64, fees: Fees, value: U256) -> Result<(), ChainError> {
        let cost = cost(gas, fees, value);
        let short = self.chain.balance(self.from).await? < cost;
        figures::submitter_short(short);
        if short { Err(self.no_funds(step, gas, fees, value).await?) } else { Ok(()) }
    }

    async fn no_funds(&self, step: &'static str, gas: u64, fees: Fees, value: U256) -> Result<ChainError, ChainError> {
        figures::submitter_short(true);
        let balance = self.chain.balance(self.from).await?;
        Ok(ChainError::NoFunds { step, account: self.from, balance, cost: cost(gas, fees, value) })
    }

    /// Signs, and writes down what was signed before anybody else has it.
    async fn note(
        &self,
        step: &'static str,
        request: TransactionRequest,
        blank: NewTransaction,
    ) -> Result<NewTransaction, ChainError> {
        let signed = <TransactionRequest as NetworkTransactionBuilder<Ethereum>>::build(request, &self.wallet).await;
        let signed = signed.map_err(|source| ChainError::Unsigned { step, source: Box::new(source) })?;
        crate::fault::point("chain: a transaction was signed");
        let (hash, raw) = (signed.trie_hash(), Bytes::from(signed.encoded_2718()));
        let row = NewTransaction { hash, raw, sent_at: wall_clock(), ..blank };
        self.journal.put(&row).await?;
        Ok(row)
    }

    /// Gives signed bytes to the nodes.
    pub(super) async fn broadcast(&self, row: &NewTransaction) -> Result<Reply, ChainError> {
        match self.chain.provider.send_raw_transaction(&row.raw).await {
            Ok(_) => Ok(Reply::Taken),
            Err(source) => match source.as_error_resp() {
                Some(error) => Ok(reply(&error.message)),
                None => {
                    // It may have arrived: whoever looks next finds out.
                    let source = self.chain.rpc("sending a transaction", source);
                    tracing::warn!(tx = %row.hash, error = %crate::run::chain_of(&source), "no word whether it arrived");
                    Ok(Reply::Taken)
                }
            },
        }
    }

    /// Sends a transaction again with the same nonce and higher fees, as high as the nodes want it for that place.
    /// At the cap it stays as it is. Gives the hash of the newest version.
    pub(super) async fn raise(&self, last: &NewTransaction) -> Result<B256, ChainError> {
        const STEP: &str = "raise its fee";
        let mut row = last.clone();
        loop {
            let estimate = self.chain.provider.estimate_eip1559_fees().await;
            let estimate = estimate.map_err(|source| self.failed(STEP, source))?;
            let cap = self.chain.limits.max_fee;
            let Some(fees) = (Fees { max: row.max_fee, tip: row.tip }).raised(Some(estimate), cap) else {
                figures::at_cap(true);
                let (tx, offered) = (row.hash, row.max_fee);
                tracing::warn!(%tx, offered, cap, "not mined, and chain.max_fee allows no higher fee: waiting");
                return Ok(row.hash);
            };
            figures::at_cap(false);
            let request = decoded(&row)?.from(self.from);
            let cost = cost(request.gas.unwrap_or_default(), fees, request.value.unwrap_or_default());
            let balance = self.chain.balance(self.from).await?;
            if balance < cost {
                figures::submitter_short(true);
                tracing::error!(account = %self.from, %balance, %cost, "the account cannot pay a higher fee: send it some of the chain's own coin");
                return Ok(row.hash);
            }
            let request = request.with_max_fee_per_gas(fees.max).with_max_priority_fee_per_gas(fees.tip);
            let blank =
                NewTransaction { max_fee: fees.max, tip: fees.tip, status: Status::Sent, block: None, ..row.clone() };
            let next = self.note(STEP, request, blank).await?;
            tracing::warn!(before = %row.hash, tx = %next.hash, max_fee = fees.max, "not mined: sending it with a higher fee");
            figures::transaction(&row.purpose, "raised");
            match self.broadcast(&next).await? {
                Reply::TooCheap => row = next,
                Reply::Taken | Reply::Known | Reply::NonceUsed | Reply::Unfunded => return Ok(next.hash),
                Reply::Refused(message) => {
                    tracing::error!(tx = %next.hash, message, "the higher fee was refused");
                    return Ok(next.hash);
                }
            }
        }
    }

    /// No node has it, and none will.
    async fn forget(&self, hash: B256) -> Result<(), ChainError> {
        let rows = self.journal.open(self.from).await?;
        let ours: Vec<StoredTransaction> = rows.into_iter().filter(|row| row.transaction.hash == hash).collect();
        self.give_up(&ours, Status::Dropped).await
    }

    fn failed(&self, step: &'static str, source: TransportError) -> ChainError {
        ChainError::Send { step, url: self.chain.rpc.hosts(), source: Box::new(source) }
    }

    fn refused(&self, step: &'static str, source: TransportError) -> ChainError {
        match revert(&source) {
            Some(revert) => ChainError::Refused { step, revert },
            None => self.failed(step, source),
        }
    }
}

fn cost(gas: u64, fees: Fees, value: U256) -> U256 {
    U256::from(gas).saturating_mul(U256::from(fees.max)).saturating_add(value)
}

fn decoded(row: &NewTransaction) -> Result<TransactionRequest, ChainError> {
    let envelope = Envelope::decode_2718(&mut row.raw.as_ref());
    envelope.map(Into::into).map_err(|_| ChainError::Damaged { tx: row.hash })
}

/// Clients have no codes for these, only words.
fn reply(message: &str) -> Reply {
    let lower = message.to_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    if says(&["already known", "already imported", "known transaction", "already in mempool"]) {
        Reply::Known
    } else if says(&["nonce too low", "nonce is too low", "old nonce", "invalid nonce"]) {
        Reply::NonceUsed
    } else if says(&[
        "underpriced",
        "fee too low",
        "feetoolow",
        "less than block base fee",
        "base fee",
        "gas price too low",
    ]) {
        Reply::TooCheap
    } else if says(&["insufficient funds", "insufficient balance"]) {
        Reply::Unfunded
    } else {
        Reply::Refused(message.chars().take(200).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_clients_say_is_understood() {
        for (message, expected) in [
            ("already known", Reply::Known),
            ("AlreadyKnown: transaction already imported", Reply::Known),
            ("nonce too low: next nonce 7, tx nonce 6", Reply::NonceUsed),
            ("replacement transaction underpriced", Reply::TooCheap),
            ("transaction underpriced: tip needed 1, tip permitted 0", Reply::TooCheap),
            ("max fee per gas less than block base fee: address 0x1", Reply::TooCheap),
            ("err: FeeTooLow, EffectivePriorityFeePerGas too low", Reply::TooCheap),
            ("insufficient funds for gas * price + value", Reply::Unfunded),
            ("intrinsic gas too low", Reply::Refused("intrinsic gas too low".to_owned())),
        ] {
            assert_eq!(reply(message), expected, "{message}");
        }
    }
}
