//! Past epochs under another policy: takes the evidence of epochs in a row, gives what each would have
//! come to. Facts, links and terms stay as they were, but for the policy; from the second epoch on the
//! opening state is what the replayed epoch before left.

use crate::B256;
use crate::evidence::{Evidence, EvidenceError};
use crate::model::{ContributorId, Epoch, Person, State};
use crate::policy::{Policy, PolicyError};
use crate::score::{self, Outcome, ScoreError};
use std::collections::{BTreeMap, BTreeSet};

#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    #[error(transparent)]
    Policy(#[from] PolicyError),
    #[error("epoch {next} does not follow epoch {last}: epochs are replayed in a row")]
    Gap { last: Epoch, next: Epoch },
    #[error("epoch {epoch} cannot be replayed")]
    Evidence { epoch: Epoch, source: EvidenceError },
    #[error("epoch {epoch} cannot be scored under this policy")]
    Score { epoch: Epoch, source: ScoreError },
}

/// One epoch as it would have been. Its header still names the evidence that really came before.
#[derive(Clone, Debug)]
pub struct Replayed {
    pub evidence: Evidence,
    pub outcome: Outcome,
}

/// Goes through epochs in a row.
#[derive(Debug)]
pub struct Replay {
    policy: Policy,
    hash: B256,
    last: Option<(Epoch, State)>,
}

impl Replay {
    pub fn new(policy: &Policy) -> Result<Self, ReplayError> {
        Ok(Self { policy: policy.clone(), hash: policy.hash()?, last: None })
    }

    /// The next epoch; the first one begins where it really began.
    pub fn next(&mut self, evidence: Evidence) -> Result<Replayed, ReplayError> {
        let Evidence { mut header, opening, facts } = evidence;
        let epoch = header.epoch;
        header.terms.policy = self.hash;
        let opening = match self.last.take() {
            None => opening,
            Some((last, _)) if last.0.checked_add(1) != Some(epoch.0) => {
                return Err(ReplayError::Gap { last, next: epoch });
            }
            Some((_, mut state)) => {
                let linked = opening.people.iter().filter(|person| person.linked);
                relink(&mut state, &linked.map(|person| person.id).collect());
                state
            }
        };
        let evidence =
            Evidence::new(header, opening, facts).map_err(|source| ReplayError::Evidence { epoch, source })?;
        let outcome = score::score(&evidence, &self.policy).map_err(|source| ReplayError::Score { epoch, source })?;
        self.last = Some((epoch, outcome.closing.clone()));
        Ok(Replayed { evidence, outcome })
    }
}

/// Sets who has a wallet linked; people ascend by id afterwards.
pub fn relink(state: &mut State, linked: &BTreeSet<ContributorId>) {
    let known = std::mem::take(&mut state.people).into_iter();
    let mut people: BTreeMap<ContributorId, Person> = known.map(|person| (person.id, person)).collect();
    for person in people.values_mut() {
        person.linked = linked.contains(&person.id);
    }
    for id in linked {
        people.entry(*id).or_insert_with(|| Person { linked: true, ..Person::new(*id) });
    }
    state.people = people.into_values().collect();
}
