//! What scoring gives: line items, refusals, flags, and what became of slices and people.

use crate::batch::Entry;
use crate::model::{ContributorId, Epoch, FactKey, Kind, State};
use crate::policy::Milli;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// A named share of an epoch's budget: slices cannot be farmed with each other's work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Slice {
    Code,
    Fixes,
    Tests,
    Docs,
    Review,
    Feedback,
    Mentoring,
    Recognition,
}

impl Slice {
    pub const ALL: [Self; 8] = [
        Self::Code,
        Self::Fixes,
        Self::Tests,
        Self::Docs,
        Self::Review,
        Self::Feedback,
        Self::Mentoring,
        Self::Recognition,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::Fixes => "fixes",
            Self::Tests => "tests",
            Self::Docs => "docs",
            Self::Review => "review",
            Self::Feedback => "feedback",
            Self::Mentoring => "mentoring",
            Self::Recognition => "recognition",
        }
    }
}

/// One multiplier of a line item and the rule it comes from. Rounded down for display where the
/// rule is a fraction; the points use the exact one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Factor {
    pub name: Cow<'static, str>,
    #[cfg_attr(feature = "openapi", schema(value_type = u64))]
    pub milli: Milli,
}

impl Factor {
    pub(super) fn new(name: &'static str, milli: Milli) -> Self {
        Self { name: Cow::Borrowed(name), milli }
    }

    /// `over / under`, for display.
    pub(super) fn fraction(name: &'static str, over: u64, under: u64) -> Self {
        let milli = u128::from(over) * 1000 / u128::from(under.max(1));
        Self::new(name, u64::try_from(milli).unwrap_or(u64::MAX))
    }
}

/// What a rule gave to one contributor for one contribution in one slice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LineItem {
    /// When it was accepted, UTC seconds.
    pub at: u64,
    pub contributor: ContributorId,
    pub fact: FactKey,
    /// What it is paid as: a maintainer's label or the files say so, never the title.
    pub kind: Kind,
    pub slice: Slice,
    /// Points of the kind for one full-sized contribution.
    pub base: u64,
    /// Thousandths of a weighted line that fell into this slice; 0 for reviews' and issues' own.
    pub lines: u64,
    /// Size in thousandths, rounded down for display; the points use the exact fraction.
    #[cfg_attr(feature = "openapi", schema(value_type = u64))]
    pub size: Milli,
    pub factors: Vec<Factor>,
    /// Milli-points, floored once.
    pub points: u64,
    /// Units by the slice's price, before brackets and cap.
    pub priced: u64,
    /// Units earned.
    pub units: u64,
    /// What did not count in it, and why.
    pub notes: Vec<String>,
}

/// A contribution that earned nothing, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Refusal {
    pub contributor: ContributorId,
    pub fact: FactKey,
    /// The rule, one word.
    pub rule: Cow<'static, str>,
    pub reason: String,
}

/// Something that changes no amount and that a human should look at.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Flag {
    /// The rule, one word.
    pub rule: Cow<'static, str>,
    /// Ascending.
    pub facts: Vec<FactKey>,
    /// Ascending.
    pub people: Vec<ContributorId>,
    pub message: String,
}

/// What became of one slice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SliceResult {
    pub slice: Slice,
    /// Its share of the budget, in units.
    pub budget: u64,
    /// What the ceiling price let it spend, in units.
    pub pool: u64,
    /// Milli-points of all its line items.
    pub points: u64,
}

/// What became of one contributor, in units.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PersonResult {
    pub id: ContributorId,
    pub linked: bool,
    /// The sum of the line items as priced.
    pub priced: u64,
    /// After brackets and cap: the sum of the line items' units.
    pub earned: u64,
    /// Kept back of it for work of earlier epochs that was reverted.
    pub repaid: u64,
    /// What is still to be kept back in later epochs.
    pub debt: u64,
    /// What was kept back for work that is in place again: it waits like an accrual.
    pub returned: u64,
    /// Accruals of earlier epochs that are granted now.
    pub granted_accruals: Vec<(Epoch, u64)>,
    /// Accruals that no wallet was linked for in time.
    pub lapsed: u64,
    /// What waits after this epoch.
    pub accrued: u64,
    /// The entry in the batch: `earned - repaid` and the granted accruals when linked, else 0.
    pub entry: u64,
}

/// All that follows from an epoch's evidence and the policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Ascending by contributor, fact and slice.
    pub items: Vec<LineItem>,
    /// Ascending by contributor and fact.
    pub refusals: Vec<Refusal>,
    /// Ascending.
    pub flags: Vec<Flag>,
    pub slices: Vec<SliceResult>,
    /// Ascending by id.
    pub people: Vec<PersonResult>,
    /// Empty when nobody is paid: then nothing is posted.
    pub entries: Vec<Entry>,
    /// The sum of the entries.
    pub total: u64,
    pub closing: State,
}
