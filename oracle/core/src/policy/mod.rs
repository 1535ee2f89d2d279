//! The policy: every rule that turns facts into money, as one TOML file.
//!
//! Takes the file's text, gives checked types and the hash that governance votes for. Unknown keys
//! are refused, every key is range-checked here and read by [`crate::score`], so the published
//! rule is the executed rule.

use crate::canonical;
use crate::classify::classifier_hash;
use crate::model::{ContributorId, Kind, RepositoryId};
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
    /// How many epochs an amount waits for its owner to link a wallet before it lapses.
    pub accrue_epochs: u64,
    pub coauthors: CoauthorRule,
    pub debts: DebtRule,
    pub kudos: KudosRule,
    pub mentoring: MentoringRule,
    pub open: OpenRule,
    pub people: PeopleRule,
    pub witness: WitnessRule,
    pub work: WorkRule,
    pub slices: BTreeMap<Slice, SliceRule>,
    /// Points for one full-sized contribution of a kind.
    pub points: BTreeMap<Kind, u64>,
    pub size: SizeRule,
    pub paths: PathRule,
    pub factors: FactorRule,
    pub labels: LabelRule,
    pub reviews: ReviewRule,
    pub maintainers: MaintainerRule,
    pub limits: LimitRule,
}

/// A named share of an epoch's budget.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SliceRule {
    /// Percent of the epoch's budget. All slices together are 100.
    pub percent: u64,
    /// The points at which the slice is spent in full. With fewer, each point pays
    /// slice / full_at and the rest stays in the Treasury: the ceiling price.
    pub full_at: u64,
}

/// How changed lines become a size between 0 and 1: `r / (r + half)`, `r = isqrt(milli-lines)`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SizeRule {
    /// `r` at which the size is one half: 447 is 200 weighted lines.
    pub half: u64,
    pub source: Milli,
    pub tests: Milli,
    pub docs: Milli,
    pub config: Milli,
    /// What a deleted line counts beside an added one.
    pub deletion: Milli,
    /// Under this many weighted lines a pull request is trivial: an author's n-th trivial one in
    /// an epoch counts 3^-(n-1).
    pub trivial_lines: u64,
}

/// File classes by path pattern (`*` within a folder, `**` across folders), tried in this order;
/// what none of them matches is source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PathRule {
    /// Generated, vendored, locked, minified or binary: weight 0.
    pub generated: Vec<String>,
    pub tests: Vec<String>,
    pub config: Vec<String>,
    pub docs: Vec<String>,
}

/// What multiplies a pull request's points; the product stays within `min` and `max`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FactorRule {
    pub min: Milli,
    pub max: Milli,
    /// Neither merged by another account nor approved by a maintainer other than the author.
    pub unreviewed: Milli,
    /// Source and tests in the same pull request.
    pub with_tests: Milli,
    /// Closes an issue that a maintainer had confirmed before the merge.
    pub confirmed_issue: Milli,
    /// The first accepted pull requests of a person.
    pub newcomer: Milli,
    /// How many of them.
    pub newcomer_pulls: u64,
}

/// Labels count only when set by a maintainer who is not the author, or by a trusted bot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LabelRule {
    /// Labels that confirm an issue.
    pub confirm: Vec<String>,
    /// Labels that take a contribution out, whoever made it.
    pub refuse: Vec<String>,
    /// Label to kind of a pull request.
    pub kinds: BTreeMap<String, Kind>,
    /// Label to factor of a pull request, 800 to 1250.
    pub factors: BTreeMap<String, Milli>,
}

/// How a pull request's points are divided between its author and its co-authors. The sum stays what
/// the author alone would have had.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CoauthorRule {
    /// What each co-author counts beside the author's 1000.
    pub weight: Milli,
    /// The most that all co-authors together get of it.
    pub max: Milli,
}

/// What happens when work that was paid is reverted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DebtRule {
    /// How long after its merge a pull request's revert is a debt.
    pub window_days: u64,
    /// How many epochs a debt is remembered.
    pub epochs: u64,
    /// The most of what a person earns in an epoch that is kept back for debts, in percent.
    pub max_percent: u64,
}

