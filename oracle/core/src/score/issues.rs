//! Points of confirmed issues. "Completed" alone confirms nothing; a maintainer's label does, or a
//! merged pull request by somebody else that a third account accepted. By that alone an issue is
//! worth as much as the change that closed it: a typo reported to be closed by a friend pays a typo.

use super::ledger::{Found, Ledger, fraction};
use super::outcome::{Factor, Slice};
use super::pulls::Scored;
use super::roles::{Roles, listed};
use super::size::Size;
use super::{ScoreError, is_settled};
use crate::evidence::Evidence;
use crate::model::{Closer, Fact, FactKey, Issue, Kind, Label, Reason};
use crate::policy::Policy;

struct Confirmed {
    at: u64,
    /// Of the change that closed it, when only that confirms it.
    size: Option<Size>,
    how: String,
}

pub(super) fn score(
    evidence: &Evidence,
    policy: &Policy,
    roles: &Roles<'_>,
    pulls: &Scored<'_>,
    ledger: &mut Ledger,
) -> Result<(), ScoreError> {
    let base = policy.points.get(&Kind::Issue).copied().unwrap_or(0);
    let issues: Vec<&Issue> = evidence.issues().collect();
    ledger.each(&issues, |issue, ledger| {
        let key = issue.key();
        match confirmed(evidence, policy, roles, pulls, issue) {
            Ok(Confirmed { at, size, how }) => {
                let (over, under) = size.map_or((1, 1), |size| (size.over, size.under));
                let factors = size.map(|size| Factor::fraction("closing_change", size.over, size.under));
                ledger.credit(Found {
                    at,
                    contributor: issue.author,
                    fact: key,
                    kind: Kind::Issue,
                    slice: Slice::Feedback,
                    base,
                    lines: 0,
                    size: 1000,
                    factors: factors.into_iter().collect(),
                    points: fraction(&[base, 1000, over], &[under])
                        .ok_or_else(|| ScoreError::Overflow(key.to_string()))?,
                    notes: vec![how],
                });
            }
            Err((rule, reason)) => ledger.refuse(issue.author, key, rule, reason),
        }
        Ok(())
    })?;
    Ok(())
}

fn confirmed(
    evidence: &Evidence,
    policy: &Policy,
    roles: &Roles<'_>,
    pulls: &Scored<'_>,
    issue: &Issue,
) -> Result<Confirmed, (&'static str, String)> {
    if issue.bot {
        return Err(("bot", "the author is a bot".to_owned()));
    }
    let exclusions = &issue.excluded;
    let excluded = roles.takes_all(issue.repo, issue.author, exclusions);
    if let Some(by) = excluded.or_else(|| roles.excluded(issue.repo, issue.author, exclusions)) {
        return Err(("excluded", format!("{by} took it out with `/guerdon exclude`")));
    }
    let counts = |label: &&Label| roles.label_counts(issue.repo, issue.author, label, label.at);
    if let Some(label) = issue.labels.iter().filter(counts).find(|label| listed(&policy.labels.refuse, label)) {
        return Err(("excluded", format!("a maintainer labelled it {:?}", label.name)));
    }
    let mut ways: Vec<Confirmed> = Vec::new();
    for label in issue.labels.iter().filter(|label| listed(&policy.labels.confirm, label)).filter(counts) {
        ways.push(Confirmed { at: label.at, size: None, how: format!("a maintainer labelled it {:?}", label.name) });
    }
    let mut why_not = "no maintainer confirmed it".to_owned();
    if let Some(close) = &issue.close {
        if matches!(close.reason, Some(Reason::Duplicate | Reason::Unplanned)) {
            return Err(("unplanned", "was closed as not planned or as a duplicate".to_owned()));
        }
        if let Some(closer) = &close.closer {
            match closing_size(evidence, policy, roles, pulls, issue, closer, close.at) {
                Ok(size) => {
                    let how = format!("closed by #{} of another account", closer.number);
                    ways.push(Confirmed { at: close.at, size: Some(size), how });
                }
                Err(reason) => why_not = format!("no maintainer confirmed it, and {reason}"),
            }
        }
    }
    let Some(first) = ways.iter().map(|way| way.at).min() else {
        return Err(("unconfirmed", why_not));
    };
    let window = evidence.header.counts_from(&issue.key())..evidence.header.ends;
    if !window.contains(&first) || is_settled(evidence, issue.repo, |settled| &settled.issues, issue.number) {
        return Err(("elsewhere", "was confirmed in another epoch".to_owned()));
    }
    // A label says more than the size of the change; both within the epoch are one confirmation.
    let within = ways.into_iter().filter(|way| window.contains(&way.at));
    within.min_by_key(|way| (way.size.is_some(), way.at)).ok_or(("unconfirmed", why_not))
}

/// The size of the pull request that closed it, if that confirms the issue.
fn closing_size(
    evidence: &Evidence,
    policy: &Policy,
    roles: &Roles<'_>,
    pulls: &Scored<'_>,
    issue: &Issue,
    closer: &Closer,
    at: u64,
) -> Result<Size, String> {
    let number = closer.number;
    if closer.author == issue.author {
        return Err(format!("#{number} that closed it is of the same author"));
    }
    let third = |id: &_| *id != issue.author && *id != closer.author;
    let approved = closer.approvers.iter().filter(|id| roles.maintains(closer.repo, **id, at)).any(third);
    if !approved && !closer.merger.iter().any(third) {
        return Err(format!("no third account accepted #{number} that closed it"));
    }
    let key = FactKey::Pull { repo: closer.repo, number };
    if let Some(standing) = pulls.standings.get(&key) {
        return Ok(standing.size);
    }
    if evidence.facts.binary_search_by_key(&key, Fact::key).is_ok() {
        return Err(format!("#{number} that closed it does not count"));
    }
    // Merged in another epoch or repository: it confirms, and how large it was is not known here.
    Ok(Size::of(policy, policy.size.trivial_lines.saturating_mul(1000)))
}
