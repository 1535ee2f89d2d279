//! What a human should look at, besides what the rules flag where they meet it. Changes no amount.

use super::ledger::Ledger;
use super::pulls::Scored;
use crate::evidence::Evidence;
use crate::model::{ContributorId, FactKey, RepositoryId, Verdict};
use rayon::prelude::*;

/// From so many on a habit is a pattern.
const MANY: usize = 3;

pub(super) fn add(evidence: &Evidence, pulls: &Scored<'_>, ledger: &mut Ledger) {
    one_merger(pulls, ledger);
    mutual_verdicts(evidence, pulls, ledger);
}

/// A maintainer who in this epoch merged one other person's pull requests only, and several.
fn one_merger(pulls: &Scored<'_>, ledger: &mut Ledger) {
    let mut merged: Vec<(RepositoryId, ContributorId, ContributorId, FactKey)> = Vec::new();
    for (key, standing) in pulls.standings.iter() {
        let pull = standing.pull;
        if let Some(merger) = pull.merger.filter(|merger| *merger != pull.author) {
            merged.push((pull.repo, merger, pull.author, *key));
        }
    }
    merged.par_sort_unstable();
    for of_merger in merged.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)).filter(|list| list.len() >= MANY) {
        let Some((repo, merger, author, _)) = of_merger.first().copied() else { continue };
        if of_merger.last().is_some_and(|last| last.2 != author) {
            continue;
        }
        let message = format!(
            "in repository {repo}, {merger} merged {} pull requests of {author} and nobody else's",
            of_merger.len()
        );
        ledger.flag("one_merger", of_merger.iter().map(|one| one.3), [merger, author], message);
    }
}

/// Two accounts that approved each other's pull requests, and never with a commented hunk.
fn mutual_verdicts(evidence: &Evidence, pulls: &Scored<'_>, ledger: &mut Ledger) {
    // Under the pair's smaller id first: what both did stands together.
    let mut acts: Vec<((ContributorId, ContributorId), Act)> = Vec::new();
    for review in evidence.reviews() {
        let pull = FactKey::Pull { repo: review.repo, number: review.number };
        let Some(standing) = pulls.standings.get(&pull) else { continue };
        let (by, author) = (review.by, standing.pull.author);
        let act = match review.verdict {
            _ if review.hunks > 0 => Act::Commented,
            Verdict::Approve if by < author => Act::First(review.key()),
            Verdict::Approve => Act::Second(review.key()),
            _ => continue,
        };
        acts.push(((by.min(author), by.max(author)), act));
    }
    acts.par_sort_unstable();
    for of_pair in acts.chunk_by(|a, b| a.0 == b.0).filter(|list| list.len() >= MANY) {
        let Some(((a, b), first)) = of_pair.first().copied() else { continue };
        let Some((_, last)) = of_pair.last().copied() else { continue };
        // Sorted: a comment would come first, and approvals both ways span from one kind to the other.
        if let (Act::First(_), Act::Second(_)) = (first, last) {
            let facts = of_pair.iter().filter_map(|(_, act)| act.fact());
            let message = format!("{a} and {b} approve each other without a comment");
            ledger.flag("mutual_verdicts", facts, [a, b], message);
        }
    }
}

/// What one of a pair did to the other's pull request.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Act {
    Commented,
    /// Approved it without a commented hunk: who has the smaller id.
    First(FactKey),
    /// The other one.
    Second(FactKey),
}

impl Act {
    fn fact(self) -> Option<FactKey> {
        match self {
            Self::Commented => None,
            Self::First(key) | Self::Second(key) => Some(key),
        }
    }
}
