//! Points of reviews: a verdict and distinct commented hunks, times the size of what was reviewed.
//! Guiding a newcomer's first pull requests counts once more, as mentoring.

use super::ScoreError;
use super::ledger::{Found, Ledger, fraction};
use super::outcome::{Factor, Slice};
use super::pulls::{Scored, Standing};
use super::roles::Roles;
use crate::evidence::Evidence;
use crate::model::{ContributorId, FactKey, Kind, Review, Verdict};
use crate::policy::Policy;
use rayon::prelude::*;

pub(super) fn score<'a>(
    evidence: &'a Evidence,
    policy: &Policy,
    roles: &Roles<'_>,
    pulls: &'a Scored<'a>,
    ledger: &mut Ledger,
) -> Result<(), ScoreError> {
    let base = policy.points.get(&Kind::Review).copied().unwrap_or(0);
    let reviews: Vec<&Review> = evidence.reviews().collect();
    // Close together, because every review asks.
    let accepted: Vec<(ContributorId, u64)> =
        evidence.opening.people.iter().map(|person| (person.id, person.accepted)).collect();
    let accepted_before = |id: ContributorId| {
        let found = accepted.binary_search_by_key(&id, |(id, _)| *id).ok().and_then(|at| accepted.get(at));
        found.map_or(0, |(_, count)| *count)
    };
    let turn = |review: &&'a Review| match counts(policy, roles, review, pulls) {
        Ok(standing) => {
            let stranger = accepted_before(review.by) == 0 && is_stranger(roles, review, pulls);
            Ok(Turn { review, standing, stranger, of_pair: 0, of_verdicts: 0, of_strangers: 0 })
        }
        Err(why) => Err((*review, why)),
    };
    let mut turns: Vec<Result<Turn<'_>, _>> = reviews.par_iter().map(turn).collect();
    number(policy, &mut turns);
    ledger.each(&turns, |turn, ledger| {
        let Turn { review, standing, of_pair, of_verdicts, of_strangers, .. } = match turn {
            Ok(turn) => turn,
            Err((review, (rule, reason))) => {
                ledger.refuse(review.by, review.key(), rule, *reason);
                return Ok(());
            }
        };
        let key = review.key();
        let verdict = if review.verdict == Verdict::Comment { 0 } else { policy.reviews.verdict };
        let hunks = review.hunks.min(policy.reviews.max_hunks);
        let substance = verdict + hunks * policy.reviews.hunk;
        let mut factors = vec![Factor::new("substance", substance)];
        let mut notes = Vec::new();
        let mut under = vec![standing.size.under];
        if review.hunks > hunks {
            notes.push(format!("{} commented hunks: {hunks} count", review.hunks));
        }
        if *of_pair > 1 {
            notes.push(format!("review number {of_pair} of the same author in this epoch: weight 1/{of_pair}"));
            factors.push(Factor::fraction("same_author", 1, *of_pair));
            under.push(*of_pair);
        }
        if *of_verdicts > 1 {
            notes.push(format!(
                "verdict number {of_verdicts} without a commented hunk in this epoch: weight 1/{of_verdicts}"
            ));
            factors.push(Factor::fraction("verdict_only", 1, *of_verdicts));
            under.push(*of_verdicts);
        }
        let mut over = vec![base, substance, standing.size.over];
        if *of_strangers > 0 {
            // After 2^30 nothing is left of a point.
            let half = 1u64 << (of_strangers - 1).min(30);
            notes.push(format!(
                "nothing by this reviewer was accepted yet: number {of_strangers} of such reviews of #{}",
                review.number
            ));
            factors.push(Factor::fraction("stranger", policy.reviews.stranger, half.saturating_mul(1000)));
            over.push(policy.reviews.stranger);
            under.extend([1000, half]);
        }
        let points = fraction(&over, &under).ok_or_else(|| ScoreError::Overflow(key.to_string()))?;
        let mut credit = |slice, factors, notes| {
            ledger.credit(Found {
                at: standing.pull.at,
                contributor: review.by,
                fact: key,
                kind: Kind::Review,
                slice,
                base,
                lines: 0,
                size: standing.size.milli(),
                factors,
                points,
                notes,
            });
        };
        let mentors = hunks > 0 && standing.earlier < policy.mentoring.newcomer_pulls;
        let mentor = || {
            accepted_before(review.by) >= policy.mentoring.mentor_pulls
                || roles.maintains(review.repo, review.by, review.at)
        };
        if mentors && mentor() {
            let note = format!("pull request number {} of a newcomer", standing.earlier + 1);
            credit(Slice::Mentoring, factors.clone(), vec![note]);
        }
        credit(Slice::Review, factors, notes);
        Ok(())
    })?;
    Ok(())
}

/// A review that counts.
struct Turn<'a> {
    review: &'a Review,
    standing: &'a Standing<'a>,
    /// The reviewer has no standing yet: anybody may review anything.
    stranger: bool,
    /// Which one of this reviewer and this author it is.
    of_pair: u64,
    /// Which one of this reviewer's verdicts without a commented hunk; 0 when it is none.
    of_verdicts: u64,
    /// Which one of this pull request's reviews by strangers; 0 when it is none.
    of_strangers: u64,
}

/// Nothing was accepted in this epoch of who reviewed, who is no maintainer either.
fn is_stranger(roles: &Roles<'_>, review: &Review, pulls: &Scored<'_>) -> bool {
    pulls.accepted.binary_search_by_key(&review.by, |(id, _)| *id).is_err()
        && !roles.maintains(review.repo, review.by, review.at)
}

/// Counts in the order of time; `turns` stand in the order of their keys.
fn number<E>(policy: &Policy, turns: &mut [Result<Turn<'_>, E>]) {
    let (mut pairs, mut verdicts, mut strangers) = (Vec::new(), Vec::new(), Vec::new());
    for (at, turn) in turns.iter().enumerate() {
        let Ok(Turn { review, standing, stranger, .. }) = turn else { continue };
        if *stranger {
            strangers.push((standing.pull.key(), review.at, at));
        }
        pairs.push(((review.by, standing.pull.author), review.at, at));
        if review.hunks.min(policy.reviews.max_hunks) == 0 {
            verdicts.push((review.by, review.at, at));
        }
    }
    each_nth(pairs, turns, |turn| &mut turn.of_pair);
    each_nth(verdicts, turns, |turn| &mut turn.of_verdicts);
    each_nth(strangers, turns, |turn| &mut turn.of_strangers);
}

/// Counts the turns of each key in the order of time: a list of keys, times and places in `turns`.
fn each_nth<K: Ord + Send, E>(
    mut list: Vec<(K, u64, usize)>,
    turns: &mut [Result<Turn<'_>, E>],
    count: for<'a> fn(&'a mut Turn<'_>) -> &'a mut u64,
) {
    list.par_sort_unstable();
    for of_key in list.chunk_by(|a, b| a.0 == b.0) {
        for (nth, (_, _, at)) in (1..).zip(of_key) {
            if let Some(Ok(turn)) = turns.get_mut(*at) {
                *count(turn) = nth;
            }
        }
    }
}

fn counts<'a>(
    policy: &Policy,
    roles: &Roles<'_>,
    review: &Review,
    pulls: &'a Scored<'a>,
) -> Result<&'a Standing<'a>, (&'static str, &'static str)> {
    if review.bot {
        return Err(("bot", "the reviewer is a bot"));
    }
    let Some(standing) = pulls.standings.get(&FactKey::Pull { repo: review.repo, number: review.number }) else {
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
