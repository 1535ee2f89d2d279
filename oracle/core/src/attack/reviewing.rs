//! Reviews that review nothing, of friends.

use super::town::{ANNE, MAINTAINER, PUPPET, Part, Town, alone, beside};
use super::{Attack, Limit};
use crate::model::Verdict;
use Part::Source;

const RING: [u64; 3] = [ANNE + 1, ANNE + 2, ANNE + 3];

pub(super) const ATTACKS: &[Attack] = &[
    super::units(
        "three accounts that approve each other",
        Limit::AtMost(1100),
        "one honest review each by three people, beside verdict-only approvals of all fifteen pull requests by the other two",
        |policy| {
            let found = beside(policy, honest_review, &RING, |town| in_ring(town, 5, 0))?;
            // One honest review, three times.
            let own = beside(policy, |_| {}, &RING, |town| own_work(town, 5))?.attacker;
            Ok(super::Found { honest: found.honest * 3, attacker: found.attacker.saturating_sub(own), ..found })
        },
    ),
    super::units(
        "review swaps with comments on every hunk",
        Limit::Printed,
        "five honest reviews of five authors, beside two accounts that comment on five hunks of each other's five changes, half of it",
        |policy| {
            let pair = [ANNE + 1, ANNE + 2];
            let swap = |town: &mut Town| {
                for (author, reviewer) in [(ANNE + 1, ANNE + 2), (ANNE + 2, ANNE + 1)] {
                    for _ in 0..5 {
                        let number = town.pull(author, &[Source(100)]).number;
                        town.review(number, reviewer, Verdict::Approve, 5);
                    }
                }
            };
            let found = beside(policy, five_reviews, &pair, swap)?;
            let own = beside(
                policy,
                |_| {},
                &pair,
                |town| {
                    for author in [ANNE + 1, ANNE + 2] {
                        for _ in 0..5 {
                            town.pull(author, &[Source(100)]);
                        }
                    }
                },
            )?;
            let attacker = found.attacker.saturating_sub(own.attacker) / 2;
            Ok(super::Found { attacker, ..found })
        },
    ),
    super::units(
        "comments sprinkled over every hunk",
        Limit::AtMost(1000),
        "a review with five commented hunks, beside one with two hundred",
        |policy| {
            alone(policy, |town| reviewed(town, Verdict::Approve, 5), |town| reviewed(town, Verdict::Approve, 200))
        },
    ),
    super::units(
        "comment padding and link floods",
        Limit::AtMost(0),
        "an honest review, beside a comment without a verdict on every pull request of the week and fifty issues full of links",
        |policy| {
            alone(policy, honest_review, |town| {
                let week: Vec<_> = town.pulls.iter().map(|pull| (pull.number, pull.repo)).collect();
                for (number, repo) in week {
                    town.review(number, ANNE, Verdict::Comment, 0).repo = repo;
                }
                for _ in 0..50 {
                    town.issue(ANNE);
                }
            })
        },
    ),
    super::units(
        "approvals of everything",
        Limit::AtMost(2000),
        "one honest review with two commented hunks, beside verdict-only approvals of every pull request of the week",
        |policy| {
            alone(policy, honest_review, |town| {
                let week: Vec<_> = town.pulls.iter().map(|pull| (pull.number, pull.repo)).collect();
                for (number, repo) in week {
                    town.review(number, ANNE, Verdict::Approve, 0).repo = repo;
                }
            })
        },
    ),
    super::units(
        "a long review of a typo",
        Limit::AtMost(400),
        "an honest review, beside one with five commented hunks of a one-line change",
        |policy| {
            alone(policy, honest_review, |town| {
                let number = town.pull(super::town::RESIDENT, &[Part::At("docs/typo.md", 1, 1)]).number;
                town.review(number, ANNE, Verdict::Approve, 5);
            })
        },
    ),
    super::units(
        "mentoring one's own second accounts",
        Limit::Printed,
        "four reviews of four people who are no newcomers, beside four reviews of four fresh accounts of one's own",
        |policy| {
            let honest = |town: &mut Town| {
                for author in 11..15 {
                    let number = town.pull(author, &[Source(60)]).number;
                    town.review(number, ANNE, Verdict::Approve, 2);
                }
            };
            alone(policy, honest, |town| {
                for author in PUPPET..PUPPET + 4 {
                    let number = town.pull(author, &[Source(60)]).number;
                    town.review(number, ANNE, Verdict::Approve, 2);
                }
            })
        },
    ),
    super::units(
        "reviews by twenty fresh accounts",
        Limit::AtMost(1050),
        "one honest review, beside twenty accounts without accepted work that each approve the same change and comment on two hunks",
        |policy| {
            let twenty: Vec<u64> = (PUPPET..PUPPET + 20).collect();
            beside(policy, honest_review, &twenty, |town| {
                let number = town.pull(14, &[Source(100)]).number;
                for who in PUPPET..PUPPET + 20 {
                    town.review(number, who, Verdict::Approve, 2);
                }
            })
        },
    ),
    super::units(
        "reviews by accounts with a merged typo each",
        Limit::Printed,
        "one honest review, beside four accounts that each got a one-line change merged before they comment on two hunks",
        |policy| {
            beside(policy, honest_review, &[PUPPET, PUPPET + 1, PUPPET + 2, PUPPET + 3], |town| {
                let number = town.pull(14, &[Source(100)]).number;
                for who in PUPPET..PUPPET + 4 {
                    if let Some(person) = town.person(who) {
                        person.accepted = 1;
                    }
                    town.review(number, who, Verdict::Approve, 2);
                }
            })
        },
    ),
];

/// Of a resident's 220 lines with tests: an approval, and comments on two hunks.
fn honest_review(town: &mut Town) {
    reviewed(town, Verdict::Approve, 2);
}

fn reviewed(town: &mut Town, verdict: Verdict, hunks: u64) {
    let number = town.pull(14, &[Source(100)]).number;
    town.review(number, ANNE, verdict, hunks);
    town.review(number, MAINTAINER, Verdict::Approve, 1);
}

fn five_reviews(town: &mut Town) {
    for author in 11..16 {
        let number = town.pull(author, &[Source(100)]).number;
        town.review(number, ANNE, Verdict::Approve, 2);
    }
}

fn own_work(town: &mut Town, each: u64) {
    for author in RING {
        for _ in 0..each {
            town.pull(author, &[Source(100)]);
        }
    }
}

fn in_ring(town: &mut Town, each: u64, hunks: u64) {
    for author in RING {
        for _ in 0..each {
            let number = town.pull(author, &[Source(100)]).number;
            for reviewer in RING {
                if reviewer != author {
                    town.review(number, reviewer, Verdict::Approve, hunks);
                }
            }
        }
    }
}
