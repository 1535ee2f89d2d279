//! Points of merged pull requests: what counts, its kind, its factors and its slices.

use super::roles::{Roles, listed, same_label};
use super::size::{Lines, Size};
use super::work::Units;
use super::{Factor, LineItem, Refusal, ScoreError, Slice};
use crate::evidence::Evidence;
use crate::model::{ContributorId, Fact, FactKey, Kind, Pull, Review, Verdict};
use crate::policy::{Milli, Policy};
use std::collections::{BTreeMap, BTreeSet};

/// Whether a pull request counts: reviews of one that does not count nothing either.
pub(super) enum Standing {
    Counts { author: ContributorId, size: Size },
    Refused,
}

pub(super) struct Scored {
    pub(super) items: Vec<LineItem>,
    pub(super) standings: BTreeMap<FactKey, Standing>,
    /// How many pull requests of each author counted.
    pub(super) accepted: BTreeMap<ContributorId, u64>,
}

struct Context<'a> {
    policy: &'a Policy,
    roles: &'a Roles<'a>,
    reviews: BTreeMap<FactKey, Vec<&'a Review>>,
    /// Pull requests that close an issue which a maintainer had confirmed before the merge.
    confirmed: BTreeSet<FactKey>,
    /// Reverted pull request to the one that reverted it.
    reverted: BTreeMap<FactKey, u64>,
}

pub(super) fn score(
    evidence: &Evidence,
    policy: &Policy,
    roles: &Roles<'_>,
    refusals: &mut Vec<Refusal>,
) -> Result<Scored, ScoreError> {
    let mut pulls: Vec<&Pull> =
        evidence.facts.iter().filter_map(|fact| if let Fact::Pull(pull) = fact { Some(pull) } else { None }).collect();
    pulls.sort_by_key(|pull| (pull.at, pull.key()));
    let context = Context::new(evidence, policy, roles, &pulls);
    let before: BTreeMap<_, _> = evidence.opening.people.iter().map(|person| (person.id, person.accepted)).collect();

    let mut scored = Scored { items: Vec::new(), standings: BTreeMap::new(), accepted: BTreeMap::new() };
    let mut counting = Vec::new();
    for pull in pulls {
        let lines = Lines::of(policy, pull);
        let standing = match context.refusal(pull, &lines) {
            Some((rule, reason)) => {
                let rule = rule.to_owned();
                refusals.push(Refusal { contributor: pull.author, fact: pull.key(), rule, reason });
                Standing::Refused
            }
            None => {
                counting.push((pull, lines));
                Standing::Counts { author: pull.author, size: Size::of(policy, lines.total()) }
            }
        };
        scored.standings.insert(pull.key(), standing);
    }
    let units = Units::new(policy, &counting);
    let mut trivial: BTreeMap<ContributorId, u32> = BTreeMap::new();
    for (pull, lines) in counting {
        let nth = scored.accepted.entry(pull.author).or_insert(0);
        let earlier = before.get(&pull.author).copied().unwrap_or(0).saturating_add(*nth);
        *nth += 1;
        let decay = if lines.total() < policy.size.trivial_lines * 1000 {
            let count = trivial.entry(pull.author).or_insert(0);
            *count += 1;
            *count
        } else {
            1
        };
        scored.items.extend(context.items(pull, &lines, &units, earlier, decay)?);
    }
    Ok(scored)
}

impl<'a> Context<'a> {
    fn new(evidence: &'a Evidence, policy: &'a Policy, roles: &'a Roles<'a>, pulls: &[&Pull]) -> Self {
        let mut reviews: BTreeMap<FactKey, Vec<&Review>> = BTreeMap::new();
        let mut confirmed = BTreeSet::new();
        for fact in &evidence.facts {
            match fact {
                Fact::Pull(_) | Fact::Answer(_) | Fact::Kudos(_) | Fact::Witness(_) => {}
                Fact::Review(review) => {
                    let key = FactKey::Pull { repo: review.repo, number: review.number };
                    reviews.entry(key).or_default().push(review);
                }
                Fact::Issue(issue) => {
                    let Some((close, closer)) =
                        issue.close.as_ref().and_then(|close| Some((close, close.closer.as_ref()?)))
                    else {
                        continue;
                    };
                    let before_merge = issue.labels.iter().any(|label| {
                        label.at < close.at
                            && label.actor != closer.author
                            && listed(&policy.labels.confirm, label)
                            && roles.label_counts(issue.repo, issue.author, label, label.at)
                    });
                    if before_merge {
                        confirmed.insert(FactKey::Pull { repo: closer.repo, number: closer.number });
                    }
                }
            }
        }
        Self { policy, roles, reviews, confirmed, reverted: standing_reverts(pulls) }
    }