/// Thanks (`/kudos @login reason`): quadratic, so that the thanks of many count more than many thanks
/// of one. A giver's credits for one receiver count as their square root.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KudosRule {
    /// How many thanks of one giver count in an epoch, the first ones.
    pub credits: u64,
    /// Giver and receiver must have had a contribution accepted in as many days before.
    pub active_days: u64,
    /// What thanks within a ring count: between people who thanked each other, or three or more in a
    /// circle, in as many days before.
    pub ring: Milli,
    /// The longest circle that is looked for.
    pub ring_length: u64,
}

/// Reviewing the first pull requests of a newcomer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MentoringRule {
    /// How many accepted pull requests a newcomer has at most before the one that is reviewed.
    pub newcomer_pulls: u64,
    /// How many accepted pull requests a mentor has at least; maintainers need none.
    pub mentor_pulls: u64,
}

/// What many open pull requests do to the next merged ones of the same author.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpenRule {
    /// So many others may be open at the merge; with more a pull request weighs what may be open
    /// divided by what is.
    pub free: u64,
    /// One more may be open for each so many of the author's that were accepted before.
    pub accepted_each: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PeopleRule {
    /// Accounts that want no part: they are in no line item, no state, no list and no batch.
    pub opted_out: Vec<ContributorId>,
}

/// Bounds of what a language model's answer does to a pull request. 1000 and 1000 switch it off.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WitnessRule {
    pub min: Milli,
    pub max: Milli,
}

