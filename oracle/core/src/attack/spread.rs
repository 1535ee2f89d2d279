//! Reverts and re-lands, over weeks.

use super::town::{ANNE, Part, RESIDENT, Town, units_of_weeks, weeks};
use super::{Attack, AttackError, Found, Limit};
use crate::policy::Policy;
use Part::{At, Source, Tests};

const FRIEND: u64 = ANNE + 1;
/// The changes that these attacks are about.
const LANDED: u64 = 90_001;
const REVERT: u64 = 90_002;
const AGAIN: u64 = 90_003;

type Week = fn(&mut Town);

pub(super) const ATTACKS: &[Attack] = &[
    super::units(
        "reverted in the same epoch",
        Limit::AtMost(1000),
        "a week of honest work, beside the same with 300 lines more that are reverted before it ends",
        |policy| {
            over(
                policy,
                &[work],
                &[|town| {
                    work(town);
                    land(town);
                    revert(town, RESIDENT);
                }],
            )
        },
    ),
    super::units(
        "reverted in a later epoch",
        Limit::AtMost(1010),
        "six weeks of honest work, beside the same with 300 lines more in the first that are reverted in the second",
        |policy| {
            over(
                policy,
                &[work as Week; 6],
                &[
                    |town| {
                        work(town);
                        land(town);
                    },
                    |town| {
                        work(town);
                        revert(town, RESIDENT);
                    },
                    work,
                    work,
                    work,
                    work,
                ],
            )
        },
    ),
    super::units(
        "reverted, and gone",
        Limit::Printed,
        "a change that stays, beside one that is reverted two weeks after and whose author never comes back",
        |policy| over(policy, &[land, nothing, nothing], &[land, nothing, |town| revert(town, RESIDENT)]),
    ),
    super::units(
        "reverted and landed again by the author, in one epoch",
        Limit::AtMost(1010),
        "300 lines that stay, beside the same reverted and landed again",
        |policy| {
            over(
                policy,
                &[land],
                &[|town| {
                    land(town);
                    revert(town, ANNE);
                    land_again(town, ANNE);
                }],
            )
        },
    ),
    super::units(
        "reverted and landed again by the author, in three epochs",
        Limit::AtMost(1010),
        "six weeks of work with 300 lines more that stay, beside the same where they are reverted and landed again",
        |policy| {
            over(
                policy,
                &[work_and_land, work, work, work, work, work],
                &[
                    work_and_land,
                    |town| {
                        work(town);
                        revert(town, ANNE);
                    },
                    |town| {
                        work(town);
                        land_again(town, ANNE);
                    },
                    work,
                    work,
                    work,
                ],
            )
        },
    ),
    super::units(
        "another's work landed again as one's own",
        Limit::AtMost(0),
        "a change, beside what a friend gets who reverts it and lands it again, in one epoch or in three",
        |policy| {
            let same = [(|town| {
                land(town);
                revert(town, FRIEND);
                land_again(town, FRIEND);
            }) as Week];
            let apart: [Week; 3] = [land, |town| revert(town, FRIEND), |town| land_again(town, FRIEND)];
            super::town::worst([got(policy, &same, FRIEND), got(policy, &apart, FRIEND)])
        },
    ),
    super::units(
        "a re-land gives the first author back what the revert took",
        Limit::AtLeast(990),
        "six weeks of work with 300 lines that stay, beside the same where others revert them and land them again",
        |policy| {
            over(
                policy,
                &[work_and_land, work, work, work, work, work],
                &[
                    work_and_land,
                    |town| {
                        work(town);
                        revert(town, FRIEND);
                    },
                    |town| {
                        work(town);
                        land_again(town, FRIEND);
                    },
                    work,
                    work,
                    work,
                ],
            )
        },
    ),
    super::units(
        "a part reverted",
        Limit::AtMost(750),
        "300 lines that stay, beside the same of which 150 are reverted in the same epoch",
        |policy| {
            over(
                policy,
                &[land],
                &[|town| {
                    land(town);
                    let pull = town.pull(RESIDENT, &[At("src/landed.rs", 0, 150)]);
                    (pull.number, pull.reverts) = (REVERT, Some(LANDED));
                }],
            )
        },
    ),
];

fn nothing(_: &mut Town) {}

fn work(town: &mut Town) {
    town.pull(ANNE, &[Source(150), Tests(40)]);
}

fn land(town: &mut Town) {
    town.pull(ANNE, &[At("src/landed.rs", 300, 0)]).number = LANDED;
}

fn work_and_land(town: &mut Town) {
    work(town);
    land(town);
}

fn revert(town: &mut Town, by: u64) {
    let pull = town.pull(by, &[At("src/landed.rs", 0, 300)]);
    (pull.number, pull.reverts) = (REVERT, Some(LANDED));
}

fn land_again(town: &mut Town, by: u64) {
    let pull = town.pull(by, &[At("src/landed.rs", 300, 0)]);
    (pull.number, pull.reverts) = (AGAIN, Some(REVERT));
}

/// What Anne gets over the weeks.
fn over(policy: &Policy, honest: &[Week], attack: &[Week]) -> Result<Found, AttackError> {
    let honest = units_of_weeks(&weeks(policy, honest)?, &[ANNE]);
    Ok(Found { honest, ..got(policy, attack, ANNE)? })
}

/// What somebody gets over the weeks, beside Anne's 300 lines that stay.
fn got(policy: &Policy, attack: &[Week], who: u64) -> Result<Found, AttackError> {
    let honest = units_of_weeks(&weeks(policy, &[land])?, &[ANNE]);
    Ok(Found { honest, attacker: units_of_weeks(&weeks(policy, attack)?, &[who]), flagged: false })
}
