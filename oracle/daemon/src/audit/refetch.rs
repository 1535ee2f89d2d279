//! Level 2: takes evidence and GitHub, reads what its facts are about anew, and tells what differs, field by
//! field. It trusts nothing that an oracle fetched. What changed on GitHub after the cutoff in a way that
//! leaves no trace there (a deleted account, an edited text) differs as well.

use super::AuditError;
use super::sample::{Confidence, sample};
use crate::config::Config;
use crate::fetch::{self, FetchPlan, GitHub, Progress, Window};
use crate::store::{LATEST, Store};
use guerdon_core::evidence::{Evidence, Header};
use guerdon_core::model::{Fact, FactKey, State};
use guerdon_core::replay;
use serde::Serialize;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

/// For how many epochs a fact may have been carried until enough oracles held it.
const CARRIED: u64 = 2;

/// How much is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    All,
    Sample { size: usize, seed: u64 },
}

/// What GitHub says to an evidence file.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Refetched {
    /// Facts that were compared; what a language model said is not GitHub's to confirm.
    pub compared: usize,
    pub facts: usize,
    pub witnesses: usize,
    /// Repeats the same sample.
    pub seed: Option<u64>,
    pub differing: Vec<Difference>,
    /// Facts that GitHub has and the evidence does not; not looked for with a sample. They may have been
    /// carried to the next epoch, because too few oracles held them.
    pub left_out: Vec<String>,
    /// Whether the state before the first epoch is GitHub's; only then, and not with a sample.
    pub opening: Option<bool>,
    pub confidence: Confidence,
}

/// One fact that differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    pub key: String,
    /// GitHub knows nothing of it.
    pub unknown: bool,
    /// Empty when it is unknown.
    pub fields: Vec<FieldDifference>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FieldDifference {
    pub field: String,
    pub evidence: Value,
    pub github: Value,
}

impl Refetched {
    pub fn passed(&self) -> bool {
        self.differing.is_empty() && self.left_out.is_empty() && self.opening != Some(false)
    }
}

/// GitHub, and a store that is gone with this.
pub struct Refetcher {
    github: GitHub,
    store: Store,
    plan: FetchPlan,
    _folder: Folder,
}

/// What a configuration says is to be fetched.
pub fn plan_of(config: &Config) -> FetchPlan {
    FetchPlan {
        repositories: config.repositories(),
        organization: config.github.organization.clone(),
        exclude: config.excluded(),
        bots: config.github.bots.clone(),
        ..FetchPlan::default()
    }
}

/// A folder for one process, removed in the end.
struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        // What is left behind is for the system to clear.
        _ = std::fs::remove_dir_all(&self.0);
    }
}

impl Refetcher {
    /// Nothing is asked yet. The plan says which repositories there are.
    pub async fn new(github: GitHub, plan: FetchPlan) -> Result<Self, AuditError> {
        let folder = Folder(std::env::temp_dir().join(format!("guerdon-{:016x}", super::random_seed())));
        std::fs::create_dir(&folder.0).map_err(|source| AuditError::Folder(folder.0.clone(), source))?;
        let store = Store::open(&format!("sqlite:{}", folder.0.join("github.db").display())).await?;
        Ok(Self { github, store, plan, _folder: folder })
    }

    /// A bar on a terminal, and nothing elsewhere.
    pub fn progress(&self) -> Box<dyn Progress> {
        fetch::progress(&self.github)
    }

    /// Compares the facts of an evidence file with GitHub's. `now` is the chain's time.
    pub async fn compare(
        &self,
        evidence: &Evidence,
        scope: Scope,
        now: u64,
        progress: &dyn Progress,
    ) -> Result<Refetched, AuditError> {
        let facts: Vec<&Fact> = evidence.facts.iter().filter(|fact| !matches!(fact, Fact::Witness(_))).collect();
        let header = &evidence.header;
        let length = header.ends.saturating_sub(header.starts);
        let earliest = header.starts.saturating_sub(length.saturating_mul(CARRIED));
        let chosen: BTreeSet<usize> = match scope {
            Scope::All => (0..facts.len()).collect(),
            Scope::Sample { size, seed } => sample(facts.len(), size, seed),
        };
        let chosen: Vec<&Fact> =
            facts.iter().enumerate().filter(|(at, _)| chosen.contains(at)).map(|(_, fact)| *fact).collect();
        self.fetch(header, earliest, scope, &chosen, now, progress).await?;
        let known = self.known(header, length).await?;
        let differing = chosen.iter().filter_map(|fact| difference(fact, known.get(&fact.key()))).collect();
        let (mut left_out, mut opening) = (Vec::new(), None);
        if scope == Scope::All {
            let held: BTreeSet<FactKey> = facts.iter().map(|fact| fact.key()).collect();
            let there = self.facts(header, window_of(header, 0, length)).await?;
            let missing = there.iter().map(Fact::key).filter(|key| !held.contains(key));
            left_out = missing.map(|key| key.to_string()).collect();
            if header.previous.is_zero() {
                opening = Some(self.is_history(evidence).await?);
            }
        }
        let seed = match scope {
            Scope::All => None,
            Scope::Sample { seed, .. } => Some(seed),
        };
        Ok(Refetched {
            compared: chosen.len(),
            facts: facts.len(),
            witnesses: evidence.facts.len() - facts.len(),
            seed,
            differing,
            left_out,
            opening,
            confidence: Confidence::of(facts.len(), chosen.len()),
        })
    }

