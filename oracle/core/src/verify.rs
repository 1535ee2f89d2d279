//! Verification: takes an evidence file, a policy and what a chain says, gives a verdict as a list
//! of named checks. It rebuilds the batch from nothing and believes no amount that it is shown.

use crate::batch::{self, BatchHeader, Entry};
use crate::evidence::{self, Evidence, EvidenceError, Header, Terms};
use crate::model::{ContributorId, Person, State};
use crate::policy::{Policy, PolicyError};
use crate::score::{self, Outcome, ScoreError};
use alloy_primitives::{Address, B256};
use serde::Serialize;
use std::collections::BTreeSet;

#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    #[error("the evidence cannot be read: {0}")]
    Evidence(#[from] EvidenceError),
    #[error(transparent)]
    Policy(#[from] PolicyError),
    #[error("the evidence cannot be scored: {0}")]
    Score(#[from] ScoreError),
    #[error(transparent)]
    Batch(#[from] batch::BatchError),
}

/// A batch rebuilt from evidence and policy alone.
#[derive(Clone, Debug)]
pub struct Rebuilt {
    pub evidence: Evidence,
    pub evidence_hash: B256,
    pub outcome: Outcome,
    /// Zero when there are no entries.
    pub entries_hash: B256,
}

/// Evidence and the hash that names it. Its header says which policy to rebuild with.
pub fn read(evidence: &[u8]) -> Result<(B256, Evidence), EvidenceError> {
    let (hash, evidence) = rayon::join(|| evidence::hash(evidence), || Evidence::from_bytes(evidence));
    Ok((hash, evidence?))
}

/// Reads evidence, scores it and hashes the entries.
pub fn rebuild(evidence: &[u8], policy: &Policy) -> Result<Rebuilt, VerifyError> {
    Rebuilt::new(read(evidence)?, policy)
}

/// What the chain says of one epoch.
#[derive(Clone, Debug)]
pub struct OnChain {
    pub chain_id: u64,
    pub distributor: Address,
    pub unit: String,
    pub terms: Terms,
    /// First second and first second after.
    pub period: (u64, u64),
    /// When the block before the evidence's was made, zero before the distributor's first, and when that one was, UTC
    /// seconds; absent when there is no such block.
    pub blocks: Option<(u64, u64)>,
    /// Who had a wallet linked at the evidence's block.
    pub linked: BTreeSet<ContributorId>,
    /// Absent when no batch was posted.
    pub batch: Option<OnChainBatch>,
}

#[derive(Clone, Debug)]
pub struct OnChainBatch {
    pub header: BatchHeader,
    /// As published; fewer than all while publication goes on.
    pub entries: Vec<Entry>,
    /// Units credited so far, and units of entries that were skipped at credit.
    pub credited: u64,
    pub skipped: u64,
    pub settled: bool,
}

/// One thing that was compared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Check {
    pub name: &'static str,
    pub passed: bool,
    pub detail: String,
}

fn check<T: PartialEq + std::fmt::Display>(name: &'static str, rebuilt: T, chain: T) -> Check {
    let passed = rebuilt == chain;
    let detail = if passed { rebuilt.to_string() } else { format!("rebuilt {rebuilt}, the chain has {chain}") };
    Check { name, passed, detail }
}

impl Rebuilt {
    /// Of what [`read`] gave.
    pub fn new((evidence_hash, evidence): (B256, Evidence), policy: &Policy) -> Result<Self, VerifyError> {
        let outcome = score::score(&evidence, policy)?;
        let entries_hash = if outcome.entries.is_empty() { B256::ZERO } else { batch::entries_hash(&outcome.entries)? };
        Ok(Self { evidence, evidence_hash, outcome, entries_hash })
    }

    /// Compares with the chain. Everything passed means: this evidence and this policy give
    /// exactly what was posted, published and credited.
    pub fn compare(&self, chain: &OnChain) -> Vec<Check> {
        let header = &self.evidence.header;
        let linked: BTreeSet<ContributorId> =
            self.evidence.opening.people.iter().filter(|person| person.linked).map(|person| person.id).collect();
        let mut checks = vec![
            check("chain id", header.chain, chain.chain_id),
            check("distributor", header.distributor, chain.distributor),
            check("unit", header.unit.as_str(), chain.unit.as_str()),
            check("epoch starts", header.starts, chain.period.0),
            check("epoch ends", header.ends, chain.period.1),
            check("policy", header.terms.policy, chain.terms.policy),
            check("epoch budget", header.terms.budget, chain.terms.budget),
            check("cap per person", header.terms.cap, chain.terms.cap),
            block(header, chain.blocks),
            links(&linked, &chain.linked),
        ];
        match &chain.batch {
            Some(batch) => self.compare_batch(batch, &mut checks),
            None => checks.push(Check {
                name: "batch",
                passed: self.outcome.entries.is_empty(),
                detail: format!("none was posted, the evidence gives {} entries", self.outcome.entries.len()),
            }),
        }
        checks
    }

    fn compare_batch(&self, batch: &OnChainBatch, checks: &mut Vec<Check>) {
        let header = &self.evidence.header;
        checks.extend([
            check("epoch", header.epoch, batch.header.epoch),
            check("round", header.round, batch.header.round),
            check("evidence hash", self.evidence_hash, batch.header.evidence_hash),
            check("policy hash", header.terms.policy, batch.header.policy_hash),
            check("entries hash", self.entries_hash, batch.header.entries_hash),
            check("total", self.outcome.total, batch.header.total),
            entries(&self.outcome.entries, &batch.entries),
        ]);
        if batch.settled {
            checks.push(check(
                "credited and skipped",
                self.outcome.total,
                batch.credited.saturating_add(batch.skipped),
            ));
        }
    }

    /// Checks that `next` goes on where this epoch ended.
    pub fn followed_by(&self, next: &Evidence) -> Vec<Check> {
        let without_links = |state: &State| State {
            people: state
                .people
                .iter()
                .map(|person| Person { linked: false, ..person.clone() })
                .filter(|person| !person.is_empty())
                .collect(),
            ..state.clone()
        };
        let same = without_links(&self.outcome.closing) == without_links(&next.opening);
        vec![
            check("previous evidence", next.header.previous, self.evidence_hash),
            check("epochs follow", next.header.epoch.0, self.evidence.header.epoch.0.saturating_add(1)),
            Check {
                name: "opening state",
                passed: same,
                detail: if same { "equals the closing state before" } else { "differs from the closing state before" }
                    .to_owned(),
            },
        ]
    }
}

/// Nobody may choose as of which block links count: it is the first at or after the cutoff.
fn block(header: &Header, times: Option<(u64, u64)>) -> Check {
    let (block, cutoff) = (header.block, header.cutoff);
    let (passed, detail) = match times {
        None => (false, format!("the chain has no block {block}")),
        Some((_, at)) if at < cutoff => (false, format!("block {block} was made before the cutoff, at {at}")),
        Some((before, _)) if before >= cutoff => {
            (false, format!("block {block} is not the first after the cutoff: the one before it was made at {before}"))
        }
        Some(_) => (true, format!("block {block} is the first after the cutoff")),
    };
    Check { name: "block", passed, detail }
}

fn links(evidence: &BTreeSet<ContributorId>, chain: &BTreeSet<ContributorId>) -> Check {
    let differing: Vec<String> = evidence.symmetric_difference(chain).take(5).map(ToString::to_string).collect();
    let detail = if differing.is_empty() {
        format!("{} linked contributors", chain.len())
    } else {
        format!("the evidence and the chain differ on contributors {}", differing.join(", "))
    };
    Check { name: "links", passed: differing.is_empty(), detail }
}

fn entries(rebuilt: &[Entry], chain: &[Entry]) -> Check {
    let name = "entries";
    let differs = rebuilt.iter().zip(chain).enumerate().find(|(_, (a, b))| a != b);
    let detail = if let Some((position, (a, b))) = differs {
        format!("position {position}: rebuilt {} with {} units, the chain has {} with {}", a.id, a.units, b.id, b.units)
    } else if rebuilt.len() != chain.len() {
        format!("rebuilt {} entries, the chain has {}", rebuilt.len(), chain.len())
    } else {
        return Check { name, passed: true, detail: format!("{} entries equal the chain's", chain.len()) };
    };
    Check { name, passed: false, detail }
}
