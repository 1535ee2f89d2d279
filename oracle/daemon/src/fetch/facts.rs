//! From records to facts as of a cutoff: a pure function, the same for every oracle.
//!
//! Nothing that happened after the cutoff is in the facts, and for reviews nothing after the merge.
//! Whoever has no account any more has no facts.

use super::record::{
    CommentRecord, DiscussionRecord, Excluding, IssueEvent, IssueRecord, PullRecord, Records, Revert, Thanks,
};
use super::replay::{ReviewActs, close_of, labels_at, title_at};
use guerdon_core::model::{
    Answer, ContributorId, Exclusion, Fact, FileChange, Issue, Kudos, Pull, RepositoryId, Review, Verdict, visible_path,
};
use std::collections::{BTreeMap, BTreeSet};

/// An epoch's time, UTC seconds: what was accepted in `[starts, ends)`, as it was at `cutoff`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    pub starts: u64,
    pub ends: u64,
    pub cutoff: u64,
}

impl Window {
    pub(crate) fn holds(&self, at: u64) -> bool {
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
    facts.extend(records.discussions.iter().filter_map(|one| answer_fact(records, one, window)).map(Fact::Answer));
    for pull in &records.pulls {
        facts.extend(kudos_facts(records, pull.repo, pull.number, &pull.kudos, window));
    }
    for issue in &records.issues {
        facts.extend(kudos_facts(records, issue.repo, issue.number, &issue.kudos, window));
    }
    facts.sort_by_key(Fact::key);
    facts
}

fn answer_fact(records: &Records, record: &DiscussionRecord, window: Window) -> Option<Answer> {
    let answer = record.answer.as_ref().filter(|answer| window.holds(answer.at))?;
    Some(Answer {
        accepter: records.person(answer.accepter),
        asker: records.person(record.asker),
        at: answer.at,
        bot: records.is_bot(answer.by),
        by: answer.by,
        number: record.number,
        repo: record.repo,
    })
}

/// Thanks between two people; a comment that was edited after the cutoff thanks nobody.
fn kudos_facts(
    records: &Records,
    repo: RepositoryId,
    number: u64,
    kudos: &[Thanks],
    window: Window,
) -> impl Iterator<Item = Fact> {
    let given = kudos.iter().filter(move |one| window.holds(one.at) && is_in_time(one.edited, window.cutoff));
    given.filter_map(move |one| {
        let by = records.person(Some(one.by))?;
        let to = records.named(&one.to).filter(|to| *to != by)?;
        Some(Fact::Kudos(Kudos { at: one.at, by, id: one.id, number, repo, to }))
    })
}

fn is_in_time(edited: Option<u64>, cutoff: u64) -> bool {
    edited.is_none_or(|edited| edited <= cutoff)
}

/// Commands up to the cutoff, ascending. One whose login nobody has takes nothing out.
fn exclusions_at(records: &Records, commands: &[Excluding], created: u64, cutoff: u64) -> Vec<Exclusion> {
    let in_time = |one: &&Excluding| one.at <= cutoff && is_in_time(one.edited, cutoff);
    let found: BTreeSet<Exclusion> = commands
        .iter()
        .filter(in_time)
        .filter_map(|one| {
            let whom = match &one.whom {
                Some(login) => Some(records.named(login)?),
                None => None,
            };
            Some(Exclusion { at: one.at.max(created), by: records.person(Some(one.by))?, whom })
        })
        .collect();
    found.into_iter().collect()
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
        coauthors: coauthors_of(index.records, record, author),
        created: record.created.min(record.merged),
        excluded: exclusions_at(index.records, &record.exclusions, record.created.min(record.merged), cutoff),
        generated: generated_of(record),
        files: files_of(record),
        labels: labels_at(&record.labels, record.created.min(record.merged), cutoff),
        merger: index.records.person(record.merger),
        number: record.number,
        open: index.records.open.get(&(record.repo, record.number)).copied().unwrap_or_default(),
        repo: record.repo,
        reverts: reverts_of(index, record, cutoff),
        title: title_at(record, cutoff),
    })
}

fn coauthors_of(records: &Records, record: &PullRecord, author: ContributorId) -> Vec<ContributorId> {
    let people = record.coauthors.iter().copied().filter(|id| *id != author && !records.is_bot(*id));
    people.collect::<BTreeSet<_>>().into_iter().collect()
}

fn generated_of(record: &PullRecord) -> Vec<String> {
    let listed: BTreeSet<&String> = record.files.iter().map(|file| &file.path).collect();
    let marked = record.generated.iter().filter(|path| listed.contains(path));
    marked.map(|path| visible_path(path).into_owned()).collect::<BTreeSet<_>>().into_iter().collect()
}

/// Ascending by path; what GitHub lists twice is one file.
fn files_of(record: &PullRecord) -> Vec<FileChange> {
    let mut files: BTreeMap<String, FileChange> = BTreeMap::new();
    for file in &record.files {
        let path = visible_path(&file.path).into_owned();
        let new = || FileChange { path: path.clone(), additions: 0, deletions: 0, change: file.change };
        let seen = files.entry(path.clone()).or_insert_with(new);
        seen.additions = seen.additions.saturating_add(file.additions);
        seen.deletions = seen.deletions.saturating_add(file.deletions);
    }
    files.into_values().collect()
}

/// A text that was edited after the cutoff says nothing.
fn reverts_of(index: &Index<'_>, record: &PullRecord, cutoff: u64) -> Option<u64> {
    let in_time = |edited: &Option<u64>| is_in_time(*edited, cutoff);
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
        excluded: exclusions_at(index.records, &record.exclusions, record.created, cutoff),
        labels: labels_at(&record.labels, record.created, cutoff),
        number: record.number,
        repo: record.repo,
    })
}
