//! Points of merged pull requests: which of them count, as what kind, with which factors, in which
//! slices and for whom.

use super::ledger::{Found, Ledger, fraction};
use super::outcome::{Factor, Slice};
use super::reverts::{Reverts, Taken};
use super::roles::{Roles, listed, same_label};
use super::size::{Lines, Scale, Size};
use super::table::Table;
use super::work::{Counting, Unit, Units};
use super::{ScoreError, coauthors};
use crate::evidence::Evidence;
use crate::model::{ContributorId, Fact, FactKey, Kind, Landed, Pull, Witness};
use crate::policy::Policy;
use rayon::prelude::*;
use std::collections::BTreeMap;

/// The rule that takes points of reverted work.
const REVERTED: &str = "reverted";

/// A pull request that counts, as reviews and issues see it.
pub(super) struct Standing<'a> {
    pub(super) pull: &'a Pull,
    pub(super) size: Size,
    /// How many of its author's were accepted before it.
    pub(super) earlier: u64,
}

#[derive(Default)]
pub(super) struct Scored<'a> {
    pub(super) standings: Table<FactKey, Standing<'a>>,
    /// How many pull requests of each author counted, ascending by id.
    pub(super) accepted: Vec<(ContributorId, u64)>,
    /// Those that may be reverted later, without what was earned with them.
    pub(super) landed: Vec<(FactKey, Landed)>,
}

pub(super) struct Context<'a> {
    pub(super) policy: &'a Policy,
    pub(super) roles: &'a Roles<'a>,
    pub(super) reverts: &'a Reverts,
    pub(super) facts: &'a [Fact],
    /// Pull requests that close an issue which a maintainer had confirmed before the merge.
    pub(super) confirmed: Table<FactKey, ()>,
    pub(super) witnesses: Table<FactKey, &'a Witness>,
}

/// The epoch's pull requests in the order of their merges, each with its lines.
pub(super) fn in_order<'a>(evidence: &'a Evidence, scale: &Scale<'_>) -> Vec<Counting<'a>> {
    let pulls: Vec<&Pull> = evidence.pulls().collect();
    // A clone for each core: they would wait for each other's regular expressions.
    let weighed = pulls.into_par_iter().with_min_len(4096).map_init(
        || scale.clone(),
        |scale, pull| {
            let (lines, classes) = scale.weigh(pull);
            Counting { pull, lines, classes }
        },
    );
    let mut pulls: Vec<Counting<'_>> = weighed.collect();
    pulls.par_sort_by_key(|one| (one.pull.at, one.pull.key()));
    pulls
}

pub(super) fn score<'a>(
    evidence: &'a Evidence,
    policy: &Policy,
    roles: &Roles<'_>,
    reverts: &Reverts,
    pulls: Vec<Counting<'a>>,
    ledger: &mut Ledger,
) -> Result<Scored<'a>, ScoreError> {
    let context = Context::new(evidence, policy, roles, reverts);
    let mut scored = Scored::default();
    let mut counting = Vec::with_capacity(pulls.len());
    let refusals: Vec<_> = pulls.par_iter().map(|one| context.refusal(one)).collect();
    for (one, refusal) in pulls.into_iter().zip(refusals) {
        match refusal {
            Some((rule, reason)) => {
                if rule == REVERTED {
                    let people = context.people(one.pull, ledger);
                    scored.landed.push((one.pull.key(), context.landed(&one, people)));
                }
                ledger.refuse(one.pull.author, one.pull.key(), rule, reason);
            }
            None => counting.push(one),
        }
    }
    let units = Units::new(policy, &counting);
    let (earlier, accepted) = numbered(evidence, &counting);
    scored.accepted = accepted;
    let mut trivial: BTreeMap<ContributorId, u32> = BTreeMap::new();
    let mut turns = Vec::with_capacity(counting.len());
    for (at, (one, earlier)) in counting.iter().zip(earlier).enumerate() {
        let author = one.pull.author;
        let mut nth_trivial = 1;
        if one.lines.total() < policy.size.trivial_lines.saturating_mul(1000) {
            let count = trivial.entry(author).or_insert(0);
            *count = count.saturating_add(1);
            nth_trivial = *count;
        }
        let unit = units.of(at).ok_or_else(|| ScoreError::Overflow(one.pull.key().to_string()))?;
        turns.push(Turn { one, unit, earlier, nth_trivial });
    }
    let standing = |turn: &Turn<'a, '_>| {
        let (pull, size) = (turn.one.pull, Size::of(policy, turn.one.lines.total()));
        (pull.key(), Standing { pull, size, earlier: turn.earlier })
    };
    scored.standings = Table::new(turns.iter().map(standing).collect());
    scored.landed.extend(ledger.each(&turns, |turn, ledger| {
        let people = context.credit(turn, ledger)?;
        Ok((turn.one.pull.key(), context.landed(turn.one, people)))
    })?);
    for unit in units.all().filter(|unit| unit.authors.len() > 1) {
        let message =
            format!("{} pull requests of {} authors change the same files", unit.pulls.len(), unit.authors.len());
        ledger.flag("shared_change", unit.pulls.iter().copied(), unit.authors.iter().map(|(id, _)| *id), message);
    }
    Ok(scored)
}

