//! What an account has in flight: takes the rows that were written before sending, gives what became of them.
//!
//! A transaction is found by its hash, and what has its nonce by the account's. Mined is what has a receipt while
//! its nonce is used; a receipt that vanishes puts it in flight again. What the nodes forgot is sent again as it
//! was, byte for byte, as long as the contract would still take it; what stays too long is sent with higher fees.
//! Never: a second transaction for what may still be mined.

use super::launch::Reply;
use super::send::{Sender, Sent};
use super::{ChainError, Now};
use crate::figures;
use crate::store::{Outcome, StoredTransaction, TransactionStatus as Status};
use alloy::primitives::B256;
use alloy::providers::Provider;
use alloy::rpc::types::{TransactionReceipt, TransactionRequest};
use guerdon_core::model::{ContributorId, Epoch};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// What a transaction is for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Step {
    /// As messages say it.
    pub(super) name: &'static str,
    /// As the store says it.
    pub(super) purpose: &'static str,
    pub(super) epoch: Epoch,
    pub(super) position: u64,
}

impl Step {
    pub(super) fn alone(name: &'static str, purpose: &'static str) -> Self {
        Self { name, purpose, epoch: Epoch(0), position: 0 }
    }

    pub(super) fn of_epoch(name: &'static str, purpose: &'static str, epoch: Epoch) -> Self {
        Self { epoch, ..Self::alone(name, purpose) }
    }

    pub(super) fn of_chunk(name: &'static str, purpose: &'static str, epoch: Epoch, first: usize) -> Self {
        Self { position: first.try_into().unwrap_or(u64::MAX), ..Self::of_epoch(name, purpose, epoch) }
    }

    pub(super) fn of_contributor(name: &'static str, purpose: &'static str, id: ContributorId) -> Self {
        Self { position: id.0, ..Self::alone(name, purpose) }
    }

    fn is_of(&self, row: &StoredTransaction) -> bool {
        let row = &row.transaction;
        row.purpose == self.purpose && row.epoch == self.epoch && row.position == self.position
    }
}

/// What one look at an account found.
#[derive(Debug, Default)]
struct Look {
    /// Mined since the last look.
    mined: Vec<(StoredTransaction, Sent, bool)>,
    /// Still on its way.
    waiting: Option<B256>,
}

/// How often a receipt is asked for whose nonce is used: nodes may be late with it.
const LATE_RECEIPT: u32 = 5;

impl Sender {
    /// Follows it as long as a step waits. Gives what is on its way even then.
    pub async fn wait(&self) -> Result<Option<B256>, ChainError> {
        let began = Instant::now();
        loop {
            let waiting = self.look().await?.waiting;
            if waiting.is_none() || began.elapsed() > self.patience {
                return Ok(waiting);
            }
            tokio::time::sleep(self.chain.provider.client().poll_interval()).await;
        }
    }

    /// Brings a step onto the chain: goes on with what is in flight, or sends it when nothing is.
    pub(super) async fn bring(&self, step: Step, request: TransactionRequest) -> Result<Sent, ChainError> {
        let began = Instant::now();
        let mut launched = None;
        loop {
            let look = self.look().await?;
            if let Some((_, sent, succeeded)) = look.mined.into_iter().find(|(row, ..)| step.is_of(row)) {
                return match succeeded {
                    true => Ok(sent),
                    false => Err(ChainError::Reverted { step: step.name, tx: sent.tx }),
                };
            }
            let late = began.elapsed() > self.patience;
            match (look.waiting, launched) {
                (Some(tx), _) if late => return Err(ChainError::Pending { step: step.name, tx }),
                (Some(_), _) => {}
                (None, Some(tx)) => return Err(ChainError::Displaced { step: step.name, tx }),
                (None, None) => match self.stranger().await? {
                    Some(nonce) if late => return Err(ChainError::Stranger { account: self.from, nonce }),
                    Some(_) => {}
                    None => launched = Some(self.launch(step, request.clone()).await?),
                },
            }
            tokio::time::sleep(self.chain.provider.client().poll_interval()).await;
        }
    }

