//! What a human should look at, besides what the rules flag where they meet it. Changes no amount.

use super::ledger::Ledger;
use super::pulls::Scored;
use crate::evidence::Evidence;
use crate::model::{ContributorId, Fact, FactKey, RepositoryId, Verdict};
use std::collections::{BTreeMap, BTreeSet};

/// From so many on a habit is a pattern.
const MANY: usize = 3;

pub(super) fn add(evidence: &Evidence, pulls: &Scored<'_>, ledger: &mut Ledger) {
    one_merger(pulls, ledger);
    mutual_verdicts(evidence, pulls, ledger);
}

/// A maintainer who in this epoch merged one other person's pull requests only, and several.
fn one_merger(pulls: &Scored<'_>, ledger: &mut Ledger) {
    let mut merged: BTreeMap<(RepositoryId, ContributorId), BTreeMap<ContributorId, Vec<FactKey>>> = BTreeMap::new();
    for (key, standing) in &pulls.standings {
        let pull = standing.pull;
        if let Some(merger) = pull.merger.filter(|merger| *merger != pull.author) {
            merged.entry((pull.repo, merger)).or_default().entry(pull.author).or_default().push(*key);
        }
    }
    for ((repo, merger), authors) in merged {
        if authors.len() != 1 {
            continue;
        }
        for (author, keys) in authors.into_iter().filter(|(_, keys)| keys.len() >= MANY) {
            let message = format!(
                "in repository {repo}, {merger} merged {} pull requests of {author} and nobody else's",
                keys.len()
            );
            ledger.flag("one_merger", keys, [merger, author], message);
        }
    }
}

/// Two accounts that approved each other's pull requests, and never with a commented hunk.
fn mutual_verdicts(evidence: &Evidence, pulls: &Scored<'_>, ledger: &mut Ledger) {
    let mut bare: BTreeMap<(ContributorId, ContributorId), Vec<FactKey>> = BTreeMap::new();
    let mut commented: BTreeSet<(ContributorId, ContributorId)> = BTreeSet::new();
    for fact in &evidence.facts {
        let Fact::Review(review) = fact else { continue };
        let pull = FactKey::Pull { repo: review.repo, number: review.number };
        let Some(standing) = pulls.standings.get(&pull) else { continue };
        let pair = (review.by, standing.pull.author);
        if review.hunks > 0 {
            commented.insert(pair);
        } else if review.verdict == Verdict::Approve {
            bare.entry(pair).or_default().push(fact.key());
        }
    }
    for ((a, b), keys) in &bare {
        let Some(back) = bare.get(&(*b, *a)).filter(|_| a < b) else { continue };
        let substance = commented.contains(&(*a, *b)) || commented.contains(&(*b, *a));
        if !substance && keys.len() + back.len() >= MANY {
            let facts = keys.iter().chain(back).copied();
            ledger.flag(
                "mutual_verdicts",
                facts,
                [*a, *b],
                format!("{a} and {b} approve each other without a comment"),
            );
        }
    }
}
