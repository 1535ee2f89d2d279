//! Rights that somebody does not have, or uses for a friend.

use super::town::{
    ANNE, BUDGET, MAIN, MAINTAINER, Part, SECOND, SIDE, THIRD, Town, alone, beside, flagged, id, label, units,
};
use super::{Attack, AttackError, Found, Limit};
use crate::model::{Exclusion, Verdict};
use crate::policy::Policy;
use Part::{At, Source, Tests};

/// Anne's accomplice in this file: a known account without any role.
const FRIEND: u64 = ANNE + 1;

pub(super) const ATTACKS: &[Attack] = &[
    super::units(
        "unmerged work",
        Limit::AtMost(0),
        "one merged change, beside twenty that are open, their reviews and their witnesses, which no evidence takes",
        |policy| {
            let mut quiet = Town::new(policy);
            quiet.pull(ANNE, &[Source(120)]);
            let mut reviewed = Town::new(policy);
            reviewed.review(999_999, ANNE, Verdict::Approve, 5);
            let mut witnessed = Town::new(policy);
            witnessed.witness(999_999, 1_000, false);
            if reviewed.outcome().is_ok() || witnessed.outcome().is_ok() {
                return Err(AttackError::Taken("unmerged work"));
            }
            let attacker = units(&Town::new(policy).outcome()?, &[ANNE]);
            Ok(Found { honest: units(&quiet.outcome()?, &[ANNE]), attacker, flagged: false })
        },
    ),
    super::units(
        "edited after the cutoff",
        Limit::AtMost(0),
        "a change as it was at the cutoff, beside evidence with a label or an exclusion set a second later, which is refused",
        |policy| {
            let mut quiet = Town::new(policy);
            quiet.pull(ANNE, &[Source(120)]);
            let mut labelled = Town::new(policy);
            let late = labelled.cutoff() + 1;
            labelled.pull(ANNE, &[Source(120)]).labels = vec![label("high impact", MAINTAINER, late)];
            let mut excluded = Town::new(policy);
            excluded.pull(ANNE, &[Source(120)]).excluded = vec![Exclusion { at: late, by: id(MAINTAINER), whom: None }];
            if labelled.outcome().is_ok() || excluded.outcome().is_ok() {
                return Err(AttackError::Taken("edited after the cutoff"));
            }
            Ok(Found { honest: units(&quiet.outcome()?, &[ANNE]), attacker: 0, flagged: false })
        },
    ),
    super::units(
        "merged by its author",
        Limit::AtMost(250),
        "a change that a maintainer merged, beside the same merged by its author",
        |policy| {
            alone(policy, change, |town| {
                town.pull(ANNE, CHANGE).merger = Some(id(ANNE));
            })
        },
    ),
    super::units(
        "merged by its author, approved by a friend",
        Limit::AtMost(250),
        "the same when a second account without any role approved it",
        |policy| {
            alone(policy, change, |town| {
                let pull = town.pull(ANNE, CHANGE);
                pull.merger = Some(id(ANNE));
                let number = pull.number;
                town.review(number, FRIEND, Verdict::Approve, 5);
            })
        },
    ),
    super::units(
        "labels by somebody who is no maintainer",
        Limit::AtMost(1000),
        "a change, beside the same with every label that pays, set by a friend",
        |policy| {
            alone(policy, change, |town| {
                let pull = town.pull(ANNE, CHANGE);
                let at = pull.created + 60;
                pull.labels =
                    ["bug", "high impact", "performance", "security"].map(|name| label(name, FRIEND, at)).to_vec();
            })
        },
    ),
    super::units(
        "a maintainer's labels on his own work",
        Limit::AtMost(1000),
        "a maintainer's change, beside the same labelled by himself",
        |policy| {
            let paid = |labelled: bool| {
                let mut town = Town::new(policy);
                let pull = town.pull(THIRD, CHANGE);
                pull.repo = SIDE;
                let at = pull.created + 60;
                if labelled {
                    pull.labels = ["high impact", "performance", "security"].map(|name| label(name, THIRD, at)).to_vec();
                }
                Ok::<_, AttackError>(units(&town.outcome()?, &[THIRD]))
            };
            Ok(Found { honest: paid(false)?, attacker: paid(true)?, flagged: false })
        },
    ),
    super::units(
        "a rival's work labelled as spam",
        Limit::AtLeast(1000),
        "what an honest author keeps when accounts without any role label the work as spam and exclude it",
        |policy| {
            alone(policy, change, |town| {
                let pull = town.pull(ANNE, CHANGE);
                let at = pull.created + 60;
                pull.labels = vec![label("invalid", FRIEND, at), label("spam", FRIEND, at)];
                pull.excluded = vec![Exclusion { at, by: id(FRIEND), whom: None }];
            })
        },
    ),
    super::units(
        "a rival's work reverted in name only",
        Limit::AtLeast(900),
        "what an honest author keeps when another account merges one line that calls itself a revert of the work",
        |policy| {
            alone(policy, change, |town| {
                let number = town.pull(ANNE, CHANGE).number;
                town.pull(FRIEND, &[At("src/unrelated.rs", 1, 0)]).reverts = Some(number);
            })
        },
    ),
    super::units(
        "a rival in the same files",
        Limit::AtLeast(800),
        "what an honest author keeps when another account merges a line in each of the two files of the work",
        |policy| alone(policy, in_two_files, |town| crowded(town, 1)),
    )
    .flagged(),
    super::units(
        "five rivals in the same files",
        Limit::Printed,
        "the same with five other accounts: five people in two files in one week look like this too, and it is flagged",
        |policy| alone(policy, in_two_files, |town| crowded(town, 5)),
    )
    .flagged(),
    super::units(
        "bots",
        Limit::AtMost(0),
        "a change, beside a bot's forty changes, reviews and confirmed issues",
        |policy| {
            alone(policy, change, |town| {
                let week: Vec<_> = town.pulls.iter().map(|pull| (pull.number, pull.repo)).collect();
                for (number, repo) in week {
                    let review = town.review(number, ANNE, Verdict::Approve, 5);
                    (review.bot, review.repo) = (true, repo);
                }
                for _ in 0..40 {
                    let pull = town.pull(ANNE, CHANGE);
                    pull.bot = true;
                    pull.coauthors = vec![id(FRIEND)];
                    let issue = town.issue(ANNE);
                    issue.bot = true;
                    issue.labels = vec![label("bug", MAINTAINER, issue.created + 60)];
                }
            })
        },
    ),
    super::units(
        "a bot's work laundered through a co-author",
        Limit::AtMost(0),
        "a change, beside forty of a bot that name a person as co-author",
        |policy| {
            beside(policy, change, &[FRIEND], |town| {
                for _ in 0..40 {
                    let pull = town.pull(ANNE, CHANGE);
                    (pull.bot, pull.coauthors) = (true, vec![id(FRIEND)]);
                }
            })
        },
    ),
    super::units(
        "a flood of open pull requests",
        Limit::AtMost(999),
        "three merged changes, beside the same with sixty more left open: a flood pays less than none",
        |policy| {
            let three = |town: &mut Town| {
                for _ in 0..3 {
                    town.pull(ANNE, CHANGE);
                }
            };
            alone(policy, three, |town| {
                for _ in 0..3 {
                    town.pull(ANNE, CHANGE).open = 60;
                }
            })
        },
    ),
    super::units(
        "a maintainer who merges a friend's junk",
        Limit::AtMost(1000),
        "the side repository's share of the slices for code, tests and docs, beside what sixty merged thousand-line changes get",
        |policy| {
            let attacker = junk(policy, &[SIDE])?;
            Ok(Found { honest: share_of_a_repository(policy), ..attacker })
        },
    )
    .flagged(),
    super::units(
        "junk in two repositories, to dodge the share of one",
        Limit::AtMost(1000),
        "what one person may get at most, beside sixty thousand-line changes over both repositories, merged by one maintainer",
        |policy| {
            let honest = BUDGET / 100 * policy.limits.max_share;
            Ok(Found { honest, ..junk(policy, &[MAIN, SIDE])? })
        },
    )
    .flagged(),
    super::units(
        "two maintainers who merge each other's work",
        Limit::Printed,
        "a change of a contributor, beside the same of a maintainer whom the other merges: independent, unless they collude",
        |policy| {
            let found = beside(policy, change, &[SECOND], |town| {
                town.pull(SECOND, CHANGE).merger = Some(id(MAINTAINER));
            })?;
            // Not the reviews of an ordinary week.
            let reviews = units(&Town::new(policy).outcome()?, &[SECOND]);
            Ok(Found { attacker: found.attacker.saturating_sub(reviews), ..found })
        },
    ),
];

