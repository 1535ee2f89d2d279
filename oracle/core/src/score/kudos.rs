//! Points of thanks. A giver's credits for one receiver count as their square root, so that thanks
//! of many count more than many thanks of one; thanks that come back in a circle count a part.

use super::DAY;
use super::ScoreError;
use super::ledger::{Found, Ledger, fraction};
use super::outcome::{Factor, Slice};
use super::table::Table;
use crate::evidence::Evidence;
use crate::model::{ContributorId, Kind, Kudos};
use crate::policy::Policy;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// Thousandths of a square root.
const MILLION: u64 = 1_000_000;

/// Who thanked whom.
type Pair = (ContributorId, ContributorId);

/// Every pair once, ascending.
struct Graph(Vec<Pair>);

impl Graph {
    fn new(mut pairs: Vec<Pair>) -> Self {
        pairs.par_sort_unstable();
        pairs.dedup();
        Self(pairs)
    }

    fn thanked_by(&self, by: ContributorId) -> impl Iterator<Item = ContributorId> {
        let from = self.0.partition_point(|pair| pair.0 < by);
        self.0.iter().skip(from).take_while(move |pair| pair.0 == by).map(|pair| pair.1)
    }
}

/// How many thanks a pair has, and whether they come back.
struct Given {
    count: u64,
    in_ring: bool,
}

/// Whoever has a line item already is active. Gives the thanks that counted.
pub(super) fn score<'a>(
    evidence: &'a Evidence,
    policy: &Policy,
    ledger: &mut Ledger,
) -> Result<Vec<&'a Kudos>, ScoreError> {
    let base = policy.points.get(&Kind::Kudos).copied().unwrap_or(0);
    let counting = counting(evidence, policy, ledger);
    let since = evidence.header.starts.saturating_sub(policy.kudos.active_days.saturating_mul(DAY));
    let mut now: Vec<Pair> = counting.iter().map(|kudos| (kudos.by, kudos.to)).collect();
    let earlier = evidence.opening.thanks.iter().filter(|thanks| thanks.at >= since);
    let graph = Graph::new(now.iter().copied().chain(earlier.map(|thanks| (thanks.by, thanks.to))).collect());
    now.par_sort_unstable();
    let given = now.par_chunk_by(|a, b| a == b).filter_map(|thanks| {
        let pair = *thanks.first()?;
        let count = u64::try_from(thanks.len()).unwrap_or(u64::MAX);
        Some((pair, Given { count, in_ring: comes_back(&graph, pair, policy.kudos.ring_length) }))
    });
    let given = Table::new(given.collect());
    for kudos in &counting {
        let Some(Given { count, in_ring }) = given.get(&(kudos.by, kudos.to)) else { continue };
        let (count, in_ring) = (*count, *in_ring);
        let root = count.saturating_mul(MILLION).isqrt();
        let (mut factors, mut notes) = (Vec::new(), Vec::new());
        let (mut over, mut under) = (vec![base, root], vec![count]);
        if count > 1 {
            notes.push(format!("one of {count} thanks of the same giver: together they count as their square root"));
            factors.push(Factor::fraction("same_giver", root, count.saturating_mul(1000)));
        }
        if in_ring {
            notes.push("the thanks come back in a circle".to_owned());
            factors.push(Factor::new("ring", policy.kudos.ring));
            over.push(policy.kudos.ring);
            under.push(1000);
        }
        let key = kudos.key();
        ledger.credit(Found {
            at: kudos.at,
            contributor: kudos.to,
            fact: key,
            kind: Kind::Kudos,
            slice: Slice::Recognition,
            base,
            lines: 0,
            size: 1000,
            factors,
            points: fraction(&over, &under).ok_or_else(|| ScoreError::Overflow(key.to_string()))?,
            notes,
        });
    }
    for ((by, to), _) in given.iter().filter(|(_, given)| given.in_ring) {
        ledger.flag("ring", [], [*by, *to], format!("the thanks of {by} to {to} come back in a circle"));
    }
    Ok(counting)
}

/// The thanks that count, in the order in which they were given.
fn counting<'a>(evidence: &'a Evidence, policy: &Policy, ledger: &mut Ledger) -> Vec<&'a Kudos> {
    let mut all: Vec<&Kudos> = evidence.kudos().collect();
    if all.is_empty() {
        return all;
    }
    let mut active_now: Vec<ContributorId> = ledger.items.par_iter().map(|item| item.contributor).collect();
    active_now.par_sort_unstable();
    active_now.dedup();
    let last = |id: ContributorId| evidence.opening.person(id).map_or(0, |person| person.last);
    let days = policy.kudos.active_days.saturating_mul(DAY);
    let is_active = |id: ContributorId, at: u64| {
        active_now.binary_search(&id).is_ok() || (last(id) > 0 && last(id).saturating_add(days) >= at)
    };
    all.retain(|kudos| !ledger.opted_out(kudos.by) && !ledger.opted_out(kudos.to));
    all.sort_by_key(|kudos| (kudos.at, kudos.key()));
    let mut given: BTreeMap<ContributorId, u64> = BTreeMap::new();
    let mut counting = Vec::new();
    for kudos in all {
        let refusal = if !is_active(kudos.by, kudos.at) {
            Some(format!("the giver {} had nothing accepted in {} days", kudos.by, policy.kudos.active_days))
        } else if !is_active(kudos.to, kudos.at) {
            Some(format!("the receiver had nothing accepted in {} days", policy.kudos.active_days))
        } else {
            let given = given.entry(kudos.by).or_default();
            *given = given.saturating_add(1);
            let credits = policy.kudos.credits;
            (*given > credits)
                .then(|| format!("number {given} of the giver {} in this epoch: {credits} count", kudos.by))
        };
        match refusal {
            Some(reason) => ledger.refuse(kudos.to, kudos.key(), "kudos", reason),
            None => counting.push(kudos),
        }
    }
    counting
}

/// Whether somebody whom `to` thanked, directly or through others, thanked `by`: within a circle of at
/// most `length` people.
fn comes_back(graph: &Graph, (by, to): Pair, length: u64) -> bool {
    let mut seen = BTreeSet::from([to]);
    let mut edge = vec![to];
    for _ in 1..length {
        let mut further = Vec::new();
        for next in edge.iter().flat_map(|id| graph.thanked_by(*id)) {
            if next == by {
                return true;
            }
            if seen.insert(next) {
                further.push(next);
            }
        }
        edge = further;
    }
    false
}
