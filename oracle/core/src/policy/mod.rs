//! The policy: every rule that turns facts into money, as one TOML file.
//!
//! Takes the file's text, gives checked types and the hash that governance votes for. An unknown key,
//! one outside its range and one without an effect are refused by name, and every key is read by
//! [`crate::score`], so the published rule is the executed rule.

mod classes;
mod patterns;
mod ranges;
mod rules;
mod unused;

pub use classes::{Class, Classes};
pub use ranges::{Allowed, Path, RANGES, Range, leaves, range_of};
pub use rules::{
    Bracket, CoauthorRule, DebtRule, FactorRule, KudosRule, LabelRule, LimitRule, MaintainerRule, MentoringRule,
    OpenRule, PathRule, PeopleRule, RepositoryRole, ReviewRule, SizeRule, SliceRule, WitnessRule, WorkRule,
};

use crate::canonical;
use crate::classify::classifier_hash;
use crate::model::Kind;
use crate::score::Slice;
use alloy_primitives::{B256, keccak256};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The version of the scoring rules themselves; part of the policy's hash.
pub const SCORING: u32 = 2;

/// Thousandths: 1000 is one.
pub type Milli = u64;

/// The whole file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// Epochs for which an amount waits for its owner to link a wallet before it lapses. Linking is the
    /// consent to be paid, and unclaimed money should not wait for ever.
    pub accrue_epochs: u64,
    pub slices: BTreeMap<Slice, SliceRule>,
    /// Points for one full-sized contribution of a kind. They buy what the slice's `full_at` makes of them, and
    /// once a slice is spent whole only their ratio matters. 0 pays nothing for the kind.
    pub points: BTreeMap<Kind, u64>,
    pub size: SizeRule,
    pub paths: PathRule,
    pub factors: FactorRule,
    pub labels: LabelRule,
    pub reviews: ReviewRule,
    pub coauthors: CoauthorRule,
    pub mentoring: MentoringRule,
    pub kudos: KudosRule,
    pub debts: DebtRule,
    pub open: OpenRule,
    pub work: WorkRule,
    pub witness: WitnessRule,
    pub people: PeopleRule,
    pub maintainers: MaintainerRule,
    pub limits: LimitRule,
}

#[derive(Debug, thiserror::Error)]
pub enum PolicyError {
    #[error("the policy is not valid: {0}")]
    Toml(String),
    #[error("policy key `{key}`: {message}")]
    Key { key: String, message: String },
    #[error("the policy cannot be hashed")]
    Canonical(#[from] canonical::CanonicalError),
}

#[derive(Serialize)]
struct Hashed<'a> {
    classifier: B256,
    policy: &'a Policy,
    scoring: u32,
}

impl Policy {
    pub fn from_toml(text: &str) -> Result<Self, PolicyError> {
        let policy: Self = toml::from_str(text).map_err(|source| PolicyError::Toml(source.to_string()))?;
        policy.check()?;
        Ok(policy)
    }

    /// keccak-256 of the canonical JSON of the policy, the scoring version and the classifier's hash.
    pub fn hash(&self) -> Result<B256, PolicyError> {
        let text = canonical::to_string(&Hashed { classifier: classifier_hash(), policy: self, scoring: SCORING })?;
        Ok(keccak256(text.as_bytes()))
    }

    fn check(&self) -> Result<(), PolicyError> {
        let all = Slice::ALL.iter().map(|slice| (format!("slices.{}", slice.name()), self.slices.contains_key(slice)));
        let kinds = Kind::ALL.iter().map(|kind| (format!("points.{}", kind.name()), self.points.contains_key(kind)));
        if let Some((key, _)) = all.chain(kinds).find(|(_, there)| !there) {
            return Err(refused(key, "is missing: 0 switches it off"));
        }
        ranges::check(&serde_json::to_value(self).map_err(canonical::CanonicalError::from)?)?;
        unused::check(self)?;
        patterns::check(&self.paths)
    }
}

fn refused(key: String, message: impl Into<String>) -> PolicyError {
    PolicyError::Key { key, message: message.into() }
}