/// When pull requests of several authors are one unit of work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WorkRule {
    /// The files that both change, in percent of those that either changes.
    pub overlap_percent: u64,
    /// And that many of them at least.
    pub overlap_files: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReviewRule {
    /// For an approval or a request for changes.
    pub verdict: Milli,
    /// For each distinct commented hunk.
    pub hunk: Milli,
    pub max_hunks: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MaintainerRule {
    /// How long having merged another person's pull request makes a maintainer.
    pub window_days: u64,
    pub add: Vec<RepositoryRole>,
    pub deny: Vec<RepositoryRole>,
    /// Accounts whose labels count as a maintainer's.
    pub trusted_bots: Vec<ContributorId>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RepositoryRole {
    pub repo: RepositoryId,
    pub id: ContributorId,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LimitRule {
    /// Marginal: of what a person earns up to `percent` of the budget, `rate` is paid.
    pub brackets: Vec<Bracket>,
    /// The most one person is granted in an epoch, percent of the budget.
    pub max_share: u64,
    /// Where several repositories count: the most of a slice's points that one of them has, percent.
    pub repository_percent: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bracket {
    pub percent: u64,
    pub rate: Milli,
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
        within("accrue_epochs", self.accrue_epochs, 1, 520)?;
        for slice in Slice::ALL {
            let rule =
                self.slices.get(&slice).ok_or_else(|| refused(format!("slices.{}", slice.name()), "is missing"))?;
            within(&format!("slices.{}.percent", slice.name()), rule.percent, 0, 100)?;
            within(&format!("slices.{}.full_at", slice.name()), rule.full_at, 1, 1_000_000_000)?;
        }
        let percent: u64 = self.slices.values().map(|rule| rule.percent).sum();
        if percent != 100 {
            return Err(refused("slices".to_owned(), format!("the percents add up to {percent}, not 100")));
        }
        for kind in Kind::ALL {
            let points =
                self.points.get(&kind).ok_or_else(|| refused(format!("points.{}", kind.name()), "is missing"))?;
            within(&format!("points.{}", kind.name()), *points, 0, 1_000_000)?;
        }
        within("size.half", self.size.half, 1, 1_000_000)?;
        within("size.trivial_lines", self.size.trivial_lines, 0, 1_000)?;
        for (key, value) in [
            ("size.source", self.size.source),
            ("size.tests", self.size.tests),
            ("size.docs", self.size.docs),
            ("size.config", self.size.config),
            ("size.deletion", self.size.deletion),
            ("reviews.verdict", self.reviews.verdict),
            ("reviews.hunk", self.reviews.hunk),
        ] {
            within(key, value, 0, 1000)?;
        }
        within("reviews.max_hunks", self.reviews.max_hunks, 0, 100)?;
        self.check_factors()?;
        self.check_lists()?;
        self.check_people()?;
        within("limits.max_share", self.limits.max_share, 1, 100)?;
        within("limits.repository_percent", self.limits.repository_percent, 1, 100)?;
        self.check_brackets()
    }

    fn check_factors(&self) -> Result<(), PolicyError> {
        let factors = &self.factors;
        within("factors.min", factors.min, 0, 1000)?;
        within("factors.max", factors.max, 1000, 4000)?;
        for (key, value) in [
            ("factors.unreviewed", factors.unreviewed),
            ("factors.with_tests", factors.with_tests),
            ("factors.confirmed_issue", factors.confirmed_issue),
            ("factors.newcomer", factors.newcomer),
        ] {
            within(key, value, factors.min, factors.max)?;
        }
        within("factors.newcomer_pulls", factors.newcomer_pulls, 0, 100)?;
        for (label, factor) in &self.labels.factors {
            within(&format!("labels.factors.{label}"), *factor, 800, 1250)?;
        }
        for (label, kind) in &self.labels.kinds {
            if matches!(kind, Kind::Review | Kind::Issue | Kind::Answer | Kind::Kudos) {
                return Err(refused(format!("labels.kinds.{label}"), "not a kind of pull request"));
            }
        }
        Ok(())
    }

    fn check_people(&self) -> Result<(), PolicyError> {
        for (key, value, low, high) in [
            ("coauthors.weight", self.coauthors.weight, 0, 1000),
            ("coauthors.max", self.coauthors.max, 0, 1000),
            ("debts.window_days", self.debts.window_days, 0, 365),
            ("debts.epochs", self.debts.epochs, 1, 520),
            ("debts.max_percent", self.debts.max_percent, 0, 100),
            ("kudos.credits", self.kudos.credits, 0, 1000),
            ("kudos.active_days", self.kudos.active_days, 1, 3650),
            ("kudos.ring", self.kudos.ring, 0, 1000),
            ("kudos.ring_length", self.kudos.ring_length, 2, 8),
            ("mentoring.newcomer_pulls", self.mentoring.newcomer_pulls, 0, 100),
            ("mentoring.mentor_pulls", self.mentoring.mentor_pulls, 0, 1000),
            ("open.free", self.open.free, 1, 10_000),
            ("open.accepted_each", self.open.accepted_each, 1, 10_000),
            ("witness.min", self.witness.min, 500, 1000),
            ("witness.max", self.witness.max, 1000, 1500),
            ("work.overlap_percent", self.work.overlap_percent, 1, 100),
            ("work.overlap_files", self.work.overlap_files, 1, 1000),
        ] {
            within(key, value, low, high)?;
        }
        Ok(())
    }

    fn check_lists(&self) -> Result<(), PolicyError> {
        within("maintainers.window_days", self.maintainers.window_days, 1, 3650)?;
        for (key, patterns) in [
            ("paths.generated", &self.paths.generated),
            ("paths.tests", &self.paths.tests),
            ("paths.docs", &self.paths.docs),
            ("paths.config", &self.paths.config),
        ] {
            if let Some(pattern) = patterns.iter().find(|pattern| pattern.is_empty() || pattern.len() > 256) {
                return Err(refused(key.to_owned(), format!("{pattern:?} is not a pattern of 1 to 256 bytes")));
            }
        }
        if let Some(name) = self.labels.refuse.iter().find(|name| self.labels.confirm.contains(name)) {
            return Err(refused("labels.refuse".to_owned(), format!("{name:?} also stands in labels.confirm")));
        }
        if let Some(role) = self.maintainers.add.iter().find(|role| self.maintainers.deny.contains(role)) {
            let message = format!("account {} of repository {} also stands in maintainers.deny", role.id, role.repo);
            return Err(refused("maintainers.add".to_owned(), message));
        }
        Ok(())
    }

    fn check_brackets(&self) -> Result<(), PolicyError> {
        let key = || "limits.brackets".to_owned();
        let mut last = 0;
        for bracket in &self.limits.brackets {
            if bracket.percent <= last || bracket.percent > 100 || bracket.rate > 1000 {
                return Err(refused(key(), "percents must ascend to 100 and rates stay within 0 and 1000"));
            }
            last = bracket.percent;
        }
        if last == 100 { Ok(()) } else { Err(refused(key(), "the last bracket must end at 100 percent")) }
    }
}

fn refused(key: String, message: impl Into<String>) -> PolicyError {
    PolicyError::Key { key, message: message.into() }
}

fn within(key: &str, value: u64, low: u64, high: u64) -> Result<(), PolicyError> {
    if (low..=high).contains(&value) {
        return Ok(());
    }
    Err(refused(key.to_owned(), format!("{value} is not within {low} and {high}")))
}
