//! Where the rules write what they find: line items, refusals and flags, but nothing about people
//! who opted out.

use super::ScoreError;
use super::outcome::{Factor, Flag, LineItem, Refusal, Slice};
use crate::model::{ContributorId, FactKey, Kind};
use crate::policy::Policy;
use rayon::prelude::*;
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;

/// So many are looked at one after the other.
const PART: usize = 1024;
/// So many are looked at before what they gave is put together.
const WAVE: usize = 32 * PART;

/// One contribution as a rule sees it, before it becomes a line item.
pub(super) struct Found {
    pub(super) at: u64,
    pub(super) contributor: ContributorId,
    pub(super) fact: FactKey,
    pub(super) kind: Kind,
    pub(super) slice: Slice,
    pub(super) base: u64,
    pub(super) lines: u64,
    pub(super) size: u64,
    pub(super) factors: Vec<Factor>,
    pub(super) points: u64,
    pub(super) notes: Vec<String>,
}

pub(super) struct Ledger {
    opted_out: Arc<BTreeSet<ContributorId>>,
    pub(super) items: Vec<LineItem>,
    pub(super) refusals: Vec<Refusal>,
    pub(super) flags: Vec<Flag>,
}

impl Ledger {
    /// With room for a line item of every fact.
    pub(super) fn new(policy: &Policy, facts: usize) -> Self {
        let empty = Self::of(Arc::new(policy.people.opted_out.iter().copied().collect()));
        Self { items: Vec::with_capacity(facts), ..empty }
    }

    /// An empty one, for what is found at the same time.
    pub(super) fn beside(&self) -> Self {
        Self::of(Arc::clone(&self.opted_out))
    }

    fn of(opted_out: Arc<BTreeSet<ContributorId>>) -> Self {
        Self { opted_out, items: Vec::new(), refusals: Vec::new(), flags: Vec::new() }
    }

    /// Lets `act` write what follows from each of a list, on every core, as if one after the other.
    pub(super) fn each<T: Sync, R: Send>(
        &mut self,
        list: &[T],
        act: impl Fn(&T, &mut Self) -> Result<R, ScoreError> + Sync,
    ) -> Result<Vec<R>, ScoreError> {
        let mut all = Vec::with_capacity(list.len());
        for wave in list.chunks(WAVE) {
            let parts = wave.par_chunks(PART).map(|part| {
                let mut own = Self::of(Arc::clone(&self.opted_out));
                let given = part.iter().map(|one| act(one, &mut own)).collect::<Result<Vec<R>, ScoreError>>()?;
                Ok((own, given))
            });
            for part in parts.collect::<Vec<Result<(Self, Vec<R>), ScoreError>>>() {
                let (mut own, given) = part?;
                self.items.append(&mut own.items);
                self.refusals.append(&mut own.refusals);
                self.flags.append(&mut own.flags);
                all.extend(given);
            }
        }
        Ok(all)
    }

    pub(super) fn opted_out(&self, id: ContributorId) -> bool {
        self.opted_out.contains(&id)
    }

    pub(super) fn credit(&mut self, found: Found) {
        if self.opted_out(found.contributor) {
            return;
        }
        let Found { at, contributor, fact, kind, slice, base, lines, size, factors, points, notes } = found;
        self.items.push(LineItem {
            at,
            contributor,
            fact,
            kind,
            slice,
            base,
            lines,
            size,
            factors,
            points,
            priced: 0,
            units: 0,
            notes,
        });
    }

    pub(super) fn refuse(
        &mut self,
        contributor: ContributorId,
        fact: FactKey,
        rule: &'static str,
        reason: impl Into<String>,
    ) {
        if !self.opted_out(contributor) {
            self.refusals.push(Refusal { contributor, fact, rule: Cow::Borrowed(rule), reason: reason.into() });
        }
    }

    pub(super) fn flag(
        &mut self,
        rule: &'static str,
        facts: impl IntoIterator<Item = FactKey>,
        people: impl IntoIterator<Item = ContributorId>,
        message: String,
    ) {
        let facts: BTreeSet<FactKey> = facts.into_iter().collect();
        let people: BTreeSet<ContributorId> = people.into_iter().filter(|id| !self.opted_out(*id)).collect();
        self.flags.push(Flag {
            rule: Cow::Borrowed(rule),
            facts: facts.into_iter().collect(),
            people: people.into_iter().collect(),
            message,
        });
    }
}

/// The product of `over` by the product of `under`, rounded down, where both are many numbers: 256
/// bits hold every product that evidence and policy can give.
pub(super) fn fraction(over: &[u64], under: &[u64]) -> Option<u64> {
    use alloy_primitives::U256;
    let small =
        |numbers: &[u64]| numbers.iter().try_fold(1u128, |product, number| product.checked_mul(u128::from(*number)));
    if let (Some(over), Some(under)) = (small(over), small(under)) {
        return u64::try_from(over.checked_div(under)?).ok();
    }
    let product = |numbers: &[u64]| {
        numbers.iter().try_fold(U256::from(1), |product, number| product.checked_mul(U256::from(*number)))
    };
    let quotient = product(over)?.checked_div(product(under)?)?;
    u64::try_from(quotient).ok()
}
