//! What to deploy, in the amounts and addresses that constructors take.
//!
//! Takes: values from a file (see [`crate::file`]) or from a caller. Gives: the same, after every
//! range was checked. Never: files, the network.

use crate::bounds::{Finding, Parameters, Terms};
use alloy::primitives::{Address, B256, U256};

const DAY: u64 = 86_400;
const YEAR: u64 = 365 * DAY;

/// How long a guardian pauses: a constant of the contracts.
const MAX_PAUSE: u64 = 7 * DAY;

/// The longest period of the Treasury's buckets, likewise.
const MAX_PERIOD: u64 = (1 << 24) - 1;

/// How long a new spender, a raised budget or a raised cap waits in the Treasury: a constant of the contracts.
const RAISE_DELAY: u64 = 7 * DAY;

/// A value that cannot be deployed.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{key}: {problem}")]
pub struct ConfigError {
    /// The key in the config file, `token.allocations[0].amount` for instance.
    pub key: String,
    pub problem: String,
}

impl ConfigError {
    pub(crate) fn new(key: impl Into<String>, problem: impl Into<String>) -> Self {
        Self { key: key.into(), problem: problem.into() }
    }
}

/// One system. Amounts are base units of the token except in [`TermsConfig`]; times are seconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeployConfig {
    /// The deployment is refused on any other chain.
    pub chain_id: u64,
    /// With the deployer it decides every address.
    pub salt: B256,
    pub token: TokenConfig,
    pub governor: GovernorConfig,
    /// Seconds between the success of a proposal and its execution.
    pub timelock_delay: u64,
    pub treasury: TreasuryConfig,
    pub budget: BudgetConfig,
    pub distributor: DistributorConfig,
    /// Who may pause; nobody when absent.
    pub guardian: Option<GuardianConfig>,
    pub links: LinksConfig,
    pub disputes: DisputesConfig,
    /// Earned votes for every unit earned.
    pub votes_per_unit: u64,
}

