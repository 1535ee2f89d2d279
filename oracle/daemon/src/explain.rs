//! Why somebody gets what they get: the stored line items and refusals of one contributor, as
//! values, a table or Markdown.

use crate::amount::{Money, milli, thousands};
use crate::oracle::{Oracle, OracleError, Result};
use crate::store::{Item, ItemTable};
use crate::table::Table;
use guerdon_core::model::{ContributorId, Epoch, FactKey};
use guerdon_core::score::{Factor, LineItem, PersonResult, Refusal, SliceResult};
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// One contributor in one epoch.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Explanation {
    pub epoch: Epoch,
    pub round: u32,
    pub contributor: ContributorId,
    pub login: Option<String>,
    pub result: Option<PersonResult>,
    pub items: Vec<LineItem>,
    pub refusals: Vec<Refusal>,
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

impl Oracle {
    pub async fn names(&self) -> Result<Names> {
        let known = self.store.accounts().await?.into_iter().filter(|account| !account.login.is_empty());
        let accounts = known.map(|account| (account.id, account.login)).collect();
        let repositories = self.store.repositories().await?.into_iter();
        let repositories = repositories.map(|repo| (repo.id, format!("{}/{}", repo.owner, repo.name))).collect();
        Ok(Names { accounts, repositories })
    }

    /// Every epoch in which this contributor did something, or one of them.
    pub async fn explain(&self, id: ContributorId, only: Option<Epoch>) -> Result<Vec<Explanation>> {
        let login = self.store.account(id.0).await?.map(|account| account.login);
        let mut found: BTreeMap<(Epoch, u32), Explanation> = BTreeMap::new();
        let mut slot = |item: &Item, put: &mut dyn FnMut(&mut Explanation)| {
            if only.is_none_or(|epoch| epoch == item.epoch) {
                put(found.entry((item.epoch, item.round)).or_insert_with(|| Explanation {
                    epoch: item.epoch,
                    round: item.round,
                    contributor: id,
                    login: login.clone(),
                    result: None,
                    items: Vec::new(),
                    refusals: Vec::new(),
                }));
            }
        };
        for item in self.store.items_of(ItemTable::LineItems, id).await? {
            let value: LineItem = parse(&item)?;
            slot(&item, &mut |explanation| explanation.items.push(value.clone()));
        }
        for item in self.store.items_of(ItemTable::Refusals, id).await? {
            let value: Refusal = parse(&item)?;
            slot(&item, &mut |explanation| explanation.refusals.push(value.clone()));
        }
        for item in self.store.items_of(ItemTable::People, id).await? {
            let value: PersonResult = parse(&item)?;
            slot(&item, &mut |explanation| explanation.result = Some(value.clone()));
        }
        Ok(found.into_values().collect())
    }
}

pub fn parse<T: DeserializeOwned>(item: &Item) -> Result<T> {
    serde_json::from_str(&item.body)
        .map_err(|source| OracleError::Stored(format!("epoch {}, position {}: {source}", item.epoch, item.position)))
}

fn factors(factors: &[Factor]) -> String {
    let shown: Vec<String> = factors.iter().map(|factor| format!("{} {}", factor.name, milli(factor.milli))).collect();
    if shown.is_empty() { "-".to_owned() } else { shown.join(", ") }
}

impl Explanation {
    fn items_table(&self, names: &Names, money: &Money) -> Table {
        let mut table =
            Table::new(&["contribution", "kind", "slice", ">base", ">size", "factors", ">points", ">amount"]);
        for item in &self.items {
            table.row([
                names.fact(&item.fact),
                item.kind.name().to_owned(),
                item.slice.name().to_owned(),
                thousands(&item.base.to_string()),
                milli(item.size),
                factors(&item.factors),
                milli(item.points),
                money.show(item.units),
            ]);
        }
        table
    }

    /// One line on what came of it all.
    pub fn headline(&self, money: &Money) -> String {
        let Some(result) = &self.result else { return "nothing counted".to_owned() };
        let mut parts = Vec::new();
        if result.linked {
            parts.push(format!("{} granted", money.show(result.entry)));
        } else {
            parts.push(format!("{} accrued (no wallet is linked)", money.show(result.earned)));
        }
        if result.priced > result.earned {
            let cut = money.show(result.priced - result.earned);
            parts.push(format!("{cut} cut by brackets and cap"));
        }
        for (epoch, units) in &result.granted_accruals {
            parts.push(format!("of it {} accrued in epoch {epoch}", money.show(*units)));
        }
        if result.accrued > 0 {
            parts.push(format!("{} waits for a link", money.show(result.accrued)));
        }
        if result.lapsed > 0 {
            parts.push(format!("{} lapsed", money.show(result.lapsed)));
        }
        parts.join("; ")
    }

    fn title(&self) -> String {
        let login = self.login.clone().unwrap_or_else(|| "unknown login".to_owned());
        format!("epoch {} · {login} (contributor {})", self.epoch, self.contributor)
    }

    fn asides(&self, names: &Names) -> Vec<String> {
        let notes = self.items.iter().flat_map(|item| item.notes.iter().map(|note| (&item.fact, note)));
        let refused = self.refusals.iter().map(|refusal| (&refusal.fact, &refusal.reason));
        notes.chain(refused).map(|(fact, text)| format!("{}: {text}", names.fact(fact))).collect()
    }

    /// For a terminal.
    pub fn text(&self, names: &Names, money: &Money) -> String {
        let mut out = format!("{}\n  {}\n", self.title(), self.headline(money));
        if !self.items.is_empty() {
            out.push_str(&self.items_table(names, money).render(2));
        }
        for line in self.asides(names) {
            // Writing to a String cannot fail.
            _ = writeln!(out, "  * {line}");
        }
        out
    }

    /// For a comment on GitHub.
    pub fn markdown(&self, names: &Names, money: &Money) -> String {
        let mut out = format!("### {}\n\n{}\n\n", self.title(), self.headline(money));
        if !self.items.is_empty() {
            out.push_str(&self.items_table(names, money).markdown());
            out.push('\n');
        }
        for line in self.asides(names) {
            _ = writeln!(out, "- {line}");
        }
        out
    }
}

/// What one point paid in a slice: the pool over its points.
pub fn slices_table(slices: &[SliceResult], money: &Money) -> Table {
    let mut table = Table::new(&["slice", ">budget", ">spent", ">points"]);
    for slice in slices {
        let name = slice.slice.name().to_owned();
        table.row([name, money.show(slice.budget), money.show(slice.pool), milli(slice.points)]);
    }
    table
}
