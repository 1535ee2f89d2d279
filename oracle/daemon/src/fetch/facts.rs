//! From records to facts as of a cutoff: a pure function, the same for every oracle.
//!
//! Nothing that happened after the cutoff is in the facts, and for reviews nothing after the merge.
//! Whoever has no account any more has no facts.

use super::record::{CommentRecord, IssueEvent, IssueRecord, PullRecord, Records, Revert};
use super::replay::{ReviewActs, close_of, labels_at, title_at};
use guerdon_core::model::{ContributorId, Fact, FileChange, Issue, Pull, RepositoryId, Review, Verdict};
use std::collections::BTreeMap;

/// An epoch's time, UTC seconds: what was accepted in `[starts, ends)`, as it was at `cutoff`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    pub starts: u64,
    pub ends: u64,
    pub cutoff: u64,
}

impl Window {
    fn holds(&self, at: u64) -> bool {
        (self.starts..self.ends).contains(&at)
    }
}

/// Records by what other records say of them.
pub(super) struct Index<'a> {
    pub(super) records: &'a Records,
    pulls: BTreeMap<(RepositoryId, u64), &'a PullRecord>,
    commits: BTreeMap<(RepositoryId, &'a str), &'a PullRecord>,
    comments: BTreeMap<(RepositoryId, u64), Vec<&'a CommentRecord>>,
}

impl<'a> Index<'a> {
    fn new(records: &'a Records) -> Self {
        let mut comments: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for comment in &records.comments {
            comments.entry((comment.repo, comment.number)).or_default().push(comment);
        }
        Self {
            records,
            pulls: records.pulls.iter().map(|pull| ((pull.repo, pull.number), pull)).collect(),
            commits: records
                .pulls
                .iter()
                .filter_map(|pull| Some(((pull.repo, pull.commit.as_deref()?), pull)))
                .collect(),
            comments,
        }
    }

    pub(super) fn pull(&self, repo: RepositoryId, number: u64) -> Option<&'a PullRecord> {
        self.pulls.get(&(repo, number)).copied()
    }

    /// By its merge commit, which may be shortened in a text.
    pub(super) fn pull_by_commit(&self, repo: RepositoryId, oid: &str) -> Option<&'a PullRecord> {
        let mut found =
            self.commits.range((repo, oid)..).take_while(|((of, full), _)| *of == repo && full.starts_with(oid));
        let (_, pull) = found.next()?;
        found.next().is_none().then_some(*pull)
    }

    /// What every account but the author reviewed on it before the merge.
    pub(super) fn reviews(&self, pull: &PullRecord) -> BTreeMap<ContributorId, ReviewActs<'a>> {
        let comments = self.comments.get(&(pull.repo, pull.number)).map(Vec::as_slice).unwrap_or_default();
        ReviewActs::of(pull, comments)
    }

    /// People who approved it before the merge, ascending.
    pub(super) fn approvers(&self, pull: &PullRecord) -> Vec<ContributorId> {
        let approving = |(by, acts): (ContributorId, ReviewActs<'_>)| {
            (acts.verdict() == Verdict::Approve && !self.records.is_bot(by)).then_some(by)
        };
        self.reviews(pull).into_iter().filter_map(approving).collect()
    }
}

/// Ascending by key. An issue is among the facts when one of its labels was set or it was closed in
/// the window; whether that confirms it is the policy's question.
pub fn facts(records: &Records, window: Window) -> Vec<Fact> {
    let index = Index::new(records);
    let mut facts = Vec::new();
    for record in records.pulls.iter().filter(|pull| window.holds(pull.merged)) {
        let Some(pull) = pull_fact(&index, record, window.cutoff) else { continue };
        for (by, acts) in index.reviews(record) {
            facts.push(Fact::Review(Review {
                at: acts.first,
                bot: records.is_bot(by),
                by,
                hunks: acts.hunks(),
                number: record.number,
                repo: record.repo,
                verdict: acts.verdict(),
            }));
        }
        facts.push(Fact::Pull(pull));
    }
    let issues = records.issues.iter().filter(|issue| is_touched(issue, window));
    facts.extend(issues.filter_map(|issue| issue_fact(&index, issue, window.cutoff)).map(Fact::Issue));
    facts.sort_by_key(Fact::key);
    facts
}

fn is_touched(issue: &IssueRecord, window: Window) -> bool {
    issue.labels.iter().any(|label| label.set && window.holds(label.at))
        || issue.events.iter().any(|event| matches!(event, IssueEvent::Closed(close) if window.holds(close.at)))
}

fn pull_fact(index: &Index<'_>, record: &PullRecord, cutoff: u64) -> Option<Pull> {
    let author = record.author?;
    Some(Pull {
        at: record.merged,
        author,
        bot: index.records.is_bot(author),
        created: record.created.min(record.merged),
        files: files_of(record),
        labels: labels_at(&record.labels, record.created.min(record.merged), cutoff),
        merger: index.records.person(record.merger),
        number: record.number,
        repo: record.repo,
        reverts: reverts_of(index, record, cutoff),
        title: title_at(record, cutoff),
    })
}

/// Ascending by path; what GitHub lists twice is one file.
fn files_of(record: &PullRecord) -> Vec<FileChange> {
    let mut files: BTreeMap<&str, FileChange> = BTreeMap::new();
    for file in &record.files {
        let seen = files.entry(&file.path).or_insert_with(|| FileChange { additions: 0, deletions: 0, ..file.clone() });
        seen.additions = seen.additions.saturating_add(file.additions);
        seen.deletions = seen.deletions.saturating_add(file.deletions);
    }
    files.into_values().collect()
}

/// A text that was edited after the cutoff says nothing.
fn reverts_of(index: &Index<'_>, record: &PullRecord, cutoff: u64) -> Option<u64> {
    let in_time = |edited: &Option<u64>| edited.is_none_or(|edited| edited <= cutoff);
    let number = match record.reverts.as_ref()? {
        Revert::Pull { number, edited } => in_time(edited).then_some(*number)?,
        Revert::Commit { oid, edited } if in_time(edited) => index.pull_by_commit(record.repo, oid)?.number,
        Revert::Commit { .. } => return None,
    };
    (number != record.number).then_some(number)
}

fn issue_fact(index: &Index<'_>, record: &IssueRecord, cutoff: u64) -> Option<Issue> {
    let author = record.author?;
    (record.created <= cutoff).then(|| Issue {
        author,
        bot: index.records.is_bot(author),
        close: close_of(index, record, cutoff),
        created: record.created,
        labels: labels_at(&record.labels, record.created, cutoff),
        number: record.number,
        repo: record.repo,
    })
}