    fn refusal(&self, pull: &Pull, lines: &Lines) -> Option<(&'static str, String)> {
        if pull.bot {
            return Some(("bot", "the author is a bot".to_owned()));
        }
        if let Some(by) = self.roles.excluded(pull.repo, pull.author, &pull.excluded) {
            return Some(("excluded", format!("maintainer {by} took it out with `/guerdon exclude`")));
        }
        if let Some(number) = pull.reverts {
            return Some(("revert", format!("reverts #{number}: a revert earns nothing")));
        }
        if let Some(number) = self.reverted.get(&pull.key()) {
            return Some(("reverted", format!("was reverted by #{number}")));
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

    fn independent(&self, pull: &Pull) -> bool {
        let approved = |review: &&Review| {
            review.verdict == Verdict::Approve && !review.bot && self.roles.maintains(pull.repo, review.by, pull.at)
        };
        pull.merger.is_some_and(|merger| merger != pull.author)
            || self.reviews.get(&pull.key()).is_some_and(|reviews| reviews.iter().any(approved))
    }

    fn factors(&self, pull: &Pull, lines: &Lines, earlier: u64) -> Vec<Factor> {
        let rule = &self.policy.factors;
        let mut factors = Vec::new();
        let mut factor = |name: &str, milli: Milli| factors.push(Factor { name: name.to_owned(), milli });
        if !self.independent(pull) {
            factor("unreviewed", rule.unreviewed);
        }
        if lines.source > 0 && lines.tests > 0 {
            factor("with_tests", rule.with_tests);
        }
        if self.confirmed.contains(&pull.key()) {
            factor("confirmed_issue", rule.confirmed_issue);
        }
        if earlier < rule.newcomer_pulls {
            factor("newcomer", rule.newcomer);
        }
        for (name, milli) in &self.policy.labels.factors {
            if self.has_label(pull, name) {
                factor(&format!("label {name}"), *milli);
            }
        }
        factors
    }

    fn has_label(&self, pull: &Pull, name: &str) -> bool {
        pull.labels.iter().any(|label| {
            same_label(name, &label.name) && self.roles.label_counts(pull.repo, pull.author, label, pull.at)
        })
    }

    /// Maintainers' labels decide; else what was changed; a title can only describe or lower.
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
        let points = |kind: Kind| self.policy.points.get(&kind).copied().unwrap_or(0);
        match titled(&pull.title) {
            Some(kind) if points(kind) <= points(by_files) => (kind, false),
            _ => (by_files, false),
        }
    }

    fn items(
        &self,
        pull: &Pull,
        lines: &Lines,
        units: &Units,
        earlier: u64,
        nth_trivial: u32,
    ) -> Result<Vec<LineItem>, ScoreError> {
        let key = pull.key();
        let unit_lines = units.lines(key);
        let size = Size::of(self.policy, unit_lines);
        let (kind, by_label) = self.kind(pull, lines);
        let is_fix = (by_label && kind == Kind::Fix) || self.confirmed.contains(&key);
        let base = self.policy.points.get(&kind).copied().unwrap_or(0);
        let mut factors = self.factors(pull, lines, earlier);
        let product = factors.iter().fold(1000, |product, factor| product * factor.milli / 1000);
        let product = product.clamp(self.policy.factors.min, self.policy.factors.max);
        let divisor = 3u128.saturating_pow(nth_trivial - 1);
        let mut notes = Vec::new();
        if lines.ignored_files > 0 {
            let (files, changed) = (lines.ignored_files, lines.ignored);
            notes.push(format!("{files} generated, vendored or moved files: {changed} lines at weight 0"));
        }
        let others = units.others(key);
        if !others.is_empty() {
            let numbers: Vec<_> = others.iter().map(|number| format!("#{number}")).collect();
            notes.push(format!("shares files with {}: sized together and shared by lines", numbers.join(", ")));
        }
        if nth_trivial > 1 {
            notes.push(format!("trivial pull request number {nth_trivial} of this author: weight 1/{divisor}"));
            factors.push(Factor { name: "trivial".to_owned(), milli: u64::try_from(1000 / divisor).unwrap_or(0) });
        }
        let code = if is_fix { Slice::Fixes } else { Slice::Code };
        let mut items = Vec::new();
        for (slice, part) in [(code, lines.code()), (Slice::Tests, lines.tests), (Slice::Docs, lines.docs)] {
            if part == 0 {
                continue;
            }
            let overflow = || ScoreError::Overflow(key.to_string());
            // base <= 10^6, product <= 4000, over < 2^32, part < 2^64: the product of these four
            // and of the 1000 milli-points in a point stays under 2^128 for any real input.
            let numerator = [1000, product, size.over, part]
                .into_iter()
                .try_fold(u128::from(base), |sum, factor| sum.checked_mul(u128::from(factor)))
                .ok_or_else(overflow)?;
            let denominator = [1000, size.under, unit_lines]
                .into_iter()
                .try_fold(divisor, |sum, factor| sum.checked_mul(u128::from(factor)))
                .ok_or_else(overflow)?;
            items.push(LineItem {
                contributor: pull.author,
                fact: key,
                kind,
                slice,
                base,
                lines: part,
                size: size.milli(),
                factors: factors.clone(),
                points: u64::try_from(numerator / denominator).map_err(|_| overflow())?,
                priced: 0,
                units: 0,
                notes: notes.clone(),
            });
        }
        Ok(items)
    }
}

/// Which pull requests are reverted, after reverts of reverts cancelled each other.
fn standing_reverts(pulls: &[&Pull]) -> BTreeMap<FactKey, u64> {
    let mut reverted = BTreeMap::new();
    // Latest first: a revert counts unless a later one took it back.
    for pull in pulls.iter().rev() {
        if let Some(number) = pull.reverts
            && !reverted.contains_key(&pull.key())
        {
            reverted.insert(FactKey::Pull { repo: pull.repo, number }, pull.number);
        }
    }
    reverted
}

/// The kind that a conventional-commit prefix claims; performance and security only maintainers
/// may claim, by a label.
fn titled(title: &str) -> Option<Kind> {
    let (prefix, _) = title.split_once(':')?;
    let word = prefix.split(['(', '!']).next().unwrap_or_default().trim().to_lowercase();
    match word.as_str() {
        "feat" | "feature" => Some(Kind::Feature),
        "fix" => Some(Kind::Fix),
        "docs" | "doc" => Some(Kind::Docs),
        "test" | "tests" => Some(Kind::Test),
        "refactor" => Some(Kind::Refactor),
        "build" | "ci" => Some(Kind::Build),
        "chore" | "style" => Some(Kind::Chore),
        _ => None,
    }
}
