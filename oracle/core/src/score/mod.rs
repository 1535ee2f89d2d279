//! Scoring: takes evidence and the policy it names, gives line items, amounts, entries and the
//! closing state. Pure integers; the order of the input never matters, because evidence has one.
//!
//! Steps: what counts (`pulls`, `reviews`, `issues`) and its points, floored once; then the money
//! (`money`): slice pools by the ceiling price, largest remainder, brackets, caps, accruals.

mod apportion;
mod issues;
mod money;
mod pulls;
mod reviews;
mod roles;
mod size;
mod work;

use crate::batch::{self, BatchError, Entry};
use crate::evidence::Evidence;
use crate::model::{ContributorId, Epoch, Fact, FactKey, Kind, Merger, Person, State};
use crate::policy::{Milli, Policy, PolicyError};
use alloy_primitives::B256;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A named share of an epoch's budget: slices cannot be farmed with each other's work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Slice {
    Code,
    Fixes,
    Tests,
    Docs,
    Review,
    Feedback,
    Mentoring,
    Recognition,
}

impl Slice {
    pub const ALL: [Self; 8] = [
        Self::Code,
        Self::Fixes,
        Self::Tests,
        Self::Docs,
        Self::Review,
        Self::Feedback,
        Self::Mentoring,
        Self::Recognition,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::Fixes => "fixes",
            Self::Tests => "tests",
            Self::Docs => "docs",
            Self::Review => "review",
            Self::Feedback => "feedback",
            Self::Mentoring => "mentoring",
            Self::Recognition => "recognition",
        }
    }
}

/// One multiplier of a line item and its policy key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Factor {
    pub name: String,
    pub milli: Milli,
}

/// What a rule gave to one contribution in one slice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineItem {
    pub contributor: ContributorId,
    pub fact: FactKey,
    pub kind: Kind,
    pub slice: Slice,
    /// Points of the kind for one full-sized contribution.
    pub base: u64,
    /// Thousandths of a weighted line that fell into this slice; 0 for reviews' and issues' own.
    pub lines: u64,
    /// Size in thousandths, rounded down for display; the points use the exact fraction.
    pub size: Milli,
    pub factors: Vec<Factor>,
    /// Milli-points, floored once.
    pub points: u64,
    /// Units by the slice's price, before brackets and cap.
    pub priced: u64,
    /// Units granted or accrued.
    pub units: u64,
    /// What did not count in it, and why.
    pub notes: Vec<String>,
}

/// A contribution that earned nothing, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    pub contributor: ContributorId,
    pub fact: FactKey,
    /// The rule, one word.
    pub rule: String,
    pub reason: String,
}

/// What became of one slice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SliceResult {
    pub slice: Slice,
    /// Its share of the budget, in units.
    pub budget: u64,
    /// What the ceiling price let it spend, in units.
    pub pool: u64,
    /// Milli-points of all its line items.
    pub points: u64,
}

/// What became of one contributor, in units.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonResult {
    pub id: ContributorId,
    pub linked: bool,
    /// The sum of the line items as priced.
    pub priced: u64,
    /// After brackets and cap: granted when linked, accrued when not.
    pub earned: u64,
    /// Accruals of earlier epochs that are granted now.
    pub granted_accruals: Vec<(Epoch, u64)>,
    /// Accruals that no wallet was linked for in time.
    pub lapsed: u64,
    /// What waits for a link after this epoch.
    pub accrued: u64,
    /// The entry in the batch; 0 when there is none.
    pub entry: u64,
}

/// All that follows from an epoch's evidence and the policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Ascending by contributor, fact and slice.
    pub items: Vec<LineItem>,
    pub refusals: Vec<Refusal>,
    pub slices: Vec<SliceResult>,
    /// Ascending by id.
    pub people: Vec<PersonResult>,
    /// Empty when nobody is paid: then nothing is posted.
    pub entries: Vec<Entry>,
    /// The sum of the entries.
    pub total: u64,
    pub closing: State,
}

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
    let mut refusals = Vec::new();
    let pulls = pulls::score(evidence, policy, &roles, &mut refusals)?;
    let mut items = pulls.items;
    items.extend(reviews::score(evidence, policy, &pulls.standings, &mut refusals)?);
    items.extend(issues::score(evidence, policy, &roles, &mut refusals)?);
    items.sort_by_key(|item| (item.contributor, item.fact, item.slice));
    refusals.sort_by_key(|refusal| (refusal.contributor, refusal.fact));

    let slices = money::price(evidence, policy, &mut items)?;
    let mut people = money::settle(evidence, policy, &mut items)?;
    money::grant_accruals(evidence, policy, &mut people)?;
    let entries: Vec<Entry> = people
        .iter()
        .filter(|person| person.entry > 0)
        .map(|person| Entry { id: person.id, units: person.entry })
        .collect();
    let total = if entries.is_empty() { 0 } else { batch::total(&entries)? };
    let closing = close(evidence, policy, &people, &pulls.accepted);
    Ok(Outcome { items, refusals, slices, people, entries, total, closing })
}

fn close(
    evidence: &Evidence,
    policy: &Policy,
    results: &[PersonResult],
    accepted: &BTreeMap<ContributorId, u64>,
) -> State {
    let epoch = evidence.header.epoch;
    let mut people: BTreeMap<ContributorId, Person> =
        evidence.opening.people.iter().map(|person| (person.id, person.clone())).collect();
    for (id, count) in accepted {
        let person = people.entry(*id).or_insert_with(|| Person::new(*id));
        person.accepted = person.accepted.saturating_add(*count);
    }
    for result in results {
        let person = people.entry(result.id).or_insert_with(|| Person::new(result.id));
        money::carry(person, result, policy, epoch);
    }
    let mut mergers: BTreeMap<_, u64> =
        evidence.opening.mergers.iter().map(|merger| ((merger.repo, merger.id), merger.last)).collect();
    for fact in &evidence.facts {
        if let Fact::Pull(pull) = fact
            && let Some(id) = roles::merged_for_another(pull)
        {
            let last = mergers.entry((pull.repo, id)).or_insert(pull.at);
            *last = (*last).max(pull.at);
        }
    }
    State {
        landed: Vec::new(),
        settled: Vec::new(),
        thanks: Vec::new(),
        mergers: mergers.into_iter().map(|((repo, id), last)| Merger { id, last, repo }).collect(),
        people: people.into_values().filter(|person| !person.is_empty()).collect(),
    }
}
