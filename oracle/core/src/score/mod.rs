//! Scoring: takes evidence and the policy it names, gives line items, amounts, entries and the
//! closing state. Pure integers; the order of the input never matters, because evidence has one.
//!
//! Steps: what counts (`reverts`, `pulls`, `reviews`, `issues`, `answers`, `kudos`) and its points,
//! floored once; then the money (`money`): repository shares, slice pools by the ceiling price,
//! largest remainder, brackets, caps, debts, accruals; then what the next epoch must know (`close`).

mod answers;
mod apportion;
mod close;
mod coauthors;
mod factors;
mod flags;
mod issues;
mod kudos;
mod ledger;
mod money;
mod outcome;
mod pulls;
mod reverts;
mod reviews;
mod roles;
mod size;
mod table;
mod work;

pub use outcome::{Factor, Flag, LineItem, Outcome, PersonResult, Refusal, Slice, SliceResult};

use crate::batch::{self, BatchError, Entry};
use crate::evidence::Evidence;
use crate::model::{RepositoryId, Settled};
use crate::policy::{Policy, PolicyError};
use alloy_primitives::B256;
use rayon::prelude::*;

/// Seconds.
const DAY: u64 = 86_400;

#[derive(Debug, thiserror::Error)]
pub enum ScoreError {
    #[error(
        "the evidence was made for policy {expected}, but this policy's hash is {found}: use the policy of that epoch"
    )]
    PolicyMismatch { expected: B256, found: B256 },
    #[error(transparent)]
    Policy(#[from] PolicyError),
    #[error(transparent)]
    Batch(#[from] BatchError),
    #[error("{0} is too large to score")]
    Overflow(String),
}

/// Scores one epoch.
pub fn score(evidence: &Evidence, policy: &Policy) -> Result<Outcome, ScoreError> {
    let found = policy.hash()?;
    let expected = evidence.header.terms.policy;
    if found != expected {
        return Err(ScoreError::PolicyMismatch { expected, found });
    }
    let roles = roles::Roles::new(evidence, policy);
    let mut ledger = ledger::Ledger::new(policy, evidence.facts.len());
    let scale = size::Scale::new(policy)?;
    let in_order = pulls::in_order(evidence, &scale);
    let lines: Vec<_> = in_order.iter().map(|one| (one.pull, one.lines)).collect();
    let reverts = reverts::Reverts::new(evidence, policy, &scale, &lines);
    let pulls = pulls::score(evidence, policy, &roles, &reverts, in_order, &mut ledger)?;
    reviews::score(evidence, policy, &roles, &pulls, &mut ledger)?;
    issues::score(evidence, policy, &roles, &pulls, &mut ledger)?;
    answers::score(evidence, policy, &roles, &mut ledger)?;
    let mut flagged = ledger.beside();
    let (kudos, ()) =
        rayon::join(|| kudos::score(evidence, policy, &mut ledger), || flags::add(evidence, &pulls, &mut flagged));
    let kudos = kudos?;
    ledger.flags.append(&mut flagged.flags);
    // No two are of the same contributor, fact and slice.
    ledger.items.par_sort_unstable_by_key(|item| (item.contributor, item.fact, item.slice));
    ledger.refusals.sort_by_key(|refusal| (refusal.contributor, refusal.fact));

    let items = &mut ledger.items;
    money::limit_repositories(evidence, policy, items)?;
    let slices = money::price(evidence, policy, items)?;
    let mut people = money::settle(evidence, policy, items)?;
    money::grant_accruals(evidence, policy, &mut people)?;
    let entries: Vec<Entry> = people
        .iter()
        .filter(|person| person.entry > 0)
        .map(|person| Entry { id: person.id, units: person.entry })
        .collect();
    let total = if entries.is_empty() { 0 } else { batch::total(&entries)? };
    let found = close::Found { pulls, reverts, kudos };
    let closing = close::close(evidence, policy, &ledger, found, &mut people);
    let ledger::Ledger { items, refusals, mut flags, .. } = ledger;
    flags.sort();
    Ok(Outcome { items, refusals, flags, slices, people, entries, total, closing })
}

/// Whether this number of a repository was paid in an earlier epoch.
fn is_settled(evidence: &Evidence, repo: RepositoryId, list: fn(&Settled) -> &Vec<u64>, number: u64) -> bool {
    let settled = &evidence.opening.settled;
    let found = settled.binary_search_by_key(&repo, |settled| settled.repo).ok().and_then(|at| settled.get(at));
    found.is_some_and(|settled| list(settled).binary_search(&number).is_ok())
}
