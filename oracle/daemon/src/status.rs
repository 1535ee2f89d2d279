//! Where everything stands: epochs as the store and the chain have them, contributors as the chain
//! has them. Amounts leave here as decimal strings in base units.

use crate::chain::{Account as Held, BatchStatus, Freeze, Ledger};
use crate::linking::WaitingLink;
use crate::oracle::{Oracle, Result};
use crate::record::EpochRecord;
use crate::store::{Account, Item, ItemTable, StoredTransaction};
use crate::{amount::Money, explain};
use alloy::primitives::{Address, B256};
use guerdon_core::fairness::Fairness;
use guerdon_core::model::{ContributorId, Epoch};
use guerdon_core::score::PersonResult;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How far an epoch has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Stage {
    /// Evidence is cut, and it pays somebody.
    Scored,
    /// Evidence is cut, and it pays nobody: nothing will be posted.
    Empty,
    /// The batch is made, not posted yet.
    Batched,
    Posted,
    Window,
    /// Published, and challenged as a whole: it waits for the answer.
    Frozen,
    Crediting,
    Settled,
    Void,
}

/// One epoch, for the command line, the API and the demo alike.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub struct EpochStatus {
    pub epoch: Epoch,
    pub round: u32,
    pub status: Stage,
    #[schema(value_type = String, pattern = "^0x[0-9a-f]{64}$")]
    pub evidence_hash: B256,
    /// Absent when the epoch pays nobody.
    #[schema(value_type = Option<String>, pattern = "^0x[0-9a-f]{64}$")]
    pub entries_hash: Option<B256>,
    #[schema(value_type = Option<String>, pattern = "^0x[0-9a-f]{64}$")]
    pub policy_hash: Option<B256>,
    pub entries: usize,
    /// Base units, decimal.
    pub total: String,
    /// Base units, decimal: credited, passed without being credited, and waiting for the answer to a
    /// challenge. Once it is settled they add up to the total.
    pub credited: String,
    pub skipped: String,
    pub held: String,
    /// The part of `skipped` whose challenge succeeded, base units, decimal.
    pub dropped: String,
    /// UTC seconds; absent before everything is published.
    pub window_end: Option<u64>,
    /// The transactions that posted and last credited it, whoever sent them.
    #[schema(value_type = Option<String>, pattern = "^0x[0-9a-f]{64}$")]
    pub post_tx: Option<B256>,
    #[schema(value_type = Option<String>, pattern = "^0x[0-9a-f]{64}$")]
    pub credit_tx: Option<B256>,
    /// What its evidence is called where it was put for others: an object's key by `s3`, a CID by `ipfs`.
    #[serde(default)]
    pub copies: BTreeMap<String, String>,
    /// How evenly it pays; absent before it is scored.
    pub fairness: Option<Fairness>,
}

/// One contributor, as the chain has them.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct ContributorStatus {
    pub id: ContributorId,
    pub login: Option<String>,
    /// Where claims go; absent without a link.
    #[schema(value_type = Option<String>, pattern = "^0x[0-9a-f]{40}$")]
    pub wallet: Option<Address>,
    /// Base units, decimal.
    pub earned: String,
    pub claimed: String,
    pub claimable: String,
    /// What waits for a link, base units, decimal.
    pub accrued: String,
    /// A link to another wallet that waits.
    pub pending_link: Option<WaitingLink>,
}

/// What was found out on the way, so that many epochs cost hardly more than one.
#[derive(Debug, Default)]
pub struct Known {
    /// Read once, and only if need be.
    pub ledger: Option<Ledger>,
    /// Whether evidence pays anybody, by its hash.
    pub pays: BTreeMap<B256, bool>,
}

/// Units that crediting has come to.
#[derive(Clone, Copy, Default)]
struct Passed {
    credited: u64,
    skipped: u64,
    held: u64,
    dropped: u64,
}

impl Oracle {
    pub async fn money(&self) -> Result<Money> {
        let token = self.chain.token().await?;
        Ok(Money { unit: self.schedule.unit, decimals: token.decimals, symbol: token.symbol })
    }

    /// Every epoch that has evidence, its latest round.
    pub async fn epochs(&self) -> Result<Vec<EpochStatus>> {
        let mut rounds = BTreeMap::new();
        for evidence in self.store.evidences().await? {
            rounds.insert(evidence.epoch, (evidence.round, evidence.hash));
        }
        let (mut epochs, mut known) = (Vec::new(), Known::default());
        for (epoch, (round, hash)) in rounds {
            epochs.push(self.epoch_status(epoch, round, hash, &mut known).await?);
        }
        Ok(epochs)
    }

