//! A policy on past epochs: takes the evidence of epochs in a row, each with the policy that it ran under,
//! and a policy that is not in force; gives who would have gained and who lost. Evidence is a complete
//! input, so nobody else is asked.

use crate::B256;
use crate::attack::{self, AttackError, Limit};
use crate::fairness::{Concentration, Fairness};
use crate::model::{ContributorId, Epoch};
use crate::policy::{Milli, Policy};
use crate::replay::{Replay, ReplayError};
use crate::score::{Outcome, Slice};
use crate::verify::Rebuilt;
use serde::Serialize;
use std::collections::BTreeMap;

/// Something under the policy in force and under the other one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Change<T> {
    pub before: T,
    pub after: T,
}

/// All that voters need to know of a policy. Amounts are units; "earned" is what the work of an epoch
/// brings, granted or accrued, before debts.
#[derive(Clone, Debug, Serialize)]
pub struct Simulation {
    /// The hash of the other policy.
    pub policy: B256,
    /// Those in force in these epochs, in the order of their first one.
    pub instead_of: Vec<B256>,
    pub from: Epoch,
    pub to: Epoch,
    pub earned: Change<u64>,
    /// Over all these epochs together.
    pub concentration: Change<Concentration>,
    pub people: People,
    /// Who gets more or less, the largest difference first, then ascending by id.
    pub changes: Vec<PersonChange>,
    pub slices: Vec<SliceChange>,
    pub epochs: Vec<EpochChange>,
    /// Every known attack, under the policy of the last of these epochs and under the other one.
    pub attacks: Vec<AttackChange>,
}

/// How many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct People {
    pub gain: usize,
    pub lose: usize,
    pub same: usize,
    /// Of those who gain: earned nothing before.
    pub appear: usize,
    /// Of those who lose: earn nothing after.
    pub disappear: usize,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PersonChange {
    pub id: ContributorId,
    /// Absent in what this gives, as in evidence: whoever shows it may know one.
    pub login: Option<String>,
    pub earned: Change<u64>,
    /// After less before, in units.
    pub difference: i128,
    /// The difference in thousandths of before, toward zero; absent when that was nothing.
    pub difference_milli: Option<i128>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct SliceChange {
    pub slice: Slice,
    /// What it may spend in these epochs.
    pub budget: Change<u64>,
    /// What the line items in it come to, after brackets and cap.
    pub earned: Change<u64>,
    /// Milli-points.
    pub points: Change<u64>,
}

#[derive(Clone, Debug, Serialize)]
pub struct EpochChange {
    pub epoch: Epoch,
    /// The sum of the entries.
    pub entries: Change<u64>,
    pub fairness: Change<Fairness>,
}

/// What an attack comes to, beside honest work in a small made-up organisation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AttackChange {
    pub name: &'static str,
    pub about: &'static str,
    pub limit: Limit,
    /// Attacker by honest, in thousandths; absent when honest work earned nothing.
    pub ratio: Change<Option<Milli>>,
    /// The limit is kept.
    pub holds: Change<bool>,
}

/// Goes through epochs in a row.
#[derive(Debug)]
pub struct Simulator {
    policy: Policy,
    hash: B256,
    replay: Replay,
    instead_of: Vec<B256>,
    sums: Sums,
    /// The first and the last epoch, and the policy of the last.
    seen: Option<(Epoch, Epoch, Policy)>,
}

impl Simulator {
    /// Of the policy that is not in force.
    pub fn new(policy: &Policy) -> Result<Self, ReplayError> {
        let (replay, hash) = (Replay::new(policy)?, policy.hash()?);
        let (instead_of, sums) = (Vec::new(), Sums::default());
        Ok(Self { policy: policy.clone(), hash, replay, instead_of, sums, seen: None })
    }

    /// The next epoch, as it was under the policy of its time.
    pub fn next(&mut self, rebuilt: Rebuilt, in_force: &Policy) -> Result<(), ReplayError> {
        let Rebuilt { evidence, outcome, .. } = rebuilt;
        let (epoch, hash) = (evidence.header.epoch, evidence.header.terms.policy);
        let before = Fairness::of(&evidence, &outcome, in_force);
        let replayed = self.replay.next(evidence)?;
        let after = Fairness::of(&replayed.evidence, &replayed.outcome, &self.policy);
        if !self.instead_of.contains(&hash) {
            self.instead_of.push(hash);
        }
        self.sums.epochs.push(EpochChange {
            epoch,
            entries: Change { before: outcome.total, after: replayed.outcome.total },
            fairness: Change { before, after },
        });
        self.sums.add(&outcome, |change| &mut change.before);
        self.sums.add(&replayed.outcome, |change| &mut change.after);
        let first = self.seen.take().map_or(epoch, |(first, ..)| first);
        self.seen = Some((first, epoch, in_force.clone()));
        Ok(())
    }

