//! Who is a maintainer of which repository at which time, and whose labels count.

use super::DAY;
use crate::evidence::Evidence;
use crate::model::{ContributorId, Exclusion, Label, Pull, RepositoryId};
use crate::policy::{Policy, RepositoryRole};
use std::collections::BTreeMap;
use std::ops::Range;

/// The account that merged this pull request, when it is another person's.
pub(super) fn merged_for_another(pull: &Pull) -> Option<ContributorId> {
    pull.merger.filter(|merger| *merger != pull.author && !pull.bot)
}

pub(super) struct Roles<'a> {
    policy: &'a Policy,
    window: u64,
    /// The epochs that facts are carried from, if there are any.
    carried: Range<u64>,
    merges: BTreeMap<(RepositoryId, ContributorId), Vec<u64>>,
}

impl<'a> Roles<'a> {
    pub(super) fn new(evidence: &Evidence, policy: &'a Policy) -> Self {
        let mut merges: BTreeMap<_, Vec<u64>> = BTreeMap::new();
        for merger in &evidence.opening.mergers {
            merges.entry((merger.repo, merger.id)).or_default().push(merger.last);
        }
        for pull in evidence.pulls() {
            if let Some(id) = merged_for_another(pull) {
                merges.entry((pull.repo, id)).or_default().push(pull.at);
            }
        }
        merges.values_mut().for_each(|times| times.sort_unstable());
        let window = policy.maintainers.window_days.saturating_mul(DAY);
        let header = &evidence.header;
        let from = if header.carried.is_empty() { header.starts } else { header.carries_from() };
        Self { policy, window, carried: from..header.starts, merges }
    }

    /// A maintainer merged another person's pull request in the window before `at`, or is named
    /// by the policy.
    pub(super) fn maintains(&self, repo: RepositoryId, id: ContributorId, at: u64) -> bool {
        let role = RepositoryRole { repo, id };
        let named = &self.policy.maintainers;
        // Of the time before, only the last merge is known. Where earlier facts are carried, who is a
        // maintainer when the epoch begins was one in the epochs that they come from.
        let at = if self.carried.contains(&at) { self.carried.end } else { at };
        if named.deny.contains(&role) {
            return false;
        }
        let merged = |times: &Vec<u64>| {
            let last = times.partition_point(|time| *time < at).checked_sub(1).and_then(|last| times.get(last));
            last.is_some_and(|time| at.saturating_sub(*time) <= self.window)
        };
        named.add.contains(&role) || self.merges.get(&(repo, id)).is_some_and(merged)
    }

    /// Who took all of `author`'s contribution out: a maintainer or the author, naming nobody.
    pub(super) fn takes_all(
        &self,
        repo: RepositoryId,
        author: ContributorId,
        exclusions: &[Exclusion],
    ) -> Option<ContributorId> {
        let may = |one: &&Exclusion| one.by == author || self.maintains(repo, one.by, one.at);
        exclusions.iter().filter(|one| one.whom.is_none()).find(may).map(|one| one.by)
    }

    /// Who took this person's part out: a maintainer who named them, or they themselves.
    pub(super) fn excluded(
        &self,
        repo: RepositoryId,
        whose: ContributorId,
        exclusions: &[Exclusion],
    ) -> Option<ContributorId> {
        let of = |one: &&Exclusion| match one.whom {
            Some(whom) => whom == whose && (one.by == whose || self.maintains(repo, one.by, one.at)),
            None => one.by == whose,
        };
        exclusions.iter().find(of).map(|one| one.by)
    }

    /// The label was set by somebody who may raise or refuse `author`'s contribution.
    pub(super) fn label_counts(&self, repo: RepositoryId, author: ContributorId, label: &Label, at: u64) -> bool {
        label.actor != author
            && (self.policy.maintainers.trusted_bots.contains(&label.actor) || self.maintains(repo, label.actor, at))
    }
}

/// GitHub's label names differ by more than case.
pub(super) fn same_label(a: &str, b: &str) -> bool {
    if a.is_ascii() && b.is_ascii() {
        return a.eq_ignore_ascii_case(b);
    }
    a.to_lowercase() == b.to_lowercase()
}

pub(super) fn listed(list: &[String], label: &Label) -> bool {
    list.iter().any(|name| same_label(name, &label.name))
}