/// What governance may transfer itself, beside what the budgets let through; nothing when absent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TreasuryConfig {
    /// Of the token.
    pub transfers: Option<BudgetConfig>,
    /// Of the chain's coin.
    pub eth_transfers: Option<BudgetConfig>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GuardianConfig {
    pub address: Address,
    /// The first second without the role, UTC.
    pub until: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LinksConfig {
    /// The distributor whose links may be adopted; zero if there is none.
    pub previous: Address,
    /// How long a re-link waits.
    pub delay: u64,
    /// Most unclaimed units that re-links expose at once.
    pub budget: u64,
    /// Seconds in which a used-up link budget refills.
    pub period: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DisputesConfig {
    /// Who answers challenges beside governance; zero for governance alone.
    pub arbiter: Address,
    /// Wei that a challenge of one entry costs until it is answered.
    pub bond: U256,
    /// How long a challenge may stay open.
    pub resolve_deadline: u64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenConfig {
    pub name: String,
    pub symbol: String,
    /// Everything that will ever exist.
    pub allocations: Vec<Allocation>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allocation {
    pub to: Holder,
    pub amount: U256,
}

/// Who receives tokens at the start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holder {
    /// The Treasury of this deployment.
    Treasury,
    Address(Address),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GovernorConfig {
    pub voting_delay: u64,
    pub voting_period: u64,
    /// Votes needed to propose.
    pub proposal_threshold: U256,
    pub quorum_percent: u64,
    /// How much longer voting goes on when the quorum is reached late.
    pub late_quorum_extension: u64,
}

/// What the distributor may reserve in the Treasury.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BudgetConfig {
    pub capacity: U256,
    /// Seconds in which a used-up budget refills.
    pub period: u64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DistributorConfig {
    /// Base units in one unit.
    pub unit: U256,
    pub epoch_start: u64,
    pub epoch_length: u64,
    pub window: u64,
    pub publish_period: u64,
    /// In any order.
    pub oracles: Vec<Address>,
    pub threshold: u64,
    pub base_url: String,
    /// Ascending by `from_epoch`.
    pub terms: Vec<TermsConfig>,
}

/// Terms that hold from the start. Amounts are units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TermsConfig {
    pub policy_hash: B256,
    pub epoch_budget: u64,
    pub cap_per_person: u64,
    pub from_epoch: u64,
    /// Percent of the budget that the policy gives one person at most, where its text is at hand.
    pub max_share: Option<u64>,
}

impl DeployConfig {
    /// The token's whole supply.
    pub fn supply(&self) -> Option<U256> {
        self.token.allocations.iter().try_fold(U256::ZERO, |sum, each| sum.checked_add(each.amount))
    }

    /// The oracles as the contract numbers them.
    pub fn members(&self) -> Vec<Address> {
        let mut members = self.distributor.oracles.clone();
        members.sort_unstable();
        members
    }

    /// Checks every range; the error names the key.
    pub fn validate(&self) -> Result<(), ConfigError> {
        range("chain_id", self.chain_id, 1, u64::MAX / 2 - 36)?;
        self.validate_token()?;
        self.validate_governor()?;
        range("timelock.delay", self.timelock_delay, DAY, 90 * DAY)?;
        range("budget.period", self.budget.period, 1, MAX_PERIOD)?;
        self.validate_distributor()?;
        self.validate_terms()?;
        self.validate_waits()?;
        match self.parameters().findings().into_iter().find(|finding| !finding.holds) {
            Some(Finding { name, key, value, bound, .. }) => {
                Err(ConfigError::new(key, format!("{value}, must be {bound} ({name})")))
            }
            None => Ok(()),
        }
    }

    /// Seconds from a proposal to its execution at the latest: what the contracts' delays are held against.
    pub fn governance_cycle(&self) -> u64 {
        let governor = &self.governor;
        [governor.voting_delay, governor.voting_period, governor.late_quorum_extension, self.timelock_delay]
            .into_iter()
            .fold(0, u64::saturating_add)
    }

    /// What the bounds speak about.
    pub fn parameters(&self) -> Parameters {
        let (governor, distributor) = (&self.governor, &self.distributor);
        let votes = self.token.allocations.iter().filter_map(|each| match each.to {
            Holder::Treasury => None,
            Holder::Address(address) => Some((address, each.amount)),
        });
        let votes: Vec<_> = votes.collect();
        let outside = votes.iter().fold(U256::ZERO, |sum, (_, votes)| sum.saturating_add(*votes));
        let terms = distributor.terms.iter().map(|terms| Terms {
            epoch_budget: terms.epoch_budget,
            cap_per_person: terms.cap_per_person,
            max_share: terms.max_share,
        });
        Parameters {
            timelock_delay: self.timelock_delay,
            voting_delay: governor.voting_delay,
            voting_period: governor.voting_period,
            late_quorum_extension: governor.late_quorum_extension,
            proposal_threshold: governor.proposal_threshold,
            quorum: outside.saturating_mul(U256::from(governor.quorum_percent)) / U256::from(100),
            votes,
            oracles: distributor.oracles.len() as u64,
            threshold: distributor.threshold,
            epoch_length: distributor.epoch_length,
            window: distributor.window,
            unit: distributor.unit,
            capacity: self.budget.capacity,
            period: self.budget.period,
            outflow_cap: self
                .treasury
                .transfers
                .map_or(U256::ZERO, |own| own.capacity)
                .saturating_add(self.budget.capacity),
            treasury: self
                .token
                .allocations
                .iter()
                .filter(|each| each.to == Holder::Treasury)
                .map(|each| each.amount)
                .sum(),
            terms: terms.collect(),
            max_pause: MAX_PAUSE,
            governance_cycle: self.governance_cycle(),
            link_delay: self.links.delay,
            resolve_deadline: self.disputes.resolve_deadline,
            raise_delay: RAISE_DELAY,
            guardian_until: self.guardian.map(|guardian| guardian.until),
            now: distributor.epoch_start,
        }
    }

    fn validate_waits(&self) -> Result<(), ConfigError> {
        range("veto.votes_per_unit", self.votes_per_unit, 1, u64::from(u32::MAX))?;
        for (key, budget) in
            [("treasury.transfers", self.treasury.transfers), ("treasury.eth_transfers", self.treasury.eth_transfers)]
        {
            let Some(budget) = budget else { continue };
            range(&format!("{key}.period"), budget.period, 1, MAX_PERIOD)?;
            if budget.capacity.bit_len() > 104 {
                return Err(ConfigError::new(format!("{key}.capacity"), "must be below 2^104 base units"));
            }
        }
        range("links.delay", self.links.delay, 1, YEAR)?;
        range("links.period", self.links.period, 1, YEAR)?;
        range("links.budget", self.links.budget, 1, u64::MAX)?;
        range("disputes.resolve_deadline", self.disputes.resolve_deadline, 1, YEAR)?;
        if self.disputes.bond.is_zero() || self.disputes.bond.bit_len() > 90 {
            return Err(ConfigError::new("disputes.bond", "must be above zero and below 2^90 wei"));
        }
        match self.guardian {
            Some(guardian) if guardian.address.is_zero() => {
                Err(ConfigError::new("guardian.address", "is the zero address: leave [guardian] out for none"))
            }
            _ => Ok(()),
        }
    }

    fn validate_token(&self) -> Result<(), ConfigError> {
        for (key, text) in [("token.name", &self.token.name), ("token.symbol", &self.token.symbol)] {
            if text.trim().is_empty() || text.len() > 64 {
                return Err(ConfigError::new(key, "must be 1 to 64 bytes long"));
            }
        }
        if self.token.allocations.is_empty() {
            return Err(ConfigError::new("token.allocations", "somebody must hold the tokens"));
        }
        for (index, allocation) in self.token.allocations.iter().enumerate() {
            if allocation.amount.is_zero() {
                return Err(ConfigError::new(format!("token.allocations[{index}].amount"), "must be above zero"));
            }
            if allocation.to == Holder::Address(Address::ZERO) {
                return Err(ConfigError::new(format!("token.allocations[{index}].to"), "is the zero address"));
            }
            if self.token.allocations.iter().take(index).any(|before| before.to == allocation.to) {
                return Err(ConfigError::new(format!("token.allocations[{index}].to"), "is listed twice"));
            }
        }
        let unit = self.distributor.unit;
        if unit.is_zero() {
            return Err(ConfigError::new("distributor.unit", "must be above zero"));
        }
        let limit = U256::from(1u64 << 48);
        match self.supply() {
            // An ERC20Votes supply fits 208 bits.
            Some(supply) if supply.bit_len() <= 208 && supply / unit < limit => Ok(()),
            Some(supply) if supply.bit_len() <= 208 => Err(ConfigError::new(
                "distributor.unit",
                format!("{unit} is too small: the supply must be below 2^48 units"),
            )),
            _ => Err(ConfigError::new("token.allocations", "the sum must be below 2^208 base units")),
        }
    }

    fn validate_governor(&self) -> Result<(), ConfigError> {
        let governor = &self.governor;
        // The governor itself refuses less than an hour and a day, and a timelock of less than a day.
        range("governor.voting_delay", governor.voting_delay, 3_600, 90 * DAY)?;
        range("governor.voting_period", governor.voting_period, DAY, 90 * DAY)?;
        range("governor.quorum_percent", governor.quorum_percent, 1, 100)?;
        range("governor.late_quorum_extension", governor.late_quorum_extension, 0, 90 * DAY)?;
        if Some(governor.proposal_threshold) > self.supply() {
            return Err(ConfigError::new(
                "governor.proposal_threshold",
                "is more than the supply: nobody could propose",
            ));
        }
        Ok(())
    }

    fn validate_distributor(&self) -> Result<(), ConfigError> {
        let distributor = &self.distributor;
        range("distributor.epoch_length", distributor.epoch_length, 60, YEAR)?;
        range("distributor.epoch_start", distributor.epoch_start, 1, u64::from(u32::MAX) * 4)?;
        range("distributor.window", distributor.window, 1, YEAR)?;
        range("distributor.publish_period", distributor.publish_period, 1, YEAR)?;
        let members = self.members();
        if !(1..=256).contains(&members.len()) {
            return Err(ConfigError::new(
                "distributor.oracles",
                format!("must be 1 to 256 addresses, not {}", members.len()),
            ));
        }
        if members.contains(&Address::ZERO) {
            return Err(ConfigError::new("distributor.oracles", "holds the zero address"));
        }
        if let Some(twice) = members.iter().zip(members.iter().skip(1)).find(|(a, b)| a == b) {
            return Err(ConfigError::new("distributor.oracles", format!("holds {} twice", twice.0)));
        }
        range("distributor.threshold", distributor.threshold, 1, members.len() as u64)?;
        if distributor.base_url.len() > 1024 {
            return Err(ConfigError::new("distributor.base_url", "is longer than 1024 bytes"));
        }
        Ok(())
    }

    fn validate_terms(&self) -> Result<(), ConfigError> {
        let mut earliest = 1;
        if self.distributor.terms.is_empty() {
            return Err(ConfigError::new("terms", "at least one is needed, or nothing can be paid"));
        }
        for (index, terms) in self.distributor.terms.iter().enumerate() {
            let key = |name: &str| format!("terms[{index}].{name}");
            range(&key("from_epoch"), terms.from_epoch, earliest, u64::MAX - 1)?;
            earliest = terms.from_epoch.saturating_add(1);
            if terms.policy_hash.is_zero() {
                return Err(ConfigError::new(key("policy_hash"), "is zero"));
            }
            range(&key("cap_per_person"), terms.cap_per_person, 1, (1 << 48) - 1)?;
            if terms.cap_per_person > terms.epoch_budget {
                return Err(ConfigError::new(key("cap_per_person"), "is more than the epoch's budget"));
            }
        }
        if self.budget.capacity.bit_len() > 208 {
            return Err(ConfigError::new("budget.capacity", "must be below 2^208 base units"));
        }
        Ok(())
    }
}

fn range(key: &str, value: u64, low: u64, high: u64) -> Result<(), ConfigError> {
    if (low..=high).contains(&value) {
        return Ok(());
    }
    Err(ConfigError::new(key, format!("{value} is not within {low} and {high}")))
}
