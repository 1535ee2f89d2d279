//! Which parameters are safe, alone and beside each other. The config is held to these before
//! anything is sent, and the chain afterwards.
//!
//! Takes: parameters, from a config or read from the contracts. Gives: for each bound what was found
//! and what is asked. Never: the network.

use alloy::primitives::{Address, U256};
use std::fmt;

pub(crate) const HOUR: u64 = 3_600;
pub(crate) const DAY: u64 = 24 * HOUR;
const YEAR: u64 = 365 * DAY;

/// How much longer than a cycle of governance a dispute must stay open, so that governance can answer it.
const ANSWER_TIME: u64 = 3 * DAY;

/// The budget refills by 1.25 to 2 epoch budgets an epoch: enough to work off a backlog, no more.
const RATE_PERCENT: (u64, u64) = (125, 200);

/// No more than this part of the Treasury can leave at once.
const OUTFLOW_PART: u64 = 4;

/// One bound and what was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The check, `window-covers-governance` for instance.
    pub name: &'static str,
    /// The key in the config file that decides about it.
    pub key: String,
    pub value: String,
    pub bound: String,
    pub holds: bool,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, key, value, bound, holds } = self;
        match holds {
            true => write!(f, "{name}: {value} ({bound})"),
            false => write!(f, "{name}: {value}, must be {bound} (`{key}` in the config)"),
        }
    }
}

/// What the bounds are about. Times are seconds, amounts base units unless they say units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameters {
    pub timelock_delay: u64,
    pub voting_delay: u64,
    pub voting_period: u64,
    pub late_quorum_extension: u64,
    pub proposal_threshold: U256,
    pub quorum: U256,
    /// At genesis, without the Treasury's.
    pub votes: Vec<(Address, U256)>,
    pub oracles: u64,
    pub threshold: u64,
    pub epoch_length: u64,
    pub window: u64,
    pub unit: U256,
    /// The distributor's budget in the Treasury.
    pub capacity: U256,
    pub period: u64,
    /// Most of the token that leaves the Treasury at once, by all ways together.
    pub outflow_cap: U256,
    /// The Treasury's tokens at genesis.
    pub treasury: U256,
    pub terms: Vec<Terms>,
    pub max_pause: u64,
    /// What the contracts were told that governance takes.
    pub governance_cycle: u64,
    pub link_delay: u64,
    pub resolve_deadline: u64,
    pub raise_delay: u64,
    /// The guardian's last second; nothing without a guardian.
    pub guardian_until: Option<u64>,
    /// The time of the chain, or of the start of epoch 1 where there is none yet.
    pub now: u64,
}

/// Amounts in units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    pub epoch_budget: u64,
    pub cap_per_person: u64,
    /// Percent of the budget that the policy gives one person at most, where the policy is at hand.
    pub max_share: Option<u64>,
}

impl Parameters {
    /// Seconds from a proposal to its execution at the latest.
    pub fn cycle(&self) -> u64 {
        [self.voting_delay, self.voting_period, self.late_quorum_extension, self.timelock_delay]
            .into_iter()
            .fold(0, u64::saturating_add)
    }

    /// Every bound, in the order of the config file.
    pub fn findings(&self) -> Vec<Finding> {
        let mut findings = self.votes_and_quorum();
        findings.extend(self.times());
        findings.extend(self.treasury());
        for (index, terms) in self.terms.iter().enumerate() {
            findings.extend(self.of_terms(index, terms));
        }
        findings
    }

    fn votes_and_quorum(&self) -> Vec<Finding> {
        let votes = self.votes.iter().fold(U256::ZERO, |sum, (_, votes)| sum.saturating_add(*votes));
        let twice = self.quorum.saturating_mul(U256::from(2));
        let (holder, largest) =
            self.votes.iter().copied().max_by_key(|(_, votes)| *votes).unwrap_or((Address::ZERO, U256::ZERO));
        let most = self.threshold > self.oracles / 2 && self.threshold >= 2;
        vec![
            finding(
                "genesis-votes-carry-quorum",
                "governor.quorum_percent",
                votes >= twice && !votes.is_zero(),
                format!("a quorum of {} beside genesis votes of {votes}", self.quorum),
                "at most half of the genesis votes".to_owned(),
            ),
            finding(
                "no-holder-above-quorum",
                "token.allocations",
                largest <= self.quorum,
                format!("{largest} votes of {holder}"),
                format!("at most the quorum of {}", self.quorum),
            ),
            finding(
                "somebody-can-propose",
                "governor.proposal_threshold",
                self.proposal_threshold <= largest,
                self.proposal_threshold.to_string(),
                format!("at most {largest}, the votes of the largest holder"),
            ),
            finding(
                "oracles-are-a-majority",
                "distributor.threshold",
                most,
                format!("{} of {}", self.threshold, self.oracles),
                "at least 2 and more than half".to_owned(),
            ),
        ]
    }

