//! One look at the chain: which batches can be challenged, and what is wrong with them.

use super::alert::{Alert, Kind};
use super::challenge::Challenger;
use super::history::History;
use crate::audit::{AuditError, Auditor, Judgement, Refetcher, Scope, Verdict};
use crate::chain::{BatchState, BatchStatus, Posted};
use crate::fetch::Quiet;
use crate::figures;
use crate::run::chain_of;
use alloy::primitives::B256;
use guerdon_core::model::{ContributorId, Epoch, Fact};
use guerdon_core::verify::Rebuilt;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Whoever watches, and what was seen since the start.
pub struct Watcher {
    pub auditor: Auditor,
    /// GitHub, and how much is compared with it.
    pub github: Option<(Refetcher, Scope)>,
    pub challenger: Option<Challenger>,
    /// Seconds from a posting after which evidence that nobody has is withheld.
    pub patience: u64,
    history: History,
    /// Batches whose crediting began: they can be challenged no more.
    over: BTreeSet<(Epoch, u32)>,
    /// Batches that need no further look, by epoch, round and digest.
    done: BTreeSet<(Epoch, u32, B256)>,
    /// What GitHub said to evidence; it is asked once.
    compared: BTreeMap<B256, bool>,
    told: BTreeSet<String>,
}

/// What came of one look.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Look {
    /// Batches that could be challenged.
    pub batches: usize,
    /// Those in which everything is right.
    pub right: usize,
    /// What was not told before.
    pub alerts: Vec<Alert>,
    /// Something is wrong, whether or not it was told before.
    pub wrong: bool,
    /// Something could not be checked.
    pub unchecked: bool,
}

impl Watcher {
    pub fn new(auditor: Auditor, patience: u64) -> Self {
        Self {
            auditor,
            github: None,
            challenger: None,
            patience,
            history: History::default(),
            over: BTreeSet::new(),
            done: BTreeSet::new(),
            compared: BTreeMap::new(),
            told: BTreeSet::new(),
        }
    }

    /// Looks at everything that can be challenged now.
    pub async fn look(&mut self) -> Result<Look, AuditError> {
        self.history.read(&self.auditor.chain).await?;
        let mut look = Look::default();
        for posted in self.history.latest() {
            let (epoch, round) = (posted.header.epoch, posted.header.round);
            if self.over.contains(&(epoch, round)) {
                continue;
            }
            let state = self.auditor.chain.batch(epoch).await?;
            if state.round == round && matches!(state.status, BatchStatus::Crediting | BatchStatus::Settled) {
                self.over.insert((epoch, round));
            }
            let open = matches!(state.status, BatchStatus::Posted | BatchStatus::Window) && state.live;
            if state.round != round || !open {
                continue;
            }
            look.batches += 1;
            if self.done.contains(&(epoch, round, state.digest)) {
                look.right += 1;
                continue;
            }
            let mut kinds = Vec::new();
            match self.batch(&posted, &state, &mut kinds).await {
                Ok(true) => look.right += 1,
                Ok(false) => {}
                Err(error) => kinds.push(Kind::Unchecked { reason: chain_of(&error) }),
            }
            for kind in kinds {
                look.wrong |= kind.is_wrong();
                look.unchecked |= !kind.is_wrong();
                self.tell(&posted, &state, kind, &mut look);
            }
        }
        figures::looked(self.auditor.chain.now().await?.timestamp, look.batches, look.right);
        Ok(look)
    }

    /// Whether everything in it is right; what is not is added to `kinds`.
    async fn batch(&mut self, posted: &Posted, state: &BatchState, kinds: &mut Vec<Kind>) -> Result<bool, AuditError> {
        let Judgement { epoch, round, verdict, complete, rebuilt } =
            self.auditor.judge(&self.history.posts, posted).await?;
        let chain = &self.auditor.chain;
        let mut right = matches!(verdict, Verdict::Right);
        match verdict {
            Verdict::Right => {}
            Verdict::Wrong(entries) => {
                let faults = entries.too_much.clone();
                kinds.push(Kind::WrongEntries { entries });
                if let Some(challenger) = &self.challenger {
                    kinds.extend(challenger.entries(chain, &self.history, state, epoch, &faults).await?);
                }
            }
            Verdict::False { reasons } => {
                let reason = format!(
                    "evidence {} is not what it has to be: {}",
                    posted.header.evidence_hash,
                    reasons.join("; ")
                );
                kinds.push(Kind::FalseEvidence { reasons });
                if let Some(challenger) = &self.challenger {
                    kinds.extend(challenger.batch(chain, &self.history, state, epoch, &reason).await?);
                }
            }
            Verdict::Withheld { evidence, tried } => {
                let since = chain.at_block(posted.block).await?.timestamp;
                let waited = chain.now().await?.timestamp.saturating_sub(since);
                if waited < self.patience {
                    let places: Vec<String> = tried.iter().map(ToString::to_string).collect();
                    let reason = format!("nobody has evidence {evidence} yet: {}", places.join("; "));
                    kinds.push(Kind::Unchecked { reason });
                    return Ok(false);
                }
                kinds.push(Kind::Withheld { tried });
                if let Some(challenger) = &self.challenger {
                    let reason = format!("evidence {evidence} not available");
                    kinds.extend(challenger.batch(chain, &self.history, state, epoch, &reason).await?);
                }
            }
        }
        if let Some(rebuilt) = rebuilt.filter(|_| complete && self.github.is_some()) {
            right &= self.on_github(&rebuilt, posted, kinds).await?;
        }
        if right && complete {
            self.done.insert((epoch, round, state.digest));
        }
        Ok(right)
    }

