//! What multiplies a pull request's points, each factor by what others did: who looked at it, what
//! they said of it, what it closes.

use super::ledger::Ledger;
use super::outcome::Factor;
use super::pulls::Context;
use super::size::Lines;
use super::work::Counting;
use crate::model::{ContributorId, Fact, FactKey, Pull, Verdict, Witness};
use crate::policy::Milli;

impl Context<'_> {
    fn independent(&self, pull: &Pull) -> bool {
        pull.merger.is_some_and(|merger| merger != pull.author) || self.approved(pull)
    }

    /// By a maintainer, who cannot be the author.
    fn approved(&self, pull: &Pull) -> bool {
        let (repo, number) = (pull.repo, pull.number);
        let first = FactKey::Review { repo, number, by: ContributorId(0) };
        let from = self.facts.partition_point(|fact| fact.key() < first);
        let reviews = self.facts.iter().skip(from).map_while(|fact| match fact {
            Fact::Review(review) if (review.repo, review.number) == (repo, number) => Some(review),
            _ => None,
        });
        let mut approving = reviews.filter(|review| review.verdict == Verdict::Approve && !review.bot);
        approving.any(|review| self.roles.maintains(repo, review.by, pull.at))
    }

    /// What multiplies the points within the policy's bounds.
    pub(super) fn factors(&self, one: &Counting<'_>, earlier: u64, ledger: &mut Ledger) -> Vec<Factor> {
        let (pull, lines, rule) = (one.pull, &one.lines, &self.policy.factors);
        let mut factors = Vec::new();
        if !self.independent(pull) {
            factors.push(Factor::new("unreviewed", rule.unreviewed));
        }
        let with_tests = self.with_tests(lines);
        if with_tests != 1000 {
            factors.push(Factor::new("with_tests", with_tests));
        }
        if self.confirmed.contains(&pull.key()) {
            factors.push(Factor::new("confirmed_issue", rule.confirmed_issue));
        }
        if earlier < rule.newcomer_pulls {
            factors.push(Factor::new("newcomer", rule.newcomer));
        }
        for (name, milli) in &self.policy.labels.factors {
            if self.has_label(pull, name) {
                factors.push(Factor { name: format!("label {name}").into(), milli: *milli });
            }
        }
        if let Some(witness) = self.witnesses.get(&pull.key()) {
            let milli = self.testimony(witness);
            if milli != 1000 {
                factors.push(Factor::new("witness", milli));
            }
            if witness.flagged {
                let message = format!("the text of #{} tries to instruct the model {}", pull.number, witness.model);
                ledger.flag("witness", [pull.key()], [pull.author], message);
            }
        }
        factors
    }

    /// The factor grows with the tests up to a part of the source, so that one line named a test gives
    /// next to nothing.
    fn with_tests(&self, lines: &Lines) -> Milli {
        let rule = &self.policy.factors;
        if lines.source == 0 {
            return 1000;
        }
        let enough = u128::from(lines.source) * u128::from(rule.tests_percent);
        let found = (u128::from(lines.tests) * 100).min(enough);
        let whole = u128::from(rule.with_tests.saturating_sub(1000));
        // At most `whole`, which is a factor.
        1000 + u64::try_from(whole * found / enough.max(1)).unwrap_or(0)
    }

    /// A model's answer within the policy's bounds. A text that tries to instruct the model never gains.
    fn testimony(&self, witness: &Witness) -> Milli {
        let rule = &self.policy.witness;
        if witness.samples < rule.answers {
            return 1000;
        }
        let answer = if witness.flagged { witness.answer.min(1000) } else { witness.answer };
        answer.clamp(rule.min, rule.max)
    }
}
