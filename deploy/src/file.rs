//! `deploy/config/<name>.toml` to a [`DeployConfig`].
//!
//! Takes: TOML with whole tokens as decimal strings and addresses as text. Gives: checked values.
//! Never: guesses; unknown keys, placeholders and amounts that do not divide into units are errors
//! that name the key.

use crate::check::KnownPolicy;
use crate::config::{
    Allocation, BudgetConfig, ConfigError, DeployConfig, DisputesConfig, DistributorConfig, GovernorConfig,
    GuardianConfig, Holder, LinksConfig, TermsConfig, TokenConfig, TreasuryConfig,
};
use alloy::primitives::{Address, B256, U256, keccak256, utils::parse_ether};
use serde::Deserialize;
use std::path::{Path, PathBuf};

#[derive(Debug, thiserror::Error)]
pub enum FileError {
    #[error("cannot read {0}")]
    Read(PathBuf, #[source] std::io::Error),
    #[error("{path} is not a deployment config: {message}")]
    Toml { path: PathBuf, message: String },
    #[error("{path}: {source}")]
    Value { path: PathBuf, source: ConfigError },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawConfig {
    chain_id: u64,
    salt: String,
    token: RawToken,
    governor: RawGovernor,
    timelock: RawTimelock,
    #[serde(default)]
    treasury: RawTreasury,
    budget: RawBudget,
    distributor: RawDistributor,
    guardian: Option<RawGuardian>,
    links: RawLinks,
    disputes: RawDisputes,
    veto: RawVeto,
    terms: Vec<RawTerms>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawToken {
    name: String,
    symbol: String,
    allocations: Vec<RawAllocation>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawAllocation {
    to: String,
    amount: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawGovernor {
    voting_delay: u64,
    voting_period: u64,
    proposal_threshold: String,
    quorum_percent: u64,
    late_quorum_extension: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawTimelock {
    delay: u64,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawTreasury {
    transfers: Option<RawBudget>,
    eth_transfers: Option<RawBudget>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawVeto {
    votes_per_unit: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawGuardian {
    address: String,
    until: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawLinks {
    previous: Option<String>,
    delay: u64,
    budget: String,
    period: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawDisputes {
    arbiter: Option<String>,
    /// In the chain's coin.
    bond: String,
    resolve_deadline: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawBudget {
    capacity: String,
    period: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawDistributor {
    unit: String,
    epoch_start: u64,
    epoch_length: u64,
    window: u64,
    publish_period: u64,
    oracles: Vec<String>,
    threshold: u64,
    base_url: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawTerms {
    /// A policy file, relative to the config.
    policy: Option<PathBuf>,
    policy_hash: Option<String>,
    epoch_budget: String,
    cap_per_person: String,
    from_epoch: u64,
}

/// Reads and checks one file, and the policy files that it names.
pub fn load(path: &Path) -> Result<DeployConfig, FileError> {
    let text = std::fs::read_to_string(path).map_err(|error| FileError::Read(path.to_owned(), error))?;
    let raw: RawConfig = toml::from_str(&text)
        .map_err(|error| FileError::Toml { path: path.to_owned(), message: error.to_string().trim_end().to_owned() })?;
    let base = path.parent().unwrap_or(Path::new("."));
    convert(raw, base).map_err(|source| FileError::Value { path: path.to_owned(), source })
}

fn convert(raw: RawConfig, base: &Path) -> Result<DeployConfig, ConfigError> {
    let unit = whole("distributor.unit", &raw.distributor.unit)?;
    let allocations = raw.token.allocations.iter().enumerate().map(|(index, each)| {
        let key = format!("token.allocations[{index}]");
        let to = match each.to.as_str() {
            "treasury" => Holder::Treasury,
            text => Holder::Address(address(&format!("{key}.to"), text)?),
        };
        Ok(Allocation { to, amount: tokens(&format!("{key}.amount"), &each.amount)? })
    });
    let oracles = raw.distributor.oracles.iter().enumerate();
    let terms = raw.terms.iter().enumerate().map(|(index, each)| terms(&format!("terms[{index}]"), each, unit, base));
    let config = DeployConfig {
        chain_id: raw.chain_id,
        salt: salt("salt", &raw.salt)?,
        token: TokenConfig {
            name: text("token.name", &raw.token.name)?,
            symbol: text("token.symbol", &raw.token.symbol)?,
            allocations: allocations.collect::<Result<_, _>>()?,
        },
        governor: GovernorConfig {
            voting_delay: raw.governor.voting_delay,
            voting_period: raw.governor.voting_period,
            proposal_threshold: tokens("governor.proposal_threshold", &raw.governor.proposal_threshold)?,
            quorum_percent: raw.governor.quorum_percent,
            late_quorum_extension: raw.governor.late_quorum_extension,
        },
        timelock_delay: raw.timelock.delay,
        treasury: TreasuryConfig {
            transfers: transfers("treasury.transfers", raw.treasury.transfers.as_ref())?,
            eth_transfers: transfers("treasury.eth_transfers", raw.treasury.eth_transfers.as_ref())?,
        },
        budget: BudgetConfig { capacity: tokens("budget.capacity", &raw.budget.capacity)?, period: raw.budget.period },
        distributor: DistributorConfig {
            unit,
            epoch_start: raw.distributor.epoch_start,
            epoch_length: raw.distributor.epoch_length,
            window: raw.distributor.window,
            publish_period: raw.distributor.publish_period,
            oracles: oracles
                .map(|(index, each)| address(&format!("distributor.oracles[{index}]"), each))
                .collect::<Result<_, _>>()?,
            threshold: raw.distributor.threshold,
            base_url: url("distributor.base_url", &raw.distributor.base_url)?,
            terms: terms.collect::<Result<_, _>>()?,
        },
        guardian: match &raw.guardian {
            Some(guardian) => {
                Some(GuardianConfig { address: address("guardian.address", &guardian.address)?, until: guardian.until })
            }
            None => None,
        },
        links: LinksConfig {
            previous: optional("links.previous", raw.links.previous.as_deref())?,
            delay: raw.links.delay,
            budget: units("links.budget", &raw.links.budget, unit)?,
            period: raw.links.period,
        },
        disputes: DisputesConfig {
            arbiter: optional("disputes.arbiter", raw.disputes.arbiter.as_deref())?,
            bond: tokens("disputes.bond", &raw.disputes.bond)?,
            resolve_deadline: raw.disputes.resolve_deadline,
        },
        votes_per_unit: raw.veto.votes_per_unit,
    };
    config.validate()?;
    Ok(config)
}

fn transfers(key: &str, raw: Option<&RawBudget>) -> Result<Option<BudgetConfig>, ConfigError> {
    let convert = |raw: &RawBudget| {
        Ok(BudgetConfig { capacity: tokens(&format!("{key}.capacity"), &raw.capacity)?, period: raw.period })
    };
    raw.map(convert).transpose()
}

fn terms(key: &str, raw: &RawTerms, unit: U256, base: &Path) -> Result<TermsConfig, ConfigError> {
    let (policy_hash, max_share) = match (&raw.policy, &raw.policy_hash) {
        (Some(path), None) => {
            let (hash, share) = policy(&format!("{key}.policy"), &base.join(path))?;
            (hash, Some(share))
        }
        (None, Some(hash)) => (hash_of(&format!("{key}.policy_hash"), hash)?, None),
        _ => return Err(ConfigError::new(key, "needs either `policy` (a file) or `policy_hash`")),
    };
    Ok(TermsConfig {
        policy_hash,
        epoch_budget: units(&format!("{key}.epoch_budget"), &raw.epoch_budget, unit)?,
        cap_per_person: units(&format!("{key}.cap_per_person"), &raw.cap_per_person, unit)?,
        from_epoch: raw.from_epoch,
        max_share,
    })
}

/// A policy's hash, and the percent of the budget that it gives one person at most.
fn policy(key: &str, path: &Path) -> Result<(B256, u64), ConfigError> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| ConfigError::new(key, format!("cannot read {}: {error}", path.display())))?;
    let policy = guerdon_core::policy::Policy::from_toml(&text)
        .map_err(|error| ConfigError::new(key, format!("{}: {error}", path.display())))?;
    let hash = policy.hash().map_err(|error| ConfigError::new(key, format!("{}: {error}", path.display())))?;
    Ok((hash, policy.limits.max_share))
}

/// A policy's file for a check.
pub fn known_policy(path: &Path) -> Result<KnownPolicy, FileError> {
    let (hash, max_share) =
        policy("policy", path).map_err(|source| FileError::Value { path: path.to_owned(), source })?;
    Ok(KnownPolicy { hash, max_share })
}

/// An example file carries `<what to put here>` where only its reader knows the value.
fn text(key: &str, text: &str) -> Result<String, ConfigError> {
    if text.starts_with('<') {
        return Err(ConfigError::new(key, format!("is still the placeholder {text:?}: put the real value there")));
    }
    Ok(text.to_owned())
}

fn address(key: &str, value: &str) -> Result<Address, ConfigError> {
    text(key, value)?;
    let parsed: Address = value.parse().map_err(|_| ConfigError::new(key, format!("{value:?} is not an address")))?;
    // Mixed case carries a checksum: a typing error must not become a role or a balance.
    let mixed =
        value.chars().any(|c| c.is_ascii_lowercase() && c != 'x') && value.chars().any(|c| c.is_ascii_uppercase());
    if mixed && parsed.to_checksum(None) != value {
        return Err(ConfigError::new(key, format!("{value:?} has a wrong checksum")));
    }
    Ok(parsed)
}

/// No address at all stands for the zero address.
fn optional(key: &str, value: Option<&str>) -> Result<Address, ConfigError> {
    value.map_or(Ok(Address::ZERO), |value| address(key, value))
}

/// Any text; 32 bytes in hexadecimal are taken as they are.
fn salt(key: &str, value: &str) -> Result<B256, ConfigError> {
    text(key, value)?;
    if value.is_empty() {
        return Err(ConfigError::new(key, "is empty: any text will do"));
    }
    Ok(value.parse().unwrap_or_else(|_| keccak256(value)))
}

fn hash_of(key: &str, value: &str) -> Result<B256, ConfigError> {
    text(key, value)?;
    value.parse().map_err(|_| ConfigError::new(key, format!("{value:?} is not 32 bytes in hexadecimal")))
}

fn url(key: &str, value: &str) -> Result<String, ConfigError> {
    text(key, value)?;
    match url::Url::parse(value) {
        Ok(url) if matches!(url.scheme(), "http" | "https" | "ipfs") && value.ends_with('/') => Ok(value.to_owned()),
        _ => Err(ConfigError::new(key, format!("{value:?} is not an http, https or ipfs URL that ends in `/`"))),
    }
}

fn whole(key: &str, value: &str) -> Result<U256, ConfigError> {
    U256::from_str_radix(value, 10).map_err(|_| ConfigError::new(key, format!("{value:?} is not a whole number")))
}

/// Whole tokens with up to 18 decimals, in base units.
fn tokens(key: &str, value: &str) -> Result<U256, ConfigError> {
    text(key, value)?;
    let bad = || ConfigError::new(key, format!("{value:?} is not an amount of tokens (digits, at most 18 decimals)"));
    if !value.starts_with(|c: char| c.is_ascii_digit()) || !value.chars().all(|c| c.is_ascii_digit() || c == '.') {
        return Err(bad());
    }
    parse_ether(value).map_err(|_| bad())
}

/// Tokens as units; what does not divide is refused, not rounded.
fn units(key: &str, value: &str, unit: U256) -> Result<u64, ConfigError> {
    let amount = tokens(key, value)?;
    let (quotient, rest) = (amount.checked_div(unit), amount.checked_rem(unit));
    match (quotient.and_then(|units| u64::try_from(units).ok()), rest) {
        (Some(units), Some(U256::ZERO)) => Ok(units),
        _ => {
            Err(ConfigError::new(key, format!("{value:?} tokens are not a whole number of units of {unit} base units")))
        }
    }
}