    /// The nonce of a transaction of this account that we know nothing of, and that was not in our way for long.
    async fn stranger(&self) -> Result<Option<u64>, ChainError> {
        const DOING: &str = "reading a nonce";
        let failed = |source| self.chain.rpc(DOING, source);
        let used = self.nonce().await?;
        let queued = self.chain.provider.get_transaction_count(self.from).pending().await.map_err(failed)?;
        let mut strangers = self.chain.stranger.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if queued <= used {
            strangers.remove(&self.from);
            return Ok(None);
        }
        let known = strangers.entry(self.from).or_insert((used, Instant::now()));
        if known.0 != used {
            *known = (used, Instant::now());
        }
        let stall = Duration::from_secs(self.chain.limits.stall);
        Ok((known.1.elapsed() < stall).then_some(used))
    }

    /// How many transactions of this account are mined.
    pub(super) async fn nonce(&self) -> Result<u64, ChainError> {
        let failed = |source| self.chain.rpc("reading a nonce", source);
        self.chain.provider.get_transaction_count(self.from).latest().await.map_err(failed)
    }

    async fn look(&self) -> Result<Look, ChainError> {
        let rows = self.journal.open(self.from).await?;
        let mut look = Look::default();
        let now = self.chain.now().await?;
        figures::submitter_balance(self.chain.balance(self.from).await?);
        let mut oldest = None;
        // One nonce is one transaction, however often it was sent.
        for versions in rows.chunk_by(|one, other| one.transaction.nonce == other.transaction.nonce) {
            let Some(first) = versions.first() else { continue };
            let (nonce, used) = (first.transaction.nonce, self.nonce().await?);
            if used > nonce {
                self.has_its_nonce(versions, now, &mut look).await?;
            } else if used == nonce {
                self.came_back(versions).await?;
                look.waiting = self.nudge(versions).await?;
                if look.waiting.is_some() {
                    oldest = Some(first.transaction.sent_at);
                    break;
                }
            } else {
                tracing::warn!(tx = %first.transaction.hash, nonce, used, "nothing precedes this transaction any more: given up");
                self.give_up(versions, Status::Dropped).await?;
            }
        }
        figures::in_flight(oldest.map_or(0, |sent_at| wall_clock().saturating_sub(sent_at)));
        Ok(look)
    }

    /// The nonce is used: by one of ours, or by another transaction.
    async fn has_its_nonce(&self, versions: &[StoredTransaction], now: Now, look: &mut Look) -> Result<(), ChainError> {
        let mut found = self.receipt(versions).await?;
        for _ in 0..LATE_RECEIPT {
            if found.is_some() {
                break;
            }
            tokio::time::sleep(self.chain.provider.client().poll_interval()).await;
            found = self.receipt(versions).await?;
        }
        let Some((row, receipt)) = found else {
            let account = self.from;
            tracing::warn!(%account, nonce = first_nonce(versions), "another transaction took the place of ours: the chain says what is next");
            return self.give_up(versions, Status::Replaced).await;
        };
        let block = receipt.block_number.unwrap_or(now.block);
        // The nonce was used in a block that enough RPCs have, so one that says more is not believed.
        self.chain.rpc.saw(block.min(now.block.saturating_add(1)));
        let status = match receipt.status() {
            false => Status::Failed,
            true if now.block >= block.saturating_add(self.chain.limits.confirmations) => Status::Final,
            true => Status::Mined,
        };
        let was = row.transaction.status;
        if was == Status::Sent {
            let sent = Sent { tx: row.transaction.hash, block, gas_used: receipt.gas_used };
            let (stage, epoch) = (row.transaction.purpose.as_str(), row.transaction.epoch.0);
            if status == Status::Failed {
                tracing::error!(stage, epoch, tx = %sent.tx, block, "mined, but it reverted");
            } else {
                tracing::info!(stage, epoch, tx = %sent.tx, block, gas = sent.gas_used, "mined");
            }
            figures::transaction(stage, if status == Status::Failed { "failed" } else { "mined" });
            look.mined.push((row.clone(), sent, status != Status::Failed));
        } else if row.transaction.block != Some(block) {
            tracing::warn!(tx = %row.transaction.hash, from = ?row.transaction.block, to = block, "a reorg moved this transaction to another block");
            figures::reorg();
        }
        let outcome = |one: &StoredTransaction| match one.id == row.id {
            true => Outcome { id: one.id, status, block: Some(block) },
            false => Outcome { id: one.id, status: Status::Replaced, block: None },
        };
        let outcomes: Vec<Outcome> = versions.iter().map(outcome).collect();
        let changed = versions
            .iter()
            .zip(&outcomes)
            .any(|(row, outcome)| (row.transaction.status, row.transaction.block) != (outcome.status, outcome.block));
        if changed { self.journal.set(&outcomes).await } else { Ok(()) }
    }

