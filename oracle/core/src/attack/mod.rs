//! Attacks on the score: takes a policy, gives for each known attack what the attacker earns beside
//! what honest work earns, in a small made-up organization, scored by the rules themselves.
//!
//! Every attack stands in one function that says what the honest person did and what the attacker
//! did; all else is the same in both. What has a limit must stay within it: the tests fail and
//! `make attack` ends with an error when it does not. Nothing here reads a file, a clock or a name.

mod accounts;
mod cutting;
mod padding;
mod recognition;
mod reports;
mod reviewing;
mod roles;
mod show;
mod spread;
mod town;

pub use show::{markdown, table};

use crate::evidence::EvidenceError;
use crate::policy::{Milli, Policy, PolicyError};
use crate::score::ScoreError;
use serde::Serialize;

/// What honest and attacker are counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Measure {
    /// What is granted.
    Units,
    /// Milli-points, where money would hide the rule.
    Points,
}

/// What must hold of attacker / honest, in thousandths.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Limit {
    AtMost(Milli),
    /// For what must not be lost: honest work that somebody wants to hurt.
    AtLeast(Milli),
    /// No rule can tell it from honest work: the figure is shown, and people look.
    Printed,
}

/// One attack, before it is tried.
pub struct Attack {
    /// A few words, also the test's name.
    pub name: &'static str,
    /// What is compared with what.
    pub about: &'static str,
    pub measure: Measure,
    pub limit: Limit,
    /// A human has to be told.
    pub must_flag: bool,
    attempt: fn(&Policy) -> Result<Found, AttackError>,
}

/// What an attack came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Found {
    honest: u64,
    attacker: u64,
    flagged: bool,
}

/// One attack and what it came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Row {
    pub name: &'static str,
    pub about: &'static str,
    pub measure: Measure,
    pub honest: u64,
    pub attacker: u64,
    pub limit: Limit,
    /// The score pointed somebody to it.
    pub flagged: bool,
    pub must_flag: bool,
}

#[derive(Debug, thiserror::Error)]
pub enum AttackError {
    #[error(transparent)]
    Policy(#[from] PolicyError),
    #[error("an attack's evidence is wrong")]
    Evidence(#[from] EvidenceError),
    #[error("an attack cannot be scored")]
    Score(#[from] ScoreError),
    #[error("{0}: evidence that must be refused was taken")]
    Taken(&'static str),
}

impl Row {
    /// Attacker / honest, rounded to thousandths; none when honest work earned nothing.
    pub fn ratio(&self) -> Option<Milli> {
        let (attacker, honest) = (u128::from(self.attacker) * 1000, u128::from(self.honest));
        let ratio = (attacker + honest / 2).checked_div(honest)?;
        Some(u64::try_from(ratio).unwrap_or(u64::MAX))
    }

    /// To half a thousandth, because points and units are rounded down.
    pub fn holds(&self) -> bool {
        let (attacker, honest) = (u128::from(self.attacker) * 1000, u128::from(self.honest));
        let rounding = honest / 2;
        let within = match self.limit {
            Limit::AtMost(0) => attacker == 0,
            Limit::AtMost(limit) => attacker <= honest * u128::from(limit) + rounding,
            Limit::AtLeast(limit) => attacker + rounding >= honest * u128::from(limit),
            Limit::Printed => true,
        };
        within && (self.flagged || !self.must_flag)
    }
}

impl Attack {
    /// Tries it under a policy.
    pub fn attempt(&self, policy: &Policy) -> Result<Row, AttackError> {
        let Found { honest, attacker, flagged } = (self.attempt)(policy)?;
        Ok(Row {
            name: self.name,
            about: self.about,
            measure: self.measure,
            honest,
            attacker,
            limit: self.limit,
            flagged,
            must_flag: self.must_flag,
        })
    }
}

/// Every attack, in the order of the table.
pub fn attacks() -> impl Iterator<Item = &'static Attack> {
    [
        cutting::ATTACKS,
        padding::ATTACKS,
        roles::ATTACKS,
        reviewing::ATTACKS,
        reports::ATTACKS,
        recognition::ATTACKS,
        accounts::ATTACKS,
        spread::ATTACKS,
    ]
    .into_iter()
    .flatten()
}

/// Tries every attack under a policy.
pub fn run(policy: &Policy) -> Result<Vec<Row>, AttackError> {
    attacks().map(|attack| attack.attempt(policy)).collect()
}

/// An attack whose result is in units and must not exceed a limit: most are.
const fn units(
    name: &'static str,
    limit: Limit,
    about: &'static str,
    attempt: fn(&Policy) -> Result<Found, AttackError>,
) -> Attack {
    Attack { name, about, measure: Measure::Units, limit, must_flag: false, attempt }
}

impl Attack {
    const fn flagged(self) -> Self {
        Self { must_flag: true, ..self }
    }
}
