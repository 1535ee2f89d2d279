//! What one epoch hands to the next: the opening state of an epoch is the closing state of the one
//! before, after the links on the chain were read again.

use super::fact::{is_false, is_zero};
use super::{ContributorId, Epoch, RepositoryId};
use serde::{Deserialize, Serialize};

/// What one contributor carries from epoch to epoch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Person {
    /// Pull requests accepted in all epochs before (and in the history before the first).
    pub accepted: u64,
    /// `[epoch, units]` earned without a link, ascending by epoch, each above zero.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub accruals: Vec<(Epoch, u64)>,
    /// Ascending by repository, number and revert.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub debts: Vec<Debt>,
    /// When the first contribution was accepted, UTC seconds; 0 before.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub first: u64,
    pub id: ContributorId,
    /// When the last contribution was accepted, UTC seconds; 0 before.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub last: u64,
    /// A wallet was linked at the header's block.
    #[serde(default, skip_serializing_if = "is_false")]
    pub linked: bool,
    /// Had an entry in a batch.
    #[serde(default, skip_serializing_if = "is_false")]
    pub paid: bool,
}

/// What was paid for work that was reverted later. It is kept back from later earnings; what a
/// re-land finds of it is taken back.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Debt {
    /// The number of the pull request that reverted.
    pub by: u64,
    /// In which epoch it was reverted.
    pub epoch: Epoch,
    /// The pull request that was reverted.
    pub number: u64,
    /// Units kept back so far.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub repaid: u64,
    pub repo: RepositoryId,
    /// Units in all.
    pub units: u64,
}

/// A pull request that may still be reverted, and what was earned with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Landed {
    /// When it was merged or, if it was reverted, when that was.
    pub at: u64,
    /// Thousandths of weighted lines.
    pub lines: u64,
    pub number: u64,
    pub repo: RepositoryId,
    /// The number of the pull request that reverted it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reverted: Option<u64>,
    /// `[contributor, units]` of its author and co-authors, the author first.
    pub shares: Vec<(ContributorId, u64)>,
}

/// The last time before the epoch that an account merged another person's pull request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Merger {
    pub id: ContributorId,
    pub last: u64,
    pub repo: RepositoryId,
}

/// What was paid in one repository and is never paid again, whatever is reopened there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settled {
    /// Numbers of discussions, ascending.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub answers: Vec<u64>,
    /// Ascending.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub issues: Vec<u64>,
    pub repo: RepositoryId,
}

/// Thanks of earlier epochs: rings are found across epochs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Thanks {
    /// The last time.
    pub at: u64,
    pub by: ContributorId,
    pub to: ContributorId,
}

/// The opening or closing state of an epoch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct State {
    /// Ascending by (repo, number).
    pub landed: Vec<Landed>,
    /// Ascending by (repo, id).
    pub mergers: Vec<Merger>,
    /// Ascending by id, none of them empty.
    pub people: Vec<Person>,
    /// Ascending by repo, none of them empty.
    pub settled: Vec<Settled>,
    /// Ascending by (by, to).
    pub thanks: Vec<Thanks>,
}

impl Person {
    pub fn new(id: ContributorId) -> Self {
        Self { accepted: 0, accruals: Vec::new(), debts: Vec::new(), first: 0, id, last: 0, linked: false, paid: false }
    }

    /// Nothing to remember: such a person has no line in the evidence.
    pub fn is_empty(&self) -> bool {
        *self == Self::new(self.id)
    }

    /// A contribution was accepted at this time.
    pub fn accept(&mut self, at: u64) {
        self.first = if self.first == 0 { at } else { self.first.min(at) };
        self.last = self.last.max(at);
    }
}

impl State {
    /// By id.
    pub fn person(&self, id: ContributorId) -> Option<&Person> {
        let at = self.people.binary_search_by_key(&id, |person| person.id).ok()?;
        self.people.get(at)
    }
}

impl Debt {
    /// Units that are still to be kept back.
    pub fn left(&self) -> u64 {
        self.units.saturating_sub(self.repaid)
    }
}

impl Settled {
    pub fn new(repo: RepositoryId) -> Self {
        Self { answers: Vec::new(), issues: Vec::new(), repo }
    }
}
