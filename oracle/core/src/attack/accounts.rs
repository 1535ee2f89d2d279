//! One person behind many accounts.

use super::town::{
    ANNE, BUDGET, MAIN, MAINTAINER, PUPPET, Part, RESIDENT, SIDE, Town, alone, beside, flagged, id, points, units,
    units_of_weeks, weeks,
};
use super::{Attack, AttackError, Found, Limit};
use crate::model::{Change, FileChange, Verdict};
use crate::policy::Policy;
use crate::score::Outcome;
use Part::{At, Docs, Source, Tests};

const FIVE: [u64; 5] = [PUPPET, PUPPET + 1, PUPPET + 2, PUPPET + 3, PUPPET + 4];
const KNOWN_FIVE: [u64; 5] = [ANNE, ANNE + 1, ANNE + 2, ANNE + 3, ANNE + 4];
const CHANGE: &[Part] = &[Source(12), Tests(4)];

pub(super) const ATTACKS: &[Attack] = &[
    super::units(
        "five changes by five accounts",
        Limit::AtMost(1150),
        "five separate changes by one known person under the first bracket, beside the same by five fresh accounts",
        |policy| {
            let honest = |town: &mut Town| {
                for _ in 0..5 {
                    town.pull(ANNE, CHANGE);
                }
            };
            beside(policy, honest, &FIVE, |town| {
                for who in FIVE {
                    town.pull(who, CHANGE);
                }
            })
        },
    ),
    super::units(
        "one change cut over five accounts",
        Limit::Printed,
        "300 lines with the two files where they meet, beside a fifth of it by each of five accounts",
        |policy| {
            let honest = |town: &mut Town| {
                town.pull(ANNE, &[At("src/hub.rs", 50, 0), At("src/mod.rs", 50, 0), Source(200)]);
            };
            beside(policy, honest, &FIVE, |town| {
                for who in FIVE {
                    town.pull(who, &[At("src/hub.rs", 10, 0), At("src/mod.rs", 10, 0), Source(40)]);
                }
            })
        },
    )
    .flagged(),
    super::units(
        "one change cut over five accounts, in files of their own",
        Limit::Printed,
        "300 lines in five files, beside 60 of them by each of five accounts: five people who share the work look like this too",
        |policy| {
            let honest = |town: &mut Town| {
                let files = ["src/1.rs", "src/2.rs", "src/3.rs", "src/4.rs", "src/5.rs"];
                town.pull(ANNE, &files.map(|path| At(path, 60, 0)));
            };
            beside(policy, honest, &FIVE, |town| {
                for who in FIVE {
                    town.pull(who, &[Source(60)]);
                }
            })
        },
    ),
    super::units(
        "newcomers thrown away after three",
        Limit::AtMost(1100),
        "six changes of one known person, beside the same by two fresh accounts, three each",
        |policy| {
            let honest = |town: &mut Town| {
                for _ in 0..6 {
                    town.pull(ANNE, CHANGE);
                }
            };
            beside(policy, honest, &FIVE, |town| {
                for who in [PUPPET, PUPPET, PUPPET, PUPPET + 1, PUPPET + 1, PUPPET + 1] {
                    town.pull(who, CHANGE);
                }
            })
        },
    ),
    super::units(
        "twenty typos by twenty accounts",
        Limit::Printed,
        "twenty corrections of one line by one person, beside one each by twenty fresh accounts",
        |policy| {
            let typo = |town: &mut Town, who, at: u64| {
                let path = format!("docs/{at:02}.md");
                town.pull(who, &[]).files =
                    vec![FileChange { path, additions: 1, deletions: 1, change: Change::Modified }];
            };
            let (mut one, mut many) = (Town::new(policy), Town::new(policy));
            for at in 0..20 {
                typo(&mut one, ANNE, at);
                typo(&mut many, PUPPET + at, at);
            }
            let puppets: Vec<u64> = (PUPPET..PUPPET + 20).collect();
            let many = many.outcome()?;
            let (attacker, flagged) = (units(&many, &puppets), flagged(&many, &puppets));
            Ok(Found { honest: units(&one.outcome()?, &[ANNE]), attacker, flagged })
        },
    ),
    super::units(
        "a whale beside the most that one may get",
        Limit::AtMost(1000),
        "the policy's highest share of the budget, beside what the author of 60% of all points gets",
        |policy| {
            let attacker = units(&whale(policy, &[ANNE], &[])?, &[ANNE]);
            Ok(Found { honest: BUDGET / 100 * policy.limits.max_share, attacker, flagged: false })
        },
    ),
    super::units(
        "a whale over five accounts, beside the most that one may get",
        Limit::AtMost(1600),
        "the policy's highest share of the budget, beside what five accounts with 60% of all points get",
        |policy| {
            let attacker = units(&whale(policy, &KNOWN_FIVE, &[])?, &KNOWN_FIVE);
            Ok(Found { honest: BUDGET / 100 * policy.limits.max_share, attacker, flagged: false })
        },
    ),
    super::units(
        "a whale over five accounts, beside the whale",
        Limit::AtMost(1600),
        "what the author of 60% of all points gets with one account, and with five",
        |policy| {
            let honest = units(&whale(policy, &[ANNE], &[])?, &[ANNE]);
            let attacker = units(&whale(policy, &KNOWN_FIVE, &[])?, &KNOWN_FIVE);
            Ok(Found { honest, attacker, flagged: false })
        },
    ),
    super::units(
        "a whale that names four co-authors",
        Limit::AtMost(1600),
        "what the author of 60% of all points gets alone, and with four accounts of his own as co-authors of everything",
        |policy| {
            let honest = units(&whale(policy, &[ANNE], &[])?, &[ANNE]);
            let attacker = units(&whale(policy, &[ANNE], &[ANNE + 1, ANNE + 2, ANNE + 3, ANNE + 4])?, &KNOWN_FIVE);
            Ok(Found { honest, attacker, flagged: false })
        },
    ),
    super::units(
        "padding with co-authors",
        Limit::AtMost(1001),
        "a change, beside the same with five fresh accounts as co-authors, all together",
        |policy| {
            let change = |town: &mut Town| {
                town.pull(ANNE, CHANGE);
            };
            beside(policy, change, &[ANNE, FIVE[0], FIVE[1], FIVE[2], FIVE[3], FIVE[4]], |town| {
                town.pull(ANNE, CHANGE).coauthors = FIVE.map(id).to_vec();
            })
        },
    ),
    super::units(
        "laundering the work of one who opted out",
        Limit::AtMost(1000),
        "a change, beside the same by an account that opted out and names a second account as co-author, both together",
        |policy| {
            let change = |town: &mut Town| {
                town.pull(ANNE, CHANGE);
            };
            let honest = alone(policy, change, |_| {})?.honest;
            let mut policy = policy.clone();
            policy.people.opted_out = vec![id(ANNE)];
            let mut town = Town::new(&policy);
            town.pull(ANNE, CHANGE).coauthors = vec![id(ANNE + 1)];
            let attacker = units(&town.outcome()?, &[ANNE, ANNE + 1]);
            Ok(Found { honest, attacker, flagged: false })
        },
    ),
    super::units(
        "linking late",
        Limit::AtMost(1001),
        "four weeks of work by five linked accounts, beside five that link in the fourth week only",
        |policy| {
            let work: fn(&mut Town) = |town| {
                for who in FIVE {
                    town.pull(who, CHANGE);
                }
            };
            let unlinked: fn(&mut Town) = |town| {
                for who in FIVE {
                    town.pull(who, CHANGE);
                    link(town, who, false);
                }
            };
            let linked: fn(&mut Town) = |town| {
                for who in FIVE {
                    town.pull(who, CHANGE);
                    link(town, who, true);
                }
            };
            let honest = units_of_weeks(&weeks(policy, &[work, work, work, work])?, &FIVE);
            let late = weeks(policy, &[unlinked, unlinked, unlinked, linked])?;
            let attacker = late.last().map_or(0, |last| units(last, &FIVE));
            Ok(Found { honest, attacker, flagged: false })
        },
    ),
];

