//! Issues and answers that nobody needed.

use super::town::{ANNE, MAIN, MAINTAINER, Part, Town, alone, beside, closed_by, id, label};
use super::{Attack, AttackError, Found, Limit};
use crate::policy::Policy;
use Part::{Source, Tests};

/// Anne's second and third account.
const OTHER: u64 = ANNE + 1;
const ANOTHER: u64 = ANNE + 2;

pub(super) const ATTACKS: &[Attack] = &[
    super::units(
        "unconfirmed issues",
        Limit::AtMost(0),
        "an issue that a maintainer confirmed, beside thirty that nobody did, closed as completed",
        |policy| {
            alone(policy, confirmed, |town| {
                for _ in 0..30 {
                    let issue = town.issue(ANNE);
                    let at = issue.created + 600;
                    let reason = Some(crate::model::Reason::Completed);
                    issue.close = Some(crate::model::Close { at, closer: None, reason });
                }
            })
        },
    ),
    super::units(
        "issues confirmed by oneself or a second account",
        Limit::AtMost(0),
        "the same thirty with confirming labels by their author and by a second account",
        |policy| {
            beside(policy, confirmed, &[ANNE, OTHER], |town| {
                for _ in 0..30 {
                    let issue = town.issue(ANNE);
                    let at = issue.created + 60;
                    issue.labels = vec![label("bug", ANNE, at), label("bug", OTHER, at), label("confirmed", OTHER, at)];
                }
            })
        },
    ),
    super::units(
        "issues closed by oneself",
        Limit::AtMost(0),
        "ten issues that the author's own merged pull requests close",
        |policy| feedback(policy, &[ANNE], |town| farm(town, ANNE, |_| {})),
    ),
    super::units(
        "issues closed through a second account",
        Limit::AtMost(0),
        "ten issues that a second account's pull requests close, merged by one of them and approved by a third",
        |policy| {
            feedback(policy, &[ANNE, OTHER, ANOTHER], |town| {
                farm(town, OTHER, |closer| {
                    closer.merger = Some(id(OTHER));
                    closer.approvers = vec![id(ANNE), id(ANOTHER)];
                });
            })
        },
    ),
    super::units(
        "issues closed by trivial pull requests",
        Limit::AtMost(1250),
        "one confirmed issue, beside ten that a second account closes with one-line changes which a maintainer merges",
        |policy| feedback(policy, &[ANNE], |town| farm(town, OTHER, |_| {})),
    ),
    super::units(
        "a fix of one's own invention",
        Limit::AtMost(1050),
        "a change, beside the same that closes an issue of a second account which no maintainer confirmed",
        |policy| {
            let plain = |town: &mut Town| {
                town.pull(ANNE, &[Source(120), Tests(40)]);
            };
            alone(policy, plain, |town| {
                let pull = town.pull(ANNE, &[Source(120), Tests(40)]);
                let (number, at) = (pull.number, pull.at);
                let issue = town.issue(OTHER);
                issue.labels = vec![label("bug", ANNE, issue.created + 60), label("bug", OTHER, issue.created + 60)];
                issue.close = Some(closed_by(MAIN, number, ANNE, at));
            })
        },
    ),
    super::units(
        "an issue paid twice",
        Limit::AtMost(1000),
        "an issue confirmed once, beside one that is closed, opened and confirmed again in the next epoch",
        |policy| {
            let label_it = |town: &mut Town, again: bool| {
                let number = 77;
                let issue = town.issue(ANNE);
                issue.number = number;
                let at = issue.created + 60;
                issue.labels = vec![label(if again { "confirmed" } else { "bug" }, MAINTAINER, at)];
            };
            let mut first = Town::new(policy);
            label_it(&mut first, false);
            let outcome = first.outcome()?;
            let honest = super::town::units(&outcome, &[ANNE]);
            let mut second = first.after(&outcome);
            label_it(&mut second, true);
            let attacker = honest + super::town::units(&second.outcome()?, &[ANNE]);
            Ok(Found { honest, attacker, flagged: false })
        },
    ),
    super::units(
        "answers to one's own questions",
        Limit::AtMost(0),
        "an accepted answer, beside ten that the asker's second account gives and the asker, itself or a third account accepts",
        |policy| {
            beside(
                policy,
                |town| town.answer(ANNE, 22, Some(MAINTAINER)),
                &[ANNE, OTHER, ANOTHER],
                |town| {
                    for accepter in [Some(ANNE), Some(OTHER), Some(ANOTHER), None] {
                        for _ in 0..5 {
                            town.answer(OTHER, ANNE, accepter);
                        }
                    }
                },
            )
        },
    ),
    super::units(
        "answers to a second account that a maintainer accepts",
        Limit::Printed,
        "one accepted answer, beside five to a second account's questions: the maintainer who accepts is the judge",
        |policy| {
            beside(
                policy,
                |town| town.answer(ANNE, 22, Some(MAINTAINER)),
                &[OTHER],
                |town| {
                    for _ in 0..5 {
                        town.answer(OTHER, ANNE, Some(MAINTAINER));
                    }
                },
            )
        },
    ),
];

fn confirmed(town: &mut Town) {
    let issue = town.issue(ANNE);
    issue.labels = vec![label("bug", MAINTAINER, issue.created + 60)];
}

/// Ten issues by Anne, each closed by a one-line pull request of this account.
fn farm(town: &mut Town, by: u64, change: impl Fn(&mut crate::model::Closer)) {
    for _ in 0..10 {
        let pull = town.pull(by, &[Source(1)]);
        let (number, at) = (pull.number, pull.at);
        let mut close = closed_by(MAIN, number, by, at);
        if let Some(closer) = &mut close.closer {
            change(closer);
            pull.merger = closer.merger;
        }
        town.issue(ANNE).close = Some(close);
    }
}

/// What these accounts get for issues only, beside one confirmed issue.
fn feedback(policy: &Policy, who: &[u64], attack: fn(&mut Town)) -> Result<Found, AttackError> {
    let honest = alone(policy, confirmed, |_| {})?.honest;
    let mut town = Town::new(policy);
    attack(&mut town);
    let outcome = town.outcome()?;
    let issues =
        |item: &&crate::score::LineItem| item.kind == crate::model::Kind::Issue && who.contains(&item.contributor.0);
    let attacker = outcome.items.iter().filter(issues).map(|item| item.units).sum();
    Ok(Found { honest, attacker, flagged: super::town::flagged(&outcome, who) })
}
