//! A policy on past epochs: takes the store's evidence and a policy that is not in force, gives who would
//! have gained and who lost. Evidence is a complete input, so neither the chain nor GitHub is asked, and
//! nothing is written or signed.

use crate::books::Books;
use crate::oracle::{OracleError, Result};
use crate::store::StoredEvidence;
use guerdon_core::B256;
use guerdon_core::attack::{self, Limit};
use guerdon_core::fairness::{Concentration, Fairness};
use guerdon_core::model::{ContributorId, Epoch};
use guerdon_core::policy::{Milli, Policy};
use guerdon_core::replay::Replay;
use guerdon_core::score::{Outcome, Slice};
use serde::Serialize;
use std::collections::BTreeMap;

/// Which epochs, both included; open ends are the first and the last that have evidence.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Span {
    pub from: Option<Epoch>,
    pub to: Option<Epoch>,
}

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

/// The attack suite under two policies.
fn attacks(in_force: &Policy, other: &Policy) -> Result<Vec<AttackChange>> {
    let (before, after) = (attack::run(in_force)?, attack::run(other)?);
    let both = before.into_iter().zip(after);
    Ok(both
        .map(|(before, after)| AttackChange {
            name: after.name,
            about: after.about,
            limit: after.limit,
            ratio: Change { before: before.ratio(), after: after.ratio() },
            holds: Change { before: before.holds(), after: after.holds() },
        })
        .collect())
}

impl Books {
    /// Replays epochs under another policy.
    pub async fn simulate(&self, policy: &Policy, span: Span) -> Result<Simulation> {
        let chosen = self.chosen(span).await?;
        let mut replay = Replay::new(policy)?;
        let mut sums = Sums::default();
        let mut instead_of: Vec<B256> = Vec::new();
        let mut last = policy;
        for cut in &chosen {
            let (rebuilt, in_force) = self.rebuild(cut).await?;
            let hash = rebuilt.evidence.header.terms.policy;
            last = in_force;
            if !instead_of.contains(&hash) {
                instead_of.push(hash);
            }
            let fairness = Fairness::of(&rebuilt.evidence, &rebuilt.outcome, in_force);
            let replayed = replay.next(rebuilt.evidence)?;
            let after = Fairness::of(&replayed.evidence, &replayed.outcome, policy);
            sums.epochs.push(EpochChange {
                epoch: cut.epoch,
                entries: Change { before: rebuilt.outcome.total, after: replayed.outcome.total },
                fairness: Change { before: fairness, after },
            });
            sums.add(&rebuilt.outcome, |change| &mut change.before);
            sums.add(&replayed.outcome, |change| &mut change.after);
        }
        let accounts = self.store.accounts().await?.into_iter().filter(|account| !account.login.is_empty());
        let logins = accounts.map(|account| (ContributorId(account.id), account.login)).collect();
        let [Some(from), Some(to)] = [chosen.first(), chosen.last()].map(|cut| cut.map(|cut| cut.epoch)) else {
            return Err(OracleError::NothingToReplay);
        };
        let hash = policy.hash().map_err(guerdon_core::replay::ReplayError::from)?;
        let mut simulation = sums.simulation(hash, instead_of, (from, to), &logins);
        simulation.attacks = attacks(last, policy)?;
        Ok(simulation)
    }

    /// The evidence of these epochs, ascending and without a gap.
    async fn chosen(&self, span: Span) -> Result<Vec<StoredEvidence>> {
        let cut = self.epochs().await?;
        let (Some((first, _)), Some((last, _))) = (cut.first_key_value(), cut.last_key_value()) else {
            return Err(OracleError::NothingToReplay);
        };
        let (first, last) = (*first, *last);
        let (from, to) = (span.from.unwrap_or(first), span.to.unwrap_or(last));
        if from < first || to > last || from > to {
            return Err(OracleError::NotReplayable { from, to, first, last });
        }
        Ok(cut.into_iter().filter(|(epoch, _)| (from..=to).contains(epoch)).map(|(_, cut)| cut).collect())
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

    fn simulation(
        self,
        policy: B256,
        instead_of: Vec<B256>,
        (from, to): (Epoch, Epoch),
        logins: &BTreeMap<ContributorId, String>,
    ) -> Simulation {
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
            changes.push(PersonChange::of(id, logins.get(&id).cloned(), earned));
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
    fn of(id: ContributorId, login: Option<String>, earned: Change<u64>) -> Self {
        let difference = i128::from(earned.after) - i128::from(earned.before);
        let difference_milli = (difference * 1000).checked_div(i128::from(earned.before));
        Self { id, login, earned, difference, difference_milli }
    }
}

/// Thousandths as a percentage with its sign: `+12.5%`.
pub fn percent(milli: i128) -> String {
    let sign = if milli < 0 { "-" } else { "+" };
    let milli = milli.unsigned_abs();
    format!("{sign}{}.{}%", milli / 10, milli % 10)
}

/// A share in thousandths as a percentage: 125 is `12.5%`.
pub fn part(milli: Milli) -> String {
    format!("{}.{}%", milli / 10, milli % 10)
}

/// Epochs by their ends.
pub fn span(text: &str) -> Option<Span> {
    let epoch = |text: &str| match text.trim() {
        "" => Some(None),
        text => text.parse().ok().filter(|number| *number > 0).map(|number| Some(Epoch(number))),
    };
    let (from, to) = match text.split_once("..") {
        Some((from, to)) => (epoch(from)?, epoch(to)?),
        None => (Some(epoch(text)??), Some(epoch(text)??)),
    };
    let ordered = from.zip(to).is_none_or(|(from, to)| from <= to);
    ordered.then_some(Span { from, to })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn epochs_are_named_by_their_ends() {
        let both = |from, to| Some(Span { from: Some(Epoch(from)), to: Some(Epoch(to)) });
        assert_eq!((span("2..5"), span("3"), span("4..4")), (both(2, 5), both(3, 3), both(4, 4)));
        assert_eq!(span("2.."), Some(Span { from: Some(Epoch(2)), to: None }));
        assert_eq!((span("..2"), span("..")), (Some(Span { from: None, to: Some(Epoch(2)) }), Some(Span::default())));
        for wrong in ["", "0", "5..2", "0..3", "a..b", "1..2..3", "-1", "1...3", "1-3"] {
            assert_eq!(span(wrong), None, "{wrong:?}");
        }
    }

    #[test]
    fn differences_read_as_percent() {
        let change = |before, after| PersonChange::of(ContributorId(1), None, Change { before, after });
        let milli = |before, after| change(before, after).difference_milli.map(percent);
        assert_eq!(milli(8, 9).as_deref(), Some("+12.5%"));
        assert_eq!(milli(3, 2).as_deref(), Some("-33.3%"));
        assert_eq!((milli(9, 0).as_deref(), milli(0, 9)), (Some("-100.0%"), None));
        assert_eq!(change(u64::MAX, 0).difference, -i128::from(u64::MAX));
        assert_eq!((part(125), part(1000), part(7)), ("12.5%".into(), "100.0%".into(), "0.7%".into()));
    }
}
