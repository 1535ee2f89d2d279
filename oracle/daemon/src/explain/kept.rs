//! Explanations as they are served: takes what a scoring gave, keeps it as text for each contributor,
//! and gives pages of it back with what GitHub has changed since. It rescores nothing and reads no evidence,
//! so an answer costs a few looks at indexes.

use super::{ExplainedItem, explained, not_merged, touched};
use crate::oracle::{Oracle, OracleError, Result};
use crate::store::{Account, Kept, OpenedPull};
use guerdon_core::B256;
use guerdon_core::evidence::Evidence;
use guerdon_core::model::{ContributorId, Epoch, RepositoryId};
use guerdon_core::score::{PersonResult, Refusal};
use guerdon_core::verify::Rebuilt;
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

/// The latest round of an epoch that has evidence, and what of its header is needed again and again.
#[derive(Clone, Debug)]
pub struct Cut {
    pub round: u32,
    pub hash: B256,
    pub ends: u64,
    pub repositories: Arc<[RepositoryId]>,
}

/// Which of many.
#[derive(Clone, Copy, Debug)]
pub struct Pages {
    /// From this epoch to that one, both included.
    pub epochs: (Epoch, Epoch),
    pub limit: usize,
}

/// The part of an explanation that evidence and policy alone decide.
#[derive(Default, Serialize)]
struct Decided<'r> {
    result: Option<&'r PersonResult>,
    items: Vec<ExplainedItem>,
    refusals: Vec<&'r Refusal>,
}

impl Oracle {
    /// Keeps what a scoring gave, in the form in which it is shown.
    pub async fn keep_explanations(&self, rebuilt: &Rebuilt) -> Result<()> {
        let unit = self.schedule.unit;
        // The sockets are served while this computes.
        let texts = tokio::task::block_in_place(|| texts(rebuilt, unit))?;
        let header = &rebuilt.evidence.header;
        Ok(self.store.replace_explanations(header.epoch, header.round, &texts).await?)
    }

    /// Makes the explanations of scored epochs that an earlier version did not keep.
    pub async fn keep_missing_explanations(&self) -> Result<()> {
        let kept: BTreeMap<Epoch, u32> = self.store.explained_rounds().await?.into_iter().collect();
        let mut rounds = BTreeMap::new();
        for cut in self.store.evidences().await? {
            rounds.insert(cut.epoch, (cut.round, cut.hash));
        }
        for (epoch, (round, hash)) in rounds {
            let scored = self.store.score(epoch, round).await?.is_some();
            if !scored || kept.get(&epoch).is_some_and(|kept| *kept >= round) {
                continue;
            }
            let bytes = self.store.evidence_by_hash(hash).await?;
            let bytes = bytes.ok_or(OracleError::NoEvidence { epoch, round })?;
            let rebuilt = tokio::task::block_in_place(|| self.rebuild(&bytes))?;
            self.keep_explanations(&rebuilt).await?;
            tracing::info!(epoch = epoch.0, round, "explanations were made from the evidence");
        }
        Ok(())
    }

    /// What explanations need of an epoch's evidence.
    pub(crate) async fn cut_of(&self, round: u32, hash: B256) -> Result<Cut> {
        let bytes = self.store.evidence_by_hash(hash).await?.unwrap_or_default();
        let header = tokio::task::block_in_place(|| Evidence::from_bytes(&bytes))?.header;
        Ok(Cut { round, hash, ends: header.ends, repositories: header.repositories.into() })
    }

    /// One contributor's explanations as JSON objects, ascending by epoch, and whether there are more.
    pub(crate) async fn served_explanations(
        &self,
        account: &Account,
        cuts: &BTreeMap<Epoch, Cut>,
        pages: Pages,
    ) -> Result<(Vec<(Epoch, String)>, bool)> {
        let id = ContributorId(account.id);
        let login = Some(account.login.as_str()).filter(|login| !login.is_empty());
        let (from, to) = pages.epochs;
        let at_most = u32::try_from(pages.limit.saturating_add(1)).unwrap_or(u32::MAX);
        let kept = self.store.explanations_of(id, (from, to), at_most).await?.into_iter();
        let mut kept: BTreeMap<Epoch, Kept> = kept.map(|kept| (kept.epoch, kept)).collect();
        let opened = self.store.opened_by(id.0).await?;
        let mut served = Vec::new();
        for (epoch, cut) in if from > to { None } else { Some(cuts.range(from..=to)) }.into_iter().flatten() {
            let kept = kept.remove(epoch).filter(|kept| kept.round == cut.round);
            let touched = touched(&opened, self.window(*epoch));
            if kept.is_none() && touched.is_empty() {
                continue;
            }
            let missing = not_merged(id, &touched, &cut.repositories, cut.ends);
            if kept.is_none() && missing.is_empty() {
                continue;
            }
            if served.len() == pages.limit {
                return Ok((served, true));
            }
            served.push((*epoch, object((*epoch, cut.round), id, login, kept.as_ref(), &missing)?));
        }
        Ok((served, false))
    }