fn link(town: &mut Town, who: u64, linked: bool) {
    if let Some(person) = town.person(who) {
        person.linked = linked;
    }
}

/// A week in which these accounts together have three fifths of all points: changes of code, tests and
/// docs, one account after the other, each reviewed by others.
fn whale(policy: &Policy, accounts: &[u64], coauthors: &[u64]) -> Result<Outcome, AttackError> {
    let all: Vec<u64> = accounts.iter().chain(coauthors).copied().collect();
    let mut town = Town::new(policy);
    let mut outcome = town.outcome()?;
    // Three hundred changes are far more than it takes; a policy without points ends here.
    for author in accounts.iter().cycle().take(300) {
        let whole: u64 = outcome.items.iter().map(|item| item.points).sum();
        if points(&outcome, &all) * 5 >= whole * 3 {
            break;
        }
        let pull = town.pull(*author, &[Source(90), Tests(40), Docs(20)]);
        pull.coauthors = coauthors.iter().copied().map(id).collect();
        // In both repositories, or the share of one would bound it before the brackets do.
        pull.repo = if pull.number.is_multiple_of(2) { MAIN } else { SIDE };
        let (number, repo) = (pull.number, pull.repo);
        town.review(number, MAINTAINER, Verdict::Approve, 2).repo = repo;
        town.review(number, RESIDENT, Verdict::Approve, 1).repo = repo;
        outcome = town.outcome()?;
    }
    Ok(outcome)
}
