//! The verdict on one posted batch: takes what the chain says, finds the evidence, rebuilds the entries and
//! tells which of the published ones are wrong. It believes nobody, and what it cannot check is an error,
//! never a verdict.

use super::continuity::failed;
use super::{AuditError, Auditor, Before, Posts, on_chain};
use crate::chain::Posted;
use crate::mirrors::{MirrorError, Tried};
use crate::oracle::OracleError;
use crate::policies::Policies;
use guerdon_core::B256;
use guerdon_core::batch::Entry;
use guerdon_core::model::{ContributorId, Epoch};
use guerdon_core::verify::{self, Check, OnChain, Rebuilt, VerifyError};
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Checks that fail with a wrong entry; what the others say is about the evidence.
const OF_ENTRIES: [&str; 4] = ["entries hash", "total", "entries", "credited and skipped"];

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "verdict", rename_all = "snake_case")]
pub enum Verdict {
    /// Everything that is published is what the policy gives on the evidence.
    Right,
    /// Some entries are not.
    Wrong(Entries),
    /// The evidence is not what it has to be, so that no entry can be told from another.
    False { reasons: Vec<String> },
    /// Nobody has the evidence.
    Withheld { evidence: B256, tried: Vec<Tried> },
}

/// Entries that differ from what the policy gives on the evidence.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Entries {
    /// They take more than is due to them, or nothing is: these can be challenged.
    pub too_much: Vec<EntryFault>,
    /// They take less. A further round mends that; a challenge would take the rest as well.
    pub too_little: Vec<EntryFault>,
    /// They are missing from a batch that is published to its end. A further round mends that too.
    pub left_out: Vec<LeftOut>,
}