    fn times(&self) -> Vec<Finding> {
        let cycle = self.cycle();
        let beside_pause = |name, key, delay: u64| {
            finding(
                name,
                key,
                delay.saturating_add(self.max_pause) >= cycle,
                format!("{delay} s and a pause of {} s", self.max_pause),
                format!("together at least a cycle of governance, {cycle} s"),
            )
        };
        let answered = cycle.saturating_add(ANSWER_TIME);
        let guardian = self.guardian_until.map(|until| until.saturating_sub(self.now));
        vec![
            least("timelock-can-be-watched", "timelock.delay", self.timelock_delay, DAY),
            least("voters-have-notice", "governor.voting_delay", self.voting_delay, HOUR),
            least("voters-have-time", "governor.voting_period", self.voting_period, DAY),
            finding(
                "contracts-know-the-cycle",
                "governor",
                self.governance_cycle >= cycle,
                format!("a cycle of {} s in the distributor", self.governance_cycle),
                format!("at least the governor's and the timelock's {cycle} s"),
            ),
            beside_pause("window-covers-governance", "distributor.window", self.window),
            beside_pause("link-delay-covers-governance", "links.delay", self.link_delay),
            least("disputes-wait-for-governance", "disputes.resolve_deadline", self.resolve_deadline, answered),
            finding(
                "guardian-expires",
                "guardian.until",
                guardian.is_none_or(|left| left <= YEAR),
                guardian.map_or("no guardian".to_owned(), |left| format!("{left} s from now")),
                format!("at most {YEAR} s from now"),
            ),
        ]
    }

    fn treasury(&self) -> Vec<Finding> {
        let most = self.treasury / U256::from(OUTFLOW_PART);
        vec![
            finding(
                "outflow-is-capped",
                "treasury.transfers",
                self.outflow_cap <= most,
                format!("{} with the budgets", self.outflow_cap),
                format!("at most {most}, a quarter of what the Treasury begins with"),
            ),
            least("holders-can-leave", "treasury", self.raise_delay, DAY),
        ]
    }

    fn of_terms(&self, index: usize, terms: &Terms) -> Vec<Finding> {
        let budget = U256::from(terms.epoch_budget).saturating_mul(self.unit);
        let refill = self.capacity.saturating_mul(U256::from(self.epoch_length)).checked_div(U256::from(self.period));
        let refill = refill.unwrap_or_default();
        let (low, high) = RATE_PERCENT;
        let share = |percent: u64| budget.saturating_mul(U256::from(percent)) / U256::from(100);
        let mut findings = vec![
            finding(
                "budget-drains-a-backlog",
                "budget",
                (share(low)..=share(high)).contains(&refill),
                format!("{refill} an epoch"),
                format!("{} to {}, 1.25 to 2 times terms[{index}].epoch_budget", share(low), share(high)),
            ),
            finding(
                "batch-fits-budget",
                "budget.capacity",
                self.capacity >= budget,
                self.capacity.to_string(),
                format!("at least {budget}, terms[{index}].epoch_budget"),
            ),
        ];
        if let Some(percent) = terms.max_share {
            let least = u128::from(terms.epoch_budget) * u128::from(percent) / 100;
            findings.push(finding(
                "cap-lets-the-policy-pay",
                &format!("terms[{index}].cap_per_person"),
                u128::from(terms.cap_per_person) >= least,
                format!("{} units", terms.cap_per_person),
                format!("at least {least} units, the policy's {percent} percent of the epoch's budget"),
            ));
        }
        findings
    }
}

fn finding(name: &'static str, key: &str, holds: bool, value: String, bound: String) -> Finding {
    Finding { name, key: key.to_owned(), value, bound, holds }
}