    /// One epoch's explanations as JSON objects, ascending by contributor, after one, and whether there are more.
    /// Who only opened pull requests is not among them.
    pub(crate) async fn served_epoch(
        &self,
        (epoch, cut): (Epoch, &Cut),
        after: ContributorId,
        limit: usize,
    ) -> Result<(Vec<(ContributorId, String)>, bool)> {
        let at_most = u32::try_from(limit.saturating_add(1)).unwrap_or(u32::MAX);
        let mut kept = self.store.explanations_in(epoch, after, at_most).await?;
        let more = kept.len() > limit;
        kept.truncate(limit);
        kept.retain(|kept| kept.round == cut.round);
        let ids: Vec<u64> = kept.iter().map(|kept| kept.contributor.0).collect();
        let logins: BTreeMap<u64, String> =
            self.store.accounts_of(&ids).await?.into_iter().map(|account| (account.id, account.login)).collect();
        let mut served = Vec::new();
        for kept in kept {
            let id = kept.contributor;
            let opened: Vec<OpenedPull> = self.store.opened_by(id.0).await?;
            let missing = not_merged(id, &touched(&opened, self.window(epoch)), &cut.repositories, cut.ends);
            let login = logins.get(&id.0).map(String::as_str).filter(|login| !login.is_empty());
            served.push((id, object((epoch, cut.round), id, login, Some(&kept), &missing)?));
        }
        Ok((served, more))
    }
}

fn json(value: &impl Serialize) -> Result<String> {
    serde_json::to_string(value).map_err(|source| OracleError::Stored(source.to_string()))
}

/// An [`super::Explanation`]; what is kept goes in as it is.
fn object(
    (epoch, round): (Epoch, u32),
    id: ContributorId,
    login: Option<&str>,
    kept: Option<&Kept>,
    missing: &[Refusal],
) -> Result<String> {
    let nothing = r#"{"result":null,"items":[],"refusals":[]}"#;
    let body = kept.map_or(nothing, |kept| kept.body.as_str());
    let unusable = || OracleError::Stored(format!("the explanation of epoch {epoch}, contributor {id}"));
    let inner = body.strip_prefix('{').and_then(|body| body.strip_suffix('}')).ok_or_else(unusable)?;
    let mut out = String::with_capacity(inner.len() + 256);
    // Writing to a String cannot fail.
    _ = write!(out, r#"{{"epoch":{epoch},"round":{round},"contributor":{id},"login":{},"#, json(&login)?);
    _ = write!(out, r#"{inner},"not_merged":{}}}"#, json(&missing)?);
    Ok(out)
}

fn texts(rebuilt: &Rebuilt, unit: alloy::primitives::U256) -> Result<Vec<(ContributorId, String)>> {
    let outcome = &rebuilt.outcome;
    let mut decided: BTreeMap<ContributorId, Decided<'_>> = BTreeMap::new();
    for person in &outcome.people {
        decided.entry(person.id).or_default().result = Some(person);
    }
    for refusal in &outcome.refusals {
        decided.entry(refusal.contributor).or_default().refusals.push(refusal);
    }
    let mut items = outcome.items.as_slice();
    let mut texts = Vec::new();
    // Items ascend by contributor, as these do: so one person's are in memory in this form at a time.
    let owners: Vec<ContributorId> = items.iter().map(|item| item.contributor).collect();
    for owner in owners {
        decided.entry(owner).or_default();
    }
    for (id, mut decided) in decided {
        let (own, rest) = items.split_at(items.partition_point(|item| item.contributor <= id));
        items = rest;
        for item in own {
            let slice = outcome.slices.iter().find(|slice| slice.slice == item.slice);
            decided.items.push(explained(unit, item.clone(), slice, Some(&rebuilt.evidence)));
        }
        texts.push((id, json(&decided)?));
    }
    Ok(texts)
}
