//! Where the rules write what they find: line items, refusals and flags, but nothing about people
//! who opted out.

use super::outcome::{Factor, Flag, LineItem, Refusal, Slice};
use crate::model::{ContributorId, FactKey, Kind};
use crate::policy::Policy;
use std::borrow::Cow;
use std::collections::BTreeSet;

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
    opted_out: BTreeSet<ContributorId>,
    pub(super) items: Vec<LineItem>,
    pub(super) refusals: Vec<Refusal>,
    pub(super) flags: Vec<Flag>,
}

impl Ledger {
    pub(super) fn new(policy: &Policy) -> Self {
        let opted_out = policy.people.opted_out.iter().copied().collect();
        Self { opted_out, items: Vec::new(), refusals: Vec::new(), flags: Vec::new() }
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
    let product = |numbers: &[u64]| {
        numbers.iter().try_fold(U256::from(1), |product, number| product.checked_mul(U256::from(*number)))
    };
    let quotient = product(over)?.checked_div(product(under)?)?;
    u64::try_from(quotient).ok()
}
