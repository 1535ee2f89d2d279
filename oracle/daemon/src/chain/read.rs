//! The state of the distributor now.

use super::{Chain, ChainError, Now};
use crate::sign::OracleSet;
use alloy::eips::{BlockId, BlockNumberOrTag};
use alloy::primitives::{Address, B256, U256};
use alloy::providers::Provider;
use guerdon_bindings::Revert;
use guerdon_core::model::{ContributorId, Epoch};
use serde::Serialize;
use std::collections::BTreeSet;

/// When epochs are, and what a unit is; fixed at construction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// First second of epoch 1, UTC.
    pub epoch_start: u64,
    /// Seconds.
    pub epoch_length: u64,
    /// Seconds from the last publication to the first credit.
    pub window: u64,
    /// Seconds from posting to the last publication.
    pub publish_period: u64,
    /// How many epochs back a batch may be posted.
    pub correction_epochs: u64,
    /// Base units of the token in one unit.
    pub unit: U256,
}

impl Schedule {
    /// The epoch at a time; none before the first.
    pub fn epoch_at(&self, timestamp: u64) -> Option<Epoch> {
        let since = timestamp.checked_sub(self.epoch_start)?;
        Some(Epoch(since.checked_div(self.epoch_length)?.saturating_add(1)))
    }

    /// First second of an epoch.
    pub fn start(&self, epoch: Epoch) -> u64 {
        self.end(Epoch(epoch.0.saturating_sub(1)))
    }

    /// First second after an epoch; what precedes the first epoch ends where that begins.
    pub fn end(&self, epoch: Epoch) -> u64 {
        self.epoch_start.saturating_add(epoch.0.saturating_mul(self.epoch_length))
    }
}

/// What governance decided for an epoch. Amounts are units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    pub policy_hash: B256,
    pub epoch_budget: u64,
    pub cap_per_person: u64,
    pub from_epoch: Epoch,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum BatchStatus {
    /// Nothing was posted.
    None,
    /// Entries are being published.
    Posted,
    /// All entries are published; nothing is credited yet.
    Window,
    Crediting,
    Settled,
    Void,
}

/// What challenges do to a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Freeze {
    /// No entry was challenged.
    None,
    /// Some entries were: they are held, dropped or found right, and the others are credited.
    Entries,
    /// The whole batch waits for an answer.
    Batch,
}

/// The latest batch of an epoch. Amounts are units, times UTC seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BatchState {
    pub status: BatchStatus,
    /// Zero if nothing was posted.
    pub round: u32,
    /// The EIP-712 digest of its header.
    pub digest: B256,
    pub entries_hash: B256,
    /// What the next chunk to publish or credit hashes to with its rest.
    pub next_hash: B256,
    pub total: u64,
    pub published_units: u64,
    /// What crediting credited, and what it passed: skipped, dropped and held entries. Answers that come
    /// later change neither; [`Chain::credits`] knows them.
    pub credited: u64,
    pub skipped: u64,
    /// By all batches of the epoch.
    pub epoch_credited: u64,
    pub entry_count: u32,
    /// Position of the next entry to publish or credit.
    pub next_position: u32,
    /// Last second to publish; zero once all is published.
    pub publish_deadline: u64,
    /// First second to credit; zero before all is published. A pause moves it.
    pub window_end: u64,
    /// The oracle set that signed it.
    pub oracle_set: u64,
    pub freeze: Freeze,
    /// Whether its oracle set still counts; if not, what is not credited is lost to it.
    pub live: bool,
}

/// What a contributor holds. Amounts are units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Account {
    pub wallet: Option<Address>,
    pub earned: u64,
    pub claimed: u64,
}

/// The payout token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    pub address: Address,
    pub symbol: String,
    pub decimals: u8,
}

impl Chain {
    /// The latest block that enough RPCs have, and its time, which never goes back.
    pub async fn now(&self) -> Result<Now, ChainError> {
        self.rpc.now().await.map_err(|source| ChainError::Fault { url: self.rpc.hosts(), source })
    }

    /// The time of a block.
    pub async fn at_block(&self, block: u64) -> Result<Now, ChainError> {
        self.block(BlockNumberOrTag::Number(block)).await
    }

