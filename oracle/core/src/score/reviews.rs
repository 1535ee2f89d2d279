//! Points of reviews: a verdict and distinct commented hunks, times the size of what was reviewed.

use super::pulls::Standing;
use super::{Factor, LineItem, Refusal, ScoreError, Slice};
use crate::evidence::Evidence;
use crate::model::{Fact, FactKey, Kind, Review, Verdict};
use crate::policy::Policy;
use std::collections::BTreeMap;

pub(super) fn score(
    evidence: &Evidence,
    policy: &Policy,
    standings: &BTreeMap<FactKey, Standing>,
    refusals: &mut Vec<Refusal>,
) -> Result<Vec<LineItem>, ScoreError> {
    let mut reviews: Vec<(&Review, FactKey)> = evidence
        .facts
        .iter()
        .filter_map(|fact| if let Fact::Review(review) = fact { Some((review, fact.key())) } else { None })
        .collect();
    reviews.sort_by_key(|(review, key)| (review.at, *key));
    let base = policy.points.get(&Kind::Review).copied().unwrap_or(0);
    let mut pairs: BTreeMap<_, u64> = BTreeMap::new();
    let mut items = Vec::new();
    for (review, key) in reviews {
        let mut refuse = |rule: &str, reason: &str| {
            refusals.push(Refusal {
                contributor: review.by,
                fact: key,
                rule: rule.to_owned(),
                reason: reason.to_owned(),
            });
        };
        if review.bot {
            refuse("bot", "the reviewer is a bot");
            continue;
        }
        let pull = FactKey::Pull { repo: review.repo, number: review.number };
        let Some(Standing::Counts { author, size }) = standings.get(&pull) else {
            refuse("review", "the pull request itself does not count");
            continue;
        };
        let verdict = if review.verdict == Verdict::Comment { 0 } else { policy.reviews.verdict };
        let hunks = review.hunks.min(policy.reviews.max_hunks);
        let substance = verdict + hunks * policy.reviews.hunk;
        if substance == 0 {
            refuse("review", "a comment without a verdict or a commented hunk");
            continue;
        }
        let nth = pairs.entry((review.by, *author)).or_insert(0);
        *nth += 1;
        let mut factors = vec![Factor { name: "substance".to_owned(), milli: substance }];
        let mut notes = Vec::new();
        if review.hunks > hunks {
            notes.push(format!("{} commented hunks: {hunks} count", review.hunks));
        }
        if *nth > 1 {
            notes.push(format!("review number {nth} of the same author in this epoch: weight 1/{nth}"));
            factors.push(Factor { name: "same_author".to_owned(), milli: 1000 / *nth });
        }
        let overflow = || ScoreError::Overflow(key.to_string());
        // base <= 10^6, substance <= 101,000, over < 2^32.
        let numerator = u128::from(base) * u128::from(substance) * u128::from(size.over);
        let denominator = u128::from(size.under) * u128::from(*nth);
        items.push(LineItem {
            contributor: review.by,
            fact: key,
            kind: Kind::Review,
            slice: Slice::Review,
            base,
            lines: 0,
            size: size.milli(),
            factors,
            points: u64::try_from(numerator / denominator).map_err(|_| overflow())?,
            priced: 0,
            units: 0,
            notes,
        });
    }
    Ok(items)
}