    async fn receipt<'a>(
        &self,
        versions: &'a [StoredTransaction],
    ) -> Result<Option<(&'a StoredTransaction, TransactionReceipt)>, ChainError> {
        for row in versions.iter().rev() {
            let receipt = self.chain.provider.get_transaction_receipt(row.transaction.hash).await;
            if let Some(receipt) = receipt.map_err(|source| self.chain.rpc("reading a receipt", source))? {
                return Ok(Some((row, receipt)));
            }
        }
        Ok(None)
    }

    /// What was mined is not any more: its block was taken back.
    async fn came_back(&self, versions: &[StoredTransaction]) -> Result<(), ChainError> {
        let Some(mined) = versions.iter().find(|row| row.transaction.status == Status::Mined) else { return Ok(()) };
        tracing::warn!(tx = %mined.transaction.hash, block = ?mined.transaction.block, "a reorg took this transaction back: it is in flight again");
        figures::reorg();
        self.journal.set(&[Outcome { id: mined.id, status: Status::Sent, block: None }]).await
    }

    /// Sees to it that a transaction that is not mined yet will be. None when it is not wanted any more.
    async fn nudge(&self, versions: &[StoredTransaction]) -> Result<Option<B256>, ChainError> {
        let Some(last) = versions.last() else { return Ok(None) };
        let mut is_known = false;
        for row in versions.iter().rev() {
            let found = self.chain.provider.get_transaction_by_hash(row.transaction.hash).await;
            is_known |= found.map_err(|source| self.chain.rpc("looking for a transaction", source))?.is_some();
        }
        let stalled = wall_clock().saturating_sub(last.transaction.sent_at) >= self.chain.limits.stall;
        if is_known && !stalled {
            return Ok(Some(last.transaction.hash));
        }
        if !self.is_wanted(last).await? {
            tracing::warn!(tx = %last.transaction.hash, "the contract does not take this transaction any more: given up");
            self.give_up(versions, Status::Dropped).await?;
            return Ok(None);
        }
        if !is_known {
            match self.broadcast(&last.transaction).await? {
                Reply::Refused(message) => {
                    tracing::error!(tx = %last.transaction.hash, message, "refused: given up");
                    self.give_up(versions, Status::Dropped).await?;
                    return Ok(None);
                }
                Reply::TooCheap => return self.raise(&last.transaction).await.map(Some),
                Reply::Taken => {
                    tracing::warn!(tx = %last.transaction.hash, "no node knew this transaction: the same was sent again");
                }
                Reply::Unfunded => {
                    figures::submitter_short(true);
                    tracing::error!(account = %self.from, "the account cannot pay for the transaction in flight: send it some of the chain's own coin");
                }
                Reply::Known | Reply::NonceUsed => {}
            }
        }
        if stalled {
            return self.raise(&last.transaction).await.map(Some);
        }
        Ok(Some(last.transaction.hash))
    }

    pub(super) async fn give_up(&self, versions: &[StoredTransaction], status: Status) -> Result<(), ChainError> {
        let outcomes: Vec<Outcome> = versions.iter().map(|row| Outcome { id: row.id, status, block: None }).collect();
        if let Some(row) = versions.first() {
            figures::transaction(
                &row.transaction.purpose,
                if status == Status::Replaced { "replaced" } else { "dropped" },
            );
        }
        self.journal.set(&outcomes).await
    }
}

fn first_nonce(versions: &[StoredTransaction]) -> u64 {
    versions.first().map_or(0, |row| row.transaction.nonce)
}

/// UTC seconds here: how long something waits is not a matter of the chain's clock.
pub(super) fn wall_clock() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}