    async fn block(&self, which: BlockNumberOrTag) -> Result<Now, ChainError> {
        const DOING: &str = "reading a block";
        let block = self.provider.get_block_by_number(which).await.map_err(|source| self.rpc(DOING, source))?;
        let missing = || self.rpc(DOING, super::error::TransportError::NullResp);
        let header = block.ok_or_else(missing)?.header;
        Ok(Now { block: header.number, timestamp: header.timestamp })
    }

    pub async fn schedule(&self) -> Result<Schedule, ChainError> {
        let distributor = self.contract();
        let failed = self.call("reading the schedule");
        Ok(Schedule {
            epoch_start: distributor.epochStart().call().await.map_err(&failed)?,
            epoch_length: distributor.epochLength().call().await.map_err(&failed)?,
            window: distributor.window().call().await.map_err(&failed)?,
            publish_period: distributor.publishPeriod().call().await.map_err(&failed)?,
            correction_epochs: distributor.correctionEpochs().call().await.map_err(&failed)?,
            unit: distributor.unit().call().await.map_err(&failed)?,
        })
    }

    /// The terms of an epoch, if governance has set any.
    pub async fn terms_of(&self, epoch: Epoch) -> Result<Option<Terms>, ChainError> {
        let terms = match self.contract().termsOf(epoch.0).call().await {
            Ok(terms) => terms,
            Err(error) => {
                let revert = error.as_revert_data().map(|data| Revert::decode(&data));
                if revert.as_ref().and_then(Revert::name) == Some("Terms_None") {
                    return Ok(None);
                }
                return Err(self.call("reading the terms")(error));
            }
        };
        Ok(Some(Terms {
            policy_hash: terms.policyHash,
            epoch_budget: terms.epochBudget,
            cap_per_person: terms.capPerPerson.to(),
            from_epoch: Epoch(terms.fromEpoch),
        }))
    }

    /// The oracle set that signs now.
    pub async fn oracle_set(&self) -> Result<OracleSet, ChainError> {
        self.oracle_set_of(self.oracle_set_id().await?).await
    }

    pub async fn oracle_set_id(&self) -> Result<u64, ChainError> {
        self.contract().oracleSetId().call().await.map_err(self.call("reading the oracle set"))
    }

    /// An oracle set, current or past.
    pub async fn oracle_set_of(&self, id: u64) -> Result<OracleSet, ChainError> {
        const DOING: &str = "reading the oracle set";
        let set = self.contract().oracleSet(id).call().await.map_err(self.call(DOING))?;
        let mut switched_off = BTreeSet::new();
        for member in &set.members {
            if self.contract().isSwitchedOff(*member).call().await.map_err(self.call(DOING))? {
                switched_off.insert(*member);
            }
        }
        let threshold = set.threshold.saturating_to();
        Ok(OracleSet { id, members: set.members, threshold, base_url: set.baseUrl, switched_off })
    }

    /// The last second of the pause that stops posting and crediting now, if there is one.
    pub async fn paused_until(&self) -> Result<Option<u64>, ChainError> {
        let failed = self.call("reading the pause");
        if !self.contract().paused().call().await.map_err(&failed)? {
            return Ok(None);
        }
        Ok(Some(self.contract().pausedUntil().call().await.map_err(&failed)?.to()))
    }

    /// What a challenge of one entry costs until it is answered, in wei.
    pub async fn entry_bond(&self) -> Result<U256, ChainError> {
        let bond = self.disputes().bond().call().await.map_err(self.call("reading the bond"))?;
        Ok(U256::from(bond))
    }

    /// What a challenge of a whole batch costs until it is answered, in wei.
    pub async fn batch_bond(&self) -> Result<U256, ChainError> {
        let factor = self.disputes().batchBondFactor().call().await.map_err(self.call("reading the bond"))?;
        Ok(self.entry_bond().await?.saturating_mul(U256::from(factor)))
    }

    /// Wei that an account may withdraw: returned bonds.
    pub async fn owed(&self, account: Address) -> Result<U256, ChainError> {
        self.disputes().owed(account).call().await.map_err(self.call("reading what is owed"))
    }

    /// Wei that an account holds.
    pub async fn balance(&self, account: Address) -> Result<U256, ChainError> {
        self.provider.get_balance(account).await.map_err(|source| self.rpc("reading a balance", source))
    }

