//! Why somebody gets what they get: takes the stored line items and refusals of one contributor, the
//! evidence behind them and the pull requests that were not merged; gives all of it as values, a table or
//! Markdown. It computes no amount anew: what it shows adds up because what was scored does.

mod inputs;
mod kept;
mod show;

pub use inputs::{Inputs, Reading};
pub use kept::{Cut, Pages};
pub use show::slices_table;

use crate::fetch;
use crate::oracle::{Oracle, OracleError, Result};
use crate::record::EpochRecord;
use crate::store::{Item, ItemTable, OpenedPull};
use alloy::primitives::U256;
use guerdon_core::evidence::Evidence;
use guerdon_core::model::{ContributorId, Epoch, FactKey, RepositoryId};
use guerdon_core::score::{LineItem, PersonResult, Refusal, SliceResult};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// One contributor in one epoch.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct Explanation {
    pub epoch: Epoch,
    pub round: u32,
    pub contributor: ContributorId,
    pub login: Option<String>,
    pub result: Option<PersonResult>,
    /// Their units add up to what was earned.
    pub items: Vec<ExplainedItem>,
    /// Contributions that earned nothing.
    pub refusals: Vec<Refusal>,
    /// Pull requests that were opened or closed in the epoch and not merged in it.
    pub not_merged: Vec<Refusal>,
}

/// A line item and what it was made of.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct ExplainedItem {
    #[serde(flatten)]
    pub item: LineItem,
    /// The policy key that gives the points: `points.feature`.
    pub rule: String,
    /// What the contribution was; absent when the evidence is not in the store.
    pub inputs: Option<Inputs>,
    pub price: Price,
    /// Base units, decimal.
    pub amount: String,
    /// How its title and files read, of a pull request; changes nothing.
    pub reads_like: Option<Reading>,
}

/// What a point was worth in a slice: its pool over its points.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Price {
    /// Units.
    pub pool: u64,
    /// Milli-points.
    pub points: u64,
    /// Base units for one point, decimal, rounded down.
    pub per_point: String,
}

/// Names for ids, for people's eyes only.
#[derive(Clone, Debug, Default)]
pub struct Names {
    pub accounts: BTreeMap<u64, String>,
    pub repositories: BTreeMap<u64, String>,
}

impl Names {
    pub fn account(&self, id: ContributorId) -> String {
        self.accounts.get(&id.0).cloned().unwrap_or_else(|| id.to_string())
    }

    /// `pull sample/core#12`.
    pub fn fact(&self, key: &FactKey) -> String {
        let kind = match key {
            FactKey::Pull { .. } => "pull",
            FactKey::Review { .. } => "review",
            FactKey::Issue { .. } => "issue",
            FactKey::Answer { .. } => "answer",
            FactKey::Kudos { .. } => "kudos",
            FactKey::Witness { .. } => "witness",
        };
        let id = key.repo();
        let repository = self.repositories.get(&id.0).cloned().unwrap_or_else(|| id.to_string());
        format!("{kind} {repository}#{}", key.number())
    }
}

/// What the store has of one contributor in one epoch.
#[derive(Default)]
struct Stored {
    items: Vec<LineItem>,
    refusals: Vec<Refusal>,
    result: Option<PersonResult>,
    opened: Vec<OpenedPull>,
}

impl Oracle {
    pub async fn names(&self) -> Result<Names> {
        let known = self.store.accounts().await?.into_iter().filter(|account| !account.login.is_empty());
        let accounts = known.map(|account| (account.id, account.login)).collect();
        let repositories = self.store.repositories().await?.into_iter();
        let repositories = repositories.map(|repo| (repo.id, format!("{}/{}", repo.owner, repo.name))).collect();
        Ok(Names { accounts, repositories })
    }

    /// Every scored epoch in which this contributor did something, by its latest round, or one of them.
    pub async fn explain(&self, id: ContributorId, only: Option<Epoch>) -> Result<Vec<Explanation>> {
        let login = self.store.account(id.0).await?.map(|account| account.login).filter(|login| !login.is_empty());
        let cut = self.store.evidences().await?.into_iter();
        let rounds: BTreeMap<Epoch, u32> =
            cut.filter(|cut| only.is_none_or(|epoch| epoch == cut.epoch)).map(|cut| (cut.epoch, cut.round)).collect();
        let mut explanations = Vec::new();
        for (epoch, stored) in self.stored(id, &rounds).await? {
            let round = rounds.get(&epoch).copied().unwrap_or_default();
            let evidence = self.stored_evidence(epoch, round).await?;
            let slices = self.slices(epoch, round).await?;
            let mut explanation = Explanation {
                epoch,
                round,
                contributor: id,
                login: login.clone(),
                result: stored.result,
                items: Vec::new(),
                refusals: stored.refusals,
                not_merged: evidence.as_ref().map_or_else(Vec::new, |evidence| {
                    not_merged(id, &stored.opened, &evidence.header.repositories, evidence.header.ends)
                }),
            };
            for item in stored.items {
                let slice = slices.iter().find(|slice| slice.slice == item.slice);
                explanation.items.push(explained(self.schedule.unit, item, slice, evidence.as_ref()));
            }
            let Explanation { result, items, refusals, not_merged, .. } = &explanation;
            if result.is_some() || !items.is_empty() || !refusals.is_empty() || !not_merged.is_empty() {
                explanations.push(explanation);
            }
        }
        Ok(explanations)
    }