impl Entries {
    pub fn is_empty(&self) -> bool {
        self.too_much.is_empty() && self.too_little.is_empty() && self.left_out.is_empty()
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct EntryFault {
    pub position: u32,
    pub id: ContributorId,
    /// Units.
    pub published: u64,
    /// Units; zero when this contributor must not be there.
    pub due: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct LeftOut {
    pub id: ContributorId,
    /// Units.
    pub due: u64,
}

/// One batch and what is to be said of it.
#[derive(Clone, Debug)]
pub struct Judgement {
    pub epoch: Epoch,
    pub round: u32,
    pub verdict: Verdict,
    /// Whether all entries were published when it was made.
    pub complete: bool,
    /// Absent when the evidence is not to be had or cannot be read.
    pub rebuilt: Option<Arc<Rebuilt>>,
}

/// What is in an evidence file.
pub(super) enum Reading {
    Scored(Box<Rebuilt>),
    /// No oracle could have made a batch of it, and why.
    False(String),
}

/// Reads and scores evidence that has to be of a policy. A policy that is not at hand is an error.
pub(super) fn read_as(policies: &Policies, bytes: &[u8], policy: Option<B256>) -> Result<Reading, OracleError> {
    let read = match verify::read(bytes) {
        Ok(read) => read,
        Err(error) => return Ok(Reading::False(format!("it cannot be read: {error}"))),
    };
    let terms = &read.1.header.terms;
    if policy.is_some_and(|policy| policy != terms.policy) {
        return Ok(Reading::False(format!("it is of policy {}, the batch is of another", terms.policy)));
    }
    let policy = policies.of(read.1.header.epoch, terms.policy)?;
    match Rebuilt::new(read, policy) {
        Ok(rebuilt) => Ok(Reading::Scored(Box::new(rebuilt))),
        Err(VerifyError::Policy(error)) => Err(VerifyError::Policy(error).into()),
        Err(error) => Ok(Reading::False(error.to_string())),
    }
}

impl Auditor {
    /// Judges a batch that is on the chain.
    pub async fn judge(&self, posts: &Posts, posted: &Posted) -> Result<Judgement, AuditError> {
        let header = &posted.header;
        let say = |verdict, rebuilt| Judgement {
            epoch: header.epoch,
            round: header.round,
            verdict,
            complete: false,
            rebuilt,
        };
        let no = |reason: String| say(Verdict::False { reasons: vec![reason] }, None);
        let set = Some(header.oracle_set);
        let rebuilt = match self.scored(header.evidence_hash) {
            Some(rebuilt) => rebuilt,
            None => {
                let bytes = match self.evidence(header.evidence_hash, set).await {
                    Ok(bytes) => bytes,
                    Err(AuditError::Mirror(MirrorError::Nowhere { hash, tried })) => {
                        return Ok(say(Verdict::Withheld { evidence: hash, tried }, None));
                    }
                    Err(error) => return Err(error),
                };
                match read_as(&self.policies, &bytes, Some(header.policy_hash))? {
                    Reading::Scored(rebuilt) => self.keep(*rebuilt),
                    Reading::False(reason) => return Ok(no(reason)),
                }
            }
        };
        let evidence = &rebuilt.evidence;
        // Before the chain is asked for what it says of another batch.
        if (evidence.header.epoch, evidence.header.round) != (header.epoch, header.round) {
            let (epoch, round) = (evidence.header.epoch, evidence.header.round);
            return Ok(no(format!("it is the evidence of epoch {epoch}, round {round}")));
        }
        if evidence.header.block > posted.block {
            let (block, posted) = (evidence.header.block, posted.block);
            return Ok(no(format!("its links are those of block {block}, the batch was posted in block {posted}")));
        }
        let on_chain = on_chain(&self.chain, &evidence.header).await?;
        let mut checks = rebuilt.compare(&on_chain);
        checks.retain(|check| !OF_ENTRIES.contains(&check.name));
        let mut reasons = failed(&checks);
        match self.before(posts, evidence, set).await? {
            Before::Follows(_) => {}
            Before::False(more) => reasons.extend(more),
            Before::Withheld { hash, tried } => {
                return Ok(say(Verdict::Withheld { evidence: hash, tried }, Some(Arc::clone(&rebuilt))));
            }
        }
        if !reasons.is_empty() {
            return Ok(say(Verdict::False { reasons }, Some(rebuilt)));
        }
        let (entries, complete) = entries_of(&rebuilt, &on_chain);
        let verdict = if entries.is_empty() { Verdict::Right } else { Verdict::Wrong(entries) };
        Ok(Judgement { complete, ..say(verdict, Some(rebuilt)) })
    }

    /// Level 1 as a list of checks, with the epoch before where the chain leads to it.
    pub async fn checks(&self, posts: &Posts, rebuilt: &Rebuilt) -> Result<Vec<Check>, AuditError> {
        let header = &rebuilt.evidence.header;
        Ok(match posts.get(&(header.epoch, header.round)) {
            None => Vec::new(),
            Some(posted) => match self.before(posts, &rebuilt.evidence, Some(posted.header.oracle_set)).await? {
                Before::Follows(checks) if checks.is_empty() => Vec::new(),
                Before::Follows(checks) => checks,
                Before::False(reasons) => {
                    vec![Check { name: "previous evidence", passed: false, detail: reasons.join("; ") }]
                }
                Before::Withheld { hash, tried } => {
                    return Err(MirrorError::Nowhere { hash, tried }.into());
                }
            },
        })
    }
}

/// The published entries against those that the evidence gives, and whether all are published.
fn entries_of(rebuilt: &Rebuilt, chain: &OnChain) -> (Entries, bool) {
    let published: &[Entry] = chain.batch.as_ref().map_or(&[], |batch| batch.entries.as_slice());
    let total = published.iter().fold(0_u64, |sum, entry| sum.saturating_add(entry.units));
    let complete = chain.batch.as_ref().is_some_and(|batch| batch.header.total == total);
    let mut due: BTreeMap<ContributorId, u64> =
        rebuilt.outcome.entries.iter().map(|entry| (entry.id, entry.units)).collect();
    let mut entries = Entries::default();
    for (position, entry) in (0..).zip(published) {
        let owed = due.remove(&entry.id).unwrap_or_default();
        let fault = EntryFault { position, id: entry.id, published: entry.units, due: owed };
        match entry.units.cmp(&owed) {
            std::cmp::Ordering::Greater => entries.too_much.push(fault),
            std::cmp::Ordering::Less => entries.too_little.push(fault),
            std::cmp::Ordering::Equal => {}
        }
    }
    if complete {
        entries.left_out = due.into_iter().map(|(id, due)| LeftOut { id, due }).collect();
    }
    (entries, complete)
}
