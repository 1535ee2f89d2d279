//! Points of reviews: a verdict and distinct commented hunks, times the size of what was reviewed.
//! Guiding a newcomer's first pull requests counts once more, as mentoring.

use super::ScoreError;
use super::ledger::{Found, Ledger, fraction};
use super::outcome::{Factor, Slice};
use super::pulls::{Scored, Standing};
use super::roles::Roles;
use crate::evidence::Evidence;
use crate::model::{ContributorId, Fact, FactKey, Kind, Review, Verdict};
use crate::policy::Policy;
use std::collections::BTreeMap;

pub(super) fn score(
    evidence: &Evidence,
    policy: &Policy,
    roles: &Roles<'_>,
    pulls: &Scored<'_>,
    ledger: &mut Ledger,
) -> Result<(), ScoreError> {
    let mut reviews: Vec<(&Review, FactKey)> = evidence
        .facts
        .iter()
        .filter_map(|fact| if let Fact::Review(review) = fact { Some((review, fact.key())) } else { None })
        .collect();
    reviews.sort_by_key(|(review, key)| (review.at, *key));
    let before: BTreeMap<_, _> = evidence.opening.people.iter().map(|person| (person.id, person.accepted)).collect();
    let base = policy.points.get(&Kind::Review).copied().unwrap_or(0);
    let mut pairs: BTreeMap<_, u64> = BTreeMap::new();
    let mut verdicts: BTreeMap<ContributorId, u64> = BTreeMap::new();
    let mut strangers: BTreeMap<FactKey, u32> = BTreeMap::new();
    for (review, key) in reviews {
        let standing = pulls.standings.get(&FactKey::Pull { repo: review.repo, number: review.number });
        let standing = match counts(policy, roles, review, standing) {
            Ok(standing) => standing,
            Err((rule, reason)) => {
                ledger.refuse(review.by, key, rule, reason);
                continue;
            }
        };
        let verdict = if review.verdict == Verdict::Comment { 0 } else { policy.reviews.verdict };
        let hunks = review.hunks.min(policy.reviews.max_hunks);
        let substance = verdict + hunks * policy.reviews.hunk;
        let mut factors = vec![Factor::new("substance", substance)];
        let mut notes = Vec::new();
        let mut under = vec![standing.size.under];
        if review.hunks > hunks {
            notes.push(format!("{} commented hunks: {hunks} count", review.hunks));
        }
        let author = standing.pull.author;
        let nth = next(pairs.entry((review.by, author)).or_default());
        if nth > 1 {
            notes.push(format!("review number {nth} of the same author in this epoch: weight 1/{nth}"));
            factors.push(Factor::fraction("same_author", 1, nth));
            under.push(nth);
        }
        if hunks == 0 {
            let nth = next(verdicts.entry(review.by).or_default());
            if nth > 1 {
                notes.push(format!("verdict number {nth} without a commented hunk in this epoch: weight 1/{nth}"));
                factors.push(Factor::fraction("verdict_only", 1, nth));
                under.push(nth);
            }
        }
        let mut over = vec![base, substance, standing.size.over];
        let accepted = before.get(&review.by).copied().unwrap_or(0) > 0 || pulls.accepted.contains_key(&review.by);
        if !accepted && !roles.maintains(review.repo, review.by, review.at) {
            let nth = strangers.entry(standing.pull.key()).or_default();
            // Above 2^30 nothing is left of a point.
            let half = 1u64 << (*nth).min(30);
            *nth = nth.saturating_add(1);
            notes.push(format!(
                "nothing by this reviewer was accepted yet: number {nth} of such reviews of #{}",
                review.number
            ));
            factors.push(Factor::fraction("stranger", policy.reviews.stranger, half.saturating_mul(1000)));
            over.push(policy.reviews.stranger);
            under.extend([1000, half]);
        }
        let points = fraction(&over, &under).ok_or_else(|| ScoreError::Overflow(key.to_string()))?;
        let mut credit = |slice, notes| {
            ledger.credit(Found {
                at: standing.pull.at,
                contributor: review.by,
                fact: key,
                kind: Kind::Review,
                slice,
                base,
                lines: 0,
                size: standing.size.milli(),
                factors: factors.clone(),
                points,
                notes,
            });
        };
        credit(Slice::Review, notes);
        let mentor = before.get(&review.by).copied().unwrap_or(0) >= policy.mentoring.mentor_pulls
            || roles.maintains(review.repo, review.by, review.at);
        if mentor && hunks > 0 && standing.earlier < policy.mentoring.newcomer_pulls {
            credit(Slice::Mentoring, vec![format!("pull request number {} of a newcomer", standing.earlier + 1)]);
        }
    }
    Ok(())
}

fn next(count: &mut u64) -> u64 {
    *count = count.saturating_add(1);
    *count
}

fn counts<'a, 'b>(
    policy: &Policy,
    roles: &Roles<'_>,
    review: &Review,
    standing: Option<&'b Standing<'a>>,
) -> Result<&'b Standing<'a>, (&'static str, &'static str)> {
    if review.bot {
        return Err(("bot", "the reviewer is a bot"));
    }
    let Some(standing) = standing else {
        return Err(("review", "the pull request itself does not count"));
    };
    if roles.excluded(review.repo, review.by, &standing.pull.excluded).is_some() {
        return Err(("excluded", "was taken out with `/guerdon exclude`"));
    }
    let verdict = review.verdict != Verdict::Comment && policy.reviews.verdict > 0;
    if !verdict && review.hunks.min(policy.reviews.max_hunks) * policy.reviews.hunk == 0 {
        return Err(("review", "a comment without a verdict or a commented hunk"));
    }
    if standing.pull.coauthors.contains(&review.by) {
        return Err(("review", "a co-author's review of the own work"));
    }
    Ok(standing)
}