    /// Where one round of an epoch stands.
    pub(crate) async fn epoch_status(
        &self,
        epoch: Epoch,
        round: u32,
        evidence_hash: B256,
        known: &mut Known,
    ) -> Result<EpochStatus> {
        let unit = self.schedule.unit;
        let base = |units: u64| (alloy::primitives::U256::from(units) * unit).to_string();
        let batch = self.prepared(epoch, round).await?;
        // State and events as of one block: neither says what the other does not know of.
        let chain = match &known.ledger {
            Some(ledger) => self.chain.batch_in(epoch, ledger.block()).await?,
            None => self.chain.batch(epoch).await?,
        };
        let posted = chain.round == round;
        let status = match (posted, chain.status) {
            (true, BatchStatus::Posted) => Stage::Posted,
            (true, BatchStatus::Window) if chain.freeze == Freeze::Batch => Stage::Frozen,
            (true, BatchStatus::Window) => Stage::Window,
            (true, BatchStatus::Crediting) => Stage::Crediting,
            (true, BatchStatus::Settled) => Stage::Settled,
            (true, BatchStatus::Void) => Stage::Void,
            _ if batch.is_some() => Stage::Batched,
            _ if self.pays(evidence_hash, known).await? => Stage::Scored,
            _ => Stage::Empty,
        };
        let transactions = self.store.transactions(epoch).await?;
        let sent = |purpose: &str| {
            let of =
                |sent: &&StoredTransaction| sent.transaction.purpose == purpose && sent.transaction.status.is_done();
            transactions.iter().rfind(of).map(|sent| sent.transaction.hash)
        };
        // Another oracle, or this one before it was killed, may have sent what our store does not know.
        let mut post_tx = sent("post");
        if posted && post_tx.is_none() {
            post_tx = self.ledger(known).await?.posted(epoch, round);
        }
        let mut credit_tx = sent("credit");
        let credited = posted && chain.credited.saturating_add(chain.skipped) > 0;
        let mut money = Passed { credited: chain.credited, skipped: chain.skipped, ..Passed::default() };
        if !credited {
            money = Passed::default();
        } else if credit_tx.is_none() || chain.freeze != Freeze::None {
            // Answers that came after crediting are in the events only.
            let credits = self.ledger(known).await?.credits(epoch, round).cloned().unwrap_or_default();
            credit_tx = credit_tx.or(credits.txs.last().copied());
            money = Passed {
                credited: credits.units,
                skipped: credits.skipped_units(),
                held: credits.held_units(),
                dropped: credits.dropped_units(),
            };
        }
        Ok(EpochStatus {
            epoch,
            round,
            status,
            evidence_hash,
            entries_hash: batch.as_ref().map(|batch| batch.header.entries_hash),
            policy_hash: batch.as_ref().map(|batch| batch.header.policy_hash),
            entries: batch.as_ref().map_or(0, |batch| batch.entries.len()),
            total: base(batch.as_ref().map_or(0, |batch| batch.header.total)),
            credited: base(money.credited),
            skipped: base(money.skipped),
            held: base(money.held),
            dropped: base(money.dropped),
            window_end: (posted && chain.window_end > 0).then_some(chain.window_end),
            post_tx,
            credit_tx,
            copies: self
                .store
                .copies_of(evidence_hash)
                .await?
                .into_iter()
                .map(|copy| (copy.place, copy.name))
                .collect(),
            fairness: EpochRecord::find(&self.store, epoch, round).await?.map(|record| record.fairness),
        })
    }

    async fn ledger<'k>(&self, known: &'k mut Known) -> Result<&'k Ledger> {
        let ledger = match known.ledger.take() {
            Some(ledger) => ledger,
            None => self.chain.ledger().await?,
        };
        Ok(known.ledger.insert(ledger))
    }

    async fn pays(&self, evidence: B256, known: &mut Known) -> Result<bool> {
        if let Some(pays) = known.pays.get(&evidence) {
            return Ok(*pays);
        }
        let bytes = self.store.evidence_by_hash(evidence).await?.unwrap_or_default();
        let pays = !self.rebuild(&bytes)?.outcome.entries.is_empty();
        known.pays.insert(evidence, pays);
        Ok(pays)
    }

    /// A login or an id, as people type them.
    pub async fn find(&self, who: &str) -> Result<Option<Account>> {
        if let Ok(id) = who.parse::<u64>() {
            let known = self.store.account(id).await?;
            return Ok(Some(known.unwrap_or(Account { id, login: String::new(), bot: false })));
        }
        Ok(self.store.account_by_login(who.trim_start_matches('@')).await?)
    }

    pub async fn contributor(&self, account: &Account) -> Result<ContributorStatus> {
        let held = self.chain.account(ContributorId(account.id)).await?;
        let last = self.store.last_item_of(ItemTable::People, ContributorId(account.id)).await?;
        let waiting = self.pending_link(ContributorId(account.id)).await?;
        self.contributor_with(account, held, last.as_ref(), waiting)
    }

    /// Of what the chain says they hold and their row of the last epoch that they were in.
    pub(crate) fn contributor_with(
        &self,
        account: &Account,
        held: Held,
        last: Option<&Item>,
        pending_link: Option<WaitingLink>,
    ) -> Result<ContributorStatus> {
        let unit = self.schedule.unit;
        let base = |units: u64| (alloy::primitives::U256::from(units) * unit).to_string();
        let last: Option<PersonResult> = last.map(explain::parse).transpose()?;
        Ok(ContributorStatus {
            id: ContributorId(account.id),
            login: Some(account.login.clone()).filter(|login| !login.is_empty()),
            wallet: held.wallet,
            earned: base(held.earned),
            claimed: base(held.claimed),
            claimable: base(held.earned.saturating_sub(held.claimed)),
            accrued: base(last.map_or(0, |person| person.accrued)),
            pending_link,
        })
    }
}
