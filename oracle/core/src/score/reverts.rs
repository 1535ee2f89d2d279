//! What reverts take back: of this epoch's pull requests points, of earlier ones a debt; and what
//! a re-land restores.
//!
//! A revert of a revert puts the first change back, so each pull request here stands for a change
//! (its origin) and either applies it or takes it back.

use super::DAY;
use super::size::{Lines, Scale};
use crate::evidence::Evidence;
use crate::model::{ContributorId, Debt, FactKey, Landed, Pull, RepositoryId};
use crate::policy::{Milli, Policy};
use std::collections::{BTreeMap, BTreeSet};

type Thread = (RepositoryId, u64);

/// What the epoch's reverts come to.
#[derive(Default)]
pub(super) struct Reverts {
    /// This epoch's changes that were taken back.
    taken: BTreeMap<FactKey, Taken>,
    /// Pull requests that put back a change which had not been paid: for whom they count.
    relands: BTreeMap<FactKey, Vec<ContributorId>>,
    /// This epoch's changes that go by another number now.
    renamed: BTreeMap<FactKey, u64>,
    /// What becomes owed.
    pub(super) debts: Vec<(ContributorId, Debt)>,
    /// Changes of earlier epochs that are in place again: what is owed for them is not any more.
    pub(super) restored: BTreeSet<Thread>,
    /// The changes of earlier epochs that may still be reverted or put back.
    pub(super) landed: Vec<Landed>,
}

/// By which pull request a change was taken back, when, and how much of it.
#[derive(Clone, Copy)]
pub(super) struct Taken {
    pub(super) by: u64,
    pub(super) at: u64,
    pub(super) milli: Milli,
}

/// A change while the epoch goes by.
struct Origin<'a> {
    before: Option<&'a Landed>,
    /// Who took it back, while it is taken back.
    taken: Option<Taker<'a>>,
    /// Who put it back last.
    again: Option<&'a Pull>,
}

#[derive(Clone, Copy)]
enum Taker<'a> {
    Before,
    Now(&'a Pull),
}

impl Reverts {
    /// `pulls` in the order of their merges, each with its lines.
    pub(super) fn new(evidence: &Evidence, policy: &Policy, scale: &Scale<'_>, pulls: &[(&Pull, Lines)]) -> Self {
        let mut origins: BTreeMap<Thread, Origin<'_>> = BTreeMap::new();
        // What a pull request does: to which change, and whether it applies it or takes it back.
        let mut does: BTreeMap<Thread, (Thread, bool)> = BTreeMap::new();
        for landed in &evidence.opening.landed {
            let thread = (landed.repo, landed.number);
            let taken = landed.reverted.map(|_| Taker::Before);
            origins.insert(thread, Origin { before: Some(landed), taken, again: None });
            does.insert(thread, (thread, true));
            if let Some(number) = landed.reverted {
                does.insert((landed.repo, number), (thread, false));
            }
        }
        // Nothing becomes of what no revert names.
        let named: BTreeSet<Thread> = pulls.iter().filter_map(|(pull, _)| Some((pull.repo, pull.reverts?))).collect();
        let mut lines: BTreeMap<Thread, u64> = BTreeMap::new();
        for &(pull, weighted) in pulls {
            let thread = (pull.repo, pull.number);
            let Some(number) = pull.reverts else {
                if !named.contains(&thread) && !does.contains_key(&thread) {
                    continue;
                }
                lines.insert(thread, weighted.total());
                origins.insert(thread, Origin { before: None, taken: None, again: None });
                does.insert(thread, (thread, true));
                continue;
            };
            let Some((origin, applied)) = does.get(&(pull.repo, number)).copied() else { continue };
            does.insert(thread, (origin, !applied));
            if let Some(origin) = origins.get_mut(&origin) {
                (origin.taken, origin.again) =
                    if applied { (Some(Taker::Now(pull)), origin.again) } else { (None, Some(pull)) };
            }
        }
        let mut reverts = Self::default();
        for (thread, origin) in origins {
            match origin.before {
                None => reverts.this_epoch(scale, thread, &origin, lines.get(&thread).copied().unwrap_or(0)),
                Some(landed) => reverts.earlier(evidence, policy, scale, landed, &origin),
            }
        }
        reverts
    }

