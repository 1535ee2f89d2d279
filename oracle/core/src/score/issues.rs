//! Points of confirmed issues. "Completed" alone confirms nothing; a maintainer's label does, or a
//! merged pull request by somebody else that a third account merged or approved.

use super::roles::{Roles, listed};
use super::{LineItem, Refusal, ScoreError, Slice};
use crate::evidence::Evidence;
use crate::model::{Fact, Issue, Kind, Reason};
use crate::policy::Policy;

pub(super) fn score(
    evidence: &Evidence,
    policy: &Policy,
    roles: &Roles<'_>,
    refusals: &mut Vec<Refusal>,
) -> Result<Vec<LineItem>, ScoreError> {
    let base = policy.points.get(&Kind::Issue).copied().unwrap_or(0);
    let mut items = Vec::new();
    for fact in &evidence.facts {
        let Fact::Issue(issue) = fact else { continue };
        let key = fact.key();
        match confirmed(evidence, policy, roles, issue) {
            Ok(how) => items.push(LineItem {
                contributor: issue.author,
                fact: key,
                kind: Kind::Issue,
                slice: Slice::Feedback,
                base,
                lines: 0,
                size: 1000,
                factors: Vec::new(),
                points: base.checked_mul(1000).ok_or_else(|| ScoreError::Overflow(key.to_string()))?,
                priced: 0,
                units: 0,
                notes: vec![how],
            }),
            Err((rule, reason)) => {
                refusals.push(Refusal { contributor: issue.author, fact: key, rule: rule.to_owned(), reason })
            }
        }
    }
    Ok(items)
}

fn confirmed(
    evidence: &Evidence,
    policy: &Policy,
    roles: &Roles<'_>,
    issue: &Issue,
) -> Result<String, (&'static str, String)> {
    if issue.bot {
        return Err(("bot", "the author is a bot".to_owned()));
    }
    if let Some(by) = roles.excluded(issue.repo, issue.author, &issue.excluded) {
        return Err(("excluded", format!("maintainer {by} took it out with `/guerdon exclude`")));
    }
    let counts = |label: &&crate::model::Label| roles.label_counts(issue.repo, issue.author, label, label.at);
    if let Some(label) = issue.labels.iter().filter(counts).find(|label| listed(&policy.labels.refuse, label)) {
        return Err(("excluded", format!("a maintainer labelled it {:?}", label.name)));
    }
    let mut ways = Vec::new();
    if let Some(close) = &issue.close {
        if matches!(close.reason, Some(Reason::Duplicate | Reason::Unplanned)) {
            return Err(("unplanned", "was closed as not planned or as a duplicate".to_owned()));
        }
        if let Some(closer) = &close.closer {
            let third = |id: &_| *id != issue.author && *id != closer.author;
            let accepted = closer.merger.iter().any(third) || closer.approvers.iter().any(third);
            if closer.author != issue.author && accepted {
                ways.push((close.at, format!("closed by #{} of another account", closer.number)));
            }
        }
    }
    let confirming = |label: &&crate::model::Label| listed(&policy.labels.confirm, label);
    for label in issue.labels.iter().filter(confirming).filter(counts) {
        ways.push((label.at, format!("a maintainer labelled it {:?}", label.name)));
    }
    let Some((at, how)) = ways.into_iter().min() else {
        return Err(("unconfirmed", "no maintainer confirmed it".to_owned()));
    };
    if !(evidence.header.starts..evidence.header.ends).contains(&at) {
        return Err(("elsewhere", "was confirmed in another epoch".to_owned()));
    }
    Ok(how)
}