    /// Brings the store up to GitHub, as far as these facts need it.
    async fn fetch(
        &self,
        header: &Header,
        earliest: u64,
        scope: Scope,
        chosen: &[&Fact],
        now: u64,
        progress: &dyn Progress,
    ) -> Result<(), AuditError> {
        let whole = scope == Scope::All;
        let plan = FetchPlan {
            now,
            // Of a sample only the chosen ones are read with all that a fact needs.
            facts_from: if whole { earliest } else { LATEST },
            reread: whole.then_some(earliest),
            ..self.plan.clone()
        };
        let report = fetch::fetch(&self.github, &self.store, &plan, progress).await?;
        let listed: BTreeMap<u64, _> =
            report.repositories.iter().map(|found| (found.repository.id, &found.repository)).collect();
        let unknown: Vec<String> = header
            .repositories
            .iter()
            .filter(|repository| !listed.contains_key(&repository.0))
            .map(ToString::to_string)
            .collect();
        if !unknown.is_empty() {
            return Err(AuditError::NotListed { ids: unknown.join(", ") });
        }
        if whole {
            return Ok(());
        }
        let plan = FetchPlan { facts_from: earliest, ..plan };
        let mut threads: BTreeMap<u64, BTreeSet<u64>> = BTreeMap::new();
        for key in chosen.iter().map(|fact| fact.key()) {
            threads.entry(key.repo().0).or_default().insert(key.number());
        }
        for (id, numbers) in threads {
            if let Some(repository) = listed.get(&id) {
                fetch::reread_threads(&self.github, &self.store, &plan, repository, &numbers, earliest).await?;
            }
        }
        Ok(())
    }

    /// Everything that may be in this evidence, by its key: what is of the epoch, and what may have been
    /// carried into it.
    async fn known(&self, header: &Header, length: u64) -> Result<BTreeMap<FactKey, Fact>, AuditError> {
        let mut known = BTreeMap::new();
        for back in (0..=CARRIED).rev() {
            let facts = self.facts(header, window_of(header, back, length)).await?;
            known.extend(facts.into_iter().map(|fact| (fact.key(), fact)));
        }
        Ok(known)
    }

    async fn facts(&self, header: &Header, window: Window) -> Result<Vec<Fact>, AuditError> {
        let records = fetch::load(&self.store, &header.repositories, window, LATEST).await?;
        Ok(fetch::facts(&records, window))
    }

    /// Whether an epoch that has none before begins with what GitHub's history says.
    async fn is_history(&self, evidence: &Evidence) -> Result<bool, AuditError> {
        let header = &evidence.header;
        let records = fetch::load_history(&self.store, &header.repositories).await?;
        let mut history = fetch::history(&records, header.starts);
        // Links are the chain's to say, and were compared with it.
        let linked = evidence.opening.people.iter().filter(|person| person.linked).map(|person| person.id).collect();
        replay::relink(&mut history, &linked);
        Ok(in_order(history) == in_order(evidence.opening.clone()))
    }
}

fn in_order(mut state: State) -> State {
    state.people.retain(|person| !person.is_empty());
    state.people.sort_by_key(|person| person.id);
    state.mergers.sort_by_key(|merger| (merger.repo, merger.id));
    state
}

/// An epoch's time, or that of one before, as it was at the epoch's own cutoff.
fn window_of(header: &Header, back: u64, length: u64) -> Window {
    let earlier = |at: u64| at.saturating_sub(back.saturating_mul(length));
    Window { starts: earlier(header.starts), ends: earlier(header.ends), cutoff: header.cutoff }
}

fn difference(held: &Fact, github: Option<&Fact>) -> Option<Difference> {
    let key = held.key().to_string();
    let Some(github) = github else { return Some(Difference { key, unknown: true, fields: Vec::new() }) };
    if held == github {
        return None;
    }
    let (ours, theirs) = (object(held), object(github));
    let names: BTreeSet<&String> = ours.keys().chain(theirs.keys()).collect();
    let fields = names
        .into_iter()
        .filter(|name| ours.get(*name) != theirs.get(*name))
        .map(|name| FieldDifference {
            field: name.clone(),
            evidence: ours.get(name).cloned().unwrap_or_default(),
            github: theirs.get(name).cloned().unwrap_or_default(),
        })
        .collect();
    Some(Difference { key, unknown: false, fields })
}

/// A fact as its line in the evidence has it.
fn object(fact: &Fact) -> serde_json::Map<String, Value> {
    let value = match fact {
        Fact::Pull(pull) => serde_json::to_value(pull),
        Fact::Review(review) => serde_json::to_value(review),
        Fact::Issue(issue) => serde_json::to_value(issue),
        Fact::Answer(answer) => serde_json::to_value(answer),
        Fact::Kudos(kudos) => serde_json::to_value(kudos),
        Fact::Witness(witness) => serde_json::to_value(witness),
    };
    match value {
        Ok(Value::Object(fields)) => fields,
        _ => serde_json::Map::new(),
    }
}