    fn this_epoch(&mut self, scale: &Scale<'_>, (repo, number): Thread, origin: &Origin<'_>, lines: u64) {
        let key = FactKey::Pull { repo, number };
        if let Some(Taker::Now(by)) = origin.taken {
            self.taken.insert(key, Taken { by: by.number, at: by.at, milli: share(scale, by, lines) });
        } else if let Some(again) = origin.again {
            self.renamed.insert(key, again.number);
        }
    }

    fn earlier(
        &mut self,
        evidence: &Evidence,
        policy: &Policy,
        scale: &Scale<'_>,
        landed: &Landed,
        origin: &Origin<'_>,
    ) {
        let window = policy.debts.window_days.saturating_mul(DAY);
        let mut after = landed.clone();
        match (landed.reverted, origin.taken, origin.again) {
            (_, Some(Taker::Now(by)), _) => {
                if by.at > landed.at.saturating_add(window) {
                    return;
                }
                self.owe(evidence, scale, landed, by);
                (after.at, after.reverted) = (by.at, Some(by.number));
            }
            (Some(_), None, Some(again)) => {
                let thread = (landed.repo, landed.number);
                if landed.shares.iter().any(|(id, _)| owed(evidence, *id, thread) > 0) {
                    self.restored.insert(thread);
                    (after.at, after.number, after.reverted) = (again.at, again.number, None);
                } else {
                    // It was taken back before it was paid: putting it back pays those who made it.
                    self.relands.insert(again.key(), landed.shares.iter().map(|(id, _)| *id).collect());
                    return;
                }
            }
            (None, None, Some(again)) => after.number = again.number,
            _ => {}
        }
        if after.at.saturating_add(window) >= evidence.header.ends {
            self.landed.push(after);
        }
    }

    /// What was earned with the part that was taken back, and is not owed already.
    fn owe(&mut self, evidence: &Evidence, scale: &Scale<'_>, landed: &Landed, by: &Pull) {
        let part = share(scale, by, landed.lines);
        let (repo, number, epoch) = (landed.repo, landed.number, evidence.header.epoch);
        for (id, units) in &landed.shares {
            let taken = u64::try_from(u128::from(*units) * u128::from(part) / 1000).unwrap_or(u64::MAX);
            let units = taken.min(units.saturating_sub(owed(evidence, *id, (repo, number))));
            if units > 0 {
                self.debts.push((*id, Debt { by: by.number, epoch, number, repaid: 0, repo, units }));
            }
        }
    }

    /// Whether this change of the epoch was taken back in it.
    pub(super) fn taken(&self, pull: &Pull) -> Option<Taken> {
        self.taken.get(&pull.key()).copied()
    }

    /// For whom a pull request counts that puts back what had not been paid, the author first.
    pub(super) fn counts_for(&self, pull: &Pull) -> Option<&[ContributorId]> {
        self.relands.get(&pull.key()).map(Vec::as_slice)
    }

    /// The number under which a later revert would name this change.
    pub(super) fn number(&self, pull: &Pull) -> u64 {
        self.renamed.get(&pull.key()).copied().unwrap_or(pull.number)
    }
}

/// What a person owes in all for one change.
fn owed(evidence: &Evidence, id: ContributorId, change: Thread) -> u64 {
    let debts = evidence.opening.person(id).into_iter().flat_map(|person| &person.debts);
    debts.filter(|debt| (debt.repo, debt.number) == change).fold(0, |sum: u64, debt| sum.saturating_add(debt.units))
}

/// How much of a change of so many weighted lines this pull request takes back: what it deletes was
/// added, so its lines are weighed the other way round.
fn share(scale: &Scale<'_>, by: &Pull, lines: u64) -> Milli {
    let back = scale.mirror(by).total();
    if back >= lines {
        return 1000;
    }
    u64::try_from(u128::from(back) * 1000 / u128::from(lines.max(1))).unwrap_or(1000)
}