    /// The digest of a batch that is settled in a block that has all its confirmations: nothing takes that back.
    pub async fn settled_for_good(&self, epoch: Epoch) -> Result<Option<B256>, ChainError> {
        let block = self.now().await?.block.saturating_sub(self.limits().confirmations);
        if block < self.deployment().block {
            return Ok(None);
        }
        let state = self.batch_in(epoch, block).await?;
        Ok((state.status == BatchStatus::Settled).then_some(state.digest))
    }

    /// Where the latest batch of an epoch stands.
    pub async fn batch(&self, epoch: Epoch) -> Result<BatchState, ChainError> {
        self.batch_at(epoch, BlockId::latest()).await
    }

    /// Where it stood at the end of a block.
    pub async fn batch_in(&self, epoch: Epoch, block: u64) -> Result<BatchState, ChainError> {
        self.batch_at(epoch, BlockId::number(block)).await
    }

    async fn batch_at(&self, epoch: Epoch, block: BlockId) -> Result<BatchState, ChainError> {
        let call = self.contract().batch(epoch.0).block(block).call().await;
        let state = call.map_err(self.call("reading a batch"))?;
        Ok(BatchState {
            status: match state.status {
                1 => BatchStatus::Posted,
                2 => BatchStatus::Window,
                3 => BatchStatus::Crediting,
                4 => BatchStatus::Settled,
                5 => BatchStatus::Void,
                _ => BatchStatus::None,
            },
            round: state.round,
            digest: state.digest,
            entries_hash: state.entriesHash,
            next_hash: state.nextHash,
            total: state.total,
            published_units: state.publishedUnits,
            credited: state.credited,
            skipped: state.skipped,
            epoch_credited: state.epochCredited,
            entry_count: state.entryCount,
            next_position: state.nextPosition,
            publish_deadline: state.publishDeadline,
            window_end: state.windowEnd,
            oracle_set: state.oracleSet,
            freeze: match state.freeze {
                0 => Freeze::None,
                1 => Freeze::Entries,
                _ => Freeze::Batch,
            },
            live: state.live,
        })
    }

    pub async fn account(&self, id: ContributorId) -> Result<Account, ChainError> {
        let account = self.contract().account(id.0).call().await.map_err(self.call("reading an account"))?;
        Ok(Account {
            wallet: (!account.wallet.is_zero()).then_some(account.wallet),
            earned: account.earned.to(),
            claimed: account.claimed.to(),
        })
    }

    /// Base units that a claim would pay now.
    pub async fn claimable(&self, id: ContributorId) -> Result<U256, ChainError> {
        self.contract().claimable(id.0).call().await.map_err(self.call("reading an account"))
    }

    /// The nonce that the next link of this contributor carries.
    pub async fn link_nonce(&self, id: ContributorId) -> Result<u64, ChainError> {
        self.links().linkNonce(id.0).call().await.map_err(self.call("reading a link nonce"))
    }

    pub async fn token(&self) -> Result<Token, ChainError> {
        let failed = self.call("reading the token");
        let address = self.contract().token().call().await.map_err(&failed)?;
        let token = self.token_at(address);
        Ok(Token {
            address,
            symbol: token.symbol().call().await.map_err(&failed)?,
            decimals: token.decimals().call().await.map_err(&failed)?,
        })
    }

    /// Base units of the payout token that an account holds.
    pub async fn token_balance(&self, holder: Address) -> Result<U256, ChainError> {
        let failed = self.call("reading a balance");
        let address = self.contract().token().call().await.map_err(&failed)?;
        self.token_at(address).balanceOf(holder).call().await.map_err(&failed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn epochs_count_from_one_and_end_where_the_next_begins() {
        let schedule = Schedule {
            epoch_start: 1_000,
            epoch_length: 100,
            window: 1,
            publish_period: 1,
            correction_epochs: 8,
            unit: U256::ONE,
        };
        assert_eq!(schedule.epoch_at(999), None);
        assert_eq!(schedule.epoch_at(1_000), Some(Epoch(1)));
        assert_eq!(schedule.epoch_at(1_099), Some(Epoch(1)));
        assert_eq!(schedule.epoch_at(1_100), Some(Epoch(2)));
        assert_eq!((schedule.start(Epoch(2)), schedule.end(Epoch(2))), (1_100, 1_200));
        assert_eq!(schedule.end(Epoch(0)), 1_000);
    }
}