    /// Level 2, once for each evidence. Says which entries to look at, and leaves the bond to people: what
    /// was deleted on GitHub meanwhile looks like what never was.
    async fn on_github(
        &mut self,
        rebuilt: &Rebuilt,
        posted: &Posted,
        kinds: &mut Vec<Kind>,
    ) -> Result<bool, AuditError> {
        let Some((refetcher, scope)) = &self.github else { return Ok(true) };
        if let Some(passed) = self.compared.get(&rebuilt.evidence_hash) {
            return Ok(*passed);
        }
        let now = self.auditor.chain.now().await?.timestamp;
        let github = refetcher.compare(&rebuilt.evidence, *scope, now, &Quiet).await?;
        self.compared.insert(rebuilt.evidence_hash, github.passed());
        if github.passed() {
            return Ok(true);
        }
        let positions =
            self.smaller(rebuilt, posted, &github.differing.iter().map(|one| one.key.as_str()).collect())?;
        kinds.push(Kind::FactsDiffer { github: Box::new(github), positions });
        Ok(false)
    }

    /// Positions of entries that shrink when the facts that differ are left out.
    fn smaller(&self, rebuilt: &Rebuilt, posted: &Posted, differing: &BTreeSet<&str>) -> Result<Vec<u32>, AuditError> {
        let mut evidence = rebuilt.evidence.clone();
        evidence.facts.retain(|fact| !differing.contains(fact.key().to_string().as_str()));
        // A witness speaks of a pull request that has to be there.
        let pulls: BTreeSet<_> = evidence.pulls().map(|pull| (pull.repo, pull.number)).collect();
        evidence.facts.retain(|fact| match fact {
            Fact::Witness(witness) => pulls.contains(&(witness.repo, witness.number)),
            _ => true,
        });
        let policy = self.auditor.policies.of(posted.header.epoch, posted.header.policy_hash)?;
        // Facts that do not stand without one another cannot be scored apart: then all entries are in doubt.
        let Ok(outcome) = guerdon_core::score::score(&evidence, policy) else {
            return Ok((0..).zip(&rebuilt.outcome.entries).map(|(position, _)| position).collect());
        };
        let without: BTreeMap<ContributorId, u64> =
            outcome.entries.into_iter().map(|entry| (entry.id, entry.units)).collect();
        let shrinks = |(position, entry): (u32, &guerdon_core::batch::Entry)| {
            (without.get(&entry.id).copied().unwrap_or_default() < entry.units).then_some(position)
        };
        Ok((0..).zip(&rebuilt.outcome.entries).filter_map(shrinks).collect())
    }

    fn tell(&mut self, posted: &Posted, state: &BatchState, kind: Kind, look: &mut Look) {
        let (epoch, round) = (posted.header.epoch, posted.header.round);
        let summary = summary(&kind);
        if !self.told.insert(format!("{epoch}/{round}/{}/{}/{summary}", state.digest, kind.name())) {
            return;
        }
        figures::alerted(kind.name());
        look.alerts.push(Alert {
            epoch,
            round,
            evidence: posted.header.evidence_hash,
            window_end: (state.window_end > 0).then_some(state.window_end),
            chain: self.auditor.chain.chain_id(),
            distributor: self.auditor.chain.distributor(),
            summary,
            kind,
        });
    }
}

fn summary(kind: &Kind) -> String {
    match kind {
        Kind::WrongEntries { entries } => {
            let list = |faults: &[crate::audit::EntryFault]| {
                let some: Vec<String> = faults
                    .iter()
                    .take(10)
                    .map(|one| {
                        format!("{} (contributor {}: {} units, due {})", one.position, one.id, one.published, one.due)
                    })
                    .collect();
                some.join(", ")
            };
            let mut parts = Vec::new();
            if !entries.too_much.is_empty() {
                parts.push(format!(
                    "{} entries take too much: positions {}",
                    entries.too_much.len(),
                    list(&entries.too_much)
                ));
            }
            if !entries.too_little.is_empty() {
                let positions = list(&entries.too_little);
                parts.push(format!("{} entries take too little: positions {positions}", entries.too_little.len()));
            }
            if !entries.left_out.is_empty() {
                let some: Vec<String> = entries.left_out.iter().take(10).map(|one| one.id.to_string()).collect();
                parts.push(format!("{} contributors are left out: {}", entries.left_out.len(), some.join(", ")));
            }
            parts.join("; ")
        }
        Kind::FalseEvidence { reasons } => reasons.join("; "),
        Kind::Withheld { tried } => {
            let places: Vec<String> = tried.iter().map(ToString::to_string).collect();
            format!("nobody has the evidence: {}", places.join("; "))
        }
        Kind::FactsDiffer { github, positions } => format!(
            "{} of {} facts are not GitHub's, {} are left out{}; entries to look at: {}",
            github.differing.len(),
            github.compared,
            github.left_out.len(),
            if github.opening == Some(false) { ", the state before the first epoch differs" } else { "" },
            if positions.is_empty() {
                "none".to_owned()
            } else {
                positions.iter().take(20).map(ToString::to_string).collect::<Vec<_>>().join(", ")
            }
        ),
        Kind::Challenged { position, challenge, bond, .. } => {
            let what = position.map_or("the whole batch".to_owned(), |position| format!("entry {position}"));
            format!("{what} is challenged (challenge {challenge}) with a bond of {} wei", bond)
        }
        Kind::NotChallenged { positions, reason } => {
            let what = if positions.is_empty() {
                "the batch".to_owned()
            } else {
                format!("positions {}", positions.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "))
            };
            format!("{what}: not challenged: {reason}")
        }
        Kind::Unchecked { reason } => reason.clone(),
    }
}