    async fn stored(&self, id: ContributorId, rounds: &BTreeMap<Epoch, u32>) -> Result<BTreeMap<Epoch, Stored>> {
        let mut found: BTreeMap<Epoch, Stored> = BTreeMap::new();
        let latest = |item: &Item| rounds.get(&item.epoch) == Some(&item.round);
        for item in self.store.items_of(ItemTable::LineItems, id).await?.iter().filter(|item| latest(item)) {
            found.entry(item.epoch).or_default().items.push(parse(item)?);
        }
        for item in self.store.items_of(ItemTable::Refusals, id).await?.iter().filter(|item| latest(item)) {
            found.entry(item.epoch).or_default().refusals.push(parse(item)?);
        }
        for item in self.store.items_of(ItemTable::People, id).await?.iter().filter(|item| latest(item)) {
            found.entry(item.epoch).or_default().result = Some(parse(item)?);
        }
        let opened = self.store.opened_by(id.0).await?;
        for epoch in rounds.keys() {
            let touched = touched(&opened, self.window(*epoch));
            if !touched.is_empty() {
                found.entry(*epoch).or_default().opened = touched;
            }
        }
        Ok(found)
    }

    async fn stored_evidence(&self, epoch: Epoch, round: u32) -> Result<Option<Evidence>> {
        let Some((_, bytes)) = self.store.evidence(epoch, round).await? else { return Ok(None) };
        // The sockets are served while this reads.
        let read = tokio::task::spawn_blocking(move || Evidence::from_bytes(&bytes)).await;
        Ok(Some(read.map_err(|error| OracleError::Stored(error.to_string()))??))
    }

    /// What the slices of an epoch spent; of an epoch without a record it is not known.
    async fn slices(&self, epoch: Epoch, round: u32) -> Result<Vec<SliceResult>> {
        Ok(EpochRecord::find(&self.store, epoch, round).await?.map_or_else(Vec::new, |record| record.slices))
    }
}

fn explained(unit: U256, item: LineItem, slice: Option<&SliceResult>, evidence: Option<&Evidence>) -> ExplainedItem {
    let price = slice.map_or_else(Price::default, |slice| {
        let pool = U256::from(slice.pool).saturating_mul(unit).saturating_mul(U256::from(1000));
        let per_point = pool.checked_div(U256::from(slice.points)).unwrap_or_default().to_string();
        Price { pool: slice.pool, points: slice.points, per_point }
    });
    ExplainedItem {
        rule: format!("points.{}", item.kind.name()),
        inputs: evidence.and_then(|evidence| Inputs::of(evidence, &item.fact)),
        reads_like: evidence.and_then(|evidence| Reading::of(evidence, &item.fact)),
        amount: U256::from(item.units).saturating_mul(unit).to_string(),
        price,
        item,
    }
}

/// Those that were opened or closed in an epoch and not merged in it.
fn touched(opened: &[OpenedPull], window: fetch::Window) -> Vec<OpenedPull> {
    let touched = |pull: &&OpenedPull| {
        let merged_then = pull.merged.is_some_and(|merged| window.holds(merged));
        !merged_then && (window.holds(pull.created) || pull.ended.is_some_and(|ended| window.holds(ended)))
    };
    opened.iter().filter(touched).copied().collect()
}

/// Why pull requests that were opened or closed in an epoch are not in it.
fn not_merged(id: ContributorId, opened: &[OpenedPull], repositories: &[RepositoryId], ends: u64) -> Vec<Refusal> {
    let mut found = Vec::new();
    for pull in opened {
        let repo = RepositoryId(pull.repository);
        if repositories.binary_search(&repo).is_err() {
            continue;
        }
        let reason = match (pull.merged, pull.ended) {
            (Some(merged), _) => format!("not merged in this epoch: merged on {}", fetch::date(merged)),
            (None, Some(closed)) if closed < ends => {
                format!("not merged: closed without a merge on {}", fetch::date(closed))
            }
            (None, Some(closed)) => {
                format!("not merged: open at the epoch's end, closed without a merge on {}", fetch::date(closed))
            }
            (None, None) => "not merged: open".to_owned(),
        };
        let fact = FactKey::Pull { repo, number: pull.number };
        found.push(Refusal { contributor: id, fact, rule: Cow::Borrowed("unmerged"), reason });
    }
    found.sort_by_key(|refusal| refusal.fact);
    found
}

pub fn parse<T: DeserializeOwned>(item: &Item) -> Result<T> {
    serde_json::from_str(&item.body)
        .map_err(|source| OracleError::Stored(format!("epoch {}, position {}: {source}", item.epoch, item.position)))
}