/// How many of its author's were accepted before each, and how many each author has here, ascending by id.
fn numbered(evidence: &Evidence, counting: &[Counting<'_>]) -> (Vec<u64>, Vec<(ContributorId, u64)>) {
    let mut order: Vec<(ContributorId, usize)> =
        counting.iter().enumerate().map(|(at, one)| (one.pull.author, at)).collect();
    order.par_sort_unstable();
    let (mut earlier, mut accepted) = (vec![0; counting.len()], Vec::new());
    for of_author in order.chunk_by(|a, b| a.0 == b.0) {
        let Some((id, _)) = of_author.first() else { continue };
        let before = accepted_before(evidence, *id);
        let mut count = 0u64;
        for (_, at) in of_author {
            if let Some(slot) = earlier.get_mut(*at) {
                *slot = before.saturating_add(count);
            }
            count += 1;
        }
        accepted.push((*id, count));
    }
    (earlier, accepted)
}

/// How many pull requests of an author were accepted in earlier epochs.
fn accepted_before(evidence: &Evidence, id: ContributorId) -> u64 {
    evidence.opening.person(id).map_or(0, |person| person.accepted)
}

/// A pull request that counts, when its turn comes.
struct Turn<'a, 'b> {
    one: &'b Counting<'a>,
    unit: Unit<'b>,
    /// How many of its author's were accepted before it.
    earlier: u64,
    /// Of how many trivial ones of its author it is the last; 1 where it is none.
    nth_trivial: u32,
}

impl<'a> Context<'a> {
    fn new(evidence: &'a Evidence, policy: &'a Policy, roles: &'a Roles<'a>, reverts: &'a Reverts) -> Self {
        let (mut confirmed, mut witnesses) = (Vec::new(), Vec::new());
        for witness in evidence.witnesses() {
            witnesses.push((FactKey::Pull { repo: witness.repo, number: witness.number }, witness));
        }
        for issue in evidence.issues() {
            let close = issue.close.as_ref();
            let Some((close, closer)) = close.and_then(|close| Some((close, close.closer.as_ref()?))) else {
                continue;
            };
            let before_merge = issue.labels.iter().any(|label| {
                label.at < close.at
                    && label.actor != closer.author
                    && listed(&policy.labels.confirm, label)
                    && roles.label_counts(issue.repo, issue.author, label, label.at)
            });
            if before_merge {
                confirmed.push((FactKey::Pull { repo: closer.repo, number: closer.number }, ()));
            }
        }
        let (confirmed, witnesses) = (Table::new(confirmed), Table::new(witnesses));
        Self { policy, roles, reverts, facts: &evidence.facts, confirmed, witnesses }
    }

    fn refusal(&self, one: &Counting<'_>) -> Option<(&'static str, String)> {
        let Counting { pull, lines, .. } = one;
        if pull.bot {
            return Some(("bot", "the author is a bot".to_owned()));
        }
        if let Some(by) = self.roles.takes_all(pull.repo, pull.author, &pull.excluded) {
            return Some(("excluded", format!("{by} took it out with `/guerdon exclude`")));
        }
        if let Some(number) = pull.reverts
            && self.reverts.counts_for(pull).is_none()
        {
            return Some(("revert", format!("reverts #{number}: a revert earns nothing")));
        }
        if let Some(Taken { by, milli: 1000, .. }) = self.reverts.taken(pull) {
            return Some((REVERTED, format!("was reverted by #{by}")));
        }
        let refusing = pull.labels.iter().find(|label| {
            listed(&self.policy.labels.refuse, label) && self.roles.label_counts(pull.repo, pull.author, label, pull.at)
        });
        if let Some(label) = refusing {
            return Some(("excluded", format!("a maintainer labelled it {:?}", label.name)));
        }
        (lines.total() == 0).then(|| {
            let (files, changed) = (lines.ignored_files, lines.ignored);
            (
                "empty",
                format!("no line counts: {changed} lines in {files} generated, vendored or moved files at weight 0"),
            )
        })
    }

    pub(super) fn has_label(&self, pull: &Pull, name: &str) -> bool {
        pull.labels.iter().any(|label| {
            same_label(name, &label.name) && self.roles.label_counts(pull.repo, pull.author, label, pull.at)
        })
    }

    /// Maintainers' labels decide; else what was changed. A title is the author's alone: paying less
    /// for an honest `chore:` would pay for leaving it out.
    fn kind(&self, pull: &Pull, lines: &Lines) -> (Kind, bool) {
        for (name, kind) in &self.policy.labels.kinds {
            if self.has_label(pull, name) {
                return (*kind, true);
            }
        }
        let by_files = match (lines.source, lines.tests, lines.docs) {
            (0, 0, 0) => Kind::Build,
            (0, 0, _) => Kind::Docs,
            (0, _, 0) => Kind::Test,
            _ => Kind::Feature,
        };
        (by_files, false)
    }

    /// Who shares in it, the author first. A re-land counts for those who made the change.
    fn people(&self, pull: &Pull, ledger: &Ledger) -> Vec<ContributorId> {
        let made = self.reverts.counts_for(pull);
        let all = made.map_or_else(|| [&[pull.author], pull.coauthors.as_slice()].concat(), <[_]>::to_vec);
        let stays = |(at, id): &(usize, ContributorId)| {
            *at == 0 || !(ledger.opted_out(*id) || self.roles.excluded(pull.repo, *id, &pull.excluded).is_some())
        };
        all.into_iter().enumerate().filter(stays).map(|(_, id)| id).collect()
    }

    /// Writes the line items of one pull request; gives the people who share in it.
    fn credit(&self, turn: &Turn<'_, '_>, ledger: &mut Ledger) -> Result<Vec<ContributorId>, ScoreError> {
        let Turn { one, unit, earlier, nth_trivial } = *turn;
        let (pull, lines, key) = (one.pull, &one.lines, one.pull.key());
        let overflow = || ScoreError::Overflow(key.to_string());
        let size = Size::of(self.policy, unit.lines);
        let (kind, by_label) = self.kind(pull, lines);
        let is_fix = (by_label && kind == Kind::Fix) || self.confirmed.contains(&key);
        let base = self.policy.points.get(&kind).copied().unwrap_or(0);
        let mut factors = self.factors(one, earlier, ledger);
        let product = factors.iter().fold(1000, |product, factor| product * factor.milli / 1000);
        let product = product.clamp(self.policy.factors.min, self.policy.factors.max);
        let mut notes = notes(lines, unit, key);
        let ((part, parts), lines_of_author) = unit.part(self.policy, pull.author);
        let (mut over, mut under) = (Vec::with_capacity(8), Vec::with_capacity(8));
        over.extend([1000, base, product, size.over, part]);
        under.extend([1000, size.under, parts, lines_of_author]);
        if nth_trivial > 1 {
            // Above 3^40 nothing is left of a point.
            let divisor = 3u64.pow(nth_trivial.min(41) - 1);
            notes.push(format!("trivial pull request number {nth_trivial} of this author: weight 1/{divisor}"));
            factors.push(Factor::fraction("trivial", 1, divisor));
            under.push(divisor);
        }
        let rule = &self.policy.open;
        let free = rule.free.saturating_add(earlier / rule.accepted_each.max(1));
        if pull.open > free {
            notes.push(format!(
                "{} other pull requests of this author were open: weight {free}/{}",
                pull.open, pull.open
            ));
            factors.push(Factor::fraction("open", free, pull.open));
            over.push(free);
            under.push(pull.open);
        }
        if let Some(Taken { by, milli, .. }) = self.reverts.taken(pull) {
            let left = 1000u64.saturating_sub(milli);
            notes.push(format!("#{by} reverted {}.{} % of it", milli / 10, milli % 10));
            factors.push(Factor::new(REVERTED, left));
            over.push(left);
            under.push(1000);
        }
        let people = self.people(pull, ledger);
        let code = if is_fix { Slice::Fixes } else { Slice::Code };
        for (slice, part) in [(code, lines.code()), (Slice::Tests, lines.tests), (Slice::Docs, lines.docs)] {
            if part == 0 {
                continue;
            }
            over.push(part);
            let points = fraction(&over, &under).ok_or_else(overflow)?;
            over.pop();
            for (nth, (id, points, milli)) in coauthors::divide(&self.policy.coauthors, &people, points).enumerate() {
                if nth == 0 && self.roles.excluded(pull.repo, id, &pull.excluded).is_some() {
                    ledger.refuse(id, key, "excluded", "this part of it was taken out with `/guerdon exclude`");
                    continue;
                }
                let mut factors = factors.clone();
                if people.len() > 1 {
                    factors.push(Factor::new(if nth == 0 { "author" } else { "coauthor" }, milli));
                }
                ledger.credit(Found {
                    at: pull.at,
                    contributor: id,
                    fact: key,
                    kind,
                    slice,
                    base,
                    lines: part,
                    size: size.milli(),
                    factors,
                    points,
                    notes: notes.clone(),
                });
            }
        }
        Ok(people)
    }

    /// What is remembered in case of a revert.
    fn landed(&self, one: &Counting<'_>, people: Vec<ContributorId>) -> Landed {
        let pull = one.pull;
        let taken = self.reverts.taken(pull);
        Landed {
            at: taken.map_or(pull.at, |taken| taken.at),
            lines: one.lines.total(),
            number: self.reverts.number(pull),
            repo: pull.repo,
            reverted: taken.map(|taken| taken.by),
            shares: people.into_iter().map(|id| (id, 0)).collect(),
        }
    }
}

fn notes(lines: &Lines, unit: Unit<'_>, key: FactKey) -> Vec<String> {
    let mut notes = Vec::new();
    if lines.ignored_files > 0 {
        let (files, changed) = (lines.ignored_files, lines.ignored);
        notes.push(format!("{files} generated, vendored or moved files: {changed} lines at weight 0"));
    }
    if unit.pulls.len() > 1 {
        let others = unit.pulls.iter().filter(|other| **other != key);
        let numbers: Vec<_> = others.take(10).map(|other| format!("#{}", other.number())).collect();
        let more = unit.pulls.len().saturating_sub(11);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        notes.push(format!("shares files with {}{more}: sized together and shared by lines", numbers.join(", ")));
    }
    notes
}