    /// What it comes to; none without an epoch.
    pub fn finish(self) -> Option<Simulated> {
        let (from, to, in_force) = self.seen?;
        let simulation = self.sums.simulation(self.hash, self.instead_of, (from, to));
        Some(Simulated { simulation, in_force, policy: self.policy })
    }
}

/// A simulation in which nobody has attacked yet, which takes far longer than all else.
#[derive(Debug)]
pub struct Simulated {
    pub simulation: Simulation,
    in_force: Policy,
    policy: Policy,
}

impl Simulated {
    /// One of the known attacks under both policies.
    pub fn attack(&self, at: usize) -> Option<Result<AttackChange, AttackError>> {
        let attack = attack::attacks().nth(at)?;
        let tried = attack.attempt(&self.in_force).and_then(|before| Ok((before, attack.attempt(&self.policy)?)));
        Some(tried.map(|(before, after)| AttackChange {
            name: after.name,
            about: after.about,
            limit: after.limit,
            ratio: Change { before: before.ratio(), after: after.ratio() },
            holds: Change { before: before.holds(), after: after.holds() },
        }))
    }

    /// Complete.
    pub fn attacked(mut self) -> Result<Simulation, AttackError> {
        self.simulation.attacks = (0..).map_while(|at| self.attack(at)).collect::<Result<_, _>>()?;
        Ok(self.simulation)
    }
}

/// What adds up over the epochs.
#[derive(Debug, Default)]
struct Sums {
    people: BTreeMap<ContributorId, Change<u64>>,
    slices: BTreeMap<Slice, [Change<u64>; 3]>,
    epochs: Vec<EpochChange>,
}

impl Sums {
    fn add(&mut self, outcome: &Outcome, side: impl Fn(&mut Change<u64>) -> &mut u64) {
        let grow = |change: &mut Change<u64>, by: u64| {
            let sum = side(change);
            *sum = sum.saturating_add(by);
        };
        for person in &outcome.people {
            grow(self.people.entry(person.id).or_default(), person.earned);
        }
        for slice in &outcome.slices {
            let [budget, _, points] = self.slices.entry(slice.slice).or_default();
            grow(budget, slice.budget);
            grow(points, slice.points);
        }
        for item in &outcome.items {
            let [_, earned, _] = self.slices.entry(item.slice).or_default();
            grow(earned, item.units);
        }
    }

    fn simulation(self, policy: B256, instead_of: Vec<B256>, (from, to): (Epoch, Epoch)) -> Simulation {
        let before = Concentration::of(self.people.values().map(|earned| earned.before));
        let after = Concentration::of(self.people.values().map(|earned| earned.after));
        let mut people = People::default();
        let mut changes = Vec::new();
        for (id, earned) in self.people.into_iter().filter(|(_, earned)| *earned != Change::default()) {
            match earned.after.cmp(&earned.before) {
                std::cmp::Ordering::Greater => people.gain += 1,
                std::cmp::Ordering::Less => people.lose += 1,
                std::cmp::Ordering::Equal => {
                    people.same += 1;
                    continue;
                }
            }
            people.appear += usize::from(earned.before == 0);
            people.disappear += usize::from(earned.after == 0);
            changes.push(PersonChange::of(id, earned));
        }
        changes.sort_by_key(|change| (std::cmp::Reverse(change.difference.unsigned_abs()), change.id));
        let slices = self.slices.into_iter();
        Simulation {
            policy,
            instead_of,
            from,
            to,
            earned: Change { before: before.units, after: after.units },
            concentration: Change { before, after },
            people,
            changes,
            slices: slices
                .map(|(slice, [budget, earned, points])| SliceChange { slice, budget, earned, points })
                .collect(),
            epochs: self.epochs,
            attacks: Vec::new(),
        }
    }
}

impl PersonChange {
    fn of(id: ContributorId, earned: Change<u64>) -> Self {
        let difference = i128::from(earned.after) - i128::from(earned.before);
        let difference_milli = (difference * 1000).checked_div(i128::from(earned.before));
        Self { id, login: None, earned, difference, difference_milli }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_is_told_in_thousandths_of_before() {
        let change = |before, after| PersonChange::of(ContributorId(1), Change { before, after });
        let milli = |before, after| change(before, after).difference_milli;
        assert_eq!((milli(8, 9), milli(3, 2)), (Some(125), Some(-333)));
        assert_eq!((milli(9, 0), milli(0, 9)), (Some(-1000), None));
        assert_eq!(change(u64::MAX, 0).difference, -i128::from(u64::MAX));
    }
}