fn least(name: &'static str, key: &str, value: u64, bound: u64) -> Finding {
    finding(name, key, value >= bound, format!("{value} s"), format!("at least {bound} s"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn safe() -> Parameters {
        let tokens = |amount: u64| U256::from(amount) * U256::from(10).pow(U256::from(18));
        Parameters {
            timelock_delay: 2 * DAY,
            voting_delay: DAY,
            voting_period: 5 * DAY,
            late_quorum_extension: DAY,
            proposal_threshold: tokens(10),
            quorum: tokens(250),
            votes: (1..=4).map(|byte| (Address::repeat_byte(byte), tokens(250))).collect(),
            oracles: 3,
            threshold: 2,
            epoch_length: 7 * DAY,
            window: 3 * DAY,
            unit: U256::from(10).pow(U256::from(12)),
            capacity: tokens(20),
            period: 7 * DAY,
            outflow_cap: tokens(100),
            treasury: tokens(400),
            terms: vec![Terms { epoch_budget: 10_000_000, cap_per_person: 2_500_000, max_share: Some(25) }],
            max_pause: 7 * DAY,
            governance_cycle: 9 * DAY,
            link_delay: 2 * DAY,
            resolve_deadline: 12 * DAY,
            raise_delay: 7 * DAY,
            guardian_until: Some(YEAR),
            now: 0,
        }
    }

    #[test]
    fn safe_parameters_are_within_every_bound() {
        assert_eq!(safe().cycle(), 9 * DAY);
        let broken: Vec<_> = safe().findings().into_iter().filter(|finding| !finding.holds).collect();
        assert_eq!(broken, []);
    }

    #[test]
    fn each_bound_is_broken_by_one_step_beyond_it_and_named() {
        type Change = fn(&mut Parameters);
        let changes: [(&str, Change); 24] = [
            ("genesis-votes-carry-quorum", |p| p.votes.truncate(1)),
            ("genesis-votes-carry-quorum", |p| p.votes.clear()),
            ("no-holder-above-quorum", |p| p.votes[2].1 += U256::ONE),
            ("somebody-can-propose", |p| p.proposal_threshold = p.votes[0].1 + U256::ONE),
            ("oracles-are-a-majority", |p| p.oracles = 4),
            ("oracles-are-a-majority", |p| (p.oracles, p.threshold) = (1, 1)),
            ("timelock-can-be-watched", |p| p.timelock_delay = DAY - 1),
            ("voters-have-notice", |p| p.voting_delay = HOUR - 1),
            ("voters-have-time", |p| p.voting_period = DAY - 1),
            ("contracts-know-the-cycle", |p| p.governance_cycle -= 1),
            ("window-covers-governance", |p| p.window = 2 * DAY - 1),
            ("window-covers-governance", |p| p.timelock_delay = 30 * DAY),
            ("link-delay-covers-governance", |p| p.link_delay -= 1),
            ("link-delay-covers-governance", |p| p.max_pause -= 1),
            ("disputes-wait-for-governance", |p| p.resolve_deadline -= 1),
            ("guardian-expires", |p| p.guardian_until = Some(YEAR + 1)),
            ("outflow-is-capped", |p| p.outflow_cap += U256::ONE),
            ("holders-can-leave", |p| p.raise_delay = DAY - 1),
            ("budget-drains-a-backlog", |p| p.period = 4 * DAY),
            ("budget-drains-a-backlog", |p| p.period = 30 * DAY),
            ("budget-drains-a-backlog", |p| p.period = 0),
            ("batch-fits-budget", |p| (p.capacity, p.period) = (p.capacity / U256::from(4), DAY)),
            ("cap-lets-the-policy-pay", |p| p.terms[0].cap_per_person -= 1),
            ("cap-lets-the-policy-pay", |p| p.terms[0].max_share = Some(26)),
        ];
        for (name, change) in changes {
            let mut parameters = safe();
            change(&mut parameters);
            let broken: Vec<_> = parameters.findings().into_iter().filter(|finding| !finding.holds).collect();
            let found =
                broken.iter().find(|finding| finding.name == name).unwrap_or_else(|| panic!("{name}: {broken:?}"));
            let text = found.to_string();
            assert!(text.starts_with(name) && text.contains(", must be ") && text.contains(&found.key), "{text}");
        }
    }

    #[test]
    fn what_is_not_there_breaks_nothing() {
        let mut parameters = safe();
        parameters.guardian_until = None;
        parameters.terms[0].max_share = None;
        assert!(parameters.findings().iter().all(|finding| finding.holds));
    }
}