const CHANGE: &[Part] = &[Source(120), Tests(40)];

fn change(town: &mut Town) {
    town.pull(ANNE, CHANGE);
}

fn in_two_files(town: &mut Town) {
    town.pull(ANNE, &[At("src/a.rs", 100, 0), At("src/b.rs", 100, 0)]);
}

/// Beside it, one line in each of its files by each of so many others.
fn crowded(town: &mut Town, others: u64) {
    in_two_files(town);
    for other in FRIEND..FRIEND + others {
        town.pull(other, &[At("src/a.rs", 1, 0), At("src/b.rs", 1, 0)]);
    }
}

/// The most that one of several repositories gets of what pull requests are paid from.
fn share_of_a_repository(policy: &Policy) -> u64 {
    use crate::score::Slice;
    let percent = |slice| policy.slices.get(&slice).map_or(0, |rule| rule.percent);
    let slices: u64 = [Slice::Code, Slice::Fixes, Slice::Tests, Slice::Docs].map(percent).iter().sum();
    BUDGET / 10_000 * slices * policy.limits.repository_percent
}

/// Sixty changes of a thousand lines by Anne, which an accomplice with the right to merge takes.
fn junk(policy: &Policy, repositories: &[crate::model::RepositoryId]) -> Result<Found, AttackError> {
    let mut town = Town::new(policy);
    for repo in repositories {
        town.maintains(*repo, FRIEND);
    }
    for repo in repositories.iter().cycle().take(60) {
        let pull = town.pull(ANNE, &[Source(700), Tests(200), Part::Docs(100)]);
        (pull.repo, pull.merger) = (*repo, Some(id(FRIEND)));
    }
    let outcome = town.outcome()?;
    Ok(Found { honest: 0, attacker: units(&outcome, &[ANNE]), flagged: flagged(&outcome, &[ANNE, FRIEND]) })
}
