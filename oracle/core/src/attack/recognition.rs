//! Thanks among friends.

use super::town::{ANNE, PUPPET, Town, flagged, weeks};
use super::{Attack, AttackError, Found, Limit};
use crate::model::Kind;
use crate::policy::Policy;
use crate::score::Outcome;

const A: u64 = ANNE;
const B: u64 = ANNE + 1;
const C: u64 = ANNE + 2;
const D: u64 = ANNE + 3;
const E: u64 = ANNE + 4;
/// Who thank nobody back.
const STRANGERS: [u64; 5] = [ANNE + 10, ANNE + 11, ANNE + 12, ANNE + 13, ANNE + 14];

pub(super) const ATTACKS: &[Attack] = &[
    super::units(
        "a kudos pair",
        Limit::AtMost(250),
        "two givers' ten thanks each to two strangers, beside the same to each other",
        |policy| ring(policy, &[A, B]),
    ),
    super::units(
        "a kudos ring of three",
        Limit::AtMost(250),
        "three givers' ten thanks each to three strangers, beside the same in a circle",
        |policy| ring(policy, &[A, B, C]),
    ),
    super::units(
        "a kudos ring of four",
        Limit::AtMost(250),
        "the same with four: two pairs, each with a middleman",
        |policy| ring(policy, &[A, B, C, D]),
    ),
    super::units(
        "a kudos ring of five",
        Limit::Printed,
        "the same with five: longer than the longest circle that is looked for",
        |policy| ring(policy, &[A, B, C, D, E]),
    ),
    super::units(
        "everybody of four thanks everybody",
        Limit::AtMost(250),
        "four givers' three thanks over three strangers each, beside the same over the other three of the four",
        |policy| {
            let four = [A, B, C, D];
            let honest = received(policy, &STRANGERS, |town| {
                for (at, giver) in four.iter().enumerate() {
                    for away in 1..=3 {
                        if let Some(to) = STRANGERS.get((at + away) % 4) {
                            thank(town, *giver, *to, 1);
                        }
                    }
                }
            })?;
            let attacker = received(policy, &four, |town| {
                for giver in four {
                    for to in four {
                        if giver != to {
                            thank(town, giver, to, 1);
                        }
                    }
                }
            })?;
            Ok(Found { honest: honest.0, attacker: attacker.0, flagged: attacker.1 })
        },
    ),
    super::units(
        "a kudos ring over epochs",
        Limit::AtMost(350),
        "eight weeks of ten thanks to a stranger, beside eight weeks in which two thank each other in turn",
        |policy| {
            let in_turn: [fn(&mut Town); 2] = [|town| thank(town, A, B, 10), |town| thank(town, B, A, 10)];
            let to_strangers: [fn(&mut Town); 2] =
                [|town| thank(town, A, STRANGERS[0], 10), |town| thank(town, B, STRANGERS[1], 10)];
            let over = |acts: [fn(&mut Town); 2], who: &[u64]| {
                let acts: Vec<_> = acts.into_iter().cycle().take(8).collect();
                Ok::<_, AttackError>(weeks(policy, &acts)?.iter().map(|week| kudos_of(week, who)).sum())
            };
            Ok(Found { honest: over(to_strangers, &STRANGERS)?, attacker: over(in_turn, &[A, B])?, flagged: false })
        },
    ),
    super::units(
        "a hundred thanks",
        Limit::AtMost(1000),
        "ten thanks of one giver to one person, beside a hundred",
        |policy| {
            let honest = received(policy, &[B], |town| thank(town, A, B, 10))?;
            let attacker = received(policy, &[B], |town| thank(town, A, B, 100))?;
            Ok(Found { honest: honest.0, attacker: attacker.0, flagged: attacker.1 })
        },
    ),
    super::units(
        "thanks by accounts without work",
        Limit::AtMost(0),
        "ten thanks of a contributor, beside ten each of twenty fresh accounts",
        |policy| {
            let honest = received(policy, &[B], |town| thank(town, A, B, 10))?;
            let attacker = received(policy, &[B], |town| {
                for giver in PUPPET..PUPPET + 20 {
                    thank(town, giver, B, 10);
                }
            })?;
            Ok(Found { honest: honest.0, attacker: attacker.0, flagged: attacker.1 })
        },
    ),
    super::units(
        "thanks to one's own second account",
        Limit::Printed,
        "ten thanks to a stranger, beside ten to an account with work of its own that never thanks back",
        |policy| {
            let honest = received(policy, &STRANGERS, |town| thank(town, A, STRANGERS[0], 10))?;
            let attacker = received(policy, &[B], |town| thank(town, A, B, 10))?;
            Ok(Found { honest: honest.0, attacker: attacker.0, flagged: attacker.1 })
        },
    ),
];

fn thank(town: &mut Town, by: u64, to: u64, times: u64) {
    let at = town.starts() + 40 * 3_600;
    for second in 0..times {
        town.thank(by, to, at + second);
    }
}

fn kudos_of(outcome: &Outcome, who: &[u64]) -> u64 {
    let items = outcome.items.iter().filter(|item| item.kind == Kind::Kudos && who.contains(&item.contributor.0));
    items.map(|item| item.units).sum()
}

/// What these people get for thanks, and whether somebody is told.
fn received(policy: &Policy, who: &[u64], act: impl Fn(&mut Town)) -> Result<(u64, bool), AttackError> {
    let mut town = Town::new(policy);
    act(&mut town);
    let outcome = town.outcome()?;
    Ok((kudos_of(&outcome, who), flagged(&outcome, who)))
}

/// Everybody thanks the next ten times, beside a stranger each.
fn ring(policy: &Policy, members: &[u64]) -> Result<Found, AttackError> {
    let (honest, _) = received(policy, &STRANGERS, |town| {
        for (giver, to) in members.iter().zip(STRANGERS) {
            thank(town, *giver, to, 10);
        }
    })?;
    let (attacker, flagged) = received(policy, members, |town| {
        for (giver, to) in members.iter().zip(members.iter().cycle().skip(1)) {
            thank(town, *giver, *to, 10);
        }
    })?;
    Ok(Found { honest, attacker, flagged })
}
