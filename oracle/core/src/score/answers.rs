//! Points of accepted answers: accepted by a maintainer who neither asked nor answered.

use super::ledger::{Found, Ledger};
use super::outcome::Slice;
use super::roles::Roles;
use super::{ScoreError, is_settled};
use crate::evidence::Evidence;
use crate::model::{Answer, Kind};
use crate::policy::Policy;

pub(super) fn score(
    evidence: &Evidence,
    policy: &Policy,
    roles: &Roles<'_>,
    ledger: &mut Ledger,
) -> Result<(), ScoreError> {
    let base = policy.points.get(&Kind::Answer).copied().unwrap_or(0);
    for answer in evidence.answers() {
        let key = answer.key();
        if let Err((rule, reason)) = accepted(evidence, roles, answer) {
            ledger.refuse(answer.by, key, rule, reason);
            continue;
        }
        ledger.credit(Found {
            at: answer.at,
            contributor: answer.by,
            fact: key,
            kind: Kind::Answer,
            slice: Slice::Feedback,
            base,
            lines: 0,
            size: 1000,
            factors: Vec::new(),
            points: base.checked_mul(1000).ok_or_else(|| ScoreError::Overflow(key.to_string()))?,
            notes: Vec::new(),
        });
    }
    Ok(())
}

fn accepted(evidence: &Evidence, roles: &Roles<'_>, answer: &Answer) -> Result<(), (&'static str, &'static str)> {
    if answer.bot {
        return Err(("bot", "the author is a bot"));
    }
    let Some(accepter) = answer.accepter else {
        return Err(("unconfirmed", "nobody who has an account accepted it"));
    };
    if accepter == answer.by || Some(accepter) == answer.asker {
        return Err(("unconfirmed", "was accepted by who asked or answered, not by a maintainer"));
    }
    if answer.asker == Some(answer.by) {
        return Err(("unconfirmed", "the asker's own answer"));
    }
    if !roles.maintains(answer.repo, accepter, answer.at) {
        return Err(("unconfirmed", "was accepted by somebody who is no maintainer"));
    }
    if is_settled(evidence, answer.repo, |settled| &settled.answers, answer.number) {
        return Err(("elsewhere", "an answer in this discussion was paid before"));
    }
    Ok(())
}
