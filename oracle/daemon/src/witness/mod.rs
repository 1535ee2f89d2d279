//! The witness: takes merged pull requests that earn; gives what a language model makes of each, as facts.
//!
//! It runs after the cutoff and before evidence is cut. Contributors' text goes out as quoted data; the answer
//! is a number within bounds that the policy bounds again. Whatever goes wrong gives a neutral fact: an epoch
//! never waits for the endpoint longer than it may, and nobody is paid more because it failed. Each fact is
//! stored once with its transcript, so a second cut has the same evidence. Verification reads the facts and
//! never asks anybody.

mod answer;
mod ask;
mod detect;
mod endpoint;
mod fault;
mod fold;
mod patterns;
mod prompt;
mod quote;
mod settings;
mod transcript;

pub use answer::{Reply, Said, Verdict, read, verdict};
pub use detect::{Found, detect};
pub use endpoint::{Endpoint, LONGEST, WitnessError};
pub use fault::Fault;
pub use prompt::{NEUTRAL, RANGE, VERSION, response_format};
pub use quote::{Quoted, quote};
pub use settings::{AnswerLimit, WitnessConfig};
pub use transcript::{Answered, Transcript};

use crate::oracle::{Oracle, Result};
use crate::store::StoredWitness;
use ask::{Asking, Prepared};
use guerdon_core::evidence::Evidence;
use guerdon_core::model::{Epoch, Fact, FactKey, Pull, Witness};
use guerdon_core::score::score;
use guerdon_core::verify::VerifyError;
use std::collections::BTreeSet;
use std::sync::Arc;
use tokio::task::JoinSet;

impl Oracle {
    /// Witnesses of the pull requests that earn by this evidence, which has none yet: stored ones, and new
    /// ones for the others. None when no witness is configured or the policy bounds it to nothing.
    pub(crate) async fn witnesses(&self, evidence: &Evidence) -> Result<Vec<Witness>> {
        let header = &evidence.header;
        let policy = self.policy(header.epoch, header.terms.policy)?;
        let Some(config) = self.config.witness.as_ref().filter(|_| policy.witness.min != policy.witness.max) else {
            return Ok(Vec::new());
        };
        let outcome = score(evidence, policy).map_err(VerifyError::from)?;
        let paid = outcome.items.iter().filter(|item| item.points > 0).map(|item| item.fact);
        let earning: BTreeSet<FactKey> = paid.filter(|key| matches!(key, FactKey::Pull { .. })).collect();
        let mut facts = Vec::new();
        let mut unasked = Vec::new();
        for pull in evidence.facts.iter().filter_map(as_pull).filter(|pull| earning.contains(&pull.key())) {
            match self.store.witness(pull.repo.0, pull.number).await? {
                Some(stored) => facts.push(stored.fact),
                None => unasked.push(pull),
            }
        }
        if !unasked.is_empty() {
            let stored = judge(Asking::new(self, config, header.cutoff).await?, &unasked).await?;
            summarise(header.epoch, &stored);
            facts.extend(stored.into_iter().map(|stored| stored.fact));
        }
        facts.sort_by_key(|fact| (fact.repo, fact.number));
        Ok(facts)
    }
}

/// Texts and budget one after the other, answers side by side.
async fn judge(asking: Asking, pulls: &[&Pull]) -> Result<Vec<StoredWitness>> {
    let asking = Arc::new(asking);
    let mut stored = Vec::new();
    let mut under_way = JoinSet::new();
    for pull in pulls {
        match asking.prepare(pull).await? {
            Prepared::Done(neutral) => stored.push(*neutral),
            Prepared::Question(question) => {
                let asking = asking.clone();
                drop(under_way.spawn(async move { asking.answer(*question).await }));
            }
        }
        while under_way.len() > asking.concurrency() {
            stored.extend(finished(&mut under_way).await.transpose()?);
        }
    }
    while let Some(done) = finished(&mut under_way).await {
        stored.push(done?);
    }
    asking.tell_spent().await?;
    Ok(stored)
}

async fn finished(under_way: &mut JoinSet<Result<StoredWitness>>) -> Option<Result<StoredWitness>> {
    let done = under_way.join_next().await?;
    Some(done.unwrap_or_else(|error| Err(WitnessError::Task { message: error.to_string() }.into())))
}

fn as_pull(fact: &Fact) -> Option<&Pull> {
    match fact {
        Fact::Pull(pull) => Some(pull),
        _ => None,
    }
}

fn summarise(epoch: Epoch, stored: &[StoredWitness]) {
    let count = |wanted: &dyn Fn(&StoredWitness) -> bool| stored.iter().filter(|one| wanted(one)).count();
    let (flagged, neutral) = (count(&|one| one.fact.flagged), count(&|one| !one.why.is_empty()));
    tracing::info!(epoch = epoch.0, asked = stored.len(), neutral, flagged, "the witness was asked");
}
